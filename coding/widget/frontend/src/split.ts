/** The line between documents and codebook at the left and the text: dragged, or moved by the arrow keys. */

import { h } from "./dom";
import type { Screen } from "./screen";

const STEP = 20;
const LEAST = 160;

/** Never so wide that the text loses its measure. */
const most = (wide: number): number => Math.max(LEAST, Math.min(520, wide * 0.45));

export function fitRail(screen: Screen): void {
  const { root, prefs } = screen;
  // what a screen reader says of the line; the width itself once there is one
  const line = root.querySelector(".qc-split");
  const set = (name: string, value: number): void => line?.setAttribute(`aria-value${name}`, String(Math.round(value)));
  set("min", LEAST);
  set("max", most(root.clientWidth));
  set("now", prefs.railWidth || screen.rail.element.clientWidth);
  if (prefs.railWidth) root.style.setProperty("--qc-rail-w", `${Math.min(prefs.railWidth, most(root.clientWidth || 1e9))}px`);
  else root.style.removeProperty("--qc-rail-w");
}

export function splitter(screen: Screen): HTMLElement {
  const element = h("div", {
    class: "qc-split", role: "separator", "aria-orientation": "vertical", tabindex: "0", "aria-label": screen.say("railWidth"), title: screen.say("railWidth"),
  });
  const now = (): number => Math.round(screen.rail.element.getBoundingClientRect().width);
  const set = (width: number): void => {
    screen.prefs.railWidth = width && Math.round(Math.max(LEAST, Math.min(most(screen.root.clientWidth), width)));
    fitRail(screen);
    screen.text.view.requestMeasure();
    screen.margin.draw();
  };
  element.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    const from = now() - event.clientX;
    const pull = (moved: PointerEvent): void => set(from + moved.clientX);
    element.addEventListener("pointermove", pull);
    element.addEventListener("lostpointercapture", () => { element.removeEventListener("pointermove", pull); screen.keepPrefs(); }, { once: true });
  });
  element.addEventListener("dblclick", () => { set(0); screen.keepPrefs(); });
  element.addEventListener("keydown", (event) => {
    const by = event.key === "ArrowRight" ? STEP : event.key === "ArrowLeft" ? -STEP : 0;
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    set(now() + by);
    screen.keepPrefs();
  });
  return element;
}
