"""What other programs write comes in with the right words under every coding."""

from __future__ import annotations

import pytest

from coding.errors import ImportRejected
from coding.importers.projects import read_codebook, read_project

WAYS = {
    "nvivo_windows": ("utf16", 2),
    "nvivo_mac": ("utf16", 1),
    "atlasti": ("codepoint", 1),
    "maxqda": ("codepoint", 1),
    "qualcoder": ("codepoint", 1),
    "qualitative_coding": ("codepoint", 1),
}


def words(snapshot):
    return {snapshot.codes[c].name: snapshot.text_of(snapshot.documents[d].uid, int(a), int(b))
            for c, d, a, b in zip(snapshot.codings.code, snapshot.codings.document, snapshot.codings.start,
                                  snapshot.codings.end, strict=True)}  # fmt: skip


@pytest.fixture
def come_in(tmp_path, dialects):
    def read(name):
        path = tmp_path / "project.qdpx"
        path.write_bytes(getattr(dialects, name)())
        return read_project(path)

    return read


@pytest.mark.parametrize("name", WAYS)
def test_the_right_words_lie_under_every_coding(come_in, dialects, name):
    snapshot, report = come_in(name)
    assert snapshot.texts[snapshot.documents[0].uid] == dialects.TEXT
    found = words(snapshot)
    wanted = dict(dialects.PASSAGES)
    if name == "atlasti":
        wanted["Learning"] = wanted["Pressure"]
    assert found == wanted
    assert report.convention.unit == WAYS[name][0]
    assert not report.left_out


def test_the_coder_is_the_one_of_the_coding_not_of_the_selection(come_in):
    snapshot, _ = come_in("nvivo_windows")
    assert {snapshot.coders[i].name for i in snapshot.codings.coder} == {"amira"}


def test_an_annotation_of_nvivo_is_a_memo_on_the_coding(come_in):
    snapshot, _ = come_in("nvivo_mac")
    (memo,) = snapshot.memos
    assert memo.body == "look here"
    coding = next(c for c in snapshot.iter_codings() if c.uid in memo.about)
    assert snapshot.text_of(coding.document, coding.start, coding.end) == "learned from the pilot village"


def test_nameless_cases_of_maxqda_are_variables_of_documents(come_in):
    snapshot, _ = come_in("maxqda")
    assert not snapshot.cases
    (value,) = snapshot.values
    assert (value.owner, value.value) == (snapshot.documents[0].uid, 2021)
    assert snapshot.variables[0].on == "document"
    assert all(c.definition == "memo of the code" for c in snapshot.codes)


def test_codings_of_atlasti_without_a_user_have_one_and_it_is_said(come_in):
    snapshot, report = come_in("atlasti")
    assert len(snapshot.codings) == 3
    assert not any("without a coder" in line for line in report.changes)  # the selection names her


@pytest.mark.parametrize(("name", "tree"), [("taguette_codebook", ["pressure"]), ("old_codebook", ["Group", "Inner"])])
def test_codebooks_against_the_schema_come_in(tmp_path, dialects, name, tree):
    path = tmp_path / "book.qdc"
    path.write_bytes(getattr(dialects, name)())
    book, report = read_codebook(path)
    assert [c.name for c in book] == tree
    assert bool(report.notes) == (name == "old_codebook")
    if name == "old_codebook":
        group, inner = book
        assert (inner.parent, group.codable, group.hue is None) == (group.uid, False, False)


def project(body, tmp_path, **members):
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("project.qde", body)
        for name, data in members.items():
            archive.writestr(f"sources/{name}.txt", data)
    path = tmp_path / "a.qdpx"
    path.write_bytes(buffer.getvalue())
    return path


@pytest.mark.parametrize("where", ["absolute:///etc/hostname", "relative:///../../etc/hostname",
                                   "internal://../../etc/hostname", "/etc/hostname", "internal:///etc/hostname"])  # fmt: skip
def test_paths_inside_a_project_never_reach_a_file_of_this_machine(tmp_path, where):
    body = (
        '<Project xmlns="urn:QDA-XML:project:1.0" name="x"><Sources><TextSource '
        f'guid="11111111-1111-1111-1111-111111111111" name="leak" plainTextPath="{where}"/></Sources></Project>'
    )
    snapshot, report = read_project(project(body, tmp_path))
    assert not snapshot.documents
    assert "leak" in report.left_out[0]


@pytest.mark.parametrize(
    ("body", "match"),
    [
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Project name="x"/>', "DOCTYPE"),
        ("<Project", "XML is broken"),
        ("<Other/>", "no REFI-QDA project"),
    ],
)
def test_what_is_no_project_is_rejected_with_a_reason(tmp_path, body, match):
    with pytest.raises(ImportRejected, match=match):
        read_project(project(body, tmp_path))


def test_every_bad_passage_is_listed_and_the_good_one_arrives(tmp_path):
    one = "11111111-1111-1111-1111-11111111111"
    spans = [(0, 3), (2, 2), (5, 3), (-1, 2), (0, 99), ("x", 2)]
    selections = "".join(
        f'<PlainTextSelection guid="{one}{i}" startPosition="{a}" endPosition="{b}"><Coding guid="{one}{chr(97 + i)}">'
        f'<CodeRef targetGUID="22222222-2222-2222-2222-222222222222"/></Coding></PlainTextSelection>'
        for i, (a, b) in enumerate(spans)
    )
    body = (
        '<Project xmlns="urn:QDA-XML:project:1.0" name="x"><CodeBook><Codes><Code name="c" isCodable="true" '
        'guid="22222222-2222-2222-2222-222222222222"/></Codes></CodeBook><Sources><TextSource '
        f'guid="33333333-3333-3333-3333-333333333333" name="d"><PlainTextContent>one two</PlainTextContent>{selections}'
        "</TextSource></Sources></Project>"
    )
    snapshot, report = read_project(project(body, tmp_path))
    assert [(int(a), int(b)) for a, b in zip(snapshot.codings.start, snapshot.codings.end, strict=True)] == [(0, 3)]
    assert sum(int(line.split()[0]) for line in report.left_out) == 5
    assert any("Unknown coder" in line for line in report.changes)


@pytest.mark.parametrize("crlf", [1, 2])
@pytest.mark.parametrize("utf16", [False, True])
def test_a_source_that_is_only_a_docx_comes_in_with_the_right_words(tmp_path, dialects, crlf, utf16):
    path = tmp_path / "a.qdpx"
    path.write_bytes(dialects.styled_only(crlf=crlf, utf16=utf16))
    snapshot, report = read_project(path)
    assert snapshot.texts[snapshot.documents[0].uid] == "\n" + dialects.TEXT.rstrip("\n")
    assert words(snapshot) == dialects.PASSAGES
    assert not report.left_out
    assert any("styled version" in line for line in report.changes)


def test_a_docx_stands_in_for_a_plain_text_that_is_missing(tmp_path, dialects):
    path = tmp_path / "a.qdpx"
    path.write_bytes(dialects.styled_only(plain="internal://missing.txt"))
    assert words(read_project(path)[0]) == dialects.PASSAGES


def test_in_a_docx_the_words_that_a_file_quotes_stand_over_its_positions(tmp_path, dialects):
    path = tmp_path / "a.qdpx"
    path.write_bytes(dialects.styled_only(quotes=True, shift=3))
    snapshot, report = read_project(path)
    assert words(snapshot) == dialects.PASSAGES
    assert any("found by its words" in line for line in report.changes)


def test_a_quote_that_stands_nowhere_in_a_docx_is_left_out_and_said(tmp_path, dialects, monkeypatch):
    monkeypatch.setitem(dialects.PASSAGES, "Learning", "pilot")
    data = dialects.styled_only(quotes=True)
    path = tmp_path / "a.qdpx"
    path.write_bytes(_with_xml(data, lambda xml: xml.replace('name="pilot"', 'name="no such words"')))
    snapshot, report = read_project(path)
    assert set(words(snapshot)) == {"Pressure", "压力"}
    assert any("whose words are not at its place" in line for line in report.left_out)


def _with_xml(data, change):
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["project.qde"] = change(members["project.qde"].decode()).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()
