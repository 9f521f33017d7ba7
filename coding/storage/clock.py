"""The counter that orders events, and the end of each chain of events.

A file has one writer at a time, so one row holds both. A server has many. There a change of one's own codings
shares the project with other coders' changes and waits only for the coder's own other screens; whatever else
is changed has the project to itself. The counter is a sequence, taken after those locks, so that of two events
that could touch the same row the later one has the higher number; and every coder's events are a chain of their
own, so that no coder waits until another's are on the disk. What a reader has seen is told by the sum over the
chains: each of them only grows, so none that is committed late is ever passed over. The server's way stands in `server_clock`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol

import sqlalchemy as sa

from coding.model import Uid
from coding.storage.journal import Event, event_row
from coding.storage.schema import here, journal

__all__ = ["Clock", "FileClock", "Stamp"]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a new event needs to know."""

    replica: Uid
    lamport: int
    tip: bytes
    """Hash of the event before it in its chain."""
    before: int
    """Counter of that event, 0 where there is none."""


class Clock(Protocol):
    """How one kind of place counts."""

    def lock(self, connection: sa.Connection, own: Uid | None) -> None:
        """Wait until a change may begin.

        Args:
            connection: in a write transaction.
            own: the coder whose codings alone will change; None for anything else.
        """

    def read(self, connection: sa.Connection) -> tuple[int, int]:
        """Return a number that grows with every commit, and one that grows when a thing changes."""

    def take(self, connection: sa.Connection, coder: Uid | None) -> Stamp:
        """Return the stamp of a coder's next event."""

    def keep(self, connection: sa.Connection, event: Event) -> None:
        """Write an event at the end of its chain."""

    def reach(self, connection: sa.Connection, lamport: int) -> None:
        """Go on from a counter that a merge brought."""


class FileClock:
    """One row of `here`; SQLite lets one writer in at a time."""

    def lock(self, connection: sa.Connection, own: Uid | None) -> None:
        """Do nothing: the transaction has begun as the only one that writes."""

    def read(self, connection: sa.Connection) -> tuple[int, int]:
        """See `Clock.read`."""
        row = connection.execute(_READ).one()
        return row[0], row[1]

    def take(self, connection: sa.Connection, coder: Uid | None) -> Stamp:  # noqa: ARG002 (one chain for all)
        """See `Clock.take`."""
        row = connection.execute(_TAKE).one()
        return Stamp(row.replica, row.lamport + 1, bytes(row.tip), row.lamport)

    def keep(self, connection: sa.Connection, event: Event) -> None:
        """See `Clock.keep`."""
        connection.execute(sa.insert(journal).values(**event_row(event)))
        now: dict[str, Any] = {"lamport": event.lamport, "tip": event.hash}
        if event.scope == "things":
            now["things"] = event.lamport
        connection.execute(sa.update(here).values(**now))

    def reach(self, connection: sa.Connection, lamport: int) -> None:
        """See `Clock.reach`."""
        connection.execute(sa.update(here).values(lamport=lamport))


_READ: Final = sa.select(here.c.lamport, here.c.things)
_TAKE: Final = sa.select(here.c.replica, here.c.lamport, here.c.tip)
