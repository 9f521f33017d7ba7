"""Importing 1,000 plain texts of 20 kB into a project, and encodings found out beside charset-normalizer, in one run.

    python benchmarks/importing.py [--files 1000] [--json]

The peer of the import is what a program does at the least: read each file, and keep it as a row, with a commit a file.
Ours besides finds encoding, languages, speakers, sentences, paratext and near-duplicates, and writes a journal.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from charset_normalizer import from_bytes

from coding.importers.encoding import decode
from coding.project import open_project

LINES = {
    "gb18030": "受访者：主要是上面的指标，一层一层压下来，我们街道没有办法。\n",
    "big5": "受訪者：主要是上面的指標，一層一層壓下來，我們沒有辦法。\n",
    "shift_jis": "回答者：予算が少なくて、町の人に説明するのが難しかったです。\n",
    "cp1251": "Ответчик: Бюджет был маленький, и людям было трудно объяснить.\n",
    "cp1252": "Répondant : « Le budget », c’était déjà très serré – à peine 20 €.\n",
    "cp1250": "Rozmówca: Budżet był mały i trudno było wytłumaczyć to mieszkańcom.\n",
}


WORDS = (  # noqa: SIM905
    "the county ranked us every month and we looked at Riverside because nobody ordered it when the phone rang before "
    "tea was poured and somebody had to explain in the big hall why the counter closed at five"
).split()


def write_texts(folder, files, length=20_000):
    """Write invented interviews: sentences of 6 to 24 words, turns of some sentences."""
    draw = random.Random(1)
    for i in range(files):
        out, size = [], 0
        while size < length:
            words = draw.choices(WORDS, k=draw.randint(6, 24))
            piece = " ".join(words).capitalize() + (
                ".\nInterviewer: What then?\nP01: " if draw.random() < 0.1 else ". "
            )
            out.append(piece)
            size += len(piece)
        Path(folder, f"{i:05}.txt").write_text("".join(out), "utf-8")


def into_project(files):
    """Return the files a second of ours and of the peer."""
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder, "texts")
        texts.mkdir()
        write_texts(texts, files)
        with open_project(Path(folder, "study.coding"), coder="amira", create=True) as project:
            begin = time.perf_counter()
            report = project.documents.add_files(texts, progress=False)
            ours = time.perf_counter() - begin
            assert len(project.documents) == files, report
        begin = time.perf_counter()
        plain = sqlite3.connect(Path(folder, "plain.db"))
        plain.execute("CREATE TABLE texts (name TEXT, body TEXT)")
        for path in sorted(texts.iterdir()):
            plain.execute("INSERT INTO texts VALUES (?, ?)", (path.name, path.read_text("utf-8")))
            plain.commit()
        theirs = time.perf_counter() - begin
    return files / ours, files / theirs


def whole_commands():
    """Return the seconds of `coding new` and of the import of one small file, as whole processes."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as installed
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.txt").write_text("P01: Nobody ordered it.\n", "utf-8")
        best = {"new": [], "import": []}
        for turn in range(5):
            project = str(Path(folder, f"{turn}.coding"))
            for name, words in (("new", []), ("import", [str(Path(folder, "a.txt"))])):
                begin = time.perf_counter()
                command = [sys.executable, "-m", "coding", name, project, *words]
                subprocess.run(command, check=True, capture_output=True, env=kept)
                best[name].append(time.perf_counter() - begin)
    return {name: sorted(seconds)[len(seconds) // 2] for name, seconds in best.items()}


def encodings():
    """Return per encoding and length who was right, and the ratio of the times."""
    ours = theirs = 0.0
    right = {"ours": 0, "charset-normalizer": 0}
    for name, line in LINES.items():
        for length in (1, 100):
            data = (line * length).encode(name)
            begin = time.perf_counter()
            mine = decode(data, "a.txt").text
            middle = time.perf_counter()
            best = from_bytes(data).best()
            end = time.perf_counter()
            ours, theirs = ours + middle - begin, theirs + end - middle
            right["ours"] += mine == line * length
            right["charset-normalizer"] += best is not None and str(best) == line * length
    return {"right": right, "of": 2 * len(LINES), "ratio_time": ours / theirs}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    ours, theirs = into_project(given.files)
    commands = whole_commands()
    found = {
        "machine": f"{platform.platform()}, Python {platform.python_version()}",
        "files": given.files,
        "files_per_s": round(ours, 1),
        "goal_files_per_s": 200,
        "plain_rows_per_s": round(theirs, 1),
        "ratio_plain_rows": round(ours / theirs, 3),
        "new_s": round(commands["new"], 2),
        "import_one_s": round(commands["import"], 2),
        "goal_command_s": 0.8,
        "encodings": encodings(),
    }
    print(json.dumps(found) if given.json else "\n".join(f"{name:20} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
