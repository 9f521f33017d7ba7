"""What an export tells the person: files, counts, renamed things, and what the target loses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from coding.model import counted

__all__ = ["ExportReport", "Loss", "Renamed"]


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of the project that does not arrive, or arrives as something else."""

    what: str
    """Stable key, such as ``rounds``."""
    count: int
    reason: str
    """What happens to it, in plain words."""
    names: tuple[str, ...] = ()
    """Up to ten of the things concerned; never words of a document."""

    def __repr__(self) -> str:
        shown = f" ({', '.join(self.names)}{' …' if self.count > len(self.names) else ''})" if self.names else ""
        return f"{counted(self.count, self.what)}: {self.reason}{shown}"


@dataclass(frozen=True, slots=True)
class Renamed:
    """A name that the target cannot hold as it is."""

    kind: str
    name: str
    written: str


@dataclass(frozen=True, slots=True)
class ExportReport:
    """The outcome of one export."""

    format: str
    target: str
    """Name of the file or folder, without the path to it."""
    profile: str = ""
    files: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    losses: tuple[Loss, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "format": self.format,
            "target": self.target,
            "profile": self.profile,
            "files": list(self.files),
            "counts": dict(self.counts),
            "losses": [
                {"what": x.what, "count": x.count, "reason": x.reason, "names": list(x.names)} for x in self.losses
            ],
            "renamed": [{"kind": r.kind, "name": r.name, "written": r.written} for r in self.renamed],
            "notes": list(self.notes),
        }

    def as_markdown(self) -> str:
        """Return the report as Markdown, for `export_report.md`."""
        head = f"# Export: {self.format}" + (f", profile {self.profile}" if self.profile else "")
        parts = [head, "", f"Target: {self.target}", ""]
        parts += [f"- {name}: {n:,}" for name, n in self.counts.items()]
        for title, lines in (
            ("Files", [f"- `{f}`" for f in self.files]),
            ("What the target loses", [f"- {_escaped(str(x))}" for x in self.losses]),
            (
                "Renamed",
                [f"- {r.kind}: “{_escaped(r.name)}” is written as “{_escaped(r.written)}”" for r in self.renamed],
            ),
            ("Notes", [f"- {_escaped(n)}" for n in self.notes]),
        ):
            if lines:
                parts += ["", f"## {title}", "", *lines]
        return "\n".join(parts) + "\n"

    def __repr__(self) -> str:
        held = ", ".join(counted(n, name) for name, n in self.counts.items())
        lines = [f"Written: {self.target} ({held})."]
        if self.losses:
            lines += ["The target loses:", *(f"  {x}" for x in self.losses)]
        if self.renamed:
            first = self.renamed[0]
            lines.append(f"{counted(len(self.renamed), 'name')} changed, such as “{first.name}” to “{first.written}”.")
        return "\n".join([*lines, *self.notes])


def _escaped(text: str) -> str:
    """Keep a name from becoming markup where the Markdown is rendered."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", " ").replace("`", "'")
