"""Writing a project for other programs, and taking theirs in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding import exporters

if TYPE_CHECKING:
    from coding.project.project import Project


def export(
    project: Project, target: str | Path, *, format: str | None = None, **options: Any
) -> exporters.ExportReport:
    """Write a project in a format; see `Project.export`."""
    return exporters.write(project.snapshot(), Path(target), format=format, **options)
