"""Bringing an older project up to date: a verified backup, one transaction, everything counted twice."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from coding.errors import ProjectDamaged, ProjectError, ProjectOutdated
from coding.storage.migrations import STEPS, Step
from coding.storage.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    from coding.storage.store import Store

__all__ = ["SERVER_COMMAND", "migrate"]

SERVER_COMMAND: Final = "python -m coding.storage.roles migrate ADDRESS"
ROOM: Final = 2.2
"""How many times its own size a project needs on the disk for a migration."""


def migrate(store: Store, version: int, *, target: int = SCHEMA_VERSION, steps: Mapping[int, Step] = STEPS) -> None:
    """Bring a project from one schema to another, or leave it exactly as it was.

    Args:
        store: open for writing, with the older schema.
        version: the schema it has.
        target: the schema it shall have.
        steps: schema to the step that leaves it.

    Raises:
        ProjectOutdated: a server; its administrator does this.
        ProjectError: no room for the backup, or no step.
        ProjectDamaged: rows were lost on the way; everything was taken back.
    """
    if store.path is None:
        raise ProjectOutdated(
            f"The server has schema {version}; {target} is needed. Its administrator runs: {SERVER_COMMAND}"
        )
    missing = [n for n in range(version, target) if n not in steps]
    if missing:
        raise ProjectError(
            f"{store.path} has schema {version}, from which no way leads to {target}. It is too old for this version."
        )
    need = store.path.stat().st_size * ROOM
    if shutil.disk_usage(store.path.parent).free < need:
        raise ProjectError(
            f"{store.path} must be brought up to date, for which {need / 1e6:.0f} MB are needed on its disk. Make room first."
        )
    store.backup(why=f"before-schema-{target}")
    _run(store, version, target, steps)


def migrate_server(address: str, *, target: int = SCHEMA_VERSION, steps: Mapping[int, Step] = STEPS) -> str:
    """Bring a server up to date in one transaction; its administrator has made a backup with ``pg_dump``.

    Returns:
        What was done, in words.
    """
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    from coding.storage.database import Database

    database = Database(address)
    here = sa.table("here", sa.column("schema"))
    with database.writing() as connection:
        version = int(connection.execute(sa.select(here.c.schema)).scalar() or 0)
        operations = Operations(MigrationContext.configure(connection))
        for number in range(version, target):
            steps[number](operations, connection)
        if version < target:
            connection.execute(sa.update(here).values(schema=target))
    database.close()
    return f"The server was at schema {version} and is now at {max(version, target)}."


def _run(store: Store, version: int, target: int, steps: Mapping[int, Step]) -> None:
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    with store.database.errors(), store.database.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        try:
            immediate = connection.execution_options(immediate=True)
            with immediate.begin():
                before = _fingerprints(immediate)
                operations = Operations(MigrationContext.configure(immediate))
                for number in range(version, target):
                    steps[number](operations, immediate)
                _compare(before, _fingerprints(immediate, {name: columns for name, (columns, _, _) in before.items()}))
                if immediate.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise ProjectDamaged(
                        f"{store.path}: the migration would have broken references; nothing was changed."
                    )
                immediate.execute(sa.update(sa.table("here", sa.column("schema"))).values(schema=target))
                immediate.exec_driver_sql(f"PRAGMA user_version={int(target)}")
        finally:
            connection.invalidate()  # a connection without foreign keys must not be used again


Fingerprint = tuple[tuple[str, ...], int, str]


def _fingerprints(
    connection: sa.Connection, columns: Mapping[str, tuple[str, ...]] | None = None
) -> dict[str, Fingerprint]:
    """Return for each table its columns, the number of rows and a hash over them."""
    inspector = sa.inspect(connection)
    out: dict[str, Fingerprint] = {}
    for name in columns or inspector.get_table_names():
        if name.startswith(("search_", "sqlite_")):
            continue
        wanted = columns[name] if columns else tuple(c["name"] for c in inspector.get_columns(name))
        table = sa.table(name, *(sa.column(c) for c in wanted))
        h, n = 0, 0
        for row in connection.execute(sa.select(table), execution_options={"yield_per": 5_000}):
            h = (h + int.from_bytes(hashlib.blake2b(repr(tuple(row)).encode(), digest_size=8).digest(), "big")) % 2**64
            n += 1
        out[name] = (wanted, n, f"{h:016x}")
    return out


def _compare(before: Mapping[str, Fingerprint], after: Mapping[str, Fingerprint]) -> None:
    for name, (_, n, h) in before.items():
        if name == "here":
            continue
        if name not in after or after[name][1:] != (n, h):
            raise ProjectDamaged(
                f"The migration would have changed rows of {name}; everything was taken back, the backup is beside the project."
            )
