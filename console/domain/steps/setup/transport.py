"""The set-up step that has Exchange 2007's transport keep its queue on the partition (2007, steps 12 and 18)."""

from console.domain import deployment
from console.domain.deployment import checksum, put_in_place
from console.domain.errors import Garbled
from console.domain.field import Field
from console.domain.plan import PlannedCommand, Step
from console.domain.ports import NodeSession
from console.domain.procedures.clearing import folders_about
from console.domain.procedures.goals import PlannedGoal
from console.domain.procedures.reading import read_setup
from console.domain.quoting import cmd_line, receiving_line
from console.domain.readings.transport import transport_config
from console.domain.receipts import Receipt
from console.domain.steps.base import Stage, StepFailed
from console.domain.steps.services import NOT_STARTED, start_command, stop_command
from console.domain.steps.setup.base import SetupStep
from console.domain.steps.setup.exchange import change_service, services_on, started_again
from console.domain.steps.setup.services import nodes_of
from console.domain.transport_config import REMEDY, with_queue

TRANSPORT = "MSExchangeTransport"
FILE = "EdgeTransport.exe.config"
UTF_8 = 65001
"""The code page in which a node shows a file's characters as they are."""


class QueuePath(SetupStep):
    """Both keys of EdgeTransport.exe.config name the queue folder on the partition.

    The file is read, edited and written beside itself, proved, kept as it was under its date and checksum, and only
    then replaced. The transport service, where it runs, is stopped before and started after: it reads the file as it
    starts.
    """

    undo = "The file as it was lies beside it, with its date and checksum: copy it back, and restart the service."

    def foretell(self, field: Field, goal: PlannedGoal) -> tuple[PlannedCommand, ...]:
        """What becomes of the file on each node, and the service around it."""
        lines = (
            cmd_line(stop_command(TRANSPORT)),
            f"copy /y {FILE} {FILE}.DATE.CHECKSUM",
            f"move /y {FILE}.new {FILE}",
            cmd_line(start_command(TRANSPORT)),
        )
        return tuple(PlannedCommand(node, line) for node in nodes_of(field, goal.side) for line in lines)

    def apply(self, stage: Stage, step: Step) -> None:
        """Raises `StepFailed` or `Garbled` for a file that cannot be edited; then nothing was written."""
        cluster = stage.field.cluster
        setup = read_setup(stage.field.directory(), cluster)
        queue = folders_about(cluster.partition, PlannedGoal.of(step).about, ())[0]
        for node in nodes_of(stage.field, PlannedGoal.of(step).side):
            server = setup.server_of(cluster.server_of(node))
            if not server.installed_at:
                raise StepFailed(f"The directory does not tell where Exchange is installed on {server.name}.")
            self._edit(stage, step, node, transport_config(server.installed_at), queue)

    def _edit(self, stage: Stage, step: Step, node: str, path: str, queue: str) -> None:
        session, within = stage.field.session(node), stage.field.cluster.timing.command
        before = _read(session, path, within)
        after = with_queue(before, queue)
        if after == before:
            return
        data = (after if after.endswith("\r\n") else after + "\r\n").encode()
        was = checksum(before.encode())
        day = stage.field.clock.now().date().isoformat()
        backup = f"{path}.{day}.{was[:16]}"
        params = {"node": node, "path": path, "backup": backup, "sha256": was}
        receiving_line(path, data)  # what cannot be written is refused before anything changes
        stage.receipts.keep(Receipt(step.key, step.kind, f"{path} on {node} as it was, {was}", params))
        ran = [state.name for state in services_on(stage, node) if state.name == TRANSPORT and state.state == "RUNNING"]
        for name in ran:
            change_service(stage, step, node, name, stop_command(name), {NOT_STARTED}, "STOPPED")
        with started_again(stage, step, node, ran):
            placed = put_in_place(session, path, data, backup, within=within)
            stage.note(step, f"{path} on {node} was edited; the one before is {backup}.", **placed.to_json())


def _read(session: NodeSession, path: str, within: float) -> str:
    """The whole file as text. Raises `StepFailed` when it is not there, `Garbled` for what cannot be told exactly."""
    text = deployment.read_file(session, path, within=within)
    if text is None:
        raise StepFailed(f"There is no {path} on {session.node.name}.", remedy="Install the transport role there.")
    if "\ufffd" in text or (session.node.codepage != UTF_8 and not text.isascii()):
        told = f"{path} on {session.node.name} holds characters that code page {session.node.codepage} does not show."
        raise Garbled(told, remedy=f"Give the node the code page {UTF_8} in the inventory. {REMEDY}")
    return text
