/** What a decision keeps, computed here only to show it; the kernel decides again when it is saved. */

import type { Case, Decision } from "./types";

type Span = [number, number];
const sorted = (spans: Span[]): Span[] => [...spans].sort((x, y) => x[0] - y[0] || x[1] - y[1]);

export function unite(spans: Span[]): Span[] {
  const out: Span[] = [];
  for (const [start, end] of sorted(spans)) {
    const last = out[out.length - 1];
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else out.push([start, end]);
  }
  return out;
}

export function intersect(a: Span[], b: Span[]): Span[] {
  const out: Span[] = [];
  for (const x of unite(a)) for (const y of unite(b)) if (x[0] < y[1] && y[0] < x[1]) out.push([Math.max(x[0], y[0]), Math.min(x[1], y[1])]);
  return out;
}

export function kept(item: Pick<Case, "a" | "b">, decision: Decision, drawn: Span | null): Span[] {
  const [a, b] = [item.a, item.b].map((sides) => sides.map((s): Span => [s.start, s.end])) as [Span[], Span[]];
  switch (decision) {
    case "a": return unite(a);
    case "b": return unite(b);
    case "both": case "union": return unite([...a, ...b]);
    case "intersection": return intersect(a, b);
    case "neither": return [];
    case "redraw": return drawn ? [drawn] : [];
  }
}
