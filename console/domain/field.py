"""The field of an operation: one cluster and all through which it is reached, opened once and closed together."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from types import TracebackType
from typing import Self

from console.domain.carried_server import CarriedServer, read_carried
from console.domain.directory import DirectoryView
from console.domain.fencing import FencedNode, guard_of
from console.domain.observation import ClusterObservation, NodeObservation
from console.domain.observe import observe_cluster, observe_node
from console.domain.ports import (
    Clock,
    Control,
    Directories,
    DirectorySession,
    Driver,
    Greeter,
    Greeting,
    Guard,
    Nodes,
    NodeSession,
)
from console.domain.products import Generation
from console.domain.switch.reading import read_directory
from console.domain.topology import Cluster, Directory, GreetingAt, Node

GREETING_SECONDS = 5.0


class Field:
    """The cluster and the ports to it. Sessions open on first use and close with the field.

    Under an operation's `control` whatever changes something is sent only while the operation's lease holds.
    """

    def __init__(
        self,
        cluster: Cluster,
        generation: Generation,
        driver: Driver,
        *,
        nodes: Nodes,
        directories: Directories,
        greeter: Greeter,
        clock: Clock,
        control: Control | None = None,
    ) -> None:
        self.cluster = cluster
        self.generation = generation
        self.driver = driver
        self.clock = clock
        self._nodes = nodes
        self._directories = directories
        self._greeter = greeter
        self._control = control
        self._stack = ExitStack()
        self._sessions: dict[str, NodeSession] = {}
        self._directory: DirectorySession | None = None
        self._target_directory: DirectorySession | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def session(self, node_name: str) -> NodeSession:
        """The one session to that node. Raises `KeyError` for a node that is not the cluster's."""
        node = self.cluster.node(node_name)
        if node.name not in self._sessions:
            self._sessions[node.name] = self._open_node(node)
        return self._sessions[node.name]

    def _open_node(self, node: Node) -> NodeSession:
        if self._control is None:
            return self._stack.enter_context(self._nodes.open(node))
        session = self._stack.enter_context(self._nodes.open(node, guard_of(self._control)))
        return FencedNode(session, self._control)

    def _open_directory(self, directory: Directory) -> DirectorySession:
        if self._control is None:
            return self._stack.enter_context(self._directories.open(directory))
        return self._stack.enter_context(self._directories.open(directory, guard_of(self._control)))

    def directory(self) -> DirectorySession:
        """The one session to the pinned domain controller. Raises `ReachError`."""
        if self._directory is None:
            self._directory = self._open_directory(self.cluster.directory)
        return self._directory

    def target_directory(self) -> DirectorySession | None:
        """The one session to the controller that the nodes use; None when none is set apart. Raises `ReachError`."""
        ours = self.cluster.directory
        if ours.target_controller and self._target_directory is None:
            host, _, port = ours.target_controller.rpartition(":")
            theirs = replace(ours, host=host, port=int(port), tls_name=ours.target_tls_name)
            self._target_directory = self._open_directory(theirs)
        return self._target_directory

    def observe(self) -> ClusterObservation:
        """Both nodes, read side by side in one batched command each. A node that does not answer is a fact."""
        for node in self.cluster.nodes:
            self.session(node.name)
        return observe_cluster(_Kept(self), self.cluster, self.generation, self.driver, self.clock)

    def observe_node(self, node_name: str) -> NodeObservation:
        """One node, read in one batched command."""
        node = self.cluster.node(node_name)
        return observe_node(self.session(node_name), self.cluster, node, self.generation, self.driver, self.clock)

    def read_directory(self) -> DirectoryView:
        """The directory's objects of this cluster. Raises `ReachError`, `Garbled` or a `Refusal`."""
        return read_directory(self.directory(), self.cluster, self.generation)

    def read_carried(self) -> CarriedServer:
        """The one server of a group that carries its name. Raises `ReachError`, `Garbled` or a `Refusal`."""
        return read_carried(self.directory(), self.cluster)

    def greet_all(self, *, within: float = GREETING_SECONDS) -> Mapping[GreetingAt, Greeting]:
        """What each expected protocol says on the floating IP."""
        return {at: self._greeter.greet(self.cluster.floating_ip, at, within=within) for at in self.cluster.greetings}


class _Kept:
    """The field's own sessions, as something that opens sessions: an observation uses them and leaves them open."""

    def __init__(self, field: Field) -> None:
        self._field = field

    def open(self, node: Node, guard: Guard | None = None) -> AbstractContextManager[NodeSession]:
        return nullcontext(self._field.session(node.name))
