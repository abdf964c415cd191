"""The node scripts of both nodes at once: how every file stands, and putting those that differ into place in order."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from console.domain.checks import Refusal
from console.domain.deployment import FileState, Placed, State, Wanted, checksum, compare, make_folder, put_in_place
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.node_scripts.bounds import Timeouts
from console.domain.script_resource import ScriptResource
from console.domain.secrets import Secret

ORDER = ("W#EXCHG.BAT", "HOOK.VBS", "ASK.BAT", "STOP.BAT", "START.BAT")
"""What the others call comes first: a START.BAT that is new finds the rest new."""


class NodeFiles(Protocol):
    """What the console would have on the nodes of a cluster, and its memory of what it put there."""

    def wanted(self, timeouts: Timeouts) -> Wanted:
        """The files. Raises `Refusal` when nobody has said what they are rendered from, and `ChangeoverError`."""

    def keep(self, placed: Placed) -> None:
        """Remember that a file was put into its place, so that it can be taken back."""

    def key(self, node: str, there: str) -> tuple[str, Secret] | None:
        """The id and the key that shall be on the node; None where the one called `there` is accepted."""

    def keep_key(self, node: str, key_id: str) -> None:
        """Say to the audit that the key was put on the node."""


class NoFiles:
    """Has nothing: for stages that deploy nothing."""

    def wanted(self, timeouts: Timeouts) -> Wanted:
        """Raises `Refusal`."""
        raise Refusal.of("There are no files to deploy here.", "Deploy them from the cluster's page.")

    def keep(self, placed: Placed) -> None:
        """Take no notice."""

    def key(self, node: str, there: str) -> tuple[str, Secret] | None:
        """None: no key."""
        return None

    def keep_key(self, node: str, key_id: str) -> None:
        """Take no notice."""


def states_of(field: Field, resource: ScriptResource, wanted: Wanted) -> tuple[FileState, ...]:
    """Each wanted file on both nodes; a node that does not answer has them unknown."""
    return tuple(state for node in field.cluster.nodes for state in _on(field, node.name, resource, wanted))


def _on(field: Field, node: str, resource: ScriptResource, wanted: Wanted) -> tuple[FileState, ...]:
    within = field.cluster.timing.command
    try:
        return compare(field.session(node), resource.folder, wanted.files, within=within)
    except ChangeoverError as error:
        why = error.told
        return tuple(
            FileState(node, name, rf"{resource.folder}\{name}", State.UNKNOWN, wanted=checksum(data), why=why)
            for name, data in wanted.files.items()
        )


def to_place(states: Iterable[FileState]) -> list[FileState]:
    """The files that are to be written, in the order in which they are."""
    return sorted((state for state in states if state.to_do), key=lambda state: ORDER.index(state.name))


def put_all(field: Field, folder: str, wanted: Wanted, files: Iterable[FileState], kept: str) -> Iterator[Placed]:
    """Put each file into its place in `folder`, one by one; what was there is copied to the folder `kept`.

    Raises like `put_in_place`.
    """
    within = field.cluster.timing.command
    prepared: set[str] = set()
    for state in files:
        session = field.session(state.node)
        if state.node not in prepared:
            make_folder(session, folder, within=within)
            make_folder(session, kept, within=within)
            prepared.add(state.node)
        yield put_in_place(session, state.path, wanted.files[state.name], rf"{kept}\{state.name}", within=within)
