"""Our text coder in a real JupyterLab, timed from inside the page."""

from __future__ import annotations

import os
import secrets
import signal
import statistics
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import conftest as lab

from coder import corpus
from coder.ruler import LISTEN, counting, stored_and_drawn_ms
from coding.model import Coding, new_uid
from coding.project import open_project

SIGN = "document.querySelector('.qc .cm-content').innerHTML.length"
PROBE = """
(() => {
  const Plain = window.WebSocket;
  window.qcProbe = {answer: 0, keys: []};
  window.WebSocket = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({data}) => {
        if ((data.byteLength || data.size || data.length || 0) > 60000) window.qcProbe.answer = performance.now();
      });
    }
  };
  // the browser's own record of how long the handlers of a key ran
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const row = entry.name === 'keydown' && window.qcProbe.keys.find((k) => Math.abs(k.stamp - entry.startTime) < 0.2);
      if (row) row.handled = entry.processingEnd - entry.processingStart;
    }
  }).observe({type: 'event', durationThreshold: 16});
  // what a key costs the main thread: the task that handles it, and the frame that draws it, without what lies between
  window.addEventListener('keydown', (event) => {
    if (!window.qcProbe.on) return;
    const row = {key: event.key, stamp: event.timeStamp, at: performance.now(), handled: null, framed: 0, shown: 0, frames: 0, saved: 0};
    window.qcProbe.keys.push(row);
    // acknowledged: the line of the state leaves “Saved” with the key and comes back to it with the kernel's answer
    const told = new MutationObserver(() => {
      if (!document.querySelector('.qc-stat').textContent.includes('Saved')) return;
      row.saved = performance.now() - row.at;
      told.disconnect();
    });
    told.observe(document.querySelector('.qc-stat'), {childList: true, subtree: true, characterData: true});
    // the marks in the text, as they are drawn
    const marks = () => [...document.querySelectorAll('.qc .qc-mark')].map((mark) => mark.getAttribute('style')).join('|');
    const before = marks();
    const look = () => {
      row.frames += 1;
      const started = performance.now() - row.at;
      if (marks() !== before || row.frames > 20) {
        // before whatever else waits, such as the lab's own messages: the end of the frame and nothing more
        scheduler.postTask(() => { row.shown = performance.now() - row.at; row.framed = row.shown - started; }, {priority: 'user-blocking'});
      } else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
})();
"""


def make_project(folder: Path, text: str, rows, *, names=("Talk",)) -> Path:
    """Write a project with the text under each name, the codes and the passages; and a small one to come from."""
    path = folder / f"{secrets.token_hex(3)}.coding"
    with open_project(path, coder="amira", create=True) as project:
        project.documents.add("First", "P01: Nobody ordered it. We went and looked. It was late.")
        codes = [project.codebook.add(code) for code in corpus.CODES]
        coder = project.require_coder()
        for number, name in enumerate(names):
            uid = project.documents.add(name, text + "\n" * number).uid  # the same text is taken once
            with project.store.change("code") as change:
                change.put_codings([Coding(new_uid(), uid, codes[c].uid, coder.uid, s, e) for s, e, c in rows])
    return path


@contextmanager
def server(home: Path):
    """Run a JupyterLab of our own."""
    found = lab.Server(lab.free_port(), secrets.token_hex(16), home / "root", home / "settings")
    found.root.mkdir(parents=True)
    lab.write_settings(found.settings)
    environment = {
        **{k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
        "JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(found.settings), "IPYTHONDIR": str(home / "ipython"),
    }  # fmt: skip
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser",
        f"--ServerApp.root_dir={found.root}", f"--ServerApp.port={found.port}", f"--IdentityProvider.token={found.token}",
    ]  # fmt: skip
    log = (home / "server.log").open("w")
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        lab._wait_for(found, process, home / "server.log")
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        log.close()


class Screen:
    """A notebook with the text coder open on a project."""

    def __init__(self, browser, found, project: Path, document: str, *, more: str = ""):
        folder = found.root / secrets.token_hex(3)
        folder.mkdir()
        self.project = project
        self.context = browser.new_context(viewport={"width": 1440, "height": 900})
        self.context.add_init_script(LISTEN + PROBE + more)
        self.lab = lab.LabPage(self.context, found, folder)
        self.page = self.lab.page
        make = f"import coding as qc\nproject = qc.open_project({str(project)!r}, coder='amira')\nqc.TextCoder(project, {document!r})"
        self.lab.open(lab.write_notebook(folder, [make]))
        self.page.locator(".qc .cm-content .qc-line, .qc .cm-line").first.wait_for()
        self.page.locator(".qc .cm-content").first.focus()

    def close(self):
        self.context.close()

    def open_document(self, name: str) -> dict[str, float]:
        """Click a document; return ms from the click, and from the kernel's answer, to its words and lines on screen."""
        return self.page.evaluate(
            """name => new Promise((done) => {
                const row = [...document.querySelectorAll('.qc-docs button')]
                    .find((e) => e.textContent.includes(name));
                const begin = performance.now();
                window.qcProbe.answer = 0;
                const look = () => {
                    if (window.qcProbe.answer && document.querySelectorAll('.qc-stripes i').length > 0
                        && document.querySelectorAll('.qc .cm-line').length > 0) {
                        const painted = new MessageChannel();
                        painted.port1.onmessage = () => done({request: performance.now() - begin, answer: performance.now() - window.qcProbe.answer});
                        painted.port2.postMessage(0);
                    } else requestAnimationFrame(look);
                };
                row.click();
                requestAnimationFrame(look);
            })""",
            name,
        )

    def keys(self, times: int, *, rest_ms: int = 120) -> dict[str, float]:
        """Code `times` sentences by `j` and a digit; return what the digit cost in ms."""
        self.page.locator(".qc .cm-content").first.focus()
        self.page.evaluate("() => { window.qcProbe.keys = []; window.qcProbe.on = true; }")
        for i in range(times):
            self.page.keyboard.press("j")
            self.page.wait_for_timeout(rest_ms)
            self.page.keyboard.press(str(1 + i % 9))
            self.page.locator(".qc-stat", has_text="Saved").first.wait_for()
        rows = self.page.evaluate("() => { window.qcProbe.on = false; return window.qcProbe.keys; }")
        digits = [row for row in rows if row["key"].isdigit() and row["shown"] and row["handled"] is not None]
        work = sorted(row["handled"] + row["framed"] for row in digits)
        return {
            "keys": len(digits),
            "work_ms": statistics.median(work),
            "handler_ms": statistics.median(row["handled"] for row in digits),
            "work_p95_ms": work[int(0.95 * (len(work) - 1))],
            "painted_ms": statistics.median(row["shown"] for row in digits),
            "next_frame_share": sum(row["frames"] <= 1 for row in digits) / max(len(digits), 1),
            "acknowledged_ms": statistics.median(row["saved"] for row in digits),
        }

    def code_ms(self, times: int) -> list[float]:
        """Code `times` sentences; ms from the digit until each is stored and drawn, as the peers are timed."""
        stored = counting(self.project, "codings")
        self.page.locator(".qc .cm-content").first.focus()
        out = []
        for i in range(times):
            self.page.keyboard.press("j")
            self.page.wait_for_timeout(200)
            press = partial(self.page.keyboard.press, str(1 + i % 9))
            out.append(stored_and_drawn_ms(self.page, press, SIGN, stored))
        return out

    def scroll(self, steps: int = 60) -> dict[str, float]:
        """Scroll by wheel steps; return the ms between frames."""
        gaps = self.page.evaluate(
            """steps => new Promise((done) => {
                const pane = document.querySelector('.qc .cm-scroller');
                const gaps = []; let last = 0, n = 0;
                const step = (now) => {
                    if (last) gaps.push(now - last);
                    last = now;
                    pane.scrollTop += 240;
                    if (n++ < steps) requestAnimationFrame(step); else done(gaps);
                };
                requestAnimationFrame(step);
            })""",
            steps,
        )
        gaps.sort()
        return {"frame_ms": statistics.median(gaps), "frame_p95_ms": gaps[int(0.95 * (len(gaps) - 1))]}

    def nodes(self) -> int:
        return self.page.evaluate("() => document.querySelectorAll('.qc .cm-content *').length")

    def kernel_mb(self) -> float:
        """Memory of this notebook's kernel."""
        said = self.lab.run("import os; print(open('/proc/self/statm').read().split()[1], os.sysconf('SC_PAGE_SIZE'))")
        pages, size = said.split()
        return int(pages) * int(size) / 1e6

    def heap_mb(self) -> float:
        return self.page.evaluate("() => performance.memory.usedJSHeapSize") / 1e6


def bare_kernel_mb(browser, found) -> float:
    """Memory of a kernel in which pandas was imported by nobody and nothing was done."""
    folder = found.root / secrets.token_hex(3)
    folder.mkdir()
    context = browser.new_context()
    page = lab.LabPage(context, found, folder).open(lab.write_notebook(folder, ["1 + 1"]))
    try:
        pages, size = page.run(
            "import os; print(open('/proc/self/statm').read().split()[1], os.sysconf('SC_PAGE_SIZE'))"
        ).split()
        return int(pages) * int(size) / 1e6
    finally:
        context.close()
