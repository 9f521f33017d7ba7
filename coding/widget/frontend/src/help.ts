/** The list of keys, made from the table that the keys really use. */

import { h } from "./dom";
import type { Speak, Word } from "./i18n";
import { capOf, keyName, type Command, type Keys } from "./keys";

type Line = [Command | Command[] | string, Word];
const GROUPS: [Word, Line[]][][] = [
  [
    ["gPassage", [[["next_sentence"], "k_next_sentence"], [["previous_sentence"], "k_previous_sentence"], [["extend_next"], "k_extend_next"], [["extend_previous"], "k_extend_previous"], ["turn", "k_turn"], ["=click", "k_click"], ["=Alt drag", "k_drag"]]],
    ["gCode", [["=1 – 9", "k_digits"], ["again", "k_again"], ["pick", "k_pick"], ["=Shift Enter", "k_stay"], ["in_vivo", "k_in_vivo"], ["marker", "k_marker"]]],
  ],
  [
    ["gChange", [["next_coding", "k_next_coding"], ["previous_coding", "k_previous_coding"], ["overlap", "k_overlap"], ["left_edge", "k_left_edge"], ["right_edge", "k_right_edge"], ["=← →", "k_arrow"], ["=Shift → ", "k_shift_arrow"], ["recode", "k_recode"], ["remove", "k_remove"]]],
    ["gThink", [["memo", "k_memo"], ["definition", "k_definition"], ["search", "k_search"], ["reading", "k_reading"], ["paratext", "k_paratext"]]],
  ],
  [
    ["gBack", [["undo", "k_undo"], ["redo", "k_redo"], ["leave", "k_leave"]]],
    ["gMove", [["regions", "k_regions"], ["next_document", "k_next_document"], ["previous_document", "k_previous_document"], ["list", "k_list"], ["others", "k_others"], ["beside", "k_beside"], ["older", "k_older"], ["finish", "k_finish"], ["help", "k_help"]]],
  ],
];

/** A key cap that takes another key: press it, then the key that shall do this from now on. */
function cap(command: Command, keys: Keys, say: Speak, change: (command: Command, key: string) => void): HTMLElement {
  const now = keys.table[command].slice(0, 2);
  const button: HTMLElement = h("button", {
    type: "button", class: "qc-cap", title: say("changeKey"), "aria-label": `${now.map(capOf).join(", ") || say("noKey")}. ${say("changeKey")}`,
    on: { click: () => { button.classList.add("qc-listening"); button.replaceChildren(h("kbd", {}, say("pressKey"))); } },
  }, ...(now.length ? now.map((key) => h("kbd", {}, capOf(key))) : [h("kbd", {}, "–")]));
  button.addEventListener("keydown", (event) => {
    if (!button.classList.contains("qc-listening") || event.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    // Esc and Tab keep their meaning everywhere, and digits belong to the codes
    change(command, event.key === "Escape" || event.key === "Tab" || /^\d$/.test(event.key) ? (now[0] ?? "") : keyName(event));
  });
  return button;
}

export function helpTable(keys: Keys, say: Speak, change: (command: Command, key: string) => void): HTMLElement {
  const caps = (line: Line[0]): HTMLElement[] => {
    if (typeof line === "string" && line.startsWith("=")) return line.slice(1).trim().split(" ").map((part) => (part === "–" || part === "click" || part === "drag" ? h("span", {}, part) : h("kbd", {}, part)));
    const commands = (Array.isArray(line) ? line : [line]) as Command[];
    return commands.map((command) => cap(command, keys, say, change));
  };
  const column = (groups: [Word, Line[]][]): HTMLElement => h("div", {}, ...groups.map(([title, lines]) => h("section", {},
    h("h3", {}, say(title)), h("table", {}, h("tbody", {}, ...lines.map(([line, word]) => h("tr", {}, h("td", {}, ...caps(line)), h("td", {}, say(word)))))))));
  return h("div", { class: "qc-columns qc-scroll", tabindex: "0" }, ...GROUPS.map(column));
}
