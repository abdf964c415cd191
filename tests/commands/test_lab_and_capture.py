"""`manage.py capture` and `lab`: what real answers are kept of, and how a lab is led."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from console.domain.observe import observe_node
from console.domain.procedures.examine import read_grounds
from console.domain.switch.reading import read_directory
from console.lab import control
from console.lab.presets import PASSWORD
from console.lab.server import Lab
from console.models import Cluster, OsAccount
from console.services.fields import open_field
from console.services.observe import observe
from console.services.procedures import fitting
from tests.commands.conftest import Told, one_object
from tests.recordings import replay
from tests.services import making

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

Manage = Callable[..., Told]
MANAGE = Path(__file__).parents[2] / "manage.py"


def test_what_was_captured_of_a_node_reads_like_the_node_itself(tokyo: Lab, manage: Manage, tmp_path: Path) -> None:
    path = tmp_path / "node.json"
    assert one_object(manage("capture", "tyo-ex1", "--output", str(path), "--json"))["result"] == "captured"
    bundle = replay.read(path)
    with open_field(Cluster.objects.get(name="Tokyo")) as field:
        live = field.observe_node("TYO-EX1")
        cluster, clock = replay.cluster_of(bundle), replay.StoppedClock(bundle)
        node = cluster.node("TYO-EX1")
        again = observe_node(replay.node_session(bundle), cluster, node, field.generation, field.driver, clock)
    for fact in ("hostname", "windows", "engine", "group_resources", "services", "stores"):
        assert getattr(again, fact) == getattr(live, fact), fact


def test_what_was_captured_of_a_directory_reads_like_the_directory_itself(tokyo: Lab, manage: Manage) -> None:
    bundle = json.loads(manage("capture", "lab")[1])
    with open_field(Cluster.objects.get(name="Tokyo")) as field:
        live = field.read_directory()
        again = read_directory(replay.directory_session(bundle), field.cluster, field.generation)
    assert (again.primary, again.standby, again.pointers) == (live.primary, live.standby, live.pointers)
    assert again.spn_holders == live.spn_holders


@pytest.mark.parametrize("name", ["TYO-EX1", "lab"])
def test_a_masked_capture_holds_no_name_of_the_inventory_and_no_password(tokyo: Lab, manage: Manage, name: str) -> None:
    out = manage("capture", name, "--mask")[1].casefold()
    for told in ("tyo-ex1", "tyo-ex2", "tokyo", "svc-changeover", "127.0.31", PASSWORD.casefold()):
        assert told not in out
    assert "commands" in out or "calls" in out


def test_a_capture_has_what_the_proofs_of_a_set_up_ask_of_node_and_directory(tokyo: Lab, manage: Manage) -> None:
    bundle = one_object(manage("capture", "TYO-EX1"))
    asked = {tuple(answer["argv"]): answer["exit_code"] for answer in bundle["proofs"]}
    with open_field(Cluster.objects.get(name="Tokyo")) as field:
        steps = [step for one in fitting(Cluster.objects.get(name="Tokyo")) for step in one.steps]
        grounds = read_grounds(steps, field)
    assert asked == {argv: answer.exit_code for argv, answer in grounds.answers["TYO-EX1"].items()}
    assert len(asked) > 10
    calls = one_object(manage("capture", "lab"))["calls"]
    assert any("msExchESEParamLogFilePath" in call["question"].get("attributes", ()) for call in calls)
    assert any("nTMixedDomain" in call["question"].get("attributes", ()) for call in calls)


def test_capturing_changes_nothing(tokyo: Lab, manage: Manage) -> None:
    before = len(tokyo.world.log.since(0))
    manage("capture", "TYO-EX2")
    manage("capture", "lab")
    assert len(tokyo.world.log.since(0)) == before


def test_what_is_not_in_the_inventory_is_refused_with_the_names_that_are(tokyo: Lab, manage: Manage) -> None:
    code, _, err = manage("capture", "NOWHERE")
    assert code == 2
    assert "TYO-EX1" in err


def test_a_node_of_another_cluster_than_the_one_named_is_refused(tokyo: Lab, manage: Manage) -> None:
    code, _, err = manage("capture", "TYO-EX1", "--cluster", "Osaka")
    assert code == 2
    assert "Tokyo" in err


def test_who_may_not_operate_may_not_capture(tokyo: Lab, manage: Manage) -> None:
    OsAccount.objects.update(user=making.account("rita", "viewer"))
    code, out, err = manage("capture", "TYO-EX1")
    assert (code, out) == (2, "")
    assert "role operator" in err


def test_another_machine_at_the_address_fails_and_nothing_that_it_says_is_kept(tokyo: Lab, manage: Manage) -> None:
    tokyo.fault("TYO-EX2", "other-name", computer="STRANGER")
    try:
        code, out, err = manage("capture", "TYO-EX2")
    finally:
        tokyo.fault("TYO-EX2", "other-name", on=False)
    assert (code, out) == (1, "")
    assert "STRANGER" in err
    assert "management address" in err


def test_a_node_that_does_not_answer_fails_with_a_remedy(tokyo: Lab, manage: Manage) -> None:
    tokyo.fault("TYO-EX2", "refuse")
    try:
        told = manage("capture", "TYO-EX2", "--json")
    finally:
        tokyo.fault("TYO-EX2", "refuse", on=False)
    assert told[0] == 1
    assert one_object(told)["remedy"]


def test_a_bundle_that_cannot_be_written_fails_with_a_remedy(tokyo: Lab, manage: Manage, tmp_path: Path) -> None:
    code, _, err = manage("capture", "TYO-EX1", "--output", str(tmp_path / "no" / "folder.json"))
    assert code == 1
    assert "--output" in err


def test_a_lab_is_broken_and_mended_from_the_command_line(lab: Lab, manage: Manage) -> None:
    state = ("--state", str(lab.state))
    assert manage("lab", "fault", "TYO-EX1", "slow", "on", "--arg", "ms=1", *state)[0] == 0
    faults = one_object(manage("lab", "status", "--json", *state))["lab"]["clusters"][0]["nodes"][0]["faults"]
    assert faults == {"slow": {"ms": "1"}}
    assert manage("lab", "fault", "TYO-EX1", "slow", "off", *state)[0] == 0
    assert manage("lab", "fault", "directory", "busy", "on", "--arg", "count=1", *state)[0] == 0
    assert manage("lab", "fault", "directory", "busy", "off", *state)[0] == 0


def test_a_fault_of_a_cluster_says_which_node_it_struck(lab: Lab, manage: Manage) -> None:
    state = ("--state", str(lab.state))
    assert manage("lab", "fault", "Tokyo", "slow", "on", "--arg", "ms=1", *state)[1] == "slow is on at TYO-EX1.\n"
    told = one_object(manage("lab", "fault", "Tokyo", "slow", "off", "--json", *state))
    assert told == {"result": "off", "where": ["TYO-EX1"], "fault": "slow"}


def test_what_a_person_does_in_dialogs_is_named_by_its_number_or_its_key(lab: Lab, manage: Manage) -> None:
    state = ("--state", str(lab.state))
    for said in ("1", "1.bullet-3", "network", "network.bullet-3"):
        assert manage("lab", "hand", "tokyo", said, *state)[1] == "network is done on Tokyo.\n"
    for cluster, step, says in (
        ("Tokyo", "25", "no step 25. What to do: name one from 1 to 24"),
        ("Tokyo", "11", "Nobody does to-standby in a dialog here"),
        ("Kyoto", "1", "No cluster Kyoto in this lab; there are Tokyo"),
    ):
        code, _, err = manage("lab", "hand", cluster, step, *state)
        assert (code, says in err) == (2, True), err


def test_what_a_node_writes_and_what_lies_on_it_is_shown(lab: Lab, manage: Manage) -> None:
    state = ("--state", str(lab.state))
    assert manage("lab", "type", "TYO-EX1", "hostname", *state)[1] == "TYO-EX1\n[ended with 0]\n"
    assert one_object(manage("lab", "type", "TYO-EX1", "dir Q:", "--json", *state))["code"] == 1
    assert "it goes on" in manage("lab", "type", "TYO-EX1", "ping -n 2 127.0.0.1", "--wait", "0", *state)[1]
    assert "clp.conf" in manage("lab", "file", "TYO-EX1", r"C:\Program Files\EXPRESSCLUSTER\etc", *state)[1]
    path = r"C:\Program Files\EXPRESSCLUSTER\etc\clp.conf"
    assert "<name>Tokyo</name>" in one_object(manage("lab", "file", "TYO-EX1", path, "--json", *state))["text"]
    code, _, err = manage("lab", "file", "TYO-EX1", r"C:\nowhere", *state)
    assert code == 2
    assert r"C:\nowhere" in err


def test_the_nodes_are_told_where_the_console_is_and_no_key_is_ever_shown(
    lab: Lab, manage: Manage, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = ("--state", str(lab.state))
    assert "nobody" in manage("lab", "webhook", *state)[1]
    text = f"url: http://127.0.0.1:9\nkeys: {{TYO-EX1: {{id: key-one, key: {'ab' * 32}}}}}\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    told = manage("lab", "webhook", "-", "--json", *state)
    assert one_object(told) == {"result": "told", "url": "http://127.0.0.1:9", "keys": {"TYO-EX1": "key-one"}}
    shown = manage("lab", "webhook", *state)
    assert shown[1] == "The nodes' scripts ask http://127.0.0.1:9.\nTYO-EX1\tkey-one\n"
    assert "abab" not in str(told) + str(shown) + str(manage("lab", "status", *state))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("keys: {NOWHERE: {id: key-one, key: hidden}}", "No node NOWHERE"),
        ("keys: {TYO-EX1: {id: key-one, key: 4711}}", "key must be str"),
        ("url: x\nkeys: {TYO-EX1: {id: key-one, key: hidden", "no YAML from line 2"),
        ("keys: {TYO-EX1: {id: key-one}}", "key missing"),
    ],
)
def test_a_wrong_word_about_the_console_is_refused_without_repeating_a_key(
    lab: Lab, manage: Manage, tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "webhook.yaml"
    path.write_text(text, encoding="utf-8")
    before = control.Lab(lab.state).status()["webhook"]
    code, out, err = manage("lab", "webhook", str(path), "--state", str(lab.state))
    assert (code, out) == (2, "")
    assert says in err
    assert "hidden" not in err
    assert "4711" not in err
    assert control.Lab(lab.state).status()["webhook"] == before


@pytest.mark.parametrize("words", [("TYO-EX1", "sloow"), ("NOWHERE", "slow"), ("directory", "sloow")])
def test_a_fault_that_there_is_not_is_refused(lab: Lab, manage: Manage, words: tuple[str, str]) -> None:
    told = manage("lab", "fault", *words, "on", "--json", "--state", str(lab.state))
    assert told[0] == 2
    assert one_object(told)["result"] == "refused"


@pytest.mark.parametrize("command", ["status", "down", "webhook"])
def test_a_lab_that_is_not_there_fails_with_a_remedy(manage: Manage, tmp_path: Path, command: str) -> None:
    code, _, err = manage("lab", command, "--state", str(tmp_path))
    assert code == 1
    assert "lab up" in err


def test_a_lab_in_the_background_that_cannot_start_is_found_out_at_once(
    manage: Manage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition = tmp_path / "lab.yaml"
    definition.write_text("clusters: 7", encoding="utf-8")
    words = ("lab", "up", "--detach", "--definition", str(definition), "--state", str(tmp_path))
    monkeypatch.setattr(sys, "argv", [str(MANAGE), *words])
    code, _, err = manage(*words)
    assert code == 1
    assert "clusters must be a list" in err
    assert "lab.log" in err


def test_an_observation_of_a_healthy_cluster_is_good_and_ready_to_be_moved(tokyo: Lab) -> None:
    record = observe(Cluster.objects.get(name="Tokyo"))
    assert (record.status["tone"], record.status["mail"], record.status["active"]) == ("good", "up", "TYO-EX1")
    assert {check["verdict"] for check in record.checks} == {"pass"}


def test_an_observation_tells_what_stands_against_a_move(tokyo: Lab) -> None:
    tokyo.fault("TYO-EX1", "partition-busy")
    try:
        record = observe(Cluster.objects.get(name="Tokyo"))
    finally:
        tokyo.fault("TYO-EX1", "partition-busy", on=False)
    (against,) = [check for check in record.checks if check["verdict"] == "fail"]
    assert "explorer.exe" in against["reason"] + against["evidence"]
    assert against["remedy"]
