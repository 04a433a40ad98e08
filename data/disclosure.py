"""Small numbers: what is hidden from a viewer outside the viewer's own units, and what else must be hidden with it.

The rule (architecture rule 2; the threshold is a setting, 5 unless set): a figure of a unit that is not the viewer's
own is hidden when its numerator, its denominator or their difference (the cases *without* the event) is below the
threshold. Zero counts as small. Means and other plain values have no count behind them and are never hidden by
themselves; counts without a denominator are.

Secondary: a total minus its visible parts gives away what is left. So for every unit with a figure, together with the
units right below it that have one (levels without figures are skipped), the cells a viewer cannot see must, where the
total is shown, be at least two and together not be small themselves; and a hidden total must have at least one hidden
part. Where that does not hold, the smallest visible part that is not the viewer's own is hidden too, or the total when
there is none. Units the viewer may not see at all count as cells that are not seen.

What is hidden follows from all figures of the indicator in that period, never from what was asked for, so that two
questions cannot be played against each other. It is done before any centre line or limit is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from indicators.definition import IndicatorDefinition
from indicators.drawn import is_of_several
from indicators.spc.charts import CHARTS, ValueKind

Key = tuple[str, str, date]  # indicator code, unit code, first day of the period


@dataclass(frozen=True, slots=True)
class Cell:
    """A count of one unit in one period, and what it is out of (None where it is not out of anything)."""

    count: float
    total: float | None = None

    def is_small(self, threshold: float) -> bool:
        """Whether count, rest or total is below the threshold.

        Examples
        --------
        >>> Cell(3, 40).is_small(5), Cell(38, 40).is_small(5), Cell(20, 40).is_small(5), Cell(12).is_small(5)
        (True, True, False, False)
        """
        if self.count < threshold:
            return True
        if self.total is None:
            return False
        # A rate may have more events than exposure; then there is no rest.
        rest = self.total - self.count
        return self.total < threshold or 0 <= rest < threshold

    def __add__(self, other: Cell) -> Cell:
        has_total = self.total is not None and other.total is not None
        return Cell(self.count + other.count, self.total + other.total if has_total else None)  # type: ignore[operator]


def hidden_units(
    cells: Mapping[str, Cell],
    parents: Mapping[str, str | None],
    *,
    is_own: Callable[[str], bool],
    may_see: Callable[[str], bool],
    threshold: float,
) -> frozenset[str]:
    """Of the units with a figure of one indicator in one period, those whose figure is hidden from the viewer.

    Examples
    --------
    A hospital's 60 of 200 is shown, and the departments' 3 and 27 and 30: the 3 is small, and the 27 goes with it.

    >>> cells = {"H": Cell(60, 200), "A": Cell(3, 50), "B": Cell(27, 70), "C": Cell(30, 80)}
    >>> sorted(hidden_units(cells, dict.fromkeys("ABC", "H"), is_own=lambda code: False, may_see=lambda code: True,
    ...                     threshold=5))
    ['A', 'B']
    """
    hidden = {code for code, cell in cells.items() if not is_own(code) and cell.is_small(threshold)}
    if not hidden:
        return frozenset()
    families = _families(cells, parents)

    def is_known(code: str) -> bool:
        return code not in hidden and may_see(code)

    def one_more(parent: str, members: list[str]) -> str | None:
        unknown = [code for code in members if not is_known(code)]
        if is_known(parent):
            if not hidden.intersection(unknown):
                return None
            left = sum((cells[code] for code in unknown[1:]), start=cells[unknown[0]])
            if len(unknown) > 1 and not left.is_small(threshold):
                return None
            return smallest(members) or (None if is_own(parent) else parent)
        return smallest(members) if parent in hidden and not unknown else None

    def smallest(members: list[str]) -> str | None:
        free = [code for code in members if is_known(code) and not is_own(code)]
        return min(free, key=lambda code: (cells[code].total or cells[code].count, code), default=None)

    is_settled = False
    while not is_settled:
        is_settled = True
        for parent, members in families.items():
            while (code := one_more(parent, members)) is not None:
                hidden.add(code)
                is_settled = False
    return frozenset(code for code in hidden if may_see(code))


def _families(cells: Iterable[str], parents: Mapping[str, str | None]) -> dict[str, list[str]]:
    """Each unit with a figure that has such units below it, and those nearest below."""
    families: dict[str, list[str]] = {}
    have = set(cells)
    for code in sorted(have):
        above, passed = parents.get(code), {code}
        while above is not None and above not in have and above not in passed:
            passed.add(above)
            above = parents.get(above)
        if above is not None and above in have and above != code:
            families.setdefault(above, []).append(code)
    return families


def is_of_cases(definition: IndicatorDefinition) -> bool:
    """Whether every figure of the indicator is one case, whatever number it says."""
    chart = CHARTS.get(definition.chart)
    return chart is not None and chart.is_of_cases and not definition.has_denominator


def is_count(definition: IndicatorDefinition) -> bool:
    """Whether a figure without a denominator counts something."""
    chart = CHARTS.get(definition.chart)
    return chart is not None and chart.kind is ValueKind.COUNT and not is_of_several(definition)


def counts(frame: pd.DataFrame, definition: IndicatorDefinition) -> tuple[np.ndarray, np.ndarray]:
    """Count and total of each row of one indicator's observations; NaN where it is no count, or out of nothing."""
    numerator, denominator = frame["numerator"].to_numpy(np.float64), frame["denominator"].to_numpy(np.float64)
    if definition.has_denominator:
        # Without a denominator nothing says what the numerator is out of; the count alone still decides.
        return numerator, denominator
    chart = CHARTS.get(definition.chart)
    if is_of_several(definition):
        # A mean is as small as the number of measurements behind it.
        return denominator, np.full(len(frame), np.nan)
    if is_of_cases(definition):
        # Every point is one case: its day and its unit may be enough to know whose.
        return np.ones(len(frame)), np.full(len(frame), np.nan)
    if chart is not None and chart.kind is ValueKind.COUNT:
        value = frame["value"].to_numpy(np.float64)
        return np.where(np.isnan(value), numerator, value), np.full(len(frame), np.nan)
    return numerator, np.full(len(frame), np.nan)


def hidden_keys(
    frame: pd.DataFrame,
    definition: IndicatorDefinition,
    parents_on: Callable[[date], Mapping[str, str | None]],
    *,
    is_own: Callable[[str], bool],
    may_see: Callable[[str], bool],
    threshold: float,
) -> frozenset[Key]:
    """What is hidden among all current observations of one indicator, in every unit that has any.

    `frame` has unit_code, period_start, numerator, denominator, value; `parents_on(day)` gives each unit's parent on
    that day.
    """
    count, total = counts(frame, definition)
    rest = total - count
    with np.errstate(invalid="ignore"):
        small = (count < threshold) | (total < threshold) | ((rest >= 0) & (rest < threshold))
    own = frame["unit_code"].map({code: is_own(code) for code in frame["unit_code"].unique()}).to_numpy(bool)
    touched = set(frame.loc[small & ~own & ~np.isnan(count), "period_start"])
    if not touched:
        return frozenset()
    cells: dict[date, dict[str, Cell]] = {}
    columns = (frame["period_start"].tolist(), frame["unit_code"].tolist(), count.tolist(), total.tolist())
    for period, code, one_count, one_total in zip(*columns, strict=True):
        if period in touched and one_count == one_count:  # not NaN
            cells.setdefault(period, {})[code] = Cell(one_count, one_total if one_total == one_total else None)
    return frozenset(
        (definition.code, code, period)
        for period, of_period in cells.items()
        for code in hidden_units(of_period, parents_on(period), is_own=is_own, may_see=may_see, threshold=threshold)
    )


def blank(frame: pd.DataFrame, hidden: frozenset[Key]) -> pd.DataFrame:
    """The observations with `is_hidden`, and numerator, denominator, value, sd and note taken out of hidden rows.

    A note goes too: people write the number they are not shown.
    """
    is_hidden = np.zeros(len(frame), dtype=bool)
    if hidden:
        keys = zip(
            *(frame[name].to_numpy(object) for name in ("indicator_code", "unit_code", "period_start")), strict=True
        )
        is_hidden = np.fromiter((key in hidden for key in keys), dtype=bool, count=len(frame))
    result = frame.assign(is_hidden=is_hidden)
    if is_hidden.any():
        result.loc[is_hidden, ["numerator", "denominator", "value", "sd"]] = np.nan
        result.loc[is_hidden, "note"] = ""
    return result
