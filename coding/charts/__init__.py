"""DataFrame to chart: one function per figure, each a plain Altair chart to change, layer or save.

Importing this module makes charts draw without a network: it enables the renderer and the theme called
``coding``. ``altair.renderers.enable("default")`` and ``altair.theme.enable("default")`` undo that.
"""

from __future__ import annotations

from coding.charts import agreement
from coding.charts.base import colour, enable_theme
from coding.charts.cooccurrence import cooccurrence, cooccurrence_network
from coding.charts.frequency import code_frequency, codes_by, directions
from coding.charts.keywords import keywords
from coding.charts.position import positions, saturation
from coding.charts.renderer import enable_renderer, han_font, save

__all__ = [
    "agreement",
    "code_frequency",
    "codes_by",
    "colour",
    "cooccurrence",
    "cooccurrence_network",
    "directions",
    "enable_renderer",
    "enable_theme",
    "han_font",
    "keywords",
    "positions",
    "saturation",
    "save",
]

enable_theme()
enable_renderer()
