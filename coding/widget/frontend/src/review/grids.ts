/** Who chose what instead, and how agreement moved from round to round. */

import { h, svg } from "../dom";
import type { Grid, View } from "./types";
import type { Language } from "../say";

const CELL = 29;
const LABEL = 118;

function text(value: string, attributes: Record<string, string>): SVGElement {
  const out = svg("text", attributes);
  out.textContent = value;
  return out;
}

/** A name cut to its room in the drawing; Han is twice as wide as Latin. */
export function cut(name: string, room: number): string {
  let wide = 0;
  const letters = [...name];
  for (const [i, letter] of letters.entries()) {
    wide += letter >= "\u2e80" ? 11.5 : 6.8;
    if (wide > room) return `${letters.slice(0, Math.max(1, i - 1)).join("").trimEnd()}…`;
  }
  return name;
}

/** Rows are the first coder's codes, columns the second's; red by share of the row, grey on the diagonal. */
export function drawGrid(grid: Grid, language: Language, chosen: [string, string] | undefined, choose: (pair: [string, string]) => void): HTMLElement {
  const n = grid.names.length;
  const full = grid.names.map((x) => (language === "zh" && x.name_zh) || x.name);
  const names = full.map((name) => cut(name, LABEL - 12));
  const top = 96;
  const out = svg("svg", { class: "qr-heat", viewBox: `0 0 ${LABEL + n * CELL + 66} ${top + n * CELL + 4}`, role: "group", "aria-label": grid.title[language] });
  out.style.setProperty("max-width", `${LABEL + n * CELL + 66}px`);
  names.forEach((name, i) => {
    const x = LABEL + i * CELL + CELL / 2;
    out.append(text(name, { transform: `translate(${x} ${top - 6}) rotate(-45)` }), text(name, { x: String(LABEL - 8), y: String(top + i * CELL + 19), "text-anchor": "end" }));
  });
  grid.cells.forEach((row, i) => {
    const sum = row.reduce((a, b) => a + b, 0) || 1;
    row.forEach((count, j) => {
      if (!count) return;
      const pair: [string, string] = [grid.names[i]!.uid, grid.names[j]!.uid];
      const on = chosen?.[0] === pair[0] && chosen[1] === pair[1];
      const same = grid.kind === "confusion" && i === j;
      const x = LABEL + j * CELL + 1;
      const y = top + i * CELL + 1;
      const label = `${full[i]} × ${full[j]}: ${count}`;
      const cell = svg("g", { class: `qr-cell ${on ? "qr-pick" : ""}`, ...(same ? {} : { role: "button", tabindex: "0", "aria-pressed": String(on) }), "aria-label": label });
      cell.append(svg("rect", { x: String(x), y: String(y), width: "27", height: "27", rx: "3", class: same ? "qr-d" : "qr-x", "fill-opacity": same ? "1" : (0.08 + 0.6 * Math.min(1, count / sum)).toFixed(2) }), text(String(count), { x: String(x + 13.5), y: String(y + 17.5), class: "qr-c" }));
      if (!same) {
        cell.addEventListener("click", () => choose(pair));
        cell.addEventListener("keydown", (event) => { if (["Enter", " "].includes((event as KeyboardEvent).key)) { event.preventDefault(); choose(pair); } });
      }
      out.append(cell);
    });
  });
  return h("section", {}, h("h2", {}, grid.title[language], " ", h("span", {}, grid.axes[language])), out);
}

/** One line a code, the summary bold with whiskers; an undefined round is a gap, never a zero. */
export function drawRounds(rounds: View["rounds"], title: string, language: Language): HTMLElement | null {
  if (rounds.labels.length < 2) return null;
  const [wide, high, left, right] = [400, 150, 34, 120];
  const x = (i: number): string => (left + (i * (wide - left - right)) / (rounds.labels.length - 1)).toFixed(1);
  const y = (v: number): string => (10 + (1 - Math.max(0, Math.min(1, v))) * (high - 34)).toFixed(1);
  const out = svg("svg", { class: "qr-drift", viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": title });
  for (const value of [0.667, 0.8]) out.append(svg("path", { class: "qr-t", d: `M${left} ${y(value)}H${wide - right}` }), text(String(value).slice(1), { x: String(left - 6), y: String(Number(y(value)) + 4), "text-anchor": "end" }));
  rounds.labels.forEach((label, i) => out.append(text(label, { x: x(i), y: String(high - 6), "text-anchor": "middle" })));
  const ends: { y: number; series: (typeof rounds.series)[number]; value: string }[] = [];
  for (const series of rounds.series) {
    let path = "";
    series.values.forEach((mark, i) => {
      if (!mark) { path += " "; return; }
      path += `${path === "" || path.endsWith(" ") ? "M" : "L"}${x(i)} ${y(mark.value)}`;
      if (series.main) {
        if (mark.low !== null && mark.high !== null) out.append(svg("path", { class: "qr-e", d: `M${x(i)} ${y(mark.low)}V${y(mark.high)}` }));
        out.append(svg("circle", { cx: x(i), cy: y(mark.value), r: "3.5", class: "qr-high" }));
      }
    });
    out.prepend(svg("path", { class: series.main ? "qr-l qr-b" : "qr-l", d: path.trim() }));
    const last = series.values[series.values.length - 1];
    if (last) ends.push({ y: Number(y(last.value)), series, value: last.text });
  }
  let free = -20;
  for (const end of ends.sort((a, b) => a.y - b.y)) {
    free = Math.max(end.y + 4, free + 14);
    const name = (language === "zh" && end.series.name_zh) || end.series.name;
    out.append(text(`${cut(name, right - 40)} ${end.value}`, { x: String(wide - right + 8), y: String(free), class: end.series.main ? "qr-b" : "" }));
  }
  return h("section", {}, h("h2", {}, title), out);
}
