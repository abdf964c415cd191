"""The cases: which fault strikes which step of which way; a name says all of it, and a seed the rest."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from tests.chaos.faults import FAULTS, KILLS, Fault
from tests.chaos.steps import WAYS, Way
from tests.chaos.wires import Wire

ALWAYS = ("kill-before", "kill-sent")
"""At every step of every way: at its boundary, and inside it where it acts."""
THOROUGH = frozenset(
    {
        *("recheck", "second-opinion", "stop-MSExchangeIS", "move-group", "hand-over", "mount-flags", "claim-names"),
        *("release-names", "mailboxes", "undo-mailboxes", "undo-claim-names", "go", "start-MSExchangeIS", "proof"),
    }
)
"""Steps of each sort, where the other kills strike too."""
STRUCK = {
    "failover": ("recheck", "stop-MSExchangeIS", "move-group", "claim-names", "mailboxes", "start-MSExchangeIS"),
    "failback": ("move-group",),
    "undo": ("undo-mailboxes",),
    "handover": ("hand-over", "go"),
    "takeover": ("second-opinion", "mailboxes", "go", "bring-up"),
    "start": ("go", "bring-up"),
}
"""The steps of each way that all other faults strike."""
SEVERAL_SENDS = {"move-group": 4, "hand-over": 4, "mailboxes": 2, "undo-mailboxes": 2}
"""Steps that send more than once, and among how many of their requests the seed chooses."""


class UnknownCase(Exception):
    """No case of that name; the text says what there is."""


@dataclass(frozen=True)
class Case:
    """One fault at one step of one way."""

    way: str
    step: str
    fault: str
    seed: int = 0
    still: float = 0.0
    """The least seconds that a worker which is stopped stands still."""

    @property
    def name(self) -> str:
        """As the command line takes it."""
        return f"{self.way}/{self.step}/{self.fault}"

    @property
    def of(self) -> Way:
        """The way."""
        return WAYS[self.way]

    @property
    def trouble(self) -> Fault:
        """The fault."""
        return FAULTS[self.fault]

    @property
    def point(self) -> str:
        """Where in the step it strikes; empty when it does not concern the step."""
        return self.trouble.acting if self.of.acts(self.step) else self.trouble.looking

    @property
    def repeat(self) -> str:
        """The command that does it again."""
        return f'make chaos ARGS="--case {self.name} --seed {self.seed}"'

    def dice(self) -> random.Random:
        """The same throws for the same case and seed."""
        return random.Random(f"{self.name} {self.seed}")

    def wire(self) -> Wire:
        """The trip wire of the case."""
        several = SEVERAL_SENDS.get(self.step, 1)
        nth = self.dice().randint(1, several) if self.point in ("send", "sent", "answered") else 1
        return Wire(self.step, self.point, self.trouble.does, nth)


def parse(name: str, seed: int = 0) -> Case:
    """The case of that name. Raises `UnknownCase`."""
    parts = name.split("/")
    if len(parts) != 3:
        raise UnknownCase(f"{name!r} is no case: write WAY/STEP/FAULT; --list shows all.")
    way, step, fault = parts
    for what, known in ((way, WAYS), (fault, FAULTS)):
        if what not in known:
            raise UnknownCase(f"{name!r}: there is no {what}, only {', '.join(known)}.")
    if step not in WAYS[way].steps:
        raise UnknownCase(f"{name!r}: {way} has no step {step}, only {', '.join(WAYS[way].steps)}.")
    case = Case(way, step, fault, seed)
    if not case.point:
        raise UnknownCase(f"{name!r}: {step} only looks, and {fault} strikes between check and effect.")
    return case


def matrix(seed: int = 0, *, everything: bool = False) -> list[Case]:
    """The cases that `make chaos` carries out; with `everything`, every fault at every step."""
    return [
        case
        for way, item in WAYS.items()
        if item.struck
        for step in item.steps
        for fault in FAULTS
        if everything or _chosen(way, step, fault)
        if (case := Case(way, step, fault, seed)).point
    ]


def _chosen(way: str, step: str, fault: str) -> bool:
    if fault in KILLS:
        return fault in ALWAYS or step in THOROUGH
    return step in STRUCK[way]


def sample(seed: int, size: int) -> tuple[list[Case], list[Case]]:
    """`size` of the matrix: every fault once, on all ways and always the same; and the rest by the seed."""
    everything = matrix(seed)
    fixed = _one_of_each(random.Random("fixed").sample(everything, len(everything)))[:size]
    rest = [case for case in everything if case not in fixed]
    return fixed, random.Random(seed).sample(rest, size - len(fixed))


def _one_of_each(cases: Sequence[Case]) -> list[Case]:
    """Of each fault the first case on a way that the others have struck least."""
    found: list[Case] = []
    for fault in FAULTS:
        struck = Counter(case.way for case in found)
        found.append(min((case for case in cases if case.fault == fault), key=lambda case: struck[case.way]))
    return found


def in_turns(cases: Sequence[Case]) -> Iterator[list[Case]]:
    """The cases in small lots, each of which leads away and back again, so that nothing has to be carried between."""
    out = [case for case in cases if case.of.ends == "away"]
    back = [case for case in cases if case.of.begins == "away"]
    rest = [case for case in cases if case not in out and case not in back]
    by_sort = [(case.of.sort, case) for case in out]
    plain = [case for sort, case in by_sort if any(other.of.sort == sort for other in back)]
    for pair in zip_longest(plain, back):
        yield [case for case in pair if case is not None]
    yield from ([case] for case in (*[c for c in out if c not in plain], *rest))
