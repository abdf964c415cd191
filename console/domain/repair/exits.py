"""What the exit codes of a repair's commands mean, and what a person can do about each.

Sources: Microsoft's System Error Codes (cluster.exe ends with them), KB249873 (regsvr32). That cladmreg ends with 0
once it has registered is what the log of set-up expects; its other codes are looked up like any of Windows'.
"""

from collections.abc import Callable, Mapping

from console.domain.ports import Argv

Explained = tuple[str, str]
"""A clause that says what happened, and a remedy."""

REGSVR32: Mapping[int, Explained] = {
    1: ("it did not understand its arguments", "Run the command by hand on the node."),
    3: ("the DLL could not be loaded", "See that the DLL and the files it needs are there, and of the node's width."),
    4: ("the DLL has no entry point for it", "The file is not the DLL that it should be: compare it with the source."),
    5: ("the DLL itself could not register", "Run it by hand as an administrator, without /s; it shows why."),
}
CLUSTER: Mapping[int, Explained] = {
    145: ("there are resources of that type", "Take the resources away first, or leave the type."),
    1059: ("the dependencies would form a circle", "Look at the dependencies of both resources."),
    5001: ("other resources depend on it", "Take their dependencies away first."),
    5017: (
        "the resource DLL could not be loaded",
        "Put the DLL into the cluster folder of every node first, of the installed build; then make a new plan.",
    ),
    5037: (
        "not all nodes of the cluster are there",
        "Start the cluster service on every node: a type is registered with all of them at once.",
    ),
    5069: ("the two are not in one group", "Put both resources into the Exchange group."),
    5078: ("there is no such resource type", "Create the resource type first."),
}
"""What cluster.exe says only when types, resources and dependencies are made; the driver knows the rest."""
OTHERS: Mapping[str, Explained] = {
    "reg": ("the registry refused it", "See that the console's account may write that key; try it with regedit."),
    "fc": ("the two files do not hold the same", "Look at the drive's health and its free space; copy by hand."),
    "copy": ("the file was not copied", "Look at the free space, at the folder's rights, and at who uses the file."),
    "move": ("the file was not put in its place", "Find out what uses the file; stop that, then make a new plan."),
    "cladmreg": (
        "it did not register",
        "See that the DLL is registered with regsvr32, that ClusSvc runs on this node and that PATH finds cladmreg.",
    ),
}


def program_of(argv: Argv) -> str:
    """The name of a command's program: no folder, no `.exe`, small letters."""
    return argv[0].rpartition("\\")[2].casefold().removesuffix(".exe")


def explain(argv: Argv, code: int, by_product: Callable[[int], Explained] | None = None) -> Explained:
    """What it means that a command of a repair ended with that code, and what to do.

    `by_product` tells it of the cluster product's own commands.
    """
    program = program_of(argv)
    if program == "cluster" and code not in CLUSTER and by_product is not None:
        return by_product(code)
    unknown = ("Windows refused it", f"Look the error up on the node with: net helpmsg {code}")
    table = REGSVR32 if program == "regsvr32" else CLUSTER
    return OTHERS.get(program) or table.get(code, unknown)
