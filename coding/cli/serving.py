"""Starting JupyterLab or the Voilà page on a project: loopback only, always with a token."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from coding.errors import CodingError, MissingExtra
from coding.shipped import SAMPLE, shipped_path

FIRST_NOTEBOOK: Final = "01_code.ipynb"
SETTINGS: Final = Path(__file__).parent / "jupyter"
PORTS: Final = range(20_000, 40_000)
NOTHING_OUTSIDE: Final = (
    "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src 'self' ws: data: blob:; "
    "frame-ancestors 'self'"
)
"""What a page of `coding app` may load. Voilà's template would fetch icons and formulas from elsewhere."""


def stable_port(project: str) -> int:
    """Return the port that belongs to a project.

    What the browser keeps for unsaved work belongs to one address and port, so a project always gets
    the same one.

    >>> stable_port("study.coding") == stable_port("study.coding")
    True
    """
    digest = hashlib.sha256(str(Path(project).expanduser().resolve()).encode()).digest()
    return PORTS.start + int.from_bytes(digest[:4], "big") % len(PORTS)


def is_free(port: int) -> bool:
    """Say whether nothing listens on a port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def notebooks_here(folder: Path) -> Path:
    """Return the folder of notebooks below a working folder; the shipped ones are copied if there is none."""
    target = folder / "notebooks"
    if not (target / FIRST_NOTEBOOK).exists():
        target.mkdir(exist_ok=True)
        for notebook in sorted(shipped_path("notebooks").glob("*.ipynb")):
            if not (target / notebook.name).exists():
                shutil.copyfile(notebook, target / notebook.name)
    return target


def _environment(project: str | None, coder: str | None) -> dict[str, str]:
    environment = dict(os.environ)
    # our settings come last, after a person's own: no question about Jupyter's news before the first text
    paths = [environment.get("JUPYTER_CONFIG_PATH", ""), str(SETTINGS)]
    environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join(path for path in paths if path)
    project = project or (SAMPLE if Path(SAMPLE).exists() else None)  # what `coding demo` has made
    if project:
        environment["CODING_PROJECT"] = project if "://" in project else str(Path(project).expanduser().resolve())
    if coder:
        environment["CODING_CODER"] = coder
    return environment


def _server(folder: Path, project: str | None, port: int | None, browser: bool) -> list[str]:
    wanted = port or stable_port(project or str(folder))
    if not is_free(wanted):
        raise CodingError(
            f"Port {wanted} is taken, most likely by this project in another window. "
            "Use that one, stop it, or give --port another number."
        )
    words = [
        f"--ServerApp.root_dir={folder}", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={wanted}",
        "--ServerApp.port_retries=0",
    ]  # fmt: skip
    if not browser:
        words.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        words.append("--allow-root")
    return words


def _run(words: Sequence[str], environment: dict[str, str]) -> int:
    """Become the server, so that whoever stops this process stops it; Windows has no such way and waits for it."""
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, "-m", *words], environment)  # noqa: S606
    try:
        return subprocess.call([sys.executable, "-m", *words], env=environment)
    except KeyboardInterrupt:  # the server has had the same Ctrl+C and is closing
        return 0


def serve_lab(
    project: str | None,
    *,
    coder: str | None = None,
    browser: bool = True,
    port: int | None = None,
    rest: Sequence[str] = (),
) -> int:
    """Open JupyterLab on the first notebook; returns when it is stopped.

    Args:
        project: the project that the notebooks open; None is the sample study.
        coder: under whose name.
        browser: whether to open one.
        port: instead of the project's own.
        rest: further words for JupyterLab.
    """
    folder = Path.cwd()
    first = notebooks_here(folder) / FIRST_NOTEBOOK
    words = [
        "jupyterlab", *_server(folder, project, port, browser),
        f"--LabApp.default_url=/lab/tree/{first.relative_to(folder).as_posix()}", *rest,
    ]  # fmt: skip
    return _run(words, _environment(project, coder))


def serve_app(
    project: str | None,
    *,
    coder: str | None = None,
    browser: bool = True,
    port: int | None = None,
    rest: Sequence[str] = (),
) -> int:
    """Open the first notebook as a Voilà page, for people who never see code; returns when it is stopped.

    Voilà runs as an extension of the Jupyter server, since alone it asks for no token.
    """
    if find_spec("voila") is None:
        raise MissingExtra.named("The text coder as a page", "app")
    folder = Path.cwd()
    first = notebooks_here(folder) / FIRST_NOTEBOOK
    words = [
        "jupyter_server", *_server(folder, project, port, browser),
        "--ServerApp.jpserver_extensions={'voila.server_extension': True}",
        f"--ServerApp.tornado_settings={ {'headers': {'Content-Security-Policy': NOTHING_OUTSIDE} } }",
        f"--ServerApp.default_url=/voila/render/{first.relative_to(folder).as_posix()}", *rest,
    ]  # fmt: skip
    return _run(words, _environment(project, coder))
