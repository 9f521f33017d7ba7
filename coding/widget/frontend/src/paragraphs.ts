/** Lines of the text: number, language, speaker label, interviewer, paratext. For the viewport only. */

import { RangeSetBuilder, type Extension } from "@codemirror/state";
import { Decoration, ViewPlugin, type DecorationSet, type EditorView, type ViewUpdate } from "@codemirror/view";
import { redraw } from "./tint";
import { lastBefore, type Units } from "./units";

export interface LineSource { units: Units; main: string; here: number; number(from: number): number | null }

const HAN = /[\u3400-\u9fff\uf900-\ufaff]/;
const lines = new Map<string, Decoration>();
const label = Decoration.mark({ class: "qc-who" });

function lineMark(classes: string, attributes: Record<string, string>): Decoration {
  const key = `${classes}|${Object.values(attributes).join("|")}`;
  let made = lines.get(key);
  if (!made) {
    made = Decoration.line({ class: classes, attributes });
    if (lines.size > 20000) lines.clear();
    lines.set(key, made);
  }
  return made;
}

function build(view: EditorView, source: LineSource): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const { units } = source;
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      const paragraph = units.paragraphAt(line.from);
      if (!line.text.trim()) {
        builder.add(line.from, line.from, lineMark("qc-gap", {}));
      } else {
        const language = paragraph && paragraph.language !== "und" ? paragraph.language : HAN.test(line.text.slice(0, 200)) ? "zh" : source.main || "en";
        const turn = units.turnAt(line.from);
        const next = line.to < view.state.doc.length ? view.state.doc.lineAt(line.to + 1) : null;
        const classes = ["qc-line", language.startsWith("zh") ? "qc-han" : "qc-latin"];
        if (paragraph && !paragraph.codable) classes.push("qc-off");
        else if (turn?.interviewer) classes.push("qc-ask");
        if (paragraph?.role === "heading" || paragraph?.role === "title") classes.push("qc-head");
        if (next?.text.trim()) classes.push("qc-close");
        if (source.here >= line.from && source.here <= line.to) classes.push("qc-here");
        const n = source.number(line.from);
        builder.add(line.from, line.from, lineMark(classes.join(" "), { lang: language, ...(n ? { "data-n": String(n) } : {}) }));
        if (turn && turn.start >= line.from && turn.labelEnd <= line.to) {
          const spoken = view.state.doc.sliceString(turn.start, turn.labelEnd).trimEnd().length;
          if (spoken) builder.add(turn.start, turn.start + spoken, label);
        }
      }
      at = line.to + 1;
    }
  }
  return builder.finish();
}

/** Number of the paragraph that begins at a position. */
export function paragraphNumbers(units: Units): (from: number) => number | null {
  const starts = units.paragraphs.map((p) => p.start);
  return (from) => {
    const i = lastBefore(starts.length, (k) => starts[k]!, from);
    return i >= 0 && starts[i] === from ? i + 1 : null;
  };
}

export function paragraphs(source: LineSource): Extension {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      private here = -1;
      constructor(view: EditorView) { this.decorations = build(view, source); }
      update(update: ViewUpdate): void {
        const moved = source.here !== this.here;
        const asked = moved || update.transactions.some((t) => t.effects.some((e) => e.is(redraw)));
        if (asked || update.docChanged || update.viewportChanged) this.decorations = build(update.view, source);
        this.here = source.here;
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}
