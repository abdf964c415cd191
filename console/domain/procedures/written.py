"""A procedure as its catalog file writes it, and how that becomes steps: a part says only what differs."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from console.domain.procedures.model import Means, Mode, Procedure, ProcedureStep, Side, Sort, sort_of


@dataclass(frozen=True)
class WrittenPart:
    """A lettered, bulleted or numbered part of a step, a Note or an Important; what it leaves out it inherits.

    Only what is proved as the whole is has the whole's remedy: another goal is reached in another way.
    """

    at: str
    title: str
    side: Side | None = None
    mode: Mode | None = None
    by: str = ""
    does: str = ""
    reason: str = ""
    remedy: str = ""
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class WrittenStep:
    """A numbered step."""

    at: str
    key: str
    title: str
    side: Side
    mode: Mode
    remedy: str
    by: str = ""
    does: str = ""
    reason: str = ""
    needs: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    items: tuple[WrittenPart, ...] = ()


@dataclass(frozen=True)
class WrittenProcedure:
    """One file."""

    key: str
    title: str
    generation: str
    chapter: str
    section: str
    steps: tuple[WrittenStep, ...]


class WrongStep(Exception):
    """Something in the file contradicts itself: `place` (`steps[3].items[1].by`) and why."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place} {why}")
        self.place = place
        self.why = why


def resolve(written: WrittenProcedure, means: Means) -> Procedure:
    """The procedure with every part's own fields filled in. Raises `WrongStep`."""
    steps = tuple(step for index in range(len(written.steps)) for step in _resolved(written, index, means))
    return Procedure(written.key, written.title, written.generation, written.chapter, written.section, steps)


def _resolved(written: WrittenProcedure, index: int, means: Means) -> Iterator[ProcedureStep]:
    """The step with that index, then its parts."""
    raw, place = written.steps[index], f"steps[{index}]"
    if raw.at != str(index + 1):
        raise WrongStep(f"{place}.at", f"must be {index + 1}: steps are numbered without a gap")
    keys = [step.key for step in written.steps]
    if keys.count(raw.key) > 1 or "/" in raw.key or not raw.key:
        raise WrongStep(f"{place}.key", "must be there once, without a slash")
    _known(raw.needs, keys[:index], f"{place}.needs", "earlier")
    _known(raw.until, keys[index + 1 :], f"{place}.until", "later")
    step = _filled(raw, None, means, place, key=raw.key, at=raw.at, sort=Sort.STEP, needs=raw.needs, until=raw.until)
    yield step
    made = {raw.at: step}
    for number, part in enumerate(raw.items):
        here = f"{place}.items[{number}]"
        sort, at = sort_of(part.at), f"{raw.at}.{part.at}"
        if sort is None or at in made:
            raise WrongStep(f"{here}.at", "must be a place that no other part of the step has (A, bullet-1, note, 3.1)")
        whole = made[_above(at, made)]
        key = f"{raw.key}/{part.at}"
        made[at] = _filled(part, whole, means, here, key=key, at=at, sort=sort, needs=whole.needs, until=whole.until)
        yield made[at]


def _above(at: str, made: Collection[str]) -> str:
    """The place of the nearest thing that `at` is a part of."""
    while at not in made:
        at = at.rpartition(".")[0]
    return at


def _filled(
    raw: WrittenStep | WrittenPart,
    whole: ProcedureStep | None,
    means: Means,
    place: str,
    *,
    key: str,
    at: str,
    sort: Sort,
    needs: tuple[str, ...],
    until: tuple[str, ...],
) -> ProcedureStep:
    mode, side = raw.mode or (whole.mode if whole else None), raw.side or (whole.side if whole else None)
    assert mode is not None
    assert side is not None
    confirmed, automated = mode is Mode.CONFIRMED, mode is Mode.AUTOMATED
    _fitting(raw, mode, place)
    step = ProcedureStep(
        key=key,
        at=at,
        sort=sort,
        title=raw.title,
        side=side,
        mode=mode,
        proof="" if confirmed else raw.by or (whole.proof if whole else ""),
        action=(raw.does or (whole.action if whole else "")) if automated else "",
        reason=(raw.reason or (whole.reason if whole else "")) if confirmed else "",
        remedy=raw.remedy or (whole.remedy if whole and not (confirmed or raw.by) else ""),
        needs=needs,
        until=until,
        about=() if confirmed or (raw.by and not raw.about) else raw.about or (whole.about if whole else ()),
    )
    _whole(step, means, place)
    return step


def _fitting(raw: WrittenStep | WrittenPart, mode: Mode, place: str) -> None:
    """What is written must be of its mode."""
    if raw.by and mode is Mode.CONFIRMED:
        raise WrongStep(f"{place}.by", "has no meaning where a person confirms")
    if raw.does and mode is not Mode.AUTOMATED:
        raise WrongStep(f"{place}.does", "has a meaning only where the step is automated")
    if raw.reason and mode is not Mode.CONFIRMED:
        raise WrongStep(f"{place}.reason", "has a meaning only where a person confirms")


def _whole(step: ProcedureStep, means: Means, place: str) -> None:
    """Nothing that its mode asks for may be missing or unknown."""
    if step.mode is Mode.CONFIRMED and not step.reason:
        raise WrongStep(place, "lacks the reason why nothing that can be read would tell")
    if step.mode is not Mode.CONFIRMED:
        _known((step.proof,), [proof.key for proof in means.proofs], f"{place}.by", "listed")
    if step.mode is Mode.AUTOMATED:
        _known((step.action,), [action.key for action in means.actions], f"{place}.does", "listed")
    told_by_title = step.mode is Mode.CONFIRMED and step.sort is not Sort.STEP
    if not step.title or not (step.remedy or told_by_title):
        raise WrongStep(place, "lacks a title or a remedy")


def _known(wanted: Collection[str], known: Collection[str], place: str, what: str) -> None:
    for name in wanted:
        if name not in known:
            choice = ", ".join(known) or "there are none"
            raise WrongStep(place, f"names {name!r}, which is none of the {what}: {choice}")
