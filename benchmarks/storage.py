"""The store at size, beside bare SQL on the same file.

    python benchmarks/storage.py [--documents 200 --codings 40000] [--json]
    python benchmarks/storage.py --large          100,000 documents and 5,000,000 codings, 500 codes; takes a quarter of an hour

Reads are timed in a process of their own, so that its peak memory is that of opening and reading. The peer of a read is the
same question as SQL through `sqlite3`, which makes no values and asks nobody whether the answer may be seen.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from coding.model import Code, Coding, Document, new_uid
from coding.storage import Store

BATCH = 100_000


def peak_mb():
    """Return this process's own peak; what `resource` says goes on from the parent's."""
    status = Path("/proc/self/status")
    if not status.exists():
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return round(int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024)


def timed(figures, name, work):
    begin = time.perf_counter()
    result = work()
    figures[name] = round(time.perf_counter() - begin, 3)
    return result


def fill(path, documents, codings, codes_, length):
    chance = np.random.default_rng(1)
    body = ("We went to the hall. " * (length // 20 + 1))[: length - 8]
    store = Store.open(path, create=True, coder="amira")
    with store.change("import") as change:
        codes = [change.put(Code(new_uid(), f"Code {i}")).uid for i in range(codes_)]
        texts = [
            change.put_document(Document(new_uid(), f"P{i}", 0, ""), f"{i:08d}{body}").uid for i in range(documents)
        ]
    seconds = []
    for first in range(0, codings, BATCH):
        n = min(BATCH, codings - first)
        start = chance.integers(0, length - 200, n)
        columns = {
            "document": [texts[i] for i in chance.integers(0, documents, n)],
            "code": [codes[i] for i in chance.integers(0, codes_, n)],
            "coder": [store.coder.uid] * n,
            "start": start.tolist(),
            "end": (start + chance.integers(5, 190, n)).tolist(),
        }
        begin = time.perf_counter()
        with store.change("code") as change:
            change.put_codings(columns)
        seconds.append(time.perf_counter() - begin)
    store.close()
    return seconds


def plain(path, question, *given):
    """Return the seconds that the question takes as SQL."""
    connection = sqlite3.connect(path)
    begin = time.perf_counter()
    connection.execute(question, given).fetchall()
    seconds = time.perf_counter() - begin
    connection.close()
    return round(seconds, 4)


def read(path):
    """Time what a sitting asks first; prints its figures, to be run as a process of its own."""
    figures = {}
    store = timed(figures, "open_s", lambda: Store.open(path, coder="amira"))
    code = store.all(Code)[0].uid
    table = store.all(Document)
    figures["open_and_documents_peak_mb"] = peak_mb()
    document = table[len(table) // 2].uid
    timed(figures, "document_s", lambda: (store.text(document), store.codings(documents=[document])))
    timed(figures, "counts_s", store.code_counts)
    timed(figures, "page_s", lambda: store.codings(codes=[code], limit=200))
    timed(figures, "later_page_s", lambda: store.codings(codes=[code], limit=200, offset=5_000))
    figures["counts_plain_s"] = plain(path, "SELECT code, count(*) FROM codings WHERE state = 1 GROUP BY code")
    figures["page_plain_s"] = plain(path, "SELECT * FROM codings WHERE code = 1 AND state = 1 LIMIT 200")
    figures["reading_peak_mb"] = peak_mb()

    def one():
        with store.change("code") as change:
            change.put(Coding(new_uid(), document, code, store.coder.uid, 1, 2))

    timed(figures, "one_coding_s", one)
    store.close()
    print(json.dumps(figures))


def measure(documents, codings, codes, length):
    figures = {"documents": documents, "codings": codings, "codes": codes, "characters_a_document": length}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.coding"
        batches = fill(path, documents, codings, codes, length)
        figures["add_s"] = round(sum(batches), 1)
        figures["codings_added_a_second"] = round(codings / sum(batches))
        figures["file_gb"] = round(path.stat().st_size / 1e9, 3)
        done = subprocess.run(
            [sys.executable, __file__, "--read", str(path)], check=True, capture_output=True, text=True
        )
        figures |= json.loads(done.stdout)
        store = Store.open(path, coder="amira")
        timed(figures, "backup_s", store.backup)
        report = timed(figures, "check_s", store.check)
        assert report.ok, str(report)
        if codings <= 1_000_000:
            timed(figures, "table_s", store.coding_table)
            timed(figures, "snapshot_s", lambda: store.snapshot(texts=False))
        store.close()
    figures["peak_mb"] = peak_mb()
    return figures


def merging(codings):
    """Merge two projects of that many codings each, and once more; prints its figures, as a process of its own."""
    figures = {"codings_each": codings}
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder) / "ours.coding", Path(folder) / "theirs.coding"
        for path in (ours, theirs):
            subprocess.run([sys.executable, __file__, "--fill", str(path), "--codings", str(codings)], check=True)
        store = Store.open(ours, coder="amira")
        report = timed(figures, "merge_s", lambda: store.merge(theirs))
        assert report.codings_added > 0.999 * codings, report.codings_added  # the same passage twice is one
        before = store.state_hash()
        again = timed(figures, "again_s", lambda: store.merge(theirs))
        assert not again.changed
        assert not again.codings_added
        assert store.state_hash() == before
        store.close()
    figures["merge_peak_mb"] = peak_mb()
    print(json.dumps(figures))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--codings", type=int, default=40_000)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--large", action="store_true", help="the largest size, 2,000 characters a document")
    parser.add_argument("--merge", type=int, metavar="N", help="merge two projects of N codings each instead")
    parser.add_argument("--read", help=argparse.SUPPRESS)
    parser.add_argument("--fill", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        read(given.read)
        return
    if given.fill:
        fill(Path(given.fill), given.documents, given.codings, 60, 20_000)
        return
    if given.merge:
        merging(given.merge)
        return
    size = (100_000, 5_000_000, 500, 2_000) if given.large else (given.documents, given.codings, 60, 20_000)
    figures = measure(*size)
    figures |= {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    print(json.dumps(figures) if given.json else "\n".join(f"{name:28} {value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
