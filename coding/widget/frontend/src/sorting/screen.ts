/** Sorting by hand: mark codes, put them under a parent, say how they hang together, passages in sight. */

import { settleIn, spoken, type Body, type Channel } from "../ask";
import { fill, h, icon } from "../dom";
import { arrange, type BoardRow, type Code } from "./tree";
import { word, type Word } from "./words";
import type { Language } from "../say";

interface Relation { uid: string; source: string; kind: string; target: string; note: string; shown: number }
interface Board { codes: Code[]; relations: Relation[]; kinds: { key: string; words: Record<Language, string> }[]; language: Language | null; coder: string }
interface Passage { uid: string; name: string; paragraph: number; language: string; text: string; code: string; code_zh: string; own: boolean }
interface MemoLine { uid: string; title: string; kind: string; body: string }
/** What Enter will do to the code under the cursor. */
type Mode = { kind: "move" | "relate" | "merge"; from: string[] } | null;

const STAGES = { o: "open", a: "axial", s: "selective" } as const;

export class Sorting {
  readonly root = h("div", { class: "qr qo", role: "region", tabindex: "-1" });
  private board: Board | null = null;
  private language: Language = "en";
  private say = word("en");
  private rows: BoardRow[] = [];
  private here = "";
  private readonly marked = new Set<string>();
  private readonly closed = new Set<string>();
  private readonly evidence = new Set<string>();
  private mode: Mode = null;
  private items: Passage[] = [];
  private memos: MemoLine[] = [];
  private total = 0;
  private shownFor = "";
  private wait = 0;
  private dragged: string[] = [];
  private readonly top = h("div", { class: "qr-top" });
  private readonly filter = h("input", { class: "qo-filter", type: "search", on: { input: () => this.draw() } });
  private readonly tree = h("div", { class: "qo-tree", role: "tree", tabindex: "0", "aria-multiselectable": "true" });
  private readonly drop = h("div", { class: "qo-top" });
  private readonly right = h("div", { class: "qo-right" });
  private readonly form = h("form", { class: "qo-form" });
  private readonly said = h("div", { class: "qo-said", role: "status" });
  private readonly foot = h("footer", { class: "qo-foot" });
  private readonly leave: () => void;

  constructor(private readonly channel: Channel, host: HTMLElement) {
    this.root.append(this.top, h("div", { class: "qo-body" }, h("div", { class: "qo-left" }, this.filter, this.tree, this.drop), this.right), this.form, this.said, this.foot);
    host.append(this.root);
    this.leave = settleIn(this.root);
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.target(this.drop, null);
    void this.run("hello");
  }

  destroy(): void {
    clearTimeout(this.wait);
    this.leave();
    this.root.remove();
  }

  // -- the kernel -----------------------------------------------------------------------------------

  private tell(text: string): void { this.said.textContent = text; }

  private fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.tell(reason === "disconnected" ? this.say("gone") : reason);
  }

  /** Ask for a change; the board that comes back is what the project now holds. */
  private async run(type: string, body: Body = {}, goTo?: string): Promise<boolean> {
    try {
      const answer = await this.channel.ask<{ board?: Board; made?: string; said?: string | null; file?: string }>(type, body);
      this.tell("");
      if (answer.board) this.take(answer.board, answer.made ?? goTo);
      if (type === "undo" || type === "redo") this.tell(answer.said ? this.say(type === "undo" ? "undone" : "redone", answer.said) : this.say("nothing"));
      if (answer.file) this.tell(this.say("written", answer.file));
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  private take(board: Board, goTo?: string): void {
    const first = this.board === null;
    this.board = board;
    this.shownFor = "";
    const live = new Set(board.codes.map((c) => c.uid));
    for (const uid of this.marked) if (!live.has(uid)) this.marked.delete(uid);
    if (goTo && live.has(goTo)) this.here = goTo;
    if (first) this.words(board);
    this.draw();
  }

  private words(board: Board): void {
    this.language = spoken(board.language);
    this.say = word(this.language);
    this.root.lang = this.language;
    this.root.setAttribute("aria-label", this.say("board"));
    this.tree.setAttribute("aria-label", this.say("tree"));
    this.filter.placeholder = this.say("filter");
    this.filter.setAttribute("aria-label", this.say("filter"));
    this.drop.textContent = this.say("top");
    const button = (key: Word, act: () => void): HTMLElement => h("button", { class: "qr-btn qr-edge", on: { click: act } }, this.say(key));
    fill(this.top, h("b", {}, this.say("board")), h("span", { class: "qr-meta" }, board.coder), h("span", { class: "qr-sp" }), button("kMemo", () => this.askMemo()), button("table", () => void this.run("axial")), button("kUndo", () => void this.run("undo")));
    const hints: [string, Word][] = [["j k", "kWalk"], ["Space", "kMark"], ["g", "kMove"], ["n", "kNew"], ["t", "kTop"], ["o a s", "kStage"], ["r", "kRelate"], ["x", "kMerge"], ["e", "kRename"], ["m", "kMemo"], ["Enter", "kPassages"], ["← →", "kFold"], ["u", "kUndo"]];
    fill(this.foot, ...hints.map(([key, text]) => h("span", { class: "qr-hint" }, h("kbd", {}, key), this.say(text))));
  }

  // -- drawing --------------------------------------------------------------------------------------

  private name(uid: string): string {
    const code = this.board!.codes.find((c) => c.uid === uid);
    return code ? (this.language === "zh" && code.name_zh) || code.name : "";
  }

  private draw(): void {
    const board = this.board;
    if (!board) return;
    this.rows = arrange(board.codes, this.closed, this.filter.value);
    if (!this.rows.some((r) => r.code.uid === this.here)) this.here = this.rows[0]?.code.uid ?? "";
    const lines: HTMLElement[] = [];
    this.rows.forEach((row, i) => {
      const before = this.rows[i - 1];
      if (!this.filter.value && (!before || before.loose !== row.loose)) lines.push(h("div", { class: "qo-head", role: "presentation" }, this.say(row.loose ? "loose" : "tree")));
      lines.push(this.line(row));
    });
    fill(this.tree, ...(lines.length ? lines : [h("p", { class: "qr-empty" }, this.say("empty"))]));
    const on = this.tree.querySelector<HTMLElement>(".qr-on");
    if (on) { this.tree.setAttribute("aria-activedescendant", on.id); on.scrollIntoView({ block: "nearest" }); }
    this.told();
    this.show();
  }

  private line(row: BoardRow): HTMLElement {
    const { code } = row;
    const [first, second] = this.language === "zh" && code.name_zh ? [code.name_zh, code.name] : [code.name, code.name_zh];
    const out = h("div", {
      class: `qo-code ${code.uid === this.here ? "qr-on" : ""} ${this.marked.has(code.uid) ? "qo-marked" : ""} ${row.parent ? "qo-parent" : ""}`, role: "treeitem", id: `qo-${code.uid}`, draggable: "true",
      "aria-level": String(row.level + 1), "aria-selected": String(this.marked.has(code.uid) || code.uid === this.here), "aria-expanded": row.parent ? String(!this.closed.has(code.uid)) : undefined,
      css: { "--h": String(code.hue), "--level": String(row.level) }, on: { click: () => { this.here = code.uid; this.draw(); this.tree.focus(); } },
    }, h("span", { class: "qr-bar", "aria-hidden": "true" }), row.parent ? icon(this.closed.has(code.uid) ? "right" : "down") : null, h("b", {}, first), second && second !== first ? h("span", { class: "qr-second" }, second) : null,
    code.stage ? h("span", { class: "qo-stage" }, this.say(code.stage)) : null, h("span", { class: "qo-n" }, code.count));
    out.addEventListener("dragstart", (event) => {
      this.dragged = this.marked.has(code.uid) ? [...this.marked] : [code.uid];
      event.dataTransfer?.setData("text/plain", this.dragged.map((uid) => this.name(uid)).join(", "));
    });
    this.target(out, code.uid);
    return out;
  }

  /** Codes may be dropped here: on a code they go under it, on the strip to the top. */
  private target(element: HTMLElement, parent: string | null): void {
    const allowed = (): boolean => this.dragged.length > 0 && !(parent && this.dragged.includes(parent));
    element.addEventListener("dragover", (event) => { if (allowed()) { event.preventDefault(); element.classList.add("qo-over"); } });
    element.addEventListener("dragleave", () => element.classList.remove("qo-over"));
    element.addEventListener("drop", (event) => {
      event.preventDefault();
      element.classList.remove("qo-over");
      const codes = this.dragged;
      this.dragged = [];
      if (codes.length && !(parent && codes.includes(parent))) void this.put(codes, parent);
    });
  }

  private async put(codes: string[], parent: string | null): Promise<void> {
    if (parent) this.closed.delete(parent);
    if (await this.run("move", { codes, parent }, codes[0])) this.marked.clear();
    this.draw();
  }

  private told(): void {
    const mode = this.mode;
    this.said.classList.toggle("qo-mode", mode !== null);
    if (mode) {
      const from = mode.kind === "move" && mode.from.length > 1 ? this.say("marked", mode.from.length) : this.name(mode.from[0]!);
      this.tell(this.say(mode.kind, from, this.name(this.here)));
    } else if (this.marked.size) this.tell(this.say("marked", this.marked.size));
  }

  /** Show the passages of the code under the cursor; walking fast asks only for the one stopped at. */
  private show(): void {
    if (!this.here || this.shownFor === this.here) { if (!this.here) fill(this.right); return; }
    const code = this.here;
    this.shownFor = code;
    this.evidence.clear();
    clearTimeout(this.wait);
    this.wait = window.setTimeout(() => void this.load(code, 0), 90);
  }

  private async load(code: string, from: number): Promise<void> {
    try {
      const answer = await this.channel.ask<{ code: string; items: Passage[]; total: number; memos: MemoLine[] }>("passages", { code, from });
      if (answer.code !== this.here) return;
      this.items = from ? [...this.items, ...answer.items] : answer.items;
      if (!from) this.memos = answer.memos;
      this.total = answer.total;
      this.drawRight();
    } catch (error) { this.fail(error); }
  }

  private drawRight(): void {
    const code = this.board!.codes.find((c) => c.uid === this.here);
    if (!code) return;
    const l = this.language;
    const kinds = new Map(this.board!.kinds.map((k) => [k.key, k.words[l]]));
    const relations = this.board!.relations.filter((r) => r.source === code.uid || r.target === code.uid).map((r) => h("div", { class: "qo-rel" },
      h("b", {}, this.name(r.source)), h("i", {}, kinds.get(r.kind) ?? r.kind), h("b", {}, this.name(r.target)), h("i", {}, `${r.note ? `${r.note} · ` : ""}${this.say("shown", r.shown)}`),
      h("button", { class: "qr-btn", on: { click: () => void this.run("unrelate", { relation: r.uid }) } }, this.say("remove"))));
    const items = this.items.map((p) => {
      const box = h("input", { type: "checkbox", "aria-label": this.say("evidence"), title: this.say("evidence"), on: { change: () => { if (!this.evidence.delete(p.uid)) this.evidence.add(p.uid); } } });
      box.checked = this.evidence.has(p.uid);
      const out = h("div", { class: "qo-item", tabindex: "-1", role: "group", "aria-label": `${p.name} ¶ ${p.paragraph}` }, box, h("p", { lang: p.language }, p.text),
        h("button", { class: "qr-btn", on: { click: () => this.open(p.uid) } }, this.say("opens")), h("small", {}, `${p.name} ¶ ${p.paragraph}${p.own ? "" : ` · ${(l === "zh" && p.code_zh) || p.code}`}`));
      out.dataset.coding = p.uid;
      return out;
    });
    const more = this.items.length < this.total ? h("button", { class: "qr-btn qr-edge", on: { click: () => void this.load(code.uid, this.items.length) } }, this.say("more", this.total - this.items.length)) : null;
    fill(this.right, h("h2", {}, this.name(code.uid), h("span", {}, this.say("nPassages", this.total))), h("p", { class: "qo-def" }, (l === "zh" && code.definition_zh) || code.definition),
      ...(relations.length ? [h("h2", {}, this.say("relations")), ...relations] : []),
      ...(this.memos.length ? [h("h2", {}, this.say("memos")), ...this.memos.map((m) => h("div", { class: "qo-memo" }, m.title ? h("b", {}, `${m.title} `) : null, m.body))] : []),
      ...(items.length ? items : [h("p", { class: "qo-def" }, this.say("noPassages"))]), more);
  }

  private open(coding: string): void { void this.channel.ask("open", { coding }).catch((error: unknown) => this.fail(error)); }

  // -- forms ----------------------------------------------------------------------------------------

  /** A line of fields below the board; Enter saves, Escape leaves it. */
  private ask(fields: (HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement)[], save: () => Promise<boolean>): void {
    const close = (): void => { fill(this.form); this.tree.focus(); };
    const cancel = h("button", { class: "qr-btn", type: "button", on: { click: close } }, this.say("cancel"));
    fill(this.form, ...fields, h("button", { class: "qr-btn qr-edge", type: "submit" }, this.say("save")), cancel);
    this.form.onsubmit = (event): void => { event.preventDefault(); void save().then((done) => { if (done) close(); }); };
    this.form.onkeydown = (event): void => {
      if (event.key === "Escape") { event.preventDefault(); close(); }
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.form.requestSubmit(); }
    };
    fields[0]!.focus();
  }

  private field(key: Word, value = ""): HTMLInputElement {
    const out = h("input", { type: "text", placeholder: this.say(key), "aria-label": this.say(key), maxlength: "200" });
    out.value = value;
    return out;
  }

  private select(key: Word, options: [string, string][]): HTMLSelectElement {
    return h("select", { "aria-label": this.say(key) }, ...options.map(([value, text]) => h("option", { value }, text)));
  }

  private chosen(): string[] { return this.marked.size ? [...this.marked] : this.here ? [this.here] : []; }

  private askParent(): void {
    const name = this.field("newParent");
    const codes = this.chosen();
    this.ask([name], async () => { const done = await this.run("gather", { codes, name: name.value }); if (done) { this.marked.clear(); this.draw(); } return done; });
  }

  private askName(): void {
    const code = this.here;
    const name = this.field("rename", this.board!.codes.find((c) => c.uid === code)?.name);
    this.ask([name], () => this.run("rename", { code, name: name.value }));
    name.select();
  }

  private askMemo(): void {
    const code = this.here;
    const kind = this.select("kind", (["theory", "method", "code"] as const).map((k) => [k, this.say(k)]));
    const about = this.select("aboutWhat", [[code, this.say("about", this.name(code))], ["", this.say("project")]]);
    const title = this.field("memoTitle");
    const body = h("textarea", { placeholder: this.say("memoBody"), "aria-label": this.say("memoBody"), maxlength: "100000" });
    this.ask([kind, about, title, body], () => this.run("memo", { kind: kind.value, code: about.value || null, title: title.value, body: body.value }));
    body.focus();
  }

  private askRelation(source: string, target: string): void {
    const kind = this.select("kind", this.board!.kinds.map((k) => [k.key, `${this.name(source)} ${k.words[this.language]} ${this.name(target)}`]));
    const note = this.field("note");
    const codings = this.kept;
    this.ask([kind, note], () => this.run("relate", { source, target, kind: kind.value, note: note.value, codings }));
  }

  private kept: string[] = [];

  // -- keys -----------------------------------------------------------------------------------------

  private step(by: number): void {
    const at = this.rows.findIndex((r) => r.code.uid === this.here);
    this.here = this.rows[Math.max(0, Math.min(at + by, this.rows.length - 1))]?.code.uid ?? "";
    this.draw();
  }

  private fold(close: boolean): void {
    if (close) this.closed.add(this.here);
    else this.closed.delete(this.here);
    this.draw();
  }

  private begin(kind: "move" | "relate" | "merge"): void {
    this.kept = [...this.evidence];
    this.mode = { kind, from: kind === "move" ? this.chosen() : [this.here] };
    this.draw();
  }

  private enter(): void {
    const mode = this.mode;
    if (!mode) { this.right.querySelector<HTMLElement>(".qo-item")?.focus(); return; }
    this.mode = null;
    this.told();
    if (mode.from.includes(this.here)) { this.tell(""); return; }
    if (mode.kind === "move") void this.put(mode.from, this.here);
    else if (mode.kind === "merge") void this.run("merge", { code: mode.from[0], into: this.here }, this.here);
    else this.askRelation(mode.from[0]!, this.here);
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229) return;
    const on = event.target as HTMLElement;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !on.closest("form,input[type=search]")) { event.preventDefault(); void this.run(event.shiftKey ? "redo" : "undo"); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || on.closest("form")) return;
    if (on === this.filter) { if (["ArrowDown", "Enter", "Escape"].includes(event.key)) { event.preventDefault(); if (event.key === "Escape") { this.filter.value = ""; this.draw(); } this.tree.focus(); } return; }
    if (on.closest("button,input")) { if (event.key === "Escape") this.tree.focus(); return; }
    const item = on.closest<HTMLElement>(".qo-item");
    const act = item ? this.passageKey(item, event.key) : this.treeKey(event.key);
    if (act) { event.preventDefault(); act(); }
  }

  private passageKey(item: HTMLElement, key: string): (() => void) | undefined {
    const go = (to: Element | null): void => { if (to instanceof HTMLElement && to.matches(".qo-item")) to.focus(); };
    const down = (): void => go(item.nextElementSibling);
    const up = (): void => go(item.previousElementSibling);
    const run: Record<string, () => void> = {
      j: down, ArrowDown: down, k: up, ArrowUp: up, Enter: () => this.open(item.dataset.coding!), Escape: () => this.tree.focus(),
      " ": () => item.querySelector("input")!.click(), r: () => { this.begin("relate"); this.tree.focus(); },
    };
    return run[key];
  }

  private treeKey(key: string): (() => void) | undefined {
    const stage = STAGES[key as keyof typeof STAGES];
    if (stage) return () => void this.run("stage", { code: this.here, stage });
    const run: Record<string, () => void> = {
      j: () => this.step(1), ArrowDown: () => this.step(1), k: () => this.step(-1), ArrowUp: () => this.step(-1), ArrowLeft: () => this.fold(true), ArrowRight: () => this.fold(false),
      " ": () => { if (!this.marked.delete(this.here)) this.marked.add(this.here); this.tell(""); this.draw(); }, g: () => this.begin("move"), r: () => this.begin("relate"), x: () => this.begin("merge"),
      n: () => this.askParent(), t: () => void this.put(this.chosen(), null), e: () => this.askName(), m: () => this.askMemo(), u: () => void this.run("undo"), U: () => void this.run("redo"), "/": () => this.filter.focus(),
      Enter: () => this.enter(), Escape: () => { this.mode = null; this.marked.clear(); this.tell(""); this.draw(); },
    };
    return this.board ? run[key] : undefined;
  }
}
