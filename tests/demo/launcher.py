"""A launcher of tiny processes, run by the tests as a program of its own, with its log folder as argument."""

import os
import sys
from pathlib import Path

from console.demo.supervisor import Interrupted, Supervisor

# A server that ignores no signal, and one with a child of its own that ignores the polite ones.
PLAIN = "import time; time.sleep(600)"
FAMILY = (
    "import signal, subprocess, sys, time\n"
    "deaf = 'import signal, time; signal.signal(15, signal.SIG_IGN); print(\"deaf\", flush=True); time.sleep(600)'\n"
    "subprocess.Popen([sys.executable, '-c', deaf])\n"
    "time.sleep(600)\n"
)


def main(logs: Path) -> int:
    """Start both, say their process ids, and follow them until a signal comes."""
    try:
        with Supervisor(logs, os.environ, grace=5) as supervisor:
            plain = supervisor.start("plain", [sys.executable, "-c", PLAIN])
            family = supervisor.start("family", [sys.executable, "-c", FAMILY])
            print(plain.pid, family.pid, flush=True)  # noqa: T201
            supervisor.follow()
    except Interrupted:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
