"""What other administrators do to the directory while a plan waits: names that go, mailboxes that go."""

from typing import Any

from ldap3 import SUBTREE
from ldap3.utils.conv import escape_filter_chars

from tests.journeys.stack import LabCluster, Stack

MAILBOXES = "(&(objectCategory=person)(homeMDB=*)(msExchHomeServerName=*/cn={}))"


def a_name_goes(stack: Stack, cluster: LabCluster, kind: str = "exchangeMDB") -> str:
    """Take one service principal name of that kind away from the active node; the name."""
    with stack.administrator() as connection:
        found = f"(sAMAccountName={escape_filter_chars(cluster.primary)}$)"
        (entry,) = _found(connection.extend.standard.paged_search, stack, found, "servicePrincipalName")
        name = next(one for one in entry["attributes"]["servicePrincipalName"] if one.startswith(f"{kind}/"))
        assert connection.modify(entry["dn"], {"servicePrincipalName": [("MODIFY_DELETE", [name])]})
    return str(name)


def mailboxes_go(stack: Stack, cluster: LabCluster, count: int) -> None:
    """Delete so many people who have a mailbox on the active node."""
    with stack.administrator() as connection:
        found = MAILBOXES.format(escape_filter_chars(cluster.primary))
        everybody = _found(connection.extend.standard.paged_search, stack, found, "cn")
        assert len(everybody) > count
        for entry in everybody[-count:]:
            assert connection.delete(entry["dn"]), connection.result


def _found(search: Any, stack: Stack, text: str, attribute: str) -> list[dict[str, Any]]:
    rows = search(stack.part.base_dn, text, SUBTREE, attributes=[attribute], paged_size=200, generator=False)
    return [row for row in rows if row["type"] == "searchResEntry"]
