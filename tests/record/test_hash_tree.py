"""The hash tree by itself: every leaf has a path to the root, and nothing else has."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.hash_tree import path, root
from console.domain.verify_record import root_of


def hashes(count: int) -> list[str]:
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


@given(st.integers(1, 300), st.data())
def test_every_leaf_leads_to_the_root_by_its_path(count: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, count - 1))
    leaves = hashes(count)
    assert root_of(leaves[index], index, count, path(leaves, index)) == root(leaves)


@given(st.integers(2, 100), st.data())
def test_a_path_leads_from_no_other_place_and_no_other_leaf(count: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, count - 1))
    other = data.draw(st.integers(0, count - 1).filter(lambda number: number != index))
    leaves = hashes(count)
    assert root_of(leaves[other], index, count, path(leaves, index)) != root(leaves)
    assert root_of(leaves[index], other, count, path(leaves, index)) != root(leaves)


@pytest.mark.parametrize("wrong", [[], ["00" * 32], ["no hash"], None])
def test_a_path_that_is_damaged_leads_nowhere(wrong: list[str] | None) -> None:
    leaves = hashes(7)
    whole = path(leaves, 3)
    damaged = [*whole, "00" * 32] if wrong is None else wrong
    assert root_of(leaves[3], 3, 7, damaged) != root(leaves)


def test_a_leaf_is_not_taken_for_a_node() -> None:
    leaves = hashes(4)
    above = hashlib.sha256(
        b"\1" + b"".join(hashlib.sha256(b"\0" + bytes.fromhex(each)).digest() for each in leaves[:2])
    ).hexdigest()
    assert root_of(above, 0, 2, path(leaves, 0)[1:]) != root(leaves)
