"""What an interpreted line acts on, and the command that does by hand what it was to do: read out of its arguments."""

import re
from dataclasses import dataclass

Arguments = tuple[str, ...]

CLUSTER_FOLDER = r"C:\WINDOWS\Cluster"
_FOLDERS = re.compile(r"%(clusterdir|systemroot|windir)%", re.IGNORECASE)
_HIVES = {"HKLM": "HKLM", "HKEY_LOCAL_MACHINE": "HKLM", "HKCR": "HKCR", "HKEY_CLASSES_ROOT": "HKCR"}
_TYPE = re.compile(r"REG_(?:SZ|EXPAND_SZ|MULTI_SZ|DWORD|BINARY)", re.IGNORECASE)
_WORD = re.compile(r'"([^"]*)"|(\S+)')
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]+", re.IGNORECASE)
_PROGRAM = re.compile(r".*\.(?:exe|cmd|bat)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Meant:
    """What a line acts on, and the command for it: none where the line does not say enough."""

    about: str
    argv: Arguments = ()


def regsvr32(arguments: Arguments) -> Meant:
    """Register the DLL that is named."""
    dll = _plain(_ending(_words(arguments), ".dll"))
    return Meant(_file(dll), ("regsvr32", "/s", dll) if dll else ())


def cladmreg(arguments: Arguments) -> Meant:
    """Register the DLL that is named with the cluster."""
    dll = _plain(_ending(_words(arguments), ".dll")) or "excluadm.dll"
    return Meant(_file(dll), ("cladmreg", "/q", dll))


def unregistered(arguments: Arguments) -> Meant:
    """Take back the registration of the DLL that is named, with COM or with the cluster."""
    words = _words(arguments)
    dll = _plain(_ending(words, ".dll"))
    program = ("cladmreg", "/u") if any("cladmreg" in word.casefold() for word in words) else ("regsvr32", "/u", "/s")
    return Meant(_file(dll), (*program, dll) if dll else ())


def resource_type_gone(arguments: Arguments) -> Meant:
    """Delete the resource type that is named."""
    name = _first(arguments)
    return Meant(name, ("cluster", "resourcetype", name, "/delete") if name else ())


def resource_type(arguments: Arguments) -> Meant:
    """Create the resource type that is named, with its DLL."""
    dll = _ending(arguments, ".dll")
    name = next((text for text in arguments if text and text != dll and not _NUMBER.fullmatch(text)), "")
    if not name or not dll:
        return Meant(name or "a resource type")
    options = ("/create", f"/DllName:{_file(dll)}", f"/type:{name}")
    return Meant(name, ("cluster", "resourcetype", name, *options))


def registry_value(arguments: Arguments) -> Meant:
    """Write the value, or make the key when no value is named."""
    key, rest = _key(tuple(_expanded(text) for text in arguments))
    if not key:
        return Meant(next((text for text in arguments if text), "a registry value"))
    kind = next((text.upper() for text in rest if _TYPE.fullmatch(text)), "")
    plain = [text for text in rest if not _TYPE.fullmatch(text)]
    if not plain:
        return Meant(key, ("reg", "add", key, "/f"))
    name, data = plain[0], plain[1] if len(plain) > 1 else ""
    kind = kind or ("REG_DWORD" if _NUMBER.fullmatch(data) else "REG_SZ")
    value = ("/v", name) if name else ("/ve",)
    return Meant(rf"{key}\{name}" if name else key, ("reg", "add", key, *value, "/t", kind, "/d", data, "/f"))


def registry_key_gone(arguments: Arguments) -> Meant:
    """Delete the key, or the value when one is named."""
    key, rest = _key(arguments)
    value = ("/v", rest[0]) if rest and rest[0] else ()
    about = key or _first(arguments)
    return Meant(about, ("reg", "delete", key, *value, "/f") if key else ())


def process(arguments: Arguments) -> Meant:
    """Run the command line that is named."""
    line = next((text for text in arguments if _PROGRAM.match(text)), "")
    argv = _words((line,))
    if not argv or not _PROGRAM.fullmatch(argv[0]):
        return Meant(line or "; ".join(filter(None, arguments)))
    return Meant(argv[0], argv)


def share(arguments: Arguments) -> Meant:
    """Share a folder: `server;name;folder;rights;remark`."""
    named = [text for text in arguments if text != "."]
    name, folder = (*named, "", "")[:2]
    return Meant(name, ("net", "share", f"{name}={folder}") if folder else ())


def copied(arguments: Arguments) -> Meant:
    """Copy a file to where it is named."""
    source, target = (*arguments, "", "")[:2]
    return Meant(_file(source), ("copy", "/y", source, _expanded(target)) if target else ())


def folder(arguments: Arguments) -> Meant:
    """Make a folder."""
    name = _expanded(_first(arguments))
    return Meant(name, ("mkdir", name) if name else ())


def stopped(arguments: Arguments) -> Meant:
    """Stop a service."""
    return _service("stop", arguments)


def started(arguments: Arguments) -> Meant:
    """Start a service."""
    return _service("start", arguments)


def anything(arguments: Arguments) -> Meant:
    """What no row knows: its arguments as they stand, and no command."""
    return Meant("; ".join(text for text in arguments if text))


def _service(act: str, arguments: Arguments) -> Meant:
    name = _first(arguments)
    return Meant(name, ("net", act, name) if name else ())


def _first(arguments: Arguments) -> str:
    return next((text for text in arguments if text not in ("", ".")), "")


def _key(arguments: Arguments) -> tuple[str, Arguments]:
    """The key with its hive in front, and the arguments after it; no hive, no key."""
    for index, text in enumerate(arguments):
        hive, _, below = text.partition("\\")
        if known := _HIVES.get(hive.upper()):
            rest = arguments[index + 1 :]
            below, rest = (below, rest) if below else (rest[0] if rest else "", rest[1:])
            return rf"{known}\{below.strip(chr(92))}", rest
        if text.upper().startswith(("SYSTEM\\", "SOFTWARE\\")):
            return rf"HKLM\{text.rstrip(chr(92))}", arguments[index + 1 :]
    return "", ()


def _expanded(text: str) -> str:
    """The folders of Windows that set-up scripts name by a variable, at their usual place."""
    return _FOLDERS.sub(lambda match: CLUSTER_FOLDER if match[1].casefold() == "clusterdir" else r"C:\WINDOWS", text)


def _words(arguments: Arguments) -> Arguments:
    return tuple(quoted or bare for text in arguments for quoted, bare in _WORD.findall(text))


def _ending(texts: Arguments, end: str) -> str:
    return next((text for text in texts if text.casefold().endswith(end)), "")


def _plain(path: str) -> str:
    """A path as it is; of one that begins with what the set-up alone knows, the file's name."""
    return _file(path) if "%" in path else path


def _file(path: str) -> str:
    return path.rpartition("\\")[2]
