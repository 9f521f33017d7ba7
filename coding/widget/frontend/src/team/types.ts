/** What the kernel tells the team board. */

import type { Both } from "../review/types";
import type { Language } from "../say";

export interface Card {
  uid: string; name: string; purpose: "training" | "reliability" | "production"; status: "planned" | "open" | "closed"; blind: boolean;
  figure: (Both & { text: string }) | null; finished: number; started: number; total: number; line: Both;
}
export interface Person { uid: string; name: string; total: number; finished: number; started: number; own_file: boolean }
export interface Cell { coder: string; state: "none" | "assigned" | "started" | "finished"; share: number; nothing: boolean }
export interface Row { uid: string; name: string; language: Both; cells: Cell[]; agreement: Both }
export interface Conflict { number: number; kind: string; name: string; field: string; kept: string; other: string; kept_by: string; other_by: string }
export interface Namesake { code: string; definition: string; codings: number; coder: string }
export interface Namesakes { number: number; path: string; first: Namesake; second: Namesake }
export interface View {
  title: string; coder: string; language: Language; lead: boolean; about: Both; rounds: Card[]; chosen: string | null;
  coders: Person[]; documents: Row[]; worth: Both; conflicts: Conflict[]; names: Namesakes[];
}
