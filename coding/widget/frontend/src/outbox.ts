/**
 * What the coder did and the kernel has not confirmed. Kept in IndexedDB, so that it outlives the
 * tab and the kernel: offsets and hashes, never the text of a document; what was typed stays until
 * the answer. One per model; several views share it.
 */

import type { Op } from "./protocol";

const NAME = "coding-workbench";
const STORE = "outbox";
const FIRST_WAIT = 1500;
const LONGEST_WAIT = 30000;

interface Kept extends Op { scope: string }

export interface Shelf {
  all(scope: string): Promise<Kept[]>;
  put(op: Kept): Promise<void>;
  drop(id: string): Promise<void>;
}

function request<T>(made: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    made.onsuccess = () => resolve(made.result);
    made.onerror = () => reject(made.error);
  });
}

/** The shelf in IndexedDB; where the browser has none (private windows), null. */
export async function openShelf(factory: IDBFactory | undefined = globalThis.indexedDB): Promise<Shelf | null> {
  if (!factory) return null;
  try {
    const opening = factory.open(NAME, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore(STORE, { keyPath: "id" }).createIndex("scope", "scope");
    };
    const db = await request(opening);
    const store = (mode: IDBTransactionMode): IDBObjectStore => db.transaction(STORE, mode).objectStore(STORE);
    return {
      all: (scope) => request(store("readonly").index("scope").getAll(scope) as IDBRequest<Kept[]>),
      put: async (op) => void (await request(store("readwrite").put(op))),
      drop: async (id) => void (await request(store("readwrite").delete(id))),
    };
  } catch {
    return null;
  }
}

export class Outbox {
  /** In the order of making; the kernel takes them in this order. */
  readonly pending: Op[] = [];
  /** Whether the oldest op has waited for an answer longer than an answer takes. */
  overdue = false;
  private wait = FIRST_WAIT;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private scope = "";
  private live = false;
  private shelf: Shelf | null = null;
  private readonly ready: Promise<Shelf | null>;

  constructor(
    private readonly send: (op: Op) => void,
    private readonly changed: () => void,
    shelf: Promise<Shelf | null> = openShelf(),
  ) {
    this.ready = shelf.then((found) => (this.shelf = found));
  }

  /** Whether kept ops would survive this page. */
  get durable(): boolean { return this.shelf !== null; }

  /** Called with every state: from now on ops may be sent; what an earlier page left is sent first. */
  async connect(scope: string): Promise<void> {
    await this.ready;
    if (scope !== this.scope) {
      this.scope = scope;
      const known = new Set(this.pending.map((op) => op.id));
      const kept = await (this.shelf?.all(scope) ?? []);
      this.pending.push(...kept.filter((op) => !known.has(op.id)).map(({ scope: _, ...op }) => op));
      this.pending.sort((a, b) => (a.id < b.id ? -1 : 1));
    }
    this.live = true;
    this.wait = FIRST_WAIT;
    this.resend();
    this.changed();
  }

  add(op: Op): void {
    this.pending.push(op);
    void this.ready.then((shelf) => shelf?.put({ ...op, scope: this.scope })).catch(() => (this.shelf = null));
    if (this.live) this.send(op);
    this.schedule();
    this.changed();
  }

  /** The kernel answered: forget the op, and let later ones name what it became. */
  settle(id: string, becameCoding: string | null = null): Op | null {
    const at = this.pending.findIndex((op) => op.id === id);
    if (at < 0) return null;
    const [done] = this.pending.splice(at, 1);
    if (becameCoding) this.rename(`op:${id}`, becameCoding);
    void this.ready.then((shelf) => shelf?.drop(id)).catch(() => undefined);
    this.overdue = false;
    this.wait = FIRST_WAIT;
    this.schedule();
    this.changed();
    return done!;
  }

  private rename(from: string, to: string): void {
    for (const op of this.pending) {
      const action = op.action as { coding?: string; about?: string };
      if (action.coding !== from && action.about !== from) continue;
      if (action.coding === from) action.coding = to;
      if (action.about === from) action.about = to;
      void this.ready.then((shelf) => shelf?.put({ ...op, scope: this.scope })).catch(() => undefined);
    }
  }

  private schedule(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = this.pending.length ? setTimeout(() => this.late(), this.wait) : null;
  }

  private late(): void {
    this.overdue = true;
    this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
    if (this.live) this.resend();
    this.schedule();
    this.changed();
  }

  private resend(): void {
    for (const op of this.pending) this.send(op);
    this.schedule();
  }

  /** No more answers can come on this channel; keep everything. */
  disconnect(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.live = false;
  }
}
