"""Units that differ by more than chance: how much (phi), with what variance (tau2), and limits that allow for it.

A scale is where values are compared: there the error of a unit is its own, and the variance between units is added to
it. The limits always come back on the scale of numerator / denominator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import scipy

from indicators.spc.ragged import Bools, Floats
from indicators.words import Words


@dataclass(frozen=True, slots=True)
class Scale:
    """Where units are compared. All functions take and give arrays of shape (n_units,).

    `observed` of numerator and denominator, `of_target` of the target; `error` is the standard error of a unit, for its
    z and its weight in tau2; `spread` the standard error at the target by denominator, for the limits; `back` undoes
    the scale and never leaves what the value can be.
    """

    code: str
    observed: Callable[[Floats, Floats], Floats]
    of_target: Callable[[float], float]
    error: Callable[[Floats, Floats, float], Floats]
    spread: Callable[[Floats, float], Floats]
    back: Callable[[Floats], Floats]


def _half_root(n: Floats, target: float) -> Floats:
    return 1 / (2 * np.sqrt(n))


def _log(values: Floats) -> Floats:
    with np.errstate(divide="ignore"):  # no event at all: minus infinity, which `estimate` knows how to take
        return np.log(values)


def _exp(y: Floats) -> Floats:
    with np.errstate(over="ignore"):  # a limit beyond all numbers is infinite: nothing lies outside it
        return np.exp(y)


ARCSINE = Scale(
    code="arcsine",
    observed=lambda x, n: np.arcsin(np.sqrt(x / n)),
    of_target=lambda target: float(np.arcsin(np.sqrt(target))),
    error=lambda x, n, target: _half_root(n, target),
    spread=_half_root,
    back=lambda y: np.sin(np.clip(y, 0.0, np.pi / 2)) ** 2,
)

SQUARE_ROOT = Scale(
    code="square_root",
    observed=lambda x, n: np.sqrt(x / n),
    of_target=lambda target: float(np.sqrt(target)),
    error=lambda x, n, target: _half_root(n, target),
    spread=_half_root,
    back=lambda y: np.maximum(y, 0.0) ** 2,
)

LOG = Scale(
    code="log",
    observed=lambda x, n: _log(x / n),
    of_target=lambda target: float(np.log(target)),
    error=lambda x, n, target: 1 / np.sqrt(target * n),
    spread=lambda n, target: 1 / np.sqrt(target * n),
    back=_exp,
)

LOG_OF_TWO_COUNTS = Scale(
    # Numerator and denominator are both counted with error, and half an event is added to each. As published, the error
    # of a unit without events is next to nothing, so one such unit makes phi enormous: use cqc where some have none.
    code="log_of_two_counts",
    observed=lambda x, n: np.log((x + 0.5) / (n + 0.5)),
    of_target=lambda target: float(np.log(target)),
    error=lambda x, n, target: np.sqrt(x / (x + 0.5) ** 2 + n / (n + 0.5) ** 2),
    spread=lambda n, target: np.sqrt(1 / (target * n) + 1 / n),
    back=_exp,
)

LOG_WITH_HALF_ROOT = Scale(
    # As FunnelPlotR has it: z from two counts, limits from 1 / (2 sqrt n), which is the error of a square root.
    code="log_with_half_root",
    observed=LOG_OF_TWO_COUNTS.observed,
    of_target=LOG_OF_TWO_COUNTS.of_target,
    error=LOG_OF_TWO_COUNTS.error,
    spread=_half_root,
    back=_exp,
)


class Trimming(StrEnum):
    """What becomes of the most extreme z before the dispersion is estimated."""

    DROP = "drop"
    WINSORISE = "winsorise"


@dataclass(frozen=True, slots=True)
class Form:
    """A published way of allowing for over-dispersion: its scale by kind, and what it does with extreme units."""

    code: str
    name: Words
    scales: Mapping[str, Scale]
    trimming: Trimming
    rounds_expected: bool = False
    reference: str = ""


FORMS: dict[str, Form] = {
    form.code: form
    for form in (
        Form(
            code="cqc",
            name=Words("CQC's form", "CQC's form"),
            scales={"proportion": ARCSINE, "ratio": SQUARE_ROOT, "standardised": SQUARE_ROOT},
            trimming=Trimming.WINSORISE,
            reference="Spiegelhalter et al., Statistical methods for healthcare regulation, JRSS A 2012;175:1-47",
        ),
        Form(
            code="shmi",
            name=Words("SHMI's form", "SHMI's form"),
            scales={"proportion": ARCSINE, "ratio": LOG, "standardised": LOG},
            trimming=Trimming.DROP,
            rounds_expected=True,
            reference="NHS Digital, Summary Hospital-level Mortality Indicator, methodology, over-dispersion",
        ),
        Form(
            code="two_counts",
            name=Words("to tællinger", "two counts"),
            scales={"ratio": LOG_OF_TWO_COUNTS},
            trimming=Trimming.WINSORISE,
            reference="Spiegelhalter, Statistics in Medicine 2005;24:1185-1202, ratio of two counts",
        ),
        Form(
            code="funnelplotr",
            name=Words("FunnelPlotRs form", "FunnelPlotR's form"),
            scales={"proportion": ARCSINE, "ratio": LOG_WITH_HALF_ROOT},
            trimming=Trimming.WINSORISE,
            reference="FunnelPlotR 0.6.0",
        ),
    )
}
"""The first is the one whose phi is reported where no adjustment is asked for."""


class Adjustment(StrEnum):
    """What became of the over-dispersion."""

    NOT_ASKED = "not_asked"
    MADE = "made"
    NOT_NEEDED = "not_needed"
    NOT_POSSIBLE = "not_possible"


@dataclass(frozen=True, slots=True)
class Dispersion:
    """How much units differ. `phi` and `tau2` are NaN where they cannot be estimated; `n` units they rest on."""

    z_trimmed: Floats
    is_trimmed: Bools
    n: int
    phi: float
    tau2: float

    @property
    def is_estimated(self) -> bool:
        return bool(np.isfinite(self.phi) and np.isfinite(self.tau2))

    @property
    def is_beyond_chance(self) -> bool:
        """Whether n phi is above the 95 % point of chi-square with n degrees of freedom, its law without any excess."""
        return self.is_estimated and self.n * self.phi > float(scipy.stats.chi2.ppf(0.95, self.n))


def estimate(z: Floats, error: Floats, trimming: Trimming, trim: float) -> Dispersion:
    """Phi and tau2 of units with a z each.

    Parameters
    ----------
    z, error : ndarray of float, shape (n_units,)
        Distance from the target in standard errors, and the standard error. z may be -inf (no event, on a logarithm).
    trimming : Trimming
    trim : float
        The share at each end that is dropped or winsorised, from 0 up to but not including one half.

    Notes
    -----
    Drop: unit of rank r among N is left out when floor(r k / (N + 1)) is 0 or at least k - 1, k = 1 / trim, ties
    sharing their mean rank. Winsorise: z is pulled in to its trim and 1 - trim quantiles (type 7). Over the n units
    left, with weights w = 1 / error^2 and phi = mean(z^2),

        tau2 = max(0, (n phi - (n - 1)) / (sum w - sum w^2 / sum w))

    the method of moments of DerSimonian and Laird. It takes two units: with one there is nothing between units.

    References
    ----------
    Spiegelhalter, Handling over-dispersion of performance indicators, Qual Saf Health Care 2005;14:347-351.
    DerSimonian, Laird, Meta-analysis in clinical trials, Controlled Clinical Trials 1986;7:177-188.

    Examples
    --------
    >>> found = estimate(np.array([-3.0, -1.0, 0.0, 1.0, 3.0]), np.full(5, 0.1), Trimming.WINSORISE, 0.1)
    >>> found.z_trimmed.round(2).tolist(), round(found.phi, 3), round(found.tau2, 5)
    ([-2.2, -1.0, 0.0, 1.0, 2.2], 2.336, 0.0192)
    """
    trimmed, is_trimmed = _TRIMMINGS[trimming](z, trim)
    kept = ~np.isnan(trimmed)
    n = int(kept.sum())
    if n < 2 or not np.isfinite(trimmed[kept]).all():
        return Dispersion(trimmed, is_trimmed, n, np.nan, np.nan)
    phi = float(np.sum(trimmed[kept] ** 2) / n)
    weight = 1 / error[kept] ** 2
    between = float(np.sum(weight) - np.sum(weight**2) / np.sum(weight))
    return Dispersion(trimmed, is_trimmed, n, phi, max(0.0, (n * phi - (n - 1)) / between))


def _drop(z: Floats, trim: float) -> tuple[Floats, Bools]:
    if trim == 0:
        return z.copy(), np.zeros(len(z), dtype=bool)
    groups = 1 / trim
    group = np.floor(scipy.stats.rankdata(z) * groups / (len(z) + 1))
    dropped = (group < 1) | (group >= groups - 1)
    return np.where(dropped, np.nan, z), dropped


def _winsorise(z: Floats, trim: float) -> tuple[Floats, Bools]:
    if trim == 0 or not len(z):
        return z.copy(), np.zeros(len(z), dtype=bool)
    low, high = _quantile(z, trim), _quantile(z, 1 - trim)
    return np.clip(z, low, high), ~((z > low) & (z < high))


def _quantile(z: Floats, share: float) -> float:
    """Type 7, with a position that misses a whole number by rounding alone taken as that number."""
    values, place = np.sort(z), (len(z) - 1) * share
    below = int(np.floor(place + 1e-12))
    over = place - below
    if over < 1e-12:
        return float(values[below])
    return float((1 - over) * values[below] + over * values[below + 1])


_TRIMMINGS: dict[Trimming, Callable[[Floats, float], tuple[Floats, Bools]]] = {
    Trimming.DROP: _drop,
    Trimming.WINSORISE: _winsorise,
}


def limits(scale: Scale, n: Floats, target: float, tau2: float, quantile: float) -> tuple[Floats, Floats]:
    """Limits that allow for variance tau2 between units: back(target +- quantile sqrt(spread^2 + tau2)).

    On the square root scale the limits are squared back, so that they stand on the scale of the ratio.

    Examples
    --------
    >>> [float(limit.round(3)[0]) for limit in limits(SQUARE_ROOT, np.array([100.0]), 1.0, 0.0, 1.96)]
    [0.814, 1.206]
    """
    centre, width = scale.of_target(target), quantile * np.sqrt(scale.spread(n, target) ** 2 + tau2)
    return scale.back(centre - width), scale.back(centre + width)
