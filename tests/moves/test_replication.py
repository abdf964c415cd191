"""The target reads another domain controller: the plan names both, and Exchange waits until it has what was written."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from console.domain.checks import Refusal
from console.domain.outcome import Status
from console.domain.topology import Timing
from console.lab import presets
from tests.moves.ground import QUICK, Ground, texts

pytestmark = pytest.mark.slow

DELAY = 3.0


@pytest.fixture
def tokyo(tmp_path: Path) -> Iterator[Ground]:
    """TYO-EX2 uses DC2, which is three seconds behind."""
    second = {"delay": DELAY, "nodes": ["TYO-EX2"]}
    made = Ground(tmp_path / "lab", presets.tokyo(), second_controller=second)
    yield made
    made.close()


def reading(ground: Ground, timing: Timing = QUICK, port: int = 0) -> object:
    """The cluster, with the controller set apart that its target reads."""
    address = ground.lab.directories[1].address
    ours = ground.cluster().directory
    theirs = replace(
        ours, target_controller=f"{address.host}:{port or address.tls_port}", target_tls_name="dc2.lab.example"
    )
    return ground.cluster(directory=theirs, timing=timing)


def test_the_plan_names_both_controllers_and_waits_before_the_first_service_starts(tokyo):
    cluster = reading(tokyo)
    plan = tokyo.plan("failover", cluster=cluster)
    (check,) = [check for check in plan.checks if check.key == "directory.replication"]
    assert check.verdict == "warn"
    assert "dc1.lab.example" in check.reason
    assert "dc2.lab.example" in check.reason
    keys = [step.key for step in plan.steps]
    starts = [key for key in keys if key.startswith("start-")]
    assert keys.index("verify-directory") < keys.index("converged") < keys.index(starts[0])
    assert plan.step("converged").params["steps"] == ["mount-flags", "release-names", "claim-names"]


def test_exchange_starts_only_once_flags_and_names_have_arrived(tokyo):
    cluster = reading(tokyo)
    ending = tokyo.perform(tokyo.plan("failover", cluster=cluster), cluster=cluster)
    assert ending.status is Status.SUCCEEDED, ending
    assert any("have not arrived on" in text for text in texts(tokyo.journal, "waiting"))
    assert any("have arrived on" in text for text in texts(tokyo.journal, "done"))


def test_a_replication_that_does_not_come_fails_with_its_remedy_and_starts_nothing(tokyo):
    cluster = reading(tokyo, replace(QUICK, replication=0.5))
    ending = tokyo.perform(tokyo.plan("failover", cluster=cluster), cluster=cluster)
    assert (ending.status, ending.step) == (Status.FAILED, "converged")
    assert "repadmin" in ending.remedy
    assert [e for e in tokyo.effects("service") if e[0] == "TYO-EX2" and e[2] == "START_PENDING"] == []


def test_a_controller_of_the_target_that_cannot_be_asked_refuses_a_planned_move(tokyo):
    with pytest.raises(Refusal) as refused:
        tokyo.plan("failover", cluster=reading(tokyo, port=1))
    (reason,) = [r for r in refused.value.reasons if r.key == "directory.replication"]
    assert "cannot be asked" in reason.text


def test_the_same_controller_is_no_warning_and_its_wait_is_none(tokyo):
    address = tokyo.directory.address
    ours = tokyo.cluster().directory
    same = replace(ours, target_controller=f"{address.host}:{address.tls_port}", target_tls_name=ours.tls_name)
    plan = tokyo.plan("failover", cluster=tokyo.cluster(directory=same))
    assert {c.key: c.verdict for c in plan.checks}["directory.replication"] == "pass"
