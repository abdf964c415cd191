"""What a run of a node's script is answered now, from its row."""

from console.domain.hooks.messages import Answer
from console.models import NodeRun
from console.services import goes

POLL_SECONDS = 1
DECIDING = "The console looks at both nodes first."
WAITING = "The operation has not come to its go yet."


def answer_of(run: NodeRun) -> Answer:
    """The answer that holds now. A go is given out only while it is unexpired, and is fetched by this."""
    if run.answer == NodeRun.Answer.GO and (go := goes.fetch(run)) is not None:
        return Answer("go", run=run.run_id, operation=go.operation_id, expires=go.expires_at)
    run.refresh_from_db(fields=["answer", "reason", "operation", "decided_at"])
    if run.answer == NodeRun.Answer.NO:
        return Answer("no", run=run.run_id, operation=run.operation_id, reason=run.reason)
    if run.answer == NodeRun.Answer.NOTED:
        return Answer("noted", run=run.run_id, operation=run.operation_id)
    reason = run.reason or (WAITING if run.decided_at else DECIDING)
    return Answer("wait", run=run.run_id, operation=run.operation_id, reason=reason, poll=POLL_SECONDS)
