"""The folder for NVivo, opened in LibreOffice and read back, shows the same strings: Chinese and what looks like formulas too."""

from __future__ import annotations

import csv
import shutil
import subprocess

import openpyxl
import pytest

import coding as qc

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
TRICKY = ["=1+2", "=cmd|' /C calc'!A0", "+1+2", "-1+2", "@SUM(1)", "'quoted", "007", "1e5", "2024-01-02", "3-4", "TRUE", "#N/A",
          "压力 > 排名", "𠮷野家 😀", "a;b,c", 'say "so"', "<b>bold</b>", " spaces "]  # fmt: skip
OUT = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,1"
"""UTF-8, comma; values as they are in the cells and not as they are formatted; first sheet."""
IN = "CSV:44,34,76,1,,1033,true,false"
"""UTF-8, comma; quoted cells are text, as they are for whoever imports the file with care."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The sample study, with names and values of every kind that a spreadsheet likes to change, exported for NVivo."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice (soffice) is not installed.")
    folder = tmp_path_factory.mktemp("office")
    with qc.build_sample(folder / "study.coding") as project:
        first = next(iter(project.documents)).name
        for number, name in enumerate(TRICKY):
            code = project.codebook.add(name.strip(), definition=f"{name}\n第二行")
            project.codings.add(first, start=number, end=number + 5, code=code)
            project.memos.add(f"{name}\n第二行", about=code)
            project.cases.add(f"{name.strip()} case", values={"note": name.strip(), "=1+1": number})
        project.documents.add("=2+3 文本", "=1+1\n@SUM(A1)\n排名😀压力")
        project.codings.add("=2+3 文本", start=0, end=4, code=project.codebook.find("=1+2"))
        project.export(folder / "nvivo", format="nvivo")
    return folder / "nvivo"


def converted(files, into, infilter=None):
    """Let LibreOffice read files and write what it sees as csv; return the rows of each."""
    options = [f"--infilter={infilter}"] if infilter else []
    profile = f"-env:UserInstallation={(into / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", *options, "--convert-to", OUT, "--outdir", str(into), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    return {path.name: rows(written) for path in files for written in [found(into, path)]}


def found(into, path):
    (written,) = [p for p in into.glob("*.csv") if p.stem == path.stem or p.stem.startswith(f"{path.stem}-")]
    return written


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def same(ours, theirs):
    """Say whether a cell shows the same: a text to the letter, a number as that number."""
    if isinstance(ours, int | float):
        return float(theirs) == pytest.approx(ours)
    return ("" if ours is None else ours.replace("\r\n", "\n")) == theirs.replace("\r\n", "\n")


def test_workbooks_show_every_string_as_it_was_written(folder, tmp_path):
    files = sorted(folder.glob("*.xlsx"))
    assert len(files) >= 9
    seen = 0
    for name, theirs in converted(files, tmp_path).items():
        sheet = openpyxl.load_workbook(folder / name).active
        ours = [list(row) for row in sheet.iter_rows(values_only=True)]
        assert len(theirs) == len(ours), name
        for line, (a, b) in enumerate(zip(ours, theirs, strict=True), start=1):
            for mine, read in zip(a, b, strict=True):
                assert same(mine, read), (name, line)
                seen += isinstance(mine, str)
    assert seen > 1_000


def test_csv_files_show_every_string_as_it_was_written(folder, tmp_path):
    files = sorted(folder.glob("*.csv"))
    for name, theirs in converted(files, tmp_path, IN).items():
        ours = rows(folder / name)
        assert len(theirs) == len(ours), name
        for line, (a, b) in enumerate(zip(ours, theirs, strict=True), start=1):
            for mine, read in zip(a, b, strict=True):
                assert mine == read or float(mine) == pytest.approx(float(read)), (name, line)


def test_what_looks_like_a_formula_is_in_the_tables_that_were_compared(folder):
    shown = {cell for path in folder.glob("*.csv") for row in rows(path) for cell in row}
    assert {"=1+2", "@SUM(1)", "007", "2024-01-02", "TRUE", "#N/A"} <= shown
    assert any("排名" in cell for cell in shown)
