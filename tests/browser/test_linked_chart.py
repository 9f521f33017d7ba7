"""From a bar of a chart to the passages that it counts, and from there into the text."""

from __future__ import annotations

OPEN = """
import coding as qc
project = qc.open_sample("study.coding")
chart = qc.charts.code_frequency(qc.tables.code_counts(project.snapshot()), top=5)
project.show(chart)
"""


def test_a_click_on_a_bar_lists_its_passages(lab_page):
    lab = lab_page([OPEN], width=1500, height=1200)
    canvas = lab.page.locator(".vega-embed canvas, .vega-embed svg").first
    canvas.wait_for(timeout=120_000)
    box = canvas.bounding_box()
    lab.page.wait_for_timeout(1500)
    canvas.click(position={"x": box["width"] * 0.45, "y": box["height"] * 0.35})
    lab.page.wait_for_selector(".qk-row", timeout=60_000)
    assert "22 places in 6 documents" in lab.page.locator(".qk").inner_text()
    lab.page.locator(".qk-row").first.click()
    lab.page.wait_for_selector(".qc .qc-name", timeout=60_000)
    assert "Director Mo." in lab.page.locator(".qc").inner_text()
