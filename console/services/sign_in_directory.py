"""Signing in with a name and a password of Active Directory: asked of the directory each time, and kept nowhere."""

from django.contrib.auth.models import User
from django.db import transaction

from console.adapters.clock import SystemClock
from console.adapters.ldap import LdapDirectories
from console.adapters.ldap.limits import Limits
from console.adapters.ldap.sign_in import code_of
from console.domain import dn
from console.domain.errors import AccessDenied, ChangeoverError
from console.domain.secrets import Secret
from console.domain.sign_in import TOLD, Person, read_person, typed
from console.domain.topology import Credential
from console.models import DirectoryAccount, SignInDirectory
from console.services.group_mappings import mapped, take_over
from console.services.sign_in_refusal import NO_GROUP, SignInRefused
from console.services.topology import directory_as

LIMITS = Limits(connect=5.0, answer=10.0, tries=1)
"""A person waits at the page."""


def sign_in(name: str, password: Secret) -> User | None:
    """The account of the person whom the directory knows by that name and password, with the groups it gives now.

    None when no directory here is asked for such a name. Raises `SignInRefused`.
    """
    rows = list(SignInDirectory.objects.select_related("directory__credential"))
    what = typed(name, [row.domain for row in rows])
    fitting = [row for row in rows if what is not None and what.domain in ("", row.domain)]
    if what is None or not fitting:
        return None
    # A name without a domain means the only one there is: a password is not carried from one to the next.
    if len(fitting) > 1:
        raise SignInRefused(why="no domain given", told="", remedy="")
    return _account(fitting[0], _ask(fitting[0], what.account, password))


def sign_in_again(user: User, password: Secret) -> bool:
    """Whether the directory still takes that password for `user`. Raises `SignInRefused`."""
    known = DirectoryAccount.objects.filter(user=user).first()
    row = SignInDirectory.objects.select_related("directory__credential").filter(domain=known and known.domain).first()
    if known is None or row is None:
        return False
    return _ask(row, user.username.rpartition("@")[0], password).guid == known.guid


def _ask(row: SignInDirectory, account: str, password: Secret) -> Person:
    if not password.reveal():
        raise SignInRefused(why="no password given", told="", remedy="")
    if row.directory.security == "clear":
        raise SignInRefused(why=f"{row.directory.name} is spoken to without encryption", told="", remedy="")
    person = Credential(f"of {account}", f"{account}@{row.domain}", password)
    try:
        with LdapDirectories(SystemClock(), LIMITS).open(directory_as(row.directory, person)) as session:
            return read_person(session, account)
    except AccessDenied as error:
        code = code_of(error)
        told, remedy = TOLD.get(code, ("", ""))
        raise SignInRefused(
            why=f"the directory refuses it ({code or error.message})", told=told, remedy=remedy
        ) from None
    except ChangeoverError as error:
        raise SignInRefused(
            why=error.message,
            told="The directory could not be asked.",
            remedy="Try again in a moment; if it lasts, tell who runs this console.",
        ) from None


def _account(row: SignInDirectory, person: Person) -> User:
    """The account that belongs to the person: made at the first sign-in of who is in a group that is known here."""
    groups = mapped(row, lambda outside: dn.key(outside) in person.groups)
    with transaction.atomic():
        known = DirectoryAccount.objects.select_related("user").filter(domain=row.domain, guid=person.guid).first()
        if known is None and not groups:
            raise SignInRefused(why="in no group that is known here", told=NO_GROUP, remedy="")
        user = known.user if known else _new(row, person)
        take_over(user, row, groups)
    if not groups:
        raise SignInRefused(why="no longer in a group that is known here", told=NO_GROUP, remedy="")
    return user


def _new(row: SignInDirectory, person: Person) -> User:
    name = f"{person.account}@{row.domain}".casefold()
    if User.objects.filter(username__iexact=name).exists():
        told = f"There is another account called {name} here, which is not yours."
        raise SignInRefused(why="its name is taken", told=told, remedy="Ask an administrator to look at it.")
    user = User(username=name)
    user.set_unusable_password()
    user.save()
    DirectoryAccount.objects.create(user=user, domain=row.domain, guid=person.guid)
    return user
