"""The directory follows the node that holds the group or is being handed it, and no other."""

import pytest

from console.domain.events.agreement import why_not
from console.domain.events.facts import RunAnswer, RunView
from tests.domain import worlds

ASKS = RunView("r" * 16, "NODE2", "START", worlds.AT, None, RunAnswer.WAIT)
REFUSED = RunView("r" * 16, "NODE2", "START", worlds.AT, None, RunAnswer.NO)
FAILED = RunView("r" * 16, "NODE2", "START", worlds.AT, None, RunAnswer.GO, failed=True)


@pytest.mark.parametrize(
    ("told", "run", "asking", "allowed"),
    [
        ({"NODE1": "NODE2", "NODE2": "node2"}, None, (), True),
        ({"NODE2": "NODE2"}, None, (), True),
        ({"NODE1": "NODE1", "NODE2": "NODE2"}, None, (), False),
        ({"NODE1": "", "NODE2": "NODE2"}, None, (), False),
        ({"NODE1": "NODE1"}, None, (), False),
        ({}, None, (), False),
        ({}, ASKS, (), True),
        ({"NODE1": "", "NODE2": "NODE2"}, ASKS, (), True),
        ({"NODE1": ""}, ASKS, (), True),
        ({"NODE1": "NODE1"}, ASKS, (), False),
        ({"NODE1": "NODE1", "NODE2": "NODE2"}, ASKS, (), False),
        ({"NODE1": "NODE1", "NODE2": "NODE2"}, ASKS, ("NODE1",), True),
        ({"NODE1": "NODE2", "NODE2": "NODE1"}, ASKS, ("NODE1",), False),
        ({"NODE1": "NODE1"}, None, ("NODE1",), False),
        ({}, REFUSED, (), False),
        ({}, FAILED, (), False),
    ],
)
def test_it_is_allowed_only_in_agreement(told, run, asking, allowed):
    assert (why_not(told, "NODE2", run=run, asking=asking) is None) is allowed


def test_the_reason_names_what_each_node_says():
    assert "NODE1 says NODE1, NODE2 says nobody" in (why_not({"NODE1": "NODE1", "NODE2": ""}, "NODE2") or "")
