"""Lines that were broken at a margin are one paragraph, and sentences go on over them; other short lines stay lines."""

from __future__ import annotations

import textwrap
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.language import outline, sentences

LIST = (
    "The county sent us a list in March. We read it twice, Mr. Wu and I, and nobody at the street office knew what it "
    "meant. “It is a ranking,” said the director, who had come back tired. After that we stayed until nine."
)
BUS = (
    "Nobody ordered the night counter. It came about because of the bus, which stops in front of our door at eight and "
    "leaves again at ten, so that people stood there with their papers."
)
TABLE = "去年三月区里下了一个单子，我们看了两遍，街道上没有人明白是什么意思。主任从市里开会回来说这是排名，说完他就坐在那里不动了。后来我们大多数晚上都留到九点。"
STOP = "夜间窗口没有人布置，是因为那趟公交车才有的。车八点停在我们门口，十点才走，大家拿着材料站在那里，看着黑乎乎的窗户，谁也没有说什么。"
EN, ZH = (LIST, BUS), (TABLE + STOP, STOP + TABLE)


def broken(pieces, columns, between):
    """Break English at words and Chinese after so many characters."""
    if pieces[0].isascii() or pieces[0][0].isascii():
        return between.join(textwrap.fill(p, columns) for p in pieces)
    return between.join("\n".join(p[i : i + columns // 2] for i in range(0, len(p), columns // 2)) for p in pieces)


def words(text, spans):
    return [text[start:end].replace("\n", " " if text[0].isascii() else "") for start, end in spans]


@pytest.mark.parametrize("between", ["\n", "\n\n"])
@pytest.mark.parametrize("columns", [60, 70, 78])
@pytest.mark.parametrize("pieces", [EN, ZH], ids=["en", "zh"])
def test_broken_lines_are_read_as_the_paragraphs_they_were(pieces, columns, between):
    text = broken(pieces, columns, between)
    whole = "\n".join(pieces)
    found = outline(text)
    assert words(text, [(p.start, p.end) for p in found.paragraphs]) == list(pieces)
    assert words(text, found.sentences) == words(whole, outline(whole).sentences)
    assert sentences(text) == list(found.sentences)


def test_turns_of_speakers_begin_paragraphs_however_full_the_line_before():
    text = broken([f"Interviewer: {EN[1]}", f"P01: {EN[0]}", f"Interviewer: {EN[1]}", f"P01: {EN[0]}"], 70, "\n")
    found = outline(text)
    assert [t.speaker for t in found.turns] == ["Interviewer", "P01"] * 2
    assert [p.start for p in found.paragraphs] == [t.start for t in found.turns]


MEANT = {
    "verse": "The road came down between two walls\nAnd nobody had seen it end\nWe asked the woman at the stalls\n"
    "She said it ended at the bend\nWe walked until the lamps were lit\nAnd then we had enough of it",
    "a sentence a line": "We met at the hall in the morning and it rained all day.\nThe clerk came late.\nNobody asked her why she came so late.\n"
    "She sat down and opened the book on the table.\nThen we went on with the list.",
    "a list": "1. Ask the county for the table of last year\n2. Read the table with the director and the clerk\n3. Ask who made the table and for whom\n"
    "4. Write down what the director says about it",
    "字幕": "我们去看了河滨区\n没有人布置\n后来大家都去了\n区里说要排名\n我们也去排了",
    "paragraphs a line": "\n".join(EN * 3),
}


@pytest.mark.parametrize("kind", MEANT)
def test_lines_that_are_meant_stay(kind):
    text = MEANT[kind]
    assert [text[p.start : p.end] for p in outline(text).paragraphs] == text.split("\n")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab .。\n我们，-1“”　:", max_size=600))
def test_units_lie_in_the_text_and_in_order_whatever_it_is(text):
    found = outline(text)
    for spans in ([(p.start, p.end) for p in found.paragraphs], list(found.sentences)):
        assert all(0 <= a < b <= len(text) for a, b in spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
    inside = [any(p.start <= a and b <= p.end for p in found.paragraphs) for a, b in found.sentences]
    assert all(inside)
