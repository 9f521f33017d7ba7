import { describe, expect, it } from "vitest";
import { TABLES } from "../src/i18n";
import { capOf, DEFAULT_KEYS, digitOf, keyName, Keys } from "../src/keys";

const event = (key: string, more: Partial<KeyboardEvent> = {}): KeyboardEvent =>
  ({ key, code: "", shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more }) as KeyboardEvent;

describe("keys", () => {
  it("are named by letter and modifier", () => {
    expect(keyName(event("J", { shiftKey: true }))).toBe("Shift+J");
    expect(keyName(event("z", { ctrlKey: true }))).toBe("Mod+z");
    expect(keyName(event("z", { metaKey: true }))).toBe("Mod+z");
    expect(keyName(event(" "))).toBe("Space");
    expect(keyName(event("?", { shiftKey: true }))).toBe("?");
  });
  it("work with a Chinese layout's full-width punctuation", () => {
    expect(keyName(event("【"))).toBe("[");
    expect(keyName(event("、"))).toBe("/");
  });
  it("take digits by their place, never with a modifier", () => {
    expect(digitOf({ ...event("&"), code: "Digit1" })).toBe(1);
    expect(digitOf({ ...event("3"), code: "Numpad3" })).toBe(3);
    expect(digitOf({ ...event("1"), code: "Digit1", ctrlKey: true })).toBeNull();
    expect(digitOf({ ...event("0"), code: "Digit0" })).toBeNull();
  });
  it("have one command each", () => {
    const all = Object.values(DEFAULT_KEYS).flat();
    expect(new Set(all).size).toBe(all.length);
  });
  it("can be given to other commands", () => {
    const keys = new Keys({ next_sentence: ["n"] });
    expect(keys.command(event("n"))).toBe("next_sentence");
    expect(keys.command(event("j"))).toBeNull();
    expect(keys.cap("next_sentence")).toBe("n");
    expect(capOf("Mod+Shift+Z")).toBe("Ctrl Shift Z");
  });
});

describe("words", () => {
  it("stand in both languages with the same gaps", () => {
    expect(Object.keys(TABLES.zh)).toEqual(Object.keys(TABLES.en));
    for (const [word, english] of Object.entries(TABLES.en)) {
      const chinese = TABLES.zh[word as keyof typeof TABLES.zh];
      expect(chinese, word).not.toBe("");
      for (const gap of chinese.match(/\{\d\}/g) ?? []) expect(english, word).toContain(gap);
    }
  });
});
