"""Whether a node's own account may write what its kit changes, judged from the objects' access lists."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from console.domain.access_lists import EVERYBODY, SELF, AccessEntry, may_write
from console.domain.directory import ComputerObject, DirectoryView, Mailbox
from console.domain.errors import ChangeoverError, Garbled
from console.domain.filters import AllOf, AnyOf, Equal
from console.domain.ports import DirectorySession
from console.domain.switch.reading import MAILBOX_ATTRIBUTES, mailbox_of, mailboxes
from console.domain.switch.rights import needed

SAMPLE = 3
RARER_CLASS = "inetOrgPerson"
"""What is handed down to users does not reach its objects."""

KNOWN_GUIDS: Mapping[str, str] = {
    "homemdb": "bf967987-0de6-11d0-a285-00aa003049e2",
    "homemta": "bf967989-0de6-11d0-a285-00aa003049e2",
    "msexchhomeservername": "a284f30e-b093-11d2-aa06-00c04f8eedd8",
    "msexchpatchmdb": "bbdf5f8c-02d5-45ff-bab7-464d5452ebf4",
    "msexchroutingmasterdn": "2024d7ee-b098-11d2-aa06-00c04f8eedd8",
    "msexchaddresslistservicelink": "9b6e9584-b093-11d2-aa06-00c04f8eedd8",
    "offlineabserver": "a8df743e-c5ea-11d1-bbcb-0080c76670c0",
    "serviceprincipalname": "f3a64788-5306-11d1-a9c5-0000f80367c1",
}
"""The schemaIDGUIDs, the same in every forest; used where the schema itself is not shown."""


@dataclass(frozen=True)
class NodeRights:
    """What the account of a node lacks."""

    node: str
    account_dn: str
    missing: tuple[tuple[str, str], ...]
    """(attribute, DN) for each right that its kit needs and it lacks."""
    unknown: str = ""
    """Why it could not be told; empty when it could."""


def rights_of_nodes(session: DirectorySession, view: DirectoryView) -> tuple[NodeRights, NodeRights]:
    """Both nodes' accounts, primary first. What cannot be read is told, never raised.

    Of the mailboxes a few are asked: an object with rights of its own shows itself when the kit is applied.
    """
    computers = (view.primary_computer, view.standby_computer)
    try:
        sample = sample_of(session, view)
    except ChangeoverError as error:
        primary, standby = (NodeRights(computer.name, computer.dn, (), error.message) for computer in computers)
        return primary, standby
    reader = _Reader(session)
    primary, standby = (_rights_of(reader, view, sample, computer) for computer in computers)
    return primary, standby


def sample_of(session: DirectorySession, view: DirectoryView) -> tuple[Mailbox, ...]:
    """Some mailboxes of both servers, one of the rarer class among them if there is one. Raises `ReachError`."""
    stores = tuple(s.dn for server in (view.primary, view.standby) for s in server.stores if not s.public)
    what = AllOf((Equal("objectClass", RARER_CLASS), AnyOf(tuple(Equal("homeMDB", store) for store in stores))))
    domains = view.controller.domain_contexts if stores else ()
    rarer = (mailbox_of(e) for domain in domains for e in session.search(domain, what, MAILBOX_ATTRIBUTES))
    common = (mailbox for _, mailbox in zip(range(SAMPLE), mailboxes(session, view), strict=False))
    return (*common, *(mailbox for _, mailbox in zip(range(1), rarer, strict=False)))


def _rights_of(
    reader: "_Reader", view: DirectoryView, sample: tuple[Mailbox, ...], computer: ComputerObject
) -> NodeRights:
    server = view.primary if computer is view.primary_computer else view.standby
    wanted = list(needed(view, sample, (server,)))
    try:
        sids = reader.session.token(computer.dn)
        if not sids:
            raise Garbled(f"The directory does not show who {computer.dn} is.")
        missing = tuple(
            (attribute, name)
            for name, attributes in wanted
            for attribute in attributes
            if not reader.may_write(sids, computer.dn, name, attribute)
        )
    except ChangeoverError as error:
        return NodeRights(computer.name, computer.dn, (), error.message)
    return NodeRights(computer.name, computer.dn, missing)


class _Reader:
    """Reads each access list once."""

    def __init__(self, session: DirectorySession) -> None:
        self.session = session
        self._lists: dict[str, tuple[AccessEntry, ...]] = {}
        self._guids: Mapping[str, frozenset[str]] | None = None

    def may_write(self, sids: Collection[str], account_dn: str, name: str, attribute: str) -> bool:
        """Whether an account with these SIDs may write the attribute. Raises `ReachError`, `Garbled`."""
        myself = {SELF} if account_dn == name else set()
        return may_write(self._list(name), {*sids, *EVERYBODY, *myself}, self._known(attribute))

    def _list(self, name: str) -> tuple[AccessEntry, ...]:
        if name not in self._lists:
            found = self.session.access_list(name)
            if found is None:
                remedy = "Give the console's account the right to read permissions on that object."
                raise Garbled(f"The directory does not show who may write {name}.", remedy=remedy)
            self._lists[name] = found
        return self._lists[name]

    def _known(self, attribute: str) -> frozenset[str]:
        if self._guids is None:
            self._guids = self.session.attribute_guids(sorted(KNOWN_GUIDS))
        key = attribute.casefold()
        return self._guids.get(key) or frozenset({KNOWN_GUIDS[key]})
