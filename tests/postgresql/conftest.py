"""A PostgreSQL cluster of the tests' own, on loopback, gone afterwards."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

READY_WITHIN = 30.0
UNPRIVILEGED = "postgres"
"""Whom root runs the server as, which refuses to run as root; Debian's package brings this user."""


def program(name: str) -> str:
    """The newest PostgreSQL program of Debian's packages, or the one on the PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(debian[-1]) if debian else shutil.which(name)
    if not found:
        pytest.fail(f"There is no {name} here. Install it with: apt-get install postgresql", pytrace=False)
    return found


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """The address of an empty database, as CHANGEOVER_DATABASE_URL takes it."""
    with running("changeover-postgresql-") as url:
        yield url


@contextmanager
def running(prefix: str) -> Iterator[str]:
    """The same for whoever is no test; the server's folder, which goes with it, begins with `prefix`."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    password = secrets.token_hex(12)
    (folder / "password").write_text(password)
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    if user:
        for path in (folder, folder / "password"):
            shutil.chown(path, user)
    port = free_port()
    try:
        server = started(folder, port, user)
        try:
            wait_until_ready(server, port, folder)
            yield f"postgresql://console:{password}@127.0.0.1:{port}/postgres"
        finally:
            server.terminate()
            server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def started(folder: Path, port: int, user: str | None) -> "subprocess.Popen[bytes]":
    """A server with a new cluster in the folder: quick rather than durable, for the password alone."""
    data = str(folder / "data")
    made = [program("initdb"), "-D", data, "-U", "console", "-A", "scram-sha-256", "-E", "UTF8", "--no-sync"]
    made += ["--pwfile", str(folder / "password")]
    subprocess.run(made, check=True, capture_output=True, user=user, cwd=folder)
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder),
        "fsync": "off",
    }
    line = [program("postgres"), "-D", data, *(f"--{name}={value}" for name, value in options.items())]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(line, stdout=log, stderr=log, user=user, cwd=folder)


def wait_until_ready(server: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    """Return when the server accepts connections; fails the test with the end of its log when it does not."""
    line = [program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    deadline = time.monotonic() + READY_WITHIN
    while subprocess.run(line, check=False).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            said = (folder / "log").read_text(errors="replace")[-2000:]
            pytest.fail(f"PostgreSQL did not start within {READY_WITHIN:.0f} s: {said}", pytrace=False)
        time.sleep(0.1)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
