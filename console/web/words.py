"""The words that our scripts say, in a language other than English."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import translation
from django.views.i18n import JavaScriptCatalog

from console.services import choices
from console.web.access import anyone, methods

HOUR = 3600


@anyone
@methods("GET")
def words(request: HttpRequest, language: str) -> HttpResponseBase:
    """A script that gives `gettext` and its like to those that come after it; English needs none."""
    if language not in choices.languages():
        raise Http404("There are no words of this language. The foot of each page lists those that there are.")
    with translation.override(language):
        response: HttpResponseBase = JavaScriptCatalog.as_view()(request)
    response["Cache-Control"] = f"private, max-age={HOUR}"
    return response
