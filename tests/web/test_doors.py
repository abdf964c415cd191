"""Who reaches which page, and how: strangers, people without the right, and methods that change nothing."""

import pytest
from django.test import Client
from django.urls import reverse

from console.models import AuditRecord, Cluster
from tests import personas
from tests.web import world

READ = ["clusters", "operations", "inventory", "findings", "set-up-logs"]
OF_OPERATION = ["operation", "operation-state", "operation-lines", "operation-journal"]
FOR_AUDITORS = ["audit"]
FOR_INVENTORY = ["inventory-apply"]


def post_only(cluster: Cluster) -> dict[str, str]:
    operation = world.running(cluster)
    return {
        reverse("sign-out"): "",
        reverse("theme"): "",
        reverse("observe-all"): "view",
        reverse("observe-cluster", args=["TOKYO"]): "view",
        reverse("prepare-plan", args=["TOKYO"]): "operate",
        reverse("diagnose", args=["TOKYO"]): "operate",
        reverse("prepare-repair", args=["TOKYO"]): "operate",
        reverse("confirm-plan", args=[operation.plan_id]): "operate",
        reverse("stop-operation", args=[operation.pk]): "operate",
        reverse("acknowledge-operation", args=[operation.pk]): "operate",
        reverse("carry-on-operation", args=[operation.pk]): "operate",
        reverse("inventory-remove", args=["clusters", cluster.pk]): "change-inventory",
    }


def test_a_stranger_is_sent_to_sign_in_from_every_page(tokyo: Cluster) -> None:
    operation = world.running(tokyo)
    addresses = [reverse(name) for name in (*READ, *FOR_AUDITORS, *FOR_INVENTORY)]
    addresses += [reverse(name, args=[operation.pk]) for name in (*OF_OPERATION, "operation-events")]
    addresses += [reverse("cluster", args=["TOKYO"]), reverse("plan", args=[operation.plan_id])]
    addresses += [reverse("observe-all"), reverse("prepare-plan", args=["TOKYO"]), reverse("sign-out")]
    for address in addresses:
        response = Client().get(address)
        assert response.status_code == 302, address
        assert response["Location"].startswith(reverse("sign-in")), address


@pytest.mark.parametrize("name", READ)
def test_an_account_without_a_role_is_told_which_role_to_ask_for(ada: Client, sam: Client, name: str) -> None:
    response = sam.get(reverse(name))
    assert response.status_code == 403
    assert "Ask an administrator (ada) for the role viewer." in response.content.decode()


@pytest.mark.parametrize("name", [*FOR_AUDITORS, *FOR_INVENTORY])
def test_an_operator_is_kept_from_what_others_do(olga: Client, name: str) -> None:
    response = olga.get(reverse(name))
    assert response.status_code == 403
    assert "administrator" in response.content.decode()


def test_nothing_that_changes_something_can_be_opened(tokyo: Cluster, ada: Client) -> None:
    before = AuditRecord.objects.count()
    addresses = post_only(tokyo)
    written = AuditRecord.objects.count()
    for address in addresses:
        response = ada.get(address)
        assert response.status_code == 405, address
        assert response["Allow"] == "POST"
        assert "Nothing was done" in response.content.decode()
    assert AuditRecord.objects.count() == written >= before


def test_who_only_sees_may_not_do(tokyo: Cluster, rita: Client) -> None:
    for address, right in post_only(tokyo).items():
        if right in ("operate", "change-inventory"):
            response = rita.post(address)
            assert response.status_code == 403, address
            assert "The account rita may not" in response.content.decode()


def test_a_form_from_elsewhere_is_refused_with_a_way_on(tokyo: Cluster) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(personas.olga())
    response = client.post(reverse("prepare-plan", args=["TOKYO"]), {"kind": "failover"})
    assert response.status_code == 403
    assert "reload the page, and send the form again" in response.content.decode()
    assert not tokyo.plans.exists()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/nothing/here/", "/nothing/here/"),
        ("/clusters/KYOTO/", "no cluster called KYOTO"),
        ("/plans/4711/", "no plan 4711"),
        ("/operations/4711/", "no operation 4711"),
        ("/operations/4711/state", "no operation 4711"),
        ("/audit/4711/", "no audit record 4711"),
        ("/audit/export.pdf", "not exported as pdf"),
        ("/inventory/printers/add/", "no printers"),
        ("/inventory/sites/4711/", "no longer, in the inventory"),
    ],
)
def test_what_is_not_there_says_so_and_where_to_go(ada: Client, address: str, said: str) -> None:
    response = ada.get(address)
    text = response.content.decode()
    assert response.status_code == 404
    assert said in text
    assert 'href="/"' in text


def test_a_mistake_of_the_console_has_a_page_that_needs_nothing(
    olga: Client, monkeypatch: pytest.MonkeyPatch, tokyo: Cluster
) -> None:
    olga.raise_request_exception = False
    world.observed(tokyo)
    tokyo.observation.status = {"nodes": 3}
    tokyo.observation.save()
    response = olga.get(reverse("cluster", args=["TOKYO"]))
    assert response.status_code == 500
    assert "Operations run apart from the pages" in response.content.decode()


def test_a_host_that_is_not_ours_gets_a_page_with_a_remedy(olga: Client) -> None:
    response = olga.get("/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert "CHANGEOVER_HOSTS" in response.content.decode()


def test_every_page_obeys_the_policy_that_forbids_inline_script_and_style(tokyo: Cluster, ada: Client) -> None:
    world.observed(tokyo)
    operation = world.running(tokyo)
    world.filled(operation, 3)
    addresses = [reverse(name) for name in (*READ, *FOR_AUDITORS, *FOR_INVENTORY)]
    addresses += [reverse("cluster", args=["TOKYO"]), reverse("plan", args=[operation.plan_id])]
    addresses += [reverse("operation", args=[operation.pk]), reverse("inventory-edit", args=["clusters", tokyo.pk])]
    for address in addresses:
        text = ada.get(address).content.decode()
        assert " style=" not in text, address
        assert "<style" not in text, address
        assert " onclick=" not in text, address
        assert "<script>" not in text, address
        elsewhere = text.replace("http://www.w3.org", "").replace("http://testserver/api/", "")  # calls that it shows
        assert "http://" not in elsewhere, address
