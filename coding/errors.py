"""Every exception that the library raises on purpose.

A message names what was given, what was found and what to do next. The tree::

    CodingError
    ├── NotFound              a name or uid that is not in the project (also a KeyError)
    ├── Ambiguous             a name that fits several things; the candidates are listed
    ├── InvalidValue          an argument that cannot be used (also a ValueError)
    │   ├── InvalidSpan       offsets outside the text, empty, reversed or not whole numbers
    │   └── InvalidQuery      a search that cannot be read
    ├── InvalidCodebook       a codebook file with a mistake: file, line, remedy
    ├── Refused               allowed in principle, not now: closed round, another coder's work
    │   └── StaleView         the text or the codebook has changed since the screen was drawn
    ├── ImportRejected        a file that was not taken: file, place, reason, remedy
    │   └── LimitExceeded     … because it is larger than a setting allows
    ├── ExportFailed          nothing was written, or the re-read did not match
    ├── ProjectError          the project file or server as such
    │   ├── NotAProject       another kind of file, or a project of another program
    │   ├── ProjectNewer      written by a newer version
    │   ├── ProjectOutdated   a server whose schema must be migrated by its administrator
    │   ├── ProjectLocked     another process is writing for longer than we wait
    │   ├── ProjectReadOnly   the file, its folder or the login cannot be written
    │   └── ProjectDamaged    the file fails its own checks
    ├── AgreementError        agreement that cannot be computed at all
    │   └── OverlappingDomain exclusive codes of one coder overlap; the passages are listed
    └── MissingExtra          an optional library that is not installed (also an ImportError)
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "AgreementError",
    "Ambiguous",
    "CodingError",
    "ExportFailed",
    "ImportRejected",
    "InvalidCodebook",
    "InvalidQuery",
    "InvalidSpan",
    "InvalidValue",
    "LimitExceeded",
    "MissingExtra",
    "NotAProject",
    "NotFound",
    "OverlappingDomain",
    "ProjectDamaged",
    "ProjectError",
    "ProjectLocked",
    "ProjectNewer",
    "ProjectOutdated",
    "ProjectReadOnly",
    "ProjectUnreachable",
    "Refused",
    "StaleView",
]


class CodingError(Exception):
    """Base of every error that the workbench raises on purpose."""


class NotFound(CodingError, KeyError):
    """A name or uid that is not in the project."""

    def __str__(self) -> str:  # KeyError would show the repr of the message
        return str(self.args[0]) if self.args else ""

    @classmethod
    def among(cls, kind: str, given: str, names: Iterable[str]) -> NotFound:
        """Build the message for a name that nothing bears.

        Args:
            kind: what was looked for, in the project's words: "code", "document".
            given: the name that was passed.
            names: the names that exist; near misses are offered.

        >>> print(NotFound.among("code", "Presure", ["Pressure", "Driving"]))
        There is no code “Presure”. Near it: Pressure.
        """
        known = list(names)
        near = get_close_matches(given, known, n=3, cutoff=0.6)
        if near:
            hint = f"Near it: {', '.join(near)}."
        elif known:
            shown = ", ".join(known[:5]) + (", …" if len(known) > 5 else "")
            hint = f"There are: {shown}."
        else:
            hint = f"The project has no {kind} yet."
        return cls(f"There is no {kind} “{given}”. {hint}")


class Ambiguous(CodingError):
    """A name that fits several things."""

    @classmethod
    def among(cls, kind: str, given: str, candidates: Iterable[str]) -> Ambiguous:
        """Build the message for a name that several things bear."""
        listed = "; ".join(candidates)
        return cls(f"“{given}” names more than one {kind}: {listed}. Give the full path or the uid.")


class InvalidValue(CodingError, ValueError):
    """An argument that cannot be used."""


class InvalidSpan(InvalidValue):
    """Offsets outside the text, empty, reversed or not whole numbers."""


class InvalidQuery(InvalidValue):
    """A search that cannot be read."""


class InvalidCodebook(CodingError):
    """A codebook file with a mistake.

    Attributes:
        file: name of the file, or "codebook" for text passed directly.
        line: 1-based line of the mistake, None where none can be named.
    """

    def __init__(self, reason: str, *, file: str = "codebook", line: int | None = None, remedy: str = "") -> None:
        place = f"{file}, line {line}" if line else file
        super().__init__(f"{place}: {reason}" + (f" {remedy}" if remedy else ""))
        self.file, self.line, self.reason, self.remedy = file, line, reason, remedy


class Refused(CodingError):
    """Something that is allowed in principle but not now, with the reason."""


class StaleView(Refused):
    """The text or the codebook has changed since the screen was drawn."""


class ImportRejected(CodingError):
    """A file that was not taken; the project is as it was.

    Attributes:
        file: name of the file as given.
        place: line, page, archive member, row or uid of the trouble; "" for the whole file.
        reason: what is wrong, in plain words.
        remedy: what the person can do.
    """

    def __init__(self, file: str, reason: str, *, place: str = "", remedy: str = "") -> None:
        where = f"{file} ({place})" if place else file
        super().__init__(f"{where}: {reason}" + (f" {remedy}" if remedy else ""))
        self.file, self.place, self.reason, self.remedy = file, place, reason, remedy


class LimitExceeded(ImportRejected):
    """A file larger than a setting allows; the remedy names the setting."""


class ExportFailed(CodingError):
    """Nothing was written, or what was written did not read back the same."""


class ProjectError(CodingError):
    """Trouble with the project file or server as such."""


class NotAProject(ProjectError):
    """Another kind of file, or a database of another program."""


class ProjectNewer(ProjectError):
    """A project written by a newer version of the workbench."""


class ProjectOutdated(ProjectError):
    """A server whose schema its administrator must migrate first."""


class ProjectLocked(ProjectError):
    """Another process has been writing for longer than we wait."""


class ProjectUnreachable(ProjectError):
    """A server does not answer; whether the last change arrived is seen when it does again."""


class ProjectReadOnly(ProjectError):
    """The file, its folder or the login cannot be written."""


class ProjectDamaged(ProjectError):
    """The project fails its own checks."""


class AgreementError(CodingError):
    """Agreement that cannot be computed at all, with the reason."""


class OverlappingDomain(AgreementError):
    """Codes that exclude each other overlap in one coder's work.

    Attributes:
        passages: (document, coder, start, end) of each offending stretch.
    """

    def __init__(self, message: str, passages: Iterable[tuple[str, str, int, int]] = ()) -> None:
        super().__init__(message)
        self.passages = tuple(passages)


class MissingExtra(CodingError, ImportError):
    """An optional library that is not installed."""

    @classmethod
    def named(cls, what: str, extra: str) -> MissingExtra:
        """Build the message that names the command which brings the library.

        >>> print(MissingExtra.named("Working on a cluster", "dask"))
        Working on a cluster needs the extra “dask”: pip install "coding-workbench[dask]".
        """
        return cls(f'{what} needs the extra “{extra}”: pip install "coding-workbench[{extra}]".')
