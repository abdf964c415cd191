"""What is typed to make a window, to schedule a move, and to take an incident on; the services decide."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import pgettext_lazy

from console.domain.planner import PLANNED_MOVES
from console.domain.tickets import LONGEST_TICKET
from console.domain.windows import Times
from console.models import Cluster, Node, Site
from console.services import access, schedules, windows
from console.web.forms.filters import DAY_HELP
from console.web.forms.operations import LONGEST_REASON
from console.web.forms.spoken import Spoken
from console.web.kind_words import kind_choices
from console.web.phrases import said_when_shown

MOMENT = "%Y-%m-%dT%H:%M"
MOMENT_HELP = "Write the time as 2026-01-31 22:00."


class MomentField(forms.DateTimeField):
    """A time by the clocks of windows, as browsers send it and as people write it."""

    def __init__(self, label: str, *, required: bool = True, help_text: str = "") -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
        told = {"invalid": MOMENT_HELP, "required": "Give a time."}
        super().__init__(
            label=label,
            required=required,
            help_text=help_text,
            widget=widget,
            error_messages=told,
            input_formats=[MOMENT, "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
        )


class ReasonField(forms.CharField):
    """Why, in a line."""

    def __init__(self, label: str = "Reason") -> None:
        told = {"required": "Say why in a few words; everybody sees it, and the audit keeps it."}
        told["max_length"] = f"Keep it within {LONGEST_REASON} characters."
        super().__init__(label=label, max_length=LONGEST_REASON, strip=True, error_messages=told)


class WindowForm(forms.Form):
    """A maintenance window: where, when, and why."""

    of = forms.ChoiceField(label="Of")
    starts = MomentField("Begins")
    ends = MomentField("Ends")
    weekly = forms.BooleanField(required=False, label="Again every week at the same hours")
    until = forms.DateField(
        required=False,
        label="Last day of a weekly one",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": DAY_HELP},
    )
    owner = forms.CharField(
        required=False, strip=True, max_length=windows.LONGEST_OWNER, help_text="Who answers for it; empty: you."
    )
    reason = ReasonField("What is done")

    def __init__(self, user: User, data: Any = None, of: str = "") -> None:
        super().__init__(data, initial={"of": of})
        places = self.fields["of"]
        assert isinstance(places, forms.ChoiceField)
        clusters = access.clusters_with(user, "operate").order_by("name")
        sites = [one for one in Site.objects.order_by("name") if access.why_not_in_site(user, "operate", one) is None]
        places.choices = [
            (said_when_shown("A cluster"), [(f"cluster:{one.pk}", one.name) for one in clusters]),
            (said_when_shown("All of a site"), [(f"site:{one.pk}", one.name) for one in sites]),
        ]
        self.nowhere = not (clusters or sites)

    def spec(self) -> windows.Spec:
        """What was said; the form has to be valid."""
        said = self.cleaned_data
        kind, _, pk = said["of"].partition(":")
        return windows.Spec(
            Times(said["starts"], said["ends"], said["weekly"], said["until"]),
            said["reason"],
            Cluster.objects.get(pk=pk) if kind == "cluster" else None,
            Site.objects.get(pk=pk) if kind == "site" else None,
            said["owner"],
        )


class ScheduleForm(Spoken, forms.Form):
    """A move that begins by itself."""

    kind = forms.ChoiceField(label="What", choices=kind_choices(PLANNED_MOVES))
    target = forms.ChoiceField(label=pgettext_lazy("where a move goes", "To"), required=False)
    at = MomentField("Begins")
    reason = ReasonField()
    ticket = forms.CharField(required=False, strip=True, max_length=LONGEST_TICKET)

    def __init__(self, cluster: Cluster, data: Any = None, at: datetime | None = None) -> None:
        super().__init__(data, initial={"at": at})
        target = self.fields["target"]
        assert isinstance(target, forms.ChoiceField)
        names = Node.objects.filter(cluster=cluster).order_by("role").values_list("name", flat=True)
        target.choices = [
            ("", said_when_shown("the node that it leads to by design")),
            *((name, name) for name in names),
        ]

    def spec(self) -> schedules.Spec:
        """What was said; the form has to be valid."""
        return schedules.Spec(**self.cleaned_data)


class CareForm(forms.Form):
    """Who looks after an incident, until when it is laid by, and why."""

    owner = forms.ModelChoiceField(User.objects.none(), required=False, empty_label=said_when_shown("me"))
    until = MomentField("Lay it by until", required=False, help_text="Left empty, it is only taken on.")
    reason = ReasonField("What is going on")

    def __init__(self, people: QuerySet[User], data: Any = None) -> None:
        super().__init__(data)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = people
