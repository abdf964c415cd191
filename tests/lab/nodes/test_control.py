"""The control channel, the lab as a program, its definition and its clock."""

import json
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from console.lab import control, definition, groups
from console.lab.presets import PASSWORD, demo_definition, fast_definition, tokyo
from console.lab.server import Lab
from console.lab.world import World
from tests.lab.nodes.conftest import command, protocol

pytestmark = pytest.mark.slow


def test_the_client_sees_what_the_lab_does(own_lab: Lab) -> None:
    client = control.Lab(own_lab.state)
    node = client.status()["clusters"][0]["nodes"][0]
    assert (node["name"], node["powered"], node["engine"], node["services"]["MSExchangeIS"]) == (
        "TYO-EX1",
        True,
        True,
        "RUNNING",
    )
    before = len(client.effects())
    client.fault("TYO-EX1", "partition-busy")
    client.open_handle("TYO-EX1", "backup.exe", r"X:\Exchsrv\mdbdata\priv1.edb")
    images = {holder["image"] for holder in client.status()["clusters"][0]["nodes"][0]["holders"]}
    assert {"explorer.exe", "backup.exe"} <= images
    client.close_handles("TYO-EX1", "backup.exe")
    kinds = [(effect["kind"], effect["subject"]) for effect in client.effects(before)]
    assert ("fault", "partition-busy") in kinds
    assert client.faults()["slow"] == {"does": "Every request waits before it is answered.", "argument": "ms"}


@pytest.mark.parametrize(
    ("node", "name", "says"), [("NOSUCH", "hang", "No node NOSUCH"), ("TYO-EX1", "nosuch", "No fault 'nosuch'")]
)
def test_the_client_is_told_what_is_wrong(own_lab: Lab, node: str, name: str, says: str) -> None:
    with pytest.raises(control.LabRefused, match=says):
        control.Lab(own_lab.state).fault(node, name)


def test_the_state_file_is_for_its_owner_and_goes_with_the_lab(own_lab: Lab) -> None:
    path = own_lab.state / "lab.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    client = control.Lab(own_lab.state)
    token = json.loads(path.read_text())["token"]
    assert token not in repr(client)
    path.write_text(path.read_text().replace(token, "another"))
    with pytest.raises(control.LabRefused, match="Wrong token"):
        control.Lab(own_lab.state).status()
    client.stop()
    assert own_lab.stopped.wait(5)
    with pytest.raises(control.NoLab, match="start one"):
        control.Lab(own_lab.state)


def test_the_effect_log_is_written_as_numbered_lines(own_lab: Lab) -> None:
    command(protocol(own_lab), r"mkdir C:\seen")
    lines = [json.loads(line) for line in (own_lab.state / "effects.jsonl").read_text().splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[-1]["subject"] == r"C:\seen"
    assert set(lines[0]) == {"seq", "at", "node", "kind", "subject", "before", "after", "by"}


def lab_program(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "console.lab", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[3],
    )


def comes_to_be(state: Path, subject: str) -> bool:
    """Whether an effect on this subject is seen soon: what is typed on a node runs on by itself."""
    lab = control.Lab(state)
    for _ in range(100):
        if any(effect["subject"] == subject for effect in lab.effects()):
            return True
        time.sleep(0.05)
    return False


def test_the_program_starts_tells_faults_and_ends_a_lab(tmp_path: Path) -> None:
    path = tmp_path / "lab.yaml"
    YAML().dump(definition.to_dict(fast_definition(tokyo(base="127.0.21"))), path)
    state = str(tmp_path / "state")
    up = lab_program("up", "--definition", str(path), "--state", state)
    assert up.returncode == 0, up.stderr
    try:
        assert lab_program("fault", "TYO-EX1", "slow", "on", "--arg", "ms=1", "--state", state).returncode == 0
        status = json.loads(lab_program("status", "--state", state).stdout)
        assert status["clusters"][0]["nodes"][0]["faults"] == {"slow": {"ms": "1"}}
        assert lab_program("type", "TYO-EX1", r"mkdir C:\typed", "--state", state).returncode == 0
        assert comes_to_be(Path(state), r"C:\typed")
        keys = tmp_path / "webhook.yaml"
        keys.write_text("url: http://127.0.0.1:9\nkeys: {TYO-EX1: {id: k-tyo-1, key: hidden-hidden}}\n")
        assert lab_program("webhook", str(keys), "--state", state).returncode == 0
        wrong = lab_program("fault", "TYO-EX1", "nosuch", "on", "--state", state)
        assert (wrong.returncode, wrong.stderr[:17]) == (1, "No fault 'nosuch'")
    finally:
        assert lab_program("down", "--state", state).returncode == 0
    assert "No lab runs" in lab_program("status", "--state", state).stderr


def test_the_program_says_at_once_why_a_lab_cannot_start(own_lab: Lab, tmp_path: Path) -> None:
    item = fast_definition(tokyo())
    item.clusters[0].nodes[0].port = own_lab.servers["TYO-EX1"].http.port
    path = tmp_path / "lab.yaml"
    YAML().dump(definition.to_dict(item), path)
    began = time.monotonic()
    ran = lab_program("up", "--definition", str(path), "--state", str(tmp_path / "second"))
    assert time.monotonic() - began < 20
    assert ran.returncode == 1
    assert ran.stderr.startswith("The lab did not start: Cannot listen on 127.0.11.1:")


def test_a_definition_survives_its_way_through_yaml(tmp_path: Path) -> None:
    path = tmp_path / "lab.yaml"
    YAML().dump(definition.to_dict(demo_definition()), path)
    assert definition.load(path) == demo_definition()


def test_no_password_shows_in_a_definition() -> None:
    assert PASSWORD not in repr(demo_definition())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([], "definition must be a mapping"),
        ({}, "clusters missing"),
        ({"clusters": [], "colour": 1}, "unknown key 'colour'"),
        ({"clusters": [{"name": "A", "nodes": []}]}, "has no nodes"),
        ({"clusters": [{"name": "A", "nodes": [{"name": 5}]}]}, "must be str"),
        ({"clusters": [{"name": "A", "nodes": [{"name": "n", "port": "x"}]}]}, r"nodes\[0\].port must be int"),
        ({"clusters": [{"name": "A", "nodes": [{"name": "n"}], "generation": "2010"}]}, "generation '2010'"),
        ({"clusters": [{"name": "A", "nodes": [{"name": "n"}, {"name": "N"}]}]}, "the same name"),
        ({"clusters": [{"name": "A", "nodes": [{"name": "n", "windows": "95"}]}]}, "windows '95'"),
        ({"clusters": [], "accounts": [{"name": "a", "password": "x:y"}]}, "must not contain a colon"),
    ],
)
def test_a_wrong_definition_is_refused_with_its_place(data: object, says: str) -> None:
    with pytest.raises(definition.DefinitionError, match=says):
        definition.world_from(data)


def test_a_driven_clock_moves_only_by_hand() -> None:
    world = World(fast_definition(clock="driven"))
    first, second = world.cluster("Tokyo").nodes
    for service in first.services.values():
        service.state = 1
    job = world.schedule.start(groups.move_group(world, first.cluster.groups[0], second, "test"))
    assert job.outcome is None
    world.schedule.advance(0.19)
    assert job.outcome is None
    world.schedule.advance(0.02)
    assert job.outcome == groups.STARTED
    times = [effect.at for effect in world.log.since() if effect.kind == "resource"]
    assert times == sorted(times)


def test_a_fast_clock_shortens_every_wait() -> None:
    world = World(fast_definition(speed=100.0))
    world.schedule.run()
    first = world.node("TYO-EX1")
    for service in first.services.values():
        service.state = 1
    job = world.schedule.start(groups.move_group(world, first.cluster.groups[0], world.node("TYO-EX2"), "test"))
    assert world.schedule.wait(lambda: job.outcome is not None, 20)
    world.schedule.stop()


def test_only_a_driven_clock_can_be_advanced(own_lab: Lab) -> None:
    with pytest.raises(control.LabRefused, match="Only a driven clock"):
        control.Lab(own_lab.state).advance(1)


def test_a_directory_lives_and_ends_with_the_lab(tmp_path: Path) -> None:
    class Directory:
        running = False

        def start(self) -> None:
            self.running = True

        def stop(self) -> None:
            self.running = False

        def describe(self) -> dict[str, object]:
            return {"host": "127.0.0.1"}

    lab, directory = Lab(fast_definition(), tmp_path), Directory()
    lab.join(directory)
    with lab:
        assert directory.running
        lab.world.record("directory", "CN=x", "old", "new", by="CN=svc")
        client = control.Lab(tmp_path)
        assert client.status()["directory"] == {"host": "127.0.0.1"}
        assert client.effects()[-1]["after"] == "new"
    assert not directory.running


@pytest.mark.slow
def test_many_labs_start_and_end_without_leaving_a_port_open(tmp_path: Path) -> None:
    for number in range(5):
        with Lab(fast_definition(), tmp_path / str(number)) as lab:
            assert command(protocol(lab), "hostname").code == 0
            servers = list(lab.servers.values())
        assert not any(listener.open for server in servers for listener in server.listeners)
