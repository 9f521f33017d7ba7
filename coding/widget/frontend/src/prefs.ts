/** How a person likes the screen; kept in this browser, holds nothing of the study but ids of codes. */

import type { Unit } from "./units";

export interface Prefs {
  size: number;
  sans: boolean;
  lanes: number;
  unit: Unit;
  language: "" | "en" | "zh";
  paratext: boolean;
  rail: boolean;
  /** In pixels; 0 is what the width of the cell gives. */
  railWidth: number;
  digits: Record<string, (string | null)[]>;
  recent: Record<string, string[]>;
  closed: Record<string, string[]>;
  keys: Record<string, string[]>;
}

const KEY = "coding-workbench.prefs";
const DEFAULTS: Prefs = {
  size: 1, sans: false, lanes: 3, unit: "sentence", language: "", paratext: true, rail: true, railWidth: 0, digits: {}, recent: {}, closed: {}, keys: {},
};

export function loadPrefs(): Prefs {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Prefs>;
    return { ...structuredClone(DEFAULTS), ...kept };
  } catch {
    return structuredClone(DEFAULTS);
  }
}

export function savePrefs(prefs: Prefs): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs));
  } catch {
    // a private window: the preferences last as long as the page
  }
}

export const SIZES: { text: number; latin: number; han: number }[] = [
  { text: 15, latin: 25, han: 28 },
  { text: 17, latin: 28, han: 32 },
  { text: 19, latin: 32, han: 36 },
  { text: 22, latin: 37, han: 42 },
];
