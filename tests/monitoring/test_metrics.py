"""The page of metrics tells what stands in the database, and every metric is told on the page about it."""

import re
from datetime import timedelta
from math import inf
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.models import (
    Alarm,
    Approval,
    Cluster,
    GlobalStop,
    HookRefusals,
    ObservationRecord,
    ObservationTurn,
    Operation,
    PeriodicTurn,
    SignedHead,
)
from console.services import sign_in_failures, workers
from console.services.hooks import refusals
from console.services.metrics.families import FAMILIES
from tests.monitoring.reading import page
from tests.services import making
from tests.web import world

ROOT = Path(__file__).parents[2]


def test_every_metric_is_told_on_its_page_in_the_words_of_the_code(tokyo: Cluster) -> None:
    text = (ROOT / "docs/monitoring.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `changeover_(\w+)` \| (\w+) \| (.*) \| (.*) \|$", text, re.M)
    told = {name: (kind, re.findall(r"`(\w+)`", labels), words) for name, kind, labels, words in rows}
    assert told == {
        family.full_name.removeprefix("changeover_"): (family.type, list(family.labels), family.help)
        for family in FAMILIES
    }


def test_the_page_has_every_metric_and_no_other(tokyo: Cluster) -> None:
    shown = {family.name for family in page().families}
    assert shown == {f"changeover_{family.name}" for family in FAMILIES}


def test_metrics_are_named_as_prometheus_asks() -> None:
    for family in FAMILIES:
        assert re.fullmatch(r"[a-z][a-z_]*[a-z]", family.name)
        assert not family.name.endswith(("_total", "_count", "_sum", "_bucket"))
        assert family.type != "histogram" or family.name.endswith("_seconds")


def test_a_cluster_is_what_it_was_seen_to_be(tokyo: Cluster) -> None:
    world.observed(tokyo, active="TOK-EX2", mail="down", ago=40)
    ObservationRecord.objects.update(mail_up_at=timezone.now(), checks=[{"verdict": "fail"}, {"verdict": "pass"}])
    Alarm.objects.create(cluster=tokyo, key="no-go", text="x", remedy="y", raised_at=timezone.now())

    shown = page()

    assert shown.state("cluster_mail", cluster="TOKYO") == "down"
    assert shown.state("cluster_active", "role", cluster="TOKYO") == "standby"
    assert shown.state("cluster_directory", cluster="TOKYO") == "agrees"
    assert shown.value("cluster_checks", cluster="TOKYO", verdict="fail") == 1
    assert shown.value("cluster_checks", cluster="TOKYO", verdict="unknown") == 0
    assert shown.value("cluster_alarms", cluster="TOKYO") == 1
    assert shown.value("node_answers", cluster="TOKYO", node="TOK-EX1") == 1
    assert 39 < (shown.value("cluster_observation_age_seconds", cluster="TOKYO") or 0) < 60


def test_what_nobody_has_seen_is_unknown_and_infinitely_old(tokyo: Cluster) -> None:
    shown = page()
    assert shown.state("cluster_mail", cluster="TOKYO") == "unknown"
    assert shown.state("cluster_active", "role", cluster="TOKYO") == "unknown"
    assert shown.state("cluster_directory", cluster="TOKYO") == "unknown"
    assert shown.value("cluster_observation_age_seconds", cluster="TOKYO") == inf
    assert shown.of("node_answers") == {}
    assert shown.value("periodic_work_overdue_seconds", work="sweep") == inf


@pytest.mark.parametrize(("mail_up", "state"), [(True, "down"), (False, "not_yet")])
def test_a_pair_without_exchange_has_no_mail_yet_unless_it_had_some(tokyo: Cluster, mail_up: bool, state: str) -> None:
    world.observed(tokyo, mail="down")
    row = ObservationRecord.objects.get()
    row.status, row.mail_up_at = row.status | {"bare": True}, timezone.now() if mail_up else None
    row.save()
    assert page().state("cluster_mail", cluster="TOKYO") == state


def test_a_group_that_nobody_has_is_not_taken_for_unknown(tokyo: Cluster) -> None:
    world.observed(tokyo, active="")
    assert page().state("cluster_active", "role", cluster="TOKYO") == "nobody"


def test_operations_are_told_by_what_they_wait_for(tokyo: Cluster) -> None:
    running = world.running(tokyo)
    for number, columns in enumerate(
        (
            {"status": "uncertain"},
            {"status": "failed", "todo": [{"what": "x"}]},
            {"status": "succeeded", "automatic": True},
        )
    ):
        world.ended(making.cluster(f"C{number}", number + 5), columns.pop("status"), **columns)  # type: ignore[arg-type]
    making.operation(making.cluster("OSAKA", 2))
    ObservationTurn.objects.create(cluster=tokyo, asked_at=timezone.now() - timedelta(seconds=90))

    shown = page()

    assert shown.value("operations_open", kind="failover", status="running") == 1
    assert shown.value("operations_open", kind="failover", status="queued") == 1
    assert {dict(key)["why"]: value for key, value in shown.of("operations_to_acknowledge").items()} == {
        "uncertain": 1,
        "todo": 1,
        "automatic": 1,
    }
    assert (shown.value("leases", state="held"), shown.value("leases", state="silent")) == (1, 0)
    assert shown.value("waiting", what="operation") == 1
    assert (shown.value("waiting_oldest_seconds", what="observation") or 0) >= 90
    Operation.objects.filter(pk=running.pk).update(lease_until=None)
    assert page().value("leases", state="silent") == 1


def test_brakes_and_approvals_are_told(tokyo: Cluster) -> None:
    now = timezone.now()
    GlobalStop.objects.create(set_at=now, set_by="olga", reason="x")
    late = {"requested_by_name": "olga", "asked_at": now, "plan_hash": "h"}
    Approval.objects.create(plan=making.ready(tokyo), expires_at=now + timedelta(hours=1), **late)
    Approval.objects.create(plan=making.ready(tokyo), expires_at=now - timedelta(seconds=1), **late)

    shown = page()

    assert shown.value("global_stop") == 1
    assert shown.value("approvals_open", state="pending") == 1


def test_refusals_and_failed_sign_ins_are_counted_for_good(tokyo: Cluster) -> None:
    minute = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=5)
    for source, cause, count in (("10.0.0.1", "bad-mac", 7), ("10.0.0.2", "bad-mac", 2), ("10.0.0.2", "no-token", 3)):
        HookRefusals.objects.create(source=source, minute=minute, cause=cause, count=count)
    refusals.settle()
    for _ in range(2):
        sign_in_failures.attempt("olga", "10.0.0.1")
        sign_in_failures.failed("olga", "10.0.0.1", "the password does not fit")
    sign_in_failures.succeeded("olga", "10.0.0.1")

    shown = page()

    assert shown.value("requests_refused_total", surface="webhook", cause="bad-mac") == 9
    assert shown.value("requests_refused_total", surface="api", cause="no-token") == 3
    assert shown.value("sign_ins_refused_total") == 2
    assert shown.value("sign_ins_locked_total", what="account") == 0


def test_workers_schedulers_and_the_audit_are_told(tokyo: Cluster) -> None:
    workers.say("operations-main@one", ["operations.main", "changeover"])
    PeriodicTurn.objects.create(name="sweep", due_at=timezone.now() - timedelta(seconds=70))
    world.running(tokyo)
    SignedHead.objects.create(seq=1, at=timezone.now() - timedelta(seconds=30), line="{}")

    shown = page()

    assert shown.value("workers", site="main", duty="operations") == 1
    assert shown.value("workers", site="main", duty="observation") == 0
    assert shown.value("worker_last_seen_age_seconds", site="main", duty="observation") == inf
    assert (shown.value("periodic_work_overdue_seconds", work="sweep") or 0) >= 70
    records = shown.value("audit_records_total") or 0
    assert shown.value("audit_unsigned_records") == records - 1 > 0
    assert 29 < (shown.value("audit_signed_age_seconds") or 0) < 60
    assert shown.value("queue_answers") == 1
    assert abs(shown.value("clock_skew_seconds") or 9) < 1


def test_names_that_hold_quotes_and_line_ends_stay_in_their_label(tokyo: Cluster) -> None:
    hostile = 'x"} 1\nchangeover_global_stop 1\\'
    Cluster.objects.filter(pk=tokyo.pk).update(name=hostile)

    shown = page()

    assert shown.value("cluster_alarms", cluster=hostile) == 0
    assert shown.value("global_stop") == 0


def test_the_number_of_queries_does_not_grow_with_the_clusters(tokyo: Cluster) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page()
        return len(queries)

    world.ended(tokyo, "failed")
    before = asked()
    for number in range(2, 12):
        made = making.cluster(f"C{number}", number)
        world.observed(made)
        world.ended(made, "uncertain")
    assert asked() == before <= 40
