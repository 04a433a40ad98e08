"""A profile is a named set of conventions, printed with every chart and stored with every signal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from indicators.spc import constants
from indicators.spc.errors import InputError
from indicators.spc.rules import (
    Alternating,
    Beyond,
    Monotone,
    OneSide,
    Outside,
    PointRule,
    Rule,
    Within,
    Without,
)
from indicators.words import Words


class Reading(StrEnum):
    """What the variation of a series is read from."""

    PHASE = "phase"  # any signal of the current phase
    LAST_POINT = "last_point"  # what the last point shows


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything in which established systems disagree and a chart must choose.

    `rules` flag points, the leading one first. `has_runs`: the runs rules of Anhøj are asked as well; they come before
    the others. `moving_range_divisor` turns a mean moving range of two into a standard deviation; `screening_limit`
    is the multiple of the mean moving range from which a range is dropped; `minimum_useful` is the number of useful
    observations from which a signal is claimed; `tie_tolerance` is the share of a series' spread within which two
    numbers count as equal. `is_strict`: a target equal to a limit is not yet passed;
    `assurance_points` latest points must hold a target that is called passed.
    """

    code: str
    name: Words
    reference: str
    rules: tuple[PointRule, ...]
    has_runs: bool = False
    reading: Reading = Reading.LAST_POINT
    is_strict: bool = False
    assurance_points: int = 12
    moving_range_divisor: float = constants.D2_OF_TWO
    screening_limit: float = constants.D4_OF_TWO
    sigmas: float = constants.SIGMAS
    warning_sigmas: float = constants.WARNING_SIGMAS
    minimum_useful: int = constants.MINIMUM_USEFUL
    tie_tolerance: float = 1e-10

    def with_lengths(
        self, *, shift: int | None = None, trend: int | None = None, two_of_three: str | None = None
    ) -> Profile:
        """This profile with other lengths, or the other reading of two-of-three ("classic" or "strict").

        Examples
        --------
        >>> MDC.with_lengths(shift=8, trend=6).code
        'mdc:shift=8,trend=6'
        """
        chosen = {Rule.SHIFT: shift, Rule.TREND: trend}
        rules = tuple(
            rule.with_length(length) if (length := chosen.get(rule.code)) is not None else rule for rule in self.rules
        )
        if two_of_three is not None:
            if two_of_three not in ("classic", "strict"):
                raise InputError(
                    "unknown_reading",
                    Words(
                        f"Læsningen »{two_of_three}« findes ikke. Vælg classic eller strict.",
                        f"There is no reading {two_of_three!r}. Choose classic or strict.",
                    ),
                )
            rules = tuple(
                replace(rule, pattern=replace(rule.pattern, is_strict=two_of_three == "strict"))
                if rule.code is Rule.TWO_OF_THREE
                else rule
                for rule in rules
            )
        asked = {**chosen, Rule.TWO_OF_THREE: two_of_three}
        for code, choice in asked.items():
            if choice is not None and not any(rule.code is code for rule in self.rules):
                raise InputError(
                    "rule_not_in_profile",
                    Words(
                        f"Profilen »{self.code}« har ikke reglen {code.value}.",
                        f"Profile {self.code!r} has no rule {code.value}.",
                    ),
                )
        named = {"shift": shift, "trend": trend, "two_of_three": two_of_three}
        suffix = ",".join(f"{name}={value}" for name, value in named.items() if value is not None)
        return replace(self, code=f"{self.code}:{suffix}", rules=rules) if suffix else self


_OUTSIDE = PointRule(Rule.OUTSIDE_LIMITS, Outside(), Words("3 sigma", "3 sigma"))

ANHOEJ = Profile(
    code="anhoej",
    name=Words("Anhøj og 3 sigma", "Anhøj and 3 sigma"),
    reference=(
        "Anhøj & Olesen, Run charts revisited, PLoS ONE 2014; Anhøj, Diagnostic value of run chart analysis, "
        "PLoS ONE 2015; limits as in qicharts2 0.8.1 attached"
    ),
    rules=(_OUTSIDE,),
    has_runs=True,
    reading=Reading.PHASE,
)

MDC = Profile(
    code="mdc",
    name=Words("Making Data Count", "Making Data Count"),
    reference="NHS England, Making Data Count; limits and rules as in NHSRplotthedots 0.2.2",
    rules=(
        _OUTSIDE,
        PointRule(Rule.TREND, Monotone(7), Words("syv i samme retning", "seven one way")),
        PointRule(
            Rule.TWO_OF_THREE,
            Beyond(2, 3, 2.0, is_strict=True),
            Words("to af tre nær en grænse", "two of three near a limit"),
        ),
        PointRule(Rule.SHIFT, OneSide(7), Words("syv på samme side", "seven one side")),
    ),
    is_strict=True,
    assurance_points=1,
    moving_range_divisor=constants.SIGMAS / constants.E2_ROUNDED,
)


def _numbered(system: str, rules: tuple[tuple[Rule, object], ...]) -> tuple[PointRule, ...]:
    return tuple(
        PointRule(code, pattern, Words(f"{system} {number}", f"{system} {number}"))
        for number, (code, pattern) in enumerate(rules, start=1)
    )


NELSON = Profile(
    code="nelson",
    name=Words("Nelsons otte regler", "Nelson's eight rules"),
    reference="Nelson, The Shewhart control chart: tests for special causes, Journal of Quality Technology 1984",
    rules=_numbered(
        "Nelson",
        (
            (Rule.OUTSIDE_LIMITS, Outside()),
            (Rule.SHIFT, OneSide(9)),
            (Rule.TREND, Monotone(6)),
            (Rule.ALTERNATING, Alternating(14)),
            (Rule.TWO_OF_THREE, Beyond(2, 3, 2.0)),
            (Rule.FOUR_OF_FIVE, Beyond(4, 5, 1.0)),
            (Rule.STRATIFICATION, Within(15, 1.0)),
            (Rule.MIXTURE, Without(8, 1.0)),
        ),
    ),
)

WESTERN_ELECTRIC = Profile(
    code="western_electric",
    name=Words("Western Electric", "Western Electric"),
    reference="Western Electric Company, Statistical Quality Control Handbook, 1956, four tests for instability",
    rules=_numbered(
        "Western Electric",
        (
            (Rule.OUTSIDE_LIMITS, Outside()),
            (Rule.TWO_OF_THREE, Beyond(2, 3, 2.0)),
            (Rule.FOUR_OF_FIVE, Beyond(4, 5, 1.0)),
            (Rule.SHIFT, OneSide(8)),
        ),
    ),
)

PROFILES: dict[str, Profile] = {profile.code: profile for profile in (ANHOEJ, MDC, NELSON, WESTERN_ELECTRIC)}


def profile_of(profile: str | Profile) -> Profile:
    """The profile called by a code, or the one handed over; InputError lists the ones there are.

    Examples
    --------
    >>> [rule.pattern for rule in profile_of("mdc:shift=8").rules if rule.code is Rule.SHIFT]
    [OneSide(length=8, sigmas=0.0, reach=1)]
    """
    if isinstance(profile, Profile):
        return profile
    code, _, lengths = str(profile).partition(":")
    try:
        if not lengths:
            return PROFILES[code]
        chosen = dict(each.split("=") for each in lengths.split(","))
        return PROFILES[code].with_lengths(
            two_of_three=chosen.pop("two_of_three", None),
            **{name: int(length) for name, length in chosen.items()},
        )
    except (KeyError, TypeError, ValueError) as problem:
        if isinstance(problem, InputError):
            raise
        known = ", ".join(PROFILES)
        raise InputError(
            "unknown_profile",
            Words(
                f"Profilen »{profile}« findes ikke. Vælg en af: {known}.",
                f"There is no profile {profile!r}. Choose one of: {known}.",
            ),
        ) from None
