"""The text coder in a real JupyterLab, beside AQDA and Taguette in the same run.

    python benchmarks/text_coder.py [--json] [--only big,deep,line,peers,task,hour]

big    1 MB and 5,000 codings, English and Chinese: opening, keys, scrolling, nodes, memory
deep   300,000 characters, codings 70 deep everywhere
line   one paragraph of 1 MB
peers  opening and one more coding at 100 kB / 500, 100 kB / 5,000 and 1 MB / 5,000
task   50 passages by 12 codes, overlaps, 10 recodes, 5 memos, by keys and by mouse: keys, clicks and seconds
hour   3,600 actions one after the other, without the pauses of an hour: memory and latency at both ends

Peers are the programs that the variables AQDA and TAGUETTE name (…/bin/aqda, …/bin/taguette); without them they are said
to be not there. Needs what `python run.py setup` installs, and a Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
import warnings
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))  # a real JupyterLab is started there already

import conftest as lab  # noqa: E402
from coder import corpus, ours, peers  # noqa: E402
from coder.task import task  # noqa: E402

from coding.project import open_project  # noqa: E402

PARTS = ("big", "deep", "line", "peers", "task", "hour")
SIZES = {"100 kB / 500": (100_000, 500), "100 kB / 5,000": (100_000, 5_000), "1 MB / 5,000": (1_000_000, 5_000)}


@contextmanager
def chromium():
    import shutil

    from playwright.sync_api import sync_playwright

    found = os.environ.get("CODING_CHROMIUM") or next((p for n in lab.CHROMIUM_NAMES if (p := shutil.which(n))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*lab.FLAGS, "--enable-precise-memory-info"])
        yield browser
        browser.close()


def rounded(figures):
    return {name: round(value, 2) if isinstance(value, float) else value for name, value in figures.items()}


def one(browser, found, folder, text, rows, *, times=25):
    """Open a document from another one and work in it."""
    project = ours.make_project(folder, text, rows)
    screen = ours.Screen(browser, found, project, "First")
    try:
        opened = [screen.open_document("Talk")]
        for _ in range(2):
            screen.page.locator(".qc-docs button", has_text="First").click()
            screen.page.wait_for_timeout(700)
            opened.append(screen.open_document("Talk"))
        figures = {
            "request_ms": statistics.median(o["request"] for o in opened),
            "answer_ms": statistics.median(o["answer"] for o in opened),
            "first_answer_ms": opened[0]["answer"],
            "nodes": screen.nodes(),
            **screen.keys(times),
            "code_ms": statistics.median(screen.code_ms(times)),
            **screen.scroll(),
            "kernel_mb": screen.kernel_mb(),
            "page_heap_mb": screen.heap_mb(),
        }
        return rounded(figures)
    finally:
        screen.close()


def big(browser, found, folder):
    out = {}
    for language in ("en", "zh"):
        text = corpus.text(1_000_000, language)
        out[language] = one(browser, found, folder, text, corpus.passages(text, 5_000))
    out["bare_kernel_mb"] = round(ours.bare_kernel_mb(browser, found), 1)
    return out


def deep(browser, found, folder):
    text = corpus.text(300_000, "en")
    return one(browser, found, folder, text, corpus.passages(text, 3_000, depth=70))


def line(browser, found, folder):
    text = corpus.text(1_000_000, "en", lines=False)
    with warnings.catch_warnings(record=True):
        (folder / "line.txt").write_text(text, "utf-8")
        with open_project(folder / "warned.coding", coder="amira", create=True) as project:
            said = repr(project.documents.add_files(folder / "line.txt", progress=False))
    return {
        "warned_at_import": "paragraph" in said,
        **one(browser, found, folder, text, corpus.passages(text, 500), times=10),
    }


def beside(browser, found, folder):
    """Opening and one more coding, ours and theirs in turn on the same text."""
    out = {}
    programs = {name: cls for name, cls in (("AQDA", peers.Aqda), ("TAGUETTE", peers.Taguette)) if os.environ.get(name)}
    for size, (length, number) in SIZES.items():
        text = corpus.text(length, "en")
        rows = corpus.passages(text, number)
        mine = one(browser, found, folder, text, rows, times=10)
        figures = {"ours": {"open_ms": mine["request_ms"], "code_ms": mine["code_ms"], "kernel_mb": mine["kernel_mb"]}}
        for name, cls in programs.items():
            if name == "TAGUETTE" and number > 500:
                continue  # its pages do not come up with thousands of passages
            peer = cls(browser, text, rows)
            try:
                theirs = {"open_ms": peer.open_ms(), "code_ms": statistics.median(peer.code_ms() or [float("nan")])}
                if name == "AQDA":
                    theirs["memory_mb"] = peer.memory_mb()
            finally:
                peer.close()
            figures[name.lower()] = rounded(theirs)
            figures[f"ratio_open_{name.lower()}"] = round(mine["request_ms"] / theirs["open_ms"], 3)
            figures[f"ratio_code_{name.lower()}"] = round(mine["code_ms"] / theirs["code_ms"], 3)
        out[size] = figures
    out["not_there"] = [name for name in ("AQDA", "TAGUETTE") if name not in programs]
    return out


def hour(browser, found, folder):
    """3,600 actions: four codings, an undo, and so on, over a document of 200 kB."""
    text = corpus.text(200_000, "en")
    names = ("Morning", "Talk", "Evening")  # what was coded an hour long cannot be coded anew: it is measured beside it
    screen = ours.Screen(
        browser, found, ours.make_project(folder, text, corpus.passages(text, 300), names=names), "Morning"
    )
    try:
        screen.keys(20)
        first = {**screen.keys(20), "kernel_mb": screen.kernel_mb(), "page_heap_mb": screen.heap_mb()}
        screen.open_document("Talk")
        screen.page.locator(".qc .cm-content").first.focus()
        begin = time.perf_counter()
        for i in range(3_600 // 10):
            for key in ("j", str(1 + i % 9), "j", "Space", "j", "2", "n", "u", "k", "j"):
                screen.page.keyboard.press(key)
            if i % 20 == 0:
                screen.page.locator(".qc-stat", has_text="Saved").first.wait_for()
        seconds = time.perf_counter() - begin
        screen.open_document("Evening")
        screen.keys(20)
        screen.page.evaluate("() => window.gc && window.gc()")
        last = {**screen.keys(20), "kernel_mb": screen.kernel_mb(), "page_heap_mb": screen.heap_mb()}
        return {"actions": 3_600, "seconds": round(seconds, 1), "first": rounded(first), "last": rounded(last)}
    finally:
        screen.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--only", help=f"of {','.join(PARTS)}; default: all but hour")
    given = parser.parse_args()
    wanted = given.only.split(",") if given.only else [part for part in PARTS if part != "hour"]
    parts = {"big": big, "deep": deep, "line": line, "peers": beside, "task": task, "hour": hour}
    result = {"machine": f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores"}
    with tempfile.TemporaryDirectory() as home, chromium() as browser, ours.server(Path(home, "jupyter")) as found:
        result["browser"] = browser.version
        for part in wanted:
            result[part] = parts[part](browser, found, Path(home))
            if not given.json:
                print(json.dumps({part: result[part]}, indent=1), flush=True)
    if given.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
