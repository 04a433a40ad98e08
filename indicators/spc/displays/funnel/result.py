"""What a funnel comes back as: figures per unit, the dispersion, curves to draw, and what they mean in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pandas as pd

from indicators.spc.displays.funnel import overdispersion, words
from indicators.spc.displays.funnel.methods import LEVELS, Kind, Level, Method
from indicators.spc.displays.funnel.overdispersion import Adjustment, Dispersion, Form
from indicators.spc.errors import InputError
from indicators.spc.ragged import Floats
from indicators.words import Words

_LIMITS, _WARNING = ("lower", "upper"), ("warning_lower", "warning_upper")


class Why(StrEnum):
    """Why a unit, or the whole funnel, has no limits."""

    NONE = ""
    NO_DATA = "no_data"
    NO_EVENTS = "no_events"
    ALL_EVENTS = "all_events"


WHY: dict[Why, Words] = {
    Why.NONE: Words("", ""),
    Why.NO_DATA: Words("ingen data", "no data"),
    Why.NO_EVENTS: Words(
        "ingen variation: ingen enheder har en hændelse, så der er ingen grænser at regne. Giv et mål, hvis enhederne "
        "skal holdes op mod et.",
        "no variation: no unit has an event, so there are no limits to compute. Give a target to hold units against.",
    ),
    Why.ALL_EVENTS: Words(
        "ingen variation: alle enheder ligger på 100 %, så der er ingen grænser at regne. Giv et mål, hvis enhederne "
        "skal holdes op mod et.",
        "no variation: every unit stands at 100 %, so there are no limits to compute. Give a target to hold units "
        "against.",
    ),
}


class Side(StrEnum):
    """Which limit a unit is outside. Whether that is good or bad is not said here."""

    INSIDE = ""
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How limits are found at any denominator, on the scale of numerator / denominator."""

    kind: Kind
    method: Method
    form: Form
    adjustment: Adjustment
    target: float
    tau2: float
    is_tau2_given: bool
    uses_rounded: bool

    def quantile(self, level: Level) -> float:
        return level.rounded if self.uses_rounded else level.exact

    def table(self, n: Floats, multiply: float) -> pd.DataFrame:
        """All limits at denominators `n`, multiplied: in use, unadjusted, and by the formula of the form.

        Without an adjustment, not asked for or not possible, the adjusted limits are the unadjusted. A unit is judged
        by the outer of the two: allowing for more variation widens and never narrows.
        """
        plain, adjusted, in_use = {}, {}, {}
        has_formula = self.adjustment in (Adjustment.MADE, Adjustment.NOT_NEEDED)
        by_formula = has_formula and self.method.judges_by_formula
        for level, (lower, upper) in zip(LEVELS.values(), (_WARNING, _LIMITS), strict=True):
            below, above = f"lower_{level.column}", f"upper_{level.column}"
            quantile = self.quantile(level)
            plain[below], plain[above] = self.method.limits[self.kind.code](n, self.target, level.tail, quantile)
            adjusted[below], adjusted[above] = plain[below], plain[above]
            if has_formula:
                scale = self.form.scales[self.kind.code]
                adjusted[below], adjusted[above] = overdispersion.limits(scale, n, self.target, self.tau2, quantile)
            judges = adjusted if by_formula else plain
            in_use[lower], in_use[upper] = judges[below], judges[above]
            if self.adjustment is Adjustment.MADE and not by_formula:
                in_use[lower] = np.minimum(plain[below], adjusted[below])
                in_use[upper] = np.maximum(plain[above], adjusted[above])
        named = in_use | plain | {f"adjusted_{name}": values for name, values in adjusted.items()}
        return pd.DataFrame({name: named[name] * multiply for name in limit_columns()})


@dataclass(frozen=True)
class FunnelResult:
    """A funnel, computed.

    Attributes
    ----------
    units : DataFrame
        One row a unit, sorted by unit: unit, numerator, denominator (sums; rounded where SHMI asks for it), value,
        target; `z`, the distance from the target in standard errors on the scale of the form, and `z_adjusted` with
        tau2 in the error; `is_trimmed` and `z_trimmed` (NaN where dropped) as they entered phi; `lower`, `upper`
        (99.8 %) and `warning_lower`, `warning_upper` (95 %), the limits in use; `lower_95`, `upper_95`, `lower_998`,
        `upper_998` unadjusted; `adjusted_…` the same by the formula of the form; `is_outlier` and `side` ("above",
        "below", "") at `outlier_level`; `is_outside_95`, `is_outside_998`; `why`, the code of the reason where there
        are no limits. Values, target and limits are multiplied.
    target : float
        The centre line, multiplied. NaN where nothing was reported.
    phi, tau2 : float
        The dispersion ratio, always estimated; the variance between units that is added to the limits, 0 where none
        is. `phi` is NaN where it cannot be estimated: `adjustment_reason` says why.
    adjustment : Adjustment
    recipe : Recipe or None
        None where there are no limits: `reason` says why.
    """

    kind: Kind
    method: Method
    form: Form
    units: pd.DataFrame
    target: float
    phi: float
    tau2: float
    adjustment: Adjustment
    multiply: float
    outlier_level: Level
    is_pooled: bool
    why: Why
    dispersion: Dispersion = field(repr=False)
    recipe: Recipe | None = field(repr=False)

    @property
    def outliers(self) -> pd.DataFrame:
        """The units outside the limits in use."""
        return self.units[self.units.is_outlier]

    def reason(self, language: str) -> str:
        """Why there are no limits; empty where there are."""
        return WHY[self.why].say(language)

    def adjustment_reason(self, language: str) -> str:
        """Whether the limits allow for over-dispersion, and why or why not, with phi."""
        return words.of_adjustment(self, language)

    def explain(self, language: str, unit: object = None) -> str:
        """What the funnel shows, or what one unit's place in it means; "da" or "en".

        Raises
        ------
        InputError
            The funnel has no such unit.

        Examples
        --------
        >>> from indicators.spc import funnel
        >>> result = funnel.limits(numerator=[12, 9, 48, 22], denominator=[100, 60, 150, 200], multiply=100)
        >>> result.explain("en", unit=1)[:76]
        '1: 12.0 lies inside the limits (6.6 to 31.0). A unit of that size may stand '
        """
        if unit is None:
            return words.of_funnel(self, language)
        found = self.units[self.units.unit == unit]
        if found.empty:
            raise InputError(
                "unknown_unit", Words(f"tragten har ingen enhed {unit!r}", f"the funnel has no unit {unit!r}")
            )
        return words.of_unit(self, found.iloc[0], language)

    def curve(self, denominators: Sequence[float] | Floats | None = None, *, points: int = 200) -> pd.DataFrame:
        """Limits over a grid of denominators, to be drawn.

        Parameters
        ----------
        denominators : sequence of float, optional
            Where to compute; each above 0. Default: `points` of them from the smallest unit to the largest, closer
            together where the funnel is steep.
        points : int
            At least 2.

        Returns
        -------
        DataFrame
            `denominator`, `target` and the limits of `units`, under the same names and equal to them at the same
            denominator. Empty where there are no limits.

        Notes
        -----
        Limits of the methods exact, normal, wilson and funnelplotr, and all adjusted ones, are monotone: the lower
        never falls and the upper never rises with the denominator. Quantile and interpolated ones go in steps.

        Examples
        --------
        >>> from indicators.spc import funnel
        >>> result = funnel.limits(numerator=[4, 9, 30], denominator=[20, 60, 100])
        >>> result.curve([20, 100])[["denominator", "lower", "upper"]].round(3).to_dict("list")
        {'denominator': [20.0, 100.0], 'lower': [0.0, 0.111], 'upper': [0.584, 0.382]}
        """
        if self.recipe is None:
            return pd.DataFrame(columns=["denominator", "target", *limit_columns()], dtype=np.float64)
        if denominators is None:
            if points < 2:
                raise InputError(
                    "too_few_points",
                    Words("en kurve tager mindst 2 punkter", "a curve takes at least 2 points"),
                )
            seen = self.units.denominator.dropna()
            low, high = float(seen.min()), float(seen.max())
            if low == high:  # one size of unit: a funnel to either side of it, so that there is a line to draw
                low, high = low / 2, high * 2
            # Equal steps of 1 / sqrt n, the width of the funnel.
            grid = 1 / np.linspace(1 / np.sqrt(low), 1 / np.sqrt(high), points) ** 2
            grid = np.ceil(grid) if self.method.needs_whole and not self.kind.is_expected else grid
            grid = np.unique(grid)
        else:
            grid = np.asarray(denominators, dtype=np.float64)
            wrong = ~(np.isfinite(grid) & (grid > 0))
            if wrong.any():
                raise InputError(
                    "zero_denominator",
                    Words("en kurves nævnere skal være over 0", "the denominators of a curve must be above 0"),
                    row=int(np.flatnonzero(wrong)[0]) + 1,
                )
        table = self.recipe.table(grid, self.multiply)
        table.insert(0, "denominator", grid)
        table.insert(1, "target", self.target)
        return table


def limit_columns() -> list[str]:
    """The columns of limits, in use, unadjusted and adjusted."""
    pairs = [_LIMITS, _WARNING]
    pairs += [
        (f"{prefix}lower_{level.column}", f"{prefix}upper_{level.column}")
        for prefix in ("", "adjusted_")
        for level in LEVELS.values()
    ]
    return [name for pair in pairs for name in pair]
