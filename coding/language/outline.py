"""The units of a text: paragraphs with language and role, speaker turns, sentences and list items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from coding.language import wrapping
from coding.language.lists import list_items
from coding.language.paratext import paragraph_roles
from coding.language.scripts import check_language, lines, paragraph_languages
from coding.language.sentences import SEGMENTER, sentences_in
from coding.language.turns import turns_in
from coding.model import Outline, Paragraph, Turn
from coding.spans import Span

__all__ = ["NOT_CODABLE", "outline", "sentences"]

NOT_CODABLE = frozenset({"navigation", "teaser", "citation", "fields", "boilerplate", "author", "affiliation"})
"""Roles of paratext: shown greyed and left out of units and counts, until a person switches them back."""


def outline(text: str, language: str | None = None) -> Outline:
    r"""Cut a text into its units.

    Args:
        text: the stored text; never changed.
        language: what the document is said to be in; found by script, paragraph by paragraph, where left
            out, and in any case for Chinese, since one page may hold both.

    Returns:
        Paragraphs are the lines of the text that show anything, or runs of lines that were broken at a margin; all
        offsets are code points of `text`.

    Raises:
        InvalidValue: `language` is no language tag.

    >>> o = outline("访谈者：为什么？\n王主任：压力大。真的！\n访谈者：嗯。\n王主任：对。")
    >>> [(t.speaker, t.role) for t in o.turns[:2]]
    [('访谈者', 'interviewer'), ('王主任', 'respondent')]
    >>> o.sentences[:3], o.language
    (((4, 8), (13, 17), (17, 20)), 'zh')
    """
    given = check_language(language)
    spans = [(s, e) for s, e in lines(text) if e > s and not text[s:e].isspace()]
    turns = turns_in(text, spans)
    spans = wrapping.paragraphs(text, spans, {turn.start for turn in turns})
    languages = paragraph_languages(text, spans, given)
    roles = paragraph_roles(text, spans, turns)
    paragraphs = tuple(
        Paragraph(s, e, of, role, role not in NOT_CODABLE)
        for (s, e), of, role in zip(spans, languages, roles, strict=True)
    )
    cut = _sentences(text, spans, turns)
    return Outline(
        language=_main_language(paragraphs, given),
        paragraphs=paragraphs,
        turns=tuple(turns),
        sentences=tuple(cut),
        items=tuple(list_items(text, [(p.start, p.end) for p in paragraphs if p.codable], cut)),
        segmenter=SEGMENTER,
    )


def sentences(text: str) -> list[Span]:
    """Return the sentences of a text as (start, end), in order, without speakers' labels.

    >>> text = "The U.S. team left at 3.5 p.m. with Dr. Wu.It rained. 他说：“走吧。真的。”我们走了！"
    >>> for start, end in sentences(text):
    ...     print(text[start:end])
    The U.S. team left at 3.5 p.m. with Dr. Wu.
    It rained.
    他说：“走吧。真的。”
    我们走了！
    """
    spans = [(s, e) for s, e in lines(text) if e > s]
    turns = turns_in(text, spans)
    return _sentences(text, wrapping.paragraphs(text, spans, {turn.start for turn in turns}), turns)


def _sentences(text: str, spans: Sequence[Span], turns: Sequence[Turn]) -> list[Span]:
    out: list[Span] = []
    text = wrapping.flat(text, spans)
    labels = iter([(t.start, t.label_end) for t in turns])
    label = next(labels, None)
    for start, end in spans:
        while label is not None and label[1] <= start:
            label = next(labels, None)
        if label is not None and label[0] < end:
            start = min(end, max(start, label[1]))
        out += sentences_in(text, start, end)
    return out


def _main_language(paragraphs: Sequence[Paragraph], given: str | None) -> str:
    """Return the language of most of the text, paratext left out where there is anything else."""
    weight: Counter[str] = Counter()
    for paragraph in [p for p in paragraphs if p.codable] or paragraphs:
        # a Chinese character says as much as two or three letters
        size = paragraph.end - paragraph.start
        weight[paragraph.language] += size * (5 if paragraph.language in ("zh", "ja", "ko") else 2)
    weight.pop("und", None)
    return weight.most_common(1)[0][0] if weight else (given or "und")
