"""Counting by sorted passages is the same as counting characters one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.agreement import binary
from coding.agreement.columns import Columns, unite
from coding.agreement.counts import count, state_tables
from coding.errors import InvalidSpan


@st.composite
def projects(draw):
    n = draw(st.integers(0, 14))
    number = st.integers(0, 20)
    rows = [(draw(st.integers(0, 1)), draw(st.integers(0, 1)), draw(st.integers(0, 2)), draw(number), draw(number))
            for _ in range(n)]  # fmt: skip
    table = np.array([(d, k, c, min(a, b), max(a, b)) for d, k, c, a, b in rows], dtype=np.int64).reshape(-1, 5)
    assigned = np.array([[draw(st.booleans()) for _ in range(3)] for _ in range(2)])
    return Columns(*table.T, np.array([20, 25]), 2, assigned)


def dense(columns):
    out = np.zeros((columns.documents, columns.codes, 6))
    for d in range(columns.documents):
        for k in range(columns.codes):
            cells = np.zeros((3, 30), dtype=bool)
            for i in np.flatnonzero((columns.document == d) & (columns.code == k)):
                if columns.assigned[d, columns.coder[i]]:
                    cells[columns.coder[i], columns.start[i] : columns.end[i]] = True
            pairs = [(cells[i] & cells[j]).sum() for i, j in ((0, 1), (0, 2), (1, 2))]
            out[d, k] = [*cells.sum(axis=1), *pairs]
    return out


@settings(max_examples=80, deadline=None)
@given(projects())
def test_equals_counting_characters(columns):
    assert np.array_equal(count(columns).sums, dense(columns))


@settings(max_examples=40, deadline=None)
@given(projects())
def test_swapping_coders_and_renaming_codes_changes_nothing(columns):
    before = binary.alpha(count(columns).totals())
    swapped = replace(columns, coder=2 - columns.coder, assigned=columns.assigned[:, ::-1])
    assert binary.alpha(count(swapped).totals()) == pytest.approx(before, nan_ok=True)
    renamed = replace(columns, code=1 - columns.code)
    assert binary.alpha(count(renamed).totals()) == pytest.approx(before[::-1], nan_ok=True)


@settings(max_examples=40, deadline=None)
@given(projects())
def test_the_same_work_by_everyone_is_perfect(columns):
    one = columns.select(columns.coder == 0)
    alike = Columns(*(np.tile(c, 3) for c in (one.document, one.code)), np.repeat([0, 1, 2], len(one)),
                    np.tile(one.start, 3), np.tile(one.end, 3), one.lengths, 2, np.ones((2, 3), dtype=bool))  # fmt: skip
    values = binary.alpha(count(alike).totals())
    assert ((values == 1) | np.isnan(values)).all()


def test_table_of_all_combinations_gives_the_same_sums(comparison):
    columns = comparison(4, coders=4).columns
    tables = state_tables(columns)
    sums = count(columns).sums
    for i in range(4):
        holds = [(s >> i) & 1 == 1 for s in range(16)]
        assert np.array_equal(tables[:, :, holds].sum(axis=2), sums[:, :, i])


def test_many_coders_and_many_layers(comparison):
    project = comparison(5, coders=9, codings=150, documents=2)
    sums = count(project.columns).sums
    units = np.array(project.units(1))
    assert sums[:, 1, 8].sum() == units[:, 8].sum()
    layers = 400  # more codings on one place than the pairs are followed for
    deep = Columns(np.zeros(layers, int), np.zeros(layers, int), np.arange(layers) % 2, np.arange(layers) // 2,
                   np.full(layers, 1000), np.array([1000]), 1, np.ones((1, 2), dtype=bool))  # fmt: skip
    assert count(deep).sums[0, 0].tolist() == [1000, 1000, 1000]


def test_union_keeps_touching_passages_apart():
    columns = Columns(*np.zeros((3, 4), dtype=int), np.array([0, 5, 8, 12]), np.array([5, 10, 12, 15]),
                      np.array([20]), 1, np.ones((1, 1), dtype=bool))  # fmt: skip
    united = unite(columns)
    assert list(zip(united.start.tolist(), united.end.tolist(), strict=True)) == [(0, 5), (5, 12), (12, 15)]


def test_a_coding_past_its_document_is_refused():
    columns = Columns(*np.zeros((3, 1), dtype=int), np.array([5]), np.array([30]), np.array([20]), 1,
                      np.ones((1, 2), dtype=bool))  # fmt: skip
    with pytest.raises(InvalidSpan, match="check the lengths"):
        count(columns)
