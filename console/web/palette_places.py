"""Where the palette leads: the pages that stand for themselves, and what there is to be done with one cluster."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from console.domain.rights import Right

Words = str | Promise


@dataclass(frozen=True)
class PagePlace:
    """A page whose address names nothing. Who may open it says the page's own door."""

    name: Words
    route: str
    words: Words = ""
    """Other words by which it is looked for."""
    args: tuple[str, ...] = ()
    act: bool = False
    """Whether one goes there to do something rather than to read."""


@dataclass(frozen=True)
class ClusterPlace:
    """A page of one cluster, or a place on one. `name` holds `{cluster}`."""

    name: Words
    route: str
    words: Words = ""
    right: Right = "view"
    """What doing it there takes: more than looking at the page, where the page shows it to who may not."""
    kind: str = ""
    guided: bool = False
    """Only where the nodes run scripts, as the guide has it."""
    asked: bool = False
    """Whether the cluster is a question to the page (`?cluster=`) rather than a part of its address."""


PAGES = (
    PagePlace(_("Clusters"), "clusters", _("overview start home mail")),
    PagePlace(_("Readiness"), "readiness", _("checks score failover")),
    PagePlace(_("Incidents"), "incidents", _("alarms acknowledge uncertain")),
    PagePlace(_("Maintenance"), "maintenance", _("windows schedule moves")),
    PagePlace(_("Operations"), "operations", _("history moves journal")),
    PagePlace(_("Approvals"), "approvals", _("requests second person four eyes")),
    PagePlace(_("Reports"), "reports", _("outages RTO success CSV period")),
    PagePlace(_("Drills"), "drills", _("rehearsal exercise")),
    PagePlace(_("Audit"), "audit", _("who decided what export records")),
    PagePlace(_("Kept filters of the audit"), "audit-filters", _("search saved")),
    PagePlace(_("Inventory"), "inventory", _("nodes sites directories credentials settings")),
    PagePlace(_("Findings of the doctor"), "findings", _("diagnosis meanings")),
    PagePlace(_("Set-up logs"), "set-up-logs", _("errors upload")),
    PagePlace(_("Wall"), "wall", _("screen tiles big")),
    PagePlace(_("Notifications"), "notifications", _("channels rules mail chat webhooks")),
    PagePlace(_("Rights"), "rights", _("roles grants permissions grid")),
    PagePlace(_("Why can I, why can't I?"), "rights-why", _("rights allowed refused permission")),
    PagePlace(_("People"), "people", _("accounts users groups")),
    PagePlace(_("Sign-ins"), "sign-ins", _("sessions locked domains OpenID Active Directory")),
    PagePlace(_("API tokens"), "tokens", _("programs keys REST")),
    PagePlace(_("Your account"), "account", _("profile sessions me")),
    PagePlace(_("Find a cluster"), "first", _("discover add new clp.conf"), act=True),
    PagePlace(_("Apply an inventory file"), "inventory-apply", _("import YAML"), act=True),
    PagePlace(_("Add a cluster by hand"), "inventory-add", _("new"), ("clusters",), act=True),
    PagePlace(_("Add a maintenance window"), "add-window", _("new schedule"), act=True),
    PagePlace(_("Add a rule of notifications"), "add-notice-rule", _("new notice channel"), act=True),
    PagePlace(_("Change your password"), "change-password", _("account"), act=True),
    PagePlace(_("Set up a second factor"), "mfa_index", _("TOTP app security key recovery codes 2FA"), act=True),
)
OF_CLUSTER = (
    ClusterPlace(_("Diagnose {cluster}"), "diagnoses", _("doctor look"), "operate", "diagnose"),
    ClusterPlace(_("Drill of {cluster}: fail over and back"), "begin-drill", _("rehearse"), "operate", "failover"),
    ClusterPlace(_("Schedule a move of {cluster}"), "schedule-move", _("window later begin"), "operate", "failover"),
    ClusterPlace(_("Readiness of {cluster}"), "cluster-readiness", _("checks score")),
    ClusterPlace(_("Operations of {cluster}"), "operations", _("history"), asked=True),
    ClusterPlace(_("Report of {cluster}"), "reports", _("outages period"), asked=True),
    ClusterPlace(_("Audit of {cluster}"), "audit", _("who decided what records"), "read-audit", asked=True),
    ClusterPlace(_("Node scripts of {cluster}"), "node-scripts", _("START.BAT STOP.BAT deploy"), guided=True),
    ClusterPlace(_("Prepare the nodes of {cluster}"), "prepare-nodes", _("WinRM sheets rights")),
    ClusterPlace(_("Approvals of {cluster}"), "approval-rules", _("rules who approves")),
)
MOVES = {
    "failover": pgettext_lazy("action", "Fail over {cluster} to {target}"),
    "failback": pgettext_lazy("action", "Fail back {cluster} to {target}"),
    "takeover": pgettext_lazy("action", "Take over {cluster} on {target}"),
}
"""What moves a cluster's group, each a button on the cluster's page."""
