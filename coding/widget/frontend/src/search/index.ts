/** Entry of the search screen for anywidget. */

import { Channel, type Comm } from "../ask";
import base from "../review/review.css";
import { Search } from "./screen";
import css from "./search.css";

function render({ model, el }: { model: Comm; el: HTMLElement }): () => void {
  const style = document.createElement("style");
  style.textContent = base + css;
  el.append(style);
  const channel = new Channel(model);
  const screen = new Search(channel, el);
  return () => {
    channel.close();
    screen.destroy();
  };
}

export default { render };
