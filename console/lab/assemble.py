"""Puts a lab together from its definition: the nodes and, when one is described, the directory."""

from pathlib import Path

from console.lab import definition
from console.lab.server import Lab


def assemble(world: definition.World, state: Path) -> Lab:
    """A lab ready to start. Raises `DefinitionError`."""
    return Lab(world, state)
