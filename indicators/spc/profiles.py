"""A profile is a named set of conventions, printed with every chart and stored with every signal."""

from __future__ import annotations

from dataclasses import dataclass

from indicators.spc import constants
from indicators.spc.errors import InputError
from indicators.words import Words


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything in which established systems disagree and a chart must choose.

    `moving_range_divisor` turns a mean moving range of two into a standard deviation; `screening_limit` is the
    multiple of the mean moving range from which a range is dropped; `minimum_useful` is the number of useful
    observations from which a signal is claimed; `tie_tolerance` is the share of a series' spread within which two
    numbers count as equal.
    """

    code: str
    name: Words
    reference: str
    moving_range_divisor: float = constants.D2_OF_TWO
    screening_limit: float = constants.D4_OF_TWO
    sigmas: float = constants.SIGMAS
    warning_sigmas: float = constants.WARNING_SIGMAS
    minimum_useful: int = constants.MINIMUM_USEFUL
    tie_tolerance: float = 1e-10


ANHOEJ = Profile(
    code="anhoej",
    name=Words("Anhøj og 3 sigma", "Anhøj and 3 sigma"),
    reference=(
        "Anhøj & Olesen, Run charts revisited, PLoS ONE 2014; Anhøj, Diagnostic value of run chart analysis, "
        "PLoS ONE 2015; limits as in qicharts2 0.8.1 attached"
    ),
)

PROFILES: dict[str, Profile] = {profile.code: profile for profile in (ANHOEJ,)}


def profile_of(code: str) -> Profile:
    """The profile called `code`; InputError lists the ones there are."""
    try:
        return PROFILES[code]
    except KeyError:
        known = ", ".join(PROFILES)
        raise InputError(
            "unknown_profile",
            Words(
                f"Profilen »{code}« findes ikke. Vælg en af: {known}.",
                f"There is no profile {code!r}. Choose one of: {known}.",
            ),
        ) from None
