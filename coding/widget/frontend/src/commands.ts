/** What keys, clicks and buttons do. Each command says whether it did something. */

import type { Code } from "./codes";
import type { Command } from "./keys";
import type { Coding } from "./model";
import { snapEdge, stepEdge } from "./offsets";
import type { Screen } from "./screen";
import type { Span } from "./units";

/** Where the next code goes: the passage, else the extent of the chosen coding. */
function target(screen: Screen): Span | null {
  const coding = screen.desk.find(screen.selected);
  return screen.text.passage ?? (coding ? [coding.start, coding.end] : null);
}

export function applyCode(screen: Screen, code: Code, stay: boolean): void {
  const { desk, say } = screen;
  if (!code.codable || code.retired) return screen.flash(say("heading", screen.names(code)[0]));
  if (!desk.state?.rights.code) return screen.flash(say("notOpen", desk.state?.rights.why ?? ""));
  if (screen.markerOn && !screen.text.passage && !screen.selected) return screen.lock(code.uid);
  const span = target(screen);
  if (!span) return screen.flash(say("selectFirst", screen.keys.cap("next_sentence")));
  screen.remember(code.uid);
  const there = desk.index.within(span[0], span[1]).find((c) => c.code === code.uid && c.start === span[0] && c.end === span[1] && desk.mine(c) && c.state !== "refused");
  const uid = there?.uid ?? idOf(desk.act({ kind: "code", code: code.uid, ...desk.passage(span[0], span[1]) }));
  // the passage stays chosen for a second code while the picker stays open; else the new coding is chosen
  if (stay) screen.refresh(true);
  else if (uid) chooseQuietly(screen, uid);
}

const idOf = (op: { id: string } | null): string | null => (op ? `op:${op.id}` : null);

/** Choose a coding where the caret is, without scrolling. */
function chooseQuietly(screen: Screen, uid: string): void {
  const coding = screen.desk.find(uid);
  if (!coding) return;
  screen.selected = uid;
  screen.edge = null;
  screen.refresh(true);
  screen.text.choose(null, coding.start, false); // after the refresh: choosing draws the text anew, once is enough
  screen.text.forgetClicks();
  screen.speakPolite(screen.describe(coding));
}

/** A passage was chosen: in marker mode it is coded at once. What the mouse chose is in sight already. */
export function marking(screen: Screen, span: Span, scroll = false): void {
  screen.take(span, span[0], scroll);
  const code = screen.markerOn && screen.marker ? screen.desk.book.get(screen.marker) : null;
  if (code) applyCode(screen, code, false);
}

/** Codings at a position that are shown, innermost first. */
export function codingsAt(screen: Screen, at: number): Coding[] {
  return screen.desk.index.within(at, at + 1).filter((coding) => screen.look(coding).shown).sort((a, b) => a.end - a.start - (b.end - b.start));
}

/** First click: the coding there, else the sentence; again: the sentence; again: the turn. */
export function clicked(screen: Screen, at: number, again: number): void {
  const { desk } = screen;
  const here = screen.markerOn ? [] : codingsAt(screen, at);
  const unit = screen.prefs.unit;
  if (again === 0 && here[0]) {
    screen.select(here[0].uid, false);
    screen.text.lines.here = at;
    return;
  }
  const step = here.length ? again - 1 : again;
  const chosen = step === 0 ? unit : step === 1 ? (unit === "turn" ? "paragraph" : "turn") : null;
  const span = chosen ? desk.units.at(at, chosen) : null;
  if (!span) { screen.take(null, at, false); screen.text.forgetClicks(); return; }
  marking(screen, span);
}

function stepSentence(screen: Screen, step: 1 | -1, extend: boolean): boolean {
  const { units } = screen.desk;
  const { text } = screen;
  const from = target(screen) ?? [text.caret, text.caret];
  if (!extend) {
    const inside = text.passage || screen.selected ? null : units.at(text.caret, "sentence");
    const next = step > 0 && inside && inside[0] >= text.caret ? inside : units.next(step > 0 ? Math.max(from[0], from[1] - 1) : from[0], step);
    if (next) marking(screen, next, true);
    return true;
  }
  // Shift grows or shrinks at the end
  const next = step > 0 ? units.next(from[1] - 1, 1) : units.next(units.at(from[1] - 1, "sentence")?.[0] ?? from[1] - 1, -1);
  if (step > 0 && next) screen.take([from[0], next[1]], next[1]);
  else if (next && next[1] > from[0]) screen.take([from[0], next[1]], next[1]);
  return true;
}

function stepCoding(screen: Screen, step: 1 | -1): boolean {
  const shown = screen.desk.codings.filter((coding) => screen.look(coding).shown);
  const at = shown.findIndex((coding) => coding.uid === screen.selected);
  const caret = screen.text.caret;
  const fallback = step > 0 ? shown.find((c) => c.start >= caret) : shown.filter((c) => c.start < caret).pop();
  const next = at >= 0 ? shown[at + step] : fallback;
  if (next) screen.select(next.uid);
  return true;
}

function nextOverlap(screen: Screen): boolean {
  const coding = screen.desk.find(screen.selected);
  if (!coding) return false; // Tab then moves on as everywhere
  const here = screen.desk.index.within(coding.start, coding.end).filter((c) => screen.look(c).shown);
  const next = here[(here.findIndex((c) => c.uid === coding.uid) + 1) % here.length];
  if (next && next !== coding) screen.select(next.uid);
  return true;
}

/** Arrow keys move the edge that was taken: by word, with Shift by character. */
function moveEdge(screen: Screen, side: 1 | -1, fine: boolean): boolean {
  const { desk } = screen;
  const coding = own(screen);
  if (!coding || !screen.edge) return false;
  const at = screen.edge === "start" ? coding.start : coding.end;
  const to = fine ? stepEdge(desk.text, at, side) : desk.units.wordEdge(at, side, screen.edge);
  const span: Span = screen.edge === "start" ? [to, coding.end] : [coding.start, to];
  return setEdges(screen, coding, span);
}

export function setEdges(screen: Screen, coding: Coding, [start, end]: Span): boolean {
  if (start >= end || (start === coding.start && end === coding.end)) return true;
  const edge = screen.edge;
  const op = screen.desk.act({ kind: "move", coding: coding.uid, ...screen.desk.passage(start, end) });
  if (op) { chooseQuietly(screen, `op:${op.id}`); screen.edge = edge; screen.foot.draw(); screen.text.reveal(edge === "end" ? end : start); }
  return true;
}

/** A handle is dragged: the new extent shows as a passage, and is set on release. By word; Alt: by character. */
export function dragEdge(screen: Screen, edge: "start" | "end", event: MouseEvent, done: boolean): void {
  const { desk, text } = screen;
  const coding = own(screen);
  const at = text.view.posAtCoords({ x: event.clientX, y: event.clientY }, false);
  if (!coding || at === null) return;
  const word = event.altKey ? null : desk.units.at(at, "word");
  const place = word ? (at - word[0] < word[1] - at ? word[0] : word[1]) : snapEdge(desk.text, at, -1);
  const span: Span = edge === "start" ? [Math.min(place, coding.end - 1), coding.end] : [coding.start, Math.max(place, coding.start + 1)];
  if (!done) return text.choose(span, span[0], false);
  text.choose(null, coding.start, false);
  setEdges(screen, coding, span);
}

/** The chosen coding if it is this coder's; else says whose it is. */
function own(screen: Screen): Coding | null {
  const coding = screen.desk.find(screen.selected);
  if (!coding || coding.state === "ghost" || coding.state === "refused") return null;
  if (!screen.desk.mine(coding)) {
    screen.flash(screen.say("othersOnly", screen.desk.coderName(coding.coder)));
    return null;
  }
  return coding;
}

function remove(screen: Screen): boolean {
  const found = screen.desk.find(screen.selected);
  if (found?.state === "ghost") return answer(screen, "refuse");
  if (found?.state === "refused") { screen.desk.dismiss(found.uid.slice(3)); return true; }
  const coding = own(screen);
  if (!coding) return true;
  const code = screen.desk.book.get(coding.code);
  const caret = coding.start;
  screen.desk.act({ kind: "remove", coding: coding.uid });
  screen.take(null, caret, false);
  if (code) screen.flash(screen.say("removed", screen.names(code)[0], screen.keys.cap("undo")));
  return true;
}

function recode(screen: Screen, code?: Code): boolean {
  const coding = own(screen);
  if (!coding) return true;
  if (!code) {
    screen.pickFor = "recode";
    screen.picker.show();
    return true;
  }
  screen.pickFor = null;
  if (code.uid === coding.code) return true;
  screen.remember(code.uid);
  const op = screen.desk.act({ kind: "recode", coding: coding.uid, code: code.uid });
  if (op) chooseQuietly(screen, `op:${op.id}`);
  return true;
}

function answer(screen: Screen, kind: "accept" | "refuse"): boolean {
  const found = screen.desk.find(screen.selected);
  if (found?.state !== "ghost" || !found.suggestion) return false;
  const op = screen.desk.act({ kind, suggestion: found.suggestion });
  if (kind === "accept" && op) { screen.remember(found.code); chooseQuietly(screen, `op:${op.id}`); } else stepCoding(screen, 1);
  return true;
}

/** A name's worth of words, not cut within one. */
function shortened(words: string): string {
  if (words.length <= 60) return words;
  const cut = words.slice(0, 60);
  const space = cut.lastIndexOf(" ");
  return space > 30 ? cut.slice(0, space) : cut;
}

function inVivo(screen: Screen): boolean {
  const span = target(screen);
  if (!span) { screen.flash(screen.say("selectFirst", screen.keys.cap("next_sentence"))); return true; }
  const words = screen.desk.text.slice(span[0], span[1]).replace(/\s+/g, " ").trim();
  screen.pickFor = "passage";
  const last = screen.recent()[0];
  const parent = last ? screen.desk.book.get(last)?.parent : null;
  screen.picker.show(shortened(words), (parent && screen.desk.book.get(parent)) || null);
  return true;
}

function marker(screen: Screen): boolean {
  if (screen.markerOn) { screen.lock(null); return true; }
  const coding = screen.desk.find(screen.selected);
  const code = coding?.code ?? screen.recent()[0];
  screen.markerOn = true;
  if (code && screen.desk.book.get(code)) { screen.take(null); screen.lock(code); return true; }
  screen.pickFor = "marker";
  screen.picker.show();
  screen.top.draw();
  return true;
}

function memo(screen: Screen): boolean {
  const coding = screen.desk.find(screen.selected);
  const { document } = screen.desk.state!;
  if (coding && coding.state !== "ghost" && coding.state !== "refused") {
    const code = screen.desk.book.get(coding.code);
    screen.writeMemo(coding.uid, code ? screen.names(code)[0] : "");
  } else if (document) screen.writeMemo(document.uid, document.name);
  return true;
}

function regions(screen: Screen): boolean {
  const stops = [screen.text.view.contentDOM, screen.margin.element.querySelector<HTMLElement>(".qc-name"), screen.card.element, screen.rail.element.querySelector<HTMLElement>(".qc-docs [tabindex='0']"), screen.rail.element.querySelector<HTMLElement>(".qc-tree [tabindex='0']")]
    .filter((stop): stop is HTMLElement => stop !== null && stop.offsetParent !== null);
  const active = document.activeElement;
  const at = stops.findIndex((stop) => stop === active || stop.contains(active));
  stops[(at + 1) % stops.length]?.focus();
  return true;
}

function otherDocument(screen: Screen, step: 1 | -1): boolean {
  const { documents, state } = screen.desk;
  const at = documents.findIndex((doc) => doc.uid === state?.document?.uid);
  const next = documents[at + step];
  if (next) screen.openDocument(next.uid);
  return true;
}

function others(screen: Screen): boolean {
  if (!screen.desk.state?.rights.others) { screen.flash(screen.say("noOthers")); return true; }
  screen.others = !screen.others;
  screen.flash(screen.say(screen.others ? "othersOn" : "othersOff"));
  screen.refresh(false);
  screen.top.draw();
  return true;
}

function finish(screen: Screen): boolean {
  const { desk, say } = screen;
  const doc = desk.documents.find((d) => d.uid === desk.state?.document?.uid);
  if (!doc) return true;
  const finished = doc.status !== "finished";
  desk.act({ kind: "finish", finished });
  screen.flash(say(finished ? "finishedNow" : "reopened", doc.name));
  return true;
}

function edge(screen: Screen, which: "start" | "end"): boolean {
  if (!own(screen)) return true;
  screen.edge = which;
  const coding = screen.desk.find(screen.selected)!;
  screen.text.reveal(which === "start" ? coding.start : coding.end);
  screen.margin.draw();
  screen.foot.draw();
  return true;
}

/** Say that a paragraph is for coding after all, or that it is not. */
export function toggleParatext(screen: Screen, at: number): void {
  const { desk } = screen;
  const paragraph = desk.units.paragraphAt(at);
  if (paragraph) desk.act({ kind: "paratext", start: desk.offsets.toPoints(paragraph.start), codable: !paragraph.codable });
}

function paratext(screen: Screen): boolean {
  const { desk, say } = screen;
  const at = target(screen)?.[0] ?? screen.text.caret;
  const paragraph = desk.units.paragraphAt(at);
  if (!paragraph) return true;
  if (!desk.state?.rights.code) { screen.flash(say("notOpen", desk.state?.rights.why ?? "")); return true; }
  toggleParatext(screen, at);
  screen.flash(say(paragraph.codable ? "notCodedNow" : "codedNow", screen.keys.cap("paratext")));
  return true;
}

function resize(screen: Screen, step: 1 | -1): boolean {
  screen.prefs.size = Math.max(0, Math.min(3, screen.prefs.size + step));
  screen.keepPrefs();
  screen.size();
  return true;
}

function arrows(screen: Screen, side: 1 | -1, shift: boolean): boolean {
  if (screen.edge) return moveEdge(screen, side, shift);
  if (screen.selected && !shift) screen.select(null);
  screen.text.step(side, shift);
  return true;
}

function turn(screen: Screen): boolean {
  const span = screen.desk.units.at(target(screen)?.[0] ?? screen.text.caret, "turn");
  if (span) marking(screen, span, true);
  return true;
}

function again(screen: Screen): boolean {
  const last = screen.desk.book.get(screen.recent()[0] ?? "");
  if (last) applyCode(screen, last, false);
  else screen.flash(screen.say("noLast", screen.keys.cap("pick")));
  return true;
}

function definition(screen: Screen): boolean {
  const coding = screen.desk.find(screen.selected);
  const code = coding ? screen.desk.book.get(coding.code) : screen.atHand();
  if (code) screen.panels.definition(code);
  return true;
}

function vertical(screen: Screen, side: 1 | -1): boolean {
  if (screen.selected) screen.select(null);
  screen.text.line(side);
  return true;
}

export function run(screen: Screen, command: Command, code?: Code): boolean {
  if (!screen.desk.state) return false;
  switch (command) {
    case "next_sentence": return stepSentence(screen, 1, false);
    case "previous_sentence": return stepSentence(screen, -1, false);
    case "extend_next": return stepSentence(screen, 1, true);
    case "extend_previous": return stepSentence(screen, -1, true);
    case "turn": return turn(screen);
    case "again": return again(screen);
    case "pick": screen.pickFor = screen.markerOn && !target(screen) ? "marker" : "passage"; screen.picker.show(); return true;
    case "in_vivo": return inVivo(screen);
    case "marker": return marker(screen);
    case "next_coding": return stepCoding(screen, 1);
    case "previous_coding": return stepCoding(screen, -1);
    case "overlap": return nextOverlap(screen);
    case "left_edge": return edge(screen, "start");
    case "right_edge": return edge(screen, "end");
    case "recode": return recode(screen, code);
    case "remove": return remove(screen);
    case "memo": return memo(screen);
    case "definition": return definition(screen);
    case "search": screen.panels.search(); return true;
    case "undo": screen.takingBack = target(screen); screen.desk.act({ kind: "undo" }); return true;
    case "redo": screen.desk.act({ kind: "redo" }); return true;
    case "leave": return screen.leave();
    case "regions": return regions(screen);
    case "next_document": return otherDocument(screen, 1);
    case "previous_document": return otherDocument(screen, -1);
    case "others": return others(screen);
    case "list": screen.panels.list(); return true;
    case "help": screen.panels.help(); return true;
    case "reading": screen.panels.reading(); return true;
    case "beside": screen.beside.toggle(); return true;
    case "older": screen.panels.older(); return true;
    case "paratext": return paratext(screen);
    case "accept": return answer(screen, "accept");
    case "refuse": return answer(screen, "refuse");
    case "larger": return resize(screen, 1);
    case "smaller": return resize(screen, -1);
    case "finish": return finish(screen);
    case "right": return arrows(screen, 1, false);
    case "left": return arrows(screen, -1, false);
    case "select_right": return arrows(screen, 1, true);
    case "select_left": return arrows(screen, -1, true);
    case "down": return vertical(screen, 1);
    case "up": return vertical(screen, -1);
  }
}
