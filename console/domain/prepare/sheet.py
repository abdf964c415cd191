"""The sheet for a node: what a person does there, in order, with the lines to type at its own console."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from console.domain.prepare.facts import QUOTAS, Machine, package, tools
from console.domain.quoting import cmd_line
from console.domain.topology import Node

CONSOLE = "CONSOLE-ADDRESS"
"""Stands for the console's own address where it was not given."""


@dataclass(frozen=True)
class Item:
    """One thing to do on the node."""

    key: str
    """As the check of it is called, after `prepare.`."""
    title: str
    text: str
    lines: tuple[str, ...] = ()
    """For the node's own command prompt, as an administrator."""


def sheet(node: Node, machine: Machine, *, folder: str, consoles: Sequence[str] = ()) -> tuple[Item, ...]:
    """Everything, in order. `folder` is the cluster product's, empty without one; `consoles` are the console's hosts.

    Raises `Unquotable` when the account's name or an address cannot be passed to cmd.exe.
    """
    return (
        _package(machine),
        _service(),
        _listener(node),
        _clear_text(node),
        _quotas(),
        *_second_hop(node),
        _account(node),
        _firewall(node, machine, consoles or (CONSOLE,)),
        _clock(),
        _tools(machine, folder),
    )


def _package(machine: Machine) -> Item:
    what, notes = package(machine)
    return Item("package", "Install WinRM", f"{what}. {notes}")


def _service() -> Item:
    text = "Starts the service, has it start with Windows, and makes a listener for HTTP."
    return Item("service", "Turn WinRM on", text, ("winrm quickconfig -q", "sc config WinRM start= auto"))


def _listener(node: Node) -> Item:
    if node.scheme == "https":
        text = (
            f"Install a certificate for {node.tls_name or node.address} in the machine's own store first; THUMBPRINT "
            "is its thumbprint, without blanks. Then take the listener for HTTP away."
        )
        made = f'winrm create winrm/config/Listener?Address=*+Transport=HTTPS @{{Port="{node.port}";'
        made += 'CertificateThumbprint="THUMBPRINT"}'
        gone = "winrm delete winrm/config/Listener?Address=*+Transport=HTTP"
        return Item("listener", f"Listen on port {node.port} for HTTPS", text, (made, gone))
    text = "The console encrypts what it says by NTLM's keys, so HTTP is not clear text here."
    line = f'winrm set winrm/config/Listener?Address=*+Transport=HTTP @{{Port="{node.port}"}}'
    return Item("listener", f"Listen on port {node.port} for HTTP", text, (line,))


def _clear_text(node: Node) -> Item:
    basic = "true" if node.auth == "basic" else "false"
    return Item(
        "clear-text",
        "Take no clear text",
        "Without it a mistake in a client's settings shows the password to the network.",
        (
            'winrm set winrm/config/service @{AllowUnencrypted="false"}',
            f'winrm set winrm/config/service/auth @{{Basic="{basic}"}}',
            'winrm set winrm/config/service/auth @{Negotiate="true"}',
        ),
    )


def _quotas() -> Item:
    lines = tuple(f'winrm set winrm/config/winrs @{{{quota.name}="{quota.least}"}}' for quota in QUOTAS)
    text = " ".join(f"{quota.name}: {quota.why}." for quota in QUOTAS)
    return Item("quotas", "Raise the quotas of remote shells", text, lines)


def _second_hop(node: Node) -> Iterable[Item]:
    if node.second_hop == "credssp":
        text = (
            "For Exchange's cmdlets and dnscmd alone. The node gets the account's password for as long as they run; "
            "Windows Server 2003 cannot do this."
        )
        line = 'winrm set winrm/config/service/auth @{CredSSP="true"}'
        yield Item("second-hop", "Take credentials on (CredSSP)", text, (line,))
    elif node.second_hop == "kerberos":
        text = (
            "Trust this computer's account for delegation to the services that the cmdlets ask (Active Directory Users "
            "and Computers, Delegation). It works only while the node's HOST name is on its own account."
        )
        yield Item("second-hop", "Let the node ask on (Kerberos delegation)", text)


def _account(node: Node) -> Item:
    account = node.credential.username
    text = (
        "The cluster product's commands and the task scheduler ask for a local administrator. It must not be a domain "
        "administrator: what it needs in the directory, manage.py directory delegation prints."
    )
    return Item(
        "account",
        f"Let {account} in",
        text,
        (cmd_line(("net", "localgroup", "Administrators", _for_windows(account), "/add")),),
    )


def _for_windows(account: str) -> str:
    """`user@domain` as `net localgroup` takes it: `domain\\user`."""
    user, at, domain = account.partition("@")
    return f"{domain}\\{user}" if at else account


def _firewall(node: Node, machine: Machine, consoles: Sequence[str]) -> Item:
    port, addresses = str(node.port), ",".join(consoles)
    if machine.windows == "2003":
        rule = (
            "protocol=TCP",
            f"port={port}",
            "name=Changeover",
            "mode=ENABLE",
            "scope=CUSTOM",
            f"addresses={addresses}",
        )
        line = cmd_line(("netsh", "firewall", "set", "portopening", *rule))
    else:
        rule = (
            "name=Changeover",
            "dir=in",
            "action=allow",
            "protocol=TCP",
            f"localport={port}",
            f"remoteip={addresses}",
        )
        line = cmd_line(("netsh", "advfirewall", "firewall", "add", "rule", *rule))
    text = "Only the hosts of the console's workers need to reach it; a firewall in between must let them through too."
    return Item("firewall", f"Let the console through to port {port}", text, (line,))


def _clock() -> Item:
    text = "By the domain's time; signatures and Kerberos take 300 s at most."
    lines = ("w32tm /config /syncfromflags:domhier /update", "w32tm /resync")
    return Item("clock", "Set the clock", text, lines)


def _tools(machine: Machine, folder: str) -> Item:
    own = [tool for tool in tools(machine) if not tool.source.startswith("It is part of Windows: ")]
    text = " ".join(f"{tool.name} ({tool.use}): {tool.source}" for tool in own)
    if folder:
        text += rf" The cluster product's commands: {folder}\bin must be in the PATH of the system."
    return Item("tools", "Have the tools", text.strip() or "All of them are part of Windows.")
