/** Heights of positions on the page and the measured baselines of the fonts. */

import type { EditorView } from "@codemirror/view";
import { h } from "./dom";

export interface Place { y: number; top: number; line: number }

/** y of a position: top of its line plus the share of the line before it. */
export function placeOf(view: EditorView, at: number, last: boolean, box: DOMRect, left: number, wide: number): Place | null {
  const rect = view.coordsAtPos(at, last ? -1 : 1);
  if (!rect) return null;
  const element = view.domAtPos(at, last ? -1 : 1).node;
  const line = (element instanceof HTMLElement ? element : element.parentElement)?.closest<HTMLElement>(".cm-line");
  const height = line?.classList.contains("qc-han") ? numbers.han : line?.classList.contains("qc-off") ? numbers.off : numbers.latin;
  const middle = (rect.top + rect.bottom) / 2;
  const share = Math.max(0.06, Math.min(0.94, (rect.left - left) / wide));
  const top = middle - height / 2 - box.top + view.scrollDOM.scrollTop;
  return { y: top + height * share, top, line: height };
}

/** Line heights of the current size, kept so that drawing reads no styles. */
export const numbers = { latin: 28, han: 32, off: 22 };

/** Measure where the baseline lies in each font's inline box and hand it to the style sheet. */
export function measureBaselines(root: HTMLElement, size: number): void {
  const key = `${size} ${root.className.includes("qc-sans")}`;
  // a screen that is not laid out yet has no heights; it is measured when it gets its width
  if (root.dataset["measured"] === key || !root.clientWidth) return;
  root.dataset["measured"] = key;
  for (const [script, sample] of [["latin", "x"], ["han", "字"]] as const) {
    const mark = h("i", { css: { display: "inline-block" } });
    const probe = h("span", {}, sample, mark);
    const holder = h("div", { class: `qc-line qc-${script} qc-probe`, lang: script === "han" ? "zh" : "en", "aria-hidden": "true" }, probe);
    root.append(holder);
    const base = mark.getBoundingClientRect().bottom - probe.getBoundingClientRect().top;
    holder.remove();
    const rise = Math.round(size * 0.92);
    root.style.setProperty(`--qc-base-${script}`, `${base}px`);
    root.style.setProperty(`--qc-up-${script}`, `${Math.round(base - size * 0.92)}px`);
    root.style.setProperty("--qc-high", `${rise + 3}px`);
  }
}
