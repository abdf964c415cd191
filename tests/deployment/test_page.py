"""The page of the node scripts: what differs, deploying with a reason, taking back, keys; and who may not."""

import pytest
from django.test import Client

from console.lab.server import Lab
from console.models import Cluster, NodeKey, NodeScripts
from console.services import node_requests
from tests.deployment.conftest import URL, on_disk, rendered
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client, nagoya: Cluster) -> Client:
    """Signed in as the person who may do everything."""
    client.force_login(making.account("olga", "administrator"))
    return client


def shown(client: Client) -> str:
    answer = client.get("/clusters/nagoya/scripts/")
    assert answer.status_code == 200
    return answer.content.decode()


def ask(client: Client, what: str, reason: str = "it is time") -> str:
    """Press a button, let the worker do it, and give the page."""
    client.post("/clusters/nagoya/scripts/ask/", {"what": what, "reason": reason})
    row = NodeScripts.objects.get()
    assert row.asked == what
    node_requests.do_asked(row)
    return shown(client)


@pytest.mark.slow
def test_it_compares_deploys_and_takes_back(lab: Lab, nagoya: Cluster, page: Client) -> None:
    assert "Not compared yet" in shown(page)
    compared = ask(page, "compare")
    assert "10 to write" in compared
    assert "+set &quot;CHO_GROUP=&quot;" in compared
    deployed = ask(page, "deploy", "the first time")
    assert "Wrote and proved 10 files" in deployed
    assert "nothing to write" in deployed
    assert "the first time" in deployed
    assert on_disk(lab, "NGO-EX2", "START.BAT") == rendered(nagoya).files["START.BAT"]
    assert "10 to write" in ask(page, "undo", "it was a mistake")


def test_a_key_is_put_on_a_node(lab: Lab, page: Client) -> None:
    told = ask(page, "key primary")
    key = NodeKey.objects.get()
    assert f"The key {key.key_id} lies on NGO-EX1, and the node has not signed with it yet" in told
    assert f"It is {key.key_id}." in told


def test_what_cannot_be_done_is_told_with_its_remedy(lab: Lab, page: Client) -> None:
    lab.fault("NGO-EX2", "winrm-down")
    told = ask(page, "deploy")
    assert "What lies on NGO-EX2 is not known" in told
    assert "Bring the node up" in told


def test_no_reason_and_no_such_thing_change_nothing(page: Client) -> None:
    for sent in ({"what": "deploy", "reason": ""}, {"what": "shred", "reason": "why not"}):
        answer = page.post("/clusters/nagoya/scripts/ask/", sent, follow=True)
        assert "Nothing was changed." in answer.content.decode()
    assert NodeScripts.objects.get().asked == ""


def test_what_was_asked_too_long_ago_is_not_done_and_says_so(page: Client) -> None:
    page.post("/clusters/nagoya/scripts/ask/", {"what": "deploy", "reason": "now"})
    NodeScripts.objects.update(asked_at="2026-01-01T00:00:00Z")
    node_requests.do_asked(NodeScripts.objects.get())
    assert "No worker of the site" in shown(page)


def test_two_who_ask_at_once_get_one_answer(page: Client) -> None:
    page.post("/clusters/nagoya/scripts/ask/", {"what": "deploy", "reason": "first"})
    page.post("/clusters/nagoya/scripts/ask/", {"what": "deploy", "reason": "second"})
    other = page.post("/clusters/nagoya/scripts/ask/", {"what": "undo", "reason": "third"}, follow=True)
    assert "Somebody asked for something else on Nagoya a moment ago" in other.content.decode()
    row = NodeScripts.objects.get()
    assert (row.asked, row.asked_why) == ("deploy", "first")


def test_what_nobody_took_up_is_sent_again_until_it_is_too_late(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[object, ...]] = []
    monkeypatch.setattr(node_requests.queue, "send", lambda *words, **_: bool(sent.append(words)) or True)
    page.post("/clusters/nagoya/scripts/ask/", {"what": "deploy", "reason": "first"})
    assert node_requests.send_again() == 1
    assert sent[-1] == ("scripts.asked", NodeScripts.objects.get().pk, "operations.lab")
    NodeScripts.objects.update(asked_at="2026-01-01T00:00:00Z")
    assert node_requests.send_again() == 0


def test_a_second_delivery_does_nothing(lab: Lab, page: Client) -> None:
    page.post("/clusters/nagoya/scripts/ask/", {"what": "compare"})
    late = NodeScripts.objects.get()
    node_requests.do_asked(NodeScripts.objects.get())
    told = NodeScripts.objects.get().told
    node_requests.do_asked(late)
    assert NodeScripts.objects.get().told == told


def test_what_they_are_rendered_from_is_set_and_what_cannot_stand_is_said(page: Client) -> None:
    values = {"url": "http://10.0.0.1:9000", "silence": "fail", "folder": r"C:\Changeover", "reason": "a new address"}
    assert page.post("/clusters/nagoya/scripts/set/", values).status_code == 302
    row = NodeScripts.objects.get()
    assert (row.url, row.silence, row.log, row.asked) == ("http://10.0.0.1:9000", "fail", False, "compare")
    wrong = page.post("/clusters/nagoya/scripts/set/", {**values, "url": "https://a b"})
    assert (wrong.status_code, "cannot stand in a script" in wrong.content.decode()) == (400, True)


def test_the_page_of_a_cluster_that_nobody_set_up_says_how(page: Client) -> None:
    NodeScripts.objects.all().delete()
    assert "Where the nodes reach the console" in shown(page)
    assert "Nobody has set up" in page.get("/clusters/nagoya/").content.decode()


def test_who_may_only_look_changes_nothing(client: Client, nagoya: Cluster) -> None:
    client.force_login(making.account("vera", "viewer"))
    assert "may not start, stop" in shown(client)
    assert client.post("/clusters/nagoya/scripts/ask/", {"what": "deploy", "reason": "x"}).status_code == 403
    assert client.post("/clusters/nagoya/scripts/ask/", {"what": "key primary", "reason": "x"}).status_code == 403
    assert client.post("/clusters/nagoya/scripts/set/", {"url": URL}).status_code == 403
    assert client.get("/clusters/nagoya/scripts/ask/").status_code == 405
