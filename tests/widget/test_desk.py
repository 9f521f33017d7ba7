"""The kernel's side of the text coder: what a message does to the project, and what goes back."""

from __future__ import annotations

import hashlib
import itertools

import numpy as np
import pytest

import coding as qc
from coding.model import Coding, Suggestion, new_uid
from coding.widget.desk import Desk
from coding.widget.messages import read_request

TEXT = "Interviewer: Who did it?\n\nClerk: The town did. 😀 Nobody else 说实话. 𠮷野 came.\n\nInterviewer: And now?\n\nClerk: Nothing.\n"


class Hand:
    """A coder at the desk: sends actions as the browser would and returns the answers."""

    def __init__(self, project):
        self.project = project
        self.document = project.documents.find("L1")
        self.desk = Desk(project, self.document.uid)
        self.desk.state()

    def send(self, action, op=None, **fields):
        op_fields = {
            "id": op or new_uid(), "document": self.document.uid, "version": self.document.version,
            "coder": self.project.coder_uid, "session": self.desk.session, "action": action, **fields,
        }  # fmt: skip
        request = read_request({"v": 1, "kind": "op", "op": op_fields})
        ((answer, _),) = self.desk.answer(request)
        return answer

    def passage(self, words):
        start = TEXT.index(words)
        end = start + len(words)
        return {"start": start, "end": end, "hash": hashlib.sha256(words.encode()).hexdigest()}

    def code(self, words, code, **more):
        return self.send({"kind": "code", "code": self.project.codebook.find(code).uid, **self.passage(words)}, **more)

    def stored(self):
        """Return what another program would read: (words, code) of every coding."""
        tree = self.project.codebook.tree
        return [(TEXT[c.start : c.end], tree.find(c.code).name) for c in self.project.codings.of("L1")]


@pytest.fixture
def project(tmp_path):
    with qc.open_project(tmp_path / "a.coding", coder="amira", create=True) as project:
        project.documents.add("L1", TEXT)
        project.codebook.add("Ranking", name_zh="排名压力")
        project.codebook.add("Career")
        yield project


@pytest.fixture
def hand(project):
    return Hand(project)


def test_the_state_holds_text_codings_and_units_as_code_points(hand):
    hand.code("😀 Nobody else 说实话", "Ranking")
    message, buffers = hand.desk.state()
    text = buffers[0].decode()
    assert text == TEXT
    table = np.frombuffer(buffers[1], "<u4").reshape(7, -1)
    assert text[table[0][0] : table[1][0]] == "😀 Nobody else 说实话"
    assert message["code_index"][table[2][0]] == hand.project.codebook.find("Ranking").uid
    sentences = np.frombuffer(buffers[3], "<u4").reshape(-1, 2)
    assert "The town did." in [text[a:b] for a, b in sentences]
    turns = np.frombuffer(buffers[5], "<u4").reshape(-1, 5)
    assert [(message["speakers"][t[3]], t[4]) for t in turns] == [
        ("Interviewer", 1), ("Clerk", 0), ("Interviewer", 1), ("Clerk", 0),
    ]  # fmt: skip
    assert message["codes"][0]["pinyin"] == ["pái", "míng", "yā", "lì"]


def test_an_answer_comes_after_the_commit_and_names_what_was_made(hand):
    answer = hand.code("The town did.", "Ranking")
    assert answer["kind"] == "ack"
    assert hand.project.codings[answer["coding"]].start == TEXT.index("The town")
    assert [row["uid"] for row in answer["delta"]["added"]] == [answer["coding"]]
    assert answer["delta"]["counts"] == {hand.project.codebook.find("Ranking").uid: 1}


def test_a_doubled_message_changes_nothing(hand):
    op = new_uid()
    first, *rest = (hand.code("The town did.", "Ranking", op=op) for _ in range(5))
    assert len(hand.stored()) == 1
    assert {answer["coding"] for answer in rest} == {first["coding"]}
    assert all(answer["delta"] is None for answer in rest)


def test_a_number_that_was_used_for_something_else_is_refused(hand):
    op = new_uid()
    hand.code("The town did.", "Ranking", op=op)
    answer = hand.code("Nothing.", "Career", op=op)
    assert (answer["kind"], answer["reason"]) == ("nack", "invalid")
    assert hand.stored() == [("The town did.", "Ranking")]


def test_everything_sent_again_after_a_restart_leaves_one_of_each(hand):
    one, two, three, four = (new_uid() for _ in range(4))
    career = hand.project.codebook.find("Career").uid
    script = [
        (lambda h: h.code("The town did.", "Ranking", op=one)),
        (lambda h: h.send({"kind": "recode", "coding": f"op:{one}", "code": career}, op=two)),
        (lambda h: h.send({"kind": "memo", "about": f"op:{two}", "body": "hm", "memo": None}, op=three)),
        (lambda h: h.send({"kind": "create", "name": "New", "parent": None, **h.passage("came")}, op=four)),
    ]
    for step in script:
        assert step(hand)["kind"] == "ack"
    again = Hand(hand.project)  # a new kernel remembers no op
    before = hand.stored()
    for step in script[1:2]:
        step(hand)
    assert (
        again.send({"kind": "create", "name": "New", "parent": None, **again.passage("came")}, op=four)["kind"] == "ack"
    )
    assert again.stored() == before
    assert sorted(before) == [("The town did.", "Career"), ("came", "New")]
    assert len(hand.project.memos) == 1


def test_an_edge_moves_and_recoding_keeps_the_memo(hand):
    made = hand.code("The town did.", "Ranking")["coding"]
    hand.send({"kind": "memo", "about": made, "body": "why?", "memo": None})
    moved = hand.send({"kind": "move", "coding": made, **hand.passage("The town")})
    assert moved["delta"]["removed"] == [made]
    recoded = hand.send({"kind": "recode", "coding": moved["coding"], "code": hand.project.codebook.find("Career").uid})
    assert hand.stored() == [("The town", "Career")]
    memos = hand.desk.state()[0]["memos"]
    assert [(m["body"], recoded["coding"] in m["about"]) for m in memos] == [("why?", True)]


def test_undo_and_redo_walk_back_and_forth(hand):
    hand.code("The town did.", "Ranking")
    hand.code("came", "Career")
    for expected in ([("The town did.", "Ranking")], []):
        assert hand.send({"kind": "undo"})["done"]
        assert hand.stored() == expected
    answer = hand.send({"kind": "redo"})
    assert hand.stored() == [("The town did.", "Ranking")]
    assert len(answer["delta"]["added"]) == 1


def test_undo_says_when_there_is_nothing(hand):
    while hand.send({"kind": "undo"})["done"]:
        pass
    assert hand.send({"kind": "undo"})["done"] is None


def test_undo_of_an_earlier_kernel_is_not_repeated(hand):
    hand.code("came", "Career")
    answer = hand.send({"kind": "undo"}, session="another")
    assert (answer["kind"], answer["reason"]) == ("nack", "refused")
    assert hand.stored() == [("came", "Career")]


def test_a_new_code_and_its_first_passage_are_one_step(hand):
    answer = hand.send({"kind": "create", "name": "In vivo", "parent": None, **hand.passage("说实话")})
    assert hand.stored() == [("说实话", "In vivo")]
    assert "In vivo" in [c["name"] for c in answer["delta"]["codes"]]
    hand.send({"kind": "undo"})
    assert hand.stored() == []
    assert "In vivo" not in [c.name for c in hand.project.codebook]


def test_a_stale_view_is_refused(hand):
    passage = {**hand.passage("came"), "hash": "0" * 64}
    answer = hand.send({"kind": "code", "code": hand.project.codebook.find("Career").uid, **passage})
    assert (answer["kind"], answer["reason"]) == ("nack", "stale")
    assert hand.stored() == []


def test_an_older_version_of_the_text_is_refused(hand):
    answer = hand.code("came", "Career", version=7)
    assert answer["reason"] == "stale"


def test_another_coders_message_is_refused(hand):
    answer = hand.code("came", "Career", coder=new_uid())
    assert (answer["kind"], answer["reason"]) == ("nack", "refused")
    assert hand.stored() == []


def test_another_coders_coding_is_not_touched(hand, tmp_path):
    with qc.open_project(tmp_path / "a.coding", coder="ben") as other:
        theirs = other.codings.add("L1", quote="came", code="Career")
    answer = hand.send({"kind": "remove", "coding": theirs.uid})
    assert (answer["kind"], answer["reason"]) == ("nack", "refused")
    assert hand.stored() == [("came", "Career")]


def test_what_others_do_arrives_with_the_next_message(hand, tmp_path):
    with qc.open_project(tmp_path / "a.coding", coder="ben") as other:
        theirs = other.codings.add("L1", quote="came", code="Career")
    delta = hand.code("The town did.", "Ranking")["delta"]
    assert theirs.uid in [row["uid"] for row in delta["added"]]
    assert len(delta["added"]) == 2


def test_a_ping_is_answered_only_where_something_changed(hand):
    ping = read_request({"v": 1, "kind": "ping"})
    assert list(hand.desk.answer(ping)) == []
    hand.project.codings.add("L1", quote="came", code="Career")
    ((message, _),) = hand.desk.answer(ping)
    assert (message["kind"], len(message["added"])) == ("delta", 1)


def test_the_deltas_of_a_sitting_add_up_to_the_stored_codings(hand):
    known = {}
    made = []
    words = ["The town did.", "town", "Nobody else", "说实话", "𠮷野 came", "😀"]
    codes = ["Ranking", "Career"]
    for i, (word, code) in enumerate(itertools.product(words, codes)):
        answers = [hand.code(word, code)]
        made.append(answers[0]["coding"])
        if i % 3 == 2:
            answers.append(hand.send({"kind": "remove", "coding": made[i - 1]}))
        if i % 4 == 3:
            answers.append(hand.send({"kind": "undo"}))
        for answer in answers:
            delta = answer["delta"] or {"added": [], "removed": []}
            for uid in delta["removed"]:
                known.pop(uid)
            known |= {row["uid"]: row for row in delta["added"]}
    assert set(known) == {c.uid for c in hand.project.codings.of("L1")}


def test_a_suggestion_becomes_a_coding_only_when_taken(hand):
    career = hand.project.codebook.find("Career")
    ids = [new_uid(), new_uid()]
    with hand.project.store.change("suggest") as change:
        for uid, words in zip(ids, ["town", "came"], strict=True):
            start = TEXT.index(words)
            change.put(Suggestion(uid, hand.document.uid, career.uid, start, start + len(words), source="cues"))
    assert len(hand.desk.state()[0]["suggestions"]) == 2
    answer = hand.send({"kind": "accept", "suggestion": ids[0]})
    hand.send({"kind": "refuse", "suggestion": ids[1]})
    assert hand.stored() == [("town", "Career")]
    assert hand.project.store.get(Coding, answer["coding"]).origin == "accepted"
    assert hand.desk.state()[0]["suggestions"] == []


def test_finishing_is_a_deliberate_act_that_can_be_taken_back(hand):
    hand.send({"kind": "read", "furthest": 20})
    assert hand.project.rounds.assignment_of(hand.document.uid).status == "started"
    touched = hand.send({"kind": "finish", "finished": True})["delta"]["touched"]
    assert [(d["status"], d["furthest"]) for d in touched] == [("finished", 20)]
    hand.send({"kind": "finish", "finished": False})
    assert hand.project.rounds.assignment_of(hand.document.uid).status == "started"


def test_a_paragraph_taken_for_paratext_can_be_coded_after_all(hand):
    start = TEXT.index("Clerk")
    hand.send({"kind": "paratext", "start": start, "codable": False})
    paragraph = next(p for p in hand.project.documents["L1"].outline.paragraphs if p.start == start)
    assert paragraph.codable is False


def test_hostile_names_come_back_as_they_are(hand):
    name = '<img src=x onerror=alert(1)> > "quoted" \'s 𠮷'
    answer = hand.send({"kind": "create", "name": name, "parent": None})
    assert name in [c["name"] for c in answer["delta"]["codes"]]


def test_search_finds_two_characters_and_says_where(hand):
    request = read_request({"v": 1, "kind": "search", "query": "实话"})
    ((found, _),) = hand.desk.answer(request)
    assert [(h["match"], h["name"]) for h in found["hits"]] == [("实话", "L1")]
    assert TEXT[found["hits"][0]["start"] :].startswith("实话")


def test_codes_change_places_and_a_second_message_changes_nothing(hand):
    book = hand.project.codebook
    top, inner = book.add("Top"), book.add("Inner")
    twice = {"kind": "arrange", "code": inner.uid, "parent": top.uid, "position": None}
    assert [hand.send(twice)["kind"] for _ in range(2)] == ["ack", "ack"]
    assert book.find(inner.uid).parent == top.uid
    revision = hand.project.store.revision
    hand.send(twice)
    assert hand.project.store.revision == revision


def test_a_merged_code_keeps_its_codings_under_the_other_and_undo_parts_them(hand):
    book = hand.project.codebook
    kept, gone = book.add("Kept"), book.add("Gone")
    hand.project.codings.add(hand.document, 26, 30, code=gone)
    merge = {"kind": "merge", "code": gone.uid, "into": kept.uid}
    assert [hand.send(merge)["kind"] for _ in range(2)] == ["ack", "ack"]
    assert hand.project.code_counts()[kept.uid] == 1
    hand.send({"kind": "undo"})
    assert hand.project.code_counts().get(kept.uid, 0) == 0


def test_a_code_is_staged_retired_and_brought_back(hand):
    code = hand.project.codebook.add("Change")
    for fields, seen in [
        ({"stage": "axial"}, ("axial", False)),
        ({"retired": True}, ("axial", True)),
        ({"retired": False}, ("axial", False)),
    ]:
        hand.send({"kind": "edit", "code": code.uid, "fields": fields})
        now = hand.project.codebook.find(code.uid)
        assert (now.stage, now.retired) == seen


# ---- questions, and the codebook at hand


def ask(hand, **question):
    ((answer, _),) = hand.desk.answer(read_request({"v": 1, **question}))
    return answer


def test_codings_under_an_older_wording_are_listed_rules_first_and_confirmed_once(hand):
    hand.code("Nothing.", "Career")
    hand.code("The town did.", "Ranking")
    book = hand.project.codebook
    book.rename("Career", "Own career")
    edit = {
        "kind": "edit",
        "code": book.find("Ranking").uid,
        "fields": {"include": "only in public"},
        "reason": "read apart",
    }
    assert hand.send(edit)["kind"] == "ack"
    rows = ask(hand, kind="outdated")["rows"]
    assert [(r["change"], r["words"], r["under"], r["now"]) for r in rows] == [
        ("semantic", "The town did.", 1, 2), ("content", "Nothing.", 1, 2),
    ]  # fmt: skip
    assert rows[0]["reason"] == "read apart"
    confirm = {"kind": "confirm", "coding": rows[0]["coding"]}
    assert hand.send(confirm)["kind"] == "ack"
    assert hand.send(confirm)["kind"] == "ack"  # the same message again, after a lost answer
    assert [r["words"] for r in ask(hand, kind="outdated")["rows"]] == ["Nothing."]
    assert hand.stored() == [("The town did.", "Ranking"), ("Nothing.", "Own career")]
    assert hand.project.undo() == "recode"
    assert len(ask(hand, kind="outdated")["rows"]) == 2


def test_codings_whose_place_became_unclear_come_first_with_the_words_they_were_made_on(hand):
    hand.code("Nothing.", "Career")
    hand.code("The town did.", "Ranking")
    name = hand.project.documents.find(hand.desk.document).name
    text = hand.project.documents[name].text
    (unclear,) = hand.project.documents.correct(
        name, text.replace("The town did.", "A city had."), reason="transcription"
    )
    rows = ask(hand, kind="outdated")["rows"]
    assert [(r["change"], r["was"], r["coding"]) for r in rows] == [("place", "The town did.", unclear.uid)]
    assert [words for _, words in hand.project.codings.to_review()] == ["The town did."]
    assert hand.send({"kind": "confirm", "coding": unclear.uid})["kind"] == "ack"
    assert ask(hand, kind="outdated")["rows"] == []
    assert hand.project.undo() == "recode"
    assert len(hand.project.codings.to_review()) == 1


def test_a_code_is_split_once_however_often_the_message_comes(hand):
    split = {"kind": "split", "code": hand.project.codebook.find("Ranking").uid, "names": ["Up", "Down"], "reason": ""}
    for _ in range(2):
        assert hand.send(split)["kind"] == "ack"
    assert [c.name for c in hand.project.codebook] == ["Ranking", "Up", "Down", "Career"]


@pytest.mark.parametrize("names", [["One"], [], ["A", "a"], ["A", " "], "AB"])
def test_a_code_is_not_split_into_what_are_no_two_names(hand, names):
    with pytest.raises(qc.errors.InvalidValue, match="split"):
        hand.send({"kind": "split", "code": hand.project.codebook.find("Ranking").uid, "names": names, "reason": ""})


def test_what_a_code_was_used_for_last_comes_newest_first(hand):
    for words in ("Nothing.", "The town did.", "And now?"):
        hand.code(words, "Ranking")
    uses = ask(hand, kind="uses", about=hand.project.codebook.find("Ranking").uid)
    assert {row["words"] for row in uses["rows"]} == {"Nothing.", "The town did.", "And now?"}
    assert all(row["name"] == "L1" for row in uses["rows"])


def test_the_original_beside_a_translation_has_its_own_places_and_codings(hand):
    project = hand.project
    project.documents.add(
        "L1 zh", "访谈者：谁做的？\n\n办事员：镇里做的。😀 没有别人。\n\n访谈者：现在呢？\n\n办事员：没什么。\n"
    )
    assert hand.desk.state()[0]["document"]["beside"] == []
    project.documents.translate("L1 zh", "L1")
    project.codings.add("L1 zh", quote="没有别人", code="Career")
    (other,) = hand.desk.state()[0]["document"]["beside"]
    assert (other["name"], other["role"]) == ("L1 zh", "original")
    answer = ask(hand, kind="beside", about=other["uid"])
    pairs = [(TEXT[a:b], text) for a, b, text, _ in answer["rows"]]
    assert pairs[1] == ("The town did. 😀 Nobody else 说实话. 𠮷野 came.", "镇里做的。😀 没有别人。")
    assert [(text[a:b], code) for _, _, text, marks in answer["rows"] for a, b, code in marks] == [
        ("没有别人", project.codebook.find("Career").uid)
    ]
    project.documents.add("L9", "Another text.")
    with pytest.raises(qc.errors.InvalidValue, match="neither"):
        ask(hand, kind="beside", about=project.documents.find("L9").uid)


def test_what_a_second_screen_of_the_same_project_does_is_not_passed_over(hand):
    other = Hand(hand.project)
    other.code("The town did.", "Career")
    delta = hand.code("Nothing.", "Ranking")["delta"]
    assert len(delta["added"]) == 2
    hand.project.codings.remove(hand.project.codings.of("L1")[0])
    delta = hand.code("And now?", "Ranking")["delta"]
    assert (len(delta["added"]), len(delta["removed"])) == (1, 1)
