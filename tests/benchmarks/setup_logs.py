"""Reading a set-up log: megabytes a second beside `grep -c` of the same file, and the memory that it takes.

Both sides are measured in processor time, so that what else runs on the machine counts for little.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

from tests.benchmarks import figures
from tests.setup_log import large

PROGRAM = """
import json, resource, sys, time
from console.domain.setup_log import read
began = time.process_time()
with open(sys.argv[1], "rb") as file:
    report = read(iter(lambda: file.read(1 << 18), b""))
took = time.process_time() - began
print(json.dumps({"took": took, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, "lines": report.lines}))
"""
PATTERN = "Process has exited with"


def run(sizes: tuple[int, ...], runs: int) -> None:
    """Each size in a process of its own; `grep -c` and the reader in turns, on a file that is in the cache."""
    rows = [("log", "lines", "reader, MB/s", "grep -c, MB/s", "reader : grep -c", "peak memory")]
    with tempfile.TemporaryDirectory() as folder:
        for megabytes in sizes:
            rows.append(_measured(Path(folder) / "setup.log", megabytes, runs))
    figures.table(f"Set-up log, {runs} runs each, min / median / max", rows)


def _measured(path: Path, megabytes: int, runs: int) -> tuple[str, ...]:
    with path.open("wb") as file:
        file.writelines(large.log(megabytes * 1_000_000))
    size = path.stat().st_size / 1e6
    _grep(path)
    ours, theirs, told = [], [], {}
    for _ in range(runs):
        theirs.append(size / _grep(path))
        told = json.loads(subprocess.check_output([sys.executable, "-c", PROGRAM, str(path)]))
        ours.append(size / told["took"])
    rates = figures.spread(ours), figures.spread(theirs), f"1 : {median(theirs) / median(ours):.0f}"
    return (f"{size:,.0f} MB", f"{told['lines']:,}", *rates, f"{told['peak'] / 1024:.1f} MiB")


def _grep(path: Path) -> float:
    """Seconds of the processor's."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run(["grep", "-c", PATTERN, str(path)], capture_output=True, check=True)  # to /dev/null it stops early
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
