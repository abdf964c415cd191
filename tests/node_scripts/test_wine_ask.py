"""ASK.BAT under Wine: one question that changes nothing, by which the console sees which key a node signs with.

Wine's cmd loses the exit code of a batch file that is called and ends with EXIT /B, so the client's result file tells.
"""

from collections.abc import Callable

import pytest

from console.domain.secrets import Secret
from console.models import Cluster, NodeKey
from tests.node_scripts.answers import events
from tests.node_scripts.machine import Node

pytestmark = [pytest.mark.wine, pytest.mark.slow, pytest.mark.timeout(300)]
Make = Callable[..., Node]
RUN = "proof-0123456789abcdef"


def asked(node: Node) -> str:
    """What the client made of the answer, and nothing else was called."""
    ran = node.run(f"ASK.BAT {RUN}", CLP_EVENT="")
    assert (ran.calls, node.left) == ((), {f"{RUN}.txt"})
    text = (node.own / "work" / f"{RUN}.txt").read_text(encoding="ascii")
    return dict(line.split("=", 1) for line in text.splitlines())["answer"]


def test_the_console_sees_the_key_and_nothing_else_happens(node: Make, tokyo: Cluster) -> None:
    here = node()
    key = NodeKey.objects.get(node__cluster=tokyo)
    assert key.last_used_at is None
    assert asked(here) == "again"
    key.refresh_from_db()
    assert key.last_used_at is not None
    assert (events(), here.running(), here.spooled) == ([], set(), [])


@pytest.mark.parametrize("words", [{"url": "http://127.0.0.1:9"}, {"key": ("key-of-nobody", Secret("0f" * 32))}])
def test_a_console_that_is_away_or_does_not_know_the_key_is_silence(node: Make, words: dict[str, object]) -> None:
    assert asked(node(**words)) == "silent"
    assert NodeKey.objects.filter(last_used_at__isnull=False).count() == 0
