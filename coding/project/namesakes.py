"""Codes of one name in one place, which two projects brought together: one code, or two?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from coding.errors import InvalidValue, NotFound
from coding.model import SEPARATOR, Code, Coder, counted, fold_name

if TYPE_CHECKING:
    from coding.project.project import Project

__all__ = ["Namesake", "Namesakes", "find", "settle"]


@dataclass(frozen=True, slots=True)
class Namesake:
    """One of two codes that are called the same.

    Attributes:
        code: its uid.
        definition: in English, else in Chinese.
        codings: how many passages it was given.
        coder: who made it, "" where that is not known.
    """

    code: str
    definition: str
    codings: int
    coder: str


@dataclass(frozen=True, slots=True)
class Namesakes:
    """Two codes that are called the same; nobody unites them but a person.

    Attributes:
        number: to name them by when settling.
        path: what both are called, with what they lie under.
        first: the older of the two.
        second: the younger.
    """

    number: int
    path: str
    first: Namesake
    second: Namesake

    def as_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return asdict(self)

    def __repr__(self) -> str:
        sides = (
            f"{side.coder or 'somebody'}’s ({counted(side.codings, 'coding')}): {side.definition or 'no definition'}"
            for side in (self.first, self.second)
        )
        return f"{self.number}. two codes are called “{self.path}” – " + " | ".join(sides)


def find(project: Project) -> list[Namesakes]:
    """Return the codes in use that share name and place, deepest first: parents cannot become one before children."""
    tree = project.codebook.tree
    by_path: dict[str, list[Code]] = {}
    for code in tree:
        if not code.retired and code.redirect is None:
            by_path.setdefault(fold_name(tree.path(code)), []).append(code)
    shared = [codes for codes in by_path.values() if len(codes) > 1]
    if not shared:  # as nearly always, and every view of the board asks
        return []
    counts, people = project.code_counts(), {c.uid: c.name for c in project.store.all(Coder)}
    out: list[Namesakes] = []
    for codes in sorted(shared, key=lambda c: (-tree.path(c[0]).count(SEPARATOR), tree.path(c[0]))):
        made = [(_made(project, code), code) for code in codes]
        made.sort(key=lambda pair: (pair[0][0], pair[1].uid))
        sides = [
            Namesake(c.uid, c.definition or c.definition_zh, counts.get(c.uid, 0), people.get(by or "", ""))
            for (_, by), c in made
        ]
        out += [Namesakes(len(out) + i, tree.path(codes[0]), sides[0], side) for i, side in enumerate(sides[1:], 1)]
    return out


def _made(project: Project, code: Code) -> tuple[int, str | None]:
    """Return when a code was made and by whom."""
    history = project.store.code_history(code.uid)
    return (history[0].at, history[0].coder) if history else (0, None)


def settle(project: Project, number: int, choice: Literal["one", "two"]) -> str:
    """Make one code of two that are called the same, or give the younger a name of its own.

    Returns:
        What was done, in words.

    Raises:
        NotFound: no pair has the number.
        InvalidValue: a choice that is none, or children that are called the same have to be settled first.
    """
    found = find(project)
    pair = next((p for p in found if p.number == number), None)
    if pair is None:
        raise NotFound(f"There is no pair {number} of codes that are called the same; there are {len(found)}.")
    if choice not in ("one", "two"):
        raise InvalidValue(f"Choose “one” or “two”; {choice!r} was given.")
    book, tree = project.codebook, project.codebook.tree
    first, second = tree.find(pair.first.code), tree.find(pair.second.code)
    if choice == "one":
        book.merge(second, into=first)
        return f"{pair.path}: one code"
    taken = {fold_name(c.name) for c in tree.siblings(second)}
    wanted = (f"{second.name} ({tag})" for tag in (pair.second.coder or "2", *range(2, 1_000)))
    name = next(name for name in wanted if fold_name(name) not in taken)
    book.rename(second, name)
    return f"{pair.path}: two codes, the younger is “{name}” now"
