"""Finds the files that come with the workbench: codebooks, the sample study, the notebooks.

A wheel carries them as package data; a checkout keeps them at its root, where people look for them.
Everything else asks here and never builds such a path itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from coding.errors import NotFound

__all__ = ["SAMPLE", "shipped_path"]

SAMPLE: Final = "sample.coding"
"""What the sample study is called where nobody names a project."""

_PACKAGED = Path(__file__).parent / "shipped"
_CHECKOUT = Path(__file__).parent.parent
_KINDS = ("codebooks", "data", "notebooks")


def shipped_path(kind: str, *parts: str) -> Path:
    """Return the path of a shipped folder or of something inside it.

    Args:
        kind: ``codebooks``, ``data`` or ``notebooks``.
        parts: folders and file name below it.

    Raises:
        NotFound: the workbench ships no such thing.

    >>> shipped_path("codebooks").name
    'codebooks'
    """
    if kind not in _KINDS:
        raise NotFound.among("shipped folder", kind, _KINDS)
    root = _PACKAGED / kind if _PACKAGED.is_dir() else _CHECKOUT / kind
    path = root.joinpath(*parts)
    if not path.exists():
        names = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
        raise NotFound.among("shipped file", "/".join((kind, *parts)), names)
    return path
