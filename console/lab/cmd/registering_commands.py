"""regsvr32 and cladmreg: what a DLL says of itself entered in the registry, and in the cluster's database."""

from console.lab.cmd.interpreter import Interpreter
from console.lab.cmd.registry import command, words
from console.lab.cmd.registry_writing import DENIED
from console.lab.mscs import equipment
from console.lab.mscs.state import SERVICE
from console.lab.state import RUNNING, Node

NOT_LOADED, NO_ENTRY, FAILED = 3, 4, 5
CLASSES_UNKNOWN = 1


@command("regsvr32")
def regsvr32(cmd: Interpreter, rest: str) -> int:
    """Have a DLL register its classes (/u: take them away); without /s a dialog would wait for somebody."""
    arguments = words(rest)
    switches = {word.casefold()[1:] for word in arguments if word[:1] in "/-"}
    named = [word for word in arguments if word[:1] not in "/-"]
    if len(named) != 1 or switches - {"s", "u"}:
        return 1
    node = cmd.process.node
    path = _dll(cmd, named[0])
    if path is None:
        return NOT_LOADED
    if path.rpartition("\\")[2].casefold() != equipment.EXTENSION.casefold():
        return NO_ENTRY
    if not cmd.process.administrator or node.faulty(DENIED):
        return FAILED
    with cmd.process.world.lock:
        if "u" in switches:
            equipment.unregister_com(node)
        else:
            equipment.register_com(node, path)
    word = "unregistered" if "u" in switches else "registered"
    cmd.process.world.record("registered", path, "", word, node=node.name, by=cmd.process.user)
    return 0


@command("cladmreg")
def cladmreg(cmd: Interpreter, rest: str) -> int:
    """Enter the classes of a DLL as extensions of the cluster's administration; its classes have to be known here."""
    named = [word for word in words(rest) if not word.startswith("/")]
    node = cmd.process.node
    service = node.service(SERVICE)
    if node.cluster.mscs is None or service is None or service.state != RUNNING:
        return _refused(cmd, 1753, "There are no more endpoints available from the endpoint mapper.")
    if not cmd.process.administrator:
        return _refused(cmd, 5, "Access is denied.")
    if len(named) != 1 or not _known(node, named[0]):
        return _refused(cmd, CLASSES_UNKNOWN, "The extension is not registered on this computer.")
    with cmd.process.world.lock:
        equipment.register_extension(node.cluster)
    cmd.process.world.record("cluster", "extension", "", named[0], node=node.name, by=cmd.process.user)
    return 0


def _refused(cmd: Interpreter, code: int, text: str) -> int:
    cmd.process.err(text)
    return code


def _known(node: Node, dll: str) -> bool:
    """Whether a class of the node leads to a DLL of that name."""
    name = dll.rpartition("\\")[2].casefold()
    keys = node.registry.below(equipment.CLASSES)
    paths = [value.text for key in keys for _, value in key.values.values()]
    return any(path.rpartition("\\")[2].casefold() == name for path in paths)


def _dll(cmd: Interpreter, name: str) -> str | None:
    """The DLL by its path, or in the folders where Windows looks for one; None when there is none."""
    disk = cmd.process.node.disk
    folders = (cmd.process.folder, r"C:\WINDOWS\system32")
    paths = [disk.absolute(name, cmd.process.folder)] if "\\" in name else [rf"{one}\{name}" for one in folders]
    return next((path for path in paths if (item := disk.item(path)) is not None and item.data is not None), None)
