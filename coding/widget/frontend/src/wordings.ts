/** Codings that want another look: place unclear since the text was corrected, then made under older rules, then older words. */

import { fill, h } from "./dom";
import type { OutdatedMessage } from "./protocol";
import type { Screen } from "./screen";

type Row = OutdatedMessage["rows"][number];

export class Wordings {
  readonly element = h("div", { class: "qc-scroll qc-older" });

  constructor(private readonly screen: Screen, private readonly close: () => void) {
    fill(this.element, h("p", { class: "qc-mut" }, screen.say("joining")));
    screen.desk.ask({ kind: "outdated" });
  }

  /** The kernel answered. */
  took({ rows, more }: OutdatedMessage): void {
    const { say } = this.screen;
    if (!rows.length) { fill(this.element, h("p", {}, say("olderNone"))); return; }
    const group = (kind: Row["change"], title: string): HTMLElement | null => {
      const of = rows.filter((row) => row.change === kind);
      return of.length ? h("section", {}, h("h3", {}, `${title} (${of.length})`), h("ul", {}, ...of.map((row) => this.row(row)))) : null;
    };
    fill(this.element, group("place", say("placeUnclear")), group("semantic", say("rulesChanged")), group("content", say("wordsChanged")), more && h("p", { class: "qc-mut" }, say("olderMore")));
    this.element.querySelector<HTMLElement>("button")?.focus();
  }

  private row(row: Row): HTMLElement {
    const { screen } = this;
    const { say, desk } = screen;
    const code = desk.book.get(row.code);
    const open = (): void => { this.close(); screen.openDocument(row.document, [row.start, row.end]); };
    const confirm = (): void => {
      desk.act({ kind: "confirm", coding: row.coding });
      const next = item.nextElementSibling ?? item.previousElementSibling;
      item.remove();
      (next?.querySelector("button") ?? this.element.querySelector("button"))?.focus();
    };
    const item: HTMLElement = h("li", { css: { "--h": String(code?.shade ?? 0) }, on: { keydown: (event) => this.key(event, confirm) } },
      h("button", { type: "button", class: "qc-older-words", on: { click: open } },
        h("span", {}, h("span", { class: "qc-bar" }), h("b", {}, code ? screen.names(code)[0] : ""), h("span", { class: "qc-mut" }, row.change === "place" ? ` ${row.name}` : ` ${say("fromTo", row.under, row.now)} · ${row.name}`)),
        row.was && h("span", { class: "qc-mut" }, `${say("madeOn")}: `, h("s", {}, row.was)), h("q", {}, row.words), row.reason && h("span", { class: "qc-mut" }, `${say("reason")}: ${row.reason}`)),
      h("button", { type: "button", class: "qc-btn qc-framed", on: { click: confirm } }, say("stillRight"), h("kbd", {}, "y")));
    return item;
  }

  private key(event: KeyboardEvent, confirm: () => void): void {
    const row = (event.target as HTMLElement).closest("li");
    const all = [...this.element.querySelectorAll("li")];
    const step = event.key === "ArrowDown" || event.key === "j" ? 1 : event.key === "ArrowUp" || event.key === "k" ? -1 : 0;
    if (event.key === "y") confirm();
    else if (step && row) all[all.indexOf(row) + step]?.querySelector("button")?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
