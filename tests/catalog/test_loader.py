"""Catalog files are read strictly, and what is wrong is named with its file and line."""

from pathlib import Path

import pytest

from console.catalog import CatalogError, cluster_product, generation, generations
from console.catalog.loader import load
from console.domain.products import ClusterProduct, Generation

GOOD = """key = "t"
title = "T"
source = "S"
has_public_stores = true
mandatory_spn_classes = ["HOST"]
needs_x64 = false
windows = ["W"]

[[services]]
name = "A"
display = "B"
"""


def read(tmp_path: Path, text: str) -> Generation:
    path = tmp_path / "t.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, Generation)


def test_every_file_of_the_catalog_loads() -> None:
    assert [generation(key).key for key in generations()] == ["2003", "2007"]
    assert cluster_product("expresscluster").key == "expresscluster"


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    read_back = read(tmp_path, GOOD)
    assert read_back.services[0].display == "B"
    assert read_back.windows == ("W",)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('title = "T"', 'tilte = "T"', r"t\.toml, line 2, tilte is no key here"),
        ('title = "T"\n', "", r"lacks the key title"),
        ("needs_x64 = false", "needs_x64 = 0", r"line 6, needs_x64 must be of type bool, not int"),
        ('windows = ["W"]', 'windows = "W"', r"line 7, windows must be a list"),
        ('windows = ["W"]', "windows = [3]", r"line 7, windows\[0\] must be of type str"),
        ('display = "B"', 'dispaly = "B"', r"line 11, services\[0\]\.dispaly is no key"),
        (
            'display = "B"',
            'display = "B"\n[[services]]\nname = "C"\ndisplay = 4',
            r"line 14, services\[1\]\.display must be",
        ),
        ('[[services]]\nname = "A"\ndisplay = "B"', "", r"lacks the key services"),
        ('key = "t"', 'key = "u"', r"its key must be 't'"),
        ('key = "t"', "key = ", r"cannot be read"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, before: str, after: str, told: str) -> None:
    assert before in GOOD
    with pytest.raises(CatalogError, match=told) as caught:
        read(tmp_path, GOOD.replace(before, after))
    assert caught.value.remedy


@pytest.mark.parametrize("key", ["2010", "../exchange/2003", ""])
def test_an_unknown_key_says_what_there_is(key: str) -> None:
    with pytest.raises(CatalogError, match="it knows 2003, 2007"):
        generation(key)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be read"):
        load(tmp_path / "none.toml", ClusterProduct)
