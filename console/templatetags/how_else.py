"""The part of a page that tells how the same is done without it."""

from typing import Any

from django import template
from django.template import Context

from console.domain.checks import Refusal
from console.models import Cluster, Drill, Operation, PlanRecord
from console.web import how_else

register = template.Library()


@register.inclusion_tag("parts/how_else.html", takes_context=True)
def the_same_by_program(context: Context, about: Cluster | PlanRecord | Operation | Drill) -> dict[str, Any]:
    """The calls of the API and the commands behind what the page of `about` offers; none for a plan that is broken."""
    request = context["request"]
    base = f"{request.scheme}://{request.get_host()}"
    try:
        ways = _ways(about)
    except Refusal:
        ways = []
    return {"ways": [(way, way.call(base)) for way in ways]}


def _ways(about: Cluster | PlanRecord | Operation | Drill) -> list[how_else.Way]:
    if isinstance(about, Cluster):
        return how_else.of_cluster(about)
    if isinstance(about, Drill):
        return how_else.of_drill(about)
    return how_else.of_plan(about) if isinstance(about, PlanRecord) else how_else.of_operation(about)
