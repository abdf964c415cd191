"""The picture of a pair: two servers, the directory, and the group with its partition and address, as elements."""

from dataclasses import dataclass, replace
from itertools import accumulate
from unicodedata import east_asian_width

from django.utils.translation import gettext as _

from console.web.phrases import said

WIDTH, HEIGHT = 440, 336
SERVER_W, SERVER_H, SERVER_Y = 204, 92, 98
LEFT, RIGHT = 6, 230
MIDDLE = (WIDTH - SERVER_W) / 2
DIRECTORY_Y, DIRECTORY_H = 6, 50
GROUP_Y, GROUP_H = 230, 100
TITLE_LETTERS, SMALL_LETTERS = 18, 25


@dataclass(frozen=True)
class Part:
    """What is known of one thing, in words and in a tone."""

    words: str
    tone: str = "unknown"


@dataclass(frozen=True)
class Server:
    """A node, its part in the pair, and its services."""

    name: str
    role: str
    state: Part
    """Active, passive or unknown."""
    services: Part


@dataclass(frozen=True)
class Picture:
    """Everything that is drawn. Places are the names of nodes; empty: neither, or not known."""

    servers: tuple[Server, ...]
    group: str
    group_state: Part
    group_at: str
    partition: Part
    address: Part
    directory: Part
    directory_names: str
    carried: bool = False
    """Whether the directory names no node, because the server's name moves with the group."""
    heading: str = ""
    """The node that the group is on its way to, while it is moved."""
    turning: str = ""
    """The node that the directory is being pointed at."""


@dataclass(frozen=True)
class Box:
    """A frame around a part."""

    part: str
    x: float
    y: float
    width: float
    height: float
    tone: str


@dataclass(frozen=True)
class Label:
    """Words on one line, with the whole text where it had to be cut."""

    x: float
    y: float
    text: str
    strong: bool = False
    tone: str = ""


@dataclass(frozen=True)
class Sign:
    """The icon of a tone: colour is never alone."""

    x: float
    y: float
    tone: str


@dataclass(frozen=True)
class Link:
    """A line from one part to another; `moving` while it is being changed."""

    part: str
    x1: float
    y1: float
    x2: float
    y2: float
    tone: str
    moving: bool = False
    arrow: bool = False


Element = Box | Label | Sign | Link


def draw(picture: Picture) -> tuple[Element, ...]:
    """The elements of the picture, in the order in which they are painted."""
    return (*_links(picture), *_directory(picture), *_servers(picture), *_group(picture))


def in_words(picture: Picture) -> str:
    """The same for who does not see it: every thing that is drawn, in sentences."""
    told = {
        "group": picture.group,
        "state": said(picture.group_state.words),
        "place": _place(picture),
        "partition": said(picture.partition.words),
        "address": said(picture.address.words),
    }
    group = _(
        "The group %(group)s (%(state)s) %(place)s, with the partition (%(partition)s) and the address (%(address)s)."
    )
    directory = _("The directory: %(words)s.")
    if picture.turning:
        directory = _("The directory: %(words)s, and is being pointed at %(node)s.")
    where = {"words": said(picture.directory.words), "node": picture.turning}
    return " ".join([*map(_server_in_words, picture.servers), group % told, directory % where])


def _server_in_words(server: Server) -> str:
    told = {"name": server.name, "role": said(server.role), "state": said(server.state.words)}
    told["services"] = said(server.services.words)
    return _("%(name)s (%(role)s by design): %(state)s; services %(services)s.") % told


def _place(picture: Picture) -> str:
    if picture.heading:
        return _("is on its way to %(node)s") % {"node": picture.heading}
    if picture.group_at:
        return _("is on %(node)s") % {"node": picture.group_at}
    return _("is on neither node, or nobody knows where")


def cut(text: str, letters: int) -> str:
    """`text` where it fits, else its beginning and an ellipsis; a Chinese character or a kana is as wide as two."""
    widths = list(accumulate(2 if east_asian_width(letter) in "WF" else 1 for letter in text))
    if not widths or widths[-1] <= letters:
        return text
    return text[: sum(width < letters for width in widths)].rstrip() + "…"


def _columns(picture: Picture) -> dict[str, float]:
    """The left edge of each server by its name, whatever its case."""
    return {server.name.casefold(): x for server, x in zip(picture.servers, (LEFT, RIGHT), strict=False)}


def _middle_of(picture: Picture, name: str) -> float | None:
    x = _columns(picture).get(name.casefold())
    return None if x is None else x + SERVER_W / 2


def _both(picture: Picture) -> list[float]:
    return [x + SERVER_W / 2 for x in _columns(picture).values()]


def _links(picture: Picture) -> list[Element]:
    return [*_directory_links(picture), *_group_links(picture)]


def _directory_links(picture: Picture) -> list[Link]:
    """To the server that it names; to both, dashed, when that is not known; to none where there is nothing to name."""
    base = Link("directory", WIDTH / 2, DIRECTORY_Y + DIRECTORY_H, 0, SERVER_Y, picture.directory.tone)
    if picture.turning and (to := _middle_of(picture, picture.turning)) is not None:
        return [replace(base, x2=to, tone="running", moving=True, arrow=True)]
    if picture.carried:
        return []
    to = _middle_of(picture, picture.directory_names)
    if to is not None:
        return [replace(base, x2=to, arrow=True)]
    return [replace(base, x2=x, tone="unknown") for x in _both(picture)]


def _group_links(picture: Picture) -> list[Link]:
    """From the group to the server that has it."""
    base = Link("group", WIDTH / 2, GROUP_Y, 0, SERVER_Y + SERVER_H, picture.group_state.tone)
    if picture.heading and (to := _middle_of(picture, picture.heading)) is not None:
        return [replace(base, x2=to, tone="running", moving=True, arrow=True)]
    at = _middle_of(picture, picture.group_at)
    if at is not None:
        return [replace(base, x1=at, x2=at)]
    return [replace(base, x2=x, tone="unknown") for x in _both(picture)]


def _directory(picture: Picture) -> list[Element]:
    tone = "running" if picture.turning else picture.directory.tone
    return [
        Box("directory", MIDDLE, DIRECTORY_Y, SERVER_W, DIRECTORY_H, tone),
        *_titled(MIDDLE, DIRECTORY_Y + 20, said("Directory")),
        *_line(MIDDLE, DIRECTORY_Y + 40, replace(picture.directory, tone=tone)),
    ]


def _servers(picture: Picture) -> list[Element]:
    found: list[Element] = []
    for server, x in zip(picture.servers, (LEFT, RIGHT), strict=False):
        services = Part(f"{said('Services')} {said(server.services.words)}", server.services.tone)
        found += [
            Box("server", x, SERVER_Y, SERVER_W, SERVER_H, server.state.tone),
            *_titled(x, SERVER_Y + 21, server.name),
            Label(x + 12, SERVER_Y + 38, _("%(role)s by design") % {"role": said(server.role)}),
            *_line(x, SERVER_Y + 60, server.state),
            *_line(x, SERVER_Y + 80, services),
        ]
    return found


def _group(picture: Picture) -> list[Element]:
    x = MIDDLE if picture.heading else _columns(picture).get(picture.group_at.casefold(), MIDDLE)
    return [
        Box("group", x, GROUP_Y, SERVER_W, GROUP_H, picture.group_state.tone),
        *_titled(x, GROUP_Y + 21, picture.group),
        *_line(x, GROUP_Y + 43, picture.group_state),
        *_line(x, GROUP_Y + 64, picture.partition),
        *_line(x, GROUP_Y + 85, picture.address),
    ]


def _titled(x: float, y: float, text: str) -> list[Element]:
    return [Label(x + 12, y, cut(text, TITLE_LETTERS), strong=True)]


def _line(x: float, y: float, part: Part) -> list[Element]:
    return [Sign(x + 11, y - 12, part.tone), Label(x + 32, y, cut(said(part.words), SMALL_LETTERS), tone=part.tone)]
