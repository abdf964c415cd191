"""What a person types to confirm, stop or acknowledge an operation."""

from collections.abc import Sequence

from django import forms

from console.domain import tickets
from console.domain.plan import Plan
from console.services.confirm import sentence_of
from console.services.continuing import Choice
from console.services.reasons import Asked

NOTHING_MORE = Asked()
LONGEST_REASON = 1000


class ReasonForm(forms.Form):
    """A reason, which the audit and the history show."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        strip=True,
        error_messages={
            "required": "Say why in a few words; the history and the audit show it.",
            "max_length": f"Keep the reason within {LONGEST_REASON} characters.",
        },
    )


class ConfirmForm(ReasonForm):
    """Everything that a plan asks for before it runs."""

    hash = forms.CharField(error_messages={"required": "Reload the page; the form lost which plan it is about."})
    typed = forms.CharField(required=False, strip=True)
    sentence = forms.CharField(required=False, strip=True)
    accepted = forms.MultipleChoiceField(required=False)
    ticket = forms.CharField(required=False, strip=True, max_length=tickets.LONGEST_TICKET)

    def __init__(self, plan: Plan, data: object = None, asked: Asked = NOTHING_MORE) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.plan, self.asked = plan, asked
        accepted = self.fields["accepted"]
        assert isinstance(accepted, forms.MultipleChoiceField)
        accepted.choices = [(check.key, check.title) for check in plan.unknowns]

    def clean_reason(self) -> str:
        """As long as the cluster asks for."""
        reason = str(self.cleaned_data["reason"])
        if len(reason) < self.asked.length:
            text = f"Use at least {self.asked.length} characters: this cluster asks for it. These are {len(reason)}."
            raise forms.ValidationError(text)
        return reason

    def clean_ticket(self) -> str:
        """Where one is asked for, one that looks like it."""
        ticket = " ".join(str(self.cleaned_data["ticket"]).split())
        if self.asked.tickets and not tickets.fits(self.asked.tickets, ticket):
            raise forms.ValidationError(f"Give the number of the change or incident, such as {self.asked.example}.")
        return ticket

    def clean_hash(self) -> str:
        """The plan that was looked at must be the plan that is confirmed."""
        given = str(self.cleaned_data["hash"])
        if given != self.plan.hash:
            raise forms.ValidationError("This is not the plan that you looked at. Reload the page and read it again.")
        return given

    def clean_typed(self) -> str:
        """The cluster's name, where the plan asks for it."""
        typed = str(self.cleaned_data["typed"])
        if self.plan.typed_confirmation and typed != self.plan.cluster:
            raise forms.ValidationError(f"Type the name of the cluster, {self.plan.cluster}, to confirm.")
        return typed

    def clean_sentence(self) -> str:
        """The sentence, where the plan asks for one."""
        said, wanted = " ".join(str(self.cleaned_data["sentence"]).split()), sentence_of(self.plan)
        if wanted and said.rstrip(".").casefold() != wanted.casefold():
            raise forms.ValidationError(f"Make sure of it, then type: {wanted}")
        return said

    def clean_accepted(self) -> Sequence[str]:
        """Every check that could not be told, ticked one by one."""
        accepted = self.cleaned_data["accepted"]
        left = [check.title for check in self.plan.unknowns if check.key not in accepted]
        if left:
            raise forms.ValidationError(f"Tick each thing that is unknown, or have it cleared up: {'; '.join(left)}.")
        return list(accepted)


class CarryOnForm(forms.Form):
    """How an ended operation is carried on, and why."""

    choice = forms.ChoiceField(choices=[(choice.value, choice.value) for choice in Choice])
    reason = forms.CharField(required=False, strip=True, max_length=LONGEST_REASON)


class AcknowledgeForm(forms.Form):
    """What a person found when they looked into an ending."""

    note = forms.CharField(
        max_length=LONGEST_REASON,
        strip=True,
        error_messages={
            "required": "Write what you found; the next person relies on it.",
            "max_length": f"Keep the note within {LONGEST_REASON} characters.",
        },
    )
