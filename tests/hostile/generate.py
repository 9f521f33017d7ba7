"""The hostile corpus: files of strangers with what must become of each; the same bytes every time.

``python tests/hostile/generate.py FOLDER`` writes the files and ``expected.json``.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import documents
import projects

GROUPS = (
    documents.text_files, documents.pages, documents.tables, documents.word_files, documents.other_documents,
    documents.transcripts, projects.archives, projects.contents, projects.codebooks,
)  # fmt: skip


@dataclass(frozen=True)
class Hostile:
    """One file.

    Attributes:
        expected: rejected, imported_with_changes or imported; None where either way of importing is right.
        holds: words that the text of the first document must hold; None where that is not looked at.
    """

    name: str
    data: bytes = field(repr=False)
    expected: str | None
    holds: str | None = field(repr=False, default=None)

    @property
    def safe_name(self):
        """A name that a file system takes."""
        return self.name.replace("/", "⁄").replace("\\", "⧵")

    @property
    def door(self):
        """What the command must be told the file is."""
        return {"qdpx": "project", "qdc": "codebook"}.get(self.name.rpartition(".")[2], "document")


def corpus():
    """Return every file."""
    return [Hostile(*row) for group in GROUPS for row in group()]


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    files = corpus()
    for file in files:
        (folder / file.safe_name).write_bytes(file.data)
    listed = {file.safe_name: {"expected": file.expected, "door": file.door} for file in files}
    (folder / "expected.json").write_text(json.dumps(listed, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"{len(files)} files in {folder}")


if __name__ == "__main__":
    main()
