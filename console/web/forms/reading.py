"""How a person wants to read the pages."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from console.models import PersonalChoices
from console.services import choices


class ReadingForm(forms.Form):
    """Language and time zone; the first of each list leaves it to the browser."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, data: Any = None, *, chosen: PersonalChoices) -> None:
        super().__init__(data, initial={"language": chosen.language, "time_zone": chosen.time_zone})
        as_browser = ("", _("As my browser says"))
        for name, known in (
            ("language", settings.LANGUAGES),
            ("time_zone", [(zone, zone) for zone in choices.zones()]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [as_browser, *known]
