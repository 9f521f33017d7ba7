/** Finding codes by what a coder types: name, 中文, pinyin, initials, synonym, letters along the path. */

import type { Code, Codebook } from "./codes";

export interface Match {
  code: Code;
  score: number;
  /** What was matched, as [start, end) in that field. */
  name: [number, number][];
  zh: [number, number][];
  path: [number, number][];
  /** Matched letters of each pinyin syllable: [syllable, letters]. */
  pinyin: [number, number][];
  by: "name" | "zh" | "pinyin" | "initials" | "alias" | "path" | "";
}

const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const squeeze = (text: string): string => plain(text).replace(/[\s·'’-]+/g, "");

function runs(hits: number[]): [number, number][] {
  const out: [number, number][] = [];
  for (const at of hits) {
    const last = out[out.length - 1];
    if (last && last[1] === at) last[1] = at + 1;
    else out.push([at, at + 1]);
  }
  return out;
}

/** Letters in order; the start of a word is preferred over the inside of one. */
function inOrder(query: string, text: string): number[] | null {
  const hits: number[] = [];
  let at = 0;
  for (const letter of query) {
    let found = text.indexOf(letter, at);
    if (found < 0) return null;
    if (hits.length === 0 || found !== at) {
      for (let next = found; next >= 0; next = text.indexOf(letter, next + 1)) {
        if (next === 0 || /[\s›>-]/.test(text[next - 1]!)) {
          if (inOrderFits(query.slice(hits.length + 1), text, next + 1)) found = next;
          break;
        }
      }
    }
    hits.push(found);
    at = found + 1;
  }
  return hits;
}

function inOrderFits(rest: string, text: string, at: number): boolean {
  for (const letter of rest) {
    const found = text.indexOf(letter, at);
    if (found < 0) return false;
    at = found + 1;
  }
  return true;
}

/** Letters that cover syllables from some syllable on, each by a prefix: "ry", "rongy", "zix". */
function prefixRun(query: string, syllables: string[]): [number, number][] | null {
  const try_ = (q: string, k: number): [number, number][] | null => {
    if (!q) return [];
    const syllable = syllables[k];
    if (!syllable) return null;
    for (let n = Math.min(q.length, syllable.length); n > 0; n--) {
      if (!syllable.startsWith(q.slice(0, n))) continue;
      const rest = try_(q.slice(n), k + 1);
      if (rest) return [[k, n], ...rest];
    }
    return null;
  };
  for (let from = 0; from < syllables.length; from++) {
    const found = try_(query, from);
    if (found) return found;
  }
  return null;
}

/** The same over the words of a name: "hod" is Ho|nour d|enied before it is anything that only holds the letters. */
function wordRun(query: string, name: string): [number, number][] | null {
  const words = [...name.matchAll(/[\p{L}\p{N}]+/gu)];
  const found = query.length > 1 ? prefixRun(query, words.map(([word]) => word)) : null;
  return found && found.map(([k, n]) => [words[k]!.index, words[k]!.index + n]);
}

const empty = (code: Code, score: number): Match => ({ code, score, name: [], zh: [], path: [], pinyin: [], by: "" });

/** How well a code fits; null where it does not. Lower scores are better. */
export function matchCode(query: string, code: Code, path: string): Match | null {
  const q = plain(query.trim());
  if (!q) return empty(code, 0);
  const name = plain(code.name);
  const out = empty(code, 0);
  const place = name.length === code.name.length ? name.indexOf(q) : code.name.toLowerCase().indexOf(q);
  const zhPlace = code.zh.toLowerCase().indexOf(query.trim().toLowerCase());
  if (name === q || code.zh === query.trim()) out.score = 1;
  else if (place === 0) out.score = 2;
  else if (zhPlace === 0) out.score = 2.5;
  else if (place > 0 && /[\s-]/.test(name[place - 1]!)) out.score = 3;
  if (place >= 0) { out.name = [[place, place + q.length]]; out.by = "name"; }
  if (zhPlace >= 0) { out.zh = [[zhPlace, zhPlace + query.trim().length]]; out.by = "zh"; }
  if (out.score) return out;
  if (zhPlace >= 0) return { ...out, score: 3.5 };
  const syllables = code.pinyin.map(plain);
  const tight = squeeze(query);
  const spoken = /^[a-z]+$/.test(tight) ? prefixRun(tight, syllables) : null;
  if (spoken) {
    const initials = spoken.every(([, n]) => n === 1) && tight.length > 1;
    return { ...empty(code, initials ? 5 : 4 + spoken[0]![0] / 100), pinyin: spoken, by: initials ? "initials" : "pinyin" };
  }
  const starts = wordRun(tight, name);
  if (starts && name.length === code.name.length) return { ...empty(code, 5.5), name: starts, by: "initials" };
  if (place > 0) return { ...out, score: 6 };
  if (code.aliases.some((alias) => plain(alias).includes(q))) return { ...empty(code, 7), by: "alias" };
  const whole = `${path} › ${code.name}`;
  const hits = inOrder(q.replace(/\s+/g, ""), plain(whole));
  if (!hits || plain(whole).length !== whole.length) return null;
  const spread = (hits[hits.length - 1]! - hits[0]!) / 1000;
  const cut = path.length + 3;
  return {
    ...empty(code, 8 + spread),
    name: runs(hits.filter((at) => at >= cut).map((at) => at - cut)),
    path: runs(hits.filter((at) => at < path.length)),
    by: "path",
  };
}

/** Codes in order of fit; recent before old, then the order of the book. */
export function findCodes(query: string, book: Codebook, recent: string[], language: string): Match[] {
  const out: Match[] = [];
  for (const code of book.usable) {
    const path = book.ancestors(code).map((up) => (language === "zh" && up.zh ? up.zh : up.name)).join(" › ");
    const match = matchCode(query, code, path);
    if (match) out.push(match);
  }
  const rank = (match: Match): number => {
    const at = recent.indexOf(match.code.uid);
    return at < 0 ? recent.length : at;
  };
  const order = new Map(out.map((match, i) => [match, i]));
  const tier = (match: Match): number => Math.floor(match.score * 2);
  return out.sort((a, b) => tier(a) - tier(b) || rank(a) - rank(b) || a.score - b.score || order.get(a)! - order.get(b)!);
}

/** Codes whose name is nearly this one, so that a new code does not double an old one. */
export function nearDuplicates(name: string, book: Codebook): Code[] {
  const wanted = squeeze(name);
  if (!wanted) return [];
  const close = (other: string): boolean => {
    const text = squeeze(other);
    if (!text) return false;
    if (text === wanted) return true;
    const [short, long] = text.length < wanted.length ? [text, wanted] : [wanted, text];
    if (short.length >= 4 && long.includes(short) && short.length / long.length > 0.6) return true;
    return long.length >= 4 && distance(text, wanted) <= Math.floor(long.length / 5);
  };
  return book.order.filter((code) => close(code.name) || close(code.zh) || code.aliases.some(close)).slice(0, 5);
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
