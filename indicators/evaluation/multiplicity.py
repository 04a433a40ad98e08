"""Several indicators at once: p-values adjusted within the family, the declared primary one kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from indicators.evaluation.errors import EvaluationError, Note
from indicators.words import Words

METHODS = {
    "holm": Words("Holm: samlet risiko for en falsk alarm", "Holm: overall risk of one false alarm"),
    "hochberg": Words(
        "Hochberg: som Holm, for uafhængige indikatorer", "Hochberg: as Holm, for independent indicators"
    ),
    "bh": Words(
        "Benjamini-Hochberg: andel falske blandt fundene", "Benjamini-Hochberg: share of false among what is found"
    ),
    "by": Words(
        "Benjamini-Yekutieli: det samme ved enhver sammenhæng", "Benjamini-Yekutieli: the same under any dependence"
    ),
    "bonferroni": Words("Bonferroni: p gange antal indikatorer", "Bonferroni: p times the number of indicators"),
}
"""What each column guards against."""

_STATSMODELS = {
    "holm": "holm",
    "hochberg": "simes-hochberg",
    "bh": "fdr_bh",
    "by": "fdr_by",
    "bonferroni": "bonferroni",
}


@dataclass(frozen=True)
class Multiplicity:
    """`table`: one row per indicator (the primary first, then by p): role, p_value, holm, hochberg, bh, by,
    bonferroni. The primary keeps its own p-value in every column; an indicator without one stays missing and is not
    counted. `n_tests` is the size of the family.
    """

    table: pd.DataFrame
    n_tests: int
    notes: tuple[Note, ...]


def adjust_p_values(p_values: pd.Series | Mapping[str, float], *, primary: str | None = None) -> Multiplicity:
    """Adjust the p-values of a family of indicators.

    Parameters
    ----------
    p_values : Series or mapping of indicator to p-value
        Declared beforehand: an indicator that was looked at and left out later makes the rest too good.
    primary : str, optional
        The one indicator the question was about, declared before the data were seen. It is never adjusted, shown
        first, and not part of the family.

    Raises
    ------
    EvaluationError
        A p-value outside 0 to 1, an indicator twice, or a primary that is not among them.

    References
    ----------
    Holm (1979); Hochberg (1988); Benjamini and Hochberg (1995); Benjamini and Yekutieli (2001).

    Examples
    --------
    >>> found = adjust_p_values({"falls": 0.01, "ulcers": 0.04, "readmissions": 0.03}, primary="falls")
    >>> found.table["holm"].round(6).to_dict(), found.n_tests
    ({'falls': 0.01, 'readmissions': 0.06, 'ulcers': 0.06}, 2)
    """
    given = pd.Series(p_values, dtype=np.float64)
    _check(given, primary)
    family = given.drop(index=[primary]) if primary is not None else given
    known = family.dropna()
    table = pd.DataFrame({"role": "family", "p_value": family})
    for name, method in _STATSMODELS.items():
        adjusted = multipletests(known.to_numpy(), method=method)[1] if len(known) else np.zeros(0)
        table[name] = pd.Series(np.minimum(adjusted, 1.0), index=known.index).reindex(family.index)
    table = table.sort_values("p_value", kind="stable", na_position="last")
    notes = []
    if primary is not None:
        own = pd.DataFrame({"role": "primary", **dict.fromkeys(["p_value", *_STATSMODELS], given[primary])}, [primary])
        table = pd.concat([own, table]) if len(table) else own
        notes.append(_primary_apart(primary))
    else:
        notes.append(NO_PRIMARY)
    if len(known) < len(family):
        notes.append(_without_p(len(family) - len(known)))
    table.index.name = "indicator"
    return Multiplicity(table, len(known), tuple(notes))


def _check(given: pd.Series, primary: str | None) -> None:
    if ((given < 0) | (given > 1)).any():
        raise EvaluationError("bad_p", Words("En p-værdi ligger uden for 0 til 1.", "A p-value lies outside 0 to 1."))
    if given.index.has_duplicates:
        raise EvaluationError("twice", Words("En indikator står der to gange.", "An indicator is there twice."))
    if primary is not None and primary not in given.index:
        words = Words(
            f"Den primære indikator »{primary}« er ikke med.", f"The primary indicator '{primary}' is missing."
        )
        raise EvaluationError("no_primary", words)


NO_PRIMARY = Note(
    "no_primary",
    Words(
        "Ingen indikator er udpeget som den primære, så alle p-værdier er justeret.",
        "No indicator was declared primary, so all p-values are adjusted.",
    ),
)


def _primary_apart(name: str) -> Note:
    return Note(
        "primary_apart",
        Words(
            f"»{name}« er udpeget som primær på forhånd. Dens p-værdi er ikke justeret.",
            f"'{name}' was declared primary beforehand. Its p-value is not adjusted.",
        ),
    )


def _without_p(count: int) -> Note:
    return Note(
        "without_p",
        Words(
            f"{count} {'indikator' if count == 1 else 'indikatorer'} har ingen p-værdi og tæller ikke med.",
            "1 indicator has no p-value and does not count."
            if count == 1
            else f"{count} indicators have no p-value and do not count.",
        ),
        count,
    )
