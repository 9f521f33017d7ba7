/** Disagreements with both coders' lines: A underlined at the left, B overlined at the right, what they share tinted. */

import { h } from "../dom";
import type { Item, Side } from "./types";
import type { Language } from "../say";

interface Piece { start: number; end: number; a: Side | undefined; b: Side | undefined }

/** Cut the shown text at every edge; offsets are code points from the start of the document. */
export function pieces(item: Pick<Item, "text" | "at" | "a" | "b">): Piece[] {
  const length = [...item.text].length;
  const edges = new Set([0, length]);
  for (const side of [...item.a, ...item.b]) for (const p of [side.start - item.at, side.end - item.at]) if (p > 0 && p < length) edges.add(p);
  const sorted = [...edges].sort((x, y) => x - y);
  const over = (sides: Side[], p: number): Side | undefined => sides.find((s) => s.start - item.at <= p && p < s.end - item.at);
  return sorted.slice(0, -1).map((start, i) => ({ start, end: sorted[i + 1]!, a: over(item.a, start), b: over(item.b, start) }));
}

export function marked(item: Item): HTMLElement {
  const characters = [...item.text];
  const out = h("p", { lang: item.language });
  for (const piece of pieces(item)) {
    const words = characters.slice(piece.start, piece.end).join("");
    if (!piece.a && !piece.b) { out.append(words); continue; }
    const span = h("span", { class: `${piece.a ? "qr-ua" : ""} ${piece.b ? "qr-ub" : ""} ${piece.a && piece.b ? "qr-both" : ""}` }, words);
    if (piece.a) span.style.setProperty("--ha", String(piece.a.hue));
    if (piece.b) span.style.setProperty("--hb", String(piece.b.hue));
    out.append(span);
  }
  return out;
}

function side(sides: Side[], coder: string, which: "A" | "B", language: Language, none: string): HTMLElement {
  const first = sides[0];
  const names = [...new Set(sides.map((s) => (language === "zh" && s.code_zh) || s.code))];
  return h("div", { class: `qr-side qr-${which}`, css: first ? { "--h": String(first.hue) } : {} }, ...(names.length ? names.map((n) => h("span", {}, n)) : [h("span", { class: "qr-mut" }, none)]), h("small", {}, coder));
}

export function drawItem(item: Item, language: Language, none: string, coders: [string, string] = item.coders): HTMLElement {
  return h("article", { class: "qr-item", tabindex: "-1", "aria-label": `${item.name}, ${item.words[language]}` },
    h("div", { class: "qr-where" }, h("b", {}, item.name), h("span", {}, `¶ ${item.paragraph}`), h("span", {}, item.words[language]), item.settled ? h("span", { class: "qr-settled" }, item.settled) : null),
    side(item.a, coders[0], "A", language, none), marked(item), side(item.b, coders[1], "B", language, none));
}
