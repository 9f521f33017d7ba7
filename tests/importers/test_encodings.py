"""Encodings: what is certain is read silently, what is guessed is noted, what is broken is said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding import importers
from coding.errors import ImportRejected

ZH = "受访者：主要是上面的指标，一层一层压下来，我们街道没有办法。"


def text_of(data, **options):
    return importers.read(data, name="a.txt", **options).documents[0]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le", "utf-16-be", "big5"])
def test_a_guess_is_noted_and_named(encoding):
    text = ZH if encoding != "big5" else "受訪者：主要是上面的指標，一層一層壓下來。"
    result = importers.read(text.encode(encoding), name="a.txt")
    assert result.documents[0].text == text
    assert result.documents[0].encoding == encoding
    assert any("guess" in note for note in result.notes)
    assert not result.documents[0].changes


OLD = {
    "hz": ("hz", ZH), "iso2022_kr": ("iso-2022-kr", "면접자: 압력은 어디에서 왔습니까?"), "iso2022_jp": ("iso-2022-jp", "圧力はどこから来ましたか。"),
    "cp1255": ("cp1255", "ראש העיר אמר שהמחוז דירג אותנו כל חודש."), "cp1251": ("cp1251", "Глава района говорил, что нас ставят в ряд."),
    "koi8-r": ("koi8-r", "Глава района говорил, что нас ставят в ряд."), "cp850": ("cp850", "Die Bürgermeisterin fürchtete die Prüfung, daß."),
    "mac_roman": ("macintosh", "Le maire a été reçu, l'année dernière, à côté."), "cp1254": ("cp1254", "Geçen yıl ilçe başkanı şöyle dedi: ölçüldü."),
    "cp1253": ("cp1253", "Ο δήμαρχος είπε ότι μας βαθμολογούν κάθε μήνα."), "cp852": ("cp852", "Wójt powiedział, że gmina była oceniana źle."),
}  # fmt: skip


@pytest.mark.parametrize("encoding", OLD)
def test_old_encodings_are_told_apart(encoding):
    shown, text = OLD[encoding]
    found = text_of(text.encode(encoding))
    assert (found.text, found.encoding) == (text, shown)


def test_a_tilde_and_a_brace_are_no_encoding():
    text = "Write ~{name}~, or {~}."
    assert (text_of(text.encode()).text, text_of(text.encode()).encoding) == (text, "utf-8")


def test_a_guess_can_be_overridden():
    data = "Größe".encode("cp1252")
    assert text_of(data, encoding="iso-8859-5").text == data.decode("iso-8859-5")


def test_the_mark_at_the_start_is_no_text_even_when_the_encoding_is_told():
    assert text_of(b"\xef\xbb\xbf" + ZH.encode(), encoding="utf-8").text == ZH
    assert text_of(ZH.encode("utf-16"), encoding="utf-16").text == ZH
    assert text_of(ZH.encode("utf-16"), encoding="utf-16-le").text == ZH


def test_an_encoding_that_does_not_fit_is_refused_with_the_line():
    with pytest.raises(ImportRejected, match=r"line 2.*no utf-8"):
        text_of(b"one\nGr\xf6\xdfe", encoding="utf-8")


@pytest.mark.parametrize("name", ["no-such-thing", "base64", "zlib", "rot13", "a" * 500, "../../etc"])
def test_an_encoding_that_is_none_is_refused(name):
    with pytest.raises(ImportRejected, match="no encoding of text"):
        text_of(b"x", encoding=name)


def test_two_encodings_in_one_file_are_refused_with_the_place():
    with pytest.raises(ImportRejected, match=r"line 4.*mixed in"):
        text_of((ZH + "\n").encode() * 3 + ZH.encode("gbk"))


def test_one_broken_character_is_replaced_and_listed():
    document = text_of((ZH + "\n").encode() * 50 + b"\xff\n" + ZH.encode())
    assert document.text.count("\ufffd") == 1
    assert document.changes == ("1 broken UTF-8 characters were replaced by � (line 51)",)


def test_a_long_ascii_beginning_does_not_hide_the_encoding():
    text = "Plain words, line by line.\n" * 2000 + ZH + "\n"
    assert text_of(text.encode("gb18030")).text == text


@given(st.text(st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"]), min_size=1))
@settings(max_examples=60, deadline=None)
def test_utf_8_comes_through_as_it_is(text):
    if text.strip() and not text.startswith("\ufeff"):
        prefix = "字: "  # no file signature begins so
        assert text_of((prefix + text).encode()).text == prefix + text


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(data):
    try:
        document = text_of(data)
    except ImportRejected:
        return
    document.text.encode()
    assert "\r" not in document.text
    assert "\x00" not in document.text


def test_repr_shows_no_interview():
    result = importers.read(ZH.encode(), name="a.txt")
    assert ZH[:6] not in repr(result)
