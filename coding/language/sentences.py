"""Sentences of English, Chinese and mixed text, by rules that look at each possible end.

A sentence never crosses a line, carries no blank edge, and does not end inside 《…》, quotation marks or
brackets. The rules go by script and not by a language setting, because a Chinese page quotes English and
an English abstract Chinese. They are frozen under `SEGMENTER`: stored units name the version that cut
them, so that a later rule cannot move a published figure.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

from coding.language.scripts import BLANK, HAN_CLASS, is_han, strip_span, word_set
from coding.spans import Span

__all__ = ["SEGMENTER", "sentences_in"]

SEGMENTER: Final = "coding-sentences-3"
"""Name and version of the rules; rises with every change that can move a boundary."""

_CLOSERS = "\"'”’»」』)）\\]】〕》〉*"
_END = re.compile(
    rf"(?:[!?！？。｡…．]|\.(?![\da-z]))(?:[.!?。！？…｡．]|[ \xa0]+(?=[。！？]))*[{_CLOSERS}]*[{re.escape(BLANK)}]*"
)
_TERMINATORS = re.compile(r"[.!?。！？…｡．](?:[.!?。！？…｡．]|[ \xa0]+(?=[。！？]))*")
_PROTECTED = re.compile(
    "“[^“”]*”|《[^《》]*》|〈[^〈〉]*〉|「[^「」]*」|『[^『』]*』|‘[^‘’]{1,160}’"
    "|[(（][^()（）]{0,300}[)）]|【[^【】]{0,300}】|[①-⑳]"
)
_PROTECTED_STRAIGHT = re.compile(_PROTECTED.pattern + '|"[^"]{0,500}"')
_OPEN_STRAIGHT = re.compile(_PROTECTED.pattern + r'|(?<![^\s(（,，:：;；.。])"(?=\S)[^"]{0,300}(?<=\S)"')
_MARKER = re.compile(r"[(（](?:(\d{1,2})|([一二三四五六七八九十]{1,3})|([a-hA-H])|([ivx]{1,4}))[)）]\Z|([①-⑳])\Z")
_SPECIAL = re.compile(r"[.!?…｡．“”\"‘’'「」『』《》〈〉()（）【】\[\]①-⑳*]|[。！？]+[^\w。！？]")
_HAN_SENTENCE = re.compile(r"[^。！？]*[。！？]+|[^。！？]+")
_MAIL = re.compile(r"[\w.+-]{1,64}@\w")
_BLANKS = frozenset(BLANK)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SPEECH_EN = re.compile(
    r"(?:[A-Z][\w'’.-]*\s+){1,3}(?:said|says|asked|asks|replied|answered|added|told|shouted|wrote|explained|laughed|noted)\b"
)
_SPEECH_ZH = re.compile(
    rf"[{HAN_CLASS}]{{0,6}}?(?:说|问|道[，。：:,]|答道|回答|喊|笑着|表示|强调|认为|指出|解释|感叹|补充|反问|抱怨)"
)
_ON_ZH = re.compile(r"(?:的|等|之类|这[一种样句个]|那[种样句个]|成[了为]|为|作为|是|也|就是|来[^了]|地)")
_SPEAK_VERBS = frozenset("说道问答喊叫写")
_NO_BREAK_NEXT = frozenset("，,、；;：:—–-~～％%·・")
_OPENERS = frozenset("“‘「『《〈(（[【\"'")

_TITLES = word_set(
    "mr mrs ms dr prof rev hon gov sen rep pres gen col lt sgt capt maj cmdr messrs mme mlle fr supt st mt ft "
    "vs cf e.g i.e eg ie viz approx ca resp incl excl esp orig tr trans ed eds assoc asst dept univ govt gov't "
    "hrs min ed. comp"
)
"""Abbreviations that never end a sentence."""

_BEFORE_NUMBER = word_set(
    "no n° nos fig figs vol vols pp p sec sect art arts ch chap eq eqs tab app para paras pt ex par"
)
_EITHER = word_set(
    "u.s u.k u.n e.u u.s.a p.r.c p.r u.s.s.r a.m p.m ph.d m.a b.a m.sc b.sc d.c l.a n.y inc ltd corp co llc jr sr bros "
    "al etc esq jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri ave blvd rd ibid op cit a.d b.c"
)
"""Abbreviations that end a sentence when a word follows that usually begins one."""

_STARTERS = word_set(
    "The This That These Those It He She They We You I In On At But And So Then However When While If Although After "
    "Before There Here What Why How Who Where Which My Our His Her Their Its A An As For From With Since Because Yes No "
    "Not Now Meanwhile Moreover Some Many Most Each Every All Both One Two To By Another Later Today Next Finally "
    "Nobody Nothing Everyone Instead Still Thus Therefore Furthermore Perhaps Maybe Even Only Also Once Under Such "
    "Do Did Does Is Are Was Were Can Could Will Would Should Have Has Had Let Please"
)


def sentences_in(text: str, start: int, end: int) -> list[Span]:
    """Return the sentences of one line, or of a part of one, in order.

    Args:
        text: the whole text.
        start: first code point of the stretch, which holds no line feed.
        end: code point after it.
    """
    start, end = strip_span(text, start, end)
    if start == end:
        return []
    if _SPECIAL.search(text, start, end) is None:
        return _plain(text, start, end)
    return _Line(text, start, end).cut()


def _plain(text: str, start: int, end: int) -> list[Span]:
    """Cut a line without quotes, brackets or Western stops, as most lines of a Chinese interview are."""
    out = []
    for found in _HAN_SENTENCE.finditer(text, start, end):
        first, stop = found.span()
        if text[first] in _BLANKS or text[stop - 1] in _BLANKS:
            first, stop = strip_span(text, first, stop)
        out.append((first, stop))
    return out


class _Line:
    """One line being cut: its protected stretches, its inline list and where the sentence began."""

    __slots__ = ("begin", "end", "line_start", "markers", "out", "protected", "starts", "text")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.begin, self.line_start, self.end = text, start, start, end
        self.protected: list[Span] = []
        self.markers: list[Span] = []
        self._find_protected()
        self.starts = [s for s, _ in self.protected]
        self.out: list[Span] = []

    def _find_protected(self) -> None:
        text, start, end = self.text, self.begin, self.end
        pattern = _PROTECTED
        if marks := text.count('"', start, end):
            pattern = _OPEN_STRAIGHT if marks % 2 else _PROTECTED_STRAIGHT
        for found in pattern.finditer(text, start, end):
            a, b = found.span()
            if b - a <= 5 and _MARKER.match(text, a, b):
                self.markers.append((a, b))
            elif a > start or b < end - 1 or text[a] not in '“"‘「『':
                # quotation marks around the whole line say who speaks; its sentences are cut as any
                self.protected.append((a, b))

    def cut(self) -> list[Span]:
        """Walk over the possible ends; `begin` always stands on a visible character."""
        text, end, out = self.text, self.end, self.out
        forced = [*_sentence_markers(text, self.markers, self.line_start), end + 1]
        at = 0
        for found in _END.finditer(text, self.begin, end):
            mark, after = found.span()
            while forced[at] < mark:
                self._close(forced[at], forced[at])
                at += 1
            if after >= end:
                break
            if forced[at] == after or self._ends_here(mark, after):
                self._close(after, after)
                at += forced[at] == after
        for position in forced[at:-1]:
            self._close(position, position)
        self._close(end, end)
        return out

    def _close(self, stop: int, following: int) -> None:
        text, first, out = self.text, self.begin, self.out
        if text[stop - 1] in _BLANKS:
            stop = first + len(text[first:stop].rstrip(BLANK))
        if first >= stop:
            return
        if out and not text[first].isalnum() and not any(c.isalnum() for c in text[first:stop]):
            out[-1] = (out[-1][0], stop)  # stray marks belong to the sentence before them
        else:
            out.append((first, stop))
        self.begin = following

    def _around(self, position: int) -> Span | None:
        """Return the protected stretch that a position lies in."""
        i = bisect_right(self.starts, position) - 1
        if i >= 0 and position < self.protected[i][1]:
            return self.protected[i]
        return None

    def _ends_here(self, mark: int, after: int) -> bool:
        text = self.text
        if after == mark + 1 and text[mark] in "。！？" and not self.protected:
            return text[after] not in _NO_BREAK_NEXT  # most Chinese sentences
        found = _TERMINATORS.match(text, mark, after)
        assert found is not None
        stop = found.end()
        close = stop + len(text[stop:after].rstrip(BLANK))
        inside = self._around(mark)
        if inside is not None:
            return close >= inside[1] and self._ends_at_close(inside[0], text[mark:stop], after)
        opening = next((i for i in range(stop, close) if self._opens(i)), None)
        if opening is not None:
            # a straight quotation mark right after the stop that opens the next sentence
            close = after = opening
        following = text[after] if after < self.end else ""
        marks = text[mark:stop]
        if following in _NO_BREAK_NEXT and not following.isspace():
            return False
        if any(m in "。！？｡．" for m in marks):
            return not (marks.strip("…") == "" and is_han(following))
        if "…" in marks or ".." in marks:
            return self._ellipsis(marks, following, after, close)
        if "." not in marks:
            return self._question(mark, close, after, following)
        return self._full_stop(mark, stop, close, after, following)

    def _opens(self, position: int) -> bool:
        inside = self._around(position)
        return inside is not None and inside[0] == position

    def _ends_at_close(self, opening: int, marks: str, after: int) -> bool:
        """Decide at the end of a quotation, title or bracket that closes right after a full stop."""
        text = self.text
        sign, following = text[opening], text[after]
        at_start = not text[self.begin : opening].strip(BLANK)
        if sign in "《〈":
            return False
        if sign in "(（【":
            return at_start
        if following in _NO_BREAK_NEXT or following.islower() or following in "。！？.!?…":
            return False
        before = text[self.begin : opening].rstrip(BLANK)[-1:]
        if is_han(following) or following in "“「『《（":
            if _ON_ZH.match(text, after):
                return False
            if at_start:
                return _SPEECH_ZH.match(text, after) is None
            return before in _SPEAK_VERBS or not is_han(before)
        if at_start and _SPEECH_EN.match(text, after):
            return False
        if "." in marks or before in ",:，：" or at_start:
            return True
        word = _WORD.match(text, after)
        return word is None or word.group() in _STARTERS

    def _ellipsis(self, marks: str, following: str, after: int, close: int) -> bool:
        """… trails off inside a sentence unless a new one plainly begins."""
        if marks.strip(".") == "" and len(marks) == 2 and after == close:
            return False
        if not following.isupper() or after == close:
            return False
        word = _WORD.match(self.text, after)
        return word is not None and word.group() not in ("I", "I'm", "I’m", "I'd", "I’d", "I've", "I’ve")

    def _question(self, mark: int, close: int, after: int, following: str) -> bool:
        text = self.text
        if after > close:
            return not following.islower()
        if following.isupper():
            return "://" not in text[max(self.begin, text.rfind(" ", self.begin, mark)) : mark]
        return is_han(following) or following in _OPENERS

    def _full_stop(self, mark: int, stop: int, close: int, after: int, following: str) -> bool:
        text = self.text
        if following == "." and after > close:
            return False  # . . . is one ellipsis
        if text[mark - 2 : mark] == ". ":
            return self._ellipsis("...", following, after, close)
        low = max(self.begin, mark - 24, text.rfind(" ", self.begin, mark) + 1)
        piece = text[low:mark].lstrip("(（“‘\"'[【*").lstrip(BLANK)
        glued = after == close
        plain = len(piece) > 3 and piece.islower() and piece.isalpha() and not _is_short(piece)
        if plain and not glued and following.isupper():
            return True  # most English sentences
        if stop - mark > 1:  # "?." and the like: as strong as its strongest
            return self._question(mark, close, after, following)
        if _is_number(piece):
            if not text[self.begin : mark].strip(BLANK + "([（【").removeprefix(piece):
                return False  # a list number at the start of the sentence
            return not glued or (following.isupper() and text[after + 1 : after + 2].islower())
        if piece and is_han(piece[-1]):
            if len(piece) <= 2 and low <= self.line_start + 1 and piece[-1] in "一二三四五六七八九十":
                return False
            return not following.isdigit() or not glued
        word = piece.lower()
        if glued and (not following.isupper() or not self._glued_sentence(piece, after)) and stop == close:
            begins = is_han(following) or following in "“《「"
            return begins and len(piece) > 1 and "." not in piece and not _is_short(word)
        if following.islower():
            return close == stop and plain
        if plain:
            return True
        return self._after_abbreviation(piece, word, after, following)

    def _glued_sentence(self, piece: str, after: int) -> bool:
        """Say whether “levels.However” is two sentences, as against “www.Example”, “U.S.Army” or “Ph.D”."""
        if "@" in piece or "/" in piece or piece.startswith("www"):
            return False
        if _MAIL.match(self.text, after):
            return False
        tail = piece[-2:]
        following = self.text[after + 1 : after + 2]
        if not piece:  # a space before the stop
            return following.islower() or following == " "
        if len(tail) < 2 or not tail.isalpha():
            return tail[-1:] != "" and tail[-1:] in "\"”’)）]】’'%"
        if tail.istitle() and len(piece) == 2:  # Wu.It is two, Ph.D and St.John are one
            return following.islower() and not _is_short(piece.lower())
        return following.islower() or following in " '’" or (following.isupper() and tail.islower())

    def _after_abbreviation(self, piece: str, word: str, after: int, following: str) -> bool:
        found = _WORD.match(self.text, after)
        starter = (found is not None and found.group() in _STARTERS) or following in _OPENERS
        if word in _TITLES:
            return False
        if word in _BEFORE_NUMBER:
            return not following.isdigit() and (starter or word == "no")
        if word == "etc":
            return True
        if word in _EITHER or (len(word) > 2 and word[1::2].strip(".") == "" and word[::2].isalpha()):
            return starter and not following.isdigit()
        if len(piece) == 1 and piece.isupper() and piece != "I":
            return starter and found is not None and found.group() not in ("A", "I")
        if piece == "I":
            return self.text[max(self.begin, after - 6) : after].count(".") == 1
        return True


def _is_number(piece: str) -> bool:
    return bool(piece) and piece.replace(".", "").isdecimal()


def _is_short(word: str) -> bool:
    return word in _TITLES or word in _EITHER or word in _BEFORE_NUMBER


def _sentence_markers(text: str, markers: list[Span], line_start: int) -> list[int]:
    """Return where inline markers begin sentences: a list whose items end with full stops is cut at each.

    “(1) a, (2) b and (3) c.” stays one sentence; “ways: (1) Claiming. They … (2) Opposing. They …” does not.
    """
    out: list[int] = []
    for group in marker_runs(text, markers):
        if any(_after_stop(text, a, line_start) for a, _ in group[1:]):
            out += [a for a, _ in group if a > line_start]
    return sorted(out)


def _after_stop(text: str, position: int, line_start: int) -> bool:
    before = text[max(line_start, position - 12) : position].rstrip(BLANK).rstrip("\"”’)）]】'")
    return before[-1:] in (".", "。", "！", "？", "!", "?", "｡") and before[-1:] != ""


def marker_runs(text: str, markers: list[Span]) -> list[list[Span]]:
    """Group inline markers into runs that count 1, 2, 3 …; single and stray numbers are left out."""
    runs: list[list[Span]] = []
    expected: dict[int, int] = {}  # kind of marker -> next number
    open_runs: dict[int, list[Span]] = {}
    for a, b in markers:
        kind, number = _marker_number(text, a, b)
        if number == 1:
            open_runs[kind] = [(a, b)]
            runs.append(open_runs[kind])
        elif expected.get(kind) == number:
            open_runs[kind].append((a, b))
        else:
            continue
        expected[kind] = number + 1
    return [run for run in runs if len(run) > 1]


_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


def _marker_number(text: str, start: int, end: int) -> tuple[int, int]:
    found = _MARKER.match(text, start, end)
    assert found is not None
    arabic, han, letter, roman, circled = found.groups()
    if arabic:
        return 0, int(arabic)
    if han:
        return 1, _han_number(han)
    if letter:
        return 2, ord(letter.lower()) - ord("a") + 1
    if roman:
        return 3, _ROMAN.index(roman) + 1 if roman in _ROMAN else 0
    return 4, ord(circled) - ord("①") + 1


def _han_number(word: str) -> int:
    digits = "一二三四五六七八九"
    if "十" not in word:
        return digits.find(word[-1]) + 1
    tens, _, ones = word.partition("十")
    return 10 * (digits.find(tens) + 1 if tens else 1) + (digits.find(ones) + 1 if ones else 0)


def all_markers(text: str, start: int, end: int) -> list[Span]:
    """Return the inline markers of one line, whether or not they form a list."""
    return _Line(text, start, end).markers if start < end else []
