"""Helpers beside the caller cut texts as the caller would, in order."""

from __future__ import annotations

from coding.language import Cutters, outline
from coding.language.cutting import WORTH

TEXTS = [
    ("Interviewer: Why?\nP1: We had to. 我们没有办法😀。It was late.", None),
    ("访谈者：压力从哪里来？\n李主任：每个月都排名。大家都怕垫底。", "zh"),
    ("", None),
]


def test_helpers_give_what_the_caller_gives():
    texts = [(f"{text}\nNumber {i}." * 400, language) for i in range(30) for text, language in TEXTS]
    assert sum(len(text) for text, _ in texts) > WORTH
    with Cutters(helpers=2) as cutters:
        assert list(cutters.cut(texts)) == [outline(text, language) for text, language in texts]


def test_little_text_starts_no_helper(monkeypatch):
    monkeypatch.setattr("coding.language.cutting._started", lambda: 1 / 0)
    with Cutters(helpers=4) as cutters:
        assert list(cutters.cut(TEXTS)) == [outline(text, language) for text, language in TEXTS]


def test_an_import_that_is_broken_off_ends_its_helpers():
    texts = [("Some words of a text. " * 5000, None)] * 20
    with Cutters(helpers=2) as cutters:
        next(cutters.cut(texts))
        helpers = [*cutters._idle]
    assert all(helper.poll() is not None for helper in helpers)
