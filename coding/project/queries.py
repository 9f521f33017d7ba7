"""Questions about codings: which overlap, lie within, follow or meet others; crosstabs; searches kept by name."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from coding.errors import InvalidValue, NotFound
from coding.language import patterns
from coding.language.concordance import context
from coding.model import Coding, CodingTable, Scalar, Snapshot, Uid, counted, fold_name, new_uid
from coding.project.collections import Collection
from coding.project.search import WIDTH, Place, Places, code_uids, owners, search
from coding.spans import Span
from coding.storage import SavedQuery

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from coding.project.codebook import CodeRef
    from coding.project.project import Project

__all__ = ["FoundCodings", "Queries", "find_codings"]

RELATIONS: Final = ("overlapping", "within", "followed_by", "co_occurring")
Unit = Literal["sentence", "paragraph", "turn", "document"]


class FoundCodings(Places):
    """What `Project.find_codings` found: codings, and for each the partners that made it a find.

    Attributes:
        codings: the codings, in the order of documents and text.
        partners: uid of a coding to the uids of those that it overlaps, lies in, goes before or meets.
    """

    def __init__(
        self, project: Project, snapshot: Snapshot, codings: Sequence[Coding], partners: Mapping[Uid, tuple[Uid, ...]],
        query: str, asked: Mapping[str, Any], width: int,
    ) -> None:  # fmt: skip
        super().__init__(project, (), query, asked)
        self.codings = tuple(codings)
        self.partners = partners
        self._snapshot = snapshot
        self._width = width
        self._places: tuple[Place, ...] | None = None

    def only(self, uids: Several[Uid]) -> FoundCodings:
        """Return those among the finds that are in the given set, by uid."""
        kept = [c for c in self.codings if c.uid in uids]
        return FoundCodings(
            self._project, self._snapshot, kept, self.partners, self.query, self.asked, self._width
        )  # fmt: skip

    @property
    def rows(self) -> tuple[Place, ...]:
        """The passages with what stands on either side; read when they are first asked for."""
        if self._places is None:
            tree, names = self._project.codebook.tree, {d.uid: d.name for d in self._snapshot.documents}
            out, text, last = [], "", ""
            for c in self.codings:
                if c.document != last:
                    text, last = self._project.store.text(c.document), c.document
                left, right = context(text, c.start, c.end, self._width)
                path = tree.path(tree.resolve(c.code))
                words = text[c.start : c.end]
                out.append(
                    Place(c.document, names[c.document], c.start, c.end, left, words, right, "coding", c.uid, path)
                )
            self._places = tuple(out)
        return self._places

    @rows.setter
    def rows(self, value: tuple[Place, ...]) -> None:
        self._places = value or None

    def __len__(self) -> int:
        return len(self.codings)

    def snapshot(self) -> Snapshot:
        """Return the project with these codings only, for `coding.tables` and `coding.charts`."""
        wanted = {c.uid for c in self.codings}
        table = self._snapshot.codings
        keep = np.fromiter((uid in wanted for uid in table.uid), dtype=bool, count=len(table))
        return replace(self._snapshot, codings=table.select(keep))

    def to_frame(self, *, text: bool = False) -> pd.DataFrame:
        """Return one row a coding as `Codings.to_frame` has it, with the number and codes of its partners.

        Args:
            text: add the words; the researcher's own choice, since they then stand in the notebook.
        """
        from coding import tables

        frame = tables.codings(self.snapshot(), text=text)
        if self.asked.get("relation"):
            tree, of = self._project.codebook.tree, {c.uid: c.code for c in self._snapshot.iter_codings()}
            paths = {uid: tree.path(tree.resolve(uid)) for uid in set(of.values())}
            named = ["; ".join(sorted({paths[of[p]] for p in self.partners.get(uid, ())})) for uid in frame["uid"]]
            frame.insert(4, "partners", [len(self.partners.get(uid, ())) for uid in frame["uid"]])
            frame.insert(5, "partner_codes", named)
        return frame

    def crosstab(self, by: str = "case", *, language: Literal["en", "zh"] = "en") -> pd.DataFrame:
        """Return codes × groups of these codings.

        Args:
            by: case, document, coder, speaker, round, origin, language, kind, or the name of a variable.
            language: of the names of codes.
        """
        from coding import tables

        return tables.crosstab(self.snapshot(), by, language=language)

    def chart(self, by: str = "case", *, language: Literal["en", "zh"] = "en") -> alt.Chart | alt.LayerChart:
        """Draw the crosstab as a heatmap."""
        from coding import charts, tables

        return charts.codes_by(tables.codes_by(self.snapshot(), by, language=language), language=language)

    def _summary(self) -> list[tuple[str, int]]:
        names = {d.uid: d.name for d in self._snapshot.documents}
        counts: dict[str, int] = {}
        for c in self.codings:
            counts[names[c.document]] = counts.get(names[c.document], 0) + 1
        return sorted(counts.items(), key=lambda pair: -pair[1])

    def _head(self) -> str:
        return f"{self.query}: {counted(len(self), 'coding')} in {counted(len({c.document for c in self.codings}), 'document')}"


def find_codings(
    project: Project,
    code: CodeRef | None = None,
    *,
    overlapping: CodeRef | None = None,
    within: CodeRef | None = None,
    followed_by: CodeRef | None = None,
    co_occurring: CodeRef | None = None,
    distance: int = 200,
    unit: Unit = "sentence",
    coder: str | None = None,
    documents: Iterable[str] | None = None,
    where: Mapping[str, Scalar | Several[Scalar]] | None = None,
    include_subcodes: bool = True,
    width: int = WIDTH,
) -> FoundCodings:
    """Find codings by what lies around them; see `Project.find_codings`."""
    given = dict(zip(RELATIONS, (overlapping, within, followed_by, co_occurring), strict=True))
    chosen = [(name, ref) for name, ref in given.items() if ref is not None]
    if len(chosen) > 1:
        raise InvalidValue(f"{' and '.join(n for n, _ in chosen)} were given; ask for one of them at a time.")
    relation, other = chosen[0] if chosen else (None, None)
    named = None if documents is None else list(documents)
    asked = {
        "kind": "codings", "code": _ref(code), "relation": relation, **{n: _ref(r) for n, r in chosen},
        "distance": distance, "unit": unit, "coder": coder, "documents": named,
        "where": _plain(where), "include_subcodes": include_subcodes, "width": width,
    }  # fmt: skip
    snapshot = project.snapshot(documents=named, coders=[coder] if coder else None, texts=False)
    table = snapshot.codings
    left = patterns.rows_of(table, codes=_positions(project, snapshot, code, include_subcodes))
    left = left[_by_variables(snapshot, table.select(left), where)]
    partners: dict[Uid, tuple[Uid, ...]] = {}
    if relation is not None:
        right = patterns.rows_of(table, codes=_positions(project, snapshot, other, include_subcodes))
        a, b = _meet(relation, snapshot, left, right, distance, unit)
        together: dict[int, list[Uid]] = {}
        for i, j in zip(a.tolist(), b.tolist(), strict=True):
            together.setdefault(i, []).append(table.uid[j])
        left = np.unique(a)
        partners = {table.uid[i]: tuple(uids) for i, uids in together.items()}
    found = list(replace(snapshot, codings=table.select(left)).iter_codings())
    order = {d.uid: i for i, d in enumerate(snapshot.documents)}
    found.sort(key=lambda c: (order[c.document], c.start, -c.end, c.uid))
    words = _words(project, asked, relation, other)
    return FoundCodings(project, snapshot, found, partners, words, asked, width)


def _ref(code: CodeRef | None) -> str | None:
    return code if code is None or isinstance(code, str) else code.uid


def _plain(where: Mapping[str, Any] | None) -> dict[str, Any]:
    return {k: list(v) if isinstance(v, set | frozenset | tuple) else v for k, v in (where or {}).items()}


def _words(project: Project, asked: Mapping[str, Any], relation: str | None, other: CodeRef | None) -> str:
    def named(ref: CodeRef | None) -> str:
        return "any code" if ref is None else project.codebook.find(ref).name

    out = named(asked["code"])
    if relation is not None:
        out += f" {relation.replace('_', ' ')} {named(other)}"
        out += f" ≤ {asked['distance']} characters" if relation == "followed_by" else ""
        out += f" in a {asked['unit']}" if relation == "co_occurring" else ""
    for name, value in asked["where"].items():
        out += f", {name} = {value}"
    return out


def _positions(project: Project, snapshot: Snapshot, code: CodeRef | None, below: bool) -> list[int] | None:
    uids = code_uids(project, code, below=below)
    return None if uids is None else [i for i, c in enumerate(snapshot.codes) if c.uid in uids]


def _by_variables(snapshot: Snapshot, table: CodingTable, where: Mapping[str, Any] | None) -> Any:
    """Return a mask of the codings whose case, document or speaker has the wanted values."""
    keep = np.ones(len(table), dtype=bool)
    if not where:
        return keep
    spans = list(zip(table.document.tolist(), table.start.tolist(), table.end.tolist(), strict=True))
    frame = owners(snapshot, spans)
    for name, value in where.items():
        if name not in frame.columns:
            raise NotFound.among("variable", name, [v.name for v in snapshot.variables] + ["case", "speaker"])
        wanted = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
        keep &= frame[name].isin(wanted).to_numpy(dtype=bool)
    return keep


def _meet(relation: str, snapshot: Snapshot, left: Any, right: Any, distance: int, unit: str) -> tuple[Any, Any]:
    table = snapshot.codings
    if relation == "overlapping":
        return patterns.overlapping(table, left, right)
    if relation == "within":
        return patterns.within(table, left, right)
    if relation == "followed_by":
        return patterns.followed_by(table, left, right, distance=distance)
    if unit not in ("sentence", "paragraph", "turn", "document"):
        raise InvalidValue(f"unit is {unit!r}; codings meet in a sentence, paragraph, turn or document.")
    units = {}
    for position in np.unique(table.document[left]).tolist():
        document = snapshot.documents[position]
        outline = snapshot.outlines[document.uid]
        units[position] = {
            "sentence": list(outline.sentences),
            "paragraph": [(p.start, p.end) for p in outline.paragraphs],
            "turn": [(t.start, t.end) for t in outline.turns],
            "document": [(0, document.length)],
        }[unit]
    return patterns.co_occurring(table, left, right, units)


def keywords(
    project: Project, code: CodeRef, *, minimum: int, limit: int, language: Literal["en", "zh"]
) -> pd.DataFrame:
    """Return the words typical of a code; see `Project.keywords`."""
    import pandas as pd

    from coding.language.keywords import code_keywords

    snapshot = project.snapshot()
    wanted = _positions(project, snapshot, code, True) or []
    coded = np.unique(snapshot.codings.document[np.isin(snapshot.codings.code, wanted)]).tolist()
    texts = {i: snapshot.texts[snapshot.documents[i].uid] for i in coded}
    found = project.codebook.find(code)
    name = (found.name_zh if language == "zh" else "") or found.name
    rows = [
        (name, spoken, *astuple(k))
        for spoken, speech in sorted(_speech(snapshot, coded).items())
        for k in code_keywords(texts, snapshot.codings, wanted, minimum=minimum, limit=limit, universe=speech)
    ]
    columns = ("code", "language", "word", "inside", "outside", "g2", "log_ratio", "all_inside", "all_outside")
    return pd.DataFrame(rows, columns=list(columns)).sort_values(
        "g2", ascending=False, kind="stable", ignore_index=True
    )


def _speech(snapshot: Snapshot, documents: Iterable[int]) -> dict[str, dict[int, list[Span]]]:
    """Return the sentences that count by the language of their paragraph, then by document."""
    from coding.language.suggest import units_of

    out: dict[str, dict[int, list[Span]]] = {}
    for position in documents:
        outline = snapshot.outlines[snapshot.documents[position].uid]
        begins = [p.start for p in outline.paragraphs]
        for start, end in units_of(outline):
            paragraph = outline.paragraphs[bisect_right(begins, start) - 1]
            out.setdefault(paragraph.language, {}).setdefault(position, []).append((start, end))
    return out


class Queries(Collection[SavedQuery]):
    """Searches that are kept by name; run again, they answer from what the project holds by then."""

    kind = "query"

    def _all(self) -> Sequence[SavedQuery]:
        return self._store.all(SavedQuery)

    def __getitem__(self, ref: str) -> SavedQuery:
        for query in self._all():
            if query.uid == ref or fold_name(query.name) == fold_name(ref):
                return query
        raise NotFound.among("query", ref, (q.name for q in self._all()))

    def save(self, name: str, asked: Mapping[str, Any], *, description: str = "") -> SavedQuery:
        """Keep a search; one of the same name is replaced.

        Args:
            name: to find it by.
            asked: `asked` of a result.
            description: what it is for.
        """
        if not name.strip():
            raise InvalidValue("A query needs a name.")
        known = self[name].uid if name in self else new_uid()
        coder = self._project.require_coder().uid
        query = SavedQuery(known, name.strip(), json.dumps(dict(asked), ensure_ascii=False), description, coder)
        with self._store.change("save query") as change:
            return change.put(query)

    def run(self, name: str) -> Places:
        """Ask again, of the project as it is now.

        Args:
            name: of the query, or its uid.
        """
        asked: dict[str, Any] = json.loads(self[name].query)
        kind = asked.pop("kind", "text")
        asked.pop("relation", None)
        if kind == "codings":
            return find_codings(self._project, **asked)
        return search(self._project, **asked)

    def remove(self, name: str) -> None:
        """Forget a query; undo brings it back."""
        with self._store.change("remove query") as change:
            change.remove(SavedQuery, self[name].uid)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per query: name, kind, what is asked, description, uid."""
        import pandas as pd

        rows = []
        for query in self._all():
            asked = {k: v for k, v in json.loads(query.query).items() if v not in (None, [], {})}
            kind = asked.pop("kind", "text")
            rows.append((query.name, kind, json.dumps(asked, ensure_ascii=False), query.description, query.uid))
        return pd.DataFrame(rows, columns=["name", "kind", "asked", "description", "uid"])
