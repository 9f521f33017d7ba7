import { describe, expect, it } from "vitest";
import { Codebook } from "../src/codes";
import { findCodes, nearDuplicates } from "../src/match";
import type { CodeInfo } from "../src/protocol";

let n = 0;
function code(name: string, zh = "", pinyin = "", parent: string | null = null, more: Partial<CodeInfo> = {}): CodeInfo {
  return {
    uid: `c${n++}`, name, zh, parent, hue: null, definition: "", definition_zh: "", include: "", include_zh: "", exclude: "", exclude_zh: "",
    aliases: [], pinyin: pinyin ? pinyin.split(" ") : [], codable: true, exclusive: false, retired: false, stage: "", version: 1, ...more,
  };
}
const elites = code("Strategic elites", "策略精英", "cè lüè jīng yīng", null, { codable: false });
const codes = [
  code("Pressure", "压力机制", "yā lì jī zhì"), code("Peer pressure", "同侪压力", "tóng chái yā lì"), code("Honour burden", "荣誉包袱", "róng yù bāo fú"), elites,
  code("Career motive", "晋升动机", "jìn shēng dòng jī", elites.uid), code("Award", "", "", null, { aliases: ["prize", "medal"] }),
  code("Gone", "", "", null, { retired: true }), code("A·B's \"quote\"", "", "", null),
];
const book = new Codebook(codes);
const find = (query: string, recent: string[] = []): string[] => findCodes(query, book, recent, "en").map((match) => match.code.name);

describe("the picker finds a code", () => {
  it("by its name, exact before prefix before the rest", () => {
    expect(find("pressure").slice(0, 2)).toEqual(["Pressure", "Peer pressure"]);
  });
  it("by two Han characters anywhere in the name, and by one", () => {
    expect(find("压力")).toEqual(["Pressure", "Peer pressure"]);
    expect(find("誉")).toEqual(["Honour burden"]);
  });
  it("by pinyin with and without tones, and by initials", () => {
    expect(find("rongyu")[0]).toBe("Honour burden");
    expect(find("ryb")[0]).toBe("Honour burden");
    expect(findCodes("ry", book, [], "en")[0]!.pinyin).toEqual([[0, 1], [1, 1]]);
  });
  it("by the beginnings of its words before letters that only stand in it somewhere", () => {
    const honours = new Codebook([code("Honour hoped for"), code("Method"), code("Honour denied")]);
    const [first] = findCodes("hod", honours, [], "en");
    expect(first!.code.name).toBe("Honour denied");
    expect(first!.name).toEqual([[0, 2], [7, 8]]);
    expect(findCodes("hohof", honours, [], "en").map((match) => match.code.name)).toEqual(["Honour hoped for"]);
  });
  it("by a synonym", () => expect(find("medal")).toEqual(["Award"]));
  it("by letters along the path", () => expect(find("el mo")).toEqual(["Career motive"]));
  it("never when it is retired or a heading", () => {
    expect(find("gone")).toEqual([]);
    expect(find("strategic elites")).not.toContain("Strategic elites");
  });
  it("recent before old among equals", () => {
    const [pressure, , honour] = codes;
    expect(find("", [honour!.uid, pressure!.uid]).slice(0, 2)).toEqual(["Honour burden", "Pressure"]);
  });
  it("with any characters in the query", () => {
    for (const odd of ["(", "[", "\\", "*", "\"", "👩‍👩‍👧", " "]) expect(() => find(odd)).not.toThrow();
    expect(find("quote")).toEqual(["A·B's \"quote\""]);
  });
});

describe("near duplicates", () => {
  it("are offered for a slip of the finger, not for another word", () => {
    expect(nearDuplicates("Presure", book).map((c) => c.name)).toContain("Pressure");
    expect(nearDuplicates("honour  BURDEN", book).map((c) => c.name)).toEqual(["Honour burden"]);
    expect(nearDuplicates("weather", book)).toEqual([]);
  });
});

describe("hues", () => {
  it("come from the tree where nobody set one, and a set one stays", () => {
    const own = new Codebook([code("A", "", "", null, { hue: 200 }), code("B")]);
    expect(own.order[0]!.shade).toBe(200);
    expect(own.order[1]!.shade).toBeGreaterThanOrEqual(0);
  });
});
