"""Rules about targets: whole, dated, on the right side, inside the range, one at a time, never back in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from indicators.definition import Direction
from indicators.definition_content import COMPARISONS, DefinitionContent, LocalTarget
from indicators.definition_lint.record import Hit, Rule, Surroundings, Weight
from indicators.words import Words

GOOD_SIDE = {Direction.UP: (">=", ">"), Direction.DOWN: ("<=", "<")}
SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}


def _numbered(content: DefinitionContent) -> Iterator[tuple[str, LocalTarget]]:
    for place, target in enumerate(content.targets, start=1):
        yield f"targets_{place}", target


def _unfinished(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    for name, target in _numbered(content):
        if target.value is None:
            yield Hit(f"{name}_value")
        elif target.comparison not in COMPARISONS:
            yield Hit(f"{name}_comparison")


def _without_dates(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    for name, target in _numbered(content):
        if target.valid_from is None:
            yield Hit(f"{name}_valid_from", weight=Weight.WARNING if around.is_shipped else None)
        elif target.valid_to is not None and target.valid_to < target.valid_from:
            yield Hit(
                f"{name}_valid_to",
                words=Words("Måltallet slutter, før det begynder.", "The target ends before it begins."),
                mend=Words("Ret en af datoerne.", "Correct one of the dates."),
            )


def _outside_range(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    for name, target in _numbered(content):
        if target.value is None:
            continue
        low, high = content.minimum, content.maximum
        if (low is not None and target.value < low) or (high is not None and target.value > high):
            span = f"{'' if low is None else f'{low:g}'}–{'' if high is None else f'{high:g}'}"
            yield Hit(f"{name}_value", {"value": f"{target.value:g}", "span": span})


def _wrong_side(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    good = GOOD_SIDE.get(content.direction) if content.direction else None
    for name, target in _numbered(content):
        if target.comparison in COMPARISONS and good and target.comparison not in good:
            yield Hit(f"{name}_comparison", {"sign": SIGNS[target.comparison]})


def _without_direction(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.targets and content.direction is Direction.NEITHER:
        yield Hit("direction")


def _overlap(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    numbered = list(_numbered(content))
    for place, (name, target) in enumerate(numbered):
        for _, other in numbered[:place]:
            if target.unit_code == other.unit_code and _meet(target, other):
                yield Hit(f"{name}_valid_from")
                break


def _meet(one: LocalTarget, other: LocalTarget) -> bool:
    begins = max(one.valid_from or date.min, other.valid_from or date.min)
    ends = min(one.valid_to or date.max, other.valid_to or date.max)
    return begins <= ends


def _back_in_time(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    """A new target may not say that last year's figures missed what nobody aimed for then."""
    if around.former is None or content.valid_from is None:
        return
    known = {(one.value, one.comparison, one.valid_from, one.unit_code) for one in around.former.targets}
    for name, target in _numbered(content):
        is_new = (target.value, target.comparison, target.valid_from, target.unit_code) not in known
        if is_new and target.valid_from is not None and target.valid_from < content.valid_from:
            yield Hit(f"{name}_valid_from", {"day": content.valid_from.strftime("%d-%m-%Y")})


def _of_others(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    places = {content.unit_code, *(one.unit_code for one in content.followers)}
    for name, target in _numbered(content):
        if target.unit_code and target.unit_code not in places and not around.is_shipped:
            yield Hit(f"{name}_unit")


RULES = (
    Rule(
        "target_unfinished",
        Weight.ERROR,
        Words("Måltallet er ikke skrevet færdigt.", "The target is not finished."),
        Words(
            "Skriv både tallet, og om det er mindst eller højst, eller fjern det.",
            "Write the number and whether it is at least or at most, or remove it.",
        ),
        _unfinished,
    ),
    Rule(
        "target_without_dates",
        Weight.ERROR,
        Words("Måltallet har ingen dato, det gælder fra.", "The target has no date from which it holds."),
        Words(
            "Skriv den. Uden dato ser det ud, som om måltallet altid har gjaldt.",
            "Write it. Without a date the target seems to have held always.",
        ),
        _without_dates,
    ),
    Rule(
        "target_outside_range",
        Weight.ERROR,
        Words(
            "{value} ligger uden for det, tallet kan være ({span}).",
            "{value} lies outside what the figure can be ({span}).",
        ),
        Words("Ret måltallet eller grænserne.", "Correct the target or the range."),
        _outside_range,
    ),
    Rule(
        "target_wrong_side",
        Weight.ERROR,
        Words(
            "Måltallet siger {sign}, men retningen siger det modsatte.",
            "The target says {sign}, but the direction says the opposite.",
        ),
        Words("Ret måltallets tegn eller retningen.", "Correct the sign of the target or the direction."),
        _wrong_side,
    ),
    Rule(
        "target_without_direction",
        Weight.WARNING,
        Words("Der er et måltal, men ingen retning er bedre.", "There is a target, but neither direction is better."),
        Words("Vælg en retning, eller fjern måltallet.", "Choose a direction, or remove the target."),
        _without_direction,
    ),
    Rule(
        "targets_overlap",
        Weight.ERROR,
        Words("To måltal gælder på samme tid.", "Two targets hold at the same time."),
        Words("Skriv, hvornår det første slutter.", "Write when the first one ends."),
        _overlap,
    ),
    Rule(
        "target_back_in_time",
        Weight.ERROR,
        Words(
            "Et nyt måltal kan ikke gælde før definitionens egen dato, {day}.",
            "A new target cannot hold before the definition's own date, {day}.",
        ),
        Words("Lad det begynde den dag eller senere.", "Let it begin on that day or later."),
        _back_in_time,
    ),
    Rule(
        "target_of_others",
        Weight.ERROR,
        Words("Måltallets enhed følger ikke indikatoren.", "The target's unit does not follow the indicator."),
        Words("Vælg en af dem, der gør, eller alle.", "Choose one that does, or all of them."),
        _of_others,
    ),
)
