"""The kernel's side of one text coder: messages in, answers out, every change through the project.

No Jupyter here, so that it can be tested by itself. `Desk.answer` takes a checked message and returns
what goes back; it raises only what `coding.errors` names.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from coding.errors import CodingError, InvalidValue, NotFound, ProjectLocked, ProjectUnreachable, Refused, StaleView
from coding.model import Code, Coder, Coding, CodingTable, Document, Round, Suggestion, Uid, fold_name, new_uid
from coding.widget import answering, showing
from coding.widget.i18n import Interface, say
from coding.widget.messages import VERSION, Action, Op, Request, nack
from coding.widget.packing import coding_row, pack_codings, pack_outline

if TYPE_CHECKING:
    from coding.project import Project
    from coding.storage.undoing import Entry

__all__ = ["Desk"]

Answer = tuple[dict[str, Any], list[bytes]]
_REMEMBERED = 20_000
"""Answers kept by op id, so that a doubled message changes nothing."""
_RENAMED = ("coding", "about")
"""Fields that a screen rewrites before it sends an op again, once it knows what an earlier op became."""


class Desk:
    """One screen's view of a project.

    Attributes:
        project: what every change goes through.
        document: uid of the open document, None where the project has none.
    """

    def __init__(
        self,
        project: Project,
        document: Uid | None,
        *,
        language: Interface | None = None,
        keys: dict[str, list[str]] | None = None,
        digits: Sequence[Uid] = (),
    ) -> None:
        self.project = project
        self.document = document
        self.language: Interface = language or "en"
        self._options = {"language": language or "", "keys": keys or {}, "digits": list(digits)}
        self.session = new_uid()
        self._answers: OrderedDict[str, tuple[dict[str, Any], dict[str, Any]]] = OrderedDict()
        self._became: dict[str, Uid] = {}
        self._sent: set[Uid] = set()
        self._parts: dict[str, Any] = {}
        self._heirs: dict[Uid, Uid] = {}
        self._stepping: dict[str, Uid] = {}
        self._revision = 0

    @property
    def shown(self) -> bool:
        """Whether a screen has asked for the state yet."""
        return self._revision > 0

    # -- messages ---------------------------------------------------------------------------------

    def answer(self, request: Request) -> Iterator[Answer]:
        """Yield the answers to a message.

        Args:
            request: the message, checked.
        """
        if request.kind in ("hello", "open"):
            if request.document is not None:
                self._open(request.document, must=request.kind == "open")
            yield self.state(request.goto)
        elif request.kind == "search":
            yield answering.find(self.project, request.query), []
        elif request.kind == "beside" and request.about is not None:
            yield answering.beside(self.project, self.document, request.about), []
        elif request.kind == "uses" and request.about is not None:
            yield answering.uses(self.project, request.about), []
        elif request.kind == "outdated":
            yield answering.outdated(self.project), []
        elif request.kind == "ping":
            delta = self.delta()
            if delta:
                yield {"v": VERSION, "kind": "delta", **delta}, []
        elif request.op is not None:
            yield self._answer_op(request.op), []

    def _answer_op(self, op: Op) -> dict[str, Any]:
        asked: dict[str, Any] = {name: value for name, value in op.action.items() if name not in _RENAMED}
        before = self._answers.get(op.id)
        if before is not None and before[0] != asked:
            return nack(op.id, "invalid", say("same_id", self.language))
        if before is not None:
            return {**before[1], "delta": self.delta()}
        grown = self.project.store.grown
        try:
            done = self._carry_out(op)
        except (ProjectLocked, ProjectUnreachable):
            raise  # no answer: the screen keeps the op and sends it again
        except StaleView as error:
            return nack(op.id, "stale", str(error))
        except NotFound as error:
            return nack(op.id, "missing", str(error))
        except InvalidValue as error:
            return nack(op.id, "invalid", str(error))
        except CodingError as error:
            return nack(op.id, "refused", str(error))
        made: Coding | None = done.pop("made", None)
        gone: Uid | None = done.pop("gone", None)
        if made is not None:
            self._became[f"op:{op.id}"] = made.uid
            done["coding"] = made.uid
        answer = {"v": VERSION, "kind": "ack", "id": op.id, **done}
        self._answers[op.id] = asked, answer
        while len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)
        return {**answer, "delta": self.delta(made, gone, self.project.store.grown - grown)}

    # -- ops --------------------------------------------------------------------------------------

    def _carry_out(self, op: Op) -> dict[str, Any]:
        """Do what an op asks for; when this returns, it is committed."""
        if op.coder != self.project.coder_uid:
            raise Refused(say("other_coder", self.language))
        action = op.action
        if action["kind"] in ("undo", "redo"):
            return self._step_back(op)
        everywhere = {
            "edit": self._edit, "arrange": self._rearrange, "merge": self._rearrange, "split": self._rearrange,
            "confirm": self._confirm, "memo": self._memo,
        }.get(action["kind"])  # fmt: skip
        if everywhere is not None:
            return everywhere(action)
        if op.document is None:
            raise InvalidValue("The message names no document. Reload the page.")
        return self._carry_out_in(op.document, op)

    def _carry_out_in(self, document: Uid, op: Op) -> dict[str, Any]:
        action = op.action
        kind = action["kind"]
        if kind == "finish":
            self.project.rounds.finish(document, finished=action["finished"])
            return {}
        if kind == "read":
            self.project.rounds.set_progress(document, action["furthest"])
            return {}
        if kind == "paratext":
            return self._set_paratext(document, action["start"], action["codable"])
        if "hash" in action:
            self._check_passage(document, op.version, action)
        if kind == "code":
            return {"made": self.project.codings.add(document, action["start"], action["end"], code=action["code"])}
        if kind == "create":
            return self._create(document, action)
        if kind in ("accept", "refuse"):
            return self._answer_suggestion(action)
        return self._change_coding(action)

    def _check_passage(self, document: Uid, version: int, action: Action) -> None:
        """Refuse a passage that was chosen on another text than the stored one."""
        with self.project.store.view():
            found = self.project.documents.find(document)
            quote = self._text(found)[action["start"] : action["end"]]
        if found.version != version or hashlib.sha256(quote.encode()).hexdigest() != action["hash"]:
            raise StaleView(say("stale", self.language))

    def _text(self, document: Document) -> str:
        key = (document.uid, document.sha256)
        if self._parts.get("text_key") != key:
            self._parts["text_key"] = key
            self._parts["text"] = self.project.documents[document.uid].text
        text: str = self._parts["text"]
        return text

    def _coding(self, ref: str) -> Coding | None:
        """Return a live coding; `op:…` names what an earlier op made."""
        uid = self._became.get(ref, ref)
        if uid.startswith("op:"):
            return None
        try:
            return self.project.codings[uid]
        except NotFound:
            return None

    def _change_coding(self, action: Action) -> dict[str, Any]:
        """Remove, recode or move the edges of a coding; doing it twice is doing it once."""
        kind, ref = action["kind"], action["coding"]
        coding = self._coding(ref)
        if kind == "remove":
            if coding is not None:
                self.project.codings.remove(coding)
            return {"gone": self._became.get(ref, ref)}
        if coding is None:
            heir = self._heir(self._became.get(ref, ref), action)
            if heir is None:
                raise NotFound(say("gone", self.language))
            return {"made": heir, "gone": heir.replaces}
        if kind == "recode":
            made = self.project.codings.recode(coding, code=action["code"])
        else:
            made = self.project.codings.move(coding, start=action["start"], end=action["end"])
        return {"made": made, "gone": coding.uid}

    def _codings(self) -> list[Coding]:
        """Return what is coded in the document that is shown, none where it was taken out of the project."""
        wanted = [self.document] if self.document else []
        return self.project.visible(self.project.store.codings(documents=wanted))

    def _heir(self, uid: Uid, action: Action) -> Coding | None:
        """Return the coding that this very change made already, when a message comes a second time."""
        for coding in self._codings():
            if coding.replaces != uid:
                continue
            if action["kind"] == "recode" and coding.code == action["code"]:
                return coding
            if action["kind"] == "move" and (coding.start, coding.end) == (action["start"], action["end"]):
                return coding
        return None

    def _create(self, document: Uid, action: Action) -> dict[str, Any]:
        """Make a code and, where a passage was chosen, apply it: one step of undo."""
        parent, name = action["parent"], action["name"]
        wanted = fold_name(name)
        there = [
            c for c in self.project.codebook if c.parent == parent and fold_name(c.name) == wanted and not c.retired
        ]
        with self.project.store.change("new code"):
            code = there[0] if there else self.project.codebook.add(name, parent=parent)
            if "start" not in action:
                return {"code": code.uid}
            made = self.project.codings.add(document, action["start"], action["end"], code=code.uid)
        return {"code": code.uid, "made": made}

    def _edit(self, action: Action) -> dict[str, Any]:
        """Rename, recolour, stage, retire or revive a code, or change its rules."""
        fields = dict(action["fields"])
        code, book, reason = action["code"], self.project.codebook, action["reason"]
        with self.project.store.change("edit code", reason=reason):
            retired = fields.pop("retired", None)
            if retired is not None and retired != book.find(code).retired:
                (book.retire if retired else book.revive)(code)
            if "name" in fields or "name_zh" in fields:
                old = book.find(code)
                book.rename(code, fields.pop("name", old.name), name_zh=fields.pop("name_zh", None))
            if fields:
                book.set(code, reason=reason, **fields)
        return {"code": code}

    def _confirm(self, action: Action) -> dict[str, Any]:
        """Say that a coding holds at its place and under the present wording of its code."""
        coding = self._coding(action["coding"])
        if coding is None:
            heir = self._heirs.get(action["coding"])
            if heir is None:
                raise NotFound(say("gone", self.language))
            return {}
        made = self.project.codings.confirm(coding)
        self._inherit([made])
        return {"made": made, "gone": coding.uid} if made.document == self.document else {}

    def _rearrange(self, action: Action) -> dict[str, Any]:
        """Move a code in the tree, merge it into another, or split it; a second time changes nothing."""
        book = self.project.codebook
        code = self.project.store.get(Code, action["code"])
        if action["kind"] == "split":
            there = {fold_name(c.name) for c in book if c.parent == code.uid}
            new = [name for name in action["names"] if fold_name(name) not in there]
            if new:
                book.split(code, new, reason=action["reason"])
            return {"code": code.uid}
        if action["kind"] == "merge":
            into = book.find(action["into"])
            if code.redirect is None:
                book.merge(code, into=into)
            return {"code": into.uid}
        if code.parent != action["parent"] or action["position"] is not None:
            book.move(code, action["parent"], position=action["position"])
        return {"code": code.uid}

    def _memo(self, action: Action) -> dict[str, Any]:
        about = self._became.get(action["about"], action["about"])
        body, memos = action["body"].strip(), self.project.memos
        mine = [m for m in memos if m.uid == action["memo"] or about in m.about]
        mine = [m for m in mine if m.coder == self.project.coder_uid]
        known = next((m for m in mine if m.uid == action["memo"]), None)
        if known is None and any(m.body == body for m in mine):
            return {}  # the same message a second time
        if not body:
            if known is not None:
                memos.remove(known)
        elif known is not None:
            memos.set(known, body)
        else:
            memos.add(body, about=about)
        return {}

    def _step_back(self, op: Op) -> dict[str, Any]:
        if op.session != self.session:
            raise Refused(say("not_repeated", self.language))
        # a commit whose answer was lost is told by the journal: one step must not become two
        before = self._stepping.pop(op.id, None)
        latest = self._latest()
        if before is not None and latest is not None and latest.uid != before:
            return {"done": latest.reason}
        self._stepping[op.id] = latest.uid if latest else ""
        done = self.project.undo() if op.action["kind"] == "undo" else self.project.redo()
        del self._stepping[op.id]
        return {"done": done}

    def _latest(self) -> Entry | None:
        found = self.project.store.history(1, coder=self.project.coder_uid)
        return found[0] if found else None

    def _inherit(self, codings: Iterable[Coding]) -> None:
        """Remember which coding replaced which, so that memos are shown on the one that lives now."""
        for coding in codings:
            if coding.replaces:
                self._heirs[coding.replaces] = coding.uid

    def _answer_suggestion(self, action: Action) -> dict[str, Any]:
        store = self.project.store
        found = store.get(Suggestion, action["suggestion"])
        if found.status != "open":
            live = self._coding(found.coding) if found.coding else None
            return {"made": live} if live and action["kind"] == "accept" else {}
        status: Literal["accepted", "refused"] = "accepted" if action["kind"] == "accept" else "refused"
        with store.change(f"{action['kind']} suggestion") as change:
            made = None
            if status == "accepted":
                made = self.project.codings.add(
                    found.document, found.start, found.end, code=found.code, origin="accepted"
                )
            coder = self.project.require_coder().uid
            change.put(replace(found, status=status, coder=coder, coding=made.uid if made else None))
        return {"made": made} if made else {}

    def _set_paratext(self, document: Uid, start: int, codable: bool) -> dict[str, Any]:
        handle = self.project.documents[document]
        for index, paragraph in enumerate(handle.outline.paragraphs):
            if paragraph.start == start:
                handle.set_paragraph(index, codable=codable)
                return {}
        raise NotFound("There is no paragraph at that place any more. Reload the page.")

    # -- what the screen is told --------------------------------------------------------------------

    def _open(self, document: Uid, *, must: bool) -> None:
        try:
            self.document = self.project.documents.find(document).uid
        except NotFound:
            if must:
                raise

    def state(self, goto: tuple[int, int] | None = None) -> Answer:
        """Return everything the screen needs, with text and columns as buffers.

        Args:
            goto: a passage to show first.
        """
        with self.project.store.view():
            return self._state(goto)

    def _state(self, goto: tuple[int, int] | None) -> Answer:
        project = self.project
        document = project.documents.find(self.document) if self.document else None
        rounds = list(project.rounds)
        codes, index = self._code_places()
        coders = list(project.coders)
        if project.coder is not None and all(c.uid != project.coder_uid for c in coders):
            coders.append(project.coder)
        table = project.codings.table_of(document.uid) if document else CodingTable.empty()
        if document:
            self._heirs |= project.store.heirs(document.uid)
        parts = self._collect()
        columns, uids = self._pack(table, index, coders, rounds)
        lists: dict[str, list[str]] = {"languages": [], "roles": [], "speakers": []}
        buffers = [b"", columns, uids, b"", b"", b""]
        if document:
            lists, units = pack_outline(project.documents[document.uid].outline)
            buffers = [self._text(document).encode(), columns, uids, *units]
        self._sent = set(table.uid)
        self._parts.update(parts)
        self._revision = project.store.revision
        me = project.coder
        message = {
            "v": VERSION,
            "kind": "state",
            "revision": self._revision,
            "session": self.session,
            "project": showing.project_info(project),
            "coder": {"uid": me.uid if me else "", "name": me.name if me else ""},
            "coders": [{"uid": c.uid, "name": c.name} for c in coders],
            "rounds": [{"uid": r.uid, "name": r.name} for r in rounds],
            "code_index": [c.uid for c in codes],
            "document": showing.document_info(project, document) if document else None,
            **lists,
            **parts,
            "rights": showing.rights(project, document),
            "options": {**self._options, "goto": list(goto) if goto else None},
        }
        return message, buffers

    def _pack(
        self, table: CodingTable, codes: Mapping[Uid, int], coders: Sequence[Coder], rounds: Sequence[Round]
    ) -> tuple[bytes, bytes]:
        """Return the columns of the codings; `codes`, `coders` and `rounds` are what the message lists."""
        store = self.project.store
        who = {coder.uid: i for i, coder in enumerate(coders)}
        when = {found.uid: i for i, found in enumerate(rounds)}
        return pack_codings(
            table,
            [codes[c.uid] for c in store.all(Code)],
            [who.get(c.uid, -1) for c in store.all(Coder)],
            [when.get(r.uid, -1) for r in store.all(Round)],
        )

    def delta(self, made: Coding | None = None, gone: Uid | None = None, own: int = 0) -> dict[str, Any] | None:
        """Return what changed since the screen was last told, None for nothing.

        Args:
            made: the coding that the op just committed made; saves reading them all when nothing else happened.
            gone: the coding that it removed.
            own: by how much the op raised the revision.
        """
        with self.project.store.view():
            return self._delta(made, gone, own)

    def _delta(self, made: Coding | None, gone: Uid | None, own: int) -> dict[str, Any] | None:
        now = self.project.store.revision
        before, self._revision = self._revision, now
        if now == before:
            return None
        alone = now - before == own  # nothing but the op itself: no other coder, screen or cell
        out: dict[str, Any] = {"from": before, "revision": now, "document": self.document}
        out |= self._changed_codings(made, gone, alone=alone)
        for name, part in self._collect().items():
            old = self._parts.get(name)
            if old == part:
                continue
            self._parts[name] = part
            if name == "documents" and old and [d["uid"] for d in old] == [d["uid"] for d in part]:
                out["touched"] = [d for d, was in zip(part, old, strict=True) if d != was]
            else:
                out[name] = part
        return out

    def _changed_codings(self, made: Coding | None, gone: Uid | None, *, alone: bool) -> dict[str, Any]:
        if self.document is None:
            return {}
        if alone and (made or gone) and (made is None or made.document == self.document):
            removed = [gone] if gone else []
            added = [made] if made else []
        else:
            codings = {c.uid: c for c in self._codings()}
            removed = [uid for uid in self._sent if uid not in codings]
            added = [c for uid, c in codings.items() if uid not in self._sent]
        self._sent.difference_update(removed)
        resolve = self.project.codebook.tree.resolve
        self._inherit(added)
        self._sent.update(c.uid for c in added)
        return {"added": [coding_row(c, resolve(c.code).uid) for c in added], "removed": removed}

    def _code_places(self) -> tuple[list[Code], dict[Uid, int]]:
        """Return the codes, and the place of each, merged ones at the code they were merged into."""
        codes = [c for c in self.project.codebook if c.redirect is None]
        places = {c.uid: i for i, c in enumerate(codes)}
        tree = self.project.codebook.tree
        for code in self.project.store.all(Code):
            if code.uid not in places:
                places[code.uid] = places[tree.resolve(code.uid).uid]
        return codes, places

    def _collect(self) -> dict[str, Any]:
        """Return the small parts of the state that a delta repeats whole where they changed."""
        project = self.project
        return {
            "codes": [showing.code_info(c) for c in project.codebook if c.redirect is None],
            "counts": project.code_counts(),
            "documents": showing.documents(project),
            "memos": showing.memos(project, self._heirs),
            "suggestions": showing.suggestions(project, self.document),
        }
