"""Reads the catalog's TOML files strictly: what is unknown, missing or of the wrong type names its file and line."""

import dataclasses
import re
import tomllib
import typing
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from console.domain.errors import ChangeoverError
from console.domain.products import ClusterProduct, Generation

Shape = TypeVar("Shape")

FOLDER = Path(__file__).parent


class CatalogError(ChangeoverError):
    """A catalog file is wrong, or holds nothing under the key that was asked for."""

    remedy = "Correct the catalog file that the message names; the README beside it says what belongs there."


def generations() -> tuple[str, ...]:
    """The keys of the generations that the catalog knows."""
    return tuple(sorted(path.stem for path in (FOLDER / "exchange").glob("*.toml")))


@cache
def generation(key: str) -> Generation:
    """What the generation `key` (`2003`, `2007`) needs. Raises `CatalogError`."""
    return load(_path("exchange", key), Generation)


@cache
def cluster_product(key: str) -> ClusterProduct:
    """How the cluster product `key` is asked and told. Raises `CatalogError`."""
    return load(_path("drivers", key), ClusterProduct)


def load(path: Path, shape: type[Shape]) -> Shape:
    """The file as a `shape` (a dataclass). Raises `CatalogError`, naming the file, the line and the key."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"{path.name} cannot be read: {error}") from error
    filled: Shape = _Reader(path.name, text).fill(shape, raw, "")
    if getattr(filled, "key", path.stem) != path.stem:
        raise CatalogError(f"{path.name}: its key must be {path.stem!r}, as the file is called.")
    return filled


def _path(folder: str, key: str) -> Path:
    path = FOLDER / folder / f"{key}.toml"
    known = sorted(found.stem for found in (FOLDER / folder).glob("*.toml"))
    if key not in known:
        raise CatalogError(f"The catalog has no {folder}/{key}.toml; it knows {', '.join(known)}.")
    return path


class _Reader:
    """Turns the plain values of one file into dataclasses, knowing where each key stands."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = text.splitlines()

    def fill(self, shape: Any, raw: Any, place: str) -> Any:
        """`raw` as the dataclass `shape`."""
        if not isinstance(raw, dict):
            raise self.wrong(place, f"must be a table with the keys of {shape.__name__}")
        fields = {item.name: item for item in dataclasses.fields(shape)}
        for key in raw:
            if key not in fields:
                raise self.wrong(f"{place}{key}", f"is no key here; known are {', '.join(fields)}")
        for key, item in fields.items():
            if key not in raw and item.default is dataclasses.MISSING:
                raise self.wrong(place or self.name, f"lacks the key {key}")
        hints = typing.get_type_hints(shape)
        return shape(**{key: self.value(hints[key], value, f"{place}{key}") for key, value in raw.items()})

    def value(self, hint: Any, raw: Any, place: str) -> Any:
        """`raw` as the type `hint`."""
        if typing.get_origin(hint) is tuple:
            if not isinstance(raw, list):
                raise self.wrong(place, "must be a list")
            inner = typing.get_args(hint)[0]
            return tuple(self.value(inner, item, f"{place}[{index}]") for index, item in enumerate(raw))
        if dataclasses.is_dataclass(hint):
            return self.fill(hint, raw, f"{place}.")
        if type(raw) is not hint:
            raise self.wrong(place, f"must be of type {hint.__name__}, not {type(raw).__name__}")
        return raw

    def wrong(self, place: str, why: str) -> CatalogError:
        """The error for the key at `place`."""
        place = place.rstrip(".")
        line = self.line_of(place)
        return CatalogError(f"{self.name},{f' line {line},' if line else ''} {place} {why}.")

    def line_of(self, place: str) -> int:
        """The number of the line where the key at `place` stands; 0 when it cannot be found."""
        line = 0
        for part in place.split("."):
            key, _, rest = part.partition("[")
            tables = [n for n, text in enumerate(self.lines, 1) if n > line and text.strip() == f"[[{key}]]"]
            keys = [
                n for n, text in enumerate(self.lines, 1) if n > line and re.match(rf"\s*{re.escape(key)}\s*=", text)
            ]
            index = int(rest.rstrip("]")) if rest.rstrip("]").isdigit() else 0
            line = tables[index] if index < len(tables) else keys[0] if keys else 0
        return line
