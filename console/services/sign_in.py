"""Checking who signs in with a name and a password: of an account here, or of a directory."""

from django.contrib.auth.backends import AllowAllUsersModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest

from console.domain.secrets import Secret
from console.services import passwords, sign_in_directory, sign_in_failures
from console.services.sign_in_refusal import SignInRefused

LONGEST = 4096
"""Characters of a password that are looked at: hashing more of them would keep a process busy."""


def check(request: HttpRequest, name: str, password: Secret, address: str) -> User:
    """The account that `name` and `password` belong to. Raises `SignInRefused`; failures are counted and audited."""
    if (locked := sign_in_failures.attempt(name, address)) is not None:
        raise SignInRefused(why="locked", told=locked)
    try:
        user = _known(request, name, password)
    except SignInRefused as refused:
        sign_in_failures.failed(name, address, refused.why)
        raise
    sign_in_failures.succeeded(name, address)
    return user


def check_again(request: HttpRequest, user: User, password: Secret, address: str) -> None:
    """Make sure that who is signed in knows the password of `user`. Raises `SignInRefused`, counted like a sign-in."""
    name = sign_in_failures.signed_in_name(user.username)
    if (locked := sign_in_failures.attempt(name, address)) is not None:
        raise SignInRefused(why="locked", told=locked)
    try:
        if not _still(request, user, password):
            raise SignInRefused(why="the password does not fit")
    except SignInRefused as refused:
        sign_in_failures.failed(name, address, refused.why)
        raise
    sign_in_failures.succeeded(name, address)


def _known(request: HttpRequest, name: str, password: Secret) -> User:
    local = User.objects.filter(username=name).first()
    user: object = None
    if local is None or not local.has_usable_password():
        user = sign_in_directory.sign_in(name, password)
    if user is None:
        # Also for names that nobody has, so that these take as long as the others.
        user = AllowAllUsersModelBackend().authenticate(request, name, password.reveal()[:LONGEST])
    if not isinstance(user, User):
        raise SignInRefused(why="the name or the password does not fit")
    if not user.is_active:
        told = f"The account {user.username} is switched off."
        raise SignInRefused(why="the account is switched off", told=told, remedy="Ask an administrator.")
    if passwords.is_over(user):
        told = f"The password that {user.username} was given is good no longer."
        raise SignInRefused(why="the given password is over", told=told, remedy="Ask an administrator for another one.")
    return user


def _still(request: HttpRequest, user: User, password: Secret) -> bool:
    if not user.has_usable_password():
        return sign_in_directory.sign_in_again(user, password)
    found = AllowAllUsersModelBackend().authenticate(request, user.username, password.reveal()[:LONGEST])
    return found is not None and found.pk == user.pk
