"""Questions that are asked every second: put into words once, and answered in rows as the database gives them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

MOMENTS_KEPT = 20_000
"""So many times are remembered as times: those of the last observations of all clusters."""
WORDS_KEPT = 64
"""So many questions are kept in the database's words: those without a time, and those of the last hours."""

Plain = tuple[Any, ...]
Asked = QuerySet[Any, Plain]
Ask = Callable[..., Asked]


def plain(ask: Ask, *about: object) -> list[Plain]:
    """The rows as the database gives them: they are only compared."""
    return _answered(*_as_sql(ask, *about))


def plain_of(ask: Callable[[Sequence[int]], Asked], keys: Sequence[int]) -> list[Plain]:
    """The same of these keys, which are all that `ask` puts into its question.

    It is put into words for one key, for two, four, and so on; the last key fills up what is left.
    """
    if not keys:
        return []
    places = 1 << (len(keys) - 1).bit_length()
    text, _ = _as_sql(_of_places, ask, places)
    return _answered(text, (*keys, *(keys[-1],) * (places - len(keys))))


@lru_cache(maxsize=MOMENTS_KEPT)
def moment(text: str | None) -> datetime:
    """The time that the database's text means; None lies before all. Some leave out that their times are UTC."""
    at = datetime.fromisoformat(text) if text else datetime.min
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _answered(text: str, values: Plain) -> list[Plain]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


@lru_cache(maxsize=WORDS_KEPT)
def _as_sql(ask: Ask, *about: object) -> tuple[str, Plain]:
    """What is asked every second in the same words is put into words once."""
    return ask(*about).query.sql_with_params()


def _of_places(ask: Callable[[Sequence[int]], Asked], places: int) -> Asked:
    """The question with a different number in each place, since the same one would be asked for only once."""
    return ask(range(places))
