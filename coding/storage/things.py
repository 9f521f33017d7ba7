"""Between the model's values, the rows that keep them and the JSON that the journal carries."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from coding.errors import InvalidValue
from coding.model import Cue, Uid, new_uid
from coding.storage.schema import Column, Thing

__all__ = ["check_field", "check_text", "decode", "dumps", "encode", "is_uid", "natural_uid", "to_row"]

T = TypeVar("T")
_UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def dumps(value: Any) -> str:
    """Return JSON in one form only, so that equal values have equal text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)


def is_uid(value: object) -> bool:
    """Say whether a value is a uid in its canonical form."""
    return isinstance(value, str) and _UID.fullmatch(value) is not None


def check_text(value: Any, what: str) -> None:
    """Refuse characters that no database keeps: NUL and lone surrogates.

    Raises:
        InvalidValue: with the place of the first such character.
    """
    if isinstance(value, str):
        bad = _UNSTORABLE.search(value)
        if bad:
            name = "a NUL" if bad.group() == "\x00" else "half a surrogate pair"
            raise InvalidValue(
                f"{what} holds {name} at character {bad.start()}, which cannot be stored. Take it out first."
            )
    elif isinstance(value, Mapping):
        for key, item in value.items():
            check_text(key, what)
            check_text(item, what)
    elif isinstance(value, list | tuple):
        for item in value:
            check_text(item, what)


def _plain(value: Any) -> Any:
    """Return the JSON form of a value: tuples as lists, cues as triples."""
    if isinstance(value, Cue):
        return [value.text, value.language, value.weak]
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if hasattr(value, "item"):  # numpy's numbers
        return value.item()
    return value


def encode(thing: Thing, value: Any) -> dict[str, Any]:
    """Return the fields of a value as JSON, without the uid.

    Raises:
        InvalidValue: a field that its column cannot hold.
    """
    out: dict[str, Any] = {}
    for name, column in thing.columns.items():
        if name == "uid" or not hasattr(value, name):
            continue
        plain = _plain(getattr(value, name))
        check_field(thing, column, plain)
        out[name] = plain
    return out


def check_field(thing: Thing, column: Column, plain: Any) -> None:
    """Refuse a value that the column of a field cannot hold.

    Raises:
        InvalidValue: with the field and what it takes.
    """
    where = f"The field “{column.name}” of a {thing.kind.replace('_', ' ')}"
    check_text(plain, where)
    if plain is None and not column.nullable:
        raise InvalidValue(f"{where} must not be empty.")
    if column.choices and plain is not None and plain not in column.choices:
        raise InvalidValue(f"{where} is {plain!r}; it must be one of {', '.join(map(repr, column.choices))}.")
    if column.kind == "uid" and plain is not None and not is_uid(plain):
        raise InvalidValue(f"{where} is {plain!r}, which is not a uid.")
    if column.kind == "int" and plain is not None and (isinstance(plain, bool) or not isinstance(plain, int)):
        raise InvalidValue(f"{where} is {plain!r}; a whole number is needed.")
    if column.kind == "bool" and plain is not None and not isinstance(plain, bool):
        raise InvalidValue(f"{where} is {plain!r}; it is True or False.")
    if column.kind == "json":
        try:
            dumps(plain)
        except (TypeError, ValueError) as error:
            raise InvalidValue(f"{where} cannot be stored: {error}.") from None


def to_row(thing: Thing, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return columns for the database from JSON fields."""
    out: dict[str, Any] = {}
    for name, value in fields.items():
        kind = thing.columns[name].kind
        if kind == "json":
            out[name] = dumps(value)
        elif kind == "bool":
            out[name] = int(value)
        else:
            out[name] = value
    return out


def from_row(thing: Thing, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return JSON fields from columns of the database, without uid, id and live."""
    out: dict[str, Any] = {}
    for name, column in thing.columns.items():
        if name == "uid":
            continue
        value = row[name]
        if column.kind == "json" and value is not None:
            value = json.loads(value)
        elif column.kind == "bool":
            value = bool(value)
        out[name] = value
    return out


def defaults(thing: Thing) -> dict[str, Any]:
    """Return the JSON fields of a thing nobody has said anything about."""
    return {
        name: False if c.kind == "bool" and c.default is None else _plain(c.default)
        for name, c in thing.columns.items()
        if name != "uid"
    }


def decode(thing: Thing, uid: Uid, fields: Mapping[str, Any]) -> Any:
    """Return the model's value from JSON fields."""
    values: dict[str, Any] = {"uid": uid}
    for name in thing.cls.__dataclass_fields__:
        if name == "uid":
            continue
        value = fields[name]
        if thing.columns[name].kind == "json":
            value = _tuples(value)
            if name == "cues":
                value = tuple(Cue(*cue) for cue in value)
        values[name] = value
    return thing.cls(**values)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value


def natural_uid(thing: Thing, value: Any) -> Uid:
    """Return the uid that follows from what the thing is about, the same on every replica."""
    if not thing.natural:
        return new_uid()
    key = dumps([thing.kind, *(_plain(getattr(value, name)) for name in thing.natural)])
    h = hashlib.sha256(key.encode()).hexdigest()
    return f"{h[:8]}-{h[8:12]}-8{h[13:16]}-a{h[17:20]}-{h[20:32]}"
