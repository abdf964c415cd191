"""Everything that can go wrong on the way to a node or a directory, as one tree of errors.

ChangeoverError                 what happened, and a remedy for the person who reads it
├── Unquotable                  a text that must not become part of a command
├── Garbled                     an answer that cannot be read
├── Drifted                     the world is no longer the one that the plan was made for
├── WrongNode                   a node that answers with another node's name
└── ReachError                  the other side could not be used
    ├── Unreachable             nothing answers at that address
    ├── TrustFailed             the certificate is not one that we trust
    ├── AccessDenied            the credential was refused, or lacks the right
    ├── SecondHopRefused        a command on a node would have to sign in to a further machine
    ├── ProtocolFault           the other side does not speak the protocol as agreed
    ├── Unavailable             the other side asks to come back later
    ├── TimedOut                no answer within the deadline
    ├── Fenced                  a node refused what was sent under a lease that has been passed by
    └── ConnectionLost          the link broke while something was under way
"""


class ChangeoverError(Exception):
    """Something that a person has to know: `message` says what and where, `remedy` what to do.

    `may_have_run` is true when the request that failed may still have taken effect on the other side.
    """

    remedy = "Read the message above; the journal of the operation has the details."
    may_have_run = False

    def __init__(self, message: str, *, remedy: str | None = None, may_have_run: bool = False) -> None:
        super().__init__(message)
        self.message = message
        if remedy is not None:
            self.remedy = remedy
        self.may_have_run = may_have_run or type(self).may_have_run

    @property
    def told(self) -> str:
        """What happened and what to do, as sentences of one text; a message that quotes another may lack its stop."""
        end = "" if self.message.endswith((".", "…", "?", "!")) else "."
        return f"{self.message}{end} {self.remedy}".strip()


class Unquotable(ChangeoverError):
    """A text holds a character that cannot be passed safely to a command interpreter."""

    remedy = "Rename the object so that its name has none of these characters."


class Garbled(ChangeoverError):
    """An answer that should have been readable is not."""

    remedy = "Run the command by hand on the node and compare; `manage.py capture` collects what it prints."


class Drifted(ChangeoverError):
    """What the plan relied on has changed since the plan was made."""

    remedy = "Make a new plan; it starts from what is true now."


class WrongNode(ChangeoverError):
    """The machine that answered is not the node it was taken for."""

    remedy = "Correct the node's management address in the inventory; it must lead to that machine alone."


class ReachError(ChangeoverError):
    """The node or the directory could not be used."""


class Unreachable(ReachError):
    """Nothing answers at the address."""

    remedy = "Check that the machine is up, its address in the inventory, and the firewall between."


class TrustFailed(ReachError):
    """The certificate presented is not trusted or is for another name."""

    remedy = "Give the inventory the CA that signed the certificate and the name that the certificate carries."


class AccessDenied(ReachError):
    """The credential was refused, or may not do what was asked."""

    remedy = "Correct the credential in the inventory, or grant the right that the message names."


class SecondHopRefused(ReachError):
    """A command was not sent: on its node it would have to sign in to a further machine, and it may not."""

    remedy = "Set second_hop of this node in the inventory, or do it by hand at the node."


class ProtocolFault(ReachError):
    """The other side answered in a way that the protocol does not allow."""

    remedy = "Check that the address and port lead to the right service."


class Unavailable(ReachError):
    """The other side is busy or shutting down, and asks to be tried again."""

    remedy = "Try again in a moment; if it lasts, look at that server."


class TimedOut(ReachError):
    """No answer came within the deadline."""

    remedy = "Look at the machine; it may be overloaded. The effect may still be going on."


class Fenced(ReachError):
    """A node has seen a later lease of its cluster and refused the command; it certainly did not run."""

    remedy = (
        "Nothing to do when another worker has taken over. Else another console acts on this cluster, the database was "
        r"given an earlier time, or somebody made a folder below C:\changeover\fence there: see which, then go on."
    )


class ConnectionLost(ReachError):
    """The connection broke while a request was under way."""

    remedy = "Check the network and the machine; then observe again before anything else."
