"""Work in a forked child that dies at its n-th statement: a kill costs milliseconds, so hundreds can be tried.

A kill ends a process, not the machine: what the system has in its cache is written all the same.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import sqlalchemy as sa

WRITER = """
import sys
from coding.model import Code, Coding, Document, new_uid
from coding.storage import Store
store = Store.open(sys.argv[1], coder=sys.argv[2])
document, code = store.all(Document)[0], store.all(Code)[0]
first = int(sys.argv[3])
for i in range(first, first + int(sys.argv[4])):
    with store.change("code") as change:
        made = change.put(Coding(new_uid(), document.uid, code.uid, store.coder.uid, i, i + 5))
    print(made.uid, flush=True)
"""
"""Codes in a process of its own and prints each uid once it is acknowledged."""


class Statements:
    """Counts what goes to the database, commits included, and calls something at the n-th."""

    def __init__(self, at: int | None, act: Callable[[], None]) -> None:
        self.seen, self._at, self._act = 0, at, act

    def __enter__(self):
        sa.event.listen(sa.Engine, "before_cursor_execute", self._statement)
        sa.event.listen(sa.Engine, "commit", self._step)
        return self

    def __exit__(self, *_):
        sa.event.remove(sa.Engine, "before_cursor_execute", self._statement)
        sa.event.remove(sa.Engine, "commit", self._step)

    def _statement(self, *_):
        self._step()

    def _step(self, *_):
        self.seen += 1
        if self.seen == self._at:
            self._act()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_child(work: Callable[[Callable[[str], None]], None], at: int | None) -> tuple[list[str], int, bool]:
    """Run work in a child that is killed at its n-th statement.

    Args:
        work: is given a function that acknowledges a line to the parent.
        at: the statement, from 1; None lets it live.

    Returns:
        The acknowledged lines, how many statements there were (0 for a killed child), and whether it was killed.
    """
    answers, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(answers)
        code = 1
        try:
            with Statements(at, die) as statements:
                work(lambda line: os.write(writing, f"{line}\n".encode()))
            os.write(writing, f"#{statements.seen}\n".encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(answers, "rb") as stream:
        lines = [line.decode().strip() for line in stream.read().splitlines(keepends=True) if line.endswith(b"\n")]
    status = os.waitpid(child, 0)[1]
    killed = os.WIFSIGNALED(status)
    assert killed or os.waitstatus_to_exitcode(status) == 0, "the child failed of itself"
    count = next((int(line[1:]) for line in lines if line.startswith("#")), 0)
    return [line for line in lines if not line.startswith("#")], count, killed
