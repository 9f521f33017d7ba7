/** The margin: the text's rows unrolled as stripes in lanes, with names that never touch. */

import type { Code } from "./codes";
import { h, svg } from "./dom";
import { numbers, placeOf } from "./geometry";
import { laneOf, poolNames } from "./lanes";
import type { Coding, Desk } from "./model";
import type { TextView } from "./editor";
import type { Look } from "./tint";
import type { Speak } from "./i18n";

const LANE = 8;
const PITCH = 21;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export interface MarginHost {
  desk: Desk;
  text: TextView;
  selected: string | null;
  say: Speak;
  lanes(): number;
  look(coding: Coding): Look;
  names(code: Code): [string, string];
  /** How names are written: in full, in one language, or as two characters. */
  room(): "full" | "single" | "short";
  choose(coding: Coding): void;
  openList(from: number, to: number): void;
  describe(coding: Coding): string;
  /** Switch a paragraph between text and paratext. */
  toggleParatext(at: number): void;
  /** The edge that the arrow keys move. */
  edge(): "start" | "end" | null;
  /** An edge handle was dragged to a position; `done` on release. */
  drag(edge: "start" | "end", event: MouseEvent, done: boolean): void;
}

interface Entry { coding: Coding; look: Look; lane: number; y0: number; y1: number; cut: boolean }
interface Mark { rect: { left: number; top: number; bottom: number }; edge: "start" | "end" | null }
/** A paragraph that is not coded; those of one run stand together. */
interface Note { y: number; at: number; run: number }
interface Label { want: number; row: number; key: string; entry: Entry | null; more: { n: number; from: number; to: number } | null }

export class Margin {
  private nameX = -1;
  readonly element = h("div", { class: "qc-gut" });
  private readonly stripes = h("div", { class: "qc-stripes", "aria-hidden": "true" });
  private readonly names = h("div", { class: "qc-names", role: "listbox" });
  private readonly leaders = svg("svg", { class: "qc-leaders", "aria-hidden": "true" });
  private readonly handles = h("div", { class: "qc-handles" });
  private readonly pool = new Map<string, HTMLElement>();
  private readonly bars = new Map<string, HTMLElement>();
  private readonly lines: [string, string][] = [];
  private queued = false;
  private slide = false;

  constructor(private readonly host: MarginHost) {
    this.element.append(this.leaders, this.stripes, this.names, this.handles);
    this.host.text.view.scrollDOM.append(this.element);
    this.names.setAttribute("aria-label", host.say("region_names"));
    this.element.addEventListener("mousedown", (event) => this.press(event));
    this.element.addEventListener("click", (event) => this.click(event));
  }

  /** Draw with the next frame; `slide` lets names glide, which is for edits and never for scrolling. */
  draw(slide = false): void {
    this.slide ||= slide;
    if (this.queued) return;
    this.queued = true;
    this.host.text.view.requestMeasure({ key: this, read: () => this.read(), write: (labels) => this.write(labels) });
  }

  /** Everything that reads the page, before anything that writes it. */
  private read(): { labels: Label[]; entries: Entry[]; x: number; notes: Note[]; marks: Mark[]; scroll: number; left: number } {
    const { view } = this.host.text;
    const box = view.scrollDOM.getBoundingClientRect();
    const content = view.contentDOM.getBoundingClientRect();
    const pad = parseFloat(getComputedStyle(view.contentDOM).paddingLeft) || 0;
    const left = content.left + pad;
    const wide = content.width - pad;
    const { from, to } = view.viewport;
    const lanes = this.host.lanes();
    const scroll = view.scrollDOM.scrollTop;
    const entries: Entry[] = [];
    const runs: { from: number; to: number; n: number; y: number }[] = [];
    const chosen = this.host.desk.find(this.host.selected);
    for (const coding of this.host.desk.index.within(from, to)) {
      const look = this.host.look(coding);
      if (!look.shown) continue;
      const lane = laneOf(coding, chosen, lanes);
      if (lane === null) {
        const run = runs[runs.length - 1];
        if (run && coding.start < run.to) { run.n += 1; run.to = Math.max(run.to, coding.end); }
        else runs.push({ from: coding.start, to: coding.end, n: 1, y: 0 });
        continue;
      }
      const start = coding.start >= from ? placeOf(view, coding.start, false, box, left, wide) : null;
      const end = coding.end <= to ? placeOf(view, coding.end, true, box, left, wide) : null;
      const y0 = start?.y ?? content.top - box.top + scroll + view.lineBlockAt(from).top;
      const y1 = end?.y ?? content.top - box.top + scroll + view.lineBlockAt(to).bottom;
      entries.push({ coding, look, lane, y0, y1: Math.max(y1, y0 + 8), cut: coding.start < from });
    }
    for (const run of runs) run.y = placeOf(view, Math.max(run.from, from), false, box, left, wide)?.y ?? 0;
    const labels = this.labels(entries, runs, lanes);
    return { labels, entries, x: content.right - box.left, notes: this.notes(box, scroll), marks: this.marks(), scroll: scroll - box.top, left: box.left };
  }

  private labels(entries: Entry[], runs: { from: number; to: number; n: number; y: number }[], lanes: number): Label[] {
    const out: Label[] = entries.filter((entry) => !entry.cut).map((entry) => (
      { want: entry.y0 - 4, row: entry.lane, key: entry.coding.uid, entry, more: null }));
    for (const run of runs) {
      // two counts that would touch are one
      const last = out[out.length - 1];
      if (last?.more && Math.abs(last.want + 4 - run.y) < 1.5 * PITCH) { last.more.n += run.n; last.more.to = run.to; continue; }
      out.push({ want: run.y - 4, row: lanes, key: `+${run.from}`, entry: null, more: { n: run.n, from: run.from, to: run.to } });
    }
    out.sort((a, b) => a.want - b.want || a.row - b.row);
    return this.thin(out, lanes);
  }

  /** Where names would be pushed more than four lines away, the least important join a "+n". */
  private thin(labels: Label[], lanes: number): Label[] {
    for (let round = 0; round < 60; round++) {
      const places = poolNames(labels.map((label) => label.want), PITCH);
      let worst = -1;
      labels.forEach((label, i) => {
        const far = Math.abs(places[i]! - label.want);
        if (far > 4 * numbers.latin && (worst < 0 || far > Math.abs(places[worst]! - labels[worst]!.want))) worst = i;
      });
      if (worst < 0) return labels;
      const close = (label: Label, i: number): boolean => label.entry !== null && Math.abs(places[i]! - places[worst]!) < 8 * PITCH
        && label.key !== this.host.selected && label.entry.coding.state !== "pending";
      let victim = -1;
      labels.forEach((label, i) => {
        if (!close(label, i)) return;
        const length = (k: number): number => labels[k]!.entry!.coding.end - labels[k]!.entry!.coding.start;
        if (victim < 0 || length(i) < length(victim)) victim = i;
      });
      if (victim < 0) return labels;
      const [gone] = labels.splice(victim, 1);
      const { start, end } = gone!.entry!.coding;
      let sink = labels.find((label) => label.more && label.more.from < end && label.more.to > start)
        ?? labels.find((label) => label.more && Math.abs(label.want - gone!.want) < 6 * PITCH);
      if (!sink) {
        sink = { want: gone!.want, row: lanes, key: `+${start}`, entry: null, more: { n: 0, from: start, to: end } };
        labels.push(sink);
        labels.sort((a, b) => a.want - b.want || a.row - b.row);
      }
      sink.more!.n += 1;
      sink.more!.from = Math.min(sink.more!.from, start);
      sink.more!.to = Math.max(sink.more!.to, end);
    }
    return labels;
  }

  private notes(box: DOMRect, scroll: number): Note[] {
    const out: Note[] = [];
    const { view } = this.host.text;
    let run = 0;
    for (const line of view.contentDOM.children) {
      if (line.classList.contains("qc-gap")) continue;
      if (!line.classList.contains("qc-off")) { run += 1; continue; }
      const rect = line.getBoundingClientRect();
      if (rect.height > 4) out.push({ y: rect.top - box.top + scroll, at: view.posAtDOM(line), run });
    }
    return out;
  }

  /** Where the caret or the two edges of the chosen coding stand. */
  private marks(): Mark[] {
    const { text, desk } = this.host;
    const { view } = text;
    const { from, to } = view.viewport;
    const coding = desk.find(this.host.selected);
    if (!coding || coding.state === "ghost") {
      const rect = text.passage || coding ? null : view.coordsAtPos(text.caret);
      return rect ? [{ rect, edge: null }] : [];
    }
    const out: Mark[] = [];
    const start = coding.start >= from && coding.start <= to ? view.coordsAtPos(coding.start, 1) : null;
    const end = coding.end >= from && coding.end <= to ? view.coordsAtPos(coding.end, -1) : null;
    if (start) out.push({ rect: start, edge: "start" });
    if (end) out.push({ rect: { ...end, left: end.right }, edge: "end" });
    return out;
  }

  private write({ labels, entries, x, notes, marks, scroll, left }: ReturnType<Margin["read"]>): void {
    this.queued = false;
    const room = this.host.room();
    const lanes = this.host.lanes();
    const x0 = x + (room === "full" ? 20 : 12);
    const nameX = x0 + LANE * lanes + (room === "full" ? 14 : 8);
    if (this.nameX !== nameX) this.names.style.setProperty("--qc-name-x", `${(this.nameX = nameX)}px`); // how much room a name has
    const places = poolNames(labels.map((label) => label.want), PITCH);
    const glide = this.slide && !STILL.matches;
    this.slide = false;
    this.paintStripes(entries, x0);
    this.lines.length = 0;
    const used = new Set<string>();
    labels.forEach((label, i) => {
      used.add(label.key);
      const y = Math.round(places[i]!);
      const element = this.name(label, room);
      const spot = `${nameX},${y}`;
      if (element.dataset["spot"] !== spot) {
        const before = element.dataset["spot"] ? parseFloat(element.style.top) : y;
        // only what moves is animated: a class on all of them would cost every key the style of every name
        if (glide && before !== y) element.animate([{ transform: `translateY(${before - y}px)` }, { transform: "none" }], { duration: 160, easing: "ease-out" });
        element.dataset["spot"] = spot;
        element.style.left = `${nameX}px`;
        element.style.top = `${y}px`;
      }
      if (label.entry) this.leader(label.entry, x0, lanes, nameX, y);
    });
    notes.forEach((note, i) => {
      const key = `n${note.at}`;
      used.add(key);
      const element = this.keep(key, () => h("button", {
        type: "button", class: "qc-note", tabindex: "-1", title: this.host.say("codeThis"), on: { click: () => this.host.toggleParatext(note.at) },
      }, this.host.say("notCoded")));
      element.style.left = `${nameX + 7}px`;
      element.style.top = `${note.y}px`;
      element.classList.toggle("qc-again", i > 0 && note.run === notes[i - 1]!.run);
    });
    for (const [key, element] of this.pool) if (!used.has(key)) { element.remove(); this.pool.delete(key); }
    this.paintLeaders();
    this.paintMarks(marks, scroll, left);
  }

  private paintStripes(entries: Entry[], x0: number): void {
    const used = new Set<string>();
    for (const { coding, look, lane, y0, y1 } of entries) {
      used.add(coding.uid);
      let bar = this.bars.get(coding.uid);
      if (!bar) {
        bar = h("i", { "data-uid": coding.uid });
        this.bars.set(coding.uid, bar);
        this.stripes.append(bar);
      }
      const chosen = coding.uid === this.host.selected;
      const old = this.host.desk.book.get(coding.code);
      const behind = look.style === "plain" && coding.version > 0 && old && coding.version < old.version;
      const name = `qc-${look.style}${chosen ? " qc-sel" : ""}${behind ? " qc-behind" : ""}`;
      const css = `--h:${look.shade};left:${x0 + LANE * lane}px;top:${y0.toFixed(1)}px;height:${(y1 - y0).toFixed(1)}px`;
      const stamp = name + css;
      if (bar.dataset["stamp"] === stamp) continue;
      bar.dataset["stamp"] = stamp;
      bar.className = name;
      bar.style.cssText = css;
    }
    for (const [uid, bar] of this.bars) if (!used.has(uid)) { bar.remove(); this.bars.delete(uid); }
  }

  private leader({ look, lane, y0, y1 }: Entry, x0: number, lanes: number, nameX: number, y: number): void {
    const middle = y + 10.5;
    const sx = x0 + LANE * lane + 4;
    const sy = Math.min(Math.max(middle, y0 + 3), y1 - 3);
    this.lines.push([`M${sx} ${sy.toFixed(1)}H${x0 + LANE * lanes + 1}L${nameX + 3} ${middle}`, `oklch(var(--qc-stripe) ${look.shade} / .5)`]);
  }

  /** Hairlines from stripes to names; paths are reused. */
  private paintLeaders(): void {
    const { children } = this.leaders;
    while (children.length > this.lines.length) this.leaders.lastElementChild!.remove();
    this.lines.forEach(([d, stroke], i) => {
      const path = children[i] ?? this.leaders.appendChild(svg("path", {}));
      if (path.getAttribute("d") !== d) path.setAttribute("d", d);
      if (path.getAttribute("stroke") !== stroke) path.setAttribute("stroke", stroke);
    });
  }

  private keep(key: string, make: () => HTMLElement): HTMLElement {
    let element = this.pool.get(key);
    if (!element) {
      element = make();
      this.pool.set(key, element);
      this.names.append(element);
    }
    return element;
  }

  private name(label: Label, room: "full" | "single" | "short"): HTMLElement {
    const element = this.keep(label.key, () => h("button", { type: "button", class: "qc-name", tabindex: "-1", role: "option" }));
    if (label.more) {
      const text = `+${label.more.n}`;
      element.className = "qc-name qc-more";
      if (element.textContent !== text) element.textContent = text;
      element.title = this.host.say("moreHere", label.more.n);
      element.dataset["from"] = String(label.more.from);
      element.dataset["to"] = String(label.more.to);
      return element;
    }
    const { coding, look } = label.entry!;
    const chosen = coding.uid === this.host.selected;
    const code = this.host.desk.book.get(coding.code);
    const [leaf, other] = code ? this.host.names(code) : ["?", ""];
    const who = look.style === "other" ? this.host.desk.coderName(coding.coder) : "";
    const behind = code && coding.version > 0 && coding.version < code.version ? `v${coding.version}` : "";
    const shown = room === "short" ? [...leaf].slice(0, 2).join("") : leaf;
    const stamp = [shown, room === "full" ? other : "", who, behind, look.style, chosen, look.shade].join("|");
    if (element.dataset["stamp"] === stamp) return element;
    element.dataset["stamp"] = stamp;
    element.dataset["uid"] = coding.uid;
    element.className = `qc-name qc-${look.style}${chosen ? " qc-sel" : ""}`;
    element.setAttribute("aria-selected", String(chosen));
    element.style.setProperty("--h", String(look.shade));
    element.title = this.host.describe(coding);
    element.replaceChildren(shown);
    if (other && room === "full") element.append(" ", h("span", { class: "qc-other-name" }, other));
    if (look.style === "ghost") element.append("?");
    if (who) element.append(h("span", { class: "qc-by" }, who));
    if (behind) element.append(h("span", { class: "qc-by" }, behind));
    if (look.style === "pending") element.append(h("span", { class: "qc-pend" }, ` · ${this.host.say("pendingWord")}`));
    if (look.style === "refused") element.append(h("span", { class: "qc-bad" }, ` · ${this.host.say("notSaved")}`));
    return element;
  }

  private paintMarks(marks: Mark[], scroll: number, left: number): void {
    this.handles.replaceChildren(...marks.map(({ rect, edge }) => {
      const held = edge !== null && edge === this.host.edge() ? " qc-held" : "";
      const name = edge ? this.host.say(edge === "start" ? "leftEdge" : "rightEdge") : undefined;
      return h("span", {
        class: edge ? `qc-edge${held}` : "qc-caret", "data-edge": edge, title: name,
        css: { left: `${rect.left - left - 1}px`, top: `${rect.top + scroll}px`, height: `${rect.bottom - rect.top}px` },
      });
    }));
  }

  /** A handle follows the mouse until it is let go. */
  private press(event: MouseEvent): void {
    event.preventDefault();
    const edge = (event.target as HTMLElement).dataset["edge"] as "start" | "end" | undefined;
    if (!edge) return;
    const move = (next: MouseEvent): void => this.host.drag(edge, next, false);
    const up = (last: MouseEvent): void => {
      document.removeEventListener("mousemove", move);
      document.removeEventListener("mouseup", up);
      this.host.drag(edge, last, true);
    };
    document.addEventListener("mousemove", move);
    document.addEventListener("mouseup", up);
  }

  private click(event: MouseEvent): void {
    const target = (event.target as HTMLElement).closest<HTMLElement>("[data-uid],[data-from]");
    if (!target) return;
    if (target.dataset["from"] && !target.dataset["uid"]) return this.host.openList(Number(target.dataset["from"]), Number(target.dataset["to"]));
    const coding = this.host.desk.find(target.dataset["uid"] ?? null);
    if (coding) this.host.choose(coding);
  }
}
