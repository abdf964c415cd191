"""The kinds of text and number that the API takes, with their bounds: what a database cannot hold is refused here."""

from datetime import UTC, datetime
from typing import Annotated

from ninja import Field, Header, Path, Query
from pydantic import AfterValidator, AwareDatetime, StringConstraints

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
Hash = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
"""Of a plan, hex SHA-256."""
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
Lines = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
Before = Annotated[int, Query(ge=1, le=BIGGEST, description="Only older ones than this number; `next` of a page.")]
After = Annotated[int, Query(ge=0, le=BIGGEST, description="Only lines after this number; `next` of a page.")]
AfterName = Annotated[
    str, Query(max_length=63, pattern=PRINTABLE, description="Only those after this name; `next` of a page.")
]
BeforeLine = Annotated[int, Query(ge=1, le=BIGGEST, description="Only lines before this number.")]
Word = Annotated[str, Query(max_length=200, pattern=PRINTABLE)]
NameFilter = Annotated[str, Query(max_length=63, pattern=PRINTABLE, description="Only of the cluster of this name.")]
Search = Annotated[str, Query(max_length=200, pattern=PRINTABLE, description="Only what holds this text.")]
Page = Annotated[int, Query(ge=1, le=BIGGEST, description="Which page; `next` of a page.")]
SiteFilter = Annotated[str, Query(max_length=63, pattern=PRINTABLE, description="Only at the site of this name.")]
LongText = Annotated[str, StringConstraints(max_length=20_000, pattern=NO_NUL)]
"""Text of any lines, such as a certificate."""
Whole = Annotated[int, Field(ge=0, le=2**31 - 1)]
Seconds = Annotated[float, Field(ge=0, le=10**9, allow_inf_nan=False)]
LONG_AGO, FAR_AHEAD = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def within(moment: datetime) -> datetime:
    """The moment, or the nearest at which there can be anything: no database is asked for the year 1."""
    return max(LONG_AGO, min(FAR_AHEAD, moment)).astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(within)]
"""A moment with its offset (RFC 3339), within the time in which there can be anything."""
Since = Annotated[AwareDatetime, Query(description="From this moment on, with its offset (RFC 3339).")]
Until = Annotated[AwareDatetime, Query(description="Before this moment, with its offset (RFC 3339).")]
