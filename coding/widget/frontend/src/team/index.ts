/** Entry of the team board for anywidget. */

import { Channel, type Comm } from "../ask";
import base from "../review/review.css";
import css from "./team.css";
import { Board } from "./screen";

function render({ model, el }: { model: Comm; el: HTMLElement }): () => void {
  const style = document.createElement("style");
  style.textContent = base + css;
  el.append(style);
  const channel = new Channel(model);
  const screen = new Board(channel, el);
  return () => {
    channel.close();
    screen.destroy();
  };
}

export default { render };
