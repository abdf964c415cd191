"""One LDAP connection of the lab's directory: what each request is answered with."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from ldaptor.protocols import pureldap

from console.lab.directory import errors, wire
from console.lab.directory.changes import DELETE as DELETE_VALUES
from console.lab.directory.changes import Change
from console.lab.directory.errors import DirectoryError
from console.lab.directory.rights import ANONYMOUS, Caller, token_groups
from console.lab.directory.rootdse import (
    CONTROLS,
    DOMAIN_SCOPE,
    PAGED,
    PERMISSIVE,
    START_TLS,
    WHO_AM_I,
    root_dse,
)
from console.lab.directory.search import SUBTREE, Selection, select
from console.lab.directory.service import Service
from console.lab.directory.store import Entry

MAX_PAGE = 1000  # MaxPageSize
BIND, DONE, MODIFY, ADD, DELETE, RENAME, COMPARE, EXTENDED = 1, 5, 7, 9, 11, 13, 15, 24
_WRITES: dict[type, int] = {
    pureldap.LDAPModifyRequest: MODIFY,
    pureldap.LDAPAddRequest: ADD,
    pureldap.LDAPDelRequest: DELETE,
}


class Cut(Exception):
    """The connection ends here without an answer."""


class Session:
    """State of one connection: who is bound, whether it is encrypted, open paged searches."""

    def __init__(self, service: Service, *, encrypted: bool) -> None:
        self.service, self.encrypted = service, encrypted
        self.caller: Caller = ANONYMOUS
        self.start_tls = False
        self._pages: dict[bytes, list[Entry]] = {}
        self._cookies = itertools.count(1)

    def answer(self, message: Any) -> Iterator[bytes]:
        """The messages that answer a request, encoded. Raises Cut when the connection is to end."""
        request, number = message.value, message.id
        controls = {control[0].decode(): control for control in message.controls or ()}
        match request:
            case pureldap.LDAPUnbindRequest():
                raise Cut
            case pureldap.LDAPAbandonRequest():
                return
            case pureldap.LDAPBindRequest():
                yield self._guard(number, BIND, lambda: self._bind(request))
            case pureldap.LDAPSearchRequest():
                yield from self._search(number, request, controls)
            case pureldap.LDAPModifyRequest() | pureldap.LDAPAddRequest() | pureldap.LDAPDelRequest():
                yield self._write(number, request, controls)
            case pureldap.LDAPExtendedRequest():
                yield self._extended(number, request)
            case pureldap.LDAPModifyDNRequest():
                yield self._refuse(number, RENAME, errors.unwilling("the lab renames nothing"))
            case _:
                yield self._refuse(number, COMPARE, errors.unwilling("the lab compares nothing"))

    def _refuse(self, number: int, tag: int, error: DirectoryError) -> bytes:
        return wire.result(number, tag, error.code, error.text, matched=error.matched, referrals=error.referrals)

    def _guard(self, number: int, tag: int, run: Callable[[], object]) -> bytes:
        try:
            run()
        except DirectoryError as error:
            return self._refuse(number, tag, error)
        return wire.result(number, tag)

    def _bind(self, request: Any) -> None:
        with self.service.lock:
            self.service.counters.binds += 1
        self.caller = ANONYMOUS
        if request.sasl:
            raise DirectoryError(7, "00002027: the lab's directory takes simple binds only")
        identity = request.dn.decode("utf-8", "replace")
        self.caller = self.service.bind(identity, request.auth.decode("utf-8", "replace"), encrypted=self.encrypted)

    def _extended(self, number: int, request: Any) -> bytes:
        name = request.requestName.decode()
        if name == START_TLS and not self.encrypted:
            self.start_tls = True
            return wire.result(number, EXTENDED, extra=wire.tlv(0x8A, START_TLS.encode()))
        if name == WHO_AM_I:
            who = f"u:{self.caller.name}" if self.caller.role else ""
            return wire.result(number, EXTENDED, extra=wire.tlv(0x8B, who.encode()))
        return wire.result(number, EXTENDED, 2, f"0000203D: LdapErr: {name} is not supported here")

    # -- writes ---------------------------------------------------------------------------------------------

    def _write(self, number: int, request: Any, controls: dict[str, Any]) -> bytes:
        """One write, counted, with the faults that strike writes."""
        tag, service = _WRITES[type(request)], self.service
        with service.lock:
            service.counters.writes_received += 1
        cut = service.faults.strikes_write()
        if cut is False:
            raise Cut
        answer = self._guard(number, tag, lambda: self._apply(request, controls))
        if cut:
            raise Cut
        return answer

    def _apply(self, request: Any, controls: dict[str, Any]) -> None:
        self._faults_of_writes(request)
        self._check_controls(controls)
        if self.caller.role is None:
            raise errors.operations_error()
        self.service.write(lambda: self._change(request, permissive=PERMISSIVE in controls))

    def _faults_of_writes(self, request: Any) -> None:
        faults = self.service.faults
        if faults.use("busy"):
            raise DirectoryError(51, "0000200E: SvcErr: DSID-02080490, problem 5001 (BUSY), data 0")
        if faults.use("unavailable"):
            raise DirectoryError(52, "0000200F: SvcErr: DSID-02080490, problem 5002 (UNAVAILABLE), data 0")
        if faults.use("read-only"):
            raise errors.unwilling("this domain controller is read-only")
        self._rule_of_object(request)
        self._refer("writes")

    def _rule_of_object(self, request: Any) -> None:
        """A rule that keeps values from an object, though they may be taken off it."""
        rule = self.service.faults.get("object-rule")
        if rule is None or not isinstance(request, pureldap.LDAPModifyRequest):
            return
        name = self.service.store.find(request.object.decode()).dn
        gives = any(line.operation != DELETE_VALUES and line.values for line in map(_change_of, request.modification))
        if gives and rule["text"].casefold() in name.casefold() and self.service.faults.use("object-rule"):
            raise errors.out_of_range("servicePrincipalName")

    def _refer(self, what: str) -> None:
        referral = self.service.faults.get("referral")
        if referral is not None and referral["only"] in ("", what) and self.service.faults.use("referral"):
            raise DirectoryError(
                10, "0000202B: RefErr: DSID-031007EF, data 0, 1 access points", referrals=(referral["url"],)
            )

    def _change(self, request: Any, *, permissive: bool) -> None:
        changes, caller = self.service.changes, self.caller
        match request:
            case pureldap.LDAPModifyRequest():
                lines = [_change_of(item) for item in request.modification]
                changes.modify(request.object.decode(), lines, caller, permissive=permissive)
            case pureldap.LDAPAddRequest():
                attributes = {item[0].value.decode(): tuple(v.value for v in item[1]) for item in request.attributes}
                changes.add(request.entry.decode(), attributes, caller)
            case _:
                changes.delete(request.value.decode(), caller)

    def _check_controls(self, controls: dict[str, Any]) -> None:
        for name, control in controls.items():
            if control[1] and name not in CONTROLS:
                text = f"00002040: SvcErr: DSID-0314022C, problem 5010 (UNAVAIL_EXTENSION), data 0 ({name})"
                raise DirectoryError(12, text)

    # -- searches -------------------------------------------------------------------------------------------

    def _search(self, number: int, request: Any, controls: dict[str, Any]) -> Iterator[bytes]:
        try:
            with self.service.lock:
                self.service.counters.searches += 1
                answers = list(self._found(number, request, controls))
        except DirectoryError as error:
            answers = [self._refuse(number, DONE, error)]
        yield b"".join(answers)

    def _found(self, number: int, request: Any, controls: dict[str, Any]) -> Iterator[bytes]:
        selection = select(request.attributes, bool(request.typesOnly))
        if not request.baseObject and request.scope == 0:
            yield self._root_dse(number, selection)
            yield wire.result(number, DONE)
            return
        self._check_controls(controls)
        if self.caller.role is None:
            raise errors.operations_error()
        self._refer("searches")
        size, cookie = wire.read_paging(controls[PAGED][2]) if PAGED in controls else (0, b"")
        base = request.baseObject.decode()
        matches = self._pages.pop(cookie, None) if cookie else self._matches(base, request)
        if matches is None:
            raise errors.unwilling("the cookie of the paged search is not known", "00002040")
        page, rest, code = self._page(matches, size, request.sizeLimit, paged=PAGED in controls)
        for entry in page:
            yield wire.search_entry(number, entry.dn, self.service.reader.encoded(entry, selection, self.caller))
        if not rest and not code and DOMAIN_SCOPE not in controls and request.scope == SUBTREE:
            yield from self._references(number, base)
        yield self._done(number, rest, code, paged=PAGED in controls)

    def _matches(self, base: str, request: Any) -> list[Entry]:
        return self.service.reader.matches(self.service.store.find(base), request.scope, request.filter)

    def _page(
        self, matches: list[Entry], size: int, limit: int, *, paged: bool
    ) -> tuple[list[Entry], list[Entry], int]:
        """(this page, what remains, result code): unpaged searches end at 1,000 entries with code 4."""
        most = min(size or MAX_PAGE, MAX_PAGE) if paged else min(limit or MAX_PAGE, MAX_PAGE)
        fault = self.service.faults.get("size-limit")
        if fault is not None and len(matches) > fault["limit"]:
            return matches[: fault["limit"]], [], 4
        if not paged and len(matches) > most:
            return matches[:most], [], 4
        return matches[:most], matches[most:], 0

    def _done(self, number: int, rest: list[Entry], code: int, *, paged: bool) -> bytes:
        text = "" if not code else "00002023: SvcErr: DSID-03140340, problem 5004 (ADMIN_LIMIT_EXCEEDED)"
        if not paged:
            return wire.result(number, DONE, code, text)
        cookie = b""
        if rest:
            cookie = str(next(self._cookies)).encode()
            self._pages[cookie] = rest
        return wire.result(number, DONE, code, text, controls=wire.paging_control(0, cookie))

    def _references(self, number: int, base: str) -> Iterator[bytes]:
        """Continuation references to the naming contexts that lie directly below the base."""
        store, forest = self.service.store, self.service.forest
        scheme = "ldaps" if self.encrypted else "ldap"
        below = {forest.base_dn: forest.configuration_dn, forest.configuration_dn: forest.schema_dn}
        for parent, child in below.items():
            if not base.startswith("<") and store.key(base) == store.key(parent):
                yield wire.search_reference(number, [f"{scheme}://{forest.domain}/{child}"])

    def _root_dse(self, number: int, selection: Selection) -> bytes:
        values = root_dse(self.service.forest, self.service.name, self.service.store.usn, self.service.clock())
        chosen = [
            wire.attribute(name, [value.encode() for value in found])
            for name, found in values.items()
            if found and (selection.everything or "+" in selection.wanted or name.lower() in selection.wanted)
        ]
        groups = token_groups(self.caller)
        if groups and "tokengroups" in selection.wanted:
            chosen.append(wire.attribute("tokenGroups", list(groups)))
        return wire.search_entry(number, "", chosen)


def _change_of(item: Any) -> Change:
    operation, (name, values) = item[0].value, item[1]
    return Change(operation, name.value.decode(), tuple(value.value for value in values))
