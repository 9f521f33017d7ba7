/** The PI's screen: figures at the top, who chose what instead, and the passages behind whatever is chosen. */

import { settleIn, spoken, type Body, type Channel } from "../ask";
import { fill, h } from "../dom";
import { drawGrid, drawRounds } from "./grids";
import { drawItem } from "./passages";
import { drawTable } from "./table";
import type { Filter, Item, View } from "./types";
import type { Language } from "../say";
import { word, type Say, type Word } from "./words";

export class Review {
  readonly root = h("div", { class: "qr qr-review", role: "region", tabindex: "-1" });
  private view: View | null = null;
  private language: Language = "en";
  private say: Say = word("en");
  private filter: Filter = {};
  private items: Item[] = [];
  private total = 0;
  private at = -1;
  private kappa = false;
  private worst = false;
  private readonly unused = { shown: false };
  private readonly closed = new Set<string>();
  private readonly top = h("div", { class: "qr-top" });
  private readonly facts = h("div", { class: "qr-facts" });
  private readonly methods = h("div", { class: "qr-say" });
  private readonly notes = h("ul", { class: "qr-notes" });
  private readonly table = h("div", { class: "qr-table", role: "region", tabindex: "0" });
  private readonly right = h("div", { class: "qr-right" });
  private readonly chips = h("header", {});
  private readonly list = h("div", { role: "list" });
  private readonly status = h("div", { class: "qr-status", role: "status" });
  private readonly leave: () => void;

  constructor(private readonly channel: Channel, host: HTMLElement) {
    const key = h("div", { class: "qr-key" });
    this.root.append(this.top, this.facts, this.methods, this.notes, h("div", { class: "qr-cols" }, h("div", {}, this.table, key), this.right), h("div", { class: "qr-list" }, this.chips, this.list), this.status);
    this.legend = key;
    host.append(this.root);
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.leave = settleIn(this.root);
    channel.heard = (message) => { if (message.type === "view") this.show(message.view as View); };
    void this.load("hello", {});
  }

  private readonly legend: HTMLElement;

  destroy(): void {
    this.leave();
    this.root.remove();
  }

  private async load(type: string, body: Body): Promise<void> {
    this.status.textContent = this.say("waiting");
    try {
      const answer = await this.channel.ask<{ view: View }>(type, body);
      this.show(answer.view);
      this.status.textContent = "";
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.status.textContent = reason === "disconnected" ? this.say("gone") : reason;
  }

  private show(view: View): void {
    const first = this.view === null;
    this.view = view;
    this.language = spoken(view.language);
    this.say = word(this.language);
    this.root.lang = this.language;
    this.root.setAttribute("aria-label", this.say("agreement"));
    this.table.setAttribute("aria-label", this.say("code"));
    this.drawTop(view);
    const l = this.language;
    fill(this.facts, ...view.facts.map((f) => h("div", {}, h("b", {}, f.figure, h("small", {}, f.small[l])), f.words[l])));
    const copy = h("button", { class: "qr-btn qr-edge", on: { click: () => { void navigator.clipboard?.writeText(view.methods[l]); copy.textContent = this.say("copied"); } } }, this.say("copy"));
    this.drawMethods(view.methods[l], copy);
    fill(this.notes, ...view.notes.map((note) => h("li", {}, note[l])));
    const mark = (band: string, key: Word): HTMLElement => h("span", {}, h("i", { class: `qr-dot qr-${band}` }), this.say(key));
    fill(this.legend, mark("high", "high"), mark("middle", "middle"), mark("low", "low"), h("span", {}, this.say("whiskers", view.confidence)));
    void this.choose(first && view.first ? { code: view.first } : this.filter);
  }

  /** The paragraph for the paper: four lines of it until all is asked for, copied whole. */
  private drawMethods(words: string, copy: HTMLElement): void {
    const paragraph = h("p", { class: "qr-clamp" }, words);
    const all = h("button", { class: "qr-btn qr-link", "aria-expanded": "false" }, this.say("showAll"));
    all.addEventListener("click", () => {
      const clamped = paragraph.classList.toggle("qr-clamp");
      all.setAttribute("aria-expanded", String(!clamped));
      all.textContent = this.say(clamped ? "showAll" : "showLess");
    });
    fill(this.methods, h("header", {}, h("b", {}, this.say("methods")), h("span", { class: "qr-sp" }), copy), paragraph, all);
    all.hidden = paragraph.clientHeight > 0 && paragraph.scrollHeight <= paragraph.clientHeight + 2;
  }

  private drawTop(view: View): void {
    const l = this.language;
    const units = h("div", { class: "qr-seg", role: "group", "aria-label": this.say("unit") }, ...view.units.map((u) => h("button", { class: u === view.unit ? "qr-on" : "", "aria-pressed": String(u === view.unit), on: { click: () => void this.load("unit", { unit: u }) } }, this.say(u as Word))));
    const order = h("button", { class: "qr-btn qr-edge", "aria-pressed": String(this.worst), on: { click: () => { this.worst = !this.worst; this.drawTop(view); this.draw(); } } }, this.say(this.worst ? "book" : "worst"));
    const kappa = h("button", { class: "qr-btn qr-edge", "aria-pressed": String(this.kappa), on: { click: () => { this.kappa = !this.kappa; this.drawTop(view); this.draw(); } } }, this.say(this.kappa ? "withoutKappa" : "withKappa"));
    const notes = [view.exploratory, view.stale].filter((x) => x !== null).map((x) => h("span", { class: "qr-note" }, x[l]));
    fill(this.top, h("b", {}, this.say("agreement")), h("span", { class: "qr-meta" }, view.about[l]), ...notes, h("span", { class: "qr-sp" }), units, order, kappa);
  }

  private draw(): void {
    const view = this.view!;
    const place = this.table.scrollTop;
    drawTable(this.table, view.rows, { coders: view.coders, kappa: this.kappa, worst: this.worst, unused: this.unused, closed: this.closed, again: () => this.draw(), chosen: this.filter.code, language: this.language, say: this.say, choose: (uid) => void this.choose(this.filter.code === uid ? {} : { code: uid }, true) });
    this.table.scrollTop = place;
    const grids = view.grids.map((g) => drawGrid(g, this.language, this.filter.pair, (pair) => void this.choose({ pair }, true)));
    fill(this.right, view.pairs.length > 1 ? this.pairs(view) : null, ...grids, drawRounds(view.rounds, this.say("byRound"), this.language));
  }

  /** With three coders and more: whose choices stand against whose. */
  private pairs(view: View): HTMLElement {
    const options = view.pairs.map((pair, i) => h("option", { value: String(i), selected: pair.join() === view.pair.join() }, pair.join(" × ")));
    const choose = h("select", { class: "qr-pairs", on: { change: () => void this.turn(view, view.pairs[Number(choose.value)]!) } }, ...options);
    return h("label", { class: "qr-pairs-of" }, this.say("pairOf"), " ", choose);
  }

  private async turn(view: View, pair: [string, string]): Promise<void> {
    try {
      const { grids } = await this.channel.ask<{ grids: View["grids"] }>("pair", { pair });
      if (this.view !== view) return;
      Object.assign(view, { grids, pair });
      if (this.filter.pair) await this.choose({});
      else this.draw();
      this.root.querySelector<HTMLElement>(".qr-pairs")?.focus();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Show the passages behind a row, a cell or a kind of disagreement; an empty filter shows all. `follow`: bring them into sight. */
  async choose(filter: Filter, follow = false): Promise<void> {
    this.filter = filter;
    this.draw();
    try {
      const answer = await this.channel.ask<{ items: Item[]; total: number }>("list", { filter, from: 0 });
      if (this.filter !== filter) return;
      this.items = answer.items;
      this.total = answer.total;
      this.at = -1;
      this.drawList();
      if (follow && this.chips.getBoundingClientRect().bottom > window.innerHeight - 160) this.chips.scrollIntoView({ block: "start" });
    } catch (error) {
      this.fail(error);
    }
  }

  private async more(): Promise<void> {
    const { filter } = this;
    const answer = await this.channel.ask<{ items: Item[] }>("list", { filter, from: this.items.length });
    if (this.filter !== filter) return;
    this.items.push(...answer.items);
    this.drawList();
  }

  private chosenName(): string {
    const view = this.view!;
    const name = (uid: string): string => {
      const row = view.rows.find((r) => r.uid === uid);
      return row ? (this.language === "zh" && row.name_zh) || row.name : this.say("notCoded");
    };
    if (this.filter.code) return name(this.filter.code);
    return this.filter.pair ? this.filter.pair.map(name).join(" × ") : "";
  }

  private drawList(): void {
    const view = this.view!;
    const chosen = this.chosenName();
    const chip = (label: string, on: boolean, run: () => void): HTMLElement => h("button", { class: `qr-chip ${on ? "qr-on" : ""}`, "aria-pressed": String(on), on: { click: run } }, label);
    const key = (k: string, w: Word): HTMLElement => h("span", { class: "qr-hint" }, h("kbd", {}, k), this.say(w));
    fill(this.chips, h("b", {}, this.say("disagreements")), chosen ? chip(`${chosen} ${this.total} ×`, true, () => void this.choose({})) : null,
      ...view.kinds.map((k) => chip(`${k.words[this.language]} ${k.count}`, this.filter.kind === k.kind, () => void this.choose(this.filter.kind === k.kind ? {} : { kind: k.kind }))),
      h("span", { class: "qr-sp" }), key("n p", "walk"), key("Enter", "open"), key("c", "settle"));
    const drawn = this.items.map((item, i) => {
      const out = drawItem(item, this.language, this.say("notCoded"));
      out.setAttribute("role", "listitem");
      out.addEventListener("click", () => this.stand(i));
      out.addEventListener("dblclick", () => this.act("open"));
      return out;
    });
    const rest = this.items.length < this.total ? h("button", { class: "qr-btn qr-edge qr-more", on: { click: () => void this.more() } }, `${this.say("more")} (${this.total - this.items.length})`) : null;
    fill(this.list, ...(drawn.length ? drawn : [h("p", { class: "qr-empty" }, this.say("none"))]), rest);
  }

  private stand(i: number): void {
    if (!this.items.length) return;
    this.at = Math.max(0, Math.min(i, this.items.length - 1));
    [...this.list.children].forEach((child, j) => child.classList.toggle("qr-on", j === this.at));
    const here = this.list.children[this.at] as HTMLElement;
    here.focus({ preventScroll: true });
    here.scrollIntoView({ block: "nearest" });
  }

  private act(type: "open" | "settle"): void {
    const item = this.items[this.at];
    if (type === "open" && !item) return;
    void this.channel.ask(type, { item: item?.id ?? null, filter: this.filter }).catch((error: unknown) => this.fail(error));
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = (event.target as HTMLElement).closest("button,[role=button]");
    const run: Record<string, () => void> = { n: () => this.stand(this.at + 1), p: () => this.stand(this.at - 1), c: () => this.act("settle") };
    if (!onButton) run.Enter = () => this.act("open");
    const found = run[event.key];
    if (found) {
      event.preventDefault();
      found();
    }
  }
}
