/** Rows of codings, which are underline in the text and lane in the margin, and places of names. */

export interface Row { start: number; end: number; row: number }

/** Order of drawing: by start, longer first. */
export const byPlace = (a: { start: number; end: number }, b: { start: number; end: number }): number =>
  a.start - b.start || b.end - a.end;

/** Give each item the first row that is free at its start. Items must be in the order of `byPlace`. */
export function assignRows(items: Row[]): number {
  const free: number[] = [];
  for (const item of items) {
    let row = 0;
    while (row < free.length && free[row]! > item.start) row++;
    free[row] = item.end;
    item.row = row;
  }
  return free.length;
}

/** Answers "what overlaps this stretch" in logarithmic time plus the hits. */
export class Index<T extends { start: number; end: number }> {
  private readonly reach: Float64Array;

  constructor(readonly items: T[]) {
    this.reach = new Float64Array(items.length);
    let furthest = 0;
    items.forEach((item, i) => { this.reach[i] = furthest = Math.max(furthest, item.end); });
  }

  within(from: number, to: number): T[] {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.reach[mid]! > from) high = mid;
      else low = mid + 1;
    }
    const out: T[] = [];
    for (let i = low; i < this.items.length && this.items[i]!.start < to; i++) {
      if (this.items[i]!.end > from) out.push(this.items[i]!);
    }
    return out;
  }
}

/**
 * Places for names that want certain heights: least total displacement, never closer than `pitch`.
 * `wants` must ascend. Pools neighbours that would touch (isotonic regression), each pool at its mean.
 */
export function poolNames(wants: number[], pitch: number, top = -Infinity): number[] {
  const pools: { sum: number; n: number }[] = [];
  wants.forEach((want, k) => {
    pools.push({ sum: want - k * pitch, n: 1 });
    while (pools.length > 1) {
      const last = pools[pools.length - 1]!;
      const before = pools[pools.length - 2]!;
      if (before.sum / before.n <= last.sum / last.n) break;
      before.sum += last.sum;
      before.n += last.n;
      pools.pop();
    }
  });
  const out: number[] = [];
  for (const pool of pools) {
    const mean = Math.max(pool.sum / pool.n, top);
    for (let j = 0; j < pool.n; j++) out.push(mean + out.length * pitch);
  }
  return out;
}

/** The lane of a coding, or null where "+n" stands for it. The chosen one is always shown: it takes the last lane from whoever it overlaps. */
export function laneOf(item: Row, chosen: Row | null | undefined, lanes: number): number | null {
  const last = lanes - 1;
  if (!chosen || chosen.row < lanes) return item.row < lanes ? item.row : null;
  if (item === chosen) return last;
  const behind = item.row === last && item.start < chosen.end && chosen.start < item.end;
  return item.row < lanes && !behind ? item.row : null;
}
