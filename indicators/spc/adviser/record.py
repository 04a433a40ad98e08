"""What the adviser gives back: a proposal with its evidence, never a decision."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from indicators.words import Words


class Caution(StrEnum):
    """What else could explain what was found; test `Caution.TREND in advice.cautions`, never a sentence."""

    AUTOCORRELATION = "autocorrelation"
    TREND = "trend"
    OUTLIER = "outlier"
    SEASON = "season"
    SEASON_UNKNOWN = "season_unknown"
    OVERDISPERSION = "overdispersion"
    BEYOND_TABLES = "beyond_tables"


class NoProposal(StrEnum):
    """Why nothing is proposed; NONE where something is."""

    NONE = ""
    NO_EVIDENCE = "no_evidence"
    TOO_FEW = "too_few"
    NO_VARIATION = "no_variation"
    MOSTLY_ALIKE = "mostly_alike"
    NO_ORDER = "no_order"
    DEPENDENT_POINTS = "dependent_points"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of level that is proposed.

    `row` counts the points from 0 as `SpcResult.points` does, `position` from 1 as `analyse(phases=...)` does, `x` is
    the point's own: the first point of the new level. `first_row` and `last_row` bound where the new level may have
    begun (about 95 %), `first_x` and `last_x` say it in x. `before` and `after` are levels in the unit of the chart,
    over the values of the neighbouring stretches; `size` is their difference and `size_in_sd` the same in standard
    deviations of the values about their levels. Both are a little too large on average, because the largest
    difference was searched for (48 months: 1.2 where it is 1.0, 1.56 where it is 1.5, exact from 2.0). `statistic` is
    the log of the likelihood ratio, `p_value` the share of series without change whose largest is as large.
    """

    row: int
    position: int
    x: object
    first_row: int
    last_row: int
    first_x: object
    last_x: object
    before: float
    after: float
    size: float
    size_in_sd: float
    n_before: int
    n_after: int
    statistic: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Observation, certainty and what to do, each in Danish and English."""

    observation: Words
    certainty: Words
    what_to_do: Words

    def say(self, language: str) -> str:
        """The three as one paragraph."""
        return " ".join(
            part for part in (w.say(language) for w in (self.observation, self.certainty, self.what_to_do)) if part
        )


@dataclass(frozen=True, slots=True)
class Advice:
    """What the adviser says about the current phase of one series. It changes nothing.

    Attributes
    ----------
    is_proposed : bool
        Whether a new phase is proposed.
    changes : tuple of Change
        The strongest first; empty where nothing is proposed.
    reason : NoProposal
        Why nothing is.
    p_value, statistic : float
        The evidence for the strongest change, proposed or not; NaN where there was nothing to judge.
    alpha : float
        What a p-value must not exceed for a proposal: the share of series of independent noise with a false one.
    false_alarm_rate : float
        That share for noise of this length and of the autocorrelation that was found (never below alpha).
    autocorrelation : float
        Between neighbouring points, estimated together with the change: posterior mean.
    dispersion : float
        Proportions and rates: variance about the levels over what the counts alone would give. NaN otherwise.
    cautions : tuple of Caution
        What else could explain it.
    n_values, minimum_segment : int
        Values judged, and the fewest that a phase may have.
    explanation : Explanation
        The same in words.
    """

    is_proposed: bool
    changes: tuple[Change, ...]
    reason: NoProposal
    p_value: float
    statistic: float
    alpha: float
    false_alarm_rate: float
    autocorrelation: float
    dispersion: float
    cautions: tuple[Caution, ...]
    n_values: int
    minimum_segment: int
    explanation: Explanation

    @property
    def starts_at(self) -> object:
        """x of the first point of the proposed phase, the strongest one; None where nothing is proposed."""
        return self.changes[0].x if self.changes else None

    def say(self, language: str = "en") -> str:
        """The explanation as one paragraph."""
        return self.explanation.say(language)
