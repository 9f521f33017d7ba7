"""The pictures in README and docs, taken from the real thing.

``CODING_PICTURES=docs/images python run.py test --long tests/browser/test_pictures.py`` takes them anew.
Without the variable the pictures go where nobody looks, and the test only sees that every screen draws.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import coding as qc

OPEN = "import coding as qc\nproject = qc.open_sample('study.coding')"


@pytest.fixture
def album(tmp_path):
    folder = Path(os.environ.get("CODING_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def take(lab, selector: str, path: Path) -> None:
    """Take what a reader sees of a screen: what lies below the window's edge would be grey."""
    box = lab.page.locator(selector).first.bounding_box()
    edge = lab.page.locator(".jp-Notebook").first.bounding_box()
    height = min(box["y"] + box["height"], edge["y"] + edge["height"]) - box["y"]
    lab.page.screenshot(path=str(path), clip={**box, "height": height})
    assert path.stat().st_size > 20_000


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "document", "theme", "language"),
    [
        ("desk-light", "P01 night counter", "light", "en"),
        ("desk-dark", "P01 night counter", "dark", "en"),
        ("desk-zh-light", "P05 样板游", "light", "zh"),
        ("desk-zh-dark", "P05 样板游", "dark", "zh"),
    ],
)
def test_the_desk(lab_page, album, name, document, theme, language):
    cells = [OPEN, f"qc.TextCoder(project, {document!r}, language={language!r})"]
    lab = lab_page(cells, theme=theme, width=1680, height=1050)
    lab.page.wait_for_selector(".qc [data-coding], .qc .qc-name", timeout=90_000)
    lab.page.locator(".qc").first.scroll_into_view_if_needed()
    lab.page.locator(".qc .cm-content").first.focus()
    for _ in range(3):  # a coding is chosen, and its card stands below the text
        lab.page.keyboard.press("n")
    lab.page.locator(".qc-card").wait_for()
    lab.page.wait_for_timeout(1500)
    take(lab, ".qc", album / f"{name}.png")


@pytest.mark.long
@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "en"), ("light", "zh")])
def test_the_agreement_screen(lab_page, album, theme, language):
    cells = [
        OPEN,
        f"from coding.widget import AgreementReview\nAgreementReview(project.agreement(round=2), language={language!r})",
    ]
    lab = lab_page(cells, theme=theme, width=1680, height=1400)
    lab.page.wait_for_selector(".qr-item", timeout=120_000)
    lab.page.wait_for_timeout(800)
    suffix = f"{'' if language == 'en' else '-zh'}-{theme}"
    take(lab, ".qr", album / f"agreement{suffix}.png")


@pytest.mark.long
def test_the_consensus_screen(lab_page, album):
    lab = lab_page([OPEN, "project.agreement(round=2).settle('Pressure')"], width=1680, height=1050)
    lab.page.wait_for_selector(".qs-paper", timeout=120_000)
    lab.page.locator(".qs").first.focus()
    for key in ("t", "2"):
        lab.page.keyboard.press(key)
    lab.page.wait_for_timeout(500)
    take(lab, ".qs", album / "consensus-light.png")


@pytest.mark.long
def test_the_sorting_board(lab_page, album):
    lab = lab_page([OPEN, "qc.SortingBoard(project)"], width=1680, height=1050)
    lab.page.locator(".qo-item").first.wait_for()
    lab.page.locator(".qo-tree").focus()
    for key in ("j", "j", "Space", "j", "Space"):
        lab.page.keyboard.press(key)
    lab.page.wait_for_timeout(800)
    take(lab, ".qo", album / "sorting-light.png")


@pytest.mark.long
@pytest.mark.parametrize(("query", "language"), [("pressure OR ranking", "en"), ("压力", "zh")])
def test_the_search_screen(lab_page, album, query, language):
    lab = lab_page([OPEN, f"project.search({query!r}).show(language={language!r})"], width=1680, height=1050)
    lab.page.locator(".qk-row").first.wait_for()
    lab.page.wait_for_timeout(500)
    take(lab, ".qk", album / f"search{'' if language == 'en' else '-zh'}-light.png")


@pytest.mark.long
def test_the_team_board(lab_page, album):
    lab = lab_page([OPEN, "project.team()"], width=1680, height=1300)
    lab.page.locator(".qt-card").first.wait_for()
    lab.page.wait_for_timeout(500)
    take(lab, ".qt", album / "team-light.png")


@pytest.mark.long
def test_the_chart_of_agreement(album, tmp_path):
    with qc.build_sample(tmp_path / "sample.coding") as project:
        project.agreement(round=2).chart().save(str(album / "agreement-chart.png"), scale_factor=2)
    assert (album / "agreement-chart.png").stat().st_size > 50_000
