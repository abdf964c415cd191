"""A log of 500 MB is read in the memory that one of 5 MB takes."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.setup_log import large

READER = """
import json, resource, sys
from console.domain.setup_log import read
report = read(iter(lambda: sys.stdin.buffer.read(1 << 18), b""))
run = report.latest
print(json.dumps({
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, "size": report.size, "totals": report.totals,
    "verdict": report.verdict, "findings": len(run.findings), "left_out": run.left_out, "midnights": run.midnights,
    "ignored": len(run.ignored), "stopped": run.stopped_in.key,
}))
"""


def read_by_a_process(size: int) -> dict[str, Any]:
    """What a process of its own makes of a log of that size, which comes to it through a pipe."""
    process = subprocess.Popen([sys.executable, "-c", READER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    for part in large.log(size):
        process.stdin.write(part)
    process.stdin.close()
    told = json.loads(process.stdout.read())
    assert process.wait(30) == 0
    return dict(told)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_memory_does_not_grow_with_the_log() -> None:
    small, huge = read_by_a_process(5 << 20), read_by_a_process(500_000_000)
    assert huge["size"] >= 500_000_000
    assert huge["totals"]["interpreted"] > 80 * small["totals"]["interpreted"]
    assert huge["totals"]["ignored"] > 100_000
    assert huge["peak"] - small["peak"] < 4096, (small["peak"], huge["peak"])  # KiB
    for told in (small, huge):
        assert (told["verdict"], told["stopped"]) == ("unfinished", "CLUSTER_SERVER.INS")
        assert told["ignored"] <= 100
    assert huge["findings"] <= 51
    assert huge["left_out"]["setup-log.process-failed"] > 0
    assert huge["midnights"] == 0
