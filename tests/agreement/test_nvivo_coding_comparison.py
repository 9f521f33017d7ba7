"""NVivo's coding comparison: its columns, its averages and its switch."""

from __future__ import annotations

import pytest

from coding.agreement import coding_comparison, material_of_table
from coding.agreement.nvivo import NVIVO_COLUMNS
from coding.errors import InvalidValue


def material(rows, length=1000):
    names = ("document", "coder", "code", "start", "end")
    columns = {n: [r[i] for r in rows] for i, n in enumerate(names)} | {"length": [length] * len(rows)}
    return material_of_table(columns)


EXAMPLE = [("f", "a", "x", 0, 100), ("f", "b", "x", 50, 200), ("g", "a", "x", 0, 10), ("g", "b", "y", 0, 10)]


def test_the_example_of_the_help():
    row = coding_comparison(material(EXAMPLE), "a", "b").rows[0]
    assert tuple(row)[:11] == NVIVO_COLUMNS
    shown = [row[c] for c in NVIVO_COLUMNS[3:]]
    assert shown == pytest.approx([1000, 0.318182, 85, 5, 80, 15, 5, 10], abs=1e-5)


def test_undefined_rows_count_only_where_the_switch_says_so():
    ours = coding_comparison(material(EXAMPLE), "a", "b")
    assert ours.undefined == 1
    theirs = coding_comparison(material(EXAMPLE), "a", "b", undefined_is_one=True)
    assert ours.unweighted.value == pytest.approx(0.318182 / 3, abs=1e-5)
    assert theirs.unweighted.value == pytest.approx((0.318182 + 1) / 4, abs=1e-5)


def test_a_group_codes_where_any_member_does():
    rows = [*EXAMPLE[:2], ("f", "c", "x", 100, 200)]
    assert coding_comparison(material(rows), ["a", "c"], "b").rows[0]["both"] == 150
    with pytest.raises(InvalidValue, match="both groups"):
        coding_comparison(material(rows), ["a", "b"], "b")


def test_utf16_counts_an_emoji_twice():
    text = "😀" * 5 + "abcde"
    found = coding_comparison(
        material([("f", "a", "x", 0, 5), ("f", "b", "x", 3, 6)], 10), "a", "b", utf16=True, texts={"f": text}
    )
    assert (found.rows[0]["File Size"], found.rows[0]["both"]) == (15, 4)


def test_characters_of_two_languages_make_no_pooled_kappa():
    columns = {
        "document": ["f", "f", "g", "g"],
        "coder": ["a", "b"] * 2,
        "code": ["x"] * 4,
        "start": [0] * 4,
        "end": [10, 12, 10, 12],
    }
    own = columns | {"length": [1000] * 4, "language": ["en", "en", "zh", "zh"]}
    mixed = coding_comparison(material_of_table(own), "a", "b")
    assert (mixed.pooled["x"].defined, mixed.pooled["x"].reason) == (False, "languages_not_pooled")
    assert mixed.unweighted.defined  # a mean of files pools no characters
    alike = coding_comparison(material_of_table(own | {"language": ["en"] * 4}), "a", "b")
    assert alike.pooled["x"].defined
