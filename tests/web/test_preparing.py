"""The pages about preparing nodes, and about a set-up that refuses."""

from html import unescape

import pytest
from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import reverse

from console.domain.outcome import WaitsFor
from console.models import Cluster, ProcedureProof
from console.services import proving
from tests.web import setup_world


def words_of(response: HttpResponseBase) -> str:
    """The page as text, entities resolved."""
    assert isinstance(response, HttpResponse)
    return unescape(response.content.decode())


SAID = "You must be a member of the Exchange Organization Administrators group to upgrade the first Mailbox server role"


def test_the_sheet_of_each_node_is_shown_in_order(tokyo: Cluster, rita: Client) -> None:
    page = words_of(rita.get(reverse("prepare-nodes", args=["TOKYO"])))
    for node in tokyo.nodes.all():
        assert f"manage.py prepare-node {node.name} --check" in page
    assert page.index("Install WinRM") < page.index("Take no clear text") < page.index("Have the tools")
    assert "manage.py directory delegation TOKYO" in page


def test_the_clusters_page_leads_there(tokyo: Cluster, rita: Client) -> None:
    page = rita.get(reverse("cluster", args=["TOKYO"])).content.decode()
    assert reverse("prepare-nodes", args=["TOKYO"]) in page


def test_what_a_set_up_said_is_told_with_what_to_do(tokyo: Cluster, rita: Client) -> None:
    node = tokyo.nodes.get(role="standby").name
    address = reverse("setup-errors", args=["TOKYO"])
    page = words_of(rita.post(address, {"node": node, "text": SAID}))
    assert f"Log off from {node}" in page
    page = words_of(rita.post(address, {"node": node, "text": "<script>something else</script>"}))
    assert "Nothing in it is one of the refusals" in page


def test_a_text_or_a_node_that_is_not_there_is_asked_for(tokyo: Cluster, rita: Client) -> None:
    address = reverse("setup-errors", args=["TOKYO"])
    assert "required" in words_of(rita.post(address, {"node": "TOKYO", "text": ""}))
    assert "not one of the available choices" in words_of(rita.post(address, {"node": "ELSEWHERE", "text": SAID}))


def test_a_stranger_sees_neither(tokyo: Cluster) -> None:
    for name in ("prepare-nodes", "setup-errors"):
        assert Client().get(reverse(name, args=["TOKYO"])).status_code == 302


def test_looking_is_asked_of_a_worker_once_and_what_it_found_is_shown_where_it_belongs(
    tokyo: Cluster, rita: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHANGEOVER_TEST_PASSWORD", "never-asked-for")
    address = reverse("prepare-nodes", args=["TOKYO"])
    assert "Nobody has looked yet" in words_of(rita.get(address))
    for _ in range(2):
        assert rita.post(reverse("check-preparation", args=["TOKYO"])).status_code == 302
    (row,) = ProcedureProof.objects.all()
    assert "Waiting for a worker" in words_of(rita.get(address))
    proving.prove_asked(row.pk)
    row.refresh_from_db()
    verdicts = {(check["key"], check["about"]): check["verdict"] for check in row.checks}
    nodes = tokyo.nodes.values_list("name", flat=True)
    assert verdicts == {("directory.rights", ""): "unknown"} | {("prepare.reach", name): "fail" for name in nodes}
    page = words_of(rita.get(address))
    assert page.count("On a new node begin with the sheet") == 2
    assert "Look now" in page


def test_who_sees_nothing_may_not_have_it_looked_at(tokyo: Cluster, sam: Client) -> None:
    assert sam.post(reverse("check-preparation", args=["TOKYO"])).status_code == 403
    assert not ProcedureProof.objects.exists()


@pytest.mark.parametrize("step", ["standby-pack", "primary-pack"])
def test_the_roll_of_a_service_pack_leads_to_what_its_set_up_means(
    tokyo: Cluster, olga: Client, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(setup_world, "KEY", "exchange-2007-service-pack")
    tokyo.generation = "2007"
    tokyo.save()
    operation = setup_world.at_rest(tokyo, step, WaitsFor.PROOF)
    page = words_of(olga.get(reverse("operation", args=[operation.pk])))
    assert f'href="{reverse("setup-errors", args=["TOKYO"])}"' in page
