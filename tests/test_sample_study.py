"""The sample study: texts of a usable size, and codings that stand where they say."""

from __future__ import annotations

import csv
from collections import defaultdict

import pytest

from coding.codebook import read_codebook
from coding.shipped import shipped_path


def table(name):
    with shipped_path("data", f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def texts():
    root = shipped_path("data")
    return {row["document"]: (root / row["file"]).read_text(encoding="utf-8") for row in table("documents")}


@pytest.fixture(scope="module")
def books():
    return [read_codebook(path) for path in sorted(shipped_path("codebooks").glob("*.yaml"))]


def test_there_are_six_interviews_and_four_abstracts_of_a_readable_length(texts):
    kinds = [(row["kind"], row["language"]) for row in table("documents")]
    assert sum(kind == "interview" for kind, _ in kinds) == 6
    assert kinds.count(("abstract", "zh")) == kinds.count(("abstract", "en")) == 2
    for name, text in texts.items():
        han = sum("\u4e00" <= c <= "\u9fff" for c in text)
        size = han + sum(word.isascii() for word in text.split())
        assert 600 <= size <= 2500, f"{name}: {size}"
        assert "\r" not in text
        assert not text.startswith("\ufeff")


def test_every_coding_holds_the_words_it_claims(texts):
    for row in table("codings"):
        start, end = int(row["start"]), int(row["end"])
        assert texts[row["document"]][start:end] == row["quote"], row
        assert row["quote"] == row["quote"].strip() != ""


def test_every_code_exists_and_no_coding_is_there_twice(books):
    keys = {code.key for book in books for code in book}
    rows = table("codings")
    assert {row["code"] for row in rows} <= keys
    assert len({tuple(row.values()) for row in rows}) == len(rows)


def test_domains_are_respected(books):
    domains = {c.key: d.key for book in books for c in book if (d := book.domain_of(c))}
    seen = defaultdict(list)
    for row in table("codings"):
        if row["code"] in domains:
            place = row["document"], row["coder"], domains[row["code"]]
            span = int(row["start"]), int(row["end"])
            for code, other in seen[place]:
                assert code == row["code"] or not (span[0] < other[1] and other[0] < span[1]), (row, code)
            seen[place].append((row["code"], span))


def test_rounds_are_what_the_coders_did():
    given = {
        (row["round"], document, coder)
        for row in table("rounds")
        for document in row["documents"].split("; ")
        for coder in row["coders"].split("; ")
    }
    assert {(row["round"], row["document"], row["coder"]) for row in table("codings")} == given


def test_the_coders_disagree_as_people_do():
    rows = [row for row in table("codings") if row["round"] != "Production"]
    marks = {
        who: {(r["document"], r["code"], r["start"], r["end"]) for r in rows if r["coder"] == who}
        for who in ("amira", "ben")
    }
    share = len(marks["amira"] & marks["ben"]) / len(marks["amira"] | marks["ben"])
    assert 0.4 < share < 0.8
    codes = {who: {mark[1] for mark in found} for who, found in marks.items()}
    assert codes["ben"] - codes["amira"]
    assert codes["amira"] - codes["ben"]


def test_cases_and_memos_point_to_what_is_there(texts, books):
    for row in table("cases"):
        text = texts[row["document"]]
        assert f"{row['speaker']}:" in text or f"{row['speaker']}：" in text, row
        assert row["years"].isdecimal()
    evidence = {v for book in books for asked in book.info.variables if asked.name == "evidence" for v in asked.values}
    assert {row["evidence"] for row in table("documents")} <= evidence
    keys = {code.key for book in books for code in book} | {""}
    for row in table("memos"):
        assert row["code"] in keys
        assert row["body"]
        if row["quote"]:
            assert texts[row["document"]][int(row["start"]) : int(row["end"])] == row["quote"]
