"""What the team board tells of a round, and when."""

from __future__ import annotations

import pytest

from coding.widget.team import TeamBoard

TEXT = "We looked at Riverside. Nobody ordered it. They asked the county. It rained."


@pytest.fixture
def pair(two_coders):
    amira, _ = two_coders
    for name in ("P1", "P2"):
        amira.documents.add(name, f"{TEXT} {name}.")
    amira.codebook.add("Driving")
    return two_coders


def figure(project):
    return TeamBoard(project).view()["rounds"][-1]["figure"]


@pytest.mark.parametrize(("purpose", "blind", "shown"), [("training", False, True), ("reliability", True, False)])
def test_training_shows_agreement_of_what_both_finished_and_a_round_that_measures_shows_none(
    pair, purpose, blind, shown
):
    amira, ben = pair
    item = amira.rounds.add(purpose=purpose, blind=blind)
    amira.rounds.assign(item, ["P1", "P2"], ["amira", "ben"])
    amira.rounds.open(item)
    assert figure(amira) is None
    for project in (amira, ben):
        project.codings.add("P1", quote="Nobody ordered it.", code="Driving")
        project.rounds.finish("P1")
    ben.codings.add("P2", quote="It rained.", code="Driving")  # not finished: it counts against nobody yet
    found = figure(amira)
    assert (found is not None) is shown
    if shown:
        assert (found["text"], found["en"][:6], found["zh"][:2]) == ("1.00", "so far", "目前")
        ben.rounds.finish("P2")
        amira.rounds.finish("P2")
        assert figure(amira)["text"] != "1.00"
