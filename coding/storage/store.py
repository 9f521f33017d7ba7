"""`Store`: one project in one SQLite file or on one PostgreSQL server, the same code for both."""

from __future__ import annotations

import hashlib
import os
import platform
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeVar

import sqlalchemy as sa

from coding.errors import InvalidValue, NotFound, ProjectError, ProjectNewer, ProjectOutdated, ProjectReadOnly
from coding.model import (
    ProjectInfo,
    Uid,
    new_uid,
)
from coding.storage import schema, undoing
from coding.storage.change import Change
from coding.storage.database import Database, inspect_file
from coding.storage.journal import GENESIS, Event, chain_hash
from coding.storage.places import warn_about, warn_if_older
from coding.storage.reader import Reader
from coding.storage.schema import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    here,
    journal,
    make_tables,
)
from coding.storage.things import dumps

if TYPE_CHECKING:
    from coding.model import Coding, Outline
    from coding.storage.checking import CheckReport
    from coding.storage.erasing import EraseReport
    from coding.storage.fold import Conflict
    from coding.storage.merging import MergeReport

__all__ = ["Store"]

T = TypeVar("T")
V = TypeVar("V")
_ACTION_LENGTH: Final = 200
BACKUP_SECONDS: Final = 1800


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


class Store(Reader):
    """What keeps a project. Opening writes nothing; every change is one transaction and one step of undo.

    Made by `Store.open`. Safe to use from several threads; a forked child gets connections of its own.
    """

    def __init__(self, database: Database, coder: str | None) -> None:
        super().__init__(database, coder)
        self._change: Change | None = None
        self._joined: Uid | None = None
        self._growth = 0
        self.grown = 0
        """By how much this store's own changes have raised `revision`: what is more was done elsewhere."""
        self._backed_up = time.monotonic()

    # -- opening ----------------------------------------------------------------------------------

    @classmethod
    def open(
        cls,
        target: str | Path,
        *,
        create: bool = False,
        coder: str | None = None,
        readonly: bool = False,
        timeout: float = 10.0,
    ) -> Store:
        """Open a project.

        Args:
            target: path of a ``.coding`` file, or a ``postgresql://`` address.
            create: make the project where there is none.
            coder: name under which changes are kept.
            readonly: refuse every change.
            timeout: seconds to wait while another program writes.

        Raises:
            NotAProject: nothing there, or something else.
            ProjectNewer: written by a newer version.
            ProjectLocked: another program is writing for longer than `timeout`.
        """
        if coder is not None and not coder.strip():
            raise InvalidValue("A coder needs a name.")
        if "://" in str(target):
            database = Database(str(target), readonly=readonly, timeout=timeout)
            store = cls(database, coder)
            store._open_server(create=create)
            return store
        path = Path(target).expanduser()
        try:
            missing = not path.exists() or (create and path.is_file() and path.stat().st_size == 0)
        except PermissionError:
            raise ProjectReadOnly(f"{path} lies in a folder that this account may not read. Ask whose it is.") from None
        if missing and create and not readonly:
            if not path.parent.is_dir():
                raise NotFound(f"There is no folder {path.parent}. Make it first.")
            store = cls(Database(path, create=True, timeout=timeout), coder)
            store._make()
        else:
            version = inspect_file(path)
            readonly = readonly or not (_may_write(path) and _may_write(path.parent))
            readonly = warn_about(path) or readonly
            if version < SCHEMA_VERSION and readonly:
                raise ProjectOutdated(
                    f"{path} has an older schema ({version}); open it once for writing to bring it up to date."
                )
            store = cls(Database(path, readonly=readonly, timeout=timeout), coder)
            if version < SCHEMA_VERSION:
                from coding.storage.migrating import migrate

                migrate(store, version)
            warn_if_older(path)
        return store

    def _make(self) -> None:
        """Write the first schema and the project's own row."""
        with self.database.writing() as connection:
            if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA user_version").scalar():
                return  # another process was faster
            make_tables(connection)
            if connection.dialect.name == "postgresql":
                from coding.storage.search_index import make_index
                from coding.storage.server_clock import clock_sql

                make_index(connection)  # coders of a server may not make tables
                connection.exec_driver_sql(clock_sql(connection.dialect.default_schema_name or "public"))
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
                connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")
            connection.execute(
                sa.insert(here).values(
                    one=1, replica=new_uid(), home=self._home(), lamport=0, things=0, tip=GENESIS, schema=SCHEMA_VERSION
                )
            )
            name = self.database.path.stem if self.database.path else "project"
            with self._step(connection, "make project", undoable=False, coder=None) as change:
                change.put(ProjectInfo(new_uid(), name, created=change.at))

    def _open_server(self, *, create: bool) -> None:
        with self.database.errors():
            there = sa.inspect(self.database.engine).has_table("here")
        if there:
            with self.database.reading() as connection:
                version = connection.execute(sa.select(here.c.schema)).scalar() or 0
            if version > SCHEMA_VERSION:
                raise ProjectNewer(
                    f"{self.database.name} has schema {version}; this version knows {SCHEMA_VERSION}. Update with pip."
                )
            if version < SCHEMA_VERSION:
                from coding.storage.migrating import migrate

                migrate(self, version)
            return
        if not create:
            raise NotFound(f"There is no project at {self.database.name}. An administrator makes one with create=True.")
        self._make()

    def initialise(self) -> None:
        """Write the coder's row now rather than with the first change."""
        if self._coder_name and self._fresh():
            with self.change("join", undoable=False):
                pass

    @property
    def path(self) -> Path | None:
        """The project file; None on a server."""
        return self.database.path

    @property
    def readonly(self) -> bool:
        """Whether nothing can be changed."""
        return self.database.readonly

    def close(self) -> None:
        """Let go of the file."""
        self._cache.clear()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Store {self.database.name}>"

    # -- changing ---------------------------------------------------------------------------------

    @contextmanager
    def change(self, action: str, *, reason: str = "", undoable: bool = True, alone: bool = True) -> Iterator[Change]:
        """Open one change: everything in the block is kept when it ends, or nothing.

        Args:
            action: what the person does, in a few words; `undo` returns it.
            reason: why, for the history of codes.
            undoable: False for what nobody would call a step, such as how far someone has read.
            alone: False for what touches nothing but the coder's own codings: on a server it then waits for
                nobody else's.

        Raises:
            ProjectReadOnly: the project was opened for reading.
            ProjectLocked: another program is writing for too long.
        """
        if self.database.current is not None and self._change is not None:
            yield self._change  # a change within a change belongs to it
            return
        if len(action) > _ACTION_LENGTH:
            raise InvalidValue(f"An action is named in at most {_ACTION_LENGTH} characters.")
        joined = self._joined
        alone, self._growth = alone or joined is None, 0
        with self.database.writing(None if alone else joined) as connection:
            self._settle_home(connection)
            uid = joined or self._join(connection)
            with self._step(connection, action, reason=reason, undoable=undoable, coder=uid, alone=alone) as change:
                yield change
        self._joined = uid
        self.grown += self._growth
        self._backup_in_time()

    def _join(self, connection: sa.Connection) -> Uid | None:
        """Return the coder's uid, whose row is written with the first change."""
        coder = self.coder
        if coder is not None and self._fresh():
            with self._step(connection, "join", undoable=False, coder=coder.uid) as change:
                change.put(coder)
        return coder.uid if coder else None

    def _backup_in_time(self) -> None:
        """Make a backup after every half hour of work; a full disk must not undo what was saved."""
        if self.path is None or time.monotonic() - self._backed_up < BACKUP_SECONDS:
            return
        self._backed_up = time.monotonic()
        try:
            self.backup()
        except (ProjectError, OSError) as error:
            warnings.warn(f"The work is saved, but no backup could be made: {error}", stacklevel=3)

    @contextmanager
    def _step(
        self,
        connection: sa.Connection,
        action: str,
        *,
        reason: str = "",
        undoable: bool = True,
        coder: Uid | None,
        undoes: Uid | None = None,
        alone: bool = True,
    ) -> Iterator[Change]:
        stamp = self.database.clock.take(connection, coder)
        change = Change(self, connection, coder, alone=alone)
        self._change = change
        try:
            yield change
        finally:
            self._change = None
        if not change.ops:
            return
        change.finish(reason)
        event = Event(
            change.uid,
            stamp.replica,
            stamp.lamport,
            coder,
            change.at,
            action,
            reason,
            undoable,
            undoes,
            change.scope,
            dumps(change.ops),
            b"",
        )
        event = replace(event, hash=chain_hash(stamp.tip, event))
        self.database.clock.keep(connection, event)
        self._growth += stamp.lamport - stamp.before

    def _home(self) -> str:
        """Return a fingerprint of this very file: a copy of it is another replica."""
        path = self.database.path
        if path is None:
            return "server"
        stat = path.stat() if path.exists() else None
        parts = [platform.node(), str(path.resolve()), str(stat.st_ino if stat else 0)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]

    def _settle_home(self, connection: sa.Connection) -> None:
        """Give a copied, moved or restored file a name of its own among replicas."""
        if self.path is None:
            return  # a server is copied by nobody
        home = self._home()
        if connection.execute(sa.select(here.c.home)).scalar() == home:
            return
        connection.execute(sa.update(here).values(replica=new_uid(), home=home, tip=GENESIS))
        known = sa.select(journal.c.replica, sa.func.max(journal.c.lamport)).group_by(journal.c.replica)
        seen = {row[0]: row[1] for row in connection.execute(known)}
        with self._step(connection, "go on from a copy", undoable=False, coder=None) as change:
            change.ops.append({"o": "seen", "r": seen})

    def undo(self) -> str | None:
        """Take back the coder's last action that is not undone; never another coder's.

        Returns:
            What was undone; None if there is nothing.

        Raises:
            Refused: someone else's work stands on it, with whose.
        """
        return undoing.undo(self)

    def redo(self) -> str | None:
        """Do again what was undone last, if nothing was done since.

        Returns:
            What was done again; None if there is nothing.
        """
        return undoing.redo(self)

    def history(self, limit: int = 50, *, coder: Uid | None = None) -> list[undoing.Entry]:
        """Return the latest actions, newest first.

        Args:
            limit: at most so many.
            coder: only this coder's.
        """
        return undoing.history(self, limit, coder)

    # -- looking after ----------------------------------------------------------------------------

    def check(self) -> CheckReport:
        """Look for anything broken; nothing is changed."""
        from coding.storage.checking import check

        return check(self)

    def backup(self, *, why: str = "") -> Path:
        """Write a verified copy beside the project and return its path.

        Args:
            why: a word for its name.
        """
        from coding.storage.backup import make_backup

        return make_backup(self, why=why)

    def copy_to(self, target: str | Path) -> Path:
        """Write a whole, checked copy of a project file elsewhere; an existing file is never touched."""
        from coding.storage.backup import copy_project

        path = Path(target)
        if path.exists():
            raise InvalidValue(f"{path} is there already; nothing was written.")
        copy_project(self, path)
        return path

    def erase(self, *, documents: Iterable[Uid] = (), cases: Iterable[Uid] = ()) -> EraseReport:
        """Take a participant's words out for good: texts, memos, names, values, index. It cannot be undone.

        Args:
            documents: uids; with their versions, units, codings, and memos about them.
            cases: uids; with their values and memos about them. Documents of a case are named apart.

        Returns:
            What was erased, and what remains elsewhere: backups, exports, copies of others.
        """
        from coding.storage.erasing import erase

        return erase(self, tuple(documents), tuple(cases))

    def redact_text(
        self, document: Uid, text: str, outline: Outline, *, labels: Mapping[str, str], reason: str = ""
    ) -> tuple[Coding, ...]:
        """Blot words out of a document, and erase the texts it had before. It cannot be undone; codings stay.

        Args:
            document: uid.
            text: as long as the present text, with other characters where words go.
            outline: the units of the new text.
            labels: label of a speaker in which words go to the label that takes its place.
            reason: kept with the version.

        Returns:
            The codings whose place is unclear.
        """
        from coding.storage.erasing import redact_text

        return redact_text(self, document, text, outline, labels, reason)

    def left_elsewhere(self) -> list[str]:
        """Name the places outside the project that no erasing reaches: backups, exports, copies."""
        from coding.storage.erasing import elsewhere

        return elsewhere(self)

    def search_documents(self, phrases: Iterable[Sequence[str]]) -> tuple[Uid, ...]:
        """Return documents and memos that hold any of the phrases; the index is brought up to date first.

        Args:
            phrases: each a sequence of words; a Han character is a word of its own, and a word that ends
                in ``*`` stands for every word that begins so.
        """
        from coding.storage.search_index import search

        return search(self.database, [tuple(p) for p in phrases])

    def merge(self, other: str | Path | Store, *, dry_run: bool = False, damaged: bool = False) -> MergeReport:
        """Take in all that another copy of the project holds; the other is never written.

        Merging again changes nothing, and the order of merges does not matter.

        Args:
            other: path, address or an open store.
            dry_run: only say what would change.
            damaged: take in also a project that fails its checks; its journal then says what it holds.

        Raises:
            ProjectDamaged: the other project fails its checks.
        """
        from coding.storage.merging import merge

        if not dry_run and self.path is not None and not self.readonly:
            self.backup(why="before-merge")
        if isinstance(other, Store):
            return merge(self, other, dry_run=dry_run, damaged=damaged)
        with Store.open(other, readonly=True) as source:
            return merge(self, source, dry_run=dry_run, damaged=damaged)

    def conflicts(self) -> tuple[Conflict, ...]:
        """Return the fields that were changed on two sides, until someone sets them again."""
        from coding.storage.fold import Conflict

        table = schema.conflicts
        with self.database.reading() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.kind, table.c.thing, table.c.field)).all()
        return tuple(Conflict(r.kind, r.thing, r.field, r.kept, r.other, r.kept_by, r.other_by) for r in rows)

    def state_hash(self, *, history: bool = True) -> str:
        """Return a hash that two copies share exactly when they hold the same; see `fold.digest`."""
        from coding.storage.fold import digest, read_state

        with self.database.reading() as connection:
            return digest(read_state(connection), history=history)
