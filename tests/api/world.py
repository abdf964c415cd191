"""A world in which every address of the API names something, what is sent there, and what each asks for."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.utils import timezone

from console.api.entries import entry_of
from console.api.site import description
from console.domain.windows import Times
from console.models import (
    Alarm,
    AuditRecord,
    Channel,
    Cluster,
    Delivery,
    Discovery,
    Drill,
    ExchangeServer,
    Node,
    NodeRun,
    Notice,
    NoticeRule,
)
from console.services import schedules, setup_logs, windows
from console.services.inventory_rows import spec_of
from tests import personas
from tests.access.routes import LOG
from tests.api.calling import Program
from tests.discovery.test_clp_conf import file_of
from tests.services import making
from tests.web import diagnosis_world, setup_world, world

OF_PROCEDURES = ("board", "pause", "resume", "check-again", "say", "accept", "hand-over", "give-up")
FREE = {"list_findings", "get_finding", "get_stop", "get_own_token", "list_tokens", "revoke_token", "get_inventory"}
FREE |= {"get_report", "export_moves", "list_notice_events", "observe_all", "hand_in_log"}
"""Addresses that name nothing of a cluster and take no more than seeing anything at all."""
ADMINISTERING = {
    *("list_channels", "get_channel", "make_channel", "change_channel", "remove_channel", "test_channel"),
    *("renew_secret", "send_again", "list_notice_rules", "make_notice_rule", "change_notice_rule"),
    *("remove_notice_rule", "list_people", "list_groups", "add_person", "switch_person", "unlock_person"),
    *("list_locks", "unlock_sign_in"),
    *("add_group", "set_members", "remove_group", "set_roles", "set_group_roles"),
}
INVENTORY_WHOLE = {
    *("put_site", "put_inventory", "list_discoveries", "get_discovery", "ask_node", "read_configuration"),
    *("ask_node_again", "list_trials", "try_credential"),
}
EVERYWHERE = {"set_stop", "lift_stop"} | ADMINISTERING | INVENTORY_WHOLE
"""Those that take the right on everything."""
RIGHTS = {
    **dict.fromkeys(("search_audit", "export_audit", "get_audit_record"), "read-audit"),
    **dict.fromkeys(("approve_plan", "deny_plan"), "approve"),
    **dict.fromkeys(("observe_cluster", "observe_all", "prove_procedure", "revoke_token", "ask_scripts"), "view"),
    "recognise_set_up_error": "view",
    **dict.fromkeys((*INVENTORY_WHOLE, "put_cluster_entry"), "change-inventory"),
    **dict.fromkeys((*ADMINISTERING, "set_approval_rules"), "administer"),
}
"""Where it is neither `view` for what is read nor `operate` for what is sent."""
CLP_CONF = file_of()
NOW = timezone.now()
FROM, TO = ((NOW + timedelta(hours=hours)).isoformat() for hours in (1, 2))
WHY, NOTE = {"reason": "a walk through all of it"}, {"note": "looked at both nodes"}
BODIES: dict[str, Any] = {
    "prepare_plan": {"kind": "failover"},
    "override_plan": WHY | {"emergency": "TOKYO cannot wait for an approval"},
    "confirm_plan": WHY,
    "approve_plan": NOTE,
    "carry_on_operation": {"choice": "retry"},
    "give_ticket": {"ticket": "CHG0012345"},
    "say_step": {"step": "a", "said": "It was done in the dialog."},
    "accept_step": {"step": "a", "said": "It was done in the dialog.", "typed": "NAGOYA"},
    "hand_over": NOTE | {"to": "the-operator"},
    "take_incident": WHY,
    "let_incident_go": WHY,
    "make_window": WHY | {"cluster": "TOKYO", "starts": FROM, "ends": TO},
    "end_window": WHY,
    "schedule_move": WHY | {"kind": "failover", "at": TO},
    "cancel_move": WHY,
    "put_inventory": {"text": "sites:\n  - name: north\n"},
    **dict.fromkeys(("acknowledge_operation", "acknowledge_alarm"), NOTE),
    **dict.fromkeys(("ask_approval", "deny_plan", "withdraw_approval", "pause_procedure", "give_up"), WHY),
    **dict.fromkeys(("set_stop", "lift_stop", "lift_cooldown", "decide_again"), WHY),
    "begin_drill": WHY,
    "end_drill": WHY,
    "ask_node": {"address": "127.9.1.1", "credential": "service", "site": "main"},
    "ask_node_again": {"other_address": "127.9.1.2"},
    "set_scripts": {"url": "http://127.0.0.1:8000"},
    "ask_scripts": {"what": "compare"},
    "try_credential": {"place": "node", "name": "TOK-EX1"},
    "set_approval_rules": WHY | {"rules": [{"kind": "failover"}]},
    "make_channel": {"name": "night", "kind": "mail", "address": "night@example.com"},
    "change_channel": {"name": "ops"},
    **{one: {"channel": "ops", "least": "critical"} for one in ("make_notice_rule", "change_notice_rule")},
    "add_person": {"name": "newcomer"},
    "switch_person": WHY | {"active": False},
    "add_group": {"name": "day shift"},
    "set_members": {"members": ["somebody"]},
    **dict.fromkeys(("set_roles", "set_group_roles"), WHY | {"roles": {"viewer": []}}),
    "hand_in_log": LOG,
    "read_configuration": CLP_CONF,
    "recognise_set_up_error": {"node": "TOK-EX1", "text": "Setup will not go on."},
    "unlock_person": {},
    "unlock_sign_in": {"what": "address", "key": "192.0.2.7"},
    **{one: {} for one in ("prepare_undo", "prepare_repair", "diagnose", "stop_operation", "revoke_token")},
}


@dataclass(frozen=True)
class Address:
    """An address as the description has it."""

    method: str
    path: str
    operation: str
    tag: str = ""
    takes: bool = False
    """Whether anything can be sent there that could be wrong."""

    def __str__(self) -> str:
        return self.operation

    @property
    def right(self) -> str:
        """The right that it takes."""
        return RIGHTS.get(self.operation, "view" if self.method == "get" else "operate")


ADDRESSES = [
    Address(method, path, one["operationId"], one["tags"][0], bool(one["parameters"]) or "requestBody" in one)
    for path, methods in description()["paths"].items()
    for method, one in methods.items()
]


@dataclass
class World:
    """TOKYO with one of everything; NAGOYA, on which a procedure rests."""

    tokyo: Cluster
    hash: str
    numbers: dict[str, int] = field(default_factory=dict)

    def parameters(self, address: Address, token: int) -> dict[str, Any]:
        """What the address names; `token` is the number of the token that asks."""
        last = address.path.rsplit("/", 1)[-1]
        start = address.path.removeprefix("/api/v1/").split("/")[0]
        of_procedure = last in OF_PROCEDURES
        number = self.numbers.get(last if start == "operations" and last in self.numbers else start, token)
        number = self.numbers["procedure"] if of_procedure else number
        every = {
            "name": "TOKYO",
            "number": number,
            "procedure": "preparation",
            "what": "alarm",
            "credential": "service",
            "code": "cluster-files.missing",
        }
        every["name"] = "KOBE" if address.operation == "put_site" else every["name"]
        return {name: value for name, value in every.items() if f"{{{name}}}" in address.path}

    def sent(self, address: Address, program: Program) -> tuple[str, Any, dict[str, str]]:
        """The address with its parameters, the body, and the headers."""
        path = address.path.format(**self.parameters(address, program.row.pk))
        body = BODIES.get(address.operation)
        if address.operation in ("confirm_plan", "override_plan", "approve_plan"):
            body = body | {"hash": self.hash}
        headers = program.headers | {"idempotency-key": "a-key-of-mine", "if-match": "*"}
        if address.operation == "put_cluster_entry":
            body = entry_of(spec_of(self.tokyo)).model_dump(mode="json")
        return path, body, headers


def a_world() -> World:
    """Everything that an address can name."""
    tokyo, nagoya = making.cluster(), making.cluster("NAGOYA", 3)
    ExchangeServer.objects.update(service_pack=2)
    world.observed(tokyo)
    operation = world.ended(tokyo, "failed")
    world.filled(operation, 3)
    procedure = setup_world.at_rest(nagoya)
    diagnosis = diagnosis_world.found(diagnosis_world.kyoto())
    now = timezone.now()
    node = Node.objects.filter(cluster=tokyo).order_by("role")[0]
    alarm = Alarm.objects.create(cluster=tokyo, key="no-go", text="An alarm.", remedy="Look.", raised_at=now)
    run = NodeRun.objects.create(node=node, run_id="run-1", first_seen_at=now, last_seen_at=now)
    log = setup_logs.read("x.log", [LOG], making.actor("boss", "administrator"), cluster=tokyo)
    plan = making.ready(tokyo, "failback")
    record = AuditRecord.objects.filter(cluster_id=tokyo.pk).order_by("seq")[0]
    numbers = {"operations": operation.pk, "plans": plan.pk, "alarms": alarm.pk, "runs": run.pk}
    boss = making.actor("boss", "administrator")
    times = Times(now + timedelta(hours=1), now + timedelta(hours=2), False, None)
    window = windows.make(windows.Spec(times, "patches", tokyo), boss)
    move = schedules.make(tokyo, schedules.Spec("failback", now + timedelta(minutes=90), "patches"), boss)
    numbers |= {"incidents": alarm.pk, "windows": window.pk, "scheduled-moves": move.pk}
    numbers |= {"set-up-logs": log.pk, "audit": record.seq, "procedure": procedure.pk, "diagnosis": diagnosis.pk}
    numbers |= others(tokyo)
    proving_for(tokyo)
    return World(tokyo, plan.hash, numbers)


def others(cluster: Cluster) -> dict[str, int]:
    """The numbers of what else can be named: a drill, a discovery, a channel with a rule and a delivery, people."""
    now = timezone.now()
    made = {"made_at": now, "made_by_name": "boss"}
    channel = Channel.objects.create(name="ops", kind="mail", shown="ops@example.com", **made)
    rule = NoticeRule.objects.create(channel=channel, **made)
    notice = Notice.objects.create(event="stop.set", severity=2, at=now, text="A notice.", routed_at=now)
    delivery = Delivery.objects.create(notice=notice, channel=channel, since=now, next_at=now)
    found = Discovery.objects.create(file="clp.conf", asked_at=now, look_before=now, ended_at=now, asked_by_name="boss")
    drill = Drill.objects.create(
        cluster=cluster, home="TOK-EX1", away="TOK-EX2", reason="yearly", begun_at=now, begun_by_name="boss"
    )
    people = {"people": personas.person("somebody", "viewer").pk, "groups": Group.objects.create(name="night shift").pk}
    numbers = {"channels": channel.pk, "notice-rules": rule.pk, "deliveries": delivery.pk}
    return numbers | {"discoveries": found.pk, "drills": drill.pk} | people


def proving_for(cluster: Cluster) -> None:
    """How the nodes stood that are to be reached, read before."""
    now = timezone.now()
    cluster.procedure_proofs.create(
        procedure="preparation", asked_at=now, asked_by_name="olga", prove_before=now, ended_at=now, proved_at=now
    )
