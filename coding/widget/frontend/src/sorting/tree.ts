/** The order of the board: loose codes first, then the tree, folded and filtered. */

export interface Code { uid: string; parent: string | null; level: number; name: string; name_zh: string; hue: number; stage: "" | "open" | "axial" | "selective"; count: number; memos: number; definition: string; definition_zh: string }
export interface BoardRow { code: Code; level: number; parent: boolean; loose: boolean }

/** Codes come parents first; a code at the top without children is loose, waiting to be sorted. */
export function arrange(codes: Code[], closed: ReadonlySet<string>, filter: string): BoardRow[] {
  const parents = new Set(codes.map((c) => c.parent).filter((uid): uid is string => uid !== null));
  const loose = (c: Code): boolean => c.parent === null && !parents.has(c.uid);
  const wanted = filter.trim().toLocaleLowerCase();
  const row = (code: Code): BoardRow => ({ code, level: wanted ? 0 : code.level, parent: parents.has(code.uid), loose: loose(code) });
  if (wanted) return codes.filter((c) => `${c.name} ${c.name_zh}`.toLocaleLowerCase().includes(wanted)).map(row);
  const out = codes.filter(loose).map(row);
  let folded = Infinity;
  for (const code of codes) {
    if (loose(code) || code.level > folded) continue;
    folded = closed.has(code.uid) && parents.has(code.uid) ? code.level : Infinity;
    out.push(row(code));
  }
  return out;
}
