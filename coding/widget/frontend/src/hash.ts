/**
 * SHA-256 of a string's UTF-8, and ids. Written out because `crypto.subtle` exists only on secure
 * origins, answers later, and a team's server may be plain http inside a university.
 */

const K = new Uint32Array(64);
const START = new Uint32Array(8);
{
  let n = 0;
  const fraction = (x: number): number => ((x - Math.floor(x)) * 2 ** 32) >>> 0;
  for (let p = 2; n < 64; p++) {
    let prime = true;
    for (let d = 2; d * d <= p; d++) if (p % d === 0) prime = false;
    if (!prime) continue;
    if (n < 8) START[n] = fraction(Math.sqrt(p));
    K[n++] = fraction(Math.cbrt(p));
  }
}

const turn = (x: number, n: number): number => (x >>> n) | (x << (32 - n));

export function sha256(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const blocks = new Uint8Array(((bytes.length + 8) >> 6 << 6) + 64);
  blocks.set(bytes);
  blocks[bytes.length] = 0x80;
  const view = new DataView(blocks.buffer);
  view.setUint32(blocks.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(blocks.length - 4, bytes.length << 3);
  const h = START.slice();
  const w = new Uint32Array(64);
  for (let at = 0; at < blocks.length; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const a = w[i - 15]!;
      const b = w[i - 2]!;
      const s0 = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
      const s1 = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
      w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
    }
    let [a, b, c, d, e, f, g, k] = h as unknown as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const t1 = (k + s1 + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0;
      const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      k = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, k].forEach((value, i) => { h[i] = (h[i]! + value) | 0; });
  }
  return Array.from(h, (x) => x.toString(16).padStart(8, "0")).join("");
}

let last = 0;
let sequence = 0;

/** A UUIDv7: ids of one page sort in the order of making, also within a millisecond. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  if (now > last) {
    last = now;
    sequence = ((bytes[6]! & 3) << 8) | bytes[7]!;
  } else if (++sequence > 0xfff) {
    last += 1;
    sequence = 0;
  }
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(last / 2 ** (8 * (5 - i))) & 255;
  bytes[6] = 0x70 | (sequence >> 8);
  bytes[7] = sequence & 255;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return formatId(bytes, 0);
}

/** Sixteen bytes as a canonical UUID. */
export function formatId(bytes: Uint8Array, at: number): string {
  let hex = "";
  for (let i = 0; i < 16; i++) hex += HEX[bytes[at + i]!];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));
