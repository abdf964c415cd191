"""The forms of the inventory: the same rules as the file, at the right fields, and no password out."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from console.models import AuditRecord, Cluster, Credential, Node
from console.services import audit
from console.services.credentials import secret_of
from console.web.forms.cluster import ClusterForm
from console.web.forms.inventory import CredentialForm, DirectoryForm, SiteForm
from tests import factories
from tests.personas import at_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(administrator: User) -> audit.Actor:
    """Ada deciding on a page."""
    return at_page(administrator)


def node_data(prefix: str, number: int, credential: Credential, **changes: str) -> dict[str, str]:
    """What a browser sends for one node of a 2003 cluster."""
    data = {
        "name": f"SERVER{number}", "address": f"10.0.0.{number}", "port": "5985", "scheme": "http", "auth": "ntlm",
        "tls_name": "", "ca": "", "codepage": "65001", "credential": str(credential.pk), "windows": "2003",
        "edition": "standard", "service_pack": "2", "architecture": "x86",
        "server_name": f"SERVER{number}", "server_service_pack": "2",
    }  # fmt: skip
    return {f"{prefix}-{name}": value for name, value in (data | changes).items()}


def cluster_data(**changes: str) -> dict[str, str]:
    """What a browser sends for a whole cluster; changes are named with their prefix, `_` for the hyphen."""
    directory, credential = factories.directory(), factories.credential()
    data = {
        "name": "MAIL1", "site": str(factories.site().pk), "directory": str(directory.pk), "driver": "expresscluster",
        "generation": "2003", "group": "EXCHANGE", "floating_ip": "10.0.1.1", "partition": "x:",
        "spn_classes": "HOST\r\nexchangeMDB, exchangeRFR", "greetings": "smtp:25\r\nimap:143", "extra_services": "",
        "membership_tolerance": "20", "cooldown_seconds": "600",
        "product_folder": r"C:\Program Files\EXPRESSCLUSTER", "timing": "move_group=90",
    }  # fmt: skip
    sent = {f"cluster-{name}": value for name, value in data.items()}
    sent |= node_data("primary", 1, credential) | node_data("standby", 2, credential)
    return sent | {name.replace("_", "-", 1): value for name, value in changes.items()}


def test_every_field_stands_in_one_group() -> None:
    for part in ClusterForm():
        assert sorted(field.name for _, fields in part.groups() for field in fields) == sorted(part.fields)


def test_a_cluster_is_saved_with_both_nodes_and_servers(actor: audit.Actor) -> None:
    form = ClusterForm(cluster_data())
    assert form.is_valid(), form.errors
    cluster = form.save(actor)

    assert cluster.partition == "X:"
    assert cluster.spn_classes == ["HOST", "exchangeMDB", "exchangeRFR"]
    assert cluster.timing == {"move_group": 90.0}
    assert [node.name for node in cluster.nodes.order_by("role")] == ["SERVER1", "SERVER2"]
    assert [node.server.name for node in cluster.nodes.order_by("role")] == ["SERVER1", "SERVER2"]
    last = AuditRecord.objects.first()
    assert last is not None
    assert (last.action, last.actor_name, last.origin) == ("inventory:cluster:created", "ada", "page")


def test_a_cluster_whose_servers_name_moves_is_saved_with_one_server_and_no_folder(actor: audit.Actor) -> None:
    carried = {
        "cluster_driver": "mscs",
        "cluster_group": "Exchange's group (Kyoto), 2003 & later",
        "cluster_product_folder": "",
        "primary_server_name": "KYO-EVS1",
        "standby_server_name": "KYO-EVS1",
    }
    form = ClusterForm(cluster_data(**carried))
    assert form.is_valid(), form.errors
    cluster = form.save(actor)
    assert (cluster.get_driver_display(), cluster.product_folder) == ("Microsoft Cluster Service", "")
    assert {node.server.name for node in cluster.nodes.all()} == {"KYO-EVS1"}


def test_a_cluster_that_is_shown_and_sent_back_does_not_change(actor: audit.Actor) -> None:
    cluster = factories.cluster(timing=(("move_group", 90.0),))
    shown = {
        f"{part.prefix}-{field.name}": field.value()
        for part in ClusterForm(instance=cluster)
        for field in part
        if field.value() is not None and field.value() is not False
    }
    before = AuditRecord.objects.count()
    form = ClusterForm({name: str(value) for name, value in shown.items()}, instance=cluster)

    assert form.is_valid(), form.errors
    form.save(actor)
    assert AuditRecord.objects.count() == before


@pytest.mark.parametrize(
    ("changes", "part", "field", "words"),
    [
        ({"cluster_floating_ip": "10.0.0.1"}, "primary", "address", "is the floating IP"),
        ({"cluster_floating_ip": "999"}, "cluster", "floating_ip", "not an IPv4 address"),
        ({"cluster_partition": "C:"}, "cluster", "partition", "not the drive"),
        ({"cluster_greetings": "ftp:21"}, "cluster", "greetings", "not a greeting"),
        ({"cluster_timing": "soon"}, "cluster", "timing", "not a deadline"),
        ({"cluster_timing": "lunch=3"}, "cluster", "timing", "not a deadline"),
        ({"cluster_name": ""}, "cluster", "name", "required"),
        ({"cluster_site": "77"}, "cluster", "site", "valid choice"),
        ({"primary_architecture": "x64"}, "primary", "architecture", "does not run on an x64"),
        ({"standby_server_service_pack": "1"}, "standby", "server_service_pack", "Service Pack 2"),
        ({"standby_server_name": "SERVER1"}, "cluster", "__all__", "same Exchange server"),
        ({"standby_name": "SERVER1"}, "standby", "name", "also used"),
        ({"cluster_driver": "mscs"}, "cluster", "product_folder", "no folder of its own"),
        ({"cluster_driver": "vcs"}, "cluster", "driver", "valid choice"),
        ({"cluster_group": 'a "quoted" group'}, "cluster", "group", "cannot be passed to a command"),
        ({"standby_port": "0"}, "standby", "port", "not a TCP port"),
    ],
)
def test_a_broken_rule_is_shown_at_its_field(changes: dict[str, str], part: str, field: str, words: str) -> None:
    form = ClusterForm(cluster_data(**changes))

    assert not form.is_valid()
    assert words in str(getattr(form, part).errors.get(field))
    assert any(words in error for error in form.errors)
    assert not Cluster.objects.exists()


def test_errors_of_all_three_parts_show_at_once() -> None:
    form = ClusterForm(cluster_data(cluster_name="", primary_name="", standby_name=""))

    assert not form.is_valid()
    assert [bool(part.errors) for part in form] == [True, True, True]


def test_editing_a_cluster_keeps_its_rows(actor: audit.Actor) -> None:
    cluster = factories.cluster()
    before = set(Node.objects.values_list("pk", flat=True))
    form = ClusterForm(cluster_data(primary_address="10.0.0.77"), instance=cluster)

    assert form.is_valid(), form.errors
    form.save(actor)
    assert set(Node.objects.values_list("pk", flat=True)) == before
    assert Node.objects.get(name="SERVER1").address == "10.0.0.77"


def credential_data(**changes: str) -> dict[str, str]:
    return {"name": "nodes", "username": "operator", "source": "stored", "reference": "", "password": ""} | changes


def test_a_password_goes_in_and_never_comes_out(actor: audit.Actor) -> None:
    form = CredentialForm(credential_data(password=" gr3at s3cret "))
    assert form.is_valid(), form.errors
    row = form.save(actor)
    assert secret_of(row).reveal() == " gr3at s3cret "

    again = CredentialForm(credential_data(username="other"), instance=row)
    assert again.is_valid(), again.errors
    again.save(actor)
    assert secret_of(Credential.objects.get()).reveal() == " gr3at s3cret "
    assert Credential.objects.get().username == "other"
    for text in (form.as_p(), again.as_p(), CredentialForm(instance=row).as_p()):
        assert "gr3at" not in text
        assert row.ciphertext not in text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "password"),
        ({"source": "env", "reference": "NODES", "password": "x"}, "password"),
        ({"source": "env", "reference": ""}, "reference"),
        ({"source": "env", "reference": "two words"}, "reference"),
        ({"source": "file", "reference": "here"}, "reference"),
        ({"source": "moon"}, "source"),
        ({"name": "a/b", "password": "x"}, "name"),
        ({"username": "", "password": "x"}, "username"),
    ],
)
def test_a_wrong_credential_is_shown_at_its_field(changes: dict[str, str], field: str) -> None:
    form = CredentialForm(credential_data(**changes))

    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_a_directory_is_saved_and_its_certificate_tidied(actor: audit.Actor) -> None:
    pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
    data: dict[str, Any] = {
        "name": "example.com", "host": "dc1.example.com", "port": "636", "security": "ldaps", "tls_name": "",
        "ca": pem.replace("\n", "\r\n") + "\r\n", "credential": str(factories.credential().pk),
    }  # fmt: skip
    form = DirectoryForm(data)
    assert form.is_valid(), form.errors
    assert form.save(actor).ca == pem

    form = DirectoryForm(data | {"name": "other.com", "security": "clear"})
    assert not form.is_valid()
    assert "clear text" in str(form.errors["security"])


def test_two_sites_need_two_names(actor: audit.Actor) -> None:
    form = SiteForm({"name": "Tokyo"})
    assert form.is_valid()
    row = form.save(actor)

    assert "another site" in str(SiteForm({"name": "TOKYO"}).errors["name"])
    assert SiteForm({"name": "TOKYO"}, instance=row).is_valid()
