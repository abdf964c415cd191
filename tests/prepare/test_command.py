"""`manage.py prepare-node`: the sheet without reaching anybody, the checks by asking the node."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User

from console.domain.prepare.facts import QUOTAS
from console.lab.remoting import Remoting
from console.lab.server import Lab
from console.models import Cluster
from console.services.preparing import everything
from tests.commands.conftest import Told, lab, manage, one_object, person, tokyo

__all__ = ["lab", "manage", "person", "tokyo"]
pytestmark = pytest.mark.django_db

Manage = Callable[..., Told]


@pytest.fixture
def prepared(tokyo: Lab) -> Iterator[Lab]:
    node = tokyo.world.clusters[0].nodes[0]
    node.remoting = Remoting(shells={quota.name: quota.least for quota in QUOTAS})
    yield tokyo
    node.remoting = Remoting()


def test_the_sheet_is_printed_in_order_and_sends_nothing(person: User, tokyo: Lab, manage: Manage) -> None:
    served = len(tokyo.servers["TYO-EX1"].requests)
    code, out, _ = manage("prepare-node", "tyo-ex1", "--from", "10.9.0.1")
    assert code == 0
    assert "1. Install WinRM" in out
    assert "addresses=10.9.0.1" in out
    assert out.rstrip().endswith("Then: manage.py prepare-node TYO-EX1 --check")
    assert len(tokyo.servers["TYO-EX1"].requests) == served


def test_the_checks_are_told_and_a_failed_one_ends_with_1(person: User, prepared: Lab, manage: Manage) -> None:
    code, out, _ = manage("prepare-node", "TYO-EX1", "--check")
    assert (code, "[fail]" in out) == (0, False)
    prepared.world.clusters[0].nodes[0].remoting.service["allow_unencrypted"] = 1
    told = manage("prepare-node", "TYO-EX1", "--check", "--json")
    assert (told[0], one_object(told)["result"]) == (1, "failed")


def test_an_unknown_node_is_refused_with_those_that_there_are(person: User, tokyo: Lab, manage: Manage) -> None:
    code, _, err = manage("prepare-node", "nobody")
    assert (code, "TYO-EX1, TYO-EX2" in err) == (2, True)


def test_everything_about_a_cluster_is_looked_at_in_one_go(prepared: Lab) -> None:
    prepared.world.clusters[0].nodes[1].remoting = Remoting(shells={quota.name: quota.least for quota in QUOTAS})
    found = everything(Cluster.objects.get(name="Tokyo"))
    prepared.world.clusters[0].nodes[1].remoting = Remoting()
    assert {check.verdict for check in found} == {"pass"}
    assert {check.about for check in found if check.key == "prepare.reach"} == {"TYO-EX1", "TYO-EX2"}
    assert sum(check.key.startswith("directory.") for check in found) == 5
