"""People stay unknown: marks found, words blotted out for good, names replaced on the way in, a participant erased."""

from __future__ import annotations

import pytest

import coding as qc
from coding.errors import InvalidValue, Refused
from coding.project.pseudonyms import Pseudonyms

TALK = """Interviewer: May I call you?

Clerk Zhao: My number is 138-0013-8000, my card 11010519491231002X. I copied the town next door.

Clerk Zhao: 写信到 zhao@example.org 就行。That is all.
"""
SECRETS = ("138-0013-8000", "11010519491231002X", "zhao@example.org")


@pytest.fixture
def project(tmp_path):
    with qc.open_project(tmp_path / "home" / "study.coding", coder="amira", create=True) as project:
        project.documents.add("P01", TALK)
        project.codebook.add("Copying")
        yield project


@pytest.fixture(autouse=True)
def home(tmp_path):
    (tmp_path / "home").mkdir()


def covered(project):
    return [project.documents["P01"].text[c.start : c.end] for c in project.codings]


def test_marks_are_found_and_their_words_shown_only_when_asked_for(project):
    found = project.privacy.find()
    assert list(found["kind"]) == ["mobile", "identity card", "e-mail"]
    assert found["certain"].all()
    assert not any(secret in found.to_string() for secret in SECRETS)
    assert list(project.privacy.find(text=True)["words"]) == list(SECRETS)
    assert "name" in set(project.privacy.find(names=True)["kind"]) or len(project.privacy.find(names=True)) >= 3


def test_what_is_blotted_out_is_gone_from_the_file_and_codings_stay(project, tmp_path):
    project.codings.add("P01", quote="I copied the town next door.", code="Copying")
    project.codings.add("P01", quote="My number is 138-0013-8000, my card", code="Copying")
    project.search("number")
    before = covered(project)
    path = project.store.path
    report = project.privacy.redact(project.privacy.find())
    assert "3 passages in 1 document" in repr(report)
    assert "exports" in repr(report)
    assert report.unclear == 0
    assert covered(project)[0] == "My number is █████████████, my card"
    assert covered(project)[1] == before[1]
    assert project.documents["P01"].length == len(TALK)
    assert project.check().ok, str(project.check())
    assert project.undo() != "redact text", "what is gone for good is no step"
    assert project.check().ok, str(project.check())
    project.close()
    raw = path.read_bytes()
    assert not [secret for secret in SECRETS if secret.encode() in raw]
    with qc.open_project(path, coder="amira") as again:
        assert "█████████████" in again.documents["P01"].text
        assert len(again.privacy.find()) == 0


def test_a_correction_before_a_blot_cannot_be_undone_into_nothing(project):
    project.documents.correct("P01", TALK.replace("That is all.", "That was all."))
    project.privacy.redact("P01")
    with pytest.raises(Refused, match="has been changed since"):
        project.undo()
    assert "That was all." in project.documents["P01"].text
    assert project.check().ok, str(project.check())


def test_a_speaker_whose_label_is_blotted_out_keeps_her_case_and_role(project):
    project.cases.set_speaker("P01", "Clerk Zhao", case="P-one", role="respondent")
    turns = [(m, m + len("Clerk Zhao")) for m in range(len(TALK)) if TALK.startswith("Clerk Zhao", m)]
    path = project.store.path
    report = project.privacy.redact("P01", turns)
    assert "cases that are called as the label was: Clerk Zhao" in repr(report)
    frame = project.codings.add("P01", quote="I copied the town next door.", code="Copying")
    assert frame is not None
    row = project.codings.to_frame().iloc[0]
    assert row["speaker"] == "█████ ████"
    assert row["case"] == "P-one"
    assert project.check().ok, str(project.check())
    project.close()
    raw = path.read_bytes()
    assert b'"label":"Clerk Zhao"' not in raw
    assert b"Clerk Zhao:" not in raw


def test_a_place_that_is_none_is_refused_and_nothing_is_changed(project):
    with pytest.raises(InvalidValue, match="is no place in it"):
        project.privacy.redact("P01", [(5, 9), (0, 10_000)])
    assert "Nothing was blotted out" in repr(project.privacy.redact("P01", []))
    assert "Nothing was blotted out" in repr(project.privacy.redact(project.privacy.find().iloc[:0]))
    assert project.documents["P01"].text == TALK


def test_blots_travel_with_a_merge(project, tmp_path):
    amira = project.store.path
    project.team.hand_out("ben", tmp_path / "ben.coding")
    project.privacy.redact("P01")
    project.close()
    with qc.open_project(tmp_path / "ben.coding", coder="ben") as ben:
        ben.team.merge(amira)
        assert "█" in ben.documents["P01"].text
        assert ben.check().ok
        path = ben.store.path
    assert not [secret for secret in SECRETS if secret.encode() in path.read_bytes()]


def test_names_are_replaced_before_anything_is_stored(project, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "Zhao Min.txt").write_text(
        "Zhao Min: We copied it. 赵敏说，Zhao Minghui 也来了。\n\nBen: And then?\n\nZhao Min: Nothing.\n", "utf-8"
    )
    table = tmp_path / "names.csv"
    table.write_text("name,pseudonym\nZhao Min,P03\n赵敏,受访者三\n李某,\n", "utf-8")
    report = project.documents.add_files(tmp_path / "in", pseudonyms=table, progress=False)
    document = project.documents["P03"]
    assert document.text.startswith("P03: We copied it. 受访者三说，Zhao Minghui 也来了。\n")
    assert "3 names replaced by pseudonyms" in repr(report)
    assert "P03" in [case.name for case in project.cases]
    project.documents.add("Pasted", "赵敏又来。", pseudonyms={"赵敏": "受访者三"})
    path = project.store.path
    project.close()
    raw = path.read_bytes()
    assert "赵敏".encode() not in raw
    assert b"Zhao Min:" not in raw
    assert b"Zhao Min.txt" not in raw


def test_places_of_subtitles_follow_the_names(project, tmp_path):
    srt = (
        "1\n00:00:01,000 --> 00:00:03,000\nZhao Min: We went.\n\n2\n00:00:04,000 --> 00:00:06,000\nBen: Zhao Min did.\n"
    )
    (tmp_path / "talk.srt").write_text(srt, "utf-8")
    project.documents.add_files(tmp_path / "talk.srt", pseudonyms={"Zhao Min": "P03"}, progress=False)
    document = project.documents["talk"]
    turns = project.store.outline(document.uid).turns
    assert [(document.text[t.start : t.label_end].strip(), t.begin_ms) for t in turns] == [
        ("P03:", 1000),
        ("Ben:", 4000),
    ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("who,pseudonym\na,b\n", "needs name and pseudonym"),
        ("name,pseudonym\nLi,A\nLi,B\n", "two pseudonyms"),
        ("name,pseudonym\nLi,\n", "names nobody"),
    ],
)
def test_a_table_that_is_wrong_is_refused_without_saying_a_name(tmp_path, table, said):
    path = tmp_path / "names.csv"
    path.write_text(table, "utf-8")
    with pytest.raises(InvalidValue, match=said):
        Pseudonyms.of(path)
    assert "Li" not in repr(Pseudonyms.of({"Li": "A"}))


def test_the_table_of_names_is_kept_apart(project, tmp_path):
    project.documents.add("P02", "昨天王主任来过，李明也在。")
    with pytest.raises(Refused, match="beside the project"):
        project.privacy.write_table(project.store.path.parent / "names.csv")
    path = project.privacy.write_table(tmp_path / "names.csv")
    assert path.read_text("utf-8-sig").startswith("name,pseudonym,kind,times\n")
    with pytest.raises(Refused, match="is there already"):
        project.privacy.write_table(path)


def test_a_participant_is_erased_when_it_is_said_twice(project):
    project.cases.set_values("Clerk Zhao", {"rank": "clerk"})
    project.documents.add(
        "P02",
        "Interviewer: And here?\n\nClerk Zhao: We went.\n\nClerk Qian: I stayed.\n\nClerk Zhao: So she did.\n\nClerk Qian: Alone.\n",
    )
    project.codings.add("P01", quote="I copied the town next door.", code="Copying")
    project.memos.add("She hesitates.", about=[project.documents["P01"].uid])
    with pytest.raises(Refused, match="1 coding and 1 memo"):
        project.privacy.erase(cases="Clerk Zhao")
    assert len(project.documents) == 2
    report = project.privacy.erase(cases="Clerk Zhao", for_good=True)
    assert "Erased 1 document, 1 case, 1 memo, 1 coding" in repr(report)
    assert "exports" in repr(report)
    assert "P02" in repr(report), "she speaks there as well"
    assert [d.name for d in project.documents] == ["P02"]
    assert [c.name for c in project.cases] == ["Clerk Qian"]
    path = project.store.path
    assert project.check().ok
    project.close()
    assert b"I copied the town" not in path.read_bytes()


def test_on_a_server_words_are_blotted_out_and_a_participant_is_erased(server):
    import sqlalchemy as sa

    address = server()
    with qc.open_project(address, coder="amira") as project:
        project.documents.add("P01", TALK)
        project.codebook.add("Copying")
        project.codings.add("P01", quote="My number is 138-0013-8000, my card", code="Copying")
        project.privacy.redact(project.privacy.find())
        assert covered(project) == ["My number is █████████████, my card"]
        assert project.check().ok, str(project.check())
        project.privacy.erase(documents="P01", for_good=True)
        assert project.check().ok, str(project.check())
    with sa.create_engine(address).connect() as connection:
        kept = " ".join(map(str, connection.execute(sa.text("SELECT body FROM contents")).scalars()))
        kept += " ".join(map(str, connection.execute(sa.text("SELECT payload FROM journal")).scalars()))
    assert not [secret for secret in (*SECRETS, "I copied the town") if secret in kept]
