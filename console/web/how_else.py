"""The same without the page: the call of the API and the command behind what a page offers."""

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from console.domain.planner import REPAIR
from console.domain.planner.diagnosis import KIND as DIAGNOSE
from console.domain.procedures.kinds import PROCEDURES, is_procedure
from console.models import Cluster, Drill, Operation, PlanRecord
from console.services import approval_rules, confirm, plans, products
from console.services.plans import KINDS
from console.services.run_times import MOVES

WHY = "why it is done"
FOUND = "what was found"


@dataclass(frozen=True)
class Way:
    """One thing that the page offers, said to the API and to a terminal of the console's host."""

    what: str
    method: str
    path: str
    """Below `/api/v1/`."""
    body: Mapping[str, object] | None = None
    command: str = ""
    """Empty where there is none."""

    def call(self, base: str) -> str:
        """The call for a shell; `base` is where the console is, such as `https://console.example.com`."""
        lines = [f"curl -X {self.method} {shlex.quote(f'{base}/api/v1/{self.path}')}"]
        lines.append('-H "Authorization: Bearer $CHANGEOVER_TOKEN"')
        if self.method == "POST":
            lines.append('-H "Idempotency-Key: $(uuidgen)"')
        if self.body is not None:
            lines.append("-H 'Content-Type: application/json'")
            lines.append(f"-d {shlex.quote(json.dumps(self.body, ensure_ascii=False))}")
        return " \\\n  ".join(lines)


def of_cluster(cluster: Cluster) -> list[Way]:
    """What the page of a cluster offers."""
    name, path = cluster.name, f"clusters/{cluster.name}"
    ways = [
        Way("Read how it stands", "GET", path),
        Way("Observe it now", "POST", f"{path}/observation"),
        Way("Plan a failover", "POST", f"{path}/plans", {"kind": "failover"}, _manage("plan", name, "failover")),
        Way("Plan a failback", "POST", f"{path}/plans", {"kind": "failback"}, _manage("plan", name, "failback")),
    ]
    drill = _manage("drill", "begin", name, "--reason", WHY)
    report = _manage("report", "period", "--cluster", name)
    ways += [
        Way("Begin a drill", "POST", f"{path}/drills", {"reason": WHY}, drill),
        Way("Read its report", "GET", f"reports?{urlencode({'cluster': name})}", None, report),
        Way("Diagnose it", "POST", f"{path}/diagnoses", {"reason": WHY}, _manage("diagnose", name)),
    ]
    if not products.guided(cluster):
        return ways
    scripts = _manage("scripts", "diff", name)
    return [*ways, Way("Compare its node scripts", "POST", f"{path}/scripts/ask", {"what": "compare"}, scripts)]


def of_plan(record: PlanRecord) -> list[Way]:
    """What the page of a plan offers."""
    path = f"plans/{record.pk}"
    ways = [Way("Read it", "GET", path)]
    if record.state != PlanRecord.State.READY:
        return [*ways, Way("Make it again", "POST", f"{path}/again")]
    if approval_rules.rule_for(record.cluster, record.kind) is not None:
        ways += _approving(record)
    ways.append(Way("Confirm it", "POST", f"{path}/confirm", _word(record), _run(record, "--reason", WHY)))
    return [*ways, Way("Make it again", "POST", f"{path}/again")]


def of_operation(operation: Operation) -> list[Way]:
    """What the page of an operation offers, while it runs and after it has ended."""
    number, path = str(operation.pk), f"operations/{operation.pk}"
    record = _manage("record", number, "--output", f"operation-{number}.html")
    ways = [
        Way("Read how it stands", "GET", path),
        Way("Follow its journal", "GET", f"{path}/journal?after=0"),
        Way("Take its record", "GET", f"{path}/record", None, record),
    ]
    if operation.kind == DIAGNOSE:
        return [*ways, Way("Read what it found", "GET", f"{path}/diagnosis")]
    if is_procedure(operation.kind):
        return [*ways, *_procedure(number, path)]
    if operation.kind in MOVES and operation.started_at is not None:
        compare = _manage("report", "compare", number)
        ways.append(Way("See where its time went", "GET", f"{path}/comparison", None, compare))
    again = _manage("resume", number)
    undo = _manage("plan", operation.cluster.name, "undo", "--operation", number)
    return [
        *ways,
        Way("Ask it to stop", "POST", f"{path}/stop", {"reason": WHY}),
        Way("Have it carried on, once it has failed", "POST", f"{path}/carry-on", {"choice": "retry"}, again),
        Way("Acknowledge how it ended", "POST", f"{path}/acknowledge", {"note": FOUND}),
        Way("Plan taking it back", "POST", f"{path}/undo", {}, undo),
    ]


def of_drill(drill: Drill) -> list[Way]:
    """What the page of a drill offers."""
    number, path = str(drill.pk), f"drills/{drill.pk}"
    ways = [Way("Read how it stands", "GET", path, None, _manage("drill", "show", number))]
    if not drill.open:
        return ways
    end = _manage("drill", "end", number, "--reason", WHY)
    return [
        *ways,
        Way("Have its next move planned", "POST", f"{path}/plan", None, _manage("drill", "plan", number)),
        Way("End it where it is", "POST", f"{path}/end", {"reason": WHY}, end),
    ]


def _procedure(number: str, path: str) -> Iterator[Way]:
    yield Way("See its steps", "GET", f"{path}/board", None, _manage("procedure", "board", number))
    pause = _manage("procedure", "pause", number, "--reason", WHY)
    yield Way("Pause it", "POST", f"{path}/pause", {"reason": WHY}, pause)
    yield Way("Resume it", "POST", f"{path}/resume", None, _manage("procedure", "resume", number))
    check = _manage("procedure", "check-again", number)
    yield Way("Look again", "POST", f"{path}/check-again", None, check)


def _approving(record: PlanRecord) -> Iterator[Way]:
    path, number = f"plans/{record.pk}", str(record.pk)
    approve = _manage("approve", number, "--hash", record.hash)
    yield Way("Ask for its approval", "POST", f"{path}/ask", {"reason": WHY}, _run(record, "--ask", "--reason", WHY))
    yield Way("Approve it", "POST", f"{path}/approve", {"hash": record.hash}, approve)
    deny = _manage("deny", number, "--reason", WHY)
    yield Way("Deny it", "POST", f"{path}/deny", {"reason": WHY}, deny)


def _word(record: PlanRecord) -> Mapping[str, object]:
    """What confirming the plan takes, with a reason to be filled in."""
    plan = plans.of(record)
    word: dict[str, object] = {"hash": record.hash, "reason": WHY}
    if plan.typed_confirmation:
        word["typed"] = plan.cluster
    if sentence := confirm.sentence_of(plan):
        word["sentence"] = sentence
    if plan.unknowns:
        word["accepted"] = [check.key for check in plan.unknowns]
    return word


def _run(record: PlanRecord, *more: str) -> str:
    """The command that plans the same and starts it."""
    cluster, kind = record.cluster.name, record.kind
    if kind in PROCEDURES:
        return _manage("procedure", "start", cluster, PROCEDURES[kind], *(one for one in more if one != "--ask"))
    if kind == REPAIR:
        codes = [word for code in record.asked.get("codes", ()) for word in ("--finding", code)]
        return _manage("repair", cluster, *codes, *(one for one in more if one != "--ask"))
    if record.undoes_id:
        first = ("--from", record.undo_from) if record.undo_from else ()
        return _manage("run", cluster, kind, "--operation", str(record.undoes_id), *first, *more)
    target = ("--to", record.target) if record.target and kind in KINDS[:3] else ()
    return _manage("run", cluster, kind, *target, *more)


def _manage(*words: str) -> str:
    return shlex.join(("manage.py", *words))
