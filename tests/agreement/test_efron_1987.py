"""Intervals: documents are drawn, undefined draws are counted, and what misleads is withheld."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap as scipy_bootstrap

from coding.agreement import binary, from_table, reason_text
from coding.agreement.bootstrap import Draws, bca_interval, difference, interval, resample_counts, resample_units
from coding.agreement.columns import Columns
from coding.agreement.counts import count
from coding.agreement.unitizing import Domains, unit_statistics
from coding.agreement.units import in_blocks


def test_draws_are_repeatable_and_draw_every_document_once_on_average():
    first, again = Draws.of(30, 200, seed=3), Draws.of(30, 200, seed=3)
    assert (first.weights == again.weights).all()
    assert (first.weights.sum(axis=1) == 30).all()


def test_a_resample_is_the_sum_of_its_documents(comparison):
    counts = count(comparison(1, documents=12, missing=True).columns)
    draws = Draws.of(12, 20)
    drawn = binary.alpha(resample_counts(counts, draws))
    for row in range(20):
        rows = np.repeat(np.arange(12), draws.weights[row].astype(int))
        assert drawn[row] == pytest.approx(binary.alpha(counts.totals(rows)), nan_ok=True)


def test_sums_are_exact_beyond_single_precision():
    statistics = np.full((40, 1), float((1 << 24) - 1))
    assert (Draws.of(40, 10).sums(statistics)[:, 0] == 40 * ((1 << 24) - 1)).all()


def test_bca_equals_scipy():
    data = np.random.default_rng(1).exponential(size=40)
    expected = scipy_bootstrap((data,), np.mean, method="BCa", n_resamples=9999, rng=np.random.default_rng(2))
    jackknife = (data.sum() - data) / 39
    low, high = bca_interval(expected.bootstrap_distribution, float(data.mean()), jackknife)
    assert low == pytest.approx(expected.confidence_interval.low, abs=0.005)
    assert high == pytest.approx(expected.confidence_interval.high, abs=0.005)


def test_interval_is_withheld_where_it_would_mislead():
    good = np.linspace(0.5, 0.9, 1000)
    assert interval(good, documents=9).reason == "too_few_documents"
    holed = good.copy()
    holed[:60] = np.nan
    found = interval(holed, documents=50)
    assert found.reason == "too_many_undefined"
    assert found.undefined == pytest.approx(0.06)
    assert interval(good, documents=50).below_667 == pytest.approx(0.417, abs=0.002)


@given(
    kept=st.lists(st.sampled_from([0.1, 0.5, 0.7, 0.75, 0.9, 1.0]), max_size=40),
    missing=st.integers(0, 4),
    documents=st.integers(1, 40),
)
def test_the_probabilities_are_given_exactly_where_the_interval_is(kept, missing, documents):
    found = interval(np.array([*kept, *[math.nan] * missing, *([] if kept or missing else [0.5])]), documents=documents)
    assert found.defined == (not found.reason)
    assert [math.isnan(p) for p in (found.below_667, found.below_800)] == [not found.defined] * 2
    if found.defined:
        assert found.below_667 == pytest.approx(sum(v < 2 / 3 for v in kept) / len(kept))
        assert found.below_800 == pytest.approx(sum(v < 0.8 for v in kept) / len(kept))


def test_differences_are_paired():
    base = np.random.default_rng(1).normal(0.6, 0.1, 2000)
    assert difference(base + 0.01, base, documents=30).low > 0


def test_blocks_add_up_to_the_documents(comparison):
    project = comparison(3)
    blocks, document = in_blocks(project.columns, 7)
    assert len(document) == sum(-(-n // 7) for n in project.lengths)
    whole, cut = count(project.columns).totals(), count(blocks).totals()
    assert np.array_equal(whole.own, cut.own)
    assert np.array_equal(whole.both, cut.both)


@given(lengths=st.lists(st.integers(0, 90), min_size=1, max_size=6), size=st.integers(1, 30))
def test_blocks_of_a_document_are_as_even_as_can_be(lengths, size):
    document = np.repeat(np.arange(len(lengths)), lengths)
    start = np.concatenate([np.arange(n) for n in lengths])
    zero = np.zeros(len(document), dtype=np.int64)  # every unit is a coding, so that it shows where it went
    given = np.ones((len(lengths), 1), dtype=bool)
    units = Columns(document, zero, zero, start, start + 1, np.array(lengths, dtype=np.int64), 1, given)
    blocks, of = in_blocks(units, size)
    for d, n in enumerate(lengths):
        own = blocks.lengths[of == d].tolist()
        assert sum(own) == n
        assert len(own) == -(-n // size)
        assert not own or (max(own) - min(own) <= 1 and 1 <= max(own) <= size)
        assert n <= size or 2 * min(own) >= size
    assert blocks.document.tolist() == np.repeat(np.arange(len(of)), blocks.lengths).tolist()
    assert blocks.start.tolist() == [i for n in blocks.lengths for i in range(n)]
    assert (blocks.end == blocks.start + 1).all()


def test_unitizing_statistics_resample(comparison):
    project = comparison(2, codes=1, documents=15)
    statistics = unit_statistics(project.columns, Domains.of([0]))
    draws = Draws.of(15, 5)
    drawn = resample_units(statistics, draws)
    assert drawn.margin[:, 0, 0] == pytest.approx(draws.weights @ statistics.margin[:, 0, 0])


def test_an_interval_of_no_width_is_withheld_with_its_reason():
    rows = [
        (f"P{d}", 500, c, code, s, s + 90)
        for d in range(30)
        for c in "ab"
        for code, s in (("x", 0), ("y", 200 + (d % 3) * (c == "b")))
    ]
    table = from_table(pd.DataFrame(rows, columns=["document", "length", "coder", "code", "start", "end"]), draws=200)
    perfect, nearly = table["x"], table["y"]
    assert (perfect.alpha, perfect.interval.defined, perfect.interval.reason) == (1, False, "no_spread")
    assert math.isnan(perfect.interval.below_667)
    assert (perfect.band, nearly.band) == ("no interval", "solid")
    assert reason_text(perfect.interval.reason, "zh")
    assert nearly.interval.defined
