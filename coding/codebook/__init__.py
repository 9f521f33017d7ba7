"""The codebook: a tree of codes with rules, read from and written to YAML and CSV."""

from __future__ import annotations

from pathlib import Path

from coding.codebook.csv_file import read_csv, write_csv
from coding.codebook.info import BookInfo, BookVariable, OuterRelation
from coding.codebook.paths import join_path, split_path
from coding.codebook.search import SearchEntry, pinyin
from coding.codebook.tree import Codebook, classify_change
from coding.codebook.yaml_file import read_yaml, write_yaml
from coding.errors import InvalidCodebook

__all__ = [
    "BookInfo",
    "BookVariable",
    "Codebook",
    "OuterRelation",
    "SearchEntry",
    "classify_change",
    "join_path",
    "pinyin",
    "read_codebook",
    "read_csv",
    "read_yaml",
    "split_path",
    "write_codebook",
    "write_csv",
    "write_yaml",
]

_READERS = {".yaml": read_yaml, ".yml": read_yaml, ".csv": read_csv, ".tsv": read_csv, ".txt": read_csv}
_WRITERS = {".yaml": write_yaml, ".yml": write_yaml, ".csv": write_csv}


def read_codebook(path: str | Path) -> Codebook:
    """Read a codebook file; the suffix tells YAML from CSV.

    Raises:
        InvalidCodebook: with file, line and remedy.
    """
    path = Path(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InvalidCodebook(
            f"a codebook is YAML or CSV, not “{path.suffix or 'a file without suffix'}”.",
            file=path.name,
            remedy="Save it as .yaml or .csv.",
        )
    return reader(path)


def write_codebook(codebook: Codebook, path: str | Path) -> Path:
    """Write a codebook as YAML or CSV, by the suffix, and return the path."""
    path = Path(path)
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InvalidCodebook(
            f"cannot write a codebook as “{path.suffix}”.", file=path.name, remedy="Use the suffix .yaml or .csv."
        )
    return writer(codebook, path)
