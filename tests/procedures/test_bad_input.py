"""What cannot be read is unknown and says clearly why; nothing garbled is taken for a yes or a no."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from console import catalog
from console.domain.checks import Verdict
from console.domain.errors import Garbled
from console.domain.procedures.examine import Examined, examine
from console.domain.readings.transport import QUEUE_KEYS, read_queue_paths
from console.lab import equipment
from console.lab.cmd.interpreter import Interpreter
from console.lab.cmd.registry import COMMANDS
from tests.moves.ground import QUICK, Ground
from tests.procedures import lacking
from tests.procedures.conftest import examined

GOOD = equipment.transport_text(r"X:\Queue")


def of_2007(ground: Ground) -> bool:
    return lacking.cluster_of(ground).definition.generation == "2007"


@contextmanager
def config(ground: Ground, text: str) -> Iterator[None]:
    node = lacking.node_of(ground)
    before = node.disk.read(equipment.CONFIG)
    node.disk.write(equipment.CONFIG, text.encode())
    yield
    node.disk.write(equipment.CONFIG, before)


@pytest.mark.parametrize(
    ("text", "verdict", "reason"),
    [
        (GOOD.replace("</appSettings>", ""), Verdict.UNKNOWN, "EX2: EdgeTransport.exe.config is not well-formed XML"),
        ("", Verdict.UNKNOWN, "not well-formed"),
        (f'<!DOCTYPE x [<!ENTITY a "b">]>{GOOD.partition("?>")[2]}', Verdict.UNKNOWN, "declares a document type"),
        (GOOD.replace("QueueDatabasePath", "Other"), Verdict.FAIL, "on OSA-EX2 does not set QueueDatabasePath"),
        (GOOD.replace("appSettings", "other"), Verdict.FAIL, "does not set QueueDatabaseLoggingPath"),
        (GOOD.replace(r"X:\Queue", ""), Verdict.FAIL, "does not set QueueDatabasePath"),
    ],
)
def test_a_transport_configuration_that_is_broken_is_told_with_its_node(
    ground: Ground, text: str, verdict: Verdict, reason: str
) -> None:
    if not of_2007(ground):
        assert "transport.queue" not in {one.step.proof for one in examined(ground).values()}
        return
    with config(ground, text):
        found = examined(ground)["standby-queue"].check
    assert (found.verdict, bool(found.remedy)) == (verdict, True)
    assert reason in found.reason


def test_both_keys_are_read_as_they_stand_and_a_comment_counts_for_nothing() -> None:
    assert read_queue_paths(GOOD) == dict.fromkeys(QUEUE_KEYS, r"X:\Queue")
    line = r'<add key="QueueDatabasePath" value="X:\Queue" />'
    assert set(read_queue_paths(GOOD.replace(line, f"<!-- {line} -->"))) == {"QueueDatabaseLoggingPath"}
    with pytest.raises(Garbled, match="more than a configuration has"):
        read_queue_paths("x" * 1_000_001)


def on(ground: Ground, **changes: Any) -> dict[str, Examined]:
    """Every step as it stands on a cluster that the inventory describes otherwise."""
    with ground.open(ground.cluster(**changes)) as field:
        procedure = catalog.procedure(f"exchange-{field.cluster.generation}-setup")
        return {one.step.key: one for one in examine(procedure, catalog.means(), field)}


def test_a_partition_letter_that_is_not_there_is_named_in_every_reason(ground: Ground) -> None:
    found = on(ground, partition="Q:")
    for key in ("folders", "standby-stores", "standby-logs"):
        assert found[key].check.verdict is Verdict.FAIL
    assert r"There is no folder Q:\Exchsrv." in found["folders"].check.reason
    if of_2007(ground):
        assert r"rights of Q:\Exchsrv\TransportRoles cannot be read" in found["folders/bullet-8"].check.reason


def test_a_dns_server_that_refuses_is_no_absent_record(ground: Ground) -> None:
    node = lacking.node_of(ground)
    node.faults["dns-refuses"] = {}
    try:
        found = examined(ground)
    finally:
        node.faults.pop("dns-refuses")
    for key in ("dns", "dns/a.important.2"):
        assert found[key].check.verdict is Verdict.UNKNOWN
        assert "does not tell where" in found[key].check.reason
        assert "Query refused" in found[key].check.reason


def test_system_folders_that_exchange_does_not_list_are_unknown_and_its_public_folders_are_not(ground: Ground) -> None:
    cluster = lacking.cluster_of(ground)
    before = cluster.folders
    cluster.folders = {path: servers for path, servers in before.items() if not path.startswith("/NON_IPM")}
    try:
        found = examined(ground)
    finally:
        cluster.folders = before
    if not of_2007(ground):
        assert found["replicas/A"].check.verdict is Verdict.PASS
        assert found["replicas/B"].check.verdict is Verdict.UNKNOWN
        assert "lists no folder in /NON_IPM_SUBTREE/SCHEDULE+ FREE BUSY/" in found["replicas/B"].check.reason
    assert not {key for key, one in found.items() if one.check.verdict is Verdict.FAIL}


@pytest.mark.slow
def test_features_that_take_too_long_to_list_leave_only_their_own_step_unknown(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not of_2007(ground):
        return

    def stands_still(cmd: Interpreter, rest: str) -> int:
        cmd.process.sleep(30)
        return 0

    monkeypatch.setitem(COMMANDS, "servermanagercmd", stands_still)
    monkeypatch.setattr("console.domain.procedures.examine.SLOW_SECONDS", 0.5)
    found = on(ground, timing=replace(QUICK, command=2.0))
    assert found["prerequisites"].check.verdict is Verdict.UNKNOWN
    assert "did not answer in time what ServerManagerCmd -query prints" in found["prerequisites"].check.reason
    assert found["network"].check.verdict is found["folders"].check.verdict is Verdict.PASS


def test_without_forms_their_folders_need_no_replica(ground: Ground) -> None:
    cluster = lacking.cluster_of(ground)
    before = cluster.folders
    cluster.folders = {path: servers for path, servers in before.items() if "EFORMS" not in path}
    try:
        found = examined(ground)
    finally:
        cluster.folders = before
    assert {one.check.verdict for key, one in found.items() if key.startswith("replicas")} <= {Verdict.PASS}


def test_stores_that_do_not_run_leave_the_replicas_unknown(ground: Ground) -> None:
    service = lacking.node_of(ground, 1).services["msexchangeis"]
    state, service.state = service.state, 1
    try:
        found = examined(ground)
    finally:
        service.state = state
    if not of_2007(ground):
        assert found["replicas"].check.verdict is Verdict.UNKNOWN
        assert "No node tells of the public folders." in found["replicas"].check.reason
    assert found["group"].check.verdict is Verdict.PASS
