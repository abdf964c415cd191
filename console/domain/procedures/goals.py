"""The goal of a procedure's step as a plan carries it: what proves it, where, and what it only leads up to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.domain.plan import Plan, Step
from console.domain.procedures.model import Mode, ProcedureStep, Side


@dataclass(frozen=True)
class PlannedGoal:
    """How the step of a plan is proved: as the catalog had it when the plan was made."""

    key: str
    """The step's key in its procedure (`dns/a.important.2`); a plan's own key has dots for slashes."""
    at: str
    """Its place in the guide's section: `4.a.important.2`."""
    side: Side
    mode: Mode
    proof: str
    about: tuple[str, ...]
    until: tuple[str, ...]
    reason: str
    remedy: str
    reads: str
    """What the proof looks at, in words."""

    @classmethod
    def of(cls, step: Step) -> "PlannedGoal":
        """The goal of a plan's step. Raises `KeyError` for a step that no procedure asked for."""
        raw = step.params
        return cls(
            key=raw["step"],
            at=raw["at"],
            side=Side(raw["side"]),
            mode=Mode(raw["mode"]),
            proof=raw["proof"],
            about=tuple(raw["about"]),
            until=tuple(raw["until"]),
            reason=raw["reason"],
            remedy=raw["remedy"],
            reads=raw["reads"],
        )

    @property
    def number(self) -> str:
        """The number of the step that it is, or is a part of."""
        return self.at.partition(".")[0]


def params_of(procedure: str, step: ProcedureStep, reads: str) -> Mapping[str, Any]:
    """What a plan keeps of a procedure's step, as JSON values."""
    return {
        "procedure": procedure,
        "step": step.key,
        "at": step.at,
        "side": step.side.value,
        "mode": step.mode.value,
        "proof": step.proof,
        "about": list(step.about),
        "until": list(step.until),
        "reason": step.reason,
        "remedy": step.remedy,
        "reads": reads,
    }


def key_of(step: ProcedureStep) -> str:
    """The key of the plan's step: it names what is left on nodes, so it holds no slash."""
    return step.key.replace("/", ".")


def goals_of(plan: Plan) -> tuple[PlannedGoal, ...]:
    """The goals of every step of a procedure's plan."""
    return tuple(PlannedGoal.of(step) for step in plan.steps)
