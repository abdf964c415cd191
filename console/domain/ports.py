"""The outside world as the domain sees it: nodes, directories, greetings, time, journal; adapters implement these."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from console.domain.access_lists import AccessEntry
from console.domain.directory import Controller, EntryChange, Modified
from console.domain.filters import Filter
from console.domain.lease import Fence
from console.domain.observation import ClusterView
from console.domain.products import ClusterProduct
from console.domain.topology import Cluster, Directory, GreetingAt, Node

Argv = tuple[str, ...]
"""A command and its arguments, unquoted; one module turns it into text."""

OnLine = Callable[[str, str], None]
"""Called with (`stdout` or `stderr`, one line without its end) as output arrives."""

Guard = Callable[[], Fence]
"""Called right before every send of something that changes: the lease's mark at that moment. Raises `LeaseLost`."""


@dataclass(frozen=True)
class CommandResult:
    """What a command on a node ended with. A non-zero exit code is a result, not an error."""

    argv: Argv
    exit_code: int
    stdout: str
    stderr: str = ""

    @property
    def ok(self) -> bool:
        """Whether the exit code is 0."""
        return self.exit_code == 0


@dataclass(frozen=True)
class DetachedRun:
    """A command that was started on a node to outlive our connection.

    `state`: `absent` (never prepared), `prepared` (prepared, never began), `running`, `finished`, or
    `lost` (it began, its task no longer runs, and it left no exit code).
    """

    state: str
    exit_code: int | None = None
    output: str = ""


class NodeSession(Protocol):
    """One locked channel to one node. Its identity is proved before the first changing command."""

    node: Node

    def run(
        self, argv: Argv, *, within: float, on_line: OnLine | None = None, stdin: bytes | None = None
    ) -> CommandResult:
        """Run a changing command, which may read `stdin`, and wait for its end. Raises `ReachError`, `WrongNode`."""

    def batch(self, commands: Sequence[Argv], *, within: float) -> tuple[CommandResult, ...]:
        """Run read-only commands in one round trip, one result for each. Raises `ReachError`, `Garbled`."""

    def put(self, path: str, data: bytes, *, within: float) -> None:
        """Make the file `path` hold `data`, lines that end with CRLF; it is in no argument, log or error.

        Not atomic: write beside, read back, then move. Raises `ReachError`, `WrongNode`, `Unquotable`.
        """

    def launch(self, run_id: str, argv: Argv, *, within: float) -> None:
        """Start a command that outlives the connection; nothing happens when `run_id` was launched before."""

    def launched(self, run_id: str, *, within: float) -> DetachedRun:
        """How the detached command `run_id` stands."""


class Nodes(Protocol):
    """Opens sessions to nodes."""

    def open(self, node: Node, guard: Guard | None = None) -> AbstractContextManager[NodeSession]:
        """A session to `node`, closed with its shell at the end. Connects lazily.

        With a `guard` the node itself refuses a changing command whose token has been passed by, or whose lease may be
        over when it arrives: then `Fenced` is raised and the command certainly did not run.
        """


@dataclass(frozen=True)
class Entry:
    """An object of the directory: attribute names casefolded, values as text, binary ones left out."""

    dn: str
    guid: str
    attributes: Mapping[str, tuple[str, ...]]

    def one(self, attribute: str) -> str:
        """The only value of `attribute`, or an empty text."""
        return next(iter(self.all(attribute)), "")

    def all(self, attribute: str) -> tuple[str, ...]:
        """Every value of `attribute`."""
        return self.attributes.get(attribute.casefold(), ())


class DirectorySession(Protocol):
    """One pinned domain controller. A lost connection is made anew to the same controller only."""

    directory: Directory

    def controller(self) -> Controller:
        """Who answers, from the rootDSE."""

    def read(self, dn: str, attributes: Sequence[str]) -> Entry | None:
        """The object `dn`, or None when there is none."""

    def search(self, base: str, what: Filter, attributes: Sequence[str], *, subtree: bool = True) -> Iterator[Entry]:
        """Every object under `base` that fits, page by page; `subtree=False` looks one level down."""

    def modify(self, change: EntryChange) -> Modified:
        """Carry out one change as compare-and-set. Raises `ReachError` when its fate is unknown or systemic."""

    def modify_many(
        self, changes: Iterable[EntryChange], *, window: int = 16
    ) -> Iterator[tuple[EntryChange, Modified]]:
        """Carry out many, up to `window` in flight; each with how it ended, in order of arrival."""

    def writable(self, dn: str) -> frozenset[str]:
        """The attributes of `dn` that the bound account may write, casefolded (allowedAttributesEffective)."""

    def bound_as(self) -> tuple[str, bool | None]:
        """The account that is bound, and whether it is a domain administrator (None: could not be told)."""

    def access_list(self, dn: str) -> tuple[AccessEntry, ...] | None:
        """Who may do what to `dn`, in the order that counts; None when the directory does not show it."""

    def token(self, dn: str) -> frozenset[str]:
        """The SIDs of the account `dn` and of its groups, as far as they are shown."""

    def attribute_guids(self, names: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Each attribute that the schema shows, casefolded, to the GUIDs by which access lists know it."""


class Directories(Protocol):
    """Opens sessions to directories."""

    def open(self, directory: Directory, guard: Guard | None = None) -> AbstractContextManager[DirectorySession]:
        """A bound session to the directory's pinned controller, closed at the end.

        With a `guard` nothing is written after the lease's end; when it raises, the connection is given up together
        with what was in flight.
        """


@dataclass(frozen=True)
class Greeting:
    """What a server said first. `ok` only when it is the greeting that its protocol prescribes."""

    ok: bool
    text: str


class Greeter(Protocol):
    """Asks a protocol greeting of an address."""

    def greet(self, address: str, at: GreetingAt, *, within: float) -> Greeting:
        """Connect, read the greeting, say goodbye. Never raises for a server that does not answer."""


class Clock(Protocol):
    """Time, so that it can be driven."""

    def now(self) -> datetime:
        """The time, with its zone."""

    def monotonic(self) -> float:
        """Seconds that only grow."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Journal(Protocol):
    """Numbered lines of one operation."""

    def write(self, kind: str, text: str, *, step: str = "", data: Mapping[str, object] | None = None) -> None:
        """Add a line.

        `kind`: one of `console.domain.progress.KINDS`.
        """


class Control(Protocol):
    """The operation's link to the people and the workers around it."""

    def stop_requested(self) -> str:
        """Who asked for a stop, or an empty text."""

    def beat(self, step: str, deadline: float) -> None:
        """Say that the worker lives and until when the step may take (seconds from now). Raises `LeaseLost`."""

    def waiting(self, seconds: float) -> None:
        """Say that the step waits so many seconds on purpose. Raises `LeaseLost`."""

    def ensure(self) -> None:
        """Return only while the lease certainly holds; called right before every send. Raises `LeaseLost`."""

    def fence(self) -> Fence:
        """What is sent along with a changing command, so that its receiver can tell that it comes too late.

        Raises `LeaseLost`.
        """


class Mailboxes(Protocol):
    """The frozen list of mailboxes that a plan was made with, kept outside of the plan's own text."""

    def guids(self) -> Iterable[str]:
        """The objectGUIDs of the list, in any order."""

    def rows(self) -> Iterable[tuple[str, str, Sequence[Sequence[str]]]]:
        """Each mailbox of the list: objectGUID, DN, and [attribute, before, after] for each change; "" is no value."""


class Driver(Protocol):
    """How one cluster product is asked and told; pure text in, pure text out."""

    key: str
    title: str
    product: ClusterProduct

    def questions(self, cluster: Cluster, node: Node) -> tuple[Argv, ...]:
        """The read-only commands that tell the state of the cluster on `node`, by what its Windows has."""

    def read_view(self, cluster: Cluster, results: Sequence[CommandResult]) -> ClusterView:
        """The node's view, from the results of `questions` in their order. Raises `Garbled`."""

    def detail_questions(self, cluster: Cluster, node: Node, view: ClusterView) -> tuple[Argv, ...]:
        """The read-only commands that tell what the group's resources in `view` depend on and which nodes may run them.

        They are many, and asked only when a move is planned and in its last proof. None where the product has no such
        thing. Raises `Unquotable` for a resource whose name cannot be passed to a command.
        """

    def read_details(
        self, cluster: Cluster, node: Node, view: ClusterView, results: Sequence[CommandResult]
    ) -> ClusterView:
        """`view` with `depends_on` and `owners` of the group's resources, from the results of `detail_questions`.

        Raises `Garbled`.
        """

    def read_resources(self, cluster: Cluster, results: Sequence[CommandResult]) -> tuple[str, ...]:
        """The group's resources by configuration, each `kind@name`. Raises `Garbled`."""

    def read_script_timeouts(
        self, cluster: Cluster, results: Sequence[CommandResult]
    ) -> tuple[tuple[int | None, int | None], ...]:
        """Seconds that the configuration gives each script of the group to start and to stop; None where it is silent.

        Raises `Garbled`.
        """

    def move(self, cluster: Cluster, target: str) -> Argv:
        """The command that moves the Exchange group to `target`, run on the node that has it."""

    def start(self, cluster: Cluster, node: str) -> Argv:
        """The command that brings the stopped group up on `node`, run there; never forced."""

    def stop(self, cluster: Cluster, node: str) -> Argv:
        """The command that takes the group down on `node`, run there; never forced."""

    def group_problems(self, cluster: Cluster, resources: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """What is wrong with the make-up of the group, as (reason, remedy) pairs."""

    def view_problems(self, cluster: Cluster, view: ClusterView, target: str) -> tuple[tuple[str, str], ...]:
        """What in a node's view forbids a planned move to `target`, as (reason, remedy) pairs."""

    def move_back_problems(
        self, cluster: Cluster, view: ClusterView, target: str, *, waits: bool
    ) -> tuple[tuple[str, str], ...]:
        """What in a node's view forbids that an undo moves the group back to `target`, as (reason, remedy) pairs.

        A group that has failed may be moved; with `waits` also one whose script waits for an answer.
        """

    def takeover_problems(self, cluster: Cluster, view: ClusterView, target: str) -> tuple[tuple[str, str], ...]:
        """What in the target's view forbids that a person takes the group over, as (reason, remedy) pairs."""

    def script_questions(self, cluster: Cluster, resources: Sequence[str]) -> tuple[Argv, ...]:
        """The read-only commands that show the group's scripts on one node; none when the group runs nothing."""

    def script_folders(self, cluster: Cluster, resources: Sequence[str]) -> tuple[str, ...]:
        """The folder on every node that holds the files of each script resource of the group."""

    def script_settings(self, cluster: Cluster, results: Sequence[CommandResult]) -> tuple[Mapping[str, str], ...]:
        """What the configuration says of each script resource of the group, by the product's own names.

        A setting that is not written has the product's default, which nothing here tells. Raises `Garbled`.
        """

    def script_state(self, resources: Sequence[str], scripts: Sequence[CommandResult] = ()) -> str:
        """`none` when the group runs no script, `console` when its scripts are ours unchanged, else `guide/unknown`.

        `scripts` are the results of `script_questions`.
        """
