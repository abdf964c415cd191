"""A network of its own for each process that runs tests side by side, so that none takes another's fixed ports."""

import ctypes
import os
import subprocess

OWN = "CHANGEOVER_TESTS_OWN_NETWORK"
"""Set by tests/run.sh: every process that pytest starts leaves the network that it was started in."""
CLONE_NEWNET = 0x40000000


def leave_the_shared_network() -> None:
    """Put this thread, and everything it starts from now on, into a new network with nothing but loopback.

    A pytest that a test starts stays in the network of that test, with the servers there.
    Raises `OSError` where that is not allowed; it takes root. See unshare(2).
    """
    del os.environ[OWN]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"A network namespace of its own is refused: {os.strerror(number)}")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True, timeout=10)


def is_worker() -> bool:
    """Whether this process is one of several that share the tests, and is to have a network of its own."""
    return "PYTEST_XDIST_WORKER" in os.environ and os.environ.get(OWN) == "1"
