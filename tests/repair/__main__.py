"""`python -m tests.repair [GENERATION]...`: the repair of every pair of defects, whatever their arguments.

`make test` repairs each defect and each pair of sorts. This goes through all pairs in about ten minutes, and ends with
1 when one is not mended.
"""

import sys
from collections.abc import Sequence

from console.domain.checks import Refusal
from tests.doctor.defects import Defect, pairs
from tests.repair.surgery import suffering
from tests.repair.test_every_defect import GENERATIONS, is_mended


def why_not(generation: str, pair: Sequence[Defect]) -> str:
    """What is wrong with the repair of a pair, or an empty text."""
    try:
        with suffering(generation, *pair) as surgery:
            is_mended(surgery, *pair)
    except (AssertionError, Refusal) as error:
        return str(error) or type(error).__name__
    return ""


def say(text: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(generations: Sequence[str]) -> int:
    """Go through all pairs of these generations; how many were not mended, at most 1."""
    failed = 0
    for generation in generations:
        every = pairs(generation)
        for pair in every:
            if told := why_not(generation, pair):
                failed += 1
                say(f"{generation}: {' and '.join(one.name for one in pair)}: {told}")
        say(f"Exchange {generation}: {len(every)} pairs, {failed} not mended so far.")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or GENERATIONS))
