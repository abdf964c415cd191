"""What lies on a node's disks before anybody does anything."""

from xml.sax.saxutils import escape

from console.lab.batch_files import batch_files
from console.lab.disk import Disk
from console.lab.state import Cluster, Node

PRODUCT = r"C:\Program Files\EXPRESSCLUSTER"
USERLOG = rf"{PRODUCT}\log\userlog.00.log"


def furnish(cluster: Cluster, node: Node) -> None:
    """Create the folders and files of Windows, ExpressCluster and Exchange."""
    folders = [r"C:\WINDOWS\system32", r"C:\WINDOWS\Temp", rf"{PRODUCT}\bin", rf"{PRODUCT}\etc", rf"{PRODUCT}\log"]
    folders += [r"C:\Documents and Settings\Administrator", rf"{PRODUCT}\work\trnreq", rf"{PRODUCT}\scripts"]
    for group in cluster.groups:
        scripts = [r.definition.name for r in group.resources if r.definition.kind == "script"]
        folders += [rf"{PRODUCT}\scripts\{group.name}\{name}" for name in scripts]
    for folder in filter(lambda path: node.disk.item(path) is None, folders):
        node.disk.mkdir(folder)
    write_configuration(cluster, node)
    write_scripts(cluster, node)
    node.disk.write(USERLOG, b"")


def write_configuration(cluster: Cluster, node: Node, *, stale: bool = False) -> None:
    """Put clp.conf on a node; a stale one is of the time before the floating IP and the scripts were as they are."""
    text = configuration(cluster)
    if stale:
        text = text.replace(cluster.definition.floating_ip or "\0", "192.0.2.1").replace("100101", "100100")
        text = "".join(line for line in text.splitlines(keepends=True) if 'name="script@' not in line)
    node.disk.write(rf"{PRODUCT}\etc\clp.conf", text.encode("ascii", "xmlcharrefreplace"))


def write_scripts(cluster: Cluster, node: Node, *, edited: bool = False) -> None:
    """Put the Exchange group's batch files where the product keeps them; `edited` by somebody afterwards."""
    item = cluster.definition
    group = next((group for group in cluster.groups if group.name == item.group), None)
    if item.scripts == "none" or group is None:
        return
    for resource in group.resources:
        if resource.definition.kind == "script":
            for name, data in batch_files(item.scripts, item.generation).items():
                path = rf"{PRODUCT}\scripts\{group.name}\{resource.definition.name}\{name}"
                node.disk.write(path, data + (b"rem a line by hand\r\n" if edited else b""))


def furnish_partition(cluster: Cluster) -> None:
    """Create Exchange's folders on the switching partition."""
    letter = cluster.definition.partition[0].upper()
    disk = Disk()
    disk.volumes[letter] = cluster.partition
    if cluster.definition.generation == "2003":
        folders = ["mdbdata", r"vs1\BadMail", r"vs1\Queue", "mtadata", "conndata", "Mailroot"]
    else:
        folders = [rf"Mailbox\{group}" for group in cluster.definition.storage_groups]
        folders.append(r"TransportRoles\data\Queue")
    for folder in folders:
        disk.mkdir(rf"{letter}:\Exchsrv\{folder}")


def configuration(cluster: Cluster) -> str:
    """clp.conf: the XML in which the product keeps its topology."""
    lines = ['<?xml version="1.0" encoding="ASCII"?>', "<root>"]
    lines += [
        "\t<all>",
        "\t\t<charset>ASCII</charset>",
        "\t\t<encode>SJIS</encode>",
        "\t\t<serveros>windows</serveros>",
    ]
    lines += ["\t</all>", f"\t<cluster>\n\t\t<name>{escape(cluster.name)}</name>\n\t\t<comment/>\n\t</cluster>"]
    for priority, node in enumerate(cluster.nodes):
        lines += [f'\t<server name="{escape(node.name)}">', f"\t\t<priority>{priority}</priority>"]
        lines += [
            f'\t\t<device id="0">\n\t\t\t<type>lan</type>\n\t\t\t<info>{node.definition.address}</info>\n\t\t</device>',
            "\t</server>",
        ]
    for group in cluster.groups:
        lines += [f'\t<group name="{escape(group.name)}">', f"\t\t<start>{int(group.definition.automatic)}</start>"]
        for order, node in enumerate(cluster.servers(group)):
            lines.append(f'\t\t<policy name="{escape(node.name)}"><order>{order}</order></policy>')
        lines += [f'\t\t<resource name="{r.definition.kind}@{escape(r.definition.name)}"/>' for r in group.resources]
        lines.append("\t</group>")
    lines += _resources(cluster)
    lines += ["\t<trekking>", "\t\t<savedinnerversion>100101</savedinnerversion>", "\t</trekking>", "</root>"]
    return "\r\n".join(lines).replace("\r\n", "\n").replace("\n", "\r\n") + "\r\n"


def _resources(cluster: Cluster) -> list[str]:
    resources = [resource.definition for group in cluster.groups for resource in group.resources]
    lines = ["\t<resource>"]
    lines += [f'\t\t<types name="{kind}"/>' for kind in sorted({resource.kind for resource in resources})]
    for resource in resources:
        lines += [f'\t\t<{resource.kind} name="{escape(resource.name)}">', "\t\t\t<parameters>"]
        if resource.kind == "fip":
            lines.append(f"\t\t\t\t<ip>{cluster.definition.floating_ip}</ip>")
        if resource.kind == "sd":
            lines.append(f"\t\t\t\t<volumemountpoint>{cluster.definition.partition}</volumemountpoint>")
        if resource.kind == "script":
            script = cluster.definition.script
            for what, seconds in (("act", script.start_timeout), ("deact", script.stop_timeout)):
                lines.append(f"\t\t\t\t<{what}><timeout>{int(seconds)}</timeout></{what}>")
        lines += ["\t\t\t</parameters>", f"\t\t</{resource.kind}>"]
    return [*lines, "\t</resource>"]


def append_userlog(node: Node, stamp: str, level: str, module: str, text: str) -> None:
    """Add a line to the engine's log, in the product's layout."""
    line = f"{stamp}  00000d40 00000d9c {level:<5} [{module:<5}] {text}\r\n"
    node.disk.write(USERLOG, line.encode("cp932", "replace"), append=True)
