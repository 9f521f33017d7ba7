"""A click on a mark of a chart lists the passages that the mark counts."""

from __future__ import annotations

import altair as alt
import pandas as pd
import pytest

import coding as qc
from coding.errors import InvalidValue
from coding.widget.linked_chart import places_behind


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    with qc.open_sample(tmp_path_factory.mktemp("study") / "study.coding") as project:
        yield project


def first_mark(chart, **wanted):
    rows = [row for data in chart.to_dict()["datasets"].values() for row in data]
    return next(row for row in rows if all(row.get(name) == value for name, value in wanted.items()))


CHARTS = {
    "frequency": lambda s: (qc.charts.code_frequency(qc.tables.code_counts(s)), {"code": "Pressure"}, "codings"),
    "by language": lambda s: (qc.charts.codes_by(qc.tables.codes_by(s, "language")), {"code": "Pressure"}, "codings"),
    "by case": lambda s: (qc.charts.codes_by(qc.tables.codes_by_case(s)), {"code": "Pressure"}, "codings"),
    "network": lambda s: (qc.charts.cooccurrence_network(qc.tables.cooccurrence(s)), {"code": "Pressure"}, None),
    "positions": lambda s: (qc.charts.positions(qc.tables.positions(s)), {"code": "Pressure", "coder": "ben"}, None),
    "direction": lambda s: (qc.charts.directions(qc.tables.directions(s)), {"direction": "top-down"}, "codings"),
    "saturation": lambda s: (qc.charts.saturation(qc.tables.saturation(s)), {"number": 1}, None),
}


def test_a_bar_of_one_coding_leads_to_that_coding(study):
    mark = first_mark(qc.charts.positions(qc.tables.positions(study.snapshot(), language="zh")), coder="ben")
    assert [coding.uid for coding in places_behind(study, mark).codings] == [mark["uid"]]


@pytest.mark.parametrize("name", CHARTS)
def test_a_mark_has_as_many_passages_as_it_shows(study, name):
    chart, wanted, count = CHARTS[name](study.snapshot())
    mark = first_mark(chart, **wanted)
    places = places_behind(study, mark)
    assert len(places) > 0
    if count:
        assert len(places) == mark[count]


def test_two_codes_that_meet_lead_to_where_they_meet(study):
    chart = qc.charts.cooccurrence(qc.tables.cooccurrence(study.snapshot()))
    found = places_behind(study, first_mark(chart, code_a="Pressure", code_b="Driving"))
    assert {place.note.split(" > ")[-1] for place in found.rows} == {"Pressure"}
    assert all(found.partners[coding.uid] for coding in found.codings)


def test_a_word_leads_to_where_it_stands_within_its_code(study):
    chart = qc.charts.keywords(study.keywords("Pressure"))
    mark = first_mark(chart, language="en")
    assert len(places_behind(study, mark)) >= 1


def test_what_names_no_passages_is_refused(study):
    with pytest.raises(InvalidValue, match="no passages"):
        places_behind(study, {"x": 1})
    bare = alt.Chart(pd.DataFrame({"x": [1]})).mark_bar().encode(x="x:Q")
    with pytest.raises(InvalidValue, match="names a code"):
        study.show(bare)


def test_a_click_shows_the_list_below(study):
    screen = study.show(qc.charts.code_frequency(qc.tables.code_counts(study.snapshot())))
    drawn, below = screen.children
    code = study.codebook.find("Pressure").uid
    point = type(drawn.selections.pick)
    drawn.selections._set_value("pick", point(name="pick", value=[{"code_uid": code}], store=[]))  # as the page does
    assert len(below.children) == 1
    drawn.selections._set_value("pick", point(name="pick", value=[], store=[]))
    assert below.children == ()
