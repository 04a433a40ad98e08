"""The glossary as a page shows it: two lists in the reader's alphabet. No Dash."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.text import _, language
from data.catalogue.glossary import PARTS, terms

PATH = "/ordliste"
_DANISH_ORDER = str.maketrans({"æ": "{", "ø": "|", "å": "}"})  # the signs that follow z


@dataclass(frozen=True, slots=True)
class Entry:
    """One word: its name, the same in the other language, what it means, and where a rule can be read."""

    key: str
    name: str
    other: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Part:
    key: str
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class GlossaryView:
    lead: str
    other_language: str
    parts: tuple[Part, ...]


def glossary_view() -> GlossaryView:
    """All words in the language of the request."""
    now = language()
    other = "en" if now == "da" else "da"
    titles = {"board": _("Ord på tavlen"), "improvement": _("Ord i forbedringsarbejdet")}
    parts = []
    for part in PARTS:
        entries = [
            Entry(
                one.key,
                one.name.say(now),
                one.name.say(other),
                one.text.say(now),
                one.source,
            )
            for one in terms()
            if one.part == part
        ]
        entries.sort(key=lambda entry: entry.name.casefold().translate(_DANISH_ORDER))
        parts.append(Part(part, titles[part], tuple(entries)))
    return GlossaryView(_("Hvert ord har én betydning på tavlen, i mails og i eksporter."), other, tuple(parts))
