"""Each precondition of moving a group that carries its server's name, broken on its own, gives its own check."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.carried_server import CarriedServer
from console.domain.checks import Verdict
from console.domain.details import dependency_order
from console.domain.observation import ClusterView, GroupState, ResourceState, Seen
from console.domain.ports import Greeting
from console.domain.preflight.carried import CarriedSituation, checks, forced_checks
from console.domain.topology import GreetingAt
from console.drivers import driver_for, generation_for
from tests.domain import worlds

SMTP = GreetingAt("smtp", 25)
DRIVER = driver_for("mscs")
NEEDS = generation_for("mscs", "2003")
KINDS = ("IP Address", "Network Name", "Physical Disk", *(t.name for t in NEEDS.resource_types if not t.optional))
BOTH = ("NODE1", "NODE2")
LABEL = "first storage group/mailbox store"


def view(status="Online", current="NODE1", owners=BOTH, **servers):
    resources = tuple(ResourceState(f"the {kind}", kind, status, (), owners) for kind in KINDS)
    group = GroupState("EXCHANGE", status, current, resources)
    return ClusterView("TOKYO", "NODE1", servers or dict.fromkeys(BOTH, "Up"), {"EXCHANGE": group})


def node(name, *, active, status="Online", **changes):
    services = {s.name.casefold(): worlds.service(s.name, "RUNNING" if active else "STOPPED") for s in NEEDS.services}
    seen = {
        "engine": Seen(view(status, owners=None)),
        "group_resources": Seen(tuple(f"{kind}@the {kind}" for kind in KINDS)),
        "services": services,
        **changes,
    }
    return worlds.seen(name, active=active, **seen)


def situation(*, source=None, target=None, **changes):
    nodes = {"NODE1": source or node("NODE1", active=True), "NODE2": target or node("NODE2", active=False)}
    cluster = changes.pop("cluster", worlds.cluster(driver="mscs"))
    values = {
        "cluster": cluster,
        "generation": NEEDS,
        "driver": DRIVER,
        "source": "NODE1",
        "target": "NODE2",
        "observation": worlds.observation(**nodes),
        "greetings": {SMTP: Greeting(True, "220")},
        "carried": CarriedServer(worlds.directory().controller, worlds.server("NODE1")),
        "details": Seen(view()),
        "runs_on": "NODE1",
        "command": ("cluster", "group", "EXCHANGE", "/move:NODE2"),
        "tool": None,
        **changes,
    }
    return CarriedSituation(**values)


def not_passed(found):
    return {(check.key, check.verdict.value) for check in found if check.verdict is not Verdict.PASS}


def test_where_all_is_well_every_check_passes():
    assert not_passed(checks(situation())) == set()
    assert not_passed(checks(situation(tool=Seen(())))) == set()


SHELL = ("powershell", "-Command", "Add-PSSnapin Microsoft.Exchange.Management.PowerShell.Admin; Move-It")
BROKEN = {
    "a resource may not run on the target": ({"details": Seen(view(owners=("NODE1",)))}, ("group.owners", "fail")),
    "where they may run was not told": ({"details": Seen(view(owners=None))}, ("group.owners", "unknown")),
    "where they may run cannot be read": ({"details": Seen.nothing("denied")}, ("group.owners", "unknown")),
    "the tool may not sign in further": ({"command": SHELL}, ("group.second-hop", "fail")),
    "the tool says no": ({"tool": Seen((("It fails.", "Mend it."),))}, ("group.tool", "fail")),
    "the tool cannot be asked": ({"tool": Seen.nothing("no answer")}, ("group.tool", "unknown")),
    "a store is down": ({"source": node("NODE1", active=True, stores=Seen(frozenset()))}, ("mail.stores", "fail")),
    "stores cannot be read": (
        {"source": node("NODE1", active=True, stores=Seen.nothing("no WMI"))},
        ("mail.stores", "unknown"),
    ),
    "mail does not greet": ({"greetings": {SMTP: Greeting(False, "refused")}}, ("mail.now", "warn")),
    "a service does not run": (
        {
            "source": node(
                "NODE1",
                active=True,
                services={
                    **node("NODE1", active=True).services,
                    "msexchangemta": worlds.service("MSExchangeMTA", "STOPPED"),
                },
            )
        },
        ("services.source", "warn"),
    ),
    "the target does not answer": (
        {"target": node("NODE2", active=False, unreachable="refused", remedy="Look.", engine=Seen.nothing("refused"))},
        ("node.reach", "fail"),
    ),
    "the cluster service of the target is down": (
        {"target": node("NODE2", active=False, engine=Seen.nothing("not running"))},
        ("engine.view", "fail"),
    ),
}


@pytest.mark.parametrize(("broken", "told"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_told_by_its_own_check_with_a_remedy(broken, told):
    found = checks(situation(**broken))
    assert not_passed(found) == {told}
    assert all(check.remedy for check in found if check.verdict is not Verdict.PASS)


def test_a_tool_that_may_sign_in_further_needs_nothing_else():
    cluster = worlds.cluster(driver="mscs")
    hop = replace(cluster, primary=replace(cluster.primary, second_hop="credssp"))
    assert not_passed(checks(situation(cluster=hop, command=SHELL))) == set()


@pytest.mark.parametrize("status", ["Failed", "Partially Online", "Offline"])
def test_a_group_that_is_not_well_may_be_moved_by_force_and_not_otherwise(status):
    nodes = {
        "source": node("NODE1", active=True, status=status),
        "target": node("NODE2", active=False, status=status),
        "details": Seen(view(status)),
    }
    assert ("group.online", "fail") in not_passed(checks(situation(**nodes)))
    assert not_passed(forced_checks(situation(**nodes, runs_on="NODE2"))) == {("mail.now", "warn")}


def test_a_group_that_is_well_is_not_moved_by_force_whoever_is_silent_elsewhere():
    assert not_passed(forced_checks(situation())) == {("takeover.needed", "fail")}
    silent = situation(greetings={SMTP: Greeting(False, "refused")})
    assert not_passed(forced_checks(silent)) == {("mail.now", "warn")}


NAMES = [f"r{number}" for number in range(6)]


@given(
    st.lists(st.sampled_from(NAMES), unique=True),
    st.dictionaries(st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES))),
)
def test_the_order_has_every_resource_once_and_none_before_what_it_needs(names, needs):
    resources = [ResourceState(name, "", "Online", tuple(sorted(needs.get(name, ())))) for name in names]
    found = dependency_order(resources)
    assert sorted(found) == sorted(names)
    edges = [(one, name) for name in names for one in needs.get(name, ()) if one in names and one < name]
    if all(one < name for name in names for one in needs.get(name, ()) if one in names):
        assert all(found.index(one) < found.index(name) for one, name in edges)
