"""The resource types of a cluster: what Windows brings, and what set-up adds for Exchange 2003 or 2007.

A type is named by its display name, which is its type name as well. `service` is the Windows service that a resource
of it starts and stops; `needs` are the types that a resource of it depends on; `created` tells whether a finished
set-up has a resource of it.
"""

from dataclasses import dataclass

DISK, ADDRESS, NAME = "Physical Disk", "IP Address", "Network Name"
ATTENDANT = "Microsoft Exchange System Attendant"
STORE = "Microsoft Exchange Information Store"
DATABASE = "Microsoft Exchange Database Instance"
CLUSRES, EXRES, GATHERCL = "clusres.dll", "EXRES.DLL", "GATHERCL.DLL"
LOOKS_ALIVE, IS_ALIVE = 5000, 60000
"""Poll intervals of a type that says nothing else, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource type as a finished set-up leaves it; `instance` names its resource, `{server}` in it."""

    name: str
    dll: str
    service: str = ""
    needs: tuple[str, ...] = ()
    created: bool = False
    instance: str = ""


_WINDOWS = tuple(
    Kind(name, CLUSRES)
    for name in (
        DISK,
        ADDRESS,
        NAME,
        "DHCP Service",
        "Distributed Transaction Coordinator",
        "File Share",
        "Generic Application",
        "Generic Service",
        "Generic Script",
        "Majority Node Set",
        "Print Spooler",
        "WINS Service",
    )
)

_2003 = (
    Kind(ATTENDANT, EXRES, "MSExchangeSA", (NAME, DISK), True, "Exchange System Attendant Instance - ({server})"),
    Kind(STORE, EXRES, "MSExchangeIS", (ATTENDANT,), True, "Exchange Information Store Instance - ({server})"),
    Kind(
        "Microsoft Exchange Message Transfer Agent",
        EXRES,
        "MSExchangeMTA",
        (ATTENDANT,),
        True,
        "Exchange Message Transfer Agent Instance - ({server})",
    ),
    Kind(
        "Microsoft Exchange Routing Service",
        EXRES,
        "RESvc",
        (ATTENDANT,),
        True,
        "Exchange Routing Service Instance - ({server})",
    ),
    Kind(
        "Microsoft Exchange SMTP Server Instance",
        EXRES,
        "SMTPSVC",
        (ATTENDANT,),
        True,
        "SMTP Virtual Server Instance 1 - ({server})",
    ),
    Kind(
        "Microsoft Exchange HTTP Server Instance",
        EXRES,
        "W3SVC",
        (ATTENDANT,),
        True,
        "Exchange HTTP Virtual Server Instance 100 - ({server})",
    ),
    Kind("Microsoft Exchange IMAP4 Server Instance", EXRES, "IMAP4Svc", (ATTENDANT,)),
    Kind("Microsoft Exchange POP3 Server Instance", EXRES, "POP3Svc", (ATTENDANT,)),
    Kind("Microsoft Exchange NNTP Server Instance", EXRES, "", (ATTENDANT,)),
    Kind(
        "Microsoft Search Service Instance",
        GATHERCL,
        "MSSEARCH",
        (STORE,),
        True,
        "Exchange MS Search Instance - ({server})",
    ),
)

_2007 = (
    Kind(ATTENDANT, EXRES, "MSExchangeSA", (NAME,), True, "Exchange System Attendant Instance ({server})"),
    Kind(STORE, EXRES, "MSExchangeIS", (NAME,), True, "Exchange Information Store Instance ({server})"),
    Kind(DATABASE, EXRES, "", (STORE, DISK), True, "{store} ({server})"),
)


def exchange_kinds(generation: str) -> tuple[Kind, ...]:
    """What set-up registers for Exchange, in the order in which the resources come up."""
    return _2003 if generation == "2003" else _2007


def all_kinds(generation: str) -> tuple[Kind, ...]:
    """Every resource type of a cluster on which Exchange is set up."""
    return _WINDOWS + exchange_kinds(generation)
