"""The set-up procedure's step that puts the console's scripts on both nodes."""

import pytest

from console import catalog
from console.domain.outcome import Ending, WaitsFor
from console.domain.planner.setup import make_setup
from console.domain.progress import Progress
from console.domain.runner import Runner
from console.domain.steps import BEHAVIOURS
from console.domain.steps.base import Stage
from console.lab.files import write_configuration
from console.lab.server import Lab
from console.models import Alarm, Cluster, NodeKey, NodeScripts
from console.services.audit import SYSTEM, Actor
from console.services.deployment.comparing import checks
from console.services.deployment.deploying import undo
from console.services.deployment.settings import ClusterFiles
from console.services.fields import open_field
from console.services.node_scripts import FILES
from console.services.observe import observe
from tests.deployment.conftest import NODES, disks, on_disk, rendered, write
from tests.domain.stage import ListJournal, People

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def perform(cluster: Cluster) -> Ending:
    """Carry the step out, every other one being over."""
    control = People()
    with open_field(cluster, control=control) as field:
        plan = make_setup(field, catalog.procedure("exchange-2003-setup"), catalog.means(), {})
        (key,) = (step.key for step in plan.steps if step.kind == "setup.scripts.deploy")
        stage = Stage("17-abc", plan, field, None, ListJournal(), control, field.clock)  # type: ignore[arg-type]
        stage.files = ClusterFiles(cluster, SYSTEM, "set-up")
        runner = Runner(stage, BEHAVIOURS, poll=0.05, settle=1.0, no_longer=lambda stage, over: {})
        return runner.run(Progress(finished=frozenset(step.key for step in plan.steps) - {key}, changed=True))


def test_both_nodes_get_every_file_and_what_was_there_can_come_back(lab: Lab, nagoya: Cluster, actor: Actor) -> None:
    for node in NODES:
        write(lab, node, "START.BAT", b"@echo off\r\nrem the guide's\r\n")
    before = {(node, name): on_disk(lab, node, name) for node in NODES for name in FILES}
    assert perform(nagoya).status == "succeeded"
    wanted = rendered(nagoya)
    assert all(on_disk(lab, node, name) == wanted.files[name] for node in NODES for name in FILES)
    for node in NODES:
        key = NodeKey.objects.get(node__name=node)
        assert (on_disk(lab, node, "node.key", r"C:\Changeover") or b"").startswith(f"id={key.key_id}\r\n".encode())
    seen = disks(lab)
    assert perform(nagoya).status == "succeeded"
    assert {path: data for path, data in disks(lab).items() if "fence" not in path[1]} == {
        path: data for path, data in seen.items() if "fence" not in path[1]
    }
    undo(nagoya, actor, "taken back")
    assert {(node, name): on_disk(lab, node, name) for node in NODES for name in FILES} == before


def test_what_it_has_put_there_is_shown_with_the_next_observation(lab: Lab, nagoya: Cluster) -> None:
    def shown() -> set[str]:
        observe(nagoya)
        return {check.verdict.value for check in checks(nagoya) if check.key == "scripts.same"}

    for node in NODES:
        write(lab, node, "START.BAT", b"@echo off\r\nrem the guide's\r\n")
    assert shown() == {"fail"}
    assert perform(nagoya).status == "succeeded"
    assert shown() == {"pass"}
    assert not Alarm.objects.exists()


def test_without_a_script_resource_it_rests_and_says_what_to_do(lab: Lab, nagoya: Cluster) -> None:
    (cluster,) = lab.world.clusters
    for group in cluster.groups:
        group.resources = [one for one in group.resources if one.definition.kind != "script"]
    for node in cluster.nodes:
        write_configuration(cluster, node)
    ending = perform(nagoya)
    assert (ending.status, ending.waits_for) == ("waiting", WaitsFor.MEND)
    assert "has no script resource" in ending.summary
    assert "Add one in the cluster's builder" in ending.remedy


def test_without_an_address_it_rests_and_says_what_to_do(lab: Lab, nagoya: Cluster) -> None:
    for node in NODES:
        write(lab, node, "START.BAT", b"@echo off\r\nrem the guide's\r\n")
    NodeScripts.objects.all().delete()
    ending = perform(nagoya)
    assert ending.status == "waiting"
    assert "manage.py scripts set Nagoya --url" in ending.remedy
