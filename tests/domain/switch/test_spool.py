"""Long lists: what comes out is what went in, whether it fits into memory or not."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.directory import AttributeChange, EntryChange
from console.domain.switch import spool
from console.domain.switch.membership import MembershipDrift, compare
from console.domain.switch.spool import Changes, Sorted

LINES = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=8)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.lists(TEXTS, max_size=2).map(tuple)
ATTRIBUTES = st.builds(AttributeChange, st.sampled_from(["homeMDB", "homeMTA"]), VALUES, VALUES)
ENTRIES = st.builds(EntryChange, TEXTS, TEXTS, st.lists(ATTRIBUTES, max_size=3).map(tuple))


@given(st.lists(LINES), st.integers(1, 4))
def test_texts_come_out_in_order_and_each_once(texts: list[str], size: int) -> None:
    with patch.object(spool, "SLICE", size), Sorted(texts) as found:
        assert list(found) == sorted(set(texts))
        assert list(found) == sorted(set(texts))


@given(st.lists(ENTRIES), st.sampled_from([1, 40, 1 << 20]))
def test_changes_come_out_as_they_went_in(entries: list[EntryChange], kept: int) -> None:
    with patch.object(spool, "KEPT", kept), Changes() as found:
        for entry in entries:
            found.add(entry)
        assert len(found) == len(entries)
        assert list(found) == entries
        assert list(found) == entries


@given(st.frozensets(LINES), st.frozensets(LINES), st.integers(1, 4))
def test_lists_in_files_are_compared_like_lists_in_memory(
    planned: frozenset[str], now: frozenset[str], size: int
) -> None:
    with patch.object(spool, "SLICE", size), Sorted(planned) as then, Sorted(now) as later:
        assert compare(then, later) == MembershipDrift(len(now - planned), len(planned - now))


def test_the_files_are_gone_at_the_end() -> None:
    with Sorted(str(number) for number in range(spool.SLICE + 1)) as found:
        assert sum(1 for _ in found) == spool.SLICE + 1
    with pytest.raises(ValueError, match="closed"):
        list(found)
