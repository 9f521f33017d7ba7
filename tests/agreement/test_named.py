"""A measure asked for by its name over a whole comparison equals the same measure of one small text."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from coding.agreement import coding_comparison, from_table, named
from coding.agreement.measures import ALIASES, compute, names
from coding.errors import InvalidValue, NotFound

LENGTH = 60
COLUMNS = ["document", "length", "coder", "code", "start", "end"]
ON_VALUES = [n for n in names() if n.startswith("char_krippendorff") and n.endswith(("masi", "jaccard", "hierarchy"))]
OF_DOMAINS = ["u_alpha_nominal", "cu_alpha_nominal", "ku_alpha_nominal"]
FOR_EACH_CODE = [
    n for n in names() if n not in (*named.ABOUT_ALL, *ON_VALUES, *OF_DOMAINS, "token_f1", "fleiss_kappa_category", "char_fleiss_kappa_category")
]  # fmt: skip


def random_coders(seed, people=("a", "b")):
    """Passages of two codes that do not overlap within a coder."""
    rng = np.random.default_rng(seed)
    out = {}
    for name in people:
        cuts = np.sort(rng.choice(np.arange(1, LENGTH), size=8, replace=False)).tolist()
        out[name] = [[s, e, str(rng.choice(["D > x", "D > y"]))] for s, e in zip(cuts[::2], cuts[1::2], strict=True)]
    return out


def table_of(coders, **options):
    rows = [("d", LENGTH, name, code, s, e) for name, own in coders.items() for s, e, code in own]
    return from_table(pd.DataFrame(rows, columns=COLUMNS), draws=0, exclusive=["D"], **options)


def given(coders, code=None):
    own = {n: [u for u in spans if code is None or u[2] == code] for n, spans in coders.items()}
    return {"coders": own, "text_length": LENGTH, "n_categories": 2 if code else None, "code": code}


@pytest.mark.parametrize("name", FOR_EACH_CODE)
@pytest.mark.parametrize("people", [("a", "b"), ("a", "b", "c")])
def test_of_one_code(name, people):
    for seed in range(3):
        coders = random_coders(seed, people)
        table = table_of(coders)
        rows = dict(zip([r.code.path for r in table.rows], named.of_rows(table, name), strict=True))
        for code in ("D > x", "D > y"):
            if name.startswith("segment") and len(people) > 2:
                continue  # one text, two coders; over a comparison the mean over pairs
            on_units = name in named.binary.OTHER_NAMES or name in ("scott_pi", "brennan_prediger", "gwet_ac1")
            asked = f"char_{name}" if on_units or name == "percent_agreement_values" else name
            expected = compute(
                asked, "span", {**given(coders, code), **({"n_categories": 3} if "segment" in name else {})}
            )
            assert rows[code].value == pytest.approx(expected.value, abs=1e-9, nan_ok=True), seed
            assert rows[code].defined == expected.defined


@pytest.mark.parametrize("name", OF_DOMAINS)
def test_of_a_domain(name):
    coders = random_coders(1)
    table = table_of(coders)
    rows = dict(zip([r.code.path for r in table.rows], named.of_rows(table, name), strict=True))
    at = "D > x" if name == "ku_alpha_nominal" else "D"
    expected = compute(name, "unitizing", {**given(coders), "value": "D > x"})
    assert rows[at].value == pytest.approx(expected.value)
    other = rows["D" if at == "D > x" else "D > x"]
    assert (other.defined, other.reason) == (False, "no_domain")
    assert other.sentence("zh")


@pytest.mark.parametrize("name", [n for n in named.ABOUT_ALL if n not in ("Cu_alpha", "krippendorff_alpha_hierarchy")])
@pytest.mark.parametrize("people", [("a", "b"), ("a", "b", "c")])
def test_of_all_codes_at_once(name, people):
    coders = random_coders(2, people)
    more = {"samples": 4, "seed": 3} if name == "gamma" else {}
    asked = f"char_{name}" if name.startswith("krippendorff") else name
    expected = compute(asked, "span", {**given(coders), **more})
    assert named.of_all_codes(table_of(coders), name, **more).value == pytest.approx(expected.value)


def test_the_tree_distance_forgives_siblings():
    siblings = {"a": [[0, 10, "D > x"], [30, 40, "E > z"]], "b": [[0, 10, "D > y"], [30, 40, "E > z"]]}
    strangers = {"a": [[0, 10, "D > x"], [30, 40, "E > z"]], "b": [[0, 10, "E > w"], [30, 40, "E > z"]]}
    near, far = (named.of_all_codes(table_of(c), "krippendorff_alpha_hierarchy").value for c in (siblings, strangers))
    assert near > far
    twice = {"a": [[0, 10, "D > x"], [5, 12, "E > z"]], "b": [[0, 10, "D > x"]]}
    assert named.of_all_codes(table_of(twice), "krippendorff_alpha_hierarchy").reason == "several_values"


def test_which_domain_applies_is_asked_of_sets_of_domains():
    coders = {"a": [[0, 10, "D > x"]], "b": [[0, 10, "D > y"]]}
    assert named.of_all_codes(table_of(coders), "Cu_alpha").value == pytest.approx(1)  # both say D


def test_tokens_are_touched_not_measured():
    coders = {"a": [[0, 4, "x"]], "b": [[2, 9, "x"]]}
    words = [(0, 3), (4, 8), (9, 12)]
    expected = compute("token_f1", "span", {"coders": coders, "text_length": LENGTH, "tokens": words})
    table = table_of(coders)
    [figure, *_] = [
        f
        for r, f in zip(table.rows, named.of_rows(table, "token_f1", tokens={"d": words}), strict=True)
        if r.code.name == "x"
    ]
    assert figure.value == pytest.approx(expected.value)
    with pytest.raises(InvalidValue, match="needs the words"):
        named.of_rows(table, "token_f1")


def test_characters_of_two_languages_are_not_pooled():
    rows = [(f"d{n}", LENGTH, c, "x", 0, 10 + n, lang) for n, lang in enumerate(("en", "zh")) for c in "ab"]
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "language"])
    cut = {"d0": [(0, 30), (30, 60)], "d1": [(0, 30), (30, 60)]}
    table = from_table(frame, draws=0, units=cut)
    [pooled] = named.of_rows(table, "char_cohen_kappa")
    assert (pooled.defined, pooled.reason) == (False, "languages_not_pooled")
    assert named.of_rows(table, "cohen_kappa")[0].value == 1
    assert [f.value for f in named.of_rows(from_table(frame, draws=0), "char_cohen_kappa")] == [1, 1]


def test_nvivos_means_over_files_equal_its_table():
    rows = [
        ("d", 100, "a", "x", 0, 20),
        ("d", 100, "b", "x", 5, 20),
        ("e", 300, "a", "x", 0, 9),
        ("f", 50, "a", "y", 0, 9),
        ("f", 50, "b", "y", 0, 9),
    ]
    table = from_table(pd.DataFrame(rows, columns=COLUMNS), draws=0)
    for one in (False, True):
        shown = coding_comparison(table.material, "a", "b", codes=["x"], undefined_is_one=one)
        for name, expected in (("nvivo_kappa_mean", shown.unweighted), ("nvivo_kappa_weighted", shown.weighted)):
            assert named.of_rows(table, name, undefined_is_one=one)[0].value == pytest.approx(expected.value)
    pooled = named.of_rows(table, "nvivo_kappa_pooled")[0]
    assert pooled.value == pytest.approx(shown.pooled["x"].value)
    assert named.of_rows(table, "nvivo_kappa_mean")[0].params["undefined_files"] == 1


def test_a_pair_is_compared_where_both_were_given_the_document():
    rows = [
        ("d", LENGTH, "a", "x", 0, 10),
        ("d", LENGTH, "b", "x", 0, 10),
        ("e", LENGTH, "a", "x", 0, 10),
        ("e", LENGTH, "c", "x", 5, 15),
    ]
    table = from_table(pd.DataFrame(rows, columns=COLUMNS), draws=0, who="coded")
    [exact] = named.of_rows(table, "span_f1_exact")
    assert (exact.value, exact.params["pairs"]) == (0.5, 2)  # a and b alike, a and c not, b and c never met


@pytest.mark.parametrize("name", sorted({*names(), *ALIASES}))
def test_every_name_is_known(name):
    assert named.known(name)


def test_a_name_nobody_knows_is_refused_with_a_near_one():
    with pytest.raises(NotFound, match="fleiss_kappa"):
        named.known("fleis_kappa")
