"""The kinds of text and number that the API takes, with their bounds: what a database cannot hold is refused here."""

from datetime import datetime
from typing import Annotated

from ninja import Header, Path, Query
from pydantic import StringConstraints

from console.models.operations import PROCEDURE_KINDS
from console.services.plans import KINDS

BIGGEST = 2**63 - 1
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
NO_NUL = r"^[^\x00]*$"
A_KIND = "^(" + "|".join((*KINDS, *PROCEDURE_KINDS)) + ")$"

Number = Annotated[int, Path(ge=1, le=BIGGEST)]
ClusterName = Annotated[str, Path(min_length=1, max_length=63, pattern=PRINTABLE)]
SiteName = ClusterName
Name = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
"""A key of the catalog."""
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=128,
        pattern=r"^[A-Za-z0-9_.:-]+$",
        description="Of your own making, new for each thing that you want: the same again gives what there is.",
    ),
]
Line = Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE)]
"""One line of text."""
Text = Annotated[str, StringConstraints(max_length=1000, pattern=NO_NUL)]
"""A few sentences."""
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
Lines = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
Before = Annotated[int, Query(ge=1, le=BIGGEST, description="Only older ones than this number; `next` of a page.")]
After = Annotated[int, Query(ge=0, le=BIGGEST, description="Only lines after this number; `next` of a page.")]
AfterName = Annotated[
    str, Query(max_length=63, pattern=PRINTABLE, description="Only those after this name; `next` of a page.")
]
BeforeLine = Annotated[int, Query(ge=1, le=BIGGEST, description="Only lines before this number.")]
Word = Annotated[str, Query(max_length=200, pattern=PRINTABLE)]
Moment = Annotated[datetime | None, Query(description="With its offset, as in RFC 3339: 2026-01-31T12:00:00Z.")]
NameFilter = Annotated[str, Query(max_length=63, pattern=PRINTABLE, description="Only of the cluster of this name.")]
