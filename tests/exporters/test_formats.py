"""Every format holds the same strings, obeys what may be quoted, and says what it loses."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import openpyxl
import pytest

from coding import exporters
from coding.errors import ExportFailed, InvalidValue
from coding.exporters.tabular import CELL_LIMIT, Table, write_csv, write_xlsx
from coding.model import Case, CaseLink, Document

HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "-3", "@SUM(A1)", "<script>alert(1)</script>", "a,b;\"c\"", "排名😀𠮷", "_x0041_",
           "two\nlines", "000123", "1e5", "2024-01-02"]  # fmt: skip


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def with_permissions(study, **by_document):
    return replace(
        study, documents=tuple(replace(d, quotable=by_document.get(d.uid, "verbatim")) for d in study.documents)
    )


def test_texts_that_look_like_formulas_or_numbers_stay_texts_in_a_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    write_xlsx(path, Table(("text", "n"), [(t, i) for i, t in enumerate(HOSTILE)]))
    sheet = openpyxl.load_workbook(path).active
    read = [sheet.cell(i + 2, 1) for i in range(len(HOSTILE))]
    shown = [c.value.replace("_x005F_", "_") for c in read]
    assert shown == HOSTILE
    assert {c.data_type for c in read} <= {"s", "inlineStr"}
    assert [sheet.cell(i + 2, 2).value for i in range(len(HOSTILE))] == list(range(len(HOSTILE)))


def test_csv_keeps_the_words_and_has_one_record_a_line(tmp_path):
    path = tmp_path / "a.csv"
    table = Table(("text",), [(t,) for t in HOSTILE])
    write_csv(path, table)
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == len(HOSTILE) + 1
    assert [r["text"] for r in rows_of(path)] == [t.replace("\n", " ") for t in HOSTILE]
    assert table.joined == 1


def test_excel_safe_marks_formulas_and_leaves_negative_numbers(tmp_path):
    path = tmp_path / "a.csv"
    write_csv(path, Table(("text",), [(t,) for t in HOSTILE]), excel_safe=True)
    found = [r["text"] for r in rows_of(path)]
    assert found[:4] == ["'=1+1", "'+cmd|' /C calc'!A0", "-3", "'@SUM(A1)"]


def test_a_cell_too_long_for_excel_is_cut_and_reported(tmp_path):
    table = Table(("text",), [("😀" * 20_000,)])
    write_xlsx(tmp_path / "a.xlsx", table)
    value = openpyxl.load_workbook(tmp_path / "a.xlsx").active.cell(2, 1).value
    assert len(value.encode("utf-16-le")) // 2 <= CELL_LIMIT
    assert value.startswith("😀")
    assert table.cut == ["text, row 2"]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "jsonl", "parquet"])
def test_the_tidy_table_has_the_same_rows_in_every_format(study, tmp_path, suffix):
    report = exporters.write(study, tmp_path / f"a.{suffix}")
    path = tmp_path / f"a.{suffix}"
    if suffix == "csv":
        rows = rows_of(path)
    elif suffix == "jsonl":
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    elif suffix == "xlsx":
        head, *cells = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
        rows = [dict(zip(head, c, strict=True)) for c in cells]
    else:
        import pyarrow.parquet

        rows = pyarrow.parquet.read_table(path).to_pylist()
    assert [r["text"] for r in rows][:3] == ["The county ranked us.", "The county ranked us.", "county ranked us."]
    assert [r["code"] for r in rows][2] == "Driving > Pressure"  # merged into
    assert rows[4]["case"] == "李主任"
    assert report.counts == {"codings": 8}


def test_a_matrix_has_a_one_where_any_part_of_the_unit_is_coded(study, tmp_path):
    exporters.write(study, tmp_path / "m.csv", format="matrix", unit="paragraph", coder="ben")
    rows = rows_of(tmp_path / "m.csv")
    assert [r["Driving > Pressure"] for r in rows] == ["0", "1", "0", "0", "0"]
    with pytest.raises(InvalidValue, match="no coder “carla”; there are: amira, ben"):
        exporters.write(study, tmp_path / "m.csv", format="matrix", coder="carla")


@pytest.mark.parametrize(
    ("name", "options"),
    [("a.csv", {}), ("a.jsonl", {}), ("a.html", {}), ("q.csv", {"format": "quotes"}), ("x.csv", {"format": "axial"}),
     ("a.jsonld", {}), ("folder", {"format": "nvivo"})],
)  # fmt: skip
def test_what_may_not_be_quoted_stands_in_no_table_or_page(study, tmp_path, name, options):
    snapshot = with_permissions(study, d1="no", d3="paraphrase")
    report = exporters.write(snapshot, tmp_path / name, **options)
    target = tmp_path / name
    files = [p for p in target.iterdir() if p.suffix in (".csv", ".txt")] if target.is_dir() else [target]
    shown = "".join(p.read_text(encoding="utf-8-sig") for p in files)
    assert "ranked us" not in shown
    assert "meets protection" not in shown
    assert "每个月都排名" in shown
    assert any(loss.what == "passages" and loss.count == 5 for loss in report.losses)


def test_the_verbatim_of_a_coding_does_not_open_a_closed_document(study, tmp_path):
    snapshot = replace(with_permissions(study, d1="no"), details={"k1": {"quotable": "verbatim"}})
    exporters.write(snapshot, tmp_path / "a.csv")
    assert [r["quotable"] for r in rows_of(tmp_path / "a.csv") if r["uid"] == "k1"] == ["no"]


def test_the_report_escapes_every_word_and_loads_nothing(study, tmp_path):
    evil = "<img src=x onerror=alert(1)>"
    snapshot = replace(
        study,
        project=replace(study.project, name=evil),
        codes=tuple(replace(c, name=evil, definition=evil) for c in study.codes),
        documents=tuple(replace(d, name=evil, language=f'"{evil}') for d in study.documents),
        memos=tuple(replace(m, body=evil) for m in study.memos),
    )
    exporters.write(snapshot, tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert "&lt;img" in page


def test_a_chinese_report_speaks_chinese(study, tmp_path):
    exporters.write(study, tmp_path / "a.html", language="zh")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert 'lang="zh-Hans"' in page
    assert "学习" in page


def test_quotes_carry_pseudonym_and_translation_never_the_name(study, tmp_path):
    text = "Interviewer: Where does the pressure come from?\nDirector: A ranking every month. All fear being last."
    there = Document("d4", "P02 in English", len(text), "x", language="en", original="d2")
    outline = study.outlines["d2"]
    halves = text.index("\n")
    paragraphs = (replace(outline.paragraphs[0], start=0, end=halves),
                  replace(outline.paragraphs[1], start=halves + 1, end=len(text)))  # fmt: skip
    snapshot = replace(
        study,
        documents=(*study.documents, there),
        texts={**study.texts, "d4": text},
        outlines={**study.outlines, "d4": replace(outline, paragraphs=paragraphs, turns=(), sentences=())},
        cases=(Case("s1", "Ms Lin", pseudonym="R1"), Case("s2", "李主任", pseudonym="R2")),
    )
    exporters.write(snapshot, tmp_path / "q.csv", format="quotes")
    rows = rows_of(tmp_path / "q.csv")
    assert {r["Speaker"] for r in rows} == {"R1", "R2", "A01"}
    assert next(r["Translation"][:8] for r in rows if r["Speaker"] == "R2") == "Director"
    assert rows[0]["Role"] == "respondent"


def test_the_axial_table_has_concept_category_and_source(study, tmp_path):
    exporters.write(study, tmp_path / "x.csv", format="axial")
    rows = rows_of(tmp_path / "x.csv")
    found = {(r["初始概念"], r["范畴"]) for r in rows}
    assert ("锦标赛", "机会结构") in found
    assert any(r["来源"].endswith("，第2段") for r in rows)


def test_a_packet_holds_one_persons_words_and_nobodys_name(study, tmp_path):
    report = exporters.write(study, tmp_path / "packets", format="packet")
    assert len(report.files) == 2
    first = (tmp_path / "packets" / report.files[0]).read_text(encoding="utf-8")
    assert "The county ranked us." in first
    assert "每个月都排名" not in first
    assert "amira" not in first
    assert "Ms Lin" not in first.replace("Ms Lin: ", "")


def test_annotations_hold_positions_that_select_the_quoted_words(study, tmp_path):
    exporters.write(study, tmp_path / "a.jsonld")
    items = json.loads((tmp_path / "a.jsonld").read_text(encoding="utf-8"))["first"]["items"]
    texts = {f"urn:uuid:{uid}": text for uid, text in study.texts.items()}
    assert len(items) == 8
    for item in items:
        place, quote = item["target"]["selector"]
        assert texts[item["target"]["source"]][place["start"] : place["end"]] == quote["exact"]


def test_a_docbin_holds_the_codings_as_spans(study, tmp_path):
    import spacy
    from spacy.tokens import DocBin

    report = exporters.write(study, tmp_path / "a.spacy")
    docs = list(DocBin().from_disk(tmp_path / "a.spacy").get_docs(spacy.blank("xx").vocab))
    assert [len(d.text) for d in docs] == [len(t) for t in study.texts.values()]
    spans = docs[0].spans["amira"]
    assert {(s.label_, s.text) for s in spans} >= {("Driving > Pressure", "The county ranked us.")}
    assert report.counts["codings"] == 8


@pytest.mark.parametrize("who", ["document", "case", "passage"])
def test_a_docbin_leaves_out_a_text_with_words_that_may_not_be_quoted(study, tmp_path, who):
    import spacy
    from spacy.tokens import DocBin

    first = study.documents[0]
    if who == "document":
        closed = replace(study, documents=(replace(first, quotable="no"), *study.documents[1:]))
    elif who == "case":  # a second, later tie to an open case must not open the text again
        shut, open_ = Case("shut", "Shut", quotable="no"), Case("open", "Open")
        ties = (CaseLink("shut", first.uid, uid="t1"), CaseLink("open", first.uid, uid="t2"))
        closed = replace(study, cases=(*study.cases, shut, open_), case_links=(*study.case_links, *ties))
    else:
        at = study.codings.document.tolist().index(0)
        closed = replace(study, details={study.codings.uid[at]: {"quotable": "no"}})
    report = exporters.write(closed, tmp_path / "a.spacy")
    docs = DocBin().from_disk(tmp_path / "a.spacy").get_docs(spacy.blank("xx").vocab)
    assert study.texts[first.uid] not in [d.text for d in docs]
    assert any(first.name in loss.names for loss in report.losses)
    assert report.counts["codings"] < 8


@pytest.mark.parametrize("name", ["a.qdpx", "a.qdc", "a.csv", "a.xlsx", "a.jsonl", "a.html", "a.jsonld"])
def test_a_second_export_is_the_same_bytes(study, tmp_path, name):
    exporters.write(study, tmp_path / name)
    before = (tmp_path / name).read_bytes()
    exporters.write(study, tmp_path / name)
    assert (tmp_path / name).read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("target", "options", "match"),
    [
        ("a.unknown", {}, "does not say its format"),
        ("a.csv", {"format": "spss"}, "no format “spss”; there are refi-qda"),
        ("a.csv", {"profile": "nvivo"}, "csv has no profile; it has: text"),
        ("a.qdpx", {"profile": "word"}, "no profile “word”; there are: standard, nvivo"),
    ],
)
def test_unknown_formats_and_options_are_named_with_the_known_ones(study, tmp_path, target, options, match):
    with pytest.raises(InvalidValue, match=match):
        exporters.write(study, tmp_path / target, **options)


def test_a_folder_in_the_place_of_the_file_is_refused(study, tmp_path):
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(ExportFailed, match="is a folder"):
        exporters.write(study, tmp_path / "a.csv")


def test_quotes_in_csv_say_that_line_breaks_became_spaces(study, tmp_path):
    start = study.codings.start.copy()
    start[0] = 0  # from the question on
    whole = replace(study, codings=replace(study.codings, start=start))
    report = exporters.write(whole, tmp_path / "q.csv", format="quotes")
    broken = sum("\n" in cell for row in rows_of(tmp_path / "q.csv") for cell in row.values())
    said = [loss.count for loss in report.losses if loss.what == "line breaks"]
    assert broken == 0
    assert said == [1]


def test_a_matrix_says_which_codings_lie_in_none_of_its_units(study, tmp_path):
    silent = replace(study, outlines={uid: replace(o, turns=()) for uid, o in study.outlines.items()})
    report = exporters.write(silent, tmp_path / "m.csv", format="matrix", unit="turn")
    assert [(loss.what, loss.count) for loss in report.losses] == [("codings", len(study.codings))]
    assert "lie in no turn" in report.losses[0].reason
