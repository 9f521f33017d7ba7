"""A chart is drawn where it is looked at, without a network, in the colours of the theme."""

from __future__ import annotations

import re

import pytest

CELL = """
import pandas as pd
from coding import charts
names = ["Pressure 压力", "Learning 学习", "Tournament 锦标赛"]
frame = pd.DataFrame({
    "code": names, "path": names, "level": 1, "codings": [12, 5, 3], "codings_below": [12, 5, 3],
    "documents": 2, "coders": 2, "share": [0.6, 0.25, 0.15], "hue": pd.array([28, 200, 120], dtype="Int64"),
})
charts.code_frequency(frame)
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_jupyterlab_draws_a_chart_in_its_own_colours(lab_page, theme):
    lab = lab_page([CELL], theme=theme)
    drawn = lab.page.locator(".jp-RenderedVegaCommon5 canvas, .jp-RenderedVegaCommon5 svg").first
    drawn.wait_for()
    lab.shot(f"chart-lab-{theme}", ".jp-OutputArea-output")
    # the ground is the notebook's own: the corner of the drawing shows what lies behind it
    ground = lab.page.locator(".jp-RenderedVegaCommon5 .vega-embed").first.evaluate(
        "e => getComputedStyle(e).backgroundColor"
    )
    assert ground in ("rgba(0, 0, 0, 0)", "transparent")


def test_a_reopened_notebook_still_shows_its_chart(lab_page):
    lab = lab_page([CELL])
    lab.page.locator(".jp-RenderedVegaCommon5 canvas, .jp-RenderedVegaCommon5 svg").first.wait_for()
    saved = lab.save().read_text(encoding="utf-8")
    assert "application/vnd.vega.v5+json" in saved
    lab.server.stop_kernels()
    lab.page.goto(lab.server.url(f"lab/tree/{lab.path('test.ipynb')}", reset=""))
    lab.page.locator(".jp-RenderedVegaCommon5 canvas, .jp-RenderedVegaCommon5 svg").first.wait_for()


def test_notebook_7_draws_a_chart(notebook_page):
    page = notebook_page([CELL])
    page.page.locator(".jp-RenderedVegaCommon5 canvas, .jp-RenderedVegaCommon5 svg").first.wait_for()


def test_voila_draws_a_chart(voila_page):
    page = voila_page([CELL])
    page.page.locator(".vega-embed canvas, .vega-embed svg, img[src^='data:image/svg']").first.wait_for()
    page.shot("chart-voila")
    assert not re.search("Traceback|Javascript Error", page.page.locator("body").inner_text())
