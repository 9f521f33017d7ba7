"""Coders, cases and variables of a project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

from coding.errors import InvalidValue, NotFound
from coding.model import (
    Case,
    CaseLink,
    Coder,
    Document,
    Quotable,
    Scalar,
    Speaker,
    SpeakerRole,
    Value,
    Variable,
    VariableType,
    new_uid,
)
from coding.project.arrivals import type_of
from coding.project.collections import Collection, by_name

if TYPE_CHECKING:
    import pandas as pd


class Coders(Collection[Coder]):
    """The people who code in this project."""

    kind = "coder"

    def _all(self) -> Sequence[Coder]:
        return self._store.all(Coder)

    def __getitem__(self, ref: str) -> Coder:
        return by_name(self._all(), ref, "coder")

    def find(self, ref: str | Coder) -> Coder:
        """Return a coder by name or uid."""
        return by_name(self._all(), ref, "coder")

    def add(self, name: str, *, role: Literal["coder", "lead"] = "coder", languages: Sequence[str] = ()) -> Coder:
        """Name a coder before they have coded anything, as when documents are assigned."""
        if name in self:
            return self[name]
        coder = Coder(new_uid(), name.strip(), role, tuple(languages))
        if not coder.name:
            raise InvalidValue("A coder needs a name.")
        with self._store.change("add coder") as change:
            change.put(coder)
        return coder

    def set(self, ref: str, **fields: Any) -> Coder:
        """Change a coder's name, role or languages."""
        coder = replace(self.find(ref), **fields)
        with self._store.change("edit coder") as change:
            change.put(coder)
        return coder

    def to_frame(self) -> pd.DataFrame:
        """Return one row per coder: name, role, languages, uid."""
        import pandas as pd

        rows = [(c.name, c.role, ", ".join(c.languages), c.uid) for c in self._all()]
        return pd.DataFrame(rows, columns=["coder", "role", "languages", "uid"])


class Variables(Collection[Variable]):
    """The properties of cases and documents."""

    kind = "variable"

    def _all(self) -> Sequence[Variable]:
        return self._store.all(Variable)

    def __getitem__(self, ref: str) -> Variable:
        return by_name(self._all(), ref, "variable")

    def add(
        self,
        name: str,
        *,
        type: VariableType = "Text",
        on: Literal["case", "document"] = "case",
        description: str = "",
    ) -> Variable:
        """Add a property; returns the one that is there if the name is taken."""
        for variable in self._all():
            if variable.name == name and variable.on == on:
                return variable
        variable = Variable(new_uid(), name, type, on, description)
        with self._store.change("add variable") as change:
            change.put(variable)
        return variable

    def to_frame(self) -> pd.DataFrame:
        """Return one row per variable: name, type, on, description, uid."""
        import pandas as pd

        rows = [(v.name, v.type, v.on, v.description, v.uid) for v in self._all()]
        return pd.DataFrame(rows, columns=["variable", "type", "on", "description", "uid"])


class Cases(Collection[Case]):
    """The units of study, usually participants."""

    kind = "case"

    def _all(self) -> Sequence[Case]:
        return self._store.all(Case)

    def __getitem__(self, ref: str) -> Case:
        return by_name(self._all(), ref, "case")

    def add(self, name: str, *, values: Mapping[str, Scalar] | None = None, **fields: Any) -> Case:
        """Add a case with the values of its variables.

        Args:
            name: shown everywhere.
            values: variable name to value; variables that are new are made.
            fields: kind, pseudonym, description, quotable.
        """
        case = Case(new_uid(), name, **fields)
        with self._store.change("add case") as change:
            change.put(case)
        self.set_values(case.uid, values or {})
        return case

    def set(self, ref: str, **fields: Any) -> Case:
        """Change a case's name, kind, pseudonym, description or quotable."""
        case = replace(self[ref], **fields)
        with self._store.change("edit case") as change:
            change.put(case)
        return case

    def set_quotable(self, ref: str, quotable: Quotable) -> Case:
        """Say whether this person may be quoted: verbatim, paraphrase or no; every export obeys."""
        return self.set(ref, quotable=quotable)

    def set_values(self, ref: str, values: Mapping[str, Scalar], *, on: Literal["case", "document"] = "case") -> None:
        """Set variables of a case, or of a document with ``on="document"``.

        Args:
            ref: the case, or the document.
            values: name to text, number, yes or no, or date; numbers and dates of numpy and pandas are taken too.
            on: "case" or "document".

        Raises:
            InvalidValue: a value that is none, or several.
        """
        owner = self[ref].uid if on == "case" else self._project.documents.find(ref).uid
        known = {(v.variable, v.owner): v for v in self._store.all(Value)}
        variables = {(v.on, v.name): v for v in self._store.all(Variable)}
        with self._store.change("set values") as change:
            for name, value in values.items():
                plain, kind = _scalar(name, value)
                variable = variables.get((on, name))
                if variable is None:
                    variable = Variable(new_uid(), name, kind, on)
                    change.put(variable)
                old = known.get((variable.uid, owner))
                change.put(Value(variable.uid, owner, plain, uid=old.uid if old else new_uid()))

    def link(self, ref: str, document: str, start: int | None = None, end: int | None = None) -> None:
        """Say that a document, or a stretch of it, belongs to a case."""
        with self._store.change("link case") as change:
            change.put(CaseLink(self[ref].uid, self._project.documents.find(document).uid, start, end, new_uid()))

    def set_speaker(
        self, document: str | Document, label: str, *, case: str | None = None, role: SpeakerRole | None = None
    ) -> Speaker:
        """Say who stands behind a speaker label of a document."""
        doc = self._project.documents.find(document)
        known = next((s for s in self._store.all(Speaker) if s.document == doc.uid and s.label == label), None)
        speaker = known or Speaker(doc.uid, label, uid=new_uid())
        if case is not None:
            speaker = replace(speaker, case=(self[case] if case in self else self.add(case)).uid)
        if role is not None:
            speaker = replace(speaker, role=role)
        with self._store.change("set speaker") as change:
            change.put(speaker)
        if role is not None:
            outline = self._store.outline(doc.uid)
            turns = tuple(replace(t, role=role) if t.speaker == label else t for t in outline.turns)
            self._project.store_outline(doc, replace(outline, turns=turns))
        return speaker

    def read_csv(self, path: str, *, case_column: str = "case") -> int:
        """Read variables of cases from a table, one row per case; return the number of rows.

        With columns “document” and “speaker”, the case is whoever speaks under that label there: the case that the
        import made of the label takes the name of the row.

        Raises:
            NotFound: no such file; or a document, or a speaker in it, that there is not.
            InvalidValue: the table has no column of cases.
        """
        import csv
        from pathlib import Path

        if not Path(path).is_file():
            raise NotFound(f"There is no file {path}. Check the path and the spelling.")
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        if rows and case_column not in rows[0]:
            raise InvalidValue(f"{path} has no column “{case_column}”; it has {', '.join(rows[0])}.")
        for row in rows:
            name = row.pop(case_column)
            if {"document", "speaker"} <= row.keys() and (document := row.pop("document")):
                self._tie(name, document, row.pop("speaker"))
            values = {k: v for k, v in row.items() if v not in ("", None)}
            if name in self:
                self.set_values(name, values)
            else:
                self.add(name, values=values)
        return len(rows)

    def _tie(self, name: str, document: str, label: str) -> None:
        """Let a case of this name stand behind a speaker's label, the one that an import made of it where it did."""
        doc = self._project.documents.find(document)
        speakers = {s.label: s for s in self._store.all(Speaker) if s.document == doc.uid}
        if label not in speakers:
            raise NotFound.among("speaker", label, speakers)
        made = speakers[label].case
        if made is not None and name not in self:
            self.set(made, name=name)
        else:
            self.set_speaker(doc, label, case=name)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per case with its variables as columns, and its uid."""
        import pandas as pd

        names = {v.uid: v.name for v in self._store.all(Variable) if v.on == "case"}
        rows: dict[str, dict[str, Any]] = {c.uid: {"case": c.name, "kind": c.kind} for c in self._all()}
        for value in self._store.all(Value):
            if value.owner in rows and value.variable in names:
                rows[value.owner][names[value.variable]] = value.value
        columns = ["case", "kind", *dict.fromkeys(names.values())]
        return pd.DataFrame([{**row, "uid": uid} for uid, row in rows.items()], columns=[*columns, "uid"])


def _scalar(name: str, value: Any) -> tuple[Scalar, VariableType]:
    """Return a value as it is stored, and its type; a cell of a DataFrame may hold a date, or nothing."""
    if isinstance(value, date) and value == value:
        whole = value.isoformat()
        bare = not isinstance(value, datetime) or value.time() == time()
        return (whole[:10], "Date") if bare else (whole, "DateTime")
    plain = value.item() if hasattr(value, "item") and not hasattr(value, "__len__") else value
    if isinstance(plain, list | tuple | dict | set):
        raise InvalidValue(f"The variable “{name}” holds one value; a {type(plain).__name__} was given.")
    if not isinstance(plain, str | bool | int | float) or (isinstance(plain, float) and not isfinite(plain)):
        raise InvalidValue(
            f"The variable “{name}” was given {plain!r}; it holds a text, a number, yes or no, or a date. "
            "Leave out what is not known."
        )
    return plain, type_of(plain)
