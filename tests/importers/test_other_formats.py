"""Web pages, OpenDocument, rich text, books, PDF, workbooks, subtitles, transcripts and reference lists."""

from __future__ import annotations

import json

import pytest

from coding import importers
from coding.errors import ImportRejected


def read(data, name, **options):
    return importers.read(data if isinstance(data, bytes) else data.encode(), name=name, **options).documents[0]


def roles(document):
    return [(document.text[s:e], role) for s, e, role in document.structure]


def test_a_page_keeps_its_blocks_and_their_roles():
    document = read(
        "<html><head><title>Notes  on</title></head><body><h2>One</h2><p>two\n three<br>four</p><ul><li>a</li><li>b</li></ul>"
        "<table><tr><td>x</td><td>y</td></tr></table></body></html>",
        "a.html",
    )
    assert document.text == "One\ntwo three\nfour\na\nb\nx\ty"
    assert roles(document) == [("One", "heading"), ("a", "list"), ("b", "list"), ("x\ty", "table")]
    assert document.variables == {"title": "Notes on"}


def test_a_line_end_between_han_characters_is_no_space():
    assert read("<html><body><p>基层\n治理</p></body></html>", "a.html").text == "基层治理"


def test_open_document_has_comments_and_notes(makers):
    body = (
        '<text:h>Top</text:h><text:p>One <office:annotation office:name="a"><dc:creator>Ben</dc:creator><text:p>Hm</text:p></office:annotation>'
        'two<office:annotation-end office:name="a"/> three<text:note><text:note-body><text:p>Note.</text:p></text:note-body></text:note></text:p>'
        "<text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>"
    )
    document = read(makers.odt(body), "a.odt")
    assert document.text == "Top\nOne two three[1]\nitem\n[1] Note."
    assert roles(document) == [("Top", "heading"), ("item", "list"), ("[1] Note.", "comment")]
    (comment,) = document.comments
    assert (document.text[comment.start : comment.end], comment.author, comment.text) == ("two", "Ben", "Hm")


def test_rich_text_with_chinese_fonts():
    source = rb"{\rtf1\ansi{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset134 SimSun;}}\f0 Talk: {\f1 \'bb\'f9\'b2\'e3}\par\'93x\'94}"
    assert read(source, "a.rtf").text == "Talk: 基层\n“x”"


def test_a_book_is_read_in_its_order(makers):
    book = makers.epub([makers.chapter("<p>one</p>"), makers.chapter("<p>two</p>")], order=[1, 0])
    document = read(book, "a.epub")
    assert document.text == "two\none"
    assert document.variables == {"title": "Field notes"}


def test_pdf_without_text_is_refused_with_the_way_out(makers):
    with pytest.raises(ImportRejected, match=r"no text layer.*OCR"):
        read(makers.pdf([None]), "scan.pdf")


def test_pdf_pages_follow_each_other(makers):
    assert read(makers.pdf(["First page.", "Second page."]), "a.pdf").text == "First page.\nSecond page."


def test_a_workbook_keeps_types_dates_and_sheets(makers):
    styles = '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>'
    rows = [["name", "n", "when", "ok"], ["A", 2.5, '<c s="1"><v>45413</v></c>', '<c t="b"><v>1</v></c>']]
    result = importers.read(makers.xlsx(rows, extra=[("xl/styles.xml", styles)]), name="a.xlsx")
    assert result.cases[0].variables == {"n": 2.5, "when": "2024-05-01", "ok": True}


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(makers):
    with pytest.raises(ImportRejected, match="There are: Sheet1"):
        importers.read(makers.xlsx([["a"], [1]]), name="a.xlsx", sheet="Other")


def test_codings_come_from_a_workbook_too(makers):
    rows = [["document", "code", "coder", "start", "end"], ["P1", "A > B", "ben", 3, 9]]
    (row,) = importers.read_codings_table(makers.xlsx(rows), name="c.xlsx")
    assert (row.document, row.code, row.coder, row.start, row.end, row.row) == ("P1", "A > B", "ben", 3, 9, 2)


def test_subtitles_become_turns_with_times():
    document = read(
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>We went\n\n00:02.100 --> 00:03.000\n<v Anna>home.\n\n00:04.000 --> 00:05.000\n<v Ben>Yes.\n",
        "a.vtt",
    )
    assert document.text == "Anna: We went home.\nBen: Yes."
    assert document.times == ((0, 1000, 3000), (20, 4000, 5000))
    assert document.speakers == ("Anna", "Ben")


def test_subtitles_without_names_are_cut_at_sentences_and_pauses():
    cues = [
        ("00:00:01,000", "00:00:02,000", "我们没有"),
        ("00:00:02,000", "00:00:03,000", "办法。"),
        ("00:00:09,000", "00:00:10,000", "后来"),
    ]
    source = "\n".join(f"{i}\n{b} --> {e}\n{words}\n" for i, (b, e, words) in enumerate(cues, 1))
    document = read(source, "a.srt")
    assert document.text == "我们没有办法。\n后来"
    assert document.times == ((0, 1000, 3000), (8, 9000, 10_000))


def test_subtitles_keep_their_times_as_units_of_the_project(tmp_path):
    import coding as qc

    (tmp_path / "a.srt").write_text(
        "1\n00:00:01,000 --> 00:00:02,000\nHello.\n\n2\n00:00:09,000 --> 00:00:10,000\nYes.\n", "utf-8"
    )
    (tmp_path / "b.vtt").write_text("WEBVTT\n\n00:03.000 --> 00:04.000\n<v Anna>Hello.\n", "utf-8")
    with qc.open_project(tmp_path / "p.coding", coder="a", create=True) as project:
        project.documents.add_files(tmp_path / "a.srt", tmp_path / "b.vtt", progress=False)
        plain, named = (project.documents[name].outline.turns for name in ("a", "b"))
    assert [(t.start, t.end, t.begin_ms, t.end_ms) for t in plain] == [(0, 6, 1000, 2000), (7, 11, 9000, 10_000)]
    assert [(t.speaker, t.begin_ms) for t in named] == [("Anna", 3000)]


def test_whisper_brings_its_language_and_speakers():
    segments = [
        {"start": 0, "end": 1, "text": " Hello.", "speaker": "S1"},
        {"start": 1, "end": 2, "text": " Yes.", "speaker": "S2"},
    ]
    document = read(json.dumps({"language": "en", "segments": segments}), "a.json")
    assert document.text == "S1: Hello.\nS2: Yes."
    assert document.language == "en"


def test_references_bring_their_fields_as_variables():
    source = (
        "TY  - JOUR\nTI  - On targets\nAU  - Lin, A\nAU  - Wu, B\nPY  - 2021\nAB  - Words here.\nDO  - 10.1/x\nER  - \n"
    )
    document = read(source, "z.ris")
    assert (document.name, document.text, document.kind) == ("On targets", "Words here.", "abstract")
    assert document.variables == {
        "type": "JOUR", "title": "On targets", "authors": "Lin, A; Wu, B", "year": 2021, "doi": "10.1/x",
    }  # fmt: skip


def test_zotero_json_brings_the_same():
    item = {
        "title": "On targets", "abstract": "Words here.", "type": "article-journal", "DOI": "10.1/x",
        "author": [{"family": "Lin", "given": "A"}], "issued": {"date-parts": [[2021, 5]]},
    }  # fmt: skip
    document = read(json.dumps([item]), "z.json")
    assert document.variables["year"] == 2021 or document.variables["year"] == "2021"
    assert document.variables["authors"] == "Lin, A"


@pytest.mark.parametrize("suffix", ["txt", "bin", "docx", ""])
def test_what_a_file_is_goes_by_its_content(makers, suffix):
    assert read(makers.docx(makers.TALK), f"a.{suffix}").text.startswith("Interviewer:")


def test_a_project_is_sent_to_its_own_door(makers):
    with pytest.raises(ImportRejected, match="--as project"):
        read(makers.zipped([("project.qde", "<Project/>")]), "a.qdpx")


def test_a_batch_goes_on_after_a_bad_file(tmp_path):
    (tmp_path / "a.txt").write_text("one", encoding="utf-8")
    (tmp_path / "b.docx").write_bytes(b"PK\x03\x04 broken")
    (tmp_path / "c.txt").write_text("three", encoding="utf-8")
    seen = []
    batch = importers.read_many(sorted(tmp_path.iterdir()), lambda path, _: seen.append(path.name), progress=False)
    outcome = {path.name: result for path, result in batch}
    assert [outcome["a.txt"].documents[0].text, outcome["c.txt"].documents[0].text] == ["one", "three"]
    assert isinstance(outcome["b.docx"], ImportRejected)
    assert seen == ["a.txt", "b.docx", "c.txt"]
