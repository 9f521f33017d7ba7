"""The text coder: select a passage, press a key, saved.

The widget is a thin shell. Messages are checked by `coding.widget.messages` and carried out by
`coding.widget.desk`; only tiny identifiers are traits, so that no interview text gets into a notebook.
"""

from __future__ import annotations

import html
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from coding.errors import CodingError, InvalidValue, ProjectLocked, ProjectUnreachable
from coding.widget.asking import STATIC, log_broken
from coding.widget.desk import Desk
from coding.widget.i18n import Interface, say
from coding.widget.messages import VERSION, Request, nack, read_request

if TYPE_CHECKING:
    from coding.project import Project

__all__ = ["TextCoder"]


class TextCoder(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget ships no types for its base
    """Shows a document for coding.

    Args:
        project: an open project, with the coder who sits at the screen.
        document: name or uid; by default the first one that is not finished.
        goto: (start, end) of a passage to show first.
        language: of the interface, "en" or "zh"; by default that of JupyterLab.
        keys: other keys for commands, such as ``{"next_sentence": ["s"]}``; the screen's ``?`` lists them.
        digits: names of up to nine codes for the keys 1 to 9; a person's own pins go before them.
        others: show other coders' codings from the start, where the round lets them be seen.

    Raises:
        NotFound: the project has no such document or code.
    """

    _esm = STATIC / "text_coder.js"
    screen_id = traitlets.Unicode().tag(sync=True)
    project_uid = traitlets.Unicode().tag(sync=True)
    document_uid = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        project: Project,
        document: Any = None,
        *,
        goto: tuple[int, int] | None = None,
        language: Interface | None = None,
        keys: Mapping[str, Sequence[str]] | None = None,
        digits: Sequence[Any] = (),
        others: bool = False,
    ) -> None:
        if language not in (None, "en", "zh"):
            raise InvalidValue(f"The interface speaks “en” and “zh”; {language!r} was given.")
        if not hasattr(project, "documents"):
            raise InvalidValue(
                f"TextCoder shows an open project; a {type(project).__name__} was given. "
                "Open it first: TextCoder(open_project(…))."
            )
        uid = project.documents.find(document).uid if document is not None else _first_open(project)
        self._desk = Desk(
            project,
            uid,
            language=language,
            keys={name: list(caps) for name, caps in (keys or {}).items()},
            digits=[project.codebook.find(code).uid for code in digits],
        )
        self._goto, self._others = goto, others
        # JupyterLab hands messages to a thread beside the one that runs cells
        self._turn = threading.RLock()
        self.on_msg(self._receive)
        with self._turn:  # the browser's first message may come while the channel is still being opened
            super().__init__(screen_id=self._desk.session, project_uid=project.info.uid, document_uid=uid or "")
        self._watch_cells()

    # -- messages ---------------------------------------------------------------------------------

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        """Answer a message; whatever goes wrong is shown on the screen and never lost in a log."""
        op = _op_id(content)
        try:
            request = read_request(content)
            with self._turn:
                self._answer(request)
        except (ProjectLocked, ProjectUnreachable) as error:
            self._complain("", "", str(error))  # not refused: the screen keeps what was done and sends it again
        except CodingError as error:
            self._complain(op, "invalid" if isinstance(error, InvalidValue) else "refused", str(error))
        except Exception as error:  # noqa: BLE001  the boundary to the browser: an answer must go out
            log_broken(error, "the text coder")
            self._complain(op, "error", say("broken", self._desk.language, type(error).__name__))

    def _answer(self, request: Request) -> None:
        for message, parts in self._desk.answer(request):
            if self._goto and message["kind"] == "state":
                message["options"]["goto"], self._goto = list(self._goto), None
            if self._others and message["kind"] == "state":
                message["options"]["others"], self._others = True, False
            self.send(message, parts)

    def _complain(self, op: str, reason: str, text: str) -> None:
        if op:
            self.send(nack(op, reason, text))
        else:
            self.send({"v": VERSION, "kind": "trouble", "message": text})

    def refresh(self) -> None:
        """Tell the screen what has changed in the project since it was last told."""
        with self._turn:
            delta = self._desk.delta() if self._desk.shown else None
            if delta:
                self.send({"v": VERSION, "kind": "delta", **delta})

    def _watch_cells(self) -> None:
        """Show what other cells do to the project as soon as they have run."""
        try:
            from IPython import get_ipython
        except ImportError:
            return
        shell = get_ipython()
        if shell is None:
            return

        def after_cell(*_: object) -> None:
            if self.comm is None:
                shell.events.unregister("post_run_cell", after_cell)
                return
            self.refresh()

        shell.events.register("post_run_cell", after_cell)

    # -- showing ----------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"TextCoder({self._desk.project.name})"

    def _ipython_display_(self) -> None:
        """Show a note and then the view.

        The view hides the note. In a notebook that is opened without a kernel only the note is left, and
        says what to do; neither holds a word of the text.
        """
        from IPython.display import display

        note = say("asleep", "en"), say("asleep", "zh")
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in note)
        display({"text/html": f'<div class="qc-asleep">{lines}</div>', "text/plain": "\n".join(note)}, raw=True)
        bundle = self._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        display(data, metadata=metadata, raw=True)


def _op_id(content: object) -> str:
    """Return the id of the op that a message carries, "" where it carries none."""
    op = content.get("op") if isinstance(content, Mapping) else None
    found = op.get("id") if isinstance(op, Mapping) else None
    return found if isinstance(found, str) and len(found) < 100 else ""


def _first_open(project: Project) -> str | None:
    """Return the first document that the coder has not finished, else the first."""
    uids = [document.uid for document in project.documents]
    for uid in uids if project.coder else ():
        assignment = project.rounds.assignment_of(uid)
        if assignment is None or assignment.status != "finished":
            return uid
    return uids[0] if uids else None
