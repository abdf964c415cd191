"""Goes the ways: without a fault once, to know what happens; then with one, to see whether it is the same."""

import time
from dataclasses import dataclass
from typing import Any

from console.models import Operation
from tests.chaos import judge, person
from tests.chaos.cases import Case
from tests.chaos.environment import Environment, Overdue, until
from tests.chaos.hands import Hands
from tests.chaos.result import Result
from tests.chaos.steps import POINTERS, SERVICES, WAYS, Way
from tests.chaos.world import PLAIN, names
from tests.directory.snapshot import Difference, Snapshot, difference

ENDS_WITHIN = 75.0
BACK = {"failover": "failback", "failback": "failover", "handover": "handback", "handback": "handover"}
"""The planned way that undoes a planned way's move."""


class WornOut(Exception):
    """No cluster is left that is as it should be, or something may still be going on: a new environment is needed."""


@dataclass(frozen=True)
class Reference:
    """A way that was gone without a fault: what the lab tells of it, what it changed, how much went out."""

    effects: list[judge.Told]
    changed: Difference
    sends: int


@dataclass
class Journey:
    """One operation under way: how things were before it."""

    way: Way
    cluster: str
    owner: str
    effects: int
    picture: Snapshot


class Performer:
    """Carries cases out in one environment, one after the other."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self._references: dict[tuple[str, str, str], Reference] = {}
        self._retired: set[str] = set()
        self._warm: set[str] = set()
        self._worn_out = False
        self._picture = env.picture()
        self._seen = 0
        self._sends = 0

    def perform(self, case: Case) -> Result:
        """Carry one case out and judge it; whatever it leaves behind is mended."""
        began = time.monotonic()
        result = Result(case.name, case.seed)
        cluster = ""
        try:
            cluster = self._ready(case)
            self._strike(case, cluster, result)
        except person.Unwilling as error:
            result.lost.append(str(error))
        except (Overdue, AssertionError) as error:
            result.broken.append(str(error) or type(error).__name__)
        if result.broken or result.stuck:
            self._worn_out = True
        elif not result.clean:
            self._retired.add(cluster)
        if not result.clean:
            self._picture = self.env.picture()
        self._tidy(cluster)
        result.seconds = round(time.monotonic() - began, 1)
        return result

    # -- one case

    def _strike(self, case: Case, cluster: str, result: Result) -> None:
        journey = self._set_out(case.way, cluster)
        hands = Hands(self.env, case, cluster)
        self.env.post.set(case.wire())
        operation = person.begin(self.env, journey.way, cluster)
        hands.strike(operation)
        self.env.revive()
        self._follow(operation, result)
        expected = [self._references[case.way, cluster, journey.owner]]
        if hands.goes_back:
            back = BACK[case.way]
            expected.append(self._references[back, cluster, self._owner(cluster)])
            self._follow(person.begin(self.env, WAYS[back], cluster), result)
        hands.let_go(operation)
        self._judge(journey, operation, expected, result)
        self._measure(operation, hands, expected, result)

    def _follow(self, operation: Operation, result: Result) -> None:
        """To the end, with the answers that a person would give by the facts."""
        for _ in range(4):
            self._await_end(operation, result)
            if operation.status == Operation.Status.SUCCEEDED or result.stuck:
                break
            result.answers.append(person.carry_on(self.env, operation))
        result.status = operation.status
        if operation.status != Operation.Status.SUCCEEDED and not result.stuck:
            result.lost.append(f"operation {operation.pk} {operation.status}: {operation.ending_summary}")

    def _await_end(self, operation: Operation, result: Result) -> None:
        try:
            until(lambda: person.is_over(operation), "the operation ends", ENDS_WITHIN, 0.1)
            operation.refresh_from_db()
        except Overdue:
            operation.refresh_from_db()
            where = operation.current_step or "no step"
            result.stuck.append(f"operation {operation.pk} is {operation.status} in {where} after {ENDS_WITHIN:.0f} s")

    def _judge(self, journey: Journey, operation: Operation, expected: list[Reference], result: Result) -> None:
        effects = judge.told(self._effects(journey))
        verdict = judge.judge([item for reference in expected for item in reference.effects], effects)
        result.twice += [" ".join(item) for item in verdict.twice]
        result.lost += [f"missing: {' '.join(item)}" for item in verdict.missing]
        result.twice += verdict.disordered
        self._picture = self.env.picture()
        changed = difference(journey.picture, self._picture)
        wanted = _one_after_the_other([reference.changed for reference in expected])
        if changed != wanted:
            result.lost.append(f"the directory is not as without a fault: {_first(changed, wanted)}")
        result.stuck += person.running_without_lease()

    def _measure(self, operation: Operation, hands: Hands, expected: list[Reference], result: Result) -> None:
        result.takeovers, result.woke = operation.takeovers, hands.woke
        result.repeats = max(0, len(self.env.post.sends()) - sum(reference.sends for reference in expected))
        died = hands.died_at
        if hands.tripped is None:
            result.broken.append("nobody came to the wire")
        elif died is not None:
            result.resumed = person.resumed_after(operation, died)

    # -- ground

    def _ready(self, case: Case) -> str:
        """A cluster on which the case can begin, and every reference that its judgement needs."""
        if self._worn_out:
            raise WornOut
        way = case.of
        fit = names()[:1] if case.step in POINTERS else names()
        cluster = next((n for n in fit if n.startswith(way.sort) and n not in self._retired), None)
        if cluster is None:
            raise WornOut
        self._warm_up(cluster, way.sort)
        needed = [case.way] + ([BACK[case.way]] if case.fault in ("stop", "late") and case.way in BACK else [])
        for name in needed:
            self._bring(cluster, WAYS[name])
            while (name, cluster, self._owner(cluster)) not in self._references:
                self._refer(name, cluster)
                self._bring(cluster, WAYS[name])
        self._bring(cluster, way)
        return cluster

    def _warm_up(self, cluster: str, sort: str) -> None:
        """Once there and back: what a cluster's first move changes, no later one does."""
        if cluster not in self._warm:
            for name in ("failover", "failback") if sort == PLAIN else ("handover", "handback"):
                self._go(name, cluster)
                self._tidy(cluster)
            self._warm.add(cluster)

    def _bring(self, cluster: str, way: Way) -> None:
        """Bring the cluster to where the way begins."""
        if way.first and person.can_be_undone(cluster):
            return
        if way.first:
            self._bring(cluster, WAYS[way.first])
            return self._refer(way.first, cluster)
        place = "home" if self._owner(cluster).endswith("-A") else "away"
        if way.begins not in ("", place):
            self._refer(next(n for n, w in WAYS.items() if w.sort == way.sort and w.begins == place), cluster)

    def _refer(self, name: str, cluster: str) -> None:
        """Go the way without a fault, and keep what happened."""
        journey = self._set_out(name, cluster)
        operation = self._go(name, cluster)
        steps = person.steps(operation)
        known = [step for step in journey.way.steps if step not in POINTERS or step in steps]
        assert list(steps) == known, f"{name} has other steps: {steps}"
        effects, changed = judge.told(self._effects(journey)), difference(journey.picture, self._picture)
        self._references[name, cluster, journey.owner] = Reference(effects, changed, self._sends)
        self._tidy(cluster)

    def _go(self, name: str, cluster: str) -> Operation:
        """Go the way without a fault, to its good end."""
        self.env.post.set(None)
        operation = person.begin(self.env, WAYS[name], cluster)
        result = Result(name, 0)
        self._follow(operation, result)
        whole = result.clean and not result.answers
        assert whole, f"{name} of {cluster} without a fault: {result.to_line()}"
        self._sends, self._picture = len(self.env.post.sends()), self.env.picture()
        return operation

    def _set_out(self, name: str, cluster: str) -> Journey:
        self._seen = max([self._seen, *(e["seq"] for e in self.env.lab.effects(self._seen))])
        return Journey(WAYS[name], cluster, self._owner(cluster), self._seen, dict(self._picture))

    def _effects(self, journey: Journey) -> list[dict[str, Any]]:
        return self.env.lab.effects(journey.effects)

    def _owner(self, cluster: str) -> str:
        return str(self.env.told(cluster)["groups"][0]["current"] or "")

    def _tidy(self, cluster: str) -> None:
        """As it was before, but for where the group is; a cluster that does not come to rest is used no more."""
        self.env.mend()
        if not cluster:
            return
        self.env.after_mounting(cluster, self._picture)
        for node in self.env.told(cluster)["nodes"]:
            for fault in node["faults"]:
                self.env.lab.fault(node["name"], fault, False)
        for fault in ("drop", "busy", "unavailable", "refuse"):
            self.env.lab.directory_fault(fault, False)
        try:
            until(lambda: self._at_rest(cluster), f"{cluster} comes to rest", 10)
        except Overdue:
            self._retired.add(cluster)

    def _at_rest(self, cluster: str) -> bool:
        told = self.env.told(cluster)
        group, nodes = told["groups"][0], told["nodes"]
        here = {node["name"] for node in nodes if "RUNNING" in _exchange(node["services"])}
        whole = all(node["powered"] and node["engine"] for node in nodes)
        return whole and group["status"] == "Online" and here == {group["current"]}


def _exchange(services: dict[str, str]) -> set[str]:
    return {state for name, state in services.items() if name in SERVICES}


def _one_after_the_other(changes: list[Difference]) -> Difference:
    """What is different after all of them."""
    found: Difference = {}
    for change in changes:
        for place, (before, after) in change.items():
            found[place] = (found[place][0] if place in found else before, after)
    return {place: values for place, values in found.items() if values[0] != values[1]}


def _first(changed: Difference, wanted: Difference) -> str:
    """One place where the directory differs from what it should be."""
    places = [place for place in changed.keys() | wanted.keys() if changed.get(place) != wanted.get(place)]
    dn, attribute = min(places)
    return f"{len(places)} values, first {attribute} of {dn}"
