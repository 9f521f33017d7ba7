"""The journal played from its beginning: what the tables must hold, on every replica alike.

Events are taken in the order (lamport, replica, uid). A field belongs to its last writer. Where that alone
would lose work, the work stays and the case is listed as a conflict: what others have built on is not
removed, a move that would put a code below itself is left out, and of a field that was changed on two sides
the value that lost is kept beside the one that stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

from coding.model import Uid
from coding.storage.causality import Knowledge
from coding.storage.fold_codings import Codings, CodingState, read_codings
from coding.storage.journal import Event, read_events, unpack_codings, unpack_uids
from coding.storage.schema import THINGS, code_versions, conflicts
from coding.storage.things import defaults, dumps, from_row
from coding.storage.wordings import wording_version

__all__ = ["Conflict", "State", "compare", "digest", "fold", "read_state"]

_QUIET: Final = frozenset({"version", "modified", "created", "position", "furthest"})
"""Fields whose loss nobody would want to hear about."""
_CARRIERS: Final = frozenset({"code", "document", "coder"})


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that was changed on two sides; values are JSON."""

    kind: str
    thing: Uid
    field: str
    kept: str
    other: str
    kept_by: Uid | None
    other_by: Uid | None


@dataclass(slots=True)
class _Write:
    replica: Uid
    lamport: int
    coder: Uid | None
    value: Any


@dataclass(slots=True)
class State:
    """What a project holds, free of everything local."""

    things: dict[tuple[str, Uid], dict[str, Any]] = field(default_factory=dict)
    """(kind, uid) to JSON fields and `live`."""
    codings: CodingState = field(default_factory=CodingState)
    versions: dict[tuple[Uid, Uid], tuple[Any, ...]] = field(default_factory=dict)
    """(event, code) to (version, kind, changed, coder, at, reason)."""
    conflicts: set[Conflict] = field(default_factory=set)


def fold(connection: sa.Connection) -> State:
    """Return what the journal says that the project holds."""
    return Fold(connection).run()


class Fold:
    """One playing of the journal."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.state = State()
        self._codings = Codings()
        self._knowledge = Knowledge()
        self._writes: dict[tuple[str, Uid], dict[str, list[_Write]]] = {}
        self._removed = self._ever_removed()
        self._users: dict[Uid, set[Uid]] = {uid: set() for uid in self._removed}
        self._carriers: dict[Uid, tuple[Uid, ...]] = {}
        self._kinds: dict[Uid, str] = {}
        self._listed: dict[tuple[tuple[str, Uid], str], set[Conflict]] = {}

    def _ever_removed(self) -> set[Uid]:
        """Return the codes, documents and coders that any event removes: only theirs must be watched."""
        return {
            op["u"]
            for event in read_events(self._connection, scope="things")
            for op in event.ops
            if op["o"] == "put" and op["k"] in _CARRIERS and op["f"].get("live") is False
        }

    def run(self) -> State:
        """Play every event."""
        for order, event in enumerate(read_events(self._connection)):
            self._play(event, order)
        self._list_conflicts()
        self.state.codings = self._codings.finish(self.state.things)
        return self.state

    def _play(self, event: Event, order: int) -> None:
        moves: list[tuple[Uid, Any]] = []
        for op in event.ops:
            match op["o"]:
                case "put":
                    self._put(event, op, moves)
                    version = wording_version(op, event.coder, event.at, event.reason)
                    if version:
                        entry = (
                            version.version,
                            version.kind,
                            dumps(list(version.changed)),
                            event.coder,
                            event.at,
                            event.reason,
                        )
                        self.state.versions[event.uid, op["u"]] = entry
                case "seen":
                    self._knowledge.learn(event.replica, op["r"])
                case "add":
                    self._codings.add(op, order)
                    self._watch_added(op)
                case "drop" | "revive":
                    self._codings.mark(op, order, live=op["o"] == "revive")
                    self._watch_marked(op)
        if moves:
            self._move(event, moves)

    # -- things -----------------------------------------------------------------------------------

    def _put(self, event: Event, op: Mapping[str, Any], moves: list[tuple[Uid, Any]]) -> None:
        key = (op["k"], op["u"])
        thing = self.state.things.get(key)
        if thing is None:
            thing = self.state.things[key] = {**defaults(THINGS[op["k"]]), "live": True}
            self._kinds[op["u"]] = op["k"]
        writes = self._writes.setdefault(key, {})
        changed = dict(op["f"])
        if changed.get("live") is False and self._still_wanted(event, op["u"], writes):
            self._conflict(key, "live", True, None, False, event.coder)
            del changed["live"]
        elif changed and "live" not in changed:
            changed["live"] = True  # who edits a thing wants it
        for name, value in changed.items():
            if name == "parent" and op["k"] == "code" and "new" not in op:
                moves.append((op["u"], value))
                continue
            self._write(event, key, name, value)

    def _write(self, event: Event, key: tuple[str, Uid], name: str, value: Any) -> None:
        writes = self._writes[key]
        self._listed.pop((key, name), None)  # who sets a field again has decided
        beside = [w for w in writes.get(name, ()) if not self._knowledge.knows(event, w.replica, w.lamport)]
        writes[name] = [*beside, _Write(event.replica, event.lamport, event.coder, value)]
        self.state.things[key][name] = value

    def _still_wanted(self, event: Event, uid: Uid, writes: Mapping[str, Iterable[_Write]]) -> bool:
        """Say whether codings stand on a thing, or someone edited it out of the remover's sight."""
        if self._users.get(uid):
            return True
        return any(
            not self._knowledge.knows(event, w.replica, w.lamport)
            for name, several in writes.items()
            for w in several
            if not (name == "live" and w.value is False)
        )

    def _move(self, event: Event, moves: list[tuple[Uid, Any]]) -> None:
        """Put codes under other parents, unless one would come to stand below itself."""
        codes = self.state.things
        before = {uid: codes["code", uid]["parent"] for uid, _ in moves}
        for uid, parent in moves:
            codes["code", uid]["parent"] = parent
        if any(self._below_itself(uid) for uid, _ in moves):
            for uid, parent in moves:
                codes["code", uid]["parent"] = before[uid]
                self._conflict(("code", uid), "parent", before[uid], None, parent, event.coder)
            return
        for uid, parent in moves:
            self._write(event, ("code", uid), "parent", parent)

    def _below_itself(self, uid: Uid) -> bool:
        seen = {uid}
        at = self.state.things["code", uid]["parent"]
        while at is not None and ("code", at) in self.state.things:
            if at in seen:
                return True
            seen.add(at)
            at = self.state.things["code", at]["parent"]
        return False

    def _conflict(
        self, key: tuple[str, Uid], name: str, kept: Any, kept_by: Uid | None, other: Any, other_by: Uid | None
    ) -> None:
        conflict = Conflict(*key, name, dumps(kept), dumps(other), kept_by, other_by)
        self._listed.setdefault((key, name), set()).add(conflict)

    def _list_conflicts(self) -> None:
        for key, fields in self._writes.items():
            for name, writes in fields.items():
                if len(writes) < 2 or name in _QUIET or name == "live":
                    continue
                last = writes[-1]
                for other in writes[:-1]:
                    if other.value != last.value:
                        self._conflict(key, name, last.value, last.coder, other.value, other.coder)
        every = [c for several in self._listed.values() for c in several]
        distinct = {(c.kind, c.thing, c.field, c.other): c for c in sorted(every, key=repr)}
        self.state.conflicts = set(distinct.values())

    # -- what codings stand on --------------------------------------------------------------------

    def _watch_added(self, op: Mapping[str, Any]) -> None:
        if not self._removed.intersection(op["names"]):
            return
        columns = unpack_codings(op)
        for uid, *refs in zip(columns["uid"], columns["document"], columns["code"], columns["coder"], strict=True):
            watched = tuple(ref for ref in refs if ref in self._removed)
            if watched:
                self._carriers[uid] = watched
                self._use(uid, watched)

    def _watch_marked(self, op: Mapping[str, Any]) -> None:
        if not self._carriers:
            return
        for uid in unpack_uids(op["u"]):
            watched = self._carriers.get(uid, ())
            if op["o"] == "revive":
                self._use(uid, watched)
            else:
                for ref in watched:
                    self._users[ref].discard(uid)

    def _use(self, coding: Uid, refs: Iterable[Uid]) -> None:
        """A coding that arrives brings back what it stands on."""
        for ref in refs:
            self._users[ref].add(coding)
            thing = self.state.things.get((self._kinds.get(ref, ""), ref))
            if thing is not None and not thing["live"]:
                thing["live"] = True
                self._conflict((self._kinds[ref], ref), "live", True, None, False, None)


def read_state(connection: sa.Connection) -> State:
    """Return what the tables hold, in the form of a fold."""
    state = State()
    for kind, thing in THINGS.items():
        for row in connection.execute(sa.select(thing.table)).mappings():
            state.things[kind, row["uid"]] = {**from_row(thing, dict(row)), "live": bool(row["live"])}
    for v in connection.execute(sa.select(code_versions)):
        state.versions[v.event, v.code] = (v.version, v.kind, v.changed, v.coder, v.at, v.reason)
    for c in connection.execute(sa.select(conflicts)):
        state.conflicts.add(Conflict(c.kind, c.thing, c.field, c.kept, c.other, c.kept_by, c.other_by))
    state.codings = read_codings(connection)
    return state


def compare(expected: State, found: State, limit: int = 20) -> list[str]:
    """Return in words where two states differ; [] where they do not."""
    out: list[str] = []
    for key in sorted(expected.things.keys() | found.things.keys()):
        a, b = expected.things.get(key), found.things.get(key)
        if a != b:
            names = sorted(n for n in (a or b or {}) if not (a and b) or a.get(n) != b.get(n))
            what = "is missing" if b is None else "is in no event" if a is None else f"differs in {', '.join(names)}"
            out.append(f"{key[0]} {key[1]} {what}")
    out += expected.codings.differences(found.codings, limit)
    if expected.versions != found.versions:
        keys = {
            k
            for k in expected.versions.keys() | found.versions.keys()
            if expected.versions.get(k) != found.versions.get(k)
        }
        out.append(f"the wording history of {len(keys)} changes of codes differs")
    if expected.conflicts != found.conflicts:
        out.append(f"{len(expected.conflicts ^ found.conflicts)} listed conflicts differ")
    return out[:limit] + ([f"… and {len(out) - limit} more"] if len(out) > limit else [])


def digest(state: State, *, history: bool = True) -> str:
    """Return a hash that two replicas share exactly when they hold the same.

    Args:
        state: of the tables, or folded from the journal.
        history: whether the wordings that codes have had count too; they only ever grow, also by undo.
    """
    h = hashlib.sha256()
    for key in sorted(state.things):
        h.update(dumps([*key, state.things[key]]).encode())
    for pair in sorted(state.versions) if history else ():
        h.update(dumps([*pair, *state.versions[pair]]).encode())
    for c in sorted(state.conflicts, key=repr):
        h.update(repr(c).encode())
    state.codings.feed(h)
    return h.hexdigest()
