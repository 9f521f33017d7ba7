"""Searches as people type them, regular expressions, concordances and queries over codings."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.errors import InvalidQuery, InvalidValue
from coding.language import concordance, find, find_pattern, for_postgres, for_sqlite, han_space, parse
from coding.language.patterns import co_occurring, followed_by, overlapping, rows_of, within
from coding.language.search import Term, pattern_of
from coding.model import CodingTable

TEXT = "The CAB delegated aid.\n街道办事处承接了审批权，压力很大。Pressures rose; the street's clerks left."


def hits(query: str, text: str = TEXT) -> list[str]:
    return [text[a:b] for a, b in find(query, text)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("cab", ["CAB"]),
        ("压力", ["压力"]),
        ("压", ["压"]),
        ("pressure", []),
        ("pressur*", ["Pressures"]),
        ('"delegated aid"', ["delegated aid"]),
        ('"aid delegated"', []),
        ("审批权压力", []),
        ("“很大”", ["很大"]),
        ("CAB AND 审批", ["CAB", "审批"]),
        ("CAB 审批", ["CAB", "审批"]),
        ("CAB AND 改革", []),
        ("改革 OR aid", ["aid"]),
        ("CAB NOT 改革", ["CAB"]),
        ("CAB NOT 压力", []),
        ("(改革 OR 压力) AND aid", ["aid", "压力"]),
        ("承接 NEAR/2 压力", []),
        ("承接 NEAR/4 压力", ["承接了审批权，压力"]),
        ("aid NEAR/1 CAB", ["CAB delegated aid"]),
        ("street’s", ["street's"]),
        ("ai", []),
    ],
)
def test_what_a_search_finds(query, expected):
    assert hits(query) == expected


def test_a_search_holds_in_each_scope_on_its_own():
    scopes = [(0, 22), (23, 40), (40, len(TEXT))]
    assert find("aid AND 压力", TEXT, scopes) == []
    assert [TEXT[a:b] for a, b in find("aid AND CAB", TEXT, scopes)] == ["CAB", "aid"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "empty"), ("   ", "empty"), ("AND", "word is missing"), ("a AND", "word is missing"), ("NOT a", "must not occur"),
        ('"open', "quotation mark"), ("(a", "without its"), ("a)", "without its"), ("a NEAR/3", "word is missing"),
        ("***", "no letter"), ("(" * 60 + "a" + ")" * 60, "nests"), ("a " * 600, "at most"), ("()", "word is missing"),
    ],
)  # fmt: skip
def test_a_search_that_cannot_be_read_says_why(query, says):
    with pytest.raises(InvalidQuery, match=says):
        parse(query)


@given(st.text(alphabet="ab压 \"()（）*ANDORTE/5:^-+'“”", max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_user_text_gives_an_answer_or_a_clear_error(query):
    try:
        tree = parse(query)
    except InvalidQuery:
        return
    find(tree, "a b 压力 ab AND")
    with sqlite3.connect(":memory:") as base:
        base.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='unicode61')")
        written = for_sqlite(tree)
        if written is not None:
            base.execute("SELECT count(*) FROM t WHERE t MATCH ?", (written,)).fetchone()


QUERIES = [
    "压力",
    "审批权",
    "pressur*",
    '"delegated aid"',
    "CAB AND 压力",
    "改革 OR aid",
    "CAB NOT 压力",
    "承接 NEAR/4 压力",
    "street's",
    "街道办事处承接",
]


@pytest.mark.parametrize("query", QUERIES)
def test_the_index_never_misses_what_a_scan_finds(query):
    texts = [TEXT, "改革以后压力更大", "aid was delegated", "the streets", "CAB"]
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='unicode61')")
    base.executemany("INSERT INTO t(x) VALUES (?)", [(han_space(t),) for t in texts])
    indexed = {
        texts[r - 1] for (r,) in base.execute("SELECT rowid FROM t WHERE t MATCH ?", (for_sqlite(parse(query)),))
    }
    assert {t for t in texts if find(query, t)} <= indexed
    assert for_postgres(parse(query))


def test_a_hostile_regular_expression_is_stopped():
    with pytest.raises(InvalidQuery, match="took longer"):
        find_pattern(r"(a|aa)+$", "a" * 5000 + "b", timeout=0.2)
    with pytest.raises(InvalidQuery, match="cannot be read"):
        find_pattern("(", "text")
    assert find_pattern(r"审批\w", TEXT) == [(TEXT.index("审批"), TEXT.index("审批") + 3)]


def test_a_concordance_shows_the_line_around_and_keeps_words_out_of_its_repr():
    rows = list(concordance({"d1": TEXT, "d2": "压力"}, "压力", width=4))
    assert [(r.document, r.left, r.match, r.right) for r in rows] == [
        ("d1", "审批权，", "压力", "很大。P"),
        ("d2", "", "压力", ""),
    ]
    assert "压力" not in repr(rows[0])


@st.composite
def tables(draw):
    rows = draw(
        st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 30), st.integers(1, 12)), max_size=25)
    )
    return CodingTable.from_columns(
        {
            "document": [r[0] for r in rows],
            "code": [r[1] for r in rows],
            "start": [r[2] for r in rows],
            "end": [r[2] + r[3] for r in rows],
        }
    )


@given(tables(), st.integers(0, 10))
@settings(max_examples=150, deadline=None)
def test_queries_over_codings_agree_with_looking_at_every_pair(t, distance):
    a, b = rows_of(t, codes=[0]), rows_of(t, codes=[0, 1])
    every = [(int(i), int(j)) for i in a for j in b if t.document[i] == t.document[j]]
    meet = [(i, j) for i, j in every if i != j and t.start[i] < t.end[j] and t.start[j] < t.end[i]]
    inside = [(i, j) for i, j in meet if t.start[j] <= t.start[i] and t.end[i] <= t.end[j]]
    after = [(i, j) for i, j in every if 0 <= t.start[j] - t.end[i] <= distance]
    units = {d: [(k, k + 5) for k in range(0, 45, 5)] for d in range(3)}

    def touched(i):
        return {k for k, (s, e) in enumerate(units[int(t.document[i])]) if t.start[i] < e and s < t.end[i]}

    together = [(i, j) for i, j in every if i != j and touched(i) & touched(j)]
    for found, expected in (
        (overlapping(t, a, b), meet), (within(t, a, b), inside), (followed_by(t, a, b, distance=distance), after),
        (co_occurring(t, a, b, units), together),
    ):  # fmt: skip
        assert sorted(zip(found[0].tolist(), found[1].tolist(), strict=True)) == sorted(expected)


def test_a_negative_distance_is_refused():
    with pytest.raises(InvalidValue, match="0 or more"):
        followed_by(CodingTable.empty(), np.zeros(0, int), np.zeros(0, int), distance=-1)


@settings(max_examples=300, deadline=None)
@given(
    text=st.text(alphabet="aAbBİıſßsSKkµ排名'’ -\n.é", max_size=60),
    term=st.text(alphabet="aAbBsSkK排名'é ", min_size=1, max_size=4).filter(lambda t: t.strip("' ")),
    prefix=st.booleans(),
)
def test_the_quick_way_finds_what_the_pattern_says(text, term, prefix):
    asked = Term(term, prefix)
    assert find(asked, text) == [m.span() for m in pattern_of(asked).finditer(text) if m.end() > m.start()]
