/** The table of codes: counts, percent, and each coefficient as a mark with its interval on a fixed scale. */

import { fill, h, icon, svg } from "../dom";
import type { Mark, Row } from "./types";
import type { Language } from "../say";
import type { Say, Word } from "./words";

const WIDE = 96;
const at = (value: number): number => Math.max(0, Math.min(1, value)) * WIDE;

/** A circle filled by band, so that it prints in black; whiskers; an arrow where the interval goes below zero. */
export function whisker(mark: Mark): SVGElement {
  const out = svg("svg", { class: "qr-w", viewBox: `0 0 ${WIDE} 20`, "aria-hidden": "true" });
  if (mark.low !== null && mark.high !== null) {
    const [from, to] = [at(mark.low), at(mark.high)];
    out.append(svg("path", { d: `M${from} 10H${to}M${to} 7v6${mark.low < 0 ? "M5 6 1 10l4 4" : `M${from} 7v6`}` }));
  }
  out.append(svg("circle", { cx: String(at(mark.value)), cy: "10", r: "3.8", class: `qr-${mark.band}` }));
  return out;
}

function scale(): HTMLElement {
  const ticks = [["0", 0], [".667", 0.667], [".8", 0.8]] as const;
  return h("div", { class: "qr-scale" }, ...ticks.map(([text, value]) => h("i", { css: { left: `${at(value) + (value === 0.8 ? 6 : value ? -7 : 0)}px` } }, text)));
}

function figure(mark: Mark | null, row: Row, language: Language): HTMLElement[] {
  if (!mark) return [h("td", { class: "qr-v", colspan: "2" }, h("span", { class: "qr-why" }, row.why?.[language] ?? "–"))];
  return [h("td", { class: "qr-m" }, whisker(mark)), h("td", { class: "qr-v" }, h("b", {}, mark.text), " ", h("span", {}, mark.range[language]))];
}

export interface TableOptions {
  coders: string[];
  kappa: boolean;
  worst: boolean;
  /** Whether codes that nobody used are shown; they have no figure and hide those that have. */
  unused: { shown: boolean };
  /** Parents whose children are folded away. */
  closed: Set<string>;
  again: () => void;
  chosen: string | undefined;
  language: Language;
  say: Say;
  choose: (uid: string) => void;
}

const rank = (row: Row): number => (row.alpha ? row.alpha.value : 2);

const used = (row: Row): boolean => row.counts.some((n) => n > 0);

/** Which rows stand on the screen, which of them have children to fold, and how many codes nobody used. */
export function rowsShown(rows: Row[], o: Pick<TableOptions, "worst" | "unused" | "closed" | "chosen">): { shown: Row[]; parents: Set<string>; idle: number } {
  const live = rows.filter((row) => o.unused.shown || used(row) || row.uid === o.chosen);
  const idle = rows.filter((row) => !used(row)).length;
  if (o.worst) return { shown: live.filter((row) => !row.merged).sort((a, b) => rank(a) - rank(b)), parents: new Set(), idle };
  const parents = new Set(live.filter((row, i) => (live[i + 1]?.level ?? 0) > row.level).map((row) => row.uid));
  const shown: Row[] = [];
  let folded = Infinity;
  for (const row of live) {
    if (row.level > folded) continue;
    folded = parents.has(row.uid) && o.closed.has(row.uid) ? row.level : Infinity;
    shown.push(row);
  }
  return { shown, parents, idle };
}

function idleLine(count: number, o: TableOptions): HTMLElement {
  const words = o.say(o.unused.shown ? "unusedShown" : "unused", count);
  return h("button", { class: "qr-btn qr-link qr-idle", "aria-expanded": String(o.unused.shown), on: { click: () => { o.unused.shown = !o.unused.shown; o.again(); } } }, words);
}

function twisty(row: Row, name: string, o: TableOptions): HTMLElement {
  const closed = o.closed.has(row.uid);
  const turn = (event: Event): void => {
    event.stopPropagation();
    if (!o.closed.delete(row.uid)) o.closed.add(row.uid);
    o.again();
  };
  return h("button", { class: "qr-twist", "aria-expanded": String(!closed), "aria-label": o.say(closed ? "open_" : "close_", name), on: { click: turn } }, icon(closed ? "right" : "down"));
}

export function drawTable(host: HTMLElement, rows: Row[], o: TableOptions): void {
  const { shown, parents, idle } = rowsShown(rows, o);
  const measures: Word[] = o.kappa ? ["kappa", "alpha"] : ["alpha"];
  const head = h("tr", {}, h("th", { scope: "col" }, o.say("code")), h("th", { class: "qr-r", scope: "col" }, o.coders.join(" / ")), h("th", { class: "qr-r", scope: "col" }, o.say("percent")), ...measures.flatMap((m) => [h("th", {}, scale()), h("th", { scope: "col" }, o.say(m))]), h("th", { class: "qr-r", scope: "col" }, o.say("positive")));
  fill(host, h("table", {}, h("thead", {}, head), h("tbody", {}, ...shown.map((row) => line(row, o, parents.has(row.uid))))), idle ? idleLine(idle, o) : null);
}

function line(row: Row, o: TableOptions, folds: boolean): HTMLElement {
  const [first, second] = o.language === "zh" && row.name_zh ? [row.name_zh, row.name] : [row.name, row.name_zh];
  const choose = (): void => o.choose(row.uid);
  const name = h("button", { class: "qr-name", on: { click: (event) => { event.stopPropagation(); choose(); } }, "aria-pressed": String(o.chosen === row.uid), title: first },
    h("span", { class: "qr-bar", "aria-hidden": "true" }), h("span", { class: "qr-own" }, first), second && second !== first ? h("span", { class: "qr-second", lang: o.language === "zh" ? "en" : "zh" }, second) : null);
  const indent = o.worst ? 0 : row.level;
  const out = h("tr", { class: `${row.merged ? "qr-merged" : ""} ${o.chosen === row.uid ? "qr-on" : ""}`, css: { "--h": String(row.hue), "--level": String(indent) }, on: { click: choose } },
    h("th", { scope: "row" }, h("span", { class: "qr-first" }, o.worst ? null : folds ? twisty(row, first, o) : h("i", { class: "qr-twist" }), name)), h("td", { class: "qr-r" }, row.counts.join(" / ")), h("td", { class: "qr-r" }, row.percent));
  if (!row.alpha) out.append(h("td", { class: "qr-v", colspan: o.kappa ? "4" : "2" }, h("span", { class: "qr-why" }, h("b", {}, o.say("undefined")), " ", row.why?.[o.language] ?? "")));
  else out.append(...(o.kappa ? figure(row.kappa, row, o.language) : []), ...figure(row.alpha, row, o.language));
  out.append(h("td", { class: "qr-r qr-mut" }, row.positive));
  return out;
}
