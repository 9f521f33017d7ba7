"""What a reader must know beside the figures, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from coding.agreement.figure import ReportLanguage

__all__ = ["Note", "note_in", "quoted"]


class Note(str):  # noqa: SLOT000 (a str subclass can have none)
    """A sentence in English that holds the same in Chinese.

    >>> Note("No interval.", "无区间。").chinese
    '无区间。'
    """

    chinese: str

    def __new__(cls, english: str, chinese: str) -> Self:
        """Make a note of both."""
        note = super().__new__(cls, english)
        note.chinese = chinese
        return note


def note_in(language: ReportLanguage, note: str) -> str:
    """Return a note in a language; English where it has no other."""
    return note.chinese if language == "zh" and isinstance(note, Note) else str(note)


def quoted(names: Iterable[str], language: ReportLanguage = "en") -> str:
    """Return names as a list in which each stays whole, though it may hold a comma.

    >>> quoted(["Pressure", "Lines joined, levels linked"])
    '“Pressure”, “Lines joined, levels linked”'
    """
    return ("、" if language == "zh" else ", ").join(f"“{name}”" for name in names)
