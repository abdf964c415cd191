"""Trying the credential that somebody asked about."""

from console.models import CredentialTrial
from console.services import credential_trials, queue
from tasks import hints, slots


@queue.app.task(name=queue.TRY_CREDENTIAL, max_retries=0)
def try_credential(trial_id: int) -> None:
    """Try it; what was said is kept. A second delivery finds it taken.

    Without a free slot it goes on waiting; the sweep sends it again.
    """
    if hints.row(CredentialTrial, trial_id) is None:
        return
    with slots.place() as free:
        if free:
            credential_trials.try_asked(trial_id)
