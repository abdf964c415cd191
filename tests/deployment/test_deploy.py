"""The node scripts compared, deployed and taken back, on a lab's nodes over the real protocols."""

from collections.abc import Callable

import pytest

from console.domain.checks import Refusal
from console.domain.deployment import NotPlaced
from console.domain.node_scripts.bounds import TooShort
from console.domain.node_scripts.settings import Unrenderable
from console.lab.files import write_configuration
from console.lab.server import Lab
from console.models import AuditRecord, Cluster, GlobalStop, NodeScripts, Operation
from console.services.audit import Actor
from console.services.deployment import settings
from console.services.deployment.deploying import deploy, undo
from console.services.node_scripts import FILES
from tests.commands.conftest import Told, one_object
from tests.deployment.conftest import FOLDER, NODES, URL, disks, names, on_disk, record, rendered, until, write
from tests.web import world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Manage = Callable[..., Told]


def test_what_lies_there_is_told_file_by_file(lab: Lab, nagoya: Cluster, manage: Manage) -> None:
    write(lab, "NGO-EX2", "START.BAT", (on_disk(lab, "NGO-EX2", "START.BAT") or b"") + b"rem by hand\r\n")
    write(lab, "NGO-EX2", "STOP.BAT", b"@echo off\r\nrem somebody's own\r\n")
    told = manage("scripts", "diff", "nagoya", "--json")
    assert told[0] == 1
    found = {(one["node"], one["name"]): one["state"] for one in one_object(told)["files"]}
    assert [found["NGO-EX1", name] for name in FILES] == ["differs", "differs", "missing", "missing", "missing"]
    assert [found["NGO-EX2", name] for name in FILES] == [
        "edited by hand",
        "not the console's",
        "missing",
        "missing",
        "missing",
    ]
    shown = manage("scripts", "diff", "nagoya")[1]
    assert '+set "CHO_GROUP="' in shown
    assert "-rem by hand" in shown


def test_every_file_comes_to_both_nodes_and_the_old_ones_are_kept(lab: Lab, nagoya: Cluster, manage: Manage) -> None:
    before = {node: on_disk(lab, node, "START.BAT") for node in NODES}
    told = manage("scripts", "deploy", "nagoya", "--reason", "the first time", "--json")
    assert (told[0], len(one_object(told)["files"])) == (0, 10)
    wanted = rendered(nagoya)
    for node in NODES:
        assert {name: on_disk(lab, node, name) for name in FILES} == dict(wanted.files)
        assert names(lab, node, FOLDER) == ["ASK.BAT", "HOOK.VBS", "START.BAT", "STOP.BAT", "W#EXCHG.BAT"]
        (kept,) = names(lab, node, rf"{wanted.folder}\backup")
        assert on_disk(lab, node, "START.BAT", rf"{wanted.folder}\backup\{kept}") == before[node]
    begun, ended = record(action="scripts:deployment:begun"), record(action="scripts:deployment:ended")
    assert (begun.reason, len(begun.after["files"]), begun.after["files"][-1]["before"]) == (
        "the first time",
        10,
        ended.after["files"][-1]["before"],
    )
    assert ended.after["broken off"] == ""
    assert manage("scripts", "diff", "nagoya")[0] == 0


def test_again_it_touches_nothing_and_says_so(lab: Lab, nagoya: Cluster, actor: Actor) -> None:
    deploy(nagoya, actor, "first")
    seen, records = disks(lab), AuditRecord.objects.count()
    done = deploy(nagoya, actor, "again")
    assert (done.placed, done.sentence) == ((), "Nothing differs: no file was touched.")
    assert disks(lab) == seen
    assert AuditRecord.objects.count() == records


def test_only_what_differs_is_written(lab: Lab, nagoya: Cluster, actor: Actor) -> None:
    deploy(nagoya, actor, "first")
    write(lab, "NGO-EX1", "STOP.BAT", b"@echo off\r\n")
    (placed,) = deploy(nagoya, actor, "set right").placed
    assert (placed.node, placed.path) == ("NGO-EX1", rf"{FOLDER}\STOP.BAT")
    assert (
        on_disk(lab, "NGO-EX1", placed.backup.rpartition("\\")[2], placed.backup.rpartition("\\")[0])
        == b"@echo off\r\n"
    )


def test_it_is_taken_back_and_that_as_well(lab: Lab, nagoya: Cluster, actor: Actor, manage: Manage) -> None:
    before = {(node, name): on_disk(lab, node, name) for node in NODES for name in FILES}
    deploy(nagoya, actor, "first")
    deployed = {(node, name): on_disk(lab, node, name) for node in NODES for name in FILES}
    assert manage("scripts", "undo", "nagoya", "--reason", "it was a mistake")[0] == 0
    assert {(node, name): on_disk(lab, node, name) for node in NODES for name in FILES} == before
    assert record(action="scripts:undo:ended").reason == "it was a mistake"
    undo(nagoya, actor, "it was none")
    assert {(node, name): on_disk(lab, node, name) for node in NODES for name in FILES} == deployed


def test_it_is_taken_back_even_when_nothing_could_be_rendered_any_more(lab: Lab, nagoya: Cluster, actor: Actor) -> None:
    before = on_disk(lab, "NGO-EX1", "START.BAT")
    deploy(nagoya, actor, "first")
    (cluster,) = lab.world.clusters
    cluster.definition.script.start_timeout = 60.0
    for node in cluster.nodes:
        write_configuration(cluster, node)
    with pytest.raises(TooShort):
        deploy(nagoya, actor, "again")
    undo(nagoya, actor, "back")
    assert on_disk(lab, "NGO-EX1", "START.BAT") == before


def test_a_copy_that_somebody_changed_is_not_brought_back(lab: Lab, nagoya: Cluster, actor: Actor) -> None:
    deploy(nagoya, actor, "first")
    backup = NodeScripts.objects.get().placed[-1]["backup"]
    lab.world.node("NGO-EX2").disk.write(backup, b"changed\r\n")
    with pytest.raises(NotPlaced, match="is not the file that was kept there"):
        undo(nagoya, actor, "back")
    assert on_disk(lab, "NGO-EX2", "START.BAT") == rendered(nagoya).files["START.BAT"]


def test_nothing_is_written_while_an_operation_acts_or_a_stop_stands(lab: Lab, nagoya: Cluster, actor: Actor) -> None:
    seen = disks(lab)
    operation = world.running(nagoya)
    with pytest.raises(Refusal, match=f"Operation {operation.pk}"):
        deploy(nagoya, actor, "now")
    Operation.objects.filter(pk=operation.pk).update(status=Operation.Status.SUCCEEDED)
    GlobalStop.objects.create(set_at=operation.confirmed_at, set_by="olga", reason="wait")
    with pytest.raises(Refusal, match="olga has stopped everything"):
        deploy(nagoya, actor, "now")
    assert disks(lab) == seen


def test_nothing_is_written_while_the_group_is_on_its_way(lab: Lab, nagoya: Cluster, actor: Actor) -> None:
    lab.fault("NGO-EX1", "script-hangs", script="STOP.BAT")
    lab.type("NGO-EX1", "clpgrp -m EXCHANGE -a NGO-EX2")
    group = next(group for group in lab.world.clusters[0].groups if group.name == "EXCHANGE")
    until(lambda: "Pending" in group.status)
    with pytest.raises(Refusal, match="Pending: one of the scripts may be running"):
        deploy(nagoya, actor, "now")


def test_a_node_that_does_not_answer_keeps_the_other_from_being_written(
    lab: Lab, nagoya: Cluster, actor: Actor
) -> None:
    before = on_disk(lab, "NGO-EX1", "START.BAT")
    lab.fault("NGO-EX2", "winrm-down")
    with pytest.raises(Refusal, match="a node cannot be read") as refused:
        deploy(nagoya, actor, "now")
    assert "NGO-EX2" in refused.value.reasons[0].text
    assert on_disk(lab, "NGO-EX1", "START.BAT") == before


def test_a_reason_and_an_address_are_asked_for(nagoya: Cluster, actor: Actor) -> None:
    with pytest.raises(Refusal, match="No reason"):
        deploy(nagoya, actor, "  ")
    NodeScripts.objects.all().delete()
    with pytest.raises(Refusal, match="Nobody has said where the nodes of Nagoya reach the console"):
        deploy(nagoya, actor, "now")


def test_what_they_are_rendered_from_is_audited_and_checked(nagoya: Cluster, actor: Actor) -> None:
    assert record(action="scripts:settings:changed").after["url"] == URL
    settings.change(nagoya, actor, url=f"{URL}/")
    assert AuditRecord.objects.filter(action="scripts:settings:changed").count() == 1
    with pytest.raises(Unrenderable, match="cannot stand in a script"):
        settings.change(nagoya, actor, url="http://a b")
    assert NodeScripts.objects.get().url == URL
