"""Preflight: every named precondition of a planned move, each a pure function from what was read to a check."""

from console.domain.checks import Check
from console.domain.preflight import delegation, directory, engine, functions, nodes, services
from console.domain.preflight.base import Situation


def checks(situation: Situation) -> tuple[Check, ...]:
    """Every check of a planned move, in the order in which a person thinks of them."""
    found: list[Check] = []
    for part in (nodes.checks, engine.checks, services.checks, directory.checks, delegation.checks, functions.checks):
        found += part(situation)
    return tuple(found)
