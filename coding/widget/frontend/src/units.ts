/** Sentences, turns, paragraphs and words of the open text, in UTF-16 units. */

import { snapEdge } from "./offsets";

export type Span = [number, number];
export type Unit = "sentence" | "turn" | "paragraph" | "word" | "character";
export const UNITS: Unit[] = ["sentence", "word", "turn", "paragraph", "character"];

export interface Paragraph { start: number; end: number; language: string; role: string; codable: boolean }
export interface Turn { start: number; end: number; labelEnd: number; speaker: string; interviewer: boolean }

/** Index of the last item that starts at or before a position, -1 if none does. */
export function lastBefore(n: number, start: (i: number) => number, at: number): number {
  let low = 0;
  let high = n;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (start(mid) <= at) low = mid + 1;
    else high = mid;
  }
  return low - 1;
}

export class Units {
  constructor(
    readonly text: string,
    readonly sentences: Span[],
    readonly paragraphs: Paragraph[],
    readonly turns: Turn[],
  ) {}

  paragraphAt(at: number): Paragraph | null {
    const i = lastBefore(this.paragraphs.length, (k) => this.paragraphs[k]!.start, at);
    const found = this.paragraphs[i];
    return found && at <= found.end ? found : null;
  }

  turnAt(at: number): Turn | null {
    const i = lastBefore(this.turns.length, (k) => this.turns[k]!.start, at);
    const found = this.turns[i];
    return found && at <= found.end ? found : null;
  }

  /** Index of the sentence at a position, else of the next one. */
  sentenceIndex(at: number): number {
    const i = lastBefore(this.sentences.length, (k) => this.sentences[k]![0], at);
    if (i >= 0 && at < this.sentences[i]![1]) return i;
    return Math.min(i + 1, this.sentences.length - 1);
  }

  /** The unit at a position; what is not there falls back to the next smaller one. */
  at(at: number, unit: Unit): Span | null {
    if (unit === "turn") {
      const turn = this.turnAt(at);
      if (turn && turn.end > turn.labelEnd) return this.trim([turn.labelEnd, turn.end]);
      return this.at(at, "paragraph");
    }
    if (unit === "paragraph") {
      const found = this.paragraphAt(at);
      return found ? this.trim([Math.min(Math.max(found.start, this.labelEnd(found.start)), found.end), found.end]) : null;
    }
    if (unit === "sentence") {
      const found = this.sentences[this.sentenceIndex(at)];
      if (!found || at < found[0] - 2 || at > found[1] + 1) return this.at(at, "paragraph");
      return found;
    }
    if (unit === "word") return this.word(at);
    return [snapEdge(this.text, at, -1), snapEdge(this.text, at + 1, 1)];
  }

  /** Grow a stretch outward to whole units; never over the edge of the text. */
  snap(from: number, to: number, unit: Unit): Span | null {
    if (from === to) return this.at(from, unit);
    if (unit === "character") return [snapEdge(this.text, from, -1), snapEdge(this.text, to, 1)];
    const first = this.at(from, unit);
    const last = this.at(Math.max(from, to - 1), unit);
    if (!first || !last) return this.trim([snapEdge(this.text, from, -1), snapEdge(this.text, to, 1)]);
    return this.trim([Math.min(first[0], last[0]), Math.max(first[1], last[1])]);
  }

  /** The sentence before or after a passage, skipping what is not for coding unless told. */
  next(from: number, step: 1 | -1, skip = true): Span | null {
    let i = lastBefore(this.sentences.length, (k) => this.sentences[k]![0], from);
    if (step > 0) i += 1;
    else if (i >= 0 && this.sentences[i]![0] === from) i -= 1;
    for (; i >= 0 && i < this.sentences.length; i += step) {
      const found = this.sentences[i]!;
      if (!skip || this.paragraphAt(found[0])?.codable !== false) return found;
    }
    return null;
  }

  /** End of the speaker label if the position lies in one. */
  private labelEnd(at: number): number {
    const turn = this.turnAt(at);
    return turn && at < turn.labelEnd ? turn.labelEnd : at;
  }

  trim([from, to]: Span): Span | null {
    while (from < to && /\s/.test(this.text[from]!)) from++;
    while (to > from && /\s/.test(this.text[to - 1]!)) to--;
    return from < to ? [from, to] : null;
  }

  private word(at: number): Span | null {
    const line = this.text.lastIndexOf("\n", at - 1) + 1;
    const stop = this.text.indexOf("\n", at);
    const from = Math.max(line, at - 120);
    const part = this.text.slice(from, Math.min(stop < 0 ? this.text.length : stop, at + 120));
    for (const piece of words().segment(part)) {
      const start = from + piece.index;
      if (at >= start && at < start + piece.segment.length) {
        if (piece.isWordLike || !/^\s+$/.test(piece.segment)) return [start, start + piece.segment.length];
      }
    }
    return null;
  }

  /** Where an edge of a passage goes by one word: a start to the start of a word, an end to the end of one. */
  wordEdge(at: number, step: 1 | -1, edge: "start" | "end"): number {
    for (let probe = step > 0 ? at : at - 1, tries = 0; tries < 400; tries++) {
      if (probe < 0 || probe >= this.text.length) return Math.max(0, Math.min(this.text.length, probe < 0 ? 0 : this.text.length));
      const word = this.word(probe);
      if (!word) { probe += step; continue; }
      const found = edge === "start" ? word[0] : word[1];
      if ((found - at) * step > 0) return found;
      probe = step > 0 ? word[1] : word[0] - 1;
    }
    return at;
  }
}

let segmenter: Intl.Segmenter | null = null;
/** ICU's dictionary cuts Han as well as Latin words, whatever the locale. */
const words = (): Intl.Segmenter => (segmenter ??= new Intl.Segmenter("zh", { granularity: "word" }));
