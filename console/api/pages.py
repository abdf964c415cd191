"""Lists by pages: where the next one is, in the answer and in its `Link` header (RFC 8288)."""

from django.http import HttpRequest, HttpResponse


def link_next(request: HttpRequest, response: HttpResponse, name: str, value: object) -> None:
    """Have the answer lead to the next page: the same question, with `name` set to `value`; None: the last one."""
    if value is None:
        return
    query = request.GET.copy()
    query[name] = str(value)
    response["Link"] = f'<{request.path}?{query.urlencode()}>; rel="next"'
