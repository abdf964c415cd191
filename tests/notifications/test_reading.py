"""Which audit records notify, and what of them is said outside: a sentence with names, a link, and nothing else."""

import ast

import pytest
from django.db import transaction
from django.urls import resolve

from console.domain.notifications.events import ALARMS, EVENTS
from console.domain.outcome import WaitsFor
from console.models import AuditRecord, Cluster, GlobalStop, Notice, NoticeCursor, NoticeRule
from console.services import alarms, audit, brakes, confirm
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.hooks import refusals
from console.services.notifications.reading import OF_ACTION
from console.services.notifications.telling import gather, tell
from tests import personas
from tests.architecture.sources import modules
from tests.notifications import happening
from tests.services import making
from tests.web import setup_world

TOLD_OTHERWISE = {
    "operation.waiting",
    "readiness.dropped",
    "readiness.restored",
    "incident.again",
    "worker.silent",
    "worker.heard",
}
"""Events that are no decision: `tell` is called for them."""


def test_every_event_comes_from_somewhere_and_leads_to_one_that_is_known() -> None:
    assert set(OF_ACTION.values()) | TOLD_OTHERWISE == EVENTS.keys()
    assert set(OF_ACTION) <= set(Action)


def test_every_confirmation_and_every_ending_notifies() -> None:
    assert set(confirm.CONFIRMED.values()) <= OF_ACTION.keys()
    endings = {action for action in Action if action.startswith("operation:ending:")} - {Action.OPERATION_ACKNOWLEDGED}
    assert endings <= OF_ACTION.keys()


def test_every_alarm_that_is_sounded_has_its_sentence() -> None:
    sounded = set()
    for module in modules("console/services"):
        if "alarms.sound" not in module.text:
            continue
        tree = module.tree
        constants = {
            target.id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "alarms.sound":
                key = node.args[1]
                text = key.value if isinstance(key, ast.Constant) else constants.get(ast.unparse(key))
                sounded |= {text or alarms.OVERRIDE}
    assert len(sounded) > 10
    assert sounded <= ALARMS.keys()


@pytest.mark.django_db
def test_a_run_is_told_from_its_confirmation_to_its_ending(world: object, everything: NoticeRule) -> None:
    gather()
    operation = happening.begun(making.cluster())
    happening.ended(operation)
    gather()
    told = list(Notice.objects.filter(thread=f"operation:{operation.pk}").order_by("pk"))
    assert [notice.event for notice in told] == ["operation.opened", "operation.succeeded"]
    assert told[0].text == f"olga confirmed the failover of TOKYO (operation {operation.pk}, to TOK-EX2)."
    assert (told[0].cluster, told[0].site) == ("TOKYO", "main")
    facts = {"id": operation.pk, "kind": "failover", "source": "TOK-EX1", "target": "TOK-EX2"}
    assert told[0].facts["operation"] == facts


@pytest.mark.django_db
def test_no_word_of_a_reason_or_of_an_alarm_leaves(world: object, everything: NoticeRule) -> None:
    gather()
    olga, cluster = personas.at_page(personas.olga()), making.cluster()
    brakes.set_stop(olga, "CN=Ann,OU=Secret,DC=corp")
    alarms.sound(cluster, "two-actives", "CN=Ann,OU=Secret,DC=corp", "look")
    brakes.lift_stop(olga, "CN=Ann,OU=Secret,DC=corp")
    gather()
    told = list(Notice.objects.order_by("pk"))
    assert [notice.event for notice in told][-3:] == ["stop.set", "alarm.raised", "stop.lifted"]
    assert told[-2].text == "Alarm: both nodes of TOKYO may want to be active."
    assert not any("Secret" in f"{notice.text}{notice.path}{notice.facts}" for notice in told)


@pytest.mark.django_db
def test_a_procedure_that_waits_is_told_of_once_for_each_step(everything: NoticeRule) -> None:
    operation = setup_world.at_rest(making.cluster())
    setup_world.rests_at(operation, setup_world.WORD, WaitsFor.WORD)
    setup_world.rests_at(operation, setup_world.PROOF, WaitsFor.PROOF)
    first, second = Notice.objects.filter(event="operation.waiting").order_by("pk")
    assert first.text == f"The setup-2003 of TOKYO waits for a person (operation {operation.pk})."
    assert (second.thread, second.cluster, second.site) == (f"operation:{operation.pk}", "TOKYO", "main")


@pytest.mark.django_db
def test_every_link_leads_to_a_page(everything: NoticeRule) -> None:
    gather()
    operation = happening.begun(making.cluster())
    alarms.sound(operation.cluster, "no-go", "text", "look", operation=operation)
    brakes.set_stop(personas.at_page(personas.olga()), "a reason")
    gather()
    assert Notice.objects.count() == 3
    for notice in Notice.objects.all():
        assert resolve(notice.path).url_name in ("operation", "cluster", "audit-record")


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_never_told(everything: NoticeRule) -> None:
    gather()
    with transaction.atomic():
        brakes.set_stop(personas.at_page(personas.olga()), "a reason")
        transaction.set_rollback(True)
    gather()
    assert not GlobalStop.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_an_upgraded_console_tells_nothing_of_its_past(ada: audit.Actor) -> None:
    brakes.set_stop(ada, "long ago")
    gather()
    assert not Notice.objects.exists()
    assert NoticeCursor.objects.get().last_seq == AuditRecord.objects.latest("seq").seq
    brakes.lift_stop(ada, "now")
    assert gather() == 1


@pytest.mark.django_db
def test_refused_requests_are_told_once_an_hour_for_each_address(settings: object, everything: NoticeRule) -> None:
    gather()
    for source in ("10.0.0.1", "10.0.0.1", "10.0.0.2"):
        refusals._record(source, database_now(), {"signature": 3}, False)
    gather()
    assert [notice.event for notice in Notice.objects.all()] == ["node-key.refused"] * 2


@pytest.mark.django_db
def test_under_one_key_something_is_told_once(tokyo: Cluster) -> None:
    first = tell("readiness.dropped", "TOKYO is less ready.", cluster=tokyo, once="TOKYO 1")
    assert tell("readiness.dropped", "TOKYO is less ready.", cluster=tokyo, once="TOKYO 1") == first
    with pytest.raises(KeyError):
        tell("no.such-event", "text")


@pytest.fixture
def tokyo(db: None) -> Cluster:
    return making.cluster()
