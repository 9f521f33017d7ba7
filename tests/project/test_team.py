"""Files for coders and back: nothing of the others in them, everything of theirs returns."""

from __future__ import annotations

import json
import sqlite3

import pytest

import coding as qc
from coding.cli import main
from coding.errors import InvalidValue, NotFound
from coding.project.team import move

TEXT = "We looked at Riverside. Nobody ordered it. 我们去看了河滨区。"
CANARY = "Pflaumenmus"


@pytest.fixture
def strangers(tmp_path):
    """amira's and ben's projects, made apart: both have Trust > Local, and ben alone has Local at the top."""
    made = []
    for coder, rule in (("amira", "Hers."), ("ben", "His.")):
        project = qc.open_project(tmp_path / f"{coder}.coding", coder=coder, create=True)
        project.documents.add(f"by {coder}", f"A text of {coder}.")
        project.codebook.add("Trust", definition=rule)
        project.codebook.add("Local", parent="Trust", definition=rule)
        project.codings.add(f"by {coder}", 0, 6, code="Trust > Local")
        made.append(project)
    made[1].codebook.add("Local", definition="Elsewhere.")
    made[1].close()
    yield made[0], tmp_path / "ben.coding"
    made[0].close()


def test_codes_of_one_name_from_strangers_are_offered_by_their_place_and_never_united(strangers):
    amira, bens = strangers
    (report,) = amira.team.merge(bens, dry_run=True)
    assert sorted(name for kind, name, _, _ in report.same_names if kind == "code") == ["Local", "Trust"]
    assert amira.team.same_names() == []
    (merged,) = amira.team.merge(bens)
    assert (
        repr(merged).splitlines()[0]
        == "ben.coding brought 1 coding, 1 coder, 1 document, 3 codes, settings of the project."
    )
    found = amira.team.same_names()
    assert [(n.path, n.first.definition, n.second.definition, n.second.coder) for n in found] == [
        ("Trust > Local", "Hers.", "His.", "ben"), ("Trust", "Hers.", "His.", "ben"),
    ]  # fmt: skip
    assert len([c for c in amira.codebook if not c.retired]) == 5


def test_two_codes_of_one_name_become_one_or_stay_two(strangers):
    amira, bens = strangers
    amira.team.merge(bens)
    with pytest.raises(InvalidValue, match="Local"):
        amira.team.settle_name(2, "one")  # what lies below first
    assert amira.team.settle_name(1, "one") == "Trust > Local: one code"
    assert amira.team.settle_name(1, "two") == "Trust: two codes, the younger is “Trust (ben)” now"
    assert amira.team.same_names() == []
    counts = {amira.codebook.path(c): amira.code_counts().get(c.uid, 0) for c in amira.codebook if not c.retired}
    assert counts["Trust > Local"] == 2
    assert "Trust (ben)" in counts
    assert amira.undo() == "rename code"
    assert len(amira.team.same_names()) == 1
    with pytest.raises(NotFound, match="no pair 7"):
        amira.team.settle_name(7, "one")
    with pytest.raises(InvalidValue, match="“one” or “two”"):
        amira.team.settle_name(1, "both")
    assert amira.check().ok


@pytest.fixture
def lead(tmp_path):
    """Amira's project with an open blind round for her and ben."""
    project = qc.open_project(tmp_path / "study.coding", coder="amira", create=True)
    for name in ("P0", "P1", "P2"):
        project.documents.add(name, f"{TEXT} {name}")
    project.codebook.add("Driving")
    project.codebook.add("Learning")
    project.coders.add("ben")
    project.codings.add("P2", start=0, end=5, code="Driving")
    item = project.rounds.add(purpose="reliability")
    project.rounds.assign(item, ["P0", "P1"], ["amira", "ben"])
    project.rounds.open(item)
    yield project
    project.close()


def run(capsys, *words):
    code = main([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_others_work_is_not_in_the_file_at_all(lead, tmp_path):
    hers = lead.codings.add("P0", start=0, end=23, code="Learning")
    lead.codings.remove(lead.codings.add("P1", start=0, end=5, code="Learning").uid)
    lead.memos.add(CANARY, about=[hers.uid])
    lead.search(CANARY)
    made = lead.team.hand_out("ben", tmp_path / "ben.coding")
    assert made.withheld == 2
    raw = made.path.read_bytes()
    assert CANARY.encode() not in raw
    with sqlite3.connect(made.path) as connection:
        everything = "\n".join(connection.iterdump())
    assert hers.uid not in everything
    assert hers.uid.replace("-", "") not in everything
    with qc.open_project(made.path, coder="ben") as ben:
        assert ben.check().ok, str(ben.check())
        assert len(list(ben.codings)) == 1  # of P2, which no blind round covers
        assert ben.store.text(ben.documents.find("P0").uid) == f"{TEXT} P0"
        assert len(list(ben.search("Riverside"))) > 0


def test_work_comes_back_whole_and_twice_is_once(lead, tmp_path):
    lead.codings.add("P0", start=0, end=23, code="Learning")
    made = lead.team.hand_out("ben", tmp_path / "ben.coding")
    with qc.open_project(made.path, coder="ben") as ben:
        his = ben.codings.add("P0", start=0, end=23, code="Driving")
        ben.rounds.finish("P0")
        ben.rounds.finish("P1")
    assert lead.team.merge(made.path, dry_run=True)[0].codings_added == 1
    assert len(lead.store.codings()) == 2
    assert lead.team.merge(made.path)[0].codings_added == 1
    assert lead.check().ok, str(lead.check())
    assert his.uid not in {c.uid for c in lead.codings}
    revision = lead.store.revision
    assert lead.team.merge(made.path)[0].events == 0
    assert lead.store.revision == revision
    lead.rounds.finish("P0"), lead.rounds.finish("P1")
    lead.rounds.close(1)
    assert his.uid in {c.uid for c in lead.codings}
    assert lead.rounds.kept_apart(1)
    result = lead.agreement(round=1, draws=0)
    assert result.table.documents == 2
    assert "independently" in result.methods("en")


def test_one_shared_file_does_not_claim_independence(lead):
    lead.rounds.close(1)
    assert not lead.rounds.kept_apart(1)


def test_an_existing_file_is_never_overwritten(lead, tmp_path):
    (tmp_path / "ben.coding").write_text("mine")
    with pytest.raises(InvalidValue, match="already"):
        lead.team.hand_out("ben", tmp_path / "ben.coding")
    assert (tmp_path / "ben.coding").read_text() == "mine"


@pytest.fixture
def conflicting(tmp_path):
    """A project whose code was defined in two ways, by amira and in ben's file."""
    project = qc.open_project(tmp_path / "study.coding", coder="amira", create=True)
    project.documents.add("P0", TEXT)
    project.codebook.add("Driving")
    made = project.team.hand_out("ben", tmp_path / "ben.coding")
    project.codebook.set("Driving", definition="by amira")
    with qc.open_project(made.path, coder="ben") as ben:
        ben.codebook.set("Driving", definition="by ben")
    project.team.merge(made.path)
    yield project
    project.close()


@pytest.mark.parametrize("choice", ["kept", "other"])
def test_a_conflict_is_settled_by_choosing(conflicting, choice):
    (found,) = conflicting.team.conflicts()
    assert {found.kept, found.other} == {"by amira", "by ben"}
    assert {found.kept_by, found.other_by} == {"amira", "ben"}
    assert found.name == "Driving"
    conflicting.team.settle(1, choice)
    assert conflicting.team.conflicts() == []
    assert conflicting.codebook.find("Driving").definition == getattr(found, choice)
    assert conflicting.check().ok, str(conflicting.check())


def test_a_conflict_that_is_not_there(conflicting):
    with pytest.raises(NotFound, match="no conflict 7"):
        conflicting.team.settle(7, "kept")
    with pytest.raises(InvalidValue, match="“kept” or “other”"):
        conflicting.team.settle(1, "mine")


def test_a_round_from_the_shell(tmp_path, capsys):
    path = tmp_path / "study.coding"
    with qc.open_project(path, coder="amira", create=True) as project:
        for i in range(4):
            project.documents.add(f"P{i}", f"{TEXT} {i}")
        project.codebook.add("Driving")
        project.coders.add("ben")
    assert run(
        capsys, "round", "plan", path, "First", "--purpose", "reliability", "--unit", "paragraph", "--coder", "amira"
    )[1]["blind"]
    facts = run(
        capsys,
        "round",
        "assign",
        path,
        "First",
        "--overlap",
        "0.5",
        "--seed",
        "3",
        "--coders",
        "amira,ben",
        "--coder",
        "amira",
    )[1]
    assert facts["assigned"] == 6
    assert run(capsys, "round", "open", path, "1", "--coder", "amira")[1]["protocol"]["unit"] == "paragraph"
    assert {r["status"] for r in run(capsys, "round", "progress", path)[1]} == {"assigned"}
    code, facts = run(capsys, "hand-out", path, "--coder", "ben", "--to", tmp_path / "ben.coding")
    assert (code, facts["rounds"]) == (0, ["First"])
    document = next(r["document"] for r in run(capsys, "round", "progress", path)[1] if r["coder"] == "ben")
    with qc.open_project(tmp_path / "ben.coding", coder="ben") as ben:
        ben.codings.add(document, start=0, end=23, code="Driving")
    assert (
        run(capsys, "merge", path, tmp_path / "ben.coding", "--dry-run", "--coder", "amira")[1][0]["codings_added"] == 1
    )
    assert run(capsys, "merge", path, tmp_path / "ben.coding", "--coder", "amira")[1][0]["codings_added"] == 1
    assert run(capsys, "round", "close", path, "First", "--coder", "amira")[1]["status"] == "closed"
    assert [r["name"] for r in run(capsys, "round", "list", path)[1]] == ["First"]
    code, facts = run(capsys, "round", "open", path, "First", "--coder", "amira")
    assert code == 1
    assert "closed" in facts["reason"]


def test_conflicts_from_the_shell(conflicting, capsys):
    path = conflicting.store.path
    assert run(capsys, "conflicts", path)[1][0]["field"] == "definition"
    assert run(capsys, "conflicts", path, "--take", "1", "--coder", "amira")[1]["left"] == 0


def test_the_administrator_is_told(capsys):
    assert main(["serve-help"]) == 0
    said = capsys.readouterr().out
    assert "coding.storage.roles setup" in said
    assert "pg_dump" in said


def test_a_project_moves_whole(lead, tmp_path):
    lead.codings.add("P0", start=0, end=23, code="Learning")
    move(lead.store.path, tmp_path / "moved.coding")
    with qc.open_project(tmp_path / "moved.coding", coder="amira") as moved:
        assert moved.info.uid == lead.info.uid
        assert len(moved.codings) == len(lead.codings)
        assert moved.check().ok, str(moved.check())
    with pytest.raises(InvalidValue, match="already"):
        move(lead.store.path, tmp_path / "moved.coding")


@pytest.mark.postgres
def test_a_project_moves_to_a_server_and_back(lead, tmp_path, server, capsys):
    lead.codings.add("P0", start=0, end=23, code="Learning")
    lead.memos.add("同事都这么说。", about=lead.codebook.find("Learning"))
    address, back = server("template0"), tmp_path / "back.coding"
    for source, target in ((str(lead.store.path), address), (address, str(back))):
        assert main(["move", source, target]) == 0
        assert main(["check", target]) == 0
    with qc.open_project(back, coder="amira") as moved:
        assert moved.info.uid == lead.info.uid
        assert moved.codings.to_frame().equals(lead.codings.to_frame())
        assert [m.body for m in moved.memos] == [m.body for m in lead.memos]
        assert moved.documents["P0"].text == lead.documents["P0"].text
        assert moved.rounds.to_frame().equals(lead.rounds.to_frame())
    assert main(["move", str(back), address]) == 1
    assert "already" in capsys.readouterr().err
