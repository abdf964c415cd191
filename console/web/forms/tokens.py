"""The form by which a person makes an API token for themselves."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from console.domain.secrets import Secret
from console.models import ApiToken, Cluster
from console.services import access, audit, tokens
from console.web.forms.spoken import Spoken
from console.web.kind_words import kind_choices

ALL = "all"
SOME = "some"


class TokenForm(Spoken, forms.Form):
    """What the token is for and how long it lasts; the services decide, and complain."""

    name = forms.CharField(max_length=tokens.LONGEST_NAME, help_text="What uses it, such as nightly-report.")
    right = forms.ChoiceField(choices=ApiToken.Right.choices, label="It may")
    where = forms.ChoiceField(
        choices=[(ALL, "every cluster that I may see"), (SOME, "only those marked below")], label="On"
    )
    clusters = forms.ModelMultipleChoiceField(
        Cluster.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Clusters"
    )
    kinds = forms.MultipleChoiceField(
        choices=kind_choices(tokens.KINDS),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Only these kinds of operation",
        help_text="None marked: every kind that you may start.",
    )
    days = forms.IntegerField(min_value=1, max_value=tokens.LONGEST_DAYS, initial=90, label="Days it lasts")
    reason = forms.CharField(max_length=1000, label="Why?", help_text="For the audit.")

    def __init__(self, owner: User, data: Any = None) -> None:
        super().__init__(data, initial={"right": ApiToken.Right.VIEW, "where": ALL, "days": 90})
        self.owner = owner
        chosen = self.fields["clusters"]
        assert isinstance(chosen, forms.ModelMultipleChoiceField)
        chosen.queryset = access.visible_clusters(owner).order_by("name")

    def make(self, actor: audit.Actor) -> tuple[ApiToken, Secret]:
        """The token and its text. Raises `TokenRefused`."""
        said = self.cleaned_data
        return tokens.make(
            self.owner,
            actor,
            said["name"],
            right=said["right"],
            clusters=None if said["where"] == ALL else list(said["clusters"]),
            kinds=said["kinds"],
            days=said["days"],
            reason=said["reason"],
        )
