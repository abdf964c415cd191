"""The runner on a small directory of its own: whatever it finds there, what may be changed is, and nothing else."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.kit.runner import Sent, apply_records, split

OLD, NEW, OTHER = "old", "new", "other"


def record(name: str) -> str:
    return f"dn: {name}\nchangetype: modify\ndelete: v\nv: {OLD}\n-\nadd: v\nv: {NEW}\n-\n"


class Small:
    """Objects with one value each; a record goes through where it is the old one."""

    def __init__(self, values: Sequence[str | None], tells: bool = True) -> None:
        self.values = {f"CN={number}": value for number, value in enumerate(values)}
        self.tells = tells
        self.sizes: list[int] = []

    def __call__(self, records: Sequence[str]) -> Sent:
        self.sizes.append(len(records))
        for passed, text in enumerate(records):
            name = text.splitlines()[0].removeprefix("dn: ")
            if self.values[name] != OLD:
                return Sent(32 if self.values[name] is None else 16, passed if self.tells else None)
            self.values[name] = NEW
        return Sent(0)


@given(
    st.lists(st.sampled_from([OLD, NEW, OTHER, None]), max_size=40),
    st.booleans(),
    st.integers(1, 9),
)
def test_it_changes_what_is_as_before_and_nothing_else(values: list[str | None], tells: bool, batch: int) -> None:
    small = Small(values, tells)
    done = apply_records([record(f"CN={n}") for n in range(len(values))], small, batch=batch)
    assert list(small.values.values()) == [NEW if value == OLD else value for value in values]
    kept = {conflict.number - 1 for conflict in done.conflicts}
    assert kept >= {number for number, value in enumerate(values) if value != OLD}
    assert not tells or kept == {number for number, value in enumerate(values) if value != OLD}
    assert done.untried == 0
    assert all(conflict.record == record(f"CN={conflict.number - 1}") for conflict in done.conflicts)


@pytest.mark.parametrize("passed", [-1, 3, 99])
def test_a_place_that_cannot_be_is_not_believed(passed: int) -> None:
    small = Small([OLD, OTHER, OLD])

    def confused(records: Sequence[str]) -> Sent:
        sent = small(records)
        return Sent(sent.code, passed if len(records) > 1 else None) if sent.code else sent

    done = apply_records([record(f"CN={n}") for n in range(3)], confused)
    assert list(small.values.values()) == [NEW, OTHER, NEW]
    assert [conflict.number for conflict in done.conflicts] == [1, 2]


def test_it_stops_when_its_time_is_over_and_says_how_many_were_not_tried() -> None:
    small, left = Small([OLD] * 10), iter([True, True, False])
    done = apply_records([record(f"CN={n}") for n in range(10)], small, batch=3, time_left=lambda: next(left))
    assert (done.applied, done.untried, small.sizes) == (6, 4, [3, 3])


def test_a_batch_that_goes_through_is_sent_once() -> None:
    small = Small([OLD] * 10)
    apply_records([record(f"CN={n}") for n in range(10)], small, batch=4)
    assert small.sizes == [4, 4, 2]


def test_records_are_cut_at_empty_lines_whatever_the_line_ends() -> None:
    text = "version: 1\n# a comment\n\n\ndn: CN=a\n b\nv: 1\n\n# another\ndn: CN=c\nv: 2"
    wanted = ["dn: CN=a\n b\nv: 1\n", "dn: CN=c\nv: 2\n"]
    assert list(split(text)) == wanted
    assert list(split(text.replace("\n", "\r\n"))) == wanted
