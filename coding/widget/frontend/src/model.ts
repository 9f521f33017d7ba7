/** The desk: what the kernel confirmed, with the unconfirmed ops laid over it. One per model. */

import { Codebook } from "./codes";
import { newId, sha256 } from "./hash";
import { assignRows, Index } from "./lanes";
import { Layers } from "./layers";
import { OffsetMap } from "./offsets";
import { Outbox, type Shelf } from "./outbox";
import {
  VERSION, type AckMessage, type Action, type ClientMessage, type CodingRow, type Delta, type DocumentInfo, type Hit,
  type MemoInfo, type NackMessage, type Op, type Question, type ServerMessage, type StateMessage, type SuggestionRow,
} from "./protocol";
import { unpack } from "./unpack";
import { Units } from "./units";

export interface Coding extends CodingRow { row: number; state: "plain" | "pending" | "refused" | "ghost"; why?: string; suggestion?: string }
export interface Notice { id: string; tone: "info" | "bad"; text: string; kept?: string }
export type Channel = (message: ClientMessage) => void;
export type Change = "document" | "codings" | "codes" | "counts" | "documents" | "memos" | "status" | "notice" | "found" | "answer" | "ack";
export type Link = "joining" | "open" | "lost";

const PATIENCE = 4000;

export class Desk {
  state: StateMessage | null = null;
  text = "";
  offsets = new OffsetMap("");
  units = new Units("", [], [], []);
  book = new Codebook([]);
  documents: DocumentInfo[] = [];
  counts: Record<string, number> = {};
  memos: MemoInfo[] = [];
  suggestions: SuggestionRow[] = [];
  codings: Coding[] = [];
  index = new Index<Coding>([]);
  depth = 0;
  notices: Notice[] = [];
  saved: number | null = null;
  link: Link = "joining";
  hits: { query: string; hits: Hit[]; more: boolean } | null = null;
  readonly outbox: Outbox;
  private revision = 0;
  private readonly layers = new Layers();
  private refused: { op: Op; why: string }[] = [];
  private readonly listeners = new Set<(change: Change, detail?: unknown) => void>();
  private waiting: ReturnType<typeof setTimeout> | null = null;
  private clock = 0;

  constructor(private readonly channel: Channel, shelf?: Promise<Shelf | null>) {
    this.outbox = new Outbox((op) => this.post({ v: VERSION, kind: "op", op }), () => this.laid(), shelf);
  }

  on(listener: (change: Change, detail?: unknown) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(change: Change, detail?: unknown): void {
    for (const listener of this.listeners) listener(change, detail);
  }

  private post(message: ClientMessage): void {
    try {
      this.channel(message);
    } catch {
      this.link = "lost"; // the comm is closed; the outbox keeps everything
      this.tell("status");
    }
  }

  /** Ask for everything; called on start, after a gap in revisions, and by the reload button. */
  hello(document: string | null = this.state?.document?.uid ?? null): void {
    if (this.waiting) clearTimeout(this.waiting);
    // asking again is harmless, and on a busy machine the first question can arrive before anyone listens
    this.waiting = setTimeout(() => { this.link = "lost"; this.tell("status"); this.hello(document); }, PATIENCE);
    this.post({ v: VERSION, kind: "hello", document, revision: this.revision || null });
  }

  /** The model is gone: ask no more; what is unconfirmed stays on the shelf. */
  close(): void {
    if (this.waiting) clearTimeout(this.waiting);
    this.outbox.disconnect();
  }

  open(document: string, goto?: [number, number]): void {
    this.post({ v: VERSION, kind: "open", document, ...(goto ? { goto } : {}) });
  }

  /** Ask what others did meanwhile; the kernel answers only where something changed. */
  ping(): void { if (this.link === "open") this.post({ v: VERSION, kind: "ping" }); }

  ask(question: Question): void { this.post({ v: VERSION, ...question }); }

  search(query: string): void { this.post({ v: VERSION, kind: "search", query }); }

  receive(message: ServerMessage, buffers: DataView[]): void {
    if (message.v !== VERSION) {
      this.notify("bad", "This screen and the kernel are of different versions. Reload the page.");
      return;
    }
    if (message.kind === "state") this.takeState(message, buffers);
    else if (message.kind === "ack") this.takeAck(message);
    else if (message.kind === "nack") this.takeNack(message);
    else if (message.kind === "delta") { if (this.takeDelta(message)) this.laid(); }
    else if (message.kind === "found") { this.hits = message; this.tell("found"); }
    else if (message.kind === "beside" || message.kind === "uses" || message.kind === "outdated") this.tell("answer", message);
    else if (message.kind === "trouble") this.notify("bad", message.message);
  }

  private takeState(state: StateMessage, buffers: DataView[]): void {
    if (this.waiting) clearTimeout(this.waiting);
    this.link = "open";
    const same = this.state?.document?.uid === state.document?.uid && this.state?.document?.sha256 === state.document?.sha256;
    this.state = state;
    this.revision = state.revision;
    const { text, offsets, units, rows } = unpack(state, buffers);
    this.layers.reset(rows);
    Object.assign(this, { text, offsets, units, documents: state.documents, counts: state.counts, memos: state.memos });
    this.suggestions = state.suggestions.map((row) => this.inUnits(row));
    this.book = new Codebook(state.codes);
    this.refused = this.refused.filter(({ op }) => op.document === state.document?.uid);
    this.lay();
    this.tell("document", { same, goto: state.options.goto ? this.span(state.options.goto) : null });
    void this.outbox.connect(`${state.project.uid}|${state.coder.uid}`);
  }

  private span([start, end]: [number, number]): [number, number] {
    return [this.offsets.toUnits(start), this.offsets.toUnits(end)];
  }

  private inUnits<T extends { start: number; end: number }>(row: T): T {
    return { ...row, start: this.offsets.toUnits(row.start), end: this.offsets.toUnits(row.end) };
  }

  private takeAck(ack: AckMessage): void {
    // the delta first: the coding then changes from pending to saved without ever being absent
    const whole = !ack.delta || this.takeDelta(ack.delta);
    this.saved = Date.now();
    const op = this.outbox.settle(ack.id, ack.coding ?? null);
    this.tell("ack", { ack, op });
    if (!whole) return;
    this.tell("status");
  }

  private takeNack(nack: NackMessage): void {
    const op = this.outbox.pending.find((waiting) => waiting.id === nack.id);
    if (op) {
      if (op.action.kind === "code" || op.action.kind === "create") this.refused.push({ op, why: nack.message });
      const typed = op.action.kind === "memo" ? op.action.body : op.action.kind === "create" ? op.action.name : undefined;
      this.notices = [...this.notices, { id: nack.id, tone: "bad", text: nack.message, ...(typed ? { kept: typed } : {}) }];
    }
    this.outbox.settle(nack.id);
    this.tell("notice");
    if (nack.reason === "stale") this.hello();
  }

  /** Apply what changed; false if something between was missed, after which everything is asked for again. */
  private takeDelta(delta: Delta): boolean {
    if (delta.revision <= this.revision && delta.from < this.revision) return true; // an old or doubled message
    if (delta.from !== this.revision) {
      this.hello();
      return false;
    }
    this.revision = delta.revision;
    if (delta.codes) { this.book = new Codebook(delta.codes); if (this.state) this.state.codes = delta.codes; }
    if (delta.counts) this.counts = delta.counts;
    if (delta.documents) { this.documents = delta.documents; this.tell("documents"); }
    if (delta.touched?.length) {
      const changed = new Map(delta.touched.map((doc) => [doc.uid, doc]));
      this.documents = this.documents.map((doc) => changed.get(doc.uid) ?? doc);
      this.tell("documents");
    }
    const open = this.documents.find((doc) => doc.uid === this.state?.document?.uid);
    if (open && open.version !== this.state!.document!.version) { // its text was corrected: places are those of another text
      this.hello();
      return false;
    }
    if (delta.memos) { this.memos = delta.memos; this.tell("memos"); }
    if (delta.document === this.state?.document?.uid) {
      if (delta.suggestions) this.suggestions = delta.suggestions.map((row) => this.inUnits(row));
      this.mergeRows(delta);
    }
    if (delta.codes) this.tell("codes");
    else if (delta.counts) this.tell("counts");
    return true;
  }

  private mergeRows(delta: Delta): void {
    if (!delta.added?.length && !delta.removed?.length) return;
    this.layers.confirm((delta.added ?? []).map((row) => this.inUnits(row)), delta.removed ?? []);
  }

  /** The outbox changed. */
  private laid(): void {
    this.lay();
    this.tell("codings");
    this.tell("status");
  }

  /** Confirmed codings with what is pending laid over them, in rows. */
  private lay(): void {
    const here = this.state?.document?.uid ?? null;
    const { layers } = this;
    layers.strip();
    for (const op of this.outbox.pending) if (op.document === here) this.layOp(op);
    for (const { op, why } of this.refused) {
      const action = op.action;
      if (action.kind === "code") layers.put({ ...this.ghost(`no:${op.id}`, action, op), state: "refused", why });
    }
    const answered = new Set(this.outbox.pending.map(({ action }) => ("suggestion" in action ? action.suggestion : "")));
    for (const s of this.suggestions) {
      if (answered.has(s.uid)) continue;
      layers.put({
        uid: s.uid, start: s.start, end: s.end, code: s.code, coder: "", version: 0, round: null, created: 0, row: 0,
        state: "ghost", suggestion: s.uid,
      });
    }
    this.codings = layers.drawn();
    this.depth = assignRows(this.codings);
    this.index = new Index(this.codings);
    this.clock += 1;
  }

  private ghost(uid: string, action: { code: string; start: number; end: number }, op: Op): Coding {
    const [start, end] = this.span([action.start, action.end]);
    const version = this.book.get(action.code)?.version ?? 0;
    return { uid, start, end, code: action.code, coder: op.coder, version, round: null, created: op.made, row: 0, state: "pending" };
  }

  private layOp(op: Op): void {
    const { layers } = this;
    const action = op.action;
    const uid = `op:${op.id}`;
    if (action.kind === "code") {
      layers.put(this.ghost(uid, action, op));
    } else if (action.kind === "remove") {
      layers.hide(action.coding);
    } else if (action.kind === "recode" || action.kind === "move") {
      const old = layers.get(action.coding);
      if (!old) return;
      layers.hide(action.coding);
      const change = action.kind === "recode" ? { code: action.code } : this.inUnits({ start: action.start, end: action.end });
      layers.put({ ...old, ...change, uid, state: "pending" });
    } else if (action.kind === "accept") {
      const found = this.suggestions.find((s) => s.uid === action.suggestion);
      if (found) layers.put({ ...this.ghost(uid, { code: found.code, start: 0, end: 0 }, op), start: found.start, end: found.end });
    }
  }

  /** Record what the coder did; it is on the screen before this returns. */
  act(action: Action): Op | null {
    const state = this.state;
    if (!state) return null;
    const op: Op = {
      id: newId(), document: state.document?.uid ?? null, version: state.document?.version ?? 0, coder: state.coder.uid,
      session: state.session, made: Date.now(), action,
    };
    this.outbox.add(op);
    return op;
  }

  /** Offsets and hash of a passage, as ops carry it. */
  passage(from: number, to: number): { start: number; end: number; hash: string } {
    return { start: this.offsets.toPoints(from), end: this.offsets.toPoints(to), hash: sha256(this.text.slice(from, to)) };
  }

  notify(tone: Notice["tone"], text: string): void {
    this.notices = [...this.notices.filter((n) => n.text !== text), { id: newId(), tone, text }];
    this.tell("notice");
  }

  dismiss(id: string): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
    this.refused = this.refused.filter(({ op }) => op.id !== id);
    this.laid();
    this.tell("notice");
  }

  find(uid: string | null): Coding | null { return (uid && this.layers.get(uid)) || null; }
  mine(coding: Coding): boolean { return coding.coder === this.state?.coder.uid; }
  coderName(uid: string): string { return this.state?.coders.find((coder) => coder.uid === uid)?.name ?? ""; }
  memosOn(uid: string): MemoInfo[] { return this.memos.filter((memo) => memo.about.includes(uid)); }
  /** Grows with every change of the codings, so that drawings know whether they are current. */
  get edition(): number { return this.clock; }
}
