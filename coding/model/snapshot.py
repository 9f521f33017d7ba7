"""`Snapshot`, a whole project or a part of it as values; codings are columns, since there may be millions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from coding.model.things import (
    ORIGINS,
    Assignment,
    Case,
    CaseLink,
    Code,
    Coder,
    CodeVersion,
    Coding,
    Decision,
    Document,
    Link,
    Memo,
    Outline,
    ProjectInfo,
    Relation,
    Round,
    Set,
    Speaker,
    Suggestion,
    Value,
    Variable,
)
from coding.model.uids import Uid, new_uid

__all__ = ["CodingTable", "Snapshot"]


@dataclass(frozen=True, slots=True, eq=False)
class CodingTable:
    """Codings as columns of equal length n; a project may hold millions.

    `document`, `code`, `coder` and `round` are positions in the tuples of the Snapshot that holds the
    table (round −1: none); `code` is the code as recorded, before redirects.
    """

    uid: npt.NDArray[np.object_]
    document: npt.NDArray[np.int32]
    code: npt.NDArray[np.int32]
    coder: npt.NDArray[np.int32]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    origin: npt.NDArray[np.int8]
    """Position in `ORIGINS`."""
    code_version: npt.NDArray[np.int32]
    document_version: npt.NDArray[np.int32]
    round: npt.NDArray[np.int32]
    created: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.start)

    @classmethod
    def empty(cls) -> Self:
        """Return a table without rows."""
        return cls.from_columns({})

    @classmethod
    def from_columns(cls, columns: Mapping[str, Sequence[Any] | npt.NDArray[Any]]) -> Self:
        """Build a table from columns; what is missing is filled with the field's default.

        Args:
            columns: any of the field names. `uid` is filled with new uids where it is missing.
        """
        n = max((len(c) for c in columns.values()), default=0)
        defaults = {"code_version": 1, "document_version": 1, "round": -1}
        out: dict[str, npt.NDArray[Any]] = {}
        for name, dtype in _COLUMN_TYPES.items():
            if name in columns:
                out[name] = np.asarray(columns[name], dtype=dtype)
            elif name == "uid":
                out[name] = np.array([new_uid() for _ in range(n)], dtype=object)
            else:
                out[name] = np.full(n, defaults.get(name, 0), dtype=dtype)
        return cls(**out)

    @classmethod
    def from_codings(
        cls,
        codings: Iterable[Coding],
        *,
        documents: Sequence[Document],
        codes: Sequence[Code],
        coders: Sequence[Coder],
        rounds: Sequence[Round] = (),
    ) -> Self:
        """Build a table from single codings and the tuples that its positions refer to."""
        groups: tuple[Sequence[Document | Code | Coder | Round], ...] = (documents, codes, coders, rounds)
        at = [{thing.uid: i for i, thing in enumerate(things)} for things in groups]
        rows = list(codings)
        return cls.from_columns(
            {
                "uid": [c.uid for c in rows],
                "document": [at[0][c.document] for c in rows],
                "code": [at[1][c.code] for c in rows],
                "coder": [at[2][c.coder] for c in rows],
                "start": [c.start for c in rows],
                "end": [c.end for c in rows],
                "origin": [ORIGINS.index(c.origin) for c in rows],
                "code_version": [c.code_version for c in rows],
                "document_version": [c.document_version for c in rows],
                "round": [at[3][c.round] if c.round else -1 for c in rows],
                "created": [c.created for c in rows],
            }
        )

    def select(self, rows: npt.NDArray[Any]) -> Self:
        """Return the rows picked by a boolean mask or by positions."""
        return type(self)(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


_COLUMN_TYPES: Final[dict[str, Any]] = {
    "uid": object,
    "document": np.int32,
    "code": np.int32,
    "coder": np.int32,
    "start": np.int64,
    "end": np.int64,
    "origin": np.int8,
    "code_version": np.int32,
    "document_version": np.int32,
    "round": np.int32,
    "created": np.int64,
}


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A whole project, or a part of it, as values.

    Things refer to each other by uid; only `codings` refers by position, because of its size. Retired
    and merged codes are there (`Code.retired`, `Code.redirect`); removed codings are not.
    """

    project: ProjectInfo
    coders: tuple[Coder, ...] = ()
    codes: tuple[Code, ...] = ()
    """In the order of the tree: parents before children, siblings by position."""
    documents: tuple[Document, ...] = ()
    texts: Mapping[Uid, str] = field(default_factory=dict)
    """Document uid to stored text; may load lazily."""
    outlines: Mapping[Uid, Outline] = field(default_factory=dict)
    """Document uid to its units; may load lazily."""
    codings: CodingTable = field(default_factory=CodingTable.empty)
    details: Mapping[Uid, Mapping[str, Any]] = field(default_factory=dict)
    """Rare fields by coding uid: replaces, confidence, quotable."""
    cases: tuple[Case, ...] = ()
    case_links: tuple[CaseLink, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    variables: tuple[Variable, ...] = ()
    values: tuple[Value, ...] = ()
    memos: tuple[Memo, ...] = ()
    relations: tuple[Relation, ...] = ()
    links: tuple[Link, ...] = ()
    sets: tuple[Set, ...] = ()
    rounds: tuple[Round, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    decisions: tuple[Decision, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    code_versions: tuple[CodeVersion, ...] = ()

    def iter_codings(self) -> Iterator[Coding]:
        """Yield every coding as a value, in the order of the table."""
        t = self.codings
        for i in range(len(t)):
            uid = t.uid[i]
            yield Coding(
                uid=uid,
                document=self.documents[t.document[i]].uid,
                code=self.codes[t.code[i]].uid,
                coder=self.coders[t.coder[i]].uid,
                start=int(t.start[i]),
                end=int(t.end[i]),
                origin=ORIGINS[t.origin[i]],
                code_version=int(t.code_version[i]),
                document_version=int(t.document_version[i]),
                round=self.rounds[t.round[i]].uid if t.round[i] >= 0 else None,
                created=int(t.created[i]),
                **self.details.get(uid, {}),
            )

    def with_codings(self, codings: Iterable[Coding]) -> Snapshot:
        """Return a copy that holds these codings instead."""
        rows = list(codings)
        rare = ("replaces", "confidence", "quotable")
        details = {c.uid: {k: getattr(c, k) for k in rare if getattr(c, k)} for c in rows}
        table = CodingTable.from_codings(
            rows, documents=self.documents, codes=self.codes, coders=self.coders, rounds=self.rounds
        )
        return replace(self, codings=table, details={k: v for k, v in details.items() if v})

    def text_of(self, document: Uid, start: int, end: int) -> str:
        """Return the words of one passage."""
        return self.texts[document][start:end]
