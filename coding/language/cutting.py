"""Cutting many texts into units beside the process that stores them, on the machine's other cores.

The helper processes know nothing of a project: they read frames of texts from their standard input and answer with
frames of units. `marshal` carries plain tuples and cannot carry code to run.
"""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import IO, Any, Final, Self

from coding.language.outline import outline
from coding.model import Outline, Paragraph, Turn

__all__ = ["Cutters"]

Text = tuple[str, str | None]
"""A text and the language that it is said to be in."""
WORTH: Final = 1_000_000
"""Characters from which a helper is started: it takes a quarter of a second to be there."""
_FRAME: Final = 200_000
"""Characters to a frame: few enough to share the work out, many enough not to talk all the time."""


class Cutters:
    """Helpers that cut texts; without any, and for little text, the caller's own process does it.

    Use it in a ``with`` block, which ends the helpers.

    Args:
        helpers: how many there may be; by default one less than there are cores, at most four.
    """

    def __init__(self, helpers: int | None = None) -> None:
        self._most = min((os.cpu_count() or 1) - 1, 4) if helpers is None else helpers
        self._pool: ThreadPoolExecutor | None = None
        self._idle: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        for helper in self._idle:
            with helper:  # closes its input, on which it ends, and waits for it
                pass

    def cut(self, texts: Sequence[Text]) -> Iterator[Outline]:
        """Yield the outline of each text, in order.

        Args:
            texts: text and language, None where that is to be found out.
        """
        if self._most < 1 or sum(len(text) for text, _ in texts) < WORTH:
            yield from (outline(text, language) for text, language in texts)
            return
        frames = list(_frames(texts))
        asked = [self._submit(frame) for frame in frames]
        here: dict[int, list[Outline]] = {}
        last = len(frames)
        for i, answer in enumerate(asked):
            while not answer.done() and last > i + 1:  # rather than wait, take a frame from the end of the queue
                last -= 1
                if asked[last].cancel():
                    here[last] = [outline(text, language) for text, language in frames[last]]
            yield from here.pop(i) if i in here else map(_unpacked, answer.result())

    def _submit(self, frame: list[Text]) -> Future[list[Any]]:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._most, "cutting")
        return self._pool.submit(self._ask, frame)

    def _ask(self, frame: list[Text]) -> list[Any]:
        """Hand a frame to a helper that has nothing to do; one thread talks to one helper at a time."""
        helper = self._idle.pop() if self._idle else _started()
        assert helper.stdin is not None
        assert helper.stdout is not None
        marshal.dump(frame, helper.stdin)
        helper.stdin.flush()
        answer: list[Any] = marshal.load(helper.stdout)  # noqa: S302 (our own process, plain tuples)
        self._idle.append(helper)
        return answer


def _started() -> subprocess.Popen[bytes]:
    program = "import sys; from coding.language.cutting import serve; serve(sys.stdin.buffer, sys.stdout.buffer)"
    command = [sys.executable, "-c", program]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _frames(texts: Iterable[Text]) -> Iterator[list[Text]]:
    frame: list[Text] = []
    size = 0
    for text, language in texts:
        frame.append((text, language))
        size += len(text)
        if size >= _FRAME:
            yield frame
            frame, size = [], 0
    if frame:
        yield frame


def _packed(found: Outline) -> tuple[Any, ...]:
    return (
        found.language,
        [(p.start, p.end, p.language, p.role, p.codable) for p in found.paragraphs],
        [(t.start, t.end, t.label_end, t.speaker, t.role) for t in found.turns],
        found.sentences, found.items, found.segmenter,
    )  # fmt: skip


def _unpacked(packed: tuple[Any, ...]) -> Outline:
    language, paragraphs, turns, sentences, items, segmenter = packed
    return Outline(
        language, tuple(Paragraph(*p) for p in paragraphs), tuple(Turn(*t) for t in turns), sentences, items, segmenter
    )


def serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    """Cut frames of texts until the input ends."""
    while asked.peek(1):  # type: ignore[attr-defined]
        frame: list[Text] = marshal.load(asked)  # noqa: S302 (from the process that started this one)
        marshal.dump([_packed(outline(text, language)) for text, language in frame], answers)
        answers.flush()
