"""Handing data to a page's own script in an attribute: no script stands in a page."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """`value` as JSON; the template escapes it."""
    return json.dumps(value, cls=DjangoJSONEncoder)
