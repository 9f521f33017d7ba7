"""Searching a project: full text and keyword in context over texts, coded passages and memos.

The index of the database only says which texts are worth reading. What is a hit, and where, is decided on the
stored text by `coding.language.find`, so that a file, a server and a plain scan answer alike.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

from coding.errors import InvalidValue, NotFound
from coding.language import find, parse
from coding.language.concordance import context
from coding.language.scripts import HAN_CLASS, han_space
from coding.language.search import And, Near, Not, Or, Query, Term
from coding.model import Code, Coder, Coding, CodingTable, Document, Memo, Paragraph, Snapshot, Uid, counted
from coding.project.collections import html_table
from coding.screens import open_screen
from coding.spans import Span, union

if TYPE_CHECKING:
    import pandas as pd

    from coding.project.codebook import CodeRef
    from coding.project.project import Project

__all__ = ["Place", "Places", "SearchResult", "code_uids", "search"]

WIDTH: Final = 60
SCAN: Final = 2_000_000
"""Characters up to which reading everything is faster than keeping an index."""
_PLACES: Final = ("texts", "codings", "memos")
_UNITS: Final = ("document", "paragraph", "sentence", "turn", "passage")
_INDEXABLE: Final = re.compile(rf"[\x00-\u024f\u2018\u2019{HAN_CLASS}]*\Z")
_WORD: Final = re.compile(rf"[{HAN_CLASS}]|[^\W_{HAN_CLASS}]+")
_HAN_RUN: Final = re.compile(rf"[{HAN_CLASS}]+")
Unit = Literal["document", "paragraph", "sentence", "turn", "passage"]


@dataclass(frozen=True, slots=True)
class Place:
    """One place that a search found; its words are the interview's, so it has no telling repr."""

    document_uid: Uid
    document: str
    start: int
    end: int
    left: str
    match: str
    right: str
    where: Literal["text", "memo", "coding"] = "text"
    uid: Uid = ""
    """The memo or the coding; "" for a place in a text."""
    note: str = ""
    """Title of the memo, or path of the code."""

    def __repr__(self) -> str:
        return f"Place(where={self.where!r}, document={self.document!r}, start={self.start}, end={self.end})"


class Places:
    """Places of a project as a list, a frame, a count or a screen; shows itself without a word of an interview.

    Attributes:
        rows: the places, in the order of documents and text.
        query: what was asked, as a person reads it.
    """

    def __init__(self, project: Project, rows: Sequence[Place], query: str, asked: Mapping[str, Any]) -> None:
        self.rows = tuple(rows)
        self.query = query
        self.asked = dict(asked)
        self._project = project

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Place]:
        return iter(self.rows)

    def __getitem__(self, at: int) -> Place:
        return self.rows[at]

    def to_frame(self, *, text: bool = False) -> pd.DataFrame:
        """Return one row a place: document, place, unit numbers, speaker, case, variables, uids.

        Args:
            text: add the words and what stands on either side; the researcher's own choice, since they then
                stand in the notebook.
        """
        import pandas as pd

        named = ("document", "start", "end", "where", "note", "left", "match", "right")
        base = pd.DataFrame([asdict(r) for r in self.rows], columns=[*named, "document_uid", "uid"])
        about = self._about().drop(columns=["document", "start", "end"])
        frame = base.join(about)
        if not text:
            frame = frame.drop(columns=["left", "match", "right"])
        last = ["document_uid", "uid"]
        return frame[[c for c in frame.columns if c not in last] + last]

    def _about(self) -> pd.DataFrame:
        """Return what the tables know of each place: units, speaker, case and variables."""
        snapshot = self._project.snapshot(texts=False)
        known = {d.uid: i for i, d in enumerate(snapshot.documents)}
        at = [i for i, r in enumerate(self.rows) if r.document_uid in known]
        spans = [(known[self.rows[i].document_uid], self.rows[i].start, self.rows[i].end) for i in at]
        frame = owners(snapshot, spans)
        frame.index = at
        return frame

    def count_by(self, what: str = "document") -> pd.DataFrame:
        """Return how many places fall to each document, code, speaker, case or value of a variable.

        Args:
            what: ``document``, ``code`` (a place counts for each code that lies on it, once), ``where``,
                ``speaker``, ``case`` or the name of a variable.

        Returns:
            Columns of that name, ``places`` and ``documents``; most first.

        Raises:
            NotFound: there is no such grouping.
        """
        import pandas as pd

        if what in ("document", "where"):  # known without reading the units of every text
            frame = pd.DataFrame(
                [(getattr(r, what), r.document_uid) for r in self.rows], columns=[what, "document_uid"]
            )
        else:
            frame = self._codes() if what == "code" else self.to_frame()
        if what not in frame.columns:
            raise NotFound.among("grouping", what, [*frame.columns, "code"])
        grouped = frame.dropna(subset=[what]).groupby(what, observed=True)["document_uid"]
        out = grouped.agg(places="size", documents="nunique").reset_index()
        return out.sort_values(["places", what], ascending=[False, True], ignore_index=True)

    def _codes(self) -> pd.DataFrame:
        import pandas as pd

        tree = self._project.codebook.tree
        found = []
        wanted = {r.document_uid for r in self.rows if r.document_uid}
        coded: dict[Uid, list[Coding]] = {}
        for c in self._project.visible(self._project.store.codings(documents=wanted)) if wanted else ():
            coded.setdefault(c.document, []).append(c)
        for number, r in enumerate(self.rows):
            here = {c.code for c in coded.get(r.document_uid, ()) if c.start < r.end and r.start < c.end}
            found += [(number, tree.path(tree.resolve(c)), r.document_uid) for c in here]
        return pd.DataFrame(sorted(set(found)), columns=["number", "code", "document_uid"])

    def show(self, **options: Any) -> Any:
        """Open the list on a screen: a click on a place opens its document there."""
        return open_screen("search", self, **options)

    def save(self, name: str, description: str = "") -> None:
        """Keep the search in the project under a name, to be run again on what the project then holds."""
        self._project.queries.save(name, self.asked, description=description)

    def _summary(self) -> list[tuple[str, int]]:
        counts: dict[str, int] = {}
        for r in self.rows:
            key = r.document or "memos"
            counts[key] = counts.get(key, 0) + 1
        return sorted(counts.items(), key=lambda pair: -pair[1])

    def _head(self) -> str:
        documents = len({r.document_uid for r in self.rows if r.document_uid})
        return f"{self.query}: {counted(len(self), 'place')} in {counted(documents, 'document')}"

    def __repr__(self) -> str:
        rows = self._summary()
        more = [f"  … and {len(rows) - 20} more documents"] if len(rows) > 20 else []
        return "\n".join([self._head(), *(f"  {name}: {n}" for name, n in rows[:20]), *more])

    def _repr_html_(self) -> str:
        return html_table(("document", "places"), self._summary()[:50], self._head())


class SearchResult(Places):
    """What `Project.search` found."""


def owners(snapshot: Snapshot, spans: Sequence[tuple[int, int, int]]) -> pd.DataFrame:
    """Return the frame that `coding.tables` makes of codings for any places: units, speaker, case, variables.

    Args:
        snapshot: the project.
        spans: (position of the document, start, end) each.
    """
    from coding import tables

    columns: dict[str, Sequence[Any]] = {
        "uid": [""] * len(spans),
        "document": [d for d, _, _ in spans], "start": [s for _, s, _ in spans], "end": [e for _, _, e in spans],
    }  # fmt: skip
    stand_in = replace(
        snapshot, codes=(Code("place", "place"),), coders=(Coder("place", "place"),), details={},
        codings=CodingTable.from_columns(columns),
    )  # fmt: skip
    frame = tables.codings(stand_in)
    made_up = ["code", "path", "level_1", "coder", "origin", "round", "created", "retired"]
    return frame.drop(columns=[*made_up, "document_uid", "code_uid", "coder_uid", "uid"])


def search(
    project: Project,
    query: str,
    *,
    within_code: CodeRef | None = None,
    case: str | None = None,
    speaker: str | None = None,
    coder: str | None = None,
    documents: Iterable[str] | None = None,
    where: Collection[str] = _PLACES,
    unit: Unit = "document",
    width: int = WIDTH,
) -> SearchResult:
    """Find words in a project; see `Project.search`."""
    where = (where,) if isinstance(where, str) else tuple(where)
    _check(where, unit, width)
    asked = {
        "query": query, "within_code": within_code if isinstance(within_code, str | None) else within_code.uid,
        "case": case, "speaker": speaker, "coder": coder, "documents": None if documents is None else list(documents),
        "where": list(where), "unit": unit, "width": width,
    }  # fmt: skip
    finder = _Finder(project, parse(query), asked)
    rows: list[Place] = []
    if {"texts", "codings"} & set(where):
        rows += finder.in_texts()
    if "memos" in where:
        rows += finder.in_memos()
    return SearchResult(project, rows, query, {"kind": "text", **asked})


def _check(where: Sequence[str], unit: str, width: int) -> None:
    for given in where:
        if given not in _PLACES:
            raise InvalidValue(f"where names {given!r}; {', '.join(_PLACES)} can be searched.")
    if not where:
        raise InvalidValue(f"where is empty; name one of {', '.join(_PLACES)}.")
    if unit not in _UNITS:
        raise InvalidValue(f"unit is {unit!r}; a search holds within one {', '.join(_UNITS)}.")
    if not 0 <= width <= 1000:
        raise InvalidValue(f"width is {width}; 0 to 1000 characters can stand on either side.")


def code_uids(project: Project, code: CodeRef | None, *, below: bool = True) -> set[Uid] | None:
    """Return every uid under which codings of a code may be recorded, merged codes and codes below included."""
    if code is None:
        return None
    tree = project.codebook.tree
    root = project.codebook.find(code)
    wanted = {root.uid, *(c.uid for c in tree.descendants(root))} if below else {root.uid}
    return {c.uid for c in project.store.all(Code) if tree.resolve(c.uid).uid in wanted}


class _Finder:
    """One search under way."""

    def __init__(self, project: Project, query: Query, asked: Mapping[str, Any]) -> None:
        self.project, self.query, self.asked = project, query, asked
        self.width: int = asked["width"]
        self._paragraphs: dict[Uid, Sequence[Paragraph]] = {}
        named = asked["documents"]
        every = project.store.all(Document)
        chosen = None if named is None else {project.documents.find(d).uid for d in named}
        self.documents = [d for d in every if chosen is None or d.uid in chosen]
        self.codes = code_uids(project, asked["within_code"])
        self.coder = project.coders.find(asked["coder"]).uid if asked["coder"] else None

    def in_texts(self) -> Iterator[Place]:
        store = self.project.store
        documents = self.documents
        if sum(d.length for d in documents) > SCAN:
            likely = _likely(self.project, self.query)
            documents = [d for d in documents if likely is None or d.uid in likely]
        only_coded = self.codes is not None or self.coder is not None or "texts" not in self.asked["where"]
        coded = self._coded(documents) if only_coded or self.asked["unit"] == "passage" else {}
        said = self._said(documents)
        scopes_of: dict[Uid, list[Span]] = {}
        for document in documents:
            scopes: list[Span] = [(0, document.length)]
            if coded or only_coded:
                scopes = coded.get(document.uid, [])
            if said is not None:
                scopes = _within(scopes, said.get(document.uid, []))
            if scopes := self._by_unit(document, scopes):
                scopes_of[document.uid] = scopes
        for document, text in store.texts(d for d in documents if d.uid in scopes_of):
            for start, end in find(
                self.query, text, scopes_of[document.uid], runs_on=partial(self._runs_on, document.uid)
            ):
                left, right = context(text, start, end, self.width)
                yield Place(document.uid, document.name, start, end, left, text[start:end], right)

    def _runs_on(self, document: Uid, at: int) -> bool:
        """Return whether the line that ends at a place is one of several of its paragraph."""
        if document not in self._paragraphs:
            self._paragraphs = {document: self.project.store.outline(document).paragraphs}
        return any(p.start <= at < p.end for p in self._paragraphs[document])

    def _coded(self, documents: Sequence[Document]) -> dict[Uid, list[Span]]:
        """Return the passages to which the search is narrowed, by document; each is a scope of its own."""
        found = self.project.store.codings(
            documents=[d.uid for d in documents], codes=self.codes, coders=[self.coder] if self.coder else None
        )
        out: dict[Uid, set[Span]] = {}
        for c in self.project.visible(found):
            out.setdefault(c.document, set()).add((c.start, c.end))
        return {uid: sorted(spans) for uid, spans in out.items()}

    def _said(self, documents: Sequence[Document]) -> dict[Uid, list[Span]] | None:
        """Return what the wanted speaker or case says, by document; None where anyone may speak."""
        case, speaker = self.asked["case"], self.asked["speaker"]
        if case is None and speaker is None:
            return None
        snapshot = self.project.snapshot(documents=[d.uid for d in documents], texts=False)
        spans: list[tuple[int, int, int]] = []
        for position, document in enumerate(snapshot.documents):
            outline = snapshot.outlines[document.uid]
            stretches = [(t.label_end, t.end) for t in outline.turns] or [(p.start, p.end) for p in outline.paragraphs]
            spans += [(position, s, e) for s, e in stretches if e > s]
        frame = owners(snapshot, spans)
        keep = frame["start"] >= 0
        if case is not None:
            keep &= frame["case"] == self.project.cases[case].name
        if speaker is not None:
            by_label = frame["speaker"] == speaker
            if not by_label.any() and not (frame["case"] == speaker).any():
                raise NotFound.among("speaker", speaker, frame["speaker"].dropna().unique())
            keep &= by_label | (frame["case"] == speaker)
        out: dict[Uid, list[Span]] = {}
        for (position, start, end), wanted in zip(spans, keep, strict=True):
            if wanted:
                out.setdefault(snapshot.documents[position].uid, []).append((start, end))
        return {uid: self._joined(uid, said) for uid, said in out.items()}

    def _joined(self, document: Uid, said: list[Span]) -> list[Span]:
        """Lines of one person without turns belong together; turns stay apart."""
        outline = self.project.store.outline(document)
        if outline.turns:
            return said
        gaps = [(a.end, b.start) for a, b in zip(outline.paragraphs, outline.paragraphs[1:], strict=False)]
        there = set(said)
        whole = [(p.start, p.end) in there for p in outline.paragraphs]
        bridges = [gap for gap, a, b in zip(gaps, whole, whole[1:], strict=False) if a and b and gap[1] > gap[0]]
        return union([*said, *bridges], join_touching=True)

    def _by_unit(self, document: Document, scopes: list[Span]) -> list[Span]:
        unit = self.asked["unit"]
        if unit in ("document", "passage"):
            return scopes
        outline = self.project.store.outline(document.uid)
        units: dict[str, list[Span]] = {
            "sentence": list(outline.sentences),
            "paragraph": [(p.start, p.end) for p in outline.paragraphs],
            "turn": [(t.label_end, t.end) for t in outline.turns],
        }
        return _within(scopes, units[unit])

    def in_memos(self) -> Iterator[Place]:
        project = self.project
        if self.asked["speaker"] is not None:
            return
        narrowed = any(self.asked[k] is not None for k in ("documents", "within_code", "case"))
        names = {d.uid: d for d in self.documents}
        case = project.cases[self.asked["case"]].uid if self.asked["case"] else None
        for memo in project.memos:
            if self.coder is not None and memo.coder != self.coder:
                continue
            passage = self._passage_of(memo)
            if narrowed and not self._is_about(memo, passage, names, case):
                continue
            document = names.get(passage[0]) if passage else None
            for start, end in find(self.query, memo.body):
                left, right = context(memo.body, start, end, self.width)
                place = passage[1:] if passage and document else (0, 0)
                yield Place(
                    document.uid if document else "", document.name if document else "", *place,
                    left, memo.body[start:end], right, "memo", memo.uid, memo.title or memo.kind,
                )  # fmt: skip

    def _passage_of(self, memo: Memo) -> tuple[Uid, int, int] | None:
        """Return the passage, or the document, that a memo is about."""
        known = {d.uid for d in self.project.store.all(Document)}
        for uid in memo.about:
            if uid in known:
                return uid, 0, 0
            try:
                coding = self.project.store.get(Coding, uid)
            except NotFound:
                continue
            return coding.document, coding.start, coding.end
        return None

    def _is_about(
        self, memo: Memo, passage: tuple[Uid, int, int] | None, names: Mapping[Uid, Document], case: Uid | None
    ) -> bool:
        if self.asked["documents"] is not None and (passage is None or passage[0] not in names):
            return False
        if case is not None and case not in memo.about:
            return False
        if self.codes is None:
            return True
        about = set(memo.about)
        if about & self.codes:
            return True
        found = self.project.store.codings(documents=[passage[0]], codes=self.codes) if passage else []
        return any(c.uid in about for c in found)


def _within(scopes: Sequence[Span], units: Sequence[Span]) -> list[Span]:
    """Return the parts of each scope that lie in one unit; both sorted, units free of overlaps."""
    starts, ends = [s for s, _ in units], [e for _, e in units]
    out = {
        (max(start, starts[i]), min(end, ends[i]))
        for start, end in scopes
        for i in range(bisect_right(ends, start), bisect_left(starts, end))
    }
    return sorted(out)


def _likely(project: Project, query: Query) -> set[Uid] | None:
    """Return the documents that may satisfy a search by the index; None where it cannot tell."""
    match query:
        case Term():
            phrases = _phrases(query, server=project.store.path is None)
            return _meet([set(project.store.search_documents([p])) for p in phrases]) if phrases else None
        case Not():
            return None
        case And(parts):
            return _meet([s for p in parts if (s := _likely(project, p)) is not None])
        case Near(left, right):
            return _meet([s for p in (left, right) if (s := _likely(project, p)) is not None])
        case Or(parts):
            every = [_likely(project, p) for p in parts]
            known = [s for s in every if s is not None]
            return set().union(*known) if len(known) == len(every) else None


def _meet(sets: list[set[Uid]]) -> set[Uid] | None:
    return set.intersection(*sets) if sets else None


def _phrases(term: Term, *, server: bool) -> list[tuple[str, ...]]:
    """Return phrases that every text with the term holds, as the index cuts words.

    A server's parser keeps addresses, numbers and words joined by a full stop in one piece, so that there only
    runs of Chinese characters are safe to go by.
    """
    if not _INDEXABLE.match(term.text):
        return []
    if server:
        return [tuple(run) for run in _HAN_RUN.findall(term.text)]
    words = _WORD.findall(han_space(term.text).lower())
    if words and term.prefix and not _HAN_RUN.match(words[-1]):
        words[-1] += "*"
    return [tuple(words)] if words else []
