"""Looks at one node in few rounds; what cannot be read becomes an entry of its own, and never a finding."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta

from console.domain.clustered import ClusteredSetup
from console.domain.details import read_details
from console.domain.doctor import questions as ask
from console.domain.doctor.facts import NodeFacts, RegisteredType, SourceFact
from console.domain.doctor.readings import (
    RIGHTS,
    base_name,
    denied,
    folder_of,
    read_files,
    read_instances,
    read_registry,
)
from console.domain.errors import ChangeoverError, Garbled
from console.domain.event_log import judge, read_logs
from console.domain.field import Field
from console.domain.ports import Argv, CommandResult
from console.domain.readings.sc import NOT_INSTALLED, failure, read_path

WITHIN = 180.0
"""Seconds for a round: WMI reads a folder's versions from the files themselves."""
DAYS = 7
"""How far back events are read."""
_VARIABLE = re.compile(r"%([^%]+)%")
_PLACES = "Windows' folder and Exchange's bin folder, and with them every file, the COM classes and the set-up log"
_NO_DATABASE = "Start the cluster service of the node (net start clussvc): its database is only there while it runs."
_UNREADABLE = "Look at the node: it must answer, WMI (Winmgmt) must run, and the account must be an administrator."


class Looking:
    """One node being looked at."""

    def __init__(self, field: Field, node_name: str, setup: ClusteredSetup) -> None:
        self.field = field
        self.setup = setup
        self.facts = NodeFacts(node_name)
        self._answers: dict[Argv, CommandResult] = {}

    @property
    def answers(self) -> tuple[CommandResult, ...]:
        """Everything that was asked of the node in the rounds so far."""
        return tuple(self._answers.values())

    def first_round(self) -> None:
        """Where things are, the cluster's database, the registry. Raises `ChangeoverError` for a node out of reach."""
        facts, setup = self.facts, self.setup
        views = self.field.driver.questions(self.field.cluster, self.field.cluster.node(facts.node))
        parent = setup.provider_key.rpartition("\\")[0]
        asked = [ask.WINDOWS, ask.service(setup.service), ask.TYPES, ask.TYPE_NAMES, ask.CLUSTER, *ask.SOURCES]
        self._ask([*asked, ask.key(parent), ask.key(setup.provider_key), *views])
        self._try(_PLACES, self._places)
        self._try("the cluster's database: resource types, groups and resources", lambda: self._cluster(views))
        self._try("the event sources", self._sources)
        self._try("the bindings of the Exchange provider", lambda: self._provider(parent))

    def second_round(self, classes: Iterable[str]) -> None:
        """What lies in the folders, and what the COM classes lead to. Raises `ChangeoverError` as the first round."""
        facts = self.facts
        if not facts.windows or not facts.bin:
            return  # said already, or nothing is installed
        candidates = [rf"{folder}\{self.setup.extension}" for folder in (facts.cluster_folder, facts.bin)]
        classes_of = ask.classes([*candidates, self.setup.extension])
        known = [clsid for clsid in dict.fromkeys(classes) if ask.is_class(clsid)]
        strays = self._stray_files()
        folders = [ask.folder(facts.cluster_folder), ask.folder(facts.bin)]
        named = [ask.named(strays)] if strays else []
        self._ask([*folders, classes_of, *map(ask.class_server, known), *named])
        self._try(f"the files in {facts.cluster_folder}", lambda: self._folder(folders[0], "cluster_files"))
        self._try(f"the files in {facts.bin}", lambda: self._folder(folders[1], "binaries"))
        self._try("the COM classes", lambda: self._classes(classes_of, known))
        if named:
            self._try("message files elsewhere", lambda: self._strays(named[0], strays))

    def details(self) -> None:
        """What the group's resources depend on, asked of this node."""
        if self.facts.view is None:
            return
        seen = read_details(self.field, self.facts.node, self.facts.view)
        if seen.value is None:
            self.facts.could_not("what the resources of the group depend on", seen.unknown, _UNREADABLE)
            return
        self.facts.view, self.facts.detailed = seen.value, True

    def read_events(self) -> None:
        """Errors and warnings of the last days, and whether the resources of Exchange report at all."""
        facts, field = self.facts, self.field
        session, since = field.session(facts.node), field.clock.now() - timedelta(days=DAYS)
        reading = read_logs(session, field.clock, since, within=WITHIN)
        own = read_logs(session, field.clock, since, within=WITHIN, sources=(self.setup.reports,))
        if reading.unknown or own.unknown:
            facts.could_not("the event logs", reading.unknown or own.unknown, "Look at the Event Viewer of the node.")
            return
        owner = facts.view.groups.get(field.cluster.group) if facts.view else None
        away = owner is not None and owner.current.casefold() != facts.node.casefold()
        facts.events = judge(reading.occurrences, field.generation.event_rules, lambda moment: away)
        last = max((one.last for one in own.occurrences), default="")
        facts.reported = (sum(one.count for one in own.occurrences), last)

    def _ask(self, asked: list[Argv]) -> None:
        fresh = [argv for argv in dict.fromkeys(asked) if argv not in self._answers]
        self._answers |= zip(fresh, self.field.session(self.facts.node).batch(fresh, within=WITHIN), strict=True)

    def _try(self, what: str, read: Callable[[], None]) -> None:
        try:
            read()
        except ChangeoverError as error:
            self.facts.could_not(what, error.message, error.remedy)

    def _places(self) -> None:
        keys = read_registry(self._answers[ask.WINDOWS])
        self.facts.windows = next((key.values["systemroot"] for key in keys.values() if "systemroot" in key.values), "")
        told = self._answers[ask.service(self.setup.service)]
        self.facts.installed = failure(told) != NOT_INSTALLED
        if not self.facts.installed:
            return
        path = read_path(self.setup.service, told)
        self.facts.bin = folder_of(path)
        if not self.facts.windows or not self.facts.bin:
            raise Garbled(f"The path of {self.setup.service} is {path or 'not told'}, which lies in no folder.")

    def _cluster(self, views: tuple[Argv, ...]) -> None:
        """The view first: where the cluster service does not run it says so best."""
        results = [self._answers[argv] for argv in views]
        self.facts.view = self.field.driver.read_view(self.field.cluster, results)
        self.facts.type_names = self._answers[ask.TYPE_NAMES].stdout if self._answers[ask.TYPE_NAMES].ok else ""
        keys = read_registry(self._answers[ask.TYPES], remedy=_NO_DATABASE)
        found = [
            RegisteredType(key.name, key.values["dllname"], _list(key.values.get("adminextensions", "")))
            for key in keys.values()
            if "dllname" in key.values
        ]
        if not found:
            raise Garbled(r"HKLM\Cluster\ResourceTypes holds no resource type with a DLL, not even one of Windows.")
        self.facts.types = tuple(found)
        shared = self._answers[ask.CLUSTER]
        top = read_registry(shared).values() if shared.ok else ()
        self.facts.extensions = tuple(clsid for key in top for clsid in _list(key.values.get("adminextensions", "")))

    def _sources(self) -> None:
        found: list[SourceFact] = []
        for above, question in zip(ask.LOG_KEYS, ask.SOURCES, strict=True):
            log = above.rpartition("\\")[2]
            for key in read_registry(self._answers[question]).values():
                if key.path.casefold().endswith(rf"\eventlog\{log}\{key.name}".casefold()):
                    file = key.values.get("eventmessagefile", "")
                    found.append(SourceFact(log, key.name, file, self._filled(file)))
        if not found:
            raise Garbled("Not one event source is in the registry, not even one of Windows.", remedy=RIGHTS)
        self.facts.sources = tuple(found)

    def _filled(self, text: str) -> str:
        """The first file of a value with Windows' folder for its variables; empty when another variable is in it."""
        windows = self.facts.windows
        known = {"systemroot": windows, "windir": windows, "clusterdir": self.facts.cluster_folder}
        first = text.partition(";")[0].strip().strip('"')
        names = _VARIABLE.findall(first)
        if not windows or any(name.casefold() not in known for name in names):
            return ""
        return _VARIABLE.sub(lambda found: known[found[1].casefold()], first)

    def _provider(self, parent: str) -> None:
        """A key that is not there is told from one that may not be read by its name in the key above."""
        above = read_registry(self._answers[ask.key(parent)])
        wanted = self.setup.provider_key.rpartition("\\")[2].casefold()
        if not any(key.name.casefold() == wanted for key in above.values()):
            self.facts.bound = ""
            return
        keys = read_registry(self._answers[ask.key(self.setup.provider_key)])
        values = next((key.values for key in keys.values() if key.name.casefold() == wanted), {})
        self.facts.bound = values.get(self.setup.provider_value.casefold(), "")

    def _folder(self, question: Argv, into: str) -> None:
        files = read_files(self._answers[question])
        if not files:
            raise Garbled("WMI lists no file there.", remedy="See whether that folder is there and who may read it.")
        setattr(self.facts, into, files)

    def _classes(self, question: Argv, known: list[str]) -> None:
        found = read_instances(self._answers[question])
        servers: dict[str, str] = {}
        for clsid in known:
            answer = self._answers[ask.class_server(clsid)]
            keys = read_registry(answer) if answer.ok or denied(answer) else {}
            servers[clsid.upper()] = next((key.default for key in keys.values()), "")
        self.facts.servers = servers
        self.facts.classes = tuple(block["ComponentId"] for block in found if block.get("ComponentId"))

    def _stray_files(self) -> list[str]:
        """The message files of the catalog's sources that lie in neither folder, in full."""
        known = {one.name.casefold() for one in self.setup.sources} | {
            one.file.casefold() for one in self.setup.sources
        }
        folders = {self.facts.cluster_folder.casefold(), self.facts.bin.casefold()}
        return [
            one.path
            for one in self.facts.sources or ()
            if (one.name.casefold() in known or base_name(one.path) in known)
            and folder_of(one.path).casefold() not in folders
            and one.path[1:3] == ":\\"
        ]

    def _strays(self, question: Argv, asked: list[str]) -> None:
        there = {block.get("Name", "").casefold() for block in read_instances(self._answers[question])}
        self.facts.strayed = frozenset(path.casefold() for path in asked) - there


def _list(text: str) -> tuple[str, ...]:
    """The entries of a REG_MULTI_SZ as reg prints it."""
    return tuple(part for part in text.split(r"\0") if part)
