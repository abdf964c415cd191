"""What only the guide needs is offered where the guide is about the cluster's product, and else refused with why."""

from collections.abc import Callable
from typing import Any

import pytest

from console.domain.checks import Refusal
from console.domain.prepare import Machine
from console.domain.prepare.facts import tools
from console.models import Cluster
from console.services import audit
from console.services.advice import for_cluster
from console.services.delegation import delegation
from console.services.deployment import settings
from console.services.hooks.keys import KeysRefused, issue_key
from console.services.inventory import save_cluster
from console.services.kits import listing, making
from console.services.preparing import sheet_of
from console.services.procedures import fitting, require_fitting
from console.services.products import generation_of, guided, product_of
from tests import factories
from tests.personas import at_page, olga

pytestmark = pytest.mark.django_db


@pytest.fixture
def carried() -> Cluster:
    """A cluster whose group carries the Exchange server's name, beside one of the guide's."""
    factories.cluster()
    return save_cluster(factories.kyoto(), audit.SYSTEM)


def test_each_cluster_has_its_product_and_what_exchange_needs_under_it(carried: Cluster) -> None:
    ours = Cluster.objects.get(name="MAIL1")
    assert [guided(ours), guided(carried)] == [True, False]
    assert product_of(carried).title == "Microsoft Cluster Service"
    assert "MSExchangeMGMT" in [service.name for service in generation_of(ours).services]
    assert "MSExchangeMGMT" not in [service.name for service in generation_of(carried).services]


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda c: settings.require(c), "no script of the console runs"),
        (lambda c: settings.change(c, at_page(olga()), url="http://console:8000"), "no script of the console runs"),
        (lambda c: delegation(c), "nothing has to be delegated"),
        (lambda c: making.make_kit(c, "KYO-N1", audit.SYSTEM), "nothing for a kit to do"),
        (lambda c: require_fitting(c, "exchange-2003-setup"), "own set-up"),
    ],
)
def test_what_only_the_guide_needs_is_refused_with_the_reason(
    carried: Cluster, ask: Callable[[Cluster], Any], says: str
) -> None:
    with pytest.raises(Refusal) as caught:
        ask(carried)
    (reason,) = caught.value.reasons
    assert "Kyoto runs on Microsoft Cluster Service" in reason.text
    assert says in reason.text
    assert reason.remedy


def test_a_node_without_scripts_gets_no_key(carried: Cluster) -> None:
    with pytest.raises(KeysRefused, match="starts Exchange by itself") as caught:
        issue_key(carried.nodes.get(name="KYO-N1"), audit.SYSTEM)
    assert caught.value.remedy


def test_no_mailboxes_are_listed_for_a_kit_that_nobody_needs(carried: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(listing.turns, "mine", lambda name, seconds: True)
    monkeypatch.setattr(listing.queue, "send", lambda task, pk, where, urgency: asked.append(pk) or True)
    listing.ask_due()
    assert asked == [Cluster.objects.get(name="MAIL1").pk]


def test_no_advice_and_no_procedure_of_the_guide_is_given(carried: Cluster) -> None:
    assert for_cluster(carried) == ()
    assert fitting(carried) == ()
    assert for_cluster(Cluster.objects.get(name="MAIL1"))


def test_a_node_is_prepared_without_what_only_scripts_and_a_free_partition_need(carried: Cluster) -> None:
    (ours,) = [item for item in sheet_of(Cluster.objects.get(name="MAIL1").nodes.first()) if item.key == "tools"]
    (theirs,) = [item for item in sheet_of(carried.nodes.first()) if item.key == "tools"]
    assert "handle.exe" in ours.text
    assert r"EXPRESSCLUSTER\bin" in ours.text
    assert "handle.exe" not in theirs.text
    assert "PATH" not in theirs.text
    names = {tool.name for tool in tools(Machine("2008r2", 0, "x64", guided=False))}
    assert not names & {"handle.exe", "ldifde", "cscript", "openfiles"}
    assert {"wmic", "sc", "schtasks"} <= names
