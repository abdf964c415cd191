"""Nodes over WinRM (WS-Management), by pywinrm's `Protocol` with our own deadlines, errors and clean-up."""

from console.adapters.winrm.nodes import Exchanged, WinrmNodes
from console.adapters.winrm.pool import KeptNodes
from console.adapters.winrm.session import WinrmSession

__all__ = ["Exchanged", "KeptNodes", "WinrmNodes", "WinrmSession"]
