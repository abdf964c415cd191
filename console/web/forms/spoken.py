"""Forms whose choices are said in the reader's language."""

from typing import Any

from django import forms

from console.web.phrases import said


class Spoken(forms.BaseForm):
    """Says the choices that the console itself offers in the reader's language; rows keep the names that they have."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
                field.choices = spoken(field.choices)


def spoken(choices: Any) -> list[Any]:
    """Pairs of a value and its words, or of a heading and such pairs, with the words in the reader's language."""
    return [(value, spoken(words) if isinstance(words, list | tuple) else said(str(words))) for value, words in choices]
