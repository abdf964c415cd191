"""A real Samba AD domain controller that holds a lab forest: built once, kept, copied for each use.

Samba's LDAP ports are fixed, so it runs in the private network namespace that tests/run.sh makes.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console.lab.certificates import Authority, Files
from console.lab.directory.base_tree import SITE
from console.lab.directory.definition import Forest
from console.lab.directory.schema import DATA
from console.lab.directory.server import Address
from tests.directory import samba_orders, schema_ldif
from tests.directory.samba_orders import schema_order, tree_order

# -P and -E keep this folder, whose samba.py would hide Samba's own modules, off the path.
SYSTEM_PYTHON = ("/usr/bin/python3", "-P", "-E")
LOADER = Path(__file__).with_name("samba_load.py")
PROGRAMS = ("samba", "samba-tool")
HOW = (
    "Run it as root on Debian 12 with: apt-get install samba-ad-dc samba-ad-provision ldb-tools, then "
    "'make test' or 'sh tests/run.sh tests/directory -m samba'."
)
ROUTES = Path("/proc/net/route")
READY_WITHIN = 60.0
KEPT_FOR = 3 * 86400.0
PORT, TLS_PORT = 389, 636


class SambaUnavailable(Exception):
    """Samba cannot be run here; the text says what is missing and how to get it."""


def require_samba(programs: tuple[str, ...] = PROGRAMS) -> None:
    """Raises SambaUnavailable unless this is root, in a private network namespace, with the programs there."""
    missing = [name for name in programs if shutil.which(name) is None]
    if missing:
        raise SambaUnavailable(f"{', '.join(missing)} not found. {HOW}")
    if os.geteuid() != 0:
        raise SambaUnavailable(f"Samba needs root and this is user {os.geteuid()}. {HOW}")
    if len(ROUTES.read_text().splitlines()) > 1:  # the first line is the heading
        raise SambaUnavailable(f"Samba's ports are fixed and this network leads outside: make it a private one. {HOW}")


@dataclass
class SambaServer:
    """One running domain controller; the accounts and passwords are those of its forest."""

    forest: Forest
    folder: Path
    files: Files
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> Address:
        return Address("127.0.0.1", PORT, TLS_PORT)

    @property
    def authority(self) -> Path:
        """The PEM file of the authority that a client has to trust."""
        return self.files.authority

    def start(self) -> None:
        """Returns when LDAPS accepts connections. Raises SambaUnavailable with the end of its log."""
        log = (self.folder / "samba.log").open("wb")
        # Interactive: it ends by itself when standard input closes, that is when this process dies.
        self.process = subprocess.Popen(
            [
                "samba",
                "--interactive",
                "--no-process-group",
                "--model=single",
                "--debug-stdout",
                f"--configfile={self.folder / 'smb.conf'}",
            ],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + READY_WITHIN
        while not self._listens():
            if self.process.poll() is not None or time.monotonic() > deadline:
                tail = (self.folder / "samba.log").read_text(errors="replace")[-2000:]
                self.stop()
                raise SambaUnavailable(f"Samba did not start within {READY_WITHIN:.0f} s. {HOW}\n{tail}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ends the process and forgets the copy of its data."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            if self.process.stdin is not None:
                self.process.stdin.close()
            self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", TLS_PORT), 1):
            return True
        return False


class SambaFactory:
    """Makes domain controllers; what is costly to build is kept under `cache`, keyed by what goes into it."""

    def __init__(self, cache: Path, work: Path) -> None:
        self.cache, self.work = cache, work
        self._count = 0

    def start(self, forest: Forest) -> SambaServer:
        """A running domain controller with a fresh copy of the forest. Raises SambaUnavailable."""
        require_samba()
        with self._alone():
            self._prune()
            built = self._with_tree(forest)
        self._count += 1
        folder = _unpack(built, self.work / f"samba-{self._count}")
        host = f"{forest.domain_controller.lower()}.{forest.domain}"
        files = Authority(folder / "certificates").issue("server", [host, "localhost", "127.0.0.1"])
        _configure(forest, folder, files)
        server = SambaServer(forest, folder, files)
        server.start()
        return server

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other test runs on this machine from building at the same time."""
        with (self.cache / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _prune(self) -> None:
        """Forgets what no run has used for some days."""
        for kept in self.cache.glob("*.tar.gz"):
            if time.time() - kept.stat().st_mtime > KEPT_FOR:
                kept.unlink()

    def _with_tree(self, forest: Forest) -> Path:
        tree = tree_order(forest)
        target = self.cache / f"tree-{_digest(self._schema_key(forest), tree)}.tar.gz"
        if not target.exists():
            folder = _unpack(self._with_schema(forest), self.work / "building-tree")
            _load(forest, folder, {"tree": tree})
            _pack(folder, target)
        os.utime(target)
        return target

    def _with_schema(self, forest: Forest) -> Path:
        target = self.cache / f"schema-{_digest(self._schema_key(forest))}.tar.gz"
        if not target.exists():
            folder = self.work / "building-schema"
            _provision(forest, folder)
            _load(forest, folder, {"schema": schema_order(forest)})
            _pack(folder, target)
        os.utime(target)
        return target

    def _schema_key(self, forest: Forest) -> str:
        data = [path.read_text() for path in sorted(DATA.glob("*.tsv"))]
        programs = [path.read_text() for path in (LOADER, Path(schema_ldif.__file__), Path(samba_orders.__file__))]
        names = [forest.base_dn, forest.netbios, forest.domain_controller, forest.account("administrator").password]
        return _digest(data, programs, names)


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _pack(folder: Path, target: Path) -> None:
    """Moves the folder into an archive, a twentieth of its size, that is there whole or not at all."""
    partial = target.with_suffix(".partial")
    with tarfile.open(partial, "w:gz", compresslevel=1) as archive:
        archive.add(folder, arcname=".")
    partial.rename(target)
    shutil.rmtree(folder)


def _unpack(source: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(source) as archive:
        archive.extractall(folder)  # our own archive
    return folder


def _provision(forest: Forest, folder: Path) -> None:
    """An empty domain. The administrator's password goes in by standard input, never by argv."""
    script = (
        "import sys; from samba.netcmd.main import cmd_sambatool; password = sys.stdin.readline().strip(); "
        "sys.exit(cmd_sambatool()._run('samba-tool', *sys.argv[1:], '--adminpass', password))"
    )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    arguments = [
        "domain",
        "provision",
        f"--targetdir={folder}",
        f"--realm={forest.domain.upper()}",
        f"--domain={forest.netbios}",
        f"--host-name={forest.domain_controller.lower()}",
        "--host-ip=127.0.0.1",
        "--server-role=dc",
        "--dns-backend=NONE",
        "--use-rfc2307",
        f"--site={SITE}",
        f"--option=posix:eadb={folder / 'private' / 'eadb.tdb'}",
    ]
    _run([*SYSTEM_PYTHON, "-c", script, *arguments], forest.account("administrator").password + "\n")


def _run(command: list[str], text: str) -> None:
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise SambaUnavailable(f"{command[3]} ended with {done.returncode}: {done.stderr[-3000:]} {HOW}")


def _load(forest: Forest, folder: Path, order: dict[str, Any]) -> None:
    _configure(forest, folder, None)
    where = {"smb_conf": str(folder / "smb.conf"), "database": str(folder / "private" / "sam.ldb")}
    _run([*SYSTEM_PYTHON, str(LOADER)], json.dumps({**where, **order}))


def _configure(forest: Forest, folder: Path, files: Files | None) -> None:
    """Every path inside the folder, LDAP on loopback only, and the certificate when there is one."""
    private = folder / "private"
    lines = {
        "netbios name": forest.domain_controller,
        "workgroup": forest.netbios,
        "realm": forest.domain.upper(),
        "server role": "active directory domain controller",
        "server services": "ldap",
        "interfaces": "lo",
        "bind interfaces only": "yes",
        "private dir": private,
        "pid directory": folder / "pid",
        "state directory": folder / "state",
        "cache directory": folder / "cache",
        "lock directory": folder / "lock",
        "ncalrpc dir": folder / "ncalrpc",
        "binddns dir": folder / "bind-dns",
        "posix:eadb": private / "eadb.tdb",
        "log level": "1",
    }
    if files is not None:
        lines |= {
            "tls enabled": "yes",
            "tls keyfile": files.key,
            "tls certfile": files.certificate,
            "tls cafile": files.authority,
        }
    for name in ("pid", "state", "cache", "lock", "ncalrpc"):
        (folder / name).mkdir(exist_ok=True)
    text = "".join(f"\t{name} = {value}\n" for name, value in lines.items())
    (folder / "smb.conf").write_text(f"[global]\n{text}")
