"""Two coders work a blind round on the sample texts by files, through merge to agreement and consensus, on the real screens."""

from __future__ import annotations

import json
import time

import pytest

MAKE = """
import coding as qc
with qc.build_sample("sample.coding") as sample:
    texts = {d.name: d.text for d in sample.documents if d.name.startswith("A0")}
project = qc.open_project("study.coding", coder="amira", create=True)
for name in list(texts)[:2]:
    project.documents.add(name, texts[name], kind="abstract")
for name in ("Ranking", "Deadline"):
    done = project.codebook.add(name)
for name in ("amira", "ben"):
    done = project.coders.add(name)
"""
OPEN = "import coding as qc\nproject = qc.open_project({path!r}, coder={coder!r})\n"


def ask(lab, expression):
    return json.loads(lab.run(f"import json; print(json.dumps({expression}))").strip().splitlines()[-1])


def until(lab, expression, wanted):
    limit = time.monotonic() + 40
    while (found := ask(lab, expression)) != wanted and time.monotonic() < limit:
        time.sleep(0.3)
    assert found == wanted


@pytest.mark.long
def test_a_blind_round_by_files_from_plan_to_consensus(lab_page):
    lab = lab_page([MAKE, "project.team()"], height=1200)
    page = lab.page
    page.locator(".qt").wait_for()
    page.locator(".qt").focus()
    page.keyboard.press("n")
    page.get_by_role("button", name="Reliability", exact=True).press("Enter")
    page.locator(".qt-card").wait_for()
    page.locator(".qt").focus()
    page.keyboard.press("s")
    page.get_by_label("Coded by everyone").fill("100")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.qt-matrix .qt-st')].filter(e => e.textContent === 'assigned').length === 4"
    )
    page.locator(".qt").focus()
    page.keyboard.press("o")
    page.keyboard.press("o")
    page.locator(".qt-card.qt-open", has_text="open and blind").wait_for()
    lab.run("made = project.team.hand_out('ben', 'ben.coding')")

    for path, coder, keys in (("study.coding", "amira", "jj1j2"), ("ben.coding", "ben", "jj1j1")):
        desk = lab_page(
            [OPEN.format(path=path, coder=coder), "qc.TextCoder(project, next(iter(project.documents)).name)"]
        )
        desk.page.locator(".qc-line").first.wait_for()
        desk.page.locator(".qc .cm-content").first.focus()
        for number, key in enumerate(keys):
            desk.page.keyboard.press(key)
            if key.isdigit():
                until(
                    desk,
                    "len(project.store.codings(coders=[project.coder_uid]))",
                    sum(k.isdigit() for k in keys[: number + 1]),
                )
        assert ask(desk, "len(list(project.codings))") == 2
        desk.run("for d in project.documents: project.rounds.finish(d.name)")

    board = lab_page(
        [OPEN.format(path="study.coding", coder="amira"), "done = project.team.merge('ben.coding')", "project.team()"],
        height=1200,
    )
    board.page.locator(".qt-card", has_text="4 of 4").wait_for()
    assert ask(board, "len(list(project.codings))") == 2
    assert "α" not in board.page.locator(".qt-rounds").inner_text()
    board.page.locator(".qt").focus()
    board.page.keyboard.press("c")
    board.page.keyboard.press("c")
    board.page.locator(".qt-card.qt-closed", has_text="α").wait_for()
    board.page.locator(".qt-matrix", has_text="finished, nothing coded").wait_for()
    assert "own files" in board.run("print('own files' if project.rounds.kept_apart(1) else '')")

    end = lab_page(
        [OPEN.format(path="study.coding", coder="amira"), "result = project.agreement(round=1)\nresult.review()"],
        height=1200,
    )
    end.page.locator(".qr-item").first.wait_for()
    assert "independently" in ask(end, "result.methods('en')")
    settle = lab_page(
        [OPEN.format(path="study.coding", coder="amira"), "project.agreement(round=1).settle()"], height=1000
    )
    settle.page.locator(".qs-paper").wait_for()
    left = settle.page.locator(".qs-rail li").count()
    for done in range(1, left + 1):
        settle.page.locator(".qs").focus()
        for key in ("a", "1", "Enter"):
            settle.page.keyboard.press(key)
        until(settle, "len(project.consensus)", done)
    assert ask(settle, "[c.coder for c in project.codings].count(project.coder_uid)") == 2
    assert ask(settle, "project.check().ok") is True
