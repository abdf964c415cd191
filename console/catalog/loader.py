"""Reads the catalog's files strictly: what is unknown, missing or of the wrong type names its file and line."""

import dataclasses
import re
import tomllib
import types
import typing
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from console.catalog import yaml_file
from console.domain.errors import ChangeoverError
from console.domain.findings import AREAS, FindingArea, FindingKind
from console.domain.procedures import Means, Procedure, WrittenProcedure, WrongStep, resolve
from console.domain.products import ClusterProduct, Generation

Shape = TypeVar("Shape")

FOLDER = Path(__file__).parent
DEFAULT_PRODUCT = "expresscluster"
"""The cluster product of an inventory that names none."""


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


def cluster_products() -> Mapping[str, ClusterProduct]:
    """Every cluster product that the catalog knows, by key; the one that an inventory means unless it says so first."""
    keys = sorted((path.stem for path in (FOLDER / "drivers").glob("*.toml")), key=lambda k: (k != DEFAULT_PRODUCT, k))
    return {key: cluster_product(key) for key in keys}


def driver_choices() -> list[tuple[str, str]]:
    """The cluster products, as a form offers them."""
    return [(key, product.title) for key, product in cluster_products().items()]


def procedures() -> tuple[str, ...]:
    """The keys of the procedures that the catalog knows."""
    return tuple(sorted(path.stem for path in (FOLDER / "procedures").glob("*.yaml")))


@cache
def procedure(key: str) -> Procedure:
    """The procedure `key`, with every step's own fields filled in. Raises `CatalogError`."""
    return load_procedure(_path("procedures", key, "yaml"))


@cache
def means() -> Means:
    """The proofs and actions that procedures may name. Raises `CatalogError`."""
    return load(FOLDER / "means.yaml", Means)


@cache
def finding_areas() -> tuple[FindingArea, ...]:
    """The areas that the doctor looks at, each with its kinds of findings. Raises `CatalogError`."""
    there = {path.stem: path for path in (FOLDER / "findings").glob("*.yaml")}
    if stray := set(there) - set(AREAS):
        raise CatalogError(f"findings/{min(stray)}.yaml is of no area; there are {', '.join(AREAS)}.")
    return tuple(load_area(there[key]) for key in AREAS if key in there)


@cache
def findings() -> Mapping[str, FindingKind]:
    """Every kind of finding by its code. Raises `CatalogError`."""
    return {kind.code: kind for area in finding_areas() for kind in area.findings}


def load_area(path: Path) -> FindingArea:
    """The area that a file holds. Raises `CatalogError`, naming the file, the line and the key."""
    reader, raw = _opened(path)
    area: FindingArea = _checked(path, reader.fill(FindingArea, raw, ""))
    for index, kind in enumerate(area.findings):
        twice = kind.code in {other.code for other in area.findings[:index]}
        if twice or not re.fullmatch(rf"{re.escape(area.key)}\.[a-z0-9-]+", kind.code):
            raise reader.wrong(f"findings[{index}].code", f"must be {area.key}. and a word that no other has")
    return area


def load_procedure(path: Path) -> Procedure:
    """The procedure that a file writes. Raises `CatalogError`, naming the file, the line and the key."""
    reader, raw = _opened(path)
    written: WrittenProcedure = _checked(path, reader.fill(WrittenProcedure, raw, ""))
    try:
        return resolve(written, means())
    except WrongStep as error:
        raise reader.wrong(error.place, error.why) from error


def load(path: Path, shape: type[Shape]) -> Shape:
    """The file as a `shape` (a dataclass). Raises `CatalogError`, naming the file, the line and the key."""
    reader, raw = _opened(path)
    filled: Shape = reader.fill(shape, raw, "")
    return _checked(path, filled)


def _opened(path: Path) -> tuple["_Reader", Any]:
    """Something that reads the file, and its plain values."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".yaml":
            values, lines = yaml_file.read(text)
            return _Reader(path.name, lines), values
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, yaml_file.WrongYaml) as error:
        raise CatalogError(f"{path.name} cannot be read: {error}") from error
    return _Reader(path.name, _TomlLines(text)), raw


def _checked(path: Path, filled: Shape) -> Shape:
    if getattr(filled, "key", path.stem) != path.stem:
        raise CatalogError(f"{path.name}: its key must be {path.stem!r}, as the file is called.")
    return filled


def _path(folder: str, key: str, kind: str = "toml") -> Path:
    path = FOLDER / folder / f"{key}.{kind}"
    known = sorted(found.stem for found in (FOLDER / folder).glob(f"*.{kind}"))
    if key not in known:
        raise CatalogError(f"The catalog has no {folder}/{key}.{kind}; it knows {', '.join(known)}.")
    return path


class _Reader:
    """Turns the plain values of one file into dataclasses, knowing where each key stands."""

    def __init__(self, name: str, line_of: Callable[[str], int]) -> None:
        self.name = name
        self.line_of = line_of

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
        if isinstance(hint, types.UnionType):
            return self.value(next(one for one in typing.get_args(hint) if one is not types.NoneType), raw, place)
        if issubclass(hint, StrEnum):
            if raw not in list(hint):
                raise self.wrong(place, f"must be one of {', '.join(hint)}")
            return hint(raw)
        if type(raw) is not hint:
            raise self.wrong(place, f"must be of type {hint.__name__}, not {type(raw).__name__}")
        return raw

    def wrong(self, place: str, why: str) -> CatalogError:
        """The error for the key at `place`."""
        place = place.rstrip(".")
        line = self.line_of(place)
        return CatalogError(f"{self.name},{f' line {line},' if line else ''} {place} {why}.")


class _TomlLines:
    """Finds where a key of a TOML file stands."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()

    def __call__(self, place: str) -> int:
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
