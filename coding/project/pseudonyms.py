"""A table of names and pseudonyms that is kept apart: it is applied on the way in and never stored in a project."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from coding import importers
from coding.errors import InvalidValue

__all__ = ["COLUMNS", "Pseudonyms"]

COLUMNS: Final = ("name", "pseudonym")


@dataclass(frozen=True)
class Pseudonyms:
    """Names and what stands in their place. Shows how many there are, never one of them.

    >>> table = Pseudonyms.of({"Li Hua": "P03", "李华": "受访者三"})
    >>> table.text("Li Hua met Li Huang. 李华说好。")
    ('P03 met Li Huang. 受访者三说好。', 2)
    """

    table: Mapping[str, str] = field(repr=False)
    pattern: re.Pattern[str] = field(repr=False)

    @classmethod
    def of(cls, source: Pseudonyms | Mapping[str, str] | str | Path) -> Pseudonyms:
        """Return the table that a mapping or a file holds.

        Args:
            source: name to pseudonym, or a csv or xlsx with the columns name and pseudonym; one row for every
                way a name is written. Rows without a pseudonym are passed over.

        Raises:
            InvalidValue: columns that are missing, or a name with two pseudonyms.
        """
        if isinstance(source, Pseudonyms):
            return source
        rows = list(source.items()) if isinstance(source, Mapping) else _rows(Path(source))
        table: dict[str, str] = {}
        for name, pseudonym in rows:
            if name and pseudonym and table.setdefault(name, pseudonym) != pseudonym:
                raise InvalidValue("One name has two pseudonyms in the table; give each name one.")
        if not table:
            raise InvalidValue("The table names nobody: it needs rows with a name and a pseudonym.")
        # the longest first, so that a name within a longer one does not break it
        names = sorted(table, key=len, reverse=True)
        return cls(table, re.compile("|".join(_whole(name) for name in names)))

    def text(self, text: str) -> tuple[str, int]:
        """Return the text with pseudonyms, and how many names were replaced."""
        return self.pattern.subn(lambda found: self.table[found.group()], text)

    def result(self, result: importers.ImportResult) -> importers.ImportResult:
        """Return what a file held with pseudonyms in texts, titles, cases, comments and values."""
        cases = tuple(replace(c, name=self._plain(c.name), variables=self._values(c.variables)) for c in result.cases)
        return replace(result, documents=tuple(map(self.document, result.documents)), cases=cases)

    def document(self, document: importers.ImportedDocument) -> importers.ImportedDocument:
        """Return one arriving text with pseudonyms; places of its structure, times and comments follow."""
        text, number = self.text(document.text)
        place = self._places(document.text)
        said = f"{number} names replaced by pseudonyms" if number != 1 else "1 name replaced by a pseudonym"
        return replace(
            document,
            name=self._plain(document.name),
            text=text,
            source_name=self._plain(document.source_name),
            variables=self._values(document.variables),
            case=self._plain(document.case),
            speakers=tuple(map(self._plain, document.speakers)),
            structure=tuple((place(start), place(end), role) for start, end, role in document.structure),
            times=tuple((place(start), begin, end) for start, begin, end in document.times),
            comments=tuple(
                replace(
                    c, start=place(c.start), end=place(c.end), author=self._plain(c.author), text=self._plain(c.text)
                )
                for c in document.comments
            ),
            changes=(*document.changes, said) if number else document.changes,
        )

    def _plain(self, text: str) -> str:
        return self.text(text)[0]

    def _values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._plain(value) if isinstance(value, str) else value for name, value in values.items()}

    def _places(self, text: str) -> Callable[[int], int]:
        """Return a function from a place in the old text to the same place in the new one; within a name: its start."""
        found = [(m.start(), m.end(), len(self.table[m.group()])) for m in self.pattern.finditer(text)]
        starts = [start for start, _, _ in found]
        shift = [0, *accumulate(length - (end - start) for start, end, length in found)]

        def place(at: int) -> int:
            before = bisect_right(starts, at)
            inside = before and at < found[before - 1][1]
            return found[before - 1][0] + shift[before - 1] if inside else at + shift[before]

        return place


def _whole(name: str) -> str:
    """Match a name as a whole: at the edge of a word in letters, of a number in digits, anywhere in Chinese."""
    before = r"(?<![^\W\d_])" if _lettered(name[0]) else r"(?<!\d)" if name[0].isdigit() else ""
    after = r"(?![^\W\d_])" if _lettered(name[-1]) else r"(?!\d)" if name[-1].isdigit() else ""
    return f"{before}{re.escape(name)}{after}"


def _lettered(character: str) -> bool:
    return character.isalpha() and character < "\u2e80"


def _rows(path: Path) -> Iterable[tuple[str, str]]:
    import pandas as pd

    if not path.is_file():
        raise InvalidValue(
            f"There is no table of pseudonyms at {path}; project.privacy.write_table makes one to fill in."
        )
    read = pd.read_excel if path.suffix.lower() in {".xlsx", ".xls"} else pd.read_csv
    frame = read(path, dtype=str, keep_default_na=False)
    missing = [column for column in COLUMNS if column not in frame.columns]
    if missing:
        raise InvalidValue(
            f"{path.name} has the columns {', '.join(map(str, frame.columns))}; a table of pseudonyms needs name and pseudonym."
        )
    return [
        (name.strip(), pseudonym.strip()) for name, pseudonym in zip(frame["name"], frame["pseudonym"], strict=True)
    ]
