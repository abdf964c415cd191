"""What a row refuses by itself, whoever saves it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from console.models import Cluster, Credential, ExchangeServer, Node, Site
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Site, {"name": "To/kyo"}),
        (Credential, {"username": " padded"}),
        (Node, {"name": 'SERVER1" & del'}),
        (Node, {"address": "10.0.0.1; del"}),
        (ExchangeServer, {"name": "SERVER%1"}),
        (Cluster, {"group": 'EX"CHANGE'}),
        (Cluster, {"partition": "C:"}),
        (Cluster, {"product_folder": 'C:\\"'}),
        (Cluster, {"extra_services": ["IMAP4Svc", "a & b"]}),
        (Cluster, {"spn_classes": ["HOST", "A/B"]}),
        (Cluster, {"greetings": ["smtp"]}),
    ],
)
def test_a_wrong_name_is_never_saved(model: type[Any], fields: dict[str, Any]) -> None:
    factories.cluster()
    row = model.objects.first()
    for name, value in fields.items():
        setattr(row, name, value)

    with pytest.raises(ValidationError) as refused:
        row.save()
    assert set(refused.value.message_dict) == set(fields)


@pytest.mark.parametrize(
    "change",
    [
        lambda: Site.objects.create(name="TOKYO"),
        lambda: Node.objects.filter(name="SERVER2").update(name="server1"),
        lambda: Node.objects.filter(name="SERVER2").update(address="10.0.0.1"),
        lambda: Node.objects.filter(name="SERVER2").update(role="primary"),
        lambda: Node.objects.filter(name="SERVER2").update(role="witness"),
        lambda: Node.objects.filter(name="SERVER2").update(port=0),
        lambda: Credential.objects.update(reference=""),
    ],
)
def test_the_database_itself_keeps_apart_what_must_differ(change: Callable[[], Any]) -> None:
    factories.cluster()

    with pytest.raises(IntegrityError):
        change()
