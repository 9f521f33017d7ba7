"""Merging: the union of two journals, played anew. The source is never written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from coding.errors import InvalidValue, ProjectDamaged
from coding.model import ORIGINS, Coding, Uid, counted, fold_name
from coding.storage import erasing
from coding.storage import fold as folding
from coding.storage.checking import check
from coding.storage.fold import Conflict, State
from coding.storage.fold_codings import CodingState
from coding.storage.journal import event_row, read_events
from coding.storage.rows import Refs, add_codings, chunks, put_fields
from coding.storage.schema import (
    ALIAS,
    LIVE,
    THINGS,
    anchors,
    code_versions,
    codings,
    conflicts,
    contents,
    journal,
)

if TYPE_CHECKING:
    from coding.storage.store import Store

__all__ = ["MergeReport", "merge"]


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What a merge brought, or would bring."""

    source: str
    dry_run: bool
    events: int = 0
    codings_added: int = 0
    codings_removed: int = 0
    changed: dict[str, int] = field(default_factory=dict)
    """Kind of thing to how many are new or different."""
    conflicts: tuple[Conflict, ...] = ()
    same_names: tuple[tuple[str, str, Uid, Uid], ...] = ()
    """(kind, name, uid here, uid there): different things of one name, which a person may unite."""

    def as_json(self) -> dict[str, Any]:
        """Return the report for machines."""
        return {
            "source": self.source, "dry_run": self.dry_run, "events": self.events, "codings_added": self.codings_added,
            "codings_removed": self.codings_removed, "changed": self.changed,
            "conflicts": [{"kind": c.kind, "uid": c.thing, "field": c.field, "kept": c.kept, "other": c.other} for c in self.conflicts],
            "same_names": [{"kind": k, "name": n, "here": a, "there": b} for k, n, a, b in self.same_names],
        }  # fmt: skip

    def __repr__(self) -> str:
        if not self.events:
            return f"{self.source}: nothing new."
        would = "would bring" if self.dry_run else "brought"
        parts = [counted(self.codings_added, "coding")]
        parts += [counted(self.codings_removed, "removal")] if self.codings_removed else []
        named = {kind: n for kind, n in self.changed.items() if kind != "project"}
        parts += [counted(n, kind.replace("_", " ")) for kind, n in named.items()]
        parts += ["settings of the project"] if "project" in self.changed else []
        lines = [f"{self.source} {would} {', '.join(parts)}."]
        lines += [
            f"  conflict: {c.field} of {c.kind} {c.thing}: kept {c.kept}, other {c.other}" for c in self.conflicts
        ]
        lines += [
            f"  two {k}s are called “{n}”; merge them by hand if they mean the same" for k, n, _, _ in self.same_names
        ]
        return "\n".join(lines)


class _Undo(Exception):
    """Leaves a dry run's transaction."""


def merge(target: Store, source: Store, *, dry_run: bool = False, damaged: bool = False) -> MergeReport:
    """Take into a project all that another holds; see `Store.merge`.

    Args:
        target: what grows.
        source: never written.
        dry_run: only say what would change.
        damaged: take in also what fails its checks; the journal alone then says what the project holds.
    """
    if target.path is not None and source.path is not None and target.path.resolve() == source.path.resolve():
        raise InvalidValue("A project cannot be merged with itself.")
    broken = check(source) if source.path is not None and not damaged else None
    if broken is not None and not broken.ok:
        raise ProjectDamaged(
            f"{source.database.name} fails its own checks and was not merged. {broken.findings[0].what}."
        )
    report: list[MergeReport] = []
    try:
        with target.database.writing() as into, source.database.reading() as from_:
            target._settle_home(into)
            report.append(_merge(target, into, from_, source.database.name, dry_run=dry_run))
            if dry_run:
                raise _Undo
    except _Undo:
        pass
    target._cache.clear()
    return report[0]


def _merge(target: Store, into: sa.Connection, from_: sa.Connection, name: str, *, dry_run: bool) -> MergeReport:
    name = Path(name).name
    fresh = _new_events(into, from_)
    if not fresh:
        return MergeReport(name, dry_run)
    before = folding.read_state(into)
    _copy_contents(into, from_)
    seen: dict[Uid, int] = {}
    news = False
    for part in chunks(fresh, 200):
        events = list(read_events(from_, where=journal.c.uid.in_(part)))
        into.execute(sa.insert(journal), [event_row(e) for e in events])
        for event in events:
            news = news or any(op["o"] != "seen" for op in event.ops)
            seen[event.replica] = max(seen.get(event.replica, 0), event.lamport)
    top = max(into.execute(sa.select(sa.func.max(journal.c.lamport))).scalar() or 0, 0)
    target.database.clock.reach(into, top)
    if not news:  # only what the other side has seen: nothing to write down in turn
        return MergeReport(name, dry_run)
    _write_down(target, into, name, seen)
    erasing.redact(into)
    after = folding.fold(into)
    write_state(into, before, after)
    return _report(name, before, after, len(fresh), dry_run=dry_run)


def _write_down(target: Store, into: sa.Connection, name: str, seen: dict[Uid, int]) -> None:
    """Note in the journal what this copy knows from here on."""
    coder, coders = target.coder, THINGS["coder"].table
    known = coder is not None and into.execute(sa.select(coders.c.id).where(coders.c.uid == coder.uid)).first()
    uid = coder.uid if coder and known else None
    with target._step(into, "merge", reason=name, undoable=False, coder=uid) as change:
        change.ops.append({"o": "seen", "r": seen})


def _new_events(into: sa.Connection, from_: sa.Connection) -> list[Uid]:
    mine = set(into.execute(sa.select(journal.c.uid)).scalars())
    return [uid for uid in from_.execute(sa.select(journal.c.uid)).scalars() if uid not in mine]


def _copy_contents(into: sa.Connection, from_: sa.Connection) -> None:
    """Bring the texts that are lacking; what was erased here stays erased."""
    mine = set(into.execute(sa.select(contents.c.hash)).scalars())
    lacking = [key for key in from_.execute(sa.select(contents.c.hash)).scalars() if key not in mine]
    for part in chunks(lacking, 100):
        rows = from_.execute(sa.select(contents).where(contents.c.hash.in_(part))).mappings().all()
        into.execute(sa.insert(contents), [dict(row) for row in rows])


def write_state(connection: sa.Connection, before: State, after: State) -> None:
    """Make the tables hold a state, touching only the rows that differ."""
    order = list(THINGS)
    for key in sorted(after.things, key=lambda k: (order.index(k[0]), k[1])):
        fields, known = after.things[key], before.things.get(key)
        if known is None:
            put_fields(connection, THINGS[key[0]], key[1], fields, new=True)
        elif known != fields:
            changed = {name: value for name, value in fields.items() if known[name] != value}
            put_fields(connection, THINGS[key[0]], key[1], changed, new=False)
    _write_codings(connection, before.codings, after.codings)
    _write_anchors(connection, before.codings, after.codings)
    fresh = [(k, v) for k, v in after.versions.items() if k not in before.versions]
    columns = ("version", "kind", "changed", "coder", "at", "reason")
    for part in chunks(fresh):
        rows = [{"event": k[0], "code": k[1], **dict(zip(columns, v, strict=True))} for k, v in part]
        connection.execute(sa.insert(code_versions), rows)
    connection.execute(sa.delete(conflicts))
    rows = [{name: getattr(c, name) for name in Conflict.__dataclass_fields__} for c in after.conflicts]
    if rows:
        connection.execute(sa.insert(conflicts), rows)


def _coding(state: CodingState, i: int) -> Coding:
    v = state.value
    return Coding(
        uid=state.uid(i), document=v("document", i), code=v("code", i), coder=v("coder", i), start=v("start", i), end=v("end", i),
        origin=ORIGINS[v("origin", i)], code_version=v("code_version", i), document_version=v("document_version", i),
        round=v("round", i), created=v("created", i), replaces=v("replaces", i), confidence=v("confidence", i) or "",
        quotable=v("quotable", i) or "",
    )  # fmt: skip


def _write_codings(connection: sa.Connection, before: CodingState, after: CodingState) -> None:
    position, equal = after.match(before)
    changed = np.flatnonzero(~equal & (position >= 0)).tolist()
    statement = sa.update(codings).where(codings.c.uid == sa.bindparam("b_uid"))
    if changed:  # first out of the way of the uniqueness of live passages, then to their places
        connection.execute(statement.values(state=ALIAS), [{"b_uid": after.uid(i)} for i in changed])
    refs = Refs(connection)
    for part in chunks(np.flatnonzero(position < 0).tolist(), 20_000):
        add_codings(connection, [_coding(after, i) for i in part], refs, [int(after.columns["state"][i]) for i in part])
    if changed:
        names = ("start", "end", "document_version", "state")
        rows = [{"b_uid": after.uid(i), **{f"b_{n}": int(after.columns[n][i]) for n in names}} for i in changed]
        connection.execute(statement.values({n: sa.bindparam(f"b_{n}") for n in names}), rows)


def _write_anchors(connection: sa.Connection, before: CodingState, after: CodingState) -> None:
    if before.anchors == after.anchors:
        return
    gone = [uid for uid, a in before.anchors.items() if after.anchors.get(uid) != a]
    for part in chunks(gone):
        connection.execute(sa.delete(anchors).where(anchors.c.coding.in_(part)))
    rows = [
        {"coding": uid, "sha256": a[0], "start": a[1], "end": a[2], "unclear": a[3]}
        for uid, a in after.anchors.items()
        if before.anchors.get(uid) != a
    ]
    if rows:
        connection.execute(sa.insert(anchors), rows)


def _report(name: str, before: State, after: State, events: int, *, dry_run: bool) -> MergeReport:
    changed: dict[str, int] = {}
    for key, fields in after.things.items():
        if before.things.get(key) != fields:
            changed[key[0]] = changed.get(key[0], 0) + 1
    position, _ = after.codings.match(before.codings)
    live = after.codings.columns["state"] == LIVE
    was = np.zeros(len(after.codings), dtype=bool)
    known = position >= 0
    was[known] = before.codings.columns["state"][position[known]] == LIVE
    return MergeReport(
        name, dry_run, events, int((live & ~was).sum()), int((was & ~live).sum()), changed,
        tuple(sorted(after.conflicts - before.conflicts, key=repr)), _same_names(before, after),
    )  # fmt: skip


def _same_names(before: State, after: State) -> tuple[tuple[str, str, Uid, Uid], ...]:
    """Return new things that are called like one that was here, codes with all they lie under; nobody unites them silently."""
    out = []
    for kind in ("code", "coder", "document", "case"):
        mine = {
            _name(before, kind, uid): uid for (k, uid), fields in before.things.items() if k == kind and fields["live"]
        }
        for (k, uid), fields in after.things.items():
            if k == kind and fields["live"] and (k, uid) not in before.things:
                here = mine.get(_name(after, kind, uid))
                if here is not None:
                    out.append((kind, str(fields["name"]), here, uid))
    return tuple(sorted(out))


def _name(state: State, kind: str, uid: Uid) -> tuple[str, ...]:
    """Return the folded name of a thing, of a code its whole path."""
    out: list[str] = []
    at: Uid | None = uid
    while at is not None and (kind, at) in state.things and len(out) < 1_000:  # a circle of parents ends too
        fields = state.things[kind, at]
        out.append(fold_name(fields["name"]))
        at = fields["parent"] if kind == "code" else None
    return tuple(out)
