"""The inventory of a running lab, as `inventory apply` takes it: to the console a lab is other addresses, no more."""

from pathlib import Path
from typing import Any

from console.lab.assemble import DirectoryPart, directory_part
from console.lab.server import Lab
from console.lab.state import Cluster, Node

SITE = "lab"
NODE_CREDENTIAL, DIRECTORY_CREDENTIAL = "lab-nodes", "lab-directory"
ARCHITECTURES = {"2003": "x86", "2007": "x64"}
EXCHANGE_PACKS = {"2003": 2, "2007": 1}
LATEST_PACK = 3
"""Exchange 2007's first service pack that runs on Windows Server 2008 R2."""
WINDOWS_PACKS = {"2003": 2, "2008": 1, "2008r2": 0}


def lab_inventory(lab: Lab) -> dict[str, Any]:
    """Sites, credentials, directory and clusters of a lab that listens; passwords go to files in its folder."""
    account = lab.world.definition.accounts[1]
    credentials = [_credential(lab.state, NODE_CREDENTIAL, f"{account.domain}\\{account.name}", account.password)]
    directories = []
    if lab.directory is not None:
        part = directory_part(lab.world.definition)
        user = f"{part.netbios}\\{part.account}"
        credentials.append(_credential(lab.state, DIRECTORY_CREDENTIAL, user, part.password))
        directories.append(_directory(lab, part))
    return {
        "sites": [{"name": SITE}],
        "credentials": credentials,
        "directories": directories,
        "clusters": [_cluster(lab, cluster) for cluster in lab.world.clusters],
    }


def _credential(folder: Path, name: str, username: str, password: str) -> dict[str, Any]:
    path = (folder / f"{name}.password").resolve()
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(password + "\n", encoding="utf-8")
    return {"name": name, "username": username, "file": str(path)}


def _directory(lab: Lab, part: DirectoryPart) -> dict[str, Any]:
    told = lab.directory.describe() if lab.directory else {}
    return {
        "name": "lab",
        "host": told["host"],
        "port": told["tls_port"],
        "security": "ldaps",
        "tls_name": f"{part.domain_controller.lower()}.{told['domain']}",
        "ca": str(lab.authority.certificate_path.resolve()),
        "credential": DIRECTORY_CREDENTIAL,
    }


def _cluster(lab: Lab, cluster: Cluster) -> dict[str, Any]:
    item = cluster.definition
    ports = {g.protocol: g.listener.port for g in lab.greeters if g.cluster is cluster}
    return {
        "name": cluster.name,
        "site": SITE,
        "directory": "lab",
        "driver": item.product,
        "generation": item.generation,
        "group": item.group,
        "floating_ip": item.floating_ip,
        "partition": item.partition,
        "greetings": [f"{protocol}:{port}" for protocol, port in ports.items()],
        "nodes": [_node(lab, node, role) for node, role in zip(cluster.nodes, ("primary", "standby"), strict=True)],
    }


def _node(lab: Lab, node: Node, role: str) -> dict[str, Any]:
    listener = lab.servers[node.name].http
    generation = node.cluster.definition.generation
    windows = node.definition.windows
    pack = LATEST_PACK if windows == "2008r2" else EXCHANGE_PACKS[generation]
    # Exchange 2007's own commands for a cluster's mailbox server sign in to a domain controller.
    hop = {"second_hop": "credssp"} if node.remoting.takes_credentials else {}
    return {
        "role": role,
        "name": node.name,
        "address": listener.address,
        "port": listener.port,
        "scheme": "http",
        "auth": "ntlm",
        "credential": NODE_CREDENTIAL,
        "windows": windows,
        "edition": "enterprise",
        "service_pack": WINDOWS_PACKS[windows],
        "architecture": ARCHITECTURES[generation],
        "server": {"name": node.server, "service_pack": pack},
        **hop,
    }
