"""Rounds: who codes what, for which purpose, and what a coder may see until a round is closed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from coding.errors import InvalidValue, NotFound, Refused
from coding.model import Assignment, Coder, Document, Round, Uid, new_uid
from coding.project.collections import Collection

if TYPE_CHECKING:
    import pandas as pd

Purpose = Literal["training", "reliability", "production"]


class Rounds(Collection[Round]):
    """The rounds of a project, in order."""

    kind = "round"

    def _all(self) -> Sequence[Round]:
        return sorted(self._store.all(Round), key=lambda r: r.number)

    def __getitem__(self, ref: str | int) -> Round:
        for item in self._all():
            if ref in (item.number, item.name, item.uid) or str(item.number) == str(ref):
                return item
        raise NotFound.among("round", str(ref), (r.name for r in self._all()))

    # -- planning ---------------------------------------------------------------------------------

    def add(
        self,
        name: str = "",
        *,
        purpose: Purpose = "production",
        blind: bool | None = None,
        protocol: Mapping[str, Any] | None = None,
    ) -> Round:
        """Plan a round.

        Args:
            name: "Round 1" and so on if empty.
            purpose: training, reliability or production.
            blind: whether coders see only their own work until it closes; reliability rounds are blind.
            protocol: unit, measure, universe, threshold, sample; fixed when a reliability round opens.
        """
        number = max((r.number for r in self._all()), default=0) + 1
        hidden = purpose == "reliability" if blind is None else blind
        item = Round(new_uid(), name or f"Round {number}", number, purpose, blind=hidden, protocol=dict(protocol or {}))
        with self._store.change("plan round") as change:
            change.put(item)
        return item

    def assign(self, ref: Round | str | int, documents: Iterable[str], coders: Iterable[str]) -> list[Assignment]:
        """Give every one of the documents to every one of the coders in a round."""
        item = ref if isinstance(ref, Round) else self[ref]
        docs = [self._project.documents.find(d).uid for d in documents]
        people = [self._project.coders.find(c).uid for c in coders]
        taken = {(a.document, a.coder) for a in self.assignments(item)}
        new = [Assignment(d, c, item.uid, uid=new_uid()) for d in docs for c in people if (d, c) not in taken]
        with self._store.change("assign") as change:
            for assignment in new:
                change.put(assignment)
        return new

    def assignments(self, ref: Round | str | int | None = None) -> list[Assignment]:
        """Return who was given what, in one round or in all."""
        every = self._store.all(Assignment)
        if ref is None:
            return list(every)
        item = ref if isinstance(ref, Round) else self[ref]
        return [a for a in every if a.round == item.uid]

    def open(self, ref: Round | str | int) -> Round:
        """Open a round; a reliability round fixes its protocol in the journal from now on."""
        item = ref if isinstance(ref, Round) else self[ref]
        if item.status != "planned":
            raise Refused(f"{item.name} is {item.status}; only a planned round can be opened.")
        if not self.assignments(item):
            raise InvalidValue(f"{item.name} has no documents; assign some first.")
        return self._put(replace(item, status="open", opened=int(time.time() * 1000)), "open round")

    def close(self, ref: Round | str | int) -> Round:
        """Close a round; from now on everyone sees everyone's codings of it."""
        item = ref if isinstance(ref, Round) else self[ref]
        if item.status != "open":
            raise Refused(f"{item.name} is {item.status}; only an open round can be closed.")
        return self._put(replace(item, status="closed", closed=int(time.time() * 1000)), "close round")

    def _put(self, item: Round, action: str) -> Round:
        with self._store.change(action) as change:
            change.put(item)
        return item

    # -- what it means for coding -----------------------------------------------------------------

    def open_rounds(self) -> list[Round]:
        """Return the rounds that are open now."""
        return [r for r in self._all() if r.status == "open"]

    def current_for(self, document: Uid, coder: Uid | None = None) -> Uid | None:
        """Return the open round in which this coder was given this document."""
        coder = coder or self._project.coder_uid
        running = {r.uid for r in self.open_rounds()}
        for assignment in self._store.all(Assignment):
            if assignment.document == document and assignment.coder == coder and assignment.round in running:
                return assignment.round
        return None

    def blind_documents(self) -> set[Uid]:
        """Return the documents that an open blind round covers: others' codings of them are hidden."""
        blind = {r.uid for r in self.open_rounds() if r.blind}
        return {a.document for a in self._store.all(Assignment) if a.round in blind} if blind else set()

    def check_may_code(self, documents: Iterable[Uid]) -> None:
        """Refuse coding of a document that an open blind round gave to others only."""
        blind = self.blind_documents()
        for document in documents:
            if document in blind and self.current_for(document) is None:
                name = self._store.get(Document, document).name
                raise Refused(f"“{name}” is in an open blind round and was not given to {self._project.coder_name}.")

    def check_codebook_open(self) -> None:
        """Refuse changes of the codebook while a reliability round is open."""
        for item in self.open_rounds():
            if item.purpose == "reliability":
                raise Refused(f"The codebook is closed while {item.name} is open. Write a memo for the meeting instead.")

    # -- progress ---------------------------------------------------------------------------------

    def assignment_of(self, document: Uid, coder: Uid | None = None) -> Assignment | None:
        """Return the coder's assignment of a document: of the open round first, else the latest one."""
        coder = coder or self._project.coder_uid
        mine = [a for a in self._store.all(Assignment) if a.document == document and a.coder == coder]
        running = {r.uid for r in self.open_rounds()}
        return next((a for a in mine if a.round in running), mine[-1] if mine else None)

    def set_progress(self, document: Uid, furthest: int) -> None:
        """Remember how far a coder has read; not a step of undo."""
        self._progress(document, furthest=furthest)

    def finish(self, document: str, *, finished: bool = True) -> Assignment:
        """Say that a document is done, also where nothing was coded; or take that back."""
        return self._progress(self._project.documents.find(document).uid, status="finished" if finished else "started")

    def _progress(self, document: Uid, **fields: Any) -> Assignment:
        coder = self._project.require_coder()
        known = self.assignment_of(document) or Assignment(document, coder.uid, uid=new_uid())
        if known.status == "assigned":
            known = replace(known, status="started")
        if "furthest" in fields:
            fields["furthest"] = max(known.furthest, fields["furthest"])
        changed = replace(known, **fields)
        with self._store.change("progress", undoable=False) as change:
            change.put(changed)
        return changed

    def progress(self) -> pd.DataFrame:
        """Return one row per document and coder: round, status; never anyone's speed or counts."""
        import pandas as pd

        coders = {c.uid: c.name for c in self._store.all(Coder)}
        documents = {d.uid: d.name for d in self._store.all(Document)}
        rounds = {r.uid: r.name for r in self._all()}
        rows = [
            (rounds.get(a.round or "", ""), documents.get(a.document, ""), coders.get(a.coder, ""), a.status, a.uid)
            for a in self._store.all(Assignment)
        ]
        return pd.DataFrame(rows, columns=["round", "document", "coder", "status", "uid"])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per round: number, name, purpose, status, blind, protocol, uid."""
        import pandas as pd

        rows = [(r.number, r.name, r.purpose, r.status, r.blind, dict(r.protocol), r.uid) for r in self._all()]
        return pd.DataFrame(rows, columns=["number", "round", "purpose", "status", "blind", "protocol", "uid"])
