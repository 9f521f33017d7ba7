"""The checked archive and the checked XML, which every packed format goes through."""

from __future__ import annotations

import pytest

from coding.errors import ImportRejected, InvalidValue, LimitExceeded
from coding.importers import limits
from coding.importers.archive import SafeZip
from coding.importers.xml import parse


def read_all(data):
    with SafeZip(data, "a.zip") as archive:
        return [archive.read(name) for name in archive.names()]


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/a", "\\a", "..\\a", "C:/a", "c:\\a"])
def test_names_that_lead_out_are_refused(makers, name):
    with pytest.raises(ImportRejected, match="leads out of the archive"):
        SafeZip(makers.zipped([(name, "x")]), "a.zip")


@pytest.mark.parametrize("name", ["a..b", "...", "a/b c/ä 字.txt", "=1+2", "<script>", "CON", "Q: why.txt"])
def test_odd_but_honest_names_are_taken(makers, name):
    with SafeZip(makers.zipped([(name, "x")]), "a.zip") as archive:
        assert archive.read(name) == b"x"


def test_backslashes_of_windows_programs_are_folders(makers):
    with SafeZip(makers.zipped([("Sources\\a.txt", "x")]), "a.zip") as archive:
        assert archive.names() == ("Sources/a.txt",)


@pytest.mark.parametrize(("setting", "value"), [("member_bytes", 100), ("archive_bytes", 150), ("members", 1)])
def test_every_limit_names_its_setting(makers, setting, value):
    data = makers.zipped([("a", "x" * 90), ("b", "y" * 120)])
    with limits.using(**{setting: value}), pytest.raises(LimitExceeded, match=setting.upper()):
        read_all(data)


def test_a_bomb_is_refused_by_what_it_unpacks_to_not_by_what_it_claims(makers):
    data = makers.zipped([("a", b"0" * 20_000_000)])
    with SafeZip(data, "a.zip") as archive, pytest.raises(LimitExceeded, match="zip bomb"):
        archive.read("a")


def test_well_packed_but_small_members_are_taken(makers):
    with SafeZip(makers.zipped([("a", b"0" * 5_000_000)]), "a.zip") as archive:
        assert len(archive.read("a")) == 5_000_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_document_type_is_found_in_any_encoding(encoding):
    source = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    with pytest.raises(ImportRejected, match="DOCTYPE"):
        parse(source.encode(encoding), "a.xml")


def test_an_encoding_that_hides_the_document_type_is_refused():
    with pytest.raises(ImportRejected, match="encoding is utf-7"):
        parse(b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>', "a.xml")


@pytest.mark.parametrize("inert", ["<!-- <!DOCTYPE x> -->", "<![CDATA[<!DOCTYPE x>]]>", "&lt;!DOCTYPE x&gt;"])
def test_words_about_document_types_are_words(inert):
    assert parse(f"<a>{inert}</a>".encode(), "a.xml").tag == "a"


def test_broken_xml_is_refused_with_its_line():
    with pytest.raises(ImportRejected, match=r"part, line 2, column \d+.*mismatched tag"):
        parse(b"<a>\n<b></a>", "a.docx", place="part")


def test_depth_is_limited():
    with limits.using(xml_depth=50), pytest.raises(LimitExceeded, match="XML_DEPTH"):
        parse(b"<a>" * 60 + b"</a>" * 60, "a.xml")


def test_limits_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("CODING_LIMIT_MEMBERS", "7")
    assert limits.current().members == 7


@pytest.mark.parametrize("value", ["many", "0", "-3", ""])
def test_a_limit_that_is_none_is_refused(monkeypatch, value):
    monkeypatch.setenv("CODING_LIMIT_MEMBERS", value)
    with pytest.raises(InvalidValue, match="CODING_LIMIT_MEMBERS"):
        limits.current()


def test_an_unknown_limit_is_refused_with_those_there_are():
    with pytest.raises(InvalidValue, match="member_bytes"), limits.using(colour=3):
        pass
