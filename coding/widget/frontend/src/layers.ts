/** Codings as they are drawn: those that the kernel confirmed, with what is unconfirmed laid over them. */

import { byPlace } from "./lanes";
import type { Coding } from "./model";
import type { CodingRow } from "./protocol";

/** A document may have thousands of codings and every key lays anew: the confirmed ones are never copied. */
export class Layers {
  private confirmed = new Map<string, Coding>();
  private ordered: Coding[] = [];
  private readonly over = new Map<string, Coding>();
  private readonly hidden = new Set<string>();

  /** Begin with these confirmed codings. */
  reset(rows: CodingRow[]): void {
    this.confirmed.clear();
    this.strip();
    this.confirm(rows, []);
  }

  /** Take in what the kernel confirmed. */
  confirm(added: CodingRow[], removed: string[]): void {
    for (const uid of removed) this.confirmed.delete(uid);
    for (const row of added) this.confirmed.set(row.uid, { ...row, row: 0, state: "plain" });
    this.ordered = [...this.confirmed.values()].sort(byPlace);
  }

  /** Take away everything unconfirmed. */
  strip(): void {
    this.over.clear();
    this.hidden.clear();
  }

  get(uid: string): Coding | undefined {
    return this.over.get(uid) ?? (this.hidden.has(uid) ? undefined : this.confirmed.get(uid));
  }

  put(coding: Coding): void { this.over.set(coding.uid, coding); }

  hide(uid: string): void {
    this.over.delete(uid);
    this.hidden.add(uid);
  }

  /** All that is to be drawn, in the order of drawing. */
  drawn(): Coding[] {
    const below = this.hidden.size ? this.ordered.filter((coding) => !this.hidden.has(coding.uid)) : this.ordered;
    return this.over.size ? [...below, ...this.over.values()].sort(byPlace) : below;
  }
}
