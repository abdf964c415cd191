"""What the audit's list is narrowed down to, and under which name that is kept."""

import re
from datetime import timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.utils import timezone

from console.models import AuditRecord
from console.services.audit_actions import OUTCOMES, Action
from console.services.audit_search import AuditFilter
from console.web.forms.filters import ANY, DayField, TimeSpanForm
from console.web.phrases import said_when_shown

DAYS = {1: "the last day", 7: "the last 7 days", 30: "the last 30 days", 90: "the last 90 days", 365: "the last year"}
ABOUT = re.compile(r"(?P<type>[a-z][a-z -]{0,31}):(?P<id>.{1,64})")


def _actions() -> list[tuple[str, Any]]:
    """Every area as a whole, and its tags."""
    areas = groupby(sorted(map(str, Action)), key=lambda tag: tag.split(":")[0])
    return [
        ("", said_when_shown("anything")),
        *((area, [(f"{area}:", f"all of {area}"), *_named(tags)]) for area, tags in areas),
    ]


def _named(tags: Any) -> list[tuple[str, str]]:
    return [(tag, tag.partition(":")[2].replace(":", " ").replace("-", " ")) for tag in tags]


class AuditFilterForm(TimeSpanForm):
    """Audit records by who, what, how it came out, where, text and time."""

    text = forms.CharField(required=False, max_length=200, label="Text anywhere")
    actor = forms.CharField(required=False, max_length=150, label="Who")
    action = forms.ChoiceField(required=False, label="What", choices=_actions)
    outcome = forms.ChoiceField(required=False, choices=[ANY, *((one, one) for one in OUTCOMES)])
    cluster = forms.CharField(required=False, max_length=63)
    origin = forms.ChoiceField(
        required=False,
        label="From where",
        choices=[ANY, *((value, said_when_shown(str(words))) for value, words in AuditRecord.Origin.choices)],
    )
    days = forms.TypedChoiceField(
        required=False,
        label="Time",
        coerce=int,
        empty_value=None,
        choices=[ANY, *((days, said_when_shown(words)) for days, words in DAYS.items())],
    )
    since = DayField("From")
    until = DayField("To")
    request = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    about = forms.RegexField(ABOUT, required=False, max_length=97, widget=forms.HiddenInput)

    def wanted(self) -> AuditFilter:
        """What could be read of the filter."""
        self.is_valid()
        said = self.cleaned_data
        since, until = self.moments()
        if said.get("days"):
            recent = timezone.now() - timedelta(days=said["days"])
            since = max(since, recent) if since else recent
        about = ABOUT.fullmatch(said.get("about") or "")
        names = ("actor", "action", "outcome", "cluster", "origin", "request", "text")
        texts = {name: said.get(name) or "" for name in names}
        return AuditFilter(**texts, about=(about["type"], about["id"]) if about else None, since=since, until=until)

    def filled_in(self) -> dict[str, str]:
        """What the filter says, field by field as it was sent; what could not be read is left out."""
        self.is_valid()
        return {name: str(self.data[name]) for name, value in self.cleaned_data.items() if value not in ("", None)}


class SavedFilterForm(forms.Form):
    """The name of a filter, and whether everybody who reads the audit gets it."""

    name = forms.CharField(max_length=60)
    shared = forms.BooleanField(required=False, label="For everybody who reads the audit")
