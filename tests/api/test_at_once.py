"""Programs that ask for the same at the same moment, each in a process of its own as far as the database can tell."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from console.models import ApiOnce, AuditRecord, Operation, PlanRecord
from console.services import plans
from tests import personas
from tests.api.calling import Program
from tests.services import making

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


def together(act: Callable[[], Any]) -> list[Any]:
    """What each of several threads got that began at one moment."""
    barrier = Barrier(AT_ONCE)

    def one() -> Any:
        barrier.wait(10)
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [waiting.result(60) for waiting in [pool.submit(one) for _ in range(AT_ONCE)]]


def test_one_key_makes_one_plan_however_many_ask_at_once() -> None:
    making.cluster()
    program = Program(personas.olga(), right="operate")
    told = together(lambda: program.post("clusters/tokyo/plans", {"kind": "failover"}, key="the-same-key"))
    assert len({one["id"] for one in told}) == 1
    assert PlanRecord.objects.count() == ApiOnce.objects.count() == 1


def test_one_plan_starts_one_operation_however_many_confirm_it_at_once() -> None:
    making.cluster()
    program = Program(personas.olga(), right="operate")
    made = program.post("clusters/tokyo/plans", {"kind": "failover"})
    plan = plans.make(made["id"], making.planner())
    word = {"hash": plan.hash, "reason": "maintenance"}
    told = together(lambda: program.post(f"plans/{plan.pk}/confirm", word))
    assert len({one["id"] for one in told}) == Operation.objects.count() == 1
    assert AuditRecord.objects.filter(action="operation:failover:confirmed").count() == 1
