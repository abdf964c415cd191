"""What is known of a node after the doctor's round, and what could not be read of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.domain.doctor.readings import FileFact, base_name, folder_of, version_key
from console.domain.event_log import Judged
from console.domain.findings import Finding, Unread
from console.domain.observation import ClusterView

Files = Mapping[str, FileFact]
"""The files of a folder by casefolded name."""


@dataclass(frozen=True)
class RegisteredType:
    """A resource type as the cluster's database has it."""

    name: str
    dll: str
    extensions: tuple[str, ...] = ()
    """COM classes that extend the administration of its resources."""


@dataclass(frozen=True)
class SourceFact:
    """An event source of a node."""

    log: str
    name: str
    file: str
    """Its message file as the registry has it."""
    path: str
    """The same with the variables filled in; empty when one of them is not known."""


@dataclass
class NodeFacts:
    """One node. What is None was not read, and then `unread` says why."""

    node: str
    windows: str = ""
    """Windows' folder."""
    bin: str = ""
    """Exchange's bin folder."""
    installed: bool = True
    """False when the node says that it has no information store: there is nothing else to look at then."""
    cluster_files: Files | None = None
    binaries: Files | None = None
    types: tuple[RegisteredType, ...] | None = None
    extensions: tuple[str, ...] = ()
    """COM classes that extend the administration of resources of every type."""
    type_names: str = ""
    """What cluster.exe prints of the types, as it stands."""
    view: ClusterView | None = None
    detailed: bool = False
    """Whether the view has the dependencies of the group's resources."""
    classes: tuple[str, ...] | None = None
    """The COM classes that the extension of the cluster's administration serves, by number."""
    servers: Mapping[str, str] = field(default_factory=dict)
    """COM class to the DLL that serves it, as far as it was asked."""
    sources: tuple[SourceFact, ...] | None = None
    strayed: frozenset[str] = frozenset()
    """Message files outside of the two folders that are not there, casefolded."""
    bound: str | None = None
    """The order of bindings of the Exchange provider; empty when there is none."""
    events: tuple[Judged, ...] | None = None
    reported: tuple[int, str] | None = None
    """How many events the resources of Exchange have logged, and when the last one."""
    log_findings: tuple[Finding, ...] | None = None
    log_path: str = ""
    unread: list[Unread] = field(default_factory=list)

    @property
    def cluster_folder(self) -> str:
        """Where the cluster files lie."""
        return rf"{self.windows}\Cluster"

    @property
    def build(self) -> str:
        """The build that most files of the bin folder carry: a hotfix changes single ones, a service pack the most."""
        found = [one.version for one in (self.binaries or {}).values() if len(version_key(one.version)) == 4]
        return max(sorted(set(found)), key=found.count, default="")

    def lies_in(self, path: str) -> Files | None:
        """The listing of the folder that a path lies in, if that folder was listed."""
        folder = folder_of(path).casefold()
        listed = {self.cluster_folder.casefold(): self.cluster_files, self.bin.casefold(): self.binaries}
        return listed.get(folder)

    def has(self, path: str) -> bool | None:
        """Whether a file is there; None when its folder was not listed."""
        files = self.lies_in(path)
        return None if files is None else base_name(path) in files

    def could_not(self, what: str, why: str, remedy: str) -> None:
        """Note what could not be looked at."""
        self.unread.append(Unread(self.node, what, why, remedy))


def arrived(count: int, last: str) -> str:
    """So many events, and when the last one came, from its ISO time: for people."""
    moment, zone = last[:19].replace("T", " "), " UTC" if last.endswith("+00:00") else ""
    return f"1 event, at {moment}{zone}" if count == 1 else f"{count} events, the last one at {moment}{zone}"
