"""Suggestions of a project: made by cue words or a small local model, decided by people, counted nowhere else.

A suggestion is never a coding. Documents of open blind rounds and of reliability rounds get none and teach
nothing; no argument can change that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from coding.errors import InvalidValue, NotFound, Refused
from coding.language.suggest import CodeRecord, ModelCard, by_uncertainty, evaluate, model_card, propose, training_set
from coding.language.suggest_cues import CueMatcher
from coding.language.suggest_model import embedding, train
from coding.language.suggest_stream import CueScorer, ModelScorer, Scorer
from coding.model import Assignment, Coding, Document, Suggestion, Uid, counted
from coding.project.collections import Collection
from coding.project.search import WIDTH, Place, Places

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Suggestions"]

Method = Literal["cues", "model", "both"]
METHODS: Final = ("cues", "model", "both")


class Suggestions(Collection[Suggestion]):
    """The suggestions of a project, whatever became of them."""

    kind = "suggestion"

    def _all(self) -> Sequence[Suggestion]:
        return self._store.all(Suggestion)

    def __getitem__(self, ref: Uid) -> Suggestion:
        return self._store.get(Suggestion, ref)

    # -- making -------------------------------------------------------------------------------------

    def kept_out(self) -> set[Uid]:
        """Return the documents that neither get suggestions nor teach: open blind rounds, reliability samples."""
        project = self._project
        out = set(project.rounds.blind_documents())
        for item in project.rounds:
            if item.purpose == "reliability":
                out |= {a.document for a in self._store.all(Assignment) if a.round == item.uid}
                out |= set(item.protocol.get("documents", ()))
                out |= set((item.protocol.get("sample") or {}).get("documents", ()))
        return out

    def make(
        self,
        documents: Iterable[str] | None = None,
        method: Method = "both",
        *,
        threshold: float = 0.5,
        embed: bool = False,
        seed: int = 0,
    ) -> int:
        """Propose codes for sentences that do not carry them yet, and keep the proposals.

        Open suggestions of an earlier run are replaced; what people decided stays, and is not asked again.

        Args:
            documents: names or uids; None is every document that may have suggestions.
            method: ``cues`` (words of the codebook), ``model`` (learnt from codings; needs a code with five
                coded sentences) or ``both``: the model where a code has enough, cues for the rest.
            threshold: least probability, 0 to 1, for the model to suggest.
            embed: add sentence embeddings; needs the extra “embedding”.
            seed: of the training sample.

        Returns:
            How many suggestions are open now in these documents.

        Raises:
            Refused: a named document is in an open blind round or a reliability sample.
            InvalidValue: the method is unknown, or there is too little to learn from.
        """
        if method not in METHODS:
            raise InvalidValue(f"method is {method!r}; {', '.join(METHODS)} are there.")
        if not 0 <= threshold <= 1:
            raise InvalidValue(f"threshold is {threshold}; a probability from 0 to 1 is needed.")
        self._project.require_coder()
        kept_out = self.kept_out()
        wanted = self._wanted(documents, kept_out)
        made = propose(
            self._project.snapshot(), method="auto" if method == "both" else method, exclude=kept_out,
            documents=wanted, threshold=threshold, embed=embedding() if embed else None, seed=seed,
        )  # fmt: skip
        return self._keep(made, wanted)

    def _wanted(self, documents: Iterable[str] | None, kept_out: set[Uid]) -> set[Uid]:
        if documents is None:
            return {d.uid for d in self._store.all(Document)} - kept_out
        found = [self._project.documents.find(d) for d in documents]
        if barred := [d.name for d in found if d.uid in kept_out]:
            raise Refused(
                f"{', '.join(barred)}: in a blind round or a reliability sample, where suggestions would steer the "
                "coders and spoil the figures. Leave these documents out."
            )
        return {d.uid for d in found}

    def _keep(self, made: Sequence[Suggestion], documents: set[Uid]) -> int:
        """Write all in one transaction: what is new comes, what is no longer said goes, the same stays."""
        before = [s for s in self._all() if s.document in documents]
        decided: dict[tuple[Uid, Uid], list[Suggestion]] = {}
        for s in before:
            if s.status != "open":
                decided.setdefault((s.document, s.code), []).append(s)
        fresh = {
            _key(s): s for s in made
            if not any(d.start < s.end and s.start < d.end for d in decided.get((s.document, s.code), ()))
        }  # fmt: skip
        still = {_key(s) for s in before if s.status == "open"} & fresh.keys()
        gone = [s.uid for s in before if s.status == "open" and _key(s) not in fresh]
        with self._store.change("suggest") as change:
            if gone:
                change.remove(Suggestion, gone)
            for key, s in fresh.items():
                if key not in still:
                    change.put(s)
        return len(fresh)

    # -- deciding -----------------------------------------------------------------------------------

    def open(
        self, *, documents: Iterable[str] | None = None, code: str | None = None, random_share: float = 0.2,
        seed: int = 0,
    ) -> list[Suggestion]:  # fmt: skip
        """Return what waits for a decision, least sure first, one in five drawn at random.

        Args:
            documents: names or uids; None is all. Those of open blind rounds are never among them.
            code: only this code.
            random_share: share, 0 to 1, that is drawn at random, so that what the model is wrongly sure of
                is seen as well.
            seed: of the draw.
        """
        hidden = self._project.rounds.blind_documents()
        wanted = None if documents is None else {self._project.documents.find(d).uid for d in documents}
        of = self._project.codebook.find(code).uid if code is not None else None
        tree = self._project.codebook.tree
        rows = [
            s for s in self._store.all(Suggestion, status="open")
            if s.document not in hidden and (wanted is None or s.document in wanted)
            and (of is None or tree.resolve(s.code).uid == of)
        ]  # fmt: skip
        return by_uncertainty(rows, random_share=random_share, seed=seed)

    def accept(self, *suggestions: Suggestion | Uid) -> list[Coding]:
        """Make codings of suggestions, with origin “accepted”; one step of undo.

        Returns:
            The codings, in the order given.

        Raises:
            Refused: one was decided already, or its document is in an open blind round.
        """
        found = [self._open(s) for s in suggestions]
        coder = self._project.require_coder().uid
        out = []
        with self._store.change("accept suggestion") as change:
            for s in found:
                made = self._project.codings.add(s.document, s.start, s.end, code=s.code, origin="accepted")
                change.put(replace(s, status="accepted", coder=coder, coding=made.uid))
                out.append(made)
        return out

    def refuse(self, *suggestions: Suggestion | Uid) -> None:
        """Say that suggestions do not fit; they are not made again, and count in the precision."""
        found = [self._open(s) for s in suggestions]
        coder = self._project.require_coder().uid
        with self._store.change("refuse suggestion") as change:
            for s in found:
                change.put(replace(s, status="refused", coder=coder))

    def _open(self, suggestion: Suggestion | Uid) -> Suggestion:
        found = self[suggestion if isinstance(suggestion, str) else suggestion.uid]
        if found.status != "open":
            raise Refused(f"That suggestion was {found.status} already; undo, or change the coding.")
        if found.document in self._project.rounds.blind_documents():
            raise Refused("That document is in an open blind round; suggestions are switched off there.")
        return found

    # -- how good they are --------------------------------------------------------------------------

    def report(self, *, source: Literal["cues", "model"] | None = None) -> pd.DataFrame:
        """Return precision and recall per code from what people decided.

        Args:
            source: only suggestions by cue words or by the model.

        Returns:
            ``code, suggested, accepted, refused, open, precision`` with its 95 % interval ``low, high``
            (Wilson), ``found`` (codings that a suggestion touched), ``coded`` (codings in documents that got
            suggestions), ``recall, code_uid``. What is undefined is missing.

        Source:
            Wilson, E. B. (1927). Probable inference, p. 209, for the interval.
        """
        import pandas as pd

        tree = self._project.codebook.tree
        rows = [_row(tree.path(tree.get(r.code)), r) for r in evaluate(self._project.snapshot(), source=source)]
        columns = (
            "code", "suggested", "accepted", "refused", "open", "precision", "low", "high", "found", "coded", "recall",
            "code_uid",
        )  # fmt: skip
        return pd.DataFrame(rows, columns=list(columns))

    def card(self, language: Literal["en", "zh"] = "en", *, embed: bool = False) -> str:
        """Return the model's card as Markdown: what it learnt from, how it does on unseen documents, its limits.

        Args:
            language: ``en`` or ``zh``.
            embed: with sentence embeddings.

        Raises:
            InvalidValue: no code has enough coded sentences yet.
        """
        return self._card(embed).to_markdown(language)

    def _card(self, embed: bool) -> ModelCard:
        return model_card(self._project.snapshot(), exclude=self.kept_out(), embed=embedding() if embed else None)

    def scorer(self, method: Literal["cues", "model"] = "cues", *, threshold: float = 0.5, seed: int = 0) -> Scorer:
        """Return what scores texts outside the project, for `coding.language.suggest_stream`.

        Args:
            method: cue words, or a model learnt from this project's codings.
            threshold: least probability for the model.
            seed: of the training sample.
        """
        snapshot = self._project.snapshot()
        matcher = CueMatcher(snapshot.codes)
        if method == "cues":
            return CueScorer(matcher)
        if method != "model":
            raise InvalidValue(f"method is {method!r}; cues or model can score texts outside a project.")
        examples = training_set(snapshot, exclude=self.kept_out())
        model = train(examples.passages, examples.labels, cues=matcher, seed=seed)
        return ModelScorer(model, [c.uid for c in snapshot.codes], threshold)

    # -- showing ------------------------------------------------------------------------------------

    def show(self, **options: Any) -> Any:
        """Open the waiting suggestions as a list on a screen, least sure first; a click opens the document."""
        return self.places().show(**options)

    def places(self, *, width: int = WIDTH) -> Places:
        """Return the waiting suggestions as places with what stands on either side, least sure first."""
        from coding.language.concordance import context

        names = {d.uid: d.name for d in self._store.all(Document)}
        tree = self._project.codebook.tree
        texts: dict[Uid, str] = {}
        rows = []
        for s in self.open():
            text = texts.setdefault(s.document, texts.get(s.document) or self._store.text(s.document))
            left, right = context(text, s.start, s.end, width)
            note = f"{tree.path(tree.resolve(s.code))} · {s.source} {s.score:.2f}"
            words = text[s.start : s.end]
            rows.append(Place(s.document, names[s.document], s.start, s.end, left, words, right, "text", s.uid, note))
        return Places(self._project, rows, "Suggestions", {"kind": "suggestions"})

    def to_frame(self) -> pd.DataFrame:
        """Return one row per suggestion: document, code, place, source, version, score, status, uids; no words."""
        import pandas as pd

        names = {d.uid: d.name for d in self._store.all(Document)}
        coders = {c.uid: c.name for c in self._project.coders}
        tree = self._project.codebook.tree
        paths: dict[Uid, str] = {}
        rows = []
        for s in self._all():
            if s.code not in paths:
                paths[s.code] = tree.path(tree.resolve(s.code))
            rows.append(
                (names.get(s.document), paths[s.code], s.start, s.end, s.source, s.version, s.score, s.status,
                 coders.get(s.coder or ""), s.coding, s.document, s.code, s.uid)
            )  # fmt: skip
        columns = (
            "document", "code", "start", "end", "source", "version", "score", "status", "coder", "coding_uid",
            "document_uid", "code_uid", "uid",
        )  # fmt: skip
        return pd.DataFrame(rows, columns=list(columns))

    def __repr__(self) -> str:
        rows = self._summary()
        lines = [f"  {path}: {n} open, {yes} accepted, {no} refused" for path, n, yes, no in rows[:20]]
        more = [f"  … and {len(rows) - 20} more codes"] if len(rows) > 20 else []
        return "\n".join([counted(len(self), "suggestion"), *lines, *more])

    def _columns(self) -> Sequence[str]:
        return ("code", "open", "accepted", "refused")

    def _summary(self) -> list[tuple[Any, ...]]:
        counts: dict[Uid, dict[str, int]] = {}
        for s in self._all():
            of = counts.setdefault(s.code, {})
            of[s.status] = of.get(s.status, 0) + 1
        tree = self._project.codebook.tree
        rows = []
        for uid, of in counts.items():
            try:
                path = tree.path(tree.resolve(uid))
            except NotFound:
                continue
            rows.append((path, of.get("open", 0), of.get("accepted", 0), of.get("refused", 0)))
        return sorted(rows, key=lambda row: (-sum(row[1:]), row[0]))


def _key(s: Suggestion) -> tuple[Any, ...]:
    return s.document, s.code, s.start, s.end, s.source, s.version, s.score


def _row(path: str, r: CodeRecord) -> tuple[Any, ...]:
    decided = r.accepted + r.refused
    low, high = wilson(r.accepted, decided) if decided else (None, None)
    return (
        path, r.suggested, r.accepted, r.refused, r.open, r.precision, low, high, r.found, r.coded, r.recall, r.code,
    )  # fmt: skip


def wilson(hits: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Return the 95 % interval of a share.

    >>> [round(x, 3) for x in wilson(8, 10)]
    [0.49, 0.943]
    """
    share = hits / n
    middle = share + z * z / (2 * n)
    wide = z * ((share * (1 - share) + z * z / (4 * n)) / n) ** 0.5
    low, high = (middle - wide) / (1 + z * z / n), (middle + wide) / (1 + z * z / n)
    return max(0.0, low), min(1.0, high)
