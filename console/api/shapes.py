"""What the API answers: each shape says what its fields mean."""

from datetime import datetime
from typing import Any

from ninja import Field, Schema


class Problem(Schema):
    """Why not (RFC 9457), and what to do."""

    class Because(Schema):
        """One of the reasons."""

        text: str
        remedy: str
        key: str = Field(description="Stable, for programs, such as reservation.acting.")
        about: str

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    reasons: list[Because]


class NodeState(Schema):
    """A node of a cluster."""

    name: str
    role: str = Field(description="primary or standby, by design")
    active: bool | None = Field(description="whether it has the group; null when that is unknown")


class ClusterBrief(Schema):
    """A cluster and how it was seen last."""

    name: str
    site: str
    product: str
    generation: str
    group: str
    mail: str = Field(description="up, down or unknown")
    tone: str = Field(description="good, warn, bad, unknown or idle")
    headline: str
    active_node: str = Field(description="empty when nobody has the group, or when it is unknown")
    observed_at: datetime | None
    stale: bool = Field(description="whether that is too old to be trusted")
    operation: int | None = Field(description="the number of the operation that acts on it now")


class ClusterDetail(ClusterBrief):
    """The same with its nodes, what was read of it, and what a person has to look at."""

    nodes: list[NodeState]
    facts: list[dict[str, Any]]
    alarms: list[str]


class Clusters(Schema):
    """A page of clusters, by name."""

    items: list[ClusterBrief]
    next: str | None = Field(description="for `after`; null on the last page")


class PlanBrief(Schema):
    """A plan in a list."""

    id: int
    cluster: str
    kind: str
    target: str
    state: str = Field(description="preparing, ready, refused or failed")
    hash: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None


class Plans(Schema):
    """A page of plans, newest first."""

    items: list[PlanBrief]
    next: int | None = Field(description="for `before`; null on the last page")


class Mailboxes(Schema):
    """A page of the mailboxes that a plan changes."""

    class Mailbox(Schema):
        """One of them."""

        guid: str = Field(description="its objectGUID")
        dn: str
        changes: list[list[str]] = Field(description="each: attribute, before, after")

    items: list[Mailbox]
    total: int = Field(description="how many fit, over all pages")
    next: int | None = Field(description="for `page`; null on the last page")


class PlanOut(PlanBrief):
    """A plan: being prepared, ready, refused with its reasons, or failed."""

    class Ask(Schema):
        """What confirming it takes beside a reason."""

        typed: str = Field(description="the text that `typed` has to be; empty: nothing")
        sentence: str = Field(description="the text that `sentence` has to be; empty: nothing")
        accept: list[str] = Field(description="keys of checks that could not be told and have to be accepted")
        reason_length: int = Field(description="characters that the reason has at least")
        tickets: list[str] = Field(
            description="what a ticket looks like: # a digit, @ a letter, * some of both; empty: none is asked for"
        )

    undoes: int | None = Field(description="the number of the operation that it takes back")
    steps: list[dict[str, Any]] = Field(description="in order, with every command and every change")
    checks: list[dict[str, Any]]
    notes: list[str]
    mailboxes: int = Field(description="how many of them change")
    confirm: Ask | None = Field(description="only of a plan that is ready")
    refusal: dict[str, Any] | None = Field(description="headline and reasons")
    error: dict[str, Any] | None = Field(description="message and remedy")
    operation: int | None = Field(description="the number of the operation that carries it out")
    approval: dict[str, Any] | None = Field(description="what it waits for, and what was said to it; null: nobody")


class OperationBrief(Schema):
    """An operation in a list."""

    id: int
    cluster: str
    kind: str
    source: str
    target: str
    status: str
    requested_by: str
    confirmed_at: datetime
    ended_at: datetime | None


class Operations(Schema):
    """A page of operations, newest first."""

    items: list[OperationBrief]
    next: int | None = Field(description="for `before`; null on the last page")


class OperationOut(OperationBrief):
    """An operation as it stands."""

    plan: int
    reason: str
    ticket: str = Field(description="the change or incident that it belongs to; empty: none was given")
    started_at: datetime | None
    current_step: str
    steps_done: int
    steps_total: int
    summary: str = Field(description="how it ended and why, in a sentence")
    remedy: str
    todo: list[dict[str, Any]] = Field(description="what is left for a person")
    outage_started_at: datetime | None
    outage_ended_at: datetime | None
    automatic: bool = Field(description="whether it began without anybody's click")
    needs_acknowledgement: bool
    last_line: int


class JournalLineOut(Schema):
    """One numbered line of what happened."""

    seq: int
    at: datetime
    kind: str
    step: str
    text: str


class Journal(Schema):
    """Lines in order."""

    items: list[JournalLineOut]
    next: int = Field(description="for `after`: the number of the last line that is given")
    over: bool = Field(description="whether the operation has ended and this is its last line")
