"""What the library refuses, with the row and the mend.

ValueError
 └─ InputError   the data or the call cannot be charted; `.code` says why, `.row` where, `.words` in both languages
"""

from __future__ import annotations

from indicators.words import Words


class InputError(ValueError):
    """Input that cannot be charted. `row` counts the frame's rows from 1; None when no single row is at fault.

    Examples
    --------
    >>> raise InputError("zero_denominator", Words("nævneren er 0", "the denominator is 0"), row=3)
    Traceback (most recent call last):
    ...
    indicators.spc.errors.InputError: Row 3: the denominator is 0
    """

    def __init__(self, code: str, words: Words, *, row: int | None = None, x: object = None) -> None:
        self.code = code
        self.words = words
        self.row = row
        self.x = x
        super().__init__(self.say("en"))

    def say(self, language: str) -> str:
        """The message in `language`, with the row and its x in front where one row is at fault."""
        sentence = self.words.say(language)
        if self.row is None:
            return sentence
        where = f"{'Row' if language == 'en' else 'Række'} {self.row}"
        return f"{where}{'' if self.x is None else f' (x = {self.x})'}: {sentence}"
