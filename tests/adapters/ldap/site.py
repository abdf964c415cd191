"""What the inventory would say about a test directory, and how to switch it as an operation does."""

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from console.catalog.loader import generation
from console.domain.directory import DirectoryView
from console.domain.ports import DirectorySession
from console.domain.secrets import Secret
from console.domain.switch.apply import Outcome, apply_changes, claim_names, pending, switch_mailboxes
from console.domain.switch.differences import pointer_changes, store_changes
from console.domain.switch.direction import direction_to
from console.domain.switch.names import spn_claim, spn_release
from console.domain.switch.patience import Patience, none
from console.domain.switch.reading import mailboxes, read_directory
from console.domain.topology import Cluster, Credential, Directory, Node
from console.lab.directory import DirectoryServer
from console.lab.directory.definition import Role
from tests.directory.backends import Backend


@dataclass
class SteppingClock:
    """A clock whose time passes by sleeping only."""

    passed: float = 0.0
    sleeps: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
        self.sleeps.append(seconds)


def directory_of(backend: Backend, role: Role = "service", **changes: Any) -> Directory:
    """The directory over LDAPS, with any field of it replaced."""
    account = backend.forest.account(role)
    given = Directory(
        name=backend.forest.domain,
        host=backend.address.host,
        port=backend.address.tls_port,
        security="ldaps",
        credential=Credential(role, f"{account.name}@{backend.forest.domain}", Secret(account.password)),
        tls_name=f"{backend.forest.domain_controller.lower()}.{backend.forest.domain}",
        ca_file=str(backend.authority),
    )
    return dataclasses.replace(given, **changes)


def cluster_of(backend: Backend, index: int = 0, role: Role = "service") -> Cluster:
    """The forest's cluster number `index` as the inventory knows it."""
    defined = backend.forest.clusters[index]
    credential = Credential("nodes", "Administrator", Secret("unused"))
    nodes = [Node(name, "127.0.0.1", 5985, "http", "ntlm", credential) for name in (defined.primary, defined.standby)]
    return Cluster(
        id=index + 1,
        name=defined.name,
        driver="expresscluster",
        generation=defined.generation,
        group="EXCHANGE",
        floating_ip="127.0.0.2",
        partition="X:",
        primary=nodes[0],
        standby=nodes[1],
        directory=directory_of(backend, role),
        site="here",
        primary_server=defined.primary,
        standby_server=defined.standby,
    )


def server(backend: Backend) -> DirectoryServer:
    """The lab's directory, whose faults can be switched."""
    assert backend.lab is not None
    return backend.lab


def unheard(_text: str) -> None:
    """Takes a sentence for the journal and keeps none."""


def view_of(session: DirectorySession, cluster: Cluster) -> DirectoryView:
    """The cluster's directory, read afresh."""
    return read_directory(session, cluster, generation(cluster.generation))


def members(session: DirectorySession, view: DirectoryView) -> frozenset[str]:
    """The list that a plan made now would freeze."""
    return frozenset(mailbox.guid for mailbox in mailboxes(session, view))


def at_once() -> Patience:
    """Patience for nothing."""
    return none(SteppingClock())


def switch(session: DirectorySession, cluster: Cluster, server: str, *, window: int = 16) -> Outcome:
    """All of a switch to `server`, in the order of an operation. Fails the test for an object that is not applied."""
    view = view_of(session, cluster)
    direction = direction_to(view, server)
    claim, release = spn_claim(direction), spn_release(direction)
    before = [*store_changes(direction), *([release] if release else [])]
    after = pointer_changes(direction)
    for change, result in apply_changes(session, pending(session, before), at_once()):
        assert result.outcome == "applied", (change, result)
    claim_names(session, [claim] if claim else [], before[-1:] if release else [], unheard, patience=at_once())
    outcome = switch_mailboxes(
        session,
        direction,
        planned=members(session, view),
        tolerance=0,
        on_progress=lambda done, total: None,
        on_note=unheard,
        window=window,
    )
    for change, result in apply_changes(session, pending(session, after), at_once()):
        assert result.outcome == "applied", (change, result)
    return outcome
