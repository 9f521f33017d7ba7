/**
 * A kernel of paper: speaks the protocol from memory, so that the front end can be shown, tested and
 * measured alone. ?dark ?zh ?narrow=900 ?size=1000000&codings=5000 ?deep=70 ?deaf (never answers ops)
 * ?others ?closed. The object `paper` on the window is what tests look at.
 */
import widget from "../../static/text_coder.js";
import { english, chinese, names } from "./sample.js";

const ask = new URLSearchParams(location.search);
const zh = ask.has("zh");
if (ask.has("dark")) document.body.dataset.jpThemeLight = "false";
else document.body.dataset.jpThemeLight = "true";
const cell = document.getElementById("cell");
if (ask.get("narrow")) cell.style.width = `${ask.get("narrow")}px`;

const id = (n) => `00000000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
let serial = 100000;
const codes = names.map(([name, zhName, parent, pinyin, definition, include, exclude, hue], i) => ({
  uid: id(1000 + i), name, zh: zhName, parent: parent === null ? null : id(1000 + parent), hue: hue ?? null, definition, definition_zh: "", include, include_zh: "",
  exclude, exclude_zh: "", aliases: name === "Peer pressure" ? ["rivalry"] : [], pinyin: pinyin ? pinyin.split(" ") : [], codable: hue !== undefined,
  exclusive: false, retired: false, version: name === "Ranking" ? 2 : 1,
}));
const me = { uid: id(1), name: "amira" };
const ben = { uid: id(2), name: "ben" };

function sized(target, parts) {
  const out = [];
  let n = 0;
  for (let i = 0; n < target; i++) { const p = parts[i % parts.length]; out.push(p); n += p.length * (zh ? 3 : 1) + 1; }
  return out.join("\n");
}
const source = zh ? chinese : english;
const text = ask.get("size") ? sized(Number(ask.get("size")), source.lines) : source.lines.join("\n");
const points = [...text];
const toPoint = (unit) => [...text.slice(0, unit)].length;

const paragraphs = []; const sentences = []; const turns = []; const speakers = [];
{
  let at = 0;
  const ends = zh ? /[^。？！]+[。？！]+[”’」]?/g : /[^.?!]+[.?!]+[”’)]?\s*/g;
  for (const line of text.split("\n")) {
    const n = [...line].length;
    const off = /^(Transcript|Recorded|访谈编号|转写说明)/.test(line);
    const label = /^([^\s:：]{1,14})[:：]\s?/.exec(line);
    const labelPoints = label ? [...label[0]].length : 0;
    if (n) paragraphs.push([at, at + n, /[\u4e00-\u9fff]/.test(line.slice(0, 60)) ? 1 : 0, 0, off ? 0 : 1]);
    if (label && !off) {
      let s = speakers.indexOf(label[1]);
      if (s < 0) s = speakers.push(label[1]) - 1;
      turns.push([at, at + n, at + labelPoints, s, /^(Interviewer|访谈员)$/.test(label[1]) ? 1 : 0]);
    }
    if (n && !off) {
      const body = [...line].slice(labelPoints).join("");
      let seen = 0; let any = false;
      for (const hit of body.matchAll(ends)) {
        const start = [...body.slice(0, hit.index)].length;
        const piece = hit[0].trimEnd();
        sentences.push([at + labelPoints + start, at + labelPoints + start + [...piece].length]);
        seen = hit.index + hit[0].length; any = true;
      }
      if (!any || body.slice(seen).trim()) { const s = [...body.slice(0, seen)].length; sentences.push([at + labelPoints + s, at + n]); }
    }
    at += n + 1;
  }
}

const rows = [];
function row(code, start, end, coder = me, extra = {}) {
  const made = { uid: id(serial++), start, end, code, coder: coder.uid, version: 1, round: null, created: Date.UTC(2026, 4, 14, 14, 32), ...extra };
  rows.push(made);
  return made;
}
const usable = codes.filter((c) => c.codable);
if (ask.get("codings")) {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let i = 0; i < Number(ask.get("codings")); i++) {
    const start = Math.floor(random() * (points.length - 400));
    row(usable[Math.floor(random() * usable.length)].uid, start, start + 20 + Math.floor(random() * 220));
  }
} else if (ask.get("deep")) {
  const deep = Number(ask.get("deep"));
  for (let block = 0; block + 4000 < points.length; block += 4000) for (let i = 0; i < deep; i++) row(usable[i % usable.length].uid, block + i * 5, block + 3900 - i * 5);
} else {
  for (const [code, from, to, who] of source.codings) {
    const start = text.indexOf(from);
    const end = to ? text.indexOf(to, start) + to.length : start + from.length;
    if (start < 0 || end <= start) throw Error(`not found: ${from} … ${to}`);
    row(codes.find((c) => c.name === code).uid, toPoint(start), toPoint(end), who === "ben" ? ben : me);
  }
}
const memos = source.memo && !ask.get("codings") && !ask.get("deep") ? [{ uid: id(5), about: [rows[source.memo[0]].uid], body: source.memo[1], coder: me.uid, modified: 0 }] : [];
const suggestions = [];
if (source.suggest && !ask.get("size")) {
  const start = toPoint(text.indexOf(source.suggest[1]));
  suggestions.push({ uid: id(6), start, end: start + [...source.suggest[1]].length, code: codes.find((c) => c.name === source.suggest[0]).uid, source: "cues" });
}

const documents = source.documents.map(([name, status, share, n], i) => ({
  uid: id(10 + i), name, language: zh ? "zh" : "en", kind: "interview", folder: "", length: 10000, codings: n, status, furthest: share * 100,
}));
let current = source.current;
let revision = 1;
const done = new Map();
const undo = []; const redo = [];
const counts = () => { const all = {}; for (const r of rows) all[r.code] = (all[r.code] ?? 0) + 1; return all; };
const paper = { rows, memos, codes, documents, ops: [], deaf: ask.has("deaf"), drop: 0, text, points, suggestions, answers: 0, hears: true };
window.paper = paper;

function stateMessage() {
  const index = codes.map((c) => c.uid); const coders = [me, ben];
  rows.sort((a, b) => a.start - b.start || b.end - a.end);
  const n = rows.length; const table = new Uint32Array(7 * n); const ids = new Uint8Array(16 * n);
  const place = new Map(index.map((uid, i) => [uid, i]));
  rows.forEach((r, i) => {
    table[i] = r.start; table[n + i] = r.end; table[2 * n + i] = place.get(r.code); table[3 * n + i] = r.coder === me.uid ? 0 : 1;
    table[4 * n + i] = r.version; table[6 * n + i] = Math.floor(r.created / 1000);
    const hex = r.uid.replaceAll("-", "");
    for (let b = 0; b < 16; b++) ids[16 * i + b] = parseInt(hex.slice(2 * b, 2 * b + 2), 16);
  });
  const view = (array) => new DataView(array.buffer, array.byteOffset, array.byteLength);
  const doc = documents[current];
  const message = {
    v: 1, kind: "state", revision, session: "paper", project: { uid: id(3), name: source.project, file: "study.coding" }, coder: me, coders, rounds: [],
    codes, code_index: index, counts: counts(), documents,
    document: { uid: doc.uid, name: doc.name, version: 1, sha256: "paper", language: zh ? "zh" : "en", details: { en: source.details, zh: source.details } },
    languages: ["en", "zh"], roles: ["body"], speakers, memos, suggestions,
    rights: { code: true, codebook: !ask.has("closed"), others: ask.has("others"), why: "" },
    options: { language: zh ? "zh" : "en", keys: {}, digits: source.digits.map((name) => codes.find((c) => c.name === name).uid) },
  };
  return [message, [view(new TextEncoder().encode(text)), view(table), view(ids), view(Uint32Array.from(sentences.flat())), view(Uint32Array.from(paragraphs.flat())), view(Uint32Array.from(turns.flat()))]];
}

function apply(op) {
  const a = op.action; const from = revision; const added = []; const removed = []; const out = {};
  const take = (uid) => { const at = rows.findIndex((r) => r.uid === uid); if (at < 0) return null; removed.push(uid); return rows.splice(at, 1)[0]; };
  const step = { out: [], in: [] };
  const put = (made) => { added.push(made); step.in.push(made); out.coding = made.uid; };
  const drop = (uid) => { const old = take(uid); if (old) step.out.push(old); return old; };
  if (a.kind === "code") put(row(a.code, a.start, a.end, me, { created: Date.now() }));
  else if (a.kind === "create") {
    const made = { ...codes[1], uid: id(serial++), name: a.name, zh: "", parent: a.parent, hue: 40, definition: "", include: "", exclude: "", pinyin: [], aliases: [], codable: true };
    codes.push(made); out.code = made.uid;
    if (a.start !== undefined) put(row(made.uid, a.start, a.end, me, { created: Date.now() }));
  } else if (a.kind === "remove") drop(a.coding);
  else if (a.kind === "recode" || a.kind === "move") {
    const old = drop(a.coding);
    if (old) put(row(a.code ?? old.code, a.start ?? old.start, a.end ?? old.end, me, { created: Date.now() }));
  } else if (a.kind === "memo") {
    const at = memos.findIndex((m) => m.uid === a.memo);
    if (at >= 0) memos.splice(at, 1);
    if (a.body) memos.push({ uid: id(serial++), about: [a.about], body: a.body, coder: me.uid, modified: 0 });
  } else if (a.kind === "undo" || a.kind === "redo") {
    const last = (a.kind === "undo" ? undo : redo).pop();
    out.done = last ? "code" : null;
    if (last) {
      for (const gone of last.in) take(gone.uid);
      for (const back of last.out) { rows.push(back); added.push(back); }
      (a.kind === "undo" ? redo : undo).push({ in: last.out, out: last.in });
    }
  } else if (a.kind === "accept" || a.kind === "refuse") {
    const at = suggestions.findIndex((s) => s.uid === a.suggestion);
    const [s] = suggestions.splice(at, 1);
    if (s && a.kind === "accept") put(row(s.code, s.start, s.end));
  } else if (a.kind === "edit") Object.assign(codes.find((c) => c.uid === a.code), a.fields);
  else if (a.kind === "finish") documents[current].status = a.finished ? "finished" : "started";
  if (step.in.length || step.out.length) { undo.push(step); redo.length = 0; }
  revision += 1;
  return { ...out, delta: { from, revision, document: documents[current].uid, added, removed, codes, counts: counts(), memos: [...memos], suggestions: [...suggestions], documents } };
}

const listeners = [];
const post = (content, buffers = []) => setTimeout(() => listeners.forEach((l) => l(structuredClone(content), buffers)), 0);
paper.post = post;
paper.state = () => post(...stateMessage());
const model = {
  get: () => undefined,
  on: (event, listener) => listeners.push(listener),
  off: () => undefined,
  send(message) {
    if (!paper.hears) return;
    const m = structuredClone(message);
    if (m.kind === "hello") { const [state, buffers] = stateMessage(); paper.answered = performance.now(); setTimeout(() => { paper.answered = performance.now(); listeners.forEach((l) => l(state, buffers)); }, 0); }
    if (m.kind === "open") { current = documents.findIndex((d) => d.uid === m.document); paper.state(); }
    if (m.kind === "search") post({ v: 1, kind: "found", query: m.query, hits: [], more: false });
    if (m.kind === "op") setTimeout(() => this.work(m), 5);
  },
  work(m) {
    paper.ops.push(m.op);
    if (paper.deaf) return;
    if (paper.refuse) return post({ v: 1, kind: "nack", id: m.op.id, reason: "refused", message: paper.refuse });
    if (!done.has(m.op.id)) { done.set(m.op.id, apply(m.op)); }
    const answer = done.get(m.op.id);
    paper.answers += 1;
    post({ v: 1, kind: "ack", id: m.op.id, ...answer });
  },
};
if (!ask.has("manual")) {
  widget.initialize({ model });
  widget.render({ model, el: cell });
}
Object.assign(paper, { model, widget, cell });
