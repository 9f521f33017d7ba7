/** The second path: codings as a table, and the text as a plain page. */

import { h } from "./dom";
import type { Coding } from "./model";
import type { Screen } from "./screen";

const LIMIT = 1000;

export function codingTable(screen: Screen, codings: Coding[], choose: (uid: string) => void): HTMLElement {
  const { say, desk } = screen;
  const rows = codings.slice(0, LIMIT).map((coding, i) => {
    const code = desk.book.get(coding.code);
    const words = desk.text.slice(coding.start, Math.min(coding.end, coding.start + 160));
    const state = coding.state === "pending" ? say("pendingWord") : coding.state === "refused" ? say("notSaved") : coding.state === "ghost" ? say("suggestion") : "";
    return h("tr", { css: { "--h": String(code?.shade ?? 0) } },
      h("td", {}, h("button", {
        type: "button", class: "qc-quote", "data-uid": coding.uid, ...(i === 0 ? { "data-first": true } : {}), on: { click: () => choose(coding.uid), keydown: (event) => walk(event) },
      }, words)),
      h("td", {}, h("span", { class: "qc-bar" }), ` ${code ? screen.names(code)[0] : ""}`),
      h("td", {}, desk.coderName(coding.coder)), h("td", {}, state), h("td", {}, desk.memosOn(coding.uid).map((memo) => memo.body).join(" ")));
  });
  const head = (["passage", "code", "coder", "state", "memo"] as const).map((word) => h("th", { scope: "col" }, say(word)));
  return h("div", { class: "qc-scroll" }, h("table", { class: "qc-list" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)));
}

function walk(event: KeyboardEvent): void {
  const row = (event.target as HTMLElement).closest("tr");
  const to = event.key === "ArrowDown" || event.key === "j" ? row?.nextElementSibling : event.key === "ArrowUp" || event.key === "k" ? row?.previousElementSibling : null;
  if (!to) return;
  to.querySelector("button")?.focus();
  event.preventDefault();
  event.stopPropagation();
}

/** The whole text as paragraphs, for a screen reader or the browser's own search. */
export function readingText(screen: Screen): HTMLElement {
  const { desk } = screen;
  const article = h("article", { class: "qc-scroll qc-article", tabindex: "0", "data-first": true });
  let at = 0;
  for (const line of desk.text.split("\n")) {
    const paragraph = desk.units.paragraphAt(at);
    if (line.trim()) article.append(h("p", { lang: paragraph?.language ?? desk.state?.document?.language ?? "", class: paragraph?.codable === false ? "qc-off" : "" }, line));
    at += line.length + 1;
  }
  return article;
}
