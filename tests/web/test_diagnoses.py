"""The pages of diagnoses: asked for, followed, read, compared, and what each finding means."""

import html
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from console.domain.outcome import Ending, Status
from console.models import AuditRecord, Cluster, DiagnosisRecord, Operation
from console.services import diagnosing, findings, queue, upkeep
from console.services.clock import database_now
from console.services.execute import execute
from tests.services import making
from tests.web import world
from tests.web.diagnosis_world import BY_HAND, GAP, MISSING, NOTE, SOURCE, asked, found, kyoto

pytestmark = pytest.mark.slow

Page = Callable[..., str]


@pytest.fixture
def pair(olga: Client) -> Cluster:
    """Kyoto."""
    return kyoto()


def test_the_button_asks_a_worker_and_the_page_follows(
    olga: Client,
    pair: Cluster,
    page: Page,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable,
) -> None:
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(queue, "send", lambda message, pk, name, **_: sent.append((message, pk)))
    with django_capture_on_commit_callbacks(execute=True):
        response = olga.post(reverse("diagnose", args=["Kyoto"]), {"reason": "no events arrive"})
    operation = Operation.objects.get(kind="diagnose")
    assert response["Location"] == reverse("diagnosis", args=[operation.pk])
    assert sent == [("operations.run", operation.pk)]
    text = page(olga, response["Location"])
    assert "Waiting for a worker of the site main." in text
    assert 'data-poll="' in text
    assert "no events arrive" in text
    assert AuditRecord.objects.filter(action="operation:diagnose:asked", reason="no events arrive").count() == 1


def test_asking_while_one_is_under_way_leads_to_that_one(olga: Client, ada: Client, pair: Cluster) -> None:
    places = {client.post(reverse("diagnose", args=["Kyoto"]))["Location"] for client in (olga, ada)}
    assert len(places) == 1
    assert Operation.objects.filter(kind="diagnose").count() == 1


def test_it_shows_each_finding_with_what_it_means_and_what_to_do(olga: Client, pair: Cluster, page: Page) -> None:
    operation = found(pair, [NOTE, SOURCE, BY_HAND, MISSING], [GAP])
    whole = page(olga, reverse("diagnosis", args=[operation.pk]))
    text = html.unescape(strip_tags(whole))
    for finding in (MISSING, SOURCE, BY_HAND, NOTE):
        kind = findings.kind_of(finding.code)
        assert {kind.title in text, kind.consequence in text, kind.remedy in text, finding.evidence in text} == {True}
        assert reverse("finding", args=[finding.code]) in whole
    order = [text.index(part) for part in ("2 errors", "1 warning", "1 note", "Could not be looked at")]
    assert order == sorted(order)
    assert "Access is denied." in text
    assert GAP.remedy in text
    assert "Every cluster file was looked at on both nodes." in text
    assert findings.in_short(diagnosing.Diagnosis.from_json(operation.diagnosis.body)) in text
    assert operation.ending_summary.startswith("2 errors, 1 warning and 1 note. An event source is missing: ")


def test_what_could_not_be_looked_at_is_never_shown_as_good(olga: Client, pair: Cluster, page: Page) -> None:
    text = page(olga, reverse("diagnosis", args=[found(pair, unread=[GAP]).pk]))
    assert "diagnosis--unknown" in text
    assert "diagnosis--good" not in text
    assert "nothing wrong" not in text
    assert "One thing could not be looked at and is unknown." in text


def test_a_clean_one_says_so(olga: Client, pair: Cluster, page: Page) -> None:
    text = page(olga, reverse("diagnosis", args=[found(pair).pk]))
    assert "diagnosis--good" in text
    assert "Everything was looked at, and nothing is wrong." in text
    assert "Repair" not in text


def test_the_next_one_tells_what_is_gone_what_is_new_and_what_cannot_be_told(
    olga: Client, pair: Cluster, page: Page
) -> None:
    found(pair, [MISSING, SOURCE, BY_HAND])
    second = found(pair, [NOTE], [GAP])
    text = page(olga, reverse("diagnosis", args=[second.pk]))
    changes = text[text.index('id="changes-title"') :]
    assert f"gone: {findings.kind_of(MISSING.code).title}" in changes
    assert f"new: {findings.kind_of(NOTE.code).title}" in changes
    for unknown in (SOURCE, BY_HAND):
        assert f"not to be told: {findings.kind_of(unknown.code).title}" in changes
    first = page(olga, reverse("diagnosis", args=[second.pk - 1]))
    assert "This is not the latest" in first


def test_it_holds_nothing_and_runs_beside_what_acts(olga: Client, pair: Cluster) -> None:
    acting = world.running(pair)
    fence = Cluster.objects.get(pk=pair.pk).fence
    operation = found(pair, [SOURCE])
    assert operation.status == "succeeded"
    assert Cluster.objects.get(pk=pair.pk).fence == fence
    acting.refresh_from_db()
    assert acting.status == "running"


def test_one_that_broke_off_has_failed_and_leaves_nothing_in_doubt(olga: Client, pair: Cluster, page: Page) -> None:
    operation = asked(pair)
    assert execute(operation.pk, "worker", lambda *_: Ending(Status.UNCERTAIN, "The worker met an error."))
    text = page(olga, reverse("diagnosis", args=[operation.pk]))
    assert "Nothing was diagnosed." in text
    assert "It only looked: nothing was changed." in text
    assert not DiagnosisRecord.objects.exists()
    operation.refresh_from_db()
    assert (operation.status, operation.needs_acknowledgement) == ("failed", False)


def test_one_whose_worker_is_lost_for_good_has_failed(pair: Cluster) -> None:
    operation = asked(pair)
    gone = database_now() - timedelta(days=1)
    Operation.objects.filter(pk=operation.pk).update(status="running", lease_until=gone, lease_owner="w", lease_token=1)
    assert upkeep.settle_lost(operation.pk) == 1
    operation.refresh_from_db()
    assert operation.status == "failed"


def test_without_a_worker_it_is_said_what_to_do(olga: Client, pair: Cluster, page: Page) -> None:
    operation = asked(pair)
    Operation.objects.filter(pk=operation.pk).update(claim_before=database_now() - timedelta(seconds=1))
    upkeep.expire_unclaimed(operation.pk)
    text = page(olga, reverse("diagnosis", args=[operation.pk]))
    assert "no worker of the site main took it" in text
    assert "Start a worker for the site main" in text


def test_a_product_whose_exchange_is_no_clustered_server_says_why_there_is_none(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    assert reverse("diagnose", args=["TOKYO"]) not in page(olga, reverse("cluster", args=["TOKYO"]))
    text = page(olga, reverse("diagnoses", args=["TOKYO"]))
    assert "there are no cluster files, resource types or cluster logs" in text
    response = olga.post(reverse("diagnose", args=["TOKYO"]))
    assert response.status_code == 409
    assert not Operation.objects.filter(kind="diagnose").exists()


def test_the_page_of_the_cluster_shows_the_last_one_and_nothing_of_the_guide(
    olga: Client, pair: Cluster, page: Page
) -> None:
    before = page(olga, reverse("cluster", args=["Kyoto"]))
    assert "Nobody has looked yet" in before
    assert reverse("diagnose", args=["Kyoto"]) in before
    operation = found(pair, [MISSING])
    after = page(olga, reverse("cluster", args=["Kyoto"]))
    assert reverse("diagnosis", args=[operation.pk]) in after
    assert "1 error" in after
    for card in ('id="scripts"', 'id="kit"', 'id="procedures"', 'id="differences"'):
        assert card not in after


def test_the_list_shows_every_one_with_what_it_found(olga: Client, pair: Cluster, page: Page) -> None:
    assert "Nobody has had Kyoto diagnosed yet." in page(olga, reverse("diagnoses", args=["Kyoto"]))
    found(pair, [MISSING, SOURCE])
    found(pair)
    text = page(olga, reverse("diagnoses", args=["Kyoto"]))
    assert "2 errors" in text
    assert "nothing wrong" in text


def test_the_history_and_the_operations_page_know_it(olga: Client, pair: Cluster, page: Page) -> None:
    operation = found(pair, [MISSING])
    text = page(olga, reverse("operations") + "?kind=diagnose")
    assert f"#{operation.pk}" in text
    text = page(olga, reverse("operation", args=[operation.pk]))
    assert reverse("diagnosis", args=[operation.pk]) in text
    assert "→" not in text[text.index("<h1>") : text.index("</h1>")]
    assert "Fail back" not in text


def test_an_operation_of_another_kind_is_no_diagnosis(olga: Client, tokyo: Cluster) -> None:
    response = olga.get(reverse("diagnosis", args=[making.operation(tokyo).pk]))
    assert response.status_code == 404
    assert "is no diagnosis but a failover" in response.content.decode()


def test_event_sources_can_be_taken_along_as_a_file_for_their_node(olga: Client, pair: Cluster, page: Page) -> None:
    key = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\MSExchangeCluster"
    data = {"key": key, "file": "%SystemRoot%\\Cluster\\CLUSMSG.DLL"}
    operation = found(pair, [replace(SOURCE, data=data), MISSING])
    address = reverse("event-sources", args=[operation.pk, "KYO-N2"])
    assert address in page(olga, reverse("diagnosis", args=[operation.pk]))
    response = olga.get(address)
    assert response["Content-Disposition"] == 'attachment; filename="event-sources-KYO-N2.reg"'
    text = response.content.decode("utf-16")
    assert text.startswith("Windows Registry Editor Version 5.00\r\n")
    assert "EventLog\\Application\\MSExchangeCluster]" in text
    assert olga.get(reverse("event-sources", args=[operation.pk, "KYO-N1"])).status_code == 404


def test_every_finding_of_the_catalog_has_a_page(olga: Client, page: Page) -> None:
    listed = html.unescape(page(olga, reverse("findings")))
    for code, kind in findings.kinds().items():
        assert kind.title in listed
        text = html.unescape(page(olga, reverse("finding", args=[code])))
        assert {part in text for part in (kind.explains, kind.consequence, kind.remedy)} == {True}


def test_a_finding_that_there_is_not_says_where_they_are(olga: Client) -> None:
    response = olga.get(reverse("finding", args=["no.such"]))
    assert response.status_code == 404
    assert "lists all of them" in response.content.decode()


def test_a_finding_of_another_version_is_shown_as_it_is(olga: Client, pair: Cluster, page: Page) -> None:
    operation = found(pair, [MISSING])
    record = DiagnosisRecord.objects.get()
    record.body["findings"][0]["code"] = "later.unheard-of"
    record.save()
    assert "later.unheard-of" in page(olga, reverse("diagnosis", args=[operation.pk]))


def test_who_only_sees_reads_them_and_asks_for_none(rita: Client, pair: Cluster, page: Page) -> None:
    operation = found(pair, [MISSING])
    text = page(rita, reverse("diagnosis", args=[operation.pk]))
    assert "The account rita may not" in text
    assert rita.post(reverse("diagnose", args=["Kyoto"])).status_code == 403
    assert rita.get(reverse("diagnose", args=["Kyoto"])).status_code == 405


def test_what_a_node_prints_is_shown_as_text(olga: Client, pair: Cluster, page: Page) -> None:
    hostile = MISSING.__class__(MISSING.code, "KYO-N1", world.HOSTILE, world.HOSTILE)
    text = page(olga, reverse("diagnosis", args=[found(pair, [hostile]).pk]))
    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_nodes_that_do_not_answer_are_unknown_and_no_failure_of_the_look(
    olga: Client, pair: Cluster, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHANGEOVER_TEST_PASSWORD", "never sent anywhere")
    operation = asked(pair)
    assert execute(operation.pk, "worker")
    operation.refresh_from_db()
    assert (operation.status, operation.diagnosis.errors) == ("succeeded", 0)
    assert operation.diagnosis.unread >= 2
    text = page(olga, reverse("diagnosis", args=[operation.pk]))
    assert "diagnosis--unknown" in text
    assert all(f"on {node}" in strip_tags(text) for node in ("KYO-N1", "KYO-N2"))


def test_an_error_that_nobody_foresaw_fails_it_and_is_told(
    olga: Client, pair: Cluster, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(field: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setenv("CHANGEOVER_TEST_PASSWORD", "never sent anywhere")
    monkeypatch.setattr("console.domain.doctor.diagnose", broken)
    operation = asked(pair)
    assert execute(operation.pk, "worker")
    operation.refresh_from_db()
    assert operation.status == "failed"
    assert "unexpected RuntimeError" in page(olga, reverse("diagnosis", args=[operation.pk]))


def test_a_worker_that_takes_it_over_looks_once_more(pair: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANGEOVER_TEST_PASSWORD", "never sent anywhere")
    operation = asked(pair)

    def dies(operation: Operation, token: int, control: object) -> Ending:
        raise OperationalError("the worker is killed")

    assert not execute(operation.pk, "first", dies)
    Operation.objects.filter(pk=operation.pk).update(lease_until=database_now() - timedelta(seconds=1))
    assert execute(operation.pk, "second")
    operation.refresh_from_db()
    assert (operation.status, operation.takeovers, operation.lease_token) == ("succeeded", 1, 2)
    assert operation.diagnosis.unread >= 2
