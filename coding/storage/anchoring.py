"""Codings follow their text: where a passage stands after a document was corrected.

A coding is kept as it was made, on the text on which it was made; where it stands now is derived from the
versions of the document, so that every replica finds the same place and a reversed correction restores it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Final

import sqlalchemy as sa

from coding.model import Coding, Uid
from coding.storage import reading
from coding.storage.rows import chunks, set_codings, with_uids
from coding.storage.schema import ALIAS, LIVE, REMOVED, THINGS, anchors, codings
from coding.storage.things import from_row

__all__ = ["Block", "Versions", "map_span", "matching_blocks", "reanchor"]

Block = tuple[int, int, int]
"""(start in the old text, start in the new one, length)."""
_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+|.", re.DOTALL)
_HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
FINE: Final = 4_000
"""Stretches up to this many characters are compared character by character."""


def matching_blocks(old: str, new: str) -> list[Block]:
    """Return the stretches that two texts share, in order; compared by lines, then words, then characters.

    >>> matching_blocks("We went home.", "We all went home.")
    [(0, 0, 3), (3, 7, 10)]
    """
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    blocks = [(0, 0, head)]
    blocks += _by_lines(old, new, (head, len(old) - tail, head, len(new) - tail))
    blocks.append((len(old) - tail, len(new) - tail, tail))
    return _joined(blocks)


def _common(a: str, b: str) -> int:
    low, high = 0, min(len(a), len(b))
    while low < high:  # slices compare at the speed of memory
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _by_lines(old: str, new: str, box: tuple[int, int, int, int]) -> Iterator[Block]:
    a, b, c, d = box
    yield from _by_pieces(
        old, new, box, old[a:b].splitlines(keepends=True), new[c:d].splitlines(keepends=True), _by_words
    )


def _by_words(old: str, new: str, box: tuple[int, int, int, int]) -> Iterator[Block]:
    a, b, c, d = box
    if b - a + d - c <= FINE:
        yield from _by_characters(old, new, box)
        return
    yield from _by_pieces(old, new, box, _tokens(old[a:b]), _tokens(new[c:d]), _by_characters)


def _tokens(text: str) -> list[str]:
    out: list[str] = []
    for token in _TOKEN.findall(text):
        out.extend(token) if _HAN.search(token) else out.append(token)
    return out


def _by_pieces(
    old: str, new: str, box: tuple[int, int, int, int], left: Sequence[str], right: Sequence[str], finer: Any
) -> Iterator[Block]:
    ends_left, ends_right = _ends(left, box[0]), _ends(right, box[2])
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, left, right, autojunk=len(left) > 50_000).get_opcodes():
        a, b, c, d = ends_left[i1], ends_left[i2], ends_right[j1], ends_right[j2]
        if tag == "equal":
            yield a, c, b - a
        elif tag == "replace":
            yield from finer(old, new, (a, b, c, d))


def _ends(pieces: Sequence[str], start: int) -> list[int]:
    out = [start]
    for piece in pieces:
        out.append(out[-1] + len(piece))
    return out


def _by_characters(old: str, new: str, box: tuple[int, int, int, int]) -> Iterator[Block]:
    a, b, c, d = box
    if b - a + d - c > FINE:
        return
    for i, j, n in SequenceMatcher(None, old[a:b], new[c:d], autojunk=False).get_matching_blocks():
        yield a + i, c + j, n


def _joined(blocks: Iterable[Block]) -> list[Block]:
    out: list[Block] = []
    for i, j, n in blocks:
        if not n:
            continue
        if out and out[-1][0] + out[-1][2] == i and out[-1][1] + out[-1][2] == j:
            out[-1] = (out[-1][0], out[-1][1], out[-1][2] + n)
        else:
            out.append((i, j, n))
    return out


def map_span(blocks: Sequence[Block], start: int, end: int, length: int) -> tuple[int, int, bool]:
    """Return where a passage stands in the new text, and whether a person should look.

    It is clear while its first and its last character are still there; words changed between them belong
    to the passage as before.

    Args:
        blocks: what the two texts share.
        start: of the passage in the old text.
        end: of the passage in the old text.
        length: of the new text.

    >>> map_span([(0, 0, 3), (3, 7, 10)], 3, 7, 17)
    (7, 11, False)
    """
    kept = [(max(i, start), min(i + n, end), j - i) for i, j, n in blocks if i < end and i + n > start]
    if not kept:
        before = max((j + n for i, j, n in blocks if i + n <= start), default=0)
        at = min(before, max(length - 1, 0))
        return at, min(at + 1, length), True
    first, last = kept[0], kept[-1]
    clear = first[0] == start and last[1] == end
    return first[0] + first[2], last[1] + last[2], not clear


class Versions:
    """The texts of one document and the ways between them.

    Args:
        versions: JSON fields of its `Version` things.
        lengths: sha256 to length, of every text.
    """

    def __init__(self, versions: Iterable[Mapping[str, Any]]) -> None:
        self._edges: dict[str, list[tuple[str, list[Block], int]]] = {}
        self.numbers: dict[int, str] = {}
        for v in sorted(versions, key=lambda v: (v["number"], v["sha256"])):
            old, new = v["based_on"][:16], v["sha256"][:16]
            forth = [(b[0], b[1], b[2]) for b in v["blocks"]]
            back = [(j, i, n) for i, j, n in forth]
            self._edges.setdefault(old, []).append((new, forth, v["length"]))
            # the old text is at least as long as what the two share; its end only matters for a lost passage
            self._edges.setdefault(new, []).append((old, back, max((j + n for j, _, n in forth), default=1)))
            self.numbers.setdefault(v["number"], v["sha256"])
            self.numbers.setdefault(v["number"] - 1, v["based_on"])

    def way(self, old: str, new: str) -> list[tuple[list[Block], int]] | None:
        """Return the steps from one text to another by their (shortened) hashes; None if there is none."""
        old, new = old[:16], new[:16]
        queue: deque[tuple[str, list[tuple[list[Block], int]]]] = deque([(old, [])])
        seen = {old}
        while queue:
            at, steps = queue.popleft()
            if at == new:
                return steps
            for target, blocks, length in self._edges.get(at, []):
                if target not in seen:
                    seen.add(target)
                    queue.append((target, [*steps, (blocks, length)]))
        return None

    def place(self, base: str, current: str, start: int, end: int, length: int) -> tuple[int, int, bool]:
        """Return where a passage of one text stands in another, and whether a person should look."""
        steps = self.way(base, current)
        if steps is None:  # a text of another branch that was never compared with this one
            last = max(min(end, length), 1)
            return min(start, last - 1), last, True
        unclear = False
        for i, (blocks, step_length) in enumerate(steps):
            limit = length if i == len(steps) - 1 else step_length
            start, end, lost = map_span(blocks, start, end, limit)
            unclear = unclear or lost
        return start, end, unclear


def versions_of(connection: sa.Connection, document: Uid) -> Versions:
    """Return the versions of a document."""
    thing = THINGS["version"]
    rows = connection.execute(sa.select(thing.table).where(thing.table.c.document == document)).mappings()
    return Versions(from_row(thing, dict(row)) for row in rows)


def reanchor(connection: sa.Connection, document: Uid) -> tuple[Coding, ...]:
    """Place every coding of a document in its present text; return those whose place is unclear."""
    table = THINGS["document"].table
    doc = connection.execute(sa.select(table).where(table.c.uid == document)).mappings().one()
    versions = versions_of(connection, document)
    query = (
        sa.select(codings, anchors.c.sha256, anchors.c.start.label("made_start"), anchors.c.end.label("made_end"))
        .select_from(codings.outerjoin(anchors, anchors.c.coding == codings.c.uid))
        .where(codings.c.document == doc["id"])
    )
    moved: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    for row in connection.execute(query).mappings().all():
        base = row["sha256"] or versions.numbers.get(row["document_version"], doc["sha256"])[:16]
        start, end = (row["made_start"], row["made_end"]) if row["sha256"] else (row["start"], row["end"])
        at = (start, end, False)
        if base != doc["sha256"][:16]:
            at = versions.place(base, doc["sha256"], start, end, doc["length"])
            kept.append({"coding": row["uid"], "sha256": base, "start": start, "end": end, "unclear": int(at[2])})
        moved.append({"b_uid": row["uid"], "b_start": at[0], "b_end": at[1], "state": row["state"]})
    _move(connection, moved, doc["version"])
    for part in chunks([m["b_uid"] for m in moved]):
        connection.execute(sa.delete(anchors).where(anchors.c.coding.in_(part)))
    if kept:
        connection.execute(sa.insert(anchors), kept)
    unclear = {k["coding"] for k in kept if k["unclear"]}
    return tuple(c for c in reading.list_codings(connection, documents=[document]) if c.uid in unclear)


def _move(connection: sa.Connection, moved: list[dict[str, Any]], version: int) -> None:
    live = [m["b_uid"] for m in moved if m["state"] != REMOVED]
    for part in chunks(live):  # out of the way of the uniqueness of live passages
        connection.execute(sa.update(codings).where(with_uids(part), codings.c.state == LIVE).values(state=ALIAS))
    if moved:
        statement = (
            sa.update(codings)
            .where(codings.c.uid == sa.bindparam("b_uid"))
            .values({"start": sa.bindparam("b_start"), "end": sa.bindparam("b_end"), "document_version": version})
        )
        connection.execute(statement, [{k: m[k] for k in ("b_uid", "b_start", "b_end")} for m in moved])
    set_codings(connection, live, live=True)
