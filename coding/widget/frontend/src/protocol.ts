/** The messages between the screen and the kernel. Offsets on the wire are code points. */

export const VERSION = 1;

export interface CodeInfo {
  uid: string;
  name: string;
  zh: string;
  parent: string | null;
  hue: number | null;
  definition: string;
  definition_zh: string;
  include: string;
  include_zh: string;
  exclude: string;
  exclude_zh: string;
  aliases: string[];
  /** One syllable per character of `zh`, with tone marks; made by the kernel. */
  pinyin: string[];
  codable: boolean;
  exclusive: boolean;
  retired: boolean;
  /** "", "open", "axial" or "selective". */
  stage: string;
  version: number;
}

export interface DocumentInfo {
  uid: string;
  name: string;
  language: string;
  kind: string;
  folder: string;
  length: number;
  version: number;
  codings: number | null;
  status: "none" | "assigned" | "started" | "finished";
  furthest: number;
}

export interface MemoInfo {
  uid: string;
  about: string[];
  body: string;
  coder: string | null;
  modified: number;
}

export interface CodingRow {
  uid: string;
  start: number;
  end: number;
  code: string;
  coder: string;
  version: number;
  round: string | null;
  created: number;
}

export interface SuggestionRow {
  uid: string;
  start: number;
  end: number;
  code: string;
  source: string;
}

export interface Named {
  uid: string;
  name: string;
}

export interface OpenDocument {
  uid: string;
  name: string;
  version: number;
  sha256: string;
  language: string;
  details: { en: string[]; zh: string[] };
  /** The original of a translation, or the translations of an original. */
  beside: { uid: string; name: string; role: "original" | "translation" }[];
}

/** Everything a screen needs; the bulk travels in buffers (see `unpack.ts`). */
export interface StateMessage {
  v: number;
  kind: "state";
  revision: number;
  session: string;
  project: { uid: string; name: string; file: string };
  coder: Named;
  coders: Named[];
  rounds: Named[];
  codes: CodeInfo[];
  code_index: string[];
  counts: Record<string, number>;
  documents: DocumentInfo[];
  document: OpenDocument | null;
  languages: string[];
  roles: string[];
  speakers: string[];
  memos: MemoInfo[];
  suggestions: SuggestionRow[];
  rights: { code: boolean; codebook: boolean; others: boolean; why: string };
  options: { language: string; keys: Record<string, string[]>; digits: string[]; goto?: [number, number] | null; others?: boolean };
}

/** What changed between two revisions; absent parts did not. */
export interface Delta {
  from: number;
  revision: number;
  document?: string | null;
  added?: CodingRow[];
  removed?: string[];
  codes?: CodeInfo[];
  counts?: Record<string, number>;
  documents?: DocumentInfo[];
  /** Documents that changed, where the list as such did not. */
  touched?: DocumentInfo[];
  memos?: MemoInfo[];
  suggestions?: SuggestionRow[];
}

export interface AckMessage {
  v: number;
  kind: "ack";
  id: string;
  coding?: string | null;
  code?: string | null;
  /** What was undone or redone, null where there was nothing. */
  done?: string | null;
  delta: Delta | null;
}

export interface NackMessage {
  v: number;
  kind: "nack";
  id: string;
  reason: "stale" | "refused" | "invalid" | "missing" | "error";
  message: string;
}

export interface Hit {
  document: string;
  name: string;
  start: number;
  end: number;
  before: string;
  match: string;
  after: string;
}

/** Stretches of an original or a translation: place in the open document, text, own codings in it; code points. */
export interface BesideMessage {
  v: number;
  kind: "beside";
  document: string;
  name: string;
  language: string;
  confirmed: boolean;
  rows: [number | null, number | null, string, [number, number, string][]][];
}

interface PassageRow { coding: string; document: string; name: string; start: number; end: number; words: string; code: string; coder: string }

export interface UsesMessage {
  v: number;
  kind: "uses";
  code: string;
  rows: PassageRow[];
  example: { en: string; zh: string };
}

export interface OutdatedMessage {
  v: number;
  kind: "outdated";
  rows: (PassageRow & { change: "place" | "semantic" | "content"; was: string; fields: string[]; reason: string; under: number; now: number })[];
  more: boolean;
}

export type ServerMessage =
  | BesideMessage
  | UsesMessage
  | OutdatedMessage
  | StateMessage
  | AckMessage
  | NackMessage
  | ({ v: number; kind: "delta" } & Delta)
  | { v: number; kind: "found"; query: string; hits: Hit[]; more: boolean }
  | { v: number; kind: "trouble"; message: string };

/** What a coder does. `coding` may be `op:<id>` of an op that is not acknowledged yet. */
export type Action =
  | { kind: "code"; code: string; start: number; end: number; hash: string }
  | { kind: "create"; name: string; parent: string | null; start?: number; end?: number; hash?: string; stay?: boolean }
  | { kind: "remove"; coding: string }
  | { kind: "recode"; coding: string; code: string }
  | { kind: "move"; coding: string; start: number; end: number; hash: string }
  | { kind: "memo"; about: string; body: string; memo: string | null }
  | { kind: "undo" }
  | { kind: "redo" }
  | { kind: "accept"; suggestion: string }
  | { kind: "refuse"; suggestion: string }
  | { kind: "finish"; finished: boolean }
  | { kind: "read"; furthest: number }
  | { kind: "paratext"; start: number; codable: boolean }
  | { kind: "arrange"; code: string; parent: string | null; position: number | null }
  | { kind: "merge"; code: string; into: string }
  | { kind: "split"; code: string; names: string[]; reason: string }
  | { kind: "confirm"; coding: string }
  | { kind: "edit"; code: string; fields: Record<string, string | number | boolean | null>; reason: string };

export interface Op {
  id: string;
  document: string | null;
  version: number;
  coder: string;
  session: string;
  made: number;
  action: Action;
}

/** A question beside coding; its answer is a message of the same kind. */
export type Question = { kind: "beside" | "uses"; about: string } | { kind: "outdated" };

export type ClientMessage =
  | ({ v: number } & Question)
  | { v: number; kind: "hello"; document: string | null; revision: number | null }
  | { v: number; kind: "open"; document: string; goto?: [number, number] }
  | { v: number; kind: "op"; op: Op }
  | { v: number; kind: "search"; query: string }
  | { v: number; kind: "ping" };
