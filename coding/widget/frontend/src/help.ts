/** The list of keys, made from the table that the keys really use. */

import { h } from "./dom";
import type { Speak, Word } from "./i18n";
import { capOf, type Command, type Keys } from "./keys";

type Line = [Command | Command[] | string, Word];
const GROUPS: [Word, Line[]][][] = [
  [
    ["gPassage", [[["next_sentence"], "k_next_sentence"], [["previous_sentence"], "k_previous_sentence"], [["extend_next"], "k_extend_next"], [["extend_previous"], "k_extend_previous"], ["turn", "k_turn"], ["=click", "k_click"], ["=Alt drag", "k_drag"]]],
    ["gCode", [["=1 – 9", "k_digits"], ["again", "k_again"], ["pick", "k_pick"], ["=Shift Enter", "k_stay"], ["in_vivo", "k_in_vivo"], ["marker", "k_marker"]]],
  ],
  [
    ["gChange", [["next_coding", "k_next_coding"], ["previous_coding", "k_previous_coding"], ["overlap", "k_overlap"], ["left_edge", "k_left_edge"], ["right_edge", "k_right_edge"], ["=← →", "k_arrow"], ["=Shift → ", "k_shift_arrow"], ["recode", "k_recode"], ["remove", "k_remove"]]],
    ["gThink", [["memo", "k_memo"], ["definition", "k_definition"], ["search", "k_search"], ["reading", "k_reading"]]],
  ],
  [
    ["gBack", [["undo", "k_undo"], ["redo", "k_redo"], ["leave", "k_leave"]]],
    ["gMove", [["regions", "k_regions"], ["next_document", "k_next_document"], ["previous_document", "k_previous_document"], ["list", "k_list"], ["others", "k_others"], ["finish", "k_finish"], ["help", "k_help"]]],
  ],
];

export function helpTable(keys: Keys, say: Speak): HTMLElement {
  const caps = (line: Line[0]): HTMLElement[] => {
    if (typeof line === "string" && line.startsWith("=")) return line.slice(1).trim().split(" ").map((part) => (part === "–" || part === "click" || part === "drag" ? h("span", {}, part) : h("kbd", {}, part)));
    const commands = (Array.isArray(line) ? line : [line]) as Command[];
    return commands.flatMap((command) => keys.table[command].slice(0, 2).map((key) => h("kbd", {}, capOf(key))));
  };
  const column = (groups: [Word, Line[]][]): HTMLElement => h("div", {}, ...groups.map(([title, lines]) => h("section", {},
    h("h3", {}, say(title)), h("table", {}, h("tbody", {}, ...lines.map(([line, word]) => h("tr", {}, h("td", {}, ...caps(line)), h("td", {}, say(word)))))))));
  return h("div", { class: "qc-columns qc-scroll", tabindex: "0" }, ...GROUPS.map(column));
}
