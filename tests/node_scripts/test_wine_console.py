"""START.BAT under Wine asks a whole console: it decides, switches the directory and gives its go, and mail comes up."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from console.domain.node_scripts.branches import CODES
from console.domain.secrets import Secret
from console.lab import presets
from console.lab.definition import Script
from console.models import Cluster
from tests.node_scripts.machine import Node, Prefix
from tests.tasks.conftest import Installation, installed, wait_for
from tests.tasks.test_webhook import GOES, ISSUE, OPERATIONS, RUNS, TIMING, TYO1, TYO2

pytestmark = [pytest.mark.wine, pytest.mark.slow, pytest.mark.timeout(300)]
FOR_EVER = 100_000.0


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Installation]:
    """Pages, worker, Redis and a lab, whose own scripts wait so that the one under Wine speaks for its node."""
    waiting = Script(retry=0.2, silence_after=FOR_EVER, start_timeout=FOR_EVER)
    scripted = replace(presets.tokyo(base="127.0.40"), scripts="console", script=waiting)
    with installed(tmp_path, scripted) as made:
        yield made


def test_a_real_start_script_gets_its_go_from_a_whole_console(whole: Installation, prefix: Prefix) -> None:
    keys = {name: (f"key-{name.lower()}", secrets.token_hex(32)) for name in (TYO1, TYO2)}
    whole.shell(ISSUE.format(keys=keys, timing=TIMING | {"start_service": 60}))
    whole.redis()
    whole.worker()
    tokyo = Cluster(name="Tokyo", group="EXCHANGE", generation="2003")
    key_id, key = keys[TYO2]
    here = Node(prefix, tokyo, whole.pages(), (key_id, Secret(key)), {"ask": 5000, "silence": 500})
    whole.lab.fault(TYO1, "powered-off", True)
    group = whole.lab.world.clusters[0].groups[0]
    wait_for(lambda: group.status == "Online Pending" and group.owner is not None and group.owner.name == TYO2)
    ran = here.run("START.BAT", CLP_EVENT="FAILOVER", CLP_SERVER="OTHER", CLP_PRIORITY="2", COMPUTERNAME=TYO2)
    assert (ran.code, ran.heard[-1]) == (CODES.done, "go")
    assert [call for call in ran.acts if not call.startswith("armsleep")] == here.bring_up
    assert whole.rows(RUNS) == [(TYO2, "started", "open", "go")]
    assert whole.rows(GOES) == [(TYO2, "started")]
    whole.lab.world.clusters[0].definition.script.silence_after = 0.1  # now the lab's machine does what Wine did
    wait_for(lambda: whole.rows(OPERATIONS) == [("takeover", TYO2, "succeeded")], 180)
