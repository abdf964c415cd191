"""A log of any size, made while it is read: blocks of lines like those of a real one, no two of them the same."""

from collections.abc import Iterator

NUMBER = b"@@@@@@"
"""What becomes a number that goes on, so that names and errors are new in every block."""


def _line(second: int, text: str) -> str:
    return f"[{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}] {text}\r\n"


def block(seconds: int = 1500) -> bytes:
    """The lines of one block, with the share of each kind that the public samples suggest."""
    parts = []
    for second in range(seconds):
        parts += [
            _line(second, f" Entering CService@@@@@@::ScGetStatus{second % 40}"),
            _line(
                second, f'  Attempting to get DOB for DN "/dc=LOCAL/dc=Corp/cn=Configuration/cn=Services/cn={second}"'
            ),
            _line(second, "  Found it, and its version is the one that was expected here"),
            _line(second, f" Leaving CService@@@@@@::ScGetStatus{second % 40}"),
        ]
        if second % 10 == 0:
            parts += [
                _line(second, f"  CService::ScOpen{second} (f:\\titanium\\admin\\src\\service.cxx:722)"),
                "           Error code 0XC0070424 (1060): The specified service is not installed.\r\n",
                _line(second, " === IGNORING PREVIOUS ERRORS === CServiceManager::ScStopService"),
                "           The operation has completed successfully.\r\n",
                _line(second, f"  Interpreting line <CreateProcess:tool@@@@@@.exe /go {second}>"),
                _line(second, "  Process has exited with 00000000"),
            ]
    parts.append(_line(seconds, "  Interpreting line <CreateProcess:broken@@@@@@.exe>"))
    parts.append(_line(seconds, "  Process has exited with 00000005"))
    return "".join(parts).encode()


def log(size: int) -> Iterator[bytes]:
    """At least `size` bytes of a log that ends within a script."""
    template, made, number = block(), 0, 0
    yield b"[00:00:00] Entering ScSetupExchangeVirtualServer\r\n"
    while made < size:
        part = template.replace(NUMBER, b"%06d" % number)
        number += 1
        made += len(part)
        yield part
    yield b"[23:00:00]  Executing CLUSTER_SERVER.INS\r\n"
