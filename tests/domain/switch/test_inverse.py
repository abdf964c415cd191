"""What taking changes back means, value by value: by table, and for any history of one object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.directory import AttributeChange, EntryChange, Modified
from console.domain.ports import Entry
from console.domain.receipts import Kept, Receipt
from console.domain.switch.inverse import ObjectsBack, Overtaken, taken_back

SPN = "servicePrincipalName"


def change(attribute: str, before: Sequence[str], after: Sequence[str]) -> EntryChange:
    return EntryChange("CN=X", "g", (AttributeChange(attribute, tuple(before), tuple(after)),))


@pytest.mark.parametrize(
    ("attribute", "before", "after", "now", "back"),
    [
        ("homeMDB", ["A"], ["B"], ["B"], ["A"]),
        ("homeMDB", ["A"], ["B"], ["b"], ["A"]),
        ("homeMDB", ["A"], ["B"], ["A"], ["A"]),
        ("homeMDB", ["CN=A,DC=x"], ["CN=B,DC=x"], ["cn=b, dc=x"], ["CN=A,DC=x"]),
        ("msExchPatchMDB", [], ["TRUE"], ["TRUE"], []),
        ("msExchPatchMDB", [], ["TRUE"], [], []),
        ("homeMDB", ["A"], ["B"], ["C"], None),
        ("homeMDB", ["A"], ["B"], [], None),
        ("msExchPatchMDB", [], ["TRUE"], ["FALSE"], None),
        (SPN, ["HOST/A", "SMTP/A"], [], ["HOST/B"], ["HOST/B", "HOST/A", "SMTP/A"]),
        (SPN, ["HOST/A", "SMTP/A"], [], ["host/a"], ["host/a", "SMTP/A"]),
        (SPN, [], ["HOST/A"], ["HOST/A", "HOST/B"], ["HOST/B"]),
        (SPN, [], ["HOST/A"], ["HOST/B"], ["HOST/B"]),
    ],
)
def test_a_value_comes_back_only_where_the_written_one_still_stands(attribute, before, after, now, back):
    made = change(attribute, before, after)
    if back is None:
        with pytest.raises(Overtaken, match=attribute):
            taken_back(made, {attribute.casefold(): tuple(now)})
    else:
        assert taken_back(made, {attribute.casefold(): tuple(now)}) == {attribute.casefold(): tuple(back)}


@dataclass
class OneObject:
    """A directory of one object that carries changes out as compare-and-set."""

    values: dict[str, tuple[str, ...]]
    gone: bool = False
    reads: list[Any] = field(default_factory=list)

    def read(self, dn: str, attributes: Sequence[str]) -> Entry | None:
        self.reads.append(tuple(attributes))
        return None if self.gone else Entry("CN=X", "g", {a.casefold(): self.values.get(a, ()) for a in attributes})

    def modify(self, made: EntryChange) -> str:
        after = dict(self.values)
        for c in made.changes:
            held = set(after.get(c.attribute, ()))
            if not set(c.removed) <= held or set(c.added) & held:
                return "conflict"
            after[c.attribute] = tuple(sorted(held - set(c.removed) | set(c.added)))
        self.values = after
        return "applied"


def kept(number: int, step: str, made: EntryChange, outcome: str = "applied") -> Kept:
    return Kept(number, Receipt(step, "directory.apply", "", changes=(made,)), (Modified(outcome),))


def back_of(world: OneObject, *newest_first: Kept) -> ObjectsBack:
    back = ObjectsBack(world)  # type: ignore[arg-type]
    for receipt in newest_first:
        back.take(receipt)
    return back


def test_names_that_were_put_back_at_once_are_left_alone():
    world = OneObject({SPN: ("HOST/A",)})
    released, put_back = change(SPN, ["HOST/A"], []), change(SPN, [], ["HOST/A"])
    back = back_of(world, kept(2, "claim", put_back), kept(1, "release", released))
    assert (back.of("claim"), back.of("release"), back.overtaken()) == ([], [], [])


def test_what_was_certainly_not_applied_is_not_taken_back():
    world = OneObject({"homeMDB": ("C",)})
    for outcome in ("conflict", "refused", "missing", "unsent"):
        back = back_of(world, kept(1, "s", change("homeMDB", ["A"], ["B"]), outcome))
        assert (back.of("s"), back.overtaken()) == ([], [])


@pytest.mark.parametrize("now", ["A", "B"])
def test_what_is_in_doubt_is_decided_by_what_is_there(now):
    back = back_of(OneObject({"homeMDB": (now,)}), kept(1, "s", change("homeMDB", ["A"], ["B"]), "unknown"))
    assert [c.changes[0].after for c in back.of("s")] == ([("A",)] if now == "B" else [])


@pytest.mark.parametrize("world", [OneObject({"homeMDB": ("C",)}), OneObject({}, gone=True)])
def test_what_somebody_else_changed_or_removed_is_planned_as_recorded_for_the_directory_to_refuse(world):
    back = back_of(world, kept(1, "s", change("homeMDB", ["A"], ["B"])))
    assert back.of("s") == [change("homeMDB", ["B"], ["A"])]
    assert (len(back.overtaken()), back.refused()) == (1, {"s"})


NAMES = st.frozensets(st.sampled_from(["HOST/A", "HOST/B", "SMTP/A", "SMTP/B"]))
STEPS = st.lists(
    st.tuples(st.sampled_from(["homeMDB", SPN]), st.sampled_from("ABC"), NAMES, NAMES, st.booleans()), max_size=8
)


def _planned(world: Mapping[str, tuple[str, ...]], drawn: Any) -> EntryChange:
    """A change that starts from what is there, as one that was planned from an observation does."""
    attribute, value, goes, comes, _ = drawn
    held = world.get(attribute, ())
    if attribute == "homeMDB":
        return change(attribute, held, [value])
    removed = tuple(v for v in held if v in goes)
    return change(attribute, removed, [v for v in comes if v not in held])


@given(STEPS)
def test_any_history_of_one_object_is_taken_back_whole(history):
    world = OneObject({"homeMDB": ("A",), SPN: ("HOST/A", "HOST/B")})
    before = {name: set(values) for name, values in world.values.items()}
    receipts = []
    for number, drawn in enumerate(history, 1):
        made = _planned(world.values, drawn)
        answered = drawn[4]
        outcome = world.modify(made)
        receipts.append(kept(number, f"step-{number}", made, outcome if answered else "unknown"))
    back = back_of(world, *reversed(receipts))
    for number in range(len(history), 0, -1):
        for made in back.of(f"step-{number}"):
            assert world.modify(made) == "applied"
    assert back.overtaken() == []
    assert {name: set(values) for name, values in world.values.items()} == before
