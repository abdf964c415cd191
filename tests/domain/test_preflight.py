"""Each precondition of a planned move, broken on its own, gives exactly its own check with a remedy."""

from dataclasses import replace

import pytest

from console.domain import preflight
from console.domain.checks import Verdict
from console.domain.observation import PartitionUse, PartitionUser, Seen
from console.domain.ports import Greeting
from console.domain.preflight.base import Situation
from console.domain.topology import GreetingAt
from console.drivers import driver_for
from tests.domain import worlds

SMTP = GreetingAt("smtp", 25)
EXPLORER = PartitionUser("handle", "explorer.exe", "X:\\Exchsrv", 411)
STORE_EXE = PartitionUser("handle", "store.exe", "X:\\Exchsrv\\mdbdata\\priv1.edb", 1432)


def situation(**changes):
    values = {
        "cluster": worlds.cluster(),
        "generation": worlds.GENERATION,
        "driver": driver_for("expresscluster"),
        "source": "NODE1",
        "target": "NODE2",
        "observation": worlds.observation(),
        "view": worlds.directory(),
        "greetings": {SMTP: Greeting(True, "220")},
        **changes,
    }
    return Situation(**values)


def not_passed(found):
    return {(check.key, check.verdict.value) for check in found if check.verdict is not Verdict.PASS}


def source(**changes):
    return {"observation": worlds.observation(NODE1=worlds.seen("NODE1", active=True, **changes))}


def target(**changes):
    return {"observation": worlds.observation(NODE2=worlds.seen("NODE2", active=False, **changes))}


def directory(**changes):
    return {"view": worlds.directory(**changes)}


def services(node, active, **states):
    told = dict(worlds.seen(node, active=active).services)
    told.update({name.casefold(): worlds.service(name, *state) for name, state in states.items()})
    return told


def controller(**changes):
    return directory(controller=replace(worlds.directory().controller, **changes))


GONE = worlds.NodeObservation("NODE2", worlds.AT, unreachable="connection refused", remedy="Look at it.")


def test_a_healthy_cluster_passes_every_check():
    assert not_passed(preflight.checks(situation())) == set()


def test_nobody_is_told_to_stop_what_serves_mail_where_the_group_is_already():
    found = preflight.checks(situation(source="NODE2", target="NODE1"))
    remedies = {check.key: check.remedy for check in found if check.verdict is Verdict.FAIL}
    assert remedies["services.target"] == "Leave them as they are: NODE1 has the group."


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (target(hostname=Seen("OTHER")), {("node.identity", "fail")}),
        (source(clock_offset=Seen(900.0)), {("node.clock", "warn")}),
        (source(partition=PartitionUse((STORE_EXE,))), set()),
        (source(partition=PartitionUse((EXPLORER,))), {("partition.free", "fail")}),
        (source(partition=PartitionUse(unlisted=("handle.exe is not there.",))), {("partition.free", "unknown")}),
        (target(services=services("NODE2", False, MSExchangeIS=("RUNNING",))), {("services.target", "fail")}),
        (
            target(services=services("NODE2", False, MSExchangeIS=("STOPPED", "DISABLED"))),
            {("services.manual", "fail")},
        ),
        (target(services=services("NODE2", False, MSExchangeIS=("STOPPED", "AUTO"))), {("services.manual", "warn")}),
        (source(services=services("NODE1", True, MSExchangeIS=("STOPPED",))), {("services.source", "warn")}),
        (source(group_resources=Seen(("fip@a", "fip@b", "sd@sd1"))), {("group.make-up", "fail")}),
        (source(group_resources=Seen(("fip@a", "sd@sd1", "script@s"))), {("group.scripts", "fail")}),
        (source(group_resources=Seen.nothing("no clp.conf")), {("group.make-up", "fail")}),
        ({"greetings": {SMTP: Greeting(False, "refused")}}, {("mail.now", "warn")}),
        (controller(read_only=True), {("directory.controller", "fail")}),
        (controller(other_domains=("DC=child,DC=corp",)), {("directory.coverage", "unknown")}),
        (
            directory(rights=replace(worlds.directory().rights, missing=("homeMDB on CN=x",))),
            {("directory.rights", "fail")},
        ),
        (
            directory(rights=replace(worlds.directory().rights, domain_administrator=True)),
            {("directory.account", "warn")},
        ),
        (directory(standby=replace(worlds.server("NODE2"), stores=())), {("directory.stores-paired", "fail")}),
    ],
)
def test_one_broken_precondition_gives_exactly_its_check(broken, expected):
    found = preflight.checks(situation(**broken))
    assert not_passed(found) == expected
    assert all(check.remedy for check in found if check.verdict is not Verdict.PASS)


def test_a_node_that_does_not_answer_is_refused_with_its_remedy():
    found = preflight.checks(situation(observation=worlds.observation(NODE2=GONE)))
    assert ("node.reach", "fail") in not_passed(found)
    assert next(c for c in found if c.key == "node.reach" and c.about == "NODE2").remedy == "Look at it."


def test_a_group_that_is_on_the_target_already_is_refused():
    moved = {
        name: worlds.seen(name, active=name == "NODE2", engine=Seen(worlds.view(name, current="NODE2")))
        for name in ("NODE1", "NODE2")
    }
    found = preflight.checks(situation(observation=worlds.observation(**moved)))
    reason = next(check for check in found if check.key == "group.owner")
    assert (reason.verdict, reason.reason) == (Verdict.FAIL, "NODE2 has it already.")


def test_engines_that_disagree_are_refused_naming_what_each_says():
    other = worlds.seen("NODE2", active=False, engine=Seen(worlds.view("NODE2", current="NODE2")))
    found = preflight.checks(situation(observation=worlds.observation(NODE2=other)))
    reason = next(check for check in found if check.key == "group.owner").reason
    assert "NODE1 says NODE1" in reason
    assert "NODE2 says NODE2" in reason


def test_services_that_cannot_be_listed_are_unknown_and_not_good():
    found = preflight.checks(situation(used_services={"NODE1": Seen(frozenset()), "NODE2": Seen.nothing("WMI is ill")}))
    assert not_passed(found) == {("range.outside", "unknown")}
