"""What a program names in what it sends: a row of that name, or a refusal that says which there are."""

from typing import Any, TypeVar

from django.db.models import Model

from console.domain.checks import Refusal

M = TypeVar("M", bound=Model)
SHOWN = 20
"""How many names are told."""


def named(model: type[M], name: str, field: str = "name") -> M:
    """The row of that name, whatever its case. Raises `Refusal` with the names that there are."""
    rows: Any = model._default_manager
    found: M | None = rows.filter(**{f"{field}__iexact": name}).first()
    if found is None:
        what = str(model._meta.verbose_name)
        names = ", ".join(rows.order_by(field).values_list(field, flat=True)[:SHOWN])
        remedy = f"Name one of: {names}." if names else f"Add a {what} first."
        raise Refusal.of(f"There is no {what} of that name.", remedy, key=f"{model._meta.model_name}.name")
    return found
