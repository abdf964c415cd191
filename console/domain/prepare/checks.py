"""How a node is prepared: each thing of its sheet with verdict, reason and remedy, as far as the node answers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from console.domain import readings
from console.domain.checks import Check, Verdict
from console.domain.errors import ChangeoverError, Garbled
from console.domain.observe import CLOCK
from console.domain.ports import Argv, Clock, CommandResult, NodeSession
from console.domain.prepare import questions as ask
from console.domain.prepare.facts import CLOCK_SECONDS, QUOTAS, WINRM_SERVICE, Machine, Quota, tools
from console.domain.prepare.registry import Keys, read_keys
from console.domain.readings.windows import node_clock, read_blocks, said
from console.domain.topology import Node

ADMINISTRATORS = "S-1-5-32-544"
DOMAIN_ADMINISTRATORS = ("-512", "-519")
"""Domain Admins and Enterprise Admins end so, in whatever language."""
SHEET = "Do that part of the sheet: manage.py prepare-node {node}"
NOT_SET = "NotSet"


@dataclass(frozen=True)
class Surroundings:
    """What a node works with."""

    programs: tuple[str, ...]
    """The cluster product's own."""
    controller: str
    """The domain controller's host name, as which it has the share NETLOGON."""


def check_node(
    session: NodeSession, machine: Machine, surroundings: Surroundings, clock: Clock, *, within: float
) -> tuple[Check, ...]:
    """Every part of the sheet. Changes nothing, never raises for the node.

    A node that does not answer has one check, which failed: nothing else can be told.
    """
    node, programs = session.node, surroundings.programs
    asked = ask.questions(machine, programs)
    title, began = f"{node.name} answers", clock.now()
    try:
        answers = dict(zip(asked, session.batch(asked, within=within), strict=True))
    except ChangeoverError as error:
        remedy = f"{error.remedy} On a new node begin with the sheet: manage.py prepare-node {node.name}"
        return (_check("reach", title, Verdict.FAIL, error.message, remedy, node.name),)
    ours = began + (clock.now() - began) / 2
    looking = _Looking(node, machine, answers, ours)
    reached = _check("reach", title, Verdict.PASS, "It answers, and says that it is itself.", "", node.name)
    searched = looking.programs((*(tool.name for tool in tools(machine)), *programs))
    return (reached, *looking.checks(), *_second_hop(session, surroundings.controller, within), *searched)


def _second_hop(session: NodeSession, controller: str, within: float) -> Iterator[Check]:
    """Whether a command there can sign in to the domain controller; not looked at where the inventory wants none."""
    node = session.node
    if node.second_hop == "none":
        return
    title, share = f"Its commands can sign in further, by {node.second_hop}", rf"\\{controller}\NETLOGON"
    try:
        (answer,) = session.batch([("dir", "/b", share)], within=within)
    except ChangeoverError as error:
        yield _check("second-hop", title, Verdict.FAIL, error.message, error.remedy, node.name)
        return
    verdict = Verdict.PASS if answer.ok else Verdict.FAIL
    reason = f"{share} could be listed from there." if answer.ok else f"{share} could not be listed: {said(answer)}"
    yield _check("second-hop", title, verdict, reason, SHEET.format(node=node.name), node.name)


def _check(key: str, title: str, verdict: Verdict, reason: str, remedy: str, node: str) -> Check:
    return Check(f"prepare.{key}", title, verdict, reason, "" if verdict is Verdict.PASS else remedy, about=node)


Told = tuple[Verdict, str]


@dataclass(frozen=True)
class _Looking:
    """The answers of one node."""

    node: Node
    machine: Machine
    answers: Mapping[Argv, CommandResult]
    ours: datetime

    def checks(self) -> Iterator[Check]:
        """All but the programs."""
        parts: list[tuple[str, str, Callable[[], Told]]] = [
            ("windows", "It is the Windows that the inventory names", self._windows),
            ("package", "WinRM 2.0 or later is installed", self._package),
            ("service", "WinRM starts by itself", self._service),
            ("listener", f"It listens on port {self.node.port}", self._listener),
            ("clear-text", "It takes no clear text", self._clear_text),
            *((f"quotas.{q.name}", f"{q.name} is {q.least} or more", self._quota(q)) for q in QUOTAS),
            ("account", f"{self.node.credential.username} is a local administrator and no more", self._account),
            ("clock", "Its clock is right", self._clock),
        ]
        for key, title, look in parts:
            yield self._made(key, title, look)

    def programs(self, names: tuple[str, ...]) -> Iterator[Check]:
        """Whether each program is in the PATH."""
        sources = {tool.name: f"Needed for {tool.use}. {tool.source}" for tool in tools(self.machine)}
        known = self.answers[ask.FINDER].ok
        for name in names:
            remedy = sources.get(name, "The folder with the cluster product's commands must be in the system's PATH.")
            there = self.answers[ask.where(name)].ok
            verdict = (Verdict.PASS if there else Verdict.WARN) if known else Verdict.UNKNOWN
            reason = "It is in the PATH." if there else "It is not in the PATH."
            reason = reason if known else "There is no where.exe to look for it with."
            yield _check(f"tools.{name}", f"{name} is there", verdict, reason, remedy, self.node.name)

    def _made(self, key: str, title: str, look: Callable[[], Told]) -> Check:
        remedy = SHEET.format(node=self.node.name)
        try:
            verdict, reason = look()
        except ChangeoverError as error:
            verdict, reason = Verdict.UNKNOWN, error.message
        return _check(key, title, verdict, reason, remedy, self.node.name)

    def _keys(self, argv: Argv) -> Keys:
        return read_keys(self.answers[argv])

    def _set(self, argv: Argv, key: str, name: str, policy_key: str, policy: str) -> str:
        """What is set: by policy, else on the machine; `NotSet` when by neither."""
        by_policy = self._keys(ask.POLICY).get(policy_key, {}).get(policy.casefold())
        return by_policy or self._keys(argv).get(key, {}).get(name.casefold(), NOT_SET)

    def _windows(self) -> Told:
        told = next(iter(read_blocks(self.answers[ask.VERSION])), {})
        version, pack = told.get("Version", ""), told.get("ServicePackMajorVersion", "")
        if not version or not pack.isdecimal():
            raise Garbled("Windows does not tell its version and service pack.")
        said = f"It is {version} with Service Pack {pack}."
        if version.startswith(self.machine.version) and int(pack) == self.machine.service_pack:
            return Verdict.PASS, said
        wanted = f"{self.machine.version}x with Service Pack {self.machine.service_pack}"
        return Verdict.WARN, f"{said} The inventory says {wanted}; correct one of them."

    def _package(self) -> Told:
        stack = self._keys(ask.STACK).get("wsman", {}).get("stackversion", "")
        if not stack:
            return Verdict.WARN, "It does not name its version: an early one, whose shells are limited and less tried."
        if not stack.startswith("1."):
            return Verdict.PASS, f"It is version {stack}."
        return Verdict.WARN, f"It is version {stack}, whose shells are limited and less tried."

    def _service(self) -> Told:
        start, _needs = readings.read_config(WINRM_SERVICE, self.answers[ask.CONFIG])
        if start == "AUTO":
            return Verdict.PASS, "It does."
        return Verdict.WARN, f"It is {start or 'not installed'}: after a restart the node does not answer."

    def _listener(self) -> Told:
        found = self._keys(ask.LISTENERS)
        kind = self.node.scheme.upper()
        ports = {key: values.get("port", "") for key, values in found.items() if key.upper().endswith(f"+{kind}")}
        if str(self.node.port) in ports.values():
            return Verdict.PASS, f"There is a listener for {kind} on it."
        told = (
            ", ".join(f"{key} on {port or 'its usual port'}" for key, port in ports.items()) or "none is written down"
        )
        return Verdict.WARN, f"It answered there, but as listeners for {kind} {told}: a policy may set them."

    def _clear_text(self) -> Told:
        unencrypted = self._set(ask.SERVICE, "service", "allow_unencrypted", "service", "AllowUnencryptedTraffic")
        basic = self._set(ask.SERVICE, "service", "auth_basic", "service", "AllowBasic")
        if unencrypted == "1":
            allowed = " The inventory allows it for this node." if self.node.allow_clear_text else ""
            return Verdict.WARN if allowed else Verdict.FAIL, f"It takes unencrypted traffic.{allowed}"
        if basic == "1" and self.node.auth != "basic":
            return Verdict.WARN, "It takes Basic sign-in, which the console does not use here."
        return Verdict.PASS, "Neither unencrypted traffic nor a Basic sign-in that is not used."

    def _quota(self, quota: Quota) -> Callable[[], Told]:
        def look() -> Told:
            text = self._set(ask.SHELLS, "winrs", quota.name, "winrs", quota.name)
            if text == NOT_SET and quota.usual >= quota.least:
                return Verdict.PASS, f"It is not set; with WinRM 2.0 that is {quota.usual}."
            if text == NOT_SET:
                return Verdict.WARN, f"It is not set; with WinRM 2.0 that is {quota.usual}. Needed since {quota.why}."
            if not text.isdecimal():
                raise Garbled(f"{quota.name} is {text!r}, which is no number.")
            enough = int(text) >= quota.least
            return (Verdict.PASS, f"It is {text}.") if enough else (Verdict.WARN, f"It is {text}: {quota.why}.")

        return look

    def _account(self) -> Told:
        told = self.answers[ask.GROUPS]
        words = told.stdout.split()
        if not told.ok or not words:
            raise Garbled("whoami does not tell the account's groups.")
        if ADMINISTRATORS not in words:
            return Verdict.FAIL, "It is no local administrator: cluster commands and the task scheduler refuse it."
        if any(word.startswith("S-1-5-21-") and word.endswith(DOMAIN_ADMINISTRATORS) for word in words):
            return Verdict.WARN, "It is a domain administrator; a stolen one owns the domain."
        return Verdict.PASS, "It is."

    def _clock(self) -> Told:
        offset = (node_clock(read_blocks(self.answers[CLOCK])) - self.ours) / timedelta(seconds=1)
        verdict = Verdict.PASS if abs(offset) <= CLOCK_SECONDS else Verdict.WARN
        return verdict, f"It differs from the console's by {abs(offset):.0f} s."
