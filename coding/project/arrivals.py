"""How texts that an importer has read become documents, cases, speakers and values of a project."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from coding import importers, language
from coding.model import (
    Case,
    CaseLink,
    Document,
    Memo,
    Outline,
    Paragraph,
    Scalar,
    Speaker,
    Turn,
    Value,
    Variable,
    VariableType,
    fold_name,
    new_uid,
)

if TYPE_CHECKING:
    from coding.project.project import Project
    from coding.storage import Change

LONG_PARAGRAPH = 100_000
"""Characters from which on a paragraph takes longer to draw than a key may take."""


class Arrivals:
    """One import under way: knows which names are taken, so that a batch needs no look-ups."""

    def __init__(self, project: Project) -> None:
        store = project.store
        documents = store.all(Document)
        self._names = {d.name for d in documents}
        self._hashes = {d.sha256: d.name for d in documents}
        self._cases = {fold_name(c.name): c for c in store.all(Case)}
        self._variables = {(v.on, fold_name(v.name)): v for v in store.all(Variable)}
        self._notes: list[str] = []

    def pop_notes(self) -> list[str]:
        """Return what a person should know about the last file, and forget it."""
        notes, self._notes = self._notes, []
        return notes

    def put_result(self, change: Change, result: importers.ImportResult, outlines: Iterator[Outline]) -> int:
        """Store all that one file held; return the number of new documents.

        Args:
            change: the transaction.
            result: what was read.
            outlines: yields the units of each of its documents.
        """
        for case in result.cases:
            self._values(change, "case", self._case(change, case.name).uid, case.variables)
        return sum(self.put(change, document, next(outlines)) is not None for document in result.documents)

    def put(
        self, change: Change, arriving: importers.ImportedDocument, outline: Outline, **fields: Any
    ) -> Document | None:
        """Store one document with its units, speakers and variables; None if the text is there already."""
        text = arriving.text
        digest = hashlib.sha256(text.encode()).hexdigest()
        if digest in self._hashes and not fields:
            self._notes.append(f"{arriving.name} is already in the project as “{self._hashes[digest]}”; left out.")
            return None
        outline = with_structure(outline, arriving)
        document = Document(
            uid=new_uid(),
            name=self._free_name(arriving.name),
            length=len(text),
            sha256=digest,
            language=arriving.language or outline.language,
            kind=arriving.kind if arriving.kind != "document" or not outline.turns else "interview",
            source_name=arriving.source_name,
            encoding=arriving.encoding,
            notes=arriving.changes,
        )
        document = replace(document, **fields)
        self._hashes[digest] = document.name
        change.put_document(document, text, outline)
        self._offers(text, outline)
        if arriving.case:
            change.put(CaseLink(self._case(change, arriving.case).uid, document.uid))
        self._speakers(change, document, outline)
        self._values(change, "document", document.uid, arriving.variables)
        for comment in arriving.comments:
            change.put(
                Memo(
                    new_uid(),
                    f"“{text[comment.start : comment.end]}”\n{comment.text}",
                    comment.author,
                    about=(document.uid,),
                )
            )
        return document

    def _offers(self, text: str, outline: Outline) -> None:
        """Say what a person should know of the text, and what a copied page holds beside it; nothing is taken unasked."""
        longest = max((p.end - p.start for p in outline.paragraphs), default=0)
        if longest > LONG_PARAGRAPH:
            self._notes.append(
                f"One paragraph has {longest:,} characters: it can be coded, but the screen is slow in it. Line breaks "
                "between paragraphs, in the program it came from, make it quick."
            )
        greyed = sum(not p.codable for p in outline.paragraphs)
        if not greyed:
            return
        self._notes.append(f"{greyed} of {len(outline.paragraphs)} paragraphs are paratext: greyed and not counted.")
        if offered := language.offered_variables(text, outline):
            self._notes.append(f"Offered as variables: {', '.join(offered)}. documents[…].take_offered() keeps them.")
        if parts := language.parts_of(text, outline):
            self._notes.append(f"Holds {len(parts)} titled pieces. documents[…].split() makes documents of them.")

    def _free_name(self, wanted: str) -> str:
        name, number = wanted, 2
        while name in self._names:
            name, number = f"{wanted} ({number})", number + 1
        self._names.add(name)
        return name

    def _case(self, change: Change, name: str) -> Case:
        folded = fold_name(name)
        if folded not in self._cases:
            self._cases[folded] = Case(new_uid(), name)
            change.put(self._cases[folded])
        return self._cases[folded]

    def _speakers(self, change: Change, document: Document, outline: Outline) -> None:
        """Make a case of every respondent; an interviewer is marked and stays without one."""
        roles = {turn.speaker: turn.role for turn in outline.turns if turn.speaker}
        respondents = [label for label, role in roles.items() if role == "respondent"]
        for label, role in roles.items():
            case = None
            if role == "respondent":
                # a lone respondent called "P" or 受访者 in every file is a different person in each
                generic = len(respondents) == 1 and language.is_generic_speaker(label)
                case = self._case(change, document.name if generic else label)
                change.put(CaseLink(case.uid, document.uid))
            change.put(Speaker(document.uid, label, case.uid if case else None, role))

    def _values(
        self, change: Change, on: Literal["case", "document"], owner: str, values: Mapping[str, Scalar]
    ) -> None:
        for name, value in values.items():
            variable = self._variables.get((on, fold_name(name)))
            if variable is None:
                variable = Variable(new_uid(), name, type_of(value), on)
                self._variables[on, fold_name(name)] = variable
                change.put(variable)
            change.put(Value(variable.uid, owner, value))


def type_of(value: Scalar) -> VariableType:
    """Return the variable type that holds a value."""
    match value:
        case bool():
            return "Boolean"
        case int():
            return "Integer"
        case float():
            return "Float"
        case _:
            return "Text"


def with_structure(outline: Outline, arriving: importers.ImportedDocument) -> Outline:
    """Lay what the file said of its own structure (headings, tables, times) over what was recognised."""
    roles = {start: role for start, _, role in arriving.structure}
    times = {start: (begin, end) for start, begin, end in arriving.times}
    if roles:
        paragraphs: list[Paragraph] = [
            replace(p, role=roles[p.start], codable=not (arriving.kind == "survey" and roles[p.start] == "heading"))
            if p.start in roles
            else p
            for p in outline.paragraphs
        ]
        outline = replace(outline, paragraphs=tuple(paragraphs))
    if times:
        # the file itself says where each turn begins and who speaks: that stands over what was recognised
        known = {turn.start: turn for turn in outline.turns}
        turns = [_timed_turn(arriving, known.get(start), start, *times[start]) for start in sorted(times)]
        outline = replace(outline, turns=tuple(turns))
    return outline


def _timed_turn(
    arriving: importers.ImportedDocument, known: Turn | None, start: int, begin_ms: int, end_ms: int
) -> Turn:
    if known is not None:
        return replace(known, begin_ms=begin_ms, end_ms=end_ms)
    line = arriving.text.find("\n", start)
    end = line if line >= 0 else len(arriving.text)
    label = next((name for name in arriving.speakers if arriving.text.startswith(f"{name}: ", start)), "")
    return Turn(start, end, start + len(label) + 2 if label else start, label, begin_ms=begin_ms, end_ms=end_ms)
