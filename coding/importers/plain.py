"""Values of the model as JSON can hold them, and back with every type looked at.

What comes back from the worker process was made from a stranger's file: an answer is believed only as far as
the types of the model go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from coding.model import CodingTable

__all__ = ["pack", "unpack"]


def pack(value: Any) -> Any:
    """Return a value as lists, mappings and plain values: a dataclass as the list of its fields.

    >>> from coding.model import Coder
    >>> pack(Coder("c1", "amira"))
    ['c1', 'amira', 'coder', []]
    """
    if is_dataclass(value):
        return [pack(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {key: pack(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [pack(item) for item in value]
    return value


def unpack(kind: Any, data: Any) -> Any:
    """Return the value that `pack` took apart.

    Args:
        kind: its type: a dataclass, ``tuple[X, …]``, ``Mapping[str, X]``, a union, a ``Literal``, a plain type or Any.
        data: what `pack` made.

    Raises:
        TypeError, ValueError: the data is of another type; whoever sent it is broken.

    >>> from coding.model import Coder
    >>> unpack(Coder, ["c1", "amira", "coder", []])
    Coder(uid='c1', name='amira')
    """
    if kind is Any:
        return data
    if is_dataclass(kind):
        return _thing(kind, _of(list, data))
    inner = get_args(kind)
    match get_origin(kind):
        case None:
            return _plain(kind, data)
        case origin if origin is tuple:
            return _row(inner, _of(list, data))
        case origin if origin in (UnionType, Union):
            return _either(inner, data)
        case origin if origin is Literal:
            if data not in inner:
                raise ValueError(f"{data!r} is none of {inner}")
            return data
        case _:
            return {_plain(inner[0], key): unpack(inner[1], item) for key, item in _of(dict, data).items()}


def _thing(kind: Any, data: list[Any]) -> Any:
    hints = _hints(kind)
    pairs = zip(hints, data, strict=True)
    if kind is CodingTable:
        return CodingTable.from_columns(dict(pairs))
    return kind(**{name: unpack(hints[name], item) for name, item in pairs})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    known = get_type_hints(kind)
    return {field.name: known[field.name] for field in fields(kind)}


def _row(inner: tuple[Any, ...], data: list[Any]) -> tuple[Any, ...]:
    if len(inner) == 2 and inner[1] is ...:
        return tuple([unpack(inner[0], item) for item in data])
    return tuple(unpack(kind, item) for kind, item in zip(inner, data, strict=True))


def _either(kinds: tuple[Any, ...], data: Any) -> Any:
    """Take the first type that fits; whole numbers and truth values are told apart."""
    if data is None and NoneType in kinds:
        return None
    for kind in kinds:
        if not isinstance(kind, type) or type(data) is kind:
            return unpack(kind, data)
    raise TypeError(f"{type(data).__name__} is none of {kinds}")


def _plain(kind: Any, data: Any) -> Any:
    if kind is float and type(data) is int:
        return float(data)
    return _of(kind, data)


def _of(kind: Any, data: Any) -> Any:
    if type(data) is not kind:
        raise TypeError(f"{kind.__name__} expected, {type(data).__name__} found")
    return data
