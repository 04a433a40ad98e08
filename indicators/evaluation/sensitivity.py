"""The same question asked in other ways: one row an analysis, those that are not valid last and said to be so."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from indicators.evaluation.before_after import before_after
from indicators.evaluation.before_start import Check
from indicators.evaluation.errors import EvaluationError, Note
from indicators.evaluation.estimate import FIELDS, estimated
from indicators.evaluation.extended_two_way import extended_two_way
from indicators.evaluation.few_units import FEW_UNITS
from indicators.evaluation.group_time_effects import group_time_effects
from indicators.evaluation.panel import Panel
from indicators.evaluation.programme_effect import ProgrammeEffect, Settings, overall_of, programme_effect
from indicators.evaluation.randomised_starts import LEAST, n_orders, randomised_starts
from indicators.evaluation.two_way_fixed_effects import two_way_fixed_effects
from indicators.evaluation.verdict import Verdict, judge
from indicators.words import Words

MOST_MISSING = 3
"""Months a nearly complete unit may lack between its first and the last month of the data."""


@dataclass(frozen=True)
class Sensitivity:
    """The main analysis beside the others.

    Attributes
    ----------
    rows : DataFrame
        One row per analysis, the main one first, in the order they are shown: key, name_da, name_en, about_da,
        about_en, n_units, the fields of an estimate, is_main, is_valid, is_placebo, reason_da, reason_en (why a row has
        no figure, or why it is not valid). Effects are in the natural units of the outcome.
    verdict : Verdict
        By the rule, all valid rows taken into account.
    """

    rows: pd.DataFrame
    verdict: Verdict


@dataclass(frozen=True)
class _Row:
    """One way to ask: what it is called, what it is about, and how it is computed."""

    key: str
    name: Words
    about: Words
    compute: Callable[[], tuple[pd.Series, int, Words | None]]
    is_valid: bool = True
    is_placebo: bool = False


def sensitivity(
    frame: pd.DataFrame,
    result: ProgrammeEffect | None = None,
    *,
    unit: str = "unit",
    period: str = "period",
    numerator: str = "numerator",
    denominator: str | None = None,
    start: str = "start",
    family: str = "binomial",
    weights: str = "unit",
    leave_out: int | None = None,
    cohort_trends: bool = False,
    months_left_out: tuple[object, ...] = (),
    draws: int = 0,
    on_row: Callable[[int, int], None] | None = None,
) -> Sensitivity:
    """Ask the question of `programme_effect` in all the usual other ways.

    Parameters
    ----------
    result : ProgrammeEffect, optional
        The main analysis of the same frame and settings, if it is there already.
    months_left_out : tuple of periods
        Months that were out of the ordinary for everybody; one row goes without them.
    draws : int
        With some: a row with randomisation inference over who of the participants started when, by so many orders. It
        has no standard error and takes no part in the verdict.
    on_row : callable
        Called before each row with its number from 0 and the count of rows; may raise to stop.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> rows = [(u, t, u % 5 + 0.1 * t + (2 if u < 20 and t >= 12 + u % 2 else 0) + rng.normal(0, 0.5),
    ...          12 + u % 2 if u < 20 else 0) for u in range(40) for t in range(1, 25)]
    >>> frame = pd.DataFrame(rows, columns=["unit", "period", "numerator", "start"])
    >>> found = sensitivity(frame, family="linear", leave_out=0)
    >>> found.rows.set_index("key")["estimate"].round(1)[["main", "cohort_trends"]].to_list()
    [2.0, 1.6]
    """
    panel = Panel.of(
        frame, unit=unit, period=period, numerator=numerator, denominator=denominator, start=start, family=family
    )
    settings = Settings(family, weights, leave_out, cohort_trends, "auto")
    if result is None:
        result = programme_effect(
            frame, unit, period, numerator, denominator, start, family, weights, leave_out, cohort_trends
        )
    # The other rows take the same months as the main one, so that each differs from it in one thing.
    settings = replace(settings, leave_out=result.left_out)
    plan = list(_plan(panel, result, settings, denominator is not None, months_left_out, draws))
    rows = []
    for number, row in enumerate(plan):
        if on_row is not None:
            on_row(number, len(plan))
        rows.append(_computed(row))
    table = pd.DataFrame(rows)
    checks = [_check_of(row) for row in result.checks.to_dict("records")]
    return Sensitivity(table, judge(result.overall, checks, result.not_identified, table))


def _check_of(row: dict[Hashable, Any]) -> Check:
    return Check(
        str(row["check"]),
        bool(row["is_passed"]),
        pd.Series(row),
        float(row["could_miss"]),
        Words(str(row["words_da"]), str(row["words_en"])),
        float(row["share"]),
    )


def _computed(row: _Row) -> dict[str, object]:
    try:
        estimate, n_units, reason = row.compute()
    except EvaluationError as error:
        estimate, n_units, reason = estimated(np.nan, np.nan), 0, error.words
    return {
        "key": row.key,
        "name_da": row.name.da,
        "name_en": row.name.en,
        "about_da": row.about.da,
        "about_en": row.about.en,
        "n_units": n_units,
        **{field: float(estimate[field]) for field in FIELDS},
        "is_main": row.key == "main",
        "is_valid": row.is_valid,
        "is_placebo": row.is_placebo,
        "reason_da": reason.da if reason else "",
        "reason_en": reason.en if reason else "",
    }


def canonical(panel: Panel) -> pd.DataFrame:
    """The panel as a long frame with whole numbers: unit, period (from 1), numerator, denominator, start (0 never)."""
    unit, period = np.nonzero(panel.observed)
    start = np.where(panel.is_never, 0, panel.start + 1)
    return pd.DataFrame(
        {
            "unit": unit,
            "period": period + 1,
            "numerator": panel.value[unit, period] * panel.size[unit, period],
            "denominator": panel.size[unit, period],
            "start": start[unit],
        }
    )


def _plan(
    panel: Panel,
    main: ProgrammeEffect,
    settings: Settings,
    has_denominator: bool,
    months_left_out: tuple[object, ...],
    draws: int,
) -> Iterator[_Row]:
    def again(of: Panel, **changes: object) -> Callable[[], tuple[pd.Series, int, Words | None]]:
        return lambda: _taken(*overall_of(of, replace(settings, **changes)))  # type: ignore[arg-type]

    yield _Row(
        "main",
        Words("Hovedanalyse", "Main analysis"),
        Words("imputation med enhed og måned", "imputation with unit and month"),
        lambda: _taken(main.overall, main.not_identified),
    )
    if has_denominator:
        linear = settings.family != "linear"
        yield _Row(
            "other_scale",
            Words("Lineær" if linear else "Logit med nævner", "Linear" if linear else "Logit with the denominator"),
            Words(
                "direkte på andelen" if linear else "binomial, regnet tilbage til andelen",
                "the proportion itself" if linear else "binomial, taken back to the proportion",
            ),
            again(panel, family="linear" if linear else "binomial"),
        )
        by_patient = settings.weights != "patient"
        yield _Row(
            "other_weights",
            Words(
                "Vægtet efter patienter" if by_patient else "Enheder vejer lige",
                "Weighted by patients" if by_patient else "Units count the same",
            ),
            Words(
                "store enheder vejer mest" if by_patient else "store og små enheder vejer lige",
                "large units count most" if by_patient else "large and small units count the same",
            ),
            again(panel, weights="patient" if by_patient else "unit"),
        )
    yield _Row(
        "callaway_santanna",
        Words("Callaway-Sant'Anna", "Callaway-Sant'Anna"),
        Words("kun mod ikke-startede, én basismåned", "against those not started, one base month"),
        lambda: _of_groups(panel, settings, quarters=False),
    )
    yield _Row(
        "callaway_santanna_quarters",
        Words("Callaway-Sant'Anna, kvartaler", "Callaway-Sant'Anna, quarters"),
        Words("samme på kvartaler: mindre støj i basisperioden", "the same on quarters: less noise in the base period"),
        lambda: _of_groups(panel, settings, quarters=True),
    )
    yield _Row(
        "extended_two_way",
        Words("ETWFE", "ETWFE"),
        Words(
            "én lineær regression, en effekt pr. hold og måned", "one linear regression, an effect per cohort and month"
        ),
        lambda: _of_regression(panel, main, settings.weights),
    )
    if int(panel.observed.any(axis=1).sum()) >= FEW_UNITS:
        yield _Row(
            "wild_bootstrap",
            Words("Wild bootstrap", "Wild bootstrap"),
            Words("samme effekt, usikkerhed som ved få enheder", "same effect, uncertainty as with few units"),
            again(panel, inference="wild-bootstrap"),
        )
    if panel.is_never.any() and len(panel.cohorts) > 1:
        yield _Row(
            "without_never",
            Words("Uden dem, der aldrig deltog", "Without those that never took part"),
            Words("sidste hold er sammenligning, til det starter", "the last cohort is the comparison until it starts"),
            again(panel.keep(~panel.is_never)),
        )
    for months in (0, 3, 6):
        if months != main.left_out:
            yield _Row(
                f"leave_out_{months}",
                Words(f"{months} måneder før start udeladt", f"{months} months before the start left out")
                if months
                else Words("Alle måneder før start med", "All months before the start kept"),
                Words("hvis enheder meldte sig i et dyk", "if units joined in a dip"),
                again(panel, leave_out=months),
            )
    yield _Row(
        "cohort_trends",
        Words("Egen tendens for hvert hold", "A trend for each cohort")
        if not settings.cohort_trends
        else Words("Uden egne tendenser", "Without trends of their own"),
        Words("hvis deltagerne alligevel var på vej", "if the participants were moving anyway"),
        again(panel, cohort_trends=not settings.cohort_trends),
    )
    complete = _nearly_complete(panel)
    if 0 < complete.sum() < len(complete):
        yield _Row(
            "complete_units",
            Words("Kun næsten komplette enheder", "Nearly complete units only"),
            Words(f"højst {MOST_MISSING} manglende måneder", f"at most {MOST_MISSING} missing months"),
            again(panel.keep(complete)),
        )
    inside = [place for place, label in enumerate(panel.periods) if _is_among(label, months_left_out)]
    if inside:
        kept = panel.observed.copy()
        kept[:, inside] = False
        yield _Row(
            "months_left_out",
            Words("Uden usædvanlige måneder", "Without months out of the ordinary"),
            _left_out_for_all([str(panel.periods[place]) for place in inside]),
            again(replace(panel, observed=kept)),
        )
    if len(panel.cohorts) > 1:
        for start in panel.cohorts:
            label = panel.cohort_label(int(start))
            yield _Row(
                f"without_cohort_{label}",
                Words(f"Uden holdet fra {label}", f"Without the cohort of {label}"),
                Words("om ét hold bærer resultatet", "whether one cohort carries the result"),
                again(panel.keep(panel.start != start)),
            )
    if draws and n_orders(panel.start[~panel.is_never & panel.observed.any(axis=1)]) >= LEAST:
        yield _Row(
            "randomised_starts",
            Words("Randomisering: hvem startede hvornår", "Randomisation: who started when"),
            Words(
                "lineær; forudsætter, at rækkefølgen blandt deltagerne var så godt som tilfældig",
                "linear; assumes that the order among the participants was as good as chance",
            ),
            lambda: _of_orders(panel, main, settings.weights, draws),
        )
    checks = main.checks.set_index("check") if len(main.checks) else pd.DataFrame()
    if "placebo" in checks.index:
        yield _Row(
            "placebo",
            Words("Placebo: start 12 måneder før", "Placebo: start 12 months early"),
            Words("skal ligge omkring nul", "should lie around nothing"),
            lambda: (_placebo(checks), int(main.overall["n_units"]), None),
            is_placebo=True,
        )
    frame = canonical(panel)
    columns: dict[str, Any] = {"denominator": "denominator", "weights": settings.weights}
    yield _Row(
        "naive_twfe",
        Words("Naiv TWFE (én før/efter-variabel)", "Naive TWFE (one before/after variable)"),
        Words("ikke gyldig her", "not valid here"),
        lambda: _naive(two_way_fixed_effects(frame, **columns), panel),
        is_valid=False,
    )
    yield _Row(
        "before_after",
        Words("Før/efter hos deltagerne", "Before/after in the participants"),
        Words("ikke gyldig her", "not valid here"),
        lambda: _naive(before_after(frame, **columns), panel),
        is_valid=False,
    )


def _taken(overall: pd.Series, reasons: tuple[Note, ...]) -> tuple[pd.Series, int, Words | None]:
    return overall, int(overall["n_units"]), reasons[0].words if reasons and not overall["n_units"] else None


def _placebo(checks: pd.DataFrame) -> pd.Series:
    return pd.concat([checks.loc["placebo", list(FIELDS[:-1])], pd.Series({"df": np.nan})])


def _naive(result: object, panel: Panel) -> tuple[pd.Series, int, Words | None]:
    return result.overall, int((~panel.is_never).sum()), result.notes[0].words  # type: ignore[attr-defined]


def _of_groups(panel: Panel, settings: Settings, *, quarters: bool) -> tuple[pd.Series, int, Words | None]:
    frame = canonical(panel)
    if quarters:
        frame["period"] = (frame["period"] - 1) // 3 + 1
        frame["start"] = np.where(frame["start"] > 0, (frame["start"] - 1) // 3 + 1, 0)
        frame = frame.groupby(["unit", "period", "start"], as_index=False)[["numerator", "denominator"]].sum()
    result = group_time_effects(frame, denominator="denominator", weights=settings.weights)
    reason = None if np.isfinite(result.overall["estimate"]) else result.notes[0].words if result.notes else None
    return result.overall, int(result.used["units"]), reason


def _of_regression(panel: Panel, main: ProgrammeEffect, weights: str) -> tuple[pd.Series, int, Words | None]:
    since = panel.since
    kept = replace(panel, observed=panel.observed & ~((since < 0) & (since >= -main.left_out)))
    result = extended_two_way(canonical(kept), denominator="denominator", weights=weights)
    is_told = bool(np.isfinite(result.overall["estimate"]))
    reason = None if is_told or not result.notes else result.notes[0].words
    return result.overall, int((~panel.is_never).sum()), reason


def _of_orders(panel: Panel, main: ProgrammeEffect, weights: str, draws: int) -> tuple[pd.Series, int, Words | None]:
    found = randomised_starts(panel, leave_out=main.left_out, weights=weights, draws=draws)
    is_told = bool(np.isfinite(found.result["estimate"]))
    return found.result, int(main.overall["n_units"]), None if is_told else found.notes[-1].words


def _nearly_complete(panel: Panel) -> np.ndarray:
    """Units that lack few months between their first and the last month of the data."""
    n_periods = len(panel.periods)
    first = np.where(panel.observed.any(axis=1), panel.observed.argmax(axis=1), n_periods)
    return (n_periods - first) - panel.observed.sum(axis=1) <= MOST_MISSING


def _left_out_for_all(labels: list[str]) -> Words:
    if len(labels) == 1:
        return Words(f"{labels[0]} udeladt for alle", f"{labels[0]} left out for everybody")
    n, first, last = len(labels), labels[0], labels[-1]
    return Words(
        f"{n} måneder fra {first} til {last} udeladt for alle",
        f"{n} months from {first} to {last} left out for everybody",
    )


def _is_among(label: object, months: tuple[object, ...]) -> bool:
    return label in months or str(label) in {str(month) for month in months}
