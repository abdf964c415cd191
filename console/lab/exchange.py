"""The Windows services of an Exchange 2003 or 2007 node, as the lab installs them.

Names, order and dependencies follow the guide's start scripts and Microsoft's lists for the two products.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Installed:
    """One installed service: `start` as sc.exe counts (2 automatic, 3 on demand, 4 disabled).

    `holds` is what its process keeps open on the switching partition while it runs.
    """

    name: str
    display: str
    image: str
    start: int = 3
    depends: tuple[str, ...] = ()
    holds: str = ""
    exchange: bool = True


INFORMATION_STORE = "MSExchangeIS"
_BIN_2003 = r"C:\Program Files\Exchsrvr\bin"
_BIN_2007 = r"C:\Program Files\Microsoft\Exchange Server\bin"
_SYSTEM = r"C:\WINDOWS\system32"


def _windows(name: str, display: str, image: str, start: int = 2, depends: tuple[str, ...] = ()) -> Installed:
    return Installed(name, display, rf"{_SYSTEM}\{image}", start, depends, exchange=False)


_WINDOWS = (
    _windows("RpcSs", "Remote Procedure Call (RPC)", "svchost.exe"),
    _windows("EventLog", "Event Log", "services.exe"),
    _windows("LanmanServer", "Server", "svchost.exe"),
    _windows("LanmanWorkstation", "Workstation", "svchost.exe"),
    _windows("NtLmSsp", "NT LM Security Support Provider", "lsass.exe"),
    _windows("Winmgmt", "Windows Management Instrumentation", "svchost.exe", depends=("RpcSs",)),
    _windows("WinRM", "Windows Remote Management (WS-Management)", "svchost.exe", depends=("RpcSs",)),
    _windows("MSDTC", "Distributed Transaction Coordinator", "msdtc.exe", depends=("RpcSs",)),
    _windows("IISADMIN", "IIS Admin Service", r"inetsrv\inetinfo.exe", depends=("RpcSs",)),
    _windows("W3SVC", "World Wide Web Publishing Service", "svchost.exe", depends=("RpcSs", "IISADMIN")),
)

_BASE = ("EventLog", "NtLmSsp", "RpcSs", "LanmanServer", "LanmanWorkstation")

_EXCHANGE_2003 = (
    Installed("EXIFS", "Microsoft Exchange Installable File System", rf"{_SYSTEM}\drivers\exifs.sys"),
    Installed(
        "MSExchangeSA",
        "Microsoft Exchange System Attendant",
        rf"{_BIN_2003}\mad.exe",
        depends=_BASE,
        holds=r"\Exchsrv\SERVER.log",
    ),
    Installed(
        "MSExchangeMGMT",
        "Microsoft Exchange Management",
        rf"{_BIN_2003}\exmgmt.exe",
        depends=("RpcSs", "Winmgmt"),
    ),
    Installed(
        INFORMATION_STORE,
        "Microsoft Exchange Information Store",
        rf"{_BIN_2003}\store.exe",
        depends=("EXIFS", "MSExchangeSA"),
        holds=r"\Exchsrv\mdbdata\priv1.edb",
    ),
    Installed(
        "RESvc",
        "Microsoft Exchange Routing Engine",
        rf"{_SYSTEM}\inetsrv\inetinfo.exe",
        depends=("IISADMIN",),
        holds=r"\Exchsrv\conndata",
    ),
    Installed(
        "MSExchangeMTA",
        "Microsoft Exchange MTA Stacks",
        rf"{_BIN_2003}\emsmta.exe",
        depends=("IISADMIN", "MSExchangeSA"),
        holds=r"\Exchsrv\mtadata\mtadata.log",
    ),
    Installed(
        "SMTPSVC",
        "Simple Mail Transfer Protocol (SMTP)",
        rf"{_SYSTEM}\inetsrv\inetinfo.exe",
        depends=("EventLog", "IISADMIN"),
        holds=r"\Exchsrv\Mailroot\vsi 1\Queue",
    ),
    Installed("POP3Svc", "Microsoft Exchange POP3", rf"{_SYSTEM}\inetsrv\inetinfo.exe", depends=("IISADMIN",)),
    Installed("IMAP4Svc", "Microsoft Exchange IMAP4", rf"{_SYSTEM}\inetsrv\inetinfo.exe", 4, ("IISADMIN",)),
    Installed("MSExchangeES", "Microsoft Exchange Event", rf"{_BIN_2003}\events.exe", 3, (INFORMATION_STORE,)),
    Installed("MSExchangeSRS", "Microsoft Exchange Site Replication Service", rf"{_BIN_2003}\srsmain.exe", 4),
    Installed("MSSEARCH", "Microsoft Search", rf"{_BIN_2003}\mssearch.exe", 3, ("NtLmSsp", "RpcSs")),
)


def _2007(
    name: str, display: str, image: str, depends: tuple[str, ...] = ("MSExchangeADTopology",), holds: str = ""
) -> Installed:
    return Installed(name, f"Microsoft Exchange {display}", rf"{_BIN_2007}\{image}", 3, depends, holds)


_EXCHANGE_2007 = (
    _2007("MSExchangeADTopology", "Active Directory Topology Service", "MSExchangeADTopologyService.exe", ()),
    _2007("MSExchangeSA", "System Attendant", "mad.exe", _BASE, r"\Exchsrv\SERVER.log"),
    _2007(INFORMATION_STORE, "Information Store", "store.exe", _BASE, r"\Exchsrv\Mailbox\First Storage Group\E00.log"),
    Installed("msftesql-Exchange", "Microsoft Search (Exchange)", rf"{_BIN_2007}\msftesql.exe", depends=("RpcSs",)),
    _2007("MSExchangeAntispamUpdate", "Anti-spam Update", "Microsoft.Exchange.AntispamUpdateSvc.exe"),
    _2007("MSExchangeEdgeSync", "EdgeSync", "Microsoft.Exchange.EdgeSyncSvc.exe"),
    _2007("MSExchangePOP3", "POP3", "Microsoft.Exchange.Pop3Service.exe"),
    _2007("MSExchangeIMAP4", "IMAP4", "Microsoft.Exchange.Imap4Service.exe"),
    _2007("MSExchangeMonitoring", "Monitoring", "Microsoft.Exchange.Monitoring.exe", ()),
    _2007("MSExchangeRepl", "Replication Service", "Microsoft.Exchange.Cluster.ReplayService.exe"),
    _2007(
        "MSExchangeSearch",
        "Search Indexer",
        "Microsoft.Exchange.Search.ExSearch.exe",
        ("MSExchangeADTopology", "msftesql-Exchange"),
    ),
    _2007("MSExchangeServiceHost", "Service Host", "Microsoft.Exchange.ServiceHost.exe"),
    _2007(
        "MSExchangeTransport",
        "Transport",
        "MSExchangeTransport.exe",
        holds=r"\Exchsrv\TransportRoles\data\Queue\mail.que",
    ),
    _2007("MSExchangeTransportLogSearch", "Transport Log Search", "MSExchangeTransportLogSearch.exe"),
    _2007("MSExchangeFDS", "File Distribution", "MSExchangeFDS.exe", ("MSExchangeADTopology", "LanmanWorkstation")),
    _2007("MSExchangeMailboxAssistants", "Mailbox Assistants", "MSExchangeMailboxAssistants.exe"),
    _2007("MSExchangeMailSubmission", "Mail Submission", "MSExchangeMailSubmission.exe"),
)

START_ORDER = {
    "2003": ("MSExchangeSA", "MSExchangeMGMT", INFORMATION_STORE, "RESvc", "MSExchangeMTA", "SMTPSVC", "POP3Svc"),
    "2007": (
        "MSExchangeSA",
        INFORMATION_STORE,
        "msftesql-Exchange",
        "MSExchangeADTopology",
        "MSExchangeAntispamUpdate",
        "MSExchangeEdgeSync",
        "MSExchangePOP3",
        "MSExchangeRepl",
        "MSExchangeSearch",
        "MSExchangeServiceHost",
        "MSExchangeTransport",
        "MSExchangeTransportLogSearch",
        "MSExchangeFDS",
        "MSExchangeMailboxAssistants",
        "MSExchangeMailSubmission",
    ),
}
"""The order of the guide's START.BAT; stopping runs the other way."""

GREETERS = {
    "smtp": ("SMTPSVC", "MSExchangeTransport"),
    "pop3": ("POP3Svc", "MSExchangePOP3"),
    "imap4": ("IMAP4Svc", "MSExchangeIMAP4"),
    "http": ("W3SVC", "W3SVC"),
}
"""Which service answers a protocol: Exchange 2003's, Exchange 2007's."""


def installed(generation: str) -> tuple[Installed, ...]:
    """All services of a node that carries this Exchange generation."""
    return _WINDOWS + (_EXCHANGE_2003 if generation == "2003" else _EXCHANGE_2007)
