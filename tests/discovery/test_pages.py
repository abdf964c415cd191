"""The way to the first cluster by its pages: asked for, looked at by a worker, corrected, saved; and wrong turns."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from console.lab import presets
from console.lab.files import configuration
from console.lab.server import Lab
from console.management.lab_inventory import lab_inventory
from console.models import AuditRecord, Cluster, Credential, Directory, Discovery, Site
from console.services import discovery, queue
from console.services.access import NotAllowed
from console.services.clock import database_now
from tests import personas
from tests.discovery.conftest import ACCOUNT, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WRONG = "not-the-password-1"
START = {"scheme": "http", "auth": "ntlm", "codepage": "65001", "username": ACCOUNT.username}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The messages that went to the queue."""
    found: list[tuple[str, int]] = []
    monkeypatch.setattr(queue, "send", lambda message, pk, *_, **__: found.append((message, pk)) or True)
    return found


@pytest.fixture
def ada() -> Client:
    """An administrator's browser."""
    client = Client()
    client.force_login(personas.ada())
    return client


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def begins(ada: Client, lab: Lab, cluster: str = "Tokyo", **more: str) -> Any:
    """Send the first form about the cluster's first node; the answer."""
    node = told(lab, cluster)["nodes"][0]
    data = START | {"address": node["address"], "port": str(node["port"]), "password": presets.PASSWORD} | more
    return ada.post(reverse("first"), data)


def looked(ada: Client) -> tuple[Discovery, str]:
    """What a worker makes of the last one, and its page."""
    row = Discovery.objects.latest("pk")
    discovery.look_asked(row.pk)
    return Discovery.objects.get(pk=row.pk), words(ada.get(reverse("first-found", args=[row.pk])))


def as_sent(ada: Client, row: Discovery) -> dict[str, str]:
    """What the form on the page would send as it stands."""
    form = ada.get(reverse("first-found", args=[row.pk])).context["form"]
    data = {}
    for part in form:
        for field in part:
            value = field.value()
            value = getattr(value, "pk", value)
            if value not in (None, False):
                data[field.html_name] = "\n".join(value) if isinstance(value, list | tuple) else str(value)
    return data


def directory_data(lab: Lab) -> dict[str, str]:
    where = lab_inventory(lab)["directories"][0]
    data = {key: str(where[key]) for key in ("host", "port", "security", "tls_name", "ca")}
    return data | {"name": "lab.example", "credential": str(Credential.objects.get().pk)}


def test_an_empty_console_leads_to_a_saved_cluster(ada: Client, lab: Lab, sent: list[tuple[str, int]]) -> None:
    assert reverse("first") in words(ada.get("/"))
    answer = begins(ada, lab)
    row = Discovery.objects.get()
    assert answer["Location"] == reverse("first-found", args=[row.pk])
    assert sent == [(queue.DISCOVER, row.pk)]
    assert "asks the nodes" in words(ada.get(answer["Location"]))
    _, page = looked(ada)
    assert "Its directory" in page
    assert 'value="dc1.lab.example"' in page
    assert "Save the cluster" not in page

    assert ada.post(reverse("first-directory", args=[row.pk]), directory_data(lab)).status_code == 302
    row, page = looked(ada)
    assert (row.said, row.directory) == ("", Directory.objects.get())
    assert "all of it could be read" in page
    saved = ada.post(reverse("first-found", args=[row.pk]), as_sent(ada, row))
    assert saved["Location"] == reverse("cluster", args=["Tokyo"])
    cluster = Cluster.objects.get()
    assert (cluster.group, cluster.floating_ip, cluster.partition) == ("EXCHANGE", "127.0.81.10", "X:")
    assert Discovery.objects.get().saved_as == cluster
    assert {node.name for node in cluster.nodes.all()} == {"TYO-EX1", "TYO-EX2"}
    assert AuditRecord.objects.filter(action="inventory:discovery:asked").count() == 2
    assert AuditRecord.objects.filter(action="inventory:cluster:created").count() == 1


def test_what_is_wrong_in_the_proposal_is_refused_by_the_rules_of_the_inventory(
    ada: Client, lab: Lab, sent: list[tuple[str, int]]
) -> None:
    begins(ada, lab)
    row, _ = looked(ada)
    ada.post(reverse("first-directory", args=[row.pk]), directory_data(lab))
    row, _ = looked(ada)
    data = as_sent(ada, row) | {"primary-address": "127.0.81.10"}
    answer = ada.post(reverse("first-found", args=[row.pk]), data)
    assert answer.status_code == 422
    assert "Nothing was saved." in words(answer)
    assert not Cluster.objects.exists()


def test_no_password_is_shown_or_kept_but_encrypted(ada: Client, lab: Lab, sent: list[tuple[str, int]]) -> None:
    begins(ada, lab, password=WRONG)
    row, page = looked(ada)
    kept = json.dumps([str(list(model.objects.values())) for model in (AuditRecord, Discovery, Credential)])
    assert WRONG not in kept + page
    assert "refused" in row.said
    assert "user name" in row.remedy
    assert "Correct the account nodes" in page
    again = ada.post(reverse("first-again", args=[row.pk]), {"other_address": ""})
    assert again.status_code == 302
    assert [pk for _, pk in sent] == [row.pk, row.pk]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"address": "no address"}, "neither an IP address nor a DNS name"),
        ({"password": ""}, "Enter its password"),
        ({"username": ""}, "Enter the account"),
        ({"auth": "basic"}, "clear text"),
        ({"port": "99999"}, "not a TCP port"),
        ({"site_name": "!"}, "not a name that can be used"),
        ({"other_address": "a b"}, "neither an IP address nor a DNS name"),
    ],
)
def test_what_cannot_be_asked_is_told_at_its_field_and_keeps_nothing(
    ada: Client, lab: Lab, more: dict[str, str], said: str
) -> None:
    answer = begins(ada, lab, **more)
    assert answer.status_code == 422
    assert said in words(answer)
    assert not any(model.objects.exists() for model in (Discovery, Credential, Site))


def test_tls_that_nobody_vouches_for_and_a_closed_port_say_what_to_do(
    ada: Client, lab: Lab, sent: list[tuple[str, int]]
) -> None:
    secure = lab.endpoint("TYO-EX1", tls=True).rpartition(":")[2].partition("/")[0]
    begins(ada, lab, scheme="https", port=secure)
    row, page = looked(ada)
    assert "not trusted" in row.said
    assert "Give the CA that signed the certificate" in page
    known = {"credential": str(Credential.objects.get().pk), "site": str(Site.objects.get().pk)}
    begins(ada, lab, port="1", username="", password="", **known)
    row, _ = looked(ada)
    assert "firewall" in row.remedy
    assert Credential.objects.count() == 1


def test_a_file_proposes_a_cluster_and_says_what_it_lacks(ada: Client, lab: Lab) -> None:
    data = configuration(lab.world.cluster("Tokyo")).encode("ascii")
    answer = ada.post(reverse("first-file"), {"file": SimpleUploadedFile("clp.conf", data)})
    row = Discovery.objects.get()
    assert answer["Location"] == reverse("first-found", args=[row.pk])
    page = words(ada.get(answer["Location"]))
    assert "the inventory needs a site and a credential" in page
    assert f"{reverse('first')}?address=127.0.81.1" in page
    assert row.proposal["floating_ips"] == ["127.0.81.10"]


@pytest.mark.parametrize("data", [b"", b"<root/>", b"<!DOCTYPE a><root/>", b"<root>" + b" " * 1024 * 1024 + b"</root>"])
def test_a_file_that_is_none_is_refused_at_its_field(ada: Client, data: bytes) -> None:
    answer = ada.post(reverse("first-file"), {"file": SimpleUploadedFile("clp.conf", data)})
    assert answer.status_code == 422
    assert answer.context["file_form"].errors["file"]
    assert not Discovery.objects.exists()


@pytest.mark.parametrize(("claimed", "said"), [(False, "No worker of the site"), (True, "did not finish in time")])
def test_what_nobody_does_is_sent_again_and_given_up(
    ada: Client, lab: Lab, sent: list[tuple[str, int]], claimed: bool, said: str
) -> None:
    begins(ada, lab)
    now = database_now()
    Discovery.objects.update(asked_at=now - timedelta(seconds=10), claimed_at=now if claimed else None)
    discovery.sweep()
    assert len(sent) == (1 if claimed else 2)
    Discovery.objects.update(look_before=now - timedelta(seconds=1))
    discovery.sweep()
    row = Discovery.objects.get()
    assert said in row.said
    assert row.remedy
    Discovery.objects.update(ended_at=now - discovery.KEPT - timedelta(days=1))
    discovery.sweep()
    assert not Discovery.objects.exists()


def test_who_may_not_change_the_inventory_asks_nothing(ada: Client, lab: Lab, sent: list[tuple[str, int]]) -> None:
    begins(ada, lab)
    row = Discovery.objects.get()
    olga = personas.at_page(personas.olga())
    way = discovery.way_to("127.0.81.1", {})
    with pytest.raises(NotAllowed):
        discovery.ask(way, Credential.objects.get(), Site.objects.get(), olga)
    with pytest.raises(NotAllowed):
        discovery.ask_again(row, olga)
    with pytest.raises(NotAllowed):
        discovery.read_file(b"", "clp.conf", olga)
    assert Discovery.objects.count() == 1
