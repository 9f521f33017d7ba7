"""How a server counts: a sequence, and for each coder a chain; see `clock`.

Only a project on a server loads this, and with it the dialect of PostgreSQL: 3 MB that a file does without.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from coding.model import Uid
from coding.storage.clock import Stamp
from coding.storage.journal import GENESIS, Event, event_row
from coding.storage.schema import APPLICATION_ID, BIG, UidType, journal

__all__ = ["NOBODY", "ServerClock", "clock_sql"]

NOBODY: Final = "00000000-0000-0000-0000-000000000000"
"""Whose chain the events without a coder are."""

tips = sa.Table(
    "tips",
    sa.MetaData(),
    sa.Column("coder", UidType, primary_key=True),
    sa.Column("lamport", BIG, nullable=False),
    sa.Column("things", BIG, nullable=False),
    sa.Column("tip", sa.LargeBinary, nullable=False),
)
"""The last event of each coder; a coder of the server sees her own row only."""

_TABLES: Final = """
CREATE SEQUENCE IF NOT EXISTS lamports;
CREATE TABLE IF NOT EXISTS tips
    (coder uuid PRIMARY KEY, lamport bigint NOT NULL, things bigint NOT NULL, tip bytea NOT NULL);
"""
_FUNCTIONS: Final = """
CREATE OR REPLACE FUNCTION project_clock(OUT revision bigint, OUT things bigint) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {schema}, pg_temp
    AS $$ SELECT coalesce(sum(t.lamport), 0)::bigint, coalesce(sum(t.things), 0)::bigint FROM tips t $$;
CREATE OR REPLACE FUNCTION clock_reaches(wanted bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = {schema}, pg_temp
    AS $$ SELECT setval('lamports', greatest(last_value, least(wanted, last_value + 1000000000))) FROM lamports $$;
"""


def clock_sql(schema: str = "public") -> str:
    """Return the statements that make a server's counter; running them again is harmless.

    Args:
        schema: where the tables lie.
    """
    return (_TABLES + _FUNCTIONS.format(schema=schema)).strip()


class ServerClock:
    """A sequence, a chain for each coder, and a lock that those who change only their own codings share."""

    def lock(self, connection: sa.Connection, own: Uid | None) -> None:
        """See `Clock.lock`."""
        if own is None:
            connection.execute(_ALONE)
        else:
            connection.execute(_SHARED, {"line": int(own.replace("-", "")[-7:], 16)})

    def read(self, connection: sa.Connection) -> tuple[int, int]:
        """See `Clock.read`."""
        row = connection.execute(_CLOCK).one()
        return row[0], row[1]

    def take(self, connection: sa.Connection, coder: Uid | None) -> Stamp:
        """See `Clock.take`."""
        row = connection.execute(_NEXT, {"whose": coder or NOBODY}).one()
        return Stamp(row.replica, row.lamport, bytes(row.tip) if row.tip is not None else GENESIS, row.before)

    def keep(self, connection: sa.Connection, event: Event) -> None:
        """See `Clock.keep`."""
        things = event.lamport if event.scope == "things" else 0
        connection.execute(_KEEP, event_row(event) | {"whose": event.coder or NOBODY, "changed": things})

    def reach(self, connection: sa.Connection, lamport: int) -> None:
        """See `Clock.reach`."""
        connection.execute(sa.text("SELECT clock_reaches(:wanted)"), {"wanted": lamport})


_ALONE: Final = sa.text(f"SELECT pg_advisory_xact_lock({APPLICATION_ID})")
_SHARED: Final = sa.text(
    f"SELECT pg_advisory_xact_lock_shared({APPLICATION_ID}), pg_advisory_xact_lock({APPLICATION_ID}, :line)"
)
_CLOCK: Final = sa.text("SELECT revision, things FROM project_clock()")
_NEXT: Final = (
    sa.text(
        "SELECT here.replica, nextval('lamports') AS lamport, tips.tip,"
        " coalesce(tips.lamport, 0) AS before"
        " FROM here LEFT JOIN tips ON tips.coder = CAST(:whose AS uuid)"
    )
    .bindparams(sa.bindparam("whose", type_=UidType()))
    .columns(replica=UidType(), lamport=BIG, tip=sa.LargeBinary, before=BIG)
)


def _keeping() -> sa.Insert:
    """Return one statement for both tables: a journey to the server less at every key."""
    event = sa.insert(journal).values({name: sa.bindparam(name) for name in Event.__dataclass_fields__}).cte("event")
    tip = postgresql.insert(tips).values(
        coder=sa.bindparam("whose"),
        lamport=sa.bindparam("lamport"),
        things=sa.bindparam("changed"),
        tip=sa.bindparam("hash"),
    )
    new = tip.excluded
    latest = sa.func.greatest(tips.c.things, new.things)
    return tip.on_conflict_do_update(
        index_elements=["coder"], set_={"lamport": new.lamport, "tip": new.tip, "things": latest}
    ).add_cte(event)


_KEEP: Final = _keeping()
