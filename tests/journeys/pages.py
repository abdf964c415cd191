"""Every page that is looked at, by whom, and which routes show none: a test holds it against the site's addresses."""

from dataclasses import dataclass
from string import Formatter
from typing import Any

ADMINISTRATOR, WITH_AN_APP, NOBODY = "olga", "thea", ""


@dataclass(frozen=True)
class Look:
    """One page: its address with the names of places in it, who looks at it, and the status that it has."""

    address: str
    who: str = ADMINISTRATOR
    status: int = 200

    def at(self, places: dict[str, Any]) -> str:
        """The address with what the places are."""
        return self.address.format(**places)

    @property
    def seen_by(self) -> str:
        """Who looks, where it is not the one who may see everything."""
        return "" if self.who == ADMINISTRATOR else f"by {self.who or 'nobody'}"

    @property
    def anywhere(self) -> str:
        """An address of the same route, whatever the places are; without a query."""
        names = {name for _, name, _, _ in Formatter().parse(self.address) if name}
        return self.address.format(**dict.fromkeys(names, 1)).partition("?")[0]


CLUSTERS = (
    Look("/"),
    Look("/?group=site&state=problems"),
    Look("/?q=no-such-cluster"),
    Look("/wall/"),
    Look("/palette/"),
    Look("/palette/?q=no-such-thing"),
    Look("/palette/?q={seen}", "vera"),
    Look("/clusters/{seen}/"),
    Look("/clusters/{unseen}/"),
    Look("/clusters/{guarded}/", "pat"),
    Look("/clusters/{seen}/", "vera"),
    Look("/clusters/{seen}/procedures/exchange-2003-setup/"),
    Look("/clusters/{seen}/scripts/"),
    Look("/clusters/{seen}/prepare/"),
    Look("/clusters/{seen}/set-up-errors/"),
    Look("/clusters/{seen}/diagnoses/"),
    Look("/readiness/"),
    Look("/clusters/{seen}/readiness/"),
    Look("/clusters/{unseen}/readiness/"),
    Look("/maintenance/"),
    Look("/maintenance/windows/add/"),
    Look("/clusters/{seen}/schedule/"),
    Look("/incidents/"),
    Look("/incidents/operation/{uncertain}/"),
)
PLANS = (
    Look("/plans/{ready}/"),
    Look("/plans/{ready}/mailboxes/"),
    Look("/plans/{unknown}/"),
    Look("/plans/{refused}/"),
    Look("/plans/{asked}/"),
    Look("/plans/{asked}/", "pat"),
    Look("/plans/{asked}/", "vera"),
    Look("/plans/{denied}/"),
)
OPERATIONS = (
    Look("/operations/"),
    Look("/operations/{succeeded}/"),
    Look("/operations/{uncertain}/"),
    Look("/operations/{procedure}/"),
    Look("/operations/{procedure}/procedure-record/"),
    Look("/operations/{succeeded}/record/"),
    Look("/operations/{succeeded}/comparison/"),
)
REPORTS = (
    Look("/reports/"),
    Look("/reports/?cluster={unseen}"),
    Look("/drills/"),
    Look("/drills/{drill}/"),
    Look("/drills/{drill}/", "vera"),
    Look("/clusters/{unseen}/drill/"),
)
APPROVALS = (
    Look("/approvals/"),
    Look("/approvals/", "pat"),
    Look("/approvals/", "vera"),
    Look("/clusters/{guarded}/approvals/"),
    Look("/clusters/{seen}/approvals/", "vera"),
)
RIGHTS = (
    Look("/rights/"),
    Look("/rights/?q=nobody-of-that-name"),
    Look("/rights/?site=1"),
    Look("/rights/account/{person}/"),
    Look("/rights/account/{person}/?cluster={cluster}"),
    Look("/rights/why/", "vera"),
    Look("/rights/why/?person=vera&act=operate&cluster={seen}&kind=failover"),
    Look("/people/"),
    Look("/people/{person}/"),
    Look("/people/groups/{group}/"),
    Look("/rights/", "vera", 403),
)
ACCOUNT = (
    Look("/sign-in/", NOBODY),
    Look("/sign-in/again/?next=/account/"),
    Look("/account/"),
    Look("/account/password/"),
    Look("/account/second-factor/"),
    Look("/account/second-factor/app/add/"),
    Look("/account/", WITH_AN_APP),
    Look("/account/second-factor/", WITH_AN_APP),
    Look("/account/second-factor/again/?next=/account/", WITH_AN_APP),
    Look("/account/second-factor/app/remove/", WITH_AN_APP),
    Look("/account/second-factor/recovery-codes/", WITH_AN_APP),
    Look("/account/second-factor/recovery-codes/new/", WITH_AN_APP),
    Look("/sign-ins/"),
    Look("/tokens/"),
    Look("/tokens/", "vera"),
)
HISTORY = (
    Look("/audit/"),
    Look("/audit/?text=no-such-text"),
    Look("/audit/1/"),
    Look("/audit/requests/{request}/"),
    Look("/audit/filters/"),
)
INVENTORY = (
    Look("/inventory/"),
    Look("/inventory/apply/"),
    Look("/first/"),
    Look("/inventory/clusters/add/"),
    Look("/inventory/credentials/{credential}/"),
    Look("/inventory/credentials/{credential}/try/"),
)
NOTIFICATIONS = (
    Look("/notifications/"),
    Look("/notifications/channels/add/webhook/"),
    Look("/notifications/channels/add/mail/"),
    Look("/notifications/channels/add/service/"),
    Look("/notifications/channels/{channel}/"),
    Look("/notifications/channels/{channel}/change/"),
    Look("/notifications/rules/add/"),
    Look("/notifications/rules/{rule}/"),
)
NO_WAY = (Look("/nowhere/", status=404), Look("/sign-out/", status=405), Look("/", "ned", 403))
OF_CLUSTERS = (*CLUSTERS, *PLANS, *OPERATIONS, *REPORTS)
OF_PEOPLE = (*APPROVALS, *RIGHTS, *ACCOUNT, *HISTORY)
LOOKS = (*OF_CLUSTERS, *OF_PEOPLE, *INVENTORY, *NOTIFICATIONS, *NO_WAY)
EMPTY = tuple(
    Look(address)
    for address in (
        "/",
        "/wall/",
        "/operations/",
        "/readiness/",
        "/maintenance/",
        "/maintenance/windows/add/",
        "/incidents/",
        "/reports/",
        "/drills/",
        "/approvals/",
        "/rights/",
        "/rights/why/",
        "/people/",
        "/sign-ins/",
        "/tokens/",
        "/notifications/",
        "/audit/",
        "/audit/filters/",
        "/inventory/",
        "/inventory/apply/",
        "/inventory/clusters/add/",
        "/first/",
        "/set-up-logs/",
        "/findings/",
    )
)
"""Pages that have something to say before there is anything in the console."""
KEYS, DIAGNOSES = "tests/sign_in/test_browser.py", "tests/journeys/test_diagnosing.py"
ELSEWHERE = {
    "first/<int:pk>/": "tests/journeys/test_first.py",
    "account/second-factor/authenticate/": KEYS,
    "account/second-factor/keys/": KEYS,
    "account/second-factor/keys/add/": KEYS,
    "account/second-factor/keys/again/": KEYS,
    "account/second-factor/keys/<int:pk>/remove/": KEYS,
    "operations/<int:pk>/diagnosis/": DIAGNOSES,
    "set-up-logs/": DIAGNOSES,
    "set-up-logs/<int:pk>/": DIAGNOSES,
    "findings/": DIAGNOSES,
    "findings/<str:code>/": DIAGNOSES,
}
"""Routes whose pages come up in a journey alone, and the file in which they are looked at there."""
NO_PAGE = {
    "healthz": "a word for a machine",
    "readyz": "JSON for a machine",
    "metrics": "numbers for a machine",
    "overview/head": "a part of the overview",
    "overview/rows": "rows for the overview",
    "overview/events": "a stream for the overview",
    "palette/options": "options for the palette",
    "words/<str:language>.js": "a script",
    "sign-in/<str:provider_id>/back/": "leads on to where one wanted to go",
    "operations/<int:pk>/state": "a part of the operation's page",
    "operations/<int:pk>/lines": "lines for the operation's page",
    "operations/<int:pk>/events": "a stream for the operation's page",
    "operations/<int:pk>/journal.txt": "a file",
    "operations/<int:pk>/journal.jsonl": "a file",
    "operations/<int:pk>/record.html": "a file",
    "operations/<int:pk>/receipt.ldif": "a file",
    "operations/<int:pk>/event-sources/<str:node>.reg": "a file",
    "audit/export.<str:form>": "a file",
    "reports/moves.csv": "a file",
    "inventory/export.yaml": "a file",
}
"""Routes that answer a GET with no page of their own, and what they answer with."""
