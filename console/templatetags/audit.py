"""What those who read the audit find on other pages: the way to an object's records, and what is wrong with anchors."""

from urllib.parse import urlencode

from django import template
from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from console.models import Cluster
from console.services.access import may_somewhere, why_not
from console.services.audit_anchors import troubles
from console.web import icons

register = template.Library()


@register.simple_tag
def audit_troubles(user: User | AnonymousUser) -> list[str]:
    """The sentences for `user`; none for who may not read the audit, and none while all is well."""
    found = troubles()
    return found if found and may_somewhere(user, "read-audit") else []


@register.simple_tag(takes_context=True)
def audit_of(context: template.Context, kind: str, number: object, cluster: Cluster | None = None) -> SafeString | str:
    """A link to every record about one object, for who may read the audit there; `kind` as records call it."""
    user = context["request"].user
    may = may_somewhere(user, "read-audit") if cluster is None else why_not(user, "read-audit", cluster) is None
    if not may or number in (None, ""):
        return ""
    address = f"{reverse('audit')}?{urlencode({'about': f'{kind}:{number}'})}"
    words = _("What is on record about it")
    return format_html('<a class="small" href="{}">{}{}</a>', address, icons.icon("audit"), words)
