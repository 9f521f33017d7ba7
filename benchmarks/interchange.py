"""Interchange at size: REFI-QDA out and in, the folder for NVivo, csv, HTML; beside AQDA and Taguette in the same run.

    python benchmarks/interchange.py [--codings 100000] [--documents 1000]
    AQDA=… TAGUETTE=… python benchmarks/interchange.py --only peers

Prints JSON. Peers are the programs that the variables AQDA and TAGUETTE name (…/bin/aqda, …/bin/taguette); without them
they are said to be missing. Everybody has the same text and passages in a project on disk, is asked in turn, and each figure
is the median of `TIMES` exports: ours from `project.export` to the finished file, theirs from the request to its last byte.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
from coder import corpus, peers

from coding import exporters, open_project
from coding.importers import fence
from coding.importers.projects import read_project
from coding.model import Code, Coder, CodingTable, Document, ProjectInfo, Snapshot, new_uid

EN = "The county ranked us every month and nobody wanted to be last. We learned fast.\n"
ZH = "压力来自每个月的排名，大家都怕垫底。有人说上面只看数字。\n"


def project(codings: int, documents: int, characters: int = 20_000) -> Snapshot:
    """Make a project; every tenth document holds characters outside the basic plane."""
    rng = np.random.default_rng(7)
    made, texts = [], {}
    for i in range(documents):
        line = ZH if i % 2 else EN
        text = ("😀𠮷" if i % 10 == 0 else "") + (line * (characters // len(line) + 1))[:characters]
        uid = new_uid()
        texts[uid] = text
        made.append(Document(uid, f"Interview {i:04d}", len(text), "0" * 64))
    codes = tuple(Code(new_uid(), f"Code {i}", position=i, hue=i * 9) for i in range(40))
    coders = (Coder(new_uid(), "amira"), Coder(new_uid(), "ben"))
    start = rng.integers(0, characters - 400, codings)
    table = CodingTable.from_columns({
        "document": rng.integers(0, documents, codings), "code": rng.integers(0, 40, codings),
        "coder": rng.integers(0, 2, codings), "start": start, "end": start + rng.integers(10, 300, codings),
        "created": np.full(codings, 1_700_000_000_000),
    })  # fmt: skip
    return Snapshot(ProjectInfo(new_uid(), "Benchmark"), coders, codes, tuple(made), texts, codings=table)


def timed(work):
    """Return wall and processor seconds of a call."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {"s": round(time.perf_counter() - wall, 2), "cpu_s": round(time.process_time() - cpu, 2)}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--codings", type=int, default=100_000)
    parser.add_argument("--documents", type=int, default=1_000)
    parser.add_argument("--only", choices=["size", "peers"])
    options = parser.parse_args()
    out = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    with tempfile.TemporaryDirectory() as name:
        if options.only != "peers":
            out |= at_size(Path(name), options)
        if options.only != "size":
            out |= beside(Path(name))
    print(json.dumps(out, indent=2))


def at_size(folder, options):
    """A quarter, a half and the whole of the wanted size, so that more than linear growth shows."""
    out = {}
    for share in (4, 2, 1):
        n, d = options.codings // share, max(1, options.documents // share)
        snapshot = project(n, d)
        path = folder / f"{n}.qdpx"
        out[f"qdpx out, {n:,}"] = timed(lambda s=snapshot, p=path: exporters.write(s, p, profile="nvivo"))
        out[f"qdpx in, {n:,}"] = timed(lambda p=path: read_project(p))
    out["nvivo folder"] = timed(lambda: exporters.write(snapshot, folder / "nvivo", format="nvivo"))
    fence._retire()  # only a worker that has ended is counted
    for name, who in (("peak_mb", resource.RUSAGE_SELF), ("peak_mb of the worker", resource.RUSAGE_CHILDREN)):
        out[name] = resource.getrusage(who).ru_maxrss // (1024 if sys.platform != "darwin" else 1024 * 1024)
    return out


GOALS = {"qdpx": ("AQDA", 6_000, 1.0), "csv": ("AQDA", 5_000, 0.25), "html": ("TAGUETTE", 5_000, 0.5)}
"""Format to the peer, the number of codings and the most that ours may take of its time."""
DOORS = {"qdpx": "api/export/{}/qdpx", "csv": "api/export/{}/csv", "html": "project/{}/export/highlights/.html"}
"""Where a peer hands out a format."""
TIMES = 11


def beside(folder):
    """One text of a megabyte; nobody draws anything, so the peers are given no browser."""
    out = {}
    text = corpus.text(1_000_000, "en")
    for kind, (name, number, goal) in GOALS.items():
        if not os.environ.get(name):
            out[f"{kind} of {number:,}"] = f"{name} is not there"
            continue
        rows = corpus.passages(text, number)
        peer = {"AQDA": peers.Aqda, "TAGUETTE": peers.Taguette}[name](MagicMock(), text, rows)
        try:
            mine, other = in_turn(folder, kind, peer, text, rows)
        finally:
            peer.close()
        out[f"{kind} of {number:,}"] = {
            "ours_s": round(mine, 3), f"{name.lower()}_s": round(other, 3), "ratio": round(mine / other, 2), "goal": goal,
        }  # fmt: skip
    return out


def in_turn(folder, kind, peer, text, rows):
    """Return the medians of both; the first exports only warm up."""
    with open_project(folder / f"{kind}.coding", coder="amira", create=True) as ours:
        ours.documents.add("Talk", text)
        for name in corpus.CODES:
            ours.codebook.add(name)
        rows = [("Talk", start, end, corpus.CODES[code], "amira") for start, end, code in rows]
        assert len(ours.codings.add_rows(rows, origin="imported")) == len(rows)
        address = f"{peer.base}/{DOORS[kind].format(peer.project)}"
        both = []
        for _ in range(TIMES + 1):
            begin = time.perf_counter()
            ours.export(folder / f"a.{kind}")
            middle = time.perf_counter()
            answer = peer.ask.get(address, timeout=300)
            both.append((middle - begin, time.perf_counter() - middle))
            assert answer.status_code == 200, answer.status_code
    return tuple(map(statistics.median, zip(*both[1:], strict=True)))


if __name__ == "__main__":
    main()
