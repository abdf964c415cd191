"""Which lines of a journal: for pages and programs."""

from dataclasses import dataclass

from django.db.models import QuerySet

from console.models import JournalLine, Operation


@dataclass(frozen=True)
class JournalFilter:
    """Which lines: all that is given must hold."""

    text: str = ""
    kind: str = ""
    step: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.kind or self.step)

    def of(self, operation: Operation) -> QuerySet[JournalLine]:
        """The operation's lines that fit, in their order."""
        lines = JournalLine.objects.filter(operation=operation)
        if self.text:
            lines = lines.filter(text__icontains=self.text)
        if self.kind:
            lines = lines.filter(kind=self.kind)
        return lines.filter(step=self.step) if self.step else lines
