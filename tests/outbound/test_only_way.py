"""Nothing leaves the console by another way: only these modules can open a connection at all."""

import ast

from tests.architecture.sources import modules

OPENERS = {
    *("create_connection", "open_connection", "create_server", "socketpair", "connect_ex"),
    *(
        "urlopen",
        "urlretrieve",
        "build_opener",
        "HTTPConnection",
        "HTTPSConnection",
        "PoolManager",
        "Session",
        "SMTP",
        "SMTP_SSL",
    ),
    *("IMAP4", "POP3", "FTP", "SysLogHandler", "HTTPHandler", "SMTPHandler", "SocketHandler", "DatagramHandler"),
}
MAY = {
    "console/adapters/outbound.py": "the way out, to places that the settings name",
    "console/adapters/greeting.py": "the floating address of a cluster of the inventory",
    "console/adapters/ldap/opening.py": "the directories of the inventory",
    "console/adapters/winrm/direct.py": "names the type of a session with a node, and opens none",
    "console/adapters/winrm/line.py": "goes on over a connection to a node that transport.py opened",
    "console/adapters/winrm/transport.py": "the nodes of the inventory",
    "console/demo/ready.py": "the demo asks its own processes, on loopback",
}
"""Beside pywinrm, which `console/adapters/winrm` alone may import."""


LIBRARIES = {
    "socket",
    "asyncio",
    "requests",
    "smtplib",
    "urllib",
    "http",
    "urllib3",
    "imaplib",
    "poplib",
    "ftplib",
    "logging",
}


def test_only_named_modules_can_open_a_connection() -> None:
    parts = {
        str(module): {name for node in ast.walk(module.tree) for name in _of_libraries(node)}
        for module in modules("console", "tasks")
        if module.area != "console.lab" and any(name in module.text for name in OPENERS)
    }
    assert {module for module, names in parts.items() if names & OPENERS} == MAY.keys()


def _of_libraries(node: ast.AST) -> set[str]:
    """The parts of these libraries that a reference or an import names."""
    if isinstance(node, ast.ImportFrom):
        ours = (node.module or "").split(".")[0] in LIBRARIES
        return {alias.name for alias in node.names} if ours else set()
    if isinstance(node, ast.Attribute):
        root: ast.AST = node
        while isinstance(root, ast.Attribute):
            root = root.value
        return {node.attr} if isinstance(root, ast.Name) and root.id in LIBRARIES else set()
    return set()
