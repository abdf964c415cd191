"""The shape of a cluster for its twin: from the last observation, the last plan, and the last good run."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from console.catalog import cluster_product
from console.domain import dn
from console.domain.checks import Refusal
from console.domain.plan import Plan
from console.domain.twin import PLAYED, Shape
from console.models import Cluster, ObservationRecord, Operation, PlanRecord
from console.services import plan_records, run_times
from console.services.products import guided

PUBLIC = "public"
"""A store whose name holds this word is one for public folders, as in the guide."""
SUPPOSED_MAILBOXES = 2000
STEPS_OF_SERVICE = ("service.stop", "service.start")
STARTS_AND_STOPS = 4
"""A move takes two resources down and brings two up: the floating IP and the partition."""


def shape_of(cluster: Cluster, mailboxes: int | None = None) -> Shape:
    """The cluster's shape, with `mailboxes` in place of what was counted. Reads rows only, asks no node.

    Raises `Refusal` for a cluster that was never observed.
    """
    seen = ObservationRecord.objects.filter(cluster=cluster).first()
    if seen is None:
        text = f"{cluster.name} was never observed: nobody knows what shape it has."
        raise Refusal.of(text, "Observe it, on its page or by a worker of its site; then try again.", key="twin.unseen")
    plan, remarks = _last_plan(cluster), list[str]()
    groups = _observed_stores(seen.status) or _planned_stores(plan)
    if not groups:
        remarks.append("No store was seen to be mounted: the twin has as many as a small server.")
    count = _mailboxes(cluster, plan, mailboxes, remarks)
    timings = _timings(cluster, remarks)
    if plan is not None and "console" in _scripts(plan):
        remarks.append(
            "The console's scripts are not played: in the twin the console itself stops and starts Exchange."
        )
    spoken = [text.partition(":")[0] for text in cluster.greetings]
    if cluster.extra_services or set(spoken) - set(PLAYED):
        remarks.append("Optional services, such as those of IMAP, are left out.")
    windows = {node.role: node.windows for node in cluster.nodes.all()}
    return Shape(
        product=cluster.driver,
        generation=cluster.generation,
        windows=(windows["primary"], windows["standby"]),
        partition=cluster.partition,
        protocols=tuple(dict.fromkeys(name for name in spoken if name in PLAYED)) or PLAYED[:1],
        groups=groups,
        mailboxes=count,
        carried=cluster_product(cluster.driver).name_moves,
        timings=timings,
        remarks=tuple(remarks),
    )


def _last_plan(cluster: Cluster) -> Plan | None:
    """The last plan of a move that was ready, if it can be read."""
    ready = PlanRecord.objects.filter(cluster=cluster, kind__in=run_times.MOVES, state=PlanRecord.State.READY)
    record = ready.order_by("-pk").first()
    try:
        return plan_records.of(record) if record is not None else None
    except Refusal:
        return None


def _observed_stores(status: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    """The stores that were mounted on the active node, `storage group/store` each."""
    facts = [fact for node in status.get("nodes", ()) if node.get("active") for fact in node.get("facts", ())]
    told = next((str(fact.get("detail", "")) for fact in facts if fact.get("key") == "partition"), "")
    return _counted(name.partition("/")[::2] for name in told.split(", ") if "/" in name)


def _planned_stores(plan: Plan | None) -> tuple[tuple[int, int], ...]:
    """The stores that the plan relies on, of the server that has most of them."""
    stores = plan.structural.get("stores", {}) if plan is not None else {}
    of_server: dict[str, list[tuple[str, str]]] = {}
    for name in stores:
        parts = dn.split(name)
        of_server.setdefault(",".join(parts[2:]), []).append((parts[1], parts[0]))
    most: list[tuple[str, str]] = max(of_server.values(), key=len, default=[])
    return _counted(iter(most))


def _counted(stores: Iterator[tuple[str, str]]) -> tuple[tuple[int, int], ...]:
    """How many stores of each kind every storage group has; the names themselves go no further."""
    mail, public, groups = Counter[str](), Counter[str](), dict[str, None]()
    for group, store in stores:
        groups[group] = None
        (public if PUBLIC in store.casefold() else mail)[group] += 1
    return tuple((mail[group], public[group]) for group in groups)


def _mailboxes(cluster: Cluster, plan: Plan | None, asked: int | None, remarks: list[str]) -> int:
    if asked is not None:
        return asked
    if plan is not None and plan.membership.count:
        return plan.membership.count
    if guided(cluster):
        remarks.append(f"No plan has counted its mailboxes: {SUPPOSED_MAILBOXES} are supposed. Say how many there are.")
    return SUPPOSED_MAILBOXES if guided(cluster) else 0


def _timings(cluster: Cluster, remarks: list[str]) -> dict[str, Any]:
    """What the last good run took, by the lab's names."""
    good = Operation.objects.filter(cluster=cluster, kind__in=("failover", "failback"), status="succeeded")
    last = good.select_related("plan", "cluster").order_by("-pk").first()
    if last is None or not guided(cluster):
        remarks.append(
            "No move that could be measured has succeeded: services and resources take what the lab supposes."
        )
        return {}
    try:
        run = run_times.run_of(last)
    except Refusal:
        return {}
    took, services = run.times.by_step, dict[str, list[float]]()
    made: dict[str, Any] = {}
    for step in run.plan.steps:
        if step.key in took and step.kind in STEPS_OF_SERVICE and (name := step.params.get("service")):
            services.setdefault(str(name), []).append(took[step.key].took)
        if step.key in took and step.kind == "group.move":
            each = round(took[step.key].took / STARTS_AND_STOPS, 3)
            made |= {"resource_start": each, "resource_stop": each}
    made["services"] = {name: round(sum(seconds) / len(seconds), 3) for name, seconds in services.items()}
    remarks.append("Services and resources take as long as in the last move that succeeded.")
    return made


def _scripts(plan: Plan) -> set[str]:
    return {str(state) for state in plan.structural.get("node scripts", {}).values()}
