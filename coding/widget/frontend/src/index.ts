/** The widget's front door: one desk per model, one screen per view. */

import type { ClientMessage, ServerMessage } from "./protocol";
import { Desk } from "./model";
import { Screen } from "./screen";
import css from "./theme.css";

interface Model {
  get(name: string): unknown;
  send(content: unknown): void;
  on(event: string, listener: (content: ServerMessage, buffers: DataView[]) => void): void;
  off(event: string, listener?: (content: ServerMessage, buffers: DataView[]) => void): void;
}

/** By the id of the screen: initialize and render are handed different faces of one model. */
const desks = new Map<unknown, Desk>();
const STYLE = "qc-text-coder-style";

/** One style element for the page, however many screens there are. */
function dress(): void {
  let style = document.getElementById(STYLE);
  if (!style) {
    style = document.createElement("style");
    style.id = STYLE;
    document.head.append(style);
  }
  if (style.textContent !== css) style.textContent = css;
}

function deskOf(model: Model): Desk {
  const id = model.get("screen_id");
  let desk = desks.get(id);
  if (!desk) {
    desk = new Desk((message: ClientMessage) => model.send(message));
    desks.set(id, desk);
  }
  return desk;
}

const PULSE = 20000;

/** The note beside the view is for notebooks without a kernel. */
function hideNote(el: HTMLElement): void {
  const hide = (): void => {
    const area = el.closest(".jp-OutputArea, .output_area, .output");
    for (const note of area?.querySelectorAll(".qc-asleep") ?? []) (note.closest<HTMLElement>(".jp-OutputArea-child") ?? (note as HTMLElement)).style.display = "none";
  };
  hide();
  requestAnimationFrame(hide);
  setTimeout(hide, 300);
}

export default {
  initialize({ model }: { model: Model }): () => void {
    const desk = deskOf(model);
    const take = (content: ServerMessage, buffers: DataView[]): void => desk.receive(content, buffers);
    model.on("msg:custom", take);
    desk.hello();
    const pulse = setInterval(() => { if (!document.hidden) desk.ping(); }, PULSE);
    return () => {
      clearInterval(pulse);
      model.off("msg:custom", take);
      desk.close();
      desks.delete(model.get("screen_id"));
    };
  },
  render({ model, el }: { model: Model; el: HTMLElement }): () => void {
    dress();
    hideNote(el);
    const screen = new Screen(deskOf(model), el);
    return () => screen.destroy();
  },
};
