"""What has to be delegated in a cluster's directory, as lines to run, and whether it has been."""

from collections.abc import Iterable

from console.domain.delegation.checking import Delegated, look
from console.models import Cluster
from console.services.fields import open_field
from console.services.products import require_guided


def delegation(cluster: Cluster, people: Iterable[str] = ()) -> Delegated:
    """Read the cluster's objects and who may write them; changes nothing.

    `people` are the containers whose users have mailboxes, by default every domain that the controller holds.
    Raises `Refusal` when an object is missing, `ReachError`, `Unquotable`, `CredentialUnavailable`.
    """
    why_not = "a move changes nothing in the directory, so nothing has to be delegated"
    require_guided(cluster, why_not, "An account that may read the directory is enough.")
    with open_field(cluster) as field:
        return look(field.directory(), field.read_directory(), people)
