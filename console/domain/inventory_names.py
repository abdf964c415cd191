"""What a single name, address or number of the inventory must look like: each check says what is wrong, or None."""

import ipaddress
import re
from collections.abc import Iterable

from console.domain.errors import Unquotable
from console.domain.quoting import cmd_line

_TITLE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,61}[A-Za-z0-9])?")
_COMPUTER = re.compile(r"(?!\d+$)[A-Za-z0-9](?:[A-Za-z0-9_-]{0,13}[A-Za-z0-9])?")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_DRIVE = re.compile(r"[D-Zd-z]:")
_SPN_CLASS = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_SERVICE = re.compile(r"[A-Za-z0-9$](?:[A-Za-z0-9 ._$-]{0,78}[A-Za-z0-9$])?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VAULT = re.compile(r"[\w.@+-]+(?:/[\w.@+-]+)+#[\w.@+-]+", re.ASCII)
_FOLDER = re.compile(r'[A-Za-z]:\\[^"%!<>|?*/:\x00-\x1f]*')

Complaint = tuple[str, str]
"""What is wrong, and what to do."""

GREETING_PROTOCOLS = ("smtp", "pop3", "imap", "http")


def title(text: str) -> Complaint | None:
    """A name that people give: it stands in addresses of pages and is typed to confirm."""
    if _TITLE.fullmatch(text):
        return None
    return (
        f"{text!r} is not a name that can be used here.",
        "Use 1 to 63 letters, digits, blanks, dots, hyphens or underscores, with a letter or digit at both ends.",
    )


def computer_name(text: str) -> Complaint | None:
    """A NetBIOS computer name that DNS can carry too (RFC 1123, and the underscore that Windows allows)."""
    if _COMPUTER.fullmatch(text):
        return None
    return (
        f"{text!r} is not a computer name.",
        "Give the name that `hostname` prints on the machine: at most 15 letters, digits, hyphens or underscores, "
        "not digits alone, with a letter or digit at both ends.",
    )


def is_ip(text: str) -> bool:
    """Whether `text` is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def endpoint(text: str) -> Complaint | None:
    """A host and a port, `dc2.example.com:636`."""
    name, _, number = text.rpartition(":")
    if host(name) is None and number.isascii() and number.isdecimal() and 0 < int(number) < 65536:
        return None
    return f"{text!r} is not a host with its port.", "Write it as dc2.example.com:636."


def host(text: str) -> Complaint | None:
    """An IP address or a DNS name (RFC 1123); what looks like a broken IPv4 address is no name."""
    labels = text.removesuffix(".").split(".")
    broken_ip = re.fullmatch(r"[0-9.]+", text) is not None
    if is_ip(text) or (len(text) <= 253 and not broken_ip and all(map(_LABEL.fullmatch, labels))):
        return None
    return (
        f"{text!r} is neither an IP address nor a DNS name.",
        "Give an IP address, or a name of labels of 1 to 63 letters, digits and hyphens with dots between them.",
    )


def group(text: str) -> Complaint | None:
    """The name of a failover group, which becomes part of commands; each product has a rule of its own beside this."""
    try:
        cmd_line(("cluster", text))
    except Unquotable as error:
        return f"{text!r} cannot be passed to a command: {error.message}", error.remedy
    if text.strip() == text and 0 < len(text) <= 255 and not text.startswith(("-", "/")):
        return None
    remedy = "Give its name as the cluster product shows it: at most 255 characters, without blanks around it."
    return f"{text!r} is not the name of a failover group.", remedy


def drive(text: str) -> Complaint | None:
    """The drive of a switching partition, never a floppy or the system drive."""
    if _DRIVE.fullmatch(text):
        return None
    return (
        f"{text!r} is not the drive of a switching partition.",
        "Give a letter from D to Z and a colon, such as X:.",
    )


def port(number: int) -> Complaint | None:
    """A TCP port."""
    if 1 <= number <= 65535:
        return None
    return (f"{number} is not a TCP port.", "Give a number from 1 to 65535.")


def spn_class(text: str) -> Complaint | None:
    """The first part of a service principal name."""
    if _SPN_CLASS.fullmatch(text):
        return None
    return (f"{text!r} is not a service class.", "Give letters and digits only, such as exchangeMDB.")


def service(text: str) -> Complaint | None:
    """The key name of a Windows service."""
    if _SERVICE.fullmatch(text):
        return None
    return (f"{text!r} is not the name of a service.", "Give the name that `sc query` shows, such as IMAP4Svc.")


def greeting(text: str) -> Complaint | None:
    """A protocol with its port, such as `smtp:25`."""
    protocol, _, number = text.partition(":")
    if protocol in GREETING_PROTOCOLS and re.fullmatch("[0-9]{1,5}", number) and port(int(number)) is None:
        return None
    known = ", ".join(GREETING_PROTOCOLS)
    return (f"{text!r} is not a greeting to wait for.", f"Give one of {known}, a colon and a port, such as smtp:25.")


def variable(text: str) -> Complaint | None:
    """The name of an environment variable."""
    if _VARIABLE.fullmatch(text):
        return None
    return (
        "The name of the environment variable is not one.",
        "Give the variable's name, never the password itself: letters, digits and underscores.",
    )


def secret_path(text: str) -> Complaint | None:
    """The path of a file that holds a password."""
    if text.startswith("/") and "\0" not in text and len(text) <= 512:
        return None
    return ("The file with the password is not given by its full path.", "Give a path that begins with /.")


def vault_reference(text: str) -> Complaint | None:
    """Where in a vault a password is: the mount of its engine, the path of the secret, and the field."""
    if len(text) <= 512 and _VAULT.fullmatch(text) and not {".", ".."} & set(text.partition("#")[0].split("/")):
        return None
    return (
        "It does not say where in the vault the password is.",
        "Write MOUNT/PATH#FIELD, such as secret/exchange/nodes#password, in letters, digits and . _ - @ + alone.",
    )


def product_folder(text: str) -> Complaint | None:
    """The folder of a cluster product, or nothing where there is none."""
    return windows_folder(text) if text else None


def windows_folder(text: str) -> Complaint | None:
    """A folder on a node, by its full path, free of what cmd.exe would read as something else."""
    if len(text) <= 200 and _FOLDER.fullmatch(text):
        return None
    return (
        f"{text!r} is not a folder on a Windows server.",
        "Give a full path such as C:\\Program Files\\EXPRESSCLUSTER, without quotes, percent or exclamation marks.",
    )


def username(text: str) -> Complaint | None:
    """An account's name as the node or the directory takes it."""
    if text.strip() == text and 0 < len(text) <= 256 and text.isprintable():
        return None
    return ("The user name is empty or has blanks around it.", "Give it as DOMAIN\\user or user@domain.")


def one_of(text: str, choices: Iterable[tuple[str, str]]) -> Complaint | None:
    """One of the values of `choices`."""
    known = [value for value, _ in choices]
    if text in known:
        return None
    return (f"{text!r} is not known here.", f"Use {' or '.join(known)}.")
