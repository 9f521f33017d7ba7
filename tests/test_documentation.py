"""Every example of the pages runs, every link leads somewhere, and the site builds.

A page's ``python`` blocks run in order in one namespace; of its ``console`` blocks every ``coding …`` line runs. They
run in a folder with the sample study as ``study.coding`` and the files that the pages speak of. Blocks without a
language are drawings, or commands of other programs. `docs/team` needs a server: `test_team_hub.py` follows it.
"""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import coding as qc
from coding.cli import main

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
OPENS_A_SERVER = ("lab", "app")


def blocks(page: Path, language: str) -> list[str]:
    return [m[2] for m in BLOCK.finditer(page.read_text(encoding="utf-8")) if m[1] == language]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Give a folder with the sample study, closed, and a comparison as NVivo would have exported it."""
    folder = tmp_path_factory.mktemp("pages")
    with qc.build_sample(folder / "study.coding") as project:
        project.export(folder / "nvivo", format="nvivo")
    return folder


@pytest.fixture
def desk(study, tmp_path, monkeypatch):
    """Give a folder of what the pages speak of, as the working folder."""
    from docx import Document

    shutil.copy(study / "study.coding", tmp_path)
    shutil.copy(study / "nvivo" / "coding_comparison.xlsx", tmp_path / "from_nvivo.xlsx")
    shutil.copytree(ROOT / "codebooks", tmp_path / "codebooks")
    (tmp_path / "interviews").mkdir()
    word = Document()
    word.add_paragraph("Interviewer: Who asked for it?")
    word.add_paragraph("P31: Nobody did. We opened the counter and then they came.")
    word.save(str(tmp_path / "interviews" / "P31.docx"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CODING_PROJECT", str(tmp_path / "study.coding"))
    return tmp_path


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "python")], ids=name_of)
def test_python_of_a_page_runs(page, desk):
    project = qc.open_project("study.coding", coder="amira")
    names = {"qc": qc, "project": project, "__name__": "page"}
    for source in blocks(page, "python"):
        if ">>>" in source:
            test = doctest.DocTestParser().get_doctest(source, names, name_of(page), str(page), 0)
            outcome = doctest.DocTestRunner(verbose=False).run(test, clear_globs=False)
            assert outcome.failed == 0
            names = test.globs
        else:
            exec(compile(source, name_of(page), "exec"), names)  # the page's own words


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "console")], ids=name_of)
def test_commands_of_a_page_run(page, desk, capsys):
    for line in "".join(blocks(page, "console")).splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] != ["coding"] or words[1] in OPENS_A_SERVER:
            continue
        assert main(words[1:]) == 0, f"{line}\n{capsys.readouterr().err}"


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"], ids=name_of)
def test_links_and_pictures_of_a_page_are_there(page):
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


def test_files_that_pages_name_are_there():
    """Paths in back quotes, such as ``coding/spans.py``, lead somewhere too."""
    missing = []
    for page in PAGES:
        for name in re.findall(
            r"`((?:coding|docs|tests|benchmarks|notebooks|codebooks|data)/[\w./-]+)`", page.read_text(encoding="utf-8")
        ):
            if not (ROOT / name).exists():
                missing.append(f"{name_of(page)}: {name}")
    assert missing == []


def test_the_site_builds_without_a_dead_link(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "site" / "index.html").is_file()


SAID = re.compile(r"`[^`\n]*(?<![\w.])(project|result)\.(\w+)(?:\.(\w+))?")
COMMAND = re.compile(r"`coding ([a-z][a-z-]+)")


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"], ids=name_of)
def test_what_a_page_names_within_its_sentences_is_there(page, study):
    text = page.read_text(encoding="utf-8")
    with qc.open_project(study / "study.coding", readonly=True) as project:
        things = {"project": project, "result": project.agreement(draws=0)}
        for name, first, then in SAID.findall(text):
            thing = (
                things[name] if hasattr(things[name], first) else project.search("pressure")
            )  # a result of either kind
            found = getattr(thing, first)
            assert not then or hasattr(found, then), f"{name}.{first}.{then}"
    from coding.cli.commands import build_parser

    known = build_parser().format_help()
    assert [c for c in COMMAND.findall(text) if not re.search(rf"^    {c}\b", known, re.MULTILINE)] == []
