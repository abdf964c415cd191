"""Codes of a second factor: counted like passwords, and each code taken once."""

from typing import Any

from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn import forms as keys
from django.core.exceptions import ValidationError
from django.db import transaction

from console.services import sign_in_failures
from console.web.addresses import address_of

LAST = "last_counter"
"""In the data of an authenticator app: the step of time whose code was taken last."""


class Counted:
    """A form whose code is looked at only while the account and the address are not locked."""

    def counted_as(self) -> str:
        """The name under which failures are counted."""
        return str(self.user.username)  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        """The code. Raises `ValidationError` with what to do."""
        name, address = self.counted_as(), address_of(context.request)
        if (locked := sign_in_failures.attempt(name, address)) is not None:
            raise ValidationError(locked)
        try:
            with transaction.atomic():
                code: str = super().clean_code()  # type: ignore[misc]
                _take_once(self.authenticator, code)  # type: ignore[attr-defined]
        except ValidationError:
            sign_in_failures.failed(name, address, "the code of the second factor does not fit")
            raise ValidationError("That code does not fit. Wait for the next one, or use a recovery code.") from None
        sign_in_failures.succeeded(name, address)
        return code


class AuthenticateForm(Counted, base.AuthenticateForm):
    """The code after the password."""


class ReauthenticateForm(Counted, base.ReauthenticateForm):
    """The code before a dangerous act."""

    def counted_as(self) -> str:
        """Apart from those at the sign-in."""
        return sign_in_failures.signed_in_name(super().counted_as())


NO_ANSWER = "That is no answer of a security key. Try again."
MALFORMED = (LookupError, TypeError, ValueError, AttributeError)
"""What the library lets through where a browser would never send such a thing."""


class AddKeyForm(keys.AddWebAuthnForm):
    """A key's answer when it is set up."""

    def clean(self) -> dict[str, Any]:
        """The answer, if it is one. Raises `ValidationError`."""
        try:
            cleaned: dict[str, Any] = super().clean()
        except MALFORMED:
            raise ValidationError(NO_ANSWER) from None
        return cleaned


class Answered:
    """A form with the answer of a key that is set up."""

    def clean_credential(self) -> Authenticator:
        """The key that answered. Raises `ValidationError`."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except MALFORMED:
            raise ValidationError(NO_ANSWER) from None


class KeyForm(Answered, keys.AuthenticateWebAuthnForm):
    """After the password."""


class KeyAgainForm(Answered, keys.ReauthenticateWebAuthnForm):
    """Before a dangerous act."""


def _take_once(factor: Authenticator, code: str) -> None:
    """Refuse a code of a step of time that is not later than the last one taken (RFC 6238 section 5.2)."""
    if factor.type != Authenticator.Type.TOTP:
        return
    row = Authenticator.objects.select_for_update().get(pk=factor.pk)
    data: dict[str, Any] = row.data
    step = max(_steps_of(row, code), default=-1)
    if step <= data.get(LAST, -1):
        raise ValidationError("used")
    row.data = factor.data = {**data, LAST: step}
    row.save(update_fields=["data"])


def _steps_of(row: Authenticator, code: str) -> list[int]:
    secret = decrypt(row.data["secret"])
    codes = {step: format_hotp_value(hotp_value(secret, step)) for step in yield_hotp_counters_from_time()}
    return [step for step, expected in codes.items() if compare_user_code(actual=code, expected=expected)]
