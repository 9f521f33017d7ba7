"""Changing the current state: the only module that inserts or updates rows of things and codings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa

from coding.model import ORIGINS, Coder, Coding, Document, Uid
from coding.storage.schema import ALIAS, BIG, LIVE, REMOVED, THINGS, Thing, codings, contents, thing_of
from coding.storage.things import defaults, from_row, is_uid, to_row

__all__ = [
    "Refs",
    "add_codings",
    "chunks",
    "coding_row",
    "fetch",
    "named_rows",
    "put_content",
    "put_fields",
    "set_codings",
    "with_uids",
]

CHUNK: Final = 500
_ERASED: Final = sa.select(contents.c.body.is_(None)).where(contents.c.hash == sa.bindparam("wanted"))
_ORIGIN: Final = {name: i for i, name in enumerate(ORIGINS)}
_KEY: Final = ("document", "start", "end", "code", "coder")


def chunks(items: Sequence[Any], size: int = CHUNK) -> Iterator[Sequence[Any]]:
    """Yield slices that fit a statement."""
    for i in range(0, len(items), size):
        yield items[i : i + size]


@lru_cache(maxsize=64)
def _by_uid(table: sa.Table) -> sa.Select[Any]:
    """Return the query for one row; built once, since building it costs more than asking it."""
    return sa.select(table).where(table.c.uid == sa.bindparam("wanted"))


@lru_cache(maxsize=64)
def _insert(table: sa.Table) -> sa.Insert:
    return sa.insert(table)


def fetch(connection: sa.Connection, thing: Thing, uid: Uid) -> tuple[dict[str, Any], bool] | None:
    """Return the JSON fields of a thing and whether it is live; None if there never was one."""
    row = connection.execute(_by_uid(thing.table), {"wanted": uid}).mappings().first()
    return None if row is None else (from_row(thing, dict(row)), bool(row["live"]))


def put_fields(connection: sa.Connection, thing: Thing, uid: Uid, fields: Mapping[str, Any], *, new: bool) -> None:
    """Write fields of a thing; `live` may be among them."""
    plain = {k: v for k, v in fields.items() if k != "live"}
    if new:
        row = to_row(thing, {**defaults(thing), **plain})
        connection.execute(_insert(thing.table), {"uid": uid, "live": int(fields.get("live", True)), **row})
        return
    row = to_row(thing, plain)
    if "live" in fields:
        row["live"] = int(fields["live"])
    connection.execute(sa.update(thing.table).where(thing.table.c.uid == uid).values(**row))


def put_content(connection: sa.Connection, key: str, kind: str, body: str) -> None:
    """Keep a text under its hash; one that was erased comes back when it is stored again."""
    there = connection.execute(_ERASED, {"wanted": key}).scalar()
    if there is None:
        connection.execute(_insert(contents), {"hash": key, "kind": kind, "body": body})
    elif there:
        connection.execute(sa.update(contents).where(contents.c.hash == key).values(body=body))


class Refs:
    """Between uids and the local numbers by which codings refer to things; asks only for what it lacks."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._ids: dict[str, dict[Uid, int]] = {"document": {}, "code": {}, "coder": {}, "round": {}}

    def learn(self, kind: str, ids: Mapping[Uid, int]) -> None:
        """Remember local numbers that were read on the way."""
        self._ids[kind].update(ids)

    def ids(self, kind: str, uids: Iterable[Uid]) -> dict[Uid, int]:
        """Return uid to local number; uids that nothing bears are left out."""
        known = self._ids[kind]
        table = THINGS[kind].table
        missing = [uid for uid in dict.fromkeys(uids) if uid not in known]
        for part in chunks(missing):
            rows = self._connection.execute(sa.select(table.c.uid, table.c.id).where(table.c.uid.in_(part)))
            known.update({row.uid: row.id for row in rows})
        return known


@lru_cache
def _named_query() -> sa.CompoundSelect[Any]:
    """Return the question what of some documents, codes and coders is there: one question, for it is asked at every key."""
    parts = []
    for kind in ("document", "code", "coder"):
        c = THINGS[kind].table.c
        text = [c.length, c.sha256, c.version] if kind == "document" else [_NO_NUMBER, _NO_TEXT, _NO_NUMBER]
        columns = [sa.literal_column(f"'{kind}'").label("kind"), c.id, c.uid, c.live, c.name, *text]
        parts.append(sa.select(*columns).where(c.uid.in_(sa.bindparam(kind, expanding=True))))
    return sa.union_all(*parts)


_NO_NUMBER: Final = sa.cast(sa.null(), BIG)
_NO_TEXT: Final = sa.cast(sa.null(), sa.Text)


def named_rows(connection: sa.Connection, asked: Mapping[str, Sequence[Uid]]) -> dict[Uid, Mapping[str, Any]]:
    """Return what of some documents, codes and coders is there, live or not, by uid."""
    found: dict[Uid, Mapping[str, Any]] = {}
    for at in range(0, max(len(uids) for uids in asked.values()), CHUNK):
        part = {kind: [u for u in uids[at : at + CHUNK] if is_uid(u)] for kind, uids in asked.items()}
        found.update({row["uid"]: row for row in connection.execute(_named_query(), part).mappings()})
    return found


def coding_row(coding: Coding, ids: Mapping[str, Mapping[Uid, int]], state: int = LIVE) -> dict[str, Any]:
    """Return the columns of a coding.

    Args:
        coding: its references must exist.
        ids: for document, code, coder and round: uid to local number.
        state: of `coding.storage.schema`.
    """
    return {
        "uid": coding.uid,
        "document": ids["document"][coding.document],
        "code": ids["code"][coding.code],
        "coder": ids["coder"][coding.coder],
        "start": coding.start,
        "end": coding.end,
        "origin": _ORIGIN[coding.origin],
        "code_version": coding.code_version,
        "document_version": coding.document_version,
        "round": ids["round"][coding.round] if coding.round else None,
        "created": coding.created,
        "replaces": coding.replaces,
        "confidence": coding.confidence or None,
        "quotable": coding.quotable or None,
        "state": state,
    }


def add_codings(
    connection: sa.Connection, rows: Sequence[Coding], refs: Refs, states: Sequence[int] | None = None
) -> None:
    """Insert codings that are not there; none of the live ones may equal another."""
    ids = {kind: refs.ids(kind, (getattr(c, kind) for c in rows)) for kind in ("document", "code", "coder")}
    ids["round"] = refs.ids("round", (c.round for c in rows if c.round))
    made = [coding_row(c, ids, s) for c, s in zip(rows, states or [LIVE] * len(rows), strict=True)]
    if connection.dialect.name == "sqlite" and len(made) > 50:
        connection.connection.cursor().executemany(_INSERT, [_raw(row) for row in made])
        return
    for part in chunks(made, 5_000):
        connection.execute(sa.insert(codings), part)


_COLUMNS: Final = tuple(c.name for c in codings.c)
_INSERT: Final = (
    "INSERT INTO codings (" + ", ".join('"' + name + '"' for name in _COLUMNS) + ")"  # noqa: S608 (names of our own columns)
    " VALUES (" + ", ".join("?" * len(_COLUMNS)) + ")"
)


def _raw(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return a row as SQLite's driver takes it, past SQLAlchemy, which costs more than the writing itself."""
    values = {**row, "uid": bytes.fromhex(row["uid"].replace("-", ""))}
    if row["replaces"]:
        values["replaces"] = bytes.fromhex(row["replaces"].replace("-", ""))
    return tuple(values[name] for name in _COLUMNS)


def with_uids(uids: Sequence[Uid]) -> sa.ColumnElement[bool]:
    """Return the condition that a coding is one of these."""
    return codings.c.uid.in_(uids)


def set_codings(connection: sa.Connection, uids: Sequence[Uid], *, live: bool) -> None:
    """Take codings away or bring them back, and let one of identical codings stand for the others."""
    for part in chunks(uids):
        state = ALIAS if live else REMOVED
        connection.execute(sa.update(codings).where(with_uids(part)).values(state=state))
    for part in chunks(uids):
        groups = _rivals(connection, part)
        if live:
            lone = [uid for uid in part if uid not in groups]
            if lone:
                connection.execute(sa.update(codings).where(with_uids(lone)).values(state=LIVE))
        for uid, others in groups.items():
            _elect(connection, [*others, uid] if live else others)


def _rivals(connection: sa.Connection, uids: Sequence[Uid]) -> dict[Uid, list[Uid]]:
    """Return for each coding the identical ones that its coder has not removed."""
    a, b = codings.alias("a"), codings.alias("b")
    out: dict[Uid, list[Uid]] = {}
    for state in (LIVE, ALIAS):
        same = sa.and_(
            *(a.c[k] == b.c[k] for k in _KEY), a.c.uid != b.c.uid, b.c.state == sa.literal_column(str(state))
        )
        for row in connection.execute(
            sa.select(a.c.uid, b.c.uid).select_from(a.join(b, same)).where(a.c.uid.in_(uids))
        ):
            out.setdefault(row[0], []).append(row[1])
    return out


def _elect(connection: sa.Connection, members: Sequence[Uid]) -> None:
    first = min(members)
    connection.execute(sa.update(codings).where(with_uids(members)).values(state=ALIAS))
    connection.execute(sa.update(codings).where(codings.c.uid == first).values(state=LIVE))


CODER, DOCUMENT = thing_of(Coder), thing_of(Document)
