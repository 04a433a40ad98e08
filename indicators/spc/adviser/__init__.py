"""The phase adviser: proposes where a new phase may begin, with its evidence. It never begins one.

>>> import numpy as np
>>> advice = advise([12, 14, 11, 13, 12, 15, 13, 12, 14, 13, 17, 18, 16, 19, 17, 18, 16, 18, 17, 19])
>>> advice.is_proposed, advice.starts_at, advice.changes[0].p_value < 0.001
(True, 11, True)
>>> advice.explanation.observation.en[:57]
'The level seems to have changed from 12.9 to 17.5 from 11'
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from indicators.spc.adviser import calibration, explain
from indicators.spc.adviser.examine import (
    Examined,
    aligned,
    cautions,
    examine,
    levels,
    permuted_p_value,
    season_of,
    without,
)
from indicators.spc.adviser.reading import Reading, read_frame, read_matrix, read_one
from indicators.spc.adviser.record import Advice, Caution, Change, Explanation, NoProposal
from indicators.spc.errors import InputError
from indicators.spc.ragged import Floats
from indicators.spc.result import SpcResult
from indicators.words import Words

__all__ = ["Advice", "Caution", "Change", "Explanation", "NoProposal", "advise", "advise_many"]

MINIMUM_SEGMENT = 6
ALPHA = 0.05
_MODES = ("estimated", "none")


def advise(
    values: SpcResult | pd.DataFrame | Sequence[float] | np.ndarray,
    *,
    denominators: Sequence[float] | np.ndarray | None = None,
    x: Sequence[Any] | np.ndarray | None = None,
    chart: str | None = None,
    alpha: float = ALPHA,
    minimum_segment: int = MINIMUM_SEGMENT,
    maximum_changes: int = 1,
    autocorrelation: str = "estimated",
    multiply: float = 1.0,
    permutations: int = 0,
    seed: int | None = None,
) -> Advice:
    """Propose where a new phase may begin in the current phase of one series, with the evidence for it.

    Nothing is applied: a person decides, with a reason, and passes `position` or `x` to `analyse(phases=...)`.

    Parameters
    ----------
    values : SpcResult, DataFrame or sequence of float
        A computed chart; or a frame of points with column y and, where there are, x, n, phase and included, as in
        `SpcResult.points`; or the values themselves in the order of time (with `denominators`: the numerators). NaN: an
        expected period without data, which is never filled in and breaks the neighbourhood of its neighbours.
    denominators : sequence of float
        Cases or exposure per point, with values that are numerators.
    x : sequence
        What the points are named by, with values that are a sequence; default: positions from 1.
    chart : str
        A code in `CHARTS`; a proportion or rate is weighted by its denominators. Default: that of the SpcResult, else
        i, or p where there are denominators.
    alpha : float
        Share of series of independent noise that get a false proposal, from 0.001 to 0.2.
    minimum_segment : int
        Fewest values before and after a change, 4 to 12. A series with fewer than twice as many is not judged.
    maximum_changes : int
        Above 1: after the strongest change the stretches on both sides are searched in the same way, and so on; the
        p-value of each is multiplied by the number of stretches it was chosen from.
    autocorrelation : str
        "estimated": averaged over along with everything else. "none": the points are known to be independent. That
        finds more (a step of 1.0 sd in 48 months in 83 instead of 77 %, of 1.5 sd in 24 months in 87 instead of 74 %)
        and proposes falsely in 15 and 32 % of series of 48 months with autocorrelation 0.2 and 0.4, instead of 6 and
        8 %.
    multiply : float
        Factor on the levels of a sequence or frame: 100 for percent.
    permutations, seed : int
        With permutations above 0: the p-value of the strongest change is that of so many random orders of the values,
        drawn from `seed`, instead of the table's; exact for independent values, ties included.

    Returns
    -------
    Advice

    Raises
    ------
    InputError
        A ValueError that names the row or the argument: infinity, a denominator not above 0, a numerator above its
        denominator, a negative count, lengths that differ, alpha, minimum_segment or autocorrelation outside their
        range.

    Notes
    -----
    The statistic stands in `adviser/search.py`, its distribution in `tables/adviser_evidence.csv`. Levels are weighted
    means (medians on a run chart). One lasting change is looked for: a level that moves and moves back is no new phase
    and is seldom proposed. tests/simulation/adviser.py prints how often and how exactly changes are found.

    References
    ----------
    See `adviser/search.py`.

    Examples
    --------
    >>> advise([31, 28, 35, 30, 33, 29, 36, 30], denominators=[100] * 8).say()
    'No new phase can be proposed: 8 of 12 values needed.'
    >>> advise([3, 4, 3, 5, 4, 3, 2, 4, 3, 4, 5, 3, 12, 11, 14, 12, 10, 13], denominators=[20] * 18).changes[0].position
    13
    """
    _check_options(alpha, minimum_segment, maximum_changes, autocorrelation)
    read = read_one(values, denominators, x, chart, multiply)
    if read.reason is not NoProposal.NONE:
        return _no_advice(read.reason, None, np.nan, alpha, minimum_segment, autocorrelation)
    found = examine(read.points, minimum_segment=minimum_segment, mode=autocorrelation)
    p_value = float(found.p_value[0])
    if permutations > 0 and found.is_judged[0]:
        p_value = permuted_p_value(
            found.series, minimum_segment, autocorrelation, permutations, 0 if seed is None else seed
        )
    n_values = int(found.n_values[0])
    if not p_value <= alpha:
        reason = found.reason[0] if found.reason[0] is not NoProposal.NONE else NoProposal.NO_EVIDENCE
        return _no_advice(reason, found, p_value, alpha, minimum_segment, autocorrelation)
    changes = _changes(read, found, p_value, alpha, maximum_changes, minimum_segment, autocorrelation)
    warned = cautions(
        found,
        read.points,
        0,
        alpha=alpha,
        season=_season(read, found, 0),
        minimum_segment=minimum_segment,
        mode=autocorrelation,
    )
    rate = _rate(found, 0, alpha, autocorrelation)
    return Advice(
        is_proposed=True,
        changes=changes,
        reason=NoProposal.NONE,
        p_value=p_value,
        statistic=float(found.statistic[0]),
        alpha=alpha,
        false_alarm_rate=rate,
        autocorrelation=float(found.autocorrelation[0]),
        dispersion=float(found.dispersion[0]),
        cautions=warned,
        n_values=n_values,
        minimum_segment=minimum_segment,
        explanation=explain.proposed(changes, warned, alpha, rate),
    )


def advise_many(
    values: pd.DataFrame | np.ndarray,
    by: str | Sequence[str] = (),
    *,
    x: str = "period",
    y: str = "numerator",
    n: str | None = "denominator",
    phase: str | None = None,
    denominators: np.ndarray | None = None,
    chart: str | None = None,
    alpha: float = ALPHA,
    minimum_segment: int = MINIMUM_SEGMENT,
    autocorrelation: str = "estimated",
    multiply: float = 1.0,
) -> pd.DataFrame:
    """Propose where a new phase may begin, for many series at once: one row per series.

    Parameters
    ----------
    values : DataFrame or ndarray, shape (n_series, n_points)
        A long frame, one row per series and point in any order, or a matrix with one series per row (with
        `denominators`, of the same shape: the numerators). NaN: an expected period without data. Shorter series end
        in NaN.
    by, x, y, n, phase : str
        Columns of a frame: what tells series apart, the order, the value or numerator, the denominator (None or absent:
        there is none), and the phase (only the last of each series is judged).
    chart, alpha, minimum_segment, autocorrelation, multiply
        As in `advise`, for every series.

    Returns
    -------
    DataFrame
        The `by` columns (of a matrix: series, from 0), then is_proposed, reason_code, position, x, first_position,
        last_position, first_x, last_x, before, after, size_in_sd, statistic, p_value, false_alarm_rate,
        autocorrelation, dispersion, cautions, n_values. Positions count the points of the series from 1. Where
        nothing is proposed the place, the levels and the cautions are missing; statistic and p_value are those of the
        strongest change all the same, so that a board can judge all its series together.

    Raises
    ------
    InputError
        As in `advise`; rows count those of the frame.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "unit": ["A"] * 16 + ["B"] * 16, "period": [*range(1, 17)] * 2,
    ...     "value": [5, 6, 4, 5, 6, 5, 4, 6, 9, 8, 10, 9, 8, 9, 10, 9] + [5, 6, 4, 5] * 4,
    ... })
    >>> advise_many(frame, "unit", y="value")[["unit", "is_proposed", "x", "first_x", "last_x"]].to_dict("list")
    {'unit': ['A', 'B'], 'is_proposed': [True, False], 'x': [9, None], 'first_x': [7, None], 'last_x': [10, None]}
    """
    _check_options(alpha, minimum_segment, 1, autocorrelation)
    if isinstance(values, pd.DataFrame):
        columns = [by] if isinstance(by, str) else list(by)
        many = read_frame(values, columns, x, y, n, phase, chart)
    else:
        many = read_matrix(np.asarray(values, dtype=np.float64), denominators, chart)
    found = examine(many.points, minimum_segment=minimum_segment, mode=autocorrelation)
    is_suitable = many.reason is NoProposal.NONE
    is_proposed = (found.p_value <= alpha) & is_suitable
    proposed = np.flatnonzero(is_proposed)
    before, after = found.before.copy(), found.after.copy()
    if many.is_median:
        for row in proposed.tolist():
            before[row], after[row] = _medians(found.y[row, : found.n_values[row]], int(found.place[row]))
    intervals = np.array([found.interval(row) for row in proposed.tolist()], dtype=np.int64).reshape(-1, 2)
    places = np.column_stack([found.place[proposed], intervals])
    at = found.column[proposed[:, None], places]
    named = many.x[proposed[:, None], at] if many.x is not None else at + 1 + many.first_row[proposed, None]
    hidden = ~is_proposed
    reasons = [
        many.reason
        if not is_suitable
        else own
        if own is not NoProposal.NONE
        else NoProposal.NONE
        if told
        else NoProposal.NO_EVIDENCE
        for own, told in zip(found.reason, is_proposed.tolist(), strict=True)
    ]
    said: list[tuple[Caution, ...] | None] = [None] * len(is_proposed)
    for row in proposed.tolist():
        said[row] = cautions(
            found,
            many.points,
            row,
            alpha=alpha,
            season=_season(many, found, row),
            minimum_segment=minimum_segment,
            mode=autocorrelation,
        )

    def placed(which: int) -> pd.arrays.IntegerArray:
        positions = np.zeros(len(is_proposed), dtype=np.int64)
        positions[proposed] = at[:, which] + 1 + many.first_row[proposed]
        return pd.arrays.IntegerArray(positions, mask=hidden.copy())

    def called(which: int) -> pd.Series:
        is_date = named.dtype.kind == "M"
        names = np.full(len(is_proposed), "NaT" if is_date else None, dtype=named.dtype if is_date else object)
        names[proposed] = named[:, which]
        return pd.Series(names, dtype=names.dtype)

    size = np.divide(found.after - found.before, found.sd, out=np.full(len(before), np.nan), where=found.sd > 0)
    table = pd.DataFrame(
        {
            "is_proposed": is_proposed,
            "reason_code": [reason.value for reason in reasons],
            "position": placed(0),
            "x": called(0),
            "first_position": placed(1),
            "last_position": placed(2),
            "first_x": called(1),
            "last_x": called(2),
            "before": np.where(hidden, np.nan, before * multiply),
            "after": np.where(hidden, np.nan, after * multiply),
            "size_in_sd": np.where(hidden, np.nan, size),
            "statistic": found.statistic,
            "p_value": found.p_value,
            "false_alarm_rate": [
                _rate(found, row, alpha, autocorrelation) if judged else 0.0
                for row, judged in enumerate(found.is_judged.tolist())
            ],
            "autocorrelation": found.autocorrelation,
            "dispersion": found.dispersion,
            "cautions": pd.Series(said, dtype=object),
            "n_values": found.n_values,
        }
    )
    return pd.concat([many.keys, table], axis=1)


def _check_options(alpha: float, minimum_segment: int, maximum_changes: int, autocorrelation: str) -> None:
    low, high = calibration.SHORTEST_PHASES
    for name, value, is_right, da, en in (
        ("alpha", alpha, 0.001 <= alpha <= 0.2, "mellem 0,001 og 0,2", "from 0.001 to 0.2"),
        (
            "minimum_segment",
            minimum_segment,
            minimum_segment in range(low, high + 1),
            f"et helt tal fra {low} til {high}",
            f"a whole number from {low} to {high}",
        ),
        ("maximum_changes", maximum_changes, maximum_changes in range(1, 100), "mindst 1", "at least 1"),
        ("autocorrelation", autocorrelation, autocorrelation in _MODES, " eller ".join(_MODES), " or ".join(_MODES)),
    ):
        if not is_right:
            raise InputError(
                f"bad_{name}",
                Words(f"{name} skal være {da}, ikke {value!r}.", f"{name} must be {en}, not {value!r}."),
            )


def _season(read: Reading, found: Examined, row: int) -> Any:
    column = found.column[row, : int(found.n_values[row])]
    return season_of(None if read.x is None else read.x[row], column)


def _rate(found: Examined, row: int, alpha: float, mode: str) -> float:
    phi = round(max(float(found.autocorrelation[row]), 0.0), 2) if found.is_autocorrelated[row] else 0.0
    return calibration.false_alarm_rate(int(found.n_values[row]), phi, alpha, mode)


def _medians(y: Floats, place: int) -> tuple[float, float]:
    return float(np.median(y[:place])), float(np.median(y[place:]))


def _no_advice(
    reason: NoProposal, found: Examined | None, p_value: float, alpha: float, minimum_segment: int, mode: str
) -> Advice:
    is_judged = found is not None and bool(found.is_judged[0])
    n_values = 0 if found is None else int(found.n_values[0])
    return Advice(
        is_proposed=False,
        changes=(),
        reason=reason,
        p_value=p_value,
        statistic=float(found.statistic[0]) if found is not None else np.nan,
        alpha=alpha,
        false_alarm_rate=_rate(found, 0, alpha, mode) if found is not None and is_judged else 0.0,
        autocorrelation=float(found.autocorrelation[0]) if found is not None else np.nan,
        dispersion=float(found.dispersion[0]) if found is not None else np.nan,
        cautions=(),
        n_values=n_values,
        minimum_segment=minimum_segment,
        explanation=explain.nothing(reason, n_values, minimum_segment, p_value, alpha),
    )


def _changes(
    read: Reading, found: Examined, p_value: float, alpha: float, maximum: int, minimum_segment: int, mode: str
) -> tuple[Change, ...]:
    """The strongest change, and up to `maximum` in all: each found in the stretches the earlier ones left.

    Adjusted p-value of a later one: times the number of stretches it was chosen from.
    """
    n_columns = read.points.y.shape[1]
    accepted = [(found, p_value)]
    places = [int(found.column[0, found.place[0]])]
    open_stretches = [(0, n_columns, found)]
    while len(accepted) < maximum:
        new = places[-1]
        index = next(i for i, (start, stop, _) in enumerate(open_stretches) if start <= new < stop)
        start, stop, _ = open_stretches.pop(index)
        for low, high in ((start, new), (new, stop)):
            part = examine(without(read.points, low, high), minimum_segment=minimum_segment, mode=mode)
            open_stretches.append((low, high, part))
        candidates = [part for _, _, part in open_stretches if part.is_judged[0]]
        if not candidates:
            break
        best = min(candidates, key=lambda part: (float(part.p_value[0]), -float(part.statistic[0])))
        adjusted = min(float(best.p_value[0]) * len(open_stretches), 1.0)
        if adjusted > alpha:
            break
        accepted.append((best, adjusted))
        places.append(int(best.column[0, best.place[0]]))
    edges = sorted({0, n_columns, *places})
    return tuple(_change(read, part, p, edges) for part, p in accepted)


def _change(read: Reading, part: Examined, p_value: float, edges: list[int]) -> Change:
    column = part.column[0]
    place = int(part.place[0])
    at = int(column[place])
    number = edges.index(at)
    _, y, weight, columns = aligned(without(read.points, edges[number - 1], edges[number + 1]))
    split = int((columns[0, : int((~np.isnan(y[0])).sum())] < at).sum())
    before, after, sd = (float(each[0]) for each in levels(y, weight, np.array([split])))
    n_before, n_after = split, int((~np.isnan(y[0])).sum()) - split
    if read.is_median:
        before, after = _medians(y[0, : n_before + n_after], split)
    first, last = (int(column[k]) for k in part.interval(0))
    offset = int(read.first_row[0])

    def named(where: int) -> object:
        return read.x[0, where] if read.x is not None else where + offset + 1

    return Change(
        row=at + offset,
        position=at + offset + 1,
        x=named(at),
        first_row=first + offset,
        last_row=last + offset,
        first_x=named(first),
        last_x=named(last),
        before=before * read.multiply,
        after=after * read.multiply,
        size=(after - before) * read.multiply,
        size_in_sd=(after - before) / sd if sd > 0 else np.inf * np.sign(after - before),
        n_before=n_before,
        n_after=n_after,
        statistic=float(part.statistic[0]),
        p_value=p_value,
    )
