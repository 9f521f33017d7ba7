import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Desk } from "../src/model";
import { openShelf } from "../src/outbox";
import type { ClientMessage, Op, StateMessage } from "../src/protocol";

const TEXT = "One 😀 two. Three four.";
const view = (array: Uint8Array | Uint32Array): DataView => new DataView(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);

function state(more: Partial<StateMessage> = {}): StateMessage {
  const code = {
    uid: "code-1", name: "Code", zh: "", parent: null, hue: 10, definition: "", definition_zh: "", include: "", include_zh: "", exclude: "", exclude_zh: "",
    aliases: [], pinyin: [], codable: true, exclusive: false, retired: false, stage: "", version: 1,
  };
  return {
    v: 1, kind: "state", revision: 10, session: "s1", project: { uid: "p", name: "P", file: "p.coding" }, coder: { uid: "me", name: "amira" },
    coders: [{ uid: "me", name: "amira" }], rounds: [], codes: [code, { ...code, uid: "code-2", name: "Other" }], code_index: ["code-1", "code-2"], counts: {},
    documents: [], document: { uid: "d", name: "D", version: 1, sha256: "x", language: "en", details: { en: [], zh: [] }, beside: [] }, languages: ["en"], roles: ["body"], speakers: [],
    memos: [], suggestions: [], rights: { code: true, codebook: true, others: false, why: "" }, options: { language: "en", keys: {}, digits: [] }, ...more,
  };
}
const buffers = (): DataView[] => [view(new TextEncoder().encode(TEXT)), ...Array.from({ length: 5 }, () => view(new Uint8Array()))];

let factory: IDBFactory;
function make(): { desk: Desk; sent: ClientMessage[]; ops: () => Op[] } {
  const sent: ClientMessage[] = [];
  const desk = new Desk((message) => sent.push(structuredClone(message)), openShelf(factory));
  return { desk, sent, ops: () => sent.flatMap((message) => (message.kind === "op" ? [message.op] : [])) };
}
const settle = async (): Promise<void> => { for (let i = 0; i < 20; i++) await new Promise((r) => setImmediate(r)); };
const row = (uid: string, start: number, end: number, code = "code-1") => ({ uid, start, end, code, coder: "me", version: 1, round: null, created: 0 });

beforeEach(() => { factory = new IDBFactory(); });
afterEach(() => { vi.useRealTimers(); });

describe("the desk", () => {
  it("shows a coding at once as pending, and solid only after the answer", async () => {
    const { desk, ops } = make();
    desk.receive(state(), buffers());
    await settle();
    const op = desk.act({ kind: "code", code: "code-1", ...desk.passage(4, 6) })!;
    expect(desk.codings.map((c) => [c.uid, c.state])).toEqual([[`op:${op.id}`, "pending"]]);
    expect(desk.outbox.pending).toHaveLength(1);
    expect(ops()[0]!.action).toMatchObject({ start: 4, end: 5 }); // code points: the face is one
    desk.receive({ v: 1, kind: "ack", id: op.id, coding: "u1", delta: { from: 10, revision: 11, document: "d", added: [row("u1", 4, 5)], removed: [] } }, []);
    expect(desk.codings.map((c) => [c.uid, c.state, c.start, c.end])).toEqual([["u1", "plain", 4, 6]]);
    expect(desk.outbox.pending).toHaveLength(0);
    expect(desk.saved).not.toBeNull();
  });

  it("keeps offsets and fingerprints, and no word of the text", async () => {
    const { desk } = make();
    desk.receive(state(), buffers());
    await settle();
    desk.act({ kind: "code", code: "code-1", ...desk.passage(0, 11) });
    await settle();
    const shelf = (await openShelf(factory))!;
    const kept = await shelf.all("p|me");
    expect(kept).toHaveLength(1);
    expect(JSON.stringify(kept)).not.toMatch(/One|two/);
  });

  it("sends again after a dead kernel what an earlier page could not save, once and in order", async () => {
    const first = make();
    first.desk.receive(state(), buffers());
    await settle();
    const a = first.desk.act({ kind: "code", code: "code-1", ...first.desk.passage(0, 3) })!;
    const b = first.desk.act({ kind: "recode", coding: `op:${a.id}`, code: "code-2" })!;
    await settle();
    const second = make();
    second.desk.receive(state({ session: "s2" }), buffers());
    await settle();
    expect(second.ops().map((op) => op.id)).toEqual([a.id, b.id]);
    expect(second.desk.codings.map((c) => c.code)).toEqual(["code-2"]);
    second.desk.receive({ v: 1, kind: "ack", id: a.id, coding: "u1", delta: { from: 10, revision: 11, document: "d", added: [row("u1", 0, 3)], removed: [] } }, []);
    expect(second.desk.outbox.pending[0]!.action).toMatchObject({ coding: "u1" });
    second.desk.receive({ v: 1, kind: "ack", id: b.id, coding: "u2", delta: { from: 11, revision: 12, document: "d", added: [row("u2", 0, 3, "code-2")], removed: ["u1"] } }, []);
    await settle();
    const third = make();
    third.desk.receive(state(), buffers());
    await settle();
    expect(third.ops()).toEqual([]);
  });

  it("takes a doubled answer once and asks anew after a gap", async () => {
    const { desk, sent } = make();
    desk.receive(state(), buffers());
    await settle();
    const delta = { v: 1, kind: "delta" as const, from: 10, revision: 11, document: "d", added: [row("u1", 0, 3)], removed: [] };
    desk.receive(delta, []);
    desk.receive(delta, []);
    expect(desk.codings).toHaveLength(1);
    desk.receive({ ...delta, from: 14, revision: 15, added: [row("u5", 4, 5)] }, []);
    expect(sent.at(-1)!.kind).toBe("hello");
    expect(desk.codings).toHaveLength(1);
  });

  it("takes back what the kernel refused, says why, and never calls it saved", async () => {
    const { desk } = make();
    desk.receive(state(), buffers());
    await settle();
    const op = desk.act({ kind: "code", code: "code-1", ...desk.passage(0, 3) })!;
    desk.receive({ v: 1, kind: "nack", id: op.id, reason: "refused", message: "The round is closed." }, []);
    expect(desk.saved).toBeNull();
    expect(desk.codings.map((c) => [c.state, c.why])).toEqual([["refused", "The round is closed."]]);
    expect(desk.notices.map((n) => n.text)).toEqual(["The round is closed."]);
    desk.dismiss(op.id);
    expect(desk.codings).toEqual([]);
  });

  it("gives back a removal that was refused", async () => {
    const { desk } = make();
    desk.receive(state(), buffers());
    desk.receive({ v: 1, kind: "delta", from: 10, revision: 11, document: "d", added: [row("u1", 0, 3)], removed: [] }, []);
    await settle();
    const op = desk.act({ kind: "remove", coding: "u1" })!;
    expect(desk.codings).toEqual([]);
    desk.receive({ v: 1, kind: "nack", id: op.id, reason: "refused", message: "no" }, []);
    expect(desk.codings.map((c) => c.uid)).toEqual(["u1"]);
  });

  it("keeps what was typed when a memo is refused", async () => {
    const { desk } = make();
    desk.receive(state(), buffers());
    await settle();
    const op = desk.act({ kind: "memo", about: "u1", body: "my long thought", memo: null })!;
    desk.receive({ v: 1, kind: "nack", id: op.id, reason: "missing", message: "gone" }, []);
    expect(desk.notices[0]!.kept).toBe("my long thought");
  });

  it("tries again with growing pauses while nobody answers, and says so", async () => {
    const { desk, ops } = make();
    desk.receive(state(), buffers());
    await settle();
    vi.useFakeTimers();
    desk.act({ kind: "code", code: "code-1", ...desk.passage(0, 3) });
    expect(desk.outbox.overdue).toBe(false);
    await vi.advanceTimersByTimeAsync(1600);
    expect(desk.outbox.overdue).toBe(true);
    await vi.advanceTimersByTimeAsync(60000);
    const n = ops().length;
    expect(n).toBeGreaterThan(3);
    expect(n).toBeLessThan(9);
    expect(new Set(ops().map((op) => op.id)).size).toBe(1);
  });

  it("works without a database in the browser", async () => {
    const sent: ClientMessage[] = [];
    const desk = new Desk((message) => sent.push(message), Promise.resolve(null));
    desk.receive(state(), buffers());
    await settle();
    desk.act({ kind: "code", code: "code-1", ...desk.passage(0, 3) });
    await settle();
    expect(desk.outbox.durable).toBe(false);
    expect(sent.filter((message) => message.kind === "op")).toHaveLength(1);
  });
});
