"""What every page says of notifications to who administers them."""

from django import template

from console.services.notifications import states

register = template.Library()


@register.simple_tag
def failing_channels() -> int:
    """How many channels notices do not get through to."""
    return states.failing()
