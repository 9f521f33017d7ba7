"""The memos of a project: dated notes on codings, codes, documents, cases, or on the project as a whole."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from coding.errors import InvalidValue, NotFound, Refused
from coding.model import Case, Code, Coding, Document, Memo, Uid, new_uid
from coding.project.collections import Collection
from coding.project.documents import ProjectDocument
from coding.storage.things import is_uid

if TYPE_CHECKING:
    import pandas as pd

About = Coding | Code | Document | ProjectDocument | Case | Memo | Uid
MAX_MEMO = 1_000_000


class Memos(Collection[Memo]):
    """The memos that this coder may see."""

    kind = "memo"

    def _all(self) -> Sequence[Memo]:
        return self._project.visible_memos(self._store.all(Memo))

    def __getitem__(self, ref: Uid) -> Memo:
        for memo in self._all():
            if ref in (memo.uid, memo.title):
                return memo
        raise NotFound.among("memo", ref, (m.title for m in self._all() if m.title))

    def about(self, thing: About) -> list[Memo]:
        """Return the memos on one thing, oldest first."""
        uid = _uid(thing)
        return sorted((m for m in self._all() if uid in m.about), key=lambda m: m.created)

    def add(
        self,
        body: str,
        *,
        about: About | Iterable[About] | None = (),
        title: str = "",
        kind: Literal["memo", "theory", "method", "code", "question", "reply"] = "memo",
    ) -> Memo:
        """Write a memo.

        Args:
            body: the words.
            about: one thing or several; nothing makes it a memo of the project.
            title: optional heading.
            kind: memo, theory, method, code, question, reply.

        Raises:
            InvalidValue: no words, too many, or an `about` that is nothing and no uid.
        """
        if not body.strip():
            raise InvalidValue("A memo needs words.")
        if len(body) > MAX_MEMO:
            raise InvalidValue(f"A memo holds at most {MAX_MEMO:,} characters; {len(body):,} were given.")
        one = isinstance(about, str | Coding | Code | Document | ProjectDocument | Case | Memo)
        things: Any = [about] if one else about or ()
        now = int(time.time() * 1000)
        coder = self._project.require_coder().uid
        memo = Memo(new_uid(), body, title, kind, tuple(_uid(t) for t in things), coder, now, now)
        with self._store.change("write memo") as change:
            change.put(memo)
        return memo

    def set(self, ref: Memo | Uid, body: str, **fields: Any) -> Memo:
        """Change the words of one's own memo."""
        memo = replace(self._own(ref), body=body, modified=int(time.time() * 1000), **fields)
        with self._store.change("edit memo") as change:
            change.put(memo)
        return memo

    def remove(self, ref: Memo | Uid) -> None:
        """Remove one's own memo; undo brings it back."""
        memo = self._own(ref)
        with self._store.change("remove memo") as change:
            change.remove(Memo, memo.uid)

    def _own(self, ref: Memo | Uid) -> Memo:
        memo = self[ref] if isinstance(ref, str) else ref
        if memo.coder not in (None, self._project.require_coder().uid):
            raise Refused("That memo is another coder's; write one of your own beside it.")
        return memo

    def to_frame(self) -> pd.DataFrame:
        """Return one row per memo: title, kind, about, coder, times, words, uid."""
        from coding import tables

        return tables.memos(self._project.snapshot(texts=False))

    def _columns(self) -> Sequence[str]:
        return ("title", "kind", "about")

    def _summary(self) -> list[tuple[Any, ...]]:
        return [(m.title or m.kind, m.kind, len(m.about)) for m in self._all()]


def _uid(thing: About) -> Uid:
    uid = thing if isinstance(thing, str) else thing.uid
    if not is_uid(uid):
        raise InvalidValue(f"A memo is about a thing of the project or its uid, not {uid!r}. Look the thing up first.")
    return uid
