"""Translation pairs: an original and its translation, aligned turn by turn, counted once, compared at the turn.

An alignment is kept as a `Link` from original to translation whose name lists the pairs of stretches by their
first characters, so that it merges, is undone and travels like everything else in a project.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from coding.errors import InvalidValue, NotFound, Refused
from coding.language import align_turns
from coding.model import CodingTable, Document, Link, Outline, Snapshot, new_uid
from coding.spans import Span

if TYPE_CHECKING:
    import pandas as pd

    from coding.project.agreement import AgreementResult
    from coding.project.project import Project

__all__ = ["AlignedUnit", "Pairs", "TranslationPair"]

PREFIX: Final = "aligned-1:"
Numbers = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class AlignedUnit:
    """Turns, or paragraphs, of an original and of its translation that render each other."""

    original: tuple[Span, ...]
    translation: tuple[Span, ...]
    confidence: float = 1.0
    """0 to 1 for a proposal; 1 where a person set it."""


@dataclass(frozen=True, slots=True)
class TranslationPair:
    """An original, one translation of it and how they are aligned."""

    original: Document
    translation: Document
    units: tuple[AlignedUnit, ...]
    confirmed: bool
    """Whether a person set the alignment; a proposal otherwise."""

    def to_frame(self) -> pd.DataFrame:
        """Return one row an aligned unit: numbers and places of its stretches on both sides, confidence."""
        import pandas as pd

        rows = [
            (i, _edges(u.original), _edges(u.translation), len(u.original), len(u.translation), u.confidence)
            for i, u in enumerate(self.units, 1)
        ]
        columns = ["unit", "original", "translation", "original_turns", "translation_turns", "confidence"]
        return pd.DataFrame(rows, columns=columns)


def _edges(spans: Sequence[Span]) -> Span | None:
    return (spans[0][0], spans[-1][1]) if spans else None


class Pairs:
    """The translation pairs of a project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def __iter__(self) -> Iterator[TranslationPair]:
        for document in self._project.store.all(Document):
            if document.original is not None:
                yield self[document.uid]

    def __len__(self) -> int:
        return sum(d.original is not None for d in self._project.store.all(Document))

    def __getitem__(self, translation: str) -> TranslationPair:
        """Return the pair of a translation: as a person aligned it, else as proposed."""
        original, rendered = self._documents(translation)
        kept = self._kept(original, rendered)
        if kept is None:
            return self.propose(translation)
        left, right = self._stretches(original, rendered)
        units = [AlignedUnit(tuple(left[i] for i in a), tuple(right[j] for j in b)) for a, b in kept]
        return TranslationPair(original, rendered, tuple(units), confirmed=True)

    def _documents(self, translation: str) -> tuple[Document, Document]:
        rendered = self._project.documents.find(translation)
        if rendered.original is None:
            raise InvalidValue(
                f"“{rendered.name}” is not marked as a translation; "
                "say project.documents.translate(original, translation)."
            )
        return self._project.documents.find(rendered.original), rendered

    def _stretches(self, original: Document, rendered: Document) -> tuple[list[Span], list[Span]]:
        """Return what is aligned: turns where both have them, else the paragraphs that can be coded."""
        outlines = self._project.store.outline(original.uid), self._project.store.outline(rendered.uid)
        turns = all(o.turns for o in outlines)
        return _units(outlines[0], turns), _units(outlines[1], turns)

    # -- aligning -----------------------------------------------------------------------------------

    def propose(self, translation: str) -> TranslationPair:
        """Propose which turns render which, by length, speaker, numbers and acronyms; nothing is stored.

        Args:
            translation: name or uid of a document that is marked as a translation.
        """
        original, rendered = self._documents(translation)
        store = self._project.store
        found = align_turns(
            store.text(original.uid), store.outline(original.uid), store.text(rendered.uid), store.outline(rendered.uid)
        )
        left, right = self._stretches(original, rendered)
        units = [
            AlignedUnit(tuple(left[i] for i in p.left), tuple(right[j] for j in p.right), round(p.confidence, 3))
            for p in found
        ]
        return TranslationPair(original, rendered, tuple(units), confirmed=False)

    def align(self, original: str, translation: str, *, translator: str = "") -> TranslationPair:
        """Mark a document as the translation of another, and propose how they are aligned.

        Args:
            original: name or uid.
            translation: name or uid.
            translator: who translated; quotations name them.
        """
        if self._project.documents.find(original).uid == self._project.documents.find(translation).uid:
            raise InvalidValue("A document cannot be its own translation; name two documents.")
        self._project.documents.translate(original, translation, translator=translator)
        return self[translation]

    def set(self, translation: str, pairs: Iterable[Numbers] | None = None) -> TranslationPair:
        """Keep an alignment that a person has read.

        Args:
            translation: name or uid of the translation.
            pairs: numbers, from 0, of the turns (paragraphs where nobody takes turns) of original and
                translation that render each other, in order; either side may be empty. None confirms the
                proposal as it is.

        Raises:
            InvalidValue: a turn is left out, named twice, out of order or not there.
        """
        original, rendered = self._documents(translation)
        left, right = self._stretches(original, rendered)
        if pairs is None:
            at = {s: i for i, s in enumerate(left)}, {s: i for i, s in enumerate(right)}
            proposal = self.propose(rendered.uid).units
            pairs = [(tuple(at[0][s] for s in u.original), tuple(at[1][s] for s in u.translation)) for u in proposal]
        rows = [(tuple(a), tuple(b)) for a, b in pairs]
        for side, spans, name in ((0, left, original.name), (1, right, rendered.name)):
            named = [i for row in rows for i in row[side]]
            if named != list(range(len(spans))):
                raise InvalidValue(
                    f"“{name}” has turns 0 to {len(spans) - 1}; each is needed once and in order, {named} were given."
                )
        body = f"{_mark(original, rendered)}:" + ";".join(
            f"{','.join(map(str, a))}={','.join(map(str, b))}" for a, b in rows
        )
        known = self._link(original, rendered)
        link = Link(known.uid if known else new_uid(), original.uid, rendered.uid, PREFIX + body, "Bidirectional")
        with self._project.store.change("align translation") as change:
            change.put(link)
        return self[rendered.uid]

    def _link(self, original: Document, rendered: Document) -> Link | None:
        links = self._project.store.all(Link, source=original.uid, target=rendered.uid)
        return next((link for link in links if link.name.startswith(PREFIX)), None)

    def _kept(self, original: Document, rendered: Document) -> list[Numbers] | None:
        """Return the alignment that was set; None where there is none, or a text has been corrected since."""
        link = self._link(original, rendered)
        if link is None:
            return None
        mark, _, body = link.name.removeprefix(PREFIX).partition(":")
        if mark != _mark(original, rendered):
            return None
        out = []
        for row in body.split(";"):
            a, _, b = row.partition("=")
            out.append((_numbers(a), _numbers(b)))
        return out

    # -- counting and comparing ---------------------------------------------------------------------

    def once(self, snapshot: Snapshot | None = None) -> Snapshot:
        """Return the project with each pair counted once, for `coding.tables` and `coding.charts`.

        Codings of a translation move to the aligned unit of the original; where the same coder gave the
        same code there already, that coding stands for both. Translations then carry nothing.

        Args:
            snapshot: what to count; the whole project by default.
        """
        base = snapshot if snapshot is not None else self._project.snapshot()
        return self._moved(base, whole=False)

    def agreement(
        self, original: str | None = None, coders: Sequence[str] | None = None, **options: Any
    ) -> AgreementResult:
        """Compare coders of whom some worked on the original and some on the translation.

        Every coding is taken as a coding of the aligned unit that it touches, on the original; finer
        figures would compare characters of two languages. The unit is the turn, or the paragraph where
        nobody takes turns.

        Args:
            original: name or uid of one original; None is every pair.
            coders: names; None is all who coded.
            options: as for `Project.agreement`, without unit.

        Raises:
            Refused: an open blind round covers one of the documents.
        """
        from coding.agreement.computing import agreement_of
        from coding.agreement.material import material_of_snapshot
        from coding.project.agreement import AgreementResult

        pairs = [p for p in self if original is None or p.original.uid == self._project.documents.find(original).uid]
        if not pairs:
            raise NotFound("There is no translation pair; say project.pairs.align(original, translation).")
        uids = {d.uid for p in pairs for d in (p.original, p.translation)}
        if uids & self._project.rounds.blind_documents():
            raise Refused("A document of the pair is in an open blind round; figures come when it is closed.")
        base = self._moved(self._project.snapshot(documents=sorted(uids)), whole=True)
        names = [p.original.name for p in pairs]
        material = material_of_snapshot(base, coders=coders, documents=names)
        turns = all(base.outlines[p.original.uid].turns for p in pairs)
        options["unit"] = "turn" if turns else "paragraph"
        table = agreement_of(material, **options)
        return AgreementResult(table, self._project, None, "krippendorff_alpha", {"coders": coders, **options})

    def _moved(self, base: Snapshot, *, whole: bool) -> Snapshot:
        """Move codings of translations to originals; `whole` widens those of the original to the unit too."""
        at = {d.uid: i for i, d in enumerate(base.documents)}
        table = base.codings
        columns = {name: getattr(table, name).copy() for name in table.__dataclass_fields__}
        keep = np.ones(len(table), dtype=bool)
        for pair in self:
            if pair.original.uid not in at or pair.translation.uid not in at:
                continue
            first, second = at[pair.original.uid], at[pair.translation.uid]
            homes = _homes(pair.units)
            for row in np.flatnonzero(table.document == second).tolist():
                found = homes(1, int(table.start[row]), int(table.end[row]))
                keep[row] = found is not None
                if found is not None:
                    columns["document"][row], columns["start"][row], columns["end"][row] = first, *found
            for row in np.flatnonzero(table.document == first).tolist() if whole else ():
                found = homes(0, int(table.start[row]), int(table.end[row]))
                if found is not None:
                    columns["start"][row], columns["end"][row] = found
            keep &= _not_doubled(table, columns, keep, first, second)
        moved = CodingTable.from_columns(columns).select(keep)
        there = set(moved.uid.tolist())
        return replace(base, codings=moved, details={u: f for u, f in base.details.items() if u in there})

    def to_frame(self) -> pd.DataFrame:
        """Return one row per pair: original, translation, translator, units, confirmed, uids."""
        import pandas as pd

        rows = [
            (p.original.name, p.translation.name, p.translation.translator, len(p.units), p.confirmed,
             p.original.uid, p.translation.uid)
            for p in self
        ]  # fmt: skip
        columns = ["original", "translation", "translator", "units", "confirmed", "original_uid", "translation_uid"]
        return pd.DataFrame(rows, columns=columns)

    def __repr__(self) -> str:
        rows = [
            f"  {p.original.name} ↔ {p.translation.name}: {len(p.units)} units, {'set' if p.confirmed else 'proposed'}"
            for p in self
        ]
        return "\n".join([f"{len(rows)} translation pairs", *rows])


def _units(outline: Outline, turns: bool) -> list[Span]:
    if turns:
        return [(t.label_end, t.end) for t in outline.turns]
    return [(p.start, p.end) for p in outline.paragraphs if p.codable]


def _mark(original: Document, rendered: Document) -> str:
    """Return what changes when one of the texts is corrected."""
    return f"{original.sha256[:12]}-{rendered.sha256[:12]}"


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(n) for n in text.split(",") if n)


def _homes(units: Sequence[AlignedUnit]) -> Callable[[int, int, int], Span | None]:
    """Return a function that gives, for a passage of one side, the unit's place on the original."""
    sides: list[list[tuple[Span, Span | None]]] = [[], []]
    for unit in units:
        home = _edges(unit.original)
        for span in unit.original:
            sides[0].append((span, home))
        for span in unit.translation:
            sides[1].append((span, home))
    starts = [[span[0] for span, _ in side] for side in sides]

    def home_of(side: int, start: int, end: int) -> Span | None:
        first = max(0, bisect_right(starts[side], start) - 1)
        homes = []
        for span, home in sides[side][first:]:
            if span[0] >= end:
                break
            if span[1] > start and home is not None:
                homes.append(home)
        return (min(h[0] for h in homes), max(h[1] for h in homes)) if homes else None

    return home_of


def _not_doubled(table: CodingTable, columns: Mapping[str, Any], keep: Any, first: int, second: int) -> Any:
    """Return a mask without moved codings that the same coder and code have on the original already."""
    own: dict[tuple[int, int], list[Span]] = {}
    out = np.ones(len(table), dtype=bool)
    for row in np.flatnonzero(table.document == first).tolist():
        key = int(table.code[row]), int(table.coder[row])
        own.setdefault(key, []).append((int(columns["start"][row]), int(columns["end"][row])))
    for row in np.flatnonzero((table.document == second) & keep).tolist():
        key = int(table.code[row]), int(table.coder[row])
        start, end = int(columns["start"][row]), int(columns["end"][row])
        if any(s < end and start < e for s, e in own.get(key, ())):
            out[row] = False
        else:
            own.setdefault(key, []).append((start, end))
    return out
