"""What the agreement screen is told: notes, figures of domains, and names in both languages."""

from __future__ import annotations

import pytest

import coding as qc
from coding.errors import InvalidValue
from coding.widget.review import AgreementReview

TEXT = {
    "P1": "Amira: The county ranked us. We learnt fast. Nobody slept. They came twice.",
    "P2": "阿明：县里给我们排名。我们学得很快。没有人睡觉。",
}


@pytest.fixture
def review(tmp_path):
    """Two coders on an English and a Chinese text, with a domain of two codes, one of which has a code below it."""
    project = qc.open_project(tmp_path / "a.coding", coder="amira", create=True)
    project.documents.add("P1", TEXT["P1"])
    project.documents.add("P2", TEXT["P2"])
    for name, parent in (
        ("Drivers", None),
        ("Ranking", "Drivers"),
        ("League table", "Ranking"),
        ("Learning", "Drivers"),
    ):
        project.codebook.add(name, parent=parent, name_zh={"League table": "排行榜"}.get(name, ""))
    project.codebook.set("Drivers", exclusive=True, reason="they exclude each other")
    project.coders.add("ben")
    project.codings.add("P1", quote="The county ranked us.", code="League table")
    project.codings.add("P1", quote="We learnt fast.", code="Learning")
    project.codings.add("P1", quote="Nobody slept.", code="Learning")
    project.codings.add("P2", quote="县里给我们排名。", code="Ranking")
    ben = qc.open_project(project.store.path, coder="ben")
    ben.codings.add("P1", quote="The county ranked us.", code="Learning")
    ben.codings.add("P1", quote="We learnt fast.", code="Learning")
    ben.codings.add("P2", quote="县里给我们排名。", code="Ranking")
    ben.close()
    yield AgreementReview(project.agreement(draws=50, confidence=0.9))
    project.close()


def test_notes_and_the_confidence_stand_on_the_screen(review):
    view = review.view()
    assert view["confidence"] == "90"
    assert any("there is no interval" in note["en"] and "不给出区间" in note["zh"] for note in view["notes"])


def test_a_figure_without_an_interval_is_drawn_hollow_and_said_to_have_none(review):
    row = next(r for r in review.view()["rows"] if r["name"] == "Drivers")
    assert row["alpha"]["value"] > 2 / 3
    assert row["kappa"]["value"] > 2 / 3
    assert (row["alpha"]["band"], row["alpha"]["range"]) == ("low", {"en": "no interval", "zh": "无区间"})
    assert row["kappa"]["band"] == "low"


def test_a_domain_has_one_matrix_with_its_figure_in_each_language(review):
    [grid] = review.view()["grids"]
    assert grid["title"]["en"] == "Drivers: who chose what instead"
    assert "cu-α [en]" in grid["axes"]["en"]
    assert "cu-α [zh]" in grid["axes"]["zh"]


def test_a_cell_leads_to_passages_coded_below_it_too(review):
    tree = review.result.project.codebook
    pair = [tree["Ranking"].uid, tree["Learning"].uid]
    answer = review._list({"filter": {"pair": pair}})
    assert [answer["total"], [side["code"] for side in answer["items"][0]["a"]]] == [1, ["League table"]]


def test_of_three_coders_any_two_are_set_against_each_other_with_their_own_passages(review):
    project = review.result.project
    project.coders.add("chen")
    with qc.open_project(project.store.path, coder="chen") as chen:
        chen.codings.add("P1", quote="The county ranked us.", code="Ranking")
        chen.codings.add("P1", quote="We learnt fast.", code="Ranking")
    three = AgreementReview(project.agreement(draws=0))
    assert three.view()["pairs"] == [["amira", "ben"], ["amira", "chen"], ["ben", "chen"]]
    cell = {"filter": {"pair": [project.codebook["Learning"].uid, project.codebook["Ranking"].uid]}}
    assert three._list(cell)["total"] == 0
    [grid] = three._choose_pair({"pair": ["amira", "chen"]})["grids"]
    assert grid["axes"]["en"].startswith("amira ↓ chen →")
    assert [item["a"][0]["code"] for item in three._list(cell)["items"]] == ["Learning"]
    with pytest.raises(InvalidValue, match="amira and chen; ben and chen"):
        three._choose_pair({"pair": ["amira", "dora"]})


def test_in_chinese_no_english_words_stand_beside_the_figures(review):
    facts = review.view()["facts"]
    assert "/ 7 个句子" in [fact["small"]["zh"] for fact in facts]
    assert "排行榜" in [fact["small"]["zh"] for fact in facts]


def test_a_code_that_one_coder_used_says_so(review):
    rows = {row["name"]: row for row in review.view()["rows"]}
    assert rows["League table"]["alpha"]["range"] == {"en": "one coder only", "zh": "仅一人使用"}
