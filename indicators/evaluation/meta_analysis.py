"""Random-effects meta-analysis: the average of the units' effects, and how much they differ.

Two stages: each unit (or trial) gives an effect and its standard error; here they are taken together. `tau2` is the
variance of the true effects between units. Formulas: Viechtbauer, J Stat Softw 2010;36(3) and the papers named at each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, stats

from indicators.evaluation.errors import EvaluationError, Note
from indicators.evaluation.estimate import FIELDS, estimated
from indicators.words import Words

Array = npt.NDArray[np.float64]

METHODS = {
    "reml": Words("restringeret maximum likelihood", "restricted maximum likelihood"),
    "dl": Words("DerSimonian-Laird", "DerSimonian-Laird"),
    "pm": Words("Paule-Mandel", "Paule-Mandel"),
    "ml": Words("maximum likelihood", "maximum likelihood"),
    "he": Words("Hedges", "Hedges"),
    "sj": Words("Sidik-Jonkman", "Sidik-Jonkman"),
    "eb": Words("empirisk Bayes", "empirical Bayes"),
    "fixed": Words("fælles effekt", "common effect"),
}
"""How tau2 is estimated. `eb` and `pm` have the same root and differ in nothing here; `fixed` sets tau2 to 0."""

INTERVALS = ("hartung-knapp", "wald")

FEW = 5
"""Below so many units the variance between them is hardly known (IntHout 2014; Cochrane Handbook 10.10.4)."""


@dataclass(frozen=True, slots=True)
class MetaAnalysis:
    """What `meta_analysis` gives. Effects are in the units they came in.

    overall : Series estimate, se, ci_low, ci_high, p_value, df. The average effect; with moderators the first
        coefficient (the intercept).
    heterogeneity : Series tau2, tau2_se, tau2_low, tau2_high (Q-profile), tau, q, q_df, q_p_value, i2, i2_low, i2_high
        (proportions), h2, and for moderators qm, qm_df, qm_p_value, r2 (proportion of tau2 explained).
    prediction : DataFrame, rows `hts` (t with k - 2 degrees of freedom) and `as_interval` (the distribution of the
        interval: t with k - 1 under Hartung-Knapp, else normal); columns estimate, se, ci_low, ci_high, df. Where the
        effect of a new unit is expected. Missing for a common effect and with moderators.
    effects : DataFrame, one row per unit given, index its label: estimate, se, ci_low, ci_high, weight (sums to 1),
        shrunken, shrunken_se, shrunken_low, shrunken_high. Missing figures for a unit that was left out.
    leave_one_out : DataFrame, index the label left out: estimate, se, ci_low, ci_high, p_value, df, tau2. Empty with
        moderators or fewer than three units.
    small_study : Series estimate, se, ci_low, ci_high, p_value, df, t: Egger's regression of the effect on its standard
        error.
    coefficients : DataFrame, index term, the fields of an estimate: one row (intercept) without moderators.
    k : units used. notes : what a reader must know.
    """

    overall: pd.Series
    heterogeneity: pd.Series
    prediction: pd.DataFrame
    effects: pd.DataFrame
    leave_one_out: pd.DataFrame
    small_study: pd.Series
    coefficients: pd.DataFrame
    k: int
    method: str
    interval: str
    notes: tuple[Note, ...]

    @property
    def tau2(self) -> float:
        """Variance of the true effects between units."""
        return float(self.heterogeneity["tau2"])


def meta_analysis(
    estimates: npt.ArrayLike,
    standard_errors: npt.ArrayLike,
    method: str = "reml",
    interval: str = "hartung-knapp",
    *,
    labels: Sequence[object] | None = None,
    moderators: pd.DataFrame | pd.Series | None = None,
    at_least_wald: bool = False,
    level: float = 0.95,
) -> MetaAnalysis:
    """The average of the units' effects with its interval, and how much the units differ.

    Parameters
    ----------
    estimates, standard_errors : array or Series of float, shape (n_units,)
        Effects on a scale where they can be averaged (differences, log ratios). A unit without a positive, finite
        standard error is left out and counted in the notes.
    method : one of `METHODS`. interval : one of `INTERVALS`.
    labels : names of the units; else the index of `estimates`, else 0, 1, ...
    moderators : one row per unit. A column of numbers is a slope, any other is a set of groups (first = reference).
    at_least_wald : with Hartung-Knapp, never a smaller standard error than Wald's (the ad hoc factor max(1, q) of
        Knapp and Hartung 2003). Default off, as in metafor; the notes say when it would matter.
    level : of all intervals.

    Returns
    -------
    MetaAnalysis
        Missing figures, with a note, where the data hold no answer: no usable unit, a prediction interval from two
        units, a Hartung-Knapp interval where all effects are equal. One unit gives its own effect, with a note.

    Raises
    ------
    EvaluationError
        Lengths that differ, a negative standard error, an unknown method or interval, moderators that cannot be used.

    Notes
    -----
    mu = sum(w y) / sum(w), w = 1 / (se^2 + tau2). Wald: SE^2 = 1 / sum(w), normal. Hartung-Knapp: SE^2 =
    q / sum(w), q = sum(w (y - mu)^2) / (k - 1), t with k - 1. Tau2 and its limits are found to the root of their
    equations (relative error below 1e-10). metafor by default stops within 1.2e-4 of the root (`pm`, Q-profile) or at
    a step below 1e-5 (`reml`, `ml`, `eb`), which shows where tau2 is of that size itself.
    Shrunken effects: l y + (1 - l) mu, l = tau2 / (tau2 + se^2), variance l se^2 + (1 - l)^2 SE^2.

    References
    ----------
    DerSimonian and Laird 1986; Paule and Mandel 1982; Hedges and Olkin 1985; Sidik and Jonkman 2005; Hartung and Knapp
    2001; Higgins, Thompson and Spiegelhalter 2009 (prediction); Viechtbauer 2007 (Q-profile); Higgins and Thompson 2002
    (I2); Raudenbush and Bryk 1985 (shrunken effects); Egger 1997.

    Examples
    --------
    >>> result = meta_analysis([0.10, 0.30, 0.35, 0.60], [0.10, 0.08, 0.12, 0.15])
    >>> result.overall.round(3).to_dict()
    {'estimate': 0.316, 'se': 0.097, 'ci_low': 0.006, 'ci_high': 0.626, 'p_value': 0.048, 'df': 3.0}
    >>> float(result.heterogeneity["tau2"].round(4))
    0.0225
    """
    _known(method, tuple(METHODS), "unknown_method", "Metoden", "method")
    _known(interval, INTERVALS, "unknown_interval", "Intervallet", "interval")
    y_all, se_all, names = _input(estimates, standard_errors, labels)
    used = np.isfinite(y_all) & np.isfinite(se_all) & (se_all > 0)
    notes: list[Note] = []
    if not used.all():
        notes.append(_left_out(int((~used).sum())))
    x_all, terms = _design(moderators, used)
    y, v, x = y_all[used], se_all[used] ** 2, x_all[used]
    k, p = x.shape
    if k == 0 or k < p or (p > 1 and np.linalg.matrix_rank(x) < p):
        notes.append(_nothing(k))
        return _empty(y_all, se_all, names, k, method, interval, terms, tuple(notes), level)

    tau2 = tau2_of(y, v, x, method)
    fit = pooled(y, v, x, tau2)
    wald_se = np.sqrt(np.diag(fit.covariance))
    knapp = interval == "hartung-knapp" and k > p
    scale = 1.0
    if knapp:
        scale = fit.q / (k - p)
        # Effects equal to the last bit leave rounding behind, which is no spread.
        if scale < 1e-20:
            scale = 0.0
        if scale < 1:
            notes.append(_narrower(np.sqrt(scale), at_least_wald))
        if at_least_wald:
            scale = max(1.0, scale)
    df = float(k - p) if knapp else np.inf
    se = wald_se * np.sqrt(scale)
    coefficients = pd.DataFrame(
        [estimated(b, s, df, level=level) for b, s in zip(fit.beta, se, strict=True)],
        index=pd.Index(terms, name="term"),
    )
    overall = coefficients.iloc[0].rename(None)
    if interval == "hartung-knapp" and not knapp:
        notes.append(_one(k))
    elif k < FEW:
        notes.append(_few(k))
    if at_least_wald and knapp and method == "fixed" and fit.q > stats.chi2.ppf(0.95, k - p):
        notes.append(_not_common())

    random = method != "fixed" and p == 1
    prediction = _prediction(fit.beta[0], se[0], tau2, df, k, level, usable=random and k > p)
    return MetaAnalysis(
        overall=overall,
        heterogeneity=_heterogeneity(y, v, x, tau2, fit, scale, method, level),
        prediction=prediction,
        effects=_effects(y_all, se_all, used, x_all, fit, tau2, scale, df, names, level),
        leave_one_out=_leave_one_out(y, v, names[used], method, interval, at_least_wald, level, usable=p == 1),
        small_study=_egger(y, v, level),
        coefficients=coefficients,
        k=k,
        method=method,
        interval=interval,
        notes=tuple(notes),
    )


# --------------------------------------------------------------------------------------------- on arrays


@dataclass(frozen=True, slots=True)
class Pooled:
    """Weighted least squares with weights 1 / (v + tau2): beta (p,), covariance (p, p), q = weighted residual sum."""

    beta: Array
    covariance: Array
    q: float
    weights: Array


def pooled(y: Array, v: Array, x: Array, tau2: float) -> Pooled:
    """Effects `y` (k,) with variances `v` (k,) on the design `x` (k, p), for a given tau2.

    Examples
    --------
    >>> pooled(np.array([1.0, 3.0]), np.array([1.0, 1.0]), np.ones((2, 1)), 0.0).beta
    array([2.])
    """
    w = 1 / (v + tau2)
    if x.shape[1] == 1:
        wx = w * x[:, 0]
        information = float(wx @ x[:, 0])
        mean = float(wx @ y) / information
        return Pooled(np.array([mean]), np.array([[1 / information]]), float(w @ (y - x[:, 0] * mean) ** 2), w)
    # By QR: weights may differ by twenty powers of ten.
    root = np.sqrt(w)
    q, r = np.linalg.qr(x * root[:, None])
    inverse = np.linalg.pinv(r)
    covariance = inverse @ inverse.T
    beta = inverse @ (q.T @ (root * y))
    return Pooled(beta, np.asarray(covariance, dtype=float), float(w @ (y - x @ beta) ** 2), w)


def tau2_of(y: Array, v: Array, x: Array, method: str) -> float:
    """Variance between units by `method` (a key of `METHODS`), never below 0.

    Effects `y` (k,), sampling variances `v` (k,), design `x` (k, p). 0 where k = p.

    Examples
    --------
    >>> y, v = np.array([0.0, 1.0, 2.0]), np.full(3, 0.25)
    >>> round(tau2_of(y, v, np.ones((3, 1)), "dl"), 6)
    0.75
    """
    k, p = x.shape
    if method == "fixed" or k <= p:
        return 0.0
    if method == "dl":
        common = pooled(y, v, x, 0.0)
        trace = _trace(common, x)
        return max(0.0, (common.q - (k - p)) / trace) if trace > 0 else 0.0
    if method == "he":
        hat = np.linalg.pinv(x)
        left = 1 - (x * hat.T).sum(axis=1)
        return max(0.0, float((((y - x @ (hat @ y)) ** 2).sum() - left @ v) / (k - p)))
    if method == "sj":
        start = _spread(y)
        if start == 0:
            return 0.0
        return start * pooled(y, v, x, start).q / (k - p)
    if method in ("pm", "eb"):
        return _root_of_q(y, v, x, float(k - p))
    return _likelihood_root(y, v, x, restricted=method == "reml")


def _spread(y: Array) -> float:
    """Variance of the effects; 0 where they differ by no more than rounding."""
    return float(np.var(y)) if np.ptp(y) > 1e-12 * np.abs(y).max() else 0.0


def _projection(v: Array, x: Array, tau2: float) -> Array:
    """P = W - W X (X'WX)^-1 X'W."""
    fit = pooled(v, v, x, tau2)
    wx = x * fit.weights[:, None]
    return np.asarray(np.diag(fit.weights) - wx @ fit.covariance @ wx.T)


def _trace(fit: Pooled, x: Array) -> float:
    """The sum of the diagonal of P, without forming P."""
    w = fit.weights
    return float(w.sum() - (fit.covariance * ((x.T * w**2) @ x)).sum())


def _root_of_q(y: Array, v: Array, x: Array, target: float) -> float:
    """The tau2 at which the weighted residual sum of squares is `target`; 0 where it is below from the start."""

    def gap(tau2: float) -> float:
        return pooled(y, v, x, tau2).q - target

    if gap(0.0) <= 0:
        return 0.0
    upper = _upper(gap, float(np.var(y) + v.max()))
    return _brent(gap, 0.0, upper)


def _upper(gap: Callable[[float], float], start: float) -> float:
    """A tau2 beyond the root: doubled until the falling function is below 0."""
    upper = start
    while gap(upper) > 0:
        upper *= 4
    return upper


def _brent(function: Callable[[float], float], low: float, high: float) -> float:
    # The absolute tolerance follows the bracket: tau2 may be 1e-6 (risk differences) as well as 100.
    return float(optimize.brentq(function, low, high, xtol=high * 1e-15, rtol=1e-13, maxiter=500))


def _likelihood_root(y: Array, v: Array, x: Array, *, restricted: bool) -> float:
    """The tau2 of the highest (restricted) likelihood: a grid against several tops, then the root of the score."""

    def score(tau2: float) -> float:
        fit = pooled(y, v, x, tau2)
        py = fit.weights * (y - x @ fit.beta)
        return float(py @ py - (_trace(fit, x) if restricted else fit.weights.sum()))

    scale = float(np.var(y) + v.max())
    # Spread evenly on the logarithm, from a thousandth of the smallest variance to well beyond the effects' own.
    grid = np.concatenate([[0.0], np.geomspace(min(v.min(), scale) * 1e-3, scale * 100, 80)])
    values = _log_likelihood(y, v, x, grid, restricted=restricted)
    best = int(values.argmax())
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    if best == 0 and score(low) <= 0:
        return 0.0
    if score(low) > 0 > score(high):
        return _brent(score, low, high)
    return float(grid[best])


def _log_likelihood(y: Array, v: Array, x: Array, tau2: Array, *, restricted: bool) -> Array:
    """Profile log likelihood at each of `tau2` (g,), up to a constant; vectorised over the grid."""
    w = 1 / (v + tau2[:, None])
    information = np.einsum("gk,kp,kq->gpq", w, x, x)
    inverse = np.linalg.pinv(information, hermitian=True)
    beta = np.einsum("gpq,gk,kq->gp", inverse, w, x * y[:, None])
    residual = y - beta @ x.T
    value = 0.5 * np.log(w).sum(axis=1) - 0.5 * (w * residual**2).sum(axis=1)
    if restricted:
        value -= 0.5 * np.linalg.slogdet(information)[1]
    return np.asarray(value)


def _tau2_se(y: Array, v: Array, x: Array, tau2: float, method: str) -> float:
    """Standard error of tau2, as metafor gives it for each method (Viechtbauer 2005, J Educ Behav Stat 30:261)."""
    k, p = x.shape
    if k <= p or method == "fixed":
        return np.nan
    if method == "reml":
        projection = _projection(v, x, tau2)
        return float(np.sqrt(2 / (projection**2).sum()))
    if method == "ml":
        return float(np.sqrt(2 / ((v + tau2) ** -2).sum()))
    if method in ("pm", "eb"):
        return float(np.sqrt(2 * k**2 / (k - p)) / (1 / (v + tau2)).sum())
    if method == "dl":
        projection, factor = _projection(v, x, 0.0), 1.0
        divisor = max(float(np.trace(projection)), 1e-300)
    elif method == "he":
        projection, factor = np.eye(k) - x @ np.linalg.pinv(x), 1.0
        divisor = float(k - p)
    else:
        start = _spread(y)
        if start == 0:
            return np.nan
        projection, factor = _projection(v, x, start), start
        divisor = float(k - p)
    pv = projection * v
    variance = 2 * (pv * pv.T).sum() + 4 * tau2 * (pv * projection).sum() + 2 * tau2**2 * (projection**2).sum()
    return float(factor * np.sqrt(variance) / divisor)


# ----------------------------------------------------------------------------------------- parts of the result


def _heterogeneity(
    y: Array, v: Array, x: Array, tau2: float, fit: Pooled, scale: float, method: str, level: float
) -> pd.Series:
    k, p = x.shape
    q_df = k - p
    common = pooled(y, v, x, 0.0)
    tail = (1 - level) / 2
    low = high = typical = np.nan
    if q_df > 0:
        low = _root_of_q(y, v, x, float(stats.chi2.ppf(1 - tail, q_df)))
        high = _root_of_q(y, v, x, float(stats.chi2.ppf(tail, q_df)))
        trace = _trace(common, x)
        # One unit with hardly any uncertainty leaves nothing of the others' weights to count.
        typical = q_df / trace if trace > 0 else np.nan

    def i2(value: float) -> float:
        return value / (value + typical)

    if method == "fixed" and q_df > 0:
        # With a common effect there is no tau2: I2 and H2 come straight from Q (Higgins and Thompson 2002).
        h2 = common.q / q_df
        share = max(0.0, 1 - 1 / h2) if h2 > 0 else 0.0
    else:
        share, h2 = i2(tau2), tau2 / typical + 1
    values = {
        "tau2": tau2 if q_df > 0 or method == "fixed" else np.nan,
        "tau2_se": _tau2_se(y, v, x, tau2, method),
        "tau2_low": low,
        "tau2_high": high,
        "tau": np.sqrt(tau2) if q_df > 0 or method == "fixed" else np.nan,
        "q": common.q if q_df > 0 else np.nan,
        "q_df": float(q_df),
        "q_p_value": float(stats.chi2.sf(common.q, q_df)) if q_df > 0 else np.nan,
        "i2": share,
        "i2_low": i2(low),
        "i2_high": i2(high),
        "h2": h2,
    }
    if p > 1:
        rest = slice(1, None)
        covariance = fit.covariance[rest, rest] * scale
        qm = float(fit.beta[rest] @ np.linalg.pinv(covariance, hermitian=True) @ fit.beta[rest])
        plain = tau2_of(y, v, x[:, :1], method)
        values |= {
            "qm": qm,
            "qm_df": float(p - 1),
            "qm_p_value": float(stats.chi2.sf(qm, p - 1)),
            "r2": max(0.0, (plain - tau2) / plain) if plain > 0 else np.nan,
        }
    return pd.Series(values, dtype=float)


def _prediction(mu: float, se: float, tau2: float, df: float, k: int, level: float, *, usable: bool) -> pd.DataFrame:
    spread = float(np.sqrt(tau2 + se**2)) if usable else np.nan
    rows = {
        "hts": estimated(mu, spread, float(k - 2), level=level) if k > 2 else estimated(mu, np.nan),
        "as_interval": estimated(mu, spread, df, level=level),
    }
    table = pd.DataFrame(rows).T.drop(columns="p_value")
    table.index.name = "form"
    return table


def _effects(
    y: Array,
    se: Array,
    used: npt.NDArray[np.bool_],
    x: Array,
    fit: Pooled,
    tau2: float,
    scale: float,
    df: float,
    names: pd.Index,
    level: float,
) -> pd.DataFrame:
    """Raw and shrunken effects; the raw ones with normal intervals of their own standard errors."""
    half = float(stats.norm.ppf(0.5 + level / 2))
    v = np.where(used, se, np.nan) ** 2
    weight = np.full(len(y), np.nan)
    weight[used] = fit.weights / fit.weights.sum()
    share = tau2 / (tau2 + v)
    centre = x @ fit.beta
    leverage = np.einsum("kp,pq,kq->k", x, fit.covariance * scale, x)
    shrunken = share * y + (1 - share) * centre
    shrunken_se = np.sqrt(share * v + (1 - share) ** 2 * leverage)
    reach = float(stats.t.ppf(0.5 + level / 2, df)) * shrunken_se
    return pd.DataFrame(
        {
            "estimate": y,
            "se": np.sqrt(v),
            "ci_low": y - half * np.sqrt(v),
            "ci_high": y + half * np.sqrt(v),
            "weight": weight,
            "shrunken": shrunken,
            "shrunken_se": shrunken_se,
            "shrunken_low": shrunken - reach,
            "shrunken_high": shrunken + reach,
        },
        index=names,
    )


def _leave_one_out(
    y: Array,
    v: Array,
    names: pd.Index,
    method: str,
    interval: str,
    at_least_wald: bool,
    level: float,
    *,
    usable: bool,
) -> pd.DataFrame:
    columns = [*FIELDS, "tau2"]
    k = len(y)
    if not usable or k < 3:
        return pd.DataFrame(columns=columns, index=names[:0], dtype=float)
    ones = np.ones((k - 1, 1))
    rows = []
    for gone in range(k):
        keep = np.arange(k) != gone
        tau2 = tau2_of(y[keep], v[keep], ones, method)
        fit = pooled(y[keep], v[keep], ones, tau2)
        se, df = float(np.sqrt(fit.covariance[0, 0])), np.inf
        if interval == "hartung-knapp":
            scale = fit.q / (k - 2)
            se, df = se * float(np.sqrt(max(1.0, scale) if at_least_wald else scale)), float(k - 2)
        rows.append(estimated(fit.beta[0], se, df, level=level, tau2=tau2))
    return pd.DataFrame(rows, columns=columns, index=names)


def _egger(y: Array, v: Array, level: float) -> pd.Series:
    """Slope of the effect on its standard error, weighted by 1 / v, with a multiplicative dispersion: t with k - 2."""
    k = len(y)
    x = np.column_stack([np.ones(k), np.sqrt(v)])
    if k < 3 or np.ptp(v) <= 1e-12 * v.max():
        return estimated(np.nan, np.nan, level=level, t=np.nan)
    fit = pooled(y, v, x, 0.0)
    se = float(np.sqrt(fit.covariance[1, 1] * fit.q / (k - 2)))
    return estimated(fit.beta[1], se, float(k - 2), level=level, t=fit.beta[1] / se if se > 0 else np.nan)


def _empty(
    y: Array,
    se: Array,
    names: pd.Index,
    k: int,
    method: str,
    interval: str,
    terms: list[str],
    notes: tuple[Note, ...],
    level: float,
) -> MetaAnalysis:
    """Nothing to average: the same shapes, all missing."""
    nothing = estimated(np.nan, np.nan, level=level)
    prediction = pd.DataFrame({"hts": nothing, "as_interval": nothing}).T.drop(columns="p_value")
    prediction.index.name = "form"
    gone = ["weight", "shrunken", "shrunken_se", "shrunken_low", "shrunken_high"]
    effects = pd.DataFrame({"estimate": y, "se": se}, index=names).reindex(
        columns=["estimate", "se", "ci_low", "ci_high", *gone]
    )
    spread = ["tau2", "tau2_se", "tau2_low", "tau2_high", "tau", "q", "q_df", "q_p_value", "i2", "i2_low", "i2_high"]
    return MetaAnalysis(
        overall=nothing,
        heterogeneity=pd.Series(np.nan, index=[*spread, "h2"]),
        prediction=prediction,
        effects=effects.astype(float),
        leave_one_out=pd.DataFrame(columns=[*FIELDS, "tau2"], index=names[:0], dtype=float),
        small_study=estimated(np.nan, np.nan, level=level, t=np.nan),
        coefficients=pd.DataFrame([nothing] * len(terms), index=pd.Index(terms, name="term")),
        k=k,
        method=method,
        interval=interval,
        notes=notes,
    )


# ------------------------------------------------------------------------------------------------- input


def _known(value: str, allowed: Sequence[str], code: str, da: str, en: str) -> None:
    if value not in allowed:
        choices = ", ".join(allowed)
        raise EvaluationError(
            code,
            Words(
                f"{da} »{value}« findes ikke; vælg mellem {choices}.",
                f"There is no {en} '{value}'; choose one of {choices}.",
            ),
        )


def _input(
    estimates: npt.ArrayLike, standard_errors: npt.ArrayLike, labels: Sequence[object] | None
) -> tuple[Array, Array, pd.Index]:
    try:
        y = np.atleast_1d(np.asarray(estimates, dtype=float))
        se = np.atleast_1d(np.asarray(standard_errors, dtype=float))
    except (TypeError, ValueError) as error:
        raise EvaluationError(
            "not_numbers",
            Words("Effekter og standardfejl skal være tal.", "Effects and standard errors must be numbers."),
        ) from error
    if y.ndim != 1 or y.shape != se.shape or (labels is not None and len(labels) != len(y)):
        raise EvaluationError(
            "lengths_differ",
            Words(
                f"Der skal være én standardfejl og ét navn pr. effekt; der er {y.size} effekter og {se.size} "
                "standardfejl.",
                f"There must be one standard error and one label for each effect; there are {y.size} effects and "
                f"{se.size} standard errors.",
            ),
        )
    if (se < 0).any():
        place = int(np.flatnonzero(se < 0)[0]) + 1
        raise EvaluationError(
            "negative_se",
            Words(
                f"Effekt nummer {place} har en negativ standardfejl; ret den, eller lad den stå tom.",
                f"Effect number {place} has a negative standard error; mend it or leave it empty.",
            ),
        )
    if labels is not None:
        names = pd.Index(list(labels), name="label")
    elif isinstance(estimates, pd.Series):
        names = estimates.index.rename("label")
    else:
        names = pd.RangeIndex(len(y), name="label")
    return y, se, names


def _design(moderators: pd.DataFrame | pd.Series | None, used: npt.NDArray[np.bool_]) -> tuple[Array, list[str]]:
    k = len(used)
    if moderators is None:
        return np.ones((k, 1)), ["intercept"]
    table = moderators.to_frame() if isinstance(moderators, pd.Series) else pd.DataFrame(moderators)
    if len(table) != k or table[used].isna().any(axis=None):
        raise EvaluationError(
            "bad_moderators",
            Words(
                "Der skal være én række med forklarende oplysninger pr. effekt, og ingen tomme felter.",
                "There must be one row of moderators for each effect, and no empty fields.",
            ),
        )
    columns, terms = [np.ones(k)], ["intercept"]
    for name in table.columns:
        column = table[name].reset_index(drop=True)
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            columns.append(column.to_numpy(dtype=float))
            terms.append(str(name))
            continue
        groups = sorted(column[used].astype(str).unique())
        for group in groups[1:]:
            columns.append((column.astype(str) == group).to_numpy(dtype=float))
            terms.append(f"{name}: {group}")
    return np.nan_to_num(np.column_stack(columns)), terms


# ------------------------------------------------------------------------------------------------- words


def _left_out(count: int) -> Note:
    return Note(
        "no_standard_error",
        Words.by_count(
            count,
            Words(
                "1 enhed uden effekt eller med en standardfejl på 0 eller uden standardfejl indgår ikke.",
                "1 unit without an effect, or with a standard error that is missing or 0, is left out.",
            ),
            Words(
                f"{count} enheder uden effekt eller med en standardfejl på 0 eller uden standardfejl indgår ikke.",
                f"{count} units without an effect, or with a standard error that is missing or 0, are left out.",
            ),
        ),
        count,
    )


def _nothing(k: int) -> Note:
    return Note(
        "too_few_effects",
        Words(
            f"Der er {k} brugbare effekter, og det er for få til et gennemsnit.",
            f"There are {k} usable effects, too few for an average.",
        ),
        k,
    )


def _one(k: int) -> Note:
    return Note(
        "one_effect",
        Words(
            "Der er ikke flere effekter end størrelser, der skal skønnes. Forskellen mellem enheder kan ikke skønnes, "
            "og intervallet er enhedernes egen usikkerhed (normalfordelt).",
            "There are no more effects than quantities to estimate. How much units differ cannot be estimated, and "
            "the interval is the units' own uncertainty (normal).",
        ),
        k,
    )


def _few(k: int) -> Note:
    return Note(
        "few_effects",
        Words(
            f"Der er kun {k} enheder. Forskellen mellem enheder (tau²) er næsten ukendt, og intervallerne er brede.",
            f"There are only {k} units. The variance between units (tau²) is hardly known and the intervals are wide.",
        ),
        k,
    )


def _narrower(factor: float, widened: bool) -> Note:
    share = f"{factor:.2f}"
    if widened:
        return Note(
            "hartung_knapp_widened",
            Words(
                f"Hartung-Knapps standardfejl var {share.replace('.', ',')} gange Walds og er sat op til Walds.",
                f"The Hartung-Knapp standard error was {share} times Wald's and has been raised to Wald's.",
            ),
        )
    return Note(
        "hartung_knapp_narrower",
        Words(
            f"Hartung-Knapps standardfejl er {share.replace('.', ',')} gange Walds: effekterne ligger tættere, end "
            "deres egen usikkerhed tilsiger. Med at_least_wald bruges mindst Walds standardfejl.",
            f"The Hartung-Knapp standard error is {share} times Wald's: the effects lie closer together than their "
            "own uncertainty suggests. With at_least_wald the standard error is at least Wald's.",
        ),
    )


def _not_common() -> Note:
    return Note(
        "not_common",
        Words(
            "Effekterne er ikke ens (Q-test), så én fælles effekt beskriver dem dårligt.",
            "The effects are not the same (Q test), so one common effect describes them badly.",
        ),
    )
