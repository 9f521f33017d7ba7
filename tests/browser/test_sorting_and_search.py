"""The sorting board and the search screen in JupyterLab; the project file is asked what each gesture did."""

from __future__ import annotations

import json
import time

MAKE = """
import coding as qc
project = qc.open_project("study.coding", coder="amira", create=True)
project.documents.add("L1", "Clerk: A table of towns hung in the hall. We stood at the bottom.\\n")
project.documents.add("L2", "主任：街道的审批权下放了。我们街道没有退路。\\n")
for name in ("Ranking", "Shame", "Delegation"):
    project.codebook.add(name)
project.codings.add("L1", quote="A table of towns hung in the hall.", code="Ranking")
project.codings.add("L1", quote="We stood at the bottom.", code="Shame")
project.memos.add("街道反复出现。", title="On streets", about=[project.documents["L2"].uid])
"""
ASK = """
import json
tree = project.codebook.tree  # one tree: the screen works beside this cell, in a thread of its own
live = [c for c in tree if not c.retired and c.redirect is None]
print(json.dumps({"paths": sorted(tree.path(c) for c in live), "stages": {c.name: c.stage for c in live if c.stage},
    "relations": [[tree.get(r.source).name, r.kind, tree.get(r.target).name, r.note, len(r.codings)] for r in tree.relations],
    "memos": [[m.kind, m.body, len(m.about)] for m in project.memos if m.title != "On streets"]}))
"""


def expect(lab, **wanted):
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = json.loads(lab.run(ASK).strip().splitlines()[-1])
        if all(found[key] == value for key, value in wanted.items()):
            break
        time.sleep(0.2)
    assert {key: found[key] for key in wanted} == wanted


def test_loose_codes_are_gathered_related_and_remembered_by_key_and_by_drag(lab_page):
    lab = lab_page([MAKE, "qc.SortingBoard(project, language='en')"])
    page = lab.page
    page.locator(".qo-item", has_text="A table of towns").wait_for()  # the passages of the code under the cursor
    press = page.keyboard.press
    page.locator(".qo-tree").focus()

    for key in ("Space", "j", "Space", "n"):
        press(key)
    page.keyboard.type("Status")
    press("Enter")
    expect(lab, paths=["Delegation", "Status", "Status > Ranking", "Status > Shame"])

    page.locator(".qo-tree").focus()
    press("a")
    expect(lab, stages={"Status": "axial"})
    press("u")
    expect(lab, stages={})
    press("u")  # the new parent and both moves are one step
    expect(lab, paths=["Delegation", "Ranking", "Shame"])

    page.locator(".qo-code", has_text="Shame").drag_to(page.locator(".qo-code", has_text="Ranking"))
    expect(lab, paths=["Delegation", "Ranking", "Ranking > Shame"])
    page.locator(".qo-code", has_text="Shame").drag_to(page.locator(".qo-top"))
    expect(lab, paths=["Delegation", "Ranking", "Shame"])

    page.locator(".qo-code", has_text="Ranking").click()
    page.locator(".qo-item", has_text="A table of towns").get_by_role("checkbox").check()
    page.locator(".qo-tree").focus()
    press("r")
    page.locator(".qo-code", has_text="Shame").click()
    press("Enter")
    page.get_by_label("Kind").select_option("causes")
    page.get_by_label("Why, in your words").fill("The list shames.")
    press("Enter")
    expect(lab, relations=[["Ranking", "causes", "Shame", "The list shames.", 1]])

    page.locator(".qo-tree").focus()
    press("m")
    page.get_by_label("Kind").select_option("theory")
    page.get_by_label("What do you see?").fill("Rank first, shame after.")
    press("Control+Enter")
    expect(lab, memos=[["theory", "Rank first, shame after.", 1]])

    page.locator(".qo-code", has_text="Delegation").click()
    press("x")
    page.locator(".qo-code", has_text="Shame").click()
    press("Enter")
    expect(lab, paths=["Ranking", "Shame"])
    page.get_by_role("button", name="Axial table").click()
    page.locator(".qo-said", has_text="axial.xlsx").wait_for()
    assert lab.run("import glob; print(glob.glob('*axial.xlsx'))").strip() != "[]"
    assert lab.errors == []


def test_a_chinese_term_is_found_and_leads_to_the_text_and_back(lab_page):
    lab = lab_page([MAKE, "project.search('审批').show(language='en')"])
    page = lab.page
    page.locator(".qk-row").first.wait_for()
    assert page.locator(".qk-row mark").all_inner_texts() == ["审批"]
    assert page.locator(".qk-left").inner_text().endswith("街道的")

    page.locator(".qk-list").focus()
    page.keyboard.press("/")
    page.keyboard.type("街道")
    page.keyboard.press("Enter")
    page.locator(".qr-meta", has_text="3 places").wait_for()
    assert page.locator(".qk-where", has_text="memo").count() == 1

    page.locator(".qk-list").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator(".qc-line", has_text="街道").first.wait_for()
    assert not page.locator(".qk-list").is_visible()
    page.get_by_role("button", name="back to the list").click()
    page.locator(".qc-line").first.wait_for(state="detached")
    assert page.locator(".qk-row").nth(1).get_attribute("aria-selected") == "true"
    assert lab.errors == []
