"""Hues for codes that have none: a branch owns an arc of the circle and its children share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coding.model import Code, Uid

__all__ = ["STEP", "hues"]

STEP = 22
"""Least distance of two siblings in degrees, as long as there are no more than sixteen."""
_GOLDEN = 137.508
_FIRST = 28


def hues(order: Sequence[Code], children: Mapping[Uid | None, Sequence[Code]]) -> dict[Uid, int]:
    """Give every code a hue in degrees (OKLCH).

    A hue that a person set stands. Slots are taken in the order in which siblings came into being, so a
    new sibling, or a new order of them, leaves the colours of the others alone.

    Args:
        order: codes, parents before children.
        children: uid to children; None to roots.
    """
    out: dict[Uid, int] = {}
    _share(out, sorted(children.get(None, ()), key=_birth), None)
    for code in order:
        _share(out, sorted(children.get(code.uid, ()), key=_birth), out[code.uid])
    return out


def _birth(code: Code) -> tuple[int, int, str]:
    # a UUIDv7 grows with time; codes of shipped books have name-based ones and keep the order of their file
    return (1, 0, code.uid) if code.uid[14:15] == "7" else (0, code.position, code.uid)


def _share(out: dict[Uid, int], siblings: Sequence[Code], centre: int | None) -> None:
    taken: list[int] = []
    slot = 0
    for code in siblings:
        hue = code.hue
        while hue is None:
            candidate, slot = _slot(slot, centre), slot + 1
            if slot > 16 or all(_apart(candidate, other) >= STEP for other in taken):
                hue = candidate
        taken.append(hue)
        out[code.uid] = hue


def _slot(k: int, centre: int | None) -> int:
    if centre is None:
        return round(_FIRST + k * _GOLDEN) % 360
    turn, k = divmod(k, 16)
    offset = STEP * (k // 2) + STEP // 2  # 11, -11, 33, -33, … so that no child bears its parent's hue
    return (centre + (offset if k % 2 == 0 else -offset) + turn * STEP // 2) % 360


def _apart(a: int, b: int) -> int:
    return min((a - b) % 360, (b - a) % 360)
