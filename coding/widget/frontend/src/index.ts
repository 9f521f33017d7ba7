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

const desks = new WeakMap<object, Desk>();
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
  let desk = desks.get(model);
  if (!desk) {
    desk = new Desk((message: ClientMessage) => model.send(message));
    desks.set(model, desk);
  }
  return desk;
}

export default {
  initialize({ model }: { model: Model }): () => void {
    const desk = deskOf(model);
    const take = (content: ServerMessage, buffers: DataView[]): void => desk.receive(content, buffers);
    model.on("msg:custom", take);
    desk.hello();
    return () => {
      model.off("msg:custom", take);
      desk.outbox.disconnect();
    };
  },
  render({ model, el }: { model: Model; el: HTMLElement }): () => void {
    dress();
    const screen = new Screen(deskOf(model), el);
    return () => screen.destroy();
  },
};
