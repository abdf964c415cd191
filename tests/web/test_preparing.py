"""The pages about preparing nodes, and about a set-up that refuses."""

from html import unescape

from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import reverse

from console.models import Cluster


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
