"""NHSRplotthedots: `ptd_spc()` against profile `mdc`, point by point, with its icons.

Labels and flags must be equal; figures within a relative 1e-9.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from indicators import spc
from indicators.definition import Direction
from indicators.spc.conformance.outcome import Outcome, outcome
from indicators.spc.judgement import Assurance, Variation
from indicators.spc.result import SpcResult
from indicators.spc.rules import Rule

SYSTEM = "NHSRplotthedots"

TOLERANCE = 1e-9

FIGURES = {"y": "y", "mean": "centre", "lpl": "lower", "upl": "upper"}
"""Columns that hold measured figures: theirs, ours."""

LABELS = {
    (Rule.OUTSIDE_LIMITS, 1): "Above UCL",
    (Rule.OUTSIDE_LIMITS, -1): "Below LCL",
    (Rule.TREND, 1): "7 Point Trend (Increasing)",
    (Rule.TREND, -1): "7 Point Trend (Decreasing)",
    (Rule.TWO_OF_THREE, 1): "2 in 3 Above CL",
    (Rule.TWO_OF_THREE, -1): "2 in 3 Below CL",
    (Rule.SHIFT, 1): "7 Points Above CL",
    (Rule.SHIFT, -1): "7 Points Below CL",
}

VARIATIONS = {
    "special_cause_improvement": Variation.IMPROVEMENT,
    "special_cause_concern": Variation.CONCERN,
    "special_cause_neutral_high": Variation.CHANGE,
    "special_cause_neutral_low": Variation.CHANGE,
    "common_cause": Variation.COMMON,
}

ASSURANCES = {
    "consistent_pass": Assurance.PASS,
    "consistent_fail": Assurance.FAIL,
    "inconsistent": Assurance.MIXED,
}

DIRECTIONS = {"increase": Direction.UP, "decrease": Direction.DOWN, "neutral": Direction.NEITHER}


@dataclass(frozen=True)
class Case:
    """One call: what it was given, and what it gave back; `expected` and `summary` are None where it refused."""

    id: str
    frame: pd.DataFrame
    x: str
    y: str
    facet: str | None
    direction: Direction
    target: dict[str, float] | float | None
    rebase: dict[str, list[str]] | list[str]
    fix_after: int | None
    screen_moving_ranges: bool
    expected: pd.DataFrame | None
    summary: pd.DataFrame | None


@dataclass(frozen=True, slots=True)
class Known:
    """A difference that is meant. `explains` says whether the differences found are exactly those."""

    convention: str
    explains: Callable[[Case, tuple[str, ...], list[SpcResult]], bool]


def _facets(case: Case) -> Iterator[tuple[str, pd.DataFrame]]:
    if case.facet is None:
        yield "no facet", case.frame
        return
    for name, part in case.frame.groupby(case.facet, sort=True):
        yield str(name), part


def _analyse(case: Case) -> list[tuple[str, SpcResult]]:
    return [(name, _chart(case, name, part)) for name, part in _facets(case)]


def _chart(case: Case, name: str, part: pd.DataFrame) -> SpcResult:
    days = pd.to_datetime(part[case.x]).sort_values().reset_index(drop=True)
    rebase = case.rebase.get(name, []) if isinstance(case.rebase, dict) else case.rebase
    # A rebase date that is no date in the data is ignored there; positions say the same thing to us.
    begins = sorted(
        int(np.flatnonzero(days == pd.Timestamp(day))[0]) + 1 for day in rebase if (days == pd.Timestamp(day)).any()
    )
    starts = [1, *(begin for begin in begins if begin > 1)]
    stops = [*(start - 1 for start in starts[1:]), len(days)]
    freeze = [
        start + case.fix_after - 1
        for start, stop in zip(starts, stops, strict=True)
        if case.fix_after is not None and start + case.fix_after - 1 < stop
    ]
    target = case.target.get(name) if isinstance(case.target, dict) else case.target
    return spc.analyse(
        part,
        chart="i",
        x=case.x,
        y=case.y,
        n=None,
        profile="mdc",
        phases=starts[1:],
        freeze=freeze,
        target=target,
        screen_moving_ranges=case.screen_moving_ranges,
    )


def _close(ours: pd.Series, theirs: pd.Series) -> bool:
    return bool(np.isclose(ours.astype(float), theirs.astype(float), rtol=TOLERANCE, atol=0, equal_nan=True).all())


def _differences(case: Case, results: list[tuple[str, SpcResult]]) -> tuple[str, ...]:
    assert case.expected is not None and case.summary is not None
    found: set[str] = set()
    for name, result in results:
        theirs = case.expected[case.expected.facet.astype(str) == name].sort_values("x", kind="stable")
        points = result.points
        if len(theirs) != len(points):
            return (f"{len(points)} points, they have {len(theirs)}",)
        theirs = theirs.reset_index(drop=True)
        found |= {their for their, our in FIGURES.items() if not _close(points[our], theirs[their])}
        found |= {name for name, ours in _flags(result).items() if not _same(ours, theirs[name])}
        found |= _summary_differences(case, name, result)
    return tuple(sorted(found))


def _same(ours: pd.Series, theirs: pd.Series) -> bool:
    # Their flags are missing where a value is; ours are false or empty there.
    known = theirs.notna().to_numpy()
    if ours.dtype == theirs.dtype and ours.dtype.kind not in "fi":
        return ours[known].tolist() == theirs[known].tolist()
    if pd.api.types.is_numeric_dtype(ours.dtype):
        return ours[known].astype(float).tolist() == theirs[known].astype(float).tolist()
    return ours[known].astype(str).tolist() == theirs[known].astype(str).tolist()


def _flags(result: SpcResult) -> dict[str, pd.Series]:
    points = result.points
    near = ((points.y > points.warning_upper) & (points.y <= points.upper)) | (
        (points.y < points.warning_lower) & (points.y >= points.lower)
    )
    labels = [
        LABELS[Rule(rule), side] if rule else "Common Cause"
        for rule, side in zip(points.rule.tolist(), points.side.tolist(), strict=True)
    ]
    return {
        "outside_limits": points.sigma_signal,
        "relative_to_mean": np.sign(points.y - points.centre).fillna(0).astype(int),
        "close_to_limits": near,
        "special_cause_type": pd.Series(labels),
        "special_cause_flag": points.rule != "",
    }


def _summary_differences(case: Case, name: str, result: SpcResult) -> set[str]:
    assert case.summary is not None
    rows = case.summary[case.summary.facet.astype(str) == name].sort_values("rebase_group")
    last = rows.iloc[-1]
    judged = spc.judge(result, case.direction)
    found = set()
    if judged.variation is not VARIATIONS[last.variation_type]:
        found.add(f"variation {judged.variation.value}")
    has_target = isinstance(last.assurance_type, str) and last.assurance_type != ""
    if judged.assurance is not (ASSURANCES[last.assurance_type] if has_target else Assurance.NONE):
        found.add(f"assurance {judged.assurance.value}")
    if list(rows.n) != list(result.phases.n_points):
        found.add("n")
    return found


def check(case: Case) -> Outcome:
    """Hold one case against the library."""
    results: list[tuple[str, SpcResult]] = []
    try:
        results = _analyse(case)
    except spc.InputError as refusal:
        differences: tuple[str, ...] = (f"refused: {refusal.code}",)
    else:
        differences = ("computed, they refuse",) if case.expected is None else _differences(case, results)
    known = KNOWN_DIFFERENCES.get(case.id)
    return outcome(
        SYSTEM,
        "i",
        case.id,
        differences,
        "" if known is None else known.convention,
        known is not None and known.explains(case, differences, [result for _, result in results]),
    )


def _too_few(case: Case, differences: tuple[str, ...], results: list[SpcResult]) -> bool:
    """Every figure and flag agrees; only the icon differs, and only because too few points claim no signal."""
    return differences == ("variation few",) and all(
        result.phases.reason_code.iloc[-1] in (spc.Reason.TOO_FEW, spc.Reason.NO_VARIATION, spc.Reason.NO_DATA)
        and result.phases.n_useful.iloc[-1] < result.profile.minimum_useful
        for result in results
    )


def _computed_with_gaps(case: Case, differences: tuple[str, ...], results: list[SpcResult]) -> bool:
    """They refuse; ours has the missing points as gaps, and lines from the others."""
    return differences == ("computed, they refuse",) and all(
        result.points.y.isna().any() and result.points.upper.notna().all() for result in results
    )


def _computed_together(case: Case, differences: tuple[str, ...], results: list[SpcResult]) -> bool:
    """They refuse rows that share a date; ours holds each date once."""
    return differences == ("computed, they refuse",) and all(
        result.points.x.is_unique and len(result.points) < len(case.frame) for result in results
    )


def _frozen_early(case: Case, differences: tuple[str, ...], results: list[SpcResult]) -> bool:
    """They refuse a baseline below twelve; ours is as long as was asked."""
    return differences == ("computed, they refuse",) and all(
        int(result.points.in_baseline.sum()) == case.fix_after for result in results
    )


def _blank_without_target(case: Case, differences: tuple[str, ...], results: list[SpcResult]) -> bool:
    """Some facets have a target and some none; those without are blank, where they print an icon all the same."""
    assert isinstance(case.target, dict) and case.summary is not None
    blank = case.summary[~case.summary.facet.isin(list(case.target))]
    return differences == ("assurance none",) and len(blank) > 0 and (blank.assurance_type == "inconsistent").all()


_FEW = "13: below 10 useful observations no signal is claimed; figures and flags are still computed"

KNOWN_DIFFERENCES: dict[str, Known] = {
    **{
        case: Known(_FEW, _too_few)
        for case in (
            "ptd_rrk_breaches_rebase_short",
            "ptd_tiny_1",
            "ptd_tiny_2",
            "ptd_tiny_3",
            "ptd_tiny_6",
            "ptd_tiny_7",
        )
    },
    "ptd_8orgs_performance_targets": Known("14: without a target assurance is blank", _blank_without_target),
    "ptd_missing": Known("3: an expected month without data is a gap, not an error", _computed_with_gaps),
    "ptd_duplicate_dates": Known("fixed interface: rows with the same x are taken together", _computed_together),
    "ptd_fix_below_12": Known("13: figures are computed for small baselines too", _frozen_early),
}
"""Every case in which the library means to differ, with the convention of the project that says so."""


def _read(folder: Path, row: pd.Series) -> Case:
    frame = pd.read_csv(folder.parent / row.dataset)
    refused = row.expect == "error"
    return Case(
        id=row.case_id,
        frame=frame,
        x=row.x,
        y=row.y,
        facet=row.facets or None,
        direction=DIRECTIONS[row.improvement_direction or "increase"],
        target=_target(row.target, row.call),
        rebase=_rebase(row.rebase),
        fix_after=int(row.fix_after_n_points) if row.fix_after_n_points else None,
        screen_moving_ranges=row.screened_mr != "false",
        expected=None if refused else pd.read_csv(folder.parent / row.file, dtype={"x": str}),
        summary=None if refused else pd.read_csv(folder.parent / row.summary_file),
    )


def _target(text: str, call: str) -> dict[str, float] | float | None:
    """The target by facet as the index has it, or the single one, which stands in the call."""
    if "=" in text:
        return {name: float(value) for name, value in (each.split("=") for each in text.split(";"))}
    in_call = re.search(r"ptd_target\(([-0-9.]+)\)", call)
    return float(in_call[1]) if in_call else None


def _rebase(text: str) -> dict[str, list[str]] | list[str]:
    if "=" in text:
        return {name: days.split("|") for name, days in (each.split("=") for each in text.split(";"))}
    return text.split(";") if text else []


def index_of(folder: Path) -> pd.DataFrame:
    """The cases of this system in a reference folder, without opening their files."""
    path = folder / "index.csv"
    if not path.exists():
        return pd.DataFrame()
    index = pd.read_csv(path, dtype=str, keep_default_na=False)
    return index[index.system == SYSTEM]


def read_case(folder: Path, row: Any) -> Case:
    """A case of a reference folder."""
    return _read(folder, row)


def outcomes(folder: Path) -> list[Outcome]:
    """Every case of a folder, held against the library."""
    return [check(_read(folder, row)) for _, row in index_of(folder).iterrows()]
