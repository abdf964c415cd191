"""The people in our tests: Olga operates, Rita reads, Ada administers, Aki audits, Sam is a stranger."""

from django.contrib.auth.models import User

from console.models import AuditRecord, Cluster, Grant
from console.services.audit import Actor

PASSWORD = "correct horse battery staple"


def person(name: str, role: str = "", on: Cluster | None = None, kinds: tuple[str, ...] = ()) -> User:
    """The account `name` with one role on everything or on a cluster, or with none; made when it is not there yet."""
    known = User.objects.filter(username=name).first()
    if known is not None:
        return known
    user = User.objects.create_user(name, password=PASSWORD)
    if role:
        Grant.objects.create(user=user, role=role, cluster=on, kinds=list(kinds))
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
