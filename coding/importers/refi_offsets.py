"""How a foreign file counts characters, found by trying every way against the text itself.

Programs count code points or UTF-16 units, a CR LF as one or as two, and say nowhere which. Passages
are chosen by people, so under the right reading they begin and end at words, and fit the words
that some programs write beside them; under a wrong one they are shifted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import numpy.typing as npt

from coding.refi import Convention

__all__ = ["RawText", "find_convention"]

_SAMPLE = 2_000
_PUNCTUATION = frozenset(" \t\n\r.,;:!?…\"'“”‘’()[]（）【】《》「」，。、；：！？—-–")
_OPENING = frozenset("\"'“‘([（【《「")
_CLOSING = frozenset(".!?…。！？”’\"')）】》」")
_NOT_FIRST = frozenset(" \t\n\r,.;:!?，。、；：！？）】》」")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")

CANDIDATES = tuple(
    Convention(unit, crlf, inclusive)
    for inclusive in (False, True)
    for unit in ("codepoint", "utf16")
    for crlf in (1, 2)
)


@dataclass(slots=True)
class RawText:
    """One text as it will be stored, with what is needed to place foreign offsets in it."""

    text: str = field(repr=False)
    breaks: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """Positions of the line ends that were CR LF in the file."""
    styled: bool = False
    """Whether it was read from a styled version (docx …), whose line ends no program's offsets agree on."""
    _costs: dict[tuple[str, int], npt.NDArray[np.int64] | None] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, raw: str) -> RawText:
        """Build from the text as it lies in the file, without its byte order mark."""
        if "\r" not in raw:
            return cls(raw)
        found = [m.start() for m in re.finditer("\r\n", raw)]
        breaks = np.array(found, dtype=np.int64) - np.arange(len(found))
        return cls(raw.replace("\r\n", "\n").replace("\r", "\n"), breaks)

    @classmethod
    def of_styled(cls, text: str) -> RawText:
        """Build from the text of a styled version; every line end may count one or two."""
        return cls(text, np.array([m.start() for m in re.finditer("\n", text)], dtype=np.int64), styled=True)

    def fits(self, place: tuple[int, int], quote: str) -> bool:
        """Say whether the words at a place are those that the file quotes; an empty quote fits anywhere."""
        passage = self.text[place[0] : place[1]]
        return not quote or (_fits(passage, quote) and passage[0].isspace() == quote[0].isspace())

    def find(self, quote: str) -> tuple[int, int] | None:
        """Return where quoted words stand, if that is one place only; a cut quote ends where it was cut."""
        words = quote.rstrip("….").split() if quote.endswith(("…", "...")) else quote.split()
        found = list(islice(re.finditer(r"\s+".join(map(re.escape, words)), self.text), 2)) if words else []
        return found[0].span() if len(found) == 1 else None

    @property
    def telling(self) -> bool:
        """Whether the ways to count differ on this text."""
        return bool(len(self.breaks)) or (not self.text.isascii() and max(self.text) > "\uffff")

    def _cost(self, convention: Convention) -> npt.NDArray[np.int64] | None:
        """Return the foreign offset of every position, None where it is the same."""
        key = (convention.unit, convention.crlf)
        if key not in self._costs:
            points = np.frombuffer(self.text.encode("utf-32-le", "surrogatepass"), "<u4")
            width = np.ones(len(points), dtype=np.int64)
            if convention.unit == "utf16":
                width += points > 0xFFFF
            if convention.crlf == 2:
                width[self.breaks] += 1
            cost = np.concatenate([np.zeros(1, np.int64), np.cumsum(width)])
            self._costs[key] = cost if cost[-1] > len(points) else None
        return self._costs[key]

    def place(self, start: int, end: int, convention: Convention) -> tuple[int, int] | None:
        """Return a foreign stretch as code points of the stored text; None where it lies outside.

        An offset inside a surrogate pair or a CR LF is moved outwards.
        """
        if convention.inclusive:
            end += 1
        cost = self._cost(convention)
        if not 0 <= start < end <= (len(self.text) if cost is None else int(cost[-1])):
            return None
        if cost is None:
            return start, end
        return int(np.searchsorted(cost, start, "right")) - 1, int(np.searchsorted(cost, end, "left"))

    def forget(self) -> None:
        """Free what was computed."""
        self._costs.clear()


def find_convention(
    samples: Sequence[tuple[RawText, Sequence[tuple[int, int, str]]]], likely: Convention
) -> tuple[Convention, bool, str]:
    """Find how a file counts.

    Args:
        samples: per text its selections as (start, end, quote or "").
        likely: what the program that wrote it usually does; taken where the texts decide nothing.

    Returns:
        The convention, whether the texts decided it, and the evidence in words.
    """
    telling = [(t, s) for t, s in samples if t.telling and s]
    plain = [(t, s) for t, s in samples if not t.telling and s]
    scores = dict.fromkeys(CANDIDATES, 0.0)
    seen = 0
    for text, selections in (*telling, *plain):
        if seen >= _SAMPLE:
            break
        step = max(1, len(selections) // 200)
        for start, end, quote in selections[::step]:
            if end <= start:
                continue
            seen += 1
            for convention in CANDIDATES:
                scores[convention] += _score(text, text.place(start, end, convention), quote)
        text.forget()
    if not seen:
        return likely, False, "There is no selection to go by."
    best = max(CANDIDATES, key=lambda c: (round(scores[c], 6), c == likely, not c.inclusive, -CANDIDATES.index(c)))
    if best.inclusive != likely.inclusive and scores[best] < scores[_other_end(best)] + max(3, 0.25 * seen):
        best = _other_end(best)
    margin = scores[best] - scores[likely]
    ahead = min(scores[best] - scores[c] for c in CANDIDATES if c != best and c.inclusive == best.inclusive)
    words = f"{seen:,} selections tried: {scores[best]:.0f} points, the next way to count {scores[best] - ahead:.0f}"
    if best != likely and margin <= 0:
        best = likely
    decided = best != likely or (bool(telling) and ahead > 0)
    if not telling:
        words = "Both units and line ends count the same in these texts"
    return best, decided, words + "."


def _other_end(c: Convention) -> Convention:
    return Convention(c.unit, c.crlf, not c.inclusive)


def _score(raw: RawText, place: tuple[int, int] | None, quote: str) -> float:
    """Return how well a stretch looks like one that a person chose."""
    if place is None:
        return -4.0
    text, (start, end) = raw.text, place
    if quote:
        return 3.0 if _fits(text[start:end], quote) else -1.0
    return _edge_start(text, start) + _edge_end(text, end)


def _fits(passage: str, quote: str) -> bool:
    """Say whether a passage has the quoted words; quotes are cut, and XML folds their line ends."""
    ours, theirs = " ".join(passage.split()), " ".join(quote.split())
    if theirs.endswith(("…", "...")):
        return ours.startswith(theirs.rstrip("….").rstrip()) and len(ours) >= len(theirs) - 3
    return ours == theirs


def _edge_start(text: str, at: int) -> float:
    if text[at] in _NOT_FIRST:
        return -1.0
    before = text[at - 1] if at else "\n"
    if before in _PUNCTUATION:
        return 1.0
    return 0.0 if _HAN.match(before) or _HAN.match(text[at]) or text[at] in _OPENING else -1.0


def _edge_end(text: str, at: int) -> float:
    last, after = text[at - 1], text[at] if at < len(text) else "\n"
    if last in " \t\n\r":
        return -0.5
    if last in _CLOSING:
        return 1.0 if after not in _CLOSING else 0.5
    if after in _PUNCTUATION:
        return 0.8
    return 0.0 if _HAN.match(last) or _HAN.match(after) else -1.0
