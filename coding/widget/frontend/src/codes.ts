/** The codebook as a tree: paths, hues, order. */

import type { CodeInfo } from "./protocol";

export interface Code extends CodeInfo {
  shade: number;
  depth: number;
  children: Code[];
}

export class Codebook {
  readonly byUid = new Map<string, Code>();
  readonly roots: Code[] = [];
  /** Depth first, as the tree is read. */
  readonly order: Code[] = [];

  constructor(infos: CodeInfo[]) {
    for (const info of infos) this.byUid.set(info.uid, { ...info, shade: 0, depth: 0, children: [] });
    for (const code of this.byUid.values()) {
      const parent = code.parent ? this.byUid.get(code.parent) : undefined;
      (parent ? parent.children : this.roots).push(code);
    }
    const walk = (code: Code, depth: number): void => {
      code.depth = depth;
      this.order.push(code);
      for (const child of code.children) walk(child, depth + 1);
    };
    for (const root of this.roots) walk(root, 0);
    this.spreadHues();
  }

  get(uid: string): Code | undefined { return this.byUid.get(uid); }

  /** Codes that can be applied. */
  get usable(): Code[] { return this.order.filter((code) => code.codable && !code.retired); }

  ancestors(code: Code): Code[] {
    const out: Code[] = [];
    for (let up = code.parent; up; up = this.byUid.get(up)?.parent ?? null) {
      const found = this.byUid.get(up);
      if (!found || out.includes(found)) break;
      out.unshift(found);
    }
    return out;
  }

  /** A branch owns an arc and its children share it out, at least 22 degrees apart while that lasts. */
  private spreadHues(): void {
    const share = 360 / Math.max(1, this.roots.length);
    this.roots.forEach((root, i) => {
      const base = root.hue ?? (28 + i * Math.max(share, 47)) % 360;
      root.shade = base;
      const inside = this.order.filter((code) => code !== root && this.ancestors(code)[0] === root);
      const step = Math.max(22, Math.min(34, share / Math.max(1, inside.length)));
      inside.forEach((code, k) => { code.shade = code.hue ?? Math.round(base + k * step) % 360; });
    });
  }
}
