"""The people in our tests: Olga operates, Rita reads, Ada administers, Aki audits, Sam is a stranger."""

from django.contrib.auth.models import Group, User

from console.models import AuditRecord
from console.services.access import ensure_roles
from console.services.audit import Actor

PASSWORD = "correct horse battery staple"


def person(name: str, role: str = "") -> User:
    """The account `name` with one role, or with none; made when it is not there yet."""
    known = User.objects.filter(username=name).first()
    if known is not None:
        return known
    user = User.objects.create_user(name, password=PASSWORD)
    if role:
        ensure_roles()
        user.groups.add(Group.objects.get(name=role))
    return user


def olga() -> User:
    """May see and operate."""
    return person("olga", "operator")


def rita() -> User:
    """May see."""
    return person("rita", "viewer")


def ada() -> User:
    """May do everything."""
    return person("ada", "administrator")


def aki() -> User:
    """May see, and read the audit."""
    return person("aki", "auditor")


def sam() -> User:
    """Has an account and no role."""
    return person("sam")


def at_page(user: User) -> Actor:
    """`user` deciding on a page."""
    return Actor.of(user, AuditRecord.Origin.PAGE)
