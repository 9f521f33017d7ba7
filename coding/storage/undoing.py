"""Undo and redo: new events that reverse old ones, per coder, without end and across sittings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from coding.errors import Refused
from coding.model import Uid
from coding.storage.rows import fetch
from coding.storage.schema import THINGS, journal

if TYPE_CHECKING:
    from coding.storage.change import Change
    from coding.storage.store import Store

__all__ = ["Entry", "history", "inverse", "redo", "undo"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One action as a person reads it."""

    uid: Uid
    at: int
    coder: str
    action: str
    reason: str
    undoable: bool
    undoes: Uid | None


def inverse(op: dict[str, Any]) -> dict[str, Any]:
    """Return the operation that takes another one back."""
    match op["o"]:
        case "add" | "revive":
            return {"o": "drop", "u": op["u"]}
        case "drop":
            return {"o": "revive", "u": op["u"]}
        case "put" if "new" in op:
            return {"o": "put", "k": op["k"], "u": op["u"], "f": {"live": False}, "b": {"live": True}}
        case _:
            return {"o": "put", "k": op["k"], "u": op["u"], "f": op["b"], "b": op["f"]}


def undo(store: Store) -> str | None:
    """Take back the coder's last action; see `Store.undo`."""
    with store.database.writing() as connection:
        coder = store.coder
        found = _last_done(connection, coder.uid if coder else None)
        if found is None:
            return None
        ops = json.loads(found.payload)
        _reverse(store, connection, found, [inverse(op) for op in reversed(ops)], "undo")
    return str(found.action)


def redo(store: Store) -> str | None:
    """Do again what was undone last; see `Store.redo`."""
    with store.database.writing() as connection:
        coder = store.coder
        found, undone_by = _last_undone(connection, coder.uid if coder else None)
        if found is None:
            return None
        ops = json.loads(undone_by.payload)
        _reverse(store, connection, found, [inverse(op) for op in reversed(ops)], "redo")
    return str(found.action)


def _reverse(store: Store, connection: sa.Connection, found: Any, ops: list[dict[str, Any]], action: str) -> None:
    store._settle_home(connection)
    step = store._step(connection, action, reason=found.action, coder=found.coder, undoes=found.uid, undoable=False)
    with step as change:
        for op in ops:
            if op["o"] == "put":
                _check_untouched(change, op, found)
            change.apply(op)


def _check_untouched(change: Change, op: dict[str, Any], found: Any) -> None:
    """Refuse where someone has built on what would be taken back."""
    thing = THINGS[op["k"]]
    known = fetch(change.connection, thing, op["u"])
    assert known is not None
    fields, live = known
    now = {**fields, "live": live}
    name = str(fields.get("name") or fields.get("title") or op["k"].replace("_", " "))
    for field, value in op["b"].items():
        if now[field] != value and field not in {"version", "modified"}:
            raise Refused(
                f"“{found.action}” cannot be taken back: {field} of “{name}” has been changed since. Change it by hand."
            )
    if op["f"].get("live") is False:
        change.check_unused(thing, op["u"], name)


def _events(connection: sa.Connection, coder: Uid | None) -> Iterator[Any]:
    """Yield the coder's actions, newest first, a page at a time."""
    c = journal.c
    mine = c.coder == coder if coder else c.coder.is_(None)
    columns = (c.uid, c.lamport, c.action, c.undoable, c.undoes, c.coder)
    below: int | None = None
    while True:
        query = sa.select(*columns).where(mine).order_by(c.lamport.desc(), c.replica.desc(), c.uid.desc()).limit(200)
        if below is not None:
            query = query.where(c.lamport < below)
        rows = connection.execute(query).all()
        yield from rows
        if len(rows) < 200:
            return
        below = rows[-1].lamport


def _last_done(connection: sa.Connection, coder: Uid | None) -> Any:
    verdicts: set[Uid] = set()
    undone: set[Uid] = set()
    for event in _events(connection, coder):
        if event.undoes is not None:
            if event.undoes not in verdicts:
                verdicts.add(event.undoes)
                if event.action == "undo":
                    undone.add(event.undoes)
        elif event.undoable and event.uid not in undone:
            return connection.execute(sa.select(journal).where(journal.c.uid == event.uid)).one()
    return None


def _last_undone(connection: sa.Connection, coder: Uid | None) -> tuple[Any, Any]:
    verdicts: set[Uid] = set()
    for event in _events(connection, coder):
        if event.undoes is not None:
            if event.undoes not in verdicts:
                verdicts.add(event.undoes)
                if event.action == "undo":
                    rows = connection.execute(
                        sa.select(journal).where(journal.c.uid.in_([event.uid, event.undoes]))
                    ).all()
                    by_uid = {row.uid: row for row in rows}
                    return by_uid[event.undoes], by_uid[event.uid]
        elif event.undoable:
            return None, None
    return None, None


def history(store: Store, limit: int, coder: Uid | None) -> list[Entry]:
    """Return the latest actions; see `Store.history`."""
    coders = THINGS["coder"].table
    c = journal.c
    query = (
        sa.select(c.uid, c.at, coders.c.name, c.action, c.reason, c.undoable, c.undoes)
        .select_from(journal.outerjoin(coders, coders.c.uid == c.coder))
        .order_by(c.seq.desc())
        .limit(limit)
    )
    if coder is not None:
        query = query.where(c.coder == coder)
    with store.database.reading() as connection:
        rows = connection.execute(query).all()
    return [Entry(r.uid, r.at, r.name or "", r.action, r.reason, bool(r.undoable), r.undoes) for r in rows]
