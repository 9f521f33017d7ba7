/** What the kernel tells the agreement screen. Figures come with their text, rounded where the bands are decided. */

import type { Language } from "../say";

export type Both = Record<Language, string>;
export interface Mark { value: number; text: string; low: number | null; high: number | null; range: Both; band: "high" | "middle" | "low" }
export interface Row {
  uid: string;
  level: number;
  name: string;
  name_zh: string;
  hue: number;
  merged: boolean;
  counts: number[];
  percent: string;
  alpha: Mark | null;
  kappa: Mark | null;
  positive: string;
  why: Both | null;
}
export interface Fact { figure: string; small: Both; words: Both }
export interface Grid { title: Both; axes: Both; names: { uid: string; name: string; name_zh: string }[]; cells: number[][]; kind: "confusion" | "together" }
export interface Series { name: string; name_zh: string; main: boolean; values: (Mark | null)[] }
export interface View {
  title: string;
  about: Both;
  coders: string[];
  /** Pairs of coders, and the one whose choices the matrices show. */
  pairs: [string, string][];
  pair: [string, string];
  unit: string;
  units: string[];
  universe: string;
  exploratory: Both | null;
  stale: Both | null;
  notes: Both[];
  confidence: string;
  facts: Fact[];
  methods: Both;
  rows: Row[];
  grids: Grid[];
  rounds: { labels: string[]; series: Series[] };
  kinds: { kind: string; count: number; words: Both }[];
  language: Language | null;
  first: string | null;
}
export interface Side { start: number; end: number; code: string; code_zh: string; hue: number }
export interface Item {
  id: string;
  document: string;
  name: string;
  paragraph: number;
  kind: string;
  words: Both;
  language: string;
  text: string;
  at: number;
  a: Side[];
  b: Side[];
  coders: [string, string];
  settled: string;
}
export interface Filter { code?: string; pair?: [string, string]; kind?: string }
