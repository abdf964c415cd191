"""No send is finished after its lease: a process that stands still in the middle of one is ended by the kernel.

Between the last look at a lease and the system call that sends lie microseconds in which a process can be stopped for
hours. A node refuses what it sends when it is woken; a directory cannot: it compares old values only, and they may be
the same again after a failback. So for the time of a send a timer of the kernel (timer_create, POSIX.1-2017) stands
ready to kill the process at the lease's end, which works on a stopped process too. Where there are no such timers
(they are in Linux) the last look has to do.
"""

import ctypes
import math
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_CLOCK_MONOTONIC = 1
_SIGEV_SIGNAL = 0
_TIMER_ABSTIME = 1


class _Event(ctypes.Structure):
    """struct sigevent: 64 bytes."""

    _fields_ = [
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("_", ctypes.c_char * 48),
    ]


class _Times(ctypes.Structure):
    """struct itimerspec: no interval, one time."""

    _fields_ = [(name, ctypes.c_long) for name in ("every_s", "every_ns", "at_s", "at_ns")]


def _library() -> Any:
    """The C library, when it has the timers."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        library.timer_create.argtypes = (ctypes.c_int, ctypes.POINTER(_Event), ctypes.POINTER(ctypes.c_void_p))
        library.timer_settime.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Times), ctypes.c_void_p)
        library.timer_delete.argtypes = (ctypes.c_void_p,)
    except (OSError, AttributeError):
        return None
    return library


_LIBRARY = _library()


@contextmanager
def ends_with(moment: float) -> Iterator[None]:
    """A block that this process does not survive beyond `moment` (`time.monotonic`); none when it is infinite."""
    timer = ctypes.c_void_p()
    if _LIBRARY is None or math.isinf(moment) or not _create(timer):
        yield
        return
    try:
        seconds, rest = divmod(max(moment, time.monotonic()), 1)
        at = _Times(0, 0, int(seconds), int(rest * 1e9) + 1)
        _LIBRARY.timer_settime(timer, _TIMER_ABSTIME, ctypes.byref(at), None)
        yield
    finally:
        _LIBRARY.timer_delete(timer)


def _create(timer: ctypes.c_void_p) -> bool:
    event = _Event(None, signal.SIGKILL, _SIGEV_SIGNAL, b"")
    return bool(_LIBRARY.timer_create(_CLOCK_MONOTONIC, ctypes.byref(event), ctypes.byref(timer)) == 0)
