"""What the screens of figures share: questions from the browser, answers by message, nothing in traits."""

from __future__ import annotations

import html
import logging
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget

from coding.errors import CodingError

__all__ = ["STATIC", "AskingWidget", "log_broken"]

STATIC = Path(__file__).parent / "static"
_log = logging.getLogger(__name__)


def log_broken(error: Exception, where: str) -> None:
    """Log what broke within a screen: the frames only, without the values, which could hold words of an interview."""
    _log.error("%s in %s\n%s", type(error).__name__, where, "".join(traceback.format_tb(error.__traceback__)))


Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


class AskingWidget(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget ships no types for its base
    """A screen that asks the kernel; a subclass names its answers in `answers`."""

    title = "Screen"
    command = ""
    """What to type to see the screen again; shown where a saved notebook has no kernel."""

    def __init__(self) -> None:
        # the browser's first message may come, in a thread of its own, while the channel is still being opened
        self.on_msg(self._receive)
        super().__init__()

    def answers(self) -> Mapping[str, Answer]:
        """Return the questions that this screen may ask, and who answers them."""
        raise NotImplementedError

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        """Answer one question; whatever goes wrong is shown on the screen."""
        if not isinstance(content, dict) or not isinstance(content.get("id"), str):
            return
        reply: dict[str, Any] = {"type": "answer", "id": content["id"]}
        answer = self.answers().get(str(content.get("type")))
        try:
            if answer is None:
                raise CodingError("That question is not one this screen asks. Reload the page.")
            reply |= answer(content)
        except CodingError as error:
            reply["error"] = str(error)
        except Exception as error:  # noqa: BLE001  the boundary to the browser: an answer must go out
            log_broken(error, self.title)
            reply["error"] = f"Something went wrong here ({type(error).__name__}). Nothing was changed."
        self.send(reply)

    def __repr__(self) -> str:
        return self.title

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Show the view, and in a notebook without a kernel what brings it back; never a figure or a passage."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if not bundle:
            return bundle
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        note = f"{self.title}: run this cell again to see it. 重新运行此单元格即可显示。 {self.command}"
        data["text/plain"] = note
        data["text/html"] = f"<p>{html.escape(note)}</p>"
        return data, metadata
