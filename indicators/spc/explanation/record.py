"""What an explanation is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from indicators.words import Words


@dataclass(frozen=True, slots=True)
class Explanation:
    """The words of one chart, in one language.

    Attributes
    ----------
    finding : str
        The title of the chart: what it shows, without a full stop.
    observation : tuple of str
        What is seen: first the finding with its figures, then the latest value with what is open, missing or left out,
        then the other signals.
    meaning : tuple of str
        What that means, and what it means for the target.
    rule : tuple of str
        Each rule that gave a signal in plain words with its arithmetic, the leading one first; or the rules that gave
        none; or why none was asked. Then why there are no limits, where there are none.
    certainty : tuple of str
        How often chance alone gives such a signal, and the cautions.
    action : tuple of str
        What to do now.
    alt : str
        The chart for somebody who cannot see it.

    Every tuple holds paragraphs, the most important first.
    """

    finding: str
    observation: tuple[str, ...]
    meaning: tuple[str, ...]
    rule: tuple[str, ...]
    certainty: tuple[str, ...]
    action: tuple[str, ...]
    alt: str

    @property
    def text(self) -> str:
        """Everything as paragraphs, the finding first: for a mail or a printed page."""
        parts = (self.observation, self.meaning, self.rule, self.certainty, self.action)
        return "\n".join([self.finding + ".", *(" ".join(part) for part in parts)])


class _Told(Protocol):
    @property
    def observation(self) -> Words: ...
    @property
    def certainty(self) -> Words: ...
    @property
    def what_to_do(self) -> Words: ...


class Proposal(Protocol):
    """What the phase adviser hands over."""

    @property
    def is_proposed(self) -> bool: ...
    @property
    def explanation(self) -> _Told: ...
