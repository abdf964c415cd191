"""Which directories people may sign in from, and what their groups mean here: changed by administrators, audited."""

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from console.domain import dn
from console.domain.errors import ChangeoverError
from console.models import Directory, GroupMapping, SignInDirectory
from console.services import audit
from console.services.audit_actions import Action


class SourceRefused(ChangeoverError):
    """A directory or a group cannot be added like that."""


def add_directory(name: str, domain: str, actor: audit.Actor) -> SignInDirectory:
    """Let the people of the inventory's directory `name` sign in as of `domain`. Raises `SourceRefused`."""
    directory = Directory.objects.filter(name__iexact=name.strip()).first()
    if directory is None:
        raise SourceRefused(f"There is no directory called {name}.", remedy="The inventory lists them.")
    if directory.security == "clear":
        remedy = "Set its security to LDAPS or StartTLS in the inventory."
        raise SourceRefused(
            f"{directory.name} is spoken to without encryption: no password may go there.", remedy=remedy
        )
    row = SignInDirectory(directory=directory, domain=domain.strip().casefold())
    try:
        with transaction.atomic():
            row.save()
            _record(actor, row.domain, after={"directory": directory.name, "domain": row.domain})
    except ValidationError as error:
        raise SourceRefused(" ".join(error.messages), remedy="") from None
    except IntegrityError:
        remedy = "Remove the one that is there first."
        raise SourceRefused("That directory or domain is there already.", remedy=remedy) from None
    return row


def remove_directory(row: SignInDirectory, actor: audit.Actor) -> None:
    """Let its people sign in no longer; their accounts stay, and what they did keeps their name."""
    with transaction.atomic():
        _record(actor, row.domain, before={"directory": row.directory.name, "domain": row.domain})
        row.delete()


def add_mapping(domain: SignInDirectory | None, outside: str, group: Group, actor: audit.Actor) -> GroupMapping:
    """Let a group outside stand for one here; it holds from each person's next sign-in. Raises `SourceRefused`."""
    outside = outside.strip()
    if not outside or len(outside) > 512:
        raise SourceRefused("The group outside has no name, or too long a one.", remedy="Write up to 512 characters.")
    if domain is not None and (len(dn.split(outside)) < 2 or "=" not in outside):
        remedy = "Write its distinguished name: CN=Mail admins,OU=Groups,DC=corp,DC=example"
        raise SourceRefused(f"{outside!r} is not the name of a group in a directory.", remedy=remedy)
    row = GroupMapping(domain=domain, outside=outside, group=group)
    try:
        with transaction.atomic():
            row.save()
            _record(actor, outside, after=_said(row))
    except IntegrityError:
        raise SourceRefused("That is there already.", remedy="") from None
    return row


def remove_mapping(row: GroupMapping, actor: audit.Actor) -> None:
    """Forget what a group outside means; who has the group here by it keeps it until the next sign-in."""
    with transaction.atomic():
        _record(actor, row.outside, before=_said(row))
        row.delete()


def _said(row: GroupMapping) -> dict[str, str]:
    return {"source": str(row.domain or "OpenID"), "outside": row.outside, "group": row.group.name}


def _record(
    actor: audit.Actor, name: str, before: dict[str, str] | None = None, after: dict[str, str] | None = None
) -> None:
    audit.record(Action.SIGN_IN_SET, actor, audit.Subject("sign-in", name=name[:150]), before=before, after=after)
