/** What the kernel tells the consensus screen. */

import type { Both, Item } from "../review/types";
import type { Language } from "../say";

export interface Line { id: string; name: string; paragraph: number; words: Both; settled: string }
export interface CodeWords { uid: string; name: string; name_zh: string; hue: number; definition: string; definition_zh: string }
export interface Desk { title: Both; lines: Line[]; language: Language | null; before: { words: Both; text: string } | null; coder: string; reasons: { key: string; words: Both }[] }
export interface Case extends Item {
  codesA: CodeWords[];
  codesB: CodeWords[];
  names: [string, string];
  decided: { decision: Decision; reasons: string[]; note: string; change_rule: boolean; confidence: string; code: string | null } | null;
}
export type Decision = "a" | "b" | "both" | "union" | "intersection" | "neither" | "redraw";
export const DECISIONS: { key: string; decision: Decision }[] = [
  { key: "a", decision: "a" }, { key: "b", decision: "b" }, { key: "t", decision: "both" }, { key: "o", decision: "union" },
  { key: "i", decision: "intersection" }, { key: "x", decision: "neither" }, { key: "w", decision: "redraw" },
];
