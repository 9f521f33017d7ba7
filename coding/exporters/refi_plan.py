"""What of a project goes into a REFI-QDA file for a given program, under which names, and what does not."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from coding.errors import InvalidValue
from coding.exporters.report import Loss, Renamed
from coding.model import Code, Set, Snapshot, Uid, Value

__all__ = ["PROFILES", "Plan", "Profile", "losses"]

ProfileName = Literal["standard", "nvivo", "atlasti", "maxqda"]

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Profile:
    """How one program wants the file."""

    name: ProfileName
    title: str
    utf16: bool = False
    reserved: str = ""
    """Characters that become ``~`` in names."""
    name_limit: int = 0
    """Longest name of a code in characters; 0 is no limit."""
    unique_names: bool = False
    """Whether siblings must differ, also in more than upper and lower case."""
    memos_by_link: bool = False
    """Whether a memo on a passage is tied by a Link to the selection, as NVivo writes its annotations."""


PROFILES: Final[dict[str, Profile]] = {
    p.name: p
    for p in (
        Profile("standard", "REFI-QDA 1.5"),
        # "(" stands before NVivo's list of these characters in its help as punctuation; names may hold it
        Profile("nvivo", "NVivo", utf16=True, reserved='\\/:*?"<>|', unique_names=True, memos_by_link=True),
        Profile("atlasti", "ATLAS.ti"),
        Profile("maxqda", "MAXQDA", name_limit=63, unique_names=True),
    )
}


def profile_named(name: str) -> Profile:
    """Return a profile by its name."""
    if name not in PROFILES:
        raise InvalidValue(f"There is no profile “{name}”; there are: {', '.join(PROFILES)}.")
    return PROFILES[name]


class Plan:
    """A project as it will stand in the file: live codes, resolved codings, names and losses."""

    def __init__(self, snapshot: Snapshot, profile: Profile) -> None:
        self.snapshot = snapshot
        self.profile = profile
        self.renamed: list[Renamed] = []
        self._by_uid = {c.uid: c for c in snapshot.codes}
        self.codes = self._live_codes()
        self.children = self._tree()
        self.code_names = self._code_names()
        self.document_names = self._names("document", snapshot.documents)
        self.case_names = self._names("case", snapshot.cases)
        self.variable_names = self._names("variable", snapshot.variables)

    # -- codes ------------------------------------------------------------------------------------

    def resolved(self, code: Code) -> Code:
        """Return the code that a merged one was merged into."""
        seen = {code.uid}
        while code.redirect and code.redirect in self._by_uid and code.redirect not in seen:
            code = self._by_uid[code.redirect]
            seen.add(code.uid)
        return code

    @cached_property
    def code_of(self) -> npt.NDArray[np.int32]:
        """Position in `Snapshot.codes` of the code that each coding counts for."""
        codes = self.snapshot.codes
        at = {c.uid: i for i, c in enumerate(codes)}
        moved = np.array([at[self.resolved(c).uid] for c in codes] or [0], dtype=np.int32)
        out: npt.NDArray[np.int32] = moved[self.snapshot.codings.code]
        return out

    def _live_codes(self) -> tuple[Code, ...]:
        """Return the codes to write: all in use, retired ones only where something hangs on them."""
        codes = self.snapshot.codes
        keep = {codes[i].uid for i in np.unique(self.code_of)} if len(self.snapshot.codings) else set()
        keep |= {c.uid for c in codes if not c.retired and not c.redirect}
        for uid in list(keep):
            above = self._by_uid[uid].parent
            while above in self._by_uid and above not in keep and above is not None:
                keep.add(above)
                above = self._by_uid[above].parent
        return tuple(c for c in codes if c.uid in keep)

    def _tree(self) -> dict[Uid | None, list[Code]]:
        live = {c.uid for c in self.codes}
        out: dict[Uid | None, list[Code]] = {}
        for code in self.codes:
            out.setdefault(code.parent if code.parent in live else None, []).append(code)
        for siblings in out.values():
            siblings.sort(key=lambda c: c.position)
        return out

    def _code_names(self) -> dict[Uid, str]:
        out: dict[Uid, str] = {}
        for siblings in self.children.values():
            names = self._unique([self.safe(c.name, self.profile.name_limit) for c in siblings])
            for code, name in zip(siblings, names, strict=True):
                out[code.uid] = self._noted("code", code.name, name)
        return out

    # -- names ------------------------------------------------------------------------------------

    def safe(self, name: str, limit: int = 0) -> str:
        """Return a name that the target can hold."""
        clean = re.sub(r"[\t\n\r\x85\u2028\u2029]", " ", _ILLEGAL.sub("", name))
        if self.profile.reserved:
            clean = re.sub(f"[{re.escape(self.profile.reserved)}]", "~", clean)
        return clean[:limit].rstrip() if limit and len(clean) > limit else clean

    def _unique(self, names: Sequence[str]) -> list[str]:
        if not self.profile.unique_names:
            return list(names)
        taken: set[str] = set()
        out = []
        for name in names:
            candidate, number = name, 2
            while candidate.casefold() in taken:
                mark = f" ({number})"
                limit = self.profile.name_limit
                candidate = (name[: limit - len(mark)] if limit else name) + mark
                number += 1
            taken.add(candidate.casefold())
            out.append(candidate)
        return out

    def _names(self, kind: str, things: Sequence[Any]) -> dict[Uid, str]:
        names = self._unique([self.safe(t.name) for t in things])
        return {t.uid: self._noted(kind, t.name, name) for t, name in zip(things, names, strict=True)}

    def _noted(self, kind: str, name: str, written: str) -> str:
        if name != written:
            self.renamed.append(Renamed(kind, name, written))
        return written

    # -- codings ----------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> npt.NDArray[np.intp]:
        """Positions of the codings in the order of the file: document, start, longest first, code, coder, uid."""
        t = self.snapshot.codings
        if not len(t):
            return np.empty(0, dtype=np.intp)
        uids = np.array(t.uid, dtype=str)
        order_found: npt.NDArray[np.intp] = np.lexsort((uids, t.coder, self.code_of, -t.end, t.start, t.document))
        return order_found

    @cached_property
    def bounds(self) -> npt.NDArray[np.intp]:
        """Where each document begins in `rows`, with the end as last entry."""
        documents = self.snapshot.codings.document[self.rows]
        return np.searchsorted(documents, np.arange(len(self.snapshot.documents) + 1))

    # -- losses -----------------------------------------------------------------------------------

    def losses(self) -> list[Loss]:
        """Return what the target will not get, before anything is written."""
        s, out = self.snapshot, []

        def lose(what: str, things: Iterable[str] | int, reason: str) -> None:
            names = () if isinstance(things, int) else tuple(things)
            count = things if isinstance(things, int) else len(names)
            if count:
                out.append(Loss(what, count, reason, names[:10]))

        t = s.codings
        lose("rounds", [r.name for r in s.rounds], "rounds and which coding belongs to one stay behind")
        lose("assignments", len(s.assignments), "who was given which document stays behind")
        lose("decisions", len(s.decisions), "the consensus layer stays behind; the coders' own codings are written")
        lose("suggestions", len(s.suggestions), "suggestions are no codings and stay behind")
        lose("merged codes", [c.name for c in s.codes if c.redirect], "their codings are written under the code "
             "they were merged into")  # fmt: skip
        left = {c.uid for c in self.codes}
        lose("retired codes", [c.name for c in s.codes if c.uid not in left and not c.redirect],
             "retired and without codings: left out")  # fmt: skip
        lose("code versions", sum(c.version > 1 for c in s.codes), "the history of wordings stays behind")
        lose("marks of codings", len(s.details), "confidence, permission to quote and ancestry of single codings")
        lose("origins of codings", int(np.count_nonzero(t.origin != 3)), "how a coding came about; all arrive as "
             "imported")  # fmt: skip
        lose("speaker labels", len(s.speakers), "who stands behind a label; the cases themselves are written")
        lose("units", len(s.outlines), "sentences, turns and paragraph roles are cut anew on arrival")
        lose("coders' roles and languages", sum(c.role != "coder" or bool(c.languages) for c in s.coders),
             "a user has a name only")  # fmt: skip
        lose("fractions of seconds", int(np.count_nonzero(t.created % 1000)) + sum(bool(m.created % 1000) for m in
             s.memos), "times are written to the second")  # fmt: skip
        self._lose_values(lose)
        self._lose_ties(lose)
        self._lose_by_target(lose)
        return out

    def _lose_values(self, lose: Callable[[str, Iterable[str] | int, str], None]) -> None:
        s = self.snapshot
        bad = [v for v in s.values if isinstance(v.value, float) and not math.isfinite(v.value)]
        lose("values that are no numbers", len(bad), "NaN and infinity cannot be written")
        control = sum(bool(_ILLEGAL.search(m.body)) for m in s.memos)
        control += sum(bool(_ILLEGAL.search(text)) for c in self.codes for text in (c.definition, c.include, c.exclude))
        lose("control characters", control, "not allowed in XML; removed from memos and definitions")

    def _lose_ties(self, lose: Callable[[str, Iterable[str] | int, str], None]) -> None:
        s = self.snapshot
        lose("codings that show a relation", sum(len(r.codings) for r in s.relations), "a relation arrives as a link "
             "between two codes, with its note")  # fmt: skip
        members = self.set_members
        lose("members of sets", sum(len(x.members) for x in s.sets) - sum(len(m) for m in members.values()),
             "a set can hold codes, documents and memos only")  # fmt: skip
        lose("links", [x.name or x.uid for x in s.links if not {x.source, x.target} <= self.known],
             "an end is not in the export")  # fmt: skip

    def _lose_by_target(self, lose: Callable[[str, Iterable[str] | int, str], None]) -> None:
        s, profile = self.snapshot, self.profile
        domains = [c.name for c in self.codes if c.exclusive]
        lose("domains", domains, "that subcodes exclude each other stands in the description; the target does not "
             "enforce it")  # fmt: skip
        withheld = [d.name for d in s.documents if d.quotable != "verbatim"]
        withheld += [c.name for c in s.cases if c.quotable != "verbatim"]
        lose("permissions to quote", withheld, "stand in the description only: the file holds the FULL text of every "
             "document, also of what may not be quoted")  # fmt: skip
        cut = [r.name for r in self.renamed if r.kind == "code"]
        if profile.name != "standard" and cut:
            why = f"cut to {profile.name_limit} characters" if profile.name_limit else "written with “~”"
            lose("code names", cut, f"{why} or numbered for {profile.title}; the full name stands in the description")
        if profile.name == "nvivo":
            folded = Counter(r.kind for r in self.renamed if r.kind != "code")
            lose("other names", sum(folded.values()), "reserved characters become “~” for NVivo")
            lose("sets", len(s.sets), "NVivo wrote no sets in any file we saw; whether it reads them is unknown")
        if profile.name in ("atlasti", "maxqda"):
            lose("cases", len(s.cases), f"{profile.title} has no cases; what it makes of them is its own choice")

    # -- what other things refer to -------------------------------------------------------------------

    @cached_property
    def known(self) -> set[Uid]:
        """Uids of everything that has a GUID in the file."""
        s = self.snapshot
        out = {x.uid for things in (self.codes, s.documents, s.cases, s.memos, s.variables) for x in things}
        return out | set(s.codings.uid.tolist())

    @cached_property
    def set_members(self) -> dict[Uid, tuple[Uid, ...]]:
        """Members of each set that a set of the standard may hold, codes first, then documents, memos."""
        groups = ({c.uid for c in self.codes}, {d.uid for d in self.snapshot.documents}, self.memo_uids)
        return {x.uid: _in_groups(x, groups) for x in self.snapshot.sets}

    @cached_property
    def memo_uids(self) -> set[Uid]:
        """Uids of the memos."""
        return {m.uid for m in self.snapshot.memos}

    @cached_property
    def values_of(self) -> dict[Uid, list[Value]]:
        """Values by the case or document that has them, in the order of the variables."""
        order = {v.uid: i for i, v in enumerate(self.snapshot.variables)}
        out: dict[Uid, list[Value]] = {}
        for value in self.snapshot.values:
            if value.variable in order:
                out.setdefault(value.owner, []).append(value)
        for values in out.values():
            values.sort(key=lambda v: order[v.variable])
        return out


def _in_groups(collection: Set, groups: Sequence[set[Uid]]) -> tuple[Uid, ...]:
    return tuple(uid for group in groups for uid in collection.members if uid in group)


def losses(snapshot: Snapshot, profile: str = "standard") -> list[Loss]:
    """Return what a REFI-QDA file for a program will lose of a project, without writing anything.

    Args:
        snapshot: the project.
        profile: ``standard``, ``nvivo``, ``atlasti`` or ``maxqda``.
    """
    return Plan(snapshot, profile_named(profile)).losses()
