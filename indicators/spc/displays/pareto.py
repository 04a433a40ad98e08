"""Pareto chart: which few categories make up most of the events."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
import scipy

from indicators.spc.displays.record import Display
from indicators.spc.errors import InputError
from indicators.spc.ragged import Floats
from indicators.words import Words

VITAL_SHARE = 0.8
"""Juran's 80/20: the vital few are the categories that together make up at least this share."""

ROUNDING = 1e-12
"""A cumulative share this near the vital share has reached it: 0.1 + 0.7 is 0.8."""

_CONFIDENCE = 0.95


class Kind(StrEnum):
    """What a bar is. A missing category is a finding, not a gap: it is named and counted."""

    CATEGORY = "category"
    MISSING = "missing"
    OTHER = "other"


MISSING = Words("Ikke angivet", "Not stated")
OTHER = Words("Øvrige", "Other")


@dataclass(frozen=True)
class Pareto:
    """A Pareto chart, computed.

    Attributes
    ----------
    table : DataFrame
        One row per bar, largest first, the grouped rest last: rank (from 1), category (None for the missing and the
        grouped), kind, n_categories (more than 1 only for the grouped rest), count, share, cumulative_count,
        cumulative_share, is_vital. With a time before also count_before, share_before, rank_before, share_change,
        and with exposures rate, rate_before, ratio, ratio_lower, ratio_upper (exact 95 % interval). Shares are
        fractions of 1; missing where the total is 0.
    total, total_before : float
    vital_share : float
        The share the vital few were asked to reach.
    is_tied : bool
        The last of the vital few has as many as the first that is not among them: the line between the two is drawn by
        name only.
    evenness_p_value : float or None
        Chance of differences this large if all categories were equally common (chi-square, counts only); None with
        one category or counts that are not whole. A large value says that nothing stands out.
    reason : Words or None
        Why there are no shares.
    """

    table: pd.DataFrame
    total: float
    total_before: float | None
    vital_share: float
    is_tied: bool
    evenness_p_value: float | None
    reason: Words | None

    @property
    def n_vital(self) -> int:
        return int(self.table["is_vital"].sum())

    @property
    def vital(self) -> list[object]:
        """The vital few, largest first; None stands for the missing category."""
        return self.table.loc[self.table["is_vital"], "category"].tolist()

    def labels(self, language: str) -> list[str]:
        """One label per bar, also for the missing and the grouped."""
        named = {Kind.MISSING: MISSING.say(language), Kind.OTHER: OTHER.say(language)}
        return [
            named.get(Kind(kind), str(category))
            for kind, category in zip(self.table["kind"], self.table["category"], strict=True)
        ]

    @property
    def words(self) -> Words:
        """What the chart shows, in one sentence."""
        if self.reason is not None:
            return self.reason
        n_categories = int(self.table["n_categories"].sum())
        percent = 100 * float(self.table.loc[self.table["is_vital"], "count"].sum()) / self.total
        if n_categories == 1:
            return Words("Alle hændelser hører til én kategori.", "All events belong to one category.")
        if self.evenness_p_value is not None and self.evenness_p_value > 0.05:
            return Words(
                f"Ingen kategori skiller sig ud: de {n_categories} kategorier er omtrent lige hyppige.",
                f"No category stands out: the {n_categories} categories are about equally common.",
            )
        return Words(
            f"{self.n_vital} af {n_categories} kategorier udgør {percent:.0f} % af det hele.",
            f"{self.n_vital} of {n_categories} categories make up {percent:.0f}% of the whole.",
        )


def pareto(
    frame: pd.DataFrame,
    category: str = "category",
    count: str | None = None,
    *,
    vital_share: float = VITAL_SHARE,
    other_below: float | None = None,
    keep: int | None = None,
    before: pd.DataFrame | None = None,
    exposure: float | None = None,
    exposure_before: float | None = None,
) -> Pareto:
    """Count, sort and cumulate categories.

    Parameters
    ----------
    frame : DataFrame
        One row per event, or rows with a count.
    category : str
        Column of categories. Missing and blank ones are counted together under their own bar.
    count : str, optional
        Column of counts or amounts (not negative); None: every row counts 1.
    vital_share : float
        In (0, 1]: the vital few are the fewest of the largest categories that reach this share.
    other_below : float, optional
        Group categories with a smaller share than this into one last bar.
    keep : int, optional
        Group all but the `keep` largest. Neither grouping ever takes one of the vital few, nor a single category.
    before : DataFrame, optional
        The same columns for an earlier time: its figures stand beside, matched by category.
    exposure, exposure_before : float, optional
        Months, bed days … behind the two frames, both or neither: gives rates and their ratio.

    Returns
    -------
    Pareto

    Raises
    ------
    InputError
        unknown_column, not_a_number, negative_count, missing_count, infinite (with the row); vital_share_out_of_range,
        other_out_of_range, keep_below_one, no_rows, exposure_not_positive, exposure_alone.

    Notes
    -----
    Equal counts stand in the order of their names (a pandas categorical: in its own order; numbers by size), the
    missing category after them, so the row order never matters. The vital few are decided before anything is
    grouped. ratio = (count / exposure) / (count_before / exposure_before) with the exact conditional interval: given
    the sum of two Poisson counts the first is binomial (Przyborowski & Wilenski 1940), Clopper-Pearson limits for its
    share. The intervals are not adjusted for the number of categories; read them as description.

    References
    ----------
    Juran, Quality Control Handbook (the vital few); Montgomery, Introduction to Statistical Quality Control, Pareto
    chart. Przyborowski & Wilenski, Biometrika 1940, 31: 313-323.

    Examples
    --------
    >>> frame = pd.DataFrame({"category": ["fall", "fall", "drug", "fall", None, "fall", "drug", "other"]})
    >>> chart = pareto(frame)
    >>> chart.table[["count", "cumulative_share", "is_vital"]].to_dict("list")
    {'count': [4, 2, 1, 1], 'cumulative_share': [0.5, 0.75, 0.875, 1.0], 'is_vital': [True, True, True, False]}
    >>> chart.labels("en"), chart.is_tied
    (['fall', 'drug', 'other', 'Not stated'], True)
    """
    _check(vital_share, other_below, keep, exposure, exposure_before, before)
    counts = _counted(frame, category, count)
    counts_before = None if before is None else _counted(before, category, count)
    if counts_before is not None:
        # A category seen only before stays on the chart with a zero, and the other way round.
        both = _in_order(counts.index.union(counts_before.index, sort=False))
        counts, counts_before = counts.reindex(both, fill_value=0), counts_before.reindex(both, fill_value=0)
    if not len(counts):
        raise InputError("no_rows", Words("Der er ingen rækker at tælle.", "There are no rows to count."))

    counts = counts.sort_values(ascending=False, kind="stable")
    total = counts.sum()
    values = counts.to_numpy(dtype=np.float64)
    reached = np.cumsum(values)
    # As many as are needed to reach the share, so the one that crosses it is among them.
    n_vital = int(np.sum(reached < (vital_share - ROUNDING) * total)) + 1 if total > 0 else 0
    is_tied = 0 < n_vital < len(values) and bool(values[n_vital - 1] == values[n_vital])
    n_single = _n_single(values, n_vital, other_below, keep)

    table = pd.DataFrame(
        {
            "category": pd.Series(list(counts.index), dtype=object),
            "kind": [Kind.MISSING.value if name is None else Kind.CATEGORY.value for name in counts.index],
            "n_categories": 1,
            "count": counts.to_numpy(),
            "is_vital": np.arange(len(counts)) < n_vital,
        }
    )
    if counts_before is not None:
        table["count_before"] = counts_before.reindex(counts.index).to_numpy()
        table["rank_before"] = table["count_before"].rank(ascending=False, method="first").astype(int)
    if n_single < len(table):
        table = _grouped(table, n_single)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    table.insert(5, "share", _shares(table["count"], total))
    table.insert(6, "cumulative_count", table["count"].cumsum())
    table.insert(7, "cumulative_share", _shares(table["cumulative_count"], total))
    total_before = None if counts_before is None else float(counts_before.sum())
    if total_before is not None:
        table["share_before"] = _shares(table["count_before"], total_before)
        table["share_change"] = table["share"] - table["share_before"]
        if exposure is not None and exposure_before is not None:
            table = table.assign(**_rates(table, exposure, exposure_before))
    is_whole = bool(np.all(values == np.floor(values)))
    return Pareto(
        table=table,
        total=float(total),
        total_before=total_before,
        vital_share=vital_share,
        is_tied=is_tied,
        evenness_p_value=float(scipy.stats.chisquare(values).pvalue)
        if is_whole and len(values) > 1 and total > 0
        else None,
        reason=None if total > 0 else Words("Ingen hændelser at fordele.", "No events to divide."),
    )


def _check(
    vital_share: float,
    other_below: float | None,
    keep: int | None,
    exposure: float | None,
    exposure_before: float | None,
    before: pd.DataFrame | None,
) -> None:
    if not 0 < vital_share <= 1:
        raise InputError(
            "vital_share_out_of_range",
            Words(
                f"vital_share = {vital_share} skal være over 0 og højst 1. Skriv 0.8 for 80 %.",
                f"vital_share = {vital_share} must be above 0 and at most 1. Write 0.8 for 80%.",
            ),
        )
    if other_below is not None and not 0 < other_below < 1:
        raise InputError(
            "other_out_of_range",
            Words(
                f"other_below = {other_below} skal ligge mellem 0 og 1. Skriv 0.05 for 5 %.",
                f"other_below = {other_below} must lie between 0 and 1. Write 0.05 for 5%.",
            ),
        )
    if keep is not None and keep < 1:
        raise InputError(
            "keep_below_one", Words(f"keep = {keep}: behold mindst én kategori.", f"keep = {keep}: keep at least one.")
        )
    given = [each for each in (exposure, exposure_before) if each is not None]
    if given and (len(given) < 2 or before is None):
        raise InputError(
            "exposure_alone",
            Words(
                "Rater sammenlignes kun med før: giv before, exposure og exposure_before.",
                "Rates are only compared with a time before: give before, exposure and exposure_before.",
            ),
        )
    if any(not np.isfinite(each) or each <= 0 for each in given):
        raise InputError(
            "exposure_not_positive",
            Words("exposure og exposure_before skal være over 0.", "exposure and exposure_before must be above 0."),
        )


def _counted(frame: pd.DataFrame, category: str, count: str | None) -> pd.Series:
    """Count per category, in the order of their names; None is the missing category."""
    for name in [category] if count is None else [category, count]:
        if name not in frame.columns:
            columns = ", ".join(map(str, frame.columns))
            raise InputError(
                "unknown_column",
                Words(
                    f"Kolonnen »{name}« findes ikke. Der er: {columns}.",
                    f"There is no column {name!r}. There are: {columns}.",
                ),
            )
    names = frame[category]
    is_missing = names.isna().to_numpy() | np.array(
        [isinstance(name, str) and not name.strip() for name in names], dtype=bool
    )
    keys = names.astype(object).where(~is_missing, None)
    amounts = pd.Series(1, index=frame.index) if count is None else _amounts(frame, count)
    # A plain dict: grouping would turn the missing key into a NaN and mixed types into an error.
    found: dict[object, float] = {}
    for key, amount in zip(keys.tolist(), amounts.tolist(), strict=True):
        key = None if key is None or key is pd.NA else key
        found[key] = found.get(key, 0) + amount
    order = None
    if isinstance(names.dtype, pd.CategoricalDtype):
        order = {name: position for position, name in enumerate(names.cat.categories)}
    index = pd.Index(list(found), dtype=object)
    return pd.Series(list(found.values()), index=index).reindex(_in_order(index, order))


def _amounts(frame: pd.DataFrame, count: str) -> pd.Series:
    numbers = pd.to_numeric(frame[count], errors="coerce")
    values = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    is_blank = frame[count].isna().to_numpy()
    for is_wrong, code, da, en in (
        (np.isnan(values) & ~is_blank, "not_a_number", "indeholder ikke et tal", "does not hold a number"),
        (is_blank, "missing_count", "mangler: skriv 0, hvis der ingen var", "is missing: write 0 if there were none"),
        (np.isinf(values), "infinite", "er uendelig", "is infinite"),
        (values < 0, "negative_count", "er negativ: et antal er mindst 0", "is negative: a count is at least 0"),
    ):
        rows = np.flatnonzero(is_wrong)
        if len(rows):
            raise InputError(code, Words(f"kolonnen »{count}« {da}", f"column {count!r} {en}"), row=int(rows[0]) + 1)
    return numbers


def _in_order(names: pd.Index, order: dict[object, int] | None = None) -> pd.Index:
    """By the given order, else numbers by size and text by name; the missing category last."""

    def key(name: object) -> tuple[int, float, str]:
        if name is None:
            return (3, 0.0, "")
        if order is not None:
            return (0, float(order[name]), "")
        if isinstance(name, int | float | np.integer | np.floating):
            return (1, float(name), "")
        return (2, 0.0, str(name))

    return pd.Index(sorted(names, key=key), dtype=object)


def _n_single(values: Floats, n_vital: int, other_below: float | None, keep: int | None) -> int:
    """How many bars stand alone; a rest of one is not grouped: it would lose its name and save nothing."""
    n_single = len(values)
    if other_below is not None and values.sum() > 0:
        n_single = int(np.sum(values / values.sum() >= other_below - ROUNDING))
    if keep is not None:
        n_single = min(n_single, keep)
    n_single = max(n_single, n_vital)
    return len(values) if len(values) - n_single < 2 else n_single


def _grouped(table: pd.DataFrame, n_single: int) -> pd.DataFrame:
    rest = table.iloc[n_single:]
    bar: dict[str, list[object]] = {
        "category": [None],
        "kind": [Kind.OTHER.value],
        "n_categories": [len(rest)],
        "count": [rest["count"].sum()],
        "is_vital": [False],
    }
    if "count_before" in table:
        bar["count_before"] = [rest["count_before"].sum()]
        bar["rank_before"] = [pd.NA]
        table = table.astype({"rank_before": "Int64"})
    one = pd.DataFrame(bar).astype(table.dtypes.to_dict())
    return pd.concat([table.iloc[:n_single], one], ignore_index=True)


def _shares(counts: pd.Series, total: float) -> Floats:
    values = counts.to_numpy(dtype=np.float64)
    return values / total if total > 0 else np.full(len(values), np.nan)


def _rates(table: pd.DataFrame, exposure: float, exposure_before: float) -> dict[str, Floats]:
    after = table["count"].to_numpy(dtype=np.float64)
    before = table["count_before"].to_numpy(dtype=np.float64)
    tail = (1 - _CONFIDENCE) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        lowest = np.where(after > 0, scipy.stats.beta.ppf(tail, after, before + 1), 0.0)
        highest = np.where(before > 0, scipy.stats.beta.ppf(1 - tail, after + 1, before), 1.0)
        ratio = (after / exposure) / (before / exposure_before)
        scale = exposure_before / exposure
        has_any = after + before > 0
        return {
            "rate": after / exposure,
            "rate_before": before / exposure_before,
            "ratio": np.where(before > 0, ratio, np.nan),
            "ratio_lower": np.where(has_any, scale * lowest / (1 - lowest), np.nan),
            "ratio_upper": np.where(has_any, scale * highest / (1 - highest), np.nan),
        }


DISPLAY = Display(
    code="pareto",
    name=Words("Paretodiagram", "Pareto chart"),
    use=Words(
        "Hvilke få årsager eller typer der udgør det meste. Brug det på en stabil proces, ellers blandes før og nu.",
        "Which few causes or types make up most of it. Use it on a stable process, or then and now are mixed.",
    ),
    needs=Words(
        "En kategori pr. hændelse, eller et antal pr. kategori.",
        "A category for every event, or a count for every category.",
    ),
    reference="Juran, Quality Control Handbook; Montgomery, Introduction to Statistical Quality Control, Pareto chart",
    compute=pareto,
    order=20,
)
