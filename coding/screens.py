"""Which screen opens what: a result opens its screen by name, and neither floor imports the other before that."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from coding.errors import NotFound

__all__ = ["open_screen"]

_SCREENS: Final = {
    "agreement": ("coding.widget.review", "review"),
    "chart": ("coding.widget.linked_chart", "linked_chart"),
    "consensus": ("coding.widget.consensus", "Consensus"),
    "search": ("coding.widget.search_screen", "search_screen"),
    "sorting": ("coding.widget.sorting", "SortingBoard"),
    "team": ("coding.widget.team", "TeamBoard"),
    "text_coder": ("coding.widget.text_coder", "TextCoder"),
}


def open_screen(name: str, *args: Any, **options: Any) -> Any:
    """Open a screen; what draws it is loaded only now.

    Args:
        name: "text_coder", "agreement", "consensus", "team" …
        args: handed to the screen.
        options: handed to the screen.

    Raises:
        NotFound: no screen bears the name.
    """
    if name not in _SCREENS:
        raise NotFound.among("screen", name, _SCREENS)
    module, maker = _SCREENS[name]
    screen: Callable[..., Any] = getattr(import_module(module), maker)
    return screen(*args, **options)
