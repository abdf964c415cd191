"""The console's guard, run by the lab's cmd as by a node's: a lower token and a late command do not run."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from console.domain.lease import Fence
from console.domain.node_guard import FENCE_FOLDER, NOT_RUN, guarded
from console.lab import faults
from console.lab.cim import JAPAN
from console.lab.state import Node
from console.lab.world import World
from tests.lab.nodes.conftest import Ran, Shell

FIRST, SECOND = 1790000000, 1790000007
NODE = "TYO-EX1"


def send(
    shell: Shell, token: int, line: str = "echo ran", *, not_after: datetime | None = None, cluster: int = 7
) -> Ran:
    return shell(NODE, guarded(line, Fence(cluster, token, 0.0), not_after))


def tokens(node: Node, cluster: int = 7) -> list[str]:
    return [item.path.rpartition("\\")[2] for item in node.disk.listing(rf"{FENCE_FOLDER}\{cluster}")]


def node_time(world: World, seconds: float = 0.0) -> datetime:
    return (world.clock.date() + JAPAN + timedelta(seconds=seconds)).replace(tzinfo=None)


def test_the_first_token_is_noted_and_the_command_runs(shell: Shell, first: Node) -> None:
    ran = send(shell, FIRST)
    assert (ran.code, ran.out, ran.err) == (0, "ran\r\n", "")
    assert tokens(first) == ["t001790000000"]


def test_the_same_token_goes_on(shell: Shell, first: Node) -> None:
    for _ in range(2):
        assert send(shell, FIRST).out == "ran\r\n"
    assert tokens(first) == ["t001790000000"]


def test_a_higher_token_takes_the_place_of_a_lower_one(shell: Shell, first: Node) -> None:
    send(shell, FIRST)
    assert send(shell, SECOND).out == "ran\r\n"
    assert tokens(first) == ["t001790000007"]


def test_a_lower_token_is_refused_by_name_and_its_command_does_not_run(shell: Shell, world: World) -> None:
    send(shell, SECOND)
    ran = send(shell, FIRST, "sc stop MSExchangeIS")
    assert (ran.code, ran.out) == (NOT_RUN, "changeover-fence: token t001790000007\r\n")
    effects = [(e.kind, e.subject, e.before, e.node) for e in world.log.since(0) if e.kind in ("fenced", "service")]
    assert effects == [("fenced", "sc stop MSExchangeIS", "t001790000000", NODE)]


def test_every_number_of_digits_is_compared_rightly(shell: Shell) -> None:
    for token in (1, 7, 8, 9, 10, 99, 100, 2**31 - 1, 2**31, 2**31 + 1, 999_999_999_999):
        assert send(shell, token).out == "ran\r\n", token
        assert send(shell, token - 1).code == NOT_RUN, token


def test_each_cluster_has_tokens_of_its_own(shell: Shell) -> None:
    send(shell, SECOND, cluster=7)
    assert send(shell, FIRST, cluster=8).out == "ran\r\n"


def test_the_exit_code_of_the_command_comes_through(shell: Shell) -> None:
    assert send(shell, FIRST, "sc start Nothing").code == 1060
    assert send(shell, FIRST, "exit 3").code == 3
    assert send(shell, FIRST, r"mkdir C:\once").code == 0
    assert send(shell, FIRST, r"mkdir C:\once").code == 1


@pytest.mark.parametrize(("left", "runs"), [(60.0, True), (5.0, True), (-0.1, False), (-600.0, False)])
def test_past_its_time_a_command_does_not_run(shell: Shell, world: World, left: float, runs: bool) -> None:
    ran = send(shell, FIRST, not_after=node_time(world, left))
    assert (ran.code == 0) is runs
    if not runs:
        assert ran.out.startswith(f"changeover-fence: late {node_time(world):%Y%m%d%H%M}")


def test_the_time_is_that_of_the_node(shell: Shell, world: World, first: Node) -> None:
    faults.switch(world, first, "clock-off", True, seconds="300")
    assert send(shell, FIRST, not_after=node_time(world, 60)).code == NOT_RUN
    assert send(shell, FIRST, not_after=node_time(world, 360)).out == "ran\r\n"


def test_a_token_that_cannot_be_kept_runs_nothing(shell: Shell, first: Node) -> None:
    first.disk.mkdir(r"C:\changeover")
    first.disk.write(r"C:\changeover\fence", b"a file where a folder should be")
    ran = send(shell, FIRST)
    assert (ran.code, ran.out) == (NOT_RUN, "changeover-fence: unkept\r\n")


def test_of_many_at_once_the_highest_runs_and_whoever_is_refused_did_not(
    shell: Shell, first: Node, world: World
) -> None:
    def one(number: int) -> tuple[int, str]:
        return number, send(shell, FIRST + number, rf"mkdir C:\ran\{number}").out

    with ThreadPoolExecutor(max_workers=8) as pool:
        told = dict(pool.map(one, range(40)))
    began = [int(e.subject.rpartition("\\")[2]) for e in world.log.since(0) if e.subject.startswith("C:\\ran")]
    assert 39 in began
    refused = {number for number, out in told.items() if out.startswith("changeover-fence: token")}
    assert sorted([*began, *refused]) == list(range(40))
    assert send(shell, FIRST + 39).out == "ran\r\n"
    assert tokens(first) == ["t001790000039"]


def test_a_time_of_the_node_has_a_date_in_its_own_zone(shell: Shell, world: World) -> None:
    told = shell(NODE, "wmic os get LocalDateTime /value <nul").out
    assert f"LocalDateTime={datetime.now(UTC) + JAPAN:%Y%m%d%H}" in told
