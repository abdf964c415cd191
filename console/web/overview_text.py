"""The row of a cluster as HTML. Where nothing goes on it is kept under all that it shows, from one look to the next.

A cluster that was only seen anew shows what it showed before, but for when that was read: its row is not made again.
It is made of nothing but what it is kept under, so it can be neither old nor another reader's.
"""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from console.web import spans
from console.web.cards import ClusterCard
from console.web.overview_cells import Cells, sign

FORMS = {"line": "clusters/_line.html", "tile": "wall/_tile.html"}
"""The template of each form that a row has."""
TEXTS_KEPT = 4000
"""So many rows are kept as HTML: those of hundreds of clusters in both forms and two languages."""
AGE, READ_AT, VERSION = "\x00age\x00", "\x00read at\x00", "\x00version\x00"
"""Stand in a row that is kept for what differs each time that it is shown, or each time that it was read."""
SIGNS_OF_NODES = ("active", "unknown")


class Told(NamedTuple):
    """Everything that the row of a cluster shows of it: but for its version, when it was read, and what goes on."""

    pk: int
    name: str
    site: str
    generation: str
    group: str
    floating_ip: str
    address: str
    text: str
    states: tuple[str, ...]
    order: tuple[int, str]
    news: bool
    mail_tone: str
    mail: SafeString
    why: str
    alarms: tuple[str, ...]
    active: str
    pair: tuple[tuple[str, str], ...]
    cells: Cells
    stale: bool
    stale_after: int
    read: bool
    """Whether it ever was."""

    @property
    def state(self) -> str:
        """The worst of them."""
        return self.states[0]

    @property
    def read_at(self) -> str:
        """What is put in later; empty where there is nothing to put in."""
        return READ_AT if self.read else ""


class Showing:
    """Rows that are shown together: in which form and language, and when."""

    def __init__(self, form: str, language: str | None, at: datetime) -> None:
        self.form, self.key, self._at = form, (form, language), at
        self._ages: dict[int, str] = {}

    @classmethod
    def now(cls, form: str) -> "Showing":
        """For who asks now, in their language."""
        return cls(form, get_language(), timezone.now())

    def age_of(self, read: datetime | None) -> str:
        """How long ago that was; hundreds of rows have few different ages."""
        if read is None:
            return spans.ago(None)
        seconds = max(0, int((self._at - read).total_seconds()))
        age = self._ages.get(seconds)
        if age is None:
            age = self._ages[seconds] = spans.ago(seconds)
        return age


def text_of(form: str, told: Told, going_on: ClusterCard | None, version: str, read_at: str) -> str:
    """The row with `AGE` in it; `going_on` is the card of a cluster with which something is."""
    text = _kept(form, told, get_language()) if going_on is None else _made(form, told, going_on)
    return text.replace(VERSION, version).replace(READ_AT, escape(read_at))


@lru_cache(maxsize=TEXTS_KEPT)
def _kept(form: str, told: Told, language: str | None) -> str:
    """The language is that which holds: it is named so that each has its own."""
    return _made(form, told, None)


def _made(form: str, told: Told, card: ClusterCard | None) -> str:
    context = {
        "row": told,
        "card": card,
        "cells": told.cells,
        "version": VERSION,
        "age": AGE,
        "stale": told.stale,
        "signs": {name: sign(name) for name in SIGNS_OF_NODES},
    }
    return get_template(FORMS[form]).render(context)


def forget() -> None:
    """Have each row made anew when it is shown next."""
    _kept.cache_clear()
