"""From each schema to the next; `STEPS[n]` brings schema n to n + 1 with Alembic's operations.

A step is written once, released, and never changed. It adds; it does not rebuild a table to which others
refer. What it adds must leave `fold(journal) == tables` true.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlalchemy as sa

Step = Callable[[Any, "sa.Connection"], None]
"""Takes Alembic's `Operations` and the connection."""

STEPS: dict[int, Step] = {}

__all__ = ["STEPS", "Step"]
