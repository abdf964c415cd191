"""What a list is narrowed down to; a filter that cannot be read is ignored and says so beside its field."""

from datetime import datetime, time
from functools import lru_cache
from html import escape
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from console.models import Cluster, Operation
from console.models.operations import KINDS
from console.services.access import of_any
from console.web.kind_words import kind_choices
from console.web.phrases import said_when_shown

OPTIONS_KEPT = 64
"""So many lists of options are kept as they are shown, under all their words."""
DAY_HELP = "Write the day as 2026-01-31."


class DayField(forms.DateField):
    """A day, as browsers send it."""

    def __init__(self, label: str) -> None:
        widget = forms.DateInput(attrs={"type": "date"})
        super().__init__(label=label, required=False, widget=widget, error_messages={"invalid": DAY_HELP})


class ChooseOne(forms.Select):
    """A choice among hundreds, without a template for each of them."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The whole control."""
        options = _options(tuple((str(key), str(words)) for key, words in self.choices), str(value or ""))
        told = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        return format_html("<select{}>{}</select>", told, options)


@lru_cache(maxsize=OPTIONS_KEPT)
def _options(of: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    return mark_safe("".join(_option(key, words, chosen) for key, words in of))  # noqa: S308 - escaped


def _option(key: str, words: str, chosen: str) -> str:
    return f'<option value="{escape(key)}"{" selected" if key == chosen else ""}>{escape(words)}</option>'


class TimeSpanForm(forms.Form):
    """From one day to another, both included."""

    def moments(self) -> tuple[datetime | None, datetime | None]:
        """The first moment of the first day, and the first after the last day."""
        first, last = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        since = timezone.make_aware(datetime.combine(first, time.min)) if first else None
        until = timezone.make_aware(datetime.combine(last, time.max)) if last else None
        return since, until


ANY = ("", said_when_shown("any"))
KIND_CHOICES = [ANY, *kind_choices(KINDS)]
STATUS_CHOICES = [ANY, *((status.value, said_when_shown(str(status.label))) for status in Operation.Status)]


class HistoryFilter(TimeSpanForm):
    """Operations of the given clusters, by cluster, kind, ending, who asked, ticket, and time."""

    cluster = forms.CharField(required=False, max_length=63)
    kind = forms.ChoiceField(required=False, choices=KIND_CHOICES, widget=ChooseOne)
    status = forms.ChoiceField(required=False, label="Ending", choices=STATUS_CHOICES, widget=ChooseOne)
    who = forms.CharField(required=False, max_length=150, label="Asked by")
    ticket = forms.CharField(required=False, max_length=64)
    since = DayField("From")
    until = DayField("To")

    def __init__(self, *args: Any, clusters: QuerySet[Cluster], **more: Any) -> None:
        super().__init__(*args, **more)
        self.clusters = clusters

    def operations(self) -> QuerySet[Operation]:
        """The operations that fit what could be read of the filter."""
        self.is_valid()
        said = self.cleaned_data
        since, until = self.moments()
        conditions = {
            "cluster__name__iexact": said.get("cluster"),
            "kind": said.get("kind"),
            "status": said.get("status"),
            "requested_by_name__iexact": said.get("who"),
            "ticket__iexact": said.get("ticket"),
            "confirmed_at__gte": since,
            "confirmed_at__lte": until,
        }
        seen = Operation.objects.filter(of_any(self.clusters))
        return seen.filter(**{name: value for name, value in conditions.items() if value})
