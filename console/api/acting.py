"""What every address that does something shares: by whom, once, and over a sound token."""

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model
from ninja import Field, Schema

from console.api.fields import Line, Text
from console.models import ApiToken
from console.services import tokens
from console.services.api_once import once
from console.services.audit import Actor

M = TypeVar("M", bound=Model)


class Body(Schema):
    """What is sent: nothing but the fields that are described."""

    model_config = {"extra": "forbid"}


class WhyIn(Body):
    """A reason, which goes to the audit."""

    reason: Text = Field(min_length=1, examples=["The disk of the other node is being replaced."])


class MaybeWhyIn(Body):
    """A reason where none has to be given."""

    reason: Text = Field("", examples=["Somebody else needs the window."])


class NoteIn(Body):
    """What was found, which goes to the audit."""

    note: Text = Field(min_length=1, examples=["Both nodes were looked at; the group is where it should be."])


class StepWordIn(Body):
    """A person's word about a step."""

    step: Line = Field(min_length=1, description="the step's key", examples=["a.3"])
    said: Text = Field(min_length=1, description="a sentence", examples=["The dialog ended without an error."])


def act(token: ApiToken, key: str, what: str, about: object, body: Schema | None, do: Callable[[Actor], M]) -> M:
    """What `do` comes to in the name of the token's owner, or came to when the same was asked under this key before.

    `what` and `about` tell one act from another. Raises what `do` raises, and `Refusal` when the key stands for
    something else.
    """
    asked = {"what": what, "about": about, **(body.model_dump(mode="json") if body is not None else {})}
    return once(token, key, asked, lambda: do(tokens.actor_of(token)))
