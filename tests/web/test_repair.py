"""Repairing from the page of a diagnosis: chosen, planned, confirmed like any plan, and looked at again."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from console.domain.checks import Refusal
from console.domain.outcome import Status
from console.domain.plan import Membership, Plan, PlannedCommand, Step
from console.models import AuditRecord, Cluster, Operation, PlanRecord
from console.services import plans
from console.services.execute import execute
from console.services.mailbox_slices import SliceWriter
from tests.services import making
from tests.web.diagnosis_world import BY_HAND, MISSING, SOURCE, found, kyoto

Page = Callable[..., str]
WRITE = "reg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\MSExchangeCluster /f"


@pytest.fixture
def pair(olga: Client) -> Cluster:
    """Kyoto."""
    return kyoto()


def made(record: PlanRecord, sink: SliceWriter) -> Plan:
    """A repair of one step."""
    now = datetime.now(UTC)
    step = Step(
        "write", "service.stop", "Write the event source", "repair", commands=(PlannedCommand("KYO-N2", WRITE),)
    )
    return Plan(
        kind="repair",
        cluster=record.cluster.name,
        cluster_id=record.cluster_id,
        source="KYO-N1",
        target="KYO-N2",
        created=now,
        expires=now + timedelta(minutes=15),
        steps=(step,),
        checks=(),
        membership=Membership("", 0, 0, "digest"),
        structural={},
        controller="",
    )


def asked(olga: Client, *codes: str, source: str = "") -> PlanRecord:
    """The plan that the form asks for."""
    response = olga.post(reverse("prepare-repair", args=["Kyoto"]), {"code": codes, "source": source})
    assert response.status_code == 302, response.content.decode()
    record = PlanRecord.objects.filter(kind="repair").latest("pk")
    assert response["Location"] == reverse("plan", args=[record.pk])
    return record


def test_what_can_be_repaired_is_offered_and_the_source_only_where_files_are_copied(
    olga: Client, pair: Cluster, page: Page
) -> None:
    text = page(olga, reverse("diagnosis", args=[found(pair, [SOURCE, BY_HAND]).pk]))
    assert f'value="{SOURCE.code}" checked' in text
    assert f'value="{BY_HAND.code}"' not in text
    assert 'name="source"' not in text
    text = page(olga, reverse("diagnosis", args=[found(pair, [MISSING]).pk]))
    assert 'name="source"' in text


def test_an_older_diagnosis_offers_no_repair(olga: Client, pair: Cluster, page: Page) -> None:
    older = found(pair, [SOURCE])
    found(pair)
    assert reverse("prepare-repair", args=["Kyoto"]) not in page(olga, reverse("diagnosis", args=[older.pk]))


def test_it_is_planned_for_what_was_ticked_and_audited(olga: Client, pair: Cluster, page: Page) -> None:
    record = asked(olga, SOURCE.code, MISSING.code, source=" D:\\EXCHANGE ")
    assert record.asked == {"codes": sorted([SOURCE.code, MISSING.code]), "source": "D:\\EXCHANGE"}
    assert "Waiting for a worker" in page(olga, reverse("plan", args=[record.pk]))
    audited = AuditRecord.objects.get(action="operation:plan:asked")
    assert json.loads(audited.body)["after"]["source"] == "D:\\EXCHANGE"


def test_the_plan_shows_both_nodes_commands_and_no_move(olga: Client, pair: Cluster, page: Page) -> None:
    record = plans.make(asked(olga, SOURCE.code).pk, made)
    text = page(olga, reverse("plan", args=[record.pk]))
    assert "Repairs what was found on Kyoto: 1 step and 1 command." in text
    assert "MSExchangeCluster /f" in text
    assert "plan-top__move" not in text
    assert "Every mailbox" not in text
    assert "Repair now" in text


def test_confirmed_it_is_an_operation_that_holds_the_cluster_and_leads_to_another_look(
    olga: Client, pair: Cluster, page: Page
) -> None:
    record = plans.make(asked(olga, SOURCE.code).pk, made)
    said = {"hash": record.hash, "reason": "no events arrive"}
    response = olga.post(reverse("confirm-plan", args=[record.pk]), said)
    operation = Operation.objects.get(kind="repair")
    assert response["Location"] == reverse("operation", args=[operation.pk])
    assert AuditRecord.objects.filter(action="operation:repair:confirmed").count() == 1
    again = olga.post(reverse("prepare-plan", args=["Kyoto"]), {"kind": "failover", "target": "KYO-N2"})
    held = plans.make(PlanRecord.objects.latest("pk").pk, made)
    assert again.status_code == 302
    assert held.state == "refused"
    execute(operation.pk, "worker", making.ends(Status.SUCCEEDED, "Every step is done, proved."))
    text = page(olga, reverse("operation", args=[operation.pk]))
    assert "Diagnose again" in text
    assert "Fail back" not in text


def test_a_refused_plan_is_asked_for_again_as_it_was(olga: Client, pair: Cluster, page: Page) -> None:
    def refuses(record: PlanRecord, sink: SliceWriter) -> Plan:
        raise Refusal.of("The installation source is of another build.", "Name one of 6.5.7638.")

    record = plans.make(asked(olga, MISSING.code, source="D:\\OLD").pk, refuses)
    text = page(olga, reverse("plan", args=[record.pk]))
    assert "another build" in text
    assert f'name="code" value="{MISSING.code}"' in text
    assert re.search(r'name="source"[^>]* value="D:\\OLD"', text)


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ((), "Nothing was chosen"),
        (("no.such",), "There is no finding"),
        ((BY_HAND.code,), "only a person can mend it"),
    ],
)
def test_what_cannot_be_repaired_is_refused_with_what_to_do(
    olga: Client, pair: Cluster, codes: tuple[str, ...], said: str
) -> None:
    response = olga.post(reverse("prepare-repair", args=["Kyoto"]), {"code": codes})
    assert response.status_code == 409
    assert said in response.content.decode()
    assert not PlanRecord.objects.filter(kind="repair").exists()


def test_a_product_that_is_not_diagnosed_is_not_repaired(olga: Client, tokyo: Cluster) -> None:
    response = olga.post(reverse("prepare-repair", args=["TOKYO"]), {"code": [SOURCE.code]})
    assert response.status_code == 409
    assert not PlanRecord.objects.filter(kind="repair").exists()


def test_who_only_sees_may_not(rita: Client, pair: Cluster) -> None:
    assert rita.post(reverse("prepare-repair", args=["Kyoto"]), {"code": [SOURCE.code]}).status_code == 403
