"""The inventory's pages: shown to who sees, changed by who may, with every mistake beside its field or line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from console.models import AuditRecord, Cluster, Credential, Site
from tests import factories
from tests.web import world

Page = Callable[..., str]
INVENTORY = Path(__file__).parents[1] / "inventory"
SECRET = "canary-7f3a-password"


def add(kind: str) -> str:
    return reverse("inventory-add", args=[kind])


def change(kind: str, pk: int) -> str:
    return reverse("inventory-edit", args=[kind, pk])


def as_posted(client: Client, address: str) -> dict[str, Any]:
    """What a browser would send if a person opened the form and pressed Save."""
    form = client.get(address).context["form"]
    parts = list(form) if hasattr(form, "cluster") else [form]
    values = {field.html_name: field.value() for part in parts for field in part}
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_who_sees_sees_it_without_ways_to_change_it(rita: Client, tokyo: Cluster, page: Page) -> None:
    text = page(rita, reverse("inventory"))
    assert "TOK-EX1" in text
    assert "The account rita may not change the inventory" in text
    assert "Add a cluster" not in text
    assert rita.get(add("sites")).status_code == 403
    assert rita.post(add("sites"), {"name": "North"}).status_code == 403


def test_a_site_is_added_renamed_and_removed_with_an_audit_record_each(ada: Client) -> None:
    assert ada.post(add("sites"), {"name": "North"})["Location"] == reverse("inventory")
    site = Site.objects.get()
    ada.post(change("sites", site.pk), {"name": "South"})
    ada.post(reverse("inventory-remove", args=["sites", site.pk]))
    assert not Site.objects.exists()
    actions = list(AuditRecord.objects.order_by("seq").values_list("action", flat=True))
    assert actions == [f"inventory:site:{what}" for what in ("created", "changed", "deleted")]


def test_a_mistake_stands_beside_its_field_and_nothing_is_saved(ada: Client) -> None:
    response = ada.post(add("sites"), {"name": ""})
    text = response.content.decode()
    assert response.status_code == 422
    assert 'aria-invalid="true"' in text
    assert "field__error" in text
    assert not Site.objects.exists()


def test_what_is_in_use_is_not_removed(ada: Client) -> None:
    cluster = factories.cluster()
    response = ada.post(reverse("inventory-remove", args=["sites", cluster.site_id]), follow=True)
    assert "It is still used by MAIL1" in response.content.decode()
    assert Site.objects.exists()


def test_a_password_goes_in_and_never_comes_out(ada: Client, page: Page) -> None:
    said = {"name": "nodes", "username": "CORP\\svc", "source": "stored", "reference": "", "password": SECRET}
    assert ada.post(add("credentials"), said).status_code == 302
    credential = Credential.objects.get()
    assert SECRET not in credential.ciphertext
    seen = [page(ada, address) for address in (reverse("inventory"), change("credentials", credential.pk))]
    seen.append(ada.get(reverse("inventory-export")).content.decode())
    seen.append(ada.post(add("credentials"), said | {"name": "nodes"}).content.decode())
    seen += [page(ada, reverse("audit")), *(row.body for row in AuditRecord.objects.all())]
    assert all(SECRET not in text for text in seen)


def test_a_cluster_is_saved_as_it_is_shown_without_a_change(ada: Client) -> None:
    cluster = factories.cluster()
    written = AuditRecord.objects.count()
    response = ada.post(change("clusters", cluster.pk), as_posted(ada, change("clusters", cluster.pk)))
    assert response.status_code == 302, response.content.decode()
    assert AuditRecord.objects.count() == written


def test_every_mistake_of_a_cluster_shows_at_once(ada: Client) -> None:
    cluster = factories.cluster()
    said = as_posted(ada, change("clusters", cluster.pk))
    said |= {"cluster-floating_ip": "10.0.0.1", "primary-name": "BAD NAME", "cluster-partition": "1"}
    response = ada.post(change("clusters", cluster.pk), said)
    text = response.content.decode()
    assert response.status_code == 422
    assert "Nothing was saved." in text
    assert text.count('class="field__error"') >= 2
    cluster.refresh_from_db()
    assert cluster.floating_ip == "10.0.1.1"


def test_a_new_cluster_begins_with_an_empty_form(ada: Client, page: Page) -> None:
    text = page(ada, add("clusters"))
    assert "Primary node" in text
    assert "Standby node" in text
    assert "field__error" not in text


def test_a_cluster_in_operation_is_not_changed(ada: Client) -> None:
    cluster = factories.cluster()
    said = as_posted(ada, change("clusters", cluster.pk)) | {"cluster-membership_tolerance": "7"}
    world.running(cluster)
    response = ada.post(change("clusters", cluster.pk), said)
    assert "cannot be changed: operation" in response.content.decode()
    cluster.refresh_from_db()
    assert cluster.membership_tolerance == 20


def test_the_file_that_is_taken_out_changes_nothing_when_it_is_put_back(ada: Client) -> None:
    factories.cluster()
    response = ada.get(reverse("inventory-export"))
    assert response["Content-Disposition"] == 'attachment; filename="inventory.yaml"'
    written = AuditRecord.objects.count()
    text = response.content.decode()
    answer = ada.post(reverse("inventory-apply"), {"text": text})
    assert "already what this file says" in answer.content.decode()
    assert AuditRecord.objects.count() == written


def test_a_file_with_ten_mistakes_shows_all_ten_with_their_lines(ada: Client) -> None:
    file = SimpleUploadedFile("inventory.yaml", (INVENTORY / "ten_mistakes.yaml").read_bytes())
    response = ada.post(reverse("inventory-apply"), {"file": file})
    text = response.content.decode()
    assert response.status_code == 422
    mistakes = response.context["applied"].mistakes
    assert len(mistakes) >= 10
    assert f"Nothing was applied: {len(mistakes)} mistakes" in text
    for mistake in mistakes:
        assert f'href="#T{mistake.line}">line {mistake.line}</a>' in text
    assert 'class="is-wrong"' in text
    assert not Site.objects.exists()


def test_a_password_that_was_put_into_a_file_is_not_shown_back(ada: Client) -> None:
    for key in ("password", "- Passwort", "  secret", "pwd"):
        response = ada.post(reverse("inventory-apply"), {"text": f"credentials:\n  {key}: {SECRET}\n"})
        assert response.status_code == 422
        assert SECRET not in response.content.decode(), key


def test_a_dry_run_shows_what_would_change_and_changes_nothing(ada: Client) -> None:
    said = {"text": (INVENTORY / "right.yaml").read_text(encoding="utf-8"), "dry_run": "1"}
    assert "This would change" in ada.post(reverse("inventory-apply"), said).content.decode()
    assert not Cluster.objects.exists()
    del said["dry_run"]
    assert "Applied:" in ada.post(reverse("inventory-apply"), said).content.decode()
    assert Cluster.objects.exists()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Nothing was sent"),
        ({"text": "   "}, "Nothing was sent"),
        ({"file": SimpleUploadedFile("a.yaml", b"\xff\xfe\x00s")}, "is not UTF-8 text"),
        ({"file": SimpleUploadedFile("a.yaml", b"#" * 2_000_001)}, "is larger than"),
        ({"text": "a: [1"}, "This is not YAML"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(ada: Client, sent: dict[str, Any], said: str) -> None:
    response = ada.post(reverse("inventory-apply"), sent)
    assert response.status_code == 422
    assert said in response.content.decode()


def test_an_empty_inventory_says_where_to_begin(rita: Client, page: Page) -> None:
    text = page(rita, reverse("inventory"))
    assert "One node's address and an account are enough" in text
