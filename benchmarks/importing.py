"""Reading files: 1,000 plain texts of 20 kB, and encodings found out beside charset-normalizer, in one run.

Run: python benchmarks/importing.py
"""

from __future__ import annotations

import platform
import tempfile
import time
from pathlib import Path

from charset_normalizer import from_bytes

from coding import importers
from coding.importers.encoding import decode

LINES = {
    "gb18030": "受访者：主要是上面的指标，一层一层压下来，我们街道没有办法。\n",
    "big5": "受訪者：主要是上面的指標，一層一層壓下來，我們沒有辦法。\n",
    "shift_jis": "回答者：予算が少なくて、町の人に説明するのが難しかったです。\n",
    "cp1251": "Ответчик: Бюджет был маленький, и людям было трудно объяснить.\n",
    "cp1252": "Répondant : « Le budget », c’était déjà très serré – à peine 20 €.\n",
    "cp1250": "Rozmówca: Budżet był mały i trudno było wytłumaczyć to mieszkańcom.\n",
}


def plain_texts() -> None:
    """Print the files read in a second."""
    text = "Interviewer: What was hardest?\nMs Lin: The targets came down level by level.\n" * 260
    with tempfile.TemporaryDirectory() as folder:
        for i in range(1000):
            Path(folder, f"{i:04}.txt").write_text(f"{text}{i}", "utf-8")
        begin = time.perf_counter()
        read = sum(1 for _ in importers.read_many(sorted(Path(folder).iterdir()), progress=False))
        seconds = time.perf_counter() - begin
    print(f"plain texts of {len(text) / 1000:.0f} kB: {read / seconds:.0f} files/s (at least 200)")


def encodings() -> None:
    """Print which encodings each finds, and the ratio of the times."""
    ours = theirs = 0.0
    for name, line in LINES.items():
        for length in (1, 100):
            data = (line * length).encode(name)
            begin = time.perf_counter()
            mine = decode(data, "a.txt").text
            middle = time.perf_counter()
            best = from_bytes(data).best()
            end = time.perf_counter()
            ours, theirs = ours + middle - begin, theirs + end - middle
            right = ["wrong", "right"]
            verdicts = right[mine == line * length], right[best is not None and str(best) == line * length]
            print(f"  {name:10} {length:4} lines: ours {verdicts[0]}, charset-normalizer {verdicts[1]}")
    print(f"time beside charset-normalizer: {ours / theirs:.2f}")


if __name__ == "__main__":
    print(platform.platform(), "Python", platform.python_version())
    plain_texts()
    encodings()
