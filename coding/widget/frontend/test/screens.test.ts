import { describe, expect, it } from "vitest";
import { cut } from "../src/review/grids";
import { pieces } from "../src/review/passages";
import { rowsShown } from "../src/review/table";
import type { Row } from "../src/review/types";
import { tables as review } from "../src/review/words";
import { filled } from "../src/say";
import { tables as search } from "../src/search/words";
import { kept } from "../src/settle/result";
import { tables as settle } from "../src/settle/words";
import { arrange, type Code } from "../src/sorting/tree";
import { tables as sorting } from "../src/sorting/words";

const side = (start: number, end: number) => ({ start, end, code: "c", code_zh: "", hue: 1 });
const row = (uid: string, level: number, n: number): Row => ({ uid, level, name: uid, name_zh: "", hue: 0, merged: false, counts: [n, n], percent: "", alpha: null, kappa: null, positive: "", why: null });
const code = (uid: string, parent: string | null, level: number): Code => ({ uid, parent, level, name: uid, name_zh: uid === "a" ? "压力" : "", hue: 0, stage: "", count: 0, memos: 0, definition: "", definition_zh: "" });

describe("a disagreement", () => {
  it("is cut at every edge, counted in code points", () => {
    const cut = pieces({ text: "a👩b𠮷c", at: 10, a: [side(10, 13)], b: [side(12, 14)] });
    expect(cut.map((p) => [p.start, p.end, Boolean(p.a), Boolean(p.b)])).toEqual([[0, 2, true, false], [2, 3, true, true], [3, 4, false, true], [4, 5, false, false]]);
  });
  it("keeps what each decision says", () => {
    const item = { a: [side(0, 5), side(8, 9)], b: [side(3, 8)] };
    expect(kept(item, "union", null)).toEqual([[0, 9]]);
    expect(kept(item, "intersection", null)).toEqual([[3, 5]]);
    expect(kept(item, "neither", null)).toEqual([]);
    expect(kept(item, "redraw", [1, 2])).toEqual([[1, 2]]);
  });
});

describe("the table of codes", () => {
  const rows = [row("p", 0, 2), row("c", 1, 2), row("none", 1, 0), row("q", 0, 1)];
  const o = { worst: false, unused: { shown: false }, closed: new Set<string>(), chosen: undefined };
  it("hides codes nobody used until asked", () => {
    expect(rowsShown(rows, o).shown.map((r) => r.uid)).toEqual(["p", "c", "q"]);
    expect(rowsShown(rows, { ...o, unused: { shown: true } }).shown).toHaveLength(4);
    expect(rowsShown(rows, o).idle).toBe(1);
  });
  it("folds parents", () => {
    expect(rowsShown(rows, { ...o, closed: new Set(["p"]) }).shown.map((r) => r.uid)).toEqual(["p", "q"]);
  });
});

describe("the sorting board", () => {
  const codes = [code("p", null, 0), code("a", "p", 1), code("b", "a", 2), code("loose", null, 0)];
  it("puts loose codes first and folds the rest", () => {
    expect(arrange(codes, new Set(), "").map((r) => r.code.uid)).toEqual(["loose", "p", "a", "b"]);
    expect(arrange(codes, new Set(["p"]), "").map((r) => r.code.uid)).toEqual(["loose", "p"]);
  });
  it("filters by either name", () => expect(arrange(codes, new Set(["p"]), "压").map((r) => r.code.uid)).toEqual(["a"]));
});

describe("names in a drawing", () => {
  it("are cut to their room, Han sooner than Latin", () => {
    expect(cut("Pressure", 106)).toBe("Pressure");
    expect(cut("Resource endowment and opportunity structure", 106)).toBe("Resource endow…");
    expect(cut("资源禀赋与机会结构的总体描述", 106)).toBe("资源禀赋与机会结…");
  });
});

describe("words", () => {
  it.each([["review", review], ["settle", settle], ["sorting", sorting], ["search", search]])("of %s stand in both languages with the same gaps", (_, { en, zh }) => {
    const gaps = (text: string): string[] => (text.match(/\{\d\}/g) ?? []).sort();
    for (const [key, text] of Object.entries(en)) expect([key, gaps((zh as Record<string, string>)[key]!)]).toEqual([key, gaps(text)]);
  });
  it("agree with their number", () => {
    const words = ["{0} place[s] in {1} document[s]"] as const;
    expect([[1, 2], [2, 1], [0, "1,200"]].map((n) => filled(words[0], n))).toEqual(["1 place in 2 documents", "2 places in 1 document", "0 places in 1,200 documents"]);
    expect(filled("{0} of {1}", ["<b>", 1])).toBe("<b> of 1");
  });
});
