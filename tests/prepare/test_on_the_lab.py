"""How a node is prepared, on the lab: one that lacks just one thing makes just that check say so, with a remedy."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from console.domain.checks import Check, Verdict
from console.domain.prepare import Machine, Surroundings, check_node
from console.domain.prepare.facts import QUOTAS
from console.domain.topology import Node
from console.lab import presets
from console.lab.remoting import Remoting
from console.lab.state import Node as LabNode
from tests.moves.ground import Ground

WINDOWS = {"2003": presets.tokyo, "2007": presets.osaka}
GOOD: dict[str, str | int] = {quota.name: quota.least for quota in QUOTAS}


@dataclass
class Prepared:
    """A lab whose primary node is prepared as the sheet says."""

    ground: Ground

    @property
    def lab(self) -> LabNode:
        return self.ground.lab.world.clusters[0].nodes[0]

    @property
    def machine(self) -> Machine:
        return Machine(self.lab.definition.windows, self.lab.service_pack, "x64")

    def looked(self, **changes: Any) -> dict[str, Check]:
        """The checks by their keys, with some of what the inventory says changed."""
        machine = changes.pop("machine", self.machine)
        cluster = self.ground.cluster()
        node: Node = replace(cluster.primary, **changes)
        with self.ground.open(replace(cluster, primary=node)) as field:
            surroundings = Surroundings(("clpstat", "clpgrp"), "dc1.example.test")
            found = check_node(field.session(node.name), machine, surroundings, field.clock, within=20)
        return {check.key: check for check in found}


@pytest.fixture(scope="module", params=WINDOWS)
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    ground = Ground(tmp_path_factory.mktemp("lab"), WINDOWS[request.param](), mailboxes=2)
    yield Prepared(ground)
    ground.close()


@pytest.fixture(autouse=True)
def as_the_sheet_says(prepared: Prepared) -> Iterator[None]:
    prepared.lab.remoting = Remoting(shells=dict(GOOD))
    yield
    prepared.lab.remoting = Remoting()
    prepared.lab.faults.clear()


def not_passed(found: dict[str, Check]) -> dict[str, Verdict]:
    return {key: check.verdict for key, check in found.items() if check.verdict is not Verdict.PASS}


def test_a_node_that_is_prepared_as_the_sheet_says_passes_everything(prepared: Prepared) -> None:
    found = prepared.looked()
    assert not_passed(found) == {}
    assert {"prepare.quotas.MaxShellsPerUser", "prepare.tools.clpstat", "prepare.tools.handle.exe"} <= found.keys()


def service(**values: int) -> Callable[[Prepared], None]:
    return lambda prepared: prepared.lab.remoting.service.update(values)


def policy(**values: int) -> Callable[[Prepared], None]:
    return lambda prepared: prepared.lab.remoting.policy.update(values)


def quota(name: str, value: int | None) -> Callable[[Prepared], None]:
    def set_it(prepared: Prepared) -> None:
        prepared.lab.remoting.shells.pop(name)
        if value is not None:
            prepared.lab.remoting.shells[name] = value

    return set_it


def fault(name: str, **arguments: str) -> Callable[[Prepared], None]:
    return lambda prepared: prepared.lab.faults.update({name: arguments})


def stack(version: str) -> Callable[[Prepared], None]:
    return lambda prepared: setattr(prepared.lab.remoting, "stack", version)


def without(*programs: str) -> Callable[[Prepared], None]:
    return lambda prepared: prepared.lab.remoting.missing.update(programs)


@pytest.mark.parametrize(
    ("lacks", "key", "verdict", "word"),
    [
        (service(allow_unencrypted=1), "clear-text", "fail", "unencrypted"),
        (policy(AllowUnencryptedTraffic=1), "clear-text", "fail", "unencrypted"),
        (service(auth_basic=1), "clear-text", "warn", "Basic"),
        (quota("MaxShellsPerUser", 5), "quotas.MaxShellsPerUser", "warn", "It is 5"),
        (quota("MaxMemoryPerShellMB", None), "quotas.MaxMemoryPerShellMB", "warn", "It is not set"),
        (quota("IdleTimeout", 60_000), "quotas.IdleTimeout", "warn", "60000"),
        (fault("not-administrator"), "account", "fail", "no local administrator"),
        (fault("clock-off", seconds="900"), "clock", "warn", "s."),
        (fault("handle-missing"), "tools.handle.exe", "warn", "not in the PATH"),
        (without("cscript"), "tools.cscript", "warn", "not in the PATH"),
        (without("clpstat"), "tools.clpstat", "warn", "not in the PATH"),
        (stack("1.1"), "package", "warn", "1.1"),
        (stack(""), "package", "warn", "does not name"),
    ],
)
def test_what_is_lacking_is_told_with_what_to_do(
    prepared: Prepared, lacks: Callable[[Prepared], None], key: str, verdict: str, word: str
) -> None:
    lacks(prepared)
    found = prepared.looked()
    assert not_passed(found) == {f"prepare.{key}": verdict}
    check = found[f"prepare.{key}"]
    assert word in check.reason
    assert check.remedy


def test_a_quota_that_nobody_set_passes_where_its_usual_value_is_enough(prepared: Prepared) -> None:
    quota("IdleTimeout", None)(prepared)
    found = prepared.looked()
    assert not_passed(found) == {}
    assert "not set" in found["prepare.quotas.IdleTimeout"].reason


def test_a_policy_counts_before_what_was_set_on_the_machine(prepared: Prepared) -> None:
    service(allow_unencrypted=1)(prepared)
    policy(AllowUnencryptedTraffic=0)(prepared)
    assert not_passed(prepared.looked()) == {}


def test_a_windows_that_is_not_the_one_in_the_inventory_is_told(prepared: Prepared) -> None:
    other = replace(prepared.machine, service_pack=prepared.machine.service_pack - 1)
    assert not_passed(prepared.looked(machine=other)) == {"prepare.windows": "warn"}


def test_without_where_no_program_is_called_missing(prepared: Prepared) -> None:
    without("cmd")(prepared)
    found = not_passed(prepared.looked())
    assert set(found.values()) == {Verdict.UNKNOWN}
    assert all(key.startswith("prepare.tools.") for key in found)


def test_a_node_that_does_not_answer_has_one_check_that_leads_to_the_sheet(prepared: Prepared) -> None:
    found = prepared.looked(port=1)
    assert not_passed(found) == {"prepare.reach": "fail"}
    assert list(found) == ["prepare.reach"]
    assert "manage.py prepare-node" in found["prepare.reach"].remedy
