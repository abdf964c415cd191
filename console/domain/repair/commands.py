"""The commands by which repairs are carried out on a node of Microsoft's cluster service.

Sources: Microsoft's command reference of cluster.exe for Windows 2000 and Server 2003 (resource types, resources),
the article on Exchange's cluster set-up (regsvr32, cladmreg), reg.exe of Windows Server 2003. Set-up itself registers
the types by the same options. `DllName` as a property that may be written is inferred.
"""

from console.domain.ports import Argv

IS_ALIVE_MS, LOOKS_ALIVE_MS = 60000, 5000
"""The poll intervals of a new type; EXRES.DLL checks every 10 seconds whatever they say (KB810860)."""
CLUSTER_SERVICE = "ClusSvc"


def find_below(folder: str, name: str) -> Argv:
    """Where files called `name` lie below `folder`, one path to a line."""
    return ("dir", "/s", "/b", "/a-d", rf"{folder.rstrip(chr(92))}\{name}")


def same_bytes(one: str, other: str) -> Argv:
    """Exit code 0 when both files hold the same."""
    return ("fc", "/b", one, other)


def copy(source: str, target: str) -> Argv:
    """Copy a file, over what is there."""
    return ("copy", "/y", source, target)


def move(source: str, target: str) -> Argv:
    """Rename a file, over what is there."""
    return ("move", "/y", source, target)


def register_com(system: str, dll: str) -> Argv:
    """Have a DLL register its classes; `system` is the folder of the regsvr32 that is as wide as the node."""
    return (rf"{system}\regsvr32.exe", "/s", dll)


def unregister_com(system: str, dll: str) -> Argv:
    """Have a DLL take its classes away again."""
    return (rf"{system}\regsvr32.exe", "/u", "/s", dll)


def register_with_cluster(dll: str) -> Argv:
    """Enter a DLL as an extension of Cluster Administrator."""
    return ("cladmreg", "/q", dll)


def create_type(name: str, dll: str) -> Argv:
    """Register a resource type with the cluster, on all of its nodes."""
    intervals = (f"/IsAlive:{IS_ALIVE_MS}", f"/LooksAlive:{LOOKS_ALIVE_MS}")
    return ("cluster", "resourcetype", name, "/create", f"/DllName:{dll}", f"/type:{name}", *intervals)


def set_type_dll(name: str, dll: str) -> Argv:
    """Have a resource type use another DLL."""
    return ("cluster", "resourcetype", name, "/prop", f"DllName={dll}")


def delete_type(name: str) -> Argv:
    """Take a resource type away that no resource is of."""
    return ("cluster", "resourcetype", name, "/delete", "/type")


def create_resource(name: str, group: str, kind: str) -> Argv:
    """Make a resource in a group; it stays offline."""
    return ("cluster", "resource", name, "/create", f"/group:{group}", f"/type:{kind}")


def delete_resource(name: str) -> Argv:
    """Take an offline resource away."""
    return ("cluster", "resource", name, "/delete")


def add_dependency(name: str, needed: str) -> Argv:
    """Have an offline resource depend on another one of its group."""
    return ("cluster", "resource", name, f"/adddep:{needed}")


def remove_dependency(name: str, needed: str) -> Argv:
    """Have an offline resource no longer depend on another one."""
    return ("cluster", "resource", name, f"/removedep:{needed}")


def offline(name: str, seconds: int) -> Argv:
    """Take a resource, and what depends on it, offline."""
    return ("cluster", "resource", name, "/offline", f"/wait:{seconds}")


def online(name: str, seconds: int) -> Argv:
    """Bring a resource, and what it depends on, online."""
    return ("cluster", "resource", name, "/online", f"/wait:{seconds}")


def listed(path: str) -> Argv:
    """Exit code 0 when there is such a file."""
    return ("dir", "/b", path)


def remove(path: str) -> Argv:
    """Delete a file."""
    return ("del", path)


def read_key(key: str) -> Argv:
    """The values of a registry key, and the paths of the keys right below it."""
    return ("reg", "query", key)


def write_value(key: str, name: str, kind: str, text: str) -> Argv:
    """Write a value of the registry; its key comes into being with it."""
    return ("reg", "add", key, "/v", name, "/t", kind, "/d", text, "/f")


def import_file(path: str) -> Argv:
    """Carry out what a .reg file says."""
    return ("reg", "import", path)
