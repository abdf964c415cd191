"""Markup in every text that a node, a directory or a person can fill stays text, on every page there is."""

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from console.models import Cluster, Operation
from tests.attacks import hostile
from tests.attacks.addresses import named_addresses
from tests.attacks.crawl import MARK, Crawl, Reader

pytestmark = pytest.mark.slow

FILLED = {
    *("ObservationRecord", "PlanRecord", "Operation", "JournalLine", "ReceiptRecord", "NodeRun", "Alarm", "NodeKit"),
    *("DiagnosisRecord", "SetupLogRecord", "KitList", "NodeScripts", "ProcedureProof", "EventLogRecord"),
    *("ServerDifferences", "AuditRecord", "MaintenanceWindow", "ScheduledMove", "Drill", "IncidentCare"),
    *("ReadinessRecord", "Notice", "DeliveryAttempt", "WorkerSeen"),
}
"""The rows that nodes, directories and strangers fill."""
OWN_WORDS: dict[str, set[str]] = {
    "keys, kinds and states that the console itself chooses from a list": {
        *("Alarm.key", "AnchorAttempt.place", "HookRefusals.cause", "JournalLine.kind", "JournalLine.step"),
        *("NodeRun.decision", "NodeRun.first_event", "NodeRun.last_event", "NodeScripts.alarmed"),
        *("NodeScripts.asked_origin", "NodeScripts.silence", "Operation.current_step", "Operation.ending_step"),
        *("Operation.kind", "Operation.lease_owner", "Operation.origin", "Operation.waiting_step"),
        *("Operation.waits_for", "PlanRecord.kind", "PlanRecord.origin", "PlanRecord.undo_from", "PeriodicTurn.name"),
        *("ProcedureProof.procedure", "ReceiptRecord.kind", "ReceiptRecord.step", "SetupLogRecord.verdict"),
        *("ApprovalRule.kind", "ApprovalRule.override_roles", "ApiOnce.what", "Drill.origin", "ScheduledMove.kind"),
        *("Notice.event", "Notice.once", "Notice.thread", "Delivery.thread", "NoticeRule.events"),
        *("ReadinessRecord.state", "ReadinessChange.state", "WorkerSeen.duty"),
        *("RunningTotal.name", "RunningTotal.bucket"),
        *("PersonalChoices.language", "PersonalChoices.time_zone"),
    },
    "names of clusters, sites and nodes, which the inventory has checked": {
        *("EventLogRecord.node", "Operation.source", "Operation.target", "Operation.waiting_target"),
        *("Notice.cluster", "Notice.site", "WorkerSeen.site"),
        *("PlanRecord.target", "ObservationRecord.held", "Drill.home", "Drill.away", "ScheduledMove.target"),
    },
    "names, patterns and lists of the inventory, which are checked when they are saved": {
        *("Cluster.tickets", "Cluster.ticket_kinds", "Directory.target_controller", "Directory.target_tls_name"),
        *("Directory.tls_name", "Node.tls_name", "GroupMapping.outside"),
    },
    "identifiers and checksums, of a form that is checked or made here": {
        *("ApiOnce.digest", "ApiOnce.key", "ApiToken.digest", "Approval.plan_hash"),
        *("Approval.renewed_hash", "DirectoryAccount.guid", "HookNonce.nonce", "KitMailbox.guid", "NodeKey.key_id"),
        *("NodeKit.key_id", "NodeKit.manifest_hash", "NodeKit.records_hash", "NodeKit.runner_hash", "NodeRun.run_id"),
        *("PlanRecord.hash", "SignedHead.line"),
    },
    "addresses and secrets of channels, encrypted": {
        *("Channel.address", "Channel.signing", "Channel.signing_before"),
    },
    "the audit, whose texts are written hostile by its own way": {
        *("AuditHead.last_hash", "AuditRecord.action", "AuditRecord.cluster_name", "AuditRecord.hash"),
        *("AuditRecord.previous", "AuditRecord.request_id", "AuditRecord.subject_id", "AuditRecord.subject_type"),
        *("AuditSegment.digest", "AuditSegment.last_hash"),
    },
}
"""Why nobody else puts a text of theirs into a column."""
NO_PAGES = {
    "hook-run": "signed lines for nodes",
    "operation-events": "a stream that tests/web/test_live.py reads; JSON within",
    "sign-in": "who is signed in is led on",
    "words": "a script, made of our own words",
    "account_login": "the same page",
}


def crawled(client: Client, cluster: Cluster) -> Crawl:
    hostile.build(client, cluster)
    client.raise_request_exception = False
    operation = Operation.objects.filter(kind="diagnose").latest("pk")
    starts = ["/", reverse("operation-state", args=[operation.pk]), reverse("sign-ins"), reverse("tokens")]
    starts += [
        reverse("account_reauthenticate"),
        reverse("event-sources", args=[operation.pk, "KYO-N2"]),
        reverse("setup-errors", args=["TOKYO"]),
        *(reverse(name) for name in ("overview-head", "overview-rows", "healthz", "readyz", "metrics")),
        *(f"{reverse(name)}?q={MARK}" for name in ("palette", "palette-options")),
    ]
    return Crawl(client).run(*starts)


def test_no_page_lets_text_become_markup_nor_holds_script_or_style_of_its_own(ada: Client, tokyo: Cluster) -> None:
    crawl = crawled(ada, tokyo)
    assert crawl.wrong == []
    assert crawl.marked > 1000, "the hostile text was shown, and often"
    have_rows = {model.__name__ for model in apps.get_app_config("console").get_models() if model.objects.exists()}  # type: ignore[attr-defined]
    assert FILLED - have_rows == set()
    unread = {name for name, address in named_addresses() if name not in crawl.names | NO_PAGES.keys()}
    opened = {name for name, address in named_addresses() if name in unread and ada.get(address).status_code != 405}
    assert opened == set(), "a page that can be opened was not read: link to it, or name it in crawled()"


def test_no_column_of_texts_is_forgotten(ada: Client, tokyo: Cluster) -> None:
    """A column that a release adds is filled here with hostile text, or is named with why nobody fills it."""
    hostile.build(ada, tokyo)
    assert hostile.missed() == {name for names in OWN_WORDS.values() for name in names}


@pytest.mark.parametrize(
    "text",
    [
        f"<p>{hostile.HOSTILE}</p>",
        f'<input value="{hostile.HOSTILE}">',
        f"<input value='{hostile.HOSTILE}'>",
        f"<!-- {hostile.HOSTILE} -->",
        f"<p title=x{MARK}=1 {MARK}=1>",
        "<p style='color: red'>",
        "<button onclick='go()'>",
        "<script>go()</script>",
        "<script src='https://cdn.example/x.js'></script>",
        "<a href='javascript:go()'>",
        "<a href='//evil.example/'>",
        "<form action='https://evil.example/'>",
        "<iframe src='/'></iframe>",
        "<meta http-equiv='refresh' content='0'>",
        "<style>p {}</style>",
        "<svg><script>go()</script></svg>",
    ],
)
def test_the_reader_sees_what_must_not_be(text: str) -> None:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.wrong


def test_the_reader_takes_what_is_only_text() -> None:
    from django.utils.html import escape

    reader = Reader()
    reader.feed(f'<p title="{escape(hostile.HOSTILE)}">{escape(hostile.HOSTILE)}</p><a href="/operations/1/">on</a>')
    assert reader.wrong == []
    assert reader.links == ["/operations/1/"]


def test_our_scripts_make_no_markup_of_text() -> None:
    """What would is not in them: pages from the console are parsed apart, everything else is set as text."""
    from console.settings import BASE_DIR

    for path in (BASE_DIR / "console/static/console/js").rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        for way in ("innerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "outerHTML ="):
            assert way not in text, f"{path.name} uses {way}"
