"""Drift of the node scripts: found with an observation, told once by an alarm, shown as readiness checks."""

import pytest

from console.domain.node_scripts.bounds import PRODUCT_TIMEOUT, Timeouts
from console.domain.script_resource import ScriptResource, resource_checks
from console.lab.files import write_configuration
from console.lab.server import Lab
from console.models import Alarm, Cluster, NodeScripts
from console.services.audit import Actor
from console.services.deployment.comparing import EVERY, checks
from console.services.deployment.deploying import deploy
from console.services.observe import observe
from tests.deployment.conftest import write

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def later() -> None:
    """The last comparison was a while ago."""
    row = NodeScripts.objects.get()
    assert row.at is not None
    NodeScripts.objects.update(at=row.at - EVERY)


def verdicts(cluster: Cluster) -> dict[str, str]:
    return {f"{check.key} {check.about}".strip(): check.verdict.value for check in checks(cluster)}


def alarms() -> list[str]:
    return [alarm.text for alarm in Alarm.objects.filter(key="scripts-drift").order_by("pk")]


def test_nothing_that_was_never_deployed_raises_an_alarm(lab: Lab, nagoya: Cluster) -> None:
    observe(nagoya)
    assert verdicts(nagoya)["scripts.same NGO-EX1"] == "fail"
    assert alarms() == []


def test_a_file_that_somebody_changes_is_told_once_with_its_name(lab: Lab, nagoya: Cluster, actor: Actor) -> None:
    deploy(nagoya, actor, "first")
    assert {verdicts(nagoya)[f"scripts.same {node}"] for node in ("NGO-EX1", "NGO-EX2")} == {"pass"}
    write(lab, "NGO-EX2", "STOP.BAT", b"@echo off\r\n")
    observe(nagoya)
    assert alarms() == []  # it was compared a moment ago
    later()
    observe(nagoya)
    (said,) = alarms()
    assert "STOP.BAT on NGO-EX2 is not the console's" in said
    assert verdicts(nagoya)["scripts.same NGO-EX2"] == "fail"
    Alarm.objects.update(acknowledged_at="2026-01-01T00:00:00Z")
    later()
    observe(nagoya)
    assert len(alarms()) == 1
    write(lab, "NGO-EX1", "W#EXCHG.BAT", b"rem else\r\n")
    later()
    observe(nagoya)
    assert len(alarms()) == 2


def test_time_outs_that_somebody_changes_in_the_cluster_are_drift_too(lab: Lab, nagoya: Cluster, actor: Actor) -> None:
    deploy(nagoya, actor, "first")
    (cluster,) = lab.world.clusters
    cluster.definition.script.start_timeout = 900.0
    for node in cluster.nodes:
        write_configuration(cluster, node)
    later()
    observe(nagoya)
    assert "START.BAT on NGO-EX1 differs" in alarms()[0]


def test_a_node_that_does_not_answer_is_unknown_and_no_alarm(lab: Lab, nagoya: Cluster, actor: Actor) -> None:
    deploy(nagoya, actor, "first")
    lab.fault("NGO-EX2", "winrm-down")
    later()
    observe(nagoya)
    found = verdicts(nagoya)
    assert (found["scripts.same NGO-EX1"], found["scripts.same NGO-EX2"]) == ("pass", "unknown")
    assert alarms() == []


def resource(told: bool = True, **settings: str) -> ScriptResource:
    """A script resource with these settings on both nodes, `__` for a slash."""
    written = {name.replace("__", "/"): value for name, value in settings.items()}
    return ScriptResource("C:", Timeouts(PRODUCT_TIMEOUT, 600), told, {"A": written, "B": written}, "")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ["unknown", "unknown", "unknown", "unknown", "pass"]),
        (
            {"act__retry": "0", "act__fo": "0", "act__action": "1", "deact__action": "4"},
            ["unknown", "pass", "pass", "pass", "pass"],
        ),
        (
            {"act__retry": "2", "act__fo": "0", "act__action": "4", "deact__action": "1"},
            ["unknown", "warn", "fail", "fail", "pass"],
        ),
        ({"act__retry": "0", "act__fo": "1", "act__action": "0"}, ["unknown", "warn", "fail", "unknown", "pass"]),
    ],
)
def test_what_follows_a_failed_script_is_held_against_its_exit_codes(
    settings: dict[str, str], expected: list[str]
) -> None:
    found = resource_checks(resource(**settings))
    assert [check.verdict.value for check in found] == expected
    assert all(check.remedy for check in found if check.verdict != "pass")


def test_time_outs_that_are_not_written_are_unknown() -> None:
    assert resource_checks(resource(told=False))[-1].verdict == "unknown"
