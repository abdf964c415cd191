"""The switch of 1,000 mailboxes on a real Samba AD domain controller, over LDAPS."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.domain.secrets import Secret
from console.domain.topology import Credential, Directory
from tests.benchmarks import rates, tools
from tests.benchmarks.on_slapd import ROUND_TRIP, forest_of
from tests.benchmarks.proxy import line
from tests.directory.backends import samba_backend
from tests.directory.samba import SambaFactory

WINDOWS = ((1, 1), (1, 4), (1, 16), (1, 64), (2, 16), (4, 16), (4, 64))


@contextmanager
def field(mailboxes: int, round_trip: float) -> Iterator[rates.Field]:
    """A domain controller with that many mailboxes, at the end of a slow line. Raises `SambaUnavailable`."""
    forest = forest_of(mailboxes)
    account = forest.account("service")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        kept, work = folder / "kept", folder / "work"
        kept.mkdir()
        work.mkdir()
        password = folder / "password"
        password.write_text(account.password)
        password.chmod(0o600)
        with (
            samba_backend(forest, SambaFactory(kept, work)) as server,
            line(server.address.tls_port, round_trip) as port,
        ):
            user = f"{account.name}@{forest.domain}"
            directory = Directory(
                name=forest.domain,
                host="127.0.0.1",
                port=port,
                security="ldaps",
                credential=Credential("bench", user, Secret(account.password)),
                tls_name=f"{forest.domain_controller.lower()}.{forest.domain}",
                ca_file=str(server.authority),
            )
            trust = (("LDAPTLS_CACERT", str(server.authority)), ("LDAPTLS_REQCERT", "demand"))
            access = tools.Access(f"ldaps://127.0.0.1:{port}", user, password, trust)
            yield rates.Field(forest, directory, access, folder, lambda session: session)


def run(mailboxes: int, runs: int, *, windows: bool) -> None:
    """All sides in one run. Raises `SambaUnavailable`."""
    with field(mailboxes, ROUND_TRIP) as place:
        rates.compare(place, runs, scripted=min(mailboxes, 200))
        if windows:
            rates.windows(place, WINDOWS, runs)
