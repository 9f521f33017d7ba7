"""Exporters: a Snapshot in, files and a report of what the target loses out."""

from __future__ import annotations

from coding.exporters.report import ExportReport, Loss, Renamed

__all__ = ["ExportReport", "Loss", "Renamed"]
