"""Charts say what the frames say, draw without a network and hold Chinese names."""

from __future__ import annotations

import re
import warnings

import altair as alt
import pytest

from coding import charts, tables
from coding.charts import renderer
from coding.errors import InvalidValue
from coding.model import ProjectInfo, Snapshot

FIGURES = {
    "code_frequency": tables.code_counts,
    "codes_by": tables.codes_by_case,
    "directions": tables.directions,
    "cooccurrence": lambda s: tables.cooccurrence(s, within="paragraph", across_coders=True),
    "cooccurrence_network": lambda s: tables.cooccurrence(s, within="paragraph", across_coders=True),
    "positions": tables.positions,
    "saturation": tables.saturation,
}


def svg(chart) -> str:
    return charts.renderer.mime_bundle(chart.to_dict())["image/svg+xml"]


def words(drawn: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", drawn)


@pytest.mark.parametrize("name", FIGURES)
def test_figure_draws_as_vega_5_and_as_svg(study, name):
    chart = getattr(charts, name)(FIGURES[name](study))
    bundle = renderer.mime_bundle(chart.to_dict())
    assert "/vega/v5" in bundle["application/vnd.vega.v5+json"]["$schema"]
    assert bundle["image/svg+xml"].startswith("<svg")
    assert any(word.startswith("n = ") for word in words(bundle["image/svg+xml"]))


@pytest.mark.parametrize("name", FIGURES)
def test_figure_of_an_empty_project_draws_too(name):
    empty = Snapshot(ProjectInfo("p", "Empty"))
    drawn = words(svg(getattr(charts, name)(FIGURES[name](empty))))
    assert "There are no codings to draw yet." in drawn


@pytest.mark.parametrize("name", FIGURES)
def test_titles_come_in_chinese(study, name):
    drawn = words(svg(getattr(charts, name)(FIGURES[name](study), language="zh")))
    assert any(re.search(r"n = \d+ [条次个]", word) for word in drawn)


def test_showing_a_chart_in_a_notebook_needs_no_network(study):
    chart = charts.code_frequency(tables.code_counts(study))
    shown = chart._repr_mimebundle_(None, None)
    bundle = shown[0] if isinstance(shown, tuple) else shown
    assert set(bundle) == {"application/vnd.vega.v5+json", "image/svg+xml", "image/png", "text/plain"}
    assert "cdn." not in str(bundle["application/vnd.vega.v5+json"]) + bundle["image/svg+xml"]


def test_frequency_shows_the_most_frequent_first_with_its_number(study):
    drawn = words(svg(charts.code_frequency(tables.code_counts(study))))
    assert drawn.index("Pressure") < drawn.index("Tournament") < drawn.index("Learning")
    assert "4" in drawn
    assert "n = 8 codings · 4 codes" in drawn


def test_frequency_says_what_it_leaves_out(study):
    drawn = words(svg(charts.code_frequency(tables.code_counts(study), top=2)))
    assert "n = 8 codings · 4 codes · the 2 most frequent codes" in drawn
    assert "Learning" not in drawn


def test_chinese_names_are_drawn_in_a_face_that_has_them(study):
    chart = charts.code_frequency(tables.code_counts(study, language="zh"))
    drawn = svg(chart)
    assert "压力" in words(drawn)
    assert renderer.han_font() in drawn


def test_labels_take_the_ink_of_the_notebooks_theme(study):
    chart = charts.codes_by(tables.codes_by_case(study))
    vega = renderer.mime_bundle(chart.to_dict())["application/vnd.vega.v5+json"]
    assert vega["background"] == "transparent"
    texts = [mark for mark in vega["marks"] if mark["type"] == "text"]
    assert texts
    assert not any("fill" in mark["encode"]["update"] for mark in texts)
    assert not re.search(r"'(label|title)Color'", str(vega["config"].get("axis")))


def test_charts_are_altairs_own_to_change_and_join(study):
    both = charts.code_frequency(tables.code_counts(study)) & charts.saturation(tables.saturation(study))
    assert isinstance(both, alt.VConcatChart)
    assert svg(both.properties(title="Joined")).startswith("<svg")


@pytest.mark.parametrize("ending", ["svg", "png", "pdf", "html"])
def test_charts_are_written_to_files_that_need_no_network(study, tmp_path, ending):
    path = charts.save(charts.code_frequency(tables.code_counts(study, language="zh")), tmp_path / f"figure.{ending}")
    data = path.read_bytes()
    starts = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF", "html": b"<!DOCTYPE html>"}
    assert data.lstrip()[: len(starts[ending])].lower() == starts[ending].lower()
    if ending == "html":
        assert not re.search(rb"<script[^>]+src=", data)


def test_dark_files_have_light_ink(study, tmp_path):
    chart = charts.code_frequency(tables.code_counts(study))
    dark = charts.save(chart, tmp_path / "dark.svg", theme="dark").read_text(encoding="utf-8")
    assert "#111111" in dark
    assert "#e6e6e6" in dark


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("figure.gif", {}, r"“figure\.gif” does not end in \.svg, \.png, \.pdf or \.html"),
        ("figure.svg", {"theme": "sepia"}, "theme is 'sepia'; it is “light” or “dark”"),
    ],
)
def test_what_cannot_be_written_is_said(study, tmp_path, name, options, message):
    with pytest.raises(InvalidValue, match=message):
        charts.save(charts.saturation(tables.saturation(study)), tmp_path / name, **options)
    assert not (tmp_path / name).exists()


def test_a_machine_without_chinese_fonts_is_told_what_to_install(study, monkeypatch):
    monkeypatch.setattr(renderer, "han_font", lambda: None)
    with pytest.warns(UserWarning, match="apt install fonts-noto-cjk"):
        svg(charts.code_frequency(tables.code_counts(study, language="zh")))


def test_figures_without_chinese_need_no_chinese_font(study, monkeypatch):
    monkeypatch.setattr(renderer, "han_font", lambda: None)
    english = study.with_codings([c for c in study.iter_codings() if c.code in ("c2", "c3")])
    counts = tables.code_counts(english, unused=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert svg(charts.code_frequency(counts)).startswith("<svg")


def test_large_positions_are_drawn_by_parts(study):
    import pandas as pd

    frame = pd.concat([tables.positions(study)] * 800, ignore_index=True)
    chart = charts.positions(frame)
    drawn = svg(chart)
    assert f"n = {len(frame):,} codings" in " ".join(words(drawn))
    assert len(drawn) < 100_000


def contrast(one: str, other: str) -> float:
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("hue", range(0, 360, 15))
def test_every_hue_stands_out_on_light_and_on_dark(hue):
    assert contrast(charts.colour(hue), "#ffffff") >= 3
    assert contrast(charts.colour(hue), "#111111") >= 3
