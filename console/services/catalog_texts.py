"""Every text of the catalog that pages show, as what translates it knows it: with a name for whatever is filled in."""

import re
from collections.abc import Iterator

from console.catalog import loader

DRIVE = "X:"
"""Stands in the catalog for a cluster's own drive, which takes its place before anybody sees it."""
FILLED = re.compile(r"\{(\w+)\}")
OF_STEPS = ("title", "reads", "remedy", "reason")


def texts() -> tuple[str, ...]:
    """Each once. `%(name)s` stands for what differs; paths and names alone are no texts."""
    found = [*_of_findings(), *_of_procedures(), *_of_generations(), *_of_products()]
    return tuple(dict.fromkeys(_phrase(text) for text in found if " " in text))


def _phrase(text: str) -> str:
    return FILLED.sub(r"%(\1)s", text).replace(DRIVE, "%(drive)s")


def _of_findings() -> Iterator[str]:
    for area in loader.finding_areas():
        yield from (area.title, area.looked)
        for kind in area.findings:
            yield from (kind.title, kind.explains, kind.consequence, kind.remedy)


def _of_procedures() -> Iterator[str]:
    procedures = [loader.procedure(key) for key in loader.procedures()]
    means = loader.means()
    steps = [step for procedure in procedures for step in procedure.steps]
    for one in (*procedures, *means.proofs, *means.actions, *steps):
        yield from (getattr(one, name, "") for name in OF_STEPS)


def _of_generations() -> Iterator[str]:
    for key in loader.generations():
        generation = loader.generation(key)
        yield from (note.text for note in generation.notes)
        yield from (rule.says for rule in generation.event_rules)


def _of_products() -> Iterator[str]:
    for product in loader.cluster_products().values():
        yield product.group_rule.remedy
        for code in product.exit_codes:
            yield from (code.says, code.remedy)
