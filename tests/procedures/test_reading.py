"""A procedure's file is read strictly: what is wrong is named with its line, and a part inherits what it leaves out."""

from pathlib import Path

import pytest

from console.catalog import CatalogError
from console.catalog.loader import load_procedure
from console.domain.procedures import Mode, Procedure, Side
from console.domain.procedures.model import Sort, sort_of

GOOD = """key: t
title: T
generation: "2003"
chapter: C
section: S
steps:
  - at: "1"
    key: one
    title: One
    side: both
    mode: checked
    by: group.online
    remedy: Do it.
    until: [two]
    items:
      - {at: A, title: "Part"}
      - {at: A.important.1, title: "Fact", side: dns, by: dns.record, remedy: Make it.}
      - {at: A.important.2, title: "Other", mode: confirmed, reason: "Because."}
  - at: "2"
    key: two
    title: Two
    side: primary
    mode: automated
    by: group.owner
    does: group.move
    remedy: Do that.
    needs: [one]
"""


def read(folder: Path, text: str) -> Procedure:
    path = folder / "t.yaml"
    path.write_text(text, encoding="utf-8")
    return load_procedure(path)


def test_a_part_says_only_what_differs(tmp_path: Path) -> None:
    steps = read(tmp_path, GOOD).by_key()
    part, fact, other = steps["one/A"], steps["one/A.important.1"], steps["one/A.important.2"]
    assert (part.at, part.sort, part.proof, part.side, part.remedy) == (
        "1.A",
        "lettered",
        "group.online",
        "both",
        "Do it.",
    )
    assert (fact.sort, fact.mode, fact.proof, fact.side) == (Sort.IMPORTANT, Mode.CHECKED, "dns.record", Side.DNS)
    assert (other.mode, other.proof, other.reason) == (Mode.CONFIRMED, "", "Because.")
    assert (fact.remedy, other.remedy) == ("Make it.", "")
    assert [step.depth for step in steps.values()] == [0, 1, 2, 2, 0]
    assert (steps["one"].until, steps["two"].needs) == (("two",), ("one",))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("title: T\n", "tilte: T\n", r"t\.yaml, line 2, tilte is no key here"),
        ("    remedy: Do that.\n", "", r"line 19, steps\[1\] lacks the key remedy"),
        ("side: primary", "side: left", r"line 22, steps\[1\]\.side must be one of primary, standby"),
        ("side: dns", "side: left", r"line 17, steps\[0\]\.items\[1\]\.side must be one of"),
        ("mode: automated", "mode: checked", r"line 25, steps\[1\]\.does has a meaning only where"),
        ("    does: group.move\n", "", r"names '', which is none of the listed: group\.move"),
        ("by: group.owner", "by: group.moon", r"line 24, steps\[1\]\.by names 'group\.moon'"),
        ("by: group.owner", "by: 7", r"line 24, steps\[1\]\.by must be of type str, not int"),
        (', reason: "Because."', "", r"line 18, steps\[0\]\.items\[2\] lacks the reason"),
        ('reason: "Because."', 'reason: "B", by: dns.record', r"line 18, .*by has no meaning where a person confirms"),
        ("needs: [one]", "needs: [two]", r"line 27, steps\[1\]\.needs names 'two', which is none of the earlier: one"),
        ("until: [two]", "until: [one]", r"line 14, steps\[0\]\.until names 'one', which is none of the later: two"),
        ("at: A.important.2", "at: A.important.1", r"line 18, .*at must be a place that no other part"),
        ("at: A,", "at: first,", r"line 16, steps\[0\]\.items\[0\]\.at must be a place"),
        ('at: "2"', 'at: "3"', r"line 19, steps\[1\]\.at must be 2: steps are numbered without a gap"),
        ("key: two", "key: one", r"line 8, steps\[0\]\.key must be there once"),
        (", remedy: Make it.", "", r"line 17, steps\[0\]\.items\[1\] lacks a title or a remedy"),
        ("title: Two", "title: ''", r"line 19, steps\[1\] lacks a title or a remedy"),
        ("title: T\n", "title: T\ntitle: U\n", r"cannot be read: line 3: 'title' is given twice"),
        ("title: T\n", "title: !!python/none x\n", r"cannot be read: line 2: must be text"),
        ("title: T\n", "title: [\n", r"cannot be read: line \d+: this is not YAML"),
        ("key: t\n", "key: u\n", r"its key must be 't'"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, before: str, after: str, told: str) -> None:
    assert before in GOOD
    with pytest.raises(CatalogError, match=told) as caught:
        read(tmp_path, GOOD.replace(before, after, 1))
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("at", "sort"),
    [
        *(("A", Sort.LETTERED), ("a", Sort.LETTERED), ("C.3.1", Sort.NUMBERED), ("3", Sort.NUMBERED)),
        *(("bullet-2", Sort.BULLET), ("b.bullet-1", Sort.BULLET), ("note", Sort.NOTE)),
        *(("important", Sort.IMPORTANT), ("a.important.2", Sort.IMPORTANT), ("3.related", Sort.RELATED)),
        *(("AB", None), ("bullet-x", None), ("", None), ("A.", None)),
    ],
)
def test_a_place_tells_how_the_guide_marks_it(at: str, sort: Sort | None) -> None:
    assert sort_of(at) is sort
