import { describe, expect, it } from "vitest";
import { assignRows, byPlace, Index, laneOf, poolNames } from "../src/lanes";
import { Units, type Paragraph, type Turn } from "../src/units";

function random(seed: number): () => number {
  return () => (seed = (seed * 48271) % 2147483647) / 2147483647;
}

describe("rows", () => {
  it("never hold two codings that overlap, and no row is higher than needed", () => {
    const next = random(11);
    const items = Array.from({ length: 400 }, () => {
      const start = Math.floor(next() * 3000);
      return { start, end: start + 1 + Math.floor(next() * 200), row: -1 };
    }).sort(byPlace);
    assignRows(items);
    items.forEach((a, i) => {
      const earlier = items.slice(0, i);
      expect(earlier.some((b) => b.row === a.row && b.end > a.start)).toBe(false);
      for (let row = 0; row < a.row; row++) expect(earlier.some((b) => b.row === row && b.end > a.start)).toBe(true);
    });
  });

  it("let touching codings share a row", () => {
    const items = [{ start: 0, end: 5, row: -1 }, { start: 5, end: 9, row: -1 }];
    expect(assignRows(items)).toBe(1);
  });
});

describe("what overlaps a stretch", () => {
  it("is found as by looking at every one", () => {
    const next = random(5);
    const items = Array.from({ length: 300 }, () => {
      const start = Math.floor(next() * 2000);
      return { start, end: start + 1 + Math.floor(next() * (next() < 0.05 ? 1500 : 40)) };
    }).sort(byPlace);
    const index = new Index(items);
    for (let i = 0; i < 200; i++) {
      const from = Math.floor(next() * 2000);
      const to = from + 1 + Math.floor(next() * 100);
      expect(index.within(from, to)).toEqual(items.filter((item) => item.start < to && item.end > from));
    }
  });
});

describe("names", () => {
  it("never touch, keep their order, and stay where they want where there is room", () => {
    const next = random(3);
    for (let round = 0; round < 50; round++) {
      const wants = Array.from({ length: 40 }, () => next() * 600).sort((a, b) => a - b);
      const places = poolNames(wants, 21);
      for (let i = 1; i < places.length; i++) expect(places[i]! - places[i - 1]!).toBeGreaterThanOrEqual(21 - 1e-6);
    }
    expect(poolNames([10, 100, 200], 21)).toEqual([10, 100, 200]);
  });

  it("share the shift: two that want one place part evenly", () => {
    expect(poolNames([50, 50], 20)).toEqual([40, 60]);
  });
});

const text = "Anna: One here. Two there!\n\nBo: 她来了。他走了。 ok";
const paragraphs: Paragraph[] = [
  { start: 0, end: 26, language: "en", role: "body", codable: true },
  { start: 28, end: 46, language: "zh", role: "body", codable: true },
];
const turns: Turn[] = [
  { start: 0, end: 26, labelEnd: 6, speaker: "Anna", interviewer: true },
  { start: 28, end: 46, labelEnd: 32, speaker: "Bo", interviewer: false },
];
const units = new Units(text, [[6, 15], [16, 26], [32, 36], [36, 40], [41, 43]], paragraphs, turns);

describe("units", () => {
  it("are whole sentences, and turns without their label", () => {
    expect(units.at(8, "sentence")).toEqual([6, 15]);
    expect(units.at(8, "turn")).toEqual([6, 26]);
    expect(units.at(2, "paragraph")).toEqual([6, 26]);
  });

  it("grow a drag outward to whole units", () => {
    expect(units.snap(10, 18, "sentence")).toEqual([6, 26]);
    expect(units.snap(10, 12, "word")).toEqual([10, 14]);
    expect(units.snap(33, 38, "character")).toEqual([33, 38]);
  });

  it("find the word in Chinese too", () => {
    const span = units.at(33, "word")!;
    expect(text.slice(...span)).toMatch(/来/);
  });

  it("step over sentences in both directions and stop at the ends", () => {
    expect(units.next(6, 1)).toEqual([16, 26]);
    expect(units.next(16, -1)).toEqual([6, 15]);
    expect(units.next(6, -1)).toBeNull();
    expect(units.next(41, 1)).toBeNull();
  });

  it("skip paratext", () => {
    const off = new Units(text, units.sentences, [{ ...paragraphs[0]!, codable: false }, paragraphs[1]!], turns);
    expect(off.next(-1, 1)).toEqual([32, 36]);
  });

  it("move an edge by words and always move", () => {
    let at = 6;
    for (let i = 0; i < 5; i++) {
      const next = units.wordEdge(at, 1, "end");
      expect(text[next - 1]).not.toBe(" ");
      expect(next).toBeGreaterThan(at);
      at = next;
    }
    expect(units.wordEdge(14, -1, "end")).toBe(9);
    expect(units.wordEdge(6, 1, "start")).toBe(10);
  });
});

describe("lanes", () => {
  const rows = [{ start: 0, end: 90, row: 0 }, { start: 5, end: 80, row: 1 }, { start: 10, end: 60, row: 2 }, { start: 85, end: 95, row: 1 }];
  const lanes = (chosen: number | null): (number | null)[] => rows.map((row) => laneOf(row, chosen === null ? null : rows[chosen], 2));

  it("hide what has no lane of its own", () => { expect(lanes(null)).toEqual([0, 1, null, 1]); });

  it("show the chosen coding in any case, and hide only what is in its way", () => { expect(lanes(2)).toEqual([0, null, 1, 1]); });

  it("stay as they are when the chosen coding has a lane", () => { expect(lanes(0)).toEqual([0, 1, null, 1]); });
});
