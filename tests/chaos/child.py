"""One environment as a process of its own: takes lots of cases from its input, a line each, and gives their results."""

import json
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TextIO

from tests.chaos.cases import Case
from tests.chaos.environment import Environment
from tests.chaos.result import Result

WORN_OUT = 3
"""The exit code that asks for a new environment; the lot that was begun has not been finished."""


def main() -> int:
    """Serve until the input ends. `argv`: the database, and the folder for logs (made when empty)."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(WORN_OUT))
    database = sys.argv[1]
    folder = Path(tempfile.mkdtemp(prefix="changeover-chaos-"))
    folder.chmod(0o755)  # PostgreSQL's user passes through
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever else is printed is no answer
    env = Environment(folder, database)
    try:
        env.start()
        sys.stderr.write(f"environment in {folder}\n")
        return _serve(env, answers)
    except Exception:
        traceback.print_exc()
        sys.stderr.write(f"logs are in {folder}\n")
        return 1
    finally:
        env.stop()


def _serve(env: Environment, answers: TextIO) -> int:
    from tests.chaos.performing import Performer, WornOut

    performer = Performer(env)
    for line in sys.stdin:
        for item in json.loads(line):
            try:
                result = performer.perform(Case(**item))
            except WornOut:
                return WORN_OUT
            _say(answers, result)
        _say(answers, None)
    return 0


def _say(answers: TextIO, result: Result | None) -> None:
    """One result, or an empty line at the end of a lot."""
    answers.write((result.to_line() if result else "") + "\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
