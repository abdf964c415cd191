"""Forms about accounts and rights: roles with their kinds, a new account, a group's people, and the question why."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext

from console.domain.rights import LIMITABLE, RIGHTS, ROLES, WHAT, Right
from console.domain.secrets import Secret
from console.models import Cluster
from console.models.operations import KINDS
from console.web.forms.spoken import Spoken
from console.web.kind_words import kind_choices
from console.web.phrases import said, said_when_shown

STARTED_BY_PEOPLE = tuple(kind for kind in KINDS if kind != "start")
REASON = 1000


class RolesForm(forms.Form):
    """Every role with a box, and, for those that can be limited, whether it is for all kinds or for some."""

    reason = forms.CharField(required=False, max_length=REASON, label="Reason or ticket")

    def __init__(self, data: Any = None, *, roles: dict[str, list[str]]) -> None:
        super().__init__(data)
        for role in ROLES:
            self.fields[f"role-{role}"] = forms.BooleanField(required=False, initial=role in roles, label=role)
        for role in LIMITABLE:
            kinds = roles.get(role, [])
            limits = [("all", "for all kinds of operations"), ("some", "only for these:")]
            limit = forms.ChoiceField(
                choices=limits, required=False, initial="some" if kinds else "all", widget=forms.RadioSelect
            )
            self.fields[f"limit-{role}"] = limit
            self.fields[f"kinds-{role}"] = forms.MultipleChoiceField(
                choices=kind_choices(STARTED_BY_PEOPLE),
                required=False,
                initial=kinds,
                widget=forms.CheckboxSelectMultiple,
            )

    def clean(self) -> dict[str, Any]:
        """A limit to no kind at all is a mistake, not a role without a limit."""
        said: dict[str, Any] = super().clean() or {}
        for role in LIMITABLE:
            limited = said.get(f"role-{role}") and said.get(f"limit-{role}") == "some"
            if limited and not said.get(f"kinds-{role}") and f"kinds-{role}" not in self.errors:
                self.add_error(f"kinds-{role}", "Tick at least one kind, or choose all kinds.")
        return said

    def roles(self) -> dict[str, list[str]]:
        """The roles that are ticked, each with the kinds that it is limited to."""
        said = self.cleaned_data
        return {role: self._kinds(role) for role in ROLES if said[f"role-{role}"]}

    def lines(self) -> list[dict[str, Any]]:
        """One for each role: its box, what it lets people do, and its limit where it can have one."""
        return [
            {
                "role": role,
                "box": self[f"role-{role}"],
                "lets": _lets(role, rights),
                "limit": self[f"limit-{role}"] if role in LIMITABLE else None,
                "kinds": self[f"kinds-{role}"] if role in LIMITABLE else None,
            }
            for role, rights in ROLES.items()
        ]

    def _kinds(self, role: str) -> list[str]:
        limited = role in LIMITABLE and self.cleaned_data[f"limit-{role}"] == "some"
        return list(self.cleaned_data[f"kinds-{role}"]) if limited else []


def _lets(role: str, rights: tuple[Right, ...]) -> str:
    if role == "administrator":
        return said("do everything")
    return gettext(", ").join(said(WHAT[right]) for right in rights)


class AccountForm(Spoken, forms.Form):
    """A new account; the service checks name and password."""

    name = forms.CharField(max_length=150)
    password = forms.CharField(
        required=False,
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text="Left empty, nobody can sign in as it by a password of this console.",
    )
    role = forms.ChoiceField(
        required=False,
        choices=[("", "none yet"), *((role, role) for role in ROLES)],
        label="Role on everything",
        help_text="Roles on sites and clusters are given in the grid.",
    )

    def secret(self) -> Secret | None:
        """The password, if one was typed."""
        typed = self.cleaned_data["password"]
        return Secret(typed) if typed else None


class MembersForm(forms.Form):
    """Who is in a group."""

    members = forms.ModelMultipleChoiceField(
        User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="People"
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["members"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = User.objects.order_by("username")


class WhyForm(Spoken, forms.Form):
    """Who, what, where, and of which kind."""

    person = forms.ModelChoiceField(User.objects.none(), to_field_name="username", empty_label=None)
    act = forms.ChoiceField(choices=[(right, WHAT[right]) for right in RIGHTS])
    cluster = forms.ModelChoiceField(
        Cluster.objects.none(),
        required=False,
        to_field_name="name",
        empty_label=said_when_shown("the console as a whole"),
    )
    kind = forms.ChoiceField(
        required=False,
        choices=[("", "no operation: a cooldown, an alarm, scripts"), *kind_choices(STARTED_BY_PEOPLE)],
        label="Kind of operation",
    )

    def __init__(self, *args: Any, people: QuerySet[User], clusters: QuerySet[Cluster], **more: Any) -> None:
        super().__init__(*args, **more)
        for name, rows in (("person", people), ("cluster", clusters)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
            missing = "Nobody of that name is here, or you may ask about yourself alone."
            nowhere = "There is no such cluster that you may see."
            field.error_messages["invalid_choice"] = missing if name == "person" else nowhere
