"""Set-up logs: handed in as a file, and shown as the course of the set-up with what went wrong in it."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from console.domain.errors import ChangeoverError
from console.models import Cluster
from console.services import setup_logs
from console.services.access import NotAllowed, clusters_with
from console.web.access import actor_of, methods, needs
from console.web.forms.spoken import Spoken
from console.web.phrases import said_when_shown
from console.web.setup_log_view import shown
from console.web.upload_bound import LARGEST

PAGE = 50
ENCODINGS = (
    ("", "found out"),
    ("cp1252", "Windows-1252 (western Europe)"),
    ("cp932", "Windows-932 (Japanese)"),
    ("utf-8", "UTF-8"),
    ("utf-16-le", "UTF-16 (little endian)"),
)


class HandedIn(Spoken, forms.Form):
    """A log, of which cluster it is, and how it is encoded where one knows better."""

    log = forms.FileField(
        label="Set-up log",
        allow_empty_file=True,
        help_text="Exchange 2003: Exchange Server Setup Progress.log. Exchange 2007: ExchangeSetup.log. "
        f"Up to {LARGEST // 1024 // 1024} MiB; a larger one: manage.py diagnose --log FILE.",
        error_messages={
            "required": "Choose the file of the set-up log.",
            "missing": "Choose the file of the set-up log.",
        },
    )
    cluster = forms.ModelChoiceField(
        Cluster.objects.none(), required=False, to_field_name="name", empty_label=said_when_shown("none of them")
    )
    encoding = forms.ChoiceField(choices=ENCODINGS, required=False, label="Encoding")

    def __init__(self, *args: Any, clusters: QuerySet[Cluster], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["cluster"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = clusters.order_by("name")

    def clean_log(self) -> UploadedFile:
        """A file that is not too large."""
        log = self.cleaned_data["log"]
        assert isinstance(log, UploadedFile)
        if (log.size or 0) > LARGEST:
            raise forms.ValidationError("It is too large for a page; read it with manage.py diagnose --log FILE.")
        return log


@methods("GET", "POST")
@needs("view", post="operate")
def index(request: HttpRequest) -> HttpResponseBase:
    """Every log that was handed in, and the form to hand one in."""
    mine = clusters_with(request.user, "operate")
    if request.method != "POST":
        return _page(request, HandedIn(initial={"cluster": request.GET.get("cluster", "")}, clusters=mine))
    form = HandedIn(request.POST, request.FILES, clusters=mine)
    if not form.is_valid():
        return _page(request, form, status=422)
    said = form.cleaned_data
    try:
        chunks, name = said["log"].chunks(), said["log"].name
        record = setup_logs.read(
            name, chunks, actor_of(request), cluster=said["cluster"], encoding=said["encoding"] or None
        )
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except ChangeoverError as error:
        form.add_error("log", f"{said['log'].name}: {error.told}")
        return _page(request, form, status=422)
    return redirect("set-up-log", record.pk)


@methods("GET")
@needs("view", "cluster")
def detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What one log says."""
    record = setup_logs.visible(request.user).select_related("cluster").filter(pk=pk).first()
    if record is None:
        raise Http404(f"There is no set-up log {pk}. The page of set-up logs lists those that were handed in.")
    context = {"section": "clusters", "record": record, "cluster": record.cluster, "shown": shown(record)}
    return render(request, "diagnoses/log.html", context)


def _page(request: HttpRequest, form: HandedIn, status: int = 200) -> HttpResponseBase:
    seen = setup_logs.visible(request.user).select_related("cluster")
    found = Paginator(seen, PAGE).get_page(request.GET.get("page"))
    context = {"section": "clusters", "form": form, "page": found, "logs": found.object_list}
    return render(request, "diagnoses/logs.html", context, status=status)
