"""What the data floor refuses, in one tree, each with words for the person who asked.

```
DataError
├── StoreUnavailable   the store cannot be opened or used: missing, locked, foreign, closed
├── NotFound           what was asked for does not exist
├── NotAllowed         it exists, but not for this viewer
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
        super().__init__(words.say("en", **values))
        self.words = words
        self.values = values

    def reason(self, language: str) -> str:
        """The sentence for the reader, in "da" or "en".

        Examples
        --------
        >>> NotFound(Words("Enheden {code} findes ikke.", "There is no unit {code}."), code="XYZ").reason("da")
        'Enheden XYZ findes ikke.'
        """
        return self.words.say(language, **self.values)


class StoreUnavailable(DataError):  # noqa: N818  a state, named as people say it
    """The store cannot be opened or used."""


class NotFound(DataError):  # noqa: N818  a state, named as people say it
    """What was asked for does not exist."""


class NotAllowed(DataError):  # noqa: N818  a state, named as people say it
    """It exists, but not for this viewer."""


class WrongDefinition(DataError):  # noqa: N818  a state, named as people say it
    """A stored indicator that cannot be followed as it is written."""
