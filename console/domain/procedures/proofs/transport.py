"""Proof that a node's transport queue lies on the partition: what EdgeTransport.exe.config says there."""

from console.domain.errors import Garbled
from console.domain.ports import Argv
from console.domain.procedures.model import Side
from console.domain.procedures.proofs.base import Finding, Grounds, without
from console.domain.procedures.reading import ServerSetup
from console.domain.readings.transport import QUEUE_KEYS, read_queue_paths, transport_config
from console.domain.readings.windows import said


def questions(grounds: Grounds, _: tuple[str, ...]) -> tuple[Argv, ...]:
    """The file of each server, where the directory tells where it is installed."""
    if grounds.setup is None:
        return ()
    servers = (grounds.setup.primary, grounds.setup.standby)
    return tuple(dict.fromkeys(_question(server) for server in servers if server.installed_at))


def queue(grounds: Grounds, side: Side, _: tuple[str, ...]) -> Finding:
    """On every node of the side both keys name a folder on the partition."""
    servers = {server.name.casefold(): server for server in grounds.servers(Side.BOTH)}
    wrong = []
    for node in grounds.nodes(side):
        server = servers[grounds.cluster.server_of(node.node).casefold()]
        if not server.installed_at:
            raise Garbled(f"The directory does not tell where Exchange is installed on {server.name}.")
        answer = grounds.answer(node, _question(server))
        if not answer.ok:
            raise Garbled(f"{transport_config(server.installed_at)} on {node.node} cannot be read: {said(answer)}")
        try:
            paths = read_queue_paths(answer.stdout)
        except Garbled as error:
            raise Garbled(f"{node.node}: {error.message}", remedy=error.remedy) from error
        wrong += [text for key in QUEUE_KEYS if (text := _wrong(grounds, node.node, key, paths.get(key, "")))]
    return without(wrong, f"Both keys name a folder on {grounds.cluster.partition}")


def _question(server: ServerSetup) -> Argv:
    return ("type", transport_config(server.installed_at))


def _wrong(grounds: Grounds, node: str, key: str, path: str) -> str:
    """What is wrong with the value of a key; empty when nothing is."""
    if not path:
        return f"EdgeTransport.exe.config on {node} does not set {key}."
    if not path.casefold().startswith(f"{grounds.cluster.partition.casefold()}\\"):
        return f"{key} on {node} names {path}."
    return ""
