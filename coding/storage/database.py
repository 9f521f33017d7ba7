"""The connection: pragmas, transactions, and the driver's errors in plain words."""

from __future__ import annotations

import errno
import os
import select
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from coding.errors import (
    MissingExtra,
    NotAProject,
    ProjectDamaged,
    ProjectError,
    ProjectLocked,
    ProjectNewer,
    ProjectReadOnly,
    ProjectUnreachable,
    Refused,
)
from coding.storage.clock import Clock, FileClock
from coding.storage.schema import APPLICATION_ID, SCHEMA_VERSION

__all__ = ["Database", "inspect_file"]

BUSY_SECONDS: Final = 10.0
REST_SECONDS: Final = 2.0
_DOWN: Final = (
    "connection refused", "no such file or directory", "is the server running", "server closed the connection", "could not connect",
    "timeout expired", "starting up", "shutting down", "recovery mode", "terminating connection", "not yet accepting connections",
    "connection reset", "broken pipe", "name or service not known", "temporary failure in name resolution",
)  # fmt: skip
"""What a server says, or the way to it, that is not there at the moment; with a wrong password it would answer."""
WAL_SAFE: Final = (3, 51, 3)
"""From here on SQLite is free of the WAL-reset bug (sqlite.org/wal.html#walresetbug)."""

PRAGMAS: Final = (
    "foreign_keys=ON",
    "secure_delete=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "recursive_triggers=ON",
    "temp_store=MEMORY",
    "mmap_size=0",
    "journal_size_limit=67108864",
    "cache_size=-65536",
)


class Database:
    """One project's engine; every statement of the store goes through `reading` or `writing`.

    Args:
        target: path of a file, or a ``postgresql://`` address.
        readonly: whether to open for reading only.
        create: whether a missing file is made.
        timeout: seconds to wait for another writer.
    """

    def __init__(
        self, target: Path | str, *, readonly: bool = False, create: bool = False, timeout: float = BUSY_SECONDS
    ) -> None:
        self.target, self.readonly, self.timeout = target, readonly, timeout
        self.path = target if isinstance(target, Path) else None
        self._create = create
        self._pid = os.getpid()
        self._write_lock = threading.RLock()
        self._local = threading.local()
        self.closed = False
        self.clock: Clock = FileClock() if self.path else _server_clock()
        self.engine = self._engine()

    @property
    def is_sqlite(self) -> bool:
        """Whether the project is a file."""
        return self.path is not None

    @property
    def name(self) -> str:
        """How messages call the project; never with a password."""
        return str(self.path) if self.path else sa.make_url(str(self.target)).render_as_string(hide_password=True)

    def _engine(self) -> sa.Engine:
        if self.path is None:
            return self._server_engine()
        engine = sa.create_engine(
            "sqlite://", creator=self._connect, poolclass=sa.pool.QueuePool, pool_size=4, max_overflow=40
        )
        sa.event.listen(engine, "begin", _begin)
        return engine

    def _server_engine(self) -> sa.Engine:
        url = sa.make_url(str(self.target))
        if url.get_backend_name() not in {"postgresql", "postgres"}:
            raise NotAProject(
                f"{self.name}: {url.get_backend_name()} cannot hold a project. Give a file such as study.coding, "
                "or a PostgreSQL server as postgresql://…"
            )
        if url.drivername in {"postgresql", "postgres"}:
            url = url.set(drivername="postgresql+psycopg")
        if find_spec("psycopg") is None:
            raise MissingExtra.named("A project on a server", "team")
        options = "-c statement_timeout=120000 -c lock_timeout=15000 -c idle_in_transaction_session_timeout=120000"
        engine = sa.create_engine(
            url, pool_recycle=1800, pool_size=2, max_overflow=8,
            connect_args={"options": options, "connect_timeout": 10},
        )  # fmt: skip
        sa.event.listen(engine, "connect", _uids_as_text)
        sa.event.listen(engine, "checkin", _rested)
        sa.event.listen(engine, "checkout", _ask_after_rest)
        return engine

    def _connect(self) -> sqlite3.Connection:
        assert self.path is not None
        mode = "ro" if self.readonly else "rwc" if self._create else "rw"
        if mode == "rwc" and not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=self.timeout,
        )
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if connection.execute("PRAGMA foreign_keys").fetchone() != (1,):
            raise ProjectError("This SQLite was built without foreign keys; it cannot keep a project safely.")
        if not self.readonly:
            self._set_journal(connection)
        return connection

    @staticmethod
    def _set_journal(connection: sqlite3.Connection) -> None:
        wal = sqlite3.sqlite_version_info >= WAL_SAFE
        wanted = "wal" if wal else "truncate"
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != wanted:
            connection.execute(f"PRAGMA journal_mode={wanted}")
        connection.execute(f"PRAGMA synchronous={'FULL' if wal else 'EXTRA'}")

    def _after_fork(self) -> None:
        """Leave the parent's connections alone; a child gets its own."""
        if os.getpid() != self._pid:
            self.engine.dispose(close=False)
            self._pid, self._write_lock, self._local = os.getpid(), threading.RLock(), threading.local()
            self.engine = self._engine()

    @property
    def current(self) -> sa.Connection | None:
        """The connection of the transaction that this thread is in."""
        if os.getpid() != self._pid:
            return None
        return getattr(self._local, "connection", None)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection with one consistent view; inside a change, or another reading, that one's own."""
        self._after_fork()
        within = self.current or getattr(self._local, "view", None)
        if within is not None:
            yield within
            return
        self._must_be_open()
        with self.errors(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                self._local.view, self._local.moment = connection, None
                try:
                    yield connection
                finally:
                    self._local.view = self._local.moment = None

    def moment(self) -> tuple[int, int]:
        """Return revision and clock of things as `Clock.read` does; within one view they are asked for once."""
        with self.reading() as connection:
            if connection is not getattr(self._local, "view", None):
                return self.clock.read(connection)
            if self._local.moment is None:
                self._local.moment = self.clock.read(connection)
            moment: tuple[int, int] = self._local.moment
            return moment

    @contextmanager
    def writing(self, own: str | None = None) -> Iterator[sa.Connection]:
        """Give a connection in a write transaction: committed at the end, rolled back on any exception.

        Args:
            own: uid of the coder whose codings alone will change, beside other coders; None to have the project alone.
        """
        self._after_fork()
        self._must_be_open()
        assert getattr(self._local, "view", None) is None, "a change within a view would wait for itself"
        if self.readonly:
            raise ProjectReadOnly(
                f"{self.name} was opened for reading; nothing can be changed. Open it again without readonly=True."
            )
        with self._write_lock, self.errors(), self._begun(own) as connection:
            self._local.connection = connection
            try:
                yield connection
            finally:
                self._local.connection = None

    @contextmanager
    def _begun(self, own: str | None) -> Iterator[sa.Connection]:
        """Give a connection whose transaction has its locks; a server that was restarted meanwhile is asked again."""
        with ExitStack() as stack:
            try:
                connection = self._begin(stack, own)
            except sa.exc.DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                # with the error, so that it rolls back: there is nothing to commit
                stack.pop_all().__exit__(type(error), error, error.__traceback__)
                connection = self._begin(stack, own)  # nothing was done yet, so doing it again is safe
            yield connection

    def _begin(self, stack: ExitStack, own: str | None) -> sa.Connection:
        connection = stack.enter_context(self.engine.connect()).execution_options(immediate=True)
        stack.enter_context(connection.begin())
        self.clock.lock(connection, own)
        return connection

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn the driver's errors into the project's."""
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise self._translated(error) from error
        except sqlite3.Error as error:
            raise self._translated(error) from error

    def _translated(self, error: Exception) -> Exception:
        text = str(getattr(error, "orig", error))
        low = text.lower()
        if getattr(error, "connection_invalidated", False) or (not self.is_sqlite and any(w in low for w in _DOWN)):
            return ProjectUnreachable(
                f"{self.name} does not answer. What was saved is safe; try again in a moment, and ask the administrator "
                "if it stays so."
            )
        if "locked" in low or "busy" in low or "lock timeout" in low:
            return ProjectLocked(
                f"{self.name} is being written by another program for longer than {self.timeout:.0f} s; nothing was changed. "
                "Close other notebooks or programs that have it open (also a backup or sync program), then try again."
            )
        if "readonly" in low or "read-only" in low:
            return ProjectReadOnly(
                f"{self.name} or its folder cannot be written; open a copy elsewhere, or readonly=True."
            )
        if "full" in low or "disk i/o" in low:
            return ProjectError(
                f"{self.name} could not be written ({text}{self._free()}); nothing was changed. Make room and try again."
            )
        if "malformed" in low or "not a database" in low:
            return ProjectDamaged(
                f"{self.name} is damaged ({text}). Restore the latest backup from its “.backups” folder."
            )
        if "permission denied" in low or "row-level security" in low:
            return Refused(f"The server does not allow this login to do that ({text.splitlines()[0]}).")
        if "unable to open" in low:
            return ProjectError(f"{self.name} cannot be opened: {text}. Check the path and its permissions.")
        # the statement is left out: it could carry words of the data
        return ProjectError(f"{self.name}: {text.splitlines()[0] if text else type(error).__name__}")

    def _free(self) -> str:
        try:
            return f", {shutil.disk_usage(self.path.parent).free // 1_000_000} MB free" if self.path else ""
        except OSError:
            return ""

    def close(self) -> None:
        """Let go of every connection."""
        self.closed = True
        if os.getpid() == self._pid:
            self.engine.dispose()

    def _must_be_open(self) -> None:
        if self.closed:
            raise ProjectError(f"{self.name} was closed. Open it again with open_project(…).")


def _server_clock() -> Clock:
    from coding.storage.server_clock import ServerClock  # a file never loads PostgreSQL's dialect

    return ServerClock()


def _uids_as_text(connection: Any, _record: Any) -> None:
    """Take uids as the text that the server sends: an object for each costs more than the rest of its row."""
    from psycopg.types.string import TextLoader

    connection.adapters.register_loader("uuid", TextLoader)


def _rested(_connection: Any, record: Any) -> None:
    record.info["rested"] = time.monotonic()


def _ask_after_rest(connection: Any, record: Any, _proxy: Any) -> None:
    """Look whether a server is still there, but not between two keys: a question costs as much as an answer.

    A server that was stopped has said so: something waits to be read where nothing was asked.
    """
    rested = time.monotonic() - record.info.get("rested", time.monotonic())
    if rested < REST_SECONDS and not select.select([connection.fileno()], [], [], 0)[0]:
        return
    import psycopg

    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.OperationalError as error:
        raise sa.exc.DisconnectionError from error


def _begin(connection: sa.Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def inspect_file(path: Path) -> int:
    """Say which schema a project file has, without writing or trusting anything in it.

    Returns:
        Its ``user_version``.

    Raises:
        NotAProject: no database, another program's, or one with triggers or views.
        ProjectNewer: written by a newer version.
    """
    if path.is_dir():
        raise NotAProject(f"{path} is a folder; name the project file in it.")
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except FileNotFoundError:
        raise NotAProject(
            f"There is no project at {path}. Check the path, or make one: coding new PATH, or create=True."
        ) from None
    except OSError as error:
        raise ProjectError(f"{path} cannot be read: {errno.errorcode.get(error.errno or 0, error)}.") from None
    if head != b"SQLite format 3\x00":
        what = "is empty" if not head else "is another kind of file"
        raise NotAProject(f"{path} {what}, not a project.")
    return _inspect_header(path)


def _take_back_half_a_change(path: Path) -> None:
    """Let SQLite roll back what a program that was killed had begun to write; reading alone cannot.

    Raises:
        ProjectReadOnly: the file or its folder cannot be written.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)) as connection:
        try:
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            if "readonly" not in str(error) and "unable to open" not in str(error):
                raise
            raise ProjectReadOnly(
                f"A program was stopped in the middle of a change to {path}, and the change cannot be taken back where nothing "
                f"can be written. Copy {path.name} and {path.name}-journal together to a folder of yours and open it there."
            ) from None


def _inspect_header(path: Path) -> int:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                application = connection.execute("PRAGMA application_id").fetchone()[0]
                version: int = connection.execute("PRAGMA user_version").fetchone()[0]
                foreign = connection.execute(
                    "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')"
                ).fetchall()
                break
            except sqlite3.OperationalError as error:
                if time.monotonic() > deadline:
                    raise
                if "readonly" in str(error):
                    _take_back_half_a_change(path)
                elif "locked" not in str(error):
                    raise
                time.sleep(0.05)
    except sqlite3.Error as error:
        raise NotAProject(
            f"{path} cannot be read as a project: {error}. Restore a backup if it once was one."
        ) from None
    finally:
        connection.close()
    if application != APPLICATION_ID:
        raise NotAProject(f"{path} is a database of another program.")
    if version > SCHEMA_VERSION:
        raise ProjectNewer(
            f"{path} was written by a newer version (schema {version}; this one knows {SCHEMA_VERSION}). "
            "Update with: pip install --upgrade coding-workbench. The file was not touched."
        )
    if foreign:
        raise NotAProject(f"{path} holds triggers or views ({foreign[0][0]}) that no project has; it is not opened.")
    return version


def integrity(connection: Any) -> list[str]:
    """Return what SQLite's own check finds wrong with a file."""
    rows = connection.exec_driver_sql("PRAGMA quick_check(20)").fetchall()
    return [row[0] for row in rows if row[0] != "ok"]
