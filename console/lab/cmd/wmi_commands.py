"""wmic: the few classes that the console reads, in the tool's own layout (a blank line around every instance)."""

import re
from datetime import datetime, timedelta

from console.lab.cim import cim_date
from console.lab.cmd.builtins import VERSIONS
from console.lab.cmd.interpreter import Interpreter
from console.lab.cmd.registry import command
from console.lab.cmd.rights_commands import KNOWN
from console.lab.cmd.wmi_files import com_classes, data_files
from console.lab.equipment import public_folders
from console.lab.exchange import INFORMATION_STORE
from console.lab.mscs import numbers
from console.lab.network import computer_system, configuration
from console.lab.state import RUNNING, Node

INVALID_CLASS, INVALID_NAMESPACE, PROVIDER_FAILURE = 2147749904, 2147749902, 2147749892
_STORES = re.compile(r"win32_perfrawdata_msexchangeis_msexchangeis(mailbox|public)\b", re.IGNORECASE)
_EVENTS = "path win32_ntlogevent "
_ADAPTERS = "path win32_networkadapterconfiguration "
_CLUSTER = r"/namespace:\\root\mscluster path "
_WANTED_SID = re.compile(r"\bsid='s-[\d-]+'")
_FOLDERS = r"/namespace:\\root\microsoftexchangev2 path exchange_publicfolder "
_TITLES = {"2003": "2003", "2008": "2008", "2008r2": "2008 R2"}
_STATES = {1: "Stopped", 2: "Start Pending", 3: "Stop Pending", 4: "Running"}
_SYSTEM = ("System Idle Process", "System", "smss.exe", "csrss.exe", "winlogon.exe", "explorer.exe")


@command("wmic")
def wmic(cmd: Interpreter, rest: str) -> int:
    """Answer `path CLASS get ...`, `os get ...` and `process get ...` with /value."""
    text = rest.strip().casefold().replace("/authlevel:pktprivacy ", "")
    stores = _STORES.search(text)
    with cmd.process.world.lock:
        if stores:
            instances = _store_instances(cmd.process.node, public=stores.group(1) == "public")
        elif text.startswith("service "):
            instances = _services(cmd.process.node)
        elif text.startswith(_EVENTS):
            instances = _events(cmd, text)
        elif text.startswith(_ADAPTERS):
            instances = _adapters(cmd.process.node)
        elif text.startswith("qfe "):
            instances = [{"HotFixID": fix} for fix in cmd.process.node.fixes]
        elif text.startswith(("sysaccount ", "group ")):
            instances = [{"Name": name.rpartition("\\")[2], "SID": sid} for sid, name in KNOWN.items()]
            instances = [one for one in instances if _WANTED_SID.search(text) is None or one["SID"].casefold() in text]
        elif text.startswith(_FOLDERS):
            instances = _folders(cmd.process.node, text)
        elif text.startswith("datafile "):
            instances = data_files(cmd.process.node, text)
        elif text.startswith("path win32_classiccomclasssetting "):
            instances = com_classes(cmd.process.node, text)
        elif text.startswith(_CLUSTER):
            return _cluster(cmd, text)
        elif text.startswith("os "):
            instances = [_system(cmd)]
        elif text.startswith("computersystem "):
            instances = [computer_system(cmd.process.world.definition, cmd.process.node.cluster.definition)]
        elif text.startswith("process "):
            instances = _processes(cmd.process.node)
        else:
            instances = None
    if instances is None:
        cmd.process.err(f"Node - {cmd.process.node.name.upper()}\nERROR:\nDescription = Invalid class\n")
        return INVALID_CLASS
    if not instances and text.startswith(("datafile ", "path win32_classiccomclasssetting ")):
        cmd.process.err("No Instance(s) Available.")
    return _shown(cmd, text, instances)


def _shown(cmd: Interpreter, text: str, instances: list[dict[str, str]]) -> int:
    wanted = _properties(text)
    for instance in instances:
        shown = {key: value for key, value in instance.items() if not wanted or key.casefold() in wanted}
        lines = [f"{key}={value}" for key, value in sorted(shown.items())]
        cmd.process.stdout(cmd.process.encode("\n\n" + "\n".join(lines) + "\n"))
    cmd.process.stdout(cmd.process.encode("\n\n"))
    return 0


def _cluster(cmd: Interpreter, text: str) -> int:
    """The classes of the cluster service, which only a running one fills."""
    node = cmd.process.node
    rows = {"mscluster_node": numbers.nodes, "mscluster_resourcegroup": numbers.groups}
    rows |= {"mscluster_resource": numbers.resources}
    name = text.removeprefix(_CLUSTER).partition(" ")[0]
    why, code = ("Invalid class", INVALID_CLASS) if node.cluster.mscs else ("Invalid namespace", INVALID_NAMESPACE)
    if node.cluster.mscs is not None and name in rows:
        if node.engine and cmd.process.administrator:
            return _shown(cmd, text, rows[name](node.cluster))
        why, code = "Provider failure", PROVIDER_FAILURE
    cmd.process.err(f"Node - {node.name.upper()}\nERROR:\nDescription = {why}\n")
    return code


def _properties(text: str) -> set[str]:
    found = re.search(r"\bget\s+([\w, ]+)", text)
    return {name.strip() for name in found.group(1).split(",") if name.strip()} if found else set()


def _system(cmd: Interpreter) -> dict[str, str]:
    off = _off(cmd.process.node)
    return {
        "LastBootUpTime": cim_date(cmd.process.node.booted + off),
        "LocalDateTime": cim_date(cmd.process.world.clock.date() + off),
        "Caption": f"Microsoft(R) Windows(R) Server {_TITLES[cmd.process.node.definition.windows]}, Enterprise Edition",
        "CSName": cmd.process.node.name.upper(),
        "ServicePackMajorVersion": str(cmd.process.node.service_pack),
        "Version": VERSIONS[cmd.process.node.definition.windows],
    }


def _adapters(node: Node) -> list[dict[str, str]]:
    """The adapters; what the node has beside its own addresses, such as the floating IP, is on the public one."""
    return [
        configuration(adapter, sorted(node.addresses - {adapter.address}) if number == 0 else [])
        for number, adapter in enumerate(node.adapters)
    ]


def _off(node: Node) -> timedelta:
    """How far the node's clock is ahead."""
    return timedelta(seconds=float(node.faults.get("clock-off", {}).get("seconds") or 0))


def _events(cmd: Interpreter, text: str) -> list[dict[str, str]]:
    """The events that a `where` of logs, types and an earliest time lets through, the latest first."""
    node = cmd.process.node
    logs = set(re.findall(r"logfile='(\w+)'", text))
    sources = set(re.findall(r"sourcename='([^']+)'", text))
    kinds = {int(number) for number in re.findall(r"eventtype=(\d)", text)}
    since = re.search(r"timegenerated\s*>=\s*'(\d{14})\.(\d{6})\+000'", text)
    earliest = datetime.strptime("".join(since.groups()), "%Y%m%d%H%M%S%f") if since else datetime.min
    found = []
    for event in reversed(node.events):
        at = event.at + _off(node)
        wanted = (not logs or event.log.casefold() in logs) and (not kinds or event.kind in kinds)
        wanted = wanted and (not sources or event.source.casefold() in sources)
        if wanted and at.replace(tzinfo=None) >= earliest:
            found.append(
                {
                    "EventCode": str(event.code),
                    "EventType": str(event.kind),
                    "Logfile": event.log,
                    "Message": event.message,
                    "RecordNumber": str(event.number),
                    "SourceName": event.source,
                    "TimeGenerated": cim_date(at),
                }
            )
    return found


def _folders(node: Node, text: str) -> list[dict[str, str]] | None:
    """Public folders, while the stores run; a plain list has the system folders only where they are asked for."""
    service = node.service(INFORMATION_STORE)
    if node.cluster.definition.generation != "2003" or service is None or service.state != RUNNING:
        return None
    system = "'/non_ipm_subtree/'" in text
    return [one for one in public_folders(node) if one["Path"].casefold().startswith("/non_ipm_subtree/") == system]


def _store_instances(node: Node, *, public: bool) -> list[dict[str, str]] | None:
    service = node.service(INFORMATION_STORE)
    if service is None or service.state != RUNNING:
        return None
    shown = [(group, store) for group, store in sorted(node.mounted) if ("public" in store.casefold()) == public]
    return [{"Name": f"{group}-{store}"} for group, store in shown] + [{"Name": "_Total"}]


def _services(node: Node) -> list[dict[str, str]]:
    modes = {2: "Auto", 3: "Manual", 4: "Disabled"}
    return [
        {"Name": s.installed.name, "StartMode": modes[s.start], "State": _STATES[s.state]}
        for s in node.services.values()
    ]


def _processes(node: Node) -> list[dict[str, str]]:
    rows = [{"Name": name, "ProcessId": str(number * 4), "ExecutablePath": ""} for number, name in enumerate(_SYSTEM)]
    for service in node.services.values():
        if service.pid:
            image = service.installed.image
            rows.append({"Name": image.rpartition("\\")[2], "ProcessId": str(service.pid), "ExecutablePath": image})
    for handle in node.handles:
        rows.append({"Name": handle.image, "ProcessId": str(handle.pid), "ExecutablePath": ""})
    return rows
