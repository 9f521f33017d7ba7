"""Which words are typical of a code, and how fast new codes still come: figures, no pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, log2

import numpy as np

from coding.errors import InvalidValue
from coding.language.scripts import is_han, word_set
from coding.language.words import words
from coding.model import CodingTable
from coding.spans import Span, subtract, union

__all__ = ["Keyword", "SaturationStep", "code_keywords", "count_words", "keywords", "log_likelihood", "saturation"]

_STOP_ZH = word_set(
    "的 了 是 在 我 有 和 就 不 人 都 一 一个 上 也 很 到 说 要 去 你 会 着 没有 看 好 自己 这 那 他 她 它 们 我们 你们 他们 这个 那个 "
    "与 及 或 对 把 被 从 而 但 但是 因为 所以 如果 可以 什么 怎么 呢 吗 吧 啊 嗯 哦 呃 就是 然后 还是 还 又 再 中 等 以 之 其 为 给 让 向 个 来 能"
)
_STOP_EN = word_set(
    "the of and to in a an is that it for was on are with as be this by at from or have not they we he she you i but what which "
    "there so do my our if all were has had can will would about their his her when who no me them us its been than then also "
    "just very more some any such into out up how these those your one only other because much um uh er yeah "
    "him after before again now where why while over about too get got did does do don't it's that's we're they're i'm didn't "
    "doesn't isn't wasn't each both same own until through between off down here once being every us"
)


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word and how much more often a code's passages use it than the rest."""

    word: str
    inside: int
    outside: int
    g2: float
    """Log-likelihood; 3.84 is p = .05, 6.63 is .01, 10.83 is .001 at one degree of freedom, before any
    correction for the many words that are looked at."""
    log_ratio: float
    """Binary logarithm of the ratio of relative frequencies: 1 is twice as often; the size of the effect."""
    all_inside: int
    """Words of the code's passages in all."""
    all_outside: int


@dataclass(frozen=True, slots=True)
class SaturationStep:
    """What one more document brought."""

    document: int
    """Position of the document in the order that was given."""
    codings: int
    new_codes: int
    codes: int
    """Codes met up to here."""


def count_words(text: str, spans: Iterable[Span] | None = None, *, stop_words: bool = False) -> Counter[str]:
    """Count the words of a text or of stretches of it; Chinese ones by jieba, others in lower case.

    Args:
        text: the stored text.
        spans: stretches to count; overlaps count once. The whole text by default.
        stop_words: whether to count words like “the” and “的” too.

    >>> count_words("审批权下放, the reform of the reform")
    Counter({'reform': 2, '审批权': 1, '下放': 1})
    """
    out: Counter[str] = Counter()
    for start, end in union(spans) if spans is not None else [(0, len(text))]:
        for a, b in words(text, start, end):
            word = text[a:b].lower()
            if stop_words or not (word in _STOP_ZH or word in _STOP_EN or word.isdecimal() or _thin(word)):
                out[word] += 1
    return out


def _thin(word: str) -> bool:
    return len(word) == 1 and not is_han(word)


def log_likelihood(inside: int, outside: int, size_inside: int, size_outside: int) -> float:
    """Return the log-likelihood G² of a word in two bodies of text; 0 where it is equally common.

    Args:
        inside: times that the word occurs in the first body.
        outside: times in the second.
        size_inside: words of the first body in all.
        size_outside: words of the second in all.

    Returns:
        G² with two cells, never negative; it says how sure the difference is, not which way it goes.

    Source:
        Dunning (1993), Computational Linguistics 19(1), 61-74; in the form of Rayson & Garside (2000),
        Comparing corpora using frequency profiling, p. 3.

    >>> round(log_likelihood(20, 10, 1000, 10000), 4)
    59.6312
    """
    if min(inside, outside, size_inside, size_outside) < 0 or inside > size_inside or outside > size_outside:
        raise InvalidValue("Counts must not be negative, nor a word more frequent than all words together.")
    total = size_inside + size_outside
    if not total:
        return 0.0
    out = 0.0
    for seen, size in ((inside, size_inside), (outside, size_outside)):
        expected = size * (inside + outside) / total
        if seen and expected:
            out += seen * log(seen / expected)
    return max(0.0, 2 * out)


def keywords(
    inside: Mapping[str, int], outside: Mapping[str, int], *, minimum: int = 3, limit: int | None = 50
) -> list[Keyword]:
    """Return the words that a code's passages use more than the rest, surest first.

    Args:
        inside: counts within the code's passages.
        outside: counts in the rest.
        minimum: least count inside.
        limit: greatest number of words; None for all.
    """
    size_in, size_out = sum(inside.values()), sum(outside.values())
    out = []
    for word, n in inside.items():
        m = outside.get(word, 0)
        if n < minimum or (size_out and n * size_out <= m * size_in):
            continue
        # half an occurrence stands in for none, so that the ratio stays finite (Hardie 2014)
        ratio = log2((n / size_in) / (max(m, 0.5) / size_out)) if size_out else 0.0
        out.append(Keyword(word, n, m, log_likelihood(n, m, size_in, size_out), ratio, size_in, size_out))
    out.sort(key=lambda k: (-k.g2, k.word))
    return out[:limit]


def code_keywords(
    texts: Mapping[int, str], table: CodingTable, codes: Iterable[int], *, minimum: int = 3, limit: int | None = 50,
    universe: Mapping[int, Sequence[Span]] | None = None,
) -> list[Keyword]:  # fmt: skip
    """Return the keywords of one code (with its subcodes) against the rest of the same documents.

    Args:
        texts: position of a document, as the table has it, to its text.
        table: the codings.
        codes: positions of the codes that count as inside.
        minimum: least count inside.
        limit: greatest number of words.
        universe: position of a document to the stretches that count, such as respondents' turns; whole
            texts by default.
    """
    wanted = np.isin(table.code, np.asarray(list(codes), dtype=np.int32))
    inside: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    for document, text in texts.items():
        rows = np.flatnonzero(wanted & (table.document == document))
        coded = [(int(table.start[r]), int(table.end[r])) for r in rows]
        every = list(universe.get(document, ())) if universe is not None else [(0, len(text))]
        rest = subtract(every, coded)
        inside += count_words(text, subtract(every, rest) if coded else [])
        outside += count_words(text, rest)
    return keywords(inside, outside, minimum=minimum, limit=limit)


def saturation(
    table: CodingTable, documents: Sequence[int], codes: Iterable[int] | None = None
) -> list[SaturationStep]:
    """Return how many codes each document added that none before it had.

    Args:
        table: the codings.
        documents: positions of documents in the order in which they were read or collected.
        codes: positions of the codes that count; all by default.

    Source:
        Guest, Namey & Chen (2020), PLoS ONE 15(5), e0232076, on counting new codes by interview.
    """
    wanted = None if codes is None else set(codes)
    met: set[int] = set()
    out = []
    for document in documents:
        here = table.code[table.document == document].tolist()
        here = [c for c in here if wanted is None or c in wanted]
        new = set(here) - met
        met |= new
        out.append(SaturationStep(document, len(here), len(new), len(met)))
    return out
