"""What an administrator of the database changes behind the console's back is seen before it is used or believed."""

import pytest
from django.test import Client
from django.urls import reverse

from console.models import Cluster, Operation, PlanRecord
from tests.services import making
from tests.web import world


def falsified(record: PlanRecord) -> None:
    """The plan with another target in its text, and the hash that it had."""
    body = record.body
    body["steps"][0]["title"] = "Something else"
    PlanRecord.objects.filter(pk=record.pk).update(body=body)


def test_a_plan_that_was_changed_is_not_confirmed(olga: Client, tokyo: Cluster) -> None:
    record = making.ready(tokyo)
    falsified(record)
    response = olga.post(reverse("confirm-plan", args=[record.pk]), {"reason": "x", "hash": record.hash})
    assert response.status_code == 409
    assert "is no longer what was made" in response.content.decode()
    assert not Operation.objects.exists()


@pytest.mark.parametrize("name", ["operation", "operation-state"])
def test_an_operation_whose_plan_was_changed_says_so_instead_of_showing_it(
    olga: Client, tokyo: Cluster, name: str
) -> None:
    operation = world.running(tokyo)
    falsified(operation.plan)
    response = olga.get(reverse(name, args=[operation.pk]))
    text = response.content.decode()
    assert response.status_code == 409
    assert f"Plan {operation.plan_id} is no longer what was made" in text
    assert "Make a new plan." in text
    assert "Something else" not in text
