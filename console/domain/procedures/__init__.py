"""Set-up procedures of the guide as values: steps with their places, modes and proofs."""

from console.domain.procedures.model import (
    Action,
    Means,
    Mode,
    Procedure,
    ProcedureStep,
    Proof,
    Side,
    Sort,
)
from console.domain.procedures.written import WrittenProcedure, WrongStep, resolve

__all__ = [
    "Action",
    "Means",
    "Mode",
    "Procedure",
    "ProcedureStep",
    "Proof",
    "Side",
    "Sort",
    "WrittenProcedure",
    "WrongStep",
    "resolve",
]
