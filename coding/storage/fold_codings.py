"""The part of the fold that must be quick: millions of codings as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from coding.model import Uid
from coding.storage.anchoring import Versions
from coding.storage.journal import COLUMNS
from coding.storage.schema import ALIAS, LIVE, REMOVED, THINGS, anchors, codings, uid_text

__all__ = ["CodingState", "Codings", "read_codings"]

Array = npt.NDArray[Any]
_INTERNED: Final = ("document", "code", "coder", "round", "replaces", "confidence", "quotable")
_NUMBERS: Final = ("start", "end", "origin", "code_version", "document_version", "created")
FIELDS: Final = (*_INTERNED, *_NUMBERS, "state")
Anchor = tuple[str, int, int, int]


def _halves(packed: str) -> tuple[Array, Array]:
    """Return the two halves of uids, which numpy can sort."""
    pairs = np.frombuffer(bytes.fromhex(packed), dtype=">u8").reshape(-1, 2)
    return pairs[:, 0].astype(np.uint64), pairs[:, 1].astype(np.uint64)


@dataclass(slots=True)
class CodingState:
    """Every coding that ever was, sorted by uid, in a form that two replicas can compare."""

    high: Array = field(default_factory=lambda: np.zeros(0, np.uint64))
    low: Array = field(default_factory=lambda: np.zeros(0, np.uint64))
    columns: dict[str, Array] = field(default_factory=lambda: {name: np.zeros(0, np.int64) for name in FIELDS})
    names: list[Any] = field(default_factory=list)
    """What the interned columns point to; position −1 is nothing."""
    anchors: dict[Uid, Anchor] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.high)

    def uid(self, i: int) -> Uid:
        """Return the uid of one row."""
        return uid_text(int(self.high[i]).to_bytes(8, "big") + int(self.low[i]).to_bytes(8, "big"))

    def value(self, name: str, i: int) -> Any:
        """Return one cell, references as uids."""
        raw = int(self.columns[name][i])
        return raw if name not in _INTERNED else None if raw < 0 else self.names[raw]

    def aligned(self, other: CodingState) -> dict[str, Array]:
        """Return the interned columns as positions in another state's names (−2: not among them)."""
        at = {name: i for i, name in enumerate(other.names)}
        table = np.array([at.get(name, -2) for name in self.names] + [-1], dtype=np.int64)
        return {name: table[self.columns[name]] for name in _INTERNED}

    def match(self, other: CodingState) -> tuple[Array, Array]:
        """Return for each row its position in the other state (−1: none), and a mask of equal rows."""
        keys = np.empty(len(other), dtype=[("h", np.uint64), ("l", np.uint64)])
        keys["h"], keys["l"] = other.high, other.low
        mine = np.empty(len(self), dtype=keys.dtype)
        mine["h"], mine["l"] = self.high, self.low
        _, left, right = np.intersect1d(mine, keys, assume_unique=True, return_indices=True)
        position = np.full(len(self), -1, dtype=np.int64)
        position[left] = right
        equal = np.zeros(len(self), dtype=bool)
        same = np.ones(len(left), dtype=bool)
        aligned = self.aligned(other)
        for name in FIELDS:
            column = aligned.get(name, self.columns[name])
            same &= column[left] == other.columns[name][right]
        equal[left] = same
        return position, equal

    def differences(self, other: CodingState, limit: int) -> list[str]:
        """Return in words where the codings of two states differ."""
        position, equal = self.match(other)
        out = [
            f"coding {self.uid(int(i))} {'is missing' if position[i] < 0 else 'differs'}"
            for i in np.flatnonzero(~equal)[:limit]
        ]
        extra = len(other) - int((position >= 0).sum())
        if extra:
            out.append(f"{extra} codings are in no event")
        if self.anchors != other.anchors:
            out.append(f"{len(self.anchors.items() ^ other.anchors.items())} places of re-anchored codings differ")
        return out

    def feed(self, h: Any) -> None:
        """Add everything to a hash, in a form that does not depend on local numbers."""
        order = sorted(range(len(self.names)), key=lambda i: str(self.names[i]))
        rank = np.zeros(len(self.names) + 1, dtype=np.int64)
        for place, i in enumerate(order):
            rank[i] = place
        rank[-1] = -1
        used = np.zeros(len(self.names) + 1, dtype=bool)
        for name in _INTERNED:
            used[self.columns[name]] = True
        kept = [i for i in order if used[i]]
        dense = np.full(len(self.names) + 1, -1, dtype=np.int64)
        dense[kept] = np.arange(len(kept))
        h.update(repr([self.names[i] for i in kept]).encode())
        for column in (
            self.high,
            self.low,
            *(dense[self.columns[n]] for n in _INTERNED),
            *(self.columns[n] for n in (*_NUMBERS, "state")),
        ):
            h.update(np.ascontiguousarray(column).tobytes())
        h.update(repr(sorted(self.anchors.items())).encode())


class Codings:
    """Collects the operations on codings, then says which are live."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Array]] = {name: [] for name in (*COLUMNS, "high", "low")}
        self._marks: dict[str, list[Array]] = {name: [] for name in ("high", "low", "order", "live")}
        self._names: list[Any] = []
        self._at: dict[Any, int] = {}

    def _intern(self, value: Any) -> int:
        if value is None or value == "":
            return -1
        at = self._at.setdefault(value, len(self._names))
        if at == len(self._names):
            self._names.append(value)
        return at

    def add(self, op: Mapping[str, Any], order: int) -> None:
        """Take in codings that an event adds."""
        high, low = _halves(op["u"])
        n = len(high)
        table = np.array([self._intern(name) for name in op["names"]] + [-1], dtype=np.int64)
        for name in COLUMNS:
            values = op["c"].get(name)
            several = isinstance(values, list)
            if name in {"confidence", "quotable"}:
                column = np.array(
                    [self._intern(v) for v in values] if several else [self._intern(values)], dtype=np.int64
                )
            elif name in _INTERNED or name == "text":
                places = [-1 if v is None else v for v in (values if several else [values])]
                column = table[np.array(places, dtype=np.int64)]
            else:
                column = np.array(values if several else [values or 0], dtype=np.int64)
            self._parts[name].append(column if several else np.broadcast_to(column, n))
        self._parts["high"].append(high)
        self._parts["low"].append(low)
        self._mark(high, low, order, live=True)

    def mark(self, op: Mapping[str, Any], order: int, *, live: bool) -> None:
        """Take in codings that an event takes away or brings back."""
        self._mark(*_halves(op["u"]), order, live=live)

    def _mark(self, high: Array, low: Array, order: int, *, live: bool) -> None:
        self._marks["high"].append(high)
        self._marks["low"].append(low)
        self._marks["order"].append(np.full(len(high), order, dtype=np.int64))
        self._marks["live"].append(np.full(len(high), live, dtype=bool))

    def finish(self, things: Mapping[tuple[str, Uid], Mapping[str, Any]]) -> CodingState:
        """Return every coding with its place in the present text and its state."""
        if not self._parts["high"]:
            return CodingState()
        columns = {name: np.concatenate(parts) for name, parts in self._parts.items()}
        self._parts.clear()
        order = np.lexsort((columns["low"], columns["high"]))
        columns = {name: column[order] for name, column in columns.items()}
        high, low = columns.pop("high"), columns.pop("low")
        live = self._last_word(high, low)
        anchored = self._place(columns, things, high, low)
        columns["state"] = _states(columns, live, high, low)
        del columns["text"]
        return CodingState(high, low, columns, self._names, anchored)

    def _last_word(self, high: Array, low: Array) -> Array:
        m = {name: np.concatenate(parts) for name, parts in self._marks.items()}
        self._marks.clear()
        # within one event a coding may be dropped after it was added: equal orders keep their sequence
        order = np.lexsort((np.arange(len(m["order"])), m["order"], m["low"], m["high"]))
        mh, ml, live = m["high"][order], m["low"][order], m["live"][order]
        last = np.append((mh[1:] != mh[:-1]) | (ml[1:] != ml[:-1]), True)
        mh, ml, live = mh[last], ml[last], live[last]
        if len(mh) == len(high) and bool((mh == high).all()) and bool((ml == low).all()):
            return np.asarray(live)
        known = {(h, lo): alive for h, lo, alive in zip(mh.tolist(), ml.tolist(), live.tolist(), strict=True)}
        return np.array([known[key] for key in zip(high.tolist(), low.tolist(), strict=True)], dtype=bool)

    def _place(
        self, columns: dict[str, Array], things: Mapping[tuple[str, Uid], Mapping[str, Any]], high: Array, low: Array
    ) -> dict[Uid, Anchor]:
        """Move codings of corrected documents to where they stand now."""
        by_document: dict[Uid, list[Mapping[str, Any]]] = {}
        for (kind, _), fields in things.items():
            if kind == "version":
                by_document.setdefault(fields["document"], []).append(fields)
        out: dict[Uid, Anchor] = {}
        for document, versions in by_document.items():
            at = self._at.get(document)
            current = things["document", document]
            if at is None:
                continue
            graph = Versions(versions)
            rows = np.flatnonzero(columns["document"] == at)
            columns["document_version"][rows] = current["version"]
            for i in rows.tolist():
                base = self._names[columns["text"][i]]
                if base == current["sha256"][:16]:
                    continue
                start, end = int(columns["start"][i]), int(columns["end"][i])
                placed = graph.place(base, current["sha256"], start, end, current["length"])
                columns["start"][i], columns["end"][i] = placed[0], placed[1]
                uid = uid_text(int(high[i]).to_bytes(8, "big") + int(low[i]).to_bytes(8, "big"))
                out[uid] = (base, start, end, int(placed[2]))
        return out


def _states(columns: Mapping[str, Array], live: Array, high: Array, low: Array) -> Array:
    """Return the state of each coding: of identical live ones the one with the least uid stands."""
    state = np.full(len(live), REMOVED, dtype=np.int64)
    rows = np.flatnonzero(live)
    keys = [columns[name][rows] for name in ("document", "start", "end", "code", "coder")]
    order = np.lexsort((low[rows], high[rows], *reversed(keys)))
    rows = rows[order]
    first = np.ones(len(rows), dtype=bool)
    if len(rows) > 1:
        same = np.ones(len(rows) - 1, dtype=bool)
        for key in keys:
            ordered = key[order]
            same &= ordered[1:] == ordered[:-1]
        first[1:] = ~same
    state[rows] = np.where(first, LIVE, ALIAS)
    return state


def read_codings(connection: sa.Connection) -> CodingState:
    """Return what the table of codings holds, in the form of a fold."""
    collected = Codings()
    maps: dict[str, dict[int, int]] = {}
    for kind in ("document", "code", "coder", "round"):
        table = THINGS[kind].table
        maps[kind] = {
            row.id: collected._intern(row.uid) for row in connection.execute(sa.select(table.c.id, table.c.uid))
        }
    names = ("document", "code", "coder", "round", "replaces", "confidence", "quotable", *_NUMBERS, "state")
    parts: dict[str, list[Array]] = {name: [] for name in (*names, "high", "low")}
    query = sa.select(codings.c.uid, *(codings.c[name] for name in names)).order_by(codings.c.uid)
    for rows in connection.execute(query, execution_options={"yield_per": 50_000}).partitions():
        uids, *values = zip(*rows, strict=True)
        high, low = _halves("".join(uids).replace("-", ""))
        parts["high"].append(high)
        parts["low"].append(low)
        for name, column in zip(names, values, strict=True):
            if name in maps:
                got: list[int] = [-1 if v is None else maps[name][v] for v in column]
            elif name in _INTERNED:
                got = [collected._intern(v) for v in column]
            else:
                got = list(column)
            parts[name].append(np.array(got, dtype=np.int64))
    if not parts["high"]:
        return CodingState()
    columns = {name: np.concatenate(several) for name, several in parts.items()}
    a = anchors.c
    anchored = {
        r.coding: (r.sha256, r.start, r.end, r.unclear)
        for r in connection.execute(sa.select(a.coding, a.sha256, a.start, a.end, a.unclear))
    }
    return CodingState(columns.pop("high"), columns.pop("low"), columns, collected._names, anchored)
