"""What the data floor refuses, in one tree, each with words for the person who asked.

```
DataError
├── StoreUnavailable   the store cannot be opened or used: missing, locked, foreign, closed
├── NotFound           what was asked for does not exist
├── NotAllowed         it exists, but not for this viewer
├── Refused            it cannot be done as things stand, or as it was written
│   └── PeriodLocked   a month that must not change would (data.month_states)
├── WrongDefinition    a stored indicator names a chart or a profile that does not exist
├── TokenError         a key for machines that cannot be made as it was asked for (data.tokens)
└── CatalogueError     files of the catalogue were refused (data.catalogue)
```

A page turns NotFound into 404 and NotAllowed into "no access"; the command line turns them into exit codes 1 and 3, and
StoreUnavailable into 4. Any other exception from `data` is an error of ours and must not be shown as one of the user's.
"""

from __future__ import annotations

from indicators.words import Words


class DataError(Exception):
    """A refusal with words in both languages; `str()` of it is the English sentence, for logs."""

    def __init__(self, words: Words, **values: object) -> None:
        self.words = words
        self.values = values
        super().__init__(self.reason("en"))

    def reason(self, language: str) -> str:
        """The sentence for the reader, in "da" or "en".

        Examples
        --------
        >>> NotFound(Words("Enheden {code} findes ikke.", "There is no unit {code}."), code="XYZ").reason("da")
        'Enheden XYZ findes ikke.'
        """
        from data import cpr  # it raises one of these errors itself

        # A value may itself be bilingual, such as the name of an indicator, or what was typed where a code belongs.
        said = {key: value.say(language) if isinstance(value, Words) else value for key, value in self.values.items()}
        said = {key: cpr.unsaid(value) if isinstance(value, str) else value for key, value in said.items()}
        return self.words.say(language, **said)


class StoreUnavailable(DataError):  # noqa: N818  a state, named as people say it
    """The store cannot be opened or used."""


class NotFound(DataError):  # noqa: N818  a state, named as people say it
    """What was asked for does not exist."""


class NotAllowed(DataError):  # noqa: N818  a state, named as people say it
    """It exists, but not for this viewer."""


class Refused(DataError):  # noqa: N818  a state, named as people say it
    """What is asked for cannot be done as things stand, or as it was written; the words say what would help."""


class WrongDefinition(DataError):  # noqa: N818  a state, named as people say it
    """A stored indicator that cannot be followed as it is written."""
