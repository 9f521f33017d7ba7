"""Who knew what: whether one event was written with another in sight."""

from __future__ import annotations

from coding.model import Uid
from coding.storage.journal import Event

__all__ = ["Knowledge"]


class Knowledge:
    """What each replica has seen, event by event in the common order.

    A replica knows its own past and what a merge brought it, which the merge wrote down.
    """

    def __init__(self) -> None:
        self._seen: dict[Uid, dict[Uid, int]] = {}

    def learn(self, replica: Uid, seen: dict[Uid, int]) -> None:
        """Take in that a replica has merged others up to these counters."""
        mine = self._seen.setdefault(replica, {})
        for other, lamport in seen.items():
            mine[other] = max(mine.get(other, 0), lamport)

    def knows(self, event: Event, replica: Uid, lamport: int) -> bool:
        """Say whether the writer of an event had seen an earlier one of some replica."""
        return event.replica == replica or self._seen.get(event.replica, {}).get(replica, 0) >= lamport
