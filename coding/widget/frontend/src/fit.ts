/** How the screen fits: text size, the width of the cell, the theme around it, and where the picker opens. */

import { measureBaselines, numbers } from "./geometry";
import { SIZES } from "./prefs";
import type { Screen } from "./screen";
import { fitRail } from "./split";

/** Text size and leading together. */
export function fitSize(screen: Screen): void {
  const { root, prefs } = screen;
  fitRail(screen);
  const size = SIZES[prefs.size] ?? SIZES[1]!;
  const narrow = screen.wide < 900 && prefs.size === 1;
  root.style.setProperty("--qc-fs", `${narrow ? 16 : size.text}px`);
  root.style.setProperty("--qc-lh-latin", `${narrow ? 27 : size.latin}px`);
  root.style.setProperty("--qc-lh-han", `${narrow ? 30 : size.han}px`);
  Object.assign(numbers, { latin: narrow ? 27 : size.latin, han: narrow ? 30 : size.han, off: size.latin - 6 });
  root.classList.toggle("qc-sans", prefs.sans);
  root.classList.toggle("qc-hide-off", !prefs.paratext);
  measureBaselines(root, narrow ? 16 : size.text);
  screen.text.view.requestMeasure();
  screen.margin.draw();
}

const WIDTHS = [["qc-w1", 1180, 1e9], ["qc-w2", 900, 1180], ["qc-w3", 640, 900], ["qc-w4", 0, 640]] as const;

/** The cell decides, not the window. */
export function fitWidth(screen: Screen): void {
  const wide = screen.root.clientWidth;
  if (!wide) return;
  const old = screen.wide;
  screen.wide = wide;
  for (const [name, from, to] of WIDTHS) screen.root.classList.toggle(name, wide >= from && wide < to);
  if ((old < 900) !== (wide < 900) || !screen.root.dataset["measured"]) { fitSize(screen); screen.top.draw(); screen.card.draw(); }
  fitRail(screen);
  screen.text.view.requestMeasure();
  screen.margin.draw();
}

/** Under the last line of the passage, inside the text column, above it where there is no room below. */
export function placeUnder(screen: Screen, pop: HTMLElement, pane: DOMRect): void {
  const coding = screen.desk.find(screen.selected);
  const span = screen.text.passage ?? (coding ? [coding.start, coding.end] : [screen.text.caret, screen.text.caret]);
  const { view } = screen.text;
  const frame = screen.root.getBoundingClientRect();
  const end = view.coordsAtPos(span[1]!, -1);
  const start = view.coordsAtPos(span[0]!, 1);
  const column = view.contentDOM.getBoundingClientRect();
  const pad = parseFloat(getComputedStyle(view.contentDOM).paddingLeft) || 0;
  const left = end && start && Math.abs(end.top - start.top) < 4 ? start.left : column.left + pad;
  pop.style.left = `${Math.max(8, Math.min(left, column.right - pop.offsetWidth, frame.right - pop.offsetWidth - 8) - frame.left)}px`;
  // the cell may reach below the window: what cannot be seen is no room
  const floor = Math.min(frame.bottom, window.innerHeight) - 8;
  const below = (end?.bottom ?? pane.top + 40) + 10;
  const above = (start?.top ?? pane.top) - 10 - pop.offsetHeight;
  const y = below + pop.offsetHeight <= floor || above < Math.max(frame.top, 0) + 8 ? Math.min(below, floor - pop.offsetHeight) : above;
  pop.style.top = `${Math.max(8, y - frame.top)}px`;
}
