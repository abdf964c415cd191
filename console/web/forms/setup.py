"""What people write to a procedure under way: their word for a step, and to whom they hand it."""

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet

from console.web.forms.operations import LONGEST_REASON


class SayForm(forms.Form):
    """A person's word for one step."""

    step = forms.CharField(max_length=128)
    said = forms.CharField(
        max_length=LONGEST_REASON,
        strip=True,
        error_messages={
            "required": "Say in a sentence what you did or saw; it stands in the record.",
            "max_length": f"Keep it within {LONGEST_REASON} characters.",
        },
    )


class AcceptForm(SayForm):
    """A person's word that one step may stay unproved, with the cluster's name typed."""

    typed = forms.CharField(required=False, strip=True, max_length=64)

    def __init__(self, cluster: str, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self._cluster = cluster
        self.fields["said"].error_messages["required"] = "Say in a sentence how you know, or why it may stay unknown."

    def clean_typed(self) -> str:
        """The cluster's name."""
        typed = str(self.cleaned_data["typed"])
        if typed != self._cluster:
            raise forms.ValidationError(f"Type the name of the cluster, {self._cluster}, to accept it.")
        return typed


class HandOverForm(forms.Form):
    """Who does what is next, and what that person should know."""

    to = forms.ModelChoiceField(
        User.objects.none(),
        to_field_name="username",
        error_messages={
            "required": "Choose the person who goes on.",
            "invalid_choice": "That person may not operate here, or has it already. Choose another.",
        },
    )
    note = forms.CharField(
        max_length=LONGEST_REASON,
        strip=True,
        error_messages={
            "required": "Write what that person should know; it stands in the record.",
            "max_length": f"Keep the note within {LONGEST_REASON} characters.",
        },
    )

    def __init__(self, people: QuerySet[User], data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        to = self.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)
        to.queryset = people
