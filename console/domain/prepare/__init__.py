"""Preparing a node: what must be done there before the console can reach it at all, and how that stands."""

from console.domain.prepare.checks import Surroundings, check_node
from console.domain.prepare.facts import Machine
from console.domain.prepare.sheet import Item, sheet

__all__ = ["Item", "Machine", "Surroundings", "check_node", "sheet"]
