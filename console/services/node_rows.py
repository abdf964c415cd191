"""The nodes of a cluster as rows: read at every observation, so the question is put into the database's words once."""

from functools import cache
from typing import Any, NamedTuple

from django.db import connection

from console.models import Credential, ExchangeServer


class NodeRow(NamedTuple):
    """What reaching a node takes, under the names of the model."""

    server: str
    role: str
    name: str
    address: str
    port: int
    scheme: str
    auth: str
    tls_name: str
    ca: str
    codepage: int
    allow_clear_text: bool
    second_hop: str
    windows: str
    credential: Credential


_OF_NODE = NodeRow._fields[1:-1]
_OF_CREDENTIAL = ("name", "username", "source", "reference", "ciphertext")


def node_rows(cluster_id: int) -> list[NodeRow]:
    """The nodes of the cluster that have an Exchange server, as they are now, in no order."""
    with connection.cursor() as cursor:
        cursor.execute(_words(), [cluster_id])
        return [_row(values) for values in cursor.fetchall()]


@cache
def _words() -> str:
    """Django takes longer to make these words than the database to answer them."""
    fields = (*(f"node__{name}" for name in _OF_NODE), *(f"node__credential__{name}" for name in _OF_CREDENTIAL))
    asked = ExchangeServer.objects.order_by().filter(node__cluster=0).values_list("name", *fields)
    return asked.query.sql_with_params()[0]


def _row(values: tuple[Any, ...]) -> NodeRow:
    own, account = values[: len(_OF_NODE) + 1], values[len(_OF_NODE) + 1 :]
    row = NodeRow._make((*own, Credential(**dict(zip(_OF_CREDENTIAL, account, strict=True)))))
    return row._replace(allow_clear_text=bool(row.allow_clear_text))  # SQLite has numbers for it
