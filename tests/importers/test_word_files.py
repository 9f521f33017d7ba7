"""Word documents: structure, comments, tracked changes, speakers, notes."""

from __future__ import annotations

import pytest

from coding import importers
from coding.errors import ImportRejected

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STYLES = f"""<w:styles {W}><w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="L"><w:name w:val="List Paragraph"/></w:style></w:styles>"""


def read(data, **options):
    return importers.read(data, name="P03.docx", **options).documents[0]


def roles(document):
    return [(document.text[s:e], role) for s, e, role in document.structure]


def test_headings_lists_and_tables_are_kept_as_structure(makers):
    body = (
        makers.paragraph("Opening", '<w:pStyle w:val="H1"/>')
        + makers.paragraph("first", "<w:numPr/>")
        + makers.paragraph("plain")
        + "<w:tbl><w:tr><w:tc>"
        + makers.paragraph("year")
        + "</w:tc><w:tc>"
        + makers.paragraph("target")
        + "</w:tc></w:tr></w:tbl>"
    )
    document = read(makers.docx(body, extra=[("word/styles.xml", STYLES)]))
    assert document.text == "Opening\nfirst\nplain\nyear\ttarget"
    assert roles(document) == [("Opening", "heading"), ("first", "list"), ("year\ttarget", "table")]
    assert document.name == "P03"


def test_comments_stand_on_the_words_they_were_made_on(makers):
    body = (
        makers.paragraph("First line.")
        + '<w:p><w:r><w:t xml:space="preserve">Then the </w:t></w:r><w:commentRangeStart w:id="4"/><w:r><w:t>targets</w:t></w:r>'
        '<w:commentRangeEnd w:id="4"/><w:r><w:t xml:space="preserve"> came.</w:t></w:r></w:p>'
    )
    comments = f'<w:comments {W}><w:comment w:id="4" w:author="Ben"><w:p><w:r><w:t>Which?</w:t></w:r></w:p></w:comment></w:comments>'
    document = read(makers.docx(body, extra=[("word/comments.xml", comments)]))
    (comment,) = document.comments
    assert document.text[comment.start : comment.end] == "targets"
    assert (comment.author, comment.text) == ("Ben", "Which?")


def test_tracked_changes_are_read_as_accepted(makers):
    run = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>"
    body = f"<w:p>{run.format('We ')}<w:del><w:r><w:delText>never </w:delText></w:r></w:del><w:ins>{run.format('always ')}</w:ins>{run.format('met.')}</w:p>"
    document = read(makers.docx(body))
    assert document.text == "We always met."
    assert document.changes == ("1 tracked deletions were left out",)


def test_bold_names_that_come_back_are_speakers(makers):
    def said(name, words):
        return f"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{name}</w:t></w:r><w:r><w:t xml:space='preserve'> {words}</w:t></w:r></w:p>"

    document = read(
        makers.docx(said("Anna", "Why?") + said("Ben", "Because.") + said("Anna", "I see.") + said("Ben", "Yes."))
    )
    assert document.text == "Anna: Why?\nBen: Because.\nAnna: I see.\nBen: Yes."
    assert document.speakers == ("Anna", "Ben")
    assert document.changes == ("4 bold speaker names were given a colon",)


def test_bold_names_with_a_colon_stay_as_they_are(makers):
    body = "".join(
        f"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>访谈者：</w:t></w:r><w:r><w:t>{words}</w:t></w:r></w:p>"
        for words in ("为什么？", "然后呢？")
    )
    document = read(makers.docx(body))
    assert document.text == "访谈者：为什么？\n访谈者：然后呢？"
    assert not document.changes


def test_footnotes_follow_the_text(makers):
    body = '<w:p><w:r><w:t>Word</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    notes = f'<w:footnotes {W}><w:footnote w:id="2"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    document = read(makers.docx(body, extra=[("word/footnotes.xml", notes)]))
    assert document.text == "Word[1]\n[1] A note."
    assert roles(document) == [("[1] A note.", "comment")]


def test_a_transcript_of_teams_becomes_turns_with_times(makers):
    body = "".join(
        makers.paragraph(line)
        for line in ("Anna Li   0:03", "Hello.", "Ben Wu   0:09", "Yes.", "Anna Li   1:02:10", "Good.")
    )
    document = read(makers.docx(body))
    assert document.text == "Anna Li: Hello.\nBen Wu: Yes.\nAnna Li: Good."
    assert document.kind == "transcript"
    assert [begin for _, begin, _ in document.times] == [3000, 9000, 3_730_000]


def test_a_damaged_file_is_refused_with_the_part(makers):
    with pytest.raises(ImportRejected, match=r"word/document\.xml.*broken"):
        read(makers.docx("<w:p>"))


def test_astral_characters_and_breaks_are_kept(makers):
    document = read(
        makers.docx("<w:p><w:r><w:t>𠮷</w:t><w:br/><w:t>👩‍👩‍👧</w:t><w:tab/><w:t>e\u0301</w:t></w:r></w:p>")
    )
    assert document.text == "𠮷\n👩‍👩‍👧\te\u0301"
