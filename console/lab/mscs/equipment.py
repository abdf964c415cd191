"""What a finished set-up of clustered Exchange leaves on a node: files of a version, registry, an event, its log."""

from dataclasses import dataclass, field

from console.lab import disk
from console.lab.images import image
from console.lab.mscs.setup_logs import LOGS, whole
from console.lab.mscs.state import FOLDER
from console.lab.registry import Registry
from console.lab.state import Cluster, LoggedEvent, Node

CLASS = "{D3A6B9C1-52E7-4C0B-9E14-7C2F0A5B6E01}"
"""The class of EXCLUADM.DLL: the lab's own, as the real one stands in no source."""
CLASSES = r"HKLM\SOFTWARE\Classes\CLSID"
EXTENSION = "EXCLUADM.DLL"
PROVIDER = r"HKLM\SOFTWARE\Microsoft\Exchange\Exchange Provider"
BINDINGS = "Rpc_Binding_Order"
BOUND = "ncalrpc,ncacn_ip_tcp,ncacn_spx,ncacn_np,netbios,ncacn_vns_spp"
LOG_KEY = r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog"
CLUSTER_SOURCE = "MSExchangeCluster"
MEDIA = r"D:\Setup"
"""Where the installation files lie: set-up copies from Setup\\Roles and Setup\\Common."""
_WINDOWS = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_STARTED = 1003  # the number of an event that Exchange's resources log: the lab's own


@dataclass(frozen=True)
class Source:
    """An event source: its log, its name, and its message file as the registry has it."""

    log: str
    name: str
    file: str

    @property
    def key(self) -> str:
        """The key of the source."""
        return rf"{LOG_KEY}\{self.log}\{self.name}"


@dataclass(frozen=True)
class Edition:
    """What one generation of Exchange brings: where, of which build, which files."""

    bin: str
    build: str
    cluster_files: dict[str, str]
    """Name in the cluster folder to version."""
    binaries: tuple[str, ...]
    sources: tuple[Source, ...] = field(default=())


_BIN_2003, _BUILD_2003 = r"C:\Program Files\Exchsrvr\bin", "6.5.7638.1"
_BIN_2007, _BUILD_2007 = r"C:\Program Files\Microsoft\Exchange Server\bin", "8.1.240.6"
_OWN = Source("Application", CLUSTER_SOURCE, r"%SystemRoot%\Cluster\CLUSMSG.DLL")

EDITIONS = {
    "2003": Edition(
        _BIN_2003,
        _BUILD_2003,
        {"EXRES.DLL": _BUILD_2003, EXTENSION: _BUILD_2003, "CLUSMSG.DLL": _BUILD_2003, "GATHERCL.DLL": "9.107.8320.1"},
        (
            *("store.exe", "mad.exe", "exmgmt.exe", "emsmta.exe", "events.exe", "srsmain.exe", "mssearch.exe"),
            *("exres.dll", "excluadm.dll", "clusmsg.dll", "exsmtp.dll", "exsetdata.dll", "mdbmsg.dll", "madmsg.dll"),
        ),
        (
            _OWN,
            Source("Application", "SMTP", rf"{_BIN_2003}\EXSMTP.DLL"),
            Source("Application", "MSExchangeIS", rf"{_BIN_2003}\mdbmsg.dll"),
            Source("Application", "MSExchangeSA", rf"{_BIN_2003}\madmsg.dll"),
        ),
    ),
    "2007": Edition(
        _BIN_2007,
        _BUILD_2007,
        {"EXRES.DLL": _BUILD_2007, EXTENSION: _BUILD_2007, "CLUSMSG.DLL": _BUILD_2007, "EXTRAS.DLL": _BUILD_2007},
        (
            *("store.exe", "mad.exe", "MSExchangeADTopologyService.exe", "MSExchangeMailboxAssistants.exe"),
            *("MSExchangeMailSubmission.exe", "Microsoft.Exchange.Cluster.ReplayService.exe", "msftesql.exe"),
            *("exres.dll", "excluadm.dll", "clusmsg.dll", "exsetdata.dll", "mdbmsg.dll", "madmsg.dll"),
        ),
        (
            _OWN,
            Source("Application", "MSExchangeIS", rf"{_BIN_2007}\mdbmsg.dll"),
            Source("Application", "MSExchangeSA", rf"{_BIN_2007}\madmsg.dll"),
        ),
    ),
}


def edition(node: Node) -> Edition:
    """What is installed on a node."""
    return EDITIONS[node.cluster.definition.generation]


def equip(cluster: Cluster) -> None:
    """Give every node what set-up leaves, and the cluster the extension of its administration."""
    for node in cluster.nodes:
        write_files(node)
        write_media(node)
        write_registry(node)
        register_com(node)
        write_log(node)
        moment = node.booted
        text = "The resource Exchange System Attendant is online."
        node.events.append(LoggedEvent(len(node.events) + 1, "Application", CLUSTER_SOURCE, _STARTED, 3, moment, text))
    register_extension(cluster)


def write_files(node: Node) -> None:
    """Put the cluster files and the binaries where they belong, those that are there already as well."""
    brought = edition(node)
    for name, version in brought.cluster_files.items():
        write(node.disk, rf"{FOLDER}\{name}", version)
    for name in ("clusres.dll", "clussvc.exe"):
        write(node.disk, rf"{FOLDER}\{name}", "5.2.3790.3959")
    for name in brought.binaries:
        write(node.disk, rf"{brought.bin}\{name}", brought.build)


def write_media(node: Node, build: str = "") -> None:
    """The installation files, of the installed build or another, on a drive of the node's own."""
    brought = edition(node)
    node.disk.volumes.setdefault(MEDIA[0], disk.Volume())
    versions = dict.fromkeys(brought.binaries, brought.build) | brought.cluster_files
    for name, version in versions.items():
        write(node.disk, rf"{MEDIA}\Common\{name}", build or version)


def write(where: disk.Disk, path: str, version: str) -> None:
    """Write a program or library of this version."""
    folder, _, name = path.rpartition("\\")
    if where.item(folder) is None:
        where.mkdir(folder)
    where.write(path, image(version, name))


def write_registry(node: Node) -> None:
    """The keys of Windows and of Exchange that tell of the set-up."""
    registry, brought = node.registry, edition(node)
    registry.set(_WINDOWS, "SystemRoot", r"C:\WINDOWS")
    registry.set(_WINDOWS, "CurrentVersion", "5.2" if node.definition.windows == "2003" else "6.0")
    registry.set(PROVIDER, BINDINGS, BOUND)
    registry.set(r"HKLM\SOFTWARE\Microsoft\Exchange\Setup", "Services", brought.bin.rpartition("\\")[0])
    registry.set(
        rf"{LOG_KEY}\System\EventLog", "EventMessageFile", r"%SystemRoot%\System32\netevent.dll", "REG_EXPAND_SZ"
    )
    for log in ("Application", "System"):
        registry.set(rf"{LOG_KEY}\{log}", "MaxSize", "0x1000000", "REG_DWORD")
    for source in brought.sources:
        write_source(registry, source)


def write_source(registry: Registry, source: Source) -> None:
    """The key of an event source."""
    registry.set(source.key, "EventMessageFile", source.file, "REG_EXPAND_SZ")
    registry.set(source.key, "TypesSupported", "0x7", "REG_DWORD")


def register_com(node: Node, path: str = "") -> None:
    """What regsvr32 does with EXCLUADM.DLL; `path` is the bin folder's when empty."""
    place = path or rf"{edition(node).bin}\{EXTENSION.lower()}"
    node.registry.set(rf"{CLASSES}\{CLASS}", "", "Exchange Cluster Administrator extension")
    node.registry.set(rf"{CLASSES}\{CLASS}\InprocServer32", "", place)
    node.registry.set(rf"{CLASSES}\{CLASS}\InprocServer32", "ThreadingModel", "Apartment")


def unregister_com(node: Node) -> None:
    """Take the class away again."""
    node.registry.delete(rf"{CLASSES}\{CLASS}")


def register_extension(cluster: Cluster) -> None:
    """What cladmreg does: the class becomes an extension of every resource type of Exchange."""
    for kind in cluster.mscs.types.values() if cluster.mscs else ():
        if "exchange" in kind.name.casefold() and CLASS not in kind.admin_extensions:
            kind.admin_extensions.append(CLASS)


def unregister_extension(cluster: Cluster) -> None:
    """Take the class from the resource types."""
    for kind in cluster.mscs.types.values() if cluster.mscs else ():
        kind.admin_extensions[:] = [one for one in kind.admin_extensions if one != CLASS]


def write_log(node: Node, stops: str = "") -> None:
    """Write the log of set-up, of a whole run or of one that stopped where `stops` says."""
    generation = node.cluster.definition.generation
    path = LOGS[generation]
    folder = path.rpartition("\\")[0]
    if len(folder) > 2 and node.disk.item(folder) is None:
        node.disk.mkdir(folder)
    kinds = [kind.name for kind in (node.cluster.mscs.types.values() if node.cluster.mscs else ())]
    types = [name for name in kinds if "Exchange" in name or "Search" in name]
    node.disk.write(path, whole(generation, types, stops).encode("cp1252"))
