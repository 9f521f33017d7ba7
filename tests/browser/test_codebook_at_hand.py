"""The codebook while coding: rules changed with a reason, codes split, older wordings read again, a second text beside."""

from __future__ import annotations

import json

import pytest
from at_the_desk import MAKE, SHOW, Desk

TABLE = "There is a table of towns, and we stood at the bottom."
PLANNED = "Nobody planned it."
BOOK = """
import json
print(json.dumps({
    "codes": {c.name: [c.definition, c.version, tree.find(c.parent).name if c.parent else None] for c in project.codebook},
    "under": [c.code_version for c in project.codings],
    "reasons": [v.reason for v in project.store.code_history(project.codebook.find("Ranking").uid)],
    "off": [not p.codable for p in project.documents["L1"].outline.paragraphs],
}))
"""


@pytest.fixture
def desk(lab_page):
    return Desk(lab_page([MAKE, SHOW]))


def book(desk):
    desk.stored()
    return json.loads(desk.lab.run(BOOK).strip().splitlines()[-1])


def row(desk, name):
    return desk.page.locator(".qc-tree [data-code]", has_text=name).first


def test_a_rule_changes_with_a_reason_and_its_codings_are_read_again(desk):
    page = desk.page
    desk.press("j", "j", "1", "j", "1")
    desk.expect((PLANNED, "Ranking"), (TABLE, "Ranking"))
    row(desk, "Ranking").focus()
    desk.press("e")
    box = page.locator(".qc-box.qc-edit")
    box.get_by_label("definition English").fill("Someone is compared with others in public.")
    box.get_by_role("button", name="Save").click()
    assert box.is_visible()  # not without a reason
    page.keyboard.type("Two coders read it differently.")
    desk.lab.shot("code_form")
    desk.press("Enter")
    box.wait_for(state="detached")
    page.locator(".qc .cm-content").first.focus()
    desk.press("o")
    older = page.locator(".qc-box.qc-older")
    older.locator("li").nth(1).wait_for()
    assert "Rules changed (2)" in older.inner_text()
    assert "Two coders read it differently." in older.inner_text()
    desk.lab.shot("older_wordings")
    desk.press("y")
    page.wait_for_function("document.querySelectorAll('.qc-older li').length === 1")
    desk.press("Enter")
    older.wait_for(state="detached")
    desk.saved()
    stored = book(desk)
    assert stored["codes"]["Ranking"][:2] == ["Someone is compared with others in public.", 2]
    assert sorted(stored["under"]) == [1, 2]
    assert "Two coders read it differently." in stored["reasons"]
    desk.expect((PLANNED, "Ranking"), (TABLE, "Ranking"))


def test_a_code_is_split_in_the_tree_and_says_where_it_was_used(desk):
    page = desk.page
    desk.press("j", "j", "2")
    row(desk, "Deadline").focus()
    desk.press("d")
    page.locator(".qc-use", has_text=PLANNED).wait_for()
    desk.press("Escape")
    row(desk, "Deadline").focus()
    desk.press("e")
    page.get_by_role("button", name="Split…").click()
    page.get_by_label("New codes, one a line").fill("Set from above\nSet by oneself")
    desk.press("Control+Enter")
    row(desk, "Set by oneself").wait_for()
    desk.saved()
    codes = book(desk)["codes"]
    assert codes["Set from above"][2] == codes["Set by oneself"][2] == "Deadline"
    desk.expect((PLANNED, "Deadline"))


def test_a_paragraph_is_put_out_of_coding_and_back(desk):
    desk.press("j", "j", "Shift+X")
    desk.page.locator(".qc-line.qc-off").first.wait_for()
    assert book(desk)["off"].count(True) == 1
    desk.page.locator(".qc .cm-content").first.focus()
    desk.press("Shift+X")
    desk.page.locator(".qc-line.qc-off").first.wait_for(state="detached")
    assert not any(book(desk)["off"])


def test_a_key_is_changed_from_the_list_of_keys(desk):
    page = desk.page
    desk.press("?")
    page.locator("tr", has_text="memo on this coding").locator(".qc-cap").click()
    desk.press("q")
    page.locator("tr", has_text="memo on this coding").locator("kbd", has_text="q").wait_for()
    desk.lab.shot("keys_changed")
    desk.press("Escape", "j", "j", "1", "m")
    assert page.locator(".qc-box.qc-memo").count() == 0
    desk.press("q")
    page.keyboard.type("Her own word.")
    desk.press("Control+Enter")
    desk.saved()
    assert desk.stored()["memos"] == ["Her own word."]
    desk.press("?")
    page.get_by_role("button", name="Keys as they were").click()
    page.locator("tr", has_text="memo on this coding").locator("kbd", has_text="m").wait_for()


PAIR = """
zh = '''访谈者：是什么时候开始的？

办事员：没有人计划过。有一张各镇的表，我们排在最后。后来哈罗设了一个房间。👩‍👩‍👧晚上来的。

访谈者：是谁做的？

办事员：是奥卡福女士做的。她还有一年就退休。吉野先生也来了。
'''
if "L1 zh" not in [d.name for d in project.documents]:
    project.documents.add("L1 zh", zh)
    project.documents.translate("L1 zh", "L1", translator="amira")
    project.codings.add("L1 zh", quote="有一张各镇的表", code="Ranking")
"""


def test_the_original_stands_beside_its_translation_and_follows_it(lab_page):
    desk = Desk(lab_page([MAKE + PAIR, SHOW]))
    page = desk.page
    desk.press("w")
    page.locator(".qc-beside-row", has_text="有一张各镇的表").wait_for()
    page.locator(".qc-beside-code", has_text="Ranking").wait_for()
    assert page.locator(".qc-beside-mark").first.inner_text() == "有一张各镇的表"
    desk.press("j", "j", "j")
    page.locator(".qc-beside-row.qc-here", has_text="没有人计划过").wait_for()
    desk.lab.shot("beside_translation")
    desk.press("2")
    desk.press("w")
    page.locator(".qc-beside").wait_for(state="hidden")
    page.locator(".qc-rail").wait_for()
    desk.expect((TABLE, "Deadline"), ("有一张各镇的表", "Ranking"))


OTHER = """
other = qc.open_project("study.coding", coder="ben")
other.codings.add("L1", TEXT.index("Then Harrow"), TEXT.index("Then Harrow") + 26, code="Deadline")
"""


def test_another_coder_stands_beside_ones_own_work(lab_page):
    desk = Desk(lab_page([MAKE + OTHER, SHOW]))
    desk.press("j", "j", "1", "w")
    desk.page.locator(".qc-beside-mark", has_text="Then Harrow opened a room.").wait_for()
    assert desk.page.locator(".qc-beside-code").all_inner_texts() == ["Deadline"]
    desk.lab.shot("beside_coder")
    desk.expect((PLANNED, "Ranking"), ("Then Harrow opened a room.", "Deadline"))


CORRECT = "project.documents.correct('L1', TEXT.replace('at the bottom', 'near the end'), reason='heard wrongly')"


def test_a_coding_whose_place_a_correction_left_unclear_is_looked_at_and_confirmed(desk):
    page = desk.page
    desk.press("j", "j", "1", "j", "1")
    desk.expect((PLANNED, "Ranking"), (TABLE, "Ranking"))
    desk.press("Home")
    desk.lab.run("project.codings.add('L1', quote='bottom', code='Old fame')")
    desk.lab.run(CORRECT)
    assert "bottom" in desk.lab.run("print([words for _, words in project.codings.to_review()])")
    page.get_by_text("near the end").first.wait_for()
    page.locator(".qc .cm-content").first.focus()
    desk.press("o")
    waiting = page.locator(".qc-box.qc-older")
    waiting.get_by_text("Place unclear since the text was corrected").wait_for()
    before = waiting.locator("li").count()
    assert "bottom" in waiting.locator("li s").all_inner_texts()
    desk.lab.shot("place_unclear")
    desk.press("y")
    page.wait_for_function("n => document.querySelectorAll('.qc-older li').length === n - 1", arg=before)
    desk.press("Escape")
    desk.saved()
    assert desk.lab.run("print(len(project.codings.to_review()), flush=True)").strip() == str(before - 1)
