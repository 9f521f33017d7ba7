/** Which key does what. Keys can be remapped; digits go by place on the keyboard, not by layout. */

export type Command =
  | "next_sentence" | "previous_sentence" | "extend_next" | "extend_previous" | "turn" | "again" | "pick" | "in_vivo" | "marker"
  | "next_coding" | "previous_coding" | "overlap" | "left_edge" | "right_edge" | "recode" | "remove" | "memo" | "definition"
  | "search" | "undo" | "redo" | "leave" | "regions" | "next_document" | "previous_document" | "others" | "list" | "help" | "reading"
  | "beside" | "older" | "paratext" | "accept" | "refuse" | "larger" | "smaller" | "finish" | "right" | "left" | "select_right" | "select_left" | "down" | "up";

export type KeyTable = Record<Command, string[]>;

export const DEFAULT_KEYS: KeyTable = {
  next_sentence: ["j"], previous_sentence: ["k"], extend_next: ["Shift+J", "Shift+ArrowDown"], extend_previous: ["Shift+K", "Shift+ArrowUp"],
  turn: ["t"], again: ["Space", "."], pick: ["/"], in_vivo: ["i"], marker: ["l"],
  next_coding: ["n"], previous_coding: ["p"], overlap: ["Tab"], left_edge: ["["], right_edge: ["]"], recode: ["r"], remove: ["Delete", "Backspace"],
  memo: ["m"], definition: ["d"], search: ["f", "Mod+f"], undo: ["u", "Mod+z"], redo: ["Shift+U", "Mod+Shift+Z", "Mod+y"], leave: ["Escape"],
  regions: ["F6"], next_document: ["Mod+ArrowDown"], previous_document: ["Mod+ArrowUp"], others: ["b"], list: ["v"], help: ["?"], reading: ["Shift+R"],
  beside: ["w"], older: ["o"], paratext: ["Shift+X"], accept: ["Enter"], refuse: ["x"], larger: ["="], smaller: ["-"], finish: ["Shift+F"], right: ["ArrowRight"], left: ["ArrowLeft"],
  select_right: ["Shift+ArrowRight"], select_left: ["Shift+ArrowLeft"], down: ["ArrowDown"], up: ["ArrowUp"],
};

/** The name of a pressed key as the table writes it. */
export function keyName(event: Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">): string {
  let key = event.key === " " ? "Space" : event.key;
  // a full-width layout sends full-width punctuation; the place on the keyboard still says which key it is
  const wide: Record<string, string> = { "【": "[", "】": "]", "、": "/", "。": ".", "？": "?", "／": "/", "［": "[", "］": "]" };
  key = wide[key] ?? key;
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push("Mod");
  if (event.altKey) parts.push("Alt");
  const letter = /^[a-z]$/i.test(key);
  if (event.shiftKey && (letter || key.length > 1)) parts.push("Shift");
  if (letter) key = event.shiftKey ? key.toUpperCase() : key.toLowerCase();
  return [...parts, key].join("+");
}

/** The digit of a key press, by its place; null with a modifier or for any other key. */
export function digitOf(event: Pick<KeyboardEvent, "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): number | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return null;
  const hit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  return hit ? Number(hit[1]) : null;
}

export class Keys {
  readonly table: KeyTable;
  private readonly byKey = new Map<string, Command>();

  constructor(changes: Record<string, string[]> = {}) {
    this.table = { ...DEFAULT_KEYS };
    for (const [command, keys] of Object.entries(changes)) {
      if (command in this.table && Array.isArray(keys)) this.table[command as Command] = keys;
    }
    // a remapped key wins over the default owner of that key
    const order = (Object.keys(this.table) as Command[]).sort((a, b) => Number(a in changes) - Number(b in changes));
    for (const command of order) for (const key of this.table[command]) this.byKey.set(key, command);
    for (const command of order) this.table[command] = this.table[command].filter((key) => this.byKey.get(key) === command);
  }

  command(event: KeyboardEvent): Command | null { return this.byKey.get(keyName(event)) ?? null; }

  /** The first key of a command as it is printed on a key cap. */
  cap(command: Command): string { return capOf(this.table[command][0] ?? ""); }
}

export function capOf(key: string): string {
  const names: Record<string, string> = {
    Mod: "Ctrl", Delete: "Del", Escape: "Esc", ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→",
  };
  return key.split("+").map((part) => names[part] ?? part).join(" ");
}
