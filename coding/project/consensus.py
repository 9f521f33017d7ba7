"""Settling disagreements: a layer of its own beside the originals, which are never touched."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from coding.errors import InvalidValue, NotFound
from coding.model import Coder, Coding, Decision, Document, Memo, Round, Uid, new_uid
from coding.project.collections import Collection
from coding.spans import check_span, intersection, union

if TYPE_CHECKING:
    import pandas as pd

    from coding.project.codebook import CodeRef

Choice = Literal["a", "b", "both", "union", "intersection", "neither", "redraw"]
CHOICES: tuple[Choice, ...] = ("a", "b", "both", "union", "intersection", "neither", "redraw")
REASONS = ("overlooked", "boundary", "rule unclear", "reading differs")
"""Kinds of error that the consensus screen offers; one is obligatory, since it feeds the codebook."""

Result = tuple[tuple[Uid, int, int], ...]


class Consensus(Collection[Decision]):
    """The decisions on disagreements."""

    kind = "decision"

    def _all(self) -> Sequence[Decision]:
        return sorted(self._store.all(Decision), key=lambda d: d.created)

    def __getitem__(self, ref: Uid) -> Decision:
        for decision in self._all():
            if decision.uid == ref:
                return decision
        raise NotFound.among("decision", ref, ())

    def settle(
        self,
        decision: Choice,
        *,
        a: Iterable[Coding | Uid] = (),
        b: Iterable[Coding | Uid] = (),
        code: CodeRef | None = None,
        start: int | None = None,
        end: int | None = None,
        reasons: Iterable[str] = (),
        note: str = "",
        confidence: Literal["", "low", "medium", "high"] = "",
        change_rule: bool = False,
    ) -> Decision:
        """Decide what a disputed passage is to carry; deciding again replaces the earlier decision.

        Args:
            decision: a, b, both, union, intersection, neither or redraw.
            a: the first coder's codings of the passage.
            b: the second coder's.
            code: the code for union, intersection and redraw; by default the one that both used.
            start: for redraw, the first character.
            end: for redraw, the one after the last.
            reasons: why they differed; at least one, in the words of `REASONS` or your own.
            note: anything else.
            confidence: of those who decided.
            change_rule: whether the codebook's rule must change; written as a memo on the code.

        Raises:
            InvalidValue: no reason, nothing to settle, or a choice that has no result here.
        """
        ours, theirs = self._codings(a), self._codings(b)
        disputed = [*ours, *theirs]
        if not disputed:
            raise InvalidValue("There is nothing to settle; give the codings of at least one coder.")
        if len({c.document for c in disputed}) != 1:
            raise InvalidValue("The codings lie in different documents; settle one passage at a time.")
        why = tuple(reasons)
        if not why:
            raise InvalidValue(f"A decision needs a reason: {', '.join(REASONS)}, or your own words.")
        place = min(c.start for c in disputed), max(c.end for c in disputed)
        result = self._result(decision, ours, theirs, code, (start, end))
        earlier = self.about(c.uid for c in disputed)
        made = Decision(
            earlier.uid if earlier else new_uid(), disputed[0].document, *place, decision,
            codings=tuple(c.uid for c in disputed), result=result, round=disputed[0].round, reasons=why, note=note,
            confidence=confidence, change_rule=change_rule, coder=self._project.require_coder().uid,
            created=int(time.time() * 1000),
        )  # fmt: skip
        with self._store.change("settle") as change:
            change.put(made)
            if change_rule:
                change.put(self._rule_memo(made, disputed))
        return made

    def _rule_memo(self, decision: Decision, disputed: Sequence[Coding]) -> Memo:
        codes = tuple(dict.fromkeys([*(c.code for c in disputed), *(code for code, _, _ in decision.result)]))
        words = "; ".join(decision.reasons) + (f". {decision.note}" if decision.note else "")
        return Memo(
            new_uid(), words, "Change the rule", "code", (*codes, decision.uid), decision.coder,
            decision.created, decision.created,
        )  # fmt: skip

    def _codings(self, refs: Iterable[Coding | Uid]) -> list[Coding]:
        return [self._project.codings[ref] if isinstance(ref, str) else ref for ref in refs]

    def _result(
        self,
        decision: Choice,
        a: Sequence[Coding],
        b: Sequence[Coding],
        code: CodeRef | None,
        redrawn: tuple[int | None, int | None],
    ) -> Result:
        if decision in ("a", "b", "both", "neither"):
            kept = {"a": a, "b": b, "both": [*a, *b], "neither": []}[decision]
            return tuple(dict.fromkeys((c.code, c.start, c.end) for c in kept))
        if decision not in CHOICES:
            raise InvalidValue(f"“{decision}” is no decision; there are {', '.join(CHOICES)}.")
        use = self._one_code([*a, *b], code)
        if decision == "redraw":
            length = self._store.get(Document, [*a, *b][0].document).length
            return ((use, *check_span(*redrawn, length)),)
        spans = [[(c.start, c.end) for c in side] for side in (a, b)]
        found = union([*spans[0], *spans[1]], join_touching=True) if decision == "union" else intersection(*spans)
        if not found:
            raise InvalidValue("The two coders share no character here; choose another decision.")
        return tuple((use, *span) for span in found)

    def _one_code(self, disputed: Sequence[Coding], code: CodeRef | None) -> Uid:
        if code is not None:
            return self._project.codebook.find(code).uid
        codes = {c.code for c in disputed}
        if len(codes) != 1:
            raise InvalidValue("The coders used different codes; say which one with code=….")
        return codes.pop()

    def about(self, codings: Iterable[Uid]) -> Decision | None:
        """Return the decision that settles any of these codings."""
        wanted = set(codings)
        return next((d for d in self._all() if wanted & set(d.codings)), None)

    def remove(self, decision: Decision | Uid) -> None:
        """Open a settled passage again."""
        with self._store.change("open again") as change:
            change.remove(Decision, decision if isinstance(decision, str) else decision.uid)

    def layer(self, codings: Iterable[Coding], coder: Uid) -> list[Coding]:
        """Return the study's agreed codings: what nobody disputed, once, and the results of the decisions.

        Args:
            codings: the originals; they stay as they are.
            coder: under whose uid the layer stands.
        """
        decisions = {uid: d for d in self._all() for uid in d.codings}
        kept: dict[tuple[Uid, Uid, int, int], Coding] = {}
        reached: dict[Uid, Decision] = {}
        for coding in codings:
            if coding.uid in decisions:
                reached[decisions[coding.uid].uid] = decisions[coding.uid]
            else:
                kept.setdefault((coding.document, coding.code, coding.start, coding.end), replace(coding, coder=coder))
        for decision in reached.values():
            for code, start, end in decision.result:
                made = Coding(
                    new_uid(), decision.document, code, coder, start, end,
                    origin="consensus", round=decision.round, created=decision.created,
                )  # fmt: skip
                kept.setdefault((made.document, code, start, end), made)
        return list(kept.values())

    def to_frame(self) -> pd.DataFrame:
        """Return one row per decision: round, document, start, end, decision, reasons, note, who, uid."""
        import pandas as pd

        documents = {d.uid: d.name for d in self._store.all(Document)}
        coders = {c.uid: c.name for c in self._store.all(Coder)}
        rounds = {r.uid: r.name for r in self._store.all(Round)}
        rows: list[tuple[Any, ...]] = [
            (
                rounds.get(d.round or "", ""), documents.get(d.document, ""), d.start, d.end, d.decision,
                "; ".join(d.reasons), d.note, d.confidence, d.change_rule, coders.get(d.coder or "", ""), d.uid,
            )
            for d in self._all()
        ]  # fmt: skip
        columns = [
            "round",
            "document",
            "start",
            "end",
            "decision",
            "reasons",
            "note",
            "confidence",
            "change_rule",
            "coder",
        ]
        return pd.DataFrame(rows, columns=[*columns, "uid"])

    def _columns(self) -> Sequence[str]:
        return ("decision", "reasons")

    def _summary(self) -> list[tuple[Any, ...]]:
        return [(d.decision, "; ".join(d.reasons)) for d in self._all()]
