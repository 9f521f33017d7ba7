"""The codebooks that come with the workbench: whole, bilingual, and what their studies say."""

from __future__ import annotations

import pytest

from coding.codebook import read_codebook
from coding.codebook.yaml_file import yaml_text
from coding.errors import InvalidCodebook
from coding.project import open_project
from coding.shipped import shipped_path

FILES = {
    "rn": "resistance_negotiation.yaml",
    "opt": "optional_project_tournament.yaml",
    "kit": "keeping_in_touch.yaml",
    "lsg": "leading_small_groups.yaml",
    "common": "common_local_governance.yaml",
}
RULES = ("definition", "include", "exclude", "example")


@pytest.fixture(scope="module")
def books():
    return {key: read_codebook(shipped_path("codebooks", name)) for key, name in FILES.items()}


@pytest.mark.parametrize("key", FILES)
def test_every_code_is_complete_in_both_languages(books, key):
    book = books[key]
    assert book.info.key == key
    for field in ("title", "title_zh", "description", "description_zh", "unit", "unit_zh", "source"):
        assert getattr(book.info, field), field
    for code in book:
        lacking = [f for rule in RULES for f in (rule, f"{rule}_zh") if not getattr(code, f)]
        assert not lacking, f"{code.key}: {lacking}"
        assert code.key
        assert code.name_zh
        assert code.uid == books[key].find(code.key).uid


@pytest.mark.parametrize("key", FILES)
def test_chinese_fields_are_chinese_and_english_ones_are_not(books, key):
    def han(text):
        return sum("\u4e00" <= c <= "\u9fff" for c in text) / max(len(text), 1)

    for code in books[key]:
        for rule in RULES:
            assert han(getattr(code, f"{rule}_zh")) > 0.4, f"{code.key} {rule}_zh"
            assert han(getattr(code, rule)) < 0.2, f"{code.key} {rule}"


def test_labels_of_ours_are_marked_and_the_authors_are_not(books):
    assert all("name_zh" in c.review for key in ("opt", "kit", "common") for c in books[key])
    assert not books["rn"].find("rn.resist.voice").review
    assert "definition" in books["rn"].find("rn.soft").review
    assert not books["lsg"].find("lsg.mech.borrow").review
    assert "name_zh" in books["lsg"].find("lsg.cycle").review


@pytest.mark.parametrize(
    ("book", "key", "field", "value"),
    [
        ("opt", "opt.dyn.anti", "direction", "internal"),
        ("opt", "opt.dyn.pressure", "direction", "top-down"),
        ("opt", "opt.dyn.driving", "direction", "horizontal"),
        ("opt", "opt.dyn.pull", "direction", "inward"),
        ("opt", "opt.proc", "exclusive", True),
        ("opt", "opt.dyn", "exclusive", False),
        ("opt", "opt.cycle.diminish", "name_zh", "效应递减"),
        ("opt", "opt.proc.plan", "name_zh", "谋划与实施"),
        ("opt", "opt.opp", "name_zh", "资源禀赋与机会结构"),
        ("opt", "opt.elite.career", "name_zh", "政绩与晋升动机"),
        ("kit", "kit.collab.hybrid", "name_zh", "混合型组织"),
        ("lsg", "lsg.auto", "exclusive", True),
        ("rn", "rn.advance.goodbad", "name", "Good cop, bad cop"),
    ],
)
def test_what_the_studies_say(books, book, key, field, value):
    assert getattr(books[book].find(key), field) == value


@pytest.mark.parametrize(
    "name",
    ["斜向府际关系", "话语权", "责任与风险下移", "街道管理职能强化", "行政施压", "老典型", "历史荣誉包袱",
     "项目制", "锦标赛体制", "战略精英", "赋权", "晋升压力", "核心部门", "碎片化", "倒逼", "Irreconcilable"],
)  # fmt: skip
def test_codes_that_the_studies_need_are_there(books, name):
    assert [key for key, book in books.items() if any(name in (c.name, c.name_zh, *c.aliases) for c in book)]


@pytest.mark.parametrize("key", FILES)
def test_the_files_are_as_the_workbench_writes_them(books, key):
    assert yaml_text(books[key]) == shipped_path("codebooks", FILES[key]).read_text(encoding="utf-8")


def test_ties_between_books_have_both_ends(books):
    keys = {c.key for book in books.values() for c in book}
    ties = {(o.source, o.kind, o.target) for book in books.values() for o in book.outer}
    assert ("rn.advance.borrow", "close_match", "lsg.mech.borrow") in ties
    assert ("opt.dyn.pressure", "broader", "lsg.constr.up") in ties
    assert {end for source, _, target in ties for end in (source, target)} <= keys


def test_keys_are_unique_over_all_books_and_paths_find_their_codes(books):
    keys = [c.key for book in books.values() for c in book]
    assert len(set(keys)) == len(keys)
    for book in books.values():
        for code in book:
            assert book.find(book.path(code)) == code
            assert book.find(book.path(code, "zh")) == code


def test_a_shipped_book_is_read_by_its_name_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_project("study.coding", coder="amira", create=True) as project:
        read = project.codebook.read("keeping_in_touch")
        again = project.codebook.read("codebooks/keeping_in_touch.yaml")
        assert [code.uid for code in again] == [code.uid for code in read]
        with pytest.raises(InvalidCodebook, match=r"my_own.*keeping_in_touch"):
            project.codebook.read("my_own.yaml")
        assert len(read) == len(list(project.codebook)) > 10
