"""One environment as a process of its own: takes lots of cases from its input, a line each, and gives their results."""

import json
import os
import shutil
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TextIO

from tests.chaos.cases import Case
from tests.chaos.environment import Environment
from tests.chaos.result import Result

UNCLEAN = 2
WORN_OUT = 3
"""The exit code that asks for a new environment; the lot that was begun has not been finished."""


def main() -> int:
    """Serve until the input ends; `argv` names the database. The logs stay only when something was not clean."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(WORN_OUT))
    database = sys.argv[1]
    folder = Path(tempfile.mkdtemp(prefix="changeover-chaos-"))
    folder.chmod(0o755)  # PostgreSQL's user passes through
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever else is printed is no answer
    env = Environment(folder, database)
    code = 1
    try:
        env.start()
        code = _serve(env, answers)
    except Exception:
        traceback.print_exc()
    finally:
        env.stop()
        if code:
            sys.stderr.write(f"logs are in {folder}\n")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 0 if code == UNCLEAN else code


def _serve(env: Environment, answers: TextIO) -> int:
    """Carry out what comes in; 0 when all of it was clean."""
    from tests.chaos.performing import Performer, WornOut

    performer, code = Performer(env), 0
    for line in sys.stdin:
        for item in json.loads(line):
            try:
                result = performer.perform(Case(**item))
            except WornOut:
                return WORN_OUT
            _say(answers, result)
            code = code if result.clean else UNCLEAN
        _say(answers, None)
    return code


def _say(answers: TextIO, result: Result | None) -> None:
    """One result, or an empty line at the end of a lot."""
    answers.write((result.to_line() if result else "") + "\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
