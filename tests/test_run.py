"""`run.py`: what it says when something is missing, and that it does nothing twice."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Give run.py as a module whose environment and locks lie in an empty folder."""
    spec = importlib.util.spec_from_file_location("run_under_test", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    locks = {name: tmp_path / f"{name}.lock" for name in ("base", "dev")}
    for name, lock in locks.items():
        lock.write_text(name)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "FRONTEND", tmp_path / "frontend")
    monkeypatch.setattr(module, "LOCKS", locks)
    monkeypatch.setattr(module, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(module, "PYTHON", Path(sys.executable))
    return module


def test_it_needs_the_standard_library_only():
    done = subprocess.run([sys.executable, "-S", "-I", str(ROOT / "run.py"), "help"], capture_output=True, check=False)
    assert done.returncode == 0
    assert b"python run.py lab" in done.stdout


def test_an_unknown_command_lists_the_known_ones(run, capsys):
    assert run.main(["tset"]) == 2
    assert "python run.py test" in capsys.readouterr().out


def test_an_old_python_is_told_so(run, capsys, monkeypatch):
    monkeypatch.setattr(run, "OLDEST", (99, 0))
    assert run.main(["lab"]) == 2
    assert "needs Python 3.11 or newer; this is" in capsys.readouterr().out


def test_an_environment_that_is_up_to_date_is_left_alone(run, monkeypatch):
    run.STAMP.write_text(json.dumps({"dev": run.fingerprint(run.LOCKS["dev"], run.ROOT / "pyproject.toml")}))
    monkeypatch.setattr(run, "make_venv", lambda: pytest.fail("set up again"))
    run.set_up("dev")
    run.set_up("base")  # an environment for development serves the researcher too


def test_a_changed_lock_is_installed(run, monkeypatch):
    run.STAMP.write_text(json.dumps({"base": run.fingerprint(run.LOCKS["base"], run.ROOT / "pyproject.toml")}))
    run.LOCKS["base"].write_text("changed")
    installed = []
    monkeypatch.setattr(run, "make_venv", lambda: None)
    monkeypatch.setattr(run, "install_with_pip", installed.append)
    run.set_up("base")
    run.set_up("base")
    assert installed == [run.LOCKS["base"]]


def test_pip_takes_over_where_uv_fails(run, monkeypatch):
    installed = []
    monkeypatch.setattr(run, "make_venv", lambda: "uv")
    monkeypatch.setattr(run, "install_with_uv", lambda _uv, _lock: False)
    monkeypatch.setattr(run, "install_with_pip", installed.append)
    run.set_up("dev")
    assert installed == [run.LOCKS["dev"]]


def test_a_network_that_is_not_there_is_named(run, monkeypatch):
    monkeypatch.setattr(run, "PYTHON", Path(sys.executable))
    run.LOCKS["base"].write_text("no-such-package==1.0 --hash=sha256:" + "0" * 64)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with pytest.raises(run.Failed, match="this machine cannot reach its Python package index"):
        run.install_with_pip(run.LOCKS["base"])


def test_addresses_of_package_indexes_are_found(run, capsys):
    assert run.addresses() == 0
    (run.ROOT / "bad.lock").write_text("x==1\n--index-url https" + "://example.org/simple/\n")
    assert run.addresses() == 1
    assert "bad.lock:2" in capsys.readouterr().out
