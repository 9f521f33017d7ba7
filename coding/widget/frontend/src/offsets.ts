/** Code points to UTF-16 units and back, and edges that never cut a character that people see as one. */

export class OffsetMap {
  /** UTF-16 positions of the first half of every astral character, ascending. */
  private readonly astral: Uint32Array;
  readonly units: number;
  readonly points: number;

  constructor(text: string) {
    const found: number[] = [];
    const search = /[\ud800-\udbff][\udc00-\udfff]/g;
    for (let hit = search.exec(text); hit; hit = search.exec(text)) found.push(hit.index);
    this.astral = Uint32Array.from(found);
    this.units = text.length;
    this.points = text.length - found.length;
  }

  /** Number of UTF-16 units before a code point. */
  toUnits(point: number): number {
    // the k-th astral character sits at code point astral[k] - k
    let low = 0;
    let high = this.astral.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.astral[mid]! - mid < point) low = mid + 1;
      else high = mid;
    }
    return point + low;
  }

  /** Number of code points before a UTF-16 position; a position inside a pair counts the pair. */
  toPoints(unit: number): number {
    let low = 0;
    let high = this.astral.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.astral[mid]! < unit) low = mid + 1;
      else high = mid;
    }
    return unit - low + (low && this.astral[low - 1]! === unit - 1 ? 1 : 0);
  }
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const WINDOW = 256;

/** Start of the stretch around `at` in which clusters can be cut safely: just after a line end or a plain letter pair. */
function safeStart(text: string, at: number): number {
  let from = Math.max(0, at - WINDOW);
  while (from > 0 && /[^\x20-\x7e\u4e00-\u9fff]/.test(text.slice(from - 1, from + 1)) && at - from < 4 * WINDOW) from--;
  return from;
}

/** The nearest edge of a grapheme cluster at or before (-1), or at or after (1), a position. */
export function snapEdge(text: string, at: number, side: -1 | 1): number {
  if (at <= 0 || at >= text.length) return Math.max(0, Math.min(text.length, at));
  // two plain characters never form a cluster: the common case costs nothing
  if (/^[\x20-\x7e\u4e00-\u9fff]{2}$/.test(text.slice(at - 1, at + 1))) return at;
  const from = safeStart(text, at);
  for (const part of graphemes.segment(text.slice(from, at + WINDOW))) {
    const start = from + part.index;
    const end = start + part.segment.length;
    if (start === at || end === at) return at;
    if (start < at && at < end) return side < 0 ? start : end;
  }
  return at;
}

/** Next cluster edge from a position. */
export function stepEdge(text: string, at: number, side: -1 | 1): number {
  if (side > 0) return at >= text.length ? at : snapEdge(text, at + 1, 1);
  return at <= 0 ? 0 : snapEdge(text, at - 1, -1);
}
