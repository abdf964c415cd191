"""Names filled into a product's commands, whole, so that no name can become an option."""

from console.domain.errors import Unquotable
from console.domain.ports import Argv


def filled(template: Argv, **values: str) -> Argv:
    """`template` with `values` for its braces. Raises `Unquotable` for an empty one and one that begins an option."""
    for name, value in values.items():
        if not value.strip() or value.startswith(("-", "/")):
            raise Unquotable(f"The {name} {value!r} is empty or would be taken for an option.")
    return tuple(word.format_map(values) for word in template)
