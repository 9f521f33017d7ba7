"""The journal: what happened, as rows that are only ever added.

One row is one *action* of one coder, which is also one step of undo; its payload is a list of operations:

``{"o": "put", "k": kind, "u": uid, "f": {field: value}, "b": {field: value before}, "new": 1}``
    fields of a thing; the later writer of a field wins. ``live`` is a field like others.
``{"o": "add", …}``
    codings, as columns; a column whose values are all equal is kept once.
``{"o": "drop" | "revive", "u": "…"}``
    codings taken away or brought back, by uid.
``{"o": "erase", "things": [uid], "keys": [hash]}``
    words taken out for good: see `coding.storage.erasing`.
``{"o": "seen", "r": {replica: lamport}}``
    what a merge brought: from here on the writer knows these.

Events are ordered by (lamport, replica, uid), never by the clock. Each carries a hash over its content and
the hash of the event before it in its replica, so that a changed past shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from coding.errors import ProjectDamaged
from coding.model import ORIGINS, Coding, Uid
from coding.storage.schema import journal, uid_text
from coding.storage.things import dumps

__all__ = [
    "COLUMNS",
    "Event",
    "chain_hash",
    "pack_codings",
    "pack_uids",
    "read_events",
    "unpack_codings",
    "unpack_uids",
]

GENESIS: Final = bytes(32)
COLUMNS: Final = (
    "document", "code", "coder", "start", "end", "origin", "code_version", "document_version", "round", "created",
    "replaces", "confidence", "quotable", "text",
)  # fmt: skip
_REFS: Final = ("document", "code", "coder", "round", "replaces", "text")


@dataclass(frozen=True, slots=True)
class Event:
    """One action as it stands in the journal."""

    uid: Uid
    replica: Uid
    lamport: int
    coder: Uid | None
    at: int
    action: str
    reason: str
    undoable: bool
    undoes: Uid | None
    scope: str
    payload: str
    hash: bytes
    redacted: str | None = None
    """sha256 of the payload before words in it were erased."""

    @property
    def ops(self) -> list[dict[str, Any]]:
        """What the action did.

        Raises:
            ProjectDamaged: the payload is no JSON, as after a disk that lost part of a page.
        """
        try:
            ops: list[dict[str, Any]] = json.loads(self.payload)
        except ValueError:
            raise ProjectDamaged(f"The event {self.uid} ({self.action}) of the journal cannot be read.") from None
        return ops

    @property
    def order(self) -> tuple[int, Uid, Uid]:
        """Place in the one order that every replica agrees on."""
        return self.lamport, self.replica, self.uid


def chain_hash(before: bytes, event: Event) -> bytes:
    """Return the hash of an event whose predecessor in its replica has the hash given."""
    parts = [
        event.uid, event.replica, event.lamport, event.coder, event.at, event.action, event.reason,
        event.undoable, event.undoes, event.scope, event.redacted or hashlib.sha256(event.payload.encode()).hexdigest(),
    ]  # fmt: skip
    return hashlib.sha256(before + dumps(parts).encode()).digest()


def read_events(connection: sa.Connection, *, scope: str | None = None, where: Any = None) -> Iterator[Event]:
    """Yield events in the order that every replica agrees on.

    Args:
        connection: of the project.
        scope: only "things" or only "codings".
        where: a further condition on the journal.
    """
    query = sa.select(*(journal.c[name] for name in Event.__dataclass_fields__))
    if scope:
        query = query.where(journal.c.scope == scope)
    if where is not None:
        query = query.where(where)
    query = query.order_by(journal.c.lamport, journal.c.replica, journal.c.uid)
    for row in connection.execute(query, execution_options={"yield_per": 5_000}):
        yield _event(row)


def _event(row: Any) -> Event:
    values = dict(row._mapping)
    values["undoable"], values["hash"] = bool(values["undoable"]), bytes(values["hash"])
    return Event(**values)


def event_row(event: Event) -> dict[str, Any]:
    """Return the columns of an event."""
    row = {name: getattr(event, name) for name in Event.__dataclass_fields__}
    row["undoable"] = int(event.undoable)
    return row


def pack_uids(uids: Iterable[Uid]) -> str:
    """Return uids as one string of hexadecimal digits."""
    return "".join(uids).replace("-", "")


def unpack_uids(packed: str) -> list[Uid]:
    """Return the uids of `pack_uids`.

    >>> unpack_uids(pack_uids(["01890000-0000-7000-8000-000000000001"]))
    ['01890000-0000-7000-8000-000000000001']
    """
    return [uid_text(bytes.fromhex(packed[i : i + 32])) for i in range(0, len(packed), 32)]


def pack_codings(codings: Sequence[Coding], texts: Mapping[Uid, str]) -> dict[str, Any]:
    """Return codings as the operation that adds them.

    Args:
        codings: new ones.
        texts: document uid to the sha256 of the text that the offsets refer to; 16 digits of it are kept.
    """
    columns: dict[str, list[Any]] = {name: [getattr(c, name) for c in codings] for name in COLUMNS if name != "text"}
    columns["origin"] = [ORIGINS.index(o) for o in columns["origin"]]
    columns["text"] = [texts[d][:16] for d in columns["document"]]
    names: dict[Any, int] = {}
    for name in _REFS:
        columns[name] = [None if v is None else names.setdefault(v, len(names)) for v in columns[name]]
    packed = {name: values[0] if len(set(values)) == 1 else values for name, values in columns.items()}
    packed = {k: v for k, v in packed.items() if v is not None and v != ""}
    return {"o": "add", "u": pack_uids(c.uid for c in codings), "names": list(names), "c": packed}


def unpack_codings(op: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the columns of an operation that adds codings; `uid` and every name of `COLUMNS`."""
    uids = unpack_uids(op["u"])
    out: dict[str, list[Any]] = {"uid": uids}
    names = op["names"]
    for name in COLUMNS:
        values = op["c"].get(name)
        if not isinstance(values, list):
            values = [values] * len(uids)
        out[name] = [None if v is None else names[v] for v in values] if name in _REFS else values
    for name in ("confidence", "quotable"):
        out[name] = [v or "" for v in out[name]]
    return out
