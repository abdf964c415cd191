"""The delegation as it stands, on the lab's directory: said of each account, with the lines that would mend it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User

from console.adapters.clock import SystemClock
from console.adapters.ldap import LdapDirectories
from console.catalog import generation
from console.domain import preflight
from console.domain.delegation.checking import Delegated, look
from console.domain.delegation.nodes import NodeRights
from console.domain.switch.reading import read_directory
from console.lab.directory.definition import Cluster, Forest, Person, Role
from console.lab.server import Lab
from tests.adapters.ldap.site import cluster_of
from tests.commands.conftest import Told, command, lab, manage, one_object, person, tokyo
from tests.directory.backends import Backend, lab_backend
from tests.domain import worlds
from tests.domain.test_preflight import not_passed, situation

__all__ = ["command", "lab", "manage", "person", "tokyo"]

FOREST = Forest(
    clusters=(Cluster("mail2003", "2003", "EXCHA", "EXCHB", mailboxes=4),),
    people=(Person("Inet Person", server="EXCHA", kind="inetOrgPerson"),),
)


@pytest.fixture(scope="module", params=[True, False], ids=["delegated", "not-delegated"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    with lab_backend(replace(FOREST, nodes_delegated=request.param)) as made:
        yield made


def looked(backend: Backend, role: Role = "service") -> Delegated:
    cluster = cluster_of(backend, role=role)
    with LdapDirectories(SystemClock()).open(cluster.directory) as session:
        return look(session, read_directory(session, cluster, generation("2003")))


def test_the_console_has_its_rights_and_no_more(backend: Backend) -> None:
    found = {check.key: check for check in looked(backend).checks}
    assert [found[key].verdict for key in ("directory.rights", "directory.account", "directory.protected")] == [
        "pass",
        "pass",
        "pass",
    ]


def test_each_nodes_account_is_looked_at(backend: Backend) -> None:
    found = looked(backend)
    nodes = [check for check in found.checks if check.key == "directory.node-rights"]
    expected = "pass" if backend.forest.nodes_delegated else "warn"
    assert [check.verdict for check in nodes] == [expected, expected]
    if expected == "warn":
        assert [check.evidence.splitlines() for check in nodes] == [list(d.lines()) for d in found.delegations[1:]]


def test_an_account_that_may_only_read_gets_every_line(backend: Backend) -> None:
    found = looked(backend, "reader")
    (check,) = (check for check in found.checks if check.key == "directory.rights")
    assert check.verdict == "fail"
    assert check.evidence.splitlines() == list(found.delegations[0].lines())


def test_an_administrator_is_warned_of(backend: Backend) -> None:
    found = {check.key: check for check in looked(backend, "administrator").checks}
    assert (found["directory.rights"].verdict, found["directory.account"].verdict) == ("pass", "warn")


def test_a_move_is_warned_of_a_node_that_may_not_apply_its_kit_with_the_line_that_helps() -> None:
    store = worlds.server("NODE2").stores[0].dn
    lacking = NodeRights("NODE2", "CN=NODE2,CN=Computers,DC=corp", (("msExchPatchMDB", store),))
    found = preflight.checks(situation(node_rights=(NodeRights("NODE1", "CN=NODE1", ()), lacking)))
    assert not_passed(found) == {("directory.node-rights", "warn")}
    (check,) = (check for check in found if check.key == "directory.node-rights" and check.verdict == "warn")
    assert "NODE2$:RPWP;msExchPatchMDB;msExchPrivateMDB" in check.evidence
    assert len(check.evidence.splitlines()) == 1


def test_a_move_is_warned_of_an_account_that_may_give_itself_more() -> None:
    found = preflight.checks(situation(changeable=("CN=NODE1,CN=Computers,DC=corp",)))
    assert not_passed(found) == {("directory.account", "warn")}


def test_what_cannot_be_read_of_a_nodes_account_is_a_warning_with_a_remedy() -> None:
    untold = NodeRights("NODE1", "CN=NODE1", (), "The directory does not show who may write CN=x.")
    (check,) = (c for c in preflight.checks(situation(node_rights=(untold,))) if c.key == "directory.node-rights")
    assert check.verdict == "warn"
    assert "does not show" in check.reason
    assert check.remedy


@pytest.mark.django_db
def test_the_command_prints_a_batch_file_for_all_three_accounts(
    person: User, tokyo: Lab, manage: Callable[..., Told]
) -> None:
    code, out, _ = manage("directory", "delegation", "tokyo")
    assert code == 0
    lines = out.splitlines()
    assert all(line.startswith(("rem ", "dsacls ")) or not line for line in lines)
    accounts = [
        line.removeprefix("rem ").partition(":")[0] for line in lines if line.startswith("rem ") and ": " in line
    ]
    assert [name.rpartition("\\")[2] for name in accounts] == ["svc-changeover", "TYO-EX1$", "TYO-EX2$"]


@pytest.mark.django_db
def test_the_command_checks_and_tells_as_json(person: User, tokyo: Lab, manage: Callable[..., Told]) -> None:
    code, out, _ = manage("directory", "delegation", "tokyo", "--check")
    assert (code, out.count("[pass]"), out.count("[fail]")) == (0, 5, 0)
    told: dict[str, Any] = one_object(manage("directory", "delegation", "tokyo", "--check", "--json"))
    assert told["result"] == "succeeded"
    assert {check["verdict"] for check in told["checks"]} == {"pass"}
    assert [len(one["lines"]) > 5 for one in told["delegations"]] == [True, True, True]
