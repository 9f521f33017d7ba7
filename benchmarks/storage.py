"""The store at size: python benchmarks/storage.py --documents 2000 --codings 400000 [--json]."""

from __future__ import annotations

import argparse
import json
import platform
import resource
import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np

from coding.model import Code, Coding, Document, new_uid
from coding.storage import Store

CODES, LENGTH, BATCH = 60, 20_000, 100_000


def timed(figures, name, work):
    begin = time.perf_counter()
    result = work()
    figures[name] = round(time.perf_counter() - begin, 3)
    return result


def fill(path, documents, codings):
    chance = np.random.default_rng(1)
    body = ("We went to the hall. " * (LENGTH // 20))[: LENGTH - 8]
    store = Store.open(path, create=True, coder="amira")
    with store.change("import") as change:
        codes = [change.put(Code(new_uid(), f"Code {i}")).uid for i in range(CODES)]
        texts = [
            change.put_document(Document(new_uid(), f"P{i}", 0, ""), f"{i:08d}{body}").uid for i in range(documents)
        ]
    seconds = []
    for first in range(0, codings, BATCH):
        n = min(BATCH, codings - first)
        start = chance.integers(0, LENGTH - 200, n)
        columns = {
            "document": [texts[i] for i in chance.integers(0, documents, n)],
            "code": [codes[i] for i in chance.integers(0, CODES, n)],
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


def measure(documents, codings):
    figures = {"documents": documents, "codings": codings}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.coding"
        figures["add_batch_s"] = [round(s, 2) for s in fill(path, documents, codings)]
        figures["file_mb"] = round(path.stat().st_size / 1e6, 1)
        store = timed(figures, "open_s", lambda: Store.open(path, coder="amira"))
        code = store.all(Code)[0].uid
        document = store.all(Document)[0].uid
        timed(figures, "document_s", lambda: (store.text(document), store.codings(documents=[document])))
        timed(figures, "counts_s", store.code_counts)
        timed(figures, "page_s", lambda: store.codings(codes=[code], limit=200, offset=200))
        timed(figures, "table_s", store.coding_table)
        timed(figures, "snapshot_s", lambda: store.snapshot(texts=False))

        def one():
            with store.change("code") as change:
                change.put(Coding(new_uid(), document, code, store.coder.uid, 1, 2))

        timed(figures, "one_coding_s", one)
        timed(figures, "backup_s", store.backup)
        report = timed(figures, "check_s", store.check)
        assert report.ok, str(report)
        store.close()
    figures["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--codings", type=int, default=40_000)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    figures = measure(given.documents, given.codings)
    figures |= {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    print(json.dumps(figures) if given.json else "\n".join(f"{name:14} {value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
