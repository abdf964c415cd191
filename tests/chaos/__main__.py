"""`make chaos`: carries the cases out, tells how each came out, and ends with the sum in one line."""

import argparse
import os
import random
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos import report
from tests.chaos.cases import Case, UnknownCase, in_turns, matrix, parse, sample
from tests.chaos.fleet import Fleet
from tests.chaos.result import Result

PAGE = Path(__file__).parents[2] / "docs" / "chaos.md"


def say(text: str) -> None:
    """Tell whoever looks on, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """0 when every case is clean, 1 when one is not, 2 for wrong usage."""
    options = _options()
    try:
        first, cases = _chosen(options)
    except UnknownCase as error:
        say(str(error))
        return 2
    if options.list:
        say("\n".join(case.name for case in (*first, *cases)))
        return 0
    return _run(first, cases, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument(
        "--case", action="append", default=[], metavar="WAY/STEP/FAULT", help="only this (repeatable); before a sample"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="only the cases whose name holds this")
    parser.add_argument(
        "--sample", type=int, default=0, metavar="N", help="N of all cases: each fault once, then others by the seed"
    )
    parser.add_argument("--seed", type=int, default=0, help="decides what a case leaves open")
    parser.add_argument("--environments", type=int, default=max(1, (os.cpu_count() or 2)), help="side by side")
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--minutes", type=float, default=600, help="begin no case after so many minutes")
    parser.add_argument(
        "--still", type=float, default=0.0, metavar="SECONDS", help="a stopped worker does so that long"
    )
    parser.add_argument("--all", action="store_true", help="every fault at every step, which takes an hour or two")
    parser.add_argument("--list", action="store_true", help="list the cases and leave")
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> tuple[list[Case], list[Case]]:
    """The cases that come first, and the others, which come in any order."""
    named = [parse(name, options.seed) for name in options.case]
    fixed, others = sample(options.seed, options.sample) if options.sample else ([], _others(options))
    named += [case for case in fixed if case not in named]
    others = [case for case in others if case not in named]
    first, rest = ([replace(case, still=options.still) for case in cases] for cases in (named, others))
    return first, rest


def _others(options: argparse.Namespace) -> list[Case]:
    if options.case:
        return []
    cases = matrix(options.seed, everything=options.all)
    return [case for case in cases if options.only in case.name]


def _run(first: list[Case], others: list[Case], options: argparse.Namespace) -> int:
    began, results, cases = time.monotonic(), list[Result](), [*first, *others]
    log = Path(tempfile.mkdtemp(prefix="changeover-chaos-log-"))
    say(f"{len(cases)} cases, seed {options.seed}, on {options.database}; logs in {log}")

    def heard(result: Result) -> None:
        results.append(result)
        resumed = f", resumed after {result.resumed:.1f} s" if result.resumed is not None else ""
        woke = f", woke up and said: {result.woke}" if result.woke else ""
        say(f"{len(results):4} {result.case}: {result.word} ({result.seconds:.1f} s{resumed}{woke})")
        for line in report.complaints(result):
            say(line)

    lots = list(in_turns(others))
    random.Random(options.seed).shuffle(lots)  # so that what there is time for is a bit of everything
    lots = [*in_turns(first), *lots]
    environments = min(options.environments, len(lots))
    Fleet(lots, options.database, log, heard).run(environments, options.minutes * 60)
    minutes = (time.monotonic() - began) / 60
    if not (options.case or options.only or options.sample or options.all):
        run = report.Run(f"{datetime.now(UTC):%F}", options.database, environments, minutes, len(cases))
        PAGE.write_text(report.page(results, run), encoding="utf-8")
    say("\n".join([*report.tables(results), "", *report.figures(results), f"{minutes:.1f} minutes."]))
    say(report.last_line(results))
    return 0 if all(result.clean for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
