"""The switch of 20,000 mailboxes on OpenLDAP over a line that adds 2 ms a round trip."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.adapters.ldap import LdapDirectories
from console.domain.secrets import Secret
from console.domain.topology import Credential, Directory
from console.lab.directory import Cluster, Forest
from tests.benchmarks import figures, ours, rates, tools
from tests.benchmarks.openldap import MANAGER, PASSWORD, openldap
from tests.benchmarks.proxy import line

ROUND_TRIP = 2.0
WINDOWS = ((1, 1), (1, 16), (4, 16), (1, 64), (4, 64), (8, 64), (8, 128))


def forest_of(mailboxes: int) -> Forest:
    """One cluster with that many mailboxes."""
    return Forest(clusters=(Cluster("mail", "2003", "EXCHA", "EXCHB", mailboxes=mailboxes),))


@contextmanager
def field(mailboxes: int, round_trip: float, *, durable: bool = True) -> Iterator[rates.Field]:
    """An OpenLDAP server with that many mailboxes, at the end of a slow line."""
    forest = forest_of(mailboxes)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / "slapd").mkdir()
        password = folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o600)
        with openldap(forest, folder / "slapd", durable=durable) as server, line(server.port, round_trip) as port:
            user = f"{MANAGER},{forest.base_dn}"
            directory = directory_at(port, user)
            access = tools.Access(f"ldap://127.0.0.1:{port}", user, password)
            yield rates.Field(
                forest,
                directory,
                access,
                folder,
                lambda session: ours.WithoutGuids(session, forest.base_dn),
                server.port,
            )


def directory_at(port: int, user: str) -> Directory:
    """The server in clear text, as the tools speak to it too."""
    return Directory(
        name="bench",
        host="127.0.0.1",
        port=port,
        security="clear",
        credential=Credential("bench", user, Secret(PASSWORD)),
        allow_clear_text=True,
    )


def show_the_line(slow: Directory, near: Directory, round_trip: float) -> None:
    """What the line adds, and what it costs: a small question over it and without it, and over one without delay."""
    with line(near.port, 0.0) as port:
        bare = directory_at(port, near.credential.username)
        found = {"without proxy": _ask(near), "proxy, no delay": _ask(bare), f"proxy, +{round_trip:g} ms": _ask(slow)}
    rows = [("a question and its answer", "ms (min / median / max)")]
    rows += [(name, figures.spread(times, digits=2)) for name, times in found.items()]
    figures.table("The line", rows)


def _ask(directory: Directory, count: int = 200) -> list[float]:
    times = []
    with LdapDirectories(rates.WallClock()).open(directory) as session:
        for _ in range(count):
            began = time.monotonic()
            session.read("", ["objectClass"])
            times.append((time.monotonic() - began) * 1000)
    return times


def run(mailboxes: int, runs: int, *, windows: bool) -> None:
    """All sides in one run. Raises `NoOpenLdap`."""
    with field(mailboxes, ROUND_TRIP) as place:
        show_the_line(place.directory, directory_at(place.near, place.directory.credential.username), ROUND_TRIP)
        rates.compare(place, runs, scripted=min(mailboxes, 1000))
        if windows:
            rates.windows(place, WINDOWS, runs)
