"""Forms about the passwords of accounts: one that an administrator gives, and one that a person chooses."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm

from console.domain.secrets import Secret

REASON = 1000


class OwnPasswordForm(SetPasswordForm):
    """A person's new password, twice, and not the one that they have: that one somebody may have given them."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["new_password2"].help_text = ""  # the page says once what a password is like

    def clean_new_password1(self) -> str:
        """It is another one."""
        typed = str(self.cleaned_data["new_password1"])
        if self.user.check_password(typed):
            raise forms.ValidationError("This is the password that you have now. Choose another one.")
        return typed


class GivenPasswordForm(forms.Form):
    """What an administrator gives somebody who lost theirs; the service checks it."""

    password = forms.CharField(
        strip=False,
        max_length=1024,
        label="Password for the next sign-in",
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. The person chooses another one before anything else opens.",
    )
    reason = forms.CharField(
        max_length=REASON, label="Reason", help_text="How you made sure of the person; it stands in the audit."
    )

    def secret(self) -> Secret:
        """The password."""
        return Secret(self.cleaned_data["password"])
