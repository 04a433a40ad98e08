"""What the evaluators' library refuses, with a code and the reason in words.

ValueError
 └─ EvaluationError   the frame or the call cannot be analysed: a column, a value or a setting is wrong

A question that is well put and has no answer in the data (no comparison, no months before the start) is no error: the
result says `not_identified` with its reasons, and carries no figure.
"""

from __future__ import annotations

from dataclasses import dataclass

from indicators.words import Words


class EvaluationError(ValueError):
    """Input that cannot be analysed; `.code` says why, `.words` in both languages what to do.

    Examples
    --------
    >>> raise EvaluationError("no_column", Words("Kolonnen »start« mangler.", "The column 'start' is missing."))
    Traceback (most recent call last):
    ...
    indicators.evaluation.errors.EvaluationError: The column 'start' is missing.
    """

    def __init__(self, code: str, words: Words) -> None:
        self.code = code
        self.words = words
        super().__init__(words.say("en"))


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader must know about an analysis: a loss, a switch, a limit of what can be said.

    `count` is how many units, months or cells it concerns (0: it concerns the whole analysis).
    """

    code: str
    words: Words
    count: int = 0
