"""What the pages of diagnoses and set-up logs say in words and colours of their own."""

from django import template
from django.utils.safestring import SafeString

from console.domain.findings import Severity
from console.services import findings
from console.templatetags.console import badge, mark
from console.web.diagnosis_view import TONES
from console.web.numbers import grouped
from console.web.phrases import said
from console.web.setup_log_view import STAGES, VERDICTS

register = template.Library()


@register.filter
def severity_tone(severity: str) -> str:
    """The tone of a finding's severity."""
    return TONES[Severity(severity)]


@register.simple_tag
def finding_title(code: str) -> str:
    """What a kind of finding is called."""
    return said(findings.kind_of(code).title)


@register.filter
def counted(number: int, what: str) -> str:
    """So many of something: `1 error`, `3 errors`; what is unknown has no plural."""
    return said(f"{grouped(number)} {what}{'' if number == 1 or what == 'unknown' else 's'}")


@register.simple_tag
def log_badge(verdict: str) -> SafeString:
    """How a set-up came out by its log."""
    return badge(*VERDICTS.get(verdict, VERDICTS["unknown"]))


@register.simple_tag
def stage_mark(state: str) -> SafeString:
    """How far a stage of a set-up came, as a picture that also says it."""
    tone, drawing = STAGES.get(state, STAGES["not seen"])
    return mark(tone, state, drawing)
