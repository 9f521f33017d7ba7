/** Rounds from left to right, coders, documents by coders, conflicts; everything by keyboard and by mouse. */

import { settleIn, type Body, type Channel } from "../ask";
import { fill, h, icon, ring, svg } from "../dom";
import type { Language } from "../say";
import type { Card, Cell, Conflict, Namesake, Namesakes, Row, View } from "./types";
import { word, type Word } from "./words";

type Form = "plan" | "share" | null;

export class Board {
  readonly root = h("div", { class: "qr qt", role: "region", tabindex: "-1" });
  private view: View | null = null;
  private language: Language = "en";
  private say = word("en");
  private form: Form = null;
  /** What a second press of the same key will do; anything else forgets it. */
  private armed = "";
  private readonly top = h("div", { class: "qr-top" });
  private readonly rounds = h("div", { class: "qt-rounds", role: "group" });
  private readonly acts = h("div", { class: "qt-acts" });
  private readonly status = h("div", { class: "qr-status", role: "status" });
  private readonly body = h("div", {});
  private readonly foot = h("footer", { class: "qt-foot" });
  private readonly leave: () => void;

  constructor(private readonly channel: Channel, host: HTMLElement) {
    this.root.append(this.top, this.rounds, this.acts, this.status, this.body, this.foot);
    host.append(this.root);
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.leave = settleIn(this.root);
    void this.ask("hello");
  }

  destroy(): void {
    this.leave();
    this.root.remove();
  }

  private tell(text: string): void { this.status.textContent = text; }

  private async ask(type: string, body: Body = {}, said: Word | null = null): Promise<void> {
    this.armed = "";
    try {
      const answer = await this.channel.ask<{ view: View; said: string }>(type, body);
      this.form = null;
      this.show(answer.view);
      this.tell(answer.said ? this.say("choseIt", answer.said) : said ? this.say(said) : "");
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.tell(reason === "disconnected" ? this.say("gone") : reason);
    }
  }

  private here(): Card | undefined { return this.view?.rounds.find((r) => r.uid === this.view!.chosen); }

  /** Draw anew; the element that had the focus gets it back by its mark. */
  private show(view: View): void {
    const focused = (document.activeElement as HTMLElement | null)?.dataset.at;
    const inside = this.root.contains(document.activeElement);
    this.view = view;
    this.language = view.language;
    this.say = word(view.language);
    this.root.lang = view.language;
    this.root.setAttribute("aria-label", this.say("team"));
    this.rounds.setAttribute("aria-label", this.say("rounds"));
    this.drawTop(view);
    fill(this.rounds, ...(view.rounds.length ? view.rounds.map((r) => this.card(r)) : [h("p", { class: "qr-mut" }, this.say("empty"))]));
    this.drawActs();
    this.drawBody(view);
    const hint = (keys: string[], text: Word): HTMLElement => h("span", {}, ...keys.map((k) => h("kbd", {}, k)), this.say(text));
    fill(this.foot, hint(["←", "→"], "kRounds"), ...(view.lead ? [hint(["j", "k", "h", "l"], "kCells"), hint(["Enter"], "kGive"), hint(["n"], "kNew"), hint(["s"], "kShare"), hint(["o"], "kOpen"), hint(["c"], "kClose")] : []));
    if (inside) (focused ? this.root.querySelector<HTMLElement>(`[data-at="${CSS.escape(focused)}"]`) ?? this.root : this.root).focus({ preventScroll: true });
  }

  private button(text: string, run: () => void, look = "qr-edge", key = ""): HTMLButtonElement {
    return h("button", { class: `qr-btn ${look}`, on: { click: run } }, text, key ? " " : null, key ? h("kbd", {}, key) : null);
  }

  private drawTop(view: View): void {
    const acts = view.lead ? [this.button(this.say("newRound"), () => this.toggle("plan")), this.button(this.say("shareOut"), () => this.toggle("share"))] : [];
    fill(this.top, h("b", {}, view.title), h("span", { class: "qr-meta" }, view.about[this.language]), h("span", { class: "qr-sp" }), ...acts, h("span", { class: "qr-mut" }, view.coder));
  }

  private toggle(form: Form): void {
    if (!this.view?.lead) return;
    this.form = this.form === form ? null : form;
    this.drawActs();
    this.acts.querySelector<HTMLElement>("input,select,button")?.focus();
  }

  private card(r: Card): HTMLElement {
    const l = this.language;
    const eye = svg("svg", { viewBox: "0 0 16 16", class: "qc-i", "aria-hidden": "true" });
    eye.append(svg("path", { d: "M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4ZM3 13 13 3" }));
    const sign = r.status === "closed" ? ring(1, true) : r.status === "open" && r.blind ? eye : null;
    const state = r.status === "open" ? `, ${this.say(r.blind ? "blind" : "open")}` : "";
    const big = r.status === "closed"
      ? (r.figure ? h("span", { class: "qt-big" }, `α ${r.figure.text}`, h("small", {}, r.figure[l])) : h("span", { class: "qt-line" }, this.say("noFigure")))
      : h("span", { class: "qt-big" }, this.say("of", r.finished, r.total), h("small", {}, this.say("assignments")));
    const share = (n: number): string => `${(100 * n) / Math.max(1, r.total)}%`;
    const bar = r.status === "open" ? h("span", { class: "qt-bar", "aria-hidden": "true" }, h("i", { css: { width: share(r.finished) } }), h("i", { class: "qt-half", css: { width: share(r.started) } })) : null;
    const soFar = r.status === "open" && r.figure ? h("span", { class: "qt-line" }, `α ${r.figure.text} `, r.figure[l]) : null;
    const line = r.status === "open" && r.blind ? this.say("noFigures") : r.line[l];
    return h("button", { class: `qt-card qt-${r.status}`, "aria-pressed": String(r.uid === this.view!.chosen), "data-at": `round ${r.uid}`, on: { click: () => void this.ask("choose", { round: r.uid }) } },
      h("span", { class: "qt-head" }, sign, r.name + state, h("small", {}, this.say(r.status === "planned" ? "planned" : r.purpose))), r.status === "planned" ? null : big, bar, soFar, h("span", { class: "qt-line" }, line));
  }

  private drawActs(): void {
    const view = this.view!;
    const r = this.here();
    if (!view.lead) return fill(this.acts);
    const out: (HTMLElement | null)[] = [];
    if (this.form === "plan") out.push(h("div", { class: "qt-form" }, h("b", {}, this.say("newRound")), ...(["training", "reliability", "production"] as const).map((p) => this.button(this.say(p), () => void this.ask("plan", { purpose: p }, "saved"))), this.button(this.say("cancel"), () => this.toggle("plan"), "")));
    else if (this.form === "share" && r) out.push(this.shareForm(r));
    else {
      if (r?.status === "planned") out.push(this.button(this.say("openRound"), () => this.open(), "qt-main", "o"));
      if (r?.status === "open") out.push(this.button(this.say("closeRound"), () => this.close(), "qt-main", "c"));
    }
    fill(this.acts, ...out);
  }

  private shareForm(r: Card): HTMLElement {
    const overlap = h("input", { type: "number", min: "0", max: "100", value: "20" });
    const seed = h("input", { type: "number", value: "1" });
    const by = h("select", {}, ...(["nothing", "languageOf", "kind", "folder"] as const).map((k) => h("option", { value: { nothing: "", languageOf: "language", kind: "kind", folder: "folder" }[k] }, this.say(k))));
    const run = (): void => void this.ask("share", { round: r.uid, overlap: Number(overlap.value) / 100, stratify: by.value, seed: Math.trunc(Number(seed.value)) }, "saved");
    const form = h("div", { class: "qt-form" }, h("b", {}, this.say("shareOut")), h("label", {}, this.say("overlap"), overlap), h("label", {}, this.say("stratify"), by), h("label", {}, this.say("seed"), seed), this.button(this.say("go"), run), this.button(this.say("cancel"), () => this.toggle("share"), ""));
    form.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target instanceof HTMLInputElement) { event.preventDefault(); run(); } });
    return form;
  }

  /** Opening and closing cannot be taken for granted: the first press says what it means, the second does it. */
  private open(): void {
    const r = this.here();
    if (r?.status !== "planned") return;
    if (this.armed === `open ${r.uid}`) return void this.ask("open", { round: r.uid }, "saved");
    this.armed = `open ${r.uid}`;
    this.tell(this.say("sureOpen"));
  }

  private close(): void {
    const r = this.here();
    if (r?.status !== "open") return;
    if (this.armed === `close ${r.uid}`) return void this.ask("close", { round: r.uid }, "saved");
    this.armed = `close ${r.uid}`;
    this.tell(r.finished < r.total ? this.say("sureClose", r.total - r.finished, r.total) : this.say("sureCloseAll"));
  }

  private drawBody(view: View): void {
    const r = this.here();
    const parts: HTMLElement[] = [];
    if (view.conflicts.length) parts.push(this.section("conflicts", "conflictsHint"), ...view.conflicts.map((c) => this.conflict(c)));
    if (view.names.length) parts.push(this.section("names", "namesHint"), ...view.names.map((n) => this.names(n)));
    if (r) {
      parts.push(h("div", { class: "qt-sec" }, h("h2", {}, this.say("coders", r.name)), h("span", { class: "qr-mut" }, this.say("speed"))), this.people(view));
      parts.push(this.section("documents", "apart"), this.matrix(view, r));
    }
    parts.push(h("div", { class: "qt-note" }, icon("lock"), h("span", {}, view.worth[this.language])));
    fill(this.body, ...parts);
  }

  private section(title: Word, hint: Word): HTMLElement {
    return h("div", { class: "qt-sec" }, h("h2", {}, this.say(title)), h("span", { class: "qr-mut" }, this.say(hint)));
  }

  private conflict(c: Conflict): HTMLElement {
    const value = (choice: "kept" | "other", text: string, by: string, key: Word): HTMLElement => h("button", { class: "qt-value", "data-at": `conflict ${c.number} ${choice}`, on: { click: () => void this.ask("settle", { number: c.number, choice }) } }, text || "–", h("small", {}, `${by} · ${this.say(key)}`));
    return h("div", { class: "qt-two" }, h("span", {}, this.say("field", c.field.replace("_", " "), c.name)), value("kept", c.kept, c.kept_by, "stands"), value("other", c.other, c.other_by, "other"));
  }

  /** Two codes of one name in one place, from two projects: one code, or two? */
  private names(n: Namesakes): HTMLElement {
    const side = (of: Namesake): HTMLElement => h("span", { class: "qt-side" }, of.definition || this.say("noDefinition"), h("small", {}, `${of.coder || "?"} · ${this.say("codings", of.codings)}`));
    const choose = (choice: "one" | "two", key: Word): HTMLElement => this.button(this.say(key), () => void this.ask("name", { number: n.number, choice }, "saved"));
    return h("div", { class: "qt-names" }, h("b", {}, n.path), side(n.first), side(n.second), h("span", { class: "qt-choice" }, choose("one", "oneCode"), choose("two", "twoCodes")));
  }

  private people(view: View): HTMLElement {
    const rows = view.coders.filter((c) => c.total).map((c) => {
      const share = (n: number): string => `${(100 * n) / Math.max(1, c.total)}%`;
      return h("tr", {}, h("th", { scope: "row" }, h("span", { class: "qt-av", "aria-hidden": "true" }, [...c.name][0]?.toUpperCase() ?? ""), c.name),
        h("td", {}, h("span", { class: "qt-bar", "aria-hidden": "true" }, h("i", { css: { width: share(c.finished) } }), h("i", { class: "qt-half", css: { width: share(c.started) } })), this.say("of", c.finished, c.total)),
        h("td", {}, this.say(c.own_file ? "ownFile" : "thisFile")));
    });
    return h("div", { class: "qt-wide" }, h("table", {}, h("thead", {}, h("tr", {}, ...(["coder", "documents", "comes"] as const).map((w) => h("th", { scope: "col" }, this.say(w))))), h("tbody", {}, ...rows)));
  }

  private matrix(view: View, r: Card): HTMLElement {
    const head = h("tr", {}, h("th", { scope: "col" }, this.say("document")), h("th", { scope: "col" }, this.say("language")), ...view.coders.map((c) => h("th", { scope: "col" }, c.name)), h("th", { scope: "col" }, this.say("inAgreement")));
    const rows = view.documents.map((d, y) => h("tr", {}, h("th", { scope: "row" }, d.name), h("td", {}, d.language[this.language]), ...d.cells.map((cell, x) => h("td", {}, this.cell(view, r, d, cell, x, y))), h("td", { class: "qr-mut" }, d.agreement[this.language])));
    return h("div", { class: "qt-wide" }, h("table", { class: "qt-matrix" }, h("thead", {}, head), h("tbody", {}, ...rows)));
  }

  private cell(view: View, r: Card, d: Row, cell: Cell, x: number, y: number): HTMLElement {
    const inner: (Node | string)[] =
      cell.state === "finished" ? [ring(1, true), this.say("finished") + (cell.nothing ? ", " : ""), ...(cell.nothing ? [h("b", {}, this.say("nothingCoded"))] : [])]
      : cell.state === "started" ? [ring(cell.share, false), `${Math.round(100 * cell.share)} %`]
      : cell.state === "assigned" ? [ring(0, false), this.say("assigned")] : [this.say("none")];
    const free = view.lead && r.status !== "closed" && (cell.state === "none" || cell.state === "assigned");
    if (!free) return h("span", { class: "qt-st", tabindex: "-1", "data-x": x, "data-y": y }, ...inner);
    const on = cell.state === "none";
    const who = view.coders.find((c) => c.uid === cell.coder)?.name ?? "";
    return h("button", { class: `qt-st ${on ? "qt-none" : ""}`, "data-x": x, "data-y": y, "data-at": `cell ${d.uid} ${cell.coder}`, title: this.say(on ? "give" : "back"), "aria-label": `${d.name}, ${who}: ${this.say(on ? "none" : "assigned")}. ${this.say(on ? "give" : "back")}`, on: { click: () => void this.ask("give", { round: r.uid, document: d.uid, coder: cell.coder, on }) } }, ...inner);
  }

  private step(by: number): void {
    const rounds = this.view!.rounds;
    const at = rounds.findIndex((r) => r.uid === this.view!.chosen);
    const next = rounds[Math.max(0, Math.min(rounds.length - 1, at + by))];
    if (next && next.uid !== this.view!.chosen) void this.ask("choose", { round: next.uid });
  }

  private walk(dx: number, dy: number): void {
    const now = document.activeElement as HTMLElement | null;
    const placed = now?.dataset.x !== undefined;
    const x = placed ? Number(now!.dataset.x) + dx : 0;
    const y = placed ? Number(now!.dataset.y) + dy : 0;
    this.root.querySelector<HTMLElement>(`[data-x="${x}"][data-y="${y}"]`)?.focus();
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === "Escape") { this.form = null; this.armed = ""; this.tell(""); this.drawActs(); this.root.focus({ preventScroll: true }); return; }
    if (typing || !this.view) return;
    const lead = this.view.lead;
    const run: Record<string, () => void> = {
      ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1), j: () => this.walk(0, 1), k: () => this.walk(0, -1), h: () => this.walk(-1, 0), l: () => this.walk(1, 0),
      ...(lead ? { n: () => this.toggle("plan"), s: () => this.toggle("share"), o: () => this.open(), c: () => this.close() } : {}),
    };
    const found = run[event.key];
    if (found) { event.preventDefault(); found(); }
  }
}
