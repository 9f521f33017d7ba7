"""The tree of codes: finding, colours, and what a change would make."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.codebook import Codebook, classify_change, join_path, pinyin, split_path
from coding.errors import Ambiguous, InvalidValue, NotFound, Refused
from coding.model import Code


@pytest.fixture
def book():
    return Codebook(
        [
            Code("r", "Causes", name_zh="原因", key="c"),
            Code("p", "Pressure", parent="r", position=0, name_zh="压力机制", key="c.p", aliases=("stick",)),
            Code("d", "Driving", parent="r", position=1, name_zh="驱动机制"),
            Code("e", "Effects", position=1, exclusive=True),
            Code("o", "Other", parent="r", position=2),
            Code("o2", "Other", parent="e", position=0),
            Code("m", "Worry", parent="e", position=1, retired=True, redirect="p"),
            Code("x", "Old", parent="e", position=2, retired=True),
            Code("g", "Deep", parent="o2"),
        ]
    )


@pytest.mark.parametrize(
    ("ref", "uid"),
    [
        ("p", "p"), ("c.p", "p"), ("Causes > Pressure", "p"), ("causes>PRESSURE", "p"), ("压力机制", "p"),
        ("原因 > 压力机制", "p"), ("原因 > Pressure", "p"), (" pressure ", "p"), ("stick", "p"),
        ("Other > Deep", "g"), ("Effects > Other", "o2"), ("Worry", "p"), ("m", "m"), ("Old", "x"),
    ],
)  # fmt: skip
def test_a_code_is_found_by_every_name_it_bears(book, ref, uid):
    assert book.find(ref).uid == uid


def test_a_name_of_several_codes_is_refused_with_their_paths(book):
    with pytest.raises(Ambiguous, match="Causes > Other; Effects > Other"):
        book.find("Other")


def test_a_wrong_name_is_answered_with_what_is_near(book):
    with pytest.raises(NotFound, match="Near it: Pressure"):
        book.find("Presure")


def test_a_code_that_was_taken_back_is_named_in_the_refusal(book):
    with pytest.raises(NotFound, match="“Brief” is no longer in the codebook"):
        book.find(Code("gone", "Brief"))


def test_the_tree_answers(book):
    deep = book.find("Deep")
    assert [c.uid for c in book] == ["r", "p", "d", "o", "e", "o2", "g", "m", "x"]
    assert book.path(deep) == "Effects > Other > Deep"
    assert book.path(book.find("p"), "zh") == "原因 > 压力机制"
    assert book.level(deep) == 2
    assert book.domain_of(deep).uid == "e"
    assert book.domain_of(book.find("p")) is None
    assert [c.uid for c in book.descendants(book.find("e"))] == ["o2", "g", "m", "x"]
    assert book.resolve("m").uid == "p"


ODD = [
    "it's",
    'say "hi"',
    '"quoted"',
    "a > b",
    ">",
    "机制 > 结果",
    "Ω₂",
    "عمل",
    "👩‍👩‍👧",
    "a;b,c: d #e",
    "- x",
    "null",
    "no",
]


def test_odd_names_are_found_by_name_and_by_path():
    codes = [Code("root", 'Top > "level"')]
    codes += [Code(f"u{i}", name, parent="root", position=i) for i, name in enumerate(ODD)]
    book = Codebook(codes)
    for i, name in enumerate(ODD):
        assert book.find(name).uid == f"u{i}"
        assert book.find(book.path(book.find(f"u{i}"))).uid == f"u{i}"


@given(st.lists(st.text(min_size=1).map(str.strip).filter(bool), min_size=1, max_size=4))
def test_a_path_splits_into_the_names_it_was_joined_of(names):
    assert split_path(join_path(names)) == names


@pytest.mark.parametrize("path", ['A > "open', "A > > B", "", '"a" b > c'])
def test_a_path_that_cannot_be_read_is_refused(path):
    with pytest.raises(InvalidValue, match=r"empty name|does not end"):
        split_path(path)


def test_new_codes_go_last_and_keep_siblings_apart(book):
    new = book.new_code("Learning", parent="r", name_zh="学习", aliases=["study"])
    assert (new.position, new.parent, new.aliases) == (3, "r", ("study",))
    with pytest.raises(InvalidValue, match="already a code “Pressure” under Causes"):
        book.new_code(" pressure", parent="r")
    assert book.new_code("Pressure", parent="e").name == "Pressure"
    assert book.new_code("Old", parent="e").name == "Old"  # a retired sibling does not hold its name


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "  "}, "needs a name"),
        ({"name": "a\nb"}, "line break"),
        ({"name": "x" * 301}, "300 is the limit"),
        ({"direction": "up"}, "no direction “up”"),
        ({"hue": 400}, "between 0 and 359"),
        ({"stage": "late"}, "no stage"),
        ({"review": ["nam"]}, "no field of a code: nam"),
        ({"name": "Driving"}, "already a code “Driving”"),
    ],
)
def test_a_field_that_a_code_cannot_have_is_refused(book, fields, message):
    with pytest.raises(InvalidValue, match=message):
        book.with_fields(book.find("p"), **fields)


def test_an_unknown_field_is_answered_with_what_is_near(book):
    with pytest.raises(NotFound, match="Near it: definition"):
        book.with_fields(book.find("p"), definitoin="x")


def test_renaming_a_used_code_keeps_its_uid(book):
    renamed = book.with_fields(book.find("p"), name="Pressure from above")
    assert renamed.uid == "p"
    assert book.replaced([renamed]).path(renamed) == "Causes > Pressure from above"


def test_moving_takes_everything_below_along_and_refuses_circles(book):
    after = book.replaced(book.moved(book.find("o2"), None, 0))
    assert after.path(after.find("Deep")) == "Other > Deep"
    assert [c.uid for c in after.roots] == ["o2", "r", "e"]
    with pytest.raises(Refused, match="cannot move below itself"):
        book.moved(book.find("e"), book.find("Deep"))
    with pytest.raises(InvalidValue, match="already a code “Other” under Causes"):
        book.moved(book.find("o2"), book.find("r"))


def test_merging_redirects_and_brings_the_children(book):
    after = book.replaced(book.merged(book.find("o2"), book.find("d")))
    assert after.resolve("o2").uid == "d"
    assert after.path(after.find("Deep")) == "Causes > Driving > Deep"
    with pytest.raises(Refused, match="into itself"):
        book.merged(book.find("p"), book.find("m"))  # Worry already counts for Pressure
    with pytest.raises(Refused, match="lies below"):
        book.merged(book.find("e"), book.find("Deep"))
    with pytest.raises(Refused, match="is retired"):
        book.merged(book.find("p"), book.find("x"))


def test_splitting_makes_children(book):
    new = book.split(book.find("d"), ["Near", "Far"], definition="rivalry")
    assert [(c.parent, c.position, c.name) for c in new] == [("d", 0, "Near"), ("d", 1, "Far")]
    with pytest.raises(InvalidValue, match="two different names"):
        book.split(book.find("d"), ["Near", "near"])


def test_retired_codes_stay_findable_and_come_back(book):
    after = book.replaced([book.retired(book.find("d"))])
    assert after.find("Driving").retired
    assert not after.revived(after.find("d")).retired
    taken = after.replaced([after.new_code("Driving", parent="r")])
    with pytest.raises(InvalidValue, match="already a code “Driving”"):
        taken.revived(taken.find("d"))


def test_parents_in_a_circle_are_refused():
    with pytest.raises(InvalidValue, match="in a circle: A, B"):
        Codebook([Code("a", "A", parent="b"), Code("b", "B", parent="a")])


def test_kinds_of_change():
    assert classify_change(["name"]) == "content"
    assert classify_change(["parent", "position"]) == "structural"
    assert classify_change(["name", "exclude"]) == "semantic"
    assert classify_change(["exclusive"]) == "semantic"
    assert classify_change(["retired", "redirect"]) == "structural"


def test_siblings_keep_their_distance_in_colour_and_new_ones_disturb_nobody():
    codes = [Code("b", "Branch", hue=350)]
    book = Codebook(codes)
    seen = {}
    for i in range(16):
        book = book.replaced([book.new_code(f"c{i}", parent="b")])
        for code in book.children(book.find("b")):
            assert seen.setdefault(code.uid, book.hue(code)) == book.hue(code)
    hues = sorted(seen.values())
    gaps = [(b - a) % 360 for a, b in zip(hues, [*hues[1:], hues[0]], strict=True)]
    assert min(gaps) >= 22
    assert book.hue(book.find("b")) == 350
    turned = book.replaced(book.moved(book.find("c15"), book.find("b"), 0))
    assert {c.uid: turned.hue(c) for c in turned.children(turned.find("b"))} == seen


def test_a_hue_that_a_person_set_stands_and_is_kept_clear():
    book = Codebook([Code("b", "B", hue=100), Code("1", "x", "b", 0, hue=111), Code("2", "y", "b", 1)])
    assert book.hue(book.find("x")) == 111
    assert book.hue(book.find("y")) == 89


def test_pickers_search_pinyin_and_initials(book):
    entry = next(e for e in book.search_index if e.uid == "p")
    assert (entry.pinyin, entry.initials) == (("yalijizhi",), ("yljz",))
    assert entry.path_zh == "原因 > 压力机制"
    assert "m" not in {e.uid for e in book.search_index}
    assert pinyin("重庆 v2") == ("chongqingv2", "cqv")
