"""The screens of the workbench, as Jupyter widgets. Importing this makes them known to the project."""

from __future__ import annotations

from coding.widget.consensus import Consensus
from coding.widget.linked_chart import linked_chart
from coding.widget.review import AgreementReview
from coding.widget.search_screen import SearchScreen
from coding.widget.sorting import SortingBoard
from coding.widget.team import TeamBoard
from coding.widget.text_coder import TextCoder

__all__ = ["AgreementReview", "Consensus", "SearchScreen", "SortingBoard", "TeamBoard", "TextCoder", "linked_chart"]
