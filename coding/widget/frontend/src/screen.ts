/** One view of the desk: holds the parts and what is chosen on this screen. */

import type { Code } from "./codes";
import { Beside } from "./beside";
import { Card } from "./card";
import { applyCode, clicked, dragEdge, marking, run, toggleParatext } from "./commands";
import { fill, h } from "./dom";
import { TextView } from "./editor";
import { Foot, Top } from "./frame";
import { fitSize, fitWidth, placeUnder } from "./fit";
import { speak, type Speak } from "./i18n";
import { digitOf, Keys, type Command } from "./keys";
import { Margin } from "./margin";
import type { Change, Coding, Desk } from "./model";
import { Panels } from "./panels";
import { Picker } from "./picker";
import { loadPrefs, savePrefs, type Prefs } from "./prefs";
import type { BesideMessage, OutdatedMessage, UsesMessage } from "./protocol";
import { Rail } from "./rail";
import { splitter } from "./split";
import type { Look } from "./tint";
import { Toast } from "./toast";
import type { Span } from "./units";
import type { Language } from "./say";
import { followTheme } from "./theme";

export class Screen {
  readonly root: HTMLElement;
  readonly prefs: Prefs = loadPrefs();
  keys: Keys;
  say: Speak;
  selected: string | null = null;
  /** Uid of the locked code in marker mode. */
  marker: string | null = null;
  markerOn = false;
  only: string | null = null;
  onlyCoder: string | null = null;
  onlyRound: string | null = null;
  others = false;
  /** Extent of the coding that was chosen when a step back was asked for. */
  takingBack: Span | null = null;
  edge: "start" | "end" | null = null;
  wide = 1200;
  text!: TextView;
  margin!: Margin;
  rail!: Rail;
  card!: Card;
  top!: Top;
  foot!: Foot;
  picker!: Picker;
  panels!: Panels;
  beside!: Beside;
  private leaving = 0;
  private refreshing = false;
  private sliding = false;
  private saving: ReturnType<typeof setTimeout> | null = null;
  private readonly off: () => void;
  private readonly watch: ResizeObserver;
  private readonly unfollow: () => void;
  private readonly toast = new Toast(this);
  private readonly pane = h("section", { class: "qc-pane" });

  constructor(readonly desk: Desk, host: HTMLElement) {
    this.keys = this.madeKeys();
    this.say = speak(this.language());
    this.root = h("div", { class: "qc", role: "region", "data-lm-suppress-shortcuts": "true", tabindex: "-1" });
    host.append(this.root);
    this.root.addEventListener("keydown", (event) => this.key(event));
    window.addEventListener("keydown", this.first, true);
    window.addEventListener("pagehide", this.savePrefsNow);
    for (const type of ["keyup", "keypress"] as const) this.root.addEventListener(type, (event) => event.stopPropagation());
    this.root.addEventListener("copy", (event) => this.copy(event));
    this.root.addEventListener("contextmenu", (event) => { if (!(event.target as HTMLElement).closest("input,textarea")) event.stopPropagation(); });
    this.build();
    this.off = desk.on((change, detail) => this.changed(change, detail));
    this.watch = new ResizeObserver(() => fitWidth(this));
    this.watch.observe(this.root);
    this.unfollow = followTheme(this.root, (dark) => this.root.classList.toggle("qc-dark", dark));
    if (desk.state) this.changed("document", { same: false });
  }

  destroy(): void {
    this.off();
    this.watch.disconnect();
    this.unfollow();
    window.removeEventListener("keydown", this.first, true);
    window.removeEventListener("pagehide", this.savePrefsNow);
    this.savePrefsNow();
    this.text.destroy();
    this.root.remove();
  }

  /** (Re)make the parts; done again when the language changes. */
  private build(): void {
    this.root.setAttribute("lang", this.language());
    this.root.setAttribute("aria-label", this.say("textCoder"));
    this.pane.replaceChildren();
    this.text = new TextView(this.pane, {
      units: () => this.desk.units, unit: () => this.prefs.unit, label: () => this.say("text", this.desk.state?.document?.name ?? ""),
      language: () => this.desk.state?.document?.language ?? "en",
      within: (from, to) => this.desk.index.within(from, to), look: (coding) => this.look(coding),
      selected: null,
      clicked: (at, again) => clicked(this, at, again), dragged: (span) => marking(this, span),
      moved: () => this.moved(), measured: () => this.margin?.draw(),
    });
    const screen = this;
    Object.defineProperty((this.text as unknown as { host: object }).host, "selected", { get: () => screen.selected });
    this.margin = new Margin({
      desk: this.desk, text: this.text, get selected() { return screen.selected; }, say: this.say, lanes: () => this.lanes(),
      look: (coding) => this.look(coding), names: (code) => this.names(code), room: () => this.room(),
      choose: (coding) => { this.select(coding.uid); this.text.focus(); }, openList: (from, to) => this.panels.list(from, to), describe: (coding) => this.describe(coding),
      toggleParatext: (at) => toggleParatext(this, at), edge: () => this.edge, drag: (edge, event, done) => dragEdge(this, edge, event, done),
    });
    this.rail = new Rail(this);
    this.card = new Card(this);
    this.top = new Top(this);
    this.foot = new Foot(this);
    this.panels = new Panels(this);
    this.beside = new Beside(this);
    this.root.classList.remove("qc-besides");
    this.picker = new Picker({
      book: () => this.desk.book, say: this.say, language: () => this.language(), names: (code) => this.names(code), rule: (code, field) => this.rule(code, field),
      recent: () => this.recent(), digit: (uid) => this.digitOf(uid), place: (pop) => placeUnder(this, pop, this.pane.getBoundingClientRect()),
      closed: () => (this.desk.state?.rights.codebook ? "" : this.say("bookClosed")),
      apply: (code, stay) => this.picked(code, stay), create: (name, parent, stay) => this.created(name, parent, stay),
      left: () => { this.pickFor = null; this.text.focus(); this.foot.draw(); },
    });
    fill(this.root, this.rail.element, this.beside.element, splitter(this), this.top.element, this.top.strip, this.pane, this.card.element, this.foot.element, this.picker.element, this.panels.element, this.toast.assertive, this.toast.polite);
    this.pane.append(this.toast.element);
    fitSize(this);
  }

  /** What the next pick is for: a passage, or a coding that gets another code. */
  pickFor: "passage" | "recode" | "marker" | "merge" | null = null;
  private merging: Code | null = null;

  /** Pick the code that another one is merged into. */
  merge(code: Code): void {
    this.merging = code;
    this.pickFor = "merge";
    this.picker.show();
    this.flash(this.say("mergeWhich", this.names(code)[0]));
  }

  private picked(code: Code, stay: boolean): void {
    if (this.pickFor === "marker") { this.lock(code.uid); return; }
    if (this.pickFor === "merge") { this.mergeInto(code); return; }
    if (this.pickFor === "recode") { run(this, "recode", code); return; }
    applyCode(this, code, stay);
  }

  private mergeInto(into: Code): void {
    const code = this.merging;
    this.merging = null;
    if (!code || code.uid === into.uid) return;
    this.desk.act({ kind: "merge", code: code.uid, into: into.uid });
    this.flash(this.say("merged", this.names(code)[0], this.names(into)[0], this.keys.cap("undo")));
  }

  private created(name: string, parent: Code | null, stay: boolean): void {
    const coding = this.desk.find(this.selected);
    const span = this.text.passage ?? (coding ? [coding.start, coding.end] as Span : null);
    const passage = span ? this.desk.passage(span[0], span[1]) : {};
    this.desk.act({ kind: "create", name, parent: parent?.uid ?? null, ...passage });
    if (!stay) this.text.focus();
    else this.picker.show("", parent);
  }

  lock(uid: string | null): void {
    this.marker = uid;
    this.markerOn = uid !== null;
    this.rail.drawTree();
    this.top.draw();
    this.foot.draw();
    if (uid) this.speakPolite(this.say("locked", this.names(this.desk.book.get(uid)!)[0]));
  }

  private changed(change: Change, detail?: unknown): void {
    const { desk } = this;
    if (!desk.state) {
      this.top.draw();
      if (change === "notice") this.toast.notices();
      return;
    }
    if (change === "document") {
      const { same, goto } = detail as { same: boolean; goto?: Span | null };
      if (desk.state.options.others) this.others = desk.state.rights.others;
      this.keys = this.madeKeys();
      if (this.root.lang !== this.language()) return this.relabel();
      if (!same) { this.selected = null; this.edge = null; }
      this.root.classList.toggle("qc-zh-doc", desk.state.document?.language.startsWith("zh") ?? false);
      this.text.load(desk.text, same);
      this.text.stale = false;
      this.top.forget();
      this.rail.draw();
      this.refresh(false);
      if (goto) { this.text.choose(goto, goto[0]); this.selectAt(goto); }
      this.top.draw();
      this.beside.reopen();
      this.arrive();
    } else if (change === "codings") this.refresh(true);
    else if (change === "codes") { this.rail.drawTree(); this.refresh(false); }
    else if (change === "counts") this.rail.recount();
    else if (change === "documents") { this.rail.drawDocuments(); this.top.draw(); }
    else if (change === "memos") this.card.draw();
    else if (change === "status") this.top.status();
    else if (change === "notice") this.toast.notices();
    else if (change === "found") this.panels.found();
    else if (change === "answer") this.answered(detail as BesideMessage | UsesMessage | OutdatedMessage);
    else if (change === "ack") this.acked(detail as { ack: { coding?: string | null; code?: string | null; done?: string | null }; op: { id: string; action: { kind: string } } | null });
  }

  private arrived = false;

  /** Once, when the first text is there: a desk that was opened at the window's lower edge comes into sight with its keys. */
  private arrive(): void {
    if (this.arrived) return;
    this.arrived = true;
    requestAnimationFrame(() => {
      const { top, bottom } = this.root.getBoundingClientRect();
      if (top > 0 && top < window.innerHeight && bottom > window.innerHeight) this.root.scrollIntoView({ block: bottom - top > window.innerHeight * 0.9 ? "start" : "end" });
    });
  }

  private answered(message: BesideMessage | UsesMessage | OutdatedMessage): void {
    if (message.kind === "beside") this.beside.took(message);
    else if (message.kind === "uses") this.panels.uses(message);
    else this.panels.outdated(message);
  }

  private acked({ ack, op }: { ack: { coding?: string | null; code?: string | null; done?: string | null }; op: { id: string; action: { kind: string } } | null }): void {
    if (!op) return;
    if (this.selected === `op:${op.id}`) this.selected = ack.coding ?? null;
    const kind = op.action.kind;
    if (kind === "undo" || kind === "redo") {
      queueMicrotask(() => { this.takingBack = null; });
      const done = ack.done;
      this.flash(done ? this.say(kind === "undo" ? "undone" : "redone", done) : this.say(kind === "undo" ? "nothingUndo" : "nothingRedo"));
    }
    if (kind === "paratext") this.desk.hello();
    if (kind === "create" && ack.code) { this.remember(ack.code); if (ack.coding) this.select(ack.coding, false); }
    this.refresh(false);
  }

  /** Draw codings anew: text, margin, card, footer. */
  refresh(slide: boolean): void {
    this.text.stale = true;
    this.drawSoon(slide);
  }

  private drawSoon(slide: boolean): void {
    this.sliding ||= slide;
    if (this.refreshing) return;
    this.refreshing = true;
    // one action changes several things; their marks are drawn together, still before the next frame
    queueMicrotask(() => this.drawNow());
  }

  private drawNow(): void {
    this.refreshing = false;
    if (!this.root.isConnected) return;
    if (this.selected && !this.desk.find(this.selected)) {
      this.selected = null;
      // what was just coded and taken back is chosen again, for the code that was meant
      if (this.takingBack) this.text.choose(this.takingBack, this.takingBack[0], false);
    }
    this.text.redraw();
    this.top.status();
    this.drawRest();
  }

  private resting = false;

  /** What stands around the text, margin and panels, follows its mark by a frame, so that no key waits for it. */
  private drawRest(): void {
    if (this.resting) return;
    this.resting = true;
    requestAnimationFrame(() => setTimeout(() => {
      this.resting = false;
      if (!this.root.isConnected) return;
      this.margin.draw(this.sliding);
      this.sliding = false;
      this.rail.mark();
      this.card.draw();
      this.foot.draw();
      this.top.mark();
      this.beside.refresh();
    }));
  }

  private moved(): void {
    this.drawSoon(false); // the text itself is drawn by what moved
    this.top.progress(this.text.view.viewport.to);
    this.beside.follow();
  }

  /** Choose a coding; the passage is let go of. */
  select(uid: string | null, scroll = true): void {
    const coding = this.desk.find(uid);
    this.selected = coding?.uid ?? null;
    this.edge = null;
    this.refresh(false);
    if (coding) this.text.choose(null, coding.start, scroll);
    if (coding) this.speakPolite(this.describe(coding));
  }

  private selectAt(span: Span): void {
    const exact = this.desk.codings.find((coding) => coding.start === span[0] && coding.end === span[1] && this.look(coding).shown);
    if (exact) this.select(exact.uid);
  }

  /** Choose a passage for the next code. */
  take(span: Span | null, caret?: number, scroll = true): void {
    this.selected = null;
    this.edge = null;
    this.text.choose(span, caret, scroll);
  }

  look(coding: Coding): Look {
    const shade = this.desk.book.get(coding.code)?.shade ?? 0;
    const own = coding.coder === "" || this.desk.mine(coding);
    const style = coding.state !== "plain" ? coding.state : own ? "plain" : "other";
    let shown = own || (this.others && (this.desk.state?.rights.others ?? false));
    if (this.only && !this.inBranch(coding.code, this.only)) shown = false;
    if (this.onlyCoder && coding.coder && coding.coder !== this.onlyCoder) shown = false;
    if (this.onlyRound && coding.coder && coding.round !== this.onlyRound) shown = false;
    return { shade, style, shown };
  }

  private inBranch(code: string, top: string): boolean {
    const found = this.desk.book.get(code);
    return code === top || (found ? this.desk.book.ancestors(found).some((up) => up.uid === top) : false);
  }

  showOnly(uid: string | null): void {
    this.only = uid;
    this.rail.drawTree();
    this.refresh(false);
  }

  language(): Language {
    const wanted = this.prefs.language || this.desk.state?.options.language || document.documentElement.lang || "en";
    return wanted.toLowerCase().startsWith("zh") ? "zh" : "en";
  }

  /** The interface in another language; everything is made again. */
  relabel(): void {
    this.say = speak(this.language());
    this.text.destroy();
    this.build();
    this.changed("document", { same: false });
    fitWidth(this);
  }

  /** Name in the reader's language, then the other one. */
  names(code: Code): [string, string] {
    if (this.language() === "zh" && code.zh) return [code.zh, code.name === code.zh ? "" : code.name];
    return [code.name, code.zh === code.name ? "" : code.zh];
  }

  rule(code: Code, field: "definition" | "include" | "exclude"): string {
    const zh = code[`${field}_zh`];
    return this.language() === "zh" ? zh || code[field] : code[field] || zh;
  }

  describe(coding: Coding): string {
    const code = this.desk.book.get(coding.code);
    const words = this.desk.text.slice(coding.start, coding.end);
    const quote = words.length > 80 ? `${words.slice(0, 77)}…` : words;
    const path = code ? [...this.desk.book.ancestors(code), code].map((up) => this.names(up)[0]).join(" › ") : "";
    const who = coding.coder ? this.say("by", this.desk.coderName(coding.coder)) : this.say("suggestion");
    const state = coding.state === "pending" ? `, ${this.say("pendingWord")}` : coding.why ? `, ${this.say("notSaved")}: ${coding.why}` : "";
    const memo = this.desk.memosOn(coding.uid)[0]?.body;
    return `${path}, ${who}${state}\n“${quote}”${memo ? `\n${memo}` : ""}`;
  }

  digits(): (string | null)[] {
    const uid = this.desk.state?.project.uid ?? "";
    const pinned = this.prefs.digits[uid] ?? this.desk.state?.options.digits ?? [];
    if (pinned.length) return pinned;
    return this.desk.book.usable.filter((code) => !code.children.length).slice(0, 9).map((code) => code.uid);
  }

  digitOf(uid: string): number | null {
    const at = this.digits().indexOf(uid);
    return at >= 0 && at < 9 ? at + 1 : null;
  }

  pin(digit: number, uid: string): void {
    const list = Array.from({ length: 9 }, (_, i) => this.digits()[i] ?? null).map((old) => (old === uid ? null : old));
    list[digit - 1] = uid;
    this.prefs.digits[this.desk.state!.project.uid] = list;
    this.keepPrefs();
    this.rail.drawTree();
    this.top.draw();
    this.rail.focusTree();
    this.flash(this.say("pinned", digit, this.names(this.desk.book.get(uid)!)[0]));
  }

  /** The code that the next passage gets without being looked for: the locked one, else the last one. */
  atHand(): Code | undefined { return this.desk.book.get(this.marker ?? this.recent()[0] ?? ""); }

  recent(): string[] { return this.prefs.recent[this.desk.state?.project.uid ?? ""] ?? []; }

  remember(uid: string): void {
    const project = this.desk.state!.project.uid;
    this.prefs.recent[project] = [uid, ...this.recent().filter((other) => other !== uid)].slice(0, 12);
    // the digits stay where they were when first used: they are pinned, not the nine latest
    if (!this.prefs.digits[project]) this.prefs.digits[project] = this.digits().slice(0, 9);
    this.keepPrefs();
  }

  /** Soon, not now: writing to the browser's storage would hold up the key. */
  keepPrefs(): void {
    this.saving ??= setTimeout(this.savePrefsNow, 300);
  }

  private readonly savePrefsNow = (): void => {
    if (this.saving === null) return;
    clearTimeout(this.saving);
    this.saving = null;
    savePrefs(this.prefs);
  };

  applyCode(code: Code): void { applyCode(this, code, false); }
  writeMemo(about: string, title: string): void { this.panels.memo(about, title); }
  editCode(code: Code): void { this.panels.edit(code); }
  showDefinition(code: Code): void { this.panels.definition(code); }
  openDocument(uid: string, goto?: Span): void { this.desk.open(uid, goto); this.text.focus(); }
  focusPicker(): void { this.picker.show(); }
  private madeKeys(): Keys { return new Keys({ ...this.desk.state?.options.keys, ...this.prefs.keys }); }

  /** Give a command another key in this browser; null gives every command back its own. */
  remap(command: Command | null, key = ""): void {
    if (command === null) this.prefs.keys = {};
    else if (key && key !== this.keys.table[command][0]) this.prefs.keys[command] = [key];
    this.keys = this.madeKeys();
    this.keepPrefs();
    this.top.draw();
    this.foot.draw();
  }

  /** Where the coder reads: what is chosen if it is in sight, else the first line shown. */
  reading(): number {
    const { view } = this.text;
    const at = this.text.passage?.[0] ?? this.desk.find(this.selected)?.start;
    const { scrollTop, clientHeight } = view.scrollDOM;
    const first = view.lineBlockAtHeight(scrollTop).from;
    const last = view.lineBlockAtHeight(scrollTop + clientHeight).to;
    return at !== undefined && at >= first && at <= last ? at : first;
  }

  do(command: Command): boolean { return run(this, command); }

  lanes(): number { return this.wide < 640 ? 1 : this.wide < 1180 ? Math.min(2, this.prefs.lanes) : this.prefs.lanes; }
  room(): "full" | "single" | "short" { return this.wide < 640 ? "short" : this.wide < 1180 ? "single" : "full"; }

  /** Notebook 7 takes single letters on their way down, before the text would see them. */
  private readonly first = (event: KeyboardEvent): void => {
    if (!(event.target instanceof Element) || !event.target.closest(".cm-content") || !this.root.contains(event.target)) return;
    event.stopImmediatePropagation();
    this.key(event);
  };

  private key(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.isComposing || event.keyCode === 229) return;
    // a ring around the whole text only where the focus came by key: all day long it would be noise
    this.root.classList.toggle("qc-keyed", event.key === "F6" || event.key === "Tab");
    const target = event.target as HTMLElement;
    if (target.closest("input,textarea,select")) return;
    if (target.closest("button,[role=treeitem]") && (event.key === "Enter" || event.key === " " || event.key === "Tab")) return;
    const digit = digitOf(event);
    if (digit !== null) {
      event.preventDefault();
      const uid = this.digits()[digit - 1];
      const code = uid ? this.desk.book.get(uid) : undefined;
      if (code) applyCode(this, code, false);
      else this.flash(this.say("noDigit", digit, `Shift ${digit}`));
      return;
    }
    const command = this.keys.command(event);
    if (command !== "leave") this.leaving = 0;
    if (command && run(this, command)) event.preventDefault();
  }

  /** Esc: let go of one thing; with nothing left to let go of, twice leaves the box. */
  leave(): boolean {
    if (this.panels.close()) return true;
    if (this.edge) { this.edge = null; this.foot.draw(); return true; }
    if (this.selected || this.text.passage) { this.select(null); this.take(null); this.text.forgetClicks(); return true; }
    if (this.markerOn) { this.lock(null); return true; }
    if (++this.leaving < 2) return true;
    this.leaving = 0;
    const outside = this.root.parentElement?.closest<HTMLElement>("[tabindex],.jp-Notebook");
    (document.activeElement as HTMLElement | null)?.blur();
    outside?.focus();
    return true;
  }

  private copy(event: ClipboardEvent): void {
    const coding = this.desk.find(this.selected);
    const span = this.text.passage ?? (coding ? [coding.start, coding.end] as Span : null);
    if (!span || (event.target as HTMLElement).closest("input,textarea")) return;
    event.clipboardData?.setData("text/plain", this.desk.text.slice(span[0], span[1]));
    event.preventDefault();
    event.stopPropagation();
  }

  flash(text: string): void { this.toast.flash(text); }

  speakPolite(text: string): void { this.toast.say(text); }

  /** Text size and leading together. */
  size(): void { fitSize(this); }
}
