"""The vocabulary as values: uids, names, and the table of codings."""

from __future__ import annotations

import threading
import uuid

import numpy as np

from coding.model import Code, Coder, Coding, CodingTable, Document, ProjectInfo, Snapshot, fold_name, new_uid


def test_uids_are_version_seven_unique_and_in_order():
    uids = [new_uid() for _ in range(10_000)]
    assert len(set(uids)) == len(uids)
    assert uids == sorted(uids)
    assert {uuid.UUID(u).version for u in uids[:50]} == {7}
    assert all(str(uuid.UUID(u)) == u for u in uids[:50])


def test_uids_stay_unique_between_threads():
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend(new_uid() for _ in range(2_000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8_000


def test_names_fold_without_losing_what_makes_them_different():
    assert fold_name("É") == fold_name("E\u0301".lower())
    assert fold_name("压力机制") != fold_name("驱动机制")


def snapshot_with(codings: list[Coding]) -> Snapshot:
    return Snapshot(
        ProjectInfo("p", "Study"),
        coders=(Coder("a", "amira"), Coder("b", "ben")),
        codes=(Code("c1", "Pressure"), Code("c2", "Driving")),
        documents=(Document("d1", "P01", 10, ""), Document("d2", "P02", 10, "")),
    ).with_codings(codings)


def test_codings_survive_the_way_through_columns():
    codings = [
        Coding("x", "d1", "c2", "b", 0, 4, origin="imported", created=5),
        Coding("y", "d2", "c1", "a", 2, 9, confidence="low", replaces="x", quotable="no"),
    ]
    assert list(snapshot_with(codings).iter_codings()) == codings


def test_columns_that_are_missing_are_filled():
    table = CodingTable.from_columns({"start": [1, 2], "end": [3, 4]})
    assert len(table) == 2
    assert table.round.tolist() == [-1, -1]
    assert table.code_version.tolist() == [1, 1]
    assert len(set(table.uid)) == 2


def test_rows_are_picked_by_mask():
    table = CodingTable.from_columns({"start": [1, 2, 3], "end": [3, 4, 5]})
    assert table.select(table.start > 1).end.tolist() == [4, 5]
    assert len(table.select(np.array([], dtype=int))) == 0
