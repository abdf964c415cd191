"""The log that set-up leaves on a node, in the form of Exchange 2003 or 2007: a whole run, or one that went wrong.

The sequence of the files is that of the series on cluster set-up; how the log names them is the lab's own guess.
"""

from collections.abc import Iterator, Sequence

LOGS = {
    "2003": r"C:\Exchange Server Setup Progress.log",
    "2007": r"C:\ExchangeSetupLogs\ExchangeSetup.log",
}
SERVER, SHARED = "CLUSTER_SERVER.INS", "CLUSTER_SHARED.INS"
NO_EXIT = "exit"
"""Where a log may go wrong: it stops in one of the two files, or a line has no exit."""

_LOG_KEY = r"SYSTEM\CurrentControlSet\Services\EventLog\Application"


def whole(generation: str, types: Sequence[str], stops: str = "") -> str:
    """The text of a log; `types` are the resource types that it creates, `stops` where it goes wrong."""
    form = _old if generation == "2003" else _new
    body = [form(number, text) for number, text in enumerate(_lines(types, stops))]
    if generation != "2003":
        body = [*_opening(), *body, *([] if stops in (SERVER, SHARED) else ["[8/3/2007 5:10:00 PM] [0] End of Setup"])]
    return "\r\n".join(body) + "\r\n"


def _old(number: int, text: str) -> str:
    """A line of 2003: the continuation of an error has no time of its own."""
    return text if text.startswith("           ") else f"[13:{43 + number // 60}:{number % 60:02}] {text}"


def _new(number: int, text: str) -> str:
    head = f"[8/3/2007 4:{number // 60:02}:{number % 60:02} PM] [1] "
    return text if text.startswith("           ") else head + text


def _opening() -> list[str]:
    return [
        "[8/3/2007 3:59:12 PM] [0] Starting Microsoft Exchange 2007 Setup",
        "[8/3/2007 3:59:12 PM] [0] **********************************************",
        "[8/3/2007 3:59:12 PM] [0] Setup version: 8.1.240.6.",
        r"[8/3/2007 3:59:12 PM] [0] Logged on user: LAB\Administrator.",
        "[8/3/2007 3:59:12 PM] [0] Command Line Parameter Name='mode', Value='Install'.",
    ]


def _lines(types: Sequence[str], stops: str) -> Iterator[str]:
    yield "Entering ScSetupExchangeVirtualServer"
    yield r" Copying files from D:\Setup\Roles"
    yield r" Copying files from D:\Setup\Common"
    yield " Entering CAtomServices::ScStopAtomServices"
    yield r"  CService::ScGetStatus (f:\titanium\admin\src\libs\exsetup\service.cxx:722)"
    yield "           Error code 0XC0070424 (1060): The specified service does not exist as an installed service."
    yield "  === IGNORING PREVIOUS ERRORS === CServiceManager::ScStopService"
    yield " Leaving CAtomServices::ScStopAtomServices"
    yield from _file("CLUSTER_SERVER.UNS", ["DeleteRegistryKey:SOFTWARE\\Microsoft\\Exchange\\Exchange Provider"])
    yield from _file(SERVER, _server(types), stops=stops)
    if stops == SERVER:
        return
    yield from _file("CLUSTER_SHARED.UNS", [rf"DeleteRegistryKey:{_LOG_KEY}\MSExchangeCluster"])
    yield f" Entering {SHARED}"
    if stops == SHARED:
        return
    yield from _interpreted(rf"AddRegistryValue:{_LOG_KEY}\MSExchangeCluster;EventMessageFile;%clusterdir%\clusmsg.dll")
    yield f" Leaving {SHARED}"
    yield from _file("EXCHANGE.INS", [rf"AddRegistryValue:{_LOG_KEY}\SMTP;EventMessageFile;%s\bin\EXSMTP.DLL"])
    yield " Entering ScCreateSystemAttendantResource"
    yield " Leaving ScCreateSystemAttendantResource"
    yield "Leaving ScSetupExchangeVirtualServer"


def _server(types: Sequence[str]) -> list[str]:
    created = [f"CreateClusterResourceType:{name};{'GATHERCL' if 'Search' in name else 'EXRES'}.DLL" for name in types]
    return [
        *created,
        r"CreateProcess:%s\bin;regsvr32.exe /s %s\bin\excluadm.dll",
        r"CreateProcess:%s\bin;cladmreg.exe /q excluadm.dll",
        r"AddRegistryValue:SOFTWARE\Microsoft\Exchange\Exchange Provider;Rpc_Binding_Order;ncalrpc,ncacn_ip_tcp",
    ]


def _file(name: str, commands: Sequence[str], stops: str = "") -> Iterator[str]:
    yield f" Entering {name}"
    for text in commands:
        if stops == name and "cladmreg" in text:
            return
        yield from _interpreted(text, exits=not (stops == NO_EXIT and "regsvr32" in text))
    yield f" Leaving {name}"


def _interpreted(text: str, *, exits: bool = True) -> Iterator[str]:
    yield f"  Interpreting line <{text}>"
    if exits:
        yield "  Process has exited with 00000000"
