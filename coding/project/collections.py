"""The shape that all collections share: `len`, iteration, `[name]`, `add`, `to_frame`."""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from coding.errors import Ambiguous, NotFound
from coding.model import fold_name

if TYPE_CHECKING:
    import pandas as pd

    from coding.project.project import Project
    from coding.storage import Store


class Named(Protocol):
    """Anything with a uid and a name."""

    @property
    def uid(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102


T = TypeVar("T")
N = TypeVar("N", bound=Named)


def by_name(things: Sequence[N], ref: str | N, kind: str) -> N:
    """Find one thing by uid or by name, exactly or else with case and spaces folded.

    Raises:
        NotFound: nothing bears the name; near misses are offered.
        Ambiguous: several do.
    """
    wanted = ref if isinstance(ref, str) else ref.uid
    for thing in things:
        if thing.uid == wanted:
            return thing
    hits = [thing for thing in things if thing.name == wanted]
    if not hits:
        folded = fold_name(wanted)
        hits = [thing for thing in things if fold_name(thing.name) == folded]
    if len(hits) == 1:
        return hits[0]
    if hits:
        raise Ambiguous.among(kind, wanted, (f"{thing.name} ({thing.uid})" for thing in hits))
    raise NotFound.among(kind, wanted, (thing.name for thing in things))


class Collection(ABC, Generic[T]):
    """Things of one kind in a project; always what the file holds now, never a copy that ages."""

    kind = "thing"

    def __init__(self, project: Project) -> None:
        self._project = project

    @property
    def _store(self) -> Store:
        return self._project.store

    @abstractmethod
    def _all(self) -> Sequence[T]:
        """Return everything, in the order in which it is shown."""

    @abstractmethod
    def to_frame(self) -> pd.DataFrame:
        """Return one row per thing, each with its uid."""

    @abstractmethod
    def __getitem__(self, ref: str) -> T: ...

    def __iter__(self) -> Iterator[T]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __contains__(self, ref: object) -> bool:
        try:
            self[str(ref)]
        except NotFound:
            return False
        except Ambiguous:
            return True
        return True

    def __repr__(self) -> str:
        rows = [" · ".join(str(cell) for cell in row) for row in self._summary()[:20]]
        more = len(self) - len(rows)
        head = f"{len(self)} {self.kind}{'' if len(self) == 1 else 's'}"
        return "\n".join([head, *(f"  {row}" for row in rows), *([f"  … and {more} more"] if more > 0 else [])])

    def _repr_html_(self) -> str:
        return html_table(self._columns(), self._summary()[:50], f"{len(self)} {self.kind}s")

    def _columns(self) -> Sequence[str]:
        return ("name",)

    def _summary(self) -> list[tuple[Any, ...]]:
        """Return the cells of the short table that shows the collection, never a text."""
        return [(getattr(thing, "name", thing),) for thing in self._all()]


def html_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], caption: str = "") -> str:
    """Return a plain table for a notebook; every cell is escaped."""
    head = "".join(f"<th style='text-align:left'>{html.escape(c)}</th>" for c in columns)
    body = "".join(
        "<tr>" + "".join(f"<td style='text-align:left'>{html.escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    title = f"<caption style='text-align:left'>{html.escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
