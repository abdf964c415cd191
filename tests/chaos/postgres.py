"""A PostgreSQL of the harness's own that can be restarted under the feet of whoever uses it."""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.postgresql.conftest import UNPRIVILEGED, free_port, program, wait_until_ready

QUICK = {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "off", "max_connections": "60"}
"""Committed is committed for a process that dies, which is what is tried; no power fails here."""


class Postgres:
    """A server with a new cluster in a folder, reached over loopback by password."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._password = secrets.token_hex(12)
        self._user = UNPRIVILEGED if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As CHANGEOVER_DATABASE_URL takes it."""
        return f"postgresql://console:{self._password}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Make the cluster and start the server. Fails with the server's own words."""
        self._folder.mkdir(parents=True)
        (self._folder / "password").write_text(self._password)
        if self._user:
            for path in (self._folder, self._folder / "password"):
                shutil.chown(path, self._user)
        made = [program("initdb"), "-D", self._data, "-U", "console", "-A", "scram-sha-256", "-E", "UTF8", "--no-sync"]
        made += ["--pwfile", str(self._folder / "password")]
        subprocess.run(made, check=True, capture_output=True, user=self._user, cwd=self._folder)
        self._run()

    def restart(self, while_down: Callable[[], None] | None = None) -> None:
        """End every connection at once, as a crash does, and come back; in between do `while_down`."""
        self._quit()
        if while_down is not None:
            while_down()
        self._run()

    def stop(self) -> None:
        """End it for good and leave nothing."""
        self._quit()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _run(self) -> None:
        where = {"listen_addresses": "127.0.0.1", "port": str(self._port), "unix_socket_directories": str(self._folder)}
        settings = [f"--{name}={value}" for name, value in (QUICK | where).items()]
        line = [program("postgres"), "-D", self._data, *settings]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                line, stdout=log, stderr=log, user=self._user, cwd=self._folder, start_new_session=True
            )
        wait_until_ready(self._process, self._port, self._folder)

    def _quit(self) -> None:
        """What PostgreSQL calls an immediate shutdown: no goodbye to anybody, recovery at the next start."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(20)
            self._process = None
