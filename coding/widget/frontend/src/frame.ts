/** The bar above and the line below: title, mode, unit, status; and the keys that work now. */

import { fill, h, icon, ring } from "./dom";
import type { Command } from "./keys";
import type { Word } from "./i18n";
import type { Screen } from "./screen";
import { UNITS, type Unit } from "./units";

/** Made once: making one takes a browser a millisecond, and the status is told at every key. */
const TIME = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hour12: false });

export class Top {
  readonly element = h("div", { class: "qc-top" });
  /** Codes in reach, where there is no room for the codebook. */
  readonly strip = h("div", { class: "qc-strip" });
  private readonly stat = h("span", { class: "qc-stat", role: "status" });
  private read = 0;
  private told: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly screen: Screen) {}

  draw(): void {
    const { screen } = this;
    const { desk, say } = screen;
    const { state } = desk;
    if (!state) { fill(this.element, h("span", { class: "qc-mut" }, say("joining")), h("span", { class: "qc-sp" }), this.stat); this.status(); return; }
    const doc = desk.documents.find((d) => d.uid === state.document?.uid);
    const share = doc?.length ? doc.furthest / doc.length : 0;
    const button = (label: Word, shape: "search" | "undo" | "redo", command: Command): HTMLElement => h("button", {
      type: "button", class: "qc-btn", "aria-label": say(label), title: `${say(label)} (${screen.keys.cap(command)})`,
      on: { click: () => { screen.do(command); if (command !== "search") screen.text.focus(); } },
    }, icon(shape));
    fill(this.element,
      this.finisher(share, doc?.status === "finished"),
      h("b", { title: state.document?.name ?? "" }, state.document?.name ?? say("documents")),
      this.documentMenu(),
      h("span", { class: "qc-meta" }, (state.document?.details[screen.language()] ?? []).join(" · ")),
      h("span", { class: "qc-sp" }),
      state.rights.others && h("button", {
        type: "button", class: `qc-btn qc-framed qc-roomy${screen.others ? " qc-on" : ""}`, "aria-pressed": String(screen.others), on: { click: () => { screen.do("others"); screen.text.focus(); } },
      }, say("others"), h("kbd", {}, screen.keys.cap("others"))),
      this.mode(),
      this.unit(),
      button("search", "search", "search"), button("undo", "undo", "undo"), button("redo", "redo", "redo"),
      h("button", { type: "button", class: "qc-btn qc-aa", "aria-label": say("view"), title: say("view"), "aria-haspopup": "dialog", on: { click: () => screen.panels.options() } }, "Aa"),
      this.stat, h("span", { class: "qc-mut qc-coder" }, state.coder.name));
    this.drawStrip();
    this.status();
  }

  /** How far one has read; a click says that one is done with it. */
  private finisher(share: number, finished: boolean): HTMLElement {
    const { screen } = this;
    const label = screen.say(finished ? "reopen" : "finish");
    return h("button", {
      type: "button", class: "qc-btn", "aria-label": label, title: `${label} (${screen.keys.cap("finish")})`, disabled: !screen.desk.state?.rights.code,
      on: { click: () => { screen.do("finish"); screen.text.focus(); } },
    }, ring(share, finished));
  }

  private mode(): HTMLElement {
    const { screen } = this;
    const { say } = screen;
    const half = (word: Word, on: boolean, press: () => void): HTMLElement => h("button", {
      type: "button", class: on ? "qc-on" : "", "aria-pressed": String(on), on: { click: () => { press(); screen.text.focus(); } },
    }, say(word));
    return h("span", { class: "qc-mode", role: "group", "aria-label": say("mode") },
      half("readFirst", !screen.markerOn, () => screen.lock(null)),
      half("marker", screen.markerOn, () => { if (!screen.markerOn) screen.do("marker"); }));
  }

  private unit(): HTMLElement {
    const { screen } = this;
    const { say } = screen;
    const select = h("select", {
      class: "qc-unit", "aria-label": say("snaps"), title: say("snaps"),
      on: { change: () => { screen.prefs.unit = select.value as Unit; screen.keepPrefs(); screen.text.focus(); } },
    }, ...UNITS.map((unit) => h("option", { value: unit, selected: screen.prefs.unit === unit }, say(unit))));
    return h("span", { class: "qc-pick-unit" }, select, icon("down"));
  }

  /** The documents as a native menu over the title, where the rail is not shown. */
  private documentMenu(): HTMLElement {
    const { screen } = this;
    const { documents, state } = screen.desk;
    const select = h("select", {
      "aria-label": screen.say("documents"), on: { change: () => screen.openDocument(select.value) },
    }, ...documents.map((doc) => h("option", { value: doc.uid, selected: doc.uid === state?.document?.uid }, doc.name)));
    return h("span", { class: "qc-narrow qc-docmenu" }, icon("down"), select);
  }

  private drawStrip(): void {
    const { screen } = this;
    const { desk } = screen;
    const chosen = desk.find(screen.selected)?.code ?? screen.marker;
    const codes = screen.digits().slice(0, 9).map((uid, i) => {
      const code = uid ? desk.book.get(uid) : undefined;
      return code ? h("button", {
        type: "button", class: `qc-chip${code.uid === chosen ? " qc-sel" : ""}`, "data-code": code.uid, css: { "--h": String(code.shade) }, on: { click: () => { screen.applyCode(code); screen.text.focus(); } },
      }, h("kbd", {}, i + 1), h("span", { class: "qc-bar" }), h("span", {}, screen.names(code)[0])) : null;
    });
    fill(this.strip, h("div", { class: "qc-strip-codes" }, ...codes), h("button", {
      type: "button", class: "qc-chip", on: { click: () => screen.do("pick") },
    }, h("kbd", {}, screen.keys.cap("pick")), screen.say("nCodes", desk.book.usable.length)));
  }

  /** Show which of the codes in reach is chosen. */
  mark(): void {
    const { screen } = this;
    const chosen = screen.desk.find(screen.selected)?.code ?? screen.marker;
    for (const chip of this.strip.querySelectorAll<HTMLElement>("[data-code]")) chip.classList.toggle("qc-sel", chip.dataset["code"] === chosen);
  }

  status(): void {
    const { desk, say } = this.screen;
    const n = desk.outbox.pending.filter((op) => op.action.kind !== "read").length;
    const away = desk.link === "lost" || desk.outbox.overdue;
    const waiting = n > 0 || desk.link !== "open";
    const text = away ? (n ? say("kept", n) : say("lost"))
      : desk.link === "joining" ? say("joining")
      : n ? (desk.outbox.durable ? say("pending", n) : say("unsafe", n))
      : desk.saved ? say("saved", TIME.format(desk.saved)) : say("ready");
    if (this.stat.dataset["text"] === text) return;
    this.stat.dataset["text"] = text;
    this.stat.className = `qc-stat${waiting ? " qc-wait" : ""}`;
    fill(this.stat, waiting ? h("i", { "aria-hidden": "true" }) : icon("check"), text,
      away && desk.link === "lost" ? h("button", { type: "button", class: "qc-btn", on: { click: () => desk.hello() } }, say("reload")) : null);
  }

  /** Tell the kernel, now and then, how far the coder has read. */
  progress(to: number): void {
    const { desk } = this.screen;
    const doc = desk.documents.find((d) => d.uid === desk.state?.document?.uid);
    const furthest = desk.offsets.toPoints(Math.min(to, desk.text.length));
    if (!doc || furthest <= Math.max(doc.furthest, this.read) || !desk.state?.rights.code) return;
    this.read = furthest;
    if (this.told === null) {
      this.told = setTimeout(() => { this.told = null; desk.act({ kind: "read", furthest: this.read }); }, 5000);
    }
  }

  /** A new document starts at its own mark. */
  forget(): void { this.read = 0; }
}

export class Foot {
  readonly element = h("div", { class: "qc-foot" });
  private shown = "";

  constructor(private readonly screen: Screen) {}

  /** The keys that do something right now, and nothing else. */
  draw(): void {
    const { screen } = this;
    const { desk, say, keys } = screen;
    if (!desk.state) return;
    const coding = desk.find(screen.selected);
    const passage = screen.text.passage;
    const last = desk.book.get(screen.recent()[0] ?? "");
    const digits: [string, string] = ["1 – 9", ""];
    let title = "";
    const items: [string, string][] = [];
    const key = (command: Command, word: Word, ...values: string[]): void => { items.push([keys.cap(command), say(word, ...values)]); };
    if (screen.edge) {
      title = say(screen.edge === "start" ? "leftEdge" : "rightEdge");
      items.push(["← →", say("moveEdge")], ["Shift+← →", say("byChar")], [screen.edge === "start" ? keys.cap("right_edge") : keys.cap("left_edge"), say("otherEdge")], ["Esc", say("done")]);
    } else if (coding?.state === "ghost") {
      title = say("onSuggestion");
      key("accept", "accept"); key("refuse", "refuse"); key("next_coding", "k_next_coding"); key("leave", "letGo");
    } else if (coding) {
      title = say("onCoding");
      key("recode", "recode"); key("memo", "memo"); items.push([`${keys.cap("left_edge")}+${keys.cap("right_edge")}`, say("edges")]);
      key("remove", "remove"); key("overlap", "nextOverlap"); items.push([digits[0], say("addCode")]); key("pick", "pick"); key("undo", "undoKey");
    } else if (passage) {
      title = say("oneSelected");
      items.push([digits[0], say("code")]);
      if (last) key("again", "again", screen.names(last)[0]);
      key("pick", "pickCode"); key("in_vivo", "inVivo"); key("extend_next", "extend"); key("leave", "letGo");
    } else {
      title = "";
      items.push([`${keys.cap("next_sentence")}+${keys.cap("previous_sentence")}`, say("sentenceKey")], [digits[0], say("code")]);
      key("again", "lastAgain"); key("pick", "pickCode"); key("marker", "lockCode"); key("next_coding", "k_next_coding"); key("undo", "undoKey");
    }
    const locked = screen.markerOn && screen.marker ? desk.book.get(screen.marker) : null;
    const stamp = JSON.stringify([title, items, locked?.uid, screen.wide < 900]);
    if (stamp === this.shown) return;
    this.shown = stamp;
    fill(this.element,
      locked && h("span", { class: "qc-lockline", css: { "--h": String(locked.shade) } }, icon("lock"), say("markerOn", screen.names(locked)[0]), h("kbd", {}, keys.cap("marker")), say("markerEnds")),
      title && h("b", {}, title),
      h("div", { class: "qc-foot-keys" }, ...items.map(([caps, word]) => h("span", {}, ...capsOf(caps), word))),
      h("button", { type: "button", class: "qc-helpkey", on: { click: () => screen.do("help") } }, h("kbd", {}, keys.cap("help")), say("allKeys")));
  }
}

/** "j+k" as two key caps, "1 – 9" as a range. */
export function capsOf(caps: string): (Node | string)[] {
  if (caps.includes(" – ")) {
    const [a, b] = caps.split(" – ");
    return [h("kbd", {}, a), "– ", h("kbd", {}, b)];
  }
  const parts = caps.startsWith("Shift+← →") ? ["Shift", "←", "→"] : caps === "← →" ? ["←", "→"] : caps.length > 1 ? caps.split("+") : [caps];
  return parts.map((part) => h("kbd", {}, part));
}
