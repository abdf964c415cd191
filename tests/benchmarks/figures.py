"""Figures for people: several runs as min / median / max, and ratios beside them."""

from __future__ import annotations

import os
import platform
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path


def say(text: str = "") -> None:
    """One line, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def spread(values: Sequence[float], unit: str = "", digits: int = 0) -> str:
    """`min / median / max unit`."""
    found = (min(values), statistics.median(values), max(values))
    return " / ".join(f"{value:,.{digits}f}" for value in found) + (f" {unit}" if unit else "")


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Median against median."""
    return f"{statistics.median(ours) / statistics.median(theirs):.2f}"


def table(title: str, rows: Sequence[Sequence[str]]) -> None:
    """Rows in columns; the first one is the heading."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    say(f"\n{title}")
    for number, row in enumerate(rows):
        say("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if not number:
            say("  " + "  ".join("-" * width for width in widths))


def machine() -> str:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = Path("/proc/loadavg").read_text().split()[0]
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GiB, "
        f"Python {platform.python_version()}, load {load} at the start"
    )
