"""Qualitative coding in Jupyter: ``import coding as qc``.

The public names are those in ``__all__``; they load when first used, so that importing the package
costs next to nothing. The data model::

    project ─┬─ documents ── units (paragraph, sentence, turn)
             ├─ codebook ─── codes, a tree; parents may be domains
             ├─ coders ───── codings: one coder, one code, one passage [start, end)
             ├─ cases ────── variables and values
             └─ memos, rounds, suggestions
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coding import charts, errors, language, tables
    from coding.codebook import Codebook
    from coding.errors import CodingError
    from coding.project import Project, open_project
    from coding.project.agreement import agreement_of_table
    from coding.samples import build_sample, open_sample
    from coding.widget import AgreementReview, Consensus, SortingBoard, TeamBoard, TextCoder

__version__ = "0.1.0"

_HOME = {
    "AgreementReview": "coding.widget",
    "Codebook": "coding.codebook",
    "CodingError": "coding.errors",
    "Consensus": "coding.widget",
    "Project": "coding.project",
    "SortingBoard": "coding.widget",
    "TeamBoard": "coding.widget",
    "TextCoder": "coding.widget",
    "agreement_of_table": "coding.project.agreement",
    "build_sample": "coding.samples",
    "open_project": "coding.project",
    "open_sample": "coding.samples",
}
_MODULES = ("charts", "errors", "language", "tables")

__all__ = [
    "AgreementReview",
    "Codebook",
    "CodingError",
    "Consensus",
    "Project",
    "SortingBoard",
    "TeamBoard",
    "TextCoder",
    "__version__",
    "agreement_of_table",
    "build_sample",
    "charts",
    "errors",
    "language",
    "open_project",
    "open_sample",
    "tables",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"coding.{name}")
    if name not in _HOME:
        raise AttributeError(f"coding has no {name!r}; it has {', '.join(__all__)}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
