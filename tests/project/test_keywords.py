"""Words typical of a code: each language against its own kind, as a table and as a picture."""

from __future__ import annotations

import re

import pytest

import coding as qc
from coding import charts

ZH = "考核又来了，CAB催。\n今天下雨，路滑。\n我们喝茶，天气好。\n考核的表，CAB要。\n窗口排队，人多。"
EN = "The ranking is public.\nTea was served by CAB staff.\nRain fell and CAB staff left.\nCAB staff laughed.\nRanking again."


@pytest.fixture
def project(tmp_path):
    with qc.open_project(tmp_path / "s.coding", coder="amira", create=True) as project:
        project.codebook.add("Pressure", name_zh="压力")
        for name, text, quotes in (
            ("zh", ZH, ["考核又来了，CAB催。", "考核的表，CAB要。"]),
            ("en", EN, ["The ranking is public.", "Ranking again."]),
        ):
            project.documents.add(name, text)
            for quote in quotes:
                project.codings.add(name, quote=quote, code="Pressure")
        yield project


def words(chart) -> list[str]:
    drawn = charts.renderer.mime_bundle(chart.to_dict())["image/svg+xml"]
    return re.findall(r">([^<>]+)</text>", drawn)


def test_words_are_compared_with_the_rest_in_their_own_language(project):
    frame = project.keywords("Pressure", minimum=2)
    found = {(row.language, row.word): (row.inside, row.outside) for row in frame.itertuples()}
    assert found["en", "ranking"] == (2, 0)
    assert found["zh", "考核"] == (2, 0)
    # an acronym that Chinese speakers use is rare in the English passages: there it must not count as typical
    assert ("zh", "cab") in found
    assert ("en", "cab") not in found
    assert frame["g2"].is_monotonic_decreasing
    assert (frame["inside"] <= frame["all_inside"]).all()


def test_the_picture_has_a_panel_for_each_language_and_says_what_was_counted(project):
    drawn = words(charts.keywords(project.keywords("Pressure", minimum=2)))
    assert {"Words typical of Pressure", "English", "Chinese", "ranking", "考核", "2 / 0"} <= set(drawn)
    assert sum(word.startswith("n = ") for word in drawn) == 2
    chinese = words(charts.keywords(project.keywords("Pressure", minimum=2, language="zh"), language="zh"))
    assert {"“压力”的突出词", "英文", "中文"} <= set(chinese)


def test_one_language_is_one_panel_and_no_word_is_said(project):
    frame = project.keywords("Pressure", minimum=2)
    drawn = words(charts.keywords(frame[frame["language"] == "zh"], top=1))
    assert "English" not in drawn
    assert any(word.endswith("the first 1 of 2") for word in drawn)
    assert "No word stands out." in words(charts.keywords(project.keywords("Pressure", minimum=99)))
    assert "没有突出的词。" in words(charts.keywords(frame.head(0), language="zh"))
