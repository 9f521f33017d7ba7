"""Suggestions by the cue words of the codebook: one automaton over all cues, one pass over the text.

Chinese cues match on characters, wherever they stand; others match whole words, in any case and with the
usual endings of English. Full-width letters count as half-width ones. A weak cue never suggests alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from coding.language.irregular import FAMILIES
from coding.language.scripts import HAN, is_han
from coding.model import Code

__all__ = ["CueHit", "CueMatcher", "inflections", "width_folded"]

_WIDE: Final = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a’‘‐‑–—\xa0\u3000]")
_FOLD: Final = {
    **{c: c - 0xFEE0 for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))},
    **dict.fromkeys(map(ord, "’‘"), "'"),
    **dict.fromkeys(map(ord, "‐‑–—"), "-"),
    0xA0: " ",
    0x3000: " ",
}
_STRONG, _WEAK = 0.6, 0.25
"""What one cue adds: two strong ones give .84, a strong and a weak one .70, two different weak ones .44."""


@dataclass(frozen=True, slots=True)
class CueHit:
    """What the cues of one code say about one passage."""

    passage: int
    code: int
    """Position in the codes that the matcher was made of."""
    start: int
    end: int
    """Place of the first cue in the passage."""
    score: float


@dataclass(frozen=True, slots=True)
class _Form:
    code: int
    cue: int
    weak: bool
    length: int
    left: bool
    """Whether a word must begin where the form begins."""
    right: bool


def width_folded(text: str) -> str:
    """Return the text in lower case with half-width letters, of the same length, character by character.

    >>> width_folded("ＫＰＩ’s TOP–down")
    "kpi's top-down"
    """
    if _WIDE.search(text):
        text = text.translate(_FOLD)
    low = text.lower()
    if len(low) != len(text):  # İ becomes two characters
        low = "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
    return low


def inflections(word: str) -> set[str]:
    """Return an English word with its usual endings, without the one that it has, and in its irregular forms.

    >>> sorted(inflections("rely"))
    ['relied', 'relies', 'rely', 'relying']
    >>> "compete" in inflections("competing"), "delegation" in inflections("delegations")
    (True, True)
    >>> "withdrew" in inflections("withdraw"), "lead" in inflections("led")
    (True, True)
    """
    head, hyphen, last = word.rpartition("-")
    if hyphen and last:  # “sub-district”: sub-districts
        return {f"{head}-{form}" for form in inflections(last)}
    if not word.isascii() or not word.isalpha() or len(word) < 3:
        return {word}
    regular = _endings(word) | {form for base in _bases(word) for form in _endings(base)}
    return regular | FAMILIES.get(word, frozenset())


def _bases(word: str) -> set[str]:
    """Strip one ending; several answers, since rules alone cannot tell “making” from “asking”."""
    if word.endswith("ies") and len(word) > 4:
        return {word[:-3] + "y"}
    if word.endswith(("sses", "shes", "ches", "xes")):
        return {word[:-2]}
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return {word[:-1]}
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3 and re.search("[aeiouy]", stem):
            doubled = stem[-1] == stem[-2] and stem[-1] not in "lsz"
            return {stem[:-1]} if doubled else {stem, stem + "e"}
    return set()


def _endings(word: str) -> set[str]:
    if len(word) < 3:
        return {word}
    if word.endswith(("s", "x", "z", "sh", "ch")):
        return {word, word + "es", word + "ed", word + "ing"}
    if word.endswith("e"):
        return {word, word + "s", word + "d", word[:-1] + "ing"}
    if word.endswith("y") and word[-2] not in "aeiou":
        return {word, word[:-1] + "ies", word[:-1] + "ied", word + "ing"}
    out = {word, word + "s", word + "ed", word + "ing"}
    if len(word) <= 5 and re.search(r"[^aeiou][aeiou][^aeiouwxy]\Z", word):
        out |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    return out


class CueMatcher:
    """All cues of a codebook in one automaton.

    Args:
        codes: the codes; those that are retired, merged away or not codable suggest nothing.

    >>> from coding.model import Code, Cue
    >>> matcher = CueMatcher([Code("u1", "Pressure", cues=(Cue("performance evaluation"), Cue("考核", "zh")))])
    >>> [(h.passage, h.start, h.end, h.score) for h in matcher.hits(["Performance  evaluations came.", "年底考核压力大"])]
    [(1, 2, 4, 0.6)]
    """

    def __init__(self, codes: Sequence[Code]) -> None:
        self.codes = tuple(codes)
        self._automaton, self._reach = self._build()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.codes,)

    @property
    def version(self) -> str:
        """Fingerprint of the cues, kept with every suggestion."""
        from zlib import crc32

        rows = [(c.uid, q.text, q.weak) for c in self.codes for q in c.cues]
        return f"cues-2/{crc32(repr(rows).encode()):08x}"

    def _build(self) -> tuple[Any, int]:
        """Return the automaton, None without cues, and the characters of the longest cue."""
        import ahocorasick

        forms: dict[str, list[_Form]] = {}
        for position, code in enumerate(self.codes):
            if code.retired or code.redirect or not code.codable:
                continue
            for number, cue in enumerate(code.cues):
                for text, left, right in _forms(cue.text):
                    forms.setdefault(text, []).append(_Form(position, number, cue.weak, len(text), left, right))
        automaton = ahocorasick.Automaton()
        for text, value in forms.items():
            automaton.add_word(text, tuple(value))
        if forms:
            automaton.make_automaton()
        return (automaton, max(map(len, forms))) if forms else (None, 0)

    def hits(self, passages: Sequence[str]) -> list[CueHit]:
        """Return what the cues suggest for each passage, sorted by passage and code.

        Args:
            passages: texts, such as sentences; a cue never reaches from one into the next.
        """
        if self._automaton is None or not passages:
            return []
        joined = width_folded("\n".join(passages))
        starts = [0, *accumulate(len(p) + 1 for p in passages)]
        found: dict[tuple[int, int], list[tuple[int, int, int, bool]]] = {}
        for end, start, form in _longest(_places(self._automaton, joined), self._reach):
            passage = bisect_right(starts, start) - 1
            offset = starts[passage]
            found.setdefault((passage, form.code), []).append((start - offset, end - offset, form.cue, form.weak))
        out = []
        for (passage, code), places in found.items():
            hit = _judge(passage, code, places)
            if hit is not None:
                out.append(hit)
        out.sort(key=lambda h: (h.passage, h.code))
        return out


def _forms(cue: str) -> Iterator[tuple[str, bool, bool]]:
    """Yield what a cue looks like in folded text, and whether words must begin and end at its edges."""
    text = width_folded(" ".join(cue.split()))
    prefix = text.endswith("*")
    text = text.rstrip("*")
    if not text:
        return
    left, right = _latin(text[0]), _latin(text[-1]) and not prefix
    words = text.split(" ")
    if prefix or HAN.search(text):
        yield text, left, right
        return
    firsts = inflections(words[0])
    if len(words) == 1:
        for form in firsts:
            yield form, left, right
        return
    for first in firsts:  # “delegate powers”: delegated powers, delegating power
        for last in inflections(words[-1]):
            yield " ".join([first, *words[1:-1], last]), left, right


def _latin(character: str) -> bool:
    return character.isalnum() and not is_han(character)


def _places(automaton: Any, joined: str) -> Iterable[tuple[int, int, _Form]]:
    last = len(joined)
    for at, forms in automaton.iter(joined):
        end = at + 1
        for form in forms:
            start = end - form.length
            if form.left and start and _latin(joined[start - 1]):
                continue
            if form.right and end < last and _latin(joined[end]):
                continue
            yield end, start, form


def _longest(places: Iterable[tuple[int, int, _Form]], reach: int) -> Iterator[tuple[int, int, _Form]]:
    """Leave out what lies within a longer cue, of whatever code: a sub-district is no district.

    Args:
        places: end, start and form, sorted by end.
        reach: characters of the longest cue; what begins further back can lie within nothing that is still to come.
    """
    near: list[tuple[int, int, _Form]] = []
    for end, start, form in places:
        while near and near[0][1] < end - reach:
            yield near.pop(0)
        if any(s <= start and end <= e and e - s > end - start for e, s, _ in near):
            continue
        near = [k for k in near if not (start <= k[1] and k[0] <= end and end - start > k[0] - k[1])]
        near.append((end, start, form))
    yield from near


def _judge(passage: int, code: int, places: list[tuple[int, int, int, bool]]) -> CueHit | None:
    """Weigh the cues of one code in one passage."""
    if len(places) > 1:
        cues = {p[2]: p[3] for p in places}
        if len(cues) == 1 and places[0][3]:
            return None
        rest = 1.0
        for weak in cues.values():
            rest *= 1 - (_WEAK if weak else _STRONG)
        first = min((p for p in places if not p[3]), default=min(places))
        return CueHit(passage, code, first[0], first[1], round(1 - rest, 4))
    start, end, _, weak = places[0]
    return None if weak else CueHit(passage, code, start, end, _STRONG)
