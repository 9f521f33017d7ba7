"""Identity numbers, near-duplicates, keywords, saturation, translation pairs, spaCy both ways."""

from __future__ import annotations

from collections import Counter

import pytest

from coding.errors import InvalidValue, NotFound
from coding.language import (
    align_turns,
    codings_from_docs,
    docs,
    find_identifiers,
    near_duplicates,
    outline,
    pipeline,
    suggest_names,
)
from coding.language.keywords import code_keywords, count_words, keywords, log_likelihood, saturation
from coding.model import Code, Coder, Coding, CodingTable, Document, ProjectInfo, Snapshot


@pytest.mark.parametrize(
    ("text", "kind", "certain"),
    [
        ("身份证11010519491231002X。", "identity card", True),
        ("电话13800138000", "mobile", True),
        ("+86 138 0013 8000", "mobile", True),
        ("0571-88273210", "landline", False),
        ("(010)62751234", "landline", False),
        ("li.na+work@mail.example.org,", "e-mail", True),
        ("0000-0002-1825-0097", "orcid", True),
        ("护照E12345678", "passport", False),
        ("卡号4111 1111 1111 1111", "bank card", True),
    ],
)
def test_marks_of_identity_are_found(text, kind, certain):
    assert [(f.kind, f.certain) for f in find_identifiers(text)] == [(kind, certain)]


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",
        "11010519491331002X",
        "0000-0002-1825-0098",
        "4111 1111 1111 1112",
        "12345",
        "2021-10-15",
        "第1380013次",
        "a@b",
        "350万元",
    ],
)
def test_numbers_that_fail_their_check_are_left_alone(text):
    assert [f for f in find_identifiers(text) if f.certain] == []


def test_names_are_only_suggested():
    text = "张伟书记在杭州说的，Director Hart agreed."
    found = {text[f.start : f.end]: f for f in suggest_names(text)}
    assert "杭州" in found
    assert "Hart" in found
    assert not any(f.certain for f in found.values())


def test_near_duplicates_are_reported_across_case_and_furniture():
    body = (
        "The street offices were told to rank each other every quarter, and the last one had to explain why it was last. "
        * 3
    )
    texts = {
        "a": body,
        "b": "MENU\n" + body.upper() + "\nFOOT",
        "c": "Quite another text about trees and the people who plant them in spring.",
    }
    assert [(x, y) for x, y, share in near_duplicates(texts) if share > 0.9] == [("a", "b")]
    assert near_duplicates({}) == []
    assert near_duplicates({"a": "", "b": ""}) == []


def test_log_likelihood_by_hand():
    # 2 (20 ln(20 / 2.72727) + 10 ln(10 / 27.2727))
    assert log_likelihood(20, 10, 1000, 10000) == pytest.approx(59.63122, abs=1e-4)
    assert log_likelihood(10, 100, 1000, 10000) == pytest.approx(0)
    assert log_likelihood(0, 0, 0, 0) == 0
    with pytest.raises(InvalidValue, match="more frequent"):
        log_likelihood(5, 0, 3, 10)


def test_keywords_of_a_code_in_both_languages():
    text = (
        "考核压力考核压力考核。 ranking ranking ranking of the streets\n"
        + "天气很好。 the weather is fine and the tea is good " * 6
    )
    first = text.index("\n")
    table = CodingTable.from_columns(
        {"document": [0, 0], "code": [1, 2], "start": [0, first + 1], "end": [first, first + 6]}
    )
    found = [k.word for k in code_keywords({0: text}, table, [1], minimum=2)]
    assert found[:2] == ["ranking", "考核"] or found[:2] == ["考核", "ranking"]
    assert not {"天气", "the", "weather"} & set(found)
    assert keywords(Counter(a=5), Counter(a=50, b=50)) == keywords(Counter(a=5), Counter(a=50, b=50), minimum=1)
    assert count_words("街道 street Street")["street"] == 2


def test_saturation_counts_codes_not_met_before():
    table = CodingTable.from_columns(
        {"document": [0, 0, 1, 2, 2], "code": [0, 1, 1, 1, 2], "start": [0] * 5, "end": [1] * 5}
    )
    assert [(s.new_codes, s.codes) for s in saturation(table, [0, 1, 2])] == [(2, 2), (0, 2), (1, 3)]
    assert [(s.new_codes, s.codes) for s in saturation(table, [2, 1, 0], codes=[1])] == [(1, 1), (0, 1), (0, 1)]


ZH = """访谈者：您在街道干了多少年？
王主任：十一年了。2012年来的，那时候只有30个人。
访谈者：审批权下放以后呢？
王主任：事情多了，人没有多。CAB把154项工作都给了我们，可是钱没有下来，编制也没有下来。
王主任：就这样。
"""
EN = """Interviewer: How many years have you been at the street office?
Director Wang: Eleven years. I came in 2012, and there were only 30 of us then.
Interviewer: And after the approval authority was delegated?
Director Wang: More work, no more people. The CAB gave us 154 tasks, but the money did not come down, and neither did the posts. That is how it is.
"""


def test_turns_of_a_translation_are_proposed():
    pairs = align_turns(ZH, outline(ZH), EN, outline(EN))
    assert [(p.left, p.right) for p in pairs] == [((0,), (0,)), ((1,), (1,)), ((2,), (2,)), ((3, 4), (3,))]
    assert all(p.confidence > 0.3 for p in pairs)


def test_a_turn_left_out_of_the_translation_stays_alone():
    lines = EN.splitlines()
    short = "\n".join(lines[:2] + lines[3:])
    pairs = align_turns(ZH, outline(ZH), short, outline(short))
    assert ((2,), ()) in [(p.left, p.right) for p in pairs]
    covered = [i for p in pairs for i in p.left]
    assert covered == list(range(5))


def test_texts_without_counterpart_are_aligned_with_nothing():
    assert align_turns("", outline(""), "", outline("")) == []
    assert [(p.left, p.right) for p in align_turns("", outline(""), "One.\nTwo.", outline("One.\nTwo."))] == [
        ((), (0,)),
        ((), (1,)),
    ]


TEXTS = {
    "d1": "The 😀 CAB moved aid down.\nIt rained 👩‍👩‍👧 .",
    "d2": "街道办事处😀承接了审批权。\n\n压力  很大\u3000。",
}


def snapshot() -> Snapshot:
    codes = (Code("c1", "Mechanism"), Code("c2", "Pressure", parent="c1", key="opt.pressure"))
    documents = (
        Document("d1", "One", len(TEXTS["d1"]), "", language="en"),
        Document("d2", "Two", len(TEXTS["d2"]), "", language="zh"),
    )
    coder = Coder("amira", "Amira")
    base = Snapshot(ProjectInfo("p", "P"), coders=(coder,), codes=codes, documents=documents, texts=TEXTS)
    return base.with_codings([Coding("k1", "d1", "c2", "amira", 6, 9), Coding("k2", "d2", "c2", "amira", 6, 9)])


@pytest.mark.parametrize("segmenter", ["jieba", "char"])
def test_docs_carry_codings_and_keep_the_text(segmenter):
    found = list(docs(snapshot(), segmenter=segmenter, trained=False))
    assert [d.text for d in found] == [TEXTS["d1"], TEXTS["d2"]]
    span = found[0].spans["codings"][0]
    assert (span.text, span.label_, span.id_) == ("CAB", "Mechanism > Pressure", "k1")
    assert found[1].user_data["codings"] == {"k2": (6, 9)}
    assert "blank" in found[0].user_data["pipeline"]
    for doc in found:
        assert all(doc.text[t.idx : t.idx + len(t)] == t.text for t in doc)


def test_codings_come_back_from_spans_exactly():
    source = snapshot()
    (doc,) = docs(source, documents=["d2"], segmenter="char", trained=False)
    start = doc.text.index("压力")
    doc.spans["codings"] = [*doc.spans["codings"], doc.char_span(start, start + 2, label="opt.pressure")]
    (new,) = codings_from_docs(source, [doc], coder="amira")
    assert (new.code, new.start, new.end, new.origin, new.coder) == ("c2", start, start + 2, "spans", "amira")
    assert TEXTS["d2"][new.start : new.end] == "压力"


def test_spans_that_cannot_be_codings_are_refused():
    source = snapshot()
    (doc,) = docs(source, documents=["d1"], trained=False)
    doc.spans["codings"] = [doc.char_span(0, 3, label="Presure")]
    with pytest.raises(NotFound, match="Presure"):
        codings_from_docs(source, [doc], coder="amira")
    with pytest.raises(InvalidValue, match=r"project\.docs"):
        codings_from_docs(source, [pipeline("en", trained=False).nlp("other")], coder="amira")
    with pytest.raises(InvalidValue, match="jieba"):
        pipeline("zh", segmenter="pkuseg")


def test_every_language_has_a_pipeline():
    assert pipeline("fr").name.startswith("blank-xx")
    assert not pipeline("und").trained
