/** Reads the columns of a state message: text, codings, uids, sentences, paragraphs, turns. */

import { formatId } from "./hash";
import { OffsetMap } from "./offsets";
import type { CodingRow, StateMessage } from "./protocol";
import { Units, type Paragraph, type Span, type Turn } from "./units";

export interface Unpacked { text: string; offsets: OffsetMap; units: Units; rows: CodingRow[] }

/** A copy aligned to four bytes where the buffer is not. */
function words(buffer: DataView | undefined): Uint32Array {
  if (!buffer || !buffer.byteLength) return new Uint32Array();
  if (buffer.byteOffset % 4 === 0) return new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.byteLength >> 2);
  return new Uint32Array(buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength));
}

export function unpack(state: StateMessage, buffers: DataView[]): Unpacked {
  // ignoreBOM keeps a leading U+FEFF, without which every offset would be one short
  const text = buffers[0] ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(buffers[0]) : "";
  const offsets = new OffsetMap(text);
  const unit = (point: number): number => offsets.toUnits(point);
  return { text, offsets, units: readUnits(state, text, unit, buffers), rows: readRows(state, unit, buffers) };
}

function readRows(state: StateMessage, unit: (point: number) => number, buffers: DataView[]): CodingRow[] {
  const table = words(buffers[1]);
  const n = table.length / 7;
  const ids = buffers[2] ? new Uint8Array(buffers[2].buffer, buffers[2].byteOffset, buffers[2].byteLength) : new Uint8Array();
  const out: CodingRow[] = new Array(n);
  for (let i = 0; i < n; i++) {
    const round = table[5 * n + i]!;
    out[i] = {
      uid: formatId(ids, 16 * i),
      start: unit(table[i]!),
      end: unit(table[n + i]!),
      code: state.code_index[table[2 * n + i]!]!,
      coder: state.coders[table[3 * n + i]!]!.uid,
      version: table[4 * n + i]!,
      round: round ? (state.rounds[round - 1]?.uid ?? null) : null,
      created: table[6 * n + i]! * 1000,
    };
  }
  return out;
}

function readUnits(state: StateMessage, text: string, unit: (point: number) => number, buffers: DataView[]): Units {
  const s = words(buffers[3]);
  const sentences: Span[] = [];
  for (let i = 0; i + 1 < s.length; i += 2) sentences.push([unit(s[i]!), unit(s[i + 1]!)]);
  const p = words(buffers[4]);
  const paragraphs: Paragraph[] = [];
  for (let i = 0; i + 4 < p.length; i += 5) {
    paragraphs.push({
      start: unit(p[i]!), end: unit(p[i + 1]!), language: state.languages[p[i + 2]!] ?? "und",
      role: state.roles[p[i + 3]!] ?? "body", codable: p[i + 4]! === 1,
    });
  }
  const t = words(buffers[5]);
  const turns: Turn[] = [];
  for (let i = 0; i + 4 < t.length; i += 5) {
    turns.push({
      start: unit(t[i]!), end: unit(t[i + 1]!), labelEnd: unit(t[i + 2]!),
      speaker: state.speakers[t[i + 3]!] ?? "", interviewer: t[i + 4]! === 1,
    });
  }
  return new Units(text, sentences, paragraphs, turns);
}
