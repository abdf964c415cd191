"""What an operation's kind is called where people read it."""

from collections.abc import Iterable
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from console.domain.procedures.kinds import is_procedure
from console.models import Operation, PlanRecord
from console.models.operations import STAYING_KINDS
from console.web.phrases import said

KIND_WORDS = {
    "failover": gettext_noop("Fail over"),
    "failback": gettext_noop("Fail back"),
    "takeover": gettext_noop("Take over"),
    "start": gettext_noop("Start"),
    "setup-2003": gettext_noop("Set up Exchange 2003"),
    "setup-2007": gettext_noop("Set up Exchange 2007"),
    "service-pack-2007": gettext_noop("Service pack for Exchange 2007"),
}


def kind_word(kind: str) -> str:
    """An operation's kind as a button says it."""
    return said(KIND_WORDS.get(kind, str(kind).replace("-", " ").capitalize()))


_word_when_shown = lazy(kind_word, str)


def kind_choices(kinds: Iterable[str]) -> list[tuple[str, Any]]:
    """The kinds as choices of a form: sent by their names, read by their words."""
    return [(kind, _word_when_shown(kind)) for kind in kinds]


def kind_list(kinds: Iterable[str]) -> str:
    """Several kinds in a row, as buttons say them."""
    return _(", ").join(map(kind_word, kinds))


def named(what: Operation | PlanRecord) -> str:
    """What an operation or a plan does, in few words: a move with where it leads, a procedure by its name."""
    word = kind_word(what.kind)
    stays = is_procedure(what.kind) or what.kind in STAYING_KINDS
    return word if stays else _("%(kind)s to %(node)s") % {"kind": word, "node": what.target or _("the other node")}
