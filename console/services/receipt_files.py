"""The receipts of an operation as a file to keep: it takes directory changes back on a day without the console."""

from collections.abc import Iterator

from console.domain.checks import Refusal
from console.domain.ldif import ldif
from console.models import Operation
from console.services.receipts import StoredReceipts
from console.services.undoing import changed


def receipt_lines(operation: Operation) -> Iterator[str]:
    """The file in LDIF, line by line, read while it is sent. Raises `Refusal` when there is no receipt."""
    if not changed(operation):
        text = f"Operation {operation.pk} has left no receipt: it changed nothing."
        raise Refusal.of(text, "Nothing to do.", key="undo.nothing", about=str(operation.pk))
    title = (
        f"Takes back what operation {operation.pk} ({operation.kind} of {operation.cluster.name} from "
        f"{operation.source} to {operation.target}) changed in the directory, from its end to its beginning.",
        f"It {operation.get_status_display()}. Move the group to {operation.source} and stop Exchange before you "
        "use this: the directory may only name the node that has the group.",
        "ldapmodify -H ldaps://CONTROLLER -D ACCOUNT -W -f THIS-FILE stops at the first record whose values somebody "
        "has changed since; -c goes on with the next.",
    )
    return ldif(title, StoredReceipts(operation.pk).newest_first())


def receipt_name(operation: Operation) -> str:
    """What the file is called."""
    return f"operation-{operation.pk}-receipt.ldif"
