"""The words that our scripts say, in a language other than English."""

from functools import cache
from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.views.i18n import JavaScriptCatalog

from console.services import choices
from console.web.access import anyone, methods

YEAR = 365 * 24 * 3600


@anyone
@methods("GET")
def words(request: HttpRequest, language: str) -> HttpResponseBase:
    """A script that gives `gettext` and its like to those that come after it; English needs none.

    Under the address that pages give it is kept for good: other words have another address.
    """
    if language not in choices.languages():
        raise Http404("There are no words of this language. The foot of each page lists those that there are.")
    response = HttpResponse(script(language), content_type='text/javascript; charset="utf-8"')
    kept = request.GET.get("v") == _version(language)
    response["Cache-Control"] = f"private, max-age={YEAR}, immutable" if kept else "private, no-cache"
    return response


def address(language: str) -> str:
    """Where the words of a language are, with what tells these from those of another version of the console."""
    return f"{reverse('words', args=(language,))}?v={_version(language)}"


@cache
def script(language: str) -> bytes:
    """The words as the script that is sent: the same for everybody, and for as long as this process lives."""
    asked = HttpRequest()
    asked.method = "GET"
    with translation.override(language):
        made: HttpResponse = JavaScriptCatalog.as_view()(asked)  # type: ignore[assignment]
    return made.content


def _version(language: str) -> str:
    return sha256(script(language)).hexdigest()[:12]
