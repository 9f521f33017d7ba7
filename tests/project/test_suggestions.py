"""Suggestions stay apart from codings, out of blind rounds, and answer for themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

import coding as qc
from coding.errors import Refused
from coding.model import Cue


@pytest.fixture
def project(tmp_path):
    with qc.open_project(tmp_path / "s.coding", coder="amira", create=True) as project:
        project.documents.add("one", "The appraisal weighs on us. The van was late.")
        project.documents.add("two", "年底考核来了。天气好。")
        code = project.codebook.add("Pressure")
        with project.store.change("cues") as change:
            change.put(replace(code, cues=(Cue("appraisal"), Cue("考核", "zh"))))
        yield project


def test_a_suggestion_is_no_coding_until_accepted(project):
    assert project.suggestions.make(method="cues") == 2
    assert len(project.codings) == 0
    first, second = project.suggestions.open()
    coding = project.suggestions.accept(first.uid)[0]
    assert (coding.origin, coding.start) == ("accepted", first.start)
    assert project.suggestions[first.uid].coding == coding.uid
    project.suggestions.refuse(second)
    assert project.suggestions.open() == []
    assert project.suggestions.make(method="cues") == 0
    assert project.suggestions.report()["precision"].tolist() == [0.5]
    with pytest.raises(Refused, match="accepted already"):
        project.suggestions.accept(first)


def test_making_them_again_doubles_nothing(project):
    project.suggestions.make(method="cues")
    before = set(project.suggestions.to_frame()["uid"])
    project.suggestions.make(method="cues")
    assert set(project.suggestions.to_frame()["uid"]) == before


def test_blind_rounds_and_reliability_samples_get_none(project):
    item = project.rounds.add(purpose="reliability")
    project.rounds.assign(item, ["one"], ["amira"])
    project.rounds.open(item)
    assert project.suggestions.make(method="cues") == 1
    with pytest.raises(Refused, match="one: in a blind round"):
        project.suggestions.make(documents=["one"], method="cues")
    project.rounds.close(item)
    assert project.documents["one"].uid in project.suggestions.kept_out()
