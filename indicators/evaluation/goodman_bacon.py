"""Where the naive regression gets its figure from: every comparison of two groups, with its weight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from indicators.evaluation.errors import Note
from indicators.evaluation.panel import NEVER, Bools, Floats, Ints, Panel
from indicators.words import Words

TYPES = {
    "treated_vs_never": Words("Startet mod aldrig startet", "Started against never started"),
    "earlier_vs_later": Words("Tidligere mod endnu ikke startet", "Earlier against not yet started"),
    "later_vs_earlier": Words("Senere mod allerede startet", "Later against already started"),
    "later_vs_always": Words("Startet mod i gang fra første måned", "Started against started before the figures"),
}
"""The kinds of comparison. The last two use units under the programme as if they were without it."""

FORBIDDEN = ("later_vs_earlier", "later_vs_always")


@dataclass(frozen=True)
class GoodmanBacon:
    """The naive regression taken apart.

    Attributes
    ----------
    comparisons : DataFrame
        One row per pair: treated, control (label of the cohort; "never", "always"), type (a key of `TYPES`), estimate
        (difference of differences within the months in which the control does not change), weight.
    by_type : DataFrame
        Index type; weight (sums to 1) and estimate (weighted mean).
    total : float
        The sum of weight times estimate: the coefficient of the naive regression (on means of cohorts and months).
    forbidden_share : float
        Weight of the comparisons in which the control is already under the programme.
    words : Words
        The same in a sentence.
    notes : tuple of Note
    """

    comparisons: pd.DataFrame
    by_type: pd.DataFrame
    total: float
    forbidden_share: float
    words: Words
    notes: tuple[Note, ...]


def goodman_bacon(
    frame: pd.DataFrame,
    *,
    unit: str = "unit",
    period: str = "period",
    numerator: str = "numerator",
    denominator: str | None = None,
    start: str = "start",
) -> GoodmanBacon:
    """Decompose the naive regression into its two-group comparisons (units equally weighted).

    Missing months: the decomposition is of the panel of cohort means, each cohort with the number of its units. For a
    panel without gaps that is the regression on units itself; else it differs a little, and a note says so. Months
    in which a cohort has no figure at all are left out.

    Raises
    ------
    EvaluationError
        Malformed input, see `Panel.of`.

    References
    ----------
    Goodman-Bacon (2021), Journal of Econometrics 225:254-277, theorem 1.

    Examples
    --------
    >>> rows = [(u, t, u + t + (t - s + 1) * (s > 0 and t >= s), s)
    ...         for u, s in enumerate([3, 5, 0]) for t in range(1, 8)]
    >>> result = goodman_bacon(pd.DataFrame(rows, columns=["unit", "period", "numerator", "start"]))
    >>> result.by_type.round(3)["weight"].to_dict()
    {'earlier_vs_later': 0.125, 'later_vs_earlier': 0.188, 'treated_vs_never': 0.688}
    """
    panel = Panel.of(frame, unit=unit, period=period, numerator=numerator, denominator=denominator, start=start)
    notes = list(panel.notes)
    columns = np.flatnonzero(panel.observed.any(axis=0))
    begins = np.where(panel.start > columns[-1], NEVER, np.maximum(panel.start, columns[0]))
    groups, member = np.unique(begins, return_inverse=True)
    means, counts, seen = _cohort_means(panel, member, len(groups))
    whole = np.flatnonzero(seen.all(axis=0))
    if len(whole) < len(columns):
        notes.append(_months_left_out(len(columns) - len(whole)))
    if not panel.observed[:, columns].all():
        notes.append(_ON_MEANS)
    treated_from = np.array([int((whole < g).sum()) for g in groups])
    found = decompose(means[:, whole], counts, treated_from)
    labels = [_label(panel, int(g), int(columns[0])) for g in groups]
    comparisons = found.assign(
        treated=[labels[i] for i in found["treated"]], control=[labels[j] for j in found["control"]]
    )
    if comparisons.empty:
        nothing = Words("Der er ingen sammenligninger.", "There are no comparisons.")
        by_type = pd.DataFrame({"weight": [], "estimate": []}, index=pd.Index([], name="type"))
        return GoodmanBacon(comparisons, by_type, np.nan, np.nan, nothing, (*notes, Note("no_comparison", nothing)))
    product = comparisons.assign(product=comparisons["weight"] * comparisons["estimate"])
    by_type = product.groupby("type")[["weight", "product"]].sum()
    by_type["estimate"] = by_type["product"] / by_type["weight"]
    by_type = by_type[["weight", "estimate"]]
    share = float(by_type["weight"].reindex(list(FORBIDDEN)).sum())
    words = _words(share, by_type)
    return GoodmanBacon(comparisons, by_type, float(product["product"].sum()), share, words, tuple(notes))


def decompose(means: Floats, counts: Ints, treated_from: Ints) -> pd.DataFrame:
    """All pairs of groups with estimate and weight.

    Parameters
    ----------
    means : ndarray (n_groups, n_periods)
    counts : ndarray (n_groups,)
        Units of each group.
    treated_from : ndarray (n_groups,)
        First column under the programme; 0: always; n_periods or more: never.

    Returns
    -------
    DataFrame
        One row per pair: treated, control (rows of `means`), type, estimate, weight (sum 1).

    Examples
    --------
    >>> found = decompose(np.array([[1.0, 1.0, 4.0], [2.0, 3.0, 3.0]]), np.array([1, 1]), np.array([2, 3]))
    >>> found[["type", "estimate", "weight"]].to_dict("list")
    {'type': ['treated_vs_never'], 'estimate': [2.5], 'weight': [1.0]}
    """
    n_periods = means.shape[1]
    if not n_periods:  # no month in which every cohort has figures
        return pd.DataFrame({"treated": [], "control": [], "type": [], "estimate": [], "weight": []}).astype(
            {"treated": np.int64, "control": np.int64, "type": object}
        )
    share = counts / counts.sum()
    exposed = np.clip((n_periods - treated_from) / n_periods, 0.0, 1.0)
    pairs: list[tuple[int, int, str, float, float]] = []
    when = np.arange(n_periods)
    for i, first in enumerate(treated_from):
        if not 0 < first < n_periods:
            continue
        for j, other in enumerate(treated_from):
            if i == j or other == first:
                continue
            size = share[i] + share[j]
            balance = share[i] * share[j] / size**2
            d, c = exposed[i], exposed[j]
            if other >= n_periods or other <= 0:
                kind = "treated_vs_never" if other >= n_periods else "later_vs_always"
                window, weight = when >= 0, size**2 * balance * d * (1 - d)
            elif first < other:
                kind, window = "earlier_vs_later", when < other
                weight = size**2 * (1 - c) ** 2 * balance * (d - c) / (1 - c) * (1 - d) / (1 - c)
            else:
                kind, window = "later_vs_earlier", when >= other
                weight = size**2 * c**2 * balance * d / c * (c - d) / c
            estimate = _difference(means[i] - means[j], window, when >= first)
            pairs.append((i, j, kind, estimate, float(weight)))
    found = pd.DataFrame(pairs, columns=["treated", "control", "type", "estimate", "weight"])
    found["weight"] = found["weight"].astype(np.float64) / max(float(found["weight"].sum()), 1e-300)
    return found


def _difference(gap: Floats, window: Bools, after: Bools) -> float:
    return float(gap[window & after].mean() - gap[window & ~after].mean())


def _cohort_means(panel: Panel, member: Ints, n_groups: int) -> tuple[Floats, Ints, Bools]:
    belongs = np.equal.outer(np.arange(n_groups), member).astype(np.float64)
    counted = belongs @ panel.observed
    sums = belongs @ (panel.value * panel.observed)
    has_any = panel.observed.any(axis=1)
    counts = (belongs @ has_any).astype(np.int64)
    return sums / np.where(counted > 0, counted, 1.0), counts, counted > 0


def _label(panel: Panel, start: int, first: int) -> object:
    if start == NEVER:
        return "never"
    return "always" if start <= first else panel.cohort_label(start)


def _words(share: float, by_type: pd.DataFrame) -> Words:
    if share == 0:
        return Words(
            "Ingen af vægten kommer fra sammenligninger med enheder, der allerede er i gang.",
            "None of the weight comes from comparisons with units that have already started.",
        )
    percent = str(round(100 * share)) if share >= 0.01 else "<1"
    is_forbidden = by_type.index.isin(FORBIDDEN)
    theirs = f"{_mean(by_type[is_forbidden]):.4g}"
    if is_forbidden.all():
        rest = Words(" Andre er der ikke.", " There are no others.")
    else:
        valid = f"{_mean(by_type[~is_forbidden]):.4g}"
        rest = Words(
            f" De giver {theirs.replace('.', ',')}, de andre {valid.replace('.', ',')}.",
            f" They give {theirs}, the others {valid}.",
        )
    return Words(
        f"{percent} % af vægten kommer fra sammenligninger, hvor en tidligere kohorte er sammenligning, mens dens egen"
        f" effekt kan vokse.{rest.da}",
        f"{percent} % of the weight comes from comparisons in which an earlier cohort is the control while its own"
        f" effect may grow.{rest.en}",
    )


def _mean(rows: pd.DataFrame) -> float:
    return float((rows["weight"] * rows["estimate"]).sum() / rows["weight"].sum())


_ON_MEANS = Note(
    "on_cohort_means",
    Words(
        "Der mangler måneder, så opdelingen er af kohorternes gennemsnit. Summen afviger lidt fra regressionen.",
        "Months are missing, so cohort means are decomposed. The total differs a little from the regression on units.",
    ),
)


def _months_left_out(count: int) -> Note:
    return Note(
        "months_left_out",
        Words.by_count(
            count,
            Words(
                "1 måned er ikke med, fordi en kohorte ingen tal har.",
                "1 month is left out, because a cohort has no figures.",
            ),
            Words(
                f"{count} måneder er ikke med, fordi en kohorte ingen tal har.",
                f"{count} months are left out, because a cohort has no figures.",
            ),
        ),
        count,
    )
