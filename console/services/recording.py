"""A directory session that keeps every question with its answer, and never writes."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NoReturn

from console.domain.access_lists import AccessEntry
from console.domain.directory import Controller, EntryChange, Modified
from console.domain.errors import ChangeoverError
from console.domain.filters import Filter
from console.domain.ports import DirectorySession, Entry
from console.domain.topology import Directory


class RecordingSession:
    """The domain's `DirectorySession`, passed through; `calls` holds what was asked and answered, in order."""

    def __init__(self, session: DirectorySession) -> None:
        self._session = session
        self.directory: Directory = session.directory
        self.calls: list[dict[str, Any]] = []

    def controller(self) -> Controller:
        """Who answers, from the rootDSE."""
        answer = self._session.controller()
        self._keep("controller", {}, asdict(answer))
        return answer

    def read(self, dn: str, attributes: Sequence[str]) -> Entry | None:
        """The object `dn`, or None when there is none."""
        answer = self._session.read(dn, attributes)
        self._keep("read", {"dn": dn, "attributes": list(attributes)}, _plain(answer) if answer else None)
        return answer

    def search(self, base: str, what: Filter, attributes: Sequence[str], *, subtree: bool = True) -> Iterator[Entry]:
        """Every object that fits; kept as far as the caller takes them."""
        taken: list[dict[str, Any]] = []
        question = {"base": base, "filter": repr(what), "attributes": list(attributes), "subtree": subtree}
        self._keep("search", question, taken)
        for entry in self._session.search(base, what, attributes, subtree=subtree):
            taken.append(_plain(entry))
            yield entry

    def modify(self, change: EntryChange) -> Modified:
        """Refused with `ChangeoverError`."""
        return self._refuse()

    def modify_many(
        self, changes: Iterable[EntryChange], *, window: int = 16
    ) -> Iterator[tuple[EntryChange, Modified]]:
        """Refused with `ChangeoverError`."""
        return self._refuse()

    def writable(self, dn: str) -> frozenset[str]:
        """The attributes of `dn` that the bound account may write."""
        answer = self._session.writable(dn)
        self._keep("writable", {"dn": dn}, sorted(answer))
        return answer

    def bound_as(self) -> tuple[str, bool | None]:
        """The account that is bound, and whether it is a domain administrator."""
        answer = self._session.bound_as()
        self._keep("bound_as", {}, list(answer))
        return answer

    def access_list(self, dn: str) -> tuple[AccessEntry, ...] | None:
        """Who may do what to `dn`."""
        answer = self._session.access_list(dn)
        self._keep("access_list", {"dn": dn}, None if answer is None else [asdict(entry) for entry in answer])
        return answer

    def token(self, dn: str) -> frozenset[str]:
        """The SIDs of the account `dn` and of its groups."""
        answer = self._session.token(dn)
        self._keep("token", {"dn": dn}, sorted(answer))
        return answer

    def attribute_guids(self, names: Collection[str]) -> Mapping[str, frozenset[str]]:
        """The GUIDs by which access lists know attributes."""
        answer = self._session.attribute_guids(names)
        self._keep("attribute_guids", {"names": sorted(names)}, {name: sorted(found) for name, found in answer.items()})
        return answer

    def _keep(self, call: str, question: dict[str, Any], answer: Any) -> None:
        self.calls.append({"call": call, "question": question, "answer": answer})

    def _refuse(self) -> NoReturn:
        raise ChangeoverError("A recording never writes.", remedy="Use the session that it records.")


def _plain(entry: Entry) -> dict[str, Any]:
    attributes = {name: list(values) for name, values in entry.attributes.items()}
    return {"dn": entry.dn, "guid": entry.guid, "attributes": attributes}
