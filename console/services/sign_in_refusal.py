"""Why somebody is not let in: what that person is told, and what stands in the audit alone."""

from console.domain.errors import ChangeoverError

NO_MATCH = "That name and password do not fit."
NO_MATCH_REMEDY = (
    "Mind upper and lower case. If they should fit, ask an administrator whether the account is there, switched on "
    "and not locked."
)
NO_GROUP = "You are in no group that may use this console. Ask an administrator which one to join."


class SignInRefused(ChangeoverError):
    """A sign-in that did not succeed. Strangers are told the same whatever the reason is."""

    def __init__(self, *, why: str, told: str = "", remedy: str = "") -> None:
        super().__init__(told or NO_MATCH, remedy=remedy or ("" if told else NO_MATCH_REMEDY))
        self.why = why
        """For the audit: what happened, without any secret."""
