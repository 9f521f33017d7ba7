"""A coder's own copy of a project file, in which others' work of open blind rounds is not there at all.

The journal keeps the place of every event, so that its chain still proves that nothing was altered; what
is withheld is taken out of the payload, as erasing does. Merging such a copy back never touches the originals,
since events are known by their uid. What remains visible is that something was saved, and when.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from coding.errors import ProjectError
from coding.model import Uid
from coding.storage.fold import fold, read_state
from coding.storage.journal import pack_uids, read_events, unpack_codings, unpack_uids
from coding.storage.merging import write_state
from coding.storage.schema import THINGS, anchors, codings, contents, journal
from coding.storage.things import dumps

if TYPE_CHECKING:
    from coding.storage.store import Store

__all__ = ["hand_out"]

_OF_DOCUMENTS: Final = frozenset({"decision", "suggestion"})
_PRIVATE: Final = frozenset({"memo", *_OF_DOCUMENTS})


def hand_out(store: Store, target: str | Path, coder: Uid, blind: Iterable[Uid]) -> Path:
    """Write a coder's own copy of a project.

    Args:
        store: a project file.
        target: path of the copy; an existing file is never touched.
        coder: uid of whose copy it is.
        blind: documents of open blind rounds; others' codings of these and others' memos are left out.

    Raises:
        ProjectError: the project is on a server, where a login of her own does the same.
    """
    from coding.storage.store import Store as Opened

    if store.path is None:
        raise ProjectError("On a server each coder has a login of her own, and no file is needed; see docs/team.")
    path = store.copy_to(target)
    hidden = frozenset(blind)
    if not hidden:
        return path
    try:
        with Opened.open(path) as copy:
            with copy.database.writing() as connection:
                _withhold(connection, coder, hidden)
            report = copy.check()
            if not report.ok:
                raise ProjectError(f"The copy fails its checks and was not kept. {report.findings[0].what}.")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _withhold(connection: sa.Connection, coder: Uid, blind: frozenset[Uid]) -> None:
    lost = _codings_of_others(connection, coder, blind)
    for event in list(read_events(connection)):
        if event.coder == coder:
            continue
        kept = [op for op in (_without(op, lost, blind) for op in event.ops) if op is not None]
        payload = dumps(kept)
        if payload != event.payload:
            whole = event.redacted or hashlib.sha256(event.payload.encode()).hexdigest()
            change = sa.update(journal).where(journal.c.uid == event.uid)
            connection.execute(change.values(payload=payload, redacted=whole))
    _remove_rows(connection, lost)
    _forget_index(connection)


def _codings_of_others(connection: sa.Connection, coder: Uid, blind: frozenset[Uid]) -> frozenset[Uid]:
    """Return every coding that ever was by others in the blind documents, removed ones included."""
    documents, coders = THINGS["document"].table, THINGS["coder"].table
    query = (
        sa.select(codings.c.uid)
        .join(documents, documents.c.id == codings.c.document)
        .join(coders, coders.c.id == codings.c.coder)
        .where(documents.c.uid.in_(blind), coders.c.uid != coder)
    )
    return frozenset(connection.execute(query).scalars())


def _without(op: Mapping[str, Any], lost: frozenset[Uid], blind: frozenset[Uid]) -> dict[str, Any] | None:
    """Return an operation without what is withheld; None where nothing is left."""
    match op["o"]:
        case "add":
            return _fewer_codings(op, lost)
        case "drop" | "revive":
            uids = [uid for uid in unpack_uids(op["u"]) if uid not in lost]
            return {**op, "u": pack_uids(uids)} if uids else None
        case "put" if op["k"] in _PRIVATE:
            document = op["f"].get("document")
            return dict(op) if op["k"] in _OF_DOCUMENTS and document is not None and document not in blind else None
    return dict(op)


def _fewer_codings(op: Mapping[str, Any], lost: frozenset[Uid]) -> dict[str, Any] | None:
    columns = unpack_codings(op)
    stay = [i for i, uid in enumerate(columns["uid"]) if uid not in lost]
    if len(stay) == len(columns["uid"]):
        return dict(op)
    if not stay:
        return None
    packed = {name: [v[i] for i in stay] if isinstance(v, list) else v for name, v in op["c"].items()}
    used = {columns[name][i] for name in columns for i in stay if isinstance(columns[name][i], str)}
    names = [name if name in used else None for name in op["names"]]  # positions stay; withheld names do not
    return {**op, "u": pack_uids(columns["uid"][i] for i in stay), "c": packed, "names": names}


def _remove_rows(connection: sa.Connection, lost: frozenset[Uid]) -> None:
    """Take the rows out that no event of the copy speaks of any more; the words of memos with them."""
    uids = sorted(lost)
    for at in range(0, len(uids), 500):
        part = uids[at : at + 500]
        connection.execute(sa.delete(anchors).where(anchors.c.coding.in_(part)))
        connection.execute(sa.delete(codings).where(codings.c.uid.in_(part)))
    after = fold(connection)
    for kind in sorted(_PRIVATE):
        table = THINGS[kind].table
        there = set(connection.execute(sa.select(table.c.uid)).scalars())
        gone = sorted(uid for uid in there if (kind, uid) not in after.things)
        for at in range(0, len(gone), 500):
            connection.execute(sa.delete(table).where(table.c.uid.in_(gone[at : at + 500])))
    memos = THINGS["memo"].table
    connection.execute(
        sa.delete(contents).where(contents.c.kind == "memo", contents.c.hash.not_in(sa.select(memos.c.body)))
    )
    write_state(connection, read_state(connection), after)


def _forget_index(connection: sa.Connection) -> None:
    """Drop the index of words, which holds those of memos; the first search makes it anew."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name LIKE 'search%'"
    tables = [(row[0], str(row[1]).upper().startswith("CREATE VIRTUAL")) for row in connection.exec_driver_sql(query)]
    for name, virtual in sorted(tables, key=lambda t: not t[1]):
        still = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).first()
        if still:
            connection.exec_driver_sql(f'DROP TABLE "{name}"')
        del virtual
