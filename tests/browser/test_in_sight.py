"""What one works on is in sight: the sentence under the keys, the desk with its footer, names as wide as one wants them."""

from __future__ import annotations

import pytest
from at_the_desk import Desk

MAKE = """
import coding as qc
SENTENCES = [f"Sentence number {i} says again how the street office wrote its report for the county that evening." for i in range(60)]
project = qc.open_project("study.coding", coder="amira", create=True)
if not len(project.documents):
    project.documents.add("L1", " ".join(SENTENCES[:50]) + "\\n\\n" + " ".join(SENTENCES[50:]) + "\\n")
    project.codebook.add("A code with a name that is long enough to be cut")
"""
CODE = "A code with a name that is long enough to be cut"
SHOW = "qc.TextCoder(project, 'L1', language='en')"


@pytest.fixture
def desk(lab_page):
    return Desk(lab_page([MAKE, SHOW]))


def in_sight(desk, words):
    _, y = desk.spot(words)
    pane = desk.page.locator(".qc .cm-scroller").first.bounding_box()
    return pane["y"] <= y <= pane["y"] + pane["height"]


def settle(desk):
    """Wait for two frames: scrolling is done with the next one."""
    desk.page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"
    )


def test_keys_take_the_text_with_them(desk):
    for number in range(40):
        desk.press("j")
        if number % 4 == 3:
            settle(desk)
            assert in_sight(desk, f"Sentence number {number} ")
            assert in_sight(desk, f"Sentence number {number + 1} "), "what comes next is in sight as well"
    desk.press("1")
    desk.expect(
        ("Sentence number 39 says again how the street office wrote its report for the county that evening.", CODE)
    )
    desk.press(*["k"] * 34)
    settle(desk)
    assert in_sight(desk, "Sentence number 5 ")


def test_a_desk_at_the_lower_edge_comes_into_sight_with_its_keys(desk):
    settle(desk)
    foot = desk.page.locator(".qc-foot").bounding_box()
    assert foot["y"] + foot["height"] <= desk.page.viewport_size["height"]


def test_the_codebook_is_made_wider_by_hand_and_by_keys_and_stays_so(desk):
    page = desk.page
    rail, line = page.locator(".qc-rail"), page.locator(".qc-split")
    usual = rail.bounding_box()["width"]
    box = line.bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 64, box["y"] + 200, steps=4)
    page.mouse.up()
    assert abs(rail.bounding_box()["width"] - usual - 60) < 3
    line.focus()
    desk.press("ArrowRight")
    wider = rail.bounding_box()["width"]
    assert abs(wider - usual - 80) < 3
    assert line.get_attribute("aria-valuenow") == str(round(wider))
    desk.lab.save()
    desk.lab.reload()
    page.locator(".qc-line").first.wait_for()
    assert abs(rail.bounding_box()["width"] - wider) < 3, "kept in this browser"
    line.dblclick()
    assert abs(rail.bounding_box()["width"] - usual) < 3


def test_a_document_is_finished_and_opened_again_and_never_shuts_the_door(desk):
    ask = "a = project.rounds.assignment_of(project.documents['L1'].uid); print(a.status if a else None, flush=True)"
    desk.page.get_by_role("button", name="Finish document").click()
    desk.page.locator(".qc-rail", has_text="1 of 1 finished").wait_for()
    desk.saved()
    assert desk.lab.run(ask).strip() == "finished"
    desk.press("j", "1")
    desk.expect(
        ("Sentence number 0 says again how the street office wrote its report for the county that evening.", CODE)
    )
    desk.press("Shift+F")
    desk.page.locator(".qc-rail", has_text="0 of 1 finished").wait_for()
    desk.saved()
    assert desk.lab.run(ask).strip() != "finished"
    desk.press("Control+Enter", "Shift+Enter")
    desk.page.locator(".qc-rail", has_text="0 of 1 finished").wait_for()
    assert desk.page.get_by_role("button", name="Finish document").is_visible(), (
        "the keys that run a cell finish nothing"
    )
