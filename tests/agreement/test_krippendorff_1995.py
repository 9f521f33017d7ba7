"""Alpha-U of 1995, which INCEpTION and DKPro compute under that name: squared lengths of what does not match."""

from __future__ import annotations

import pytest

from coding.agreement.measures import compute

# Krippendorff 2004, p. 254: a continuum of 300 from 150, two codes
COMPARISON = {
    "text_begin": 150, "text_length": 300,
    "coders": {
        "i": [[225, 295, "c"], [180, 240, "k"], [300, 350, "k"]],
        "j": [[210, 300, "c"], [180, 240, "k"], [300, 350, "k"]],
    },
}  # fmt: skip


def alpha(given, name="alpha_U_1995"):
    return compute(name, "unitizing", given)


def moved(given, by):
    coders = {n: [[s + by, e + by, c] for s, e, c in units] for n, units in given["coders"].items()}
    return {**given, "text_begin": given["text_begin"] + by, "coders": coders}


def test_the_same_units_are_perfect_and_others_are_less():
    same = {**COMPARISON, "coders": dict.fromkeys("ij", COMPARISON["coders"]["i"])}
    assert alpha(same).value == 1
    assert alpha(COMPARISON).value < 1


def test_a_code_on_which_both_agree_is_one_beside_one_on_which_they_do_not():
    assert alpha({**COMPARISON, "code": "k"}, "alpha_U_1995_code").value == 1
    assert alpha({**COMPARISON, "code": "c"}, "alpha_U_1995_code").value < 1


def test_the_place_of_the_continuum_and_the_order_of_coders_do_not_matter():
    swapped = {**COMPARISON, "coders": dict(reversed(COMPARISON["coders"].items()))}
    for other in (swapped, moved(COMPARISON, 1_000)):
        assert alpha(other).value == pytest.approx(alpha(COMPARISON).value)


def test_units_of_different_codes_may_overlap_which_the_family_of_2016_forbids():
    over = {"text_length": 50, "coders": {"i": [[0, 20, "a"], [10, 30, "b"]], "j": [[0, 20, "a"], [10, 30, "b"]]}}
    assert alpha(over).value == 1
    assert not compute("u_alpha_nominal", "unitizing", over).defined


def test_pair_a_of_the_paper_on_characters(case_named):
    """P. 57, Bertha and Bill; the continuum is digitised, the figures are the paper's."""
    assert case_named("kripp1995-A-kappa").value == pytest.approx(0.385, abs=0.002)
    assert case_named("kripp1995-A-alpha").value == pytest.approx(0.329, abs=0.002)


def test_nobody_unitized():
    assert alpha({"text_length": 50, "coders": {"i": [], "j": []}}).reason == "nothing_coded"
