"""Exchange 2007's cmdlets for a clustered mailbox server: its state, and moving, starting and stopping it.

They ask a domain controller, which a logon that came over the network without credentials cannot. A move looks at the
target and at the databases first; what fails late leaves the server moved and says so in a warning.
"""

from collections.abc import Callable

from console.lab.cmd.process import Process
from console.lab.event_log import enter
from console.lab.mscs import asking, engine, errors
from console.lab.mscs.pipeline import Call, Cmdlets, Item, ShellError
from console.lab.mscs.resource_types import DATABASE, DISK
from console.lab.mscs.state import CORE_GROUP, FAILED, OFFLINE, ONLINE, ONLINE_PENDING, PARTIALLY
from console.lab.schedule import Job
from console.lab.state import Cluster, Group, Node

REPLICATION = "MSExchangeRepl"
HAND_OFF = 100
"""The number of the event that a hand-over leaves."""


def cmdlets(process: Process) -> Cmdlets:
    """The snap-in's cmdlets as this process has them. Raises `ShellError` for a logon that cannot ask the directory."""
    if not process.delegated:
        raise ShellError(
            "An Active Directory error 0x80072020 occurred when trying to check the suitability of a server: "
            "an operations error occurred. The logon of this session cannot be passed on to a domain controller."
        )
    shell = _Shell(process)
    return {
        "get-clusteredmailboxserverstatus": shell.status,
        "move-clusteredmailboxserver": shell.move,
        "start-clusteredmailboxserver": shell.start,
        "stop-clusteredmailboxserver": shell.stop,
    }


class _Shell:
    def __init__(self, process: Process) -> None:
        self.process = process
        self.world = process.world
        try:
            self.cluster: Cluster = asking.member(process.node)
        except asking.Refused as refusal:
            raise ShellError(f"The cluster service of {process.node.name} does not answer.") from refusal

    def status(self, call: Call, given: list[Item]) -> list[Item]:
        group = self._server(call)
        with self.world.lock:
            replicating = [node.name for node in self.cluster.nodes if node.engine]
            failed = [one.definition.name for one in group.resources if one.status == FAILED]
            return [
                {
                    "Identity": self.cluster.definition.network_name.lower(),
                    "ClusteredMailboxServerName": self.cluster.definition.network_name,
                    "State": _state(group),
                    "OperationalMachines": [self._machine(node, group) for node in self.cluster.nodes if node.engine],
                    "FailedResources": failed,
                    "OperationalReplicationHostNames": replicating,
                    "FailedReplicationHostNames": [n.name for n in self.cluster.nodes if not n.engine],
                    "InUseReplicationHostNames": replicating,
                    "IsValid": True,
                    "ObjectState": "Unchanged",
                }
            ]

    def move(self, call: Call, given: list[Item]) -> list[Item]:
        group = self._server(call)
        target = self.cluster.node(call.text("TargetMachine"))
        comment = call.text("MoveComment")
        _confirmed(call)
        with self.world.lock:
            source = group.owner
            if target is None or source is None:
                raise ShellError(f"{call.name} : The target machine is no node of this cluster.")
            self._check(call, group, source, target)
            if call.switch("ValidateOnly"):
                return []
            by = f"{call.name} {self.cluster.definition.network_name}"
            job = self._begin(lambda: asking.move(self.world, group, target, by, by_exchange=True))
            text = f"The clustered mailbox server is moved from {source.name} to {target.name}. Comment: {comment}"
            enter(self.world, source, "Application", REPLICATION, HAND_OFF, text, 3)
        if self._end(job) not in (0, *engine.NOT_ONLINE):
            raise ShellError(f"{call.name} : The clustered mailbox server could not be taken offline.")
        return self._after(call, group)

    def start(self, call: Call, given: list[Item]) -> list[Item]:
        group = self._server(call)
        _confirmed(call)
        by = f"{call.name} {self.cluster.definition.network_name}"
        with self.world.lock:
            job = self._begin(lambda: asking.online(self.world, group, None, by, by_exchange=True))
        self._end(job)
        return self._after(call, group)

    def stop(self, call: Call, given: list[Item]) -> list[Item]:
        group = self._server(call)
        reason = call.text("StopReason")
        _confirmed(call)
        by = f"{call.name} {self.cluster.definition.network_name}"
        with self.world.lock:
            job = self._begin(lambda: asking.stop_server(self.world, group, by))
            text = f"The clustered mailbox server is stopped. Reason: {reason}"
            enter(self.world, group.owner or self.process.node, "Application", REPLICATION, HAND_OFF, text, 3)
        if self._end(job):
            raise ShellError(f"{call.name} : The clustered mailbox server could not be stopped.")
        return []

    def _server(self, call: Call) -> Group:
        name = call.text("Identity")
        item = self.cluster.definition
        if name.casefold() != item.network_name.casefold():
            raise ShellError(f"{call.name} : The clustered mailbox server '{name}' was not found.")
        return asking.group_named(self.cluster, item.group)

    def _check(self, call: Call, group: Group, source: Node, target: Node) -> None:
        """What the cmdlet looks at before it moves anything."""
        if not self.process.administrator:
            raise ShellError(f"{call.name} : {errors.message(errors.DENIED)}")
        if target is source:
            raise ShellError(f"{call.name} : The clustered mailbox server is already on {target.name}.")
        if not target.engine or engine.is_paused(target):
            raise ShellError(f"{call.name} : {target.name} is not operational: its cluster service is not up.")
        unable = engine.not_hosted(group, target)
        if unable:
            names = ", ".join(one.definition.name for one in unable)
            raise ShellError(f"{call.name} : {target.name} is not a possible owner of {names}.")
        dismounted = [one.definition.name for one in group.resources if _is_dismounted(one.definition.kind, one.status)]
        if dismounted and not call.switch("IgnoreDismounted"):
            text = f"{call.name} : These databases are not mounted: {', '.join(dismounted)}. Use -IgnoreDismounted."
            raise ShellError(text)

    def _after(self, call: Call, group: Group) -> list[Item]:
        """The server as it is then; what did not come up, as a warning: the cmdlet has ended well."""
        with self.world.lock:
            for one in group.resources:
                if one.status != ONLINE:
                    self.process.out(f"WARNING: {one.definition.name} is {one.status.lower()} after {call.name}.")
        return []

    def _machine(self, node: Node, group: Group) -> str:
        core = next((one for one in self.cluster.groups if one.name == CORE_GROUP), None)
        marks = ["Active"] if group.owner is node else []
        marks += ["Quorum Owner"] if core is not None and core.owner is node else []
        return f"{node.name} <{', '.join(marks)}>" if marks else node.name

    def _begin(self, ask: Callable[[], Job]) -> Job:
        try:
            return ask()
        except asking.Refused as refusal:
            raise ShellError(f"{refusal} (Win32 error {refusal.code})") from refusal

    def _end(self, job: Job) -> int:
        self.process.wait(lambda: job.outcome is not None)
        return job.outcome.code if job.outcome else 0


def _confirmed(call: Call) -> None:
    """Without `-Confirm:$false` it asks, and nobody answers."""
    if call.parameters.get("confirm") != "$false":
        raise ShellError(f"{call.name} : Windows PowerShell is in NonInteractive mode: nobody can be asked.")


def _is_dismounted(kind: str, status: str) -> bool:
    return kind == DATABASE and status != ONLINE


def _state(group: Group) -> str:
    """The state of the server: of its group without the disks, which stay online when it is stopped."""
    words = {one.status for one in group.resources if one.definition.kind != DISK}
    for word in (FAILED, ONLINE_PENDING, "Offline Pending"):
        if word in words:
            return word
    if len(words) == 1:
        return next(iter(words))
    return PARTIALLY if ONLINE in words else OFFLINE
