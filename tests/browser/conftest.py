"""A real JupyterLab and a real Chromium for tests that do what a person does.

One server and one Chromium serve the whole run; each test gets a folder, a page and kernels of its own.
Every request that would leave the machine is blocked, and a test in which one was tried fails.

In a test::

    def test_something(lab_page):
        lab = lab_page(["import coding as qc", "qc.open_sample()"])   # or the path of a notebook
        lab.page.get_by_text("amira").wait_for()
        lab.shot("something")                                        # test-results/something.png
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # at_the_desk.py
collect_ignore = ["at_the_desk.py"]
ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "test-results"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--font-render-hinting=none",
]  # fmt: skip
PATIENCE_MS = 60_000
"""How long a page may take; a machine with two busy cores is slow, and a test that passes never waits it out."""


# ------------------------------------------------------------------------------------------- browser


@pytest.fixture(scope="session")
def browser():
    """Give one Chromium for all tests: the system's, else Playwright's own."""
    from playwright.sync_api import Error, sync_playwright

    named = os.environ.get("CODING_CHROMIUM")
    found = named or next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        except Error as error:
            pytest.skip(
                "No Chromium could be started. Install one (Debian: apt install chromium; elsewhere: "
                f"python -m playwright install chromium) or name it in CODING_CHROMIUM. {str(error)[:200]}"
            )
        yield started
        started.close()


# -------------------------------------------------------------------------------------------- server


@dataclass
class Server:
    """A running Jupyter server."""

    port: int
    token: str
    root: Path
    settings: Path
    environment: dict[str, str] = field(default_factory=dict)

    def url(self, path: str, **query: str) -> str:
        """Return the address of a page, with the token."""
        words = urllib.parse.urlencode({**query, "token": self.token})
        return f"http://127.0.0.1:{self.port}/{urllib.parse.quote(path)}?{words}"

    def api(self, path: str, method: str = "GET"):
        """Ask the server's API; return what it answers, None for nothing."""
        request = urllib.request.Request(self.url(f"api/{path}"), method=method)
        for patience in (0.5, 2, None):
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    body = answer.read()
                return json.loads(body) if body else None
            except urllib.error.HTTPError as error:
                # the server stumbles over a kernel that ends while it lists them
                if error.code != 500 or method != "GET" or patience is None:
                    raise
                time.sleep(patience)
        return None

    def stop_kernels(self):
        """End every kernel, so that a test leaves nothing running."""
        for session in self.api("sessions"):
            with contextlib.suppress(urllib.error.URLError):
                self.api(f"sessions/{session['id']}", "DELETE")
        for kernel in self.api("kernels"):
            with contextlib.suppress(urllib.error.URLError):
                self.api(f"kernels/{kernel['id']}", "DELETE")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_settings(folder: Path, theme: str = "JupyterLab Light") -> None:
    """Keep JupyterLab from asking about news, and give it a theme."""
    own = folder / "@jupyterlab" / "apputils-extension"
    own.mkdir(parents=True, exist_ok=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
    (own / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    (own / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme, "adaptive-theme": False}))


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory):
    """Give a JupyterLab server with Voilà, with a root folder, settings and runtime files of its own."""
    home = tmp_path_factory.mktemp("jupyter")
    server = Server(free_port(), secrets.token_hex(16), home / "root", home / "settings")
    server.root.mkdir()
    write_settings(server.settings)
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(server.settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
        "TQDM_DISABLE": "1",
    }
    log = (home / "server.log").open("w")
    process = subprocess.Popen(
        [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser",
            f"--ServerApp.root_dir={server.root}", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={server.port}",
            "--ServerApp.port_retries=0", f"--IdentityProvider.token={server.token}",
            "--JupyterNotebookApp.expose_app_in_browser=True",
        ],
        env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        _wait_for(server, process, home / "server.log")
        yield server
        with contextlib.suppress(OSError):  # a server that has gone took its kernels along
            server.stop_kernels()
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        log.close()


def _wait_for(server: Server, process: subprocess.Popen, log: Path, limit_s: float = 90) -> None:
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"JupyterLab ended at once:\n{log.read_text()[-3000:]}")
        with contextlib.suppress(OSError):
            server.api("status")
            return
        time.sleep(0.3)
    pytest.fail(f"JupyterLab did not answer within {limit_s:.0f} s:\n{log.read_text()[-3000:]}")


# --------------------------------------------------------------------------------------------- pages


class OpenPage:
    """A page of the browser on a Jupyter server, with what tests do most.

    Attributes:
        page: Playwright's page, for everything else.
        outside: addresses that were asked for and blocked.
        errors: what the page's scripts threw.
        folder: where the notebook lies; the kernel's working folder.
    """

    def __init__(self, context, server: Server, folder: Path):
        self.server, self.folder, self.context = server, folder, context
        self.outside: list[str] = []
        self.errors: list[str] = []
        context.set_default_timeout(PATIENCE_MS)
        context.route("**/*", self._guard)
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _guard(self, route):
        host = urllib.parse.urlparse(route.request.url)
        if host.scheme in ("data", "blob") or (host.hostname == "127.0.0.1" and host.port == self.server.port):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    def path(self, name: str) -> str:
        """Return a file's address below the server's root."""
        return (self.folder / name).relative_to(self.server.root).as_posix()

    def shot(self, name: str, selector: str | None = None) -> Path:
        """Write a picture of the page, or of one element, to test-results/."""
        RESULTS.mkdir(exist_ok=True)
        target = RESULTS / f"{name}.png"
        (self.page.locator(selector).first if selector else self.page).screenshot(path=target)
        return target


class LabPage(OpenPage):
    """A notebook in JupyterLab."""

    notebook: str
    address = "lab/tree"

    def open(self, notebook: str, *, run: bool = True) -> LabPage:
        """Open a notebook alone in the window and run its cells."""
        self.notebook = notebook
        self.page.goto(self.server.url(f"{self.address}/{self.path(notebook)}", reset=""))
        self.ready()
        if run:
            self.run_all()
        return self

    def ready(self) -> None:
        """Wait until the notebook is there and its kernel answers."""
        self.page.wait_for_function(
            """() => {
                const context = window.jupyterapp?.shell?.currentWidget?.context;
                return context?.isReady && context.sessionContext?.session?.kernel?.status === 'idle';
            }"""
        )

    def run_all(self) -> None:
        """Run every cell and wait for the last one."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.ready()

    def command(self, name: str, **arguments) -> None:
        """Run one of JupyterLab's commands, such as ``notebook:restart-run-all``."""
        self.page.evaluate("([name, a]) => window.jupyterapp.commands.execute(name, a)", [name, arguments])

    def run(self, code: str) -> str:
        """Run code in the notebook's kernel, unseen; return what it printed."""
        return self.page.evaluate(
            """async code => {
                const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
                const future = kernel.requestExecute({code, store_history: false});
                let said = '';
                future.onIOPub = message => {
                    const type = message.header.msg_type;
                    if (type === 'stream') said += message.content.text;
                    if (type === 'error') said += message.content.traceback.join('\\n');
                };
                await future.done;
                return said;
            }""",
            code,
        )

    def theme(self, name: str) -> None:
        """Switch between the themes ``light`` and ``dark``."""
        self.command("apputils:change-theme", theme=f"JupyterLab {name.capitalize()}")
        is_light = "true" if name == "light" else "false"
        self.page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{is_light}'")

    def save(self) -> Path:
        """Save the notebook and return its file."""
        self.command("docmanager:save")
        return self.folder / self.notebook

    def reload(self) -> None:
        """Reload the page, as a person does; the kernel lives on."""
        self.page.reload()
        self.ready()


class NotebookPage(LabPage):
    """A notebook in Notebook 7, which shows one document and nothing else."""

    address = "notebooks"


class VoilaPage(OpenPage):
    """A notebook as a Voilà page.

    Voilà's own template asks for two things from outside, icons and formulas; they are blocked here like
    all else and not held against the test. `coding app` forbids the browser to ask at all.
    """

    _template = ("fontawesome-free", "mathjax")

    def _guard(self, route):
        if any(part in route.request.url for part in self._template):
            route.abort()
        else:
            super()._guard(route)

    def open(self, notebook: str) -> VoilaPage:
        """Open a notebook and wait until its cells have run."""
        self.page.goto(self.server.url(f"voila/render/{self.path(notebook)}"), timeout=120_000)
        self.page.wait_for_function(
            "() => !document.querySelector('#loading') || document.querySelector('#loading').style.display === 'none'"
        )
        return self


def write_notebook(folder: Path, source) -> str:
    """Copy a notebook, or make one from the texts of cells; return its name."""
    if isinstance(source, (str, Path)):
        shutil.copyfile(source, folder / Path(source).name)
        return Path(source).name
    cells = [nbformat.v4.new_code_cell(text) for text in source]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "test.ipynb")
    return "test.ipynb"


@pytest.fixture
def work_folder(lab_server, request):
    """Give a fresh folder below the server's root."""
    folder = lab_server.root / secrets.token_hex(4)
    folder.mkdir()
    return folder


@pytest.fixture
def open_page(browser, lab_server, work_folder):
    """Give a function that makes a page of a kind in a browser window of its own."""
    opened = []

    def make(kind, width=1440, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB", **options)
        opened.append(kind(context, lab_server, work_folder))
        return opened[-1]

    yield make
    outside = [address for page in opened for address in page.outside]
    for page in opened:
        with contextlib.suppress(Exception):  # a crashed page must not hide why the test failed
            page.context.close()
    lab_server.stop_kernels()
    assert outside == [], f"The page asked for addresses outside this machine: {outside[:5]}"


@pytest.fixture
def lab_page(open_page):
    """Give a function that opens a notebook (its path, or a list of cells) in JupyterLab and runs it."""

    def make(source, *, run=True, theme="light", **options) -> LabPage:
        lab = open_page(LabPage, **options)
        write_settings(lab.server.settings, f"JupyterLab {theme.capitalize()}")
        return lab.open(write_notebook(lab.folder, source), run=run)

    return make


@pytest.fixture
def notebook_page(open_page):
    """Give a function that opens a notebook (its path, or a list of cells) in Notebook 7 and runs it."""

    def make(source, *, run=True, **options) -> NotebookPage:
        page = open_page(NotebookPage, **options)
        return page.open(write_notebook(page.folder, source), run=run)

    return make


@pytest.fixture
def voila_page(open_page):
    """Give a function that opens a notebook (its path, or a list of cells) as a Voilà page."""

    def make(source, **options) -> VoilaPage:
        page = open_page(VoilaPage, **options)
        return page.open(write_notebook(page.folder, source))

    return make
