"""Forms of the inventory: they build specifications, show broken rules at their fields, and save by the services.

Every form has `is_valid()` and `save(actor)`; `save` raises `InventoryRefused` or `ClusterBusy` only for what
changed since `is_valid()`. Whether the person may change the inventory is asked before, by the view.
"""

from typing import Any

from django import forms

from console.domain.inventory import CredentialSpec, DirectorySpec, Path, Problem, SiteSpec, Spec
from console.domain.secrets import Secret
from console.models import Credential, Directory, Site
from console.services import audit
from console.services.inventory import problems_of, save_credential, save_directory, save_site
from console.services.inventory_rows import Row
from console.web.forms.fields import LABELS, AnyModelForm, tidy_pem
from console.web.forms.spoken import Spoken


class RuledForm(Spoken, AnyModelForm):
    """A model form whose rules are those of the domain; the model only lends its fields."""

    def spec(self) -> Spec:
        """What the form says; call it only without field errors."""
        raise TypeError(f"{type(self).__name__} does not say what it describes")

    def row(self) -> Row | None:
        """The row that is edited, or None for a new one."""
        return type(self.instance).objects.get(pk=self.instance.pk) if self.instance.pk else None

    def field_of(self, path: Path) -> str | None:
        """The field that shows a problem of `path`; None for the top of the form."""
        name = str(path[0]) if path else ""
        return name if name in self.fields else None

    def clean(self) -> dict[str, Any]:
        """Run the rules once every field could be read."""
        super().clean()
        if not self.errors:
            for problem in problems_of(self.spec(), self.row()):
                self.show(problem)
        return self.cleaned_data

    def show(self, problem: Problem) -> None:
        """Put the problem with its remedy beside its field."""
        source = f" ({problem.source})" if problem.source else ""
        self.add_error(self.field_of(problem.path), f"{problem.message} {problem.remedy}{source}")

    def _post_clean(self) -> None:
        """The rules have looked already, and the service writes: the instance stays as it was loaded."""


class SiteForm(RuledForm):
    """Add or rename a site."""

    class Meta:
        model = Site
        fields = ["name"]

    def spec(self) -> SiteSpec:
        """The site."""
        return SiteSpec(self.cleaned_data["name"])

    def save(self, actor: audit.Actor) -> Site:  # type: ignore[override]
        """Save with its audit record."""
        return save_site(self.spec(), actor, self.row())  # type: ignore[arg-type]


class CredentialForm(RuledForm):
    """Add or change a credential. The password goes in and never comes out: left empty, it is kept."""

    password = forms.CharField(
        required=False,
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text="Only for a stored password. Leave it empty to keep the one that is stored.",
    )

    class Meta:
        model = Credential
        fields = ["name", "username", "source", "reference"]

    def spec(self) -> CredentialSpec:
        """The credential without its password; a stored one has no reference."""
        data = self.cleaned_data
        reference = "" if data["source"] == "stored" else data["reference"]
        return CredentialSpec(data["name"], data["username"], data["source"], reference)

    def clean(self) -> dict[str, Any]:
        """Ask for a password where there is none yet, and refuse one that would not be used."""
        data = super().clean()
        stored, typed = data.get("source") == "stored", data.get("password")
        if stored and not typed and not self.instance.ciphertext:
            self.add_error("password", "No password is stored yet. Enter it.")
        if typed and not stored:
            self.add_error("password", "The password would not be used. Choose “stored here”, or leave this empty.")
        return data

    def save(self, actor: audit.Actor) -> Credential:  # type: ignore[override]
        """Save with its audit records, which never hold the password."""
        typed = self.cleaned_data["password"]
        return save_credential(self.spec(), actor, self.row(), Secret(typed) if typed else None)  # type: ignore[arg-type]


class DirectoryForm(RuledForm):
    """Add or change a directory."""

    class Meta:
        model = Directory
        labels = LABELS
        fields = [
            "name",
            "host",
            "port",
            "security",
            "tls_name",
            "ca",
            "allow_old_tls",
            "allow_clear_text",
            "target_controller",
            "target_tls_name",
            "credential",
        ]

    def clean_ca(self) -> str:
        """The certificate with plain line ends."""
        return tidy_pem(self.cleaned_data["ca"])

    def spec(self) -> DirectorySpec:
        """The directory."""
        return DirectorySpec(**self.cleaned_data | {"credential": self.cleaned_data["credential"].name})

    def save(self, actor: audit.Actor) -> Directory:  # type: ignore[override]
        """Save with its audit record."""
        return save_directory(self.spec(), actor, self.row())  # type: ignore[arg-type]
