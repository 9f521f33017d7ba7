/** The picker: type, see the rule, press Enter. A combobox with a list box. */

import type { Code, Codebook } from "./codes";
import { fill, h, icon } from "./dom";
import type { Speak } from "./i18n";
import { findCodes, nearDuplicates, type Match } from "./match";
import type { Language } from "./say";

export interface PickerHost {
  book(): Codebook;
  say: Speak;
  language(): Language;
  names(code: Code): [string, string];
  rule(code: Code, field: "definition" | "exclude"): string;
  recent(): string[];
  digit(uid: string): number | null;
  /** Empty where codes may be made, else why not. */
  closed(): string;
  place(pop: HTMLElement): void;
  apply(code: Code, stay: boolean): void;
  create(name: string, parent: Code | null, stay: boolean): void;
  left(): void;
}

type Entry = { match: Match } | { create: string } | { near: Code };

export class Picker {
  readonly element = h("div", { class: "qc-pop qc-picker", hidden: true });
  private readonly input: HTMLInputElement;
  private readonly count = h("span", { class: "qc-mut", "aria-live": "polite" });
  private readonly list: HTMLElement;
  private readonly rule = h("div", { class: "qc-rule" });
  private readonly foot = h("div", { class: "qc-pop-foot" });
  private entries: Entry[] = [];
  private at = 0;
  private parent: Code | null = null;
  private readonly id = `qc-${Math.random().toString(36).slice(2)}`;
  private composing = false;
  private lean: Code | null = null;

  constructor(private readonly host: PickerHost) {
    this.list = h("ul", { class: "qc-options", role: "listbox", id: this.id, "aria-label": host.say("codebook") });
    this.input = h("input", {
      type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": this.id, "aria-autocomplete": "list", autocomplete: "off",
      spellcheck: "false", placeholder: host.say("pickerHint"), "aria-label": host.say("pickCode"), maxlength: 200,
      on: {
        input: () => this.search(),
        keydown: (event) => this.key(event),
        compositionstart: () => { this.composing = true; },
        compositionend: () => { this.composing = false; this.search(); },
        blur: (event) => { if (!this.element.contains(event.relatedTarget as Node | null)) setTimeout(() => { if (this.open && document.activeElement !== this.input) this.close(false); }); },
      },
    });
    this.element.append(h("div", { class: "qc-pop-top" }, icon("search"), this.input, this.count), this.list, this.rule, this.foot);
    this.element.addEventListener("mousedown", (event) => { if (event.target !== this.input) event.preventDefault(); });
  }

  get open(): boolean { return !this.element.hidden; }

  /** Open it, empty or with words to make a code of. */
  show(words = "", lean: Code | null = null): void {
    this.element.hidden = false;
    this.input.value = words;
    this.lean = lean;
    this.parent = lean;
    this.search();
    this.host.place(this.element);
    this.input.focus({ preventScroll: true });
    this.input.select();
  }

  close(refocus = true): void {
    if (!this.open) return;
    this.element.hidden = true;
    if (refocus) this.host.left();
  }

  private search(): void {
    const book = this.host.book();
    const query = this.input.value.trim();
    const all = book.usable.length;
    const found = findCodes(query, book, this.host.recent(), this.host.language());
    const shown = query ? found : found.filter(({ code }) => this.host.recent().includes(code.uid) || this.host.digit(code.uid) !== null);
    this.entries = (query || shown.length ? shown : found).slice(0, 60).map((match) => ({ match }));
    const exact = query && book.order.some((code) => code.name.toLowerCase() === query.toLowerCase() || code.zh === query);
    if (query && !exact && (!found.length || found.every(({ score }) => score >= 6))) {
      const near = nearDuplicates(query, book).filter((code) => !found.some((match) => match.code === code) && code.codable && !code.retired);
      this.entries.push(...near.map((code) => ({ near: code })));
      this.entries.push({ create: query });
    }
    this.count.textContent = !query ? this.host.say("nCodes", all) : found.length ? this.host.say("nOf", found.length, all) : this.host.say("noSuch");
    this.at = 0;
    this.draw();
  }

  private draw(): void {
    fill(this.list, ...this.entries.map((entry, i) => this.row(entry, i)));
    this.input.setAttribute("aria-activedescendant", this.entries.length ? `${this.id}-${this.at}` : "");
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
    this.drawRule();
    const cap = (key: string, word: string): HTMLElement => h("span", {}, ...key.split(" ").map((part) => h("kbd", {}, part)), word);
    const { say } = this.host;
    const entry = this.entries[this.at];
    if (entry && "create" in entry && !this.host.closed()) fill(this.foot, cap("Tab", say("otherParent")), h("span", { class: "qc-sp" }), cap("Esc", say("close")));
    else fill(this.foot, cap("↑ ↓", ""), cap("Enter", say("apply")), cap("Shift+Enter", say("stay")), h("span", { class: "qc-sp" }), cap("Esc", say("close")));
    if (this.open) this.host.place(this.element);
  }

  private row(entry: Entry, i: number): HTMLElement {
    const on = i === this.at;
    const props = {
      role: "option", id: `${this.id}-${i}`, "aria-selected": String(on), class: on ? "qc-on" : "",
      on: { click: (event: MouseEvent) => { this.at = i; this.take(event.shiftKey); }, mousemove: () => { if (this.at !== i) { this.at = i; this.draw(); } } },
    };
    const { say } = this.host;
    if ("create" in entry) {
      const closed = this.host.closed();
      if (closed) return h("li", props, icon("lock"), h("span", { class: "qc-n" }, closed));
      const under = this.parent ? say("createUnder", this.host.names(this.parent)[0]) : say("atTop");
      return h("li", props, icon("plus"), h("span", { class: "qc-n" }, `${say("create")} `, h("b", {}, entry.create)), h("span", { class: "qc-path" }, under), on && h("kbd", {}, "Enter"));
    }
    const code = "near" in entry ? entry.near : entry.match.code;
    const [leaf, other] = this.host.names(code);
    const match = "match" in entry ? entry.match : null;
    const zhFirst = leaf === code.zh && code.zh !== "";
    const path = this.host.book().ancestors(code).map((up) => this.host.names(up)[0]).join(" › ");
    const digit = this.host.digit(code.uid);
    const first = match ? marked(leaf, zhFirst ? match.zh : match.name) : [leaf];
    const second = other ? [" ", h("span", { class: "qc-zh" }, ...(match ? marked(other, zhFirst ? match.name : match.zh) : [other]))] : [];
    const why = "near" in entry ? say("near") : this.spoken(match!);
    return h(
      "li", { ...props, css: { "--h": String(code.shade) } }, h("span", { class: "qc-bar" }),
      h("span", { class: "qc-n" }, h("span", {}, ...first, ...second), why && h("small", {}, ...(typeof why === "string" ? [why] : why))),
      h("span", { class: "qc-path" }, ...(match ? marked(path, match.path) : [path])),
      on ? h("kbd", {}, "Enter") : digit ? h("kbd", {}, digit) : null,
    );
  }

  private spoken(match: Match): (Node | string)[] | string | null {
    const { say } = this.host;
    if (match.by === "alias") return `${say("synonym")} ${match.code.aliases.join(", ")}`;
    if (!match.pinyin.length) return null;
    const out: (Node | string)[] = [`${match.by === "initials" ? say("initials") : say("pinyin")} `];
    match.code.pinyin.forEach((syllable, k) => {
      const hit = match.pinyin.find(([at]) => at === k);
      if (k) out.push(" ");
      if (!hit) out.push(syllable);
      else out.push(h("mark", {}, syllable.slice(0, hit[1])), syllable.slice(hit[1]));
    });
    return out;
  }

  private drawRule(): void {
    const entry = this.entries[this.at];
    const code = entry && ("match" in entry ? entry.match.code : "near" in entry ? entry.near : null);
    const { say } = this.host;
    if (!code) { fill(this.rule); this.rule.hidden = true; return; }
    const definition = this.host.rule(code, "definition");
    const exclude = this.host.rule(code, "exclude");
    this.rule.hidden = !definition && !exclude;
    fill(this.rule,
      definition && h("p", {}, h("b", {}, `${this.host.names(code)[0]}. `), definition),
      exclude && h("p", {}, h("b", {}, `${say("not")} `), exclude));
  }

  private key(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.isComposing || this.composing || event.keyCode === 229) return;
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      const n = this.entries.length;
      if (n) this.at = (this.at + (key === "ArrowDown" ? 1 : n - 1)) % n;
      this.draw();
    } else if (key === "Enter") this.take(event.shiftKey);
    else if (key === "Escape") this.close();
    else if (key === "Tab") {
      const entry = this.entries[this.at];
      if (entry && "create" in entry) this.nextParent(event.shiftKey ? -1 : 1);
    } else return;
    event.preventDefault();
  }

  private nextParent(step: 1 | -1): void {
    const { order } = this.host.book();
    const parents: (Code | null)[] = [null, ...order.filter((code) => !code.retired && (code.children.length > 0 || code === this.lean || code.depth === 0))];
    const at = parents.indexOf(this.parent);
    this.parent = parents[(at + step + parents.length) % parents.length] ?? null;
    this.draw();
  }

  private take(stay: boolean): void {
    const entry = this.entries[this.at];
    if (!entry) return;
    if ("create" in entry) {
      if (this.host.closed()) return;
      this.close(!stay);
      this.host.create(entry.create, this.parent, stay);
      return;
    }
    const code = "match" in entry ? entry.match.code : entry.near;
    // first the code, then the closing: the host forgets what the pick was for when the picker closes
    this.host.apply(code, stay);
    if (!stay) this.close();
    if (stay) { this.input.value = ""; this.search(); this.input.focus({ preventScroll: true }); }
  }
}

/** A text with its matched stretches marked. */
export function marked(text: string, hits: [number, number][]): (Node | string)[] {
  const out: (Node | string)[] = [];
  let at = 0;
  for (const [from, to] of hits) {
    if (from > at) out.push(text.slice(at, from));
    out.push(h("mark", {}, text.slice(from, to)));
    at = to;
  }
  out.push(text.slice(at));
  return out;
}
