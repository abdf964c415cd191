"""Puts new paths into EdgeTransport.exe.config of Exchange 2007, leaving every other byte of it as it was.

The parser says where the elements begin; only the values of the two keys are written anew there, so that comments,
blanks, encoding and a byte order mark stay. What cannot be changed so is refused as a whole.
"""

import re
from collections.abc import Sequence
from xml.parsers import expat
from xml.sax.saxutils import escape

from console.domain.errors import Garbled
from console.domain.readings.transport import QUEUE_KEYS, read_queue_paths

_MARK = "\ufeff"
_DECLARED = re.compile(r"""\A<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_VALUE = re.compile(r"""(?P<before>\svalue\s*=\s*)(?P<quote>["'])(?P<value>.*?)(?P=quote)""", re.DOTALL)
_TAG = re.compile(r"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_PLACE = ["configuration", "appSettings", "add"]
REMEDY = "Mend the file on the node with an XML editor, or put back a copy from before; nothing was written."


def with_queue(text: str, folder: str) -> str:
    """The file's text with both keys naming `folder`. Raises `Garbled` for a file that this cannot be done to.

    `text` is the whole file as it was read, its byte order mark with it. The file must have each key once.
    """
    declared = _DECLARED.match(text.removeprefix(_MARK))
    if declared and declared[1].casefold() not in ("utf-8", "us-ascii") and not text.isascii():
        told = f"EdgeTransport.exe.config is written in {declared[1]}, not in UTF-8, and is not plain ASCII."
        raise Garbled(told, remedy=REMEDY)
    read_queue_paths(text)
    changed = text
    for start, end in sorted((_tag(text, key) for key in QUEUE_KEYS), reverse=True):
        changed = changed[:start] + _with_value(changed[start:end], folder) + changed[end:]
    if set(read_queue_paths(changed).values()) != {folder}:
        raise Garbled("EdgeTransport.exe.config would not say what it is to say.", remedy=REMEDY)
    return changed


def _tag(text: str, key: str) -> tuple[int, int]:
    """Where the element of that key begins and ends in the text. Raises `Garbled` unless it is there once."""
    found = [place for place, named in _elements(text) if named == key]
    if len(found) != 1:
        times = "does not have" if not found else f"has {len(found)} times"
        raise Garbled(f"EdgeTransport.exe.config {times} the key {key} in its appSettings.", remedy=REMEDY)
    tag = _TAG.match(text, found[0])
    if tag is None or not _VALUE.search(tag[0]):
        raise Garbled(f"The key {key} of EdgeTransport.exe.config has no value.", remedy=REMEDY)
    return tag.span()


def _elements(text: str) -> Sequence[tuple[int, str]]:
    """Each `<add>` of the appSettings: where it begins in the text, and its key."""
    parser = expat.ParserCreate("utf-8")
    data = text.encode()
    above: list[str] = []
    found: list[tuple[int, str]] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        above.append(name)
        if above == _PLACE:
            place = len(data[: parser.CurrentByteIndex].decode())
            found.append((place, attributes.get("key", "")))

    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _: above.pop()
    parser.Parse(data, True)
    return found


def _with_value(tag: str, folder: str) -> str:
    """The tag with the value in the quotes that it has."""
    found = _VALUE.search(tag)
    if found is None:
        raise Garbled("A key of EdgeTransport.exe.config has no value.", remedy=REMEDY)
    value = escape(folder, {found["quote"]: "&quot;" if found["quote"] == '"' else "&apos;"})
    return tag[: found.start("value")] + value + tag[found.end("value") :]
