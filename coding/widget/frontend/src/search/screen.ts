/** Keywords in their context: a list to walk, a line to the text, and the way back. */

import { settleIn, spoken, type Body, type Channel } from "../ask";
import { fill, h } from "../dom";
import { word } from "./words";
import type { Language } from "../say";

interface Row { id: string; document: string; where: "text" | "memo" | "coding"; note: string; left: string; match: string; right: string; opens: boolean; paragraph: number | null; language: string }
interface Found { query: string; total: number; from: number; documents: number; again: boolean; language: Language | null; rows: Row[] }

export class Search {
  readonly root = h("div", { class: "qr qk", role: "region", tabindex: "-1" });
  private say = word("en");
  private rows: Row[] = [];
  private total = 0;
  private at = 0;
  private readonly input = h("input", { class: "qk-input", type: "search", maxlength: "1000" });
  private readonly count = h("span", { class: "qr-meta", role: "status" });
  private readonly list = h("div", { class: "qk-list", role: "listbox", tabindex: "0" });
  private readonly bar = h("div", { class: "qk-bar" });
  private readonly more = h("button", { class: "qr-btn qr-edge qr-more", on: { click: () => void this.ask("rows", { from: this.rows.length }) } });
  private readonly foot = h("footer", { class: "qk-foot" });
  private readonly leave: () => void;

  constructor(private readonly channel: Channel, host: HTMLElement) {
    const form = h("form", { class: "qr-top", role: "search", on: { submit: (event) => { event.preventDefault(); void this.ask("search", { query: this.input.value }); } } }, this.input, this.count);
    this.root.append(form, this.list, this.more, this.bar, this.foot);
    host.append(this.root);
    this.leave = settleIn(this.root);
    this.root.addEventListener("keydown", (event) => this.key(event));
    void this.ask("hello");
  }

  destroy(): void {
    this.leave();
    this.root.remove();
  }

  private fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.count.textContent = reason === "disconnected" ? this.say("gone") : reason;
  }

  private async ask(type: "hello" | "search" | "rows", body: Body = {}): Promise<void> {
    this.count.textContent = this.say("waiting");
    try {
      this.take((await this.channel.ask<{ found: Found }>(type, body)).found, type === "search");
    } catch (error) { this.fail(error); }
  }

  private take(found: Found, typed: boolean): void {
    const language = spoken(found.language);
    this.say = word(language);
    this.root.lang = language;
    this.root.setAttribute("aria-label", this.say("search"));
    this.list.setAttribute("aria-label", this.say("list"));
    this.input.placeholder = this.say("query");
    this.input.setAttribute("aria-label", this.say("query"));
    if (!typed) this.input.value = found.query;
    this.total = found.total;
    this.rows = found.from ? [...this.rows, ...found.rows] : found.rows;
    this.count.textContent = found.total ? this.say("found", found.total.toLocaleString(), found.documents) : this.say("none");
    if (!found.from) this.at = 0;
    this.small(false);
    this.draw();
    if (typed && found.total) this.list.focus();
    const hint = (key: string, text: string): HTMLElement => h("span", { class: "qr-hint" }, h("kbd", {}, key), text);
    fill(this.foot, hint("j k", this.say("walk")), hint("Enter", this.say("open")), hint("Esc", this.say("back")), hint("/", this.say("again")));
  }

  /** One line a place, the match in the middle, so that the eye runs down a column. */
  private draw(): void {
    let last = "";
    const lines: HTMLElement[] = [];
    this.rows.forEach((row, i) => {
      const name = row.document || this.say("memo");
      if (name !== last) lines.push(h("div", { class: "qk-head", role: "presentation" }, name));
      last = name;
      const where = row.where === "text" ? `¶ ${row.paragraph ?? ""}` : `${this.say(row.where)}${row.note ? ` · ${row.note}` : ""}`;
      const line = h("div", { class: "qk-row", role: "option", id: `qk-${row.id}`, "aria-selected": "false", on: { click: () => { this.stand(i); void this.open(); } } },
        h("span", { class: "qk-where" }, where), h("span", { class: "qk-left", lang: row.language }, h("bdi", {}, row.left)), h("mark", { lang: row.language }, row.match), h("span", { class: "qk-right", lang: row.language }, row.right));
      lines.push(line);
    });
    fill(this.list, ...lines);
    this.more.hidden = this.rows.length >= this.total;
    this.more.textContent = this.say("more", this.total - this.rows.length);
    this.stand(this.at);
  }

  private stand(i: number): void {
    if (!this.rows.length) return;
    this.at = Math.max(0, Math.min(i, this.rows.length - 1));
    const lines = [...this.list.querySelectorAll<HTMLElement>(".qk-row")];
    lines.forEach((line, j) => { line.classList.toggle("qr-on", j === this.at); line.setAttribute("aria-selected", String(j === this.at)); });
    this.list.setAttribute("aria-activedescendant", lines[this.at]!.id);
    lines[this.at]!.scrollIntoView({ block: "nearest" });
  }

  private async open(): Promise<void> {
    const row = this.rows[this.at];
    if (!row) return;
    try {
      await this.channel.ask("open", { row: row.id });
      this.small(true);
    } catch (error) { this.fail(error); }
  }

  /** While a document is open the list shrinks to one line above it. */
  private small(on: boolean): void {
    this.root.classList.toggle("qk-small", on);
    if (!on) { fill(this.bar); return; }
    const step = (label: string, by: number): HTMLElement => h("button", { class: "qr-btn qr-edge", on: { click: () => { this.stand(this.at + by); void this.open(); } } }, label);
    fill(this.bar, h("button", { class: "qr-btn qr-edge qk-back", on: { click: () => void this.back() } }, `← ${this.say("back")}`), step(this.say("previous"), -1), step(this.say("next"), 1),
      h("span", { class: "qr-mut" }, this.say("at", this.at + 1, this.total)), h("span", { class: "qr-sp" }), h("b", {}, this.rows[this.at]!.document));
  }

  private async back(): Promise<void> {
    try { await this.channel.ask("back"); } catch (error) { this.fail(error); }
    this.small(false);
    this.stand(this.at);
    this.list.focus();
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") { event.preventDefault(); void this.back(); return; }
    if (event.target === this.input) { if (event.key === "ArrowDown") { event.preventDefault(); this.list.focus(); } return; }
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target as HTMLElement).closest("button")) return;
    const run: Record<string, () => void> = {
      j: () => this.stand(this.at + 1), k: () => this.stand(this.at - 1), n: () => this.stand(this.at + 1), p: () => this.stand(this.at - 1),
      ArrowDown: () => this.stand(this.at + 1), ArrowUp: () => this.stand(this.at - 1), Home: () => this.stand(0), End: () => this.stand(this.rows.length - 1),
      Enter: () => void this.open(), "/": () => { this.small(false); this.input.focus(); this.input.select(); },
    };
    const act = run[event.key];
    if (act) { event.preventDefault(); act(); }
  }
}
