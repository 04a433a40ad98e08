"""FunnelPlotR: `funnel_plot(...)`, one row a unit, with limits before and after over-dispersion, phi and tau2.

Figures within a relative 1e-9, with its rounded normal quantiles. Where a figure differs, a convention must explain
that very figure: each is a test on the cell, not a list of cases, so that it holds for cases nobody has seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from indicators.spc.conformance.outcome import Outcome, outcome
from indicators.spc.displays import funnel
from indicators.spc.errors import InputError

SYSTEM = "FunnelPlotR"

TOLERANCE = 1e-9

KINDS = {"funnel-PR": "proportion", "funnel-RC": "ratio", "funnel-SR": "standardised"}

UNADJUSTED = {
    f"{end}cl_{level}": f"{ours}_{level}" for level in ("95", "998") for end, ours in (("l", "lower"), ("u", "upper"))
}
ADJUSTED = {f"od_{theirs}": f"adjusted_{ours}" for theirs, ours in UNADJUSTED.items()}
"""Limits: theirs, ours."""


@dataclass(frozen=True)
class Case:
    """One call: what it was given, what it gave back. `expected` is None where it refused."""

    id: str
    chart: str
    frame: pd.DataFrame
    numerator: str
    denominator: str
    unit: str
    options: dict[str, Any]
    draws_adjusted: bool
    draws_unadjusted: bool
    expected: pd.DataFrame | None


@dataclass(frozen=True)
class Held:
    """Our figures of a case under their names, on their scale; `result` is what they were taken from."""

    case: Case
    result: funnel.FunnelResult
    figures: pd.DataFrame
    tolerance: float

    @property
    def theirs(self) -> pd.DataFrame:
        assert self.case.expected is not None
        return self.case.expected

    def differs(self, column: str) -> np.ndarray:
        return ~self.close(self.figures[column], self.theirs[column])

    def close(self, ours: pd.Series, theirs: pd.Series | np.ndarray | float) -> np.ndarray:
        first, second = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
        return np.isclose(first, second, rtol=self.tolerance, atol=1e-14, equal_nan=True)

    def equals_unadjusted(self, column: str) -> np.ndarray:
        """Our limits that allow for over-dispersion are the ones that do not."""
        return self.close(self.figures[column], self.figures[column.removeprefix("od_")])


# ----------------------------------------------------------------------------------------------- the known differences


@dataclass(frozen=True)
class Known:
    """A difference that is meant: `explains` says of each cell of a column that differs whether it is this one."""

    convention: str
    explains: Callable[[Held, str], np.ndarray]
    columns: frozenset[str] = field(default_factory=frozenset)


def _squared_back(held: Held, column: str) -> np.ndarray:
    """Ours are theirs, squared: they leave the limits on the scale of the square root."""
    if not _is_cqc(held):
        return _none(held)
    multiply = held.result.multiply
    if column == "outlier":
        return _follows_own_limits(held)
    return held.close(held.figures[column], np.maximum(held.theirs[column] / multiply, 0.0) ** 2 * multiply)


def _cut_where_the_angle_ends(held: Held, column: str) -> np.ndarray:
    """Ours is 0 or 1 because the angle has left the quarter circle; theirs is the plain square of the sine, or cut."""
    result = held.result
    if result.kind.code != "proportion" or result.recipe is None:
        return _none(held)
    if column == "outlier":
        return _follows_own_limits(held)
    sign, level = (-1 if "lcl" in column else 1), funnel.LEVELS[95.0 if column.endswith("95") else 99.8]
    between = result.recipe.tau2 if column.startswith("od_") else 0.0
    n = held.figures["denominator"].to_numpy()
    width = result.recipe.quantile(level) * np.sqrt(1 / (4 * n) + between)
    angle = np.arcsin(np.sqrt(result.recipe.target)) + sign * width
    is_out = (angle < 0) | (angle > np.pi / 2)
    end = 0.0 if sign < 0 else result.multiply
    plain = result.multiply * np.sin(angle) ** 2
    theirs = held.close(held.theirs[column], plain) | (held.theirs[column] == end).to_numpy()
    return is_out & (held.figures[column] == end).to_numpy() & theirs


def _no_variation(held: Held, column: str) -> np.ndarray:
    """We give no limits, and say why."""
    is_stated = held.result.why in (funnel.Why.NO_EVENTS, funnel.Why.ALL_EVENTS) and bool(held.result.reason("en"))
    return np.full(len(held.figures), is_stated) & _is_nothing(held, column)


def _missing_takes_no_part(held: Held, column: str) -> np.ndarray:
    """Our figures are those of the rows that are whole; they let one missing number spoil the target or the ranks."""
    case = held.case
    whole = case.frame.dropna(subset=[case.numerator, case.denominator])
    if len(whole) == len(case.frame) or whole.empty:
        return _none(held)
    alone = _figures(case, whole)[1].reindex(held.figures.index)
    is_missing = held.figures["ratio"].isna().to_numpy()
    is_as_alone = held.close(held.figures[column], alone[column])
    return np.where(is_missing, _is_nothing(held, column) | (column in _OF_ALL), is_as_alone)


def _one_unit(held: Held, column: str) -> np.ndarray:
    """Nothing lies between one unit: no phi, no tau2, and the limits are the unadjusted ones, which judge."""
    if held.result.dispersion.n >= 2 or held.result.adjustment is not funnel.Adjustment.NOT_POSSIBLE:
        return _none(held)
    return _as_without_adjustment(held, column)


def _infinite_phi(held: Held, column: str) -> np.ndarray:
    """A unit without events that is not trimmed stands at minus infinity on the logarithm: no phi can be estimated."""
    if not np.isneginf(held.result.dispersion.z_trimmed).any() or not np.isposinf(held.theirs["phi"]).all():
        return _none(held)
    return _as_without_adjustment(held, column)


def _on_its_limit(held: Held, column: str) -> np.ndarray:
    """The value equals a limit up to rounding: it lies on it here, just outside there."""
    names = ADJUSTED if _judges_by_adjusted(held.case, held.result) else UNADJUSTED
    lower, upper = (held.figures[each] for each in names if each.endswith(held.result.outlier_level.column))
    value, target = held.figures["ratio"] * held.result.multiply, held.result.target
    on_lower = (value - lower).abs() <= funnel.TIE * (target - lower)
    on_upper = (value - upper).abs() <= funnel.TIE * (upper - target)
    return (on_lower | on_upper).to_numpy() & (held.figures[column] == 0).to_numpy()


def _as_without_adjustment(held: Held, column: str) -> np.ndarray:
    if column in ADJUSTED:
        return held.equals_unadjusted(column)
    if column == "outlier":
        return (held.figures[column] == _flag(held, held.figures, UNADJUSTED)).to_numpy()
    return held.figures[column].isna().to_numpy() | (column == "tau2")


def _nothing_drawn(held: Held, column: str) -> np.ndarray:
    """With neither limit drawn they look for no outliers; we always do."""
    is_so = not held.case.draws_adjusted and not held.case.draws_unadjusted
    return np.full(len(held.figures), is_so) & (held.theirs["outlier"] == 0).to_numpy()


_OF_ALL = frozenset({"target", "target_transformed", "phi", "tau2"})
"""Columns that say the same of every unit."""

_ALL_LIMITS = frozenset(UNADJUSTED) | frozenset(ADJUSTED)
_OF_ADJUSTMENT = frozenset(ADJUSTED) | {"phi", "tau2", "outlier"}
_ALL = _ALL_LIMITS | _OF_ALL | {"y_transformed", "z", "z_adjusted", "trimmed", "outlier", "numerator", "denominator"}

KNOWN_DIFFERENCES = (
    Known("17: CQC's adjusted limits are squared back", _squared_back, frozenset(ADJUSTED) | {"outlier"}),
    Known(
        "reference README: limits of small denominators are cut on a grid there, exactly where the angle ends here",
        _cut_where_the_angle_ends,
        _ALL_LIMITS | {"outlier"},
    ),
    Known("11: no event at all, or nothing but events, has no limits, with the reason", _no_variation, _ALL),
    Known("12: a missing number takes its row out, it does not spoil the others", _missing_takes_no_part, _ALL),
    Known("reference README: one unit has no dispersion; we say so", _one_unit, _OF_ADJUSTMENT),
    Known("reference README: the logarithm of no events is infinite; we say so", _infinite_phi, _OF_ADJUSTMENT),
    Known("16: a value on its limit up to rounding is not outside", _on_its_limit, frozenset({"outlier"})),
    Known("reference README: outliers without drawn limits", _nothing_drawn, frozenset({"outlier"})),
)
"""Every way in which the library means to differ, with the convention that says so."""

_REFUSED = {
    "zero_denominator": "12: a zero denominator is refused",
    "numerator_above_denominator": "12: a numerator above its denominator is refused",
    "negative": "12: a negative count is refused",
    "no_unit": "12: a row without its unit is refused",
}
"""What we refuse and they compute."""


def _none(held: Held) -> np.ndarray:
    return np.zeros(len(held.figures), dtype=bool)


def _is_nothing(held: Held, column: str) -> np.ndarray:
    """No figure, no flag, no variance added."""
    ours = held.figures[column]
    return (ours.isna() | ((ours == 0) & (column in ("outlier", "trimmed", "tau2")))).to_numpy()


def _is_cqc(held: Held) -> bool:
    return held.result.kind.code == "standardised" and held.result.form.code == "cqc"


def _follows_own_limits(held: Held) -> np.ndarray:
    """Each flag is what its own limits say, so that the flag differs because the limits do."""
    names = ADJUSTED if _judges_by_adjusted(held.case, held.result) else UNADJUSTED
    is_ours = _flag(held, held.figures, names) == held.figures["outlier"]
    is_theirs = _flag(held, held.theirs, names) == held.theirs["outlier"]
    return (is_ours & is_theirs).to_numpy()


def _flag(held: Held, figures: pd.DataFrame, names: dict[str, str]) -> pd.Series:
    """Who is outside the limits in `figures`, of the names given."""
    lower, upper = (each for each in names if each.endswith(held.result.outlier_level.column))
    value = held.figures["ratio"] * held.result.multiply
    return (value < figures[lower]) | (value > figures[upper])


# ------------------------------------------------------------------------------------------------------- holding a case


def _judges_by_adjusted(case: Case, result: funnel.FunnelResult) -> bool:
    """With only adjusted limits asked for, they fall back where phi is at most 1."""
    return case.draws_adjusted and (case.draws_unadjusted or not result.phi <= 1)


def _limits(case: Case, frame: pd.DataFrame, **changes: Any) -> funnel.FunnelResult:
    return funnel.limits(frame, case.numerator, case.denominator, case.unit, **(case.options | changes))


def _figures(case: Case, frame: pd.DataFrame) -> tuple[funnel.FunnelResult, pd.DataFrame]:
    """What the library says of a case, and its figures under their names, by unit as text."""
    # Without adjustment their adjusted columns are the formula at tau2 = 0, and the unadjusted limits decide.
    result = _limits(case, frame, **({} if case.draws_adjusted else {"tau2": 0.0}))
    judged = result
    if not _judges_by_adjusted(case, result):
        judged = _limits(case, frame, overdispersion="none", round_expected=case.options["round_expected"])
    units, scale = result.units, result.form.scales[result.kind.code]
    ratio = units.value / result.multiply
    x, n = units.numerator.to_numpy(), units.denominator.to_numpy()
    figures = pd.DataFrame({"numerator": x, "denominator": n, "ratio": ratio})
    centre = result.target / result.multiply
    figures["target"] = centre
    figures["target_transformed"] = np.nan if result.recipe is None else scale.of_target(centre)
    figures["y_transformed"] = scale.observed(x, n)
    figures["z"], figures["z_adjusted"] = units.z, units.z_trimmed
    figures["trimmed"] = units.is_trimmed.astype(float)
    for theirs, ours in (UNADJUSTED | ADJUSTED).items():
        figures[theirs] = units[ours]
    figures["outlier"] = judged.units.is_outlier.astype(float)
    figures["phi"], figures["tau2"] = result.phi, result.tau2
    return result, figures.set_axis(units.unit.astype(str), axis=0)


def _differences(held: Held) -> dict[str, np.ndarray]:
    """Columns that differ, and in which units."""
    columns = [name for name in held.figures.columns if name in held.theirs.columns]
    if not held.case.draws_adjusted and (held.theirs["phi"] == 0).all():
        columns.remove("phi")  # "reported as 0" there: a placeholder, not a figure; ours is the one that was found
    found = {name: held.differs(name) for name in columns}
    return {name: cells for name, cells in found.items() if cells.any()}


def check(case: Case, tolerance: float = TOLERANCE) -> Outcome:
    """Hold one case against the library."""
    try:
        result, figures = _figures(case, case.frame)
    except InputError as refusal:
        if case.expected is None:
            return outcome(SYSTEM, case.chart, case.id, (), "", False)
        convention = _REFUSED.get(refusal.code, "")
        return outcome(SYSTEM, case.chart, case.id, (f"refused: {refusal.code}",), convention, bool(convention))
    if case.expected is None:
        return _refused_there(case, result)
    if set(figures.index) != set(case.expected.index):
        return outcome(SYSTEM, case.chart, case.id, ("units",), "", False)
    held = Held(case, result, figures.reindex(case.expected.index), tolerance)
    differences = _differences(held)
    conventions, is_explained = [], True
    for column, cells in differences.items():
        left = cells
        for known in KNOWN_DIFFERENCES:
            explained = left & known.explains(held, column) if column in known.columns else _none(held)
            if explained.any():
                conventions.append(known.convention)
                left = left & ~explained
        is_explained &= not left.any()
    return outcome(SYSTEM, case.chart, case.id, tuple(differences), "; ".join(dict.fromkeys(conventions)), is_explained)


def _refused_there(case: Case, result: funnel.FunnelResult) -> Outcome:
    """They refuse identical numerators and denominators, and a denominator that is missing."""
    x, n = case.frame[case.numerator], case.frame[case.denominator]
    convention = ""
    if x.equals(n) or (x == n).all():
        convention = "reference README: identical numerators and denominators are computed, or have a stated reason"
    elif x.isna().any() or n.isna().any():
        convention = "12: a missing number takes its row out, it does not spoil the others"
    has_answer = result.why is not funnel.Why.NONE or bool(result.units.dropna(subset="value").lower_998.notna().all())
    return outcome(SYSTEM, case.chart, case.id, ("computed, they refuse",), convention, has_answer)


# --------------------------------------------------------------------------------------------------- reading the cases


def index_of(folder: Path) -> pd.DataFrame:
    """The FunnelPlotR cases of a reference folder, without opening their files."""
    if not (folder / "index.csv").exists():
        return pd.DataFrame()
    index = pd.read_csv(folder / "index.csv", dtype=str, keep_default_na=False)
    return index[index.system == SYSTEM]


def read_case(folder: Path, row: pd.Series) -> Case:
    """A case of a reference folder: `folder` is the one that holds index.csv, beside data/ one level up."""
    kind = KINDS[row.chart]
    method = (row.sr_method or "SHMI").lower()
    expected = None if row.expect == "error" else pd.read_csv(folder.parent / row.file, dtype={"group": str})
    return Case(
        id=row.case_id,
        chart=row.chart,
        frame=pd.read_csv(folder.parent / row.dataset),
        numerator=row.y,
        denominator=row.n,
        unit=row.group,
        options={
            "kind": kind,
            "method": "funnelplotr",
            "quantiles": "rounded",
            "overdispersion": method if kind == "standardised" else "funnelplotr",
            "round_expected": method == "shmi" and row.shmi_rounding != "false",
            "trim": float(row.trim_by),
            "multiply": float(row["multiply"]),
            "outlier_level": {"95": 95.0, "99": 99.8}[row.limit],
        },
        draws_adjusted=row.draw_adjusted == "true",
        draws_unadjusted=row.draw_unadjusted == "true",
        expected=None if expected is None else expected.set_index("group"),
    )


def outcomes(folder: Path) -> list[Outcome]:
    """Every case of a folder, held against the library."""
    return [check(read_case(folder, row)) for _, row in index_of(folder).iterrows()]
