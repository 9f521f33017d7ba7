"""Where the screens register themselves, so that a result can open one without importing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coding.errors import CodingError

_SCREENS: dict[str, Callable[..., Any]] = {}


class _Loader:
    """How the screens are loaded when one is first wanted; the package's front door sets it."""

    load: Callable[[], object] | None = None


def provide(load: Callable[[], object]) -> None:
    """Say how the screens are loaded."""
    _Loader.load = staticmethod(load)


def register(name: str, screen: Callable[..., Any]) -> None:
    """Make a screen known under a name; the widget room calls this when it is imported."""
    _SCREENS[name] = screen


def open_screen(name: str, *args: Any, **options: Any) -> Any:
    """Open a registered screen.

    Args:
        name: "text_coder", "agreement", "consensus", "team" …
        args: handed to the screen.
        options: handed to the screen.

    Raises:
        CodingError: no screen bears the name, as where ipywidgets is not installed.
    """
    if name not in _SCREENS and _Loader.load:
        _Loader.load()
    if name not in _SCREENS:
        raise CodingError(f"There is no screen “{name}”. There are: {', '.join(sorted(_SCREENS)) or 'none'}.")
    return _SCREENS[name](*args, **options)
