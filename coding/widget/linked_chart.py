"""A chart whose marks lead to their passages: click a bar, a square or a dot, and the list stands below."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any, Final

import ipywidgets

from coding.errors import CodingError, InvalidValue
from coding.tables.counts import counted_in

if TYPE_CHECKING:
    import altair as alt

    from coding.project.project import Project
    from coding.project.search import Places
    from coding.widget.i18n import Interface

__all__ = ["linked_chart", "places_behind"]

FIELDS: Final = (
    "code_uid", "code_a_uid", "code_b_uid", "document_uid", "uid", "document", "by", "group", "word", "code",
    "direction",
)  # fmt: skip
"""What a mark may say about the passages behind it."""
PICK: Final = "pick"


def linked_chart(project: Project, chart: alt.TopLevelMixin, *, language: Interface | None = None) -> ipywidgets.VBox:
    """Draw a chart so that a click on a mark lists its passages below; see `Project.show`.

    Raises:
        InvalidValue: the chart's marks name no code, document or word.
    """
    import altair as alt

    rows = chart.to_dict().get("datasets", {}).values()
    fields = [field for field in FIELDS if any(data and field in data[0] for data in rows)]
    if not fields:
        raise InvalidValue("Nothing in this chart names a code, a document or a word; give one made by coding.charts.")
    alt.JupyterChart.enable_offline()  # Vega from the package, not from the network
    pick = alt.selection_point(name=PICK, fields=fields, on="click", toggle=False)
    # a white ground, since the ink is dark whatever the theme: a widget's Vega does not know it
    drawn = alt.JupyterChart(chart.add_params(pick).properties(background="#ffffff", padding=10))
    below = ipywidgets.VBox()

    def picked(change: Mapping[str, Any]) -> None:
        marks = change["new"].value
        try:
            below.children = (places_behind(project, marks[0]).show(language=language),) if marks else ()
        except CodingError as error:
            below.children = (ipywidgets.HTML(f"<p role='status'>{escape(str(error))}</p>"),)

    drawn.selections.observe(picked, [PICK])
    return ipywidgets.VBox((drawn, below))


def places_behind(project: Project, mark: Mapping[str, Any]) -> Places:
    """Return the passages that a mark of a chart stands for.

    Args:
        project: whose passages they are.
        mark: the mark's row in the table that the chart was drawn from.

    Raises:
        InvalidValue: the row names nothing that passages could be found by.
    """
    said = {name: value for name, value in mark.items() if value is not None}
    match said:
        case {"word": word}:
            return project.search(f'"{word}"', within_code=said.get("code"), where=["texts"])
        case {"code_a_uid": first, "code_b_uid": second}:
            return project.find_codings(first, overlapping=second, include_subcodes=False)
        case {"uid": uid, "document": document}:
            return project.find_codings(documents=[document]).only({uid})
        case {"by": by, "group": group}:
            inside = counted_in(project.snapshot(texts=False), by, str(group), direction=said.get("direction"))
            return project.find_codings(said.get("code_uid"), include_subcodes=False).only(inside)
        case {"code_uid": code}:
            return project.find_codings(code, include_subcodes=False)
        case {"document_uid": uid}:
            return project.find_codings(documents=[uid])
    raise InvalidValue("This mark stands for no passages of its own.")
