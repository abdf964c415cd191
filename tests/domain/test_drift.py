"""Structural drift names every object that changed, and nothing when nothing did."""

from dataclasses import replace

import pytest

from console.domain import drift
from console.domain.observation import Seen
from tests.domain import worlds


def fingerprint(observation=None, view=None):
    return drift.fingerprint(
        worlds.cluster(), worlds.GENERATION, observation or worlds.observation(), view or worlds.directory()
    )


def moved_pointer():
    view = worlds.directory()
    return replace(view, pointers=(replace(view.pointers[0], value="CN=NODE9"), *view.pointers[1:]))


def other_owner():
    return worlds.observation(
        NODE1=worlds.seen("NODE1", active=True, engine=Seen(worlds.view("NODE1", current="NODE2"))),
        NODE2=worlds.seen("NODE2", active=False, engine=Seen(worlds.view("NODE2", current="NODE2"))),
    )


def disabled_service():
    services = {**worlds.seen("NODE2", active=False).services}
    services["msexchangeis"] = worlds.service("MSExchangeIS", "STOPPED", "DISABLED")
    return worlds.observation(NODE2=worlds.seen("NODE2", active=False, services=services))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"view": moved_pointer()}, "CN=RG"),
        ({"observation": other_owner()}, "owner of the group: was NODE1, is NODE2"),
        ({"observation": disabled_service()}, "NODE2/MSExchangeIS was STOPPED, DEMAND, is STOPPED, DISABLED"),
        ({"view": replace(worlds.directory(), standby=worlds.server("NODE3"))}, "NODE3"),
        ({"view": replace(worlds.directory(), spn_holders={"host/node1": ("CN=X",)})}, "host/node1"),
    ],
)
def test_what_changed_is_named(change, named):
    found = drift.differences(fingerprint(), fingerprint(**change))
    assert any(named in clause for clause in found), found


def test_nothing_changed_is_nothing_found():
    assert drift.differences(fingerprint(), fingerprint()) == []
