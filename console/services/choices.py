"""How a person wants to read the pages: language and time zone, kept with their account."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import User

from console.models import PersonalChoices


def of(user: User) -> PersonalChoices:
    """What this person chose; empty where they chose nothing."""
    return PersonalChoices.objects.filter(user=user).first() or PersonalChoices(user=user)


def keep(user: User, **chosen: str) -> None:
    """Keep `language` (a code of `languages`), `time_zone` (one of `zones`), or either; empty: as the browser says."""
    PersonalChoices.objects.update_or_create(user=user, defaults=chosen)


def languages() -> list[str]:
    """The codes of the languages that the pages are there in."""
    return [code for code, _ in settings.LANGUAGES]


@cache
def zones() -> list[str]:
    """Every time zone by its place, such as `Asia/Tokyo`, and UTC."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/")))
    return ["UTC", *places]


def zone(name: str) -> ZoneInfo | None:
    """The zone of that name, or None where nobody knows it."""
    return ZoneInfo(name) if name in zones() else None
