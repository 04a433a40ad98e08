"""Errors and tests for regressions whose rows come in clusters (units), also when the clusters are few.

The usual cluster-robust error is too small with fewer than 30 clusters or so. Two remedies stand here: CR2, which makes
up for the leverage of each cluster and counts its own degrees of freedom, and the wild cluster bootstrap, which flips
the residuals of whole clusters under the hypothesis that is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.evaluation.errors import EvaluationError, Note
from indicators.evaluation.estimate import estimated
from indicators.evaluation.panel import Floats, Ints
from indicators.words import Words

KINDS = ("CR0", "CR1", "CR1S", "CR1N", "CR2")
DEGREES = ("satterthwaite", "clusters")
SIGNS = ("auto", "rademacher", "webb")
FEW_CLUSTERS = 10
MOST_ENUMERATED = 8192
MOST_WEBB = 5
WEBB = np.sqrt([1.5, 1.0, 0.5])

FEW = Note(
    "few_clusters",
    Words(
        "Under 10 klynger: også de forsigtige metoder er usikre her. Læs dem sammen med en lodtrækningstest.",
        "Fewer than 10 clusters: the careful methods are uncertain here too. Read them beside randomisation inference.",
    ),
)
UNBOUNDED = Note(
    "unbounded",
    Words(
        "Intervallet har ingen ende: med så få klynger kan ingen værdi forkastes på den side.",
        "The interval has no end: with so few clusters no value can be rejected on that side.",
    ),
)


@dataclass(frozen=True)
class _Rows:
    """A regression made ready: effects nested in the clusters subtracted, other effects as columns."""

    outcome: Floats
    design: Floats
    names: list[str]
    weight: Floats
    inner: Ints | None
    members: list[Ints]
    n_absorbed: int


def cluster_robust(
    outcome: npt.ArrayLike,
    regressors: pd.DataFrame | npt.ArrayLike,
    clusters: npt.ArrayLike,
    *,
    absorb: Sequence[npt.ArrayLike] = (),
    weights: npt.ArrayLike | None = None,
    kind: str = "CR2",
    df: str = "satterthwaite",
    level: float = 0.95,
) -> pd.DataFrame:
    """Least squares with errors robust to anything within the clusters.

    Parameters
    ----------
    outcome : array (n,)
    regressors : DataFrame or array (n, k)
        Without a constant where effects are absorbed; with one otherwise.
    clusters : array (n,)
        Labels.
    absorb : sequence of arrays (n,)
        Labels of effects to take out, such as unit and month. One that lies within the clusters is subtracted; others
        become columns.
    weights : array (n,), optional
    kind : {"CR2", "CR0", "CR1", "CR1S", "CR1N"}
        CR0: no factor. CR1: squared errors times G / (G - 1). CR1S: and times (n - 1) / (n - K), all coefficients
        counted (Stata). CR1N: the same with effects nested in the clusters not counted (fixest). CR2: residuals of
        each cluster times the inverse root of their covariance under independent errors.
    df : {"satterthwaite", "clusters"}
        Degrees of freedom of the t interval: by the moments of the error estimate, or G - 1.

    Returns
    -------
    DataFrame
        One row per regressor with the fields of an estimate. Missing where a regressor is a sum of others.

    Raises
    ------
    EvaluationError
        Lengths differ, a figure is missing, fewer than two clusters, or a setting does not exist.

    References
    ----------
    Bell, McCaffrey (2002), Survey Methodology 28:169-181; Imbens, Kolesar (2016), Review of Economics and Statistics
    98:701-712; Pustejovsky, Tipton (2018), Journal of Business & Economic Statistics 36:672-683 (absorbed effects).

    Examples
    --------
    >>> x = np.tile([0.0, 1.0], 4)
    >>> y = np.array([1.0, 3.0, 2.0, 5.0, 1.0, 2.0, 0.0, 3.0])
    >>> found = cluster_robust(y, x[:, None], np.repeat([1, 2, 3, 4], 2), absorb=[np.repeat([1, 2, 3, 4], 2)])
    >>> found.round(4)[["estimate", "se", "df"]].to_dict("records")
    [{'estimate': 2.25, 'se': 0.4787, 'df': 3.0}]
    """
    _known("kind", kind, KINDS)
    _known("df", df, DEGREES)
    rows = _prepare(outcome, regressors, clusters, absorb, weights)
    n_clusters = len(rows.members)
    inverse, fitted, known = _solve(rows)
    residual = rows.outcome - rows.design @ fitted
    adjusted = [_adjust(rows, inverse, members, kind) for members in rows.members]
    factor = _factor(rows, kind)
    found = []
    for place in range(len(rows.names)):
        if not known[place]:
            found.append(estimated(np.nan, np.nan))
            continue
        along = rows.design @ inverse[:, place]
        parts = [
            adjust @ (rows.weight[members] * along[members])
            for adjust, members in zip(adjusted, rows.members, strict=True)
        ]
        variance = sum(float(part @ residual[members]) ** 2 for part, members in zip(parts, rows.members, strict=True))
        degrees = _satterthwaite(rows, inverse, parts) if df == "satterthwaite" else float(n_clusters - 1)
        found.append(estimated(fitted[place], float(np.sqrt(factor * variance)), degrees, level=level))
    return pd.DataFrame(found, index=pd.Index(rows.names, name="regressor"))


def _known(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        said = ", ".join(allowed)
        raise EvaluationError(
            "unknown_setting",
            Words(f"{name}=»{value}« findes ikke. Vælg en af: {said}.", f"No {name}='{value}'; choose one of: {said}."),
        )


def _prepare(
    outcome: npt.ArrayLike,
    regressors: pd.DataFrame | npt.ArrayLike,
    clusters: npt.ArrayLike,
    absorb: Sequence[npt.ArrayLike],
    weights: npt.ArrayLike | None,
) -> _Rows:
    y = np.asarray(outcome, dtype=np.float64)
    frame = regressors if isinstance(regressors, pd.DataFrame) else pd.DataFrame(np.asarray(regressors))
    x = frame.to_numpy(dtype=np.float64)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    labels = pd.Series(np.asarray(clusters))
    effects = [pd.Series(np.asarray(codes)) for codes in absorb]
    if {len(x), len(w), len(labels), *(len(codes) for codes in effects)} != {len(y)}:
        raise EvaluationError(
            "lengths", Words("Kolonnerne har ikke samme længde.", "The columns do not have the same length.")
        )
    missing = ~(np.isfinite(y) & np.isfinite(x).all(axis=1) & np.isfinite(w) & (w > 0)) | labels.isna().to_numpy()
    if missing.any() or any(codes.isna().any() for codes in effects):
        words = Words(
            "En række mangler et tal, en vægt over 0 eller sin klynge. Fjern den først.",
            "A row lacks a figure, a weight above 0 or its cluster. Remove it first.",
        )
        raise EvaluationError("missing", words)
    codes, names = pd.factorize(labels)
    if len(names) < 2:
        raise EvaluationError(
            "one_cluster", Words("Der skal mindst to klynger til.", "At least two clusters are needed.")
        )
    inner: Ints | None = None
    columns = [x]
    n_absorbed = 0
    for effect in effects:
        of, levels = pd.factorize(effect)
        is_nested = inner is None and weights is None and len(set(zip(of, codes, strict=True))) == len(levels)
        if is_nested:
            inner, n_absorbed = of.astype(np.int64), len(levels)
        else:
            columns.append(np.equal.outer(of, np.arange(len(levels))).astype(np.float64))
    design = np.concatenate(columns, axis=1)
    if inner is not None:
        y, design = y - _means(y[:, None], inner)[:, 0], design - _means(design, inner)
    members = [np.flatnonzero(codes == code) for code in range(len(names))]
    return _Rows(y, design, [str(name) for name in frame.columns], w, inner, members, n_absorbed)


def _means(values: Floats, codes: Ints) -> Floats:
    """Mean of each row's group, by column."""
    counts = np.bincount(codes)
    sums = np.zeros((len(counts), values.shape[1]))
    np.add.at(sums, codes, values)
    return (sums / counts[:, None])[codes]


def _solve(rows: _Rows) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Inverse of the normal equations, coefficients, and which of the regressors can be told from the rest."""
    gram = (rows.design * rows.weight[:, None]).T @ rows.design
    scale = np.sqrt(np.maximum(np.diag(gram), 1e-300))
    inverse = np.linalg.pinv(gram / np.outer(scale, scale), rcond=1e-11, hermitian=True) / np.outer(scale, scale)
    fitted = inverse @ (rows.design.T @ (rows.weight * rows.outcome))
    hat = (inverse @ gram) * (scale[None, :] ** -1) * scale[:, None]
    known = np.abs(hat - np.eye(len(gram))).max(axis=1)[: len(rows.names)] < 1e-7
    return inverse, fitted, known


def _factor(rows: _Rows, kind: str) -> float:
    n_clusters, n_rows = len(rows.members), len(rows.outcome)
    if kind in ("CR0", "CR2"):
        return 1.0
    factor = n_clusters / (n_clusters - 1)
    if kind == "CR1":
        return factor
    rank = int(np.linalg.matrix_rank(rows.design))
    counted = rank + (rows.n_absorbed if kind == "CR1S" else int(rows.inner is not None))
    return factor * (n_rows - 1) / (n_rows - counted) if n_rows > counted else np.nan


def _adjust(rows: _Rows, inverse: Floats, members: Ints, kind: str) -> Floats:
    """What the residuals of a cluster are multiplied by: (n_members, n_members)."""
    identity = np.eye(len(members))
    if kind != "CR2":
        return identity
    x, w = rows.design[members], rows.weight[members]
    within = identity - _same(rows.inner[members]) if rows.inner is not None else identity
    hat = x @ inverse @ (x * w[:, None]).T
    squared = (rows.design * rows.weight[:, None]).T @ (rows.design * rows.weight[:, None])
    covariance = within - hat - hat.T + x @ (inverse @ squared @ inverse) @ x.T
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    roots = np.where(values > 1e-9 * max(values.max(initial=0.0), 1e-300), values, np.inf) ** -0.5
    root: Floats = (vectors * roots) @ vectors.T
    return root


def _same(codes: Ints) -> Floats:
    """Projection on the means of groups."""
    same = np.equal.outer(codes, codes)
    projection: Floats = same / same.sum(axis=1)[:, None]
    return projection


def _satterthwaite(rows: _Rows, inverse: Floats, parts: list[Floats]) -> float:
    """Degrees of freedom from the first two moments of the squared error under independent errors."""
    squared = (rows.design * rows.weight[:, None]).T @ (rows.design * rows.weight[:, None])
    plain = np.stack([rows.design[m].T @ part for part, m in zip(parts, rows.members, strict=True)])
    weighted = np.stack(
        [rows.design[m].T @ (rows.weight[m] * part) for part, m in zip(parts, rows.members, strict=True)]
    )
    cross = plain @ inverse @ weighted.T
    moments = plain @ (inverse @ squared @ inverse) @ plain.T - cross - cross.T
    for place, (part, members) in enumerate(zip(parts, rows.members, strict=True)):
        own = part - _means(part[:, None], _local(rows.inner[members]))[:, 0] if rows.inner is not None else part
        moments[place, place] += own @ own
    total = float((moments**2).sum())
    return float(np.trace(moments) ** 2 / total) if total > 0 else np.nan


def _local(codes: Ints) -> Ints:
    found: Ints = np.unique(codes, return_inverse=True)[1]
    return found


# Wild cluster bootstrap ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WildBootstrap:
    """One coefficient tested by flipping the residuals of whole clusters.

    Attributes
    ----------
    result : Series
        estimate, se (CR0), ci_low, ci_high (all values not rejected), p_value (share of draws with |t*| >= |t|; among
        random draws the observed one counts as well), df (missing: the distribution is the draws).
    statistic : float
        t with the CR0 error.
    p_value_strict : float
        Share with |t*| > |t|: without the draws that are the sample itself or its mirror image.
    weights : str
        What was drawn: rademacher or webb.
    is_exact : bool
        Whether all sign vectors were run through, so that no seed matters.
    n_draws : int
    notes : tuple of Note
    """

    result: pd.Series
    statistic: float
    p_value_strict: float
    weights: str
    is_exact: bool
    n_draws: int
    notes: tuple[Note, ...]


def wild_bootstrap(
    outcome: npt.ArrayLike,
    regressors: pd.DataFrame | npt.ArrayLike,
    clusters: npt.ArrayLike,
    *,
    coefficient: int = 0,
    absorb: Sequence[npt.ArrayLike] = (),
    null: float = 0.0,
    weights: str = "auto",
    draws: int = 9999,
    seed: int = 1,
    level: float = 0.95,
) -> WildBootstrap:
    """Wild cluster bootstrap of a t statistic with the null hypothesis imposed.

    Parameters
    ----------
    outcome, regressors, clusters, absorb
        As in `cluster_robust`.
    coefficient : int
        Which regressor is tested.
    null : float
        The value tested; the interval collects all values that would not be rejected.
    weights : {"auto", "rademacher", "webb"}
        Signs, or six values. "auto" runs through all Webb vectors up to 5 clusters, where signs alone could never give
        p below 0.05, and all signs from 6 to 13; beyond that it draws signs.
    draws, seed : int
        Used where not all vectors are run through.

    Raises
    ------
    EvaluationError
        As `cluster_robust`; or the regressor is a sum of the others.

    References
    ----------
    Cameron, Gelbach, Miller (2008), Review of Economics and Statistics 90:414-427; Webb (2023), Canadian Journal of
    Economics 56:839-858; Roodman and others (2019), Stata Journal 19:4-60 (how to compute it).

    Examples
    --------
    >>> x = np.tile([0.0, 1.0], 6)
    >>> y = 2 * x + np.array([0.1, -0.2, 0.3, 0.2, -0.1, 0.0, 0.2, 0.4, -0.3, -0.1, 0.0, 0.2])
    >>> found = wild_bootstrap(y, np.c_[x, np.ones(12)], np.repeat(np.arange(6), 2))
    >>> found.n_draws, found.is_exact, float(found.result["p_value"])
    (64, True, 0.03125)
    """
    _known("weights", weights, SIGNS)
    rows = _prepare(outcome, regressors, clusters, absorb, None)
    others = np.delete(rows.design, coefficient, axis=1)
    left = _left_after(np.stack([rows.outcome, rows.design[:, coefficient]], axis=1), others)
    y, x = left[:, 0], left[:, 1]
    spread = float(x @ x)
    if spread <= 1e-12 * max(float(rows.design[:, coefficient] @ rows.design[:, coefficient]), 1e-300):
        words = Words("Variablen er en sum af de andre.", "The regressor is a sum of the others.")
        raise EvaluationError("collinear", words)
    n_clusters = len(rows.members)
    vectors, kind, is_exact = _vectors(n_clusters, weights, draws, seed)
    parts = _Parts.of(rows, others, y, x, vectors)
    estimate = float(x @ y / spread)
    scores = parts.own_y - estimate * parts.own_x
    se = float(np.sqrt((scores**2).sum()) / spread)
    statistic = (estimate - null) / se if se > 0 else np.nan

    def shares(value: float) -> tuple[float, float]:
        drawn = np.abs(parts.statistics(value, spread))
        observed = abs(estimate - value) / se
        margin = 1e-9 * max(observed, 1e-12)
        at_least, above = (drawn >= observed - margin).sum(), (drawn > observed + margin).sum()
        extra = 0 if is_exact else 1
        return float((at_least + extra) / (len(drawn) + extra)), float((above + extra) / (len(drawn) + extra))

    notes = [FEW] if n_clusters < FEW_CLUSTERS else []
    result = {"estimate": estimate, "se": se, "ci_low": np.nan, "ci_high": np.nan, "p_value": np.nan, "df": np.nan}
    strict = np.nan
    if se > 0:
        result["p_value"], strict = shares(null)
        result["ci_low"], result["ci_high"] = (
            edge_of_interval(lambda value: shares(value)[0], estimate, side * se, 1 - level) for side in (-1, 1)
        )
        if np.isinf([result["ci_low"], result["ci_high"]]).any():
            notes.append(UNBOUNDED)
    return WildBootstrap(pd.Series(result), float(statistic), float(strict), kind, is_exact, len(vectors), tuple(notes))


def edge_of_interval(p_value: Callable[[float], float], estimate: float, step: float, alpha: float) -> float:
    """Where a p-value falls to `alpha` when moving from `estimate` in the direction of `step`; infinite if nowhere.

    Examples
    --------
    >>> round(edge_of_interval(lambda value: 1 / (1 + value**2), 0.0, 1.0, 0.1), 6)
    3.0
    """
    inside, outside = estimate, estimate + step
    for _ in range(14):
        if p_value(outside) <= alpha:
            break
        inside, outside = outside, estimate + 2 * (outside - estimate)
    else:
        return float(np.copysign(np.inf, step))
    for _ in range(50):
        middle = (inside + outside) / 2
        if p_value(middle) <= alpha:
            outside = middle
        else:
            inside = middle
        if abs(outside - inside) < 1e-8 * abs(step):
            break
    return float(outside)


def _vectors(n_clusters: int, weights: str, draws: int, seed: int) -> tuple[Floats, str, bool]:
    kind = weights if weights != "auto" else ("webb" if n_clusters <= MOST_WEBB else "rademacher")
    values = np.array([-1.0, 1.0]) if kind == "rademacher" else np.concatenate([-WEBB, WEBB[::-1]])
    if len(values) ** n_clusters <= MOST_ENUMERATED:
        return np.array(list(product(values, repeat=n_clusters))), kind, True
    return np.random.default_rng(seed).choice(values, size=(draws, n_clusters)), kind, False


def _left_after(values: Floats, others: Floats) -> Floats:
    if not others.shape[1]:
        return values
    return values - others @ np.linalg.lstsq(others, values, rcond=1e-11)[0]


@dataclass(frozen=True)
class _Parts:
    """Cluster sums from which every draw's statistic follows, for the outcome and for the regressor (they add up)."""

    own_y: Floats
    own_x: Floats
    drawn_y: Floats
    drawn_x: Floats
    scores_y: Floats
    scores_x: Floats

    @classmethod
    def of(cls, rows: _Rows, others: Floats, y: Floats, x: Floats, vectors: Floats) -> _Parts:
        inverse = np.linalg.pinv(others.T @ others, rcond=1e-11, hermitian=True)
        mine = np.stack([others[m].T @ x[m] for m in rows.members])
        found = []
        for values in (y, x):
            own = np.array([x[m] @ values[m] for m in rows.members])
            theirs = np.stack([others[m].T @ values[m] for m in rows.members])
            effect = np.diag(own) - mine @ inverse @ theirs.T
            found.append((own, vectors @ own, vectors @ effect.T))
        (own_y, drawn_y, scores_y), (own_x, drawn_x, scores_x) = found
        return cls(own_y, own_x, drawn_y, drawn_x, scores_y, scores_x)

    def statistics(self, null: float, spread: float) -> Floats:
        """t of every draw when the residuals are those under `null`."""
        slopes = (self.drawn_y - null * self.drawn_x) / spread
        scores = self.scores_y - null * self.scores_x - slopes[:, None] * self.own_x
        size = np.sqrt((scores**2).sum(axis=1)) / spread
        return np.where(size > 1e-14, slopes / np.where(size > 1e-14, size, 1.0), np.copysign(np.inf, slopes))
