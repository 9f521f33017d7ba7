"""What of an incoming project is already here: by GUID, then by path, then by the text itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from coding.codebook import Codebook
from coding.model import Snapshot, Uid, fold_name
from coding.refi import BLOCK

__all__ = ["Matching", "match"]


@dataclass(frozen=True, slots=True)
class Matching:
    """Which incoming things are which existing ones.

    Attributes:
        uids: incoming uid to existing uid; what is new is missing here.
        how: per matched incoming uid ``guid``, ``path``, ``text`` or ``name``.
        conflicts: things that look the same and are not, in words.
    """

    uids: Mapping[Uid, Uid]
    how: Mapping[Uid, str]
    conflicts: tuple[str, ...] = ()

    def __str__(self) -> str:
        counted = ", ".join(f"{n:,} by {how}" for how, n in sorted(Counter(self.how.values()).items()))
        return "\n".join([f"Already here: {counted or 'nothing'}.", *self.conflicts])

    def apply(self, incoming: Snapshot) -> Snapshot:
        """Return the incoming project with the uids of what is already here."""

        def known(uid: Any) -> Any:
            return self.uids.get(uid, uid) if isinstance(uid, str) else uid

        def moved(thing: Any) -> Any:
            changes: dict[str, Any] = {}
            for f in fields(thing):
                value = getattr(thing, f.name)
                if f.name in _REFERENCES and value:
                    changes[f.name] = tuple(map(known, value)) if isinstance(value, tuple) else known(value)
            return replace(thing, **changes)

        table = replace(incoming.codings, uid=np.array([known(u) for u in incoming.codings.uid], dtype=object))
        groups: dict[str, Any] = {name: tuple(map(moved, getattr(incoming, name))) for name in _GROUPS}
        return replace(
            incoming,
            **groups,
            texts={known(u): incoming.texts[u] for u in incoming.texts},
            outlines={known(u): incoming.outlines[u] for u in incoming.outlines},
            details={known(u): x for u, x in incoming.details.items()},
            codings=table,
        )


_GROUPS = (
    "coders",
    "codes",
    "documents",
    "cases",
    "case_links",
    "variables",
    "values",
    "memos",
    "relations",
    "links",
    "sets",
)
_REFERENCES = frozenset(
    ["uid", "parent", "redirect", "original", "case", "document", "variable", "owner", "about", "coder", "source",
     "target", "codings", "members"]
)  # fmt: skip


def match(existing: Snapshot, incoming: Snapshot) -> Matching:
    """Find what of an incoming project is already here.

    The same GUID is the same thing, unless it is a document with another text. Programs do not keep
    GUIDs (NVivo gives sources new ones, its Windows and Mac versions share none), so codes are then
    matched by their path, documents by their text, coders, cases and variables by their name; a name
    that fits several things matches none.
    """
    uids: dict[Uid, Uid] = {}
    how: dict[Uid, str] = {}
    conflicts: list[str] = []
    here = {d.uid: d for d in existing.documents}

    def other_text(thing: Any) -> bool:
        known = here.get(thing.uid)
        if known is None or thing.sha256 == known.sha256:
            return False
        # our own export, in which blocks stand for words that may not be quoted: every offset is the same
        return not (thing.length == known.length and BLOCK in incoming.texts[thing.uid])

    def pair(things: Iterable[Any], known: Iterable[Any], by: str, key: Callable[[Any], Any]) -> None:
        there: dict[Any, list[Any]] = {}
        for thing in known:
            there.setdefault(key(thing), []).append(thing)
        own = {thing.uid for candidates in there.values() for thing in candidates}
        taken = set(uids.values())
        for thing in things:
            found = there.get(key(thing), [])
            if thing.uid in own and not other_text(thing):
                uids[thing.uid], how[thing.uid] = thing.uid, "guid"
            elif len(found) == 1 and found[0].uid not in taken:
                uids[thing.uid], how[thing.uid] = found[0].uid, by
                taken.add(found[0].uid)
            elif len(found) > 1:
                conflicts.append(f"“{thing.name}” fits {len(found)} things here; taken as new.")

    conflicts.extend(
        f"“{document.name}” is here with another text; its codings cannot be laid on ours."
        for document in incoming.documents
        if other_text(document)
    )
    pair(incoming.documents, existing.documents, "text", lambda d: d.sha256)
    ours, theirs = Codebook(existing.codes), Codebook(incoming.codes)
    paths = {c.uid: fold_name(book.path(c)) for book in (theirs, ours) for c in book}
    pair(incoming.codes, [c for c in existing.codes if not c.redirect], "path", lambda c: paths[c.uid])
    pair(incoming.coders, existing.coders, "name", lambda c: fold_name(c.name))
    pair(incoming.cases, existing.cases, "name", lambda c: fold_name(c.name))
    pair(incoming.variables, existing.variables, "name", lambda v: (v.on, fold_name(v.name)))
    return Matching(uids, how, tuple(conflicts))
