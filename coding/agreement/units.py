"""What agreement counts: units of the text, the universe they are taken from, and codings in their terms.

A unit carries a code when any of its characters in the universe does. Positions in characters become
positions in units, after which every measure of `counts` works unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from coding.agreement.columns import Columns, unite
from coding.errors import AgreementError, InvalidValue
from coding.model import Outline
from coding.spans import Span, subtract, union

__all__ = ["UNITS", "UNIT_ZH", "UNIVERSES", "Unit", "UnitMap", "Universe", "in_blocks", "unit_map", "universe_spans"]

Unit = Literal["sentence", "character", "paragraph", "turn", "document"]
Universe = Literal["respondents", "all", "coded"]
UNITS: Final[tuple[Unit, ...]] = ("character", "sentence", "paragraph", "turn", "document")
UNIT_ZH: Final = {"sentence": "句子", "character": "字符", "paragraph": "段落", "turn": "话轮", "document": "文档"}
UNIVERSES: Final[tuple[Universe, ...]] = ("respondents", "all", "coded")
IntArray = npt.NDArray[np.int64]


def universe_spans(
    outline: Outline, length: int, universe: Universe, roles: Mapping[str, str] | None = None
) -> list[Span]:
    """Return the stretches of a text that count.

    Respondents' text is every paragraph that may be coded, without the interviewer's turns and without
    speaker labels.

    Args:
        outline: units of the text; an empty one means that the whole text counts.
        length: length of the text.
        universe: respondents or all; coded text follows from the codings.
        roles: speaker label to role where it differs from what the text says.

    >>> from coding.model import Paragraph, Turn
    >>> text = Outline(turns=(Turn(0, 10, 3, "I", "interviewer"), Turn(11, 20, 14, "R")),
    ...                paragraphs=(Paragraph(0, 10), Paragraph(11, 20)))
    >>> universe_spans(text, 20, "respondents")
    [(14, 20)]
    """
    if universe != "respondents":
        return [(0, length)] if length else []
    spans: list[Span] = [(0, length)] if length else []
    if outline.paragraphs:
        spans = union([(p.start, p.end) for p in outline.paragraphs if p.codable and p.end > p.start])
    asked: list[Span] = []
    for turn in outline.turns:
        role = (roles or {}).get(turn.speaker, turn.role)
        end = turn.end if role == "interviewer" else min(turn.label_end, turn.end)
        if end > turn.start:
            asked.append((turn.start, end))
    return subtract(spans, asked) if asked else spans


def _unit_spans(outline: Outline, length: int, unit: Unit) -> list[Span]:
    """Return the units of one text; a text without turns is counted by paragraphs."""
    if unit == "sentence":
        return list(outline.sentences)
    if unit == "turn" and outline.turns:
        return [(t.start, t.end) for t in outline.turns if t.end > t.start]
    if unit in ("paragraph", "turn"):
        return [(p.start, p.end) for p in outline.paragraphs if p.end > p.start]
    return [(0, length)] if length else []


@dataclass(frozen=True, slots=True, eq=False)
class UnitMap:
    """The way from characters to units and back, for all documents at once.

    Documents lie end to end on one line; pieces are the stretches of units within the universe.
    """

    unit: Unit
    offsets: IntArray
    """Where each document begins on the line, D + 1."""
    starts: IntArray
    """Where each piece begins on the line."""
    ends: IntArray
    places: IntArray
    """What each piece begins at: its unit, or for characters the number of characters before it."""
    firsts: IntArray
    """Place at which each document begins, D."""
    lengths: IntArray
    """Units of each document, D."""
    characters: IntArray
    """Characters of the universe of each document, D."""

    def project(self, columns: Columns) -> tuple[Columns, npt.NDArray[np.intp]]:
        """Return codings in units, and the rows they came from; codings outside the universe drop out.

        Args:
            columns: codings in characters.
        """
        low = self.offsets[columns.document] + columns.start
        high = self.offsets[columns.document] + columns.end
        first = np.searchsorted(self.ends, low, side="right")
        last = np.searchsorted(self.starts, high, side="left") - 1
        kept = np.flatnonzero((first <= last) & (columns.end > columns.start))
        first, last, low, high = first[kept], last[kept], low[kept], high[kept]
        start, end = self.places[first], self.places[last]
        if self.unit == "character":
            start = start + np.maximum(low - self.starts[first], 0)
            end = end + np.minimum(high, self.ends[last]) - self.starts[last]
        else:
            end = end + 1
        part = columns.select(kept)
        begin = self.firsts[part.document]
        return replace(part, start=start - begin, end=end - begin, lengths=self.lengths), kept

    def locate(self, document: int, place: int, until: int | None = None) -> Span:
        """Return the characters of a unit, or of units `place` to `until`.

        Args:
            document: position of the document.
            place: position of the unit within the document.
            until: position after the last unit.
        """
        stop = (place + 1 if until is None else until) + self.firsts[document]
        here = place + self.firsts[document]
        offset = int(self.offsets[document])
        first = int(np.searchsorted(self.places, here, side="left"))
        if self.unit == "character":
            first = int(np.searchsorted(self.places, here, side="right")) - 1
            last = int(np.searchsorted(self.places, stop - 1, side="right")) - 1
            low = int(self.starts[first] + here - self.places[first])
            high = int(self.starts[last] + stop - self.places[last])
            return low - offset, high - offset
        last = int(np.searchsorted(self.places, stop, side="left")) - 1
        return int(self.starts[first]) - offset, int(self.ends[last]) - offset


def _pairs(spans: Sequence[Sequence[Span]], offsets: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return start and end on the line, and document, of spans per document."""
    sizes = [len(s) for s in spans]
    flat = np.array([span for own in spans for span in own], dtype=np.int64).reshape(-1, 2)
    document = np.repeat(np.arange(len(spans)), sizes)
    flat += offsets[document][:, None]
    return flat[:, 0], flat[:, 1], document


def unit_map(
    lengths: IntArray,
    unit: Unit,
    universe: Universe,
    outline: Callable[[int], Outline],
    *,
    columns: Columns | None = None,
    roles: Callable[[int], Mapping[str, str]] | None = None,
    names: Sequence[str] = (),
) -> UnitMap:
    """Build the way from characters to units.

    Args:
        lengths: characters of each document.
        unit: what to count.
        universe: which text counts.
        outline: gives the units of a document; asked only where they are needed.
        columns: codings in characters, needed for the universe “coded”.
        roles: gives speaker label to role of a document.
        names: names of the documents, for messages.

    Raises:
        AgreementError: a document without stored sentences or paragraphs.
        InvalidValue: an unknown unit or universe.
    """
    if unit not in UNITS:
        raise InvalidValue(f"Unit “{unit}” is not known; there are {', '.join(UNITS)}.")
    if universe not in UNIVERSES:
        raise InvalidValue(f"Universe “{universe}” is not known; there are {', '.join(UNIVERSES)}.")
    lengths = np.asarray(lengths, dtype=np.int64)
    # one character of room between documents keeps their pieces apart
    offsets = np.concatenate([[0], np.cumsum(lengths + 1)])
    count = len(lengths)
    if universe == "respondents":
        counted = [
            universe_spans(outline(d), int(lengths[d]), universe, roles(d) if roles else None) for d in range(count)
        ]
    elif universe == "coded" and columns is not None:
        counted = _coded_spans(columns, count)
    else:
        counted = [[(0, n)] if n else [] for n in lengths.tolist()]
    u_start, u_end, u_document = _pairs(counted, offsets)
    characters = np.bincount(u_document, weights=u_end - u_start, minlength=count).astype(np.int64)
    if unit == "character":
        before = np.concatenate([[0], np.cumsum(u_end - u_start)])
        firsts = np.concatenate([[0], np.cumsum(characters)])[:-1]
        return UnitMap(unit, offsets, u_start, u_end, before[:-1], firsts, characters, characters)
    units = []
    for d in range(count):
        own = _unit_spans(outline(d), int(lengths[d]), unit)
        if not own and counted[d]:
            name = names[d] if d < len(names) else f"number {d + 1}"
            raise AgreementError(
                f"The document “{name}” has no stored {unit}s to count. Compare characters, or outline it first."
            )
        units.append(own)
    s_start, s_end, s_document = _pairs(units, offsets)
    first = np.searchsorted(u_end, s_start, side="right")
    after = np.searchsorted(u_start, s_end, side="left")
    touching = np.maximum(after - first, 0)
    owner = np.repeat(np.arange(len(s_start)), touching)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(touching) - touching, touching)
    piece = first[owner] + within
    starts, ends = np.maximum(s_start[owner], u_start[piece]), np.minimum(s_end[owner], u_end[piece])
    present = touching > 0
    rank = np.cumsum(present) - 1
    sizes = np.bincount(s_document[present], minlength=count).astype(np.int64)
    firsts = np.concatenate([[0], np.cumsum(sizes)])[:-1]
    return UnitMap(unit, offsets, starts, ends, rank[owner].astype(np.int64), firsts, sizes, characters)


def _coded_spans(columns: Columns, documents: int) -> list[list[Span]]:
    """Return per document the text that anyone coded with anything."""
    nobody = replace(
        columns,
        code=np.zeros(len(columns), dtype=np.int64),
        coder=np.zeros(len(columns), dtype=np.int64),
        codes=1,
        assigned=np.ones((documents, 1), dtype=bool),
    )
    united = unite(nobody)
    out: list[list[Span]] = [[] for _ in range(documents)]
    for d, s, e in zip(united.document.tolist(), united.start.tolist(), united.end.tolist(), strict=True):
        out[d].append((s, e))
    return [union(spans, join_touching=True) for spans in out]


def in_blocks(columns: Columns, size: int) -> tuple[Columns, npt.NDArray[np.intp]]:
    """Cut documents into blocks of consecutive units as even as can be, which then stand in for documents.

    A document of n units is cut into ⌈n / size⌉ blocks whose lengths differ by one unit at most, the longer
    ones first: none exceeds `size`, none of a cut document is shorter than half of it, and a document without
    units has none. Every block is drawn as often as any other, so a short rest would weigh as much as a full
    block. Counts per code are unchanged; only what is resampled gets smaller.

    Args:
        columns: codings in units.
        size: most units per block.

    Returns:
        The codings with blocks as documents, and the document of each block.
    """
    document, lengths = _even_cut(columns.lengths, size)
    begins = np.cumsum(lengths) - lengths  # in the units of all documents, one after the other
    before = np.cumsum(columns.lengths) - columns.lengths
    own = before[columns.document]
    low = np.searchsorted(begins, own + columns.start, side="right") - 1
    high = np.searchsorted(begins, own + columns.end - 1, side="right") - 1
    copies = high - low + 1
    rows = np.repeat(np.arange(len(columns)), copies)
    block = low[rows] + np.arange(len(rows)) - np.repeat(np.cumsum(copies) - copies, copies)
    part = columns.select(rows)
    begin = (begins - before[document])[block]
    return (
        replace(
            part,
            document=block,
            start=np.maximum(part.start - begin, 0),
            end=np.minimum(part.end - begin, lengths[block]),
            lengths=lengths,
            assigned=columns.assigned[document],
        ),
        document,
    )


def _even_cut(lengths: npt.NDArray[np.int64], size: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
    """Return the document and the length of every block."""
    blocks = -(-lengths // size)
    document = np.repeat(np.arange(len(lengths)), blocks)
    within = np.arange(len(document)) - (np.cumsum(blocks) - blocks)[document]
    short, longer = np.divmod(lengths, np.maximum(blocks, 1))
    return document, (short[document] + (within < longer[document])).astype(np.int64)
