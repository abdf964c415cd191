"""The palette: a way to any page, cluster, open operation or action by a few letters; a page where no scripts run."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from console.web.access import methods, signed_in
from console.web.palette_search import found


@signed_in
@methods("GET")
def index(request: HttpRequest) -> HttpResponseBase:
    """What fits `?q=` as links, and the keys of the console."""
    question = request.GET.get("q", "").strip()
    return render(request, "palette/index.html", {"question": question, "parts": found(request.user, question)})


@signed_in
@methods("GET")
def options(request: HttpRequest) -> HttpResponseBase:
    """The same as options of a list, for the palette that stands over a page."""
    question = request.GET.get("q", "").strip()
    parts = found(request.user, question)
    context = {"question": question, "parts": parts, "count": sum(len(part.entries) for part in parts)}
    return render(request, "palette/_options.html", context)
