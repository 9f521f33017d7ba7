/** The text itself: CodeMirror, read-only, with our own mouse, caret and passage. */

import { EditorSelection, EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { stepEdge } from "./offsets";
import { paragraphNumbers, paragraphs, type LineSource } from "./paragraphs";
import { passageField, redraw, setPassage, tint, type Source } from "./tint";
import { Units, type Span, type Unit } from "./units";

export interface EditorHost extends Source {
  units(): Units;
  unit(): Unit;
  label(): string;
  language(): string;
  /** A click that did not move; `again` counts clicks on the same spot. */
  clicked(at: number, again: number): void;
  /** A drag ended with this passage. */
  dragged(span: Span): void;
  /** The passage or the caret changed. */
  moved(): void;
  /** Geometry may have changed. */
  measured(moving: boolean): void;
}

export class TextView {
  readonly view: EditorView;
  readonly lines: LineSource;
  private anchor: { at: number; x: number; y: number; moved: boolean; free: boolean } | null = null;
  private last = { at: -1, times: 0, when: 0 };
  private drifting: ReturnType<typeof setInterval> | null = null;

  constructor(parent: HTMLElement, private readonly host: EditorHost) {
    this.lines = { units: host.units(), main: "en", here: -1, number: () => null };
    this.view = new EditorView({ parent, state: this.fresh("") });
    const content = this.view.contentDOM;
    content.addEventListener("mousedown", (event) => this.press(event), true);
    content.addEventListener("dragstart", (event) => event.preventDefault());
    for (const drop of ["dragover", "drop"] as const) content.addEventListener(drop, (event) => event.preventDefault());
    document.addEventListener("mousemove", this.pull);
    document.addEventListener("mouseup", this.release);
  }

  destroy(): void {
    document.removeEventListener("mousemove", this.pull);
    document.removeEventListener("mouseup", this.release);
    this.stopDrift();
    this.view.destroy();
  }

  private fresh(text: string): EditorState {
    return EditorState.create({
      doc: text,
      extensions: [
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
        EditorState.lineSeparator.of("\n"),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          tabindex: "0", role: "textbox", "aria-readonly": "true", "aria-multiline": "true", "aria-label": this.host.label(), spellcheck: "false",
          translate: "no",
        }),
        tint(this.host),
        paragraphs(this.lines),
        EditorView.updateListener.of((update) => {
          if (update.geometryChanged || update.viewportChanged) this.host.measured(update.viewportChanged && !update.docChanged);
        }),
      ],
    });
  }

  /** Show another text; the place on the page is kept where it is the same one. */
  load(text: string, same: boolean): void {
    const top = this.view.scrollDOM.scrollTop;
    this.lines.units = this.host.units();
    this.lines.main = this.host.language();
    this.lines.number = paragraphNumbers(this.lines.units);
    if (same && this.view.state.doc.length === text.length) {
      this.stale = true;
      this.redraw();
      return;
    }
    this.lines.here = -1;
    this.caret = 0;
    this.view.setState(this.fresh(text));
    this.view.scrollDOM.scrollTop = same ? top : 0;
  }

  get passage(): Span | null { return this.view.state.field(passageField); }
  /** Ours and not CodeMirror's: that one would be written into the page's selection at every key. */
  caret = 0;

  /** Set when codings changed since they were last drawn. */
  stale = false;

  redraw(): void {
    if (!this.stale) return;
    this.stale = false;
    this.view.dispatch({ effects: redraw.of(null) });
  }

  /** Choose a passage (or let go of it) and put the caret somewhere. */
  choose(span: Span | null, caret = span ? span[0] : this.caret, scroll = true): void {
    this.lines.here = this.caret = caret;
    this.stale = false;
    this.view.dispatch({ effects: setPassage.of(span) });
    if (scroll) this.reveal(span ? (caret === span[1] ? span[1] : span[0]) : caret, span ? span[1] : caret);
    this.host.moved();
  }

  /** Scroll only when the place is out of sight or close to an edge. */
  reveal(from: number, to = from): void {
    const { view } = this;
    const room = 60;
    view.requestMeasure({
      key: "reveal",
      read: () => {
        const near = view.coordsAtPos(from);
        const far = view.coordsAtPos(to, -1) ?? near;
        if (!near || !far) return null;
        const box = view.scrollDOM.getBoundingClientRect();
        const over = near.top - room / 2 - box.top;
        const under = far.bottom + room - box.bottom;
        return over < 0 ? over : under > 0 ? Math.min(under, over) : 0;
      },
      write: (by) => {
        if (by) view.scrollDOM.scrollTop += by;
        // a place that is not drawn has no coordinates: CodeMirror knows about where it is
        if (by === null) setTimeout(() => view.dispatch({ effects: EditorView.scrollIntoView(from, { y: "start", yMargin: room }) }));
      },
    });
  }

  focus(): void { this.view.contentDOM.focus({ preventScroll: true }); }

  /** Move the caret as text does; with `extend` the passage grows by characters. */
  step(side: -1 | 1, extend: boolean): void {
    const text = this.host.units().text;
    const to = stepEdge(text, this.caret, side);
    if (!extend) return this.choose(null, to);
    const passage = this.passage ?? [this.caret, this.caret];
    const anchor = this.caret === passage[0] ? passage[1] : passage[0];
    this.choose(anchor === to ? null : [Math.min(anchor, to), Math.max(anchor, to)], to);
  }

  line(side: -1 | 1): void {
    const at = this.view.moveVertically(EditorSelection.cursor(this.caret), side > 0).head;
    this.choose(null, at);
  }

  private at(x: number, y: number): number | null { return this.view.posAtCoords({ x, y }, false); }

  private press(event: MouseEvent): void {
    if (event.button !== 0) return;
    // our own selection: the browser's would start text drag-and-drop inside an old one
    event.preventDefault();
    event.stopPropagation();
    this.focus();
    const at = this.at(event.clientX, event.clientY);
    if (at === null) return;
    if (event.shiftKey) {
      const from = this.passage ? (at < this.passage[0] ? this.passage[1] : this.passage[0]) : this.caret;
      const span = this.host.units().snap(Math.min(from, at), Math.max(from, at), event.altKey ? "character" : this.host.unit());
      if (span) { this.choose(span, span[0], false); this.host.dragged(span); }
      return;
    }
    this.anchor = { at, x: event.clientX, y: event.clientY, moved: false, free: event.altKey };
  }

  private readonly pull = (event: MouseEvent): void => {
    const anchor = this.anchor;
    if (!anchor) return;
    if (!anchor.moved && Math.hypot(event.clientX - anchor.x, event.clientY - anchor.y) < 4) return;
    anchor.moved = true;
    anchor.free = event.altKey;
    this.drift(event);
    this.stretch(event.clientX, event.clientY);
  };

  private stretch(x: number, y: number): void {
    const at = this.at(x, y);
    if (at === null || !this.anchor) return;
    const unit = this.anchor.free ? "character" : this.host.unit();
    const span = this.host.units().snap(Math.min(at, this.anchor.at), Math.max(at, this.anchor.at), unit);
    const now = this.passage;
    if (span && (!now || now[0] !== span[0] || now[1] !== span[1])) this.choose(span, span[0], false);
  }

  /** Scroll on while the mouse is held above or below the text. */
  private drift(event: MouseEvent): void {
    this.stopDrift();
    const box = this.view.scrollDOM.getBoundingClientRect();
    const by = event.clientY < box.top + 12 ? -18 : event.clientY > box.bottom - 12 ? 18 : 0;
    if (!by) return;
    this.drifting = setInterval(() => {
      this.view.scrollDOM.scrollTop += by;
      this.stretch(event.clientX, Math.max(box.top + 4, Math.min(box.bottom - 4, event.clientY)));
    }, 30);
  }

  private stopDrift(): void {
    if (this.drifting !== null) clearInterval(this.drifting);
    this.drifting = null;
  }

  private readonly release = (): void => {
    const anchor = this.anchor;
    this.anchor = null;
    this.stopDrift();
    if (!anchor) return;
    if (anchor.moved) {
      if (this.passage) this.host.dragged(this.passage);
      return;
    }
    const now = performance.now();
    const same = Math.abs(anchor.at - this.last.at) <= 2 && now - this.last.when < 60000;
    this.last = { at: anchor.at, times: same ? this.last.times + 1 : 0, when: now };
    this.host.clicked(anchor.at, this.last.times);
  };

  /** The next click counts as a first one. */
  forgetClicks(): void { this.last = { at: -1, times: 0, when: 0 }; }
}
