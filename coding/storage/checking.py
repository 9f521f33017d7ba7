"""`check`: everything that must hold in a project, and what does not, with the remedy."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from coding.errors import ProjectDamaged
from coding.model import Uid, counted
from coding.storage.database import integrity
from coding.storage.fold import compare, fold, read_state
from coding.storage.journal import GENESIS, chain_hash, read_events
from coding.storage.schema import LIVE, REMOVED, THINGS, codings, contents

if TYPE_CHECKING:
    from coding.storage.store import Store

__all__ = ["CheckReport", "Finding", "check"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    check: str
    what: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `Store.check` found; `ok` where nothing is wrong."""

    findings: tuple[Finding, ...]
    checked: tuple[str, ...]
    counts: dict[str, int]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def as_json(self) -> dict[str, Any]:
        """Return the report for machines."""
        findings = [{"check": f.check, "what": f.what} for f in self.findings]
        return {"ok": self.ok, "findings": findings, "checked": list(self.checked), "counts": self.counts}

    def __repr__(self) -> str:
        held = ", ".join(counted(n, what) for what, n in self.counts.items())
        if self.ok:
            return f"Nothing is wrong: {held}. Checked: {', '.join(self.checked)}."
        lines = [f"{f.check}: {f.what}" for f in self.findings]
        advice = (
            "Nothing was changed. Keep the file as it is, and try a copy made anew from its journal: "
            "coding check PROJECT --repair-to COPY. Or restore the latest backup, and merge what is newer."
        )
        head = f"{counted(len(lines), 'thing')} wrong" + (f" ({held}):" if held else ":")
        return "\n".join([head, *lines, advice])


_CHECKS = {
    "file": "the file as such",
    "references": "references",
    "texts": "texts and their hashes",
    "spans": "passages within their texts",
    "tree": "the tree of codes",
    "owners": "codings without document, code or coder",
    "chain": "the chain of the journal",
    "journal": "tables against the journal",
}


def check(store: Store) -> CheckReport:
    """Look for anything broken; nothing is changed.

    Of a file that is damaged as such only that is said: what its tables answer then cannot be relied on.
    """
    with store.database.reading() as connection:
        findings = [Finding(_CHECKS["file"], what) for what in _file(connection)]
        if findings:
            return CheckReport(tuple(findings), (_CHECKS["file"],), {})
        for name, found in (
            ("references", _references(connection)),
            ("texts", _texts(connection)),
            ("spans", _spans(connection)),
            ("tree", _tree(connection)),
            ("owners", _owners(connection)),
            ("chain", _chain(connection)),
            ("journal", _journal(connection)),
        ):
            findings += [Finding(_CHECKS[name], what) for what in found]
        counts = {
            "codings": int(connection.execute(sa.select(sa.func.count()).where(codings.c.state == LIVE)).scalar() or 0)
        }
        for kind in ("document", "code", "coder"):
            table = THINGS[kind].table
            counts[f"{kind}s"] = int(
                connection.execute(sa.select(sa.func.count()).where(table.c.live == 1)).scalar() or 0
            )
    return CheckReport(tuple(findings), tuple(_CHECKS.values()), counts)


def _file(connection: sa.Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        yield from integrity(connection)


def _references(connection: sa.Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(20):
            yield f"a row of {row[0]} refers to a row of {row[2]} that is not there"


def _texts(connection: sa.Connection) -> Iterator[str]:
    """Every text that is there has the hash under which it lies."""
    there = set()
    for row in connection.execute(sa.select(contents), execution_options={"yield_per": 50}):
        there.add(row.hash)
        if row.body is not None and row.kind != "memo" and hashlib.sha256(row.body.encode()).hexdigest() != row.hash:
            yield f"a {row.kind} does not have the hash {row.hash[:12]}… under which it lies"
    documents = THINGS["document"].table
    for row in connection.execute(sa.select(documents.c.name, documents.c.sha256)):
        if row.sha256 not in there:
            yield f"the text of “{row.name}” is missing"
    memos = THINGS["memo"].table
    query = sa.select(memos.c.uid, memos.c.body, contents.c.body.label("text")).join(
        contents, contents.c.hash == memos.c.body
    )
    for memo in connection.execute(query):
        if memo.text is not None and hashlib.sha256(f"{memo.uid}\n{memo.text}".encode()).hexdigest() != memo.body:
            yield f"the memo {memo.uid} does not have its hash"


def _spans(connection: sa.Connection) -> Iterator[str]:
    documents = THINGS["document"].table
    query = (
        sa.select(codings.c.uid, documents.c.name)
        .join(documents, documents.c.id == codings.c.document)
        .where(codings.c.state != REMOVED, codings.c.end > documents.c.length)
        .limit(20)
    )
    for row in connection.execute(query):
        yield f"the coding {row.uid} ends after the text of “{row.name}”"
    texts = sa.select(documents.c.name, documents.c.length, contents.c.body).join(
        contents, contents.c.hash == documents.c.sha256
    )
    for text in connection.execute(texts, execution_options={"yield_per": 50}):
        if text.body is not None and len(text.body) != text.length:
            yield f"“{text.name}” has {len(text.body)} characters, not {text.length}"


def _tree(connection: sa.Connection) -> Iterator[str]:
    table = THINGS["code"].table
    above: dict[Uid, Uid | None] = {r.uid: r.parent for r in connection.execute(sa.select(table.c.uid, table.c.parent))}
    for uid in above:
        seen: set[Uid] = set()
        at: Uid | None = uid
        while at is not None and at not in seen:
            seen.add(at)
            at = above.get(at)
        if at == uid:
            yield f"the code {uid} stands below itself"


def _owners(connection: sa.Connection) -> Iterator[str]:
    for kind in ("document", "code", "coder"):
        table = THINGS[kind].table
        query = (
            sa.select(codings.c.uid, table.c.name)
            .join(table, table.c.id == codings.c[kind])
            .where(codings.c.state != REMOVED, table.c.live == 0)
            .limit(20)
        )
        for row in connection.execute(query):
            yield f"the coding {row.uid} belongs to the removed {kind} “{row.name}”"


def _journal(connection: sa.Connection) -> Iterator[str]:
    """The tables are what the journal makes of them, where it can be read."""
    try:
        yield from compare(fold(connection), read_state(connection))
    except ProjectDamaged as damage:
        yield str(damage)


FORK_REACH: Final = 10_000
"""So many events back a restored backup may have gone on from."""


def _chain(connection: sa.Connection) -> Iterator[str]:
    """Every event follows one of its replica; a restored backup may make a chain fork, which is no fault."""
    known: dict[Uid, deque[bytes]] = {}
    last: dict[tuple[Uid, Uid | None], bytes] = {}
    for event in read_events(connection):
        past = known.setdefault(event.replica, deque([GENESIS], maxlen=FORK_REACH))
        likely = (last.get((event.replica, event.coder), GENESIS), past[-1])  # on a server each coder has a chain
        if not any(chain_hash(tip, event) == event.hash for tip in chain(likely, past)):
            yield f"the event {event.uid} ({event.action}) was altered, or one before it is missing"
        past.append(event.hash)
        last[event.replica, event.coder] = event.hash
