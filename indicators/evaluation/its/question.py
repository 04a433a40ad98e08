"""The question of an interrupted time series: the settings, checked, and the months laid out as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.evaluation.errors import Note
from indicators.evaluation.its import words as say
from indicators.evaluation.one_series import Calendar, OneSeries, read_series
from indicators.evaluation.segments import Segments

Array = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FAMILIES = ("linear", "poisson", "quasi-poisson", "binomial", "quasi-binomial")
ERRORS = ("auto", "reml-ar1", "ml-ar1", "prais-winsten", "newey-west", "none")
SEASONS = ("harmonics", "months")
COMPARISONS = ("interaction", "difference")


@dataclass(frozen=True, slots=True)
class Options:
    """The settings, checked."""

    family: str
    season: str
    harmonics: int
    errors: str
    comparison: str
    lag: int | None
    small_sample: bool | None
    minimum_dispersion: float
    horizons: tuple[int, ...]
    confidence: float
    effects: tuple[str, ...]

    @property
    def is_linear(self) -> bool:
        return self.family == "linear"

    @property
    def is_binomial(self) -> bool:
        return self.family.endswith("binomial")

    @classmethod
    def of(
        cls,
        family: str,
        season: str | int | tuple[str, int] | None,
        errors: str,
        comparison: str,
        level: bool,
        slope: bool,
        harmonics: int,
        season_length: int,
        lag: int | None,
        small_sample: bool | None,
        minimum_dispersion: float,
        transition: int,
        horizons: Sequence[int],
        confidence: float,
        *,
        has_denominator: bool,
        has_controls: bool,
    ) -> Options:
        if isinstance(season, tuple):
            kind, harmonics = season
        elif isinstance(season, int):
            kind, harmonics = "harmonics", season
        else:
            kind = season or ""
        for value, allowed, da, en in (
            (family, FAMILIES, "Familien", "family"),
            (errors, ERRORS, "Fejlmodellen", "error model"),
            (kind, ("", *SEASONS), "Sæsonen", "season"),
            (comparison, COMPARISONS, "Sammenligningen", "comparison"),
        ):
            if value not in allowed:
                raise say.unknown(str(value), allowed, da, en)
        if harmonics < 1 or season_length < 2 or (lag is not None and lag < 0) or transition < 0:
            raise say.out_of_range()
        if not 0 < confidence < 1 or not minimum_dispersion >= 0:
            raise say.out_of_range()
        if not (level or slope):
            raise say.no_effect_asked()
        linear = family == "linear"
        if not linear and errors in ("reml-ar1", "ml-ar1", "prais-winsten"):
            raise say.errors_need_linear(errors)
        if family.endswith("binomial") and not has_denominator:
            raise say.no_denominator()
        if has_controls and comparison == "difference" and not linear:
            raise say.difference_needs_linear()
        names = [name for name, used in (("level", level), ("slope", slope)) if used]
        prefix = "treated:" if has_controls and comparison == "interaction" else ""
        return cls(
            family, kind, harmonics, errors, comparison, lag, small_sample, float(minimum_dispersion),
            tuple(int(each) for each in horizons), confidence, tuple(prefix + name for name in names),
        )  # fmt: skip


def controls_of(
    controls: pd.DataFrame | Mapping[str, pd.DataFrame] | str | Sequence[str] | None,
    frame: pd.DataFrame,
    period: str,
    numerator: str,
    denominator: str | None,
    unit: str,
    family: str,
    calendar: Calendar,
) -> list[OneSeries]:
    if controls is None:
        return []
    frames: list[tuple[pd.DataFrame, str]] = []
    if isinstance(controls, pd.DataFrame):
        parts = [part for _, part in controls.groupby(unit, sort=True)] if unit in controls.columns else [controls]
        frames = [(part, numerator) for part in parts]
    elif isinstance(controls, Mapping):
        frames = [(part, numerator) for part in controls.values()]
    else:
        names = [controls] if isinstance(controls, str) else list(controls)
        if denominator is not None:
            raise say.controls_need_frame()
        frames = [(frame, name) for name in names]
    if not frames:
        raise say.no_controls()
    return [read_series(part, period, name, denominator, family=family, calendar=calendar) for part, name in frames]


@dataclass(frozen=True, slots=True)
class Data:
    """Rows of the fit, sorted by series and month. Series 0 is the one in question.

    y, size : counts and denominators (counts), or values and ones (linear); shape (n,). x : shape (n, p) by `terms`.
    base : what is added to the line to get the value (the controls' mean under "difference"), by place.
    """

    series: OneSeries
    segments: Segments
    terms: tuple[str, ...]
    y: Array
    size: Array
    x: Array
    places: Places
    groups: Places
    base: dict[int, float]
    left_out: frozenset[float]
    stacked: bool
    last: int
    notes: tuple[Note, ...]

    @property
    def own(self) -> Bools:
        return self.groups == 0

    @property
    def after(self) -> Bools:
        return self.own & (self.places >= self.segments.start)

    @property
    def before(self) -> Bools:
        return self.own & (self.places < self.segments.start)

    def design(self, places: Places, *, treated: bool = True, without_effect: Sequence[str] = ()) -> Array:
        """Rows of the design for `places` of the treated (or a control) series, shape (n, p)."""
        columns = self.segments.columns(places)
        if self.stacked:
            for name in self.segments.own:
                label = "treated" if name == "intercept" else f"treated:{name}"
                columns[label] = columns[name] if treated else np.zeros(len(places))
        for name in without_effect:
            columns[name] = np.zeros(len(places))
        return np.column_stack(list(columns.values()))

    @classmethod
    def of(
        cls, series: OneSeries, others: list[OneSeries], segments: Segments, out: set[float], options: Options
    ) -> Data:
        linear, notes = options.is_linear, []
        stacked = bool(others) and options.comparison == "interaction"
        base: dict[int, float] = {}
        last = int(series.places[-1])
        if others and not stacked:
            means = pd.concat(
                [pd.Series(each.value, index=each.places) for each in others], axis=1, join="outer"
            ).reindex(series.places)
            # A mean over fewer controls would be another comparison.
            whole = means.notna().all(axis=1)
            if lost := int((~whole).sum()):
                notes.append(say.months_without_control(lost))
            base = {int(place): float(mean) for place, mean in means[whole].mean(axis=1).items()}
        parts = []
        for group, each in enumerate([series, *others] if stacked else [series]):
            keep = ~np.isin(each.places, list(out)) & (each.places >= 0) & (each.places <= last)
            if base or (others and not stacked):
                keep &= np.isin(each.places, list(base))
            y = each.value if linear else each.numerator
            if base:
                y = y - np.array([base.get(int(place), np.nan) for place in each.places])
            size = np.ones(len(y)) if linear else each.denominator
            parts.append((y[keep], size[keep], each.places[keep], np.full(int(keep.sum()), group)))
        y, size, places, groups = (np.concatenate(column) for column in zip(*parts, strict=True))
        line = segments.seen(places)
        made = cls(
            series, line, (), y, size, np.empty((0, 0)), places, groups, base, frozenset(out), stacked, last,
            tuple(notes),
        )  # fmt: skip
        rows = [made.design(places[groups == g], treated=g == 0) for g in range(len(parts))]
        terms = list(line.columns(places[:1]))
        if stacked:
            terms += ["treated" if name == "intercept" else f"treated:{name}" for name in line.own]
        return cls(
            series, line, tuple(terms), y, size, np.vstack(rows), places, groups, base, frozenset(out), stacked, last,
            tuple(notes),
        )  # fmt: skip

    def counted(self) -> dict[str, float]:
        """Months of the fit, before and after among them, and months without figures."""
        return {
            "n": float(len(self.y)),
            "n_before": float(self.before.sum()),
            "n_after": float(self.after.sum()),
            "n_missing": float(self.last + 1 - len(self.series.places)),
        }


def without_answer(data: Data, options: Options) -> list[Note]:
    """Why the months cannot answer; empty where they can."""
    if data.segments.start <= 0 or data.segments.start > data.last:
        return [say.start_outside()]
    if not data.before.any() or not data.after.any():
        return [say.nothing_on_one_side(int(data.before.sum()), int(data.after.sum()))]
    own = data.y[data.own]
    share = own / data.size[data.own]
    if options.is_linear and np.ptp(own) <= 1e-12 * np.abs(own).max():
        return [say.constant()]
    if not options.is_linear and (own.sum() == 0 or (options.is_binomial and (share == 1).all())):
        return [say.constant()]
    n, p = data.x.shape
    scaled = data.x / np.maximum(np.abs(data.x).max(axis=0), 1e-300)
    if n <= p or np.linalg.matrix_rank(scaled) < p:
        return [say.too_few_months(n, p, options.season)]
    return []
