"""The screens of the workbench, as Jupyter widgets. Each loads when it is first used, and only it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coding.widget.consensus import Consensus
    from coding.widget.linked_chart import linked_chart
    from coding.widget.review import AgreementReview
    from coding.widget.search_screen import SearchScreen
    from coding.widget.sorting import SortingBoard
    from coding.widget.team import TeamBoard
    from coding.widget.text_coder import TextCoder

__all__ = ["AgreementReview", "Consensus", "SearchScreen", "SortingBoard", "TeamBoard", "TextCoder", "linked_chart"]

_HOME = {
    "AgreementReview": "coding.widget.review",
    "Consensus": "coding.widget.consensus",
    "SearchScreen": "coding.widget.search_screen",
    "SortingBoard": "coding.widget.sorting",
    "TeamBoard": "coding.widget.team",
    "TextCoder": "coding.widget.text_coder",
    "linked_chart": "coding.widget.linked_chart",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"coding.widget has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_HOME[name]), name)
