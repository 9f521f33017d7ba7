"""What of a project goes into a REFI-QDA file for a given program, under which names, and what does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from coding.codebook import Codebook
from coding.errors import InvalidValue
from coding.exporters import refi_losses
from coding.exporters.quotable import Closed
from coding.exporters.report import Loss, Renamed
from coding.model import CaseLink, Code, Link, Relation, Snapshot, Uid, Value
from coding.refi import ILLEGAL, hue_colour

__all__ = ["PROFILES", "Plan", "Profile", "losses"]

ProfileName = Literal["standard", "nvivo", "atlasti", "maxqda"]


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

    def __init__(self, snapshot: Snapshot, profile: Profile, *, full_text: bool = False) -> None:
        closed = Closed(snapshot)
        self.closed: tuple[str, ...] = () if full_text else closed.names
        """Names of the documents that stand in the file with blocks for some of their words."""
        snapshot, self.control = _printable(closed.withheld() if self.closed else snapshot)
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

    @cached_property
    def colours(self) -> dict[Uid, str]:
        """Colour of each code, ``#rrggbb``: what a person set, else what the tree gives it."""
        tree = Codebook(self.codes)
        return {c.uid: hue_colour(tree.hue(c), automatic=c.hue is None) for c in self.codes}

    # -- names ------------------------------------------------------------------------------------

    def safe(self, name: str, limit: int = 0) -> str:
        """Return a name that the target can hold."""
        clean = re.sub(r"[\t\n\r\x85\u2028\u2029]", " ", name)
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

    # -- what other things refer to -------------------------------------------------------------------

    def end(self, uid: Uid) -> Uid:
        """Return what a reference leads to: a merged code is the one it was merged into."""
        code = self._by_uid.get(uid)
        return uid if code is None else self.resolved(code).uid

    @cached_property
    def known(self) -> set[Uid]:
        """Uids of everything that has a GUID in the file, but for links and sets."""
        s = self.snapshot
        groups = (self.codes, s.documents, s.cases, s.memos, s.variables)
        return {x.uid for things in groups for x in things} | set(s.codings.uid.tolist())

    @cached_property
    def relations(self) -> list[Relation]:
        """Relations whose codes are in the file."""
        ends = ((r, self.end(r.source), self.end(r.target)) for r in self.snapshot.relations)
        return [replace(r, source=a, target=b) for r, a, b in ends if {a, b} <= self.code_names.keys()]

    @cached_property
    def links(self) -> list[Link]:
        """Links whose ends are in the file."""
        ends = ((x, self.end(x.source), self.end(x.target)) for x in self.snapshot.links)
        return [replace(x, source=a, target=b) for x, a, b in ends if {a, b} <= self.known]

    @cached_property
    def about(self) -> dict[Uid, tuple[Uid, ...]]:
        """What each memo is about, as far as that can bear a memo."""
        there = self.known | {x.uid for x in self.links} | {r.uid for r in self.relations}
        return {
            m.uid: tuple(uid for uid in dict.fromkeys(map(self.end, m.about)) if uid in there)
            for m in self.snapshot.memos
        }

    @cached_property
    def set_members(self) -> dict[Uid, tuple[Uid, ...]]:
        """Members of each set that a set of the standard may hold, codes first, then documents, memos."""
        groups = (set(self.code_names), set(self.document_names), {m.uid for m in self.snapshot.memos})
        out = {}
        for x in self.snapshot.sets:
            members = dict.fromkeys(map(self.end, x.members))
            out[x.uid] = tuple(uid for group in groups for uid in members if uid in group)
        return out

    @cached_property
    def ties(self) -> tuple[dict[Uid, list[CaseLink]], int]:
        """The ties of every case, and how many were cut: in a talk of several people a person has only her turns."""
        s, cut = self.snapshot, 0
        labels: dict[tuple[Uid, Uid], set[str]] = {}
        for speaker in s.speakers:
            if speaker.case:
                labels.setdefault((speaker.case, speaker.document), set()).add(speaker.label)
        tied = {(link.case, link.document) for link in s.case_links}
        links = [
            *s.case_links,
            *(CaseLink(case, document) for case, document in labels if (case, document) not in tied),
        ]
        people: dict[Uid, set[Uid]] = {}
        for link in links:
            people.setdefault(link.document, set()).add(link.case)
        out: dict[Uid, list[CaseLink]] = {}
        for link in links:
            spoken = labels.get((link.case, link.document), set())
            turns = s.outlines[link.document].turns if spoken and link.document in s.outlines else ()
            mine = [t for t in turns if t.speaker in spoken]
            alone = len(people[link.document]) == 1
            if link.start is not None or not mine or alone:
                out.setdefault(link.case, []).append(link)
                continue
            cut += (link.case, link.document) in tied
            out.setdefault(link.case, []).extend(CaseLink(link.case, link.document, t.start, t.end) for t in mine)
        return out, cut

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


_WRITTEN: Final = (
    "project", "coders", "codes", "documents", "cases", "variables", "values", "memos", "relations", "links", "sets",
)  # fmt: skip


def _printable(snapshot: Snapshot) -> tuple[Snapshot, int]:
    """Return a project without the characters that XML forbids, and how many of its things held one.

    Texts of documents keep them: they lie in files of their own.
    """
    changed: dict[str, Any] = {}
    count = 0
    for group in _WRITTEN:
        things = getattr(snapshot, group)
        clean = _without(things)
        if clean is not things:
            changed[group] = clean
            count += sum(a is not b for a, b in zip(things, clean, strict=True)) if isinstance(things, tuple) else 1
    return (replace(snapshot, **changed), count) if changed else (snapshot, 0)


def _without(thing: Any) -> Any:
    """Return a value without forbidden characters; the same object where it has none."""
    if isinstance(thing, str):
        return ILLEGAL.sub("", thing) if ILLEGAL.search(thing) else thing
    if isinstance(thing, tuple):
        parts = tuple(map(_without, thing))
        return thing if all(a is b for a, b in zip(thing, parts, strict=True)) else parts
    if is_dataclass(thing) and not isinstance(thing, type):
        was = {f.name: getattr(thing, f.name) for f in fields(thing)}
        now = {name: clean for name, value in was.items() if (clean := _without(value)) is not value}
        return replace(thing, **now) if now else thing
    return thing


def losses(snapshot: Snapshot, profile: str = "standard", *, full_text: bool = False) -> list[Loss]:
    """Return what a REFI-QDA file for a program will lose of a project, without writing anything.

    Args:
        snapshot: the project.
        profile: ``standard``, ``nvivo``, ``atlasti`` or ``maxqda``.
        full_text: whether the file is to hold words that may not be quoted.
    """
    return refi_losses.losses(Plan(snapshot, profile_named(profile), full_text=full_text))
