"""Where a request comes from."""

import ipaddress

from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The address of the browser by the web server's word, which looks behind a proxy that it trusts; else 0.0.0.0."""
    try:
        return str(ipaddress.ip_address(str(request.META.get("REMOTE_ADDR", ""))))
    except ValueError:
        return "0.0.0.0"  # noqa: S104 - nobody listens here: it stands for an address that is not known
