"""JupyterHub for a lab: every coder her own login here and on PostgreSQL, Voilà behind the hub's login.

Read README.md first. Everything that differs between labs comes from the environment:

CODING_HUB_DATABASE   postgresql://HOST/study; each coder's own name is put into it
CODING_HUB_PASSWORDS  JSON file, coder to hash (README.md says how); leave it out for the machine's own accounts (PAM)
CODING_HUB_HOMES      folder with a home for each coder; only with CODING_HUB_PASSWORDS
CODING_HUB_STATE      folder for the hub's own database and cookie secret
CODING_HUB_PROXY      command of configurable-http-proxy
CODING_HUB_PORT       port on this machine; a web server with a certificate stands in front of it
"""

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from jupyter_server.auth import passwd_check
from jupyterhub.auth import Authenticator

c = get_config()  # noqa: F821  JupyterHub hands it to this file

state = Path(os.environ.get("CODING_HUB_STATE", ".")).resolve()
database = os.environ.get("CODING_HUB_DATABASE", "postgresql://localhost/study")
passwords = os.environ.get("CODING_HUB_PASSWORDS")
port = int(os.environ.get("CODING_HUB_PORT", "8000"))

c.JupyterHub.bind_url = f"http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{port + 1}"
c.JupyterHub.db_url = f"sqlite:///{state / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")
c.ConfigurableHTTPProxy.command = os.environ.get("CODING_HUB_PROXY", "configurable-http-proxy").split()
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{port + 2}"
c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")


class OwnPasswords(Authenticator):
    """One password for each coder, from a file of hashes: for trying out, or a lab without accounts."""

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:  # noqa: ARG002
        """Return the coder's name where the password is hers."""
        known = json.loads(Path(passwords).read_text(encoding="utf-8"))
        stored = known.get(data["username"])
        return data["username"] if stored and passwd_check(stored, data["password"]) else None


if passwords:
    c.JupyterHub.authenticator_class = OwnPasswords
    c.Authenticator.allow_all = True  # whoever is in the file
    c.JupyterHub.spawner_class = "simple"
    c.SimpleLocalProcessSpawner.home_dir_template = str(
        Path(os.environ.get("CODING_HUB_HOMES", state / "homes")) / "{username}"
    )
else:
    c.JupyterHub.authenticator_class = "pam"
    c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
    c.Authenticator.allow_all = True


def own_login(spawner: Any) -> None:
    """Give a coder's server her own login on PostgreSQL; the password stays in her ~/.pgpass."""
    name = spawner.user.name
    parts = urlsplit(database)
    host = parts.netloc.rpartition("@")[2]
    address = urlunsplit(parts._replace(netloc=f"{quote(name)}@{host}"))
    spawner.environment.update(CODING_PROJECT=address, CODING_CODER=name)


c.Spawner.pre_spawn_hook = own_login
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.default_url = "/lab"
c.Spawner.args = ["--ServerApp.jpserver_extensions={'voila.server_extension': True}"]
if hasattr(os, "geteuid") and os.geteuid() == 0 and passwords:
    c.Spawner.args += ["--allow-root"]
c.Spawner.http_timeout = c.Spawner.start_timeout = 120
