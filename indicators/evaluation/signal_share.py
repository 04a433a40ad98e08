"""How many projects show an improvement signal, beside those outside and beside what chance alone would give.

A share of signals is no proof: the service as a whole may be moving, and noise gives signals too. So the same rule is
applied to units outside the programme, with starts borrowed from the participants, and to series of pure noise of
exactly the same lengths.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from indicators.evaluation.errors import EvaluationError, Note
from indicators.evaluation.panel import Bools, Floats, Panel
from indicators.spc.runs import longest_run_max, n_crossings_min
from indicators.words import Words

FEWEST_USEFUL = 10
"""Useful observations after the start below which the rule claims nothing."""
DRAWS = 4000
"""Series of noise per pair of lengths: a chance of 7 % has a standard error of 0.4 percentage points."""
SEED = 20_170_515
GROUPS = ("participants", "outside")


@dataclass(frozen=True)
class SignalShare:
    """What `signal_share` gives.

    Attributes
    ----------
    rows : DataFrame
        Index "participants", "outside"; n_units (judged), n_signals, share, ci_low, ci_high (Wilson, 95 %). Shares are
        missing where no unit can be judged.
    chance : float
        Share of the judged participants that noise alone is expected to give a signal; missing where none is judged.
    units : DataFrame
        One row per judged unit: unit, group, n_before, n_after, has_signal, chance (of noise of these lengths).
    notes : tuple of Note
        Units that are too short to be judged.
    """

    rows: pd.DataFrame
    chance: float
    units: pd.DataFrame
    notes: tuple[Note, ...]


def signal_share(
    frame: pd.DataFrame,
    *,
    unit: str = "unit",
    period: str = "period",
    numerator: str = "numerator",
    denominator: str | None = None,
    start: str = "start",
    is_up_better: bool = True,
    before: int = 12,
    after: int = 12,
) -> SignalShare:
    """Share of units with an improvement signal after the start, by the rule of the run chart.

    Parameters
    ----------
    frame : DataFrame
        One row per unit and period; see `Panel.of`. An empty start means outside the programme.
    is_up_better : bool
        The side on which a signal is an improvement.
    before, after : int
        Months with figures a unit must have before its start and from it on to be judged.

    Returns
    -------
    SignalShare

    Raises
    ------
    EvaluationError
        The frame is wrong, or `before` or `after` is below 2.

    Notes
    -----
    The median of the months before the start is frozen. After it a signal is a run on the better side longer than
    round(log2 n) + 3, or fewer crossings than the 5th percentile of Binomial(n - 1, 1/2) with most months on the better
    side; n counts months off the median (Anhøj and Olesen 2014), and below 10 nothing is claimed. A unit outside gets a
    start of the participants, spread over the units in the order of their labels in proportion to how often it occurs.
    Chance is simulated with independent months and a fixed seed, once for each pair of lengths; the median of the
    months before is a guess there too, so it is larger than with a known line. Months that follow one another, and a
    level that moves for everybody, give more signals than this: that is what the units outside are shown for.

    References
    ----------
    Anhøj and Olesen, Run charts revisited, PLoS ONE 2014. Wilson, Journal of the American Statistical Association 1927.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> rows = [(u, t, rng.normal() + (3 if u < 10 and t > 24 else 0), 25 if u < 10 else 0)
    ...         for u in range(20) for t in range(1, 49)]
    >>> found = signal_share(pd.DataFrame(rows, columns=["unit", "period", "numerator", "start"]))
    >>> found.rows[["n_signals", "n_units"]].to_numpy().tolist(), round(found.chance, 2)
    ([[10, 10], [1, 10]], 0.05)
    """
    if min(before, after) < 2:
        words = Words(
            "Der skal være mindst to måneder før og efter start.",
            "There must be at least two months before and after the start.",
        )
        raise EvaluationError("too_short", words)
    panel = Panel.of(frame, unit=unit, period=period, numerator=numerator, denominator=denominator, start=start)
    start_of = _with_borrowed_starts(panel)
    judged, too_short = [], 0
    for place in range(len(panel.units)):
        at = int(start_of[place])
        seen = panel.observed[place]
        months = np.arange(len(panel.periods))
        early, late = panel.value[place, seen & (months < at)], panel.value[place, seen & (months >= at)]
        is_outside = bool(panel.is_never[place])
        if len(early) < before or len(late) < after:
            too_short += not is_outside
            continue
        judged.append(
            {
                "unit": panel.units[place],
                "group": GROUPS[is_outside],
                "n_before": len(early),
                "n_after": len(late),
                "has_signal": bool(_has_signal(early[None, :], late[None, :], is_up_better)[0]),
                "chance": _chance(len(early), len(late)),
            }
        )
    columns = ["unit", "group", "n_before", "n_after", "has_signal", "chance"]
    units = pd.DataFrame(judged, columns=columns)
    participants = units[units["group"] == "participants"]
    return SignalShare(
        rows=pd.DataFrame([_share(units, group) for group in GROUPS], index=pd.Index(GROUPS)),
        chance=float(participants["chance"].mean()) if len(participants) else np.nan,
        units=units,
        notes=(_too_short(too_short, before, after),) if too_short else (),
    )


def _with_borrowed_starts(panel: Panel) -> np.ndarray:
    """The start column of every unit; those outside are given the participants' in proportion, in order of labels."""
    found = panel.start.copy()
    outside = np.nonzero(panel.is_never)[0]
    inside = np.sort(panel.start[~panel.is_never & (panel.start < len(panel.periods)) & (panel.start > 0)])
    if len(inside) and len(outside):
        # Stepping through all of them keeps neighbours in the list, often of one place, from getting the same start.
        order = np.argsort(np.random.default_rng(SEED).random(len(outside)))
        at = ((np.arange(len(outside)) + 0.5) * len(inside) / len(outside)).astype(int)
        found[outside[order]] = inside[at]
    return found


def _has_signal(early: Floats, late: Floats, is_up_better: bool) -> Bools:
    """Whether the later months of each row show an improvement against the median of its earlier ones."""
    distance = late - np.median(early, axis=1, keepdims=True)
    spread = np.abs(early).max(axis=1, keepdims=True)
    side = np.where(np.abs(distance) <= 1e-12 * np.maximum(spread, 1e-300), 0, np.sign(distance))
    side = side if is_up_better else -side
    rows = len(side)
    n_useful, n_better, crossings = np.zeros(rows, int), np.zeros(rows, int), np.zeros(rows, int)
    run, longest, last = np.zeros(rows, int), np.zeros(rows, int), np.zeros(rows)
    for now in side.T:  # points on the median neither end nor lengthen a run
        counts = now != 0
        n_useful += counts
        n_better += now > 0
        crossings += counts & (last != 0) & (now != last)
        run = np.where(now > 0, run + 1, np.where(now < 0, 0, run))
        longest = np.maximum(longest, run)
        last = np.where(counts, now, last)
    bounds = {int(n): (longest_run_max(int(n)), n_crossings_min(int(n))) for n in np.unique(n_useful) if n >= 2}
    run_max = np.array([bounds.get(int(n), (n, 0))[0] for n in n_useful])
    fewest = np.array([bounds.get(int(n), (0, 0))[1] for n in n_useful])
    found: Bools = (n_useful >= FEWEST_USEFUL) & (
        (longest > run_max) | ((crossings < fewest) & (2 * n_better > n_useful))
    )
    return found


@lru_cache(maxsize=8192)
def _chance(n_before: int, n_after: int) -> float:
    """How often independent months of these lengths show an improvement: the same whatever their distribution."""
    drawn = np.random.default_rng((SEED, n_before, n_after)).random((DRAWS, n_before + n_after))
    return float(_has_signal(drawn[:, :n_before], drawn[:, n_before:], True).mean())


def _share(units: pd.DataFrame, group: str) -> dict[str, object]:
    own = units[units["group"] == group]
    n_units, n_signals = len(own), int(own["has_signal"].sum()) if len(own) else 0
    low, high = wilson(n_signals, n_units)
    share = n_signals / n_units if n_units else np.nan
    return {"n_units": n_units, "n_signals": n_signals, "share": share, "ci_low": low, "ci_high": high}


def wilson(n_signals: int, n_units: int) -> tuple[float, float]:
    """The 95 % interval of a share; missing where there is nothing to share.

    Examples
    --------
    >>> [round(end, 2) for end in wilson(114, 155)]
    [0.66, 0.8]
    """
    if n_units == 0:
        return np.nan, np.nan
    low, high = proportion_confint(n_signals, n_units, method="wilson")
    return float(low), float(high)


def _too_short(count: int, before: int, after: int) -> Note:
    return Note(
        "too_short",
        Words.by_count(
            count,
            Words(
                f"1 deltagende enhed har under {before} måneder før eller {after} efter start og bedømmes ikke.",
                f"1 participating unit has fewer than {before} months before or {after} after and is not judged.",
            ),
            Words(
                f"{count} deltagende enheder har under {before} måneder før eller {after} efter start "
                "og bedømmes ikke.",
                f"{count} participating units have fewer than {before} months before or {after} after "
                "and are not judged.",
            ),
        ),
        count,
    )


def names() -> Iterable[Words]:
    """What the three rows are called, in the order they are shown."""
    return (
        Words("Deltagere", "Participants"),
        Words("Uden for programmet", "Outside the programme"),
        Words("Ventet ved ren tilfældighed", "Expected by pure chance"),
    )
