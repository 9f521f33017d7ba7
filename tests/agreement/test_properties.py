"""What every measure keeps: the order of coders, the names of codes and the order of units do not matter; perfect is 1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.agreement.measures import compute, names

ORDERED = ("ordinal", "interval", "ratio", "linear", "quadratic", "ac2")
NEEDS_MORE = {
    "fleiss_kappa_category",
    "krippendorff_alpha_hierarchy",
    "token_f1",
    "ku_alpha_nominal",
    "alpha_U_1995_code",
}
ON_UNITS = [
    n for n in names()
    if not n.startswith("char_") and n not in NEEDS_MORE
    and (n.startswith(("krippendorff", "percent", "cohen", "conger", "scott", "fleiss", "brennan", "gwet", "light")) or n == "holsti")
]  # fmt: skip
SIMILAR = [
    n for n in names()
    if n not in NEEDS_MORE and n not in ON_UNITS and not any(part in n for part in (*ORDERED, "disorder", "category", "hierarchy"))
]  # fmt: skip


@pytest.mark.parametrize("name", ON_UNITS)
@given(units=st.lists(st.lists(st.integers(1, 4), min_size=2, max_size=2), min_size=2, max_size=25), data=st.data())
def test_on_units_neither_order_nor_names_matter(name, units, data):
    before = compute(name, "coding", {"units": units})
    others = [[row[::-1] for row in units], data.draw(st.permutations(units))]
    if not any(part in name for part in ORDERED):
        others.append([[f"c{9 - v}" for v in row] for row in units])
    for other in others:
        after = compute(name, "coding", {"units": other})
        assert after.reason == before.reason
        assert after.value == pytest.approx(before.value, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("name", ON_UNITS)
def test_on_units_the_same_judgements_are_perfect(name):
    units = [[v, v] for v in (1, 2, 3, 1, 1, 2)]
    assert compute(name, "coding", {"units": units}).value == pytest.approx(1)


def passages(rng, codes):
    cuts = np.sort(rng.choice(np.arange(1, 60), size=6, replace=False)).tolist()
    return [[s, e, str(rng.choice(codes))] for s, e in zip(cuts[::2], cuts[1::2], strict=True)]


@pytest.mark.parametrize("name", [n for n in SIMILAR if n != "gamma"])  # its chance is drawn: see test_mathet_2015
@pytest.mark.parametrize("seed", range(4))
def test_on_passages_neither_order_nor_names_matter(name, seed):
    rng = np.random.default_rng(seed)
    a, b = passages(rng, ["x", "y"]), passages(rng, ["x", "y"])
    more = {"text_length": 60, "seed": 3, "samples": 5}
    before = compute(name, "unitizing", {"coders": {"a": a, "b": b}, **more})
    renamed = {n: [[s, e, {"x": "Ω", "y": "甲"}[c]] for s, e, c in own] for n, own in (("a", a), ("b", b))}
    for coders in ({"b": b, "a": a}, renamed):
        after = compute(name, "unitizing", {"coders": coders, **more})
        assert after.reason == before.reason
        assert after.value == pytest.approx(before.value, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("name", SIMILAR)
def test_the_same_passages_are_perfect(name):
    same = [[0, 10, "x"], [20, 30, "y"], [40, 50, "x"]]
    coders = {"a": same, "b": same}
    assert compute(name, "unitizing", {"text_length": 60, "coders": coders, "samples": 5}).value == pytest.approx(1)
