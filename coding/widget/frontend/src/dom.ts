/** Making elements. Text only ever becomes text; nothing here parses HTML. */

type Child = Node | string | number | null | undefined | false;
export interface Props {
  class?: string;
  on?: { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };
  css?: Record<string, string>;
  [attribute: string]: unknown;
}

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = String(value);
    else if (name === "on") for (const [type, listener] of Object.entries(value as object)) element.addEventListener(type, listener);
    else if (name === "css") for (const [key, text] of Object.entries(value as Record<string, string>)) element.style.setProperty(key, text);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

export function append(element: Element, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(typeof child === "number" ? String(child) : child);
  }
}

export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

const SVG = "http://www.w3.org/2000/svg";
export function svg(tag: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const SHAPES: Record<string, string[]> = {
  search: ["M11.3 7a4.3 4.3 0 1 1-8.6 0 4.3 4.3 0 0 1 8.6 0Z", "M10.2 10.2 13.5 13.5"],
  undo: ["M5.5 3 2.5 6l3 3", "M2.7 6h6.8a3.5 3.5 0 0 1 0 7H6"],
  redo: ["m10.5 3 3 3-3 3", "M13.3 6H6.5a3.5 3.5 0 0 0 0 7H10"],
  check: ["m3.5 8.5 3 3 6-7"],
  down: ["m4.5 6.5 3.5 3.5 3.5-3.5"],
  right: ["m6.5 4.5 3.5 3.5-3.5 3.5"],
  lock: ["M5 7h6a1.5 1.5 0 0 1 1.5 1.5V12a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 12V8.5A1.5 1.5 0 0 1 5 7Z", "M5.5 7V5a2.5 2.5 0 0 1 5 0v2"],
  close: ["m4.5 4.5 7 7m0-7-7 7"],
  plus: ["M8 3.5v9M3.5 8h9"],
  list: ["M5.5 4.5h8M5.5 8h8M5.5 11.5h8", "M2.6 4.5h.1M2.6 8h.1M2.6 11.5h.1"],
};

export function icon(name: keyof typeof SHAPES & string): SVGElement {
  const out = svg("svg", { viewBox: "0 0 16 16", class: "qc-i", "aria-hidden": "true" });
  for (const d of SHAPES[name]!) out.append(svg("path", { d }));
  return out;
}

/** A ring that shows a share, or a check mark when finished. */
export function ring(share: number, finished: boolean): Element {
  if (finished) {
    const done = icon("check");
    done.classList.add("qc-done");
    return done;
  }
  return h("span", { class: "qc-ring", "aria-hidden": "true", css: { "--p": `${Math.round(share * 100)}` } });
}
