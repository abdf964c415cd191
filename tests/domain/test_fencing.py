"""What a node's refusal means: the lease is gone, or somebody else acts on the cluster."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from console.domain.errors import ConnectionLost, Fenced
from console.domain.fencing import FencedNode, guard_of
from console.domain.lease import Fence, LeaseLost
from console.domain.ports import NodeSession
from tests.domain.stage import People

REFUSED = "NODE1 refused the command: it has seen the later token 9."


class Refusing:
    """A session whose every change ends with an error, and whose readings are counted."""

    node = None

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.read: list[str] = []

    def run(self, argv: tuple[str, ...], **how: Any) -> None:
        raise self.error

    def launch(self, run_id: str, argv: tuple[str, ...], **how: Any) -> None:
        raise self.error

    def batch(self, commands: Any, **how: Any) -> tuple[()]:
        self.read.append("batch")
        return ()

    def launched(self, run_id: str, **how: Any) -> str:
        self.read.append("launched")
        return "absent"


class Held(People):
    """A control whose lease holds for so many checks."""

    def __init__(self, checks: int) -> None:
        super().__init__()
        self.checks = checks

    def ensure(self) -> None:
        self.checks -= 1
        if self.checks < 0:
            raise LeaseLost("Operation 7 is no longer this worker's.")


WAYS: list[Callable[[FencedNode], object]] = [
    lambda node: node.run(("sc", "stop", "X"), within=1),
    lambda node: node.launch("co-7-move", ("clpgrp",), within=1),
]


def fenced(error: Exception, control: People) -> FencedNode:
    return FencedNode(cast(NodeSession, Refusing(error)), control)


@pytest.mark.parametrize("send", WAYS)
def test_a_refusal_after_the_lease_is_its_loss_and_says_what_the_node_said(
    send: Callable[[FencedNode], object],
) -> None:
    with pytest.raises(LeaseLost, match=r"no longer this worker's\. NODE1 refused .* token 9") as caught:
        send(fenced(Fenced(REFUSED), Held(0)))
    assert isinstance(caught.value.__cause__, Fenced)


@pytest.mark.parametrize("send", WAYS)
def test_a_refusal_under_a_lease_that_holds_stays_one_with_a_remedy(send: Callable[[FencedNode], object]) -> None:
    with pytest.raises(Fenced, match="token 9") as caught:
        send(fenced(Fenced(REFUSED), Held(99)))
    assert "another console" in caught.value.remedy
    assert not caught.value.may_have_run


@pytest.mark.parametrize("send", WAYS)
def test_other_errors_pass_as_they_are(send: Callable[[FencedNode], object]) -> None:
    with pytest.raises(ConnectionLost) as caught:
        send(fenced(ConnectionLost("gone", may_have_run=True), Held(0)))
    assert caught.value.may_have_run


def test_reading_goes_on_without_a_lease() -> None:
    plain = Refusing(Fenced(REFUSED))
    node = FencedNode(cast(NodeSession, plain), Held(0))
    node.batch([("hostname",)], within=1)
    node.launched("co-7-move", within=1)
    assert plain.read == ["batch", "launched"]


def test_a_guard_asks_for_the_lease_before_it_gives_its_mark() -> None:
    control = Held(1)
    guard = guard_of(control)
    assert guard() == Fence(1, 1, float("inf"))
    with pytest.raises(LeaseLost):
        guard()
