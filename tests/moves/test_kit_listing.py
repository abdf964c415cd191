"""What a domain controller says has changed, by its own counter, is what the list of a kit has to take in."""

import pytest

from console.domain.kit.listing import changed_since, mark
from console.domain.switch.reading import mailboxes
from tests.moves.ground import BOTH, Ground
from tests.moves.trapped import all_of_it, put_right


def changed(ground: Ground, since: int) -> dict[str, bool]:
    """The DN of every person changed since, and whether it is one of the cluster's mailboxes."""
    with ground.open() as field:
        found = changed_since(field.directory(), field.read_directory(), since)
        return {mailbox.dn: ours for mailbox, ours in found}


def begun(ground: Ground) -> tuple[int, list[str]]:
    """The counter now, and the mailboxes."""
    with ground.open() as field:
        view, session = field.read_directory(), field.directory()
        return mark(session).usn, sorted(mailbox.dn for mailbox in mailboxes(session, view))


@BOTH
def test_what_came_changed_or_left_is_told_and_nothing_else(ground: Ground) -> None:
    with put_right(ground.backend, all_of_it(ground.backend)):
        usn, dns = begun(ground)
        assert changed(ground, usn) == {}
        with ground.administrator() as connection:
            assert connection.modify(dns[0], {"homeMDB": [("MODIFY_DELETE", [])]}), connection.result
            assert connection.modify(dns[1], {"homeMTA": [("MODIFY_DELETE", [])]}), connection.result
        assert changed(ground, usn) == {dns[0]: False, dns[1]: True}
        assert set(dns) <= {dn for dn, ours in changed(ground, 0).items() if ours} | {dns[0]}


@pytest.mark.samba
@pytest.mark.parametrize("ground", ["samba-2003"], indirect=True)
def test_a_mailbox_that_was_renamed_is_told_by_its_new_name(ground: Ground) -> None:
    usn, dns = begun(ground)
    name, _, place = dns[0].partition(",")
    with ground.administrator() as connection:
        assert connection.modify_dn(dns[0], "CN=Another Name"), connection.result
        try:
            assert changed(ground, usn) == {f"CN=Another Name,{place}": True}
        finally:
            assert connection.modify_dn(f"CN=Another Name,{place}", name), connection.result
