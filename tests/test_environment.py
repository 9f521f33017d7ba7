"""The ways to install the workbench name the same packages, and the wheel holds what it should."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
CONDA_ONLY = {"python", "spacy-model-en_core_web_sm", "spacy-model-zh_core_web_sm"}


@pytest.fixture(scope="module")
def pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def bounds(requirements):
    parsed = [Requirement(text) for text in requirements]
    return {
        r.name.lower().replace("_", "-") if "spacy-model" not in r.name else r.name: str(r.specifier) for r in parsed
    }


def locked(name):
    """Return package -> versions of a lock file (several where Pythons differ)."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    out: dict[str, set[str]] = {}
    for line in lines:
        if match := re.match(r"([a-z0-9._-]+)==(\S+)", line):
            out.setdefault(match[1], set()).add(match[2])
    return out


def test_conda_environment_has_the_packages_and_bounds_of_pyproject(pyproject):
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    assert "-e ." in pip
    conda = bounds([entry for entry in listed if isinstance(entry, str) and entry != "pip"])
    both = conda | bounds([entry for entry in pip if entry != "-e ."])
    assert conda["python"] == pyproject["project"]["requires-python"]
    assert {name: bound for name, bound in both.items() if name not in CONDA_ONLY} == bounds(
        [*pyproject["project"]["dependencies"], *pyproject["project"]["optional-dependencies"]["app"]]
    )


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_are_hashed_and_hold_no_address(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_researchers_get_the_versions_that_are_tested():
    base, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {name: (found, dev.get(name)) for name, found in base.items() if not found <= dev.get(name, set())} == {}


def test_locks_answer_every_dependency(pyproject):
    base, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    for text in pyproject["project"]["dependencies"]:
        wanted = Requirement(text)
        found = base[wanted.name.lower()]
        assert all(wanted.specifier.contains(version) for version in found), f"{text}: run `python run.py lock`"
    for text in pyproject["dependency-groups"]["dev"]:
        assert Requirement(text).name.lower() in dev, f"{text}: run `python run.py lock`"


@pytest.mark.parametrize("oracle", ["krippendorff", "nltk", "scikit-learn"])
def test_test_oracles_do_not_reach_researchers(oracle):
    assert oracle not in locked("requirements.lock")


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_wheel_holds_package_bundle_codebooks_and_sample_study(wheel_names):
    for needed in [
        "coding/__init__.py",
        "coding/py.typed",
        "coding/widget/static/text_coder.js",
        "coding/shipped/notebooks/01_code.ipynb",
    ]:
        assert needed in wheel_names
    assert any(re.fullmatch(r"coding/shipped/codebooks/\w+\.yaml", name) for name in wheel_names)
    assert any(name.startswith("coding/shipped/data/") for name in wheel_names)


def test_wheel_holds_nothing_else(wheel_names):
    kept = re.compile(
        r"coding/(?!shipped/|widget/)[\w/-]+\.(py|mako|xsd)"
        r"|coding/py\.typed"
        r"|coding/cli/jupyter/labconfig/page_config\.json"
        r"|coding/widget/[\w/.]+\.(py|js|css|txt)"
        r"|coding/shipped/codebooks/[\w./-]+\.(yaml|md)"
        r"|coding/shipped/data/[\w./ -]+"
        r"|coding/shipped/notebooks/[\w./-]+\.(ipynb|md)"
        r"|coding_workbench-[\w.]+\.dist-info/[\w./]+"
    )
    assert [name for name in wheel_names if not kept.fullmatch(name)] == []
    assert not any("frontend" in name or "node_modules" in name or ".coding" in name for name in wheel_names)
