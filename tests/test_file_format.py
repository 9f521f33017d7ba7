"""The page on the project file names every table and column, and what it shows works."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from coding.samples import build_sample
from coding.storage.schema import APPLICATION_ID, SCHEMA_VERSION, metadata

PAGE = (Path(__file__).parents[1] / "docs" / "file-format.md").read_text(encoding="utf-8")
PARTS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^###|\Z)", PAGE, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("name", list(metadata.tables))
def test_every_column_has_a_line_and_every_line_a_column(name):
    listed = re.findall(r"^\| `(\w+)` \| \S", PARTS[name], re.MULTILINE)
    assert listed == [column.name for column in metadata.tables[name].columns]


def test_no_table_is_described_that_is_not_there():
    assert set(PARTS) == set(metadata.tables)


def test_numbers_of_the_page_are_those_of_the_schema():
    assert f"0x{APPLICATION_ID:08X}" in PAGE
    assert f"now {SCHEMA_VERSION}." in PAGE


def test_the_query_of_the_page_reads_a_project(tmp_path):
    target = tmp_path / "sample.coding"
    build_sample(target)
    query = re.search(r"```sql\n(.*?)```", PAGE, re.DOTALL)[1]
    with sqlite3.connect(target) as connection:
        rows = connection.execute(query).fetchall()
    assert len(rows) > 100
    assert all(passage for *_, passage in rows)
