"""What came in from another program's project, what was changed on the way and what stayed out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from coding.model import counted
from coding.refi import Convention

__all__ = ["ImportReport", "Log"]

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of reading one project or codebook of another program."""

    file: str
    origin: str = ""
    """What the file says wrote it."""
    program: str = ""
    """Which program that is, as far as we know it: ``nvivo``, ``atlasti``, ``maxqda`` …"""
    convention: Convention = field(default_factory=Convention)
    decided_by: str = "standard"
    """How the convention was found: ``declared``, ``fit``, ``origin``, ``standard``."""
    evidence: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    """What arrived as something else."""
    left_out: tuple[str, ...] = ()
    """What did not arrive, with the reason."""
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        c = self.convention
        return {
            "file": self.file,
            "origin": self.origin,
            "program": self.program,
            "offsets": {"unit": c.unit, "crlf": c.crlf, "inclusive": c.inclusive, "decided_by": self.decided_by},
            "evidence": self.evidence,
            "counts": dict(self.counts),
            "changes": list(self.changes),
            "left_out": list(self.left_out),
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        c = self.convention
        unit = "UTF-16 units" if c.unit == "utf16" else "code points"
        ends = ", ends included" if c.inclusive else ""
        lines = [
            f"{self.file}: " + ", ".join(counted(n, name) for name, n in self.counts.items()) + ".",
            f"Offsets read as {unit}, a CR LF counting {c.crlf}{ends} ({self.decided_by}). {self.evidence}".rstrip(),
        ]
        lines += [f"  changed: {x}" for x in self.changes] + [f"  LEFT OUT: {x}" for x in self.left_out]
        return "\n".join([*lines, *self.notes])


class Log:
    """Collects what happened to single things, so that a report has a line a kind, not a line a thing."""

    def __init__(self) -> None:
        self._changes: dict[str, list[str]] = {}
        self._left: dict[str, list[str]] = {}

    def change(self, what: str, thing: str) -> None:
        """Note that a thing arrived as something else."""
        self._changes.setdefault(what, []).append(thing)

    def leave(self, what: str, thing: str) -> None:
        """Note that a thing stayed out."""
        self._left.setdefault(what, []).append(thing)

    @property
    def changes(self) -> tuple[str, ...]:
        """Lines on what was changed."""
        return tuple(_lines(self._changes))

    @property
    def left_out(self) -> tuple[str, ...]:
        """Lines on what stayed out."""
        return tuple(_lines(self._left))


def _lines(groups: dict[str, list[str]]) -> Iterable[str]:
    for what, things in groups.items():
        named = [t[:80] for t in things if t][:_SHOWN]
        more = " …" if len(things) > len(named) and named else ""
        yield f"{len(things):,} × {what}" + (f": {', '.join(named)}{more}" if named else "")
