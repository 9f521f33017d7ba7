"""The agreement and consensus screens in JupyterLab; what a gesture decides is read from the project file."""

from __future__ import annotations

import json
import time

import pytest

MAKE = """
import coding as qc
TEXT = '''Interviewer: When did it begin?

Clerk: Nobody planned the night counter. A table of towns hung in the hall. We stood at the bottom of it. Then Harrow opened a room.

Clerk: Mrs Okafor paid for the lamps. 她还有一年就退休。大家都说值得。
'''
project = qc.open_project("study.coding", coder="amira", create=True)
project.documents.add("L1", TEXT)
project.codebook.add("Drivers", exclusive=True, codable=False)
for name in ("Ranking", "Peer pressure", "Never used"):
    project.codebook.add(name, parent="Drivers", definition=f"What {name} means.")
project.codings.add("L1", quote="A table of towns hung in the hall.", code="Ranking")
project.codings.add("L1", quote="Mrs Okafor paid for the lamps.", code="Ranking")
project.codings.add("L1", quote="Then Harrow opened a room.", code="Ranking")
project.close()
project = qc.open_project("study.coding", coder="ben")
project.codings.add("L1", quote="A table of towns hung in the hall. We stood at the bottom of it.", code="Peer pressure")
project.codings.add("L1", quote="Then Harrow opened a room.", code="Ranking")
project.close()
project = qc.open_project("study.coding", coder="amira")
result = project.agreement()
"""
DECISIONS = """
import json
text = project.documents["L1"].text
tree = project.codebook.tree
print(json.dumps([
    [d.decision, list(d.reasons), d.note, d.confidence, d.change_rule, [[tree.get(c).name, text[s:e]] for c, s, e in d.result]]
    for d in project.consensus]))
print(json.dumps([[m.title, m.kind] for m in project.memos]))
print(len(project.codings))
"""


def stored(lab):
    lines = lab.run(DECISIONS).strip().splitlines()[-3:]
    return [json.loads(line) for line in lines]


def wait_for(lab, check):
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = stored(lab)
        if check(found):
            return found
        time.sleep(0.2)
    pytest.fail(f"The project holds {found}")


def test_a_figure_leads_to_its_passages_and_a_disagreement_is_settled(lab_page):
    lab = lab_page([MAKE, "result.review()"])
    page = lab.page
    page.locator(".qr-item").first.wait_for()
    rows = page.locator(".qr-table tbody tr")
    assert rows.filter(has_text="Never used").count() == 0
    page.get_by_role("button", name="1 code nobody used — show").click()
    assert rows.filter(has_text="Never used").locator(".qr-why").inner_text().startswith("Undefined.")

    page.get_by_role("button", name="Close Drivers").click()
    assert rows.count() == 1
    page.get_by_role("button", name="Open Drivers").click()
    assert rows.count() == 4

    before = page.locator(".qr-item").count()
    size = page.viewport_size
    page.set_viewport_size({"width": 1280, "height": 480})  # the passages lie below the edge of the window
    page.get_by_role("button", name="Peer pressure", exact=True).click()
    page.locator(".qr-chip.qr-on", has_text="Peer pressure").wait_for()
    page.wait_for_function("n => document.querySelectorAll('.qr-item').length < n", arg=before)
    assert page.locator(".qr-item .qr-ub").first.inner_text().startswith("A table")
    assert page.locator(".qr-item").first.evaluate("e => e.getBoundingClientRect().top < innerHeight - 60")
    page.set_viewport_size(size)

    page.locator(".qr-item").first.click()
    page.keyboard.press("Enter")
    page.locator(".qc-line").first.wait_for()  # the text coder, below, with both coders' stripes
    assert page.get_by_role("button", name="Show others").get_attribute("aria-pressed") == "true"
    margin = page.locator(".qc-name")
    for name in ("Ranking", "Peer pressure"):  # amira's code and ben's
        margin.filter(has_text=name).first.wait_for()

    page.locator(".qr-item").first.click()
    page.keyboard.press("c")
    page.locator(".qs-paper").wait_for()
    assert page.locator(".qs-side", has_text="amira").count() == 0  # names are hidden until decided
    page.locator(".qs").focus()
    for key in ("o", "1", "g", "s"):
        page.keyboard.press(key)
    page.locator(".qs-note").fill("The hall shows the rank.")
    page.locator(".qs-note").press("Enter")
    decisions, memos, codings = wait_for(lab, lambda found: found[0])
    ((decision, reasons, note, confidence, rule, result),) = decisions
    assert (decision, reasons, note, confidence, rule) == (
        "union", ["overlooked"], "The hall shows the rank.", "low", True,
    )  # fmt: skip
    assert result[0][1] == "A table of towns hung in the hall. We stood at the bottom of it."
    assert memos == [["Change the rule", "code"]]
    assert codings == 5  # the originals are as they were

    page.locator(".qs").focus()
    page.keyboard.press("u")
    wait_for(lab, lambda found: found[0] == [] and found[1] == [])
    assert lab.errors == []


def test_keys_that_come_before_the_next_case_is_there_are_for_it(lab_page):
    lab = lab_page([MAKE, "result.settle()"])
    page = lab.page
    page.locator(".qs-paper").wait_for()
    page.locator(".qs").focus()
    cases = page.locator(".qs-rail li button").count()
    assert cases > 1
    for key in ("a", "2", "Enter") * cases:  # without a pause between the cases
        page.keyboard.press(key)
    wait_for(lab, lambda found: len(found[0]) == cases)
    assert lab.errors == []


KEYS = {"a": "a", "b": "b", "t": "both", "i": "intersection", "x": "neither"}


@pytest.mark.long
def test_the_other_decisions_are_keys_and_a_passage_is_drawn_anew_by_selecting_it(lab_page):
    lab = lab_page([MAKE, "result.settle('Peer pressure')"])
    page = lab.page
    page.locator(".qs-paper").wait_for()
    for key, word in KEYS.items():
        page.locator(".qs-rail li button").first.click()
        page.locator(".qs").focus()
        page.keyboard.press(key)
        if page.locator(".qs-pill.qs-on kbd", has_text="2").count() == 0:
            page.keyboard.press("2")
        page.keyboard.press("Enter")
        decisions, _, _ = wait_for(lab, lambda found, word=word: found[0] and found[0][0][0] == word)
        assert decisions[0][1] == ["boundary"]
        assert len(decisions[0][5]) == {"both": 2, "neither": 0}.get(word, 1)

    page.locator(".qs").focus()
    page.keyboard.press("w")
    page.keyboard.press("Enter")
    page.locator(".qs-status", has_text="Select").wait_for()
    page.evaluate("""() => {
        const span = [...document.querySelectorAll('.qs-paper span')].find(s => s.textContent.includes('大家都说值得') || s.textContent.includes('We stood'));
        const at = span.textContent.indexOf('We stood');
        const range = document.createRange();
        range.setStart(span.firstChild, at); range.setEnd(span.firstChild, at + 8);
        getSelection().removeAllRanges(); getSelection().addRange(range);
        document.querySelector('.qs-text').dispatchEvent(new MouseEvent('mouseup', {bubbles: true}));
    }""")
    page.keyboard.press("Enter")
    decisions, _, _ = wait_for(lab, lambda found: found[0] and found[0][0][0] == "redraw")
    assert decisions[0][5][0][1] == "We stood"
    assert lab.errors == []
