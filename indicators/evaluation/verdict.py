"""The verdict: consistent, fragile, not shown, not identified. By rule, never by one p-value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from indicators.evaluation.errors import Note
from indicators.words import Words

if TYPE_CHECKING:
    from indicators.evaluation.before_start import Check

LARGEST_DRIFT = 0.125
"""A drift that the months before the start cannot rule out may explain this share of the effect, not more."""

NAMES = {
    "consistent": Words("Konsistent", "Consistent"),
    "fragile": Words("Skrøbelig", "Fragile"),
    "not_shown": Words("Ikke påvist", "Not shown"),
    "not_identified": Words("Ikke identificeret", "Not identified"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can be said, why, and what would change it.

    `code` is one of `NAMES`. `direction` is 1 where the indicator rose, -1 where it fell, 0 where neither is shown.
    """

    code: str
    direction: int
    reasons: tuple[Words, ...]
    would_change: tuple[Words, ...]

    @property
    def name(self) -> Words:
        return NAMES[self.code]


def judge(
    overall: pd.Series, checks: Sequence[Check], not_identified: Sequence[Note], rows: pd.DataFrame | None = None
) -> Verdict:
    """The rule.

    1. Without an estimate: not identified.
    2. The main interval contains 0: not shown.
    3. A check before the start failed, a drift that is not ruled out could explain too much of the effect, or a valid
       row of the sensitivity table has an interval that contains 0 or lies on the other side: fragile.
    4. Else: consistent.

    Parameters
    ----------
    rows : DataFrame, optional
        The sensitivity table: `is_valid`, `is_placebo`, `ci_low`, `ci_high`.
    """
    if not np.isfinite(overall["estimate"]) or not np.isfinite(overall["se"]):
        return Verdict("not_identified", 0, tuple(note.words for note in not_identified), _ABOUT_IDENTIFICATION)
    direction = int(np.sign(overall["estimate"]))
    if overall["ci_low"] <= 0 <= overall["ci_high"]:
        words = Words("Intervallet rummer både fremgang og tilbagegang.", "The interval holds both a rise and a fall.")
        return Verdict("not_shown", 0, (words,), _ABOUT_PRECISION)
    against = [check.words for check in checks if not check.is_passed]
    for check in checks:
        if check.is_passed and np.isfinite(check.share) and check.share > LARGEST_DRIFT:
            percent = round(100 * check.share)
            against.append(
                Words(
                    f"En tendens før start, som data ikke udelukker, kunne forklare op til {percent} % af effekten.",
                    f"A trend before the start that the data do not rule out could explain up to {percent}% of it.",
                )
            )
    if rows is not None:
        valid = rows[rows["is_valid"] & ~rows["is_placebo"] & rows["se"].notna()]
        crossing = valid[(valid["ci_low"] * direction <= 0) & (valid["ci_high"] * direction >= 0)]
        opposite = valid[np.sign(valid["estimate"]) == -direction]
        count = len(valid.index.intersection(crossing.index.union(opposite.index)))
        if count:
            against.append(
                Words(
                    f"{count} af {len(valid)} gyldige analyser udelukker ikke, at effekten er nul.",
                    f"{count} of {len(valid)} valid analyses {'does' if count == 1 else 'do'} not rule out "
                    "that there is no effect.",
                )
            )
    if against:
        return Verdict("fragile", direction, tuple(against), _ABOUT_TREND)
    return Verdict("consistent", direction, (), _ABOUT_TREND)


_ABOUT_IDENTIFICATION = (
    Words(
        "Enheder, der endnu ikke er startet eller aldrig starter, med måneder før og efter.",
        "Units that have not started yet or never start, with months before and after.",
    ),
)
_ABOUT_PRECISION = (
    Words("Flere enheder, flere måneder eller en større effekt.", "More units, more months or a larger effect."),
)
_ABOUT_TREND = (
    Words(
        "At deltagerne alligevel var på vej op eller ned, eller at noget fælles ramte et helt hold samtidig.",
        "That the participants were moving anyway, or that something hit a whole cohort at once.",
    ),
)
