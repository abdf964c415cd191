"""Proof that the standby holds replicas of the public folders and of the system folders that the guide names.

Exchange 2003 tells of them by WMI on a node where its stores run (Exchange_PublicFolder; ReplicaList names the
public stores). Whether system folders are listed as well differs: where they are not, nothing is known of them.
"""

import re
from collections.abc import Iterator

from console.domain import dn
from console.domain.errors import ChangeoverError, Garbled
from console.domain.ports import Argv, CommandResult
from console.domain.procedures.model import Side
from console.domain.procedures.proofs.base import Finding, Grounds, untold, without
from console.domain.readings.windows import read_blocks, said

_CLASS: Argv = ("wmic", r"/namespace:\\root\MicrosoftExchangeV2", "path", "Exchange_PublicFolder")
_WANTED: Argv = ("get", "Path,ReplicaList", "/value")
ALL: Argv = (*_CLASS, *_WANTED)
SYSTEM: Argv = (*_CLASS, "where", "Path>'/NON_IPM_SUBTREE/' and Path<'/NON_IPM_SUBTREE0'", *_WANTED)
PUBLIC_TREE = "/"
SYSTEM_TREES = "/non_ipm_subtree/"
WHERE_USED = "eforms registry"
"""A tree that may be empty: its folders are there only where the organization has forms."""
_QUOTED = re.compile(r'"([^"]*)"')
_SERVER_AT = 3
"""A public store's DN: the store, its storage group, CN=InformationStore, the server."""


def questions(_: Grounds, __: tuple[str, ...]) -> tuple[Argv, ...]:
    """The public folders, and once more the system folders alone, which a plain list leaves out on some servers."""
    return (ALL, SYSTEM)


def replicas(grounds: Grounds, _: Side, about: tuple[str, ...]) -> Finding:
    """Every folder of the trees in `about` has a replica on the standby's server.

    A tree is `/` for the public folders, else the path of a system folder whose subfolders are meant.
    """
    folders = _folders(grounds)
    if not folders:  # not even Internet Newsgroups, which every installation has
        return untold("Exchange lists no folder at all over WMI; look in System Manager.")
    server = grounds.cluster.standby_server
    wrong, unseen = [], []
    for tree in about:
        below = [path for path in folders if _in_tree(path, tree)]
        if not below and tree != PUBLIC_TREE and not _may_be_empty(tree, folders):
            unseen.append(tree)
        wrong += [f"{path} has no replica on {server}." for path in below if server.casefold() not in folders[path]]
    if unseen and not wrong:
        return untold(f"Exchange lists no folder in {', '.join(unseen)} over WMI; look in System Manager.")
    return without(wrong, f"Every folder has a replica on {server}.")


def _folders(grounds: Grounds) -> dict[str, set[str]]:
    """Each folder with the servers that hold a replica, casefolded, as the first node tells that can.

    Raises `ChangeoverError` when none can.
    """
    told = ""
    for node in (*grounds.nodes(Side.ACTIVE), *grounds.nodes(Side.BOTH)):
        if node.node not in grounds.answers:
            told = told or node.unreachable
            continue
        results = [grounds.answer(node, question) for question in (ALL, SYSTEM)]
        if results[0].ok:
            return {path: servers for one in results if one.ok for path, servers in _read(one)}
        told = told or f"{node.node}: {said(results[0])}"
    raise ChangeoverError(
        f"No node tells of the public folders. {told}",
        remedy="Start Microsoft Exchange Management and the Information Store on the active node, then check again.",
    )


def _read(result: CommandResult) -> Iterator[tuple[str, set[str]]]:
    """Path and servers of each folder. Raises `Garbled`."""
    for block in read_blocks(result):
        stores = [dn.split(store) for store in _QUOTED.findall(block.get("ReplicaList", ""))]
        if any(len(parts) <= _SERVER_AT for parts in stores):
            raise Garbled(f"A replica of {block.get('Path', 'a folder')} names no public store: {stores[0]}")
        yield block.get("Path", ""), {parts[_SERVER_AT].partition("=")[2].casefold() for parts in stores}


def _in_tree(path: str, tree: str) -> bool:
    """Whether the folder is meant by the tree; the top of a system tree holds nothing itself."""
    if tree == PUBLIC_TREE:
        return path != "/" and not path.casefold().startswith(SYSTEM_TREES)
    return path.casefold().startswith(tree.casefold()) and path.casefold() != tree.casefold()


def _may_be_empty(tree: str, folders: dict[str, set[str]]) -> bool:
    """Whether nothing in the tree means that nothing is there: system folders are listed, and this one is optional."""
    return WHERE_USED in tree.casefold() and any(path.casefold().startswith(SYSTEM_TREES) for path in folders)
