"""Code paths, ``Parent > Child``, and the rule by which odd names are quoted in them."""

from __future__ import annotations

from collections.abc import Iterable

from coding.errors import InvalidValue
from coding.model import SEPARATOR

__all__ = ["join_path", "split_path"]


def join_path(names: Iterable[str]) -> str:
    """Join names to a path.

    A name that holds ``>``, or begins with a double quote, is put in double quotes, quotes inside it doubled.

    >>> join_path(["Dynamic mechanisms", "Pressure"])
    'Dynamic mechanisms > Pressure'
    >>> join_path(["Trust", "before > after"])
    'Trust > "before > after"'
    """
    return SEPARATOR.join(_quoted(name) for name in names)


def _quoted(name: str) -> str:
    if ">" in name or name.startswith('"'):
        return '"' + name.replace('"', '""') + '"'
    return name


def split_path(path: str) -> list[str]:
    """Split a path into names; spaces round ``>`` do not matter.

    Raises:
        InvalidValue: a quote that does not end, or an empty name.

    >>> split_path('Trust > "before > after"')
    ['Trust', 'before > after']
    """
    names: list[str] = []
    rest = path.strip()
    while True:
        name, rest = _first(rest, path)
        if not name:
            raise InvalidValue(f"The path “{path}” has an empty name in it.")
        names.append(name)
        if not rest:
            return names
        rest = rest[1:].strip()


def _first(rest: str, path: str) -> tuple[str, str]:
    """Take the first name off; what remains is empty or begins with ``>``."""
    if not rest.startswith('"'):
        name, mark, tail = rest.partition(">")
        return name.strip(), mark + tail
    at = 1
    while (at := rest.find('"', at)) >= 0:
        if rest[at : at + 2] == '""':
            at += 2
            continue
        tail = rest[at + 1 :].strip()
        if tail and not tail.startswith(">"):
            break
        return rest[1:at].replace('""', '"').strip(), tail
    raise InvalidValue(f"The path “{path}” has a quotation mark that does not end. Double the quotes inside a name.")
