/** Codes change places in the tree, by key and by mouse. */

import type { Code } from "./codes";
import type { Screen } from "./screen";

export type Place = "before" | "after" | "under";

function siblings(screen: Screen, code: Code): Code[] {
  const parent = code.parent ? screen.desk.book.get(code.parent) : undefined;
  return parent ? parent.children : screen.desk.book.roots;
}

function put(screen: Screen, code: Code, parent: string | null, position: number | null): void {
  if (!screen.desk.state?.rights.codebook) return screen.flash(screen.say("bookClosed"));
  screen.desk.act({ kind: "arrange", code: code.uid, parent, position });
}

/** Alt and an arrow: up and down among the siblings, right under the one above, left out of the parent. */
export function arrange(screen: Screen, code: Code, key: string): void {
  const { book } = screen.desk;
  const here = siblings(screen, code);
  const at = here.indexOf(code);
  const parent = code.parent ? book.get(code.parent) : undefined;
  const above = here[at - 1];
  if (key === "ArrowUp" && above) put(screen, code, code.parent, at - 1);
  else if (key === "ArrowDown" && at < here.length - 1) put(screen, code, code.parent, at + 1);
  else if (key === "ArrowRight" && above) put(screen, code, above.uid, null);
  else if (key === "ArrowLeft" && parent) put(screen, code, parent.parent, siblings(screen, parent).indexOf(parent) + 1);
}

/** A code was dropped on another one's row. */
export function dropped(screen: Screen, code: Code, on: Code, place: Place): void {
  if (code === on || screen.desk.book.ancestors(on).includes(code)) return;
  if (place === "under") return put(screen, code, on.uid, null);
  const rest = siblings(screen, on).filter((other) => other !== code);
  put(screen, code, on.parent, rest.indexOf(on) + (place === "after" ? 1 : 0));
}
