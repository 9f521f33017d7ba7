/** How the screen looks: size, typeface, stripes, language, and what is shown. */

import { h } from "./dom";
import type { Screen } from "./screen";

export function optionRows(screen: Screen, again: () => void): HTMLElement[] {
  const { say, prefs, desk } = screen;
  const field = (label: string, ...controls: HTMLElement[]): HTMLElement => h("div", { class: "qc-field", role: "group", "aria-label": label }, h("span", {}, label), ...controls);
  const choice = (text: string, on: boolean, press: () => void): HTMLElement => h("button", {
    type: "button", class: `qc-btn qc-framed${on ? " qc-on" : ""}`, "aria-pressed": String(on), on: { click: () => { press(); screen.keepPrefs(); again(); } },
  }, text);
  const check = (label: string, on: boolean, press: (on: boolean) => void): HTMLElement => {
    const box = h("input", { type: "checkbox", checked: on, on: { change: () => { press(box.checked); screen.keepPrefs(); } } });
    return h("label", { class: "qc-check" }, box, label);
  };
  const pick = (label: string, none: string, list: { uid: string; name: string }[], now: string | null, press: (uid: string | null) => void): HTMLElement => {
    const select = h("select", { "aria-label": label, on: { change: () => press(select.value || null) } }, h("option", { value: "" }, none),
      ...list.map((item) => h("option", { value: item.uid, selected: item.uid === now }, item.name)));
    return field(label, select);
  };
  const state = desk.state!;
  return [
    field(say("textSize"), choice("A−", false, () => { prefs.size = Math.max(0, prefs.size - 1); screen.size(); }), choice("A+", false, () => { prefs.size = Math.min(3, prefs.size + 1); screen.size(); })),
    field(say("typeface"), choice(say("serif"), !prefs.sans, () => { prefs.sans = false; screen.size(); }), choice(say("sans"), prefs.sans, () => { prefs.sans = true; screen.size(); })),
    field(say("lanes"), ...[2, 3, 4, 6].map((n) => choice(String(n), prefs.lanes === n, () => { prefs.lanes = n; screen.size(); }))),
    field(say("language"), choice("English", screen.language() === "en", () => { prefs.language = "en"; screen.relabel(); }), choice("中文", screen.language() === "zh", () => { prefs.language = "zh"; screen.relabel(); })),
    check(say("showParatext"), prefs.paratext, (on) => { prefs.paratext = on; screen.size(); }),
    ...(state.rights.others ? [check(say("others"), screen.others, () => screen.do("others")),
      pick(say("coders"), say("everyone"), state.coders, screen.onlyCoder, (uid) => { screen.onlyCoder = uid; screen.refresh(false); })] : []),
    ...(state.rounds.length ? [pick(say("round"), say("anyRound"), state.rounds, screen.onlyRound, (uid) => { screen.onlyRound = uid; screen.refresh(false); })] : []),
    field("", h("button", { type: "button", class: "qc-btn qc-framed", on: { click: () => screen.do("list") } }, say("listCodings")),
      h("button", { type: "button", class: "qc-btn qc-framed", on: { click: () => screen.do("older") } }, say("older")),
      h("button", { type: "button", class: "qc-btn qc-framed", on: { click: () => { screen.panels.close(); screen.do("beside"); } } }, say("beside")),
      h("button", { type: "button", class: "qc-btn qc-framed", on: { click: () => screen.do("reading") } }, say("plainReading")),
      ...(state.document ? [h("button", {
        type: "button", class: "qc-btn qc-framed", on: { click: () => { screen.panels.close(); screen.do("finish"); } },
      }, say(desk.documents.find((d) => d.uid === state.document!.uid)?.status === "finished" ? "reopen" : "finish"))] : [])),
  ];
}
