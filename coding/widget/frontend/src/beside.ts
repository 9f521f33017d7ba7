/** A second text beside the open one: its original or translation, or the same text as another coder coded it. */

import { fill, h } from "./dom";
import type { BesideMessage } from "./protocol";
import type { Screen } from "./screen";
import { lastBefore } from "./units";

/** A stretch of the other text; `from` is where the open text says the same, null where it does not. */
interface Row { from: number | null; text: string; marks: [number, number, string][]; element?: HTMLElement }

export class Beside {
  readonly element: HTMLElement;
  private readonly head = h("header", { role: "presentation" });
  private readonly body = h("div", { class: "qc-beside-body qc-scroll", tabindex: "0" });
  /** `document:uid` or `coder:uid` of what is shown, "" where the column is closed. */
  private shown = "";
  private rows: Row[] = [];
  private placed: Row[] = [];
  private here: HTMLElement | undefined;
  private stamp = "";
  private waiting = false;

  constructor(private readonly screen: Screen) {
    this.element = h("aside", { class: "qc-beside", "aria-label": screen.say("beside"), hidden: true }, this.head, this.body);
  }

  get open(): boolean { return this.shown !== ""; }

  /** What can stand beside the text: its original or translations, and coders whose work may be seen. */
  private choices(): { key: string; name: string }[] {
    const { desk, say } = this.screen;
    const { state } = desk;
    const texts = (state?.document?.beside ?? []).map((other) => ({ key: `document:${other.uid}`, name: `${say(other.role)}: ${other.name}` }));
    const coders = state?.rights.others ? state.coders.filter((coder) => coder.uid !== state.coder.uid) : [];
    return [...texts, ...coders.map((coder) => ({ key: `coder:${coder.uid}`, name: `${say("coder")}: ${coder.name}` }))];
  }

  toggle(): void {
    const first = this.choices()[0];
    if (this.open) this.show("");
    else if (first) this.show(first.key);
    else this.screen.flash(this.screen.say("nothingBeside"));
  }

  private show(key: string): void {
    const { screen } = this;
    this.shown = key;
    this.stamp = "";
    this.rows = [];
    this.element.hidden = !key;
    screen.root.classList.toggle("qc-besides", key !== "");
    if (key) this.drawHead();
    if (key.startsWith("document:")) screen.desk.ask({ kind: "beside", about: key.slice(9) });
    this.refresh();
    screen.text.view.requestMeasure();
    screen.margin.draw();
  }

  private drawHead(): void {
    const { say } = this.screen;
    const select = h("select", { "aria-label": say("beside"), on: { change: () => this.show(select.value) } },
      ...this.choices().map(({ key, name }) => h("option", { value: key, selected: key === this.shown }, name)));
    fill(this.head, select, h("button", {
      type: "button", class: "qc-btn", "aria-label": say("close"), on: { click: () => { this.show(""); this.screen.text.focus(); } },
    }, h("kbd", {}, this.screen.keys.cap("beside"))));
  }

  /** Another document was opened: the column stays where that has something to show too. */
  reopen(): void {
    if (!this.open) return;
    const keys = this.choices().map(({ key }) => key);
    this.show(keys.includes(this.shown) ? this.shown : (keys[0] ?? ""));
  }

  /** The kernel sent the other text. */
  took(message: BesideMessage): void {
    const { desk } = this.screen;
    if (this.shown !== `document:${message.document}`) return;
    this.rows = message.rows.map(([start, , text, marks]) => ({ from: start === null ? null : desk.offsets.toUnits(start), text, marks: inUnits(text, marks) }));
    this.body.setAttribute("lang", message.language);
    this.draw(message.confirmed ? "" : this.screen.say("proposed"));
  }

  /** Codings changed: draw anew what another coder did, if any of it did change. */
  refresh(): void {
    if (!this.shown.startsWith("coder:")) { if (this.open) this.follow(); return; }
    const { desk } = this.screen;
    const theirs = desk.codings.filter((coding) => coding.coder === this.shown.slice(6));
    const stamp = `${desk.state?.document?.uid} ${theirs.map((coding) => coding.uid).join()}`;
    if (stamp === this.stamp) return this.follow();
    this.stamp = stamp;
    this.body.setAttribute("lang", desk.state?.document?.language ?? "");
    this.rows = desk.units.paragraphs.map(({ start, end }) => ({
      from: start, text: desk.text.slice(start, end),
      marks: desk.index.within(start, end).filter((c) => c.coder === this.shown.slice(6)).map((c) => [Math.max(c.start, start) - start, Math.min(c.end, end) - start, c.code]),
    }));
    this.draw();
  }

  private draw(note = ""): void {
    for (const row of this.rows) row.element = this.row(row);
    this.placed = this.rows.filter((row) => row.from !== null);
    this.here = undefined;
    fill(this.body, note && h("p", { class: "qc-mut" }, note), ...this.rows.map((row) => row.element!));
    this.follow();
  }

  private row(row: Row): HTMLElement {
    const { desk, names } = { desk: this.screen.desk, names: (code: string) => { const found = desk.book.get(code); return found ? this.screen.names(found)[0] : ""; } };
    const codes = [...new Set(row.marks.map(([, , code]) => code))];
    const chips = codes.map((code) => h("span", { class: "qc-beside-code", css: { "--h": String(desk.book.get(code)?.shade ?? 0) } }, h("span", { class: "qc-bar" }), names(code)));
    return h("div", { class: `qc-beside-row${row.from === null ? " qc-alone" : ""}`, on: { click: () => this.go(row) } },
      h("p", {}, ...pieces(row, (code) => desk.book.get(code)?.shade ?? 0)), chips.length > 0 && h("div", {}, ...chips));
  }

  private go(row: Row): void {
    if (row.from === null || !window.getSelection()?.isCollapsed) return;
    this.screen.take(null, row.from);
    this.screen.text.focus();
  }

  /** Keep the stretch in sight that renders what is read in the open text. */
  follow(): void {
    if (!this.open || this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.scroll(); });
  }

  private scroll(): void {
    const at = this.screen.reading();
    const i = lastBefore(this.placed.length, (k) => this.placed[k]!.from!, at);
    const element = this.placed[Math.max(0, i)]?.element;
    if (!element || element === this.here) return;
    this.here?.classList.remove("qc-here");
    element.classList.add("qc-here");
    this.here = element;
    this.body.scrollTop = element.offsetTop - this.body.offsetTop - this.body.clientHeight * 0.3;
  }
}

function inUnits(text: string, marks: [number, number, string][]): [number, number, string][] {
  if (!marks.length) return [];
  const places = [0]; // code points to UTF-16 units
  for (const sign of text) places.push(places[places.length - 1]! + sign.length);
  return marks.map(([from, to, code]) => [places[from] ?? text.length, places[to] ?? text.length, code]);
}

/** The text in flat pieces, each underlined once for every code on it, up to three. */
function pieces({ text, marks }: Row, shade: (code: string) => number): (Node | string)[] {
  const edges = [...new Set([0, text.length, ...marks.flatMap(([from, to]) => [from, to])])].sort((a, b) => a - b);
  return edges.slice(1).map((to, i) => {
    const from = edges[i]!;
    const on = marks.filter((mark) => mark[0] <= from && mark[1] >= to).slice(0, 3);
    const words = text.slice(from, to);
    if (!on.length) return words;
    const lines = on.map(([, , code], k) => `linear-gradient(oklch(var(--qc-stripe) ${shade(code)}) 0 0) 0 calc(100% - ${3 * k}px)/100% 2px no-repeat`);
    return h("span", { class: "qc-beside-mark", css: { background: lines.join() } }, words);
  });
}
