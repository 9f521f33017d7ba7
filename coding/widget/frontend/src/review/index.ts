/** Entry of the agreement screen for anywidget. */

import { Channel, type Comm } from "../ask";
import css from "./review.css";
import { Review } from "./screen";

function render({ model, el }: { model: Comm; el: HTMLElement }): () => void {
  const style = document.createElement("style");
  style.textContent = css;
  el.append(style);
  const channel = new Channel(model);
  const screen = new Review(channel, el);
  return () => {
    channel.close();
    screen.destroy();
  };
}

export default { render };
