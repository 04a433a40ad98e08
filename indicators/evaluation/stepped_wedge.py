"""Units that start one after another by plan: period effects and the effect of having started, in one model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.evaluation.clustered_counts import gee, random_intercept
from indicators.evaluation.errors import EvaluationError, Note
from indicators.evaluation.estimate import FIELDS, estimated
from indicators.evaluation.generalised_linear import fit_counts
from indicators.evaluation.panel import Panel
from indicators.words import Words

Array = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.int64]

MODELS = ("random-intercept", "gee-independence", "gee-exchangeable", "fixed-units")
EFFECTS = ("exposure", "immediate")

FEW_UNITS = 30
"""Below about so many units a robust standard error is too small (evaluation.md, few clusters)."""


@dataclass(frozen=True, slots=True)
class SteppedWedge:
    """What `stepped_wedge` gives, on the scale of the link (log odds or log rate).

    overall : Series estimate, se, ci_low, ci_high, p_value, df: the effect of having started; under "exposure" the mean
        of the effects by exposure time, each counting once.
    by_exposure : DataFrame, index exposure (1 = the first period with the intervention); one row under "immediate".
    coefficients : DataFrame, index term, periods included.
    model : Series units, cells, sigma (random intercept), correlation, scale (GEE), log_likelihood.
    not_identified, notes : as everywhere.
    """

    overall: pd.Series
    by_exposure: pd.DataFrame
    coefficients: pd.DataFrame
    model: pd.Series
    not_identified: tuple[Note, ...]
    notes: tuple[Note, ...]


def stepped_wedge(
    frame: pd.DataFrame,
    unit: str = "unit",
    period: str = "period",
    numerator: str = "numerator",
    denominator: str | None = "denominator",
    start: str = "start",
    family: str = "binomial",
    *,
    effect: str = "exposure",
    model: str = "random-intercept",
    robust: bool = False,
    confidence: float = 0.95,
) -> SteppedWedge:
    """Effect of a stepped start, with one level for each period.

    Parameters
    ----------
    frame : one row per unit and period, columns as in `programme_effect`.
    family : "binomial" or "poisson".
    effect : "exposure" (one effect for each period since the start; effects that grow are the rule) or "immediate"
        (one effect from the first period on; far off, even with the wrong sign, where effects grow).
    model : "random-intercept" (Laplace), "gee-independence", "gee-exchangeable" (robust standard errors without
        small-sample factor), or "fixed-units" (a level for each unit; `robust` for a covariance by unit).

    Returns
    -------
    SteppedWedge

    Raises
    ------
    EvaluationError
        As `Panel.of`; an unknown family, effect or model.

    References
    ----------
    Hussey and Hughes, Contemp Clin Trials 2007;28:182; Kenny et al., Stat Med 2022;41:4311 (exposure time).

    Examples
    --------
    >>> frame = pd.DataFrame({"unit": ["A"] * 3 + ["B"] * 3, "period": [1, 2, 3] * 2, "start": [2] * 3 + [3] * 3,
    ...                       "numerator": [8, 12, 12, 9, 8, 13], "denominator": [20] * 6})
    >>> result = stepped_wedge(frame, effect="immediate", model="gee-independence")
    >>> float(result.overall["estimate"].round(2))
    0.81
    """
    for value, allowed, da, en in (
        (family, ("binomial", "poisson"), "Familien", "family"),
        (effect, EFFECTS, "Effekten", "effect"),
        (model, MODELS, "Modellen", "model"),
    ):
        if value not in allowed:
            choices = ", ".join(allowed)
            raise EvaluationError(
                f"unknown_{en}",
                Words(
                    f"{da} »{value}« findes ikke; vælg mellem {choices}.",
                    f"There is no {en} '{value}'; choose one of {choices}.",
                ),
            )
    panel = Panel.of(
        frame, unit=unit, period=period, numerator=numerator, denominator=denominator, start=start, family=family
    )
    x, terms, exposures, groups, places = _design(panel, by_exposure=effect == "exposure", fixed=model == "fixed-units")
    size = panel.size[panel.observed]
    y = panel.value[panel.observed] * size
    notes = [*panel.notes, *_notes(len(panel.units), effect, model)]
    binomial = family == "binomial"
    reason = _without_answer(x, y, size, exposures, binomial=binomial)
    if reason is not None:
        return _nothing(terms, exposures, reason, tuple(notes))
    more = dict.fromkeys(("sigma", "correlation", "scale", "log_likelihood"), np.nan)
    if model == "random-intercept":
        drawn = random_intercept(y, size, x, groups, binomial=binomial)
        beta, covariance = drawn.beta, drawn.covariance
        more |= {"sigma": drawn.sigma, "log_likelihood": drawn.log_likelihood}
    elif model == "fixed-units" and not robust:
        found = fit_counts(y, size, x, binomial=binomial)
        beta, covariance = found.beta, np.linalg.inv(found.information)
    else:
        working = "exchangeable" if model == "gee-exchangeable" else "independence"
        marginal = gee(y, size, x, groups, binomial=binomial, correlation=working)
        beta, covariance = marginal.beta, marginal.covariance
        more |= {"correlation": marginal.correlation, "scale": marginal.scale}
    se = np.sqrt(np.diag(covariance))
    table = pd.DataFrame(
        [estimated(b, s, level=confidence) for b, s in zip(beta, se, strict=True)], index=pd.Index(terms, name="term")
    )
    rows = np.array([terms.index(f"exposure{each}" if each else "started") for each in exposures])
    weight = np.zeros(len(terms))
    weight[rows] = 1 / len(rows)
    overall = estimated(float(weight @ beta), float(np.sqrt(weight @ covariance @ weight)), level=confidence)
    by_exposure = table.iloc[rows].set_axis(pd.Index([each or 1 for each in exposures], name="exposure"))
    counts = {"units": float(len(panel.units)), "cells": float(len(places))}
    return SteppedWedge(overall, by_exposure, table, pd.Series(counts | more), (), tuple(notes))


def _design(panel: Panel, *, by_exposure: bool, fixed: bool) -> tuple[Array, list[str], list[int], Places, Places]:
    """Columns, their names, exposures with a column (0: one column for all), unit and period of each row."""
    groups, places = np.nonzero(panel.observed)
    since = panel.since[groups, places]
    seen = np.unique(places)
    columns = {"intercept": np.ones(len(places))}
    for place in seen[1:]:
        columns[f"period {panel.periods[place]}"] = (places == place).astype(float)
    if fixed:
        for code in np.unique(groups)[1:]:
            columns[f"unit {panel.units[code]}"] = (groups == code).astype(float)
    exposures = [int(each) + 1 for each in np.unique(since[since >= 0])] if by_exposure else [0]
    for each in exposures:
        name = f"exposure{each}" if each else "started"
        columns[name] = (since == each - 1 if each else since >= 0).astype(float)
    return np.column_stack(list(columns.values())), list(columns), exposures, groups, places


def _without_answer(x: Array, y: Array, size: Array, exposures: list[int], *, binomial: bool) -> Note | None:
    n, p = x.shape
    if not exposures or not x[:, -1].any() or np.linalg.matrix_rank(x) < p or n <= p:
        return Note(
            "no_steps",
            Words(
                "Effekten kan ikke skilles fra perioderne: der skal være perioder, hvor nogle enheder er startet og "
                "andre ikke er.",
                "The effect cannot be told from the periods: there must be periods in which some units have started "
                "and others have not.",
            ),
        )
    if not fit_counts(y, size, x, binomial=binomial).converged:
        return Note(
            "perfect_prediction",
            Words(
                "En periode eller en gruppe har ingen hændelser (eller kun hændelser), så modellen kan ikke skønnes.",
                "A period or a group has no events (or nothing but), so the model cannot be estimated.",
            ),
        )
    return None


def _nothing(terms: list[str], exposures: list[int], reason: Note, notes: tuple[Note, ...]) -> SteppedWedge:
    names = ["units", "cells", "sigma", "correlation", "scale", "log_likelihood"]
    index = pd.Index([each or 1 for each in exposures], name="exposure")
    return SteppedWedge(
        estimated(np.nan, np.nan),
        pd.DataFrame(np.nan, index=index, columns=list(FIELDS)),
        pd.DataFrame(np.nan, index=pd.Index(terms, name="term"), columns=list(FIELDS)),
        pd.Series(np.nan, index=names),
        (reason,),
        notes,
    )


def _notes(units: int, effect: str, model: str) -> list[Note]:
    out = []
    if effect == "immediate":
        out.append(
            Note(
                "immediate_effect",
                Words(
                    "Modellen antager fuld virkning fra første periode. Vokser virkningen, kan tallet være langt ved "
                    "siden af.",
                    "The model takes the full effect from the first period on. Where effects grow it may be far off.",
                ),
            )
        )
    if model.startswith("gee") and units < FEW_UNITS:
        out.append(
            Note(
                "few_units",
                Words.by_count(
                    units,
                    Words(
                        "Med 1 enhed er de robuste standardfejl for små.",
                        "With 1 unit the robust standard errors are too small.",
                    ),
                    Words(
                        f"Med {units} enheder er de robuste standardfejl for små.",
                        f"With {units} units the robust standard errors are too small.",
                    ),
                ),
                units,
            )
        )
    return out
