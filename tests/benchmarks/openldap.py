"""An OpenLDAP server that holds a lab forest: back_mdb with its default durability, as the user who runs it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from console.lab.directory import Forest
from console.lab.directory.entry import TreeEntry
from console.lab.directory.tree import exchange_tree
from tests.directory.schema_ldif import Pair, record

INSTALL = "apt-get install slapd ldap-utils"
PATHS = "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
MANAGER, PASSWORD = "cn=manager", "bench-only"
STARTS_WITHIN = 20.0
TEXT, NAME, OCTETS = "1.3.6.1.4.1.1466.115.121.1.15", "1.3.6.1.4.1.1466.115.121.1.12", "1.3.6.1.4.1.1466.115.121.1.40"
RULES = {TEXT: "caseIgnoreMatch", NAME: "distinguishedNameMatch", OCTETS: "octetStringMatch"}
SYNTAXES = {
    "homeMDB": NAME,
    "homeMTA": NAME,
    "msExchRoutingMasterDN": NAME,
    "msExchAddressListServiceLink": NAME,
    "offLineABServer": NAME,
    "objectGUID": OCTETS,
    **dict.fromkeys(
        (
            "msExchHomeServerName",
            "legacyExchangeDN",
            "msExchPatchMDB",
            "msExchRecovery",
            "servicePrincipalName",
            "dNSHostName",
            "sAMAccountName",
            "userPrincipalName",
            "objectCategory",
            "proxyAddresses",
            "displayName",
        ),
        TEXT,
    ),
}
"""What the switch reads and writes, and what makes a mailbox object about as large as in life."""
INDEXED = ("objectClass", "cn", "homeMDB", "servicePrincipalName", "sAMAccountName", "objectCategory")
CATEGORIES = {"user": "person", "inetOrgPerson": "person", "contact": "person", "computer": "computer"}
KNOWN = {"top", "organizationalUnit", "inetOrgPerson"}


class NoOpenLdap(Exception):
    """slapd or its tools are not here; the text says how to get them."""


@dataclass(frozen=True)
class OpenLdap:
    """A running server."""

    port: int
    forest: Forest
    process_id: int


def program(name: str) -> str:
    """The path of one of OpenLDAP's programs. Raises `NoOpenLdap`."""
    found = shutil.which(name, path=PATHS)
    if found is None:
        raise NoOpenLdap(f"{name} was not found. As root: {INSTALL}")
    return found


@contextmanager
def openldap(forest: Forest, folder: Path, *, durable: bool = True) -> Iterator[OpenLdap]:
    """A server with the objects of `forest` for the time of the block; not `durable`: it does not wait for its disk.

    Raises `NoOpenLdap`.
    """
    slapd = program("slapd")
    tree = exchange_tree(forest)
    configuration = _configure(folder, forest, {kind for item in tree for kind in _classes(item)} - KNOWN)
    if not durable:
        configuration.write_text(configuration.read_text() + "dbnosync\n")
    _load(configuration, folder, forest, tree)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    with (folder / "slapd.log").open("wb") as log:
        command = [slapd, "-f", str(configuration), "-h", f"ldap://127.0.0.1:{port}/", "-d", "0"]
        with subprocess.Popen(command, stdout=log, stderr=log) as process:
            try:
                _await(port, process, folder)
                yield OpenLdap(port, forest, process.pid)
            finally:
                process.terminate()


def _await(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                text = (folder / "slapd.log").read_text(errors="replace")[-2000:]
                raise NoOpenLdap(f"slapd did not start: {text}") from error
            time.sleep(0.05)


def _configure(folder: Path, forest: Forest, classes: set[str]) -> Path:
    (folder / "data").mkdir()
    schema = folder / "exchange.schema"
    schema.write_text("".join([*_attribute_types(), *_object_classes(sorted(classes))]))
    path = folder / "slapd.conf"
    lines = [
        "include /etc/ldap/schema/core.schema",
        "include /etc/ldap/schema/cosine.schema",
        f"include {schema}",
        f"pidfile {folder}/slapd.pid",
        "modulepath /usr/lib/ldap",
        "moduleload back_mdb",
        "sizelimit unlimited",
        "database mdb",
        f'suffix "{forest.base_dn}"',
        f"rootdn {MANAGER},{forest.base_dn}",
        f"rootpw {PASSWORD}",
        f"directory {folder}/data",
        "maxsize 8589934592",
        f"index {','.join(INDEXED)} eq",
    ]
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
    return path


def _attribute_types() -> Iterator[str]:
    """Numbers below 1.1 (an arc that nobody registers): only the names matter here."""
    for number, (name, syntax) in enumerate(SYNTAXES.items(), 1):
        yield f"attributetype ( 1.1.1.{number} NAME '{name}' EQUALITY {RULES[syntax]} SYNTAX {syntax} )\n"


def _object_classes(names: list[str]) -> Iterator[str]:
    for number, name in enumerate(names, 1):
        yield f"objectclass ( 1.1.2.{number} NAME '{name}' SUP top STRUCTURAL MAY cn )\n"


def _load(configuration: Path, folder: Path, forest: Forest, tree: list[TreeEntry]) -> None:
    ldif = folder / "tree.ldif"
    with ldif.open("w") as out:
        for dn, pairs in [*_above(forest, tree), *((item.dn, _pairs(item)) for item in tree)]:
            out.write(record(dn, pairs))
    command = [program("slapadd"), "-q", "-f", str(configuration), "-l", str(ldif)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoOpenLdap(f"slapadd ended with {done.returncode}: {done.stderr[-2000:]}")
    ldif.unlink()


def _above(forest: Forest, tree: list[TreeEntry]) -> list[tuple[str, list[Pair]]]:
    """The containers that a domain has before Exchange comes."""
    first = forest.base_dn.partition(",")[0].partition("=")[2]
    domain: list[Pair] = [("objectClass", "organization"), ("objectClass", "dcObject"), ("dc", first), ("o", first)]
    names = ["CN=Configuration", "CN=Services,CN=Configuration", "CN=Computers", "CN=Users"]
    here = {item.dn.casefold() for item in tree}
    missing = [f"{name},{forest.base_dn}" for name in names if f"{name},{forest.base_dn}".casefold() not in here]
    return [(forest.base_dn, domain), *((dn, [("objectClass", "extensibleObject"), *_container(dn)]) for dn in missing)]


def _container(dn: str) -> list[Pair]:
    return [("objectClass", "msExchContainer"), ("cn", dn.partition(",")[0].partition("=")[2])]


def _classes(item: TreeEntry) -> tuple[str, ...]:
    return tuple(str(kind) for kind in item.attributes["objectClass"])


def _pairs(item: TreeEntry) -> list[Pair]:
    """The object's attributes as far as they are known here, with what a domain controller adds by itself."""
    kind = _classes(item)[0]
    pairs: list[Pair] = [("objectClass", name) for name in (kind, "extensibleObject")]
    attribute, _, value = item.dn.replace("\\,", "\0").partition(",")[0].replace("\0", ",").partition("=")
    pairs.append((attribute.lower(), value))
    pairs.append(("objectGUID", uuid.uuid5(uuid.NAMESPACE_DNS, item.dn).bytes_le))
    pairs.append(("objectCategory", CATEGORIES.get(kind, kind)))
    known = {**item.attributes, **item.later}
    return pairs + [(name, value) for name in SYNTAXES for value in known.get(name, ())]
