"""What a rule of the linter is, what it is told of the surroundings, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as of
from datetime import date
from enum import StrEnum
from typing import Any

from indicators.definition_content import DefinitionContent
from indicators.words import Words


class Weight(StrEnum):
    """How much a remark weighs: an error must be mended before the definition is sent to be checked."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a rule must know besides the definition itself.

    Attributes
    ----------
    today : date
    names : name, folded -> code, of every other indicator
    codes : codes, folded, of every other indicator and proposal
    national : code -> number of the goal, of every national indicator
    balancing : goals that have a balancing indicator already
    former : the version in force, where this is a later one
    n_checkers : people who may check it besides the author; None: not known
    is_shipped : the definition came with the product, where sources say what they say: what a team must add is only
        a warning there
    """

    today: date
    names: Mapping[str, str] = of(default_factory=dict)
    codes: frozenset[str] = frozenset()
    national: Mapping[str, int] = of(default_factory=dict)
    balancing: frozenset[int] = frozenset()
    former: DefinitionContent | None = None
    n_checkers: int | None = None
    is_shipped: bool = False

    def but(self, **changes: Any) -> Surroundings:
        """The same surroundings with some of them changed."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule found something: in which field of the form, and what to fill its words in with. Words, mend and weight
    of its own stand in for the rule's."""

    field: str
    values: Mapping[str, object] = of(default_factory=dict)
    words: Words | None = None
    weight: Weight | None = None
    mend: Words | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what is wrong (`words`), how to mend it, and `find`, which yields where."""

    code: str
    weight: Weight
    words: Words
    mend: Words
    find: Callable[[DefinitionContent, Surroundings], Iterator[Hit]]


@dataclass(frozen=True, slots=True)
class Remark:
    """What the linter says about one field."""

    code: str
    weight: Weight
    field: str
    words: Words
    mend: Words
    values: Mapping[str, object]

    def reason(self, language: str) -> str:
        return self.words.say(language, **_in(self.values, language))

    def mend_text(self, language: str) -> str:
        return self.mend.say(language, **_in(self.values, language))

    def sentence(self, language: str) -> str:
        """What is wrong and how to mend it."""
        return " ".join(part for part in (self.reason(language), self.mend_text(language)) if part)


def _in(values: Mapping[str, object], language: str) -> dict[str, object]:
    return {name: one.say(language) if isinstance(one, Words) else one for name, one in values.items()}
