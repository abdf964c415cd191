"""A cluster of the lab without the wire: its nodes carry out the very command lines that WinRM would send."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from console.adapters.clock import SystemClock
from console.adapters.winrm.output import Answer
from console.adapters.winrm.session import split_batch
from console.domain import doctor
from console.domain.doctor import Diagnosis
from console.domain.errors import AccessDenied, Unreachable
from console.domain.field import Field
from console.domain.ports import Argv, CommandResult, Guard, OnLine
from console.domain.quoting import batch_lines, cmd_line
from console.domain.secrets import Secret
from console.domain.topology import Cluster, Credential, Directory, Node
from console.drivers import driver_for, generation_for
from console.lab.cmd.process import Process
from console.lab.cmd.run import run
from console.lab.definition import Cluster as Definition
from console.lab.presets import fast_definition
from console.lab.world import World

ACCOUNT = Credential("lab", "LAB\\svc-changeover", Secret("not needed here"))
NONCE = "a1b2c3"


class Session:
    """A node's session whose commands the lab's interpreter runs in this very process."""

    def __init__(self, clinic: "Clinic", node: Node) -> None:
        self.node = node
        self._clinic = clinic

    def batch(self, commands: Sequence[Argv], *, within: float) -> tuple[CommandResult, ...]:
        results: list[CommandResult] = []
        for line, count in batch_lines(commands, NONCE):
            answer = self._line(line)
            results += split_batch(commands[len(results) : len(results) + count], answer, NONCE)
        return tuple(self._clinic.garbles(result) for result in results)

    def run(
        self, argv: Argv, *, within: float, on_line: OnLine | None = None, stdin: bytes | None = None
    ) -> CommandResult:
        answer = self._line(cmd_line(argv), stdin or b"")
        return CommandResult(argv, answer.exit_code, answer.stdout, answer.stderr)

    def put(self, path: str, data: bytes, *, within: float) -> None:
        self._clinic.world.node(self.node.name).disk.write(path, data)

    def launch(self, run_id: str, argv: Argv, *, within: float) -> None:
        raise AssertionError("nothing of the doctor outlives its connection")

    launched: Any = launch

    def _line(self, line: str, stdin: bytes = b"") -> Answer:
        node = self._clinic.world.node(self.node.name)
        if node.name in self._clinic.silent:
            raise Unreachable(f"Nothing answers at {node.name}.")
        self._clinic.lines.append(line)
        out, err = bytearray(), bytearray()
        japanese = node.faulty("cp932")
        encoding, page = ("cp932", 932) if japanese else ("utf-8", 65001)
        user = rf"{node.name}\Administrator"
        world = self._clinic.world
        process = Process(world, node, out.extend, err.extend, user, True, encoding, page, lambda: stdin)
        code = run(process, line)
        return Answer(code, out.decode(encoding), err.decode(encoding))


class NoDirectory:
    """No controller answers: the doctor asks none."""

    def open(self, directory: Directory, guard: Guard | None = None) -> Any:
        raise Unreachable(f"Nothing answers at {directory.host}.")


class Clinic:
    """One cluster of a lab world and the doctor; `silent` nodes do not answer, `refused` ones are not opened."""

    def __init__(self, made: Definition, driver: str = "mscs") -> None:
        self.world = World(fast_definition(made, speed=5.0))
        self.driver = driver
        self.silent: set[str] = set()
        self.refused: set[str] = set()
        self.lines: list[str] = []
        self.garbles: Callable[[CommandResult], CommandResult] = lambda result: result

    @property
    def names(self) -> tuple[str, str]:
        """The names of the nodes, primary first."""
        one, two = (node.name for node in self.world.clusters[0].nodes[:2])
        return one, two

    def open(self, node: Node, guard: Guard | None = None) -> AbstractContextManager[Session]:
        """As `Nodes` opens sessions."""
        if node.name in self.refused:
            raise AccessDenied(f"{node.name} is not to be signed in to in clear text.")
        return nullcontext(Session(self, node))

    def cluster(self) -> Cluster:
        """The cluster as the inventory would have it."""
        item = self.world.clusters[0].definition
        server = item.network_name
        nodes = [
            Node(node.name, node.address, 5985, "http", "ntlm", ACCOUNT, windows=node.windows)
            for node in item.nodes[:2]
        ]
        return Cluster(
            id=1,
            name=item.name,
            driver=self.driver,
            generation=item.generation,  # type: ignore[arg-type]
            group=item.group,
            floating_ip=item.floating_ip,
            partition=item.partition,
            primary=nodes[0],
            standby=nodes[1],
            directory=Directory("lab", "127.0.0.1", 636, "ldaps", ACCOUNT),
            site="main",
            product_folder=driver_for(self.driver).product.folder,
            primary_server=server or nodes[0].name,
            standby_server=server or nodes[1].name,
        )

    @contextmanager
    def field(self) -> Iterator[Field]:
        """A field on the cluster; the directory and the greetings are no business of the doctor."""
        cluster = self.cluster()
        unused: Any = None
        opened = Field(
            cluster,
            generation_for(cluster.driver, cluster.generation),
            driver_for(cluster.driver),
            nodes=self,
            directories=NoDirectory(),
            greeter=unused,
            clock=SystemClock(),
        )
        with opened:
            yield opened

    def diagnose(self) -> Diagnosis:
        """A fresh diagnosis."""
        with self.field() as opened:
            return doctor.diagnose(opened)
