/** The coding at the caret: code, rules, memo, who and when; while a passage waits for its code, the rules of the code that is at hand. */

import type { Code } from "./codes";
import { fill, h, icon } from "./dom";
import type { Coding } from "./model";
import type { Screen } from "./screen";

export class Card {
  readonly element: HTMLElement;
  private shown = "";

  constructor(private readonly screen: Screen) {
    this.element = h("aside", { class: "qc-card", "aria-label": screen.say("region_card"), tabindex: "-1", hidden: true });
  }

  draw(): void {
    const { desk, selected, text } = this.screen;
    const coding = desk.find(selected) ?? null;
    const code = coding ? desk.book.get(coding.code) : text.passage ? this.screen.atHand() : undefined;
    if (code) this.show(code, coding);
    else this.hide();
  }

  private hide(): void {
    this.shown = "";
    if (!this.element.hidden) { this.element.hidden = true; this.screen.text.view.requestMeasure(); }
  }

  private show(code: Code, coding: Coding | null): void {
    const { screen } = this;
    const { desk, say } = screen;
    const memos = coding ? desk.memosOn(coding.uid) : desk.memosOn(code.uid);
    const stamp = JSON.stringify([code.uid, code.version, coding?.uid, coding?.state, memos, screen.language(), coding && this.among(coding), screen.wide < 900]);
    if (stamp === this.shown) return;
    this.shown = stamp;
    const [leaf, other] = screen.names(code);
    const ups = desk.book.ancestors(code).map((up) => screen.names(up)[0]).join(" › ");
    const path = [ups && say("inPath", ups), coding && this.among(coding)].filter(Boolean).join(" · ");
    const include = screen.rule(code, "include");
    const exclude = screen.rule(code, "exclude");
    this.element.style.setProperty("--h", String(code.shade));
    fill(this.element,
      h("div", { class: "qc-what" }, h("h3", {}, h("span", { class: "qc-bar" }), leaf, other && h("span", { class: "qc-zh" }, other)),
        path && h("div", { class: "qc-path" }, path), h("p", {}, screen.rule(code, "definition"))),
      include ? h("dl", {}, h("dt", {}, say("include")), h("dd", {}, include)) : h("span"),
      exclude ? h("dl", {}, h("dt", {}, say("exclude")), h("dd", {}, exclude)) : h("span"),
      h("div", { class: "qc-side" }, ...memos.slice(0, 3).map((memo) => h("div", { class: "qc-memo" }, memo.body)), coding ? this.facts(coding, code) : this.next(code)));
    const was = this.element.hidden;
    this.element.hidden = false;
    if (was) screen.text.view.requestMeasure();
    // the card takes room from the text: what was chosen near the lower edge must stay in sight
    if (coding && was) screen.text.reveal(coding.start, Math.min(coding.end, coding.start + 200));
  }

  private among(coding: Coding): string {
    const { screen } = this;
    const here = screen.desk.index.within(coding.start, coding.end).filter((c) => screen.look(c).shown);
    return here.length > 1 ? screen.say("ofHere", here.findIndex((c) => c.uid === coding.uid) + 1, here.length) : "";
  }

  private next(code: Code): HTMLElement {
    const { screen } = this;
    if (screen.markerOn) return h("div", { class: "qc-facts qc-next" }, icon("lock"), screen.say("locked", screen.names(code)[0]));
    return h("div", { class: "qc-facts qc-next" }, h("span", {}, h("kbd", {}, screen.keys.cap("again")), screen.say("again", screen.names(code)[0])));
  }

  private facts(coding: Coding, code: Code): HTMLElement {
    const { screen } = this;
    const { desk, say } = screen;
    const time = coding.created ? new Date(coding.created).toLocaleString([], { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false }) : "";
    const who = coding.coder ? desk.coderName(coding.coder) : say("suggestion");
    const behind = coding.version > 0 && coding.version < code.version;
    return h("div", { class: "qc-facts" },
      h("span", {}, [who, time].filter(Boolean).join(", ")),
      coding.version > 0 && h("span", {}, say("underBook", coding.version), behind && `; ${say("rewritten", code.version)}`),
      coding.state === "pending" && h("span", { class: "qc-pend" }, say("pendingWord")),
      coding.why && h("span", { class: "qc-bad", role: "alert" }, icon("close"), `${say("notSaved")}: ${coding.why}`));
  }
}
