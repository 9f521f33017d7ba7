"""One change: one transaction, one event of the journal, one step of undo."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args

import sqlalchemy as sa

from coding.errors import InvalidValue, NotFound, ProjectError, Refused, StaleView
from coding.model import (
    ORIGINS,
    Coding,
    CodingTable,
    Document,
    Memo,
    Outline,
    Quotable,
    Uid,
    new_uid,
)
from coding.spans import check_span
from coding.storage import anchoring, reading
from coding.storage.journal import pack_codings, pack_uids, unpack_uids
from coding.storage.outlines import pack_outline
from coding.storage.rows import (
    CODER,
    DOCUMENT,
    Refs,
    add_codings,
    fetch,
    named_rows,
    put_content,
    put_fields,
    set_codings,
)
from coding.storage.schema import THINGS, Thing, Version, anchors, code_versions, conflicts, thing_of
from coding.storage.things import check_field as _check
from coding.storage.things import check_text, decode, defaults, dumps, encode, is_uid, natural_uid
from coding.storage.wordings import check_tree, wording_version

if TYPE_CHECKING:
    from coding.storage.store import Store

__all__ = ["Change"]

T = TypeVar("T")
NAME_LENGTH: Final = 500
TEXT_LENGTH: Final = 20_000_000
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "confidence": ("", "low", "medium", "high"),
    "quotable": ("", *get_args(Quotable)),
}
_DEPENDENTS: Final = {
    "document": (("case_link", "document"), ("speaker", "document"), ("value", "owner"), ("assignment", "document"),
                 ("suggestion", "document")),
    "case": (("case_link", "case"), ("value", "owner")),
    "variable": (("value", "variable"),),
    "round": (("assignment", "round"),),
    "code": (("suggestion", "code"), ("relation", "source"), ("relation", "target")),
}  # fmt: skip


class Change:
    """What a ``with store.change(…)`` block holds; everything in it is kept, or nothing.

    Args:
        store: the project.
        connection: in a write transaction.
        coder: uid of who changes.
        alone: whether nobody else changes the project meanwhile; otherwise only the coder's own codings may change.
    """

    def __init__(self, store: Store, connection: sa.Connection, coder: Uid | None, *, alone: bool = True) -> None:
        self._store, self.connection, self.coder, self._alone = store, connection, coder, alone
        self.uid = new_uid()
        self.at = time.time_ns() // 1_000_000
        self.ops: list[dict[str, Any]] = []
        self._puts: dict[Uid, dict[str, Any]] = {}
        self._refs = Refs(connection)
        self._has_conflicts: bool | None = None
        self._placed: set[Uid] = set()

    # -- things -----------------------------------------------------------------------------------

    def put(self, value: T) -> T:
        """Keep a value of the model: insert it, or journal the fields that differ.

        Args:
            value: any dataclass of `coding.model` that has a uid; codings as well.

        Returns:
            The value as kept: a missing uid filled in, a code with its new wording version.

        Raises:
            InvalidValue: a field that cannot be stored, a tree that would not be one.
        """
        if isinstance(value, Coding):
            return self.put_codings([value])[0]  # type: ignore[return-value]
        thing = self._thing(type(value))
        uid = self._uid_for(thing, value)
        fields = encode(thing, value)
        self._check(thing, uid, fields)
        known = fetch(self.connection, thing, uid)
        if isinstance(value, Memo):
            fields["body"] = self._keep_memo(uid, value.body)
        for name in ("created", "modified"):
            if name in fields and not fields[name]:
                fields[name] = known[0][name] if known and known[0][name] else self.at
        if "coder" in fields and fields["coder"] is None and known is None:
            fields["coder"] = self.coder
        self._put(thing, uid, fields, known)
        if thing.kind == "code" and fields["parent"] and "parent" in self._puts.get(uid, {}).get("f", {}):
            self._placed.add(uid)
        kept: T = self._kept(thing, uid, value)
        return kept

    @staticmethod
    def _thing(cls: type[Any]) -> Thing:
        try:
            return thing_of(cls)
        except KeyError:
            raise InvalidValue(f"A {cls.__name__} is nothing that a project keeps.") from None

    def _kept(self, thing: Thing, uid: Uid, value: Any) -> Any:
        op = self._puts.get(uid)
        if op is not None and "new" in op:  # all that the row holds was put in this change
            fields = {**defaults(thing), **op["f"]}
        else:
            found = fetch(self.connection, thing, uid)
            assert found is not None
            fields = found[0]
        if isinstance(value, Memo):
            fields["body"] = value.body
        return decode(thing, uid, fields)

    def _uid_for(self, thing: Thing, value: Any) -> Uid:
        given = value.uid
        if given and not is_uid(given):
            raise InvalidValue(f"{given!r} is not a uid; make one with coding.model.new_uid().")
        if not thing.natural:
            return given or new_uid()
        # what is about the same things is the same thing, on whichever machine it was made
        if given and fetch(self.connection, thing, given):
            return str(given)
        return natural_uid(thing, value)

    def _check(self, thing: Thing, uid: Uid, fields: Mapping[str, Any]) -> None:
        name = fields.get("name")
        if name is not None:
            if not name.strip() and thing.kind != "link":
                raise InvalidValue(f"A {thing.kind} needs a name.")
            if len(name) > NAME_LENGTH:
                raise InvalidValue(f"A name holds at most {NAME_LENGTH} characters; {len(name):,} were given.")
        for field, kind in (("parent", "code"), ("redirect", "code"), ("document", "document"), ("case", "case")):
            target = fields.get(field)
            if target is None or field not in thing.columns:
                continue
            if target == uid:
                raise InvalidValue(f"A {thing.kind} cannot be its own {field}.")
            if target not in self._puts and fetch(self.connection, THINGS[kind], target) is None:
                raise NotFound(f"There is no {kind} with the uid {target} for the {field} of “{name or uid}”.")

    def _put(self, thing: Thing, uid: Uid, fields: dict[str, Any], known: tuple[dict[str, Any], bool] | None) -> None:
        if known is None:
            new = {k: v for k, v in fields.items() if v is not None}
            put_fields(self.connection, thing, uid, {**new, "live": True}, new=True)
            self._record(thing, uid, {**new, "live": True}, {}, new=True)
            return
        before, live = known
        changed = {k: v for k, v in fields.items() if before[k] != v}
        if thing.kind == "code":
            changed.pop("version", None)
            if changed:
                changed["version"] = self._next_version(uid, before["version"])
        if not live:
            changed["live"] = True
        if changed:
            self._write(thing, uid, changed, before, live)

    def _write(self, thing: Thing, uid: Uid, changed: dict[str, Any], before: Mapping[str, Any], live: bool) -> None:
        put_fields(self.connection, thing, uid, changed, new=False)
        self._record(thing, uid, changed, {k: live if k == "live" else before[k] for k in changed})

    def _next_version(self, uid: Uid, current: int) -> int:
        if uid in self._puts and "version" in self._puts[uid]["f"]:
            return int(self._puts[uid]["f"]["version"])  # one change, one version
        last = self.connection.execute(
            sa.select(sa.func.max(code_versions.c.version)).where(code_versions.c.code == uid)
        ).scalar()
        return max(current, last or 0) + 1

    def _record(
        self, thing: Thing, uid: Uid, after: dict[str, Any], before: dict[str, Any], *, new: bool = False
    ) -> None:
        if not self._alone:
            raise ProjectError(f"A {thing.kind} was changed where only codings may change; nothing was kept.")
        op = self._puts.get(uid)
        if op is None:
            op = {"o": "put", "k": thing.kind, "u": uid, "f": {}, "b": {}} | ({"new": 1} if new else {})
            self._puts[uid] = op
            self.ops.append(op)
        op["f"].update(after)
        self._settle(uid, {*after, "live"} if after.get("live") is not False else {"live"})
        if "new" not in op:
            for name, value in before.items():
                op["b"].setdefault(name, value)

    def _settle(self, uid: Uid, fields: set[str]) -> None:
        """A field that is set again is no conflict any more."""
        if self._has_conflicts is None:
            self._has_conflicts = self.connection.execute(sa.select(conflicts.c.thing).limit(1)).first() is not None
        if self._has_conflicts:
            self.connection.execute(sa.delete(conflicts).where(conflicts.c.thing == uid, conflicts.c.field.in_(fields)))

    def settle(self, kind: str, uid: Uid, field: str, value: Any) -> None:
        """Decide a conflict: give a field the value that shall stand.

        Args:
            kind: as in `Store.conflicts`.
            uid: of the thing.
            field: its name.
            value: the value to stand, as JSON holds it; also the one that stands already.
        """
        thing = THINGS[kind]
        known = fetch(self.connection, thing, uid)
        if known is None or field not in thing.columns:
            raise NotFound(f"There is no field “{field}” of a {kind} {uid}.")
        _check(thing, thing.columns[field], value)
        changed = {field: value}
        if kind == "code" and known[0][field] != value:
            changed["version"] = self._next_version(uid, known[0]["version"])
        self._write(thing, uid, changed, known[0], known[1])
        if kind == "code" and field == "parent":
            self._placed.add(uid)

    def _keep_memo(self, uid: Uid, body: str) -> str:
        # the memo's uid goes into the hash, so that a hash left behind tells nothing about an erased body
        key = hashlib.sha256(f"{uid}\n{body}".encode()).hexdigest()
        put_content(self.connection, key, "memo", body)
        return key

    # -- documents --------------------------------------------------------------------------------

    def put_document(self, document: Document, text: str, outline: Outline | None = None) -> Document:
        """Keep a new document with its text and units.

        Args:
            document: its `length` and `sha256` are set from the text.
            text: with LF line ends and without byte order mark.
            outline: the units.

        Raises:
            InvalidValue: a text that cannot be stored as it is, or a document that has another text
                already (see `revise_document`).
        """
        digest = self._check_text(text, document.name)
        known = fetch(self.connection, DOCUMENT, document.uid)
        if known and known[0]["sha256"] != digest:
            raise InvalidValue(f"“{document.name}” has another text already; correct it with revise_document.")
        kept = self.put(replace(document, length=len(text), sha256=digest))
        put_content(self.connection, digest, "text", text)
        if outline is not None:
            self.put_outline(kept.uid, outline)
        return kept

    @staticmethod
    def _check_text(text: str, name: str) -> str:
        check_text(text, f"The text of “{name}”")
        if "\r" in text or text.startswith("\ufeff"):
            raise InvalidValue(
                f"The text of “{name}” must have LF line ends and no byte order mark; see coding.importers."
            )
        if len(text) > TEXT_LENGTH:
            raise InvalidValue(f"A document holds at most {TEXT_LENGTH:,} characters; {len(text):,} were given.")
        return hashlib.sha256(text.encode()).hexdigest()

    def put_outline(self, document: Uid, outline: Outline) -> None:
        """Keep the units of a document in place of those that it had."""
        known = fetch(self.connection, DOCUMENT, document)
        if known is None:
            raise NotFound(f"There is no document with the uid {document}.")
        packed = pack_outline(outline)
        check_text(packed, "The outline")
        key = hashlib.sha256(packed.encode()).hexdigest()
        put_content(self.connection, key, "outline", packed)
        if known[0]["outline"] != key:
            self._write(DOCUMENT, document, {"outline": key}, known[0], known[1])

    def revise_document(
        self,
        document: Uid,
        text: str,
        outline: Outline | None = None,
        *,
        reason: str = "",
        same_places: bool = False,
    ) -> tuple[Coding, ...]:
        """Give a document a corrected text; its codings follow, and none is removed.

        Args:
            document: uid.
            text: the new text, in whole.
            outline: its units.
            reason: kept with the version.
            same_places: every character stands where it stood, so that nothing has to be found again.

        Returns:
            The codings whose place became unclear and waits for a person.
        """
        known = fetch(self.connection, DOCUMENT, document)
        if known is None:
            raise NotFound(f"There is no document with the uid {document}.")
        before, live = known
        digest = self._check_text(text, before["name"])
        old = reading.text_of(self.connection, before["sha256"])
        if old is None:
            raise Refused(f"The text of “{before['name']}” was erased; it has no version to correct.")
        if digest == before["sha256"]:
            return ()
        put_content(self.connection, digest, "text", text)
        number = max(anchoring.versions_of(self.connection, document).numbers, default=1) + 1
        blocks = [(0, 0, len(text))] if same_places else anchoring.matching_blocks(old, text)
        self.put(
            Version(
                new_uid(),
                document,
                number,
                digest,
                len(text),
                "",
                before["sha256"],
                tuple(blocks),
                self.coder,
                self.at,
                reason,
            )
        )
        changed = {"sha256": digest, "length": len(text), "version": number}
        self._write(DOCUMENT, document, changed, before, live)
        if outline is not None:
            self.put_outline(document, outline)
        return anchoring.reanchor(self.connection, document)

    # -- codings ----------------------------------------------------------------------------------

    def put_codings(self, rows: Iterable[Coding] | CodingTable | Mapping[str, Sequence[Any]]) -> list[Coding]:
        """Keep many codings as one event.

        Args:
            rows: codings, or columns named as the fields of `Coding` (uids, not positions).

        Returns:
            One coding for each row: where the same one was live already, that one.

        Raises:
            NotFound: a document, code or coder that is not in the project.
            InvalidSpan: offsets outside the text.
            StaleView: made on a text that has changed since.
        """
        wanted = self._as_codings(rows)
        if not wanted:
            return []
        if not self._alone and any(c.coder != self.coder for c in wanted):
            raise ProjectError("Another coder's codings were to be added where only one's own may change.")
        documents = self._live_rows(wanted)
        for c in wanted:
            self._check_coding(c, documents[c.document])
        there = reading.live_by_key(self.connection, wanted, self._refs)
        fresh: dict[tuple[Any, ...], Coding] = {}
        out = []
        for c in wanted:
            key = reading.key_of(c)
            same = there.get(key) or fresh.get(key)
            if same is None:
                same = fresh[key] = c
            out.append(same)
        self._add(list(fresh.values()), {uid: row["sha256"] for uid, row in documents.items()})
        return out

    def _as_codings(self, rows: Iterable[Coding] | CodingTable | Mapping[str, Sequence[Any]]) -> list[Coding]:
        if isinstance(rows, CodingTable):
            raise InvalidValue("A CodingTable refers by position; pass codings, or columns with uids.")
        if isinstance(rows, Mapping):
            names = list(rows)
            n = max((len(v) for v in rows.values()), default=0)
            uids = rows.get("uid") or [new_uid() for _ in range(n)]
            rest = [name for name in names if name != "uid"]
            made = [
                Coding(uid=u, **dict(zip(rest, values, strict=True)))
                for u, values in zip(uids, zip(*(rows[name] for name in rest), strict=True), strict=True)
            ]
        else:
            made = list(rows)
        for c in made:
            if not is_uid(c.uid):
                raise InvalidValue(f"{c.uid!r} is not a uid; make one with coding.model.new_uid().")
        return [c if c.created and type(c.start) is type(c.end) is int else self._plain(c) for c in made]

    def _plain(self, c: Coding) -> Coding:
        """Return a coding with its time, and with numpy's numbers as Python's where they are whole."""
        start, end = (
            v.__index__() if hasattr(v, "__index__") and not isinstance(v, bool) else v for v in (c.start, c.end)
        )
        return replace(c, start=start, end=end, created=c.created or self.at)

    def _live_rows(self, wanted: Sequence[Coding]) -> dict[Uid, Mapping[str, Any]]:
        """Return the documents of codings; they, the codes and the coders must be there and live."""
        asked = {kind: list({getattr(c, kind) for c in wanted}) for kind in ("document", "code", "coder")}
        found = named_rows(self.connection, asked)
        for kind, uids in asked.items():
            for uid in uids:
                if uid not in found or found[uid]["kind"] != kind:
                    raise NotFound(f"There is no {kind} with the uid {uid} in this project.")
                if not found[uid]["live"]:
                    raise NotFound(f"The {kind} “{found[uid]['name']}” was removed from the project.")
            self._refs.learn(kind, {uid: found[uid]["id"] for uid in uids})
        return {uid: found[uid] for uid in asked["document"]}

    @staticmethod
    def _check_coding(c: Coding, document: Mapping[str, Any]) -> None:
        check_span(c.start, c.end, document["length"])
        if c.document_version != document["version"]:
            raise StaleView(
                f"The text of “{document['name']}” has changed since (version {document['version']}, not {c.document_version}). "
                "Open it again."
            )
        if c.origin not in ORIGINS:
            raise InvalidValue(f"The origin {c.origin!r} is unknown; it is one of {', '.join(ORIGINS)}.")
        for name, words in _WORDS.items():
            if getattr(c, name) not in words:
                raise InvalidValue(f"{name} is {getattr(c, name)!r}; it is one of {', '.join(words[1:])}, or left out.")

    def _add(self, fresh: list[Coding], texts: Mapping[Uid, str]) -> None:
        if not fresh:
            return
        with self._store.database.errors():
            add_codings(self.connection, fresh, self._refs)
        self.ops.append(pack_codings(fresh, texts))

    def recode(self, uid: Uid, **fields: Any) -> Coding:
        """Give a coding another code or other edges: a new coding that replaces it.

        Args:
            uid: of a live coding of the own coder.
            fields: code, code_version, start, end, confidence, quotable, round.
        """
        old = self._own_coding(uid)
        unknown = set(fields) - {"code", "code_version", "start", "end", "confidence", "quotable", "round", "origin"}
        if unknown:
            raise InvalidValue(f"{', '.join(sorted(unknown))} of a coding cannot be changed.")
        if "code" in fields and "code_version" not in fields:
            code = fetch(self.connection, THINGS["code"], fields["code"])
            fields["code_version"] = code[0]["version"] if code else 1
        new = replace(old, uid=new_uid(), replaces=old.uid, created=self.at, **fields)
        waiting = self.connection.execute(sa.select(anchors.c.unclear).where(anchors.c.coding == uid)).scalar()
        if (
            reading.key_of(new) == reading.key_of(old)
            and not waiting
            and all(getattr(old, k) == v for k, v in fields.items())
        ):
            return old
        self._drop([uid])
        return self.put_codings([new])[0]

    def _own_coding(self, uid: Uid) -> Coding:
        found = reading.coding(self.connection, uid)
        if found.coder != self.coder:
            owner = fetch(self.connection, CODER, found.coder)
            raise Refused(
                f"That coding is {owner[0]['name'] if owner else 'another coder'}'s; only they can change it."
            )
        return found

    def _drop(self, uids: Sequence[Uid]) -> None:
        every = reading.with_aliases(self.connection, uids)
        set_codings(self.connection, every, live=False)
        self.ops.append({"o": "drop", "u": pack_uids(every)})

    def remove(self, cls: type[Any], uid: Uid | Sequence[Uid]) -> None:
        """Take something out of the project; undo brings it back, and nothing is erased.

        Args:
            cls: class of the model.
            uid: of one thing, or of many codings.

        Raises:
            NotFound: nothing live has the uid.
            Refused: others use it, with what and whose.
        """
        if cls is Coding:
            uids = [uid] if isinstance(uid, str) else list(uid)
            for one in uids:
                self._own_coding(one)
            if uids:
                self._drop(uids)
            return
        for one in [uid] if isinstance(uid, str) else list(uid):
            self._remove(thing_of(cls), one)

    def _remove(self, thing: Thing, uid: Uid) -> None:
        known = fetch(self.connection, thing, uid) if is_uid(uid) else None
        if known is None or not known[1]:
            raise NotFound(f"There is no {thing.kind.replace('_', ' ')} with the uid {uid}.")
        self.check_unused(thing, uid, str(known[0].get("name", "")))
        for kind, field in _DEPENDENTS.get(thing.kind, ()):
            dependent = THINGS[kind]
            query = sa.select(dependent.table.c.uid).where(dependent.table.c[field] == uid, dependent.table.c.live == 1)
            for row in self.connection.execute(query).all():
                self._remove(dependent, row.uid)
        self._write(thing, uid, {"live": False}, known[0], True)

    def check_unused(self, thing: Thing, uid: Uid, name: str) -> None:
        """Refuse to remove what codings or codes below stand on.

        Raises:
            Refused: with how many, and whose.
        """
        if thing.kind in {"code", "document", "coder"}:
            users = reading.users_of(self.connection, thing.kind, uid)
            if users:
                whose = ", ".join(f"{n} by {who}" for who, n in users)
                advice = " Retire it instead; its codings then stay." if thing.kind == "code" else ""
                raise Refused(f"The {thing.kind} “{name}” carries codings ({whose}) and stays.{advice}")
        if thing.kind == "code":
            table = thing.table
            below = self.connection.execute(
                sa.select(table.c.name).where(sa.or_(table.c.parent == uid, table.c.redirect == uid), table.c.live == 1)
            ).first()
            if below:
                raise Refused(
                    f"The code “{name}” has “{below.name}” below it or merged into it; move or remove that first."
                )

    # -- going back -------------------------------------------------------------------------------

    def apply(self, op: Mapping[str, Any]) -> None:
        """Do one operation of the journal again; used by undo and redo."""
        if op["o"] in {"drop", "revive"}:
            uids = unpack_uids(op["u"])
            set_codings(self.connection, uids, live=op["o"] == "revive")
            self.ops.append(dict(op))
            return
        thing = THINGS[op["k"]]
        known = fetch(self.connection, thing, op["u"])
        assert known is not None
        self._write(thing, op["u"], dict(op["f"]), known[0], known[1])
        if thing.kind == "document" and "sha256" in op["f"]:
            anchoring.reanchor(self.connection, op["u"])

    # -- closing ----------------------------------------------------------------------------------

    @property
    def scope(self) -> str:
        """Whether only codings changed: most events, which a fold of the things can skip."""
        return "codings" if all(op["o"] in {"add", "drop", "revive"} for op in self.ops) else "things"

    def finish(self, reason: str) -> None:
        """Check the tree where codes found a place, and write the wording history of those that changed."""
        if self._placed:
            check_tree(self.connection, self._placed)
        for op in self.ops:
            version = wording_version(op, self.coder, self.at, reason)
            if version:
                self.connection.execute(
                    sa.insert(code_versions).values(
                        event=self.uid, code=version.code, version=version.version, kind=version.kind,
                        changed=dumps(list(version.changed)), coder=version.coder, at=version.at, reason=version.reason,
                    )
                )  # fmt: skip
