"""The wheel in an empty environment: pip, uv and pipx, the oldest and the newest Python of this machine.

Each installs the wheel as a stranger would, then `coding demo` and `coding lab` work from an empty folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UV = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
VERSIONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
SCRIPTS = "Scripts" if os.name == "nt" else "bin"

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


def pythons() -> list[str]:
    """Return the Pythons of this machine that we support: those in `CODING_PYTHONS`, else those that uv finds."""
    if named := os.environ.get("CODING_PYTHONS"):
        return named.split(os.pathsep)
    found = []
    for version in VERSIONS:
        done = subprocess.run(
            [UV, "python", "find", version, "--no-python-downloads"], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            found.append(done.stdout.strip())
    return found or [sys.executable]


def go(*words, cwd=None, **env):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CODING_", "JUPYTER", "PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env={**kept, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{words}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    go(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


def install_with_pip(python, wheel, place):
    go(python, "-m", "venv", place)
    go(place / SCRIPTS / "python", "-m", "pip", "install", "--quiet", wheel)
    return place / SCRIPTS


def install_with_uv(python, wheel, place):
    go(UV, "venv", "--quiet", "--python", python, place)
    go(UV, "pip", "install", "--quiet", "--python", place / SCRIPTS / "python", wheel)
    return place / SCRIPTS


def install_with_pipx(python, wheel, place):
    go(UV, "venv", "--quiet", place / "tool")
    go(UV, "pip", "install", "--quiet", "--python", place / "tool" / SCRIPTS / "python", "pipx")
    homes = {"PIPX_HOME": str(place / "home"), "PIPX_BIN_DIR": str(place / "bin")}
    go(place / "tool" / SCRIPTS / "pipx", "install", "--quiet", "--python", python, wheel, **homes)
    return place / "bin"


def cases():
    found = pythons()
    pairs = [(install_with_pip, found[0]), *[(install_with_uv, p) for p in found], (install_with_pipx, found[-1])]
    return [
        pytest.param(how, p, id=f"{how.__name__.removeprefix('install_with_')}-{i}") for i, (how, p) in enumerate(pairs)
    ]


@pytest.mark.parametrize(("install", "python"), cases() if UV else [])
def test_wheel_installs_and_opens(install, python, wheel, tmp_path):
    place, desk = tmp_path / "place", tmp_path / "desk"
    place.mkdir()
    desk.mkdir()
    coding = install(python, wheel, place) / "coding"
    facts = json.loads(go(coding, "demo", "study.coding", "--json", cwd=desk))
    assert facts["codings"] > 500
    assert json.loads(go(coding, "check", "study.coding", "--json", cwd=desk))["ok"] is True
    go(coding, "export", "study.coding", "--format", "nvivo", "--to", "for_nvivo", cwd=desk)
    opens(coding, desk)


def opens(coding, desk):
    """Start `coding lab`, and see JupyterLab answer with the first notebook below it."""
    port, token = "38765", "only-for-this-test"
    words = [coding, "lab", "study.coding", "--no-browser", "--port", port, f"--IdentityProvider.token={token}"]
    with (desk / "lab.log").open("w") as log:
        server = subprocess.Popen([str(w) for w in words], cwd=desk, stdout=log, stderr=log, start_new_session=True)
        try:
            page = wait_for(f"http://127.0.0.1:{port}/lab/tree/notebooks/01_code.ipynb?token={token}", server, desk)
        finally:
            server.terminate()
            server.wait(60)
    assert "JupyterLab" in page
    assert (
        "apputils-extension:announcements" in page.split("disabledExtensions")[1].split("]")[0]
    )  # no question about news
    assert (desk / "notebooks" / "01_code.ipynb").is_file()


def wait_for(address, server, desk, seconds=180):
    until = time.monotonic() + seconds
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
    pytest.fail((desk / "lab.log").read_text()[-3000:])


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (("export", "study.coding", "--to", "x.parquet"), "parquet"),
        (("check", "postgresql://nobody@127.0.0.1:1/x"), "team"),
        (("app", "study.coding", "--no-browser"), "app"),
        (("suggest", "study.coding", "--parquet", "x.parquet", "--to", "out"), "parquet"),
    ],
)
def test_a_missing_extra_is_named_with_the_command_that_brings_it(words, extra, wheel, tmp_path_factory):
    place = tmp_path_factory.getbasetemp() / "light"
    coding = (place / SCRIPTS if place.exists() else install_with_uv(pythons()[0], wheel, place)) / "coding"
    desk = tmp_path_factory.mktemp("desk")
    go(coding, "demo", "study.coding", cwd=desk)
    done = subprocess.run([str(coding), *words], cwd=desk, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f'pip install "coding-workbench[{extra}]"' in done.stderr
    assert "Traceback" not in done.stderr


WITH_THE_LIBRARY = """
import sys
from coding.agreement import gamma
units = [[(10, 40, "a"), (60, 90, "b"), (100, 131, "a"), (200, 240, "c")],
         [(12, 38, "a"), (58, 95, "a"), (205, 236, "c")],
         [(8, 41, "b"), (101, 130, "a"), (160, 170, "c"), (199, 240, "c")]]
ours = gamma.best_alignment_disorder(units)
gamma._MOST_STEPS = 0  # whatever there is, it is too long for our own search
theirs = gamma.best_alignment_disorder(units)
assert (ours.params["found_by"], theirs.params["found_by"]) == ("search", "pygamma-agreement")
assert 0 < ours.value and abs(ours.value - theirs.value) < 1e-5, (ours.value, theirs.value)
"""


def test_the_extra_gamma_finds_the_alignment_that_our_own_search_finds(wheel, tmp_path):
    scripts = install_with_uv(pythons()[0], f"{wheel}[gamma]", tmp_path / "place")
    go(scripts / "python", "-c", WITH_THE_LIBRARY, cwd=tmp_path)
