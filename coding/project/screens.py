"""How a result opens a screen without importing the screens: the package's front door says where they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from coding.errors import CodingError

_WHERE: dict[str, str] = {}


def provide(where: Mapping[str, str]) -> None:
    """Say where each screen is made, as "module:name"; it is imported when it is first wanted."""
    _WHERE.update(where)


def open_screen(name: str, *args: Any, **options: Any) -> Any:
    """Open a screen.

    Args:
        name: "text_coder", "agreement", "consensus", "team" …
        args: handed to the screen.
        options: handed to the screen.

    Raises:
        CodingError: no screen bears the name.
    """
    if name not in _WHERE:
        raise CodingError(f"There is no screen “{name}”. There are: {', '.join(sorted(_WHERE)) or 'none'}.")
    module, _, maker = _WHERE[name].partition(":")
    screen: Callable[..., Any] = getattr(import_module(module), maker)
    return screen(*args, **options)
