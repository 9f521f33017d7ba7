"""Any importer on any bytes returns or raises ImportRejected: real files, damaged at random."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding.errors import ImportRejected
from coding.importers import batch, worker
from coding.importers.archive import SafeZip
from coding.importers.detect import detect
from coding.importers.limits import using
from coding.importers.results import from_json
from coding.importers.xml import parse

READ_HERE = {"txt", "md", "csv"}


def seeds(makers):
    """A small real file of each kind."""
    return {
        "txt": "访谈者：为什么？\n受访者：没有办法。".encode("gbk"),
        "md": b"# One\n\n- two\n\n| a | b |\n",
        "csv": b'name,n,text\nA,1,"long ""quoted"" words that go on and on for a while"\n',
        "html": b"<html><body><h1 onclick=x>One</h1><p>two<script>x</script><li>three</body></html>",
        "docx": makers.docx(makers.TALK),
        "odt": makers.odt("<text:h>One</text:h><text:p>two<text:s text:c='3'/></text:p>"),
        "epub": makers.epub([makers.chapter("<p>one</p>")]),
        "xlsx": makers.xlsx([["name", "text"], ["A", "words"]]),
        "rtf": rb"{\rtf1\ansi{\fonttbl{\f1\fcharset134 x;}}\f1 \'bb\'f9 \u22522?\par{\pict 01}}",
        "pdf": makers.pdf(["words", "more"]),
        "vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>Hello\n",
        "srt": b"1\n00:00:01,000 --> 00:00:02,000\nHello\n",
        "json": b'{"language": "en", "segments": [{"start": 0, "end": 1, "text": "x"}]}',
        "ris": b"TY  - JOUR\nTI  - A\nPY  - 2020\nAB  - Words\nER  - \n",
    }


@st.composite
def damaged(draw, data):
    """Change, cut, repeat or insert a few bytes."""
    out = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(out) - 1)))
        what = draw(st.sampled_from(["set", "cut", "insert", "repeat", "zero"]))
        if what == "set" and out:
            out[at] = draw(st.integers(0, 255))
        elif what == "cut":
            del out[at : at + draw(st.integers(1, 40))]
        elif what == "insert":
            out[at:at] = draw(
                st.sampled_from(
                    [b"<", b"\x00", b"&#x0;", b"\xff\xfe", b"{{{", b"\\u", b'"', b"<!DOCTYPE x>", b"\\bin9 "]
                )
            )
        elif what == "repeat":
            out[at:at] = out[at : at + 30] * 3
        else:
            out[at : at + 4] = bytes(4)
    return bytes(out)


KINDS = ["txt", "md", "csv", "html", "docx", "odt", "epub", "xlsx", "rtf", "pdf", "vtt", "srt", "json", "ris"]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_are_read_or_refused(kind, makers, data):
    source = data.draw(damaged(seeds(makers)[kind]))
    try:
        with using(seconds=20):
            found = detect(source, f"a.{kind}")
            if found in READ_HERE:
                batch.read(source, name=f"a.{kind}")
            elif found in worker.READERS:
                from_json(worker.read_here(found, source, f"a.{kind}", {}))
    except ImportRejected as error:
        assert error.file == f"a.{kind}"  # noqa: PT017 (not raising is as good)
        assert error.remedy  # noqa: PT017


def insides(makers, kind, damage):
    """An intact archive round a damaged part."""
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    comments = (
        f'<w:comments {w}><w:comment w:id="1" w:author="B"><w:p><w:r><w:t>x</w:t></w:r></w:p></w:comment></w:comments>'
    )
    body = '<w:p><w:commentRangeStart w:id="1"/><w:r><w:rPr><w:b/></w:rPr><w:t>Anna</w:t></w:r><w:commentRangeEnd w:id="1"/></w:p>'
    if kind == "docx":
        parts = makers.docx(body + makers.TALK, extra=[("word/comments.xml", comments)])
    elif kind == "odt":
        parts = makers.odt("<text:h>One</text:h><text:list><text:p>two<text:s text:c='3'/></text:p></text:list>")
    elif kind == "epub":
        parts = makers.epub([makers.chapter("<p>one</p>")])
    else:
        parts = makers.xlsx([["name", "n", "text"], ["A", 1, "words"], ["B", '<c s="1" t="b"><v>1</v></c>', "more"]])
    with SafeZip(parts, "a") as archive:
        members = [(name, archive.read(name)) for name in archive.names()]
    return makers.zipped(
        [(name, damage(data) if name.endswith(("ml", "opf", "rels")) else data) for name, data in members]
    )


@pytest.mark.parametrize("kind", ["docx", "odt", "epub", "xlsx"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_parts_are_read_or_refused(kind, makers, data):
    words = st.sampled_from(["0", "-1", "9" * 30, "", "x", "1e999", "w:p", "w:tbl", "text:p"])
    old = data.draw(
        st.sampled_from([b"1", b"w:t", b"w:r", b"w:p", b"text:p", b"xml", b"<", b"/", b'"', b"Sheet", b"rId", b"idref"])
    )
    new = data.draw(words).encode()
    times = data.draw(st.integers(1, 3))
    source = insides(makers, kind, lambda part: part.replace(old, new, times))
    try:
        from_json(worker.read_here(detect(source, f"a.{kind}"), source, f"a.{kind}", {}))
    except ImportRejected as error:
        assert error.remedy  # noqa: PT017 (not raising is as good)


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_no_trap_for_the_archive_and_the_xml(data):
    for tried in (lambda: SafeZip(b"PK\x03\x04" + data, "a"), lambda: parse(b"<a>" + data + b"</a>", "a")):
        try:
            tried()
        except ImportRejected as error:
            assert error.remedy  # noqa: PT017
