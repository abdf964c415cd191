"""What findings mean, from the catalog: for pages, commands and the sentence that an operation ends with."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from console import catalog
from console.domain.checks import Reason, Refusal
from console.domain.findings import Diagnosis, Finding, FindingArea, FindingKind, Severity

STRANGE = "This version of the console does not know this finding; it was made by another."
WORST_FIRST = tuple(Severity)


@cache
def areas() -> tuple[FindingArea, ...]:
    """Every area with its kinds of findings, in the order in which they are mended. Raises `CatalogError`."""
    return tuple(catalog.finding_areas())


@cache
def kinds() -> Mapping[str, FindingKind]:
    """Every kind of finding by its code. Raises `CatalogError`."""
    return catalog.findings()


def kind_of(code: str) -> FindingKind:
    """The finding's kind; one that another version of the console made is a note that says so."""
    stranger = FindingKind(code, code, Severity.NOTE, STRANGE, "Unknown.", "Diagnose again.", "")
    return kinds().get(code, stranger)


def why_not_repairable(codes: Iterable[str]) -> Refusal | None:
    """Why the console cannot repair findings of these kinds, every reason; None when it can."""
    reasons = []
    for code in sorted(codes):
        if code not in kinds():
            reasons.append(Reason(f"There is no finding {code!r}.", f"Name some of: {', '.join(repairable())}."))
        elif not kinds()[code].repair:
            reasons.append(Reason(f"{kinds()[code].title} ({code}): only a person can mend it.", kinds()[code].remedy))
    return Refusal("This cannot be repaired by the console.", reasons) if reasons else None


def repairable() -> list[str]:
    """The codes of the kinds that the console can repair."""
    return [code for code, kind in kinds().items() if kind.repair]


def counts(found: Iterable[Finding]) -> Mapping[Severity, int]:
    """How many findings of each severity, those that there are none of too."""
    many = Counter(kind_of(one.code).severity for one in found)
    return {severity: many[severity] for severity in WORST_FIRST}


def worst_first(found: Iterable[Finding]) -> list[Finding]:
    """The findings by severity; within one as they should be mended."""
    return sorted(found, key=lambda one: WORST_FIRST.index(kind_of(one.code).severity))


def many_words(found: Iterable[Finding]) -> str:
    """How many there are of each severity, such as `2 errors and 1 warning`; empty for none."""
    parts = [f"{many} {severity}{'' if many == 1 else 's'}" for severity, many in counts(found).items() if many]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def in_words(diagnosis: Diagnosis) -> str:
    """What a diagnosis comes to: what is broken, what follows from the worst of it, and what is unknown."""
    first = next(iter(worst_first(diagnosis.findings)), None)
    follows = kind_of(first.code).consequence if first else ""
    return " ".join(part for part in (_broken(diagnosis), follows, _unread(len(diagnosis.unread))) if part)


def in_short(diagnosis: Diagnosis) -> str:
    """What is broken and what is unknown, in a sentence or two."""
    return f"{_broken(diagnosis)} {_unread(len(diagnosis.unread))}".strip()


def _broken(diagnosis: Diagnosis) -> str:
    if diagnosis.clean:
        return "Everything was looked at, and nothing is wrong."
    if not diagnosis.findings:
        return "Nothing is wrong with what was looked at."
    first = worst_first(diagnosis.findings)[0]
    more = len(diagnosis.findings) - 1
    where, rest = f" on {first.node}" if first.node else "", f", and {more} more" if more else ""
    many = many_words(diagnosis.findings).capitalize()
    return f"{many}. {kind_of(first.code).title}: {first.about}{where}{rest}."


def _unread(many: int) -> str:
    if not many:
        return ""
    what = "One thing" if many == 1 else f"{many} things"
    return f"{what} could not be looked at and {'is' if many == 1 else 'are'} unknown."
