"""What a report is about, and what a drill is begun with."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from console.domain import tickets
from console.models import Cluster
from console.services.drills import LONGEST_REST
from console.services.reasons import Asked
from console.services.report_rows import USUAL_DAYS
from console.web.forms.filters import ChooseOne, DayField, TimeSpanForm
from console.web.forms.operations import LONGEST_REASON
from console.web.phrases import said_when_shown


class ReportFilter(TimeSpanForm):
    """The cluster, or all that one may see, and the period."""

    cluster = forms.CharField(required=False, max_length=63)
    since = DayField("From")
    until = DayField("To")

    def __init__(self, *args: Any, clusters: QuerySet[Cluster], **more: Any) -> None:
        super().__init__(*args, **more)
        self.seen = clusters
        names = [
            ("", said_when_shown("all")),
            *((name, name) for name in clusters.order_by("name").values_list("name", flat=True)),
        ]
        self.fields["cluster"].widget = ChooseOne(choices=names)

    def clusters(self) -> QuerySet[Cluster]:
        """Those that the report is about."""
        self.is_valid()
        named = self.cleaned_data.get("cluster")
        return self.seen.filter(name__iexact=named) if named else self.seen

    def period(self) -> tuple[datetime, datetime]:
        """Its first and its last moment; a period that ends before it begins is turned round."""
        self.is_valid()
        since, until = self.moments()
        until = until or timezone.now()
        since = since or until - timedelta(days=USUAL_DAYS)
        return (since, until) if since <= until else (until, since)


class DrillForm(forms.Form):
    """Why a drill is done, and how long it rests on the other node."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why in a few words; the report and the audit show it."},
    )
    ticket = forms.CharField(required=False, strip=True, max_length=tickets.LONGEST_TICKET)
    minutes = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LONGEST_REST // 60,
        label="Minutes on the other node",
        help_text="Then it goes back by itself. Left empty, it stays until somebody sends it back.",
    )

    def __init__(self, *args: Any, asked: Asked, **more: Any) -> None:
        super().__init__(*args, **more)
        if asked.tickets:
            self.fields["ticket"].help_text = f"The change or incident, such as {asked.example}."
        else:
            del self.fields["ticket"]

    def rest(self) -> int | None:
        """Seconds that it rests, or None."""
        minutes = self.cleaned_data["minutes"]
        return None if minutes is None else minutes * 60
