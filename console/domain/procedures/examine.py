"""Proves a procedure on a cluster: reads once, then says of every step whether its goal holds. Changes nothing."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from console.domain.checks import Check, Refusal, Verdict
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.ports import Argv, CommandResult
from console.domain.procedures.model import Means, Mode, Procedure, ProcedureStep, Side
from console.domain.procedures.proofs import PROOFS, SLOW, Finding, Grounds
from console.domain.procedures.reading import read_level, read_setup

SLOW_SECONDS = 90.0
"""How long a slow question may take, at least."""


class Provable(Protocol):
    """What of a step tells how its goal is proved, wherever the step comes from: the catalog, or a plan."""

    @property
    def key(self) -> str: ...
    @property
    def side(self) -> Side: ...
    @property
    def mode(self) -> Mode: ...
    @property
    def proof(self) -> str: ...
    @property
    def about(self) -> tuple[str, ...]: ...
    @property
    def reason(self) -> str: ...
    @property
    def until(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Examined:
    """A step with how its goal stands."""

    step: ProcedureStep
    check: Check


def examine(procedure: Procedure, means: Means, field: Field) -> tuple[Examined, ...]:
    """Every step and part of the procedure, examined on the field's cluster in one round of reading."""
    grounds = read_grounds(procedure.steps, field)
    found = judge(procedure.steps, grounds, {proof.key: proof.reads for proof in means.proofs})
    return tuple(Examined(step, _check(step, found[step.key])) for step in procedure.steps)


def judge(steps: Iterable[Provable], grounds: Grounds, reads: Mapping[str, str]) -> Mapping[str, Finding]:
    """How each step's goal stands by what was read; `reads` says in words what each proof looks at."""
    steps = tuple(steps)
    found = {step.key: _finding(step, grounds, reads.get(step.proof, "")) for step in steps}
    return {step.key: _behind(step, found) for step in steps}


def read_grounds(steps: Iterable[Provable], field: Field) -> Grounds:
    """Everything that the steps' proofs look at. A node or directory that cannot be read is a fact."""
    grounds = _before_asking(field)
    asked = _questions(steps, grounds)
    nodes = [node.node for node in grounds.observation.nodes.values() if node.answered]
    answers = {name: found for name in nodes if (found := _answers(field, name, asked)) is not None}
    return replace(grounds, answers=answers)


def ask_node(steps: Iterable[Provable], field: Field, node: str) -> Mapping[Argv, CommandResult]:
    """What the steps' proofs ask of a node, with its answers; none when it does not answer. Changes nothing."""
    return _answers(field, node, _questions(steps, _before_asking(field))) or {}


def _before_asking(field: Field) -> Grounds:
    """What tells which questions there are: the observation and the directory."""
    grounds = Grounds(field.cluster, field.generation, field.driver, field.observe(), None, "", {})
    try:
        grounds = replace(grounds, domain=read_level(field.directory()))
        grounds = replace(grounds, setup=read_setup(field.directory(), field.cluster))
    except ChangeoverError as error:
        grounds = replace(grounds, no_setup=error.message)
    except Refusal as refusal:
        grounds = replace(grounds, no_setup=refusal.headline)
    return grounds


def _questions(steps: Iterable[Provable], grounds: Grounds) -> tuple[Argv, ...]:
    """Every question of the steps' proofs, once."""
    asked = [argv for step in steps if step.proof in PROOFS for argv in PROOFS[step.proof].asks(grounds, step.about)]
    return tuple(dict.fromkeys(asked))


def _answers(field: Field, node: str, asked: tuple[Argv, ...]) -> Mapping[Argv, CommandResult] | None:
    """What the node answers; None when it does not. What is slow comes last and alone: it may fail by itself."""
    within = field.cluster.timing.command
    quick = tuple(argv for argv in asked if argv not in SLOW)
    try:
        found = _asked(field, node, quick, within)
    except ChangeoverError:
        return None
    with suppress(ChangeoverError):
        found |= _asked(field, node, tuple(argv for argv in asked if argv in SLOW), max(within, SLOW_SECONDS))
    return found


def _asked(field: Field, node: str, asked: tuple[Argv, ...], within: float) -> dict[Argv, CommandResult]:
    """Each question with its answer. Raises `ChangeoverError`."""
    return dict(zip(asked, field.session(node).batch(asked, within=within), strict=True)) if asked else {}


def _finding(step: Provable, grounds: Grounds, reads: str) -> Finding:
    if step.mode is Mode.CONFIRMED:
        return Finding(Verdict.UNKNOWN, f"A person has to say so: {step.reason}")
    if step.proof not in PROOFS:
        return Finding(Verdict.UNKNOWN, f"The console does not ask for this by itself; look at {reads}.")
    try:
        return PROOFS[step.proof].judge(grounds, step.side, step.about)
    except ChangeoverError as error:
        return Finding(Verdict.UNKNOWN, error.message)


def _behind(step: Provable, found: Mapping[str, Finding]) -> Finding:
    """What only leads up to later steps need not hold any more once all of their goals do."""
    own = found[step.key]
    later = {found[key].verdict for key in step.until}
    if own.verdict is Verdict.PASS or not later or Verdict.FAIL in later:
        return own
    ahead = ", ".join(step.until)
    if later == {Verdict.PASS}:
        return Finding(Verdict.PASS, f"It is behind: what it leads up to is done ({ahead}).")
    return Finding(Verdict.UNKNOWN, f"{own.reason} It may be behind: what it leads up to is not known ({ahead}).")


def _check(step: ProcedureStep, finding: Finding) -> Check:
    remedy = "" if finding.verdict is Verdict.PASS else step.remedy
    return Check(step.key, step.title, finding.verdict, finding.reason, remedy, about=step.side)
