"""Erasing a participant: words leave the contents, the journal and the index; uids, offsets and hashes stay.

The event that erases names things and hashes. Whoever merges it does the same to their copy, so words
cannot come back. An event from which words were taken keeps the hash of what it said, which keeps the chain
whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from coding.errors import NotFound
from coding.model import Coding, Outline, Speaker, Uid, counted, new_uid
from coding.storage import fold as folding
from coding.storage import search_index
from coding.storage.journal import pack_uids, read_events
from coding.storage.rows import chunks
from coding.storage.schema import REMOVED, THINGS, Thing, codings, contents, journal
from coding.storage.things import defaults, dumps

if TYPE_CHECKING:
    from coding.storage.store import Store

__all__ = ["EraseReport", "erase", "redact", "redact_text"]


@dataclass(frozen=True, slots=True)
class EraseReport:
    """What was erased and what a person must still see to."""

    documents: int
    cases: int
    memos: int
    codings: int
    remains: tuple[str, ...]

    def __repr__(self) -> str:
        texts, people = counted(self.documents, "document"), counted(self.cases, "case")
        done = f"Erased {texts}, {people}, {counted(self.memos, 'memo')}, {counted(self.codings, 'coding')}."
        return "\n".join([done, "What remains:", *(f"  {line}" for line in self.remains)])


def erase(store: Store, documents: tuple[Uid, ...], cases: tuple[Uid, ...]) -> EraseReport:
    """Take words out for good; see `Store.erase`."""
    from coding.storage.merging import write_state

    with store.database.writing() as connection:
        state = folding.read_state(connection)
        for kind, uids in (("document", documents), ("case", cases)):
            for uid in uids:
                if (kind, uid) not in state.things:
                    raise NotFound(f"There is no {kind} with the uid {uid} in this project.")
        gone = _codings_of(connection, documents)
        things, keys = _what_goes(state.things, documents, cases, set(gone))
        coder = store.coder
        known = coder is not None and ("coder", coder.uid) in state.things
        store._settle_home(connection)
        with store._step(connection, "erase", undoable=False, coder=coder.uid if coder and known else None) as change:
            if gone:
                change.ops.append({"o": "drop", "u": pack_uids(gone)})
            for kind, uid in sorted(things):
                if state.things[kind, uid]["live"]:
                    change.ops.append({"o": "put", "k": kind, "u": uid, "f": {"live": False}, "b": {"live": True}})
            change.ops.append({"o": "erase", "things": sorted(uid for _, uid in things), "keys": sorted(keys)})
        redact(connection)
        write_state(connection, state, folding.fold(connection))
        remains = _remains(store, folding.read_state(connection).things, cases)
    store._cache.clear()
    search_index.drop(store.database)
    memos = sum(kind == "memo" for kind, _ in things)
    return EraseReport(len(documents), len(cases), memos, len(gone), remains)


def redact_text(
    store: Store, document: Uid, text: str, outline: Outline, labels: Mapping[str, str], reason: str
) -> tuple[Coding, ...]:
    """Blot words out of a document and erase what it said before; see `Store.redact_text`."""
    from coding.storage.merging import write_state

    with store.database.writing() as connection:
        store._settle_home(connection)
        coder = store._joined or store._join(connection)
        speakers = [s for s in store.all(Speaker) if s.document == document and s.label in labels]
        former = _texts_of(connection, document)
        with store._step(connection, "redact text", reason=reason, undoable=False, coder=coder) as change:
            unclear = change.revise_document(document, text, outline, reason=reason, same_places=True)
            for speaker in speakers:
                change.remove(Speaker, speaker.uid)
                change.put(replace(speaker, label=labels[speaker.label], uid=new_uid()))
            keys = former - _texts_in_use(connection)
            change.ops.append({"o": "erase", "things": sorted(s.uid for s in speakers), "keys": sorted(keys)})
        blot(connection, keys)
        if speakers:  # their labels stand in the journal too
            state = folding.read_state(connection)
            redact(connection)
            write_state(connection, state, folding.fold(connection))
    store._joined = coder
    store._cache.clear()
    search_index.drop(store.database)
    return unclear


def _texts_of(connection: sa.Connection, document: Uid) -> set[str]:
    """Return the hashes of every text and outline that a document has or had."""
    own, versions = THINGS["document"].table.c, THINGS["version"].table.c
    now = connection.execute(sa.select(own.sha256, own.outline).where(own.uid == document))
    before = connection.execute(sa.select(versions.sha256, versions.based_on).where(versions.document == document))
    return {key for row in (*now, *before) for key in row if key}


def _texts_in_use(connection: sa.Connection) -> set[str]:
    own = THINGS["document"].table.c
    return {key for row in connection.execute(sa.select(own.sha256, own.outline)) for key in row}


def blot(connection: sa.Connection, keys: Iterable[str]) -> None:
    """Empty the contents that are kept under these hashes."""
    for part in chunks(sorted(keys)):
        connection.execute(sa.update(contents).where(contents.c.hash.in_(part)).values(body=None))


def _codings_of(connection: sa.Connection, documents: tuple[Uid, ...]) -> list[Uid]:
    table = THINGS["document"].table
    numbers = sa.select(table.c.id).where(table.c.uid.in_(documents))
    return list(
        connection.execute(
            sa.select(codings.c.uid).where(codings.c.document.in_(numbers), codings.c.state != REMOVED)
        ).scalars()
    )


def _what_goes(
    things: Mapping[tuple[str, Uid], Mapping[str, Any]],
    documents: tuple[Uid, ...],
    cases: tuple[Uid, ...],
    gone: set[Uid],
) -> tuple[set[tuple[str, Uid]], set[str]]:
    """Return the things whose words go, and the hashes of the contents that go."""
    owners = {*documents, *cases}
    out = {("document", d) for d in documents} | {("case", c) for c in cases}
    keys: set[str] = set()
    for (kind, uid), f in things.items():
        about = kind == "memo" and (owners | gone) & set(f["about"])
        part = kind in {"speaker", "version", "suggestion", "decision", "case_link"} and f["document"] in documents
        if about or part or (kind == "value" and f["owner"] in owners) or (kind == "case_link" and f["case"] in cases):
            out.add((kind, uid))
    for kind, uid in out:
        f = things[kind, uid]
        keys |= {f[name] for name in ("sha256", "outline", "based_on", "body") if f.get(name)}
    kept = {f["sha256"] for (kind, uid), f in things.items() if kind == "document" and (kind, uid) not in out}
    return out, keys - kept


def _remains(
    store: Store, things: Mapping[tuple[str, Uid], Mapping[str, Any]], cases: tuple[Uid, ...]
) -> tuple[str, ...]:
    out = []
    linked = {
        f["document"] for (kind, _), f in things.items() if kind in {"case_link", "speaker"} and f["case"] in cases
    }
    names = sorted(f["name"] for (kind, uid), f in things.items() if kind == "document" and uid in linked and f["live"])
    if names:
        out.append(
            f"documents of the case that still hold their words: {', '.join(names)}; erase them too if they should go"
        )
    out += elsewhere(store)
    out.append("names of codes taken from the words of the text, and quotations that someone typed into other memos")
    return tuple(out)


def elsewhere(store: Store) -> list[str]:
    """Name the places outside the project that no erasing reaches."""
    from coding.storage.backup import backup_folder

    out = []
    if store.path is not None:
        backups = sorted(p.name for p in backup_folder(store.path).glob("*.coding"))
        if backups:
            out.append(f"{len(backups)} backups in {backup_folder(store.path).name}: {', '.join(backups)}")
    out.append("exports, reports and notebooks that were made before")
    out.append("copies of the project that others hold, until they merge this one")
    return out


def redact(connection: sa.Connection) -> None:
    """Do to contents and journal what its events of erasing say; doing it again changes nothing."""
    things: set[Uid] = set()
    keys: set[str] = set()
    marked = journal.c.payload.contains('"o":"erase"')
    for event in read_events(connection, scope="things", where=marked):
        for op in event.ops:
            if op["o"] == "erase":
                things.update(op["things"])
                keys.update(op["keys"])
    blot(connection, keys)
    if not things:
        return
    for event in list(read_events(connection, scope="things")):
        ops = event.ops
        blanked = [_blank(op) for op in ops if op["o"] == "put" and op["u"] in things]
        if not any(blanked):
            continue
        original = event.redacted or hashlib.sha256(event.payload.encode()).hexdigest()
        values = {"payload": dumps(ops), "redacted": original}
        connection.execute(sa.update(journal).where(journal.c.uid == event.uid).values(**values))


def _blank(op: dict[str, Any]) -> bool:
    """Take the words out of an operation in place; say whether there were any."""
    thing = THINGS[op["k"]]
    before = json.dumps(op)
    for values in (op["f"], op["b"]):
        for name in values:
            if _holds_words(thing, name):
                values[name] = "erased" if name in {"name", "label"} else _empty(thing, name)
    return json.dumps(op) != before


def _holds_words(thing: Thing, name: str) -> bool:
    if name == "live" or name in {"sha256", "based_on", "outline", "blocks", "about", "codings", "result"}:
        return False
    column = thing.columns[name]
    return column.kind in {"text", "json"} and not column.choices


def _empty(thing: Thing, name: str) -> Any:
    value = defaults(thing)[name]
    return "" if value is None and not thing.columns[name].nullable else value
