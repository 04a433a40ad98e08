"""Which values a funnel compares, and how its unadjusted limits are found: one record each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import scipy

from indicators.spc.displays.funnel import exact
from indicators.spc.errors import InputError
from indicators.spc.ragged import Floats
from indicators.words import Words


@dataclass(frozen=True, slots=True)
class Kind:
    """What numerator over denominator is. `target` is the one used where none is given; None: pooled over the units."""

    code: str
    name: Words
    use: Words
    denominator: Words
    maximum: float
    target: float | None = None
    is_expected: bool = False


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            code="proportion",
            name=Words("andel", "proportion"),
            use=Words(
                "Hvor mange af så mange: genindlagte af udskrevne.", "How many of how many: readmitted of discharged."
            ),
            denominator=Words("antal", "number"),
            maximum=1.0,
        ),
        Kind(
            code="ratio",
            name=Words("rate", "ratio of counts"),
            use=Words(
                "Hændelser i forhold til et andet tal: infektioner pr. sengedage.",
                "Events against another count: infections per bed days.",
            ),
            denominator=Words("omfang", "exposure"),
            maximum=np.inf,
        ),
        Kind(
            code="standardised",
            name=Words("standardiseret ratio", "standardised ratio"),
            use=Words(
                "Observerede hændelser i forhold til de forventede efter patientsammensætningen.",
                "Observed events against those expected from the case mix.",
            ),
            denominator=Words("forventet", "expected"),
            maximum=np.inf,
            target=1.0,
            is_expected=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Level:
    """A share of units that chance keeps inside. `rounded` is the normal quantile as FunnelPlotR writes it."""

    percent: float
    column: str
    rounded: float

    @property
    def tail(self) -> float:
        return round((100 - self.percent) / 200, 6)

    @property
    def exact(self) -> float:
        return float(scipy.stats.norm.isf(self.tail))


LEVELS: dict[float, Level] = {
    level.percent: level for level in (Level(95.0, "95", 1.959964), Level(99.8, "998", 3.090232))
}

Unadjusted = Callable[[Floats, float, float, float], tuple[Floats, Floats]]
"""(denominators, target, tail, normal quantile of the tail) to lower and upper limits, before multiplication."""


@dataclass(frozen=True, slots=True)
class Method:
    """How unadjusted limits are found, by code of the kind.

    `judges_by_formula`: adjusted limits decide as soon as they are asked for, also without over-dispersion and where
    they lie inside the unadjusted ones, as FunnelPlotR does it. `needs_whole`: numerators and denominators of a
    proportion must be whole numbers.
    """

    code: str
    name: Words
    limits: Mapping[str, Unadjusted]
    judges_by_formula: bool = False
    needs_whole: bool = False
    reference: str = ""


def _by_tail(function: Callable[[Floats, float, float], tuple[Floats, Floats]]) -> Unadjusted:
    return lambda n, target, tail, z: function(n, target, tail)


def _normal_proportion(n: Floats, target: float, tail: float, z: float) -> tuple[Floats, Floats]:
    width = z * np.sqrt(target * (1 - target) / n)
    return np.maximum(target - width, 0.0), np.minimum(target + width, 1.0)


def _normal_ratio(n: Floats, target: float, tail: float, z: float) -> tuple[Floats, Floats]:
    width = z * np.sqrt(target / n)
    return np.maximum(target - width, 0.0), target + width


def _wilson(n: Floats, target: float, tail: float, z: float) -> tuple[Floats, Floats]:
    middle = target + z**2 / (2 * n)
    width = z * np.sqrt(target * (1 - target) / n + z**2 / (4 * n**2))
    return np.maximum((middle - width) / (1 + z**2 / n), 0.0), np.minimum((middle + width) / (1 + z**2 / n), 1.0)


def _arcsine(n: Floats, target: float, tail: float, z: float) -> tuple[Floats, Floats]:
    # The angle is kept where sine rises: beyond it the square would come back down and the funnel would narrow again.
    angle, width = np.arcsin(np.sqrt(target)), z / (2 * np.sqrt(n))
    return np.sin(np.maximum(angle - width, 0.0)) ** 2, np.sin(np.minimum(angle + width, np.pi / 2)) ** 2


def _log_of_half_root(n: Floats, target: float, tail: float, z: float) -> tuple[Floats, Floats]:
    # FunnelPlotR puts the standard error of a square root, 1 / (2 sqrt n), on the logarithm. Offered to compare.
    width = z / (2 * np.sqrt(n))
    return target * np.exp(-width), target * np.exp(width)


METHODS: dict[str, Method] = {
    method.code: method
    for method in (
        Method(
            code="exact",
            name=Words("eksakte grænser (binomial/Poisson)", "exact limits (binomial/Poisson)"),
            limits={
                "proportion": _by_tail(exact.binomial),
                "ratio": _by_tail(exact.poisson),
                "standardised": _by_tail(exact.poisson),
            },
        ),
        Method(
            code="quantile",
            name=Words("eksakte grænser i trin", "exact limits in steps"),
            limits={
                "proportion": _by_tail(exact.binomial_steps),
                "ratio": _by_tail(exact.poisson_steps),
                "standardised": _by_tail(exact.poisson_steps),
            },
            needs_whole=True,
        ),
        Method(
            code="interpolated",
            name=Words("interpolerede eksakte grænser", "interpolated exact limits"),
            limits={
                "proportion": _by_tail(exact.binomial_interpolated),
                "ratio": _by_tail(exact.poisson_interpolated),
                "standardised": _by_tail(exact.poisson_interpolated),
            },
            needs_whole=True,
            reference="Spiegelhalter, Statistics in Medicine 2005;24:1185-1202, appendix A.1",
        ),
        Method(
            code="normal",
            name=Words("normalfordelte grænser", "normal limits"),
            limits={"proportion": _normal_proportion, "ratio": _normal_ratio, "standardised": _normal_ratio},
        ),
        Method(
            code="wilson",
            name=Words("Wilsons grænser", "Wilson limits"),
            limits={"proportion": _wilson},
            reference="Wilson, Journal of the American Statistical Association 1927;22:209-212",
        ),
        Method(
            code="funnelplotr",
            name=Words("FunnelPlotRs grænser", "FunnelPlotR's limits"),
            limits={
                "proportion": _arcsine,
                "ratio": _log_of_half_root,
                "standardised": _by_tail(exact.poisson_chi_square),
            },
            judges_by_formula=True,
            reference="FunnelPlotR 0.6.0",
        ),
    )
}


def chosen(code: str, records: Mapping[str, object], code_of_error: str, da: str, en: str) -> None:
    """Refuse a code that is not among the records, and name those there are."""
    if code not in records:
        known = ", ".join(records)
        raise InputError(
            code_of_error,
            Words(f"ukendt {da}: {code!r}. Vælg en af: {known}.", f"unknown {en}: {code!r}. Choose one of: {known}."),
        )
