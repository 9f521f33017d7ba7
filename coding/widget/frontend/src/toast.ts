/** Short words over the text, and the same words for a screen reader. */

import { fill, h } from "./dom";
import type { Screen } from "./screen";

const SHOWN = 4000;

export class Toast {
  readonly element = h("div", { class: "qc-toast", hidden: true });
  readonly assertive = h("div", { class: "qc-said", role: "alert" });
  readonly polite = h("div", { class: "qc-said", role: "status" });
  private last = 0;

  constructor(private readonly screen: Screen) {}

  flash(text: string): void {
    fill(this.element, h("span", {}, text));
    this.element.hidden = false;
    this.say(text);
    const shown = ++this.last;
    setTimeout(() => { if (this.last === shown) this.notices(); }, SHOWN);
  }

  /** A frame later: a voice is in no hurry, and no key shall wait for its words. */
  say(text: string): void { requestAnimationFrame(() => setTimeout(() => { this.polite.textContent = text; })); }

  /** What was refused stays until it is read. */
  notices(): void {
    const { desk, say } = this.screen;
    const notice = desk.notices[desk.notices.length - 1];
    this.last += 1;
    this.element.hidden = !notice;
    if (!notice) return;
    this.assertive.textContent = notice.text;
    this.element.classList.toggle("qc-alarm", notice.tone === "bad");
    fill(this.element, h("span", {}, notice.text),
      notice.kept ? h("button", { type: "button", class: "qc-btn", on: { click: () => void navigator.clipboard?.writeText(notice.kept!) } }, say("copy")) : null,
      h("button", { type: "button", class: "qc-btn", on: { click: () => { desk.dismiss(notice.id); this.element.classList.remove("qc-alarm"); } } }, say("dismiss")));
  }
}
