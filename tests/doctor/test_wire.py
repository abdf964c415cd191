"""The same over WinRM, as a worker does it: command lines within cmd.exe's limit, real sessions, both nodes."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.domain import doctor
from console.domain.doctor.reading_log import LARGEST
from console.lab.faults import switch
from console.lab.mscs.setup_logs import LOGS
from console.lab.presets import fukuoka, kyoto
from tests.moves.carried import CarriedGround

MADE = {"2003": kyoto, "2007": fukuoka, "2007-on-2008r2": lambda: fukuoka(windows="2008r2")}


@pytest.fixture(params=MADE)
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CarriedGround]:
    ground = CarriedGround(tmp_path, MADE[request.param]())
    yield ground
    ground.close()


def test_over_the_wire_it_finds_what_is_wrong_on_each_node_and_changes_nothing(ground: CarriedGround) -> None:
    one, two = ground.lab.world.clusters[0].nodes
    switch(ground.lab.world, one, "cluster-file-missing", True, file="EXRES.DLL")
    switch(ground.lab.world, two, "source-wrong", True, source="MSExchangeCluster")
    effects = len(ground.lab.world.log.since(0))
    began = time.monotonic()
    with ground.open() as field:
        diagnosis = doctor.diagnose(field)
    assert [(finding.code, finding.node) for finding in diagnosis.findings] == [
        ("cluster-files.missing", one.name),
        ("event-sources.wrong-file", two.name),
    ]
    assert diagnosis.unread == ()
    assert len(ground.lab.world.log.since(0)) == effects
    assert time.monotonic() - began < 30


def test_a_wrong_password_is_said_once_for_each_node(ground: CarriedGround) -> None:
    for node in ground.lab.world.clusters[0].nodes:
        switch(ground.lab.world, node, "wrong-password", True)
    with ground.open() as field:
        diagnosis = doctor.diagnose(field)
    assert [(one.node, one.what) for one in diagnosis.unread] == [
        (ground.source, "the whole node"),
        (ground.target, "the whole node"),
    ]
    assert (diagnosis.findings, diagnosis.looked) == ((), ())


def test_a_log_that_is_read_as_a_whole_fits_into_an_answer(tmp_path: Path) -> None:
    ground = CarriedGround(tmp_path, kyoto())
    disk = ground.lab.world.clusters[0].nodes[0].disk
    line = b'[13:40:00] Attempting to get DOB for DN "/dc=LOCAL/dc=Corp/cn=Configuration"\r\n'
    rest = disk.read(LOGS["2003"])
    disk.write(LOGS["2003"], line * ((LARGEST - len(rest)) // len(line)) + rest)
    with ground.open() as field:
        diagnosis = doctor.diagnose(field)
    ground.close()
    assert diagnosis.clean, diagnosis.unread
