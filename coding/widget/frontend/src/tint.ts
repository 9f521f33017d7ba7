/**
 * Underlines and tints of the text on screen: flat pieces, cut at every edge of a coding, each with
 * one background list. Never nested, never mixed; at most three lines and one tint to a piece.
 */

import { RangeSetBuilder, StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, ViewPlugin, type DecorationSet, type EditorView, type ViewUpdate } from "@codemirror/view";
import type { Coding } from "./model";

/** What the drawing needs to know about a coding. */
export interface Look { shade: number; style: "plain" | "pending" | "refused" | "other" | "ghost"; shown: boolean }
export interface Source {
  within(from: number, to: number): Coding[];
  look(coding: Coding): Look;
  selected: string | null;
}

export const redraw = StateEffect.define<null>();
export const setPassage = StateEffect.define<[number, number] | null>();

/** The passage that the next code goes to. */
export const passageField = StateField.define<[number, number] | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setPassage)) return effect.value;
    return transaction.docChanged ? null : value;
  },
});

const DASH: Partial<Record<Look["style"], [number, number]>> = { pending: [5, 3], ghost: [2, 3], refused: [3, 2] };

function line(row: number, look: Look): string {
  const ink = `oklch(var(--qc-stripe) ${look.shade})`;
  const colour = look.style === "refused" ? "var(--qc-bad)" : ink;
  const dash = DASH[look.style];
  const paint = dash
    ? `repeating-linear-gradient(90deg,${colour} 0 ${dash[0]}px,#0000 ${dash[0]}px ${dash[0] + dash[1]}px)`
    : `linear-gradient(${colour},${colour})`;
  return `${paint} 0 calc(var(--qc-base) + ${4 + 3 * row}px)/100% ${look.style === "other" ? 1 : 2}px no-repeat`;
}

const wash = (colour: string): string =>
  `linear-gradient(${colour},${colour}) 0 var(--qc-up)/100% var(--qc-high) no-repeat`;

const cache = new Map<string, Decoration>();

/** One piece's decoration, cached by the set of codings' looks. */
function piece(on: { coding: Coding; look: Look }[], selected: string | null, picked: boolean): Decoration | null {
  if (!on.length && !picked) return null;
  const inked = on.filter(({ look }) => look.style === "plain" || look.style === "pending");
  let inner = inked[0];
  for (const item of inked) {
    if (inner && item.coding.end - item.coding.start < inner.coding.end - inner.coding.start) inner = item;
  }
  const chosen = on.find(({ coding }) => coding.uid === selected);
  const depth = chosen ? 4 : Math.min(3, inked.length);
  const shade = chosen ? chosen.look.shade : (inner?.look.shade ?? 0);
  const low = on.filter(({ coding }) => coding.row < 3);
  const key = `${picked ? "p" : ""}${depth}:${shade}|${low.map(({ coding, look }) => `${coding.row}${look.style}${look.shade}`).join("|")}`;
  let made = cache.get(key);
  if (!made) {
    const layers = low.map(({ coding, look }) => line(coding.row, look));
    if (picked) layers.push(wash("var(--qc-pick)"));
    if (depth) layers.push(wash(`oklch(var(--qc-t${depth}) ${shade})`));
    made = Decoration.mark({ class: "qc-mark", attributes: { style: `background:${layers.join(",")}` } });
    if (cache.size > 5000) cache.clear();
    cache.set(key, made);
  }
  return made;
}

function build(view: EditorView, source: Source): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const passage = view.state.field(passageField);
  for (const { from, to } of view.visibleRanges) {
    const items = source.within(from, to).map((coding) => ({ coding, look: source.look(coding) })).filter(({ look }) => look.shown);
    const cuts = new Set([from, to]);
    for (const { coding } of items) {
      if (coding.start > from) cuts.add(coding.start);
      if (coding.end < to) cuts.add(coding.end);
    }
    if (passage && passage[0] < to && passage[1] > from) for (const edge of passage) if (edge > from && edge < to) cuts.add(edge);
    const edges = [...cuts].sort((a, b) => a - b);
    let active: typeof items = [];
    let next = 0;
    for (let i = 0; i + 1 < edges.length; i++) {
      const at = edges[i]!;
      while (next < items.length && items[next]!.coding.start <= at) active.push(items[next++]!);
      active = active.filter(({ coding }) => coding.end > at);
      const picked = passage !== null && passage[0] <= at && passage[1] >= edges[i + 1]!;
      const made = piece(active, source.selected, picked);
      if (made) builder.add(at, edges[i + 1]!, made);
    }
  }
  return builder.finish();
}

export function tint(source: Source): Extension {
  return [
    passageField,
    ViewPlugin.fromClass(
      class {
        decorations: DecorationSet;
        constructor(view: EditorView) { this.decorations = build(view, source); }
        update(update: ViewUpdate): void {
          const asked = update.transactions.some((t) => t.effects.some((e) => e.is(redraw) || e.is(setPassage)));
          if (asked || update.docChanged || update.viewportChanged) this.decorations = build(update.view, source);
        }
      },
      { decorations: (plugin) => plugin.decorations },
    ),
  ];
}
