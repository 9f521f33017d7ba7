"""One ruler for every program: from the hand's last move until a coding is in the file and on the screen.

The page itself tells when it took the move and when it had drawn, so that the driver's own time counts for nobody.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
ARM = """sign => {
    const drawing = new Function('return ' + sign), before = drawing();
    const now = () => performance.timeOrigin + performance.now();
    const ruler = window.ruler = {began: 0, drawn: 0};
    const look = () => {
        if (drawing() === before) return requestAnimationFrame(look);
        const painted = new MessageChannel();
        painted.port1.onmessage = () => { ruler.drawn = now(); };
        painted.port2.postMessage(0);
    };
    window.moved = (event) => {
        window.moved = () => {};
        ruler.began = performance.timeOrigin + event.timeStamp;
        requestAnimationFrame(look);
    };
}"""
LISTEN = """
for (const move of ['keydown', 'mousedown']) window.addEventListener(move, (event) => window.moved?.(event), true);
"""
"""For a context's start: before any script of the page, one of which may keep a key to itself."""


def counting(file: Path, table: str) -> Callable[[], int]:
    """Give a function that counts the rows of a program's own file, as anybody could from outside."""
    back = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=60)
    return lambda: back.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def stored_and_drawn_ms(page, act: Callable[[], None], sign: str, stored: Callable[[], int]) -> float:
    """Do the last move of a coding; return ms until it is drawn and another row stored.

    Args:
        page: the program's page.
        act: the key or the click.
        sign: what of the page changes with one more coding drawn, a JavaScript expression.
        stored: counts what lies in the program's file.

    Raises:
        TimeoutError: nothing was stored, or nothing drawn.
    """
    before = stored()
    page.evaluate(ARM, sign)
    act()
    until = time.monotonic() + 20
    while stored() <= before:
        if time.monotonic() > until:
            raise TimeoutError("nothing was stored")
        time.sleep(0.001)
    kept = 1000 * time.time()
    page.wait_for_function("() => window.ruler.drawn > 0", timeout=20_000)
    ruler = page.evaluate("() => window.ruler")
    return max(ruler["drawn"], kept) - ruler["began"]
