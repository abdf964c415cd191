"""The text of START.BAT and STOP.BAT as they lie on a node: the guide's kind, or the console's with its checksum."""

import hashlib

from console.lab.exchange import START_ORDER

MARKER = "rem changeover-scripts sha256="


def batch_files(scripts: str, generation: str) -> dict[str, bytes]:
    """The two files by name, with CRLF."""
    order = START_ORDER[generation]
    if scripts == "console":
        return {"START.BAT": _marked(_START.format(_each("net start", order))), "STOP.BAT": _marked(_stop(order))}
    start = "\n".join(f"ARMLOAD W{number} /S /R 1 {name}" for number, name in enumerate(order))
    stop = "\n".join(f"ARMKILL W{number}" for number in reversed(range(len(order))))
    guide = '@echo off\nARMLOAD EXCHSCR /W cscript.exe exch.vbs "%CLP_PRIORITY%"\n'
    return {"START.BAT": _bytes(f"{guide}{start}\n"), "STOP.BAT": _bytes(f"@echo off\n{stop}\n")}


def _marked(rest: str) -> bytes:
    """The console's file: a line with the SHA-256 of all that follows it stands above the rest."""
    body = _bytes(rest)
    return b"@echo off\r\n" + f"{MARKER}{hashlib.sha256(body).hexdigest()}\r\n".encode() + body


def _each(command: str, order: tuple[str, ...]) -> str:
    return "\n".join(f"{command} {name}" for name in order)


def _stop(order: tuple[str, ...]) -> str:
    return f"{_each('net stop /y', order[::-1])}\ncscript //nologo hook.vbs stopped\nexit 0\n"


def _bytes(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("ascii")


_START = """\
if "%CLP_EVENT%"=="RECOVER" goto RECOVER
:ASK
cscript //nologo hook.vbs starting
if %ERRORLEVEL%==42 goto GO
if %ERRORLEVEL%==43 exit 3
ARMSLEEP 2
goto ASK
:GO
{0}
cscript //nologo hook.vbs started
exit 0
:RECOVER
cscript //nologo hook.vbs recover
exit 0
"""
