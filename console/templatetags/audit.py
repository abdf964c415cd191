"""What those who read the audit are told on every page: that its end is not signed, or not left outside."""

from django import template
from django.contrib.auth.models import AnonymousUser, User

from console.services.access import why_nowhere
from console.services.audit_anchors import troubles

register = template.Library()


@register.simple_tag
def audit_troubles(user: User | AnonymousUser) -> list[str]:
    """The sentences for `user`; none for who may not read the audit, and none while all is well."""
    found = troubles()
    return found if found and why_nowhere(user, "read-audit") is None else []
