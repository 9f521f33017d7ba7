"""What a coding may hold, which code a passage may get, and how codings are looked up."""

from __future__ import annotations

import pytest

from coding.errors import InvalidValue, NotFound, Refused

WORDS = "Nobody ordered it."


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"quotable": "never"}, "quotable is 'never'; it is one of verbatim, paraphrase, no"),
        ({"confidence": "banana"}, "confidence is 'banana'; it is one of low, medium, high"),
        ({"confidence": 7}, "confidence is 7"),
        ({"colour": "red"}, "A coding takes no colour; it takes confidence and quotable"),
    ],
)
def test_a_coding_holds_only_what_every_export_can_read(project, fields, said):
    with pytest.raises(InvalidValue, match=said):
        project.codings.add("P01", quote=WORDS, code="Driving", **fields)
    assert len(project.codings) == 0
    kept = project.codings.add("P01", quote=WORDS, code="Driving", quotable="no", confidence="low")
    assert (project.codings[kept.uid].quotable, project.codings[kept.uid].confidence) == ("no", "low")


def test_a_passage_gets_no_code_that_is_merged_retired_or_a_heading(project):
    for name in ("Merged", "Retired", "Heading"):
        project.codebook.add(name, codable=name != "Heading")
    merged, retired, heading = (project.codebook.find(n).uid for n in ("Merged", "Retired", "Heading"))
    coding = project.codings.add("P01", quote=WORDS, code="Driving")
    project.codebook.merge("Merged", into="Pressure")
    project.codebook.retire("Retired")
    for uid, said in ((merged, "was merged into “Pressure”"), (retired, "is retired"), (heading, "is a heading")):
        with pytest.raises(Refused, match=said):
            project.codings.recode(coding, code=uid)
        with pytest.raises(Refused, match=said):
            project.codings.add("P01", quote=WORDS, code=uid)
    assert project.codings[coding.uid].code == project.codebook.find("Driving").uid


def test_a_coding_of_a_code_that_was_retired_since_can_still_be_confirmed(project):
    coding = project.codings.add("P01", quote=WORDS, code="Driving")
    project.codebook.set("Driving", definition="Another rule.")
    project.codebook.retire("Driving")
    confirmed = project.codings.confirm(coding)
    assert confirmed.code == coding.code
    assert confirmed.code_version == project.codebook.find(coding.code).version


def test_a_document_whose_name_has_four_dashes_is_no_uid(project):
    project.documents.add("interview-2024-01-15-amira", "Nobody came.")
    coding = project.codings.add("interview-2024-01-15-amira", 0, 6, code="Driving")
    assert project.codings.of("interview-2024-01-15-amira") == [coding]
    with pytest.raises(NotFound, match="document"):
        project.codings.of("00000000-0000-4000-8000-000000000000")


def test_an_end_that_the_words_do_not_reach_is_refused(project):
    start = project.documents["P01"].text.index(WORDS)
    with pytest.raises(InvalidValue, match="do not end at"):
        project.codings.add("P01", start, start + 3, quote=WORDS, code="Driving")
    assert project.codings.add("P01", start, start + len(WORDS), quote=WORDS, code="Driving").start == start


def test_codings_of_a_merged_code_are_found_by_its_uid_as_by_its_name(project):
    old = project.codebook.add("Doubled")
    project.codings.add("P01", quote=WORDS, code="Doubled")
    project.codebook.merge("Doubled", into="Driving")
    assert len(project.codings.to_frame(code=old.uid)) == len(project.codings.to_frame(code="Doubled")) == 1


def test_columns_of_a_document_hold_what_the_list_of_its_codings_holds(project, ben):
    project.codings.add("P01", quote=WORDS, code="Driving")
    moved = project.codings.move(project.codings.add("P01", 0, 11, code="Pressure"), end=12)
    ben.codings.add("P01", quote="大家都怕垫底。", code="Pressure")
    document = project.documents.find("P01").uid
    table, codings = project.codings.table_of(document), project.codings.of("P01")
    assert sorted(zip(table.uid, table.start.tolist(), table.end.tolist(), strict=True)) == sorted(
        (c.uid, c.start, c.end) for c in codings
    )
    assert project.store.heirs(document) == {moved.replaces: moved.uid}
    project.rounds.add("Blind", purpose="reliability")
    project.rounds.assign("Blind", ["P01"], ["amira", "ben"])
    project.rounds.open("Blind")
    assert set(project.codings.table_of(document).uid) == {c.uid for c in project.codings.of("P01")} < set(table.uid)


def test_names_that_would_be_ambiguous_are_refused(project):
    project.documents.add("P02", "Nobody came.")
    with pytest.raises(Refused, match="called “P01” already"):
        project.documents.rename("P02", "P01")
    project.rounds.add("First")
    with pytest.raises(Refused, match="There is a round “First” already"):
        project.rounds.add("First")


def test_a_correction_to_nothing_is_refused_and_loses_nothing(project):
    coding = project.codings.add("P01", quote=WORDS, code="Driving")
    with pytest.raises(InvalidValue, match="is empty"):
        project.documents.correct("P01", "  ")
    assert project.codings.of("P01") == [coding]


def test_a_memo_has_words_and_is_about_something(project):
    with pytest.raises(InvalidValue, match="needs words"):
        project.memos.add(" ")
    with pytest.raises(InvalidValue, match="not 'nonsense'"):
        project.memos.add("Look again.", about="nonsense")


def test_spans_of_spacy_become_codings_once(project):
    from spacy.tokens import Span

    (doc,) = project.docs(["P01"], segmenter="char", trained=False)
    found = next(i for i, token in enumerate(doc) if token.text == "Nobody")
    doc.spans["rules"] = [Span(doc, found, found + 3, label="Mechanisms > Driving")]
    (made,) = project.codings.add_spans([doc], group="rules")
    assert project.documents["P01"].text[made.start : made.end] == "Nobody ordered it"
    assert (made.origin, made.code) == ("spans", project.codebook.find("Driving").uid)
    assert [c.uid for c in project.codings.add_spans([doc], group="rules")] == [made.uid]
    doc.spans["rules"] = [Span(doc, found, found + 1, label="No such code")]
    with pytest.raises(NotFound, match="No such code"):
        project.codings.add_spans([doc], group="rules")
    assert len(project.codings) == 1
