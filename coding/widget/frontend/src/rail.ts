/** The left side: documents with their progress, the codebook with digits, colours and counts. */

import type { Code } from "./codes";
import { arrange, dropped, type Place } from "./arrange";
import { fill, h, icon, ring } from "./dom";
import { findCodes } from "./match";
import type { DocumentInfo } from "./protocol";
import type { Screen } from "./screen";

export class Rail {
  readonly element: HTMLElement;
  private readonly head = h("header", { role: "presentation" });
  private readonly docsTitle = h("h2");
  private readonly docs = h("ul", { class: "qc-docs" });
  private readonly bookTitle = h("h2");
  private readonly filter: HTMLInputElement;
  private readonly tree = h("ul", { class: "qc-tree", role: "tree" });
  private current: string | null = null;
  private readonly rows = new Map<string, HTMLElement>();
  private shelf = "";
  private readonly docRows = new Map<string, { stamp: string; item: HTMLElement }>();

  constructor(private readonly screen: Screen) {
    const { say } = screen;
    this.filter = h("input", {
      type: "text", placeholder: say("filter"), "aria-label": say("filter"), autocomplete: "off", spellcheck: "false",
      on: { input: () => this.drawTree(), keydown: (event) => this.filterKey(event) },
    });
    this.element = h("nav", { class: "qc-rail", "aria-label": say("region_rail") },
      this.head, this.docsTitle, this.docs, this.bookTitle,
      h("label", { class: "qc-find" }, icon("search"), this.filter, h("kbd", {}, screen.keys.cap("pick"))), this.tree);
    this.tree.addEventListener("keydown", (event) => this.treeKey(event));
    this.tree.addEventListener("dragstart", (event) => this.lift(event));
    this.tree.addEventListener("dragover", (event) => this.over(event));
    this.tree.addEventListener("dragleave", () => this.aim(null));
    this.tree.addEventListener("dragend", () => { this.lifted = null; this.aim(null); });
    this.tree.addEventListener("drop", (event) => this.drop(event));
    this.docs.addEventListener("keydown", (event) => this.docKey(event));
  }

  draw(): void {
    this.drawDocuments();
    this.drawTree();
  }

  drawDocuments(): void {
    const { desk, say } = this.screen;
    const { project, document } = desk.state!;
    fill(this.head, h("b", {}, project.name), h("span", { class: "qc-mut" }, project.file));
    const finished = desk.documents.filter((doc) => doc.status === "finished").length;
    fill(this.docsTitle, say("documents"), h("span", {}, say("finishedOf", finished, desk.documents.length)));
    const shelf = desk.documents.map((doc) => doc.uid).join();
    if (shelf !== this.shelf) { this.docRows.clear(); this.docs.replaceChildren(); }
    this.shelf = shelf;
    for (const doc of desk.documents) {
      // after every coding one count changes: only that row is made anew
      const on = doc.uid === document?.uid;
      const stamp = JSON.stringify([doc, on]);
      const old = this.docRows.get(doc.uid);
      if (old?.stamp === stamp) continue;
      const item = this.documentRow(doc, on);
      if (old) old.item.replaceWith(item);
      else this.docs.append(item);
      this.docRows.set(doc.uid, { stamp, item });
    }
    if (!desk.documents.length) fill(this.docs, h("li", { class: "qc-empty" }, say("emptyDocuments", "project.documents.add_files(…)")));
  }

  private documentRow(doc: DocumentInfo, on: boolean): HTMLElement {
    const share = doc.length ? Math.min(1, doc.furthest / doc.length) : 0;
    const figure = doc.status === "finished" ? doc.codings : share > 0.005 ? `${Math.round(share * 100)} %` : doc.codings || "";
    return h("li", {}, h("button", {
      type: "button", class: `qc-row${on ? " qc-on" : ""}`, tabindex: on ? "0" : "-1", "aria-current": on ? "true" : null, title: doc.name,
      on: { click: () => this.screen.openDocument(doc.uid) },
    }, ring(share, doc.status === "finished"), h("span", { class: "qc-n" }, doc.name), h("span", { class: "qc-k" }, figure ?? "")));
  }

  private inside(code: Code): number {
    const { counts } = this.screen.desk;
    return (counts[code.uid] ?? 0) + code.children.reduce((sum, child) => sum + this.inside(child), 0);
  }

  /** Show which code is chosen, without making the tree anew. */
  mark(): void {
    const chosen = this.screen.desk.find(this.screen.selected)?.code;
    for (const [uid, row] of this.rows) {
      row.classList.toggle("qc-sel", uid === chosen);
      row.setAttribute("aria-selected", String(uid === chosen));
    }
  }

  /** Counts changed and nothing else. */
  recount(): void {
    for (const [uid, row] of this.rows) {
      const code = this.screen.desk.book.get(uid);
      const figure = row.lastElementChild!;
      const text = code ? String(this.inside(code) || "") : "";
      if (figure.textContent !== text) figure.textContent = text;
    }
  }

  drawTree(): void {
    const { desk, say, prefs } = this.screen;
    const { book } = desk;
    const query = this.filter.value.trim();
    const closed = new Set(prefs.closed[desk.state!.project.uid] ?? []);
    const hits = query ? new Set(findCodes(query, book, [], this.screen.language()).map(({ code }) => code)) : null;
    const keep = (code: Code): boolean => hits!.has(code) || code.children.some(keep);
    const rows: HTMLElement[] = [];
    this.rows.clear();
    const walk = (code: Code): void => {
      if (code.retired && !desk.counts[code.uid]) return;
      if (hits && !keep(code)) return;
      const open = hits !== null || !closed.has(code.uid);
      const row = this.row(code, open);
      rows.push(row);
      this.rows.set(code.uid, row);
      if (open) code.children.forEach(walk);
    };
    book.roots.forEach(walk);
    fill(this.bookTitle, say("codebook"), this.screen.only && h("button", {
      type: "button", class: "qc-link", on: { click: () => this.screen.showOnly(null) },
    }, say("showAll")));
    fill(this.tree, ...rows);
    if (!book.order.length) fill(this.tree, h("li", { class: "qc-empty" }, say("emptyCodes", this.screen.keys.cap("in_vivo"))));
    const first = this.tree.querySelector<HTMLElement>(`[data-code="${this.current ?? ""}"]`) ?? this.tree.querySelector<HTMLElement>("[data-code]");
    first?.setAttribute("tabindex", "0");
  }

  /** Digits, the coding at the caret and the lock change often; the rest of the tree stays. */
  private row(code: Code, open: boolean): HTMLElement {
    const { desk, say } = this.screen;
    const [leaf, other] = this.screen.names(code);
    const digit = this.screen.digitOf(code.uid);
    const selected = desk.find(this.screen.selected)?.code === code.uid;
    const locked = this.screen.marker === code.uid;
    const parent = code.children.length > 0;
    const count = this.inside(code);
    const classes = ["qc-row", code.depth ? "qc-c" : "qc-p", selected ? "qc-sel" : "", locked ? "qc-locked" : "", this.screen.only === code.uid ? "qc-only" : ""];
    const path = [...desk.book.ancestors(code), code].map((up) => this.screen.names(up)[0]).join(" › ");
    const title = [path, this.screen.rule(code, "definition")].filter(Boolean).join("\n");
    return h("li", {
      class: classes.filter(Boolean).join(" "), role: "treeitem", tabindex: "-1", draggable: desk.state?.rights.codebook ? "true" : null, "data-code": code.uid, title, "aria-level": code.depth + 1,
      "aria-expanded": parent ? String(open) : null, "aria-selected": String(selected), css: { "--h": String(code.shade), "--d": String(code.depth) },
      on: { click: (event) => this.click(event, code), focus: () => { this.current = code.uid; } },
    },
      parent ? h("button", { type: "button", class: "qc-twist", tabindex: "-1", "aria-label": say(open ? "collapse" : "expand", leaf), on: { click: (event) => { event.stopPropagation(); this.toggle(code); } } }, icon(open ? "down" : "right")) : null,
      code.codable && !parent ? (digit ? h("kbd", {}, digit) : h("span", { class: "qc-nokey" })) : digit ? h("kbd", {}, digit) : null,
      code.codable ? h("span", { class: "qc-bar" }) : null,
      h("span", { class: "qc-n" }, leaf, other && h("span", { class: "qc-zh" }, ` ${other}`)),
      locked && icon("lock"),
      h("button", { type: "button", class: "qc-eye", tabindex: "-1", "aria-label": say("onlyCode", leaf), title: say("onlyCode", leaf), on: { click: (event) => { event.stopPropagation(); this.screen.showOnly(this.screen.only === code.uid ? null : code.uid); } } }, icon("search")),
      h("span", { class: "qc-k" }, count || ""));
  }

  private click(event: MouseEvent, code: Code): void {
    if (!code.codable) return this.toggle(code);
    if (event.altKey) return this.screen.showOnly(this.screen.only === code.uid ? null : code.uid);
    this.screen.applyCode(code);
    this.screen.text.focus();
  }

  private toggle(code: Code): void {
    const { prefs, desk } = this.screen;
    const uid = desk.state!.project.uid;
    const closed = new Set(prefs.closed[uid] ?? []);
    if (!closed.delete(code.uid)) closed.add(code.uid);
    prefs.closed[uid] = [...closed];
    this.screen.keepPrefs();
    this.drawTree();
  }

  focusFilter(): void { this.filter.focus(); }

  focusTree(): void { this.tree.querySelector<HTMLElement>("[tabindex='0']")?.focus(); }

  private filterKey(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      this.filter.value = "";
      this.drawTree();
      this.screen.text.focus();
    } else if (event.key === "ArrowDown" || event.key === "Enter") this.focusTree();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private treeKey(event: KeyboardEvent): void {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-code]");
    const code = row && this.screen.desk.book.get(row.dataset["code"]!);
    if (!row || !code) return;
    const digit = /^Digit([1-9])$/.exec(event.code);
    if (event.altKey && event.key.startsWith("Arrow")) {
      arrange(this.screen, code, event.key);
      this.current = code.uid;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (digit && event.shiftKey) this.screen.pin(Number(digit[1]), code.uid);
    else if (event.key === "ArrowDown") sibling(row, 1)?.focus();
    else if (event.key === "ArrowUp") sibling(row, -1)?.focus();
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      if (code.children.length) this.toggle(code);
      this.tree.querySelector<HTMLElement>(`[data-code="${code.uid}"]`)?.focus();
    } else if (event.key === "Enter" || event.key === " ") this.screen.applyCode(code);
    else if (event.key === "m") this.screen.writeMemo(code.uid, this.screen.names(code)[0]);
    else if (event.key === "e") this.screen.editCode(code);
    else if (event.key === "d") this.screen.showDefinition(code);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private lifted: Code | null = null;

  private codeOf(event: Event): { row: HTMLElement; code: Code } | null {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-code]");
    const code = row && this.screen.desk.book.get(row.dataset["code"]!);
    return row && code ? { row, code } : null;
  }

  private lift(event: DragEvent): void {
    this.lifted = this.codeOf(event)?.code ?? null;
    event.dataTransfer?.setData("text/plain", this.lifted?.name ?? "");
    event.stopPropagation();
  }

  /** The upper and lower thirds of a row are places before and after it, the middle is under it. */
  private placeAt(event: DragEvent, row: HTMLElement): Place {
    const box = row.getBoundingClientRect();
    const share = (event.clientY - box.top) / box.height;
    return share < 0.3 ? "before" : share > 0.7 ? "after" : "under";
  }

  private over(event: DragEvent): void {
    const found = this.codeOf(event);
    if (!this.lifted || !found || found.code === this.lifted) return this.aim(null);
    event.preventDefault();
    event.stopPropagation();
    this.aim(found.row, this.placeAt(event, found.row));
  }

  private aim(row: HTMLElement | null, place?: Place): void {
    for (const old of this.tree.querySelectorAll("[data-drop]")) old.removeAttribute("data-drop");
    if (row && place) row.dataset["drop"] = place;
  }

  private drop(event: DragEvent): void {
    const found = this.codeOf(event);
    const lifted = this.lifted;
    this.lifted = null;
    this.aim(null);
    if (!lifted || !found) return;
    event.preventDefault();
    event.stopPropagation();
    dropped(this.screen, lifted, found.code, this.placeAt(event, found.row));
  }

  private docKey(event: KeyboardEvent): void {
    const row = (event.target as HTMLElement).closest("li");
    const to = event.key === "ArrowDown" ? row?.nextElementSibling : event.key === "ArrowUp" ? row?.previousElementSibling : null;
    if (event.key === "m" && this.screen.desk.state?.document) {
      this.screen.writeMemo(this.screen.desk.state.document.uid, this.screen.desk.state.document.name);
    } else if (to) to.querySelector("button")!.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function sibling(row: HTMLElement, step: 1 | -1): HTMLElement | null {
  return (step > 0 ? row.nextElementSibling : row.previousElementSibling) as HTMLElement | null;
}
