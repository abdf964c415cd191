"""The second hop: commands on a node that sign in to a further machine, and why one may not be sent.

A network logon cannot be passed on: what the console starts on a node by NTLM is nobody to the next machine. CredSSP
gives the node the password for as long as the command runs (MS-CSSP); Kerberos passes the logon on where the domain
trusts the node's account for delegation.
"""

from functools import lru_cache

from console.domain.errors import SecondHopRefused
from console.domain.ports import Argv
from console.domain.topology import Node

PROGRAMS = frozenset({"dnscmd"})
SHELL = "powershell"
CMDLETS = "microsoft.exchange"
"""Stands in the name of the snap-in that brings Exchange's cmdlets; they ask a domain controller."""
REMEDY = (
    "Set second_hop of this node in the inventory to credssp or kerberos, prepare the node for it "
    "(manage.py prepare-node), or do this by hand at the node."
)


@lru_cache(maxsize=4096)
def needs(argv: Argv) -> bool:
    """Whether the command signs in to a further machine: Exchange's cmdlets, dnscmd, and whatever reaches a share."""
    program = argv[0].replace("/", "\\").rpartition("\\")[2].casefold().removesuffix(".exe")
    if program in PROGRAMS or any(argument.startswith("\\\\") for argument in argv):
        return True
    return program == SHELL and any(CMDLETS in argument.casefold() for argument in argv)


def require(node: Node, argv: Argv) -> None:
    """Raises `SecondHopRefused` when the inventory lets this node's commands sign in nowhere."""
    if node.second_hop == "none":
        text = f"{argv[0]} on {node.name} would have to sign in to a further machine, and nothing lets it."
        raise SecondHopRefused(text, remedy=REMEDY)
