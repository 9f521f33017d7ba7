"""Draws charts without a network, in JupyterLab, Voilà and in files."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from coding.charts.base import FONT, INK
from coding.errors import InvalidValue

__all__ = ["VL_VERSION", "enable_renderer", "han_font", "mime_bundle", "save"]

VL_VERSION: Final = "5.20"
"""The Vega-Lite that we compile with: it yields Vega 5, the newest that JupyterLab brings."""
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_INKS: Final = {"light": ("#1a1a1a", "#ffffff"), "dark": ("#e6e6e6", "#111111")}


def enable_renderer() -> None:
    """Make the offline renderer the one that Altair shows every chart with."""
    import altair as alt

    if "coding" not in alt.renderers.names():
        alt.renderers.register("coding", mime_bundle)
    alt.renderers.enable("coding")


def mime_bundle(spec: dict[str, Any], **_metadata: Any) -> dict[str, Any]:
    """Return a chart in the forms that notebooks can show without a network.

    Args:
        spec: the chart as Vega-Lite.

    Returns:
        Vega 5, which JupyterLab and Voilà draw in the colours of their theme, with tooltips; SVG and PNG
        on a white ground for everything that draws no Vega, such as a page made with nbconvert; and a
        line of text.
    """
    import vl_convert as vlc

    vega = _compiled(spec)
    still = _inked(vega, "light", ground=True)
    return {
        "application/vnd.vega.v5+json": vega,
        "image/svg+xml": vlc.vega_to_svg(still),
        # JupyterLab's renderer adds a PNG where there is none, and Voilà shows an error when it tries
        "image/png": base64.b64encode(vlc.vega_to_png(still, scale=1)).decode("ascii"),
        "text/plain": "<chart>",
    }


def save(
    chart: Any,
    path: str | Path,
    *,
    theme: Literal["light", "dark"] = "light",
    ground: bool = True,
    scale: float = 2.0,
) -> Path:
    """Write a chart to a file that needs no network: SVG, PNG, PDF or HTML, by the ending of its name.

    Args:
        chart: any Altair chart.
        path: where to write; an existing file is replaced.
        theme: ink for a light or for a dark ground.
        ground: whether the ground is painted; without it, it is transparent.
        scale: of PNG, 1 is 72 dots per inch.

    Raises:
        InvalidValue: the ending is none of these.
    """
    import vl_convert as vlc

    target = Path(path)
    writers: dict[str, Callable[[dict[str, Any]], str | bytes]] = {
        ".svg": vlc.vega_to_svg,
        ".png": lambda vega: vlc.vega_to_png(vega, scale=scale),
        ".pdf": vlc.vega_to_pdf,
        ".html": lambda vega: vlc.vega_to_html(vega, bundle=True),
    }
    if target.suffix.lower() not in writers:
        raise InvalidValue(f"“{target.name}” does not end in .svg, .png, .pdf or .html.")
    data = writers[target.suffix.lower()](_inked(_compiled(chart.to_dict()), theme, ground=ground))
    target.write_bytes(data.encode() if isinstance(data, str) else data)
    return target


def _compiled(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the chart as Vega 5, its texts in the ink of the theme that will draw it."""
    import vl_convert as vlc

    _warn_without_han_font(spec)
    vega: dict[str, Any] = vlc.vegalite_to_vega(spec, vl_version=VL_VERSION)
    _let_theme_ink(vega)
    return vega


def _let_theme_ink(group: dict[str, Any]) -> None:
    """Take the black that Vega-Lite writes on every text away from texts in the labels' style."""
    for mark in group.get("marks", ()):
        if mark["type"] == "text" and INK in mark.get("style", ()):
            mark["encode"]["update"].pop("fill", None)
        _let_theme_ink(mark)


def _inked(vega: dict[str, Any], theme: str, *, ground: bool) -> dict[str, Any]:
    """Return the chart as a file needs it: with ink, and with a font that has all its characters."""
    if theme not in _INKS:
        raise InvalidValue(f"theme is {theme!r}; it is “light” or “dark”.")
    if (family := han_font()) and _HAN.search(str(vega)):
        # files are drawn with the first family for a whole line, and then with whatever serif there is
        vega = json.loads(json.dumps(vega).replace(json.dumps(FONT)[1:-1], f"{family}, {json.dumps(FONT)[1:-1]}"))
    ink, paper = _INKS[theme]
    config = dict(vega.get("config", {}))
    style = dict(config.get("style", {}))
    for name in ("guide-label", "guide-title"):
        style[name] = {**style.get(name, {}), "fill": ink}
    title = {"color": ink, "subtitleColor": ink, **config.get("title", {})}
    return {
        **vega,
        "background": paper if ground else "transparent",
        "config": {**config, "style": style, "title": title},
    }


@cache
def han_font() -> str | None:
    """Return a family with Chinese characters that this machine has, None where there is none.

    macOS and Windows always bring one; elsewhere fontconfig is asked, and where that is missing too, we
    assume the best.
    """
    if sys.platform in ("darwin", "win32") or not shutil.which("fc-list"):
        return "system"
    done = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    families = sorted({line.split(",")[0].strip() for line in done.stdout.splitlines() if line.strip()})
    sans = [name for name in families if "Sans" in name and "Mono" not in name]
    return next(iter([*sans, *families]), None)


def _warn_without_han_font(spec: dict[str, Any]) -> None:
    if han_font() is None and _HAN.search(str(spec)):
        warnings.warn(
            "This machine has no font with Chinese characters, so a saved chart shows boxes for them. Install one: "
            "on Debian and Ubuntu `apt install fonts-noto-cjk`, on Fedora `dnf install google-noto-sans-cjk-fonts`.",
            stacklevel=3,
        )
