"""Taguette's codebook csv: one row a code, its path joined by points as Taguette shows hierarchies."""

from __future__ import annotations

from pathlib import Path

from coding.errors import ExportFailed
from coding.exporters.nvivo_comparison import paths
from coding.exporters.refi_plan import Plan, profile_named
from coding.exporters.report import ExportReport, Loss
from coding.exporters.tabular import Table, write_csv
from coding.model import Snapshot
from coding.refi import code_text

__all__ = ["write_codebook"]


def write_codebook(snapshot: Snapshot, path: str | Path, *, progress: bool = False) -> ExportReport:
    """Write the codes as Taguette's codebook csv (``tag, description, number of highlights``).

    Args:
        snapshot: the project.
        path: the file.
        progress: unused; every format takes it.
    """
    del progress
    target, plan = Path(path), Plan(snapshot, profile_named("standard"))
    if not plan.codes:
        raise ExportFailed("The codebook has no codes; there is nothing to write for Taguette.")
    counts = dict.fromkeys(range(len(snapshot.codes)), 0)
    for code in plan.code_of.tolist():
        counts[code] += 1
    rows = [[name, code_text(snapshot.codes[i]), counts[i]] for i, name in paths(plan, ".")]
    write_csv(target, Table(("tag", "description", "number of highlights"), rows), keep_breaks=True)
    coloured = sum(c.hue is not None for c in plan.codes)
    losses = (Loss("colours", coloured, "Taguette has none"),) if coloured else ()
    return ExportReport("taguette", target.name, files=(target.name,), counts={"codes": len(rows)}, losses=losses)
