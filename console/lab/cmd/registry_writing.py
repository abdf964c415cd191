"""reg.exe as it changes a node's registry: add, delete, import. Its exit code is 0, or 1 with a sentence."""

import re
from collections.abc import Iterator

from console.lab.cmd.interpreter import Interpreter
from console.lab.disk import DiskError
from console.lab.registry import Registry

DENIED = "registry-denied"
"""The fault with which nobody reads or writes the registry."""
DONE = "The operation completed successfully."
NOT_FOUND = "ERROR: The system was unable to find the specified registry key or value."
WRONG = 'ERROR: Invalid syntax.\nType "REG ADD /?" for usage.'
NO_REG_FILE = "ERROR: Error opening the file. There may be a disk or file system error."
HEADERS = ("REGEDIT4", "Windows Registry Editor Version 5.00")

_SECTION = re.compile(r"^\[(?P<gone>-?)(?P<key>.+)\]$")
_VALUE = re.compile(r'^(?P<name>@|"(?:\\.|[^"\\])*")=(?P<text>.*)$')
_HEX = re.compile(r"^hex(?:\((?P<kind>[0-9a-f])\))?:(?P<bytes>.*)$", re.IGNORECASE)
_KINDS = {None: "REG_BINARY", "2": "REG_EXPAND_SZ", "7": "REG_MULTI_SZ"}


def change(cmd: Interpreter, arguments: list[str]) -> int | None:
    """Carry out `add`, `delete` or `import`; None for another word."""
    act = _ACTS.get(arguments[0].casefold()) if arguments else None
    if act is None:
        return None
    if cmd.process.node.faulty(DENIED) or not cmd.process.administrator:
        cmd.process.err("ERROR: Access is denied.")
        return 1
    with cmd.process.world.lock:
        return act(cmd, arguments[1:])


def _say(cmd: Interpreter, text: str) -> int:
    """A sentence, and the exit code that goes with it."""
    (cmd.process.out if text == DONE else cmd.process.err)(text)
    return 0 if text == DONE else 1


def _options(words: list[str]) -> dict[str, str]:
    """Options with what follows them: `/v NAME` as v to NAME, `/f` as f to an empty text."""
    found: dict[str, str] = {}
    for place, word in enumerate(words):
        if word.startswith("/") and len(word) in (2, 3):
            following = words[place + 1] if place + 1 < len(words) else "/"
            found[word[1:].casefold()] = "" if word.casefold() in ("/f", "/ve", "/va") else following
    return found


def _add(cmd: Interpreter, words: list[str]) -> int:
    options = _options(words[1:])
    if not words or "f" not in options or ("v" in options and "d" not in options):
        return _say(cmd, WRONG)
    registry = cmd.process.node.registry
    registry.add(words[0])
    if "v" in options:
        kind = options.get("t", "REG_SZ").upper()
        text = options["d"] if kind != "REG_DWORD" else hex(int(options["d"], 0))
        _write(cmd, registry, words[0], options["v"], kind, text)
    return _say(cmd, DONE)


def _delete(cmd: Interpreter, words: list[str]) -> int:
    options = _options(words[1:])
    if not words or "f" not in options:
        return _say(cmd, WRONG)
    gone = cmd.process.node.registry.delete(words[0], options.get("v"))
    if gone:
        _record(cmd, words[0], options.get("v", ""), "deleted")
    return _say(cmd, DONE if gone else NOT_FOUND)


def _import(cmd: Interpreter, words: list[str]) -> int:
    path = cmd.process.node.disk.absolute(words[0], cmd.process.folder) if words else ""
    try:
        data = cmd.process.node.disk.read(path)
    except (DiskError, IndexError):
        return _say(cmd, NO_REG_FILE)
    unicode = data.startswith(b"\xff\xfe")
    text = data.decode("utf-16" if unicode else "latin-1")
    if not text.startswith(HEADERS):
        return _say(cmd, NO_REG_FILE)
    registry, key = cmd.process.node.registry, ""
    for line in _lines(text):
        section, value = _SECTION.match(line), _VALUE.match(line)
        if section and section["gone"]:
            registry.delete(section["key"])
            _record(cmd, section["key"], "", "deleted")
        elif section:
            key = section["key"]
            registry.add(key)
        elif value and key:
            _take(cmd, registry, key, value["name"], value["text"], wide=not text.startswith("REGEDIT4"))
    return _say(cmd, DONE)


def _lines(text: str) -> Iterator[str]:
    """The lines after the header; one that ends with a backslash goes on in the next."""
    held = ""
    for line in text.splitlines()[1:]:
        held += line.strip()
        if held.endswith("\\"):
            held = held[:-1]
            continue
        yield held
        held = ""


def _take(cmd: Interpreter, registry: Registry, key: str, name: str, text: str, *, wide: bool) -> None:
    """One value of a .reg file; `wide` has its expandable strings in UTF-16."""
    plain = "" if name == "@" else _unescaped(name)
    coded = _HEX.match(text)
    if text == "-":
        registry.delete(key, plain)
        _record(cmd, key, plain, "deleted")
    elif text.startswith('"'):
        _write(cmd, registry, key, plain, "REG_SZ", _unescaped(text))
    elif text.startswith("dword:"):
        _write(cmd, registry, key, plain, "REG_DWORD", hex(int(text[6:], 16)))
    elif coded:
        raw = bytes(int(pair, 16) for pair in coded["bytes"].split(",") if pair.strip())
        kind = _KINDS.get(coded["kind"], "REG_BINARY")
        shown = raw.decode("utf-16-le" if wide else "latin-1").rstrip("\0") if kind != "REG_BINARY" else raw.hex()
        _write(cmd, registry, key, plain, kind, shown.replace("\0", r"\0"))


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _write(cmd: Interpreter, registry: Registry, key: str, name: str, kind: str, text: str) -> None:
    before = registry.get(key, name)
    registry.set(key, name, text, kind)
    _record(cmd, key, name, f"{kind} {text}", f"{before.kind} {before.text}" if before else "")


def _record(cmd: Interpreter, key: str, name: str, after: str, before: str = "") -> None:
    subject = f"{Registry.full(key)}\\{name}".rstrip("\\")
    cmd.process.world.record("registry", subject, before, after, node=cmd.process.node.name, by=cmd.process.user)


_ACTS = {"add": _add, "delete": _delete, "import": _import}
