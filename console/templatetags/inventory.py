"""The rows of the inventory's clusters: fifty of them are on a page, so they are made without a template for each."""

from collections.abc import Collection, Iterable
from functools import cache

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from console.models import Cluster, Node
from console.templatetags.console import badge
from console.web.phrases import said

register = template.Library()

LINE = (
    '<tr><td data-label="{}">{}</td><td data-label="{}"><span>{}</span></td>'
    '<td data-label="Exchange"><span>{} <span class="soft small">{}</span></span></td>'
    '<td data-label="{}"><span class="wrap">{}</span></td><td data-label="{}"><code>{}</code></td>'
    '<td data-label="{}">{}</td><td data-label="{}">{}</td></tr>\n'
)
NODE = '<span>{} <span class="soft small">{}, {}:{}</span>{}</span>'


@register.simple_tag
def cluster_rows(clusters: Iterable[Cluster], changeable: Collection[int]) -> SafeString:
    """A row for each; those whose key is among `changeable` lead to their form."""
    heads = tuple(map(gettext, ("Name", "Nodes", "Group", "Floating IP", "Directory", "Site")))
    return format_html_join("", LINE, (_row(one, changeable, *heads) for one in clusters))


def _row(cluster: Cluster, changeable: Collection[int], *heads: str) -> tuple[str, ...]:
    of_name, of_nodes, of_group, of_ip, of_directory, of_site = heads
    return (
        *(of_name, _name(cluster) if cluster.pk in changeable else cluster.name),
        *(of_nodes, _nodes(cluster.nodes.all())),
        *(cluster.generation, _product(cluster.driver)),
        *(of_group, cluster.group),
        *(of_ip, cluster.floating_ip),
        *(of_directory, cluster.directory.name),
        *(of_site, cluster.site.name),
    )


def _name(cluster: Cluster) -> SafeString:
    address = reverse("inventory-edit", args=["clusters", cluster.pk])
    return format_html('<a href="{}">{}</a>', address, cluster.name)


def _nodes(nodes: Iterable[Node]) -> SafeString:
    told = ((one.name, said(one.role), one.address, one.port, _danger(one)) for one in nodes)
    return format_html_join(SafeString("<br>"), NODE, told)


def _danger(node: Node) -> str:
    return SafeString(" ") + badge("warn", "clear text allowed") if node.allow_clear_text else ""


def _product(driver: str) -> str:
    return gettext("on %(get_driver_display)s") % {"get_driver_display": said(_title(driver))}


@cache
def _title(driver: str) -> str:
    """A cluster product's title: a field looks for its choices in every row anew, in the catalog's folder."""
    return str(Cluster(driver=driver).get_driver_display())
