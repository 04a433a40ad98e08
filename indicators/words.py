"""A sentence that exists in every language of the product, kept beside the thing it describes.

Checks, rules, indicators and reasons carry their own words, so that a machine, a mail and a page say the same. Words of
the screen itself (buttons, headings) are gettext messages and live in `dashboards/text`.
"""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("da", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """The same sentence in Danish and English, with named places to fill in.

    Examples
    --------
    >>> Words("{count} måneder", "{count} months").say("en", count=9)
    '9 months'
    """

    da: str
    en: str

    @staticmethod
    def by_count(count: float, one: Words, many: Words) -> Words:
        """The sentence for a count, which stands in it already or is its place `count`: that for 1, or for others.

        Examples
        --------
        >>> Words.by_count(1, Words("{count} måned", "{count} month"), Words("{count} måneder", "{count} months")).da
        '{count} måned'
        """
        return one if count == 1 else many

    def say(self, language: str, **values: object) -> str:
        """The sentence in `language` ("da" or "en"), with `values` put in; a KeyError names a place left empty."""
        template = self.en if language == "en" else self.da
        return template.format(**values) if values else template
