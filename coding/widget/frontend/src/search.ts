/** Finding words: in this text at once, in the whole project by asking the kernel. */

import { fill, h } from "./dom";
import type { Screen } from "./screen";

export class SearchBox {
  readonly element: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly count = h("span", { class: "qc-mut", role: "status" });
  private readonly list = h("ul", { class: "qc-hits qc-scroll" });
  private places: number[] = [];
  private at = -1;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly screen: Screen, private readonly close: () => void) {
    const { say } = screen;
    this.input = h("input", {
      type: "text", "data-first": true, "aria-label": say("search"), placeholder: say("search"), maxlength: 200, spellcheck: "false",
      on: {
        input: (event) => { if (!(event as InputEvent).isComposing) this.look(); },
        compositionend: () => this.look(),
        keydown: (event) => {
          if (event.isComposing || event.key !== "Enter") return;
          this.step(event.shiftKey ? -1 : 1);
          event.preventDefault();
        },
      },
    });
    this.element = h("div", { class: "qc-search-body" }, h("div", { class: "qc-find" }, this.input, this.count), this.list);
  }

  focus(): void { this.input.focus(); }

  private look(): void {
    const { desk, text } = this.screen;
    const query = this.input.value.trim().toLowerCase();
    this.places = [];
    this.at = -1;
    const whole = desk.text.toLowerCase();
    // lower-casing may change the length of a text; then the search keeps to the letters as they are
    const hay = whole.length === desk.text.length ? whole : desk.text;
    if (query) for (let i = hay.indexOf(query); i >= 0 && this.places.length < 5000; i = hay.indexOf(query, i + query.length)) this.places.push(i);
    const next = this.places.findIndex((place) => place >= text.caret);
    if (this.places.length) this.show(next < 0 ? 0 : next);
    else this.count.textContent = query ? this.screen.say("noHits") : "";
    if (this.timer !== null) clearTimeout(this.timer);
    this.list.replaceChildren();
    if (query.length > 1 || /[\u3400-\u9fff]/.test(query)) this.timer = setTimeout(() => desk.search(this.input.value.trim()), 250);
  }

  private step(by: 1 | -1): void {
    if (this.places.length) this.show((this.at + by + this.places.length) % this.places.length);
  }

  private show(i: number): void {
    this.at = i;
    const from = this.places[i]!;
    this.screen.take([from, from + this.input.value.trim().length], from);
    this.count.textContent = this.screen.say("hitsHere", i + 1, this.places.length);
  }

  /** The kernel answered. */
  found(): void {
    const { desk, say } = this.screen;
    const hits = desk.hits;
    if (!hits || hits.query !== this.input.value.trim()) return;
    fill(this.list, h("li", { class: "qc-mut" }, `${say("inProject")}: ${say("hitsProject", hits.hits.length)}${hits.more ? ` ${say("moreHits")}` : ""}`),
      ...hits.hits.map((hit) => h("li", {}, h("button", {
        type: "button", on: { click: () => { this.close(); this.screen.openDocument(hit.document, [hit.start, hit.end]); } },
      }, h("b", {}, hit.name), h("span", {}, hit.before, h("mark", {}, hit.match), hit.after)))));
  }
}
