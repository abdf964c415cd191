"""The record of one operation: a page to read and print, and the file that verifies by itself."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import SafeString

from console.services import record
from console.web.access import methods, needs, the_operation


@methods("GET")
@needs("view", "cluster")
def page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The record as it stands, and whether it holds."""
    operation = the_operation(request, pk)
    data = record.document(operation)
    context = {
        "section": "operations",
        "operation": operation,
        "sheet": SafeString(record.as_fragment(data)),  # every text in it was escaped where it was made
        "report": record.verified(data),
    }
    return render(request, "operations/record.html", context)


@methods("GET")
@needs("view", "cluster")
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The record as one file without scripts or outside references."""
    operation = the_operation(request, pk)
    headers = {"Content-Disposition": f'attachment; filename="{record.file_name(operation)}"'}
    text = record.as_file(record.document(operation))
    return HttpResponse(text, content_type="text/html; charset=utf-8", headers=headers)
