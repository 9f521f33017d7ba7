"""What all frames need first: the tree of codes with merges resolved, units and cases of every coding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from coding.errors import InvalidValue
from coding.model import SEPARATOR, CaseLink, Code, Outline, Paragraph, Snapshot, Turn, Uid

__all__ = ["Ints", "Language", "Objects", "Tree", "UnitName", "Units", "name_in", "objects", "shown_names"]

Ints = npt.NDArray[np.integer[Any]]
Objects = npt.NDArray[np.object_]
Language = Literal["en", "zh", "both"]
UnitName = Literal["sentence", "paragraph", "turn"]


def objects(values: Sequence[Any]) -> Objects:
    """Return the values as a column of objects, one cell each, also where they are sequences."""
    out = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        out[i] = value
    return out


def name_in(code: Code, language: str) -> str:
    """Return a code's name in the reader's language, or both.

    >>> name_in(Code("c", "Pressure", name_zh="压力"), "both")
    'Pressure 压力'
    """
    if language == "zh":
        return code.name_zh or code.name
    if language == "both" and code.name_zh and code.name_zh != code.name:
        return f"{code.name} {code.name_zh}"
    if language not in ("en", "zh", "both"):
        raise InvalidValue(f"language is {language!r}; it is “en”, “zh” or “both”.")
    return code.name


def shown_names(names: Sequence[str], longer: Sequence[str]) -> list[str]:
    """Return the names, and the longer form of those that more than one thing bears.

    >>> shown_names(["Costs", "Gain", "Costs"], ["Burden > Costs", "Gain", "State > Costs"])
    ['Burden > Costs', 'Gain', 'State > Costs']
    """
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    return [full if seen[name] > 1 else name for name, full in zip(names, longer, strict=True)]


@dataclass(frozen=True, eq=False)
class Tree:
    """The codes of a snapshot by position, with merges followed to where they lead."""

    codes: tuple[Code, ...]
    language: str = "en"

    @cached_property
    def at(self) -> dict[Uid, int]:
        """Position of each code."""
        return {code.uid: i for i, code in enumerate(self.codes)}

    @cached_property
    def target(self) -> Ints:
        """Position of the code that each one counts as: itself, or where its merges lead."""
        return np.array([self._follow(i) for i in range(len(self.codes))], dtype=np.int64)

    def _follow(self, position: int) -> int:
        seen = set()
        while (to := self.codes[position].redirect) in self.at and position not in seen:
            seen.add(position)
            position = self.at[to]
        return position

    @cached_property
    def chains(self) -> list[tuple[int, ...]]:
        """Positions from the top code down to the code itself."""
        out = []
        for i in range(len(self.codes)):
            chain: list[int] = [i]
            while (parent := self.codes[chain[0]].parent) in self.at and self.at[parent] not in chain:
                chain.insert(0, self.at[parent])
            out.append(tuple(chain))
        return out

    @cached_property
    def ancestors(self) -> Ints:
        """Codes × depth: the positions of `chains`, −1 below a code's own level."""
        depth = max((len(chain) for chain in self.chains), default=1)
        out = np.full((len(self.codes), depth), -1, dtype=np.int64)
        for i, line in enumerate(self.chains):
            out[i, : len(line)] = line
        return out

    @cached_property
    def levels(self) -> Ints:
        """Level of each code, 1 for the top."""
        return np.array([len(chain) for chain in self.chains], dtype=np.int64)

    @cached_property
    def names(self) -> Objects:
        """Name of each code in the reader's language."""
        return objects([name_in(code, self.language) for code in self.codes])

    @cached_property
    def paths(self) -> Objects:
        """Path of each code, ``Parent > Child``."""
        return objects([SEPARATOR.join(self.names[i] for i in chain) for chain in self.chains])

    @cached_property
    def shown(self) -> Objects:
        """Name of each live code, or its path where another live code bears the same name."""
        live = [i for i in range(len(self.codes)) if self.target[i] == i]
        out = self.paths.copy()
        for i, name in zip(live, shown_names(list(self.names[live]), list(self.paths[live])), strict=True):
            out[i] = name
        return out

    @cached_property
    def order(self) -> Ints:
        """Rank of each code in the tree, depth first, siblings by position."""
        keys = [[(self.codes[i].position, i) for i in chain] for chain in self.chains]
        rank = np.empty(len(keys), dtype=np.int64)
        rank[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
        return rank

    @cached_property
    def hues(self) -> list[int | None]:
        """Hue of each code, its own or the nearest one above it."""
        return [
            next((h for j in reversed(chain) if (h := self.codes[j].hue) is not None), None) for chain in self.chains
        ]


@dataclass(frozen=True, eq=False)
class Units:
    """Where each coding of a snapshot lies: paragraph, sentence, turn, speaker and case."""

    snapshot: Snapshot

    @cached_property
    def rows(self) -> list[tuple[int, Ints]]:
        """(document, rows of the table) for each document that is coded."""
        document = self.snapshot.codings.document
        order = np.argsort(document, kind="stable")
        edges = np.flatnonzero(np.diff(document[order])) + 1
        return [(int(document[part[0]]), part) for part in np.split(order, edges) if len(part)]

    def spans(self, document: int, unit: UnitName) -> Ints:
        """Return the units of one document as an array n × 2, sorted."""
        return _spans(self.snapshot.outlines.get(self.snapshot.documents[document].uid) or Outline(), unit)

    @cached_property
    def _places(self) -> tuple[dict[UnitName, Ints], list[Turn | None]]:
        """Number of each coding's unit by its name, and its turn.

        All in one pass over the documents: reading the units of a text takes longer than anything done with them.
        """
        n = len(self.snapshot.codings)
        names: tuple[UnitName, ...] = ("paragraph", "sentence", "turn")
        every: dict[UnitName, Ints] = {unit: np.zeros(n, dtype=np.int64) for unit in names}
        turns: list[Turn | None] = [None] * n
        for document, rows in self.rows:
            outline = self.snapshot.outlines.get(self.snapshot.documents[document].uid) or Outline()
            starts = self.snapshot.codings.start[rows]
            for unit, numbers in every.items():
                spans = _spans(outline, unit)
                if len(spans):
                    found = np.searchsorted(spans[:, 0], starts, side="right")
                    numbers[rows] = np.where((found > 0) & (starts < spans[found - 1, 1]), found, 0)
            for row, number in zip(rows.tolist(), every["turn"][rows].tolist(), strict=True):
                turns[row] = outline.turns[number - 1] if number else None
        return every, turns

    def number(self, unit: UnitName) -> Ints:
        """Return the unit in which each coding begins, counted from 1 in its document; 0 for none."""
        return self._places[0][unit]

    @cached_property
    def turn(self) -> Ints:
        """Turn of each coding, as `number` gives it."""
        return self.number("turn")

    @cached_property
    def speaker(self) -> Objects:
        """Speaker's label at the beginning of each coding; None where nobody is named."""
        return objects([turn.speaker or None if turn else None for turn in self._places[1]])

    @cached_property
    def role(self) -> Objects:
        """Role of the speaker at the beginning of each coding, as the turn has it; "" outside of turns."""
        return objects([turn.role if turn else "" for turn in self._places[1]])

    @cached_property
    def case(self) -> Ints:
        """Position of each coding's case, −1 for none.

        The speaker's case where the speaker is known; else the narrowest stretch linked to a case, which
        may be the whole document. An interviewer's words belong to no case.
        """
        s = self.snapshot
        at = {case.uid: i for i, case in enumerate(s.cases)}
        cast = {(x.document, x.label): (x.role, at.get(x.case or "", -1)) for x in s.speakers}
        links: dict[Uid, list[CaseLink]] = {}
        for link in s.case_links:
            links.setdefault(link.document, []).append(link)
        uids = [document.uid for document in s.documents]
        by_turn = (
            _case_of_turn(cast.get((uids[document], turn.speaker)), turn) if turn else -1
            for document, turn in zip(s.codings.document.tolist(), self._places[1], strict=True)
        )
        out = np.fromiter(by_turn, dtype=np.int64, count=len(s.codings))
        for document, rows in self.rows:
            linked = links.get(uids[document])
            if linked:
                out[rows] = self._case_by_link(rows, out[rows], linked, at)
        out[out == _NOBODY] = -1
        return out

    def _case_by_link(self, rows: Ints, known: Ints, links: list[CaseLink], at: Mapping[Uid, int]) -> Ints:
        starts = self.snapshot.codings.start[rows]
        out = known.copy()
        wide_first = sorted(links, key=lambda link: _width(link), reverse=True)
        for link in wide_first:
            inside = (starts >= (link.start or 0)) & (starts < (link.end if link.end is not None else np.inf))
            out[(known == -1) & inside] = at.get(link.case, -1)
        return out


_NOBODY = -2


def _spans(outline: Outline, unit: UnitName) -> Ints:
    found: Sequence[tuple[int, int]] = outline.sentences
    if unit != "sentence":
        pieces: Sequence[Paragraph | Turn] = outline.paragraphs if unit == "paragraph" else outline.turns
        found = [(piece.start, piece.end) for piece in pieces]
    flat = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=2 * len(found))  # far quicker than np.array
    return flat.reshape(-1, 2)


def _case_of_turn(found: tuple[str, int] | None, turn: Turn) -> int:
    role, case = found or (turn.role, -1)
    return _NOBODY if role == "interviewer" else case


def _width(link: CaseLink) -> float:
    return float("inf") if link.start is None or link.end is None else link.end - link.start
