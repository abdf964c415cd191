"""reg.exe as it reads a node's registry: query, with /s, /v and /ve, in the layout of each Windows."""

from collections.abc import Iterable

from console.lab.cmd.interpreter import Interpreter
from console.lab.cmd.registry_writing import DENIED, NOT_FOUND
from console.lab.mscs.hive import ROOT, hive
from console.lab.registry import Key, Registry


def query(cmd: Interpreter, arguments: list[str]) -> int:
    """Answer `reg query KEY [/s] [/v NAME | /ve]`: 0, or 1 with a sentence when there is no such key or value."""
    if cmd.process.node.faulty(DENIED):
        cmd.process.err("ERROR: Access is denied.")
        return 1
    path = arguments[1] if len(arguments) > 1 else ""
    options = [word.casefold() for word in arguments[2:]]
    only = "" if "/ve" in options else arguments[options.index("/v") + 3] if "/v" in options[:-1] else None
    with cmd.process.world.lock:
        registry = _registry(cmd, path)
        keys = list(registry.below(path))
        deep = "/s" in options
        shown = keys if deep else [key for key in keys if key.path.casefold() == Registry.full(path).casefold()]
        children = [] if deep or only is not None else registry.children(path)
    if not keys or (only is not None and not any(only.casefold() in key.values for key in shown)):
        cmd.process.err(NOT_FOUND)
        return 1
    old = cmd.process.node.definition.windows == "2003"
    for line in _page(shown, children, only, old=old):
        cmd.process.out(line)
    return 0


def _registry(cmd: Interpreter, path: str) -> Registry:
    inside = Registry.full(path).casefold() + "\\"
    return hive(cmd.process.node) if inside.startswith(ROOT.casefold() + "\\") else cmd.process.node.registry


def _page(keys: list[Key], children: list[str], only: str | None, *, old: bool) -> Iterable[str]:
    """What is printed: Windows 2003 has a heading, and tabs between the columns."""
    between = "\t" if old else "    "
    nameless = "<NO NAME>" if old else "(Default)"
    if old:
        yield "\n! REG.EXE VERSION 3.0"
    for key in keys:
        yield f"\n{key.path}"
        for name, value in key.values.values():
            if only is None or name.casefold() == only.casefold():
                yield f"    {name or nameless}{between}{value.kind}{between}{value.text}"
    if children:
        yield ""
    yield from children
