"""The lab's Active Directory: a forest as data and an LDAP server that answers for it."""

from console.lab.directory.definition import (
    Account,
    Cluster,
    Forest,
    Person,
    Server,
    StorageGroup,
    Store,
    demo_forest,
)
from console.lab.directory.server import DirectoryServer

__all__ = [
    "Account",
    "Cluster",
    "DirectoryServer",
    "Forest",
    "Person",
    "Server",
    "StorageGroup",
    "Store",
    "demo_forest",
]
