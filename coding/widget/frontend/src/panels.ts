/** Boxes that open over the text, one at a time; Esc closes and gives the focus back. */

import type { Code } from "./codes";
import { editForm, splitForm } from "./codeform";
import { fill, h } from "./dom";
import { helpTable } from "./help";
import { codingTable, readingText } from "./lists";
import { optionRows } from "./options";
import type { Screen } from "./screen";
import type { OutdatedMessage, UsesMessage } from "./protocol";
import { SearchBox } from "./search";
import { Wordings } from "./wordings";

export class Panels {
  readonly element = h("div", { class: "qc-over", hidden: true });
  private shown = "";
  private finder: SearchBox | null = null;
  private wordings: Wordings | null = null;
  private used: { code: string; place: HTMLElement } | null = null;
  private drafts = new Map<string, string>();

  constructor(private readonly screen: Screen) {
    this.element.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.isComposing) return;
      if (event.key === "Escape") { this.close(); event.preventDefault(); }
      else if (event.key === "Tab") this.keepInside(event);
      else if (this.shown === "help" && this.screen.keys.command(event) === "help") { this.close(); event.preventDefault(); }
    });
    this.element.addEventListener("mousedown", (event) => { if (event.target === this.element) { event.preventDefault(); this.close(); } });
  }

  /** Close what is open; false where nothing is. */
  close(): boolean {
    if (!this.shown) return false;
    this.shown = "";
    this.element.hidden = true;
    this.element.replaceChildren();
    this.finder = null;
    this.wordings = null;
    this.used = null;
    this.screen.text.focus();
    return true;
  }

  private open(name: string, title: string, note: string, ...body: (Node | null | false | string)[]): HTMLElement {
    const box = h("div", { class: `qc-box qc-${name}`, role: "dialog", "aria-modal": "true", "aria-label": title, tabindex: "-1" },
      h("header", { role: "presentation" }, h("b", {}, title), h("span", { class: "qc-mut" }, note), h("span", { class: "qc-sp" }),
        h("button", { type: "button", class: "qc-btn", "aria-label": this.screen.say("close"), on: { click: () => this.close() } }, h("kbd", {}, "Esc"))),
      ...body);
    fill(this.element, box);
    this.element.hidden = false;
    this.shown = name;
    this.element.className = `qc-over qc-over-${name}`;
    (box.querySelector<HTMLElement>("[data-first]") ?? box).focus({ preventScroll: true });
    return box;
  }

  private keepInside(event: KeyboardEvent): void {
    const stops = [...this.element.querySelectorAll<HTMLElement>("button,input,select,textarea,[tabindex='0']")].filter((stop) => stop.offsetParent);
    const at = stops.indexOf(document.activeElement as HTMLElement);
    const to = stops[(at + (event.shiftKey ? stops.length - 1 : 1)) % stops.length];
    to?.focus();
    event.preventDefault();
  }

  help(): void {
    const { say } = this.screen;
    const { screen } = this;
    const changed = Object.keys(screen.prefs.keys).length > 0;
    this.open("help", say("keys"), say("changeKeys"), helpTable(screen.keys, say, (command, key) => { screen.remap(command, key); this.help(); }),
      changed && h("footer", { role: "presentation" }, h("span", { class: "qc-sp" }), h("button", { type: "button", class: "qc-btn qc-framed", on: { click: () => { screen.remap(null); this.help(); } } }, say("resetKeys"))),
      h("footer", { role: "presentation" }, h("span", {}, say("keysStay")), h("span", { class: "qc-sp" }), h("span", {}, say("undoReach"))));
  }

  definition(code: Code): void {
    const { screen } = this;
    const { say } = screen;
    const [leaf, other] = screen.names(code);
    const part = (word: "definition" | "include" | "exclude"): HTMLElement | null => {
      const text = screen.rule(code, word);
      return text ? h("dl", {}, h("dt", {}, say(word)), h("dd", {}, text)) : null;
    };
    const path = screen.desk.book.ancestors(code).map((up) => screen.names(up)[0]).join(" › ");
    const memos = screen.desk.memosOn(code.uid).map((memo) => h("div", { class: "qc-memo" }, memo.body));
    const place = h("div", { class: "qc-uses" });
    this.used = { code: code.uid, place };
    screen.desk.ask({ kind: "uses", about: code.uid });
    this.open("definition", leaf, [other, path].filter(Boolean).join(" · "), h("div", { class: "qc-scroll" }, part("definition"), part("include"), part("exclude"), ...memos, place),
      h("footer", { role: "presentation" }, h("span", {}, say("uses", screen.desk.counts[code.uid] ?? 0)), h("span", { class: "qc-sp" }),
        h("button", { type: "button", class: "qc-btn qc-framed", on: { click: () => this.memo(code.uid, leaf) } }, say("codeMemo")),
        screen.desk.state?.rights.codebook && h("button", { type: "button", class: "qc-btn qc-framed", on: { click: () => this.edit(code) } }, say("editCode"))));
  }

  /** Write, change or (by emptying it) remove a memo; what is typed survives Esc until the page is left. */
  memo(about: string, title: string): void {
    const { screen } = this;
    const { say, desk } = screen;
    const mine = desk.memosOn(about).find((memo) => memo.coder === desk.state?.coder.uid);
    const area = h("textarea", {
      "data-first": true, rows: 5, placeholder: say("memoPlaceholder"), "aria-label": say("memoOn", title), maxlength: 20000,
      on: {
        input: () => this.drafts.set(about, area.value),
        keydown: (event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) { save(); event.preventDefault(); event.stopPropagation(); }
        },
      },
    });
    area.value = this.drafts.get(about) ?? mine?.body ?? "";
    const save = (): void => {
      const body = area.value.trim();
      this.drafts.delete(about);
      if (body !== (mine?.body ?? "")) desk.act({ kind: "memo", about, body, memo: mine?.uid ?? null });
      this.close();
    };
    this.open("memo", say("memoOn", title), "", area, h("footer", { role: "presentation" }, h("span", { class: "qc-sp" }),
      h("button", { type: "button", class: "qc-btn", on: { click: () => { this.drafts.delete(about); this.close(); } } }, say("cancel")),
      h("button", { type: "button", class: "qc-btn qc-main", on: { click: save } }, say("saveMemo"), h("kbd", {}, "Ctrl Enter"))));
    area.setSelectionRange(area.value.length, area.value.length);
  }

  edit(code: Code): void {
    const { screen } = this;
    const { say, desk } = screen;
    if (!desk.state?.rights.codebook) return screen.flash(say("bookClosed"));
    const form = editForm(screen, code, () => this.close(), () => this.split(code));
    this.open("edit", form.title, form.note, ...form.parts);
  }

  split(code: Code): void {
    const form = splitForm(this.screen, code, () => this.close());
    this.open("edit", form.title, form.note, ...form.parts);
  }

  /** One's codings that were made under an older wording, in every document. */
  older(): void {
    this.wordings = new Wordings(this.screen, () => this.close());
    this.open("older", this.screen.say("older"), this.screen.say("olderNote"), this.wordings.element);
  }

  options(): void {
    const { say } = this.screen;
    this.open("options", say("view"), "", h("div", { class: "qc-form" }, ...optionRows(this.screen, () => this.options())));
  }

  /** All codings of the text, or those of a stretch, as a plain table. */
  list(from = 0, to = Infinity): void {
    const { screen } = this;
    const shown = screen.desk.codings.filter((c) => c.start < to && c.end > from && screen.look(c).shown);
    const choose = (uid: string): void => { this.close(); screen.select(uid); };
    this.open("list", screen.say("listCodings"), screen.say("nCodings", shown.length), codingTable(screen, shown, choose));
  }

  reading(): void {
    this.open("reading", this.screen.desk.state?.document?.name ?? "", this.screen.say("plainReading"), readingText(this.screen));
  }

  search(): void {
    this.finder = new SearchBox(this.screen, () => this.close());
    this.open("search", this.screen.say("find"), "", this.finder.element);
    this.finder.focus();
  }

  found(): void { this.finder?.found(); }

  outdated(message: OutdatedMessage): void { this.wordings?.took(message); }

  /** Where a code was used last, under its rules. */
  uses(message: UsesMessage): void {
    const { screen } = this;
    if (this.used?.code !== message.code) return;
    const example = screen.language() === "zh" ? message.example.zh || message.example.en : message.example.en || message.example.zh;
    const open = (row: UsesMessage["rows"][number]): void => { this.close(); screen.openDocument(row.document, [row.start, row.end]); };
    fill(this.used.place, example && h("dl", {}, h("dt", {}, screen.say("example")), h("dd", {}, example)),
      message.rows.length > 0 && h("h3", {}, screen.say("lastUses")),
      ...message.rows.map((row) => h("button", { type: "button", class: "qc-use", on: { click: () => open(row) } }, h("q", {}, row.words), h("span", { class: "qc-mut" }, row.name))));
  }
}

