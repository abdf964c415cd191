"""Ready-made labs: one for the demo, believable in its timing, and a fast one for tests."""

from dataclasses import replace
from typing import Any

from console.lab.definition import Account, Cluster, Line, Node, Timings, World
from console.lab.mscs.make_up import core_group

PASSWORD = "Changeover-Lab-1"
FAST = Timings()
BELIEVABLE = Timings(
    service_start=1.5,
    service_stop=1.0,
    services={"MSExchangeIS": 4.0, "MSExchangeSA": 2.5, "MSExchangeTransport": 3.0, "MSExchangeADTopology": 2.5},
    store_mount=0.5,
    resource_start=1.5,
    resource_stop=1.5,
    engine_start=3.0,
    engine_stop=2.0,
    detect_failure=10.0,
    is_alive=10.0,
    boot=15.0,
)
# The guide has the server's name taken out of the stores' names, on both servers (2003, step 9).
_STORES_2003 = {
    "First Storage Group": ["Mailbox Store", "Public Folder Store"],
    "Second Storage Group": ["Mailbox Store 2"],
}
_STORES_2007 = {"First Storage Group": ["Mailbox Database"], "Second Storage Group": ["Mailbox Database 2"]}
GREETINGS = {"smtp": 10025, "pop3": 10110, "http": 10080}
"""Ports that stay the same, by protocol; each cluster has them on its own floating IP."""
FEW = 50
"""Mailboxes of the demo's new pair: so that its start takes no longer."""
_HEARTBEAT = Line("lankhb1", "Kernel Mode LAN Heartbeat")


def accounts() -> list[Account]:
    """An administrator, the console's service account, and somebody without rights."""
    return [
        Account("Administrator", PASSWORD),
        Account("svc-changeover", PASSWORD, domain="LAB"),
        Account("operator", PASSWORD, domain="LAB", administrator=False),
    ]


def tokyo(timings: Timings = FAST, *, base: str = "127.0.11", ports: dict[str, int] | None = None) -> Cluster:
    """The Exchange 2003 cluster: TYO-EX1 (primary) and TYO-EX2."""
    return _cluster("Tokyo", "TYO", "2003", timings, base, ports, _STORES_2003)


def osaka(timings: Timings = FAST, *, base: str = "127.0.12", ports: dict[str, int] | None = None) -> Cluster:
    """The Exchange 2007 cluster: OSA-EX1 (primary) and OSA-EX2."""
    return _cluster("Osaka", "OSA", "2007", timings, base, ports, _STORES_2007)


def nagoya(timings: Timings = FAST, *, base: str = "127.0.13", ports: dict[str, int] | None = None) -> Cluster:
    """The Exchange 2003 cluster whose nodes carry the console's scripts: NGO-EX1 (primary) and NGO-EX2."""
    return replace(_cluster("Nagoya", "NGO", "2003", timings, base, ports, _STORES_2003), scripts="console")


def sapporo(timings: Timings = FAST, *, base: str = "127.0.14", ports: dict[str, int] | None = None) -> Cluster:
    """The Exchange 2003 pair on which nothing is set up: SPR-EX1 (to be the primary) and SPR-EX2."""
    return replace(_cluster("Sapporo", "SPR", "2003", timings, base, ports, _STORES_2003), prepared=False)


def kobe(timings: Timings = FAST, *, base: str = "127.0.15", ports: dict[str, int] | None = None) -> Cluster:
    """The Exchange 2007 pair on which nothing is set up: KOB-EX1 (to be the primary) and KOB-EX2."""
    return replace(_cluster("Kobe", "KOB", "2007", timings, base, ports, _STORES_2007), prepared=False)


def kyoto(timings: Timings = FAST, *, base: str = "127.0.16", ports: dict[str, int] | None = None) -> Cluster:
    """Exchange 2003's virtual server KYO-EVS1 in the group `EVS Kyoto`: KYO-N1 and KYO-N2 under Windows 2003."""
    cluster = _clustered("Kyoto", "KYO", "KYO-EVS1", timings, base, ports or {"smtp": 0, "http": 0}, "2003")
    return replace(cluster, group="EVS Kyoto", storage_groups=_STORES_2003)


def fukuoka(
    timings: Timings = FAST, *, base: str = "127.0.17", ports: dict[str, int] | None = None, windows: str = "2008"
) -> Cluster:
    """Exchange 2007's clustered mailbox server FUK-CMS1: FUK-N1 and FUK-N2 under Windows 2008 (or 2008 R2)."""
    http = {protocol: port for protocol, port in (ports or {"http": 0}).items() if protocol == "http"}
    cluster = _clustered("Fukuoka", "FUK", "FUK-CMS1", timings, base, http, windows)
    return replace(cluster, group="FUK-CMS1", generation="2007", storage_groups=_STORES_2007)


def mscs_definition(*, speed: float = 1.0, directory: dict[str, Any] | None = None) -> World:
    """Two clusters of the cluster service, Kyoto (2003) and Fukuoka (2007), on the demo's ports.

    `directory` is put over what the preset says of its directory.
    """
    return _on_known_ports(_carried(), speed, directory)


def _carried() -> list[Cluster]:
    """Kyoto and Fukuoka, on the ports of the others: a group of theirs has no resource for POP3."""
    ports = {protocol: port for protocol, port in GREETINGS.items() if protocol != "pop3"}
    return [make(BELIEVABLE, ports=ports) for make in (kyoto, fukuoka)]


def fast_definition(*clusters: Cluster, clock: str = "real", speed: float = 1.0) -> World:
    """A fast lab on free ports; Tokyo and Osaka unless others are given."""
    chosen = list(clusters) or [tokyo(), osaka()]
    return World(chosen, accounts(), clock=clock, speed=speed)


def demo_definition(*, speed: float = 1.0, directory: dict[str, Any] | None = None) -> World:
    """Every preset but Kobe, on ports above 1024 that stay the same from run to run, with believable times.

    `directory` is put over what the preset says of its directory. Few mailboxes wait for Sapporo, which is a new pair,
    and few are on the clusters of the cluster service, whose moves change none.
    """
    clusters = [make(BELIEVABLE, ports=GREETINGS) for make in (tokyo, osaka, nagoya, sapporo)]
    clusters += _carried()
    for cluster in clusters[3:]:
        cluster.mailboxes = FEW
    return _on_known_ports(clusters, speed, directory)


def bare_definition(*, speed: float = 1.0, directory: dict[str, Any] | None = None) -> World:
    """Two pairs that are not set up, Sapporo for Exchange 2003 and Kobe for 2007, on the demo's ports.

    `directory` is put over what the preset says of its directory.
    """
    clusters = [make(BELIEVABLE, ports=GREETINGS) for make in (sapporo, kobe)]
    return _on_known_ports(clusters, speed, directory)


def _on_known_ports(clusters: list[Cluster], speed: float, directory: dict[str, Any] | None) -> World:
    for cluster in clusters:
        for node in cluster.nodes:
            node.port, node.tls_port = 15985, 15986
    described = {"mailboxes": 2000, "port": 10389, "tls_port": 10636} | (directory or {})
    return World(clusters, accounts(), speed=speed, directory=described)


def _clustered(
    name: str, prefix: str, server: str, timings: Timings, base: str, ports: dict[str, int], windows: str
) -> Cluster:
    nodes = [Node(f"{prefix}-N{number}", f"{base}.{number}", tls_port=0, windows=windows) for number in (1, 2)]
    return Cluster(
        name,
        nodes,
        product="mscs",
        network_name=server,
        other_groups=[core_group(f"{base}.9", name)],
        floating_ip=f"{base}.10",
        greetings=ports,
        timings=timings,
    )


def _cluster(
    name: str,
    prefix: str,
    generation: str,
    timings: Timings,
    base: str,
    ports: dict[str, int] | None,
    stores: dict[str, list[str]],
) -> Cluster:
    windows = "2003" if generation == "2003" else "2008"
    nodes = [Node(f"{prefix}-EX{number}", f"{base}.{number}", tls_port=0, windows=windows) for number in (1, 2)]
    return Cluster(
        name,
        nodes,
        generation=generation,
        floating_ip=f"{base}.10",
        greetings=ports or {"smtp": 0, "pop3": 0, "http": 0},
        storage_groups=stores,
        heartbeats=[_HEARTBEAT],
        timings=timings,
    )
