"""qicharts2: `qic(..., return.data = TRUE)`, point by point.

Counts, flags and runs must be equal; other figures within a relative 1e-9. Where the library means to differ, a
convention of the project says so, and the difference is held against what that convention predicts: the same call as
they read it must agree (`CALLS`), or each single figure must be the one their reading gives (`FIGURES_OF_THEIRS`), or
the input must hold what is refused (`REFUSALS`). Whatever is left over is a disagreement.

The project's own cases (`tests/reference/spc`) are read here too: those carried over from qicharts2, and those of a
second, plain version, which follow the project's conventions and allow for no exception.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from indicators import spc
from indicators.spc.conformance.outcome import Outcome, outcome
from indicators.spc.result import SpcResult

SYSTEM = "qicharts2"

SECOND_VERSION = "second_version"
"""Where the project's own simulated cases stand, beside those carried over."""

TOLERANCE = 1e-9

FIGURES = {
    "y": "y",
    "cl": "centre",
    "lcl": "lower",
    "ucl": "upper",
    "lcl_95": "warning_lower",
    "ucl_95": "warning_upper",
    "target": "target",
}
"""Columns that hold measured figures: theirs, ours."""

FLAGS = {"part": "phase", "baseline": "in_baseline", "include": "included", "sigma_signal": "sigma_signal"}
"""Columns of points that must be equal: theirs, ours."""

RUNS = ("n_useful", "runs_signal", "longest_run", "longest_run_max", "n_crossings", "n_crossings_min")
"""Columns of phases that must be equal, repeated on every point in their files."""

LIMITS = {"lcl", "ucl", "lcl_95", "ucl_95"}


@dataclass(frozen=True)
class Case:
    """One call of another system: what it was given, and what it gave back. `expected` is None where it refused."""

    id: str
    chart: str
    frame: pd.DataFrame
    x: str
    y: str
    n: str | None
    facets: tuple[str, ...]
    options: dict[str, Any]
    expected: pd.DataFrame | None
    part_column: str | None = None
    system: str = SYSTEM


@dataclass(frozen=True)
class Held:
    """Both answers side by side, one row per point, under their names of columns.

    `differs` has their columns and is True where the two are not equal. `ours` has besides: facet, y_length and y_sd of
    each subgroup, and the weight of a point on an I prime chart.
    """

    case: Case
    ours: pd.DataFrame
    theirs: pd.DataFrame
    differs: pd.DataFrame

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.differs.columns[self.differs.any()])

    def phases(self) -> Iterator[np.ndarray]:
        """The rows of each phase of each facet."""
        yield from self.ours.groupby(["facet", "part"], sort=False).indices.values()


def _facets(case: Case) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    if not case.facets:
        yield (), case.frame
        return
    yield from case.frame.groupby(list(case.facets), sort=True)


def _options(case: Case, frame: pd.DataFrame) -> dict[str, Any]:
    options = case.options
    if options["non_negative"] and case.facets:  # y_neg = FALSE asks the values of all facets together
        options = options | {"non_negative": bool((case.frame[case.y].dropna() >= 0).all())}
    if case.part_column is None:
        return options
    # A label column starts a phase where a label is first met among the different x, in the order of the file's rows
    # and for all facets alike; a label that comes back starts none.
    labels = case.frame.loc[~case.frame[case.x].duplicated(), case.part_column].tolist()
    return options | {"phases": [labels.index(label) + 1 for label in dict.fromkeys(labels)][1:]}


def analyse(case: Case) -> list[SpcResult]:
    """One result per facet, in the order of `_facets`."""
    return [
        spc.analyse(frame, chart=case.chart, x=case.x, y=case.y, n=case.n, **_options(case, frame))
        for _, frame in _facets(case)
    ]


def _as_numbers(values: pd.Series) -> np.ndarray:
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def _close(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    # What should be 0 and is a difference of large numbers has no digits of its own to agree in.
    rounding = 1e-14 * np.max(np.abs(theirs), where=np.isfinite(theirs), initial=0.0)
    return np.isclose(ours, theirs, rtol=TOLERANCE, atol=rounding, equal_nan=True)


def _subgroups(case: Case) -> pd.DataFrame:
    """Observations of each subgroup, their standard deviation, and the denominators' sum: worked out from the rows."""
    found = []
    for _, frame in _facets(case):
        rows = frame[frame[case.x].notna()]
        if case.n:  # a row lacking either figure loses both
            rows = rows.assign(**{case.n: rows[case.n].where(rows[case.y].notna())})
        groups = rows.groupby(case.x, sort=True, observed=True)
        found.append(
            pd.DataFrame(
                {
                    "y_length": groups[case.y].count(),
                    "y_sd": groups[case.y].std(),
                    "weight": groups[case.n].sum() if case.n else groups[case.y].count(),
                }
            )
        )
    return pd.concat(found, ignore_index=True)


def hold(case: Case, results: list[SpcResult], expected: pd.DataFrame) -> Held | str:
    """Lay our answer beside theirs; a sentence where the points are not the same ones."""
    if case.facets:  # their order of facets follows the locale: match by name
        theirs = dict(iter(expected.groupby([f"facet{number}" for number, _ in enumerate(case.facets, start=1)])))
        expected = pd.concat([theirs[key] for key, _ in _facets(case)], ignore_index=True)
    points = pd.concat([result.points for result in results], ignore_index=True)
    if len(points) != len(expected):
        return f"{len(points)} points, they have {len(expected)}"
    runs = pd.concat([result.phases.iloc[result.points.phase - 1][list(RUNS)] for result in results], ignore_index=True)
    x = pd.to_datetime(expected.x) if points.x.dtype.kind == "M" else expected.x
    columns = {"x": "x"} | FIGURES | FLAGS
    ours = pd.concat([points[list(columns.values())].set_axis(list(columns), axis=1), runs], axis=1)
    expected = expected.assign(x=x.to_numpy())
    differs = pd.DataFrame({"x": ours.x.to_numpy() != expected.x.to_numpy()})
    for name in FIGURES:
        differs[name] = ~_close(_as_numbers(ours[name]), _as_numbers(expected[name]))
    for name in FLAGS:
        differs[name] = ours[name].to_numpy() != expected[name].to_numpy()
    for name in RUNS:
        mine, other = _as_numbers(ours[name]), _as_numbers(expected[name])
        differs[name] = (mine != other) & ~(np.isnan(mine) & np.isnan(other))
    ours["facet"] = np.repeat(np.arange(len(results)), [len(result.points) for result in results])
    return Held(case, pd.concat([ours, _subgroups(case)], axis=1), expected, differs)


# ----------------------------------------------------------------------------------- where the library means to differ


@dataclass(frozen=True, slots=True)
class Refusal:
    """An input that we refuse and they compute. `holds` says whether the case really has it."""

    convention: str
    holds: Callable[[Case], bool]


def _denominator(case: Case) -> pd.Series:
    return case.frame[case.n] if case.n else pd.Series(np.nan, index=case.frame.index)


def _has_no_finite_centre(case: Case) -> bool:
    assert case.expected is not None
    return case.n is None and not np.isfinite(_as_numbers(case.expected.cl)).any()


REFUSALS: dict[str, Refusal] = {
    "zero_denominator": Refusal(
        "12: a zero denominator is refused", lambda case: bool((_denominator(case) <= 0).any())
    ),
    "numerator_above_denominator": Refusal(
        "12: a numerator above its denominator is refused",
        lambda case: bool((case.frame[case.y] > _denominator(case)).any()),
    ),
    "negative_count": Refusal("12: a negative count is refused", lambda case: bool((case.frame[case.y] < 0).any())),
    "not_positive": Refusal(
        "8: a time between events not above 0 is refused", lambda case: bool((case.frame[case.y] <= 0).any())
    ),
    "no_denominator": Refusal(
        "reference README, oddities not to copy: p and u without denominator give centre line Inf; we refuse it",
        _has_no_finite_centre,
    ),
}
"""Code of an `InputError` that we raise where they compute."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that they read otherwise. `as_theirs` gives the call that must agree in every figure, None if it is one
    both read alike."""

    convention: str
    as_theirs: Callable[[Case], Case | None]


def _without_freeze(case: Case) -> Case | None:
    has_phases = "phases" in case.options or case.part_column is not None
    if not has_phases or "freeze" not in case.options:
        return None
    return replace(case, options={name: value for name, value in case.options.items() if name != "freeze"})


def _zero_for_nothing(case: Case) -> Case | None:
    """R sums nothing to 0; c charts always sum, but there a single missing row stays missing."""
    if case.n is not None or (case.chart != "c" and case.options.get("aggregate") != "sum"):
        return None
    groups = case.frame.groupby([*case.facets, case.x], observed=True)[case.y]
    is_empty = (groups.transform("count") == 0) & case.frame[case.x].notna()
    if case.chart == "c":
        is_empty &= groups.transform("size") > 1
    if not is_empty.any():
        return None
    return replace(case, frame=case.frame.assign(**{case.y: case.frame[case.y].mask(is_empty, 0)}))


CALLS = (
    Call("5: phases and freeze hold together (they ignore freeze)", _without_freeze),
    Call("3: a subgroup without data never becomes zero (they sum nothing to 0)", _zero_for_nothing),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Single figures that differ. `explained` marks, in the shape of `differs`, what the convention accounts for."""

    convention: str
    explained: Callable[[Held], pd.DataFrame]


def _nothing(held: Held) -> pd.DataFrame:
    return pd.DataFrame(False, index=held.differs.index, columns=held.differs.columns)


def _no_limits_without_variation(held: Held) -> pd.DataFrame:
    """Phases whose points, or whose baseline, are all the same: they have some limits or none, we have none."""
    explained, theirs = _nothing(held), held.theirs
    y, feeds = _as_numbers(theirs.y), (theirs.include & theirs.baseline).to_numpy(dtype=bool)
    included = theirs.include.to_numpy(dtype=bool)
    for rows in held.phases():
        in_phase, in_baseline = (y[rows[which[rows]]] for which in (included, feeds))
        in_phase, in_baseline = in_phase[~np.isnan(in_phase)], in_baseline[~np.isnan(in_baseline)]
        is_constant = len(in_phase) > 1 and _close(in_phase, in_phase[:1]).all()
        is_flat = (
            len(in_baseline) > 0
            and _close(in_baseline, in_baseline[:1]).all()
            and _close(_as_numbers(theirs.lcl)[rows], _as_numbers(theirs.ucl)[rows]).all()
        )
        if not (is_constant or is_flat):
            continue
        for column in LIMITS:
            explained.loc[rows, column] = held.ours[column].iloc[rows].isna()
        explained.loc[rows, "sigma_signal"] = ~held.ours.sigma_signal.iloc[rows]
    return explained


def _warning_limit_of_times(held: Held) -> pd.DataFrame:
    """They have no warning limit where it would be negative, and 0 for the control limit: we have 0 for both."""
    explained = _nothing(held)
    if held.case.chart == "t":
        explained["lcl_95"] = (held.ours.lcl_95 == 0) & held.theirs.lcl_95.isna() & held.theirs.ucl.notna()
    return explained


def _spread_of_every_point(held: Held) -> pd.DataFrame:
    """I prime: their limits are those of a spread taken from every point of the phase, their own centre around them."""
    explained, case = _nothing(held), held.case
    if case.chart != "ip":
        return explained
    multiply = case.options.get("multiply", 1.0)
    y, weight = _as_numbers(held.theirs.y) / multiply, _as_numbers(held.ours.weight)
    y = np.where(weight > 0, y, np.nan)
    is_cut = case.options["non_negative"] and np.nanmin(_as_numbers(held.theirs.y)) >= 0
    for rows in held.phases():
        if (held.theirs.include & held.theirs.baseline).iloc[rows].all():
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = np.sqrt(np.pi / 2) * np.abs(np.diff(y[rows]))
            steps = steps / np.sqrt(1 / weight[rows][1:] + 1 / weight[rows][:-1])
            steps = steps[~np.isnan(steps)]
            if case.options["screen_moving_ranges"] and len(steps):
                steps = steps[steps < 3.2665 * steps.mean()]
            sigma = (steps.mean() if len(steps) else np.nan) / np.sqrt(weight[rows]) * multiply
        centre = _as_numbers(held.theirs.cl)[rows]
        for column, sigmas in {"lcl": -3, "ucl": 3, "lcl_95": -2, "ucl_95": 2}.items():
            as_theirs = centre + sigmas * sigma
            if is_cut and sigmas < 0:
                as_theirs = np.where(as_theirs < 0, 0.0, as_theirs)
            as_theirs = np.where(np.isfinite(as_theirs), as_theirs, np.nan)
            explained.loc[rows, column] = _close(as_theirs, _as_numbers(held.theirs[column])[rows])
        explained.loc[rows, "sigma_signal"] = explained.loc[rows, ["lcl", "ucl"]].all(axis=1)
    return explained


def _sizes_outside_the_baseline(held: Held) -> pd.DataFrame:
    """Xbar and s: one size in the baseline, another outside it. They pool, we take the mean as without the others."""
    explained, case = _nothing(held), held.case
    if case.chart not in ("xbar", "s"):
        return explained
    sizes, sds = _as_numbers(held.ours.y_length), _as_numbers(held.ours.y_sd)
    multiply = case.options.get("multiply", 1.0)
    for rows in held.phases():
        feeds = rows[(held.theirs.include & held.theirs.baseline).to_numpy(dtype=bool)[rows]]
        if len(set(sizes[feeds])) != 1 or len(set(sizes[rows])) == 1:
            continue
        pooled = np.sqrt(np.nansum((sizes[feeds] - 1) * sds[feeds] ** 2) / (sizes[feeds] - 1).sum()) * multiply
        known = sizes[rows] > 1
        c4 = np.array([math.exp(math.lgamma(n / 2) - math.lgamma((n - 1) / 2)) for n in sizes[rows][known]])
        c4 *= np.sqrt(2 / (sizes[rows][known] - 1))
        centre = _as_numbers(held.theirs.cl)[rows]
        if case.chart == "xbar":
            sigma = pooled / (c4 * np.sqrt(sizes[rows][known]))
        elif "centre" not in case.options and _close(centre, np.array([pooled])).all():
            sigma = pooled * np.sqrt(1 - c4**2) / c4
            explained.loc[rows, ["cl", *RUNS]] = True  # runs around another line
        else:
            continue
        for column, sigmas in {"lcl": -3, "ucl": 3, "lcl_95": -2, "ucl_95": 2}.items():
            as_theirs = np.full(len(rows), np.nan)
            as_theirs[known] = centre[known] + sigmas * sigma
            if case.chart == "s":
                as_theirs = np.maximum(as_theirs, 0.0)
            explained.loc[rows, column] = _close(as_theirs, _as_numbers(held.theirs[column])[rows])
        explained.loc[rows, "sigma_signal"] = explained.loc[rows, ["lcl", "ucl"]].all(axis=1)
    return explained


FIGURES_OF_THEIRS = (
    Figures("11: a constant series has no limits, with the reason 'no variation'", _no_limits_without_variation),
    Figures("7: limits stay in the range of the value, the warning limit of times too", _warning_limit_of_times),
    Figures("6: I prime honours freeze and exclude in sigma", _spread_of_every_point),
    Figures(
        "4: exclude and freeze hold for the spread: sizes outside the baseline do not count",
        _sizes_outside_the_baseline,
    ),
)


def _explained(held: Held) -> tuple[str, ...]:
    """The conventions that account for every difference; () when one is left over or there is none."""
    used, left = [], held.differs.copy()
    for figures in FIGURES_OF_THEIRS:
        explained = figures.explained(held) & held.differs
        if explained.any(axis=None):
            used.append(figures.convention)
            left &= ~explained
    return () if left.any(axis=None) else tuple(used)


def _conventions(case: Case, held: Held) -> tuple[str, ...]:
    """The conventions that explain how the two answers differ; () when nothing does."""
    if conventions := _explained(held):
        return conventions
    if case.expected is None:
        return ()
    for calls in ([call] for call in CALLS):
        if conventions := _conventions_of_calls(case, calls, case.expected):
            return conventions
    return _conventions_of_calls(case, CALLS, case.expected)


def _conventions_of_calls(case: Case, calls: Sequence[Call], expected: pd.DataFrame) -> tuple[str, ...]:
    """The conventions when the case, with every one of `calls` read their way, agrees in what nothing else explains."""
    as_theirs, conventions = case, []
    for call in calls:
        changed = call.as_theirs(as_theirs)
        if changed is None:
            return ()
        as_theirs = changed
        conventions.append(call.convention)
    again = hold(as_theirs, analyse(as_theirs), expected)
    if not isinstance(again, Held):
        return ()
    explained = _explained(again)
    return (*conventions, *explained) if explained or not again.columns else ()


_FACETS_LACK_PARTS = (
    "reference README, oddities not to copy: a facet without points in some part is refused; we compute it"
)


def check(case: Case) -> Outcome:
    """Hold one case against the library."""

    def found(differences: tuple[str, ...], conventions: tuple[str, ...]) -> Outcome:
        allowed = conventions if case.system == SYSTEM else ()
        return outcome(case.system, case.chart, case.id, differences, "; ".join(allowed), is_explained=True)

    try:
        results = analyse(case)
    except spc.InputError as refusal:
        if case.expected is None:
            return found((), ())
        known = REFUSALS.get(refusal.code)
        is_known = known is not None and known.holds(case)
        return found((f"refused: {refusal.code}",), (known.convention,) if known is not None and is_known else ())
    if case.expected is None:
        n_phases = {len(result.phases) for result in results}
        has_answer = all(result.phases.centre.notna().all() for result in results)
        return found(("computed, they refuse",), (_FACETS_LACK_PARTS,) if len(n_phases) > 1 and has_answer else ())
    held = hold(case, results, case.expected)
    if isinstance(held, str):
        return found((held,), ())
    return found(held.columns, _conventions(case, held) if held.columns else ())


# ------------------------------------------------------------------------------------------------ reading the cases


def _case(row: pd.Series, frame: pd.DataFrame, expected: pd.DataFrame | None) -> Case:
    options: dict[str, Any] = {"screen_moving_ranges": row.screened_mr != "false", "non_negative": row.y_neg == "FALSE"}
    given: dict[str, tuple[str, Callable[[str], Any]]] = {
        "method": ("method", str),
        "agg_fun": ("aggregate", str),
        "multiply": ("multiply", float),
        "freeze": ("freeze", int),
        "part": ("phases", lambda text: [int(last) + 1 for last in text.split(";")]),
        "exclude": ("exclude", lambda text: [int(each) for each in text.split(";")]),
        "target": ("target", float),
        "cl": ("centre", float),
    }
    options |= {ours: read(row[theirs]) for theirs, (ours, read) in given.items() if row[theirs]}
    if row.x_period:
        frame = frame.assign(**{row.x: _start_of(pd.to_datetime(frame[row.x]), row.x_period)})
    if row.x_is_category == "true":
        frame = frame.assign(**{row.x: frame[row.x].astype("category").cat.set_categories(frame[row.x].unique())})
    return Case(
        id=row.case_id,
        chart=row.chart,
        frame=frame,
        x=row.x,
        y=row.y,
        n=row.n or None,
        facets=tuple(row.facets.split(";")) if row.facets else (),
        options=options,
        expected=expected,
        part_column=row.part_column or None,
        system=row.system,
    )


def _start_of(days: pd.Series, period: str) -> pd.Series:
    if period == "week":
        return days - pd.to_timedelta(days.dt.day_of_week, unit="D")
    return days.dt.to_period({"month": "M", "quarter": "Q", "year": "Y"}[period]).dt.start_time


def index_of(folder: Path) -> pd.DataFrame:
    """The qicharts2 cases of a reference folder whose chart types the library has, without opening their files."""
    index = pd.read_csv(folder / "index.csv", dtype=str, keep_default_na=False)
    return index[(index.system == SYSTEM) & index.chart.isin(list(spc.CHARTS))]


def read_case(folder: Path, row: pd.Series) -> Case:
    """A case of a reference folder: `folder` is the one that holds index.csv, beside data/ one level up."""
    frame = pd.read_csv(folder.parent / row.dataset)
    expected = None if row.expect == "error" else pd.read_csv(folder.parent / row.file)
    return _case(row, frame, expected)


def read_own_cases(folder: Path) -> list[Case]:
    """The cases that stand in the project: cases.csv, inputs.csv and expected.csv, each in long form."""
    inputs = dict(iter(pd.read_csv(folder / "inputs.csv", dtype=str).groupby("dataset")))
    expected = dict(iter(pd.read_csv(folder / "expected.csv").groupby("case_id")))
    cases = pd.read_csv(folder / "cases.csv", dtype=str, keep_default_na=False)
    return [
        _case(
            row,
            inputs[row.dataset].apply(_as_read_alone).reset_index(drop=True),
            expected[row.case_id].assign(x=lambda part: _as_read_alone(part.x)).reset_index(drop=True)
            if row.case_id in expected
            else None,
        )
        for _, row in cases.iterrows()
    ]


def _as_read_alone(column: pd.Series) -> pd.Series:
    """A column of one input as it would be read without the other inputs, whose x may hold dates."""
    try:
        return pd.to_numeric(column)
    except ValueError:
        return column


def outcomes(folder: Path) -> list[Outcome]:
    """Every case of a folder, held against the library."""
    if (folder / "cases.csv").exists():
        return [
            check(case)
            for own in (folder, folder / SECOND_VERSION)
            if (own / "cases.csv").exists()
            for case in read_own_cases(own)
        ]
    return [check(read_case(folder, row)) for _, row in index_of(folder).iterrows()]
