/** Questions to the kernel and their answers, for screens that show what the kernel computed. */

import type { Language } from "./say";
import { followTheme } from "./theme";

export interface Comm {
  send(content: unknown): void;
  on(event: "msg:custom", handler: (message: Answer) => void): void;
  off(event: "msg:custom", handler: (message: Answer) => void): void;
}
/** What a question may carry; `type` and `id` belong to the envelope. */
export type Body = { [field: string]: unknown; type?: never; id?: never };
export interface Answer { type: string; id?: string; error?: string; [field: string]: unknown }

/** The language of the interface: what was asked for, else JupyterLab's. */
export const spoken = (asked: Language | null): Language => asked ?? (document.documentElement.lang.toLowerCase().startsWith("zh") ? "zh" : "en");

export class Channel {
  private readonly waiting = new Map<string, { done: (answer: Answer) => void; failed: (error: Error) => void; timer: number }>();
  private next = 0;
  private readonly mark = Math.random().toString(36).slice(2, 10);
  /** Called for what the kernel sends unasked. */
  heard: (message: Answer) => void = () => {};

  constructor(private readonly comm: Comm) {
    comm.on("msg:custom", this.receive);
  }

  close(): void {
    this.comm.off("msg:custom", this.receive);
    for (const { timer } of this.waiting.values()) clearTimeout(timer);
  }

  private readonly receive = (message: Answer): void => {
    const waiting = message.id ? this.waiting.get(message.id) : undefined;
    if (!waiting) return message.id ? undefined : this.heard(message);
    this.waiting.delete(message.id!);
    clearTimeout(waiting.timer);
    if (message.error) waiting.failed(new Error(message.error));
    else waiting.done(message);
  };

  /** Ask and wait. A kernel that was restarted never answers: after a while the promise fails, so that the screen can say so. */
  ask<T extends object>(type: string, body: Body = {}, patience = 60_000): Promise<T> {
    const id = `${this.mark}-${this.next++}`;
    return new Promise((done, failed) => {
      const timer = window.setTimeout(() => {
        this.waiting.delete(id);
        failed(new Error("disconnected"));
      }, patience);
      this.waiting.set(id, { done: done as (answer: Answer) => void, failed, timer });
      this.comm.send({ ...body, type, id });
    });
  }
}

/** Keep a screen's keys from the notebook and its colours with JupyterLab's theme; returns what ends both. */
export function settleIn(root: HTMLElement): () => void {
  root.dataset.lmSuppressShortcuts = "true";
  for (const type of ["keydown", "keyup", "keypress"] as const) root.addEventListener(type, (event) => event.stopPropagation());
  return followTheme(root, (dark) => root.toggleAttribute("data-dark", dark));
}
