"""A cluster of each product in one inventory, as they are seen over the wire: the same pages, the same commands."""

import html
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from console.lab import presets
from console.lab.assemble import assemble
from console.lab.server import Lab
from console.management.lab_inventory import lab_inventory
from console.models import Cluster, Operation, PlanRecord
from console.services import observe, plans
from console.services.inventory_export import dump
from tests.commands.conftest import Told, one_object

Manage = Callable[..., Told]
NAMES = ("Tokyo", "Kyoto")
"""One on ExpressCluster, one on Microsoft's cluster service."""

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Both, with three mailboxes each."""
    world = presets.fast_definition(presets.tokyo(base="127.0.49"), presets.kyoto(base="127.0.50"))
    world.directory = {"mailboxes": 3}
    with assemble(world, tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture
def both(lab: Lab, person: User, manage: Manage, tmp_path: Path) -> dict[str, Cluster]:
    """Both in the inventory, and observed."""
    path = tmp_path / "inventory.yaml"
    path.write_text(dump(lab_inventory(lab)), encoding="utf-8")
    assert manage("inventory", "apply", str(path))[0] == 0
    found = {name: Cluster.objects.select_related("site", "directory").get(name=name) for name in NAMES}
    for cluster in found.values():
        observe.observe(cluster)
    return found


@pytest.fixture
def browser(person: User) -> Client:
    """Signed in as that person."""
    client = Client()
    client.force_login(person)
    return client


def page(client: Client, name: str, *args: object, status: int = 200) -> str:
    """The text of a page, without tags, blanks made one."""
    response = client.get(reverse(name, args=args))
    assert response.status_code == status, f"{name} {args}: {response.status_code}"
    text = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", text)))


def planned(cluster: Cluster, manage: Manage) -> PlanRecord:
    """The plan of a failover, made over the wire."""
    told = manage("plan", cluster.name, "failover", "--json")
    assert told[0] == 0, told[1]
    return PlanRecord.objects.get(pk=one_object(told)["plan"]["id"])


def test_every_page_shows_both_and_offers_what_fits_each(
    both: dict[str, Cluster], browser: Client, manage: Manage
) -> None:
    whole = page(browser, "clusters")
    assert "2 clusters: 2 with mail up." in whole
    assert "agrees" in whole
    assert "moves with it" in whole
    for name in NAMES:
        text = page(browser, "cluster", name)
        for words in ("Fail over", "Fail back", "Take over", "Mail is up.", "Recent operations", "Seen from outside"):
            assert words in text, (name, words)
        assert ("Node scripts" in text) == ("Set-up procedures" in text) == (name == "Tokyo")
        assert ("Resources of" in text) == (name == "Kyoto")
    for record in (planned(cluster, manage) for cluster in both.values()):
        text = page(browser, "plan", record.pk)
        assert f"Moves Exchange on {record.cluster.name} from" in text
        assert "Fail over to" in text
        assert page(browser, "plan-mailboxes", record.pk)


def test_pages_about_the_guide_say_why_they_are_not_for_the_other_product(
    both: dict[str, Cluster], browser: Client
) -> None:
    assert "What they are rendered from" in page(browser, "node-scripts", "Tokyo")
    assert "no script of the console runs on its nodes" in page(browser, "node-scripts", "Kyoto", status=404)
    assert browser.post(reverse("node-scripts-set", args=["Kyoto"]), {"url": "http://c:1"}).status_code == 404
    for name in NAMES:
        assert ("Rights in the directory" in page(browser, "prepare-nodes", name)) == (name == "Tokyo")
    assert page(browser, "procedure", "Tokyo", "exchange-2003-setup")
    text = page(browser, "procedure", "Kyoto", "exchange-2003-setup", status=404)
    assert "there Exchange's own set-up does what the guide's procedures do" in text
    assert "there are no cluster files" in page(browser, "diagnoses", "Tokyo")


def test_history_inventory_and_audit_hold_both(both: dict[str, Cluster], browser: Client, manage: Manage) -> None:
    for name in NAMES:
        told = one_object(manage("run", name, "failover", "--yes", "--reason", "side by side", "--json"))
        assert told["result"] == "accepted"
        assert page(browser, "operation", told["operation"]["id"])
    history = page(browser, "operations")
    assert all(f"Fail over to {node}" in history for node in ("TYO-EX2", "KYO-N2"))
    inventory = page(browser, "inventory")
    assert all(words in inventory for words in (*NAMES, "TYO-EX1", "KYO-N1"))
    for cluster in both.values():
        assert page(browser, "inventory-edit", "clusters", cluster.pk)
    assert page(browser, "audit").count("confirmed the failover of") == len(NAMES)
    assert Operation.objects.filter(kind="failover").count() == len(NAMES)


def test_the_commands_take_both(both: dict[str, Cluster], manage: Manage, tmp_path: Path) -> None:
    exported = tmp_path / "exported.yaml"
    assert manage("inventory", "export", "--output", str(exported))[0] == 0
    assert manage("inventory", "apply", str(exported))[0] == 0
    for name in NAMES:
        code, out, err = manage("plan", name, "failover")
        assert code == 0, out + err
        assert f"failover of {name}, from" in out
        code, out, err = manage("plan", name, "failback")
        assert code == 2
        assert f"Refused: {name} cannot be moved to" in err
        assert manage("cooldown", name)[0] == 0
    for words in (("procedure", "check", "Kyoto", "exchange-2003-setup"), ("diagnose", "Tokyo")):
        code, out, err = manage(*words, "--json")
        assert code == 2
        assert json.loads(out)["reasons"][0]["remedy"]


def test_a_plan_of_each_is_the_products_own_and_says_what_moves(both: dict[str, Cluster], manage: Manage) -> None:
    lines = {
        name: [command.line for step in plans.of(planned(cluster, manage)).steps for command in step.commands]
        for name, cluster in both.items()
    }
    assert any(line.startswith("clpgrp -m") or "clpgrp" in line for line in lines["Tokyo"])
    assert any(line.startswith('cluster group "EVS Kyoto" /move:') for line in lines["Kyoto"])
    moved = {name: PlanRecord.objects.filter(cluster=cluster).latest("pk") for name, cluster in both.items()}
    assert plans.of(moved["Tokyo"]).membership.count == 3
    assert plans.of(moved["Kyoto"]).membership.changing == 0
