"""What the commands about operations share: refusals with every reason."""

from typing import Any

from console.domain.checks import Refusal
from console.management.base import ConsoleCommand, Refused, told

INTERRUPTED = 130


class OperatorCommand(ConsoleCommand):
    """A command whose `act` does the work and may raise `Refusal`."""

    def act(self, options: dict[str, Any]) -> int:
        """Do it and return the exit code. Raises `Refusal`, `ChangeoverError`."""
        raise TypeError(f"{type(self).__name__} has no act method")

    def run(self, options: dict[str, Any]) -> int:
        """Run `act`; a refusal is told with every reason and remedy."""
        try:
            return self.act(options)
        except Refusal as refusal:
            text = refusal.headline if options["json"] else refusal_text(refusal)
            raise Refused(text, **told(refusal)) from refusal

    def say(self, text: str = "") -> None:
        """A line for the person, on standard output."""
        self.stdout.write(text)


def refusal_text(refusal: Refusal) -> str:
    """The refusal for a terminal."""
    lines = [f"Refused: {refusal.headline}"]
    for reason in refusal.reasons:
        lines += [f"  - {reason.text}"] if reason.text != refusal.headline else []
        lines += [f"    What to do: {reason.remedy}"] if reason.remedy else []
    return "\n".join(lines)
