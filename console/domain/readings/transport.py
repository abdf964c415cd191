"""Reads where Exchange 2007's transport keeps its queue: two keys in EdgeTransport.exe.config."""

from collections.abc import Mapping
from xml.parsers import expat

from console.domain.errors import Garbled

QUEUE_KEYS = ("QueueDatabasePath", "QueueDatabaseLoggingPath")
"""The keys of `<appSettings>` that the guide has changed (2007, step 12 D)."""
CONFIG = r"Bin\EdgeTransport.exe.config"
"""The file, below the folder of the installation."""
SIZE_LIMIT = 1_000_000
_PLACE = ("configuration", "appSettings", "add")


def transport_config(installed_at: str) -> str:
    """The whole path of the file of an installation."""
    return rf"{installed_at.rstrip(chr(92))}\{CONFIG}"


def read_queue_paths(text: str) -> Mapping[str, str]:
    """The values of the keys that are there, of `QUEUE_KEYS`. Raises `Garbled` for what is no such file.

    A document type is refused, since its entities could make a small file grow without end. Where a key is there
    twice, the last one counts, as it does for .NET.
    """
    if len(text) > SIZE_LIMIT:
        raise Garbled(f"EdgeTransport.exe.config has {len(text)} characters, more than a configuration has.")
    found: dict[str, str] = {}
    above: list[str] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        above.append(name)
        if tuple(above) == _PLACE and attributes.get("key") in QUEUE_KEYS:
            found[attributes["key"]] = attributes.get("value", "").strip()

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _: above.pop()
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(text.strip("\0\r\n \ufeff").encode(), True)
    except (expat.ExpatError, ValueError) as error:
        raise Garbled(
            f"EdgeTransport.exe.config is not well-formed XML ({error}).",
            remedy="Put the copy back that was made before the file was last changed, or mend it with an XML editor.",
        ) from error
    return found


def _refuse(*_: object) -> None:
    raise ValueError("it declares a document type")
