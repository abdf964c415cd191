"""The set-up step that gives both nodes the console's scripts, in the script resource's folder, and a key each."""

from console.domain.checks import Refusal
from console.domain.deployment import BACKUPS, State
from console.domain.errors import ChangeoverError
from console.domain.key_file import put_key_file, read_key_file
from console.domain.outcome import WaitsFor
from console.domain.placing import put_all, states_of, to_place
from console.domain.plan import Step
from console.domain.procedures.proofs import Finding
from console.domain.script_resource import ScriptResource, read_script_resource
from console.domain.steps.base import NeedsPerson, Stage, StepFailed
from console.domain.steps.setup.base import SetupStep, needs_person


class DeployScripts(SetupStep):
    """Both nodes carry the files as they are rendered now: each is written beside its place, proved, then moved there.

    A node whose key is not one that the console accepts, or not for SYSTEM and Administrators alone, gets one as well.

    The script resource itself is made in the cluster's builder, by a person; until it is there the procedure rests.
    """

    within = 300.0
    undo = "The files that were there are kept on each node, by date: manage.py scripts undo brings them back."

    def rests(self, stage: Stage, step: Step, finding: Finding) -> NeedsPerson | None:
        """While there is no script resource, or nobody has said what the scripts are rendered from."""
        try:
            stage.files.wanted(read_script_resource(stage.field).timeouts)
        except Refusal as refusal:
            text = " ".join(reason.text for reason in refusal.reasons)
            remedy = " ".join(reason.remedy for reason in refusal.reasons)
            return needs_person(stage, WaitsFor.MEND, text, remedy)
        except ChangeoverError as error:
            return needs_person(stage, WaitsFor.MEND, error.message, error.remedy)
        return None

    def apply(self, stage: Stage, step: Step) -> None:
        """Write what differs on both nodes. Raises `StepFailed` when a node cannot be read, or the group moves."""
        resource = _settled(stage)
        wanted = stage.files.wanted(resource.timeouts)
        states = states_of(stage.field, resource, wanted)
        unread = [state for state in states if state.state is State.UNKNOWN]
        if unread:
            text = f"What lies on {unread[0].node} is not known: {unread[0].why}"
            raise StepFailed(text, remedy="Bring the node up, or mend the way to it, then check again.")
        kept = rf"{wanted.folder}\{BACKUPS}\{stage.operation}-{stage.attempt}"
        for placed in put_all(stage.field, resource.folder, wanted, to_place(states), kept):
            stage.files.keep(placed)
            before = f"; the old one is kept as {placed.backup}" if placed.backup else ""
            stage.note(step, f"{placed.path} on {placed.node} holds {placed.after}{before}.", **placed.to_json())
        for node in stage.field.cluster.nodes:
            _give_key(stage, step, node.name, wanted.folder)


def _give_key(stage: Stage, step: Step, node: str, folder: str) -> None:
    session, within = stage.field.session(node), stage.field.cluster.timing.command
    there = read_key_file(session, folder, within=within)
    given = stage.files.key(node, there.key_id if there.private else "")
    if given is not None:
        placed = put_key_file(session, folder, *given, within=within)
        stage.files.keep_key(node, placed.key_id)
        stage.note(
            step, f"The key {placed.key_id} lies in {placed.path} on {node}, for SYSTEM and Administrators alone."
        )


def _settled(stage: Stage) -> ScriptResource:
    resource = read_script_resource(stage.field)
    if resource.moving:
        text = f"The group {stage.field.cluster.group} is {resource.moving}: one of the scripts may be running now."
        raise StepFailed(text, remedy="Wait until the group is online or offline, then check again.")
    return resource
