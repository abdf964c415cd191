"""Forms of the first steps to a cluster: a node with an account, a configuration file, and what was found."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from console.domain.inventory import AUTH_CHOICES, SCHEME_CHOICES, ClusterSpec, CredentialSpec, SiteSpec, Spec
from console.domain.secrets import Secret
from console.models import Credential, Directory, Discovery, Site
from console.services import audit, discovery
from console.services.inventory import problems_of, save_credential, save_site
from console.web.forms.fields import LABELS, tidy_pem
from console.web.phrases import said_when_shown

LARGEST = 1024 * 1024
"""Bytes of a configuration file; real ones have some tens of thousands."""
WAY = discovery.WAY
NEW_SITE, NEW_CREDENTIAL = "main", "nodes"


class StartForm(forms.Form):
    """The address of one node, and the account as which it is asked: one that is known, or a new one."""

    address = forms.CharField(
        max_length=253, label="Address of one node", help_text="Its own address, not the floating IP address."
    )
    credential = forms.ModelChoiceField(
        Credential.objects.none(),
        required=False,
        empty_label=said_when_shown("a new one, entered here"),
        label="Account",
    )
    username = forms.CharField(
        required=False,
        max_length=256,
        label="User name",
        help_text="An administrator of the node, as DOMAIN\\user or user@domain.",
    )
    password = forms.CharField(
        required=False,
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text="Kept encrypted, as the password of a credential in the inventory. It is never shown again.",
    )
    credential_name = forms.CharField(
        required=False, max_length=63, initial=NEW_CREDENTIAL, label="Name of the new credential"
    )
    site = forms.ModelChoiceField(
        Site.objects.none(),
        required=False,
        empty_label=said_when_shown("a new one"),
        help_text="Its workers ask the node.",
    )
    site_name = forms.CharField(required=False, max_length=63, initial=NEW_SITE, label="Name of the new site")
    other_address = forms.CharField(
        required=False,
        max_length=253,
        label="Address of the other node",
        help_text="Left empty, the cluster's configuration tells it. With a port where that differs: 10.0.0.2:5986.",
    )
    port = forms.IntegerField(initial=5985)
    scheme = forms.ChoiceField(choices=SCHEME_CHOICES, initial="http")
    auth = forms.ChoiceField(choices=AUTH_CHOICES, initial="ntlm", label=LABELS["auth"])
    tls_name = forms.CharField(required=False, max_length=253, label=LABELS["tls_name"])
    ca = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3}), label=LABELS["ca"], help_text="A path, or its text."
    )
    codepage = forms.IntegerField(initial=65001, label=LABELS["codepage"])
    allow_clear_text = forms.BooleanField(required=False, label=LABELS["allow_clear_text"])

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, rows in (("credential", Credential.objects.all()), ("site", Site.objects.all())):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
            if not self.is_bound and rows.count() == 1:
                self.initial.setdefault(name, rows.get().pk)

    def about(self) -> list[forms.BoundField]:
        """What everybody fills in."""
        return [self[name] for name in ("address", "credential", "username", "password")]

    def more(self) -> list[forms.BoundField]:
        """What mostly stays as it is."""
        return [self[name] for name in ("credential_name", "site", "site_name", "other_address", *WAY)]

    def folded_wrong(self) -> bool:
        """Whether something is wrong with what is folded away."""
        return any(field.errors for field in self.more())

    def clean_ca(self) -> str:
        """The certificate with plain line ends."""
        return tidy_pem(self.cleaned_data["ca"])

    def clean(self) -> dict[str, Any]:
        """Ask for what a new account and a new site need, and hold everything against the inventory's rules."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        if data["credential"] is None:
            for name, what in (("username", "the account"), ("password", "its password")):
                if not data[name]:
                    self.add_error(name, f"Enter {what}, or choose a credential that there is.")
            if not self.errors:
                self._hold("credential_name", self._new_credential())
        elif data["password"]:
            self.add_error("password", "It would not be used: choose “a new one”, or leave it empty.")
        if data["site"] is None:
            self._hold("site_name", SiteSpec(data["site_name"] or NEW_SITE))
        try:
            discovery.hold_other(data["other_address"])
            discovery.way_to(data["address"], data)
        except discovery.WayRefused as refused:
            self.add_error(refused.field, refused.told)
        return data

    def save(self, actor: audit.Actor) -> Discovery:
        """Keep the new account and site, and have the node asked.

        Raises `InventoryRefused`, `WayRefused`, `CredentialUnavailable`.
        """
        data = self.cleaned_data
        with transaction.atomic():
            site = data["site"] or save_site(SiteSpec(data["site_name"] or NEW_SITE), actor)
            account = data["credential"] or save_credential(
                self._new_credential(), actor, password=Secret(data["password"])
            )
            way = discovery.way_to(data["address"], data)
            return discovery.ask(way, account, site, actor, other_address=data["other_address"])

    def _new_credential(self) -> CredentialSpec:
        data = self.cleaned_data
        return CredentialSpec(data["credential_name"] or NEW_CREDENTIAL, data["username"], "stored")

    def _hold(self, field: str, spec: Spec) -> None:
        for problem in problems_of(spec, None):
            named = "username" if problem.path[:1] == ("username",) else field
            self.add_error(named, f"{problem.message} {problem.remedy}")


class FileForm(forms.Form):
    """The file in which a cluster product keeps its configuration."""

    file = forms.FileField(
        label="The cluster's clp.conf",
        help_text="From the folder etc of the cluster product on one of its servers; up to 1 MiB.",
        error_messages={"required": "Choose the file clp.conf.", "empty": "The file is empty."},
    )

    def clean_file(self) -> UploadedFile:
        """A file that is not too large."""
        file = self.cleaned_data["file"]
        assert isinstance(file, UploadedFile)
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError("It is larger than a configuration: choose etc\\clp.conf itself.")
        return file


class LookAgainForm(forms.Form):
    """What may be said before the next look."""

    directory = forms.ModelChoiceField(Directory.objects.all(), required=False, empty_label=said_when_shown("none"))
    other_address = forms.CharField(required=False, max_length=253, label="Address of the other node")


def initial_of(spec: ClusterSpec) -> dict[str, dict[str, Any]]:
    """What the three forms of a cluster show first, by their prefixes."""
    plain = ("name", "driver", "generation", "group", "product_folder")
    cluster: dict[str, Any] = {name: getattr(spec, name) for name in plain}
    cluster |= {"site": Site.objects.filter(name__iexact=spec.site).first()}
    cluster |= {"directory": Directory.objects.filter(name__iexact=spec.directory).first()}
    cluster |= {"floating_ip": "".join(spec.floating_ips), "partition": "".join(spec.partitions)}
    found = {"cluster": cluster}
    for node in spec.nodes:
        account = Credential.objects.filter(name__iexact=node.credential).first()
        fields = {name: getattr(node, name) for name in (*WAY, "name", "address", "windows", "edition")}
        fields |= {name: getattr(node, name) for name in ("service_pack", "architecture", "second_hop")}
        fields |= {"server_name": node.server.name, "server_service_pack": node.server.service_pack}
        found[node.role] = fields | {"credential": account}
    return found
