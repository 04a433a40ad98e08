"""The words of improvement work and of the board, explained in Danish and English: `glossary.csv`.

The explanations are our own; `source` names where a rule can be read. They are the same for everybody and never change
while the product runs, so they are read from the file and stand in no table.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from indicators.words import Words

FILE = Path(__file__).parent / "glossary.csv"
PARTS = ("board", "improvement")  # words of the board; words of improvement work in general


@dataclass(frozen=True, slots=True)
class Term:
    """One word. `key` is its address on the page, `also` what else people call it, `source` the title of what it
    is after, empty where the words are ours alone."""

    key: str
    part: str
    name: Words
    text: Words
    also: tuple[str, ...]
    source: str


@cache
def terms() -> tuple[Term, ...]:
    """Every word, by part and Danish name."""
    with (FILE.parent / "sources.csv").open(encoding="utf-8", newline="") as file:
        titles = {row["source"]: f"{row['title']} – {row['site']}" for row in csv.DictReader(file)}
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Term(
                row["key"],
                row["part"],
                Words(row["name_da"], row["name_en"]),
                Words(row["text_da"], row["text_en"]),
                tuple(filter(None, row["also"].split(";"))),
                titles[row["source"]] if row["source"] else "",
            )
            for row in csv.DictReader(file)
        )


@cache
def _by_key() -> dict[str, Term]:
    return {one.key: one for one in terms()}


def term(key: str) -> Term:
    """The word with that key; KeyError where there is none.

    Examples
    --------
    >>> term("median").name.en
    'Median'
    """
    return _by_key()[key]
