import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { formatId, newId, sha256 } from "../src/hash";
import { OffsetMap, snapEdge, stepEdge } from "../src/offsets";

const PARTS = ["a", "é", "e\u0301", "政", "策", "😀", "👩‍👩‍👧", "\u{20BB7}", "🇫🇷", "\n", " ", "👍🏽", "한", "\ufeff"];

function randomText(n: number, seed: number): string {
  let out = "";
  for (let i = 0; i < n; i++) {
    seed = (seed * 48271) % 2147483647;
    out += PARTS[seed % PARTS.length];
  }
  return out;
}

describe("code points and UTF-16", () => {
  it("agree with counting one by one, for every position", () => {
    for (let seed = 1; seed < 30; seed++) {
      const text = randomText(60, seed);
      const map = new OffsetMap(text);
      const points = [...text];
      expect(map.points).toBe(points.length);
      let unit = 0;
      points.forEach((point, i) => {
        expect(map.toUnits(i)).toBe(unit);
        expect(map.toPoints(unit)).toBe(i);
        unit += point.length;
      });
      expect(map.toUnits(points.length)).toBe(text.length);
    }
  });

  it("count a pair that is cut as a whole one", () => {
    expect(new OffsetMap("a😀b").toPoints(2)).toBe(2);
  });
});

describe("edges", () => {
  it("never cut a character that people see as one", () => {
    const family = "👩‍👩‍👧";
    const text = `x${family}e\u0301y`;
    for (let at = 2; at < 1 + family.length; at++) {
      expect(snapEdge(text, at, -1)).toBe(1);
      expect(snapEdge(text, at, 1)).toBe(1 + family.length);
    }
    expect(stepEdge(text, 1, 1)).toBe(1 + family.length);
    expect(stepEdge(text, 1 + family.length, 1)).toBe(3 + family.length);
    expect(stepEdge(text, 3 + family.length, -1)).toBe(1 + family.length);
  });

  it("stay within the text", () => {
    expect(stepEdge("ab", 0, -1)).toBe(0);
    expect(stepEdge("ab", 2, 1)).toBe(2);
  });
});

describe("fingerprints", () => {
  it("are those of the platform for texts of every length around a block", () => {
    for (const n of [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 1000]) {
      const text = randomText(n, n + 3);
      expect(sha256(text)).toBe(createHash("sha256").update(text, "utf8").digest("hex"));
    }
  });

  it("have ids that sort in the order of making", () => {
    const ids = Array.from({ length: 5000 }, newId);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    const id = ids[0]!;
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(formatId(new Uint8Array(16).fill(255), 0)).toBe("ffffffff-ffff-ffff-ffff-ffffffffffff");
  });
});
