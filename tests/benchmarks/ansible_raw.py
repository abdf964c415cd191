"""Ansible's `raw` over the lab's nodes, by its own WinRM connection.

It asks for the node's name alone: it hands a command to PowerShell in a form two and two thirds as long, and what the
console asks of a node in one line does not fit into that.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_VARIABLES = (
    "ansible_connection=winrm",
    "ansible_winrm_transport=ntlm",
    "ansible_winrm_scheme=http",
    "ansible_shell_type=powershell",
)


class Rival:
    """Ansible with the inventory of `count` nodes."""

    def __init__(self, inventory: Path, folder: Path, count: int) -> None:
        self.folder = folder
        data: dict[str, Any] = YAML(typ="safe").load(inventory)
        clusters = data["clusters"][: count // 2]
        credentials = {item["name"]: item for item in data["credentials"]}
        lines = [_host(node, credentials) for cluster in clusters for node in cluster["nodes"]]
        self.inventory = folder / "ansible-inventory"
        self.inventory.touch(mode=0o600)
        self.inventory.write_text("\n".join(["[nodes]", *lines, "[nodes:vars]", *_VARIABLES]) + "\n")
        self.count = len(lines)

    def round(self, forks: int) -> tuple[float, float]:
        """Every node asked once: seconds, and seconds of processor time."""
        program = Path(sys.executable).parent / "ansible"
        argv = [str(program), "-i", str(self.inventory), "nodes", "-f", str(forks), "-m", "ansible.builtin.raw"]
        home = {"ANSIBLE_HOME": str(self.folder / "ansible"), "ANSIBLE_NOCOLOR": "1", "LC_ALL": "C.UTF-8"}
        before, began = _children(), time.monotonic()
        done = subprocess.run(
            [*argv, "-a", "hostname"], env=os.environ | home, capture_output=True, text=True, check=False
        )
        took, used = time.monotonic() - began, _children() - before
        answered = done.stdout.count("| CHANGED | rc=0")
        assert answered == self.count, f"{answered} of {self.count} answered: {done.stdout[-500:]} {done.stderr[-500:]}"
        return took, used


def _host(node: dict[str, Any], credentials: dict[str, Any]) -> str:
    credential = credentials[node["credential"]]
    password = Path(credential["file"]).read_text(encoding="utf-8").strip()
    where = f"ansible_host={node['address']} ansible_port={node['port']}"
    user = credential["username"].rpartition("\\")[2]
    return f"{node['name']} {where} ansible_user={user} ansible_password={password}"


def _children() -> float:
    """Processor time of the processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
