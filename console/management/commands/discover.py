"""`manage.py discover`: asks one node what cluster it is part of, and prints the inventory that it makes."""

from typing import Any

from django.core.management.base import CommandParser

from console.domain.checks import Refusal, Verdict
from console.domain.inventory import AUTH_CHOICES, SCHEME_CHOICES
from console.management.base import FAILED, SUCCEEDED
from console.management.speaking import OperatorCommand
from console.models import Credential, Directory, Site
from console.services import discovery_look
from console.services.credentials import resolved
from console.services.discovery import way_to
from console.services.inventory_export import dump, plain
from console.services.topology import directory_topology

MARKS = {Verdict.UNKNOWN: "?", Verdict.WARN: "!"}


class Command(OperatorCommand):
    """Changes nothing, neither on the nodes nor in the inventory."""

    help = "Ask one node of a cluster, and the other one, what they are; print what was found, or an inventory file."

    def arguments(self, parser: CommandParser) -> None:
        """ADDRESS --credential NAME and how it is reached."""
        parser.add_argument("address", metavar="ADDRESS", help="of one node; not the floating IP address")
        parser.add_argument("--credential", required=True, metavar="NAME", help="as which the nodes are asked")
        parser.add_argument("--other", default="", metavar="ADDRESS", help="of the other node, if it is not found")
        parser.add_argument("--directory", default="", metavar="NAME", help="to look at too; the only one, if left out")
        parser.add_argument("--site", default="", metavar="NAME", help="for the file; the only one, if left out")
        parser.add_argument("--port", type=int, default=5985)
        parser.add_argument("--scheme", choices=[key for key, _ in SCHEME_CHOICES], default="http")
        parser.add_argument("--auth", choices=[key for key, _ in AUTH_CHOICES], default="ntlm")
        parser.add_argument("--tls-name", default="", help="the name in the certificate, if it is not the address")
        parser.add_argument("--ca", default="", metavar="FILE", help="the CA that signed the nodes' certificates")
        parser.add_argument("--codepage", type=int, default=65001)
        parser.add_argument("--yaml", action="store_true", help="print what `inventory apply` takes, and nothing else")

    def act(self, options: dict[str, Any]) -> int:
        """Look, and print."""
        self.actor_of_all("change-inventory")
        credential = _named(Credential, "credential", options["credential"])
        directory = _chosen(Directory, "directory", options["directory"])
        site = _chosen(Site, "site", options["site"])
        asked = discovery_look.Asked(
            way=way_to(options["address"], options),
            account=resolved(credential),
            site=site.name if site else "",
            directory=directory_topology(directory) if directory else None,
            other_address=options["other"],
        )
        looked = discovery_look.look(asked)
        self._tell(looked, credential.name, options)
        return SUCCEEDED if looked.spec else FAILED

    def _tell(self, looked: discovery_look.Looked, credential: str, options: dict[str, Any]) -> None:
        spec = discovery_look.with_credential(looked.spec, credential) if looked.spec else None
        if options["yaml"] and spec is not None and not options["json"]:
            self.stdout.write(dump({"clusters": [plain(spec)]}), ending="")
            return
        lines = [_line(fact) for fact in looked.facts] + [f"{looked.said} {looked.remedy}".strip()]
        text = "\n".join(line for line in lines if line)
        data = {
            "result": "found" if spec else "failed",
            "facts": [fact.to_json() for fact in looked.facts],
            "cluster": plain(spec) if spec else None,
            "message": looked.said,
            "remedy": looked.remedy,
        }
        self.answer(options, text, data)


def _line(fact: Any) -> str:
    mark = MARKS.get(fact.verdict, " ")
    remedy = f" {fact.remedy}" if fact.remedy else ""
    return f"{mark} {fact.about}: {fact.what}: {fact.value}{remedy} [{fact.source}]"


def _named(model: Any, what: str, name: str) -> Any:
    """The row called `name`. Raises `Refusal`, naming those that there are."""
    row = model.objects.filter(name__iexact=name).first()
    if row is None:
        known = ", ".join(model.objects.order_by("name").values_list("name", flat=True)[:20]) or "none yet"
        raise Refusal.of(f"There is no {what} called {name!r}.", f"Name one of these: {known}.", key=what)
    return row


def _chosen(model: Any, what: str, name: str) -> Any:
    """The row called `name`; without a name the only one there is, or None."""
    if name:
        return _named(model, what, name)
    rows = list(model.objects.all()[:2])
    return rows[0] if len(rows) == 1 else None
