"""The literal samples of set-up logs that are public, as they are printed, and what a test says about a report."""

from console.domain.setup_log import Report, read

IGNORED = rb"""[13:43:33] Entering CAtomServices::ScStopAtomServices
[13:43:33]  CService::ScGetStatus (f:\titanium\admin\src\libs\exsetup\service.cxx:722)
           Error code 0XC0070424 (1060): The specified service does not exist as an installed service.
[13:43:33] === IGNORING PREVIOUS ERRORS === CServiceManager::ScStopService
(f:\titanium\admin\src\udog\setupbase\tools\svcmgr.cxx:537)
           The operation has completed successfully.
"""
REMOVAL = rb"""[11:21:42] ScSetupExchangeVirtualServer (f:\tisp2\admin\src\udog\exsetdata\exsetds.cxx:1541)
           Error code 0XC103FC97 (64663): Setup encountered an error while checking prerequisites for the component "Microsoft Exchange Server":
           0X80072030 (8240): There is no such object on the server.
[11:21:42] Leaving ScSetupExchangeVirtualServer
"""  # noqa: E501  as it is printed
NEWER = rb"""[8/3/2007 4:46:12 PM] [0] Starting Microsoft Exchange 2007 Setup
[8/3/2007 4:46:12 PM] [0] **********************************************
[8/3/2007 4:46:12 PM] [0] Setup version: 8.0.685.24.
[8/3/2007 4:46:12 PM] [0] Logged on user: E12CCR\Administrator.
[8/3/2007 4:46:12 PM] [0] Command Line Parameter Name='mode', Value='Install'.
"""
DIRECTORY = rb"""[11:21:42] Entering ScSetupExchangeVirtualServer
[11:21:42]  Attempting to get DOB for DN "/dc=LOCAL/dc=Corp/cn=Configuration/cn=Services"
[11:21:42] Leaving ScSetupExchangeVirtualServer
"""
OLD_SHARE = rb"""[10:00:00] Interpreting line <AddShare:.;Resources;%s\res;READ;"Event logging
files">
[10:00:00] Bound to local DSA
[10:00:01] Interpreting line <StopService:MSExchangeSA>
[10:00:02] Bound to appropriate DSA
"""


def told(text: str | bytes, **how: object) -> Report:
    """The report about a text; lines end as the set-up ends them."""
    data = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode()
    return read([data], **how)  # type: ignore[arg-type]


def codes(report: Report) -> list[str]:
    """The second halves of the codes that were found, in the order of the log."""
    return [finding.code.removeprefix("setup-log.") for finding in report.findings]
