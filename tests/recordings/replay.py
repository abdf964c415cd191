"""Sessions that answer from a bundle of `manage.py capture`: what a site once said, said again."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from console.domain.directory import Controller
from console.domain.filters import Filter
from console.domain.ports import Argv, CommandResult, DirectorySession, Entry, NodeSession
from console.domain.secrets import Secret
from console.domain.topology import Cluster, Credential, Directory, Node

ROLES = ("primary", "standby")
FOLDER = Path(__file__).parent
_CREDENTIAL = Credential("replayed", "nobody", Secret("nothing to hide"))


def bundles(kind: str) -> list[Path]:
    """The bundles of a kind that lie here."""
    return [path for path in sorted(FOLDER.glob("*.json")) if read(path)["kind"] == kind]


def read(path: Path) -> dict[str, Any]:
    """A bundle as plain data."""
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return raw


def cluster_of(bundle: Mapping[str, Any]) -> Cluster:
    """The cluster that the bundle was captured for, as far as a reading needs to know it."""
    values = dict(bundle["cluster"])
    windows = dict(zip(ROLES, values.pop("windows", ("2003", "2003")), strict=True))
    nodes = {
        role: Node(values.pop(role), "replayed", 5985, "http", "ntlm", _CREDENTIAL, windows=windows[role])
        for role in ROLES
    }
    for name in ("spn_classes", "extra_services"):
        values[name] = tuple(values[name])
    directory = Directory("replayed", "replayed", 636, "ldaps", _CREDENTIAL)
    return Cluster(id=1, site="replayed", directory=directory, **values, **nodes)


class StoppedClock:
    """Time as it was when the bundle was captured."""

    def __init__(self, bundle: Mapping[str, Any]) -> None:
        self._at = datetime.fromisoformat(bundle["at"])

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError(f"a reading waited for {seconds} s")


class _Node:
    def __init__(self, bundle: Mapping[str, Any]) -> None:
        told = [*bundle["commands"], *bundle.get("doctor", ())]
        self._answers = {tuple(command["argv"]): command for command in told}

    def batch(self, commands: Sequence[Argv], *, within: float) -> tuple[CommandResult, ...]:
        return tuple(self._answer(argv) for argv in commands)

    def _answer(self, argv: Argv) -> CommandResult:
        told = self._answers[argv]
        return CommandResult(argv, told["exit_code"], told["stdout"], told["stderr"])


class _Directory:
    def __init__(self, bundle: Mapping[str, Any]) -> None:
        self.directory = cluster_of(bundle).directory
        self._answers = {_key(call["call"], call["question"]): call["answer"] for call in bundle["calls"]}

    def controller(self) -> Controller:
        told = self._answers[_key("controller", {})]
        return Controller(**{key: tuple(value) if isinstance(value, list) else value for key, value in told.items()})

    def read(self, dn: str, attributes: Sequence[str]) -> Entry | None:
        told = self._answers[_key("read", {"dn": dn, "attributes": list(attributes)})]
        return _entry(told) if told else None

    def search(self, base: str, what: Filter, attributes: Sequence[str], *, subtree: bool = True) -> Iterator[Entry]:
        question = {"base": base, "filter": repr(what), "attributes": list(attributes), "subtree": subtree}
        return iter([_entry(told) for told in self._answers[_key("search", question)]])

    def writable(self, dn: str) -> frozenset[str]:
        return frozenset(self._answers[_key("writable", {"dn": dn})])

    def bound_as(self) -> tuple[str, bool | None]:
        account, administrator = self._answers[_key("bound_as", {})]
        return account, administrator


def node_session(bundle: Mapping[str, Any]) -> NodeSession:
    """A session to the node that was captured; a command that was not raises `KeyError`."""
    return cast(NodeSession, _Node(bundle))


def answers_to_proofs(bundle: Mapping[str, Any]) -> Mapping[Argv, CommandResult]:
    """What the node that was captured said to the proofs of a set-up, by their questions."""
    told = {tuple(command["argv"]): command for command in bundle["proofs"]}
    return {argv: CommandResult(argv, one["exit_code"], one["stdout"], one["stderr"]) for argv, one in told.items()}


def directory_session(bundle: Mapping[str, Any]) -> DirectorySession:
    """A session to the directory that was captured; a question that was not asked raises `KeyError`."""
    return cast(DirectorySession, _Directory(bundle))


def _key(call: str, question: Mapping[str, Any]) -> str:
    return json.dumps([call, question], sort_keys=True)


def _entry(told: Mapping[str, Any]) -> Entry:
    return Entry(told["dn"], told["guid"], {name: tuple(values) for name, values in told["attributes"].items()})
