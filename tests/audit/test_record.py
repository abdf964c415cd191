"""One audit record: whole, in its transaction, and never changed again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from console.models import AuditRecord
from console.models.audit import AppendOnly
from console.services import audit
from console.services.audit_actions import Action, sentence
from console.services.clock import database_now
from tests import factories
from tests.personas import at_page, olga

SITE = audit.Subject("site", 7, "Tokyo")


def written(**fields: Any) -> AuditRecord:
    """A record that was just written."""
    with transaction.atomic():
        return audit.record(Action.SITE_CHANGED, audit.SYSTEM, SITE, **fields)


@pytest.mark.django_db(transaction=True)
def test_a_record_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        audit.record(Action.SITE_CHANGED, audit.SYSTEM, SITE)
    assert not AuditRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_rollback_takes_the_record_and_gives_its_number_back() -> None:
    written()
    with transaction.atomic():
        audit.record(Action.SITE_CHANGED, audit.SYSTEM, SITE)
        transaction.set_rollback(True)
    written()

    assert list(AuditRecord.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2]


@pytest.mark.django_db
def test_the_body_says_everything_that_the_row_says() -> None:
    cluster = factories.cluster()
    with transaction.atomic():
        audit.record(
            Action.CLUSTER_CHANGED,
            at_page(olga()),
            audit.Subject("cluster", cluster.pk, cluster.name),
            cluster=cluster,
            reason="Ünïcode 障害",
            before={"b": 1, "a": [1.5, None]},
            after={"when": datetime(2008, 7, 18, tzinfo=UTC)},
        )
    row = AuditRecord.objects.get(action=Action.CLUSTER_CHANGED)

    assert row.body == audit.canonical(audit.contents(row))
    body = json.loads(row.body)
    assert (body["seq"], body["actor"], body["origin"], body["cluster"]) == (row.seq, "olga", "page", "MAIL1")
    assert "Ünïcode 障害" in row.body
    assert list(body) == sorted(body)
    assert body["at"] == row.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@pytest.mark.django_db
def test_the_time_is_the_databases() -> None:
    before = database_now()
    row = written()

    assert before <= row.at <= database_now()
    assert abs(row.at - datetime.now(UTC)) < timedelta(seconds=30)


@pytest.mark.django_db
def test_a_record_is_never_changed_or_deleted() -> None:
    row = written()
    row.reason = "another"
    for attempt in (
        row.save,
        row.delete,
        AuditRecord.objects.all().delete,
        lambda: AuditRecord.objects.update(reason="another"),
        lambda: AuditRecord.objects.bulk_update([row], ["reason"]),
        lambda: AuditRecord.objects.bulk_create([AuditRecord(seq=9)]),
        AuditRecord.objects.get().save,
    ):
        with pytest.raises(AppendOnly):
            attempt()

    assert AuditRecord.objects.get().reason == ""


@pytest.mark.django_db
def test_an_account_that_decided_something_cannot_be_deleted() -> None:
    user = olga()
    with transaction.atomic():
        audit.record(Action.SITE_CHANGED, at_page(user), SITE)

    with pytest.raises(Exception, match="protected"):
        user.delete()


@pytest.mark.django_db
def test_what_json_cannot_say_is_refused_and_takes_no_number() -> None:
    with pytest.raises(ValueError, match="JSON"), transaction.atomic():
        audit.record(Action.SITE_CHANGED, audit.SYSTEM, SITE, before={"x": float("nan")})

    assert written().seq == 1


TEXTS = st.text(max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_equal_data_has_equal_bytes_whatever_its_order(data: dict[str, Any]) -> None:
    shuffled = dict(reversed(data.items()))

    assert audit.canonical(shuffled) == audit.canonical(data)
    assert json.loads(audit.canonical(data)) == data


@pytest.mark.parametrize("action", Action)
def test_every_action_has_a_tag_of_three_parts_and_a_sentence(action: Action) -> None:
    said = sentence(action, actor="olga", subject="SUBJECT", cluster="MAIL1")

    assert len(action.split(":")) == 3
    assert said[0].isupper() or said.startswith("olga")
    assert "{" not in said


def test_a_tag_of_another_release_is_shown_as_it_is() -> None:
    assert sentence("moon:phase:changed", actor="olga", subject="x", cluster="") == "olga: moon:phase:changed x"
