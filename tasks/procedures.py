"""Proving the set-up procedure that somebody asked about."""

from console.models import ProcedureProof
from console.services import proving, queue
from tasks import hints, slots


@queue.app.task(name=queue.PROVE_PROCEDURE, max_retries=0)
def prove_procedure(proof_id: int) -> None:
    """Prove it; it ends with what was found or with why not. A second delivery finds it taken.

    Without a free slot it goes on waiting; the sweep sends it again.
    """
    if hints.row(ProcedureProof, proof_id) is None:
        return
    with slots.place() as free:
        if free:
            proving.prove_asked(proof_id)
