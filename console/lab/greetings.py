"""The mail protocols on the floating IP: they greet while the address is online and their service runs."""

import contextlib
import socket
from collections.abc import Callable

from console.lab.exchange import GREETERS
from console.lab.mscs.bringing import serves
from console.lab.state import RUNNING, Cluster, Node
from console.lab.world import World
from console.lab.wsman.listener import Listener


class Greeter:
    """One protocol of one cluster on its floating IP."""

    def __init__(self, world: World, cluster: Cluster, protocol: str, port: int) -> None:
        self.world = world
        self.cluster = cluster
        self.protocol = protocol
        generation = 0 if cluster.definition.generation == "2003" else 1
        self.service = GREETERS[protocol][generation]
        self.listener = Listener(cluster.definition.floating_ip, port, self._serve)

    def owner(self) -> Node | None:
        """The node that answers now, if any."""
        address = self.cluster.definition.floating_ip
        for node in self.cluster.nodes:
            service = node.service(self.service)
            answers = service and service.state == RUNNING and not node.faulty("paused")
            if address in node.addresses and answers and serves(node, self.service):
                return node
        return None

    def reconcile(self) -> None:
        """Listen exactly while somebody answers."""
        if self.owner() and not self.listener.open:
            self.listener.start()
        elif not self.owner() and self.listener.open:
            self.listener.stop()

    def _serve(self, stream: socket.socket) -> None:
        node = self.owner()
        stream.settimeout(30)
        with contextlib.suppress(OSError):
            if node:
                _PROTOCOLS[self.protocol](stream, node.server)


def _smtp(stream: socket.socket, name: str) -> None:
    banner = f"220 {name} Microsoft ESMTP MAIL Service ready"
    _talk(stream, banner, lambda word: "221 Closing" if word == "quit" else "250 OK" if word else "500 Unknown")


def _pop3(stream: socket.socket, name: str) -> None:
    _talk(
        stream, f"+OK Microsoft Exchange POP3 server ready <{name}>", lambda word: "+OK" if word == "quit" else "-ERR"
    )


def _imap4(stream: socket.socket, name: str) -> None:
    _talk(stream, f"* OK Microsoft Exchange IMAP4 server ready <{name}>", lambda word: "* BYE" if word else "* BAD")


def _http(stream: socket.socket, name: str) -> None:
    stream.recv(4096)
    head = "HTTP/1.1 401 Unauthorized\r\nServer: Microsoft-IIS/6.0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    stream.sendall(head.encode())


def _talk(stream: socket.socket, banner: str, reply: Callable[[str], str]) -> None:
    stream.sendall(banner.encode() + b"\r\n")
    lines = stream.makefile("rb")
    for line in lines:
        word = line.decode("ascii", "replace").strip().partition(" ")[0].casefold()
        stream.sendall(reply(word).encode() + b"\r\n")
        if word == "quit":
            return


_PROTOCOLS = {"smtp": _smtp, "pop3": _pop3, "imap4": _imap4, "http": _http}
