/** Light and dark, as the page around is. */

import { h } from "./dom";

/** JupyterLab says whether it is dark; elsewhere the colour of the page does. */
function isDark(root: HTMLElement): boolean {
  const told = document.body.dataset["jpThemeLight"];
  if (told !== undefined) return told === "false";
  const paper = getComputedStyle(root).getPropertyValue("--jp-layout-color0").trim();
  if (!paper) return document.body.classList.contains("vscode-dark");
  const probe = h("i", { css: { color: paper } });
  root.append(probe);
  const [red, green, blue] = getComputedStyle(probe).color.match(/[\d.]+/g)?.map(Number) ?? [255, 255, 255];
  probe.remove();
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue! < 110;
}

/** Tell now and at every change whether it is dark; returns what ends it. */
export function followTheme(root: HTMLElement, tell: (dark: boolean) => void): () => void {
  const look = (): void => tell(isDark(root));
  const themes = new MutationObserver(look);
  themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  look();
  return () => themes.disconnect();
}
