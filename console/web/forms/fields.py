"""Form fields for lists of words, one per line or between commas, and for deadlines."""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    AnyModelForm = forms.ModelForm[Any]
else:
    AnyModelForm = forms.ModelForm  # only the stubs know it as a generic

LABELS = {
    "auth": "Authentication",
    "tls_name": "TLS name",
    "ca": "CA certificate",
    "codepage": "Code page",
    "allow_old_tls": "Allow old TLS",
    "allow_clear_text": "Allow clear text",
    "target_controller": "Nodes' controller",
    "target_tls_name": "Its TLS name",
}
"""Labels of fields whose names are abbreviations."""


def tidy_pem(text: str) -> str:
    """A certificate or path as it is kept: plain line ends and nothing around it, wherever it was typed."""
    return text.replace("\r\n", "\n").strip()


class WordsField(forms.CharField):
    """A list of words; its value is a tuple of texts."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        """Show a list one word a line."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        """Split at commas and line ends."""
        words = [word.strip() for word in re.split(r"[,\n]", super().to_python(value) or "")]
        return tuple(word for word in words if word)

    def validate(self, value: Any) -> None:
        """Ask for a word where one is required."""
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the words, not how they were laid out."""
        return tuple(initial or ()) != self.to_python(data)


class TimingField(WordsField):
    """Deadlines as `name=seconds`; its value is a sorted tuple of pairs."""

    def prepare_value(self, value: Any) -> Any:
        """Show one deadline a line."""
        if isinstance(value, dict):
            return "\n".join(f"{name}={seconds:g}" for name, seconds in sorted(value.items()))
        return value

    def to_python(self, value: Any) -> Any:
        """Read names and seconds. Raises `ValidationError` for a line that is neither."""
        pairs: dict[str, float] = {}
        for word in super().to_python(value):
            match = re.fullmatch(r"(\w+)\s*=\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)", word)
            if match is None:
                raise ValidationError(f"{word!r} is not a deadline. Write it as move_group=1800.")
            if match[1] in pairs:
                raise ValidationError(f"{match[1]} is given twice. Keep one.")
            pairs[match[1]] = float(match[2])
        return tuple(sorted(pairs.items()))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the deadlines, not how they were laid out."""
        try:
            return tuple(sorted((initial or {}).items())) != self.to_python(data)
        except ValidationError:
            return True
