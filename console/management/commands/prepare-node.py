# ruff: noqa: N999
"""`manage.py prepare-node`: see `console.management.prepare_node`."""

from console.management.prepare_node import PrepareNode as Command

__all__ = ["Command"]
