"""The reading half of a store: things, texts, units, codings, counts and whole snapshots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa

from coding.errors import InvalidValue, NotFound, Refused
from coding.model import (
    Code,
    Coder,
    CodeVersion,
    Coding,
    CodingTable,
    Document,
    Outline,
    ProjectInfo,
    Snapshot,
    Uid,
    fold_name,
    new_uid,
)
from coding.storage import reading
from coding.storage.database import Database
from coding.storage.outlines import unpack_outline
from coding.storage.rows import DOCUMENT, chunks
from coding.storage.schema import (
    THINGS,
    Thing,
    code_versions,
    thing_of,
)
from coding.storage.snapshots import take_snapshot
from coding.storage.things import decode, from_row, is_uid

__all__ = ["Reader"]

T = TypeVar("T")
V = TypeVar("V")


class Reader:
    """What a store answers; it changes nothing but its own memory of answers."""

    def __init__(self, database: Database, coder: str | None) -> None:
        self.database = database
        self._coder_name = coder
        self._cache: dict[Any, tuple[int, Any]] = {}
        self._fresh_coder: Coder | None = None

    # -- what is there ----------------------------------------------------------------------------

    def info(self) -> ProjectInfo:
        """Return the project as such."""
        return self.all(ProjectInfo)[0]

    @property
    def coder(self) -> Coder | None:
        """Who is coding; a new coder's row is written with the first change."""
        if self._coder_name is None:
            return None
        wanted = fold_name(self._coder_name)
        for known in self.all(Coder):
            if fold_name(known.name) == wanted:
                return known
        if self._fresh_coder is None:
            self._fresh_coder = Coder(new_uid(), self._coder_name.strip())
        return self._fresh_coder

    def _fresh(self) -> bool:
        """Say whether the coder has no row yet."""
        coder = self.coder
        return coder is not None and all(known.uid != coder.uid for known in self.all(Coder))

    @contextmanager
    def view(self) -> Iterator[None]:
        """Read all that the block reads as of one moment, in one transaction; nothing can be changed within it."""
        with self.database.reading():
            yield

    @property
    def revision(self) -> int:
        """A number that grows with every commit, whoever makes it."""
        return self.database.moment()[0]

    def cached(self, key: Any, make: Callable[[], V]) -> V:
        """Return what `make` returns, remembered until a thing (anything but codings) changes."""
        if self.database.current is not None:
            return make()  # a change under way: nothing of it may outlive a rollback
        now = self.database.moment()[1]
        found = self._cache.get(key)
        if found is None or found[0] != now:
            found = self._cache[key] = (now, make())
        value: V = found[1]
        return value

    def all(self, cls: type[T], **filters: Any) -> tuple[T, ...]:
        """Return everything of one class, codes in the order of the tree, others as they were added.

        Args:
            cls: class of the model.
            filters: field = value; for a field that holds several (`Memo.about`), one of them.
        """
        if cls is Coding:
            wanted = {f"{k}s": [v] for k, v in filters.items()}
            return tuple(self.codings(**wanted))  # type: ignore[arg-type]
        thing = thing_of(cls)
        every: tuple[T, ...] = self.cached(cls, lambda: self._all(thing))
        for name, value in filters.items():
            if name not in thing.cls.__dataclass_fields__:
                raise InvalidValue(f"A {cls.__name__} has no field “{name}”.")
            several = thing.columns[name].kind == "json" and not isinstance(value, tuple)
            every = tuple(x for x in every if (value in getattr(x, name) if several else getattr(x, name) == value))
        return every

    def _all(self, thing: Thing) -> tuple[Any, ...]:
        with self.database.reading() as connection:
            rows = (
                connection.execute(sa.select(thing.table).where(thing.table.c.live == 1).order_by(thing.table.c.id))
                .mappings()
                .all()
            )
            fields = [(row["uid"], from_row(thing, dict(row))) for row in rows]
            if thing.kind == "memo":
                bodies = reading.texts_of(connection, [f["body"] for _, f in fields])
                for _, f in fields:
                    f["body"] = bodies.get(f["body"]) or ""
        made = [decode(thing, uid, f) for uid, f in fields]
        return tuple(tree_order(made) if thing.kind == "code" else made)

    def get(self, cls: type[T], uid: Uid) -> T:
        """Return one thing by its uid.

        Raises:
            NotFound: there is none, or it was removed.
        """
        with self.database.reading() as connection:
            if cls is Coding:
                return reading.coding(connection, uid)  # type: ignore[return-value]
            thing = thing_of(cls)
            row = None
            if is_uid(uid):
                query = sa.select(thing.table).where(thing.table.c.uid == uid, thing.table.c.live == 1)
                row = connection.execute(query).mappings().first()
            if row is None:
                raise NotFound(f"There is no {thing.kind.replace('_', ' ')} with the uid {uid} in this project.")
            fields = from_row(thing, dict(row))
            if thing.kind == "memo":
                fields["body"] = reading.text_of(connection, fields["body"]) or ""
        found: T = decode(thing, uid, fields)
        return found

    def _document_fields(self, connection: sa.Connection, uid: Uid) -> Mapping[str, Any]:
        row = (
            connection.execute(sa.select(DOCUMENT.table).where(DOCUMENT.table.c.uid == uid)).mappings().first()
            if is_uid(uid)
            else None
        )
        if row is None:
            raise NotFound(f"There is no document with the uid {uid} in this project.")
        return dict(row)

    def text(self, document: Uid, version: int | None = None) -> str:
        """Return the text of a document.

        Args:
            document: uid.
            version: an earlier one; None is the present one.

        Raises:
            NotFound: no such document or version.
            Refused: the text was erased.
        """
        with self.database.reading() as connection:
            row = self._document_fields(connection, document)
            key = row["sha256"]
            if version is not None and version != row["version"]:
                key = self._version_key(connection, row, version)
            body = reading.text_of(connection, key)
        if body is None:
            raise Refused(f"The text of “{row['name']}” was erased.")
        return body

    def texts(self, documents: Iterable[Document]) -> Iterator[tuple[Document, str]]:
        """Yield documents with their present texts, a hundred at a question; those that were erased are left out."""
        for part in chunks(list(documents), 100):
            with self.database.reading() as connection:
                bodies = reading.texts_of(connection, [d.sha256 for d in part])
            for document in part:
                body = bodies.get(document.sha256)
                if body is not None:
                    yield document, body

    @staticmethod
    def _version_key(connection: sa.Connection, row: Mapping[str, Any], version: int) -> str:
        from coding.storage.anchoring import versions_of

        numbers = versions_of(connection, row["uid"]).numbers
        if version not in numbers:
            raise NotFound(f"“{row['name']}” has no version {version}; the present one is {row['version']}.")
        return numbers[version]

    def outline(self, document: Uid) -> Outline:
        """Return the units of a document."""
        with self.database.reading() as connection:
            key = self._document_fields(connection, document)["outline"]
            return unpack_outline(reading.text_of(connection, key) if key else None)

    def codings(
        self,
        documents: Iterable[Uid] | None = None,
        codes: Iterable[Uid] | None = None,
        coders: Iterable[Uid] | None = None,
        rounds: Iterable[Uid] | None = None,
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Coding]:
        """Return live codings by document, start, and longer first.

        Args:
            documents: uids; None is all.
            codes: uids, as recorded; None is all.
            coders: uids; None is all.
            rounds: uids; None is all.
            limit: at most so many, for pages.
            offset: how many to leave out before.
        """
        with self.database.reading() as connection:
            return reading.list_codings(
                connection, documents=documents, codes=codes, coders=coders, rounds=rounds, limit=limit, offset=offset
            )

    def coding_table(self, **wanted: Iterable[Uid] | None) -> CodingTable:
        """Return live codings as columns; positions refer to `all(Document)`, `all(Code)`, `all(Coder)`, `all(Round)`.

        Args:
            wanted: documents, codes, coders, rounds: uids; None is all.
        """
        with self.database.reading() as connection:
            positions = {kind: self._positions(connection, kind) for kind in ("document", "code", "coder", "round")}
            return reading.coding_table(connection, positions, **wanted)

    def heirs(self, document: Uid) -> dict[Uid, Uid]:
        """Return uid of a coding to the one of a document that replaced it and is live."""
        with self.database.reading() as connection:
            found = reading.details(connection, [document])
        return {rare["replaces"]: uid for uid, rare in found.items() if "replaces" in rare}

    def _positions(self, connection: sa.Connection, kind: str) -> dict[int, int]:
        thing = THINGS[kind]
        if kind == "code":
            order = {code.uid: i for i, code in enumerate(self.all(Code))}
            rows = connection.execute(sa.select(thing.table.c.id, thing.table.c.uid).where(thing.table.c.live == 1))
            return {row.id: order[row.uid] for row in rows}
        ids = connection.execute(
            sa.select(thing.table.c.id).where(thing.table.c.live == 1).order_by(thing.table.c.id)
        ).scalars()
        return {number: i for i, number in enumerate(ids)}

    def code_counts(self, coders: Iterable[Uid] | None = None) -> dict[Uid, int]:
        """Return code uid, as recorded, to its number of live codings."""
        with self.database.reading() as connection:
            return reading.counts(connection, "code", coders=coders)

    def document_counts(self, coders: Iterable[Uid] | None = None) -> dict[Uid, int]:
        """Return document uid to its number of live codings."""
        with self.database.reading() as connection:
            return reading.counts(connection, "document", coders=coders)

    def code_history(self, code: Uid | None = None) -> tuple[CodeVersion, ...]:
        """Return the changes of a code's wording, or of all codes, oldest first."""
        c = code_versions.c
        query = sa.select(code_versions).order_by(c.at, c.version, c.event)
        if code is not None:
            if not is_uid(code):
                raise NotFound(f"There is no code with the uid {code} in this project.")
            query = query.where(c.code == code).order_by(None).order_by(c.version, c.at, c.event)
        import json

        with self.database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(
            CodeVersion(
                r["code"], r["version"], r["kind"], tuple(json.loads(r["changed"])), r["coder"], r["at"], r["reason"]
            )
            for r in rows
        )

    def to_review(self, documents: Iterable[Uid] | None = None) -> list[tuple[Coding, str]]:
        """Return the codings whose place became unclear when their text was corrected.

        Each with the words that it was made on; "" where that text was erased.
        """
        from coding.storage.anchoring import versions_of

        with self.database.reading() as connection:
            found = reading.review_list(connection, documents)
            texts: dict[tuple[Uid, str], str] = {}
            for document, made_on in {(coding.document, made_on) for coding, made_on, _, _ in found}:
                every = versions_of(connection, document).numbers.values()
                key = next((sha for sha in every if sha.startswith(made_on)), "")
                texts[document, made_on] = reading.text_of(connection, key) or ""
            return [(c, texts[c.document, made_on][start:end]) for c, made_on, start, end in found]

    def snapshot(
        self,
        documents: Iterable[Uid] | None = None,
        coders: Iterable[Uid] | None = None,
        texts: bool = True,
        hide: tuple[Uid, Iterable[Uid]] | None = None,
    ) -> Snapshot:
        """Return the project, or a part of it, as values.

        Args:
            documents: uids; None is all.
            coders: uids of those whose codings are wanted; None is all. Every coder is named in any case.
            texts: whether texts and units can be read from it; they load when asked for.
            hide: (own coder, documents of open blind rounds): others' codings of these are left out.
        """
        return take_snapshot(self, documents, coders, texts, hide)


def tree_order(codes: Iterable[Code]) -> list[Code]:
    """Return codes with parents before children and siblings by position; a lost parent makes a root."""
    every = list(codes)
    known = {code.uid for code in every}
    children: dict[Uid | None, list[Code]] = {}
    for code in every:
        children.setdefault(code.parent if code.parent in known else None, []).append(code)
    for below in children.values():
        below.sort(key=lambda c: (c.position, c.name, c.uid))
    out: list[Code] = []
    stack = list(reversed(children.get(None, [])))
    while stack:
        code = stack.pop()
        out.append(code)
        stack.extend(reversed(children.get(code.uid, [])))
    return out
