"""What a change does to the codebook: the tree that it must leave, and the entry in a code's history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from coding.codebook import classify_change
from coding.errors import InvalidValue
from coding.model import CodeVersion, Uid
from coding.storage.schema import THINGS

__all__ = ["check_tree", "wording_version"]

CODE_DEPTH: Final = 64


def check_tree(connection: sa.Connection, placed: set[Uid]) -> None:
    """Refuse a tree of codes in which one of those that found a place stands above itself, or too deep.

    Raises:
        InvalidValue: with the code that would stand too deep.
    """
    table = THINGS["code"].table
    rows = connection.execute(sa.select(table.c.uid, table.c.parent, table.c.name)).all()
    above: dict[Uid, Uid | None] = {row.uid: row.parent for row in rows}
    for row in rows:
        line = [row.uid]
        while (up := above.get(line[-1])) is not None and up not in line:
            line.append(up)
        if not placed & set(line):
            continue
        if up is not None:
            raise InvalidValue("A code cannot stand below itself; move it to another parent.")
        if len(line) > CODE_DEPTH:
            raise InvalidValue(f"Codes stand at most {CODE_DEPTH} deep; “{row.name}” would stand {len(line)} deep.")


def wording_version(op: Mapping[str, Any], coder: Uid | None, at: int, reason: str) -> CodeVersion | None:
    """Return the entry of a code's history that an operation makes, if it makes one."""
    if op["o"] != "put" or op["k"] != "code" or not ("version" in op["f"] or "new" in op):
        return None
    changed = () if "new" in op else tuple(sorted(set(op["f"]) - {"version"}))
    kind = "structural" if "new" in op else classify_change(changed)
    return CodeVersion(op["u"], op["f"].get("version", 1), kind, changed, coder, at, reason)
