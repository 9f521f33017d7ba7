"""Interchange at size: REFI-QDA out and in, the folder for NVivo, csv, HTML; beside AQDA where it is at hand.

    python benchmarks/interchange.py [--codings 100000] [--documents 1000]

Prints JSON. The peer needs an environment of its own with `aqda` in it and a script that drives it and
prints JSON with `export_s`; give the command in CODING_BENCH_AQDA.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from coding import exporters
from coding.importers.refi import read_project
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
    options = parser.parse_args()
    out = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for share in (4, 2, 1):
            n, d = options.codings // share, max(1, options.documents // share)
            snapshot = project(n, d)
            path = folder / f"{n}.qdpx"
            out[f"qdpx out, {n:,}"] = timed(lambda s=snapshot, p=path: exporters.write(s, p, profile="nvivo"))
            out[f"qdpx in, {n:,}"] = timed(lambda p=path: read_project(p))
        out["nvivo folder"] = timed(lambda: exporters.write(snapshot, folder / "nvivo", format="nvivo"))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        out["peak_mb"] = peak // (1024 if sys.platform != "darwin" else 1024 * 1024)
        small = project(6_000, 1, 1_000_000)
        out["qdpx of 6,000"] = timed(lambda: exporters.write(small, folder / "six.qdpx"))
        five = project(5_000, 1, 1_000_000)
        out["csv of 5,000"] = timed(lambda: exporters.write(five, folder / "five.csv"))
        out["html of 5,000"] = timed(lambda: exporters.write(five, folder / "five.html"))
    peer = os.environ.get("CODING_BENCH_AQDA")
    if peer:
        done = subprocess.run(shlex.split(peer), capture_output=True, text=True, check=True)
        theirs = json.loads(done.stdout)["export_s"]
        out["aqda"] = theirs
        out["ratio qdpx"] = round(out["qdpx of 6,000"]["s"] / theirs["qdpx"], 2)
        out["ratio csv"] = round(out["csv of 5,000"]["s"] / theirs["csv"], 2)
    print(json.dumps(out, indent=2))


if __name__ == "__main__":
    main()
