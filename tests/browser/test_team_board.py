"""The team board in a real JupyterLab, by keyboard and by mouse."""

from __future__ import annotations

import re

import pytest

SETUP = """
import coding as qc
project = qc.open_sample("study.coding")
"""


@pytest.fixture
def board(lab_page):
    lab = lab_page([SETUP, "project.team()"], height=1300)
    lab.page.locator(".qt-card").first.wait_for()
    return lab


def test_rounds_show_their_figure_and_open_ones_none(board):
    page = board.page
    cards = page.locator(".qt-card")
    assert cards.count() == 3
    assert "α" in cards.nth(1).inner_text()
    assert "α" not in cards.nth(2).inner_text()
    board.shot("team-board-light", ".qt")
    page.locator(".qt-note").get_by_text("courtesy").wait_for()
    board.theme("dark")
    board.shot("team-board-dark", ".qt")
    assert board.errors == []


def test_a_round_is_planned_given_out_opened_and_closed_by_keyboard(board):
    page = board.page
    page.locator(".qt").focus()
    page.keyboard.press("n")
    page.get_by_role("button", name="Training", exact=True).press("Enter")
    page.locator(".qt-card").nth(3).wait_for()
    page.locator(".qt").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator(".qt-matrix .qt-st", has_text=re.compile("^assigned$")).wait_for()
    page.keyboard.press("o")
    page.get_by_text("Press again to open").wait_for()
    assert "planned" in board.run("print(project.rounds['Round 4'].status)")
    page.keyboard.press("o")
    page.locator(".qt-card.qt-open", has_text="Round 4").wait_for()
    assert "open" in board.run("print(project.rounds['Round 4'].status)")
    page.keyboard.press("c")
    page.get_by_text("1 of 1 assignments are not finished").wait_for()
    page.keyboard.press("c")
    page.locator(".qt-card.qt-closed", has_text="Round 4").wait_for()
    assert board.errors == []


def test_the_mouse_gives_a_document_and_takes_it_back(board):
    page = board.page
    page.get_by_role("button", name="New round").click()
    page.get_by_role("button", name="Production", exact=True).click()
    page.locator(".qt-card", has_text="Round 4").wait_for()
    page.wait_for_function(
        """() => {
            const cells = [...document.querySelectorAll('.qt-matrix .qt-st')];
            return cells.length > 0 && cells.every(e => e.classList.contains('qt-none'));
        }"""
    )  # the matrix of the new round, in which nothing is given yet
    page.locator(".qt-matrix .qt-st").first.click()
    page.locator(".qt-matrix .qt-st", has_text=re.compile("^assigned$")).first.click()
    page.wait_for_function("() => ![...document.querySelectorAll('.qt-st')].some(e => e.textContent === 'assigned')")
    assert "0" in board.run("print(len(project.rounds.assignments('Round 4')))")


def test_a_conflict_is_chosen_on_the_board_in_chinese(lab_page):
    lab = lab_page(
        [
            SETUP
            + "made = project.team.hand_out('ben', 'ben.coding')\nproject.codebook.set('Pressure', definition='by amira')\n"
            "with qc.open_project(made.path, coder='ben') as ben:\n    done = ben.codebook.set('Pressure', definition='by ben')\n"
            "done = project.team.merge('ben.coding')",
            "project.team(language='zh')",
        ],
        height=1300,
    )
    page = lab.page
    page.get_by_role("button", name="by amira").click()
    page.get_by_text("已选择").wait_for()
    assert "by amira" in lab.run("print(project.codebook.find('Pressure').definition, project.team.conflicts())")
    lab.shot("team-board-zh", ".qt")


def test_codes_called_the_same_by_strangers_become_one_or_two_on_the_board(lab_page):
    lab = lab_page(
        [
            SETUP + "with qc.open_project('ben.coding', coder='ben', create=True) as ben:\n"
            "    ben.codebook.add('Trust', definition='Ben trusts.')\n    ben.codebook.add('Ease', definition='Ben rests.')\n"
            "for name in ('Trust', 'Ease'):\n    project.codebook.add(name, definition='Amira says.')\n"
            "done = project.team.merge('ben.coding')",
            "project.team()",
        ],
        height=1300,
    )
    page = lab.page
    page.get_by_text("Called the same").wait_for()
    lab.shot("team-board-names", ".qt")
    page.get_by_role("button", name="One code").first.press("Enter")
    page.wait_for_function("document.querySelectorAll('.qt-names').length === 1")
    page.get_by_role("button", name="Two codes").click()
    page.wait_for_function("document.querySelectorAll('.qt-names').length === 0")
    said = lab.run(
        "print(sorted(c.name for c in project.codebook if not c.retired and c.name[:4] in ('Trus', 'Ease')))"
    )
    assert said.strip() == "['Ease', 'Trust', 'Trust (amira)']"  # ben's was there first
    assert lab.errors == []
