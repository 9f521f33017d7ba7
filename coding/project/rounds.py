"""Rounds: who codes what, for which purpose, and what a coder may see until a round is closed."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from coding.errors import InvalidValue, NotFound, Refused
from coding.model import Assignment, Coder, Decision, Document, Round, Uid, Value, counted, new_uid
from coding.project.collections import Collection

if TYPE_CHECKING:
    import pandas as pd

    from coding.agreement.sample import SizeEstimate
    from coding.agreement.units import Unit
    from coding.project.live import LiveRound

Purpose = Literal["training", "reliability", "production"]
DEFAULT_PROTOCOL: Mapping[str, Any] = {
    "unit": "sentence",
    "measure": "krippendorff_alpha",
    "universe": "respondents",
    "threshold": 0.8,
}


class Assignments(list[Assignment]):
    """Who was given what, as a list that a notebook shows by names."""

    def __init__(self, rows: Iterable[Assignment], names: Mapping[Uid, str]) -> None:
        super().__init__(rows)
        self._names = names

    def __repr__(self) -> str:
        given: dict[str, list[str]] = {}
        for a in self:
            given.setdefault(self._names[a.coder], []).append(self._names[a.document])
        return "\n".join(
            f"{coder}: {counted(len(named), 'document')} ({', '.join(sorted(named)[:6])}{', …' if len(named) > 6 else ''})"
            for coder, named in given.items()
        )


def _now() -> int:
    return int(time.time() * 1000)


def draw_stratified(items: Sequence[tuple[Uid, str]], share: float, seed: int) -> list[Uid]:
    """Draw a share of things, in proportion within each stratum; the same seed draws the same.

    Args:
        items: (uid, stratum) each.
        share: 0 to 1. Largest remainders decide where proportions do not come out whole.
        seed: of the draw.

    >>> len(draw_stratified([(str(i), "ab"[i % 2]) for i in range(10)], 0.4, seed=7))
    4
    """
    strata: dict[str, list[Uid]] = {}
    for uid, stratum in sorted(items):
        strata.setdefault(stratum, []).append(uid)
    wanted = {name: share * len(members) for name, members in strata.items()}
    take = {name: int(n) for name, n in wanted.items()}
    missing = max(round(share * len(items)), 1 if share > 0 and items else 0) - sum(take.values())
    for name in sorted(wanted, key=lambda n: (take[n] - wanted[n], n))[: max(missing, 0)]:
        take[name] += 1
    draw = random.Random(seed)  # noqa: S311 (a sample that can be drawn again, not a secret)
    return [uid for name, members in sorted(strata.items()) for uid in draw.sample(members, take[name])]


def _check_protocol(protocol: Mapping[str, Any]) -> None:
    """Refuse what could not be computed when the round is closed."""
    from coding.agreement import UNITS, UNIVERSES
    from coding.agreement.named import known

    for name, allowed in (("unit", UNITS), ("universe", UNIVERSES)):
        if name in protocol and protocol[name] not in allowed:
            raise InvalidValue(f"{name.capitalize()} “{protocol[name]}” is not known; there are {', '.join(allowed)}.")
    if "measure" in protocol:
        known(str(protocol["measure"]))
    threshold = protocol.get("threshold", 0.8)
    if not isinstance(threshold, int | float) or not 0 < threshold <= 1:
        raise InvalidValue(f"The threshold is a figure above 0 and up to 1, such as 0.8; {threshold!r} was given.")


class Rounds(Collection[Round]):
    """The rounds of a project, in order."""

    kind = "round"

    def _all(self) -> Sequence[Round]:
        return sorted(self._store.all(Round), key=lambda r: r.number)

    def _columns(self) -> Sequence[str]:
        return ("number", "name", "purpose", "status")

    def _summary(self) -> list[tuple[Any, ...]]:
        return [(r.number, r.name, r.purpose, r.status) for r in self._all()]

    def __getitem__(self, ref: str | int) -> Round:
        for item in self._all():
            if ref in (item.number, item.name, item.uid) or str(item.number) == str(ref):
                return item
        there = ", ".join(f"{r.number} “{r.name}”" for r in self._all())
        if there and str(ref).isdecimal():  # a number that is not there is near no name
            raise NotFound(f"There is no round {ref}. There are: {there}.")
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

        Raises:
            InvalidValue: a unit, universe or threshold that there is not.
            NotFound: no such measure.
            Refused: a round of that name is there.
        """
        self._check_lead()
        _check_protocol(protocol or {})
        if any(r.name == name for r in self._all()):
            raise Refused(f"There is a round “{name}” already. Rounds are told apart by their names; give another.")
        number = max((r.number for r in self._all()), default=0) + 1
        hidden = purpose == "reliability" if blind is None else blind
        item = Round(new_uid(), name or f"Round {number}", number, purpose, blind=hidden, protocol=dict(protocol or {}))
        with self._store.change("plan round") as change:
            change.put(item)
        return item

    def assign(self, ref: Round | str | int, documents: Iterable[str], coders: Iterable[str]) -> list[Assignment]:
        """Give every one of the documents to every one of the coders in a round."""
        item = self._plannable(ref)
        docs = [self._project.documents.find(d).uid for d in documents]
        people = [self._project.coders.find(c).uid for c in coders]
        if item.status == "open" and item.purpose == "reliability" and not set(docs) <= set(item.protocol["documents"]):
            raise Refused(f"{item.name} is open, and its sample is fixed. Plan another round for more documents.")
        taken = {(a.document, a.coder) for a in self.assignments(item)}
        new = [Assignment(d, c, item.uid, uid=new_uid()) for d in docs for c in people if (d, c) not in taken]
        with self._store.change("assign") as change:
            for assignment in new:
                change.put(assignment)
        return Assignments(new, self._names())

    def _names(self) -> dict[Uid, str]:
        documents = {d.uid: d.name for d in self._store.all(Document)}
        return documents | {c.uid: c.name for c in self._store.all(Coder)}

    def unassign(self, ref: Round | str | int, document: str, coder: str) -> None:
        """Take a document back from a coder who has not begun it."""
        item = self._plannable(ref)
        wanted = self._project.documents.find(document).uid, self._project.coders.find(coder).uid
        found = next((a for a in self.assignments(item) if (a.document, a.coder) == wanted), None)
        if found is None:
            raise NotFound(f"{coder} was not given that document in {item.name}.")
        if found.status != "assigned":
            raise Refused(f"{coder} has begun that document; what was coded is never thrown away.")
        with self._store.change("take back") as change:
            change.remove(Assignment, found.uid)

    def _plannable(self, ref: Round | str | int) -> Round:
        """Return a round as it is now, which is not closed and is the coder's to plan."""
        self._check_lead()
        item = self[ref.uid if isinstance(ref, Round) else ref]
        if item.status == "closed":
            raise Refused(f"{item.name} is closed; plan another round.")
        return item

    def _check_lead(self) -> None:
        """Where a project names leads, rounds are theirs to plan, open and close."""
        leads = [c for c in self._store.all(Coder) if c.role == "lead"]
        if leads and self._project.coder_uid not in {c.uid for c in leads}:
            raise Refused(f"Rounds are planned, opened and closed by {', '.join(c.name for c in leads)}.")

    def assignments(self, ref: Round | str | int | None = None) -> list[Assignment]:
        """Return who was given what, in one round or in all."""
        every = self._store.all(Assignment)
        if ref is None:
            return list(every)
        item = ref if isinstance(ref, Round) else self[ref]
        return [a for a in every if a.round == item.uid]

    def distribute(
        self,
        ref: Round | str | int,
        documents: Iterable[str],
        coders: Sequence[str],
        *,
        overlap: float = 0.2,
        stratify: str | None = None,
        seed: int = 1,
    ) -> list[Assignment]:
        """Share documents out: a sample that everyone codes, the rest in equal parts.

        Args:
            ref: a planned round.
            documents: names or uids.
            coders: names or uids.
            overlap: share of the documents that every coder gets, 0 to 1; at least one document.
            stratify: a document variable, "kind" or "language" whose values the sample keeps in proportion.
            seed: the same seed draws the same sample; it is kept in the protocol.
        """
        item = self._plannable(ref)
        if item.status != "planned":
            raise Refused(f"{item.name} is {item.status}; documents are shared out while it is planned.")
        if not 0 <= overlap <= 1:
            raise InvalidValue(f"The overlap is a share from 0 to 1; {overlap} was given.")
        if not coders:
            raise InvalidValue("Name the coders among whom the documents are shared out.")
        docs = [self._project.documents.find(d) for d in documents]
        shared = set(draw_stratified([(d.uid, self._stratum(d, stratify)) for d in docs], overlap, seed))
        rest = [d.uid for d in docs if d.uid not in shared]
        random.Random(seed).shuffle(rest)  # noqa: S311 (a sample that can be drawn again, not a secret)
        sample = {"share": overlap, "stratify": stratify, "seed": seed, "documents": sorted(shared)}
        self._put(replace(item, protocol={**item.protocol, "sample": sample}), "plan round")
        out = self.assign(item, shared, coders) if shared else Assignments([], self._names())
        for i, coder in enumerate(coders):
            if mine := rest[i :: len(coders)]:
                out.extend(self.assign(item, mine, [coder]))
        return out

    def _stratum(self, document: Document, by: str | None) -> str:
        if by in (None, "kind", "language", "folder"):
            return str(getattr(document, by)) if by else ""
        variable = self._project.variables[by]
        values = (v for v in self._store.all(Value) if v.variable == variable.uid and v.owner == document.uid)
        return str(next((v.value for v in values), ""))

    def open(self, ref: Round | str | int) -> Round:
        """Open a round; a reliability round fixes its protocol in the journal from now on.

        Raises:
            Refused: it is not planned any more, or holds documents that coders have already discussed.
        """
        item = self._plannable(ref)
        if item.status != "planned":
            raise Refused(f"{item.name} is {item.status}; only a planned round can be opened.")
        given = {a.document for a in self.assignments(item)}
        if not given:
            raise InvalidValue(f"{item.name} has no documents; assign some first.")
        protocol = dict(item.protocol)
        if item.purpose == "reliability":
            self._refuse_discussed(item, given)
            codebook = {c.uid: c.version for c in self._project.codebook.tree}
            protocol = {**DEFAULT_PROTOCOL, **protocol, "documents": sorted(given), "codebook": codebook}
        return self._put(replace(item, status="open", protocol=protocol, opened=_now()), "open round")

    def _refuse_discussed(self, item: Round, given: set[Uid]) -> None:
        """A document that coders have settled, or compared in a closed round, measures memory, not agreement."""
        discussed = {d.document for d in self._store.all(Decision)}
        for earlier in self._all():
            if earlier.status == "closed" and earlier.uid != item.uid:
                people: dict[Uid, set[Uid]] = {}
                for a in self.assignments(earlier):
                    people.setdefault(a.document, set()).add(a.coder)
                discussed |= {document for document, coders in people.items() if len(coders) > 1}
        if both := sorted(self._store.get(Document, d).name for d in given & discussed):
            raise Refused(f"{', '.join(both)}: already discussed, so not fit for {item.name}. Assign other documents.")

    def stale(self, ref: Round | str | int) -> list[str]:
        """Return the codes whose rules have changed in meaning since a reliability round fixed them."""
        item = ref if isinstance(ref, Round) else self[ref]
        fixed: Mapping[str, int] = item.protocol.get("codebook", {})
        changed = []
        for code in self._project.codebook.tree:
            if code.version > fixed.get(code.uid, code.version):
                history = self._store.code_history(code.uid)
                if any(v.kind == "semantic" and v.version > fixed[code.uid] for v in history):
                    changed.append(self._project.codebook.path(code))
        return changed

    def close(self, ref: Round | str | int) -> Round:
        """Close a round; from now on everyone sees everyone's codings of it."""
        self._check_lead()
        item = self[ref.uid if isinstance(ref, Round) else ref]
        if item.status != "open":
            raise Refused(f"{item.name} is {item.status}; only an open round can be closed.")
        return self._put(replace(item, status="closed", closed=_now()), "close round")

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
                raise Refused(
                    f"The codebook is closed while {item.name} is open. Write a memo for the meeting instead."
                )

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

    def nothing_coded(self, item: Assignment) -> bool | None:
        """Say whether a finished document carries no coding of its coder in the round; None where that is hidden."""
        if item.status != "finished":
            return False
        hidden = item.document in self.blind_documents() and item.coder != self._project.coder_uid
        if hidden:
            return None
        rounds = [item.round] if item.round else None
        return not self._store.codings(documents=[item.document], coders=[item.coder], rounds=rounds, limit=1)

    def progress(self, ref: Round | str | int | None = None) -> pd.DataFrame:
        """Return one row per document and coder: round, status; never anyone's speed or counts.

        Args:
            ref: one round; all by default.

        Returns:
            `nothing_coded` is None while an open blind round hides it.
        """
        import pandas as pd

        coders = {c.uid: c.name for c in self._store.all(Coder)}
        documents = {d.uid: d.name for d in self._store.all(Document)}
        rounds = {r.uid: r.name for r in self._all()}
        rows = [
            (rounds.get(a.round or "", ""), documents.get(a.document, ""), coders.get(a.coder, ""), a.status,
             self.nothing_coded(a), a.uid)
            for a in self.assignments(ref)
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["round", "document", "coder", "status", "nothing_coded", "uid"])

    # -- figures ----------------------------------------------------------------------------------

    def compare(self, **options: Any) -> pd.DataFrame:
        """Return alpha per code in every closed round, side by side, to see whether training helped or coding drifts.

        Args:
            options: unit, universe, coders … as for `Project.agreement`; draws are not made.
        """
        import pandas as pd

        from coding.agreement import by_round

        tables = by_round(self._project.snapshot(texts=False), **{"draws": 0, **options})
        columns = {name: {row.code.path: row.alpha for row in table.rows} for name, table in tables.items()}
        return pd.DataFrame(columns).rename_axis("code")

    def against_key(self, ref: Round | str | int, key: str, **options: Any) -> pd.DataFrame:
        """Follow coders in training: each one's agreement per code with a coder whose codings are the key.

        It is accuracy, not reliability, and never belongs into a reliability figure.

        Args:
            ref: a round.
            key: name of the coder whose work is the key.
            options: unit, universe, draws …
        """
        import pandas as pd

        from coding.agreement import against_key, material_of_snapshot

        item = self._closed_enough(ref)
        material = material_of_snapshot(self._project.snapshot(texts=False), rounds=[item.uid])
        tables = against_key(material, self._project.coders.find(key).name, **{"draws": 0, **options})
        rows = [
            (name, r.code.path, r.alpha, r.positive, r.reason) for name, table in tables.items() for r in table.rows
        ]
        return pd.DataFrame(rows, columns=["coder", "code", "alpha", "positive", "reason"])

    def live(self, ref: Round | str | int, unit: Unit | None = None) -> LiveRound:
        """Follow agreement while a training round is coded; `refresh` counts again what changed.

        Args:
            ref: a training round that is not blind.
            unit: as the round says, sentence by default.

        Raises:
            Refused: the round measures reliability, or is blind: it shows no figure before it is closed.
        """
        from coding.project.live import LiveRound

        return LiveRound(self._project, self[ref.uid if isinstance(ref, Round) else ref], unit)

    def documents_needed(self, ref: Round | str | int, width: float = 0.2, *, code: str | None = None) -> SizeEstimate:
        """Estimate from a round how many documents give a 95 % interval of a wanted width.

        Args:
            ref: a pilot round.
            width: from the lower to the upper limit.
            code: name, path or uid; by default the code that needs most.
        """
        from coding.agreement import documents_needed

        item = self._closed_enough(ref)
        table = self._project.agreement(round=item).table
        return documents_needed(table, width, code=self._project.codebook.find(code).uid if code else None)

    def _closed_enough(self, ref: Round | str | int) -> Round:
        item = self[ref.uid if isinstance(ref, Round) else ref]
        if item.status == "open" and item.blind:
            raise Refused(f"{item.name} is open and blind; its figures come when it is closed.")
        return item

    def kept_apart(self, ref: Round | str | int) -> bool:
        """Say whether coders of a round could not see each other's work: all but one had a file of their own."""
        item = self[ref.uid if isinstance(ref, Round) else ref]
        people = {a.coder for a in self.assignments(item)}
        return bool(people) and len(people - set(item.protocol.get("handed_out", {}))) <= 1

    def to_frame(self) -> pd.DataFrame:
        """Return one row per round: what it is for, how it stands, and what its protocol fixed when it opened."""
        import pandas as pd

        fixed = ("unit", "measure", "universe", "threshold")
        rows = [
            (
                r.number, r.name, r.purpose, r.status, r.blind, *(r.protocol.get(name) for name in fixed),
                len(r.protocol.get("documents", ())) or None, r.uid,
            )
            for r in self._all()
        ]  # fmt: skip
        return pd.DataFrame(
            rows, columns=["number", "round", "purpose", "status", "blind", *fixed, "documents", "uid"]
        ).convert_dtypes()
