"""Work of several people: files of their own and back, what was changed on two sides, from a file to a server."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from coding.errors import InvalidValue, NotFound, Refused
from coding.model import Coder, ProjectInfo, Uid, counted
from coding.project import namesakes
from coding.project.namesakes import Namesakes
from coding.storage import Store
from coding.storage.fold import Conflict
from coding.storage.schema import THINGS
from coding.storage.things import decode, encode

if TYPE_CHECKING:
    from coding.project.project import Project
    from coding.storage.merging import MergeReport

Side = Literal["kept", "other"]
_UNSET: dict[str, Any] = {"parent": None}


@dataclass(frozen=True, slots=True)
class HandOut:
    """A coder's own file, and what is not in it.

    Attributes:
        path: of the file.
        coder: whose it is.
        rounds: open blind rounds whose other codings were left out.
        withheld: documents of these rounds.
    """

    path: Path
    coder: str
    rounds: tuple[str, ...]
    withheld: int

    def as_json(self) -> dict[str, Any]:
        """Return the report for machines."""
        return {"file": str(self.path), "coder": self.coder, "rounds": list(self.rounds), "withheld": self.withheld}

    def __repr__(self) -> str:
        left = (
            f"Others’ codings of {counted(self.withheld, 'document')} ({', '.join(self.rounds)}) and others’ memos are not in it."
            if self.rounds
            else "No blind round is open, so nothing was left out."
        )
        return f"{self.path} is {self.coder}’s own. {left}\nTo take it back: coding merge PROJECT {self.path}"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two sides changed without knowing of each other.

    Attributes:
        number: to name it by when settling.
        kind: code, memo, round …
        name: of the thing.
        field: that was changed.
        kept: the value that stands.
        other: the value that lost.
        kept_by: who wrote the one.
        other_by: who wrote the other.
    """

    number: int
    kind: str
    name: str
    field: str
    kept: str
    other: str
    kept_by: str
    other_by: str

    def as_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __repr__(self) -> str:
        return (
            f"{self.number}. {self.field} of the {self.kind} “{self.name}”: "
            f"kept {self.kept!r} ({self.kept_by}), other {self.other!r} ({self.other_by})"
        )


class Team:
    """What several people need beyond the work of one; `project.team()` opens the board."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def __call__(self, **options: Any) -> Any:
        """Open the team board."""
        from coding.screens import open_screen

        return open_screen("team", self._project, **options)

    def __repr__(self) -> str:
        found = len(self._project.store.conflicts())
        people, rounds = len(self._project.coders), len(self._project.rounds)
        return f"{counted(people, 'coder')}, {counted(rounds, 'round')}, {counted(found, 'conflict')} to settle"

    def hand_out(self, coder: str, path: str | Path) -> HandOut:
        """Write a coder a project file of her own, without others' work of open blind rounds.

        The open blind rounds remember to whom a file was given, so that a methods text may say "independently"
        when everyone had one.

        Args:
            coder: name or uid; a new name is added.
            path: of the file; an existing one is never touched.
        """
        from coding.storage.handing_out import hand_out

        project = self._project
        who = project.coders[coder] if coder in project.coders else project.coders.add(coder)
        blind = project.rounds.blind_documents()
        rounds = [r for r in project.rounds.open_rounds() if r.blind]
        if Path(path).exists():
            raise InvalidValue(f"{path} is there already; nothing was written.")
        with project.store.change("hand out", undoable=False) as change:
            for item in rounds:
                given = {**item.protocol.get("handed_out", {}), who.uid: int(time.time() * 1000)}
                change.put(replace(item, protocol={**item.protocol, "handed_out": given}))
        written = hand_out(project.store, path, who.uid, blind)
        return HandOut(written, who.name, tuple(r.name for r in rounds), len(blind))

    def merge(self, *sources: str | Path, dry_run: bool = False) -> list[MergeReport]:
        """Take back what coders did in files of their own; the files are never written.

        Args:
            sources: paths or addresses.
            dry_run: only say what would change.
        """
        return [self._project.store.merge(source, dry_run=dry_run) for source in sources]

    # -- changed on two sides ---------------------------------------------------------------------

    def conflicts(self) -> list[Difference]:
        """Return what was changed on two sides, with both values, until someone has chosen."""
        coders = {c.uid: c.name for c in self._project.store.all(Coder)}
        return [
            Difference(
                number, c.kind, self._name(c), c.field, self._shown(c, c.kept), self._shown(c, c.other),
                coders.get(c.kept_by or "", "unknown"), coders.get(c.other_by or "", "unknown"),
            )
            for number, c in enumerate(self._project.store.conflicts(), 1)
        ]  # fmt: skip

    def settle(self, number: int, choice: Side) -> str:
        """Choose one of two values; the conflict is then off the list, on every copy that merges.

        Args:
            number: of the conflict in `conflicts()`.
            choice: "kept" for the value that stands, "other" for the one that lost.

        Returns:
            What was chosen, in words.

        Raises:
            NotFound: no conflict has the number.
            Refused: the value cannot be set from here, with what to do instead.
        """
        found = self._project.store.conflicts()
        if not 1 <= number <= len(found):
            raise NotFound(f"There is no conflict {number}; there are {len(found)}.")
        if choice not in ("kept", "other"):
            raise InvalidValue(f"Choose “kept” or “other”; {choice!r} was given.")
        c = found[number - 1]
        if c.kind == "document" and c.field in ("sha256", "outline", "length", "version"):
            raise Refused("Two texts of one document: open both versions and set the right one with set_text.")
        if c.field == "live" and choice == "kept":
            raise Refused("It stands because others’ work stands on it. Remove that first, or leave it.")
        name, shown = self._name(c), self._shown(c, c.kept if choice == "kept" else c.other)
        cls = THINGS[c.kind].cls
        with self._project.store.change("settle conflict") as change:
            if c.field == "live":
                change.remove(cls, c.thing)
            else:
                if choice == "kept":  # writing what stands is no change, so the other comes first
                    change.put(self._with(c, _UNSET.get(c.field, json.loads(c.other))))
                change.put(self._with(c, json.loads(c.kept if choice == "kept" else c.other)))
        return f"{c.field} of {name}: {shown}"

    def same_names(self) -> list[Namesakes]:
        """Return pairs of codes of one name in one place, which a merge brought together; deepest first."""
        return namesakes.find(self._project)

    def settle_name(self, number: int, choice: Literal["one", "two"]) -> str:
        """Say whether two codes that are called the same are one code, or two.

        Args:
            number: of the pair in `same_names()`.
            choice: "one" merges the younger into the older, whose definition stands; "two" gives the younger its
                maker's name in brackets.

        Returns:
            What was done, in words.

        Raises:
            NotFound: no pair has the number.
            InvalidValue: a choice that is none.
        """
        return namesakes.settle(self._project, number, choice)

    def _thing(self, c: Conflict) -> Any:
        return self._project.store.get(THINGS[c.kind].cls, c.thing)

    def _with(self, c: Conflict, value: Any) -> Any:
        if c.kind == "memo" and c.field == "body":
            return replace(self._thing(c), body=self._words(value))
        fields = {**encode(THINGS[c.kind], self._thing(c)), c.field: value}
        return decode(THINGS[c.kind], c.thing, fields)

    def _words(self, key: str) -> str:
        from coding.storage import reading

        with self._project.store.database.reading() as connection:
            return reading.text_of(connection, key) or ""

    def _name(self, c: Conflict) -> str:
        try:
            thing = self._thing(c)
        except NotFound:
            return c.thing
        return str(getattr(thing, "name", "") or getattr(thing, "title", "") or c.kind)

    def _shown(self, c: Conflict, value: str) -> str:
        raw = json.loads(value)
        if c.kind == "memo" and c.field == "body":
            return self._words(raw)
        if c.field == "parent":
            return self._project.codebook.path(raw) if raw else "top level"
        if c.field == "live":
            return "kept" if raw else "removed"
        return raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)


def move(source: str | Path, target: str | Path, *, damaged: bool = False) -> MergeReport:
    """Bring a whole project from a file to a server, or back; the source stays as it is.

    Args:
        source: path or ``postgresql://`` address.
        target: a path where nothing lies, or the address of an empty database.
        damaged: whether the source may fail its checks; what the target holds is then what the journal says.

    Raises:
        InvalidValue: there is a project already; `merge` is for that.
    """
    if "://" not in str(target) and Path(target).exists():
        raise InvalidValue(f"{target} is there already; nothing was changed. To bring work together: coding merge.")
    with Store.open(source, readonly=True) as old, Store.open(target, create=True) as new:
        own: Uid = new.info().uid
        if len(new.history()) > 1 or new.all(Coder):
            raise InvalidValue(f"{target} holds a project already. To bring work together: coding merge.")
        report = new.merge(old, damaged=damaged)
        with new.change("move", undoable=False) as change:
            change.remove(ProjectInfo, own)  # the empty one that was made for the target
    return report
