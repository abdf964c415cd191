"""The page that a person comes back to, for templates."""

from django import template

from console.web.way_back import nearest, page_of

register = template.Library()
register.simple_tag(page_of)
register.filter("page_above", nearest)
