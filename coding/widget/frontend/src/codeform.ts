/** The form in which a code is changed: names, stage, colour, rules; and the one in which it is split. */

import type { Code } from "./codes";
import { h } from "./dom";
import type { Word } from "./i18n";
import type { Screen } from "./screen";

const RULES = ["definition", "include", "exclude"] as const;

export interface Form { title: string; note: string; parts: (Node | null)[] }

function labelled(label: string, control: HTMLElement): HTMLElement { return h("label", {}, label, control); }

function area(value: string, label: string, lang: string): HTMLTextAreaElement {
  const made = h("textarea", { rows: 2, maxlength: 20000, "aria-label": label, lang, placeholder: lang === "zh" ? "中文" : "English" });
  made.value = value;
  return made;
}

function hues(code: Code, label: string, changed: (hue: number) => void): HTMLElement {
  const now = code.hue ?? code.shade;
  const row: HTMLElement = h("div", { class: "qc-hues", role: "radiogroup", "aria-label": label }, ...Array.from({ length: 16 }, (_, i) => {
    const shade = Math.round((i * 22.5 + 5) % 360);
    const button: HTMLButtonElement = h("button", {
      type: "button", role: "radio", class: "qc-hue", "aria-checked": String(Math.abs(shade - now) < 11), "aria-label": String(shade), css: { "--h": String(shade) },
      on: { click: () => { changed(shade); for (const other of row.children) other.setAttribute("aria-checked", String(other === button)); } },
    });
    return button;
  }));
  return row;
}

/** Names, stage, colour and rules. A reason is asked for where a rule changes: it stands in the codebook's history. */
export function editForm(screen: Screen, code: Code, close: () => void, split: () => void): Form {
  const { say, desk } = screen;
  const name = h("input", { type: "text", "data-first": true, maxlength: 200, "aria-label": say("name") });
  const zh = h("input", { type: "text", maxlength: 200, "aria-label": say("nameZh"), lang: "zh" });
  name.value = code.name;
  zh.value = code.zh;
  const stages: [string, Word | null][] = [["", null], ["open", "stageOpen"], ["axial", "stageAxial"], ["selective", "stageSelective"]];
  const stage = h("select", { "aria-label": say("stage") }, ...stages.map(([value, word]) => h("option", { value, selected: code.stage === value }, word ? say(word) : "—")));
  let hue: number | null = null;
  const rules = RULES.flatMap((rule) => ([rule, `${rule}_zh`] as const).map((field) => ({ field, box: area(code[field], `${say(rule)} ${field.endsWith("_zh") ? "中文" : "English"}`, field.endsWith("_zh") ? "zh" : "en") })));
  const reason = h("input", { type: "text", maxlength: 2000, "aria-label": say("reason"), placeholder: say("reasonWhy") });
  const why = h("label", { hidden: true }, say("reason"), reason);
  const changed = (): typeof rules => rules.filter(({ field, box }) => box.value.trim() !== code[field]);
  for (const { box } of rules) box.addEventListener("input", () => { why.hidden = changed().length === 0; });
  const save = (): void => {
    const fields: Record<string, string | number> = Object.fromEntries(changed().map(({ field, box }) => [field, box.value.trim()]));
    if (Object.keys(fields).length && !reason.value.trim()) { why.hidden = false; reason.focus(); screen.speakPolite(say("reasonWhy")); return; }
    if (name.value.trim() && name.value.trim() !== code.name) fields["name"] = name.value.trim();
    if (zh.value.trim() !== code.zh) fields["name_zh"] = zh.value.trim();
    if (hue !== null) fields["hue"] = hue;
    if (stage.value !== code.stage) fields["stage"] = stage.value;
    if (Object.keys(fields).length) desk.act({ kind: "edit", code: code.uid, fields, reason: reason.value.trim() });
    close();
  };
  const enter = (event: KeyboardEvent): void => { if (event.key === "Enter" && !event.isComposing) { save(); event.preventDefault(); } };
  for (const line of [name, zh, reason]) line.addEventListener("keydown", enter);
  const retire = (): void => { desk.act({ kind: "edit", code: code.uid, fields: { retired: !code.retired }, reason: "" }); close(); };
  return {
    title: say("editCode"), note: screen.names(code)[0],
    parts: [
      h("div", { class: "qc-form qc-scroll" }, h("div", { class: "qc-named" }, labelled(say("name"), name), labelled(say("nameZh"), zh), labelled(say("stage"), stage)),
        h("div", { class: "qc-field" }, say("hue"), hues(code, say("hue"), (shade) => { hue = shade; })),
        h("div", { class: "qc-rules", role: "group", "aria-label": say("rules") }, ...RULES.map((rule, i) => h("div", {}, h("b", {}, say(rule)), rules[2 * i]!.box, rules[2 * i + 1]!.box))), why),
      h("footer", { role: "presentation" }, h("button", { type: "button", class: "qc-btn qc-framed", title: say("retireNote"), on: { click: retire } }, say(code.retired ? "revive" : "retire")),
        h("button", { type: "button", class: "qc-btn qc-framed", on: { click: () => { close(); screen.merge(code); } } }, say("mergeInto")),
        h("button", { type: "button", class: "qc-btn qc-framed", on: { click: split } }, say("split")), h("span", { class: "qc-sp" }),
        h("button", { type: "button", class: "qc-btn", on: { click: close } }, say("cancel")),
        h("button", { type: "button", class: "qc-btn qc-main", on: { click: save } }, say("saveMemo"))),
    ],
  };
}

/** Codes below a code, to which its codings are then sorted one by one; none moves by itself. */
export function splitForm(screen: Screen, code: Code, close: () => void): Form {
  const { say, desk } = screen;
  const names = h("textarea", { rows: 4, "data-first": true, maxlength: 5000, "aria-label": say("splitInto"), placeholder: say("splitInto") });
  const reason = h("input", { type: "text", maxlength: 2000, "aria-label": say("reason"), placeholder: say("reasonWhy") });
  const save = (): void => {
    const lines = names.value.split("\n").map((line) => line.trim()).filter(Boolean);
    if (lines.length < 2) { names.focus(); screen.speakPolite(say("splitInto")); return; }
    desk.act({ kind: "split", code: code.uid, names: lines, reason: reason.value.trim() });
    screen.flash(say("splitDone", screen.names(code)[0], lines.length));
    screen.showOnly(code.uid);
    close();
  };
  names.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) { save(); event.preventDefault(); } });
  return {
    title: say("splitCode"), note: screen.names(code)[0],
    parts: [
      h("div", { class: "qc-form" }, labelled(say("splitInto"), names), labelled(say("reason"), reason), h("p", { class: "qc-mut" }, say("splitNote"))),
      h("footer", { role: "presentation" }, h("span", { class: "qc-sp" }), h("button", { type: "button", class: "qc-btn", on: { click: close } }, say("cancel")),
        h("button", { type: "button", class: "qc-btn qc-main", on: { click: save } }, say("split"), h("kbd", {}, "Ctrl Enter"))),
    ],
  };
}
