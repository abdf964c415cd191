"""What people say to a request for an approval, what an emergency asks for, and the rules of a cluster."""

from collections.abc import Sequence
from typing import Any

from django import forms

from console.models import ApprovalRule
from console.models.approvals import MOST_NEEDED
from console.services.approval_override import sentence_of
from console.services.approval_rules import LONGEST_MINUTES, OVERRIDING, Rule
from console.web.forms.operations import LONGEST_REASON, ConfirmForm
from console.web.phrases import said_when_shown


class ApproveForm(forms.Form):
    """The hash of the plan that was read, and a word if there is one."""

    hash = forms.CharField(error_messages={"required": "Reload the page; the form lost which plan it is about."})
    note = forms.CharField(required=False, strip=True, max_length=LONGEST_REASON)


class EmergencyForm(ConfirmForm):
    """Everything that a plan asks for, the cluster's name in any case, and the sentence of an emergency."""

    emergency = forms.CharField(required=False, strip=True)

    def clean_typed(self) -> str:
        """The cluster's name."""
        typed = str(self.cleaned_data["typed"])
        if typed != self.plan.cluster:
            raise forms.ValidationError(f"Type the name of the cluster, {self.plan.cluster}.")
        return typed

    def clean_emergency(self) -> str:
        """The sentence of an emergency."""
        said, wanted = " ".join(str(self.cleaned_data["emergency"]).split()), sentence_of(self.plan)
        if said.rstrip(".").casefold() != wanted.casefold():
            raise forms.ValidationError(f"If it is so, type: {wanted}")
        return said


class RuleForm(forms.Form):
    """The rule of one kind of operation."""

    needed = forms.IntegerField(min_value=0, max_value=MOST_NEEDED, label="People who have to approve")
    starts = forms.ChoiceField(
        choices=[(one.value, said_when_shown(str(one.label))) for one in ApprovalRule.Starts], label="Started by"
    )
    valid_minutes = forms.IntegerField(min_value=1, max_value=LONGEST_MINUTES, label="Stands for (minutes)")
    override_roles = forms.MultipleChoiceField(
        choices=[(role, said_when_shown(role)) for role in OVERRIDING],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="In an emergency, without approval",
    )

    def __init__(self, rule: Rule, data: Any = None) -> None:
        initial = {name: getattr(rule, name) for name in self.base_fields}
        super().__init__(data, prefix=rule.kind, initial=initial)
        self.kind = rule.kind

    def rule(self) -> Rule:
        """What was said; the form has to be valid."""
        said = self.cleaned_data
        roles = tuple(said["override_roles"])
        return Rule(self.kind, said["needed"], said["starts"], said["valid_minutes"], roles)


def rule_forms(rules: Sequence[Rule], data: Any = None) -> list[RuleForm]:
    """One form for each kind of operation."""
    return [RuleForm(rule, data) for rule in rules]
