"""AQDA and Taguette through their own pages, on the same text and passages.

`AQDA` and `TAGUETTE` name their programs (``…/bin/aqda``, ``…/bin/taguette``), each in an environment of its own.
"""

from __future__ import annotations

import html
import os
import re
import signal
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from coder import corpus
from coder.ruler import DRAWN, LISTEN, counting, stored_and_drawn_ms

AQDA_MARKS = "mark[data-color]"
AQDA_LINE = """k => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let node, seen = 0;
    while (node = walk.nextNode()) {
        if (node.length < 40 || !node.parentElement.offsetParent) continue;
        // a text without codings is one node: its lines are counted
        for (const line of node.data.matchAll(/[^\\n]{40,}/g)) {
            if (seen++ < 3 + k) continue;
            const range = document.createRange();
            range.setStart(node, line.index + 4); range.setEnd(node, line.index + 26);
            let pane = node.parentElement;
            while (pane && pane.scrollHeight <= pane.clientHeight + 4) pane = pane.parentElement;
            if (pane) pane.scrollTop += range.getBoundingClientRect().top - pane.getBoundingClientRect().top - 200;
            const at = range.getClientRects()[0];
            return {x: at.left, y: at.top + at.height / 2, w: at.width};
        }
    }
    return null;
}"""
"""Where the words lie that the k-th passage takes, scrolled into sight."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def program(command: list[str], home: str):
    """Run a peer's server in a home of its own."""
    environment = {**os.environ, "HOME": home, "AQDA_DATA_DIR": home, "PYTHONUNBUFFERED": "1"}
    with open(Path(home, "log"), "w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def wait(address: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)


def memory_mb(pid: int) -> float:
    """Memory of a process and of those that it started."""
    total = 0
    for one in [
        pid,
        *map(int, subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()),
    ]:
        pages = Path(f"/proc/{one}/statm").read_text().split()[1]
        total += int(pages) * os.sysconf("SC_PAGE_SIZE")
    return total / 1e6


class Aqda:
    """AQDA with one document: opened by its name in the list, coded by selecting and clicking a code."""

    def __init__(self, browser, text: str, rows):
        import requests

        self.text, self.rows, self.browser = text, rows, browser
        self.home = tempfile.mkdtemp()
        self.port = free_port()
        self.running = program([os.environ["AQDA"], "--no-browser", "--port", str(self.port)], self.home)
        self.process = self.running.__enter__()
        self.base = f"http://127.0.0.1:{self.port}"
        wait(f"{self.base}/api/projects")
        self.ask = requests.Session()
        self._fill()
        self.context = browser.new_context(viewport={"width": 1440, "height": 900})
        self.context.add_init_script(LISTEN)
        self.page = self.context.new_page()
        self.page.set_default_timeout(150_000)

    def close(self):
        self.context.close()
        self.running.__exit__(None, None, None)

    def _fill(self):
        ask, base = self.ask, self.base
        ask.put(f"{base}/api/settings", json={"coder_name": "amira"})
        self.project = ask.post(f"{base}/api/projects", json={"name": "Study", "description": ""}).json()["id"]
        sent = ask.post(
            f"{base}/api/documents/bulk", data={"project_id": self.project},
            files=[("files", ("Talk.txt", self.text.encode(), "text/plain"))],
        ).json()  # fmt: skip
        self.document = sent["documents"][0]["id"]
        codes = []
        for i, name in enumerate(corpus.CODES):
            body = {
                "project_id": self.project,
                "name": name,
                "description": "",
                "color": f"#{(i * 6151) % 0xFFFFFF:06X}",
            }
            codes.append(ask.post(f"{base}/api/codes", json=body).json()["id"])
        # its own door takes one coding at a time; five thousand go in at the back
        with sqlite3.connect(Path(self.home, "aqda.db"), timeout=60) as back:
            back.executemany(
                "INSERT INTO coding (document_id, code_id, start_pos, end_pos, selected_text, coder, offset_unit) "
                "VALUES (?, ?, ?, ?, ?, 'amira', 'codepoint')",
                [(self.document, codes[c], s, e, self.text[s:e]) for s, e, c in self.rows],
            )
        back.close()

    def open_ms(self, times: int = 3) -> float:
        out = []
        for _ in range(times):
            self.page.goto(self.base, wait_until="domcontentloaded")
            self.page.wait_for_timeout(1200)
            if self.page.get_by_text("Talk").count() == 0:
                self.page.get_by_text("Study", exact=True).first.click()
                self.page.get_by_text("Talk").first.wait_for()
                self.page.wait_for_timeout(800)
            begin = time.perf_counter()
            self.page.get_by_text("Talk").first.click()
            self.page.wait_for_function("marks => document.querySelectorAll(marks).length >= 4", arg=AQDA_MARKS)
            self.page.evaluate(DRAWN)
            out.append(1000 * (time.perf_counter() - begin))
        return statistics.median(out)

    def code_ms(self, times: int = 5, first: int = 0, settle: int = 200, codes: int = len(corpus.CODES)) -> list[float]:
        """Select words with the mouse and click a code; ms from the click until it is stored and drawn.

        `settle` is how many ms the page is left after the selection, `codes` how many codes take turns.
        """
        out = []
        stored = counting(Path(self.home, "aqda.db"), "coding")
        for k in range(first, first + times):
            if not self._select(k):
                break
            self.page.wait_for_timeout(settle)
            code = self.page.get_by_text(corpus.CODES[k % codes], exact=True).first
            out.append(
                stored_and_drawn_ms(
                    self.page,
                    partial(code.click, timeout=8000),
                    f"document.querySelectorAll('{AQDA_MARKS}').length",
                    stored,
                )
            )
        return out

    def _select(self, k: int) -> bool:
        """Draw the mouse over the words of the k-th passage; False where the text has ended."""
        box = self.page.evaluate(AQDA_LINE, k)
        if box is None:
            return False
        self._draw_over(box["x"], box["y"], box["w"])
        return True

    def _draw_over(self, x: float, y: float, width: float) -> None:
        """Select words by the mouse, from the left to the right."""
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + width / 2, y)
        mouse.move(x + width, y)
        mouse.up()

    def recode(self, mark: int) -> None:
        """Take the code of the mark just made off, draw over its words again, and click another code."""
        marks = self.page.locator(AQDA_MARKS)
        marks.nth(mark).click()
        box = marks.nth(mark).bounding_box()
        self.page.get_by_title("Remove coding").first.click()
        self.page.wait_for_timeout(100)  # drawn anew
        self._draw_over(box["x"] + 1, box["y"] + box["height"] / 2, box["width"] - 2)
        self.page.wait_for_timeout(20)
        self.page.get_by_text(corpus.CODES[-5], exact=True).first.click(timeout=8000)
        self.page.wait_for_timeout(100)

    def memo(self, mark: int, words: str) -> None:
        """Write a memo on the mark just made: draw over its words, `Add memo`, the words, `Save memo`."""
        box = self.page.locator(AQDA_MARKS).nth(mark).bounding_box()
        self._draw_over(box["x"] + 1, box["y"] + box["height"] / 2, box["width"] - 2)
        self.page.wait_for_timeout(20)
        self.page.get_by_text("Add memo").click(timeout=8000)
        self.page.get_by_placeholder("Write your note").click()
        self.page.keyboard.type(words)
        self.page.get_by_text("Save memo").click()
        self.page.wait_for_timeout(100)

    def stored(self) -> tuple[int, int, int]:
        """Count, in its file: codings, those recoded, and memos."""
        live = "SELECT count(*) FROM coding JOIN code ON code.id = code_id WHERE coding.deleted_at IS NULL"
        asked = (live, f"{live} AND code.name = '{corpus.CODES[-5]}'", "SELECT count(*) FROM memo")
        with sqlite3.connect(Path(self.home, "aqda.db"), timeout=60) as back:
            return tuple(back.execute(one).fetchone()[0] for one in asked)

    def memory_mb(self) -> float:
        return memory_mb(self.process.pid)


class Taguette:
    """Taguette with one document: coded by selecting, `n`, ticking a tag and Save."""

    def __init__(self, browser, text: str, rows):
        import requests

        self.text, self.rows = text, rows
        self.home = tempfile.mkdtemp()
        self.port = free_port()
        self.database = Path(self.home, "t.sqlite3")
        command = [os.environ["TAGUETTE"], "--no-browser", "-p", str(self.port), "--database", str(self.database)]
        self.running = program(command, self.home)
        self.process = self.running.__enter__()
        self.base = f"http://localhost:{self.port}"
        self.ask = requests.Session()
        until = time.monotonic() + 60
        while not (found := re.search(rf"http://localhost:{self.port}/\S*", Path(self.home, "log").read_text())):
            if time.monotonic() > until:
                raise TimeoutError("Taguette did not start")
            time.sleep(0.1)
        self.door = found[0].rstrip(".")
        wait(self.door)
        self.ask.get(self.door)
        self._fill()
        self.context = browser.new_context(viewport={"width": 1440, "height": 900})
        self.page = self.context.new_page()
        self.page.set_default_timeout(150_000)
        self.page.goto(self.door, wait_until="domcontentloaded")
        self.context.add_cookies([{"name": n, "value": v, "url": self.base} for n, v in self.ask.cookies.items()])

    def close(self):
        self.context.close()
        self.running.__exit__(None, None, None)

    def _token(self):
        return {"_xsrf": self.ask.cookies.get("_xsrf", "")}

    def _fill(self):
        self.ask.get(f"{self.base}/project/new")
        sent = self.ask.post(f"{self.base}/project/new", data={"name": "Study", "description": "", **self._token()})
        self.project = int(re.search(r"/project/(\d+)", sent.url)[1])
        api = f"{self.base}/api/project/{self.project}"
        body = "".join(f"<p>{html.escape(line)}</p>\n" for line in self.text.split("\n"))
        page = f'<html><head><meta charset="utf-8"></head><body>{body}</body></html>'
        file = {"file": ("Talk.html", page.encode(), "text/html")}
        made = self.ask.post(
            f"{api}/document/new", params=self._token(), data={"name": "Talk", "description": ""}, files=file
        )
        self.document = made.json()["created"]
        self.tags = [
            self.ask.post(f"{api}/tag/new", params=self._token(), json={"path": c, "description": ""}).json()["id"]
            for c in corpus.CODES
        ]
        at = [0]
        for character in self.text:
            at.append(at[-1] + len(character.encode()))  # its offsets count bytes
        with sqlite3.connect(self.database, timeout=60) as back:
            for s, e, c in self.rows:
                row = back.execute(
                    "INSERT INTO highlights (document_id, start_offset, end_offset, snippet) VALUES (?, ?, ?, ?)",
                    (self.document, at[s], at[e], f"<p>{html.escape(self.text[s:e])}</p>"),
                )
                back.execute(
                    "INSERT INTO highlight_tags (highlight_id, tag_id) VALUES (?, ?)", (row.lastrowid, self.tags[c])
                )
        back.close()

    def open_ms(self, times: int = 2) -> float:
        out = []
        for _ in range(times):
            begin = time.perf_counter()
            self.page.goto(f"{self.base}/project/{self.project}/document/{self.document}", wait_until="commit")
            self.page.wait_for_function(
                "n => typeof highlights !== 'undefined' && Object.keys(highlights).length >= n "
                "&& document.querySelectorAll('a.highlight').length > 0",
                arg=len(self.rows), polling=50,
            )  # fmt: skip
            self.page.evaluate(DRAWN)
            out.append(1000 * (time.perf_counter() - begin))
        return statistics.median(out)

    def recode(self, mark: int) -> None:
        """Open the mark just made, tick one tag off and another on, and save."""
        self.page.evaluate("mark => document.querySelectorAll('a.highlight')[mark].click()", mark)
        self.page.wait_for_selector("#highlight-add-modal.show", state="attached")
        self.page.evaluate(
            """tag => {
                for (const one of document.querySelectorAll('#highlight-add-modal input:checked')) one.checked = false;
                document.getElementById(`highlight-add-tags-${tag}`).checked = true;
                document.getElementById('highlight-add-form').requestSubmit();
            }""",
            self.tags[-5],
        )
        self.page.wait_for_function("() => !document.querySelector('.modal.show')")

    def code_ms(self, times: int = 5, first: int = 0, codes: int = len(corpus.CODES)) -> list[float]:
        """Select, press n, tick, save; ms from n until the line is there, the selecting left out."""
        out = []
        for k in range(first, first + times):
            self.page.wait_for_function("() => !document.querySelector('.modal.show, .modal-backdrop')")
            before = self.page.evaluate("() => Object.keys(highlights).length")
            self.page.evaluate(
                """k => {
                    const lines = document.querySelectorAll('#document-contents p');
                    const line = lines[(3 + k) % lines.length];
                    line.scrollIntoView();
                    const walk = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
                    let node = walk.nextNode();
                    while (node && node.length < 6) node = walk.nextNode();
                    const range = document.createRange();
                    range.setStart(node, 1); range.setEnd(node, Math.min(node.length, 6));
                    const chosen = getSelection(); chosen.removeAllRanges(); chosen.addRange(range);
                }""",
                k,
            )
            self.page.wait_for_function("() => document.getElementById('hlinfo').style.display === 'block'")
            begin = time.perf_counter()
            self.page.keyboard.press("n")
            tag = f"#highlight-add-tags-{self.tags[k % codes]}"
            self.page.wait_for_selector(f"#highlight-add-modal.show {tag}", state="attached")
            self.page.evaluate("tag => { document.querySelector(tag).checked = true; }", tag)
            self.page.evaluate("() => document.getElementById('highlight-add-form').requestSubmit()")
            self.page.wait_for_function("n => Object.keys(highlights).length > n", arg=before, polling="raf")
            out.append(1000 * (time.perf_counter() - begin))
            self.page.wait_for_timeout(600)
            self.page.evaluate("() => { if (document.querySelector('.modal.show')) $('.modal').modal('hide'); }")
            self.page.wait_for_timeout(500)
        return out
