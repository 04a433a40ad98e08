"""The months just before the start, in words: what was asked for, and what became of it."""

from __future__ import annotations

import math

from dashboards.exports.evaluation.amounts import Amounts
from dashboards.text import language
from indicators.evaluation import ProgrammeEffect
from indicators.evaluation.programme_effect import LEAVE_OUT
from indicators.words import Words

NONE_OUT = Words("ingen", "none")
ONE_OUT = Words("1 måned", "1 month")
SOME_OUT = Words("{months} måneder", "{months} months")
TESTED = Words("{months} måneder, hvis de ændrer effekten", "{months} months, if they change the effect")


def asked_for(leave_out: int | None) -> str:
    """How many months a setting leaves out; None leaves out six where they change the effect.

    Examples
    --------
    >>> asked_for(None), asked_for(1), asked_for(0)
    ('6 måneder, hvis de ændrer effekten', '1 måned', 'ingen')
    """
    if leave_out is None:
        return TESTED.say(language(), months=LEAVE_OUT)
    return {0: NONE_OUT, 1: ONE_OUT}.get(leave_out, SOME_OUT).say(language(), months=leave_out)


def what_became_of_them(effect: ProgrammeEffect, amounts: Amounts) -> str:
    """One sentence: whether the months were kept, left out, and by how much they change the effect."""
    keeping, asked = effect.keeping, effect.settings.leave_out
    is_told = math.isfinite(float(keeping["se"]))
    if asked is not None:
        said = {0: NO_MONTHS, 1: ONE_MONTH}.get(asked, SOME_MONTHS)
    elif not is_told:
        said = NOT_TOLD
    else:
        said = KEPT if effect.left_out == 0 else CHANGED
    return said.say(
        language(),
        months=effect.left_out or LEAVE_OUT,
        change=f"{amounts.signed(float(keeping['estimate']))} {amounts.unit.say(language())}".strip(),
        interval=amounts.interval(float(keeping["ci_low"]), float(keeping["ci_high"])),
    )


NO_MONTHS = Words("Alle måneder før hver start er med.", "All months before each start are kept.")
ONE_MONTH = Words("Den sidste måned før hver start er udeladt.", "The last month before each start is left out.")
SOME_MONTHS = Words(
    "De sidste {months} måneder før hver start er udeladt.", "The last {months} months before each start are left out."
)
NOT_TOLD = Words(
    "De sidste {months} måneder før hver start er udeladt: om de ændrer effekten, kan ikke afgøres.",
    "The last {months} months before each start are left out: whether they change the effect cannot be told.",
)
KEPT = Words(
    "De sidste {months} måneder før hver start er med: de ændrer effekten med {change} ({interval}), og det kan være "
    "tilfældigt.",
    "The last {months} months before each start are kept: they change the effect by {change} ({interval}), which may "
    "be chance.",
)
CHANGED = Words(
    "De sidste {months} måneder før hver start er udeladt: med dem ville effekten ændre sig {change} ({interval}), og "
    "det er mere end tilfældigt.",
    "The last {months} months before each start are left out: with them the effect would change by {change} "
    "({interval}), which is more than chance.",
)
