/** Boxes that open over the text, one at a time; Esc closes and gives the focus back. */

import type { Code } from "./codes";
import { fill, h } from "./dom";
import { helpTable } from "./help";
import { codingTable, readingText } from "./lists";
import { optionRows } from "./options";
import type { Screen } from "./screen";
import { SearchBox } from "./search";

export class Panels {
  readonly element = h("div", { class: "qc-over", hidden: true });
  private shown = "";
  private finder: SearchBox | null = null;
  private drafts = new Map<string, string>();

  constructor(private readonly screen: Screen) {
    this.element.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.isComposing) return;
      if (event.key === "Escape") { this.close(); event.preventDefault(); }
      else if (event.key === "Tab") this.keepInside(event);
      else if (this.shown === "help" && this.screen.keys.command(event) === "help") { this.close(); event.preventDefault(); }
    });
    this.element.addEventListener("mousedown", (event) => { if (event.target === this.element) { event.preventDefault(); this.close(); } });
  }

  /** Close what is open; false where nothing is. */
  close(): boolean {
    if (!this.shown) return false;
    this.shown = "";
    this.element.hidden = true;
    this.element.replaceChildren();
    this.finder = null;
    this.screen.text.focus();
    return true;
  }

  private open(name: string, title: string, note: string, ...body: (Node | null | false | string)[]): HTMLElement {
    const box = h("div", { class: `qc-box qc-${name}`, role: "dialog", "aria-modal": "true", "aria-label": title, tabindex: "-1" },
      h("header", { role: "presentation" }, h("b", {}, title), h("span", { class: "qc-mut" }, note), h("span", { class: "qc-sp" }),
        h("button", { type: "button", class: "qc-btn", "aria-label": this.screen.say("close"), on: { click: () => this.close() } }, h("kbd", {}, "Esc"))),
      ...body);
    fill(this.element, box);
    this.element.hidden = false;
    this.shown = name;
    this.element.className = `qc-over qc-over-${name}`;
    (box.querySelector<HTMLElement>("[data-first]") ?? box).focus({ preventScroll: true });
    return box;
  }

  private keepInside(event: KeyboardEvent): void {
    const stops = [...this.element.querySelectorAll<HTMLElement>("button,input,select,textarea,[tabindex='0']")].filter((stop) => stop.offsetParent);
    const at = stops.indexOf(document.activeElement as HTMLElement);
    const to = stops[(at + (event.shiftKey ? stops.length - 1 : 1)) % stops.length];
    to?.focus();
    event.preventDefault();
  }

  help(): void {
    const { say } = this.screen;
    this.open("help", say("keys"), say("keysStay"), helpTable(this.screen.keys, say),
      h("footer", { role: "presentation" }, h("span", {}, say("undoReach")), h("span", { class: "qc-sp" }), h("span", {}, say("composing"))));
  }

  definition(code: Code): void {
    const { screen } = this;
    const { say } = screen;
    const [leaf, other] = screen.names(code);
    const part = (word: "definition" | "include" | "exclude"): HTMLElement | null => {
      const text = screen.rule(code, word);
      return text ? h("dl", {}, h("dt", {}, say(word)), h("dd", {}, text)) : null;
    };
    const path = screen.desk.book.ancestors(code).map((up) => screen.names(up)[0]).join(" › ");
    const memos = screen.desk.memosOn(code.uid).map((memo) => h("div", { class: "qc-memo" }, memo.body));
    this.open("definition", leaf, [other, path].filter(Boolean).join(" · "), h("div", { class: "qc-scroll" }, part("definition"), part("include"), part("exclude"), ...memos),
      h("footer", { role: "presentation" }, h("span", {}, say("uses", screen.desk.counts[code.uid] ?? 0)), h("span", { class: "qc-sp" }),
        h("button", { type: "button", class: "qc-btn qc-framed", on: { click: () => this.memo(code.uid, leaf) } }, say("codeMemo")),
        screen.desk.state?.rights.codebook && h("button", { type: "button", class: "qc-btn qc-framed", on: { click: () => this.edit(code) } }, say("editCode"))));
  }

  /** Write, change or (by emptying it) remove a memo; what is typed survives Esc until the page is left. */
  memo(about: string, title: string): void {
    const { screen } = this;
    const { say, desk } = screen;
    const mine = desk.memosOn(about).find((memo) => memo.coder === desk.state?.coder.uid);
    const area = h("textarea", {
      "data-first": true, rows: 5, placeholder: say("memoPlaceholder"), "aria-label": say("memoOn", title), maxlength: 20000,
      on: {
        input: () => this.drafts.set(about, area.value),
        keydown: (event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) { save(); event.preventDefault(); event.stopPropagation(); }
        },
      },
    });
    area.value = this.drafts.get(about) ?? mine?.body ?? "";
    const save = (): void => {
      const body = area.value.trim();
      this.drafts.delete(about);
      if (body !== (mine?.body ?? "")) desk.act({ kind: "memo", about, body, memo: mine?.uid ?? null });
      this.close();
    };
    this.open("memo", say("memoOn", title), "", area, h("footer", { role: "presentation" }, h("span", { class: "qc-sp" }),
      h("button", { type: "button", class: "qc-btn", on: { click: () => { this.drafts.delete(about); this.close(); } } }, say("cancel")),
      h("button", { type: "button", class: "qc-btn qc-main", on: { click: save } }, say("saveMemo"), h("kbd", {}, "Ctrl Enter"))));
    area.setSelectionRange(area.value.length, area.value.length);
  }

  edit(code: Code): void {
    const { screen } = this;
    const { say, desk } = screen;
    if (!desk.state?.rights.codebook) return screen.flash(say("bookClosed"));
    const name = h("input", { type: "text", "data-first": true, maxlength: 200, "aria-label": say("name") });
    const zh = h("input", { type: "text", maxlength: 200, "aria-label": say("nameZh"), lang: "zh" });
    name.value = code.name;
    zh.value = code.zh;
    const stages: [string, string][] = [["", "—"], ["open", say("stageOpen")], ["axial", say("stageAxial")], ["selective", say("stageSelective")]];
    const stage = h("select", { "aria-label": say("stage") }, ...stages.map(([value, word]) => h("option", { value, selected: code.stage === value }, word)));
    let hue = code.hue ?? code.shade;
    const swatches = Array.from({ length: 16 }, (_, i) => Math.round((i * 22.5 + 5) % 360));
    const row = h("div", { class: "qc-hues", role: "radiogroup", "aria-label": say("hue") }, ...swatches.map((shade) => {
      const button: HTMLButtonElement = h("button", {
        type: "button", role: "radio", class: "qc-hue", "aria-checked": String(Math.abs(shade - hue) < 11), "aria-label": String(shade), css: { "--h": String(shade) },
        on: { click: () => { hue = shade; for (const other of row.children) other.setAttribute("aria-checked", String(other === button)); } },
      });
      return button;
    }));
    const save = (): void => {
      const fields: Record<string, string | number> = {};
      if (name.value.trim() && name.value.trim() !== code.name) fields["name"] = name.value.trim();
      if (zh.value.trim() !== code.zh) fields["name_zh"] = zh.value.trim();
      if (hue !== (code.hue ?? code.shade)) fields["hue"] = hue;
      if (stage.value !== code.stage) fields["stage"] = stage.value;
      if (Object.keys(fields).length) desk.act({ kind: "edit", code: code.uid, fields });
      this.close();
    };
    const retire = (): void => { desk.act({ kind: "edit", code: code.uid, fields: { retired: !code.retired } }); this.close(); };
    const merge = (): void => { this.close(); screen.merge(code); };
    const enter = (event: KeyboardEvent): void => { if (event.key === "Enter" && !event.isComposing) { save(); event.preventDefault(); } };
    name.addEventListener("keydown", enter);
    zh.addEventListener("keydown", enter);
    this.open("edit", say("editCode"), screen.names(code)[0], h("div", { class: "qc-form" }, h("label", {}, say("name"), name), h("label", {}, say("nameZh"), zh), h("label", {}, say("stage"), stage), h("div", { class: "qc-field" }, say("hue"), row)),
      h("footer", { role: "presentation" }, h("button", { type: "button", class: "qc-btn qc-framed", title: say("retireNote"), on: { click: retire } }, say(code.retired ? "revive" : "retire")),
        h("button", { type: "button", class: "qc-btn qc-framed", on: { click: merge } }, say("mergeInto")), h("span", { class: "qc-sp" }),
        h("button", { type: "button", class: "qc-btn", on: { click: () => this.close() } }, say("cancel")),
        h("button", { type: "button", class: "qc-btn qc-main", on: { click: save } }, say("saveMemo"))));
  }

  options(): void {
    const { say } = this.screen;
    this.open("options", say("view"), "", h("div", { class: "qc-form" }, ...optionRows(this.screen, () => this.options())));
  }

  /** All codings of the text, or those of a stretch, as a plain table. */
  list(from = 0, to = Infinity): void {
    const { screen } = this;
    const shown = screen.desk.codings.filter((c) => c.start < to && c.end > from && screen.look(c).shown);
    const choose = (uid: string): void => { this.close(); screen.select(uid); };
    this.open("list", screen.say("listCodings"), screen.say("nCodings", shown.length), codingTable(screen, shown, choose));
  }

  reading(): void {
    this.open("reading", this.screen.desk.state?.document?.name ?? "", this.screen.say("plainReading"), readingText(this.screen));
  }

  search(): void {
    this.finder = new SearchBox(this.screen, () => this.close());
    this.open("search", this.screen.say("find"), "", this.finder.element);
    this.finder.focus();
  }

  found(): void { this.finder?.found(); }
}

