/** Settling disagreements by keyboard: a decision, a reason, Enter, the next one. */

import { settleIn, spoken, type Channel } from "../ask";
import { fill, h, ring, svg } from "../dom";
import type { Language } from "../say";
import { kept } from "./result";
import { DECISIONS, type Case, type CodeWords, type Decision, type Desk } from "./types";
import { word, type Say } from "./words";


export class Settle {
  readonly root = h("div", { class: "qr qs", role: "region", tabindex: "-1" });
  private desk: Desk | null = null;
  private item: Case | null = null;
  private at = 0;
  private language: Language = "en";
  private say: Say = word("en");
  private hidden = true;
  private decision: Decision | null = null;
  private reasons = new Set<string>();
  private code: string | null = null;
  private rule = false;
  private confidence = "";
  private drawn: [number, number] | null = null;
  /** How many turns of the page are under way, and what was pressed meanwhile. */
  private turning = 0;
  private readonly early: (() => void)[] = [];
  private readonly rail = h("nav", { class: "qs-rail" });
  private readonly top = h("div", { class: "qs-top" });
  private readonly text = h("div", { class: "qs-text" });
  private readonly choices = h("div", { class: "qs-choices", role: "radiogroup" });
  private readonly why = h("div", { class: "qs-why" });
  private readonly note = h("input", { class: "qs-note", type: "text", maxlength: "2000" });
  private readonly save = h("button", { class: "qs-save", on: { click: () => this.keep() } });
  private readonly status = h("div", { class: "qs-status", role: "status" });
  private readonly foot = h("footer", { class: "qs-foot" });
  private readonly leave: () => void;

  constructor(private readonly channel: Channel, host: HTMLElement) {
    this.root.append(this.rail, this.top, this.text, h("div", { class: "qs-panel" }, this.choices, this.why, h("div", { class: "qs-last" }, this.note, this.save), this.status), this.foot);
    host.append(this.root);
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("mouseup", () => this.draw());
    this.leave = settleIn(this.root);
    void this.load();
  }

  destroy(): void {
    this.leave();
    this.root.remove();
  }

  private tell(text: string): void { this.status.textContent = text; }

  private fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.tell(reason === "disconnected" ? this.say("gone") : reason);
  }

  private async load(): Promise<void> {
    try {
      this.take((await this.channel.ask<{ desk: Desk }>("hello")).desk);
      const open = this.desk!.lines.findIndex((line) => !line.settled);
      await this.go(open < 0 ? 0 : open);
    } catch (error) { this.fail(error); }
  }

  private take(desk: Desk): void {
    this.desk = desk;
    this.language = spoken(desk.language);
    this.say = word(this.language);
    this.root.lang = this.language;
    this.root.setAttribute("aria-label", this.say("consensus"));
    this.note.placeholder = this.say("note");
    this.note.setAttribute("aria-label", this.say("note"));
    fill(this.save, this.say("save"), " ", h("kbd", {}, "Enter"));
    const hint = (keys: string[], text: string): HTMLElement => h("span", {}, ...keys.map((k) => h("kbd", {}, k)), text);
    fill(this.foot, h("b", {}, this.say("legend")), hint(["n", "p"], this.say("skip")), hint(["u"], this.say("undo")), hint(["g"], this.say("rule")), hint(["s"], this.say("sure")));
    this.drawRail();
  }

  /** Turn to another case; keys that come before it is there are for it, and wait. */
  private async go(i: number): Promise<void> {
    await this.turn(() => this.show(i));
  }

  private async turn(work: () => Promise<void>): Promise<void> {
    this.turning += 1;
    try { await work(); } finally { this.turning -= 1; }
    while (!this.turning && this.early.length) this.early.shift()!();
  }

  private async show(i: number): Promise<void> {
    const lines = this.desk!.lines;
    if (!lines.length) { fill(this.text, h("p", { class: "qs-empty" }, this.say("none"))); return; }
    this.at = Math.max(0, Math.min(i, lines.length - 1));
    try {
      this.item = (await this.channel.ask<{ item: Case }>("item", { item: lines[this.at]!.id })).item;
    } catch (error) { this.fail(error); return; }
    const decided = this.item.decided;
    this.decision = decided?.decision ?? null;
    this.reasons = new Set(decided?.reasons ?? []);
    this.note.value = decided?.note ?? "";
    this.rule = decided?.change_rule ?? false;
    this.confidence = decided?.confidence ?? "";
    this.drawn = null;
    const codes = this.codes();
    this.code = decided?.code ?? (codes.length ? codes[0]!.uid : null);
    this.drawRail();
    this.drawItem();
    if (!this.root.contains(document.activeElement)) return;
    this.root.focus({ preventScroll: true });
  }

  private codes(): CodeWords[] {
    const seen = new Map<string, CodeWords>();
    for (const code of [...(this.item?.codesB ?? []), ...(this.item?.codesA ?? [])]) seen.set(code.uid, code);
    return [...seen.values()];
  }

  private drawRail(): void {
    const desk = this.desk!;
    const l = this.language;
    const done = desk.lines.filter((line) => line.settled).length;
    const lines = desk.lines.map((line, i) => h("li", {}, h("button", { class: i === this.at ? "qs-on" : "", "aria-current": i === this.at ? "true" : undefined, on: { click: () => void this.go(i) } },
      ring(i === this.at ? 0.5 : 0, Boolean(line.settled)), h("span", {}, h("b", {}, `${line.name} ¶ ${line.paragraph}`), h("small", {}, line.settled || line.words[l])))));
    fill(this.rail, h("header", {}, h("b", {}, this.say("consensus"))), h("div", { class: "qs-count" }, h("span", {}, desk.title[l]), h("span", {}, this.say("of", done, desk.lines.length))),
      h("div", { class: "qs-bar", role: "presentation" }, h("i", { css: { width: `${(100 * done) / Math.max(1, desk.lines.length)}%` } })), h("ul", {}, ...lines),
      h("dl", {}, ...(desk.before ? [h("div", {}, h("dt", {}, desk.before.words[l]), h("dd", {}, desk.before.text))] : []), h("div", {}, h("dt", {}, this.say("originals")), h("dd", {}, this.say("never")))));
  }

  private drawItem(): void {
    const item = this.item!;
    const l = this.language;
    const toggle = h("button", { class: "qr-btn qr-edge", "aria-pressed": String(this.hidden), on: { click: () => this.names() } }, this.say(this.hidden ? "hidden" : "shown"), " ", h("kbd", {}, "h"));
    fill(this.top, h("b", {}, `${item.name}, ¶ ${item.paragraph}`), h("span", { class: "qr-meta" }, item.words[l]), h("span", { class: "qr-sp" }), toggle, h("span", { class: "qr-mut" }, this.desk!.coder));
    const who = this.hidden ? [this.say("coderA"), this.say("coderB")] : item.names;
    const side = (codes: CodeWords[], coder: string, which: "A" | "B"): HTMLElement => h("aside", { class: `qs-side qs-${which}`, css: codes[0] ? { "--h": String(codes[0].hue) } : {} },
      ...(codes.length ? codes.map((c) => h("b", {}, (l === "zh" && c.name_zh) || c.name)) : [h("b", { class: "qr-mut" }, this.say("notCoded"))]), h("span", {}, coder), h("small", {}, codes[0] ? (l === "zh" && codes[0].definition_zh) || codes[0].definition : ""));
    fill(this.text, side(item.codesA, who[0]!, "A"), this.paper(), side(item.codesB, who[1]!, "B"));
    const edge = this.text.querySelector(".qr-ua,.qr-ub");
    if (edge) { const box = this.text.getBoundingClientRect(); this.text.scrollTop += edge.getBoundingClientRect().top - box.top - box.height / 3; }
    this.drawPanel();
  }

  /** The paragraphs around, with A's line below, B's above, and what the decision keeps filled. */
  private paper(): HTMLElement {
    const item = this.item!;
    const characters = [...item.text];
    const keep = this.decision ? kept(item, this.decision, this.drawn) : [];
    const edges = new Set([0, characters.length]);
    const spans = [...item.a, ...item.b].map((s) => [s.start, s.end] as const);
    for (const [start, end] of [...spans, ...keep]) for (const p of [start - item.at, end - item.at]) if (p > 0 && p < characters.length) edges.add(p);
    const sorted = [...edges].sort((x, y) => x - y);
    const hue = this.codes().find((c) => c.uid === this.code)?.hue ?? 0;
    const out = h("div", { class: "qs-paper", lang: item.language });
    for (let i = 0; i + 1 < sorted.length; i++) {
      const p = sorted[i]! + item.at;
      const inside = (s: { start: number; end: number }): boolean => s.start <= p && p < s.end;
      const a = item.a.find(inside);
      const b = item.b.find(inside);
      const on = keep.some(([start, end]) => start <= p && p < end);
      const span = h("span", { class: `${a ? "qr-ua" : ""} ${b ? "qr-ub" : ""} ${on ? "qs-kept" : ""}`, css: { "--hk": String(hue) } }, characters.slice(sorted[i], sorted[i + 1]).join(""));
      if (a) span.style.setProperty("--ha", String(a.hue));
      if (b) span.style.setProperty("--hb", String(b.hue));
      span.dataset.from = String(p);
      out.append(span);
    }
    return out;
  }

  private drawPanel(): void {
    const item = this.item!;
    const l = this.language;
    fill(this.choices, ...DECISIONS.map(({ key, decision }) => h("button", { role: "radio", "aria-checked": String(this.decision === decision), class: this.decision === decision ? "qs-on" : "", on: { click: () => this.decide(decision) } },
      h("span", {}, this.say(decision), h("kbd", {}, key)), this.sketch(item, decision))));
    const codes = this.codes();
    const use = codes.find((c) => c.uid === this.code);
    const keepAs = use && this.decision && !["a", "b", "both", "neither"].includes(this.decision)
      ? [h("span", { class: "qr-mut" }, this.say("keepAs")), h("button", { class: "qs-pill qs-on", css: { "--h": String(use.hue) }, on: { click: () => this.nextCode() } }, h("i", { class: "qr-bar" }), (l === "zh" && use.name_zh) || use.name, h("kbd", {}, "c"))]
      : [];
    const reasons = this.desk!.reasons.map((r, i) => h("button", { class: `qs-pill ${this.reasons.has(r.key) ? "qs-on" : ""}`, "aria-pressed": String(this.reasons.has(r.key)), on: { click: () => this.reason(i) } }, h("kbd", {}, String(i + 1)), r.words[l]));
    const rule = h("button", { class: `qs-pill ${this.rule ? "qs-on" : ""}`, "aria-pressed": String(this.rule), on: { click: () => { this.rule = !this.rule; this.drawPanel(); } } }, h("kbd", {}, "g"), this.say("rule"));
    const sure = this.confidence ? h("span", { class: "qr-mut" }, this.say(this.confidence as "low")) : null;
    fill(this.why, ...keepAs, h("span", { class: "qr-mut" }, this.say("because")), ...reasons, rule, sure);
  }

  /** A small drawing of the decision with the real proportions. */
  private sketch(item: Case, decision: Decision): SVGElement {
    const spans = [...item.a, ...item.b];
    const low = Math.min(...spans.map((s) => s.start));
    const high = Math.max(...spans.map((s) => s.end), low + 1);
    const x = (p: number): number => 4 + (92 * (p - low)) / (high - low);
    const out = svg("svg", { viewBox: "0 0 100 34", class: "qs-sketch", "aria-hidden": "true" });
    const bar = (start: number, end: number, y: number, tall: number, hue: number): void => {
      const r = svg("rect", { x: String(x(start)), y: String(y), width: String(Math.max(3, x(end) - x(start))), height: String(tall), rx: "1.5" });
      (r as SVGElement).style.fill = `oklch(var(--stripe) ${hue})`;
      out.append(r);
    };
    for (const s of item.a) bar(s.start, s.end, 2, 4, s.hue);
    for (const s of item.b) bar(s.start, s.end, 9, 4, s.hue);
    out.append(svg("path", { d: "M2 17.5H98", class: "qs-rule" }));
    const hue = decision === "a" ? (item.a[0]?.hue ?? 0) : decision === "b" ? (item.b[0]?.hue ?? 0) : (this.codes().find((c) => c.uid === this.code)?.hue ?? 0);
    if (decision === "neither") out.append(svg("rect", { x: "4", y: "22", width: "92", height: "7", rx: "3", class: "qs-none" }));
    else if (decision === "redraw") out.append(svg("path", { d: "M18 21v9m-3-9h6m-6 9h6M78 21v9m-3-9h6m-6 9h6", class: "qs-ibeam" }));
    else if (decision === "both") { for (const s of item.a) bar(s.start, s.end, 21, 4, s.hue); for (const s of item.b) bar(s.start, s.end, 27, 4, s.hue); }
    else for (const [start, end] of kept(item, decision, null)) bar(start, end, 22, 7, hue);
    return out;
  }

  private decide(decision: Decision): void {
    this.decision = decision;
    if (decision === "intersection" && !kept(this.item!, decision, null).length) this.tell(this.say("noShared"));
    else this.tell(decision === "redraw" && !this.drawn ? this.say("needsSpan") : "");
    this.drawItem();
  }

  private reason(i: number): void {
    const found = this.desk!.reasons[i];
    if (!found) return;
    if (!this.reasons.delete(found.key)) this.reasons.add(found.key);
    this.drawPanel();
  }

  private nextCode(): void {
    const codes = this.codes();
    this.code = codes[(codes.findIndex((c) => c.uid === this.code) + 1) % codes.length]?.uid ?? null;
    this.drawItem();
  }

  private names(): void {
    this.hidden = !this.hidden;
    this.drawItem();
  }

  /** Redraw: the selection in the text is the passage; offsets are code points. */
  private draw(): void {
    if (this.decision !== "redraw") return;
    const picked = getSelection();
    if (!picked || picked.isCollapsed) return;
    const range = picked.getRangeAt(0);
    const point = (node: Node, offset: number): number | null => {
      const span = (node.nodeType === Node.TEXT_NODE ? node.parentElement : (node as Element))?.closest<HTMLElement>("[data-from]");
      return span ? Number(span.dataset.from) + [...(node.textContent ?? "").slice(0, node.nodeType === Node.TEXT_NODE ? offset : 0)].length : null;
    };
    const [start, end] = [point(range.startContainer, range.startOffset), point(range.endContainer, range.endOffset)];
    if (start === null || end === null || end <= start) return;
    this.drawn = [start, end];
    picked.removeAllRanges();
    this.tell("");
    this.drawItem();
  }

  private keep(): void {
    if (!this.item) return;
    if (!this.decision) return this.tell(this.say("needsDecision"));
    if (!this.reasons.size) return this.tell(this.say("needsReason"));
    if (this.decision === "redraw" && !this.drawn) return this.tell(this.say("needsSpan"));
    const body = { item: this.item.id, decision: this.decision, reasons: [...this.reasons], note: this.note.value, code: this.code, change_rule: this.rule, confidence: this.confidence, start: this.drawn?.[0] ?? null, end: this.drawn?.[1] ?? null };
    void this.turn(() => this.send(body));
  }

  private async send(body: Record<string, unknown>): Promise<void> {
    try {
      const { desk } = await this.channel.ask<{ desk: Desk }>("settle", body);
      this.take(desk);
      this.tell(this.say("saved"));
      const next = desk.lines.findIndex((line, i) => i > this.at && !line.settled);
      const any = next < 0 ? desk.lines.findIndex((line) => !line.settled) : next;
      if (any < 0) this.tell(this.say("all"));
      this.root.focus({ preventScroll: true });
      await this.show(any < 0 ? this.at : any);
    } catch (error) { this.fail(error); }
  }

  private undo(): void { void this.turn(() => this.takeBack()); }

  private async takeBack(): Promise<void> {
    try {
      const answer = await this.channel.ask<{ desk: Desk; undone: string | null }>("undo");
      this.take(answer.desk);
      this.tell(answer.undone ? this.say("undone", answer.undone) : this.say("nothing"));
      await this.show(this.at);
    } catch (error) { this.fail(error); }
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !(event.target as HTMLElement).closest(".qs-rail,.qs-top,.qs-why,.qs-choices")) { event.preventDefault(); this.soon(() => this.keep()); return; }
    if (event.target === this.note) { if (event.key === "Escape") this.root.focus(); return; }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") { event.preventDefault(); this.soon(() => this.undo()); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = DECISIONS.find((d) => d.key === event.key);
    const digit = /^Digit([1-9])$/.exec(event.code);
    const sure = ["", "low", "medium", "high"];
    const run: Record<string, () => void> = {
      c: () => this.nextCode(), h: () => this.names(), u: () => this.undo(), n: () => void this.go(this.at + 1), p: () => void this.go(this.at - 1),
      g: () => { this.rule = !this.rule; this.drawPanel(); }, s: () => { this.confidence = sure[(sure.indexOf(this.confidence) + 1) % 4]!; this.drawPanel(); },
    };
    const act = chosen ? (): void => this.decide(chosen.decision) : digit ? (): void => this.reason(Number(digit[1]) - 1) : run[event.key];
    if (act && this.item) { event.preventDefault(); this.soon(act); }
  }

  /** Do it now, or when the case that it is meant for has come. */
  private soon(act: () => void): void {
    if (this.turning) this.early.push(act);
    else act();
  }
}
