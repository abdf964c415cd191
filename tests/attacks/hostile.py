"""A console in which every text that a node, a directory or a person fills holds markup that wants to run."""

import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.domain.checks import Check, Reason, Refusal, Verdict
from console.domain.deployment import FileState, State
from console.domain.directory import AttributeChange, EntryChange
from console.domain.plan import Membership, Plan, PlannedCommand, Step
from console.domain.server_settings import Difference
from console.models import (
    Alarm,
    AnchorAttempt,
    ApiToken,
    Approval,
    ApprovalRule,
    ApprovalVote,
    Cluster,
    CredentialTrial,
    DirectoryAccount,
    Discovery,
    EventLogRecord,
    GlobalStop,
    HookRefusals,
    JournalLine,
    KitList,
    KitMailbox,
    NodeKey,
    NodeKit,
    NodeRun,
    NodeScripts,
    ObservationRecord,
    Operation,
    OsAccount,
    PlanRecord,
    ProcedureProof,
    ReceiptRecord,
    SavedFilter,
    ServerDifferences,
    SetupLogRecord,
    SignInDirectory,
    SignInFailures,
    TemporaryPassword,
)
from console.services import audit, plans, tokens
from console.services.audit_actions import Action
from console.services.audit_signing import sign_head
from tests import factories
from tests.attacks.crawl import MARK
from tests.attacks.hostile_tended import tended
from tests.services import making
from tests.web import diagnosis_world, setup_world, world

HOSTILE = f"\"' {MARK}=1><{MARK} onload=alert(1)>--><script>alert(1){{{{7*7}}}}{{% load x %}}&"
"""Leaves an attribute of either quote, a comment, and text; no slash, so that an address can hold it."""
LEFT = {
    "AuditRecord",
    "AuditHead",
    "AuditSegment",
    "SignedHead",
    "Grant",
    "GroupMapping",
    "PeriodicTurn",
    "ApprovalRule",
}
"""What nobody can fill with text of their own, or what the database does not let anybody change afterwards."""
KEPT = {"ciphertext", "ca", "reference", "url", "folder", "timing", "kinds", "asked", "prefix"}
"""Columns that rules beside those of names bound, or whose values are keys of our own."""
WORDS = {str(state) for state in State}
TOKEN = re.compile(r"[a-z0-9][a-z0-9_.:+-]*|[0-9T:.+Z-]+|[0-9A-Fa-f-]{16,}|")
"""A key, a number, a time or a checksum of our own; everything else in a column or a value is somebody's text."""


def build(client: Client, cluster: Cluster) -> None:
    """Something of everything that the console shows, with harmless words in it, and then with hostile ones."""
    _moves(cluster)
    _found_on_nodes(cluster)
    kyoto = diagnosis_world.kyoto()
    world.observed(kyoto)
    findings = (diagnosis_world.MISSING, diagnosis_world.SOURCE, diagnosis_world.BY_HAND, diagnosis_world.NOTE)
    diagnosis_world.found(kyoto, findings, (diagnosis_world.GAP,))
    set_up = making.cluster("OSAKA", 3)
    world.observed(set_up)
    resting = setup_world.at_rest(set_up)
    seen = {"verdict": "fail", "reason": "A Reason"}
    resting.findings = {str(step.params["step"]): seen for step in Plan.from_json(resting.plan.body).steps}
    resting.save(update_fields=["findings"])
    now = timezone.now()
    checks = [_check(verdict).to_json() for verdict in Verdict]
    ProcedureProof.objects.create(
        cluster=cluster, procedure=setup_world.KEY, asked_at=now, prove_before=now, ended_at=now, proved_at=now,
        asked_by_name="Olga O", checks=checks, error={"message": "No Way", "remedy": "Find One"},
    )  # fmt: skip
    _log(client, kyoto)
    _said(cluster)
    Group.objects.create(name=HOSTILE)
    User.objects.create(username=HOSTILE)
    poison()
    with transaction.atomic():
        subject = audit.Subject("cluster", cluster.pk, HOSTILE)
        told = {HOSTILE: HOSTILE, "deep": {HOSTILE: [HOSTILE]}}
        audit.record(
            Action.SIGN_IN_REFUSED, audit.Actor(None, HOSTILE, audit.SYSTEM.origin), subject,
            cluster=cluster, reason=HOSTILE, before=told, after=told | {"more": HOSTILE},
        )  # fmt: skip


def _moves(cluster: Cluster) -> None:
    """Plans in every state; operations that run, failed, and are in doubt."""
    world.observed(cluster, text="Some Words")
    change = EntryChange("CN=Ann,DC=corp", "A Guid", (AttributeChange("homeMTA", ("Old",), ("New",)),))
    command = PlannedCommand("TOK-EX1", "CLPGRP.EXE -m")
    more = {"commands": (command,), "changes": (change,), "undo": "A Way", "no_return": "No Way"}
    step = Step("stop", "directory.apply", "A Title", "A Group", **more)
    membership = Membership("A Rule", 2, 1, "d", {"CN=Store": 1})
    made = {"steps": (step,), "checks": tuple(map(_check, Verdict)), "membership": membership, "notes": ("A Note",)}
    making.ready(cluster, **made, controller="DC1")
    _refused(cluster)
    for number, (of, status) in enumerate(
        ((making.cluster("NARA", 2), "uncertain"), (cluster, "failed"), (cluster, "running"))
    ):
        todo = [{"what": "A Box", "why": "A Reason", "remedy": "A Way"}]
        columns = {"reason": "A Reason", "ending_summary": "An End", "ending_remedy": "A Way", "todo": todo}
        operation = world.running(of, **columns) if status == "running" else world.ended(of, status, **columns)
        lines = [(kind, "stop", "A Line") for kind in ("started", "output", "warning", "failed", "note")]
        world.write(operation, [*lines, ("output", "stop", "An Output")])
        ReceiptRecord.objects.create(
            operation=operation, number=1, step="stop", kind="service.stop", found="It Ran", params={"node": "A Node"}
        )
        seen, row = timezone.now(), {"operation": operation, "node": "TOK-EX1"}
        EventLogRecord.objects.create(**row, at=seen, unknown="No Answer", occurrences=[_event()])
        Alarm.objects.create(cluster=of, key=f"key-{number}", text="An Alarm", remedy="A Way", raised_at=seen)


def _said(cluster: Cluster) -> None:
    """What people said, and what others answered to it: approvals, tokens, trials, a stop that was lifted."""
    now, ada, nagoya = timezone.now(), making.account("mira", "administrator"), making.cluster("NAGOYA", 4)
    _kept(cluster, ada)
    world.observed(nagoya)
    ApprovalRule.objects.create(cluster=nagoya, kind="failover", needed=1)
    record, by = making.ready(nagoya), {"requested_by_name": "Olga O", "reason": "A Reason", "asked_at": now}
    approval = Approval.objects.create(
        plan=record, plan_hash=record.hash, expires_at=now + timedelta(hours=1), **by, decided_by_name="Pat P",
        decision="A Word", renewal={"drift": ["A Difference"]},
    )  # fmt: skip
    ApprovalVote.objects.create(approval=approval, by_name="Pat P", at=now, note="A Note")
    GlobalStop.objects.create(
        set_at=now, set_by="Olga O", reason="A Reason", lifted_at=now, lifted_by="Pat P", lift_reason="A Reason"
    )
    row, _ = tokens.make(ada, audit.Actor(ada, "mira", audit.SYSTEM.origin), "A Program")
    ApiToken.objects.filter(pk=row.pk).update(
        created_by_name="Olga O", revoked_by_name="Pat P", last_used_from="An Address"
    )
    credential, site = cluster.directory.credential, cluster.site
    CredentialTrial.objects.create(
        credential=credential, place="node", name="A Node", site=site, asked_at=now, asked_by_name="Olga O",
        try_before=now, ended_at=now, good=False, said="It Says No", remedy="A Way",
    )  # fmt: skip
    told = {"what": "A Fact", "about": "A Node", "value": "A Value", "source": "A Place", "verdict": "warn"}
    Discovery.objects.create(
        credential=credential, site=site, address="An Address", other_address="An Address", file="A File", asked_at=now,
        asked_by_name="Olga O", look_before=now, ended_at=now, said="It Says No", remedy="A Way",
        facts=[told | {"remedy": "A Way"}], way={"tls_name": "A Name"}, proposal=asdict(factories.kyoto()),
    )  # fmt: skip
    seen = {"acknowledged_at": now, "acknowledged_by": "Pat P", "acknowledge_note": "A Note"}
    Alarm.objects.create(cluster=nagoya, key="key-9", text="An Alarm", remedy="A Way", raised_at=now, **seen)
    tended(cluster, ada)


def _kept(cluster: Cluster, ada: User) -> None:
    """What is kept of who signs in, of nodes and of the directory; and the words of people on rows that are there."""
    now = timezone.now()
    SignInFailures.objects.create(kind="account", key="A Name", since=now, locked_until=now + timedelta(hours=1))
    HookRefusals.objects.create(source="An Address", minute=now, cause="key", count=1)
    TemporaryPassword.objects.create(user=ada, given_by="Olga O", given_at=now, good_until=now)
    boxes = {"dn": "CN=A Box", "home_mdb": "A Store", "home_mta": "An Agent", "home_server": "A Server"}
    KitMailbox.objects.create(list=KitList.objects.get(cluster=cluster), guid="a-guid", **boxes)
    ObservationRecord.objects.update(checks=[_check(verdict).to_json() for verdict in Verdict])
    told = {"requested_by_name": "Olga O", "stop_requested_by": "Pat P", "cooldown_lifted_by": "Pat P"}
    told |= {"assigned_to_name": "Olga O", "paused_by": "Pat P", "pause_reason": "A Reason", "ticket": "A Ticket"}
    Operation.objects.update(**told, acknowledged_by="Pat P", acknowledge_note="A Note")
    PlanRecord.objects.update(created_by_name="Olga O")
    SetupLogRecord.objects.update(by_name="Olga O")
    NodeScripts.objects.update(asked_why="A Reason")
    NodeKey.objects.create(node=cluster.nodes.all()[0], key_id="a-key", slot=1, issued_at=now, issued_by="Olga O")
    SavedFilter.objects.create(owner=ada, name="A Filter", fields={"text": "Some Words"}, shared=True)
    JournalLine.objects.filter(kind="note").update(data={"said": "Some Words"})
    head = sign_head()
    assert head is not None
    AnchorAttempt.objects.create(head=head, place="file", at=now, kept=False, error="It Broke")
    SignInDirectory.objects.create(directory=cluster.directory, domain="corp.example")
    DirectoryAccount.objects.create(user=ada, domain="A Domain", guid="a-guid")
    OsAccount.objects.create(os_user="An Owner", user=ada)


def _refused(cluster: Cluster) -> None:
    def refuse(*_: object) -> None:
        raise Refusal("No Way", [Reason("A Reason", "A Way", "a.key", "Evidence")])

    plans.make(plans.prepare(cluster, "failover", "", making.actor(), send=False).pk, refuse)  # type: ignore[arg-type]
    failed = plans.prepare(cluster, "failback", "", making.actor(), send=False)
    type(failed).objects.filter(pk=failed.pk).update(state="failed", error={"message": "It Broke", "remedy": "A Way"})


def _found_on_nodes(cluster: Cluster) -> None:
    """What was compared on the nodes and in the directory."""
    now = timezone.now()
    difference = Difference("A Title", "A Store", "anAttribute", "One Value", "Another", "", "A Reason", "A Way")
    ServerDifferences.objects.create(
        cluster=cluster, at=now, compared_at=now, differences=[difference.to_json()], unknown="No Answer", looked_at=1
    )
    files = [
        FileState("TOK-EX1", "START.BAT", r"C:\A Path", state, diff="-Old\n+New", why="A Reason").to_json()
        for state in State
    ]
    NodeScripts.objects.create(
        cluster=cluster, url="http://127.0.0.1:80", folder=r"C:\changeover", at=now, compared_at=now, files=files,
        unknown="No Answer", checks=[_check(verdict).to_json() for verdict in Verdict],
        placed=[{"node": "TOK-EX1", "path": "A Path", "backup": "A Copy", "before": "", "after": ""}],
        keys=[{"node": "TOK-EX1", "path": "A Path", "key_id": "A Key", "private": False, "unknown": "No Answer"}],
        deployed_at=now, deployed_by="Olga O", deployed_why="A Reason",
        told={"what": "deploy", "good": False, "text": "It Broke", "at": now.isoformat()},
    )  # fmt: skip
    KitList.objects.create(cluster=cluster, controller="DC1", failed_at=now, failure="No Answer")
    for node in cluster.nodes.all():
        NodeKit.objects.create(node=node, failure="No Answer", made_at=now)
        NodeRun.objects.create(
            node=node, run_id=f"run-{node.pk}", first_event="starting", last_event="failed", clp_event="A Start",
            clp_server="A Server", clp_disk="A Disk", clp_priority="A One", detail="It Broke", first_seen_at=now,
            last_seen_at=now, answer="no", reason="A Reason", decision="no",
        )  # fmt: skip


def _check(verdict: Verdict) -> Check:
    return Check(f"a.{verdict}", "A Title", verdict, "A Reason", "A Way", evidence="Evidence", about="A Thing")


def _event() -> dict[str, Any]:
    at = timezone.now().isoformat()
    said = {"log": "System", "source": "A Source", "code": 1, "kind": "error", "message": "A Message", "count": 1}
    return said | {"first": at, "last": at}


def _log(client: Client, cluster: Cluster) -> None:
    """A set-up log whose lines and whose file's name are hostile."""
    line = (
        f"[13:43:33]  CService::ScGetStatus (f:\\x.cxx:722)\r\n           Error code 0XC0070424 (1060): {HOSTILE}\r\n"
    )
    died = f"[13:43:42]  Interpreting line <CreateProcess:C:\\WINDOWS;x.exe {HOSTILE}>\r\n"
    died += "[13:43:43]  Process has exited with 00000003\r\n"
    begun = f"[13:43:30] Entering {HOSTILE}\r\n[13:43:41]  Interpreting file {HOSTILE}.INS\r\n"
    file = SimpleUploadedFile(f"{HOSTILE}.log", (begun + line + died).encode())
    assert client.post(reverse("set-up-logs"), {"log": file, "cluster": cluster.name}).status_code == 302


def poison() -> None:
    """Put the hostile text behind every text of every row, whoever could have filled it."""
    names = {str(value) for value in _names()}
    for model in apps.get_app_config("console").get_models():
        if model.__name__ in LEFT:
            continue
        for row in model._default_manager.all():
            values = {field.attname: _hostile(getattr(row, field.attname), names) for field in _fields(model)}
            values = {name: value for name, value in values.items() if value != getattr(row, name)}
            if values:
                model._default_manager.filter(pk=row.pk).update(**values)
    for plan in PlanRecord.objects.filter(state="ready"):
        PlanRecord.objects.filter(pk=plan.pk).update(hash=Plan.from_json(plan.body).hash)


def missed() -> set[str]:
    """The columns of texts, `Model.column`, in which no row holds the hostile text, or of which there is no row."""
    found = set()
    for model in apps.get_app_config("console").get_models():
        for field in _fields(model):
            values = model._default_manager.values_list(field.attname, flat=True)
            if not any(MARK in str(value) for value in values):
                found.add(f"{model.__name__}.{field.name}")
    return found


def _fields(model: type[models.Model]) -> Iterable["models.Field[Any, Any]"]:
    """The columns of texts that no rule of the inventory checks and no list of choices bounds."""
    for field in model._meta.concrete_fields:
        text = isinstance(field, models.CharField | models.TextField | models.JSONField)
        if text and not field.choices and field.name not in getattr(model, "CHECKS", {}) and field.name not in KEPT:
            yield field


def _names() -> Iterable[str]:
    """Names that the inventory's rules have checked, by which rows and values find each other."""
    for model in apps.get_app_config("console").get_models():
        for field in set(getattr(model, "CHECKS", {})):
            for value in model._default_manager.values_list(field, flat=True):
                yield from value if isinstance(value, list) else [value]


def _hostile(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {_hostile(key, names): _hostile(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_hostile(item, names) for item in value]
    if not isinstance(value, str) or TOKEN.fullmatch(value) or value in names or value in WORDS:
        return value
    return value + HOSTILE
