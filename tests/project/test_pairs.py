"""A translation and its original: aligned by a person, counted once, compared at the turn."""

from __future__ import annotations

import pytest

import coding as qc
from coding.errors import InvalidValue


@pytest.fixture
def project(tmp_path):
    with qc.open_project(tmp_path / "s.coding", coder="amira", create=True) as project:
        project.documents.add("zh", "访谈者：为什么？\n王主任：考核压力大。\n访谈者：后来呢？\n王主任：我们走了。")
        project.documents.add(
            "en", "Interviewer: Why?\nWang: The appraisal weighs.\nInterviewer: And then?\nWang: We left."
        )
        project.codebook.add("Pressure")
        project.pairs.align("zh", "en", translator="Lin")
        yield project


def test_an_alignment_is_proposed_and_kept_when_set(project):
    assert not project.pairs["en"].confirmed
    kept = project.pairs.set("en")
    assert kept.confirmed
    assert [len(u.original) for u in kept.units] == [1, 1, 1, 1]
    with pytest.raises(InvalidValue, match="each is needed once"):
        project.pairs.set("en", [((0,), (0,))])


def test_a_pair_counts_once(project):
    project.codings.add("zh", quote="考核压力大。", code="Pressure")
    project.codings.add("en", quote="The appraisal weighs.", code="Pressure")
    project.codings.add("en", quote="We left.", code="Pressure")
    counts = qc.tables.code_counts(project.pairs.once())
    assert counts["codings"].tolist() == [2]


def test_coders_of_different_versions_are_compared_at_the_turn(project, tmp_path):
    project.codings.add("zh", quote="压力", code="Pressure")
    with qc.open_project(tmp_path / "s.coding", coder="ben") as other:
        other.codings.add("en", quote="The appraisal weighs.", code="Pressure")
    row = project.pairs.agreement("zh", coders=["amira", "ben"]).to_frame().iloc[0]
    assert row["percent"] == 1.0
