"""Rounds: who codes what, what is fixed when one opens, and what a coder sees until it closes."""

from __future__ import annotations

import re

import pytest

import coding as qc
from coding.errors import InvalidValue, NotFound, Refused
from coding.project.rounds import draw_stratified

TEXT = "We looked at Riverside. Nobody ordered it. 我们去看了河滨区。"


@pytest.fixture
def team(two_coders):
    """A project of six documents in two languages as amira and as ben, in one file."""
    amira, _ = two_coders
    for i in range(6):
        amira.documents.add(f"P{i}", f"{TEXT} {i}", kind="interview" if i % 2 else "abstract")
    amira.codebook.add("Driving")
    amira.codebook.add("Learning")
    return two_coders


def blind_round(project, documents=("P0", "P1"), coders=("amira", "ben"), purpose="reliability"):
    item = project.rounds.add(purpose=purpose)
    project.rounds.assign(item, documents, coders)
    return project.rounds.open(item)


def test_who_was_given_what_is_shown_by_names(team):
    amira, _ = team
    item = amira.rounds.add()
    given = amira.rounds.distribute(item, ["P0", "P1", "P2", "P3"], ["amira", "ben"], overlap=0.5, seed=1)
    assert len(given) == 6
    assert re.fullmatch(r"amira: 3 documents \(P\d, P\d, P\d\)\nben: 3 documents \(P\d, P\d, P\d\)", repr(given))


def test_each_stratum_is_drawn_in_proportion_and_again_the_same():
    items = [(f"{i:02}", "en" if i < 12 else "zh") for i in range(16)]
    drawn = draw_stratified(items, 0.5, seed=3)
    assert sum(uid < "12" for uid in drawn) == 6
    assert len(drawn) == 8
    assert drawn == draw_stratified(items, 0.5, seed=3)
    assert drawn != draw_stratified(items, 0.5, seed=4)


def test_everyone_codes_the_sample_and_the_rest_is_shared(team):
    amira, _ = team
    item = amira.rounds.add(purpose="reliability")
    amira.coders.add("chen")
    names = [f"P{i}" for i in range(6)]
    amira.rounds.distribute(item, names, ["amira", "ben"], overlap=1 / 3, stratify="kind", seed=5)
    coders = amira.rounds.progress().groupby("document")["coder"].nunique()
    assert sorted(coders) == [1, 1, 1, 1, 2, 2]
    sample = amira.rounds[item.number].protocol["sample"]
    assert (sample["seed"], sample["stratify"], len(sample["documents"])) == (5, "kind", 2)
    kinds = {amira.documents.find(d).kind for d in sample["documents"]}
    assert kinds == {"interview", "abstract"}


@pytest.mark.parametrize("overlap", [-0.1, 1.5])
def test_an_overlap_is_a_share(team, overlap):
    amira, _ = team
    item = amira.rounds.add()
    with pytest.raises(InvalidValue, match="share from 0 to 1"):
        amira.rounds.distribute(item, ["P0"], ["ben"], overlap=overlap)


def test_opening_fixes_protocol_sample_and_codebook(team):
    amira, _ = team
    item = blind_round(amira)
    fixed = item.protocol
    assert item.blind
    assert (fixed["unit"], fixed["universe"], fixed["threshold"]) == ("sentence", "respondents", 0.8)
    assert sorted(fixed["documents"]) == sorted(amira.documents.find(d).uid for d in ("P0", "P1"))
    assert set(fixed["codebook"]) == {c.uid for c in amira.codebook}
    with pytest.raises(Refused, match="sample is fixed"):
        amira.rounds.assign(item, ["P2"], ["ben"])
    with pytest.raises(Refused, match="only a planned round"):
        amira.rounds.open(item)
    with pytest.raises(Refused, match="codebook is closed"):
        amira.codebook.add("Late")


def test_a_round_without_documents_does_not_open(team):
    amira, _ = team
    amira.rounds.add("empty")
    with pytest.raises(InvalidValue, match="no documents"):
        amira.rounds.open("empty")


def test_discussed_documents_are_refused(team):
    amira, _ = team
    amira.rounds.close(blind_round(amira))
    with pytest.raises(Refused, match="P1: already discussed"):
        blind_round(amira, ["P1", "P2"])


def test_a_coder_sees_only_hers_until_it_closes(team):
    amira, ben = team
    item = blind_round(amira)
    hers = amira.codings.add("P0", start=0, end=23, code="Driving")
    his = ben.codings.add("P0", start=0, end=23, code="Learning")
    ben.memos.add("I wonder", about=[his.uid])
    assert [c.uid for c in amira.codings] == [hers.uid]
    assert set(amira.snapshot().codings.uid.tolist()) == {hers.uid}
    assert list(amira.snapshot().memos) == []
    assert len(ben.snapshot().memos) == 1
    assert sum(amira.code_counts().values()) == 1
    assert len(amira.codings.to_frame()) == 1
    with pytest.raises(Exception, match="open and blind"):
        amira.agreement(round=item.number)
    with pytest.raises(Refused, match="open and blind"):
        amira.rounds.documents_needed(item)
    amira.rounds.close(item)
    assert {c.uid for c in amira.codings} == {hers.uid, his.uid}
    assert len(amira.snapshot().memos) == 1


def test_a_document_of_others_cannot_be_coded(team):
    amira, ben = team
    blind_round(amira, ["P0"], ["amira"])
    with pytest.raises(Refused, match="not given to ben"):
        ben.codings.add("P0", start=0, end=5, code="Driving")


def test_finished_with_nothing_coded_is_said_apart(team):
    amira, ben = team
    item = blind_round(amira)
    ben.rounds.finish("P0")
    ben.codings.add("P1", start=0, end=23, code="Driving")
    ben.rounds.finish("P1")

    def seen(project):
        frame = project.rounds.progress(item).set_index(["document", "coder"])["nothing_coded"]
        return [frame["P0", "ben"], frame["P1", "ben"], frame["P0", "amira"]]

    assert seen(ben) == [True, False, False]
    assert seen(amira)[:2] == [None, None]
    amira.rounds.close(item)
    assert seen(amira) == [True, False, False]


def test_finishing_can_be_taken_back(team):
    amira, _ = team
    blind_round(amira)
    assert amira.rounds.finish("P0").status == "finished"
    assert amira.rounds.finish("P0", finished=False).status == "started"


def test_a_change_of_meaning_makes_figures_stale(team):
    amira, _ = team
    item = amira.rounds.close(blind_round(amira))
    assert amira.rounds.stale(item) == []
    amira.codebook.set("Driving", definition="Someone above pushes.")
    assert amira.rounds.stale(item) == ["Driving"]


def test_only_a_lead_opens_where_there_is_one(team):
    amira, ben = team
    amira.coders.set("amira", role="lead")
    with pytest.raises(Refused, match="by amira"):
        ben.rounds.add()
    item = blind_round(amira)
    with pytest.raises(Refused, match="by amira"):
        ben.rounds.close(item)


def test_what_was_begun_is_not_taken_back(team):
    amira, _ = team
    item = blind_round(amira)
    amira.rounds.unassign(item, "P0", "ben")
    assert len(amira.rounds.assignments(item)) == 3
    amira.rounds.set_progress(amira.documents.find("P1").uid, 5)
    with pytest.raises(Refused, match="has begun"):
        amira.rounds.unassign(item, "P1", "amira")
    with pytest.raises(NotFound, match="not given"):
        amira.rounds.unassign(item, "P5", "ben")


def test_training_is_followed_against_a_key_and_rounds_side_by_side(tmp_path):
    with qc.build_sample(tmp_path / "sample.coding") as project:
        frame = project.rounds.against_key("Training", "amira")
        assert set(frame["coder"]) == {"ben"}
        assert frame["alpha"].max() <= 1
        compared = project.rounds.compare()
        assert list(compared.columns) == ["Training", "Reliability"]
        estimate = project.rounds.documents_needed("Reliability", 0.2)
        assert estimate.documents > project.rounds.documents_needed("Reliability", 0.6).documents
