"""The rows of the inventory's clusters: fifty of them are on a page, so they are made without a template for each.

A row is kept. It is made of nothing but what it is kept under, so it can be neither old nor another reader's: every
value that it shows, whether it leads to the form, the language, and what the console's addresses begin with.
"""

from collections.abc import Iterable
from functools import cache, lru_cache

from django import template
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from console.models import Cluster
from console.templatetags.console import badge
from console.web.inventory_list import Line, Listed, ListedNode
from console.web.phrases import said

register = template.Library()

ROWS_KEPT = 2000
LINE = (
    '<tr><td data-label="{}">{}</td><td data-label="{}"><span>{}</span></td>'
    '<td data-label="Exchange"><span>{} <span class="soft small">{}</span></span></td>'
    '<td data-label="{}"><span class="wrap">{}</span></td><td data-label="{}"><code>{}</code></td>'
    '<td data-label="{}">{}</td><td data-label="{}">{}</td></tr>\n'
)
NODE = '<span>{} <span class="soft small">{}, {}:{}</span>{}</span>'


@register.simple_tag
def cluster_rows(lines: Iterable[Line]) -> SafeString:
    """A row for each; those that may be changed lead to their form."""
    language, prefix = get_language(), get_script_prefix()
    return mark_safe("".join(_kept(line, language, prefix) for line in lines))  # noqa: S308 - each of them is escaped


@lru_cache(maxsize=ROWS_KEPT)
def _kept(line: Line, language: str | None, prefix: str) -> SafeString:
    """Language and prefix are those that hold: they are named so that each has its own."""
    cluster, nodes, changeable = line
    return format_html(
        LINE,
        *(gettext("Name"), _link(cluster) if changeable else cluster.name),
        *(gettext("Nodes"), _nodes(nodes)),
        *(cluster.generation, _product(cluster.driver)),
        *(gettext("Group"), cluster.group),
        *(gettext("Floating IP"), cluster.floating_ip),
        *(gettext("Directory"), cluster.directory),
        *(gettext("Site"), cluster.site),
    )


def _link(cluster: Listed) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("inventory-edit", args=["clusters", cluster.pk]), cluster.name)


def _nodes(nodes: Iterable[ListedNode]) -> SafeString:
    told = ((one.name, said(one.role), one.address, one.port, _danger(one)) for one in nodes)
    return format_html_join(SafeString("<br>"), NODE, told)


def _danger(node: ListedNode) -> str:
    return SafeString(" ") + badge("warn", "clear text allowed") if node.allow_clear_text else ""


def _product(driver: str) -> str:
    return gettext("on %(get_driver_display)s") % {"get_driver_display": said(_title(driver))}


@cache
def _title(driver: str) -> str:
    """A cluster product's title: a field looks for its choices in every row anew, in the catalog's folder."""
    return str(Cluster(driver=driver).get_driver_display())
