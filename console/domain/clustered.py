"""What Exchange's cluster set-up leaves on a node, as the catalog has it: the yardstick of the doctor."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ClusterFile:
    """A file that set-up copies to the cluster folder of every node."""

    name: str
    used: bool = True
    """Whether anything needs it."""
    versioned: bool = True
    """Whether it carries the build of Exchange."""


@dataclass(frozen=True)
class EventSource:
    """An event source that set-up registers; known by its name, or by its message file where the name is not sure."""

    name: str
    file: str
    """The name of the message file."""
    in_cluster_folder: bool = False
    """Whether the message file lies in the cluster folder; else in the bin folder."""
    inferred_file: bool = False
    """The name of the message file stands in no source: it is only used to write the key, never to judge one."""


@dataclass(frozen=True)
class ClusteredSetup:
    """What set-up of a clustered Exchange server leaves on each node."""

    service: str
    """The service whose path tells the bin folder."""
    image: str
    """The file whose version tells which Exchange it is."""
    files: tuple[ClusterFile, ...]
    extension: str
    """The DLL that is registered as a COM class and with the cluster."""
    binaries: tuple[str, ...]
    """Files that every bin folder has."""
    sources: tuple[EventSource, ...]
    reports: str
    """The source under which the cluster's resources of Exchange report."""
    provider_key: str
    provider_value: str
    bindings: tuple[str, ...]
    """What that value must name."""
    logs: tuple[str, ...]
    """Where set-up may have left its log; `{drive}` is Windows' drive, `{cluster}` the cluster folder."""
