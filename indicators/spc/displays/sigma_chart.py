"""Multi-indicator sigma chart: many indicators of one unit on one axis, in sigmas of each one's own chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from indicators.definition import Direction
from indicators.spc.charts import ValueKind
from indicators.spc.displays.record import Display
from indicators.spc.errors import InputError
from indicators.spc.ragged import Bools, Floats
from indicators.spc.result import SpcResult
from indicators.words import Words

BEYOND_LIMITS = 0.0027
"""Chance that a normal point lies beyond 3 sigma where nothing happens."""


class Reason(StrEnum):
    """Why a point has no place on the axis."""

    NONE = ""
    NO_DATA = "no_data"
    NO_SIGMA = "no_sigma"
    NO_LIMITS = "no_limits"
    LIMITS_FILL_RANGE = "limits_fill_range"


WORDS: dict[Reason, Words] = {
    Reason.NONE: Words("", ""),
    Reason.NO_DATA: Words("ingen data", "no data"),
    Reason.NO_SIGMA: Words(
        "et seriediagram har ingen sigma: vælg et kontroldiagram til indikatoren",
        "a run chart has no sigma: choose a control chart for the indicator",
    ),
    Reason.NO_LIMITS: Words("diagrammet har ingen grænser her: {why}", "the chart has no limits here: {why}"),
    Reason.LIMITS_FILL_RANGE: Words(
        "grænserne dækker alle mulige værdier, så sigma kan ikke læses",
        "the limits cover every possible value, so sigma cannot be read",
    ),
}


@dataclass(frozen=True)
class SigmaChart:
    """A multi-indicator sigma chart, computed.

    Attributes
    ----------
    points : DataFrame
        One row per indicator and point, in the order given and of x: indicator, x, y, centre, sigma, z, score, phase,
        included, is_signal (beyond the limits of its own chart), rules (codes of the claimed signals the point is
        part of, joined by a comma), is_better (the point lies on the better side; missing where neither is or there is
        no z), direction, reason_code, reason. z is (y - centre) / sigma; score is z turned so that better
        is up; both are missing exactly where reason_code says why.
    directions : dict of str
        Which way is better, per indicator.
    """

    points: pd.DataFrame
    directions: dict[str, Direction]

    @property
    def indicators(self) -> list[str]:
        return list(self.directions)

    def wide(self, what: str = "score") -> pd.DataFrame:
        """One row per x, one column per indicator; missing where an indicator has no value at that x."""
        found = self.points.pivot(index="x", columns="indicator", values=what)
        return found[self.indicators].rename_axis(columns=None)

    def at(self, x: object = None) -> pd.DataFrame:
        """All indicators at one x (default: the latest with a value), the most worrying first.

        An indicator without a row at that x stands last with reason no_data. `is_signal` and `rules` say what is out
        of control.
        """
        if x is None:
            known = self.points.loc[self.points["y"].notna(), "x"]
            x = (known if len(known) else self.points["x"]).max()
        here = self.points[self.points["x"] == (pd.Timestamp(x) if self._has_dates else x)]
        here = here.astype({"phase": "Int64"})  # an absent indicator has none
        absent = [name for name in self.indicators if name not in set(here["indicator"])]
        if absent:
            lacking = pd.DataFrame(
                {
                    "indicator": absent,
                    "x": [x] * len(absent),
                    "direction": [self.directions[name].value for name in absent],
                    "is_signal": False,
                    "included": False,
                    "rules": "",
                    "reason_code": Reason.NO_DATA.value,
                    "reason": WORDS[Reason.NO_DATA].en,
                }
            )
            here = pd.concat([here, lacking.reindex(columns=here.columns).astype(here.dtypes.to_dict())])
        rank = np.where(here["is_signal"] | (here["rules"] != ""), 0, 1)
        return here.assign(_rank=rank).sort_values(["_rank", "score"], kind="stable").drop(columns="_rank")

    def out_of_control(self, x: object = None) -> pd.DataFrame:
        """The rows of `at(x)` that are beyond their limits or part of a claimed signal."""
        here = self.at(x)
        return here[here["is_signal"] | (here["rules"] != "")]

    def by_x(self) -> pd.DataFrame:
        """One row per x: n_values, n_beyond, n_better, n_worse (beyond on that side), expected_by_chance.

        With many indicators some are beyond their limits by chance: 0.27 % of those with a value, were all normal.
        """
        known = self.points[self.points["z"].notna()]
        side = known["is_better"].astype("boolean")
        table = pd.DataFrame(
            {
                "x": known["x"],
                "n_values": 1,
                "n_beyond": known["is_signal"].astype(int),
                "n_better": (known["is_signal"] & side.fillna(False)).astype(int),
                "n_worse": (known["is_signal"] & ~side.fillna(True)).astype(int),
            }
        )
        summed = table.groupby("x", as_index=False, sort=True).sum()
        return summed.assign(expected_by_chance=summed["n_values"] * BEYOND_LIMITS)

    @property
    def _has_dates(self) -> bool:
        return bool(self.points["x"].dtype.kind == "M")


def sigma_chart(results: Mapping[str, SpcResult], directions: Mapping[str, str] | None = None) -> SigmaChart:
    """Put several indicators of one unit on one standardised axis.

    Parameters
    ----------
    results : mapping of indicator to SpcResult
        Each analysed by its own chart, with its own phases, freeze and exclusions. Their x must be of one kind.
    directions : mapping of indicator to up, down or neither
        Which way is better; neither (or none) where it is left out.

    Returns
    -------
    SigmaChart

    Raises
    ------
    InputError
        no_indicators, unknown_indicator (a direction for a name that has no result), unknown_direction, mixed_axes.

    Notes
    -----
    z = (y - centre) / sigma, sigma = (upper - centre) / 3 for points above the centre and (centre - lower) / 3 for
    those below, at the point's own denominator. A limit that was cut at 0 or at 100 % says nothing about sigma; then
    the other side is used, then the 2-sigma limits. On charts with symmetric limits the two sides are equal; on the
    others (g, t, mr) each side is measured in its own units, so that |z| > 3 means beyond the limits on every chart.
    3 and 2 stand for the multiples of the result's profile. Indicators of one unit are often correlated: several
    points out at one time may have one cause.

    References
    ----------
    Guthrie, Love, Fahey, Morris & Sullivan, Control, compare and communicate: designing control charts to summarise
    efficiently data from multiple quality indicators, Quality and Safety in Health Care 2005, 14: 450-454.
    Montgomery, Introduction to Statistical Quality Control, standardised control charts.

    Examples
    --------
    >>> from indicators import spc
    >>> months = pd.date_range("2024-01-01", periods=4, freq="MS")
    >>> falls = pd.DataFrame({"period": months, "numerator": [9, 9, 9, 25]})
    >>> hands = pd.DataFrame({"period": months, "numerator": [40, 50, None, 60], "denominator": 100})
    >>> chart = sigma_chart(
    ...     {"falls": spc.analyse(falls, chart="c"), "hand hygiene": spc.analyse(hands, chart="p")},
    ...     {"falls": "down", "hand hygiene": "up"},
    ... )
    >>> chart.wide().round(2).to_dict("list")
    {'falls': [1.11, 1.11, 1.11, -3.33], 'hand hygiene': [-2.0, 0.0, nan, 2.0]}
    >>> chart.out_of_control().indicator.to_list()
    ['falls']
    """
    if not results:
        raise InputError(
            "no_indicators", Words("Der er ingen indikatorer at vise.", "There are no indicators to show.")
        )
    known = dict(directions or {})
    for name in known:
        if name not in results:
            raise InputError(
                "unknown_indicator",
                Words(
                    f"Der er en retning for »{name}«, men intet resultat.", f"{name!r} has a direction but no result."
                ),
            )
    kinds = {name: _axis(result.points["x"]) for name, result in results.items()}
    if len(set(kinds.values())) > 1:
        said = ", ".join(f"{name}: {kind}" for name, kind in kinds.items())
        raise InputError(
            "mixed_axes",
            Words(
                f"Indikatorernes x kan ikke stå på samme akse ({said}).",
                f"The x of the indicators cannot stand on one axis ({said}).",
            ),
        )
    ways = {name: _direction(name, known.get(name) or Direction.NEITHER) for name in results}
    return SigmaChart(
        points=pd.concat([_points(name, result, ways[name]) for name, result in results.items()], ignore_index=True),
        directions=ways,
    )


def _axis(x: pd.Series) -> str:
    if x.dtype.kind == "M":
        return "date"
    return "number" if pd.api.types.is_numeric_dtype(x.dtype) else "category"


def _direction(name: str, way: str) -> Direction:
    try:
        return Direction.NEITHER if way == "none" else Direction(way)
    except ValueError:
        raise InputError(
            "unknown_direction",
            Words(
                f"»{way}« er ikke en retning for »{name}«. Vælg up, down eller neither.",
                f"{way!r} is not a direction for {name!r}. Choose up, down or neither.",
            ),
        ) from None


def _points(name: str, result: SpcResult, way: Direction) -> pd.DataFrame:
    points = result.points
    y = points["y"].to_numpy(dtype=np.float64)
    centre = points["centre"].to_numpy(dtype=np.float64)
    sigma, fills_range = sigma_of(result, is_above=y >= centre)
    reason = np.full(len(y), Reason.NONE.value, dtype=object)
    reason[np.isnan(sigma)] = Reason.NO_LIMITS.value
    reason[fills_range] = Reason.LIMITS_FILL_RANGE.value
    if not result.chart.has_limits:
        reason[:] = Reason.NO_SIGMA.value
    reason[np.isnan(y)] = Reason.NO_DATA.value
    z = np.full(len(y), np.nan)
    known = reason == Reason.NONE.value
    z[known] = (y[known] - centre[known]) / sigma[known]
    score = -z if way is Direction.DOWN else z
    is_better = pd.array(score > 0, dtype="boolean")
    is_better[~known | (score == 0) | (way is Direction.NEITHER)] = pd.NA
    return pd.DataFrame(
        {
            "indicator": name,
            "x": points["x"],
            "y": y,
            "centre": centre,
            "sigma": sigma,
            "z": z,
            "score": score,
            "phase": points["phase"],
            "included": points["included"],
            "is_signal": points["sigma_signal"].to_numpy(dtype=bool),
            "rules": _rules(result),
            "is_better": is_better,
            "direction": way.value,
            "reason_code": reason,
            "reason": [
                WORDS[Reason(code)].say("en", why=why or "no limits")
                for code, why in zip(reason, points["reason"], strict=True)
            ],
        }
    )


def sigma_of(result: SpcResult, is_above: Bools) -> tuple[Floats, Bools]:
    """Sigma per point as its limits tell it, and where they were cut on every side so that it cannot be read.

    NaN where there are no limits. `is_above` chooses the side that is asked first.
    """
    points, profile = result.points, result.profile
    centre = points["centre"].to_numpy(dtype=np.float64)
    highest = result.multiply if result.chart.kind is ValueKind.PROPORTION else np.inf
    lowest = 0.0 if result.chart.is_not_negative or result.chart.kind is ValueKind.PROPORTION else -np.inf

    def side(column: str, sigmas: float, sign: float) -> Floats:
        limit = points[column].to_numpy(dtype=np.float64)
        # 0 is where the lower limit of any chart is cut, also of one that was told not to go below.
        is_cut = limit >= highest * (1 - 1e-12) if sign > 0 else (limit <= lowest) | (limit == 0)
        return np.where(is_cut, np.nan, sign * (limit - centre) / sigmas)

    upper, lower = side("upper", profile.sigmas, 1), side("lower", profile.sigmas, -1)
    near_upper, near_lower = (
        side("warning_upper", profile.warning_sigmas, 1),
        side("warning_lower", profile.warning_sigmas, -1),
    )
    own = np.where(is_above, upper, lower)
    for instead in (upper, lower, near_upper, near_lower):
        own = np.where(np.isnan(own), instead, own)
    has_limits = ~np.isnan(points["upper"].to_numpy(dtype=np.float64))
    return own, has_limits & np.isnan(own)


def _rules(result: SpcResult) -> list[str]:
    found: list[list[str]] = [[] for _ in range(len(result.points))]
    for signal in result.signals:
        for row in signal.rows:
            if signal.rule.value not in found[row]:
                found[row].append(signal.rule.value)
    return [",".join(rules) for rules in found]


DISPLAY = Display(
    code="sigma_chart",
    name=Words("Sigmadiagram for flere indikatorer", "Multi-indicator sigma chart"),
    use=Words(
        "Mange indikatorer for én enhed på én akse: hvad er ude af kontrol lige nu? Bedre er altid opad.",
        "Many indicators of one unit on one axis: what is out of control just now? Better is always up.",
    ),
    needs=Words(
        "Et kontroldiagram pr. indikator og retningen, der er bedre. Et seriediagram har ingen sigma.",
        "A control chart per indicator and the direction that is better. A run chart has no sigma.",
    ),
    reference=(
        "Guthrie, Love, Fahey, Morris & Sullivan, Control, compare and communicate, "
        "Quality and Safety in Health Care 2005, 14: 450-454"
    ),
    compute=sigma_chart,
    order=30,
)
