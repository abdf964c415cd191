"""`manage.py diagnose CLUSTER`: a worker looks, and this terminal tells what it found."""

from typing import Any

from console.domain.findings import Diagnosis
from console.management import diagnosis_text, following
from console.management.base import FAILED, SUCCEEDED
from console.management.speaking import INTERRUPTED, OperatorCommand
from console.models import DiagnosisRecord, Operation
from console.services import diagnosing, plans


def diagnose_cluster(command: OperatorCommand, options: dict[str, Any]) -> int:
    """Have the cluster `options["cluster"]` diagnosed and tell what was found; gives the exit code.

    0 when it was looked at, whatever was found; 1 when it could not be, or when `fail_on` says so. Raises `Refusal`,
    `NotAllowed`.
    """
    who = command.actor("operate")
    operation = diagnosing.ask(plans.find_cluster(options["cluster"], who.user), who)
    try:
        following.follow(operation, command.stderr.write)
    except KeyboardInterrupt:
        command.stderr.write(f"Operation {operation.pk} goes on without this command.")
        return INTERRUPTED
    record = DiagnosisRecord.objects.filter(operation=operation).first()
    if record is None:
        return _not_diagnosed(command, operation, options)
    found = Diagnosis.from_json(record.body)
    failed = diagnosis_text.fails(found, options.get("fail_on") or "")
    data = {"result": "failed" if failed else "succeeded", "operation": operation.pk}
    command.answer(options, "\n".join(diagnosis_text.lines(found)), data | diagnosis_text.as_json(found))
    return FAILED if failed else SUCCEEDED


def _not_diagnosed(command: OperatorCommand, operation: Operation, options: dict[str, Any]) -> int:
    data = {"result": operation.status, "operation": following.operation_json(operation)}
    command.answer(options, "\n".join(following.ending_lines(operation)), data)
    return FAILED
