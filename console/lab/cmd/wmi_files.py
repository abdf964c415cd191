"""What WMI tells of files (CIM_DataFile) and of the classes that DLLs serve (Win32_ClassicCOMClassSetting)."""

import re

from console.lab.cim import cim_date
from console.lab.disk import Item
from console.lab.images import version_of
from console.lab.state import Node

_CLASSES = r"HKLM\SOFTWARE\Classes\CLSID"
_TEXT = r"'((?:\\.|[^'\\])*)'"


def data_files(node: Node, text: str) -> list[dict[str, str]]:
    """The files of one folder, or those that the query `text` names in full; names come in small letters."""
    named = [_plain(found) for found in re.findall(rf"\bname={_TEXT}", text)]
    if named:
        items = [node.disk.item(node.disk.absolute(path)) for path in named]
        return [_file(item, item.data) for item in items if item is not None and item.data is not None]
    found = re.search(rf"drive='(\w:)' and path={_TEXT}", text)
    folder = node.disk.item(node.disk.absolute(found.group(1) + _plain(found.group(2)))) if found else None
    if folder is None or folder.data is not None:
        return []
    return [_file(item, item.data) for item in node.disk.listing(folder.path) if item.data is not None]


def _file(item: Item, data: bytes) -> dict[str, str]:
    name, dot, extension = item.path.rpartition("\\")[2].lower().rpartition(".")
    return {
        "Extension": extension if dot else "",
        "FileName": name if dot else extension,
        "FileSize": str(len(data)),
        "LastModified": cim_date(item.modified),
        "Name": item.path.lower(),
        "Version": version_of(data),
    }


def com_classes(node: Node, text: str) -> list[dict[str, str]]:
    """The classes whose InprocServer32 is one of those that the query names."""
    wanted = {_plain(found) for found in re.findall(rf"inprocserver32={_TEXT}", text)}
    classes = []
    for key in node.registry.below(_CLASSES):
        above, _, last = key.path.rpartition("\\")
        server = key.values.get("")
        if last.casefold() == "inprocserver32" and server and server[1].text.casefold() in wanted:
            classes.append({"ComponentId": above.rpartition("\\")[2], "InprocServer32": server[1].text})
    return classes


def _plain(text: str) -> str:
    """A text of the query language without its backslashes."""
    return re.sub(r"\\(.)", r"\1", text)
