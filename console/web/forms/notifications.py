"""The forms of a channel and of a rule; the services decide, and complain."""

from typing import Any

from django import forms

from console.domain.notifications.events import EVENTS, Severity
from console.domain.secrets import Secret
from console.models import Channel, Cluster, NoticeRule, Site
from console.services.notifications import channels, rules
from console.web.forms.spoken import Spoken
from console.web.phrases import said_when_shown

HELP = {
    Channel.Kind.WEBHOOK: "https://host/path. Each notice is sent there as JSON, signed.",
    Channel.Kind.MAIL: "One mailbox on each line. The mail server is that of the settings.",
    Channel.Kind.SERVICE: "As the list below writes it for each service; these are the addresses of apprise.",
}
LABELS = {Channel.Kind.WEBHOOK: "Address", Channel.Kind.MAIL: "Mailboxes", Channel.Kind.SERVICE: "Address"}
EVERYTHING = "everything"


class WriteOnly(forms.Textarea):
    """A text that goes in and is never shown back, not even beside its mistake."""

    def format_value(self, value: Any) -> str:
        """Nothing, whatever was typed."""
        return ""


class ChannelForm(forms.Form):
    """A channel of one kind. Its address goes in and never comes out."""

    name = forms.CharField(max_length=63, help_text="As rules and pages call it, such as on-call.")
    address = forms.CharField(
        strip=True,
        max_length=4000,
        widget=WriteOnly(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )
    ca = forms.CharField(
        required=False,
        strip=True,
        max_length=100_000,
        label="CA certificate",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="PEM, or the path of a file that holds it, if its certificate is by a CA of your own.",
    )
    active = forms.BooleanField(required=False, label="Notices are sent there")

    def __init__(self, kind: str, channel: Channel | None = None, data: Any = None) -> None:
        initial = {"name": channel.name, "ca": channel.ca, "active": channel.active} if channel else {"active": True}
        super().__init__(data, initial=initial)
        self.kind, self.channel = kind, channel
        address = self.fields["address"]
        address.label, address.help_text = LABELS[Channel.Kind(kind)], HELP[Channel.Kind(kind)]
        if channel is not None:
            address.required = False
            address.help_text = f"Left empty, the one that is kept stays ({channel.shown}). {address.help_text}"

    def spec(self) -> channels.Spec:
        """What was said; the form has to be valid."""
        said = self.cleaned_data
        address = Secret(said["address"]) if said["address"] else None
        return channels.Spec(said["name"], self.kind, address, said["ca"], said["active"])


class RuleForm(Spoken, forms.Form):
    """Whose notices, which of them, where to, and when not."""

    channel = forms.ModelChoiceField(Channel.objects.all(), label="To the channel", empty_label=None)
    of = forms.ChoiceField(label="Of")
    least = forms.TypedChoiceField(
        choices=[(severity.value, severity.word) for severity in Severity], coerce=int, label="From this severity on"
    )
    events = forms.MultipleChoiceField(
        choices=[(event.key, event.what) for event in EVENTS.values()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Only these events",
        help_text="None marked: all of them.",
    )
    quiet_from = forms.TimeField(required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    quiet_until = forms.TimeField(
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="In these hours nothing below critical is sent; it goes when they are over.",
    )

    def __init__(self, rule: NoticeRule | None = None, data: Any = None, channel: int | None = None) -> None:
        super().__init__(data, initial=_initial(rule) if rule else {"channel": channel, "least": Severity.WARNING})
        of = self.fields["of"]
        assert isinstance(of, forms.ChoiceField)
        sites = [(f"site:{pk}", name) for pk, name in Site.objects.values_list("pk", "name")]
        clusters = [(f"cluster:{pk}", name) for pk, name in Cluster.objects.values_list("pk", "name")]
        of.choices = [
            (EVERYTHING, said_when_shown("everything")),
            (said_when_shown("One site"), sites),
            (said_when_shown("One cluster"), clusters),
        ]

    def spec(self) -> rules.Spec:
        """What was said; the form has to be valid."""
        said = self.cleaned_data
        kind, _, pk = said["of"].partition(":")
        return rules.Spec(
            said["channel"],
            Site.objects.get(pk=pk) if kind == "site" else None,
            Cluster.objects.get(pk=pk) if kind == "cluster" else None,
            tuple(said["events"]),
            said["least"],
            said["quiet_from"],
            said["quiet_until"],
        )


def _initial(rule: NoticeRule) -> dict[str, Any]:
    of = f"cluster:{rule.cluster_id}" if rule.cluster_id else f"site:{rule.site_id}" if rule.site_id else EVERYTHING
    named = {name: getattr(rule, name) for name in ("channel", "events", "least", "quiet_from", "quiet_until")}
    return named | {"of": of}
