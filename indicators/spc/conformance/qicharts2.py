"""qicharts2: `qic(..., return.data = TRUE)`, point by point.

Counts, flags and runs must be equal; other figures within a relative 1e-9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from indicators import spc
from indicators.spc.conformance.outcome import Outcome, outcome
from indicators.spc.result import SpcResult

SYSTEM = "qicharts2"

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


@dataclass(frozen=True, slots=True)
class Known:
    """A difference that is meant. `explains` says whether the differences found are exactly those."""

    convention: str
    explains: Callable[[Case, tuple[str, ...], list[SpcResult]], bool]


def _refused(code: str) -> Callable[[Case, tuple[str, ...], list[SpcResult]], bool]:
    return lambda case, differences, results: differences == (f"refused: {code}",)


def _no_limits_without_variation(case: Case, differences: tuple[str, ...], results: list[SpcResult]) -> bool:
    """Only the limits differ: they have some, we have none and say why."""
    return set(differences) <= LIMITS and all(
        result.points.upper.isna().all() and (result.points.reason == "no variation").all() for result in results
    )


def _freeze_holds_inside_its_phase(case: Case, differences: tuple[str, ...], results: list[SpcResult]) -> bool:
    """The frozen phase alone differs, and its centre is the mean of its baseline."""
    assert case.expected is not None
    (result,) = results
    ours, theirs = result.points, case.expected
    baseline = ours[(ours.phase == 1) & ours.in_baseline]
    later = ours.phase.to_numpy() > 1
    return (
        len(baseline) == case.options["freeze"]
        and bool(np.isclose(result.phases.centre.iloc[0], baseline.y.mean(), rtol=TOLERANCE))
        and all(
            _close(ours[our].to_numpy()[later], theirs[their].to_numpy()[later]).all() for their, our in FIGURES.items()
        )
    )


def _computed_where_they_refuse(case: Case, differences: tuple[str, ...], results: list[SpcResult]) -> bool:
    return differences == ("computed, they refuse",) and all(result.phases.centre.notna().all() for result in results)


_CONSTANT = "11: a constant series has no limits, with the reason 'no variation'"
_REFUSED = "12: {} is refused"

KNOWN_DIFFERENCES: dict[str, Known] = {
    **{
        case: Known(_CONSTANT, _no_limits_without_variation)
        for case in (
            "edge_constant_c",
            "edge_constant_u",
            "edge_constant_p",
            "edge_zero_c",
            "edge_zero_u",
            "edge_zero_p",
            "edge_all_p",
        )
    },
    **{
        f"edge_zero_denominator_{chart}": Known(_REFUSED.format("a zero denominator"), _refused("zero_denominator"))
        for chart in ("run", "i", "p", "u")
    },
    "edge_y_above_n_p": Known(
        _REFUSED.format("a numerator above its denominator"), _refused("numerator_above_denominator")
    ),
    "edge_part_freeze": Known(
        "5: phases and freeze hold together (they ignore freeze)", _freeze_holds_inside_its_phase
    ),
    "p_cabg_readmission_records": Known(
        "reference README, oddities not to copy: p without denominator gives centre line Inf; we refuse it",
        _refused("no_denominator"),
    ),
    "edge_unequal_facets_i_part": Known(
        "reference README, oddities not to copy: a facet without points in some part is refused; we compute it",
        _computed_where_they_refuse,
    ),
}
"""Every case in which the library means to differ, with the convention of the project that says so."""


def _close(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
    return np.isclose(ours, theirs, rtol=TOLERANCE, atol=0, equal_nan=True)


def _facets(case: Case) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    if not case.facets:
        yield (), case.frame
        return
    yield from case.frame.groupby(list(case.facets), sort=True)


def _options(case: Case, frame: pd.DataFrame) -> dict[str, Any]:
    if case.part_column is None:
        return case.options
    # A label column starts a phase where a new label first appears.
    labels = frame.sort_values(case.x)[case.part_column].tolist()
    return case.options | {"phases": [row + 1 for row in range(1, len(labels)) if labels[row] != labels[row - 1]]}


def analyse(case: Case) -> list[SpcResult]:
    """One result per facet, in the order of `_facets`."""
    return [
        spc.analyse(frame, chart=case.chart, x=case.x, y=case.y, n=case.n, **_options(case, frame))
        for _, frame in _facets(case)
    ]


def _differences(case: Case, results: list[SpcResult], expected: pd.DataFrame) -> tuple[str, ...]:
    if case.facets:  # their order of facets follows the locale: match by name
        theirs = dict(iter(expected.groupby([f"facet{number}" for number, _ in enumerate(case.facets, start=1)])))
        expected = pd.concat([theirs[key] for key, _ in _facets(case)], ignore_index=True)
    points = pd.concat([result.points for result in results], ignore_index=True)
    if len(points) != len(expected):
        return (f"{len(points)} points, they have {len(expected)}",)
    runs = pd.concat([result.phases.iloc[result.points.phase - 1][list(RUNS)] for result in results], ignore_index=True)
    theirs = pd.to_datetime(expected.x) if points.x.dtype.kind == "M" else expected.x
    found = [] if (points.x.to_numpy() == theirs.to_numpy()).all() else ["x"]
    found += [
        their
        for their, our in FIGURES.items()
        if not _close(points[our].to_numpy(), expected[their].to_numpy(dtype=np.float64, na_value=np.nan)).all()
    ]
    found += [their for their, our in FLAGS.items() if not (points[our].to_numpy() == expected[their].to_numpy()).all()]
    found += [
        name
        for name in RUNS
        if not np.array_equal(
            runs[name].to_numpy(dtype=np.float64, na_value=np.nan),
            expected[name].to_numpy(dtype=np.float64, na_value=np.nan),
            equal_nan=True,
        )
    ]
    return tuple(found)


def check(case: Case) -> Outcome:
    """Hold one case against the library."""
    results: list[SpcResult] = []
    try:
        results = analyse(case)
    except spc.InputError as refusal:
        differences: tuple[str, ...] = (f"refused: {refusal.code}",)
    else:
        differences = (
            ("computed, they refuse",) if case.expected is None else _differences(case, results, case.expected)
        )
    known = KNOWN_DIFFERENCES.get(case.id)
    return outcome(
        SYSTEM,
        case.chart,
        case.id,
        differences,
        "" if known is None else known.convention,
        known is not None and known.explains(case, differences, results),
    )


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
        return [check(case) for case in read_own_cases(folder)]
    return [check(read_case(folder, row)) for _, row in index_of(folder).iterrows()]
