"""The messages of the text coder, checked before anything is done with them.

A message from the browser is input from outside: unknown kinds, missing or wrong fields, absurd sizes
are refused with a sentence. Offsets are code points of the stored text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NotRequired, TypedDict, cast

from coding.errors import InvalidValue

__all__ = ["LIMITS", "VERSION", "Action", "Op", "Request", "nack", "read_request"]

VERSION: Final = 1
LIMITS: Final = {"name": 300, "body": 20_000, "query": 200, "offset": 2**31, "message": 256_000}
"""Longest name, memo, search and message in characters, and largest offset."""

_UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

Kind = Literal[
    "code", "create", "remove", "recode", "move", "memo", "undo", "redo", "accept", "refuse", "finish", "read",
    "paratext", "edit", "arrange", "merge", "split", "confirm",
]  # fmt: skip


class Action(TypedDict):
    """What a coder did; which fields there are depends on `kind` (see `_ACTIONS`)."""

    kind: Kind
    code: NotRequired[str]
    coding: NotRequired[str]
    start: NotRequired[int]
    end: NotRequired[int]
    hash: NotRequired[str]
    name: NotRequired[str]
    parent: NotRequired[str | None]
    about: NotRequired[str]
    body: NotRequired[str]
    memo: NotRequired[str | None]
    suggestion: NotRequired[str]
    finished: NotRequired[bool]
    furthest: NotRequired[int]
    codable: NotRequired[bool]
    fields: NotRequired[dict[str, Any]]
    position: NotRequired[int | None]
    into: NotRequired[str]
    names: NotRequired[list[str]]
    reason: NotRequired[str]


@dataclass(frozen=True, slots=True)
class Op:
    """One action with its id, who did it and on which version of the text."""

    id: str
    document: str | None
    version: int
    coder: str
    session: str
    action: Action


@dataclass(frozen=True, slots=True)
class Request:
    """A checked message."""

    kind: Literal["hello", "open", "op", "search", "beside", "uses", "outdated", "ping"]
    document: str | None = None
    goto: tuple[int, int] | None = None
    query: str = ""
    about: str | None = None
    """The document or the code that a question is about."""
    op: Op | None = None


def nack(op: str, reason: str, message: str) -> dict[str, Any]:
    """Build the answer to an op that was not carried out.

    Args:
        op: id of the op.
        reason: "stale", "refused", "invalid", "missing" or "error".
        message: what happened and what to do, for the coder to read.
    """
    return {"v": VERSION, "kind": "nack", "id": op, "reason": reason, "message": message}


def _uid(value: object, what: str, *, pending: bool = False) -> str:
    if isinstance(value, str):
        bare = value.removeprefix("op:") if pending else value
        if _UID.fullmatch(bare):
            return value
    raise InvalidValue(f"The message names no {what}. Reload the page.")


def _whole(value: object, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LIMITS["offset"]:
        raise InvalidValue(f"The message has no usable {what}. Reload the page.")
    return value


def _words(value: object, what: str, limit: int) -> str:
    if not isinstance(value, str):
        raise InvalidValue(f"The message has no {what}. Reload the page.")
    if len(value) > limit:
        raise InvalidValue(f"A {what} holds at most {limit:,} characters; {len(value):,} were given.")
    if _CONTROL.search(value):
        raise InvalidValue(f"The {what} holds control characters. Type it anew.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidValue(f"The {what} holds half a character. Type it anew.") from None
    return value


def _flag(value: object, what: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue(f"The message does not say whether {what}. Reload the page.")
    return value


def _digest(value: object) -> str:
    if isinstance(value, str) and _HASH.fullmatch(value):
        return value
    raise InvalidValue("The message has no fingerprint of the passage. Reload the page.")


_RULES: Final = ("definition", "definition_zh", "include", "include_zh", "exclude", "exclude_zh")
_EDITABLE: Final = {"name", "name_zh", "hue", "retired", "stage", *_RULES}
_STAGES: Final = ("", "open", "axial", "selective")


def _fields(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not value or not set(value) <= _EDITABLE:
        raise InvalidValue(f"A code is edited by {', '.join(sorted(_EDITABLE))}.")
    out: dict[str, Any] = {}
    for name, given in value.items():
        if name == "hue":
            if given is not None and not (isinstance(given, int) and 0 <= given < 360):
                raise InvalidValue("A hue is a whole number from 0 to 359.")
            out[name] = given
        elif name == "stage":
            if given not in _STAGES:
                raise InvalidValue("A stage is open, axial, selective, or none.")
            out[name] = given
        elif name == "retired":
            out[name] = _flag(given, "the code is retired")
        elif name in _RULES:
            out[name] = _words(given, "rule", LIMITS["body"]).strip()
        else:
            out[name] = _words(given, "name", LIMITS["name"]).strip()
    return out


def _names(value: object) -> list[str]:
    if not isinstance(value, list | tuple) or not 2 <= len(value) <= 50:
        raise InvalidValue("A code is split into 2 to 50 codes; give a name each.")
    names = [_words(v, "name", LIMITS["name"]).strip() for v in value]
    if not all(names) or len({n.casefold() for n in names}) < len(names):
        raise InvalidValue("The codes that a code is split into need a name each, and different ones.")
    return names


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "code": lambda v: _uid(v, "code"),
    "coding": lambda v: _uid(v, "coding", pending=True),
    "about": lambda v: _uid(v, "thing that the memo is about", pending=True),
    "suggestion": lambda v: _uid(v, "suggestion"),
    "parent": lambda v: None if v is None else _uid(v, "parent"),
    "memo": lambda v: None if v is None else _uid(v, "memo"),
    "start": lambda v: _whole(v, "start"),
    "end": lambda v: _whole(v, "end"),
    "furthest": lambda v: _whole(v, "place"),
    "hash": _digest,
    "name": lambda v: _words(v, "name", LIMITS["name"]).strip(),
    "body": lambda v: _words(v, "memo", LIMITS["body"]),
    "finished": lambda v: _flag(v, "the document is finished"),
    "codable": lambda v: _flag(v, "the paragraph is for coding"),
    "fields": _fields,
    "position": lambda v: None if v is None else _whole(v, "place"),
    "into": lambda v: _uid(v, "code"),
    "names": _names,
    "reason": lambda v: _words("" if v is None else v, "reason", LIMITS["body"]).strip(),
}
_PASSAGE = ("start", "end", "hash")
_ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "code": ("code", *_PASSAGE),
    "create": ("name", "parent"),
    "remove": ("coding",),
    "recode": ("coding", "code"),
    "move": ("coding", *_PASSAGE),
    "memo": ("about", "body", "memo"),
    "undo": (),
    "redo": (),
    "accept": ("suggestion",),
    "refuse": ("suggestion",),
    "finish": ("finished",),
    "read": ("furthest",),
    "paratext": ("start", "codable"),
    "edit": ("code", "fields", "reason"),
    "split": ("code", "names", "reason"),
    "confirm": ("coding",),
    "arrange": ("code", "parent", "position"),
    "merge": ("code", "into"),
}


def _action(given: object) -> Action:
    if not isinstance(given, Mapping) or given.get("kind") not in _ACTIONS:
        raise InvalidValue("The message asks for something this version does not know. Reload the page.")
    kind = given["kind"]
    names = _ACTIONS[kind]
    if kind == "create" and "start" in given:
        names = (*names, *_PASSAGE)
    out: dict[str, Any] = {"kind": kind}
    for name in names:
        out[name] = _READERS[name](given.get(name))
    if kind == "create" and not out["name"]:
        raise InvalidValue("A code needs a name.")
    return cast(Action, out)


def _op(given: object) -> Op:
    if not isinstance(given, Mapping):
        raise InvalidValue("The message carries nothing to do. Reload the page.")
    document = given.get("document")
    return Op(
        id=_uid(given.get("id"), "op"),
        document=None if document is None else _uid(document, "document"),
        version=_whole(given.get("version"), "version of the text"),
        coder=_uid(given.get("coder"), "coder"),
        session=_words(given.get("session", ""), "session", 100),
        action=_action(given.get("action")),
    )


def read_request(content: object) -> Request:
    """Check a message from the browser.

    Args:
        content: the message as it came.

    Returns:
        The same as values that can be trusted to have the right shape.

    Raises:
        InvalidValue: with a sentence for the coder.
    """
    if not isinstance(content, Mapping) or content.get("v") != VERSION:
        raise InvalidValue("The screen and the kernel are of different versions. Reload the page.")
    kind = content.get("kind")
    if kind == "op":
        return Request("op", op=_op(content.get("op")))
    if kind in ("hello", "open"):
        document = content.get("document")
        return Request(
            cast(Literal["hello", "open"], kind),
            document=_uid(document, "document") if document is not None or kind == "open" else None,
            goto=_goto(content.get("goto")),
        )
    if kind == "search":
        return Request("search", query=_words(content.get("query"), "search", LIMITS["query"]).strip())
    if kind in ("beside", "uses"):
        return Request(
            cast(Literal["beside", "uses"], kind),
            about=_uid(content.get("about"), "document" if kind == "beside" else "code"),
        )
    if kind in ("outdated", "ping"):
        return Request(cast(Literal["outdated", "ping"], kind))
    raise InvalidValue("The message asks for something this version does not know. Reload the page.")


def _goto(value: object) -> tuple[int, int] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise InvalidValue("The message names no place to go to.")
    return _whole(value[0], "start"), _whole(value[1], "end")
