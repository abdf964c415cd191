"""An operation that other people approved, with journal, receipts and an ending, and signed heads in between."""

from django.db import transaction

from console.domain.directory import AttributeChange, EntryChange, Modified
from console.domain.outcome import Ending, Status, Todo
from console.domain.plan import PlannedCommand, Step
from console.domain.ports import Control
from console.domain.receipts import Receipt
from console.models import Approval, Cluster, Operation
from console.services import approvals, audit
from console.services.audit_actions import Action
from console.services.audit_signing import sign_head
from console.services.confirm import confirm
from console.services.execute import execute
from console.services.journal import OperationJournal
from console.services.receipts import OperationReceipts
from tests.approvals import asking
from tests.services import making

HOSTILE = "</pre><script>alert(1)</script>\x00\x1b[2J\u202e \U0001f600 & Gründe"
CHANGE = EntryChange("CN=Ann,DC=corp", "guid-1", (AttributeChange("homeMTA", ("a",), ("b",)),))
STEPS = (
    Step("stop", "service.stop", "Stop the services", "hand-over", commands=(PlannedCommand("TOK-EX1", "net stop X"),)),
    Step("names", "directory.apply", "Switch the names", "directory", changes=(CHANGE,), undo="puts them back"),
    Step("greet", "greeting", "Hear the greeting", "proof", no_return="Users write from here on"),
)


def between(count: int = 3) -> None:
    """Records about something else."""
    subject = audit.Subject("site", 7, "Kyoto")
    for number in range(count):
        with transaction.atomic():
            audit.record(Action.SITE_CHANGED, audit.SYSTEM, subject, reason=f"secret of another site {number}")


def performed(operation: Operation, token: int, control: Control) -> Ending:
    """Three steps with an outage between the first and the last, and a receipt of the second."""
    journal, receipts = OperationJournal(operation.pk, token), OperationReceipts(operation.pk, token)
    journal.write("started", "Stopping.", step="stop")
    journal.write("output", HOSTILE, step="stop", data={"mark": "outage-started", "exit": 0, "took": 0.25})
    journal.write("done", "MSExchangeIS is stopped.", step="stop")
    journal.write("started", "Switching.", step="names")
    number = receipts.keep(Receipt("names", "directory.apply", "The names were on TOK-EX1.", {"n": 1}, (CHANGE,)))
    receipts.settle(number, [Modified("done", "")])
    journal.write("done", "The names are on TOK-EX2.", step="names")
    journal.write("done", "220 TOK-EX2 SMTP", step="greet", data={"mark": "outage-ended"})
    todo = (Todo("Ann", "changed meanwhile", "Look at her."),)
    return Ending(Status.FAILED, "Incomplete: one mailbox.", "greet", "Work through the list.", todo, True)


def approved(cluster: Cluster) -> Operation:
    """An operation that Pat approved, which waits for a worker; what comes before it is signed."""
    between()
    approval = asking.asked(cluster, steps=STEPS, checks=(making.unknown(),), notes=("Say it to the users.",))
    between(1)
    sign_head()
    Approval.objects.get(pk=approval.pk)
    approvals.approve(approval, asking.pat(), approval.plan_hash, "read it all")
    said = {"typed": cluster.name, "accepted": ["partition.free"]}
    return confirm(approval.plan, asking.olga(), "firmware on TOK-EX1", **said)  # type: ignore[arg-type]


def recorded(cluster: Cluster, *, signed: bool = True) -> Operation:
    """An operation that has ended, with every record about it below a signed head."""
    operation = approved(cluster)
    between(2)
    assert execute(operation.pk, "worker-1", performed)
    between(2)
    if signed:
        sign_head()
    operation.refresh_from_db()
    return operation
