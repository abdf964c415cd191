"""The form of a cluster: itself, its primary and its standby node with their Exchange servers, on one page."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from console.domain.inventory import (
    DEFAULT_GREETINGS,
    DEFAULT_SPN_CLASSES,
    SECOND_HOP_CHOICES,
    ClusterSpec,
    NodeSpec,
    Problem,
    ServerSpec,
)
from console.models import Cluster, Node
from console.services import audit
from console.services.access import Account
from console.services.inventory import problems_of, save_cluster, veiled
from console.web.forms.fields import LABELS, AnyModelForm, TimingField, WordsField, tidy_pem
from console.web.forms.spoken import Spoken

ROLES = ("primary", "standby")
FIELD_OF = {"floating_ips": "floating_ip", "partitions": "partition"}
WORDS = ("spn_classes", "greetings", "extra_services")
ASKED = ("reason_length", "tickets", "ticket_kinds")
"""What the cluster asks of who confirms something on it."""
WATCHED = ("windows_required", "readiness_least")
LEAST = 80
"""The usual readiness below which it is told."""


class Grouped:
    """A form whose fields stand in groups, the first of which needs no title."""

    GROUPS: ClassVar[Mapping[str, Sequence[str]]]

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The title of each group with its fields, in the order in which they are shown."""
        for title, names in self.GROUPS.items():
            yield title, [self[name] for name in names]  # type: ignore[index]


class ClusterPart(Grouped, Spoken, AnyModelForm):
    """The cluster's own fields."""

    GROUPS: ClassVar[Mapping[str, Sequence[str]]] = {
        "": ("name", "site", "directory", "driver", "generation", "group", "floating_ip", "partition"),
        "What belongs to it": (*WORDS, "product_folder", "timing"),
        "Rules for its moves": ("cooldown_seconds", "membership_tolerance", *WATCHED, *ASKED),
    }

    floating_ip = forms.CharField(max_length=45, label="Floating IP address")
    spn_classes = WordsField(initial=DEFAULT_SPN_CLASSES, label="SPN classes")
    greetings = WordsField(initial=DEFAULT_GREETINGS, help_text="Protocol and port, such as smtp:25, one a line.")
    extra_services = WordsField(required=False, help_text="Optional services that this cluster also runs.")
    timing = TimingField(required=False, help_text="Deadlines that differ from the defaults: move_group=1800.")
    reason_length = forms.IntegerField(
        min_value=0,
        initial=0,
        required=False,
        label="Shortest reason",
        help_text="Characters that a reason has at least; 0: any will do.",
    )
    tickets = WordsField(required=False, help_text="What a ticket looks like, such as CHG######, one a line.")
    readiness_least = forms.IntegerField(
        min_value=0,
        max_value=100,
        initial=LEAST,
        required=False,
        label="Least readiness",
        help_text="A readiness below this is told; 0: only checks that fail.",
    )
    ticket_kinds = WordsField(required=False, help_text="Kinds that need a ticket, such as failover; empty: all.")

    class Meta:
        model = Cluster
        fields = [
            "name",
            "site",
            "directory",
            "driver",
            "generation",
            "group",
            "floating_ip",
            "partition",
            *WORDS,
            "membership_tolerance",
            "cooldown_seconds",
            "product_folder",
            "timing",
            *ASKED,
            *WATCHED,
        ]
        labels: ClassVar[dict[str, str]] = {
            "cooldown_seconds": "Cooldown, in seconds",
            "windows_required": "Only in a maintenance window",
        }

    def _post_clean(self) -> None:
        """The rules of the domain look instead, and the service writes."""

    def clean_readiness_least(self) -> int:
        """Left out, it is the usual one."""
        least = self.cleaned_data["readiness_least"]
        return LEAST if least is None else int(least)

    def clean_reason_length(self) -> int:
        """Left out, it is none."""
        return int(self.cleaned_data["reason_length"] or 0)


class NodePart(Grouped, Spoken, AnyModelForm):
    """A node with its Exchange server."""

    GROUPS: ClassVar[Mapping[str, Sequence[str]]] = {
        "": ("name", "address", "port", "credential"),
        "Windows and Exchange": (
            "windows",
            "edition",
            "service_pack",
            "architecture",
            "server_name",
            "server_service_pack",
        ),
        "Connection": ("scheme", "auth", "tls_name", "codepage", "second_hop", "allow_clear_text", "ca"),
    }

    second_hop = forms.ChoiceField(choices=SECOND_HOP_CHOICES, initial="none", required=False)
    server_name = forms.CharField(
        max_length=15, label="Exchange server", help_text="The same for both nodes where its name moves with the group."
    )
    server_service_pack = forms.IntegerField(min_value=0, max_value=9, initial=0, label="Exchange service pack")

    class Meta:
        model = Node
        labels = LABELS
        fields = [
            "name",
            "address",
            "port",
            "scheme",
            "auth",
            "tls_name",
            "ca",
            "codepage",
            "allow_clear_text",
            "second_hop",
            "credential",
            "windows",
            "edition",
            "service_pack",
            "architecture",
        ]

    def _post_clean(self) -> None:
        """The rules of the domain look instead, and the service writes."""

    def clean_ca(self) -> str:
        """The certificate with plain line ends."""
        return tidy_pem(self.cleaned_data["ca"])

    def clean_second_hop(self) -> str:
        """Left out, it is none."""
        return str(self.cleaned_data["second_hop"] or "none")

    def spec(self, role: str) -> NodeSpec:
        """The node in that role."""
        data = dict(self.cleaned_data)
        server = ServerSpec(data.pop("server_name"), data.pop("server_service_pack"))
        return NodeSpec(**data | {"role": role, "server": server, "credential": data["credential"].name})


class ClusterForm:
    """Three forms that are valid and saved together: `cluster`, `primary` and `standby`.

    Iterating gives the three; their field names are prefixed with the attribute's name and a hyphen.
    """

    asker: Account = None
    """Who is told what is wrong: nothing of clusters that they may not see."""

    def __init__(
        self,
        data: Any = None,
        *,
        instance: Cluster | None = None,
        proposed: Mapping[str, dict[str, Any]] | None = None,
    ) -> None:
        """`proposed` is what a new cluster's forms show first: fields by prefix."""
        self.instance = instance
        first = proposed or {}
        self.cluster = ClusterPart(data, instance=instance, prefix="cluster", initial=first.get("cluster"))
        nodes = {node.role: node for node in instance.nodes.select_related("server")} if instance else {}
        self.primary, self.standby = (_node_part(data, nodes.get(role), role, first.get(role)) for role in ROLES)
        self.is_bound = data is not None
        self._checked = False

    def __iter__(self) -> Any:
        return iter((self.cluster, self.primary, self.standby))

    def is_valid(self) -> bool:
        """Whether every field can be read and every rule holds; problems are shown at their fields."""
        readable = [part.is_valid() for part in self]  # every part, so that all errors show at once
        if not all(readable):
            return False
        if not self._checked:
            self._checked = True
            for problem in veiled(problems_of(self.spec(), self.row()), self.asker):
                self._show(problem)
        return all(part.is_valid() for part in self)

    @property
    def errors(self) -> list[str]:
        """Every error with the name of its part and field, for a summary on top of the page."""
        return [
            f"{part.prefix} {field}: {message}"
            for part in self
            for field, messages in part.errors.items()
            for message in messages
        ]

    def row(self) -> Cluster | None:
        """The cluster that is edited, as it is stored; None for a new one."""
        return Cluster.objects.get(pk=self.instance.pk) if self.instance else None

    def spec(self) -> ClusterSpec:
        """What the three forms say."""
        data = dict(self.cluster.cleaned_data)
        address, drive = data.pop("floating_ip"), data.pop("partition").upper()
        known = {f.name for f in dataclasses.fields(ClusterSpec)}
        fields = {name: value for name, value in data.items() if name in known}
        fields |= {"site": data["site"].name, "directory": data["directory"].name}
        nodes = (self.primary.spec("primary"), self.standby.spec("standby"))
        return ClusterSpec(**fields, floating_ips=(address,), partitions=(drive,), nodes=nodes)

    def save(self, actor: audit.Actor) -> Cluster:
        """Save all in one transaction with one audit record. Raises `InventoryRefused` or `ClusterBusy`."""
        return save_cluster(self.spec(), actor, self.row())

    def _show(self, problem: Problem) -> None:
        """Put the problem beside its field, whichever of the three forms has it."""
        source = f" ({problem.source})" if problem.source else ""
        text = f"{problem.message} {problem.remedy}{source}"
        path = problem.path
        if len(path) > 2 and path[0] == "nodes":
            part = (self.primary, self.standby)[int(path[1])]
            name = "_".join(str(piece) for piece in path[2:])
            part.add_error(name if name in part.fields else None, text)
        else:
            name = FIELD_OF.get(str(path[0]), str(path[0])) if path else ""
            self.cluster.add_error(name if name in self.cluster.fields else None, text)


def _node_part(data: Any, node: Node | None, role: str, proposed: dict[str, Any] | None) -> NodePart:
    initial = proposed
    if node is not None:
        initial = {"server_name": node.server.name, "server_service_pack": node.server.service_pack}
    return NodePart(data, instance=node, prefix=role, initial=initial)
