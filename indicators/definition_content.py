"""What a person writes to define an indicator: the definition, its targets, whom it concerns. Finished or half-done.

`IndicatorDefinition` is one version as it stands in force; `DefinitionContent` is what leads to it. Here a thing may be
missing (None, or empty words), because a draft is begun long before it is done; `indicators.definition_lint` says what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from indicators.chart_choice import KINDS, KindOfData, kind_of
from indicators.definition import Direction, IndicatorDefinition, PeriodKind, Role, Scope, Target, Verification
from indicators.words import Words

LOCAL_TARGET = "local_target"
"""The legal kind of every target a team sets itself: never a right, never an agreement with the state."""

COMPARISONS = (">=", "<=", ">", "<")
NOTHING = Words("", "")

WORD_FIELDS = ("name", "definition", "numerator", "denominator", "unit_of_measure", "note")
"""Fields in both languages. `note` is the team's remark: exclusions, known weaknesses, how it is counted."""

BREAKING = ("numerator", "denominator", "has_denominator", "per")
"""What a change of makes levels before and after impossible to compare: what is counted, among whom (the denominator
is the population at risk), and on which scale."""


@dataclass(frozen=True, slots=True)
class LocalTarget:
    """A number the unit aims for, in the indicator's unit of measure. `unit_code` None: everywhere it is followed."""

    value: float | None = None
    comparison: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    text: Words = NOTHING
    unit_code: str | None = None


@dataclass(frozen=True, slots=True)
class Follower:
    """A unit that follows the indicator. `starts_on` None: from the day the definition holds."""

    unit_code: str
    starts_on: date | None = None


@dataclass(frozen=True, slots=True)
class DefinitionContent:
    """One version of a local indicator as it is written.

    `unit_code` is the unit it belongs to, `followers` the units that hand in figures. `kind` is what the figures are.
    `expected_n` is the denominator per period in one unit, `expected_level` today's level and `hoped_level` the one
    hoped for, both in the unit of measure: they serve the chart suggestion and what the chart can show how soon.
    `is_break`: draw a data break at `valid_from`; None leaves it to what has changed. `break_reason` says why, or why
    not.

    Examples
    --------
    >>> content = DefinitionContent(code="SMERTE", name=Words("Smertevurdering", "Pain assessment"))
    >>> DefinitionContent.from_json(content.to_json()) == content
    True
    """

    code: str = ""
    name: Words = NOTHING
    definition: Words = NOTHING
    kind: KindOfData | None = None
    numerator: Words = NOTHING
    denominator: Words = NOTHING
    has_denominator: bool = True
    per: float | None = None
    unit_of_measure: Words = NOTHING
    decimals: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    direction: Direction | None = None
    role: Role | None = None
    goal: int | None = None
    contributes_to: str | None = None
    targets: tuple[LocalTarget, ...] = ()
    expected_n: float | None = None
    expected_level: float | None = None
    hoped_level: float | None = None
    chart: str = ""
    profile: str = "anhoej"
    period: PeriodKind = PeriodKind.MONTH
    open_periods: int = 0
    unit_code: str = ""
    followers: tuple[Follower, ...] = ()
    owner: str = ""
    review_on: date | None = None
    valid_from: date | None = None
    data_source: str = ""
    note: Words = NOTHING
    is_break: bool | None = None
    break_reason: str = ""

    def but(self, **changes: Any) -> DefinitionContent:
        """The same content with some of it changed."""
        return replace(self, **changes)

    @property
    def is_percent(self) -> bool:
        return self.per == 100 and self.has_denominator

    def texts(self) -> dict[str, str]:
        """Every text a person wrote, by the name of its field: "name_da", "targets_1_text_da"."""
        found = {
            f"{name}_{language}": getattr(self, name).say(language) for name in WORD_FIELDS for language in ("da", "en")
        }
        found |= {name: getattr(self, name) for name in ("code", "owner", "data_source", "break_reason")}
        for place, target in enumerate(self.targets, start=1):
            found |= {f"targets_{place}_text_{language}": target.text.say(language) for language in ("da", "en")}
        return found

    def to_json(self) -> dict[str, Any]:
        """As JSON values: enums by their code, dates as yyyy-mm-dd, words as {"da": …, "en": …}."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> DefinitionContent:
        """Back from what `to_json` gave. Keys that are not there keep their default, unknown ones are left out.

        Raises
        ------
        ValueError, KeyError, TypeError
            A value that is none of its kind.
        """
        known = {one.name for one in fields(cls)}
        given = {name: value for name, value in content.items() if name in known}
        for name in WORD_FIELDS:
            if name in given:
                given[name] = Words(**given[name])
        for name, kind in _KINDS.items():
            if given.get(name) is not None:
                given[name] = kind(given[name])
        given["targets"] = tuple(
            LocalTarget(
                **{
                    **one,
                    "valid_from": _day(one["valid_from"]),
                    "valid_to": _day(one["valid_to"]),
                    "text": Words(**one["text"]),
                }
            )
            for one in given.get("targets", ())
        )
        given["followers"] = tuple(
            Follower(one["unit_code"], _day(one["starts_on"])) for one in given.get("followers", ())
        )
        return cls(**given)

    @classmethod
    def of(
        cls,
        definition: IndicatorDefinition,
        *,
        targets: Iterable[Target] = (),
        unit_code: str = "",
        followers: Iterable[Follower] = (),
        data_source: str = "",
    ) -> DefinitionContent:
        """A definition in force as content: what the next version begins from, and what the linter reads."""
        return cls(
            **{name: getattr(definition, name) for name in WORD_FIELDS},
            **{name: getattr(definition, name) for name in _SHARED},
            kind=kind_of(definition),
            targets=tuple(
                LocalTarget(one.value, one.comparison, one.valid_from, one.valid_to, one.text, one.unit_code)
                for one in targets
            ),
            unit_code=unit_code,
            followers=tuple(followers),
            data_source=data_source,
        )

    def as_definition(self, version: int, *, checker: str = "", source: str = "") -> IndicatorDefinition:
        """The version as it would stand in force. What is still missing is filled with what says least, so that a
        half-written definition can be shown as its reader will meet it."""
        return IndicatorDefinition(
            code=self.code,
            version=version,
            scope=Scope.LOCAL,
            name=self.name,
            goal=self.goal,
            direction=self.direction or Direction.NEITHER,
            role=self.role or Role.PROCESS,
            chart=self.chart or "run",
            per=self.per or 1.0,
            unit_of_measure=self.unit_of_measure,
            decimals=self.decimals or 0,
            has_denominator=self.has_denominator,
            definition=self.definition,
            numerator=self.numerator,
            denominator=self.denominator,
            verification=Verification.OWN,
            profile=self.profile or "anhoej",
            open_periods=self.open_periods,
            period=self.period,
            minimum=self.minimum,
            maximum=self.maximum,
            contributes_to=self.contributes_to,
            owner=self.owner,
            checker=checker,
            review_on=self.review_on,
            valid_from=self.valid_from,
            source=source,
            note=self.note,
        )


_SHARED = (
    "code", "has_denominator", "per", "decimals", "minimum", "maximum", "direction", "role", "goal", "contributes_to",
    "chart", "profile", "period", "open_periods", "owner", "review_on", "valid_from",
)  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


_KINDS: dict[str, Any] = {
    "kind": KindOfData,
    "direction": Direction,
    "role": Role,
    "period": PeriodKind,
    "review_on": _day,
    "valid_from": _day,
}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return getattr(value, "value", value)


def with_kind(content: DefinitionContent, kind: KindOfData) -> DefinitionContent:
    """The content with another kind of data: what follows from the kind is set, where it was empty or the old kind's.

    Examples
    --------
    >>> begun = with_kind(DefinitionContent(), KindOfData.SHARE)
    >>> begun.per, begun.unit_of_measure.da, with_kind(begun, KindOfData.COUNT).per
    (100, '%', 1)
    """
    new, old = KINDS[kind], KINDS.get(content.kind) if content.kind else None
    changes: dict[str, Any] = {"kind": kind, "has_denominator": new.has_denominator, "period": content.period}
    for name in ("per", "unit_of_measure", "decimals", "minimum", "maximum"):
        now = getattr(content, name)
        if now in (None, NOTHING) or (old is not None and now == getattr(old, name)):
            changes[name] = getattr(new, name)
    if (new.period is PeriodKind.DAY) != (content.period is PeriodKind.DAY):
        changes["period"] = new.period
    if content.chart not in new.charts:
        changes["chart"] = ""
    if not new.has_denominator:
        changes["denominator"] = NOTHING
    return content.but(**changes)


def breaking_changes(before: DefinitionContent, after: DefinitionContent) -> tuple[str, ...]:
    """The fields whose change makes levels before and after impossible to compare. Case, spaces, and punctuation are
    words only, and so is the English.

    Examples
    --------
    >>> before = DefinitionContent(numerator=Words("Fald med skade", "Falls"), per=1)
    >>> breaking_changes(before, before.but(numerator=Words("Fald, med skade.", "Falls with injury")))
    ()
    >>> breaking_changes(before, before.but(numerator=Words("Alle fald", "All falls"), per=1000))
    ('numerator', 'per')
    """
    return tuple(name for name in BREAKING if _meaning(before, name) != _meaning(after, name))


def _meaning(content: DefinitionContent, name: str) -> object:
    value = getattr(content, name)
    if isinstance(value, Words):
        return "".join(letter for letter in value.da.casefold() if letter.isalnum())
    return value


def draws_break(before: DefinitionContent, after: DefinitionContent) -> bool:
    """Whether a data break is drawn when `after` takes over from `before`: as decided, else as the change suggests."""
    return after.is_break if after.is_break is not None else bool(breaking_changes(before, after))


def changed_fields(before: DefinitionContent, after: DefinitionContent) -> tuple[str, ...]:
    """The names of the fields that differ, in the order of the form."""
    return tuple(one.name for one in fields(before) if getattr(before, one.name) != getattr(after, one.name))


_SMALL_WORDS = frozenset(
    (
        "af", "andel", "antal", "at", "de", "den", "der", "det", "efter", "eller", "en", "er", "et", "for", "fra",
        "hos", "i", "inden", "med", "mellem", "og", "om", "pr", "på", "som", "til", "under", "ved",
    )
)  # fmt: skip
_SPELT_OUT = str.maketrans({"Æ": "AE", "Ø": "OE", "Å": "AA"})


def suggest_code(name: str, taken: Iterable[str] = ()) -> str:
    """A code for an indicator of that name: short, upper case, none of those taken.

    Examples
    --------
    >>> suggest_code("Smertevurdering inden for 1 time"), suggest_code("Fald", taken=["FALD", "fald2"])
    ('SMERTEVURD', 'FALD3')
    """
    words = ["".join(sign for sign in word if sign.isalnum()) for word in name.split()]
    kept = [word for word in words if word and word.casefold() not in _SMALL_WORDS] or [word for word in words if word]
    code = ""
    for word in kept:
        if len(code) >= 5:
            break
        code += word.upper().translate(_SPELT_OUT)
    code = "".join(sign for sign in code if "A" <= sign <= "Z" or "0" <= sign <= "9")[:10]
    used = {one.casefold() for one in taken}
    if not code:
        return ""
    number, free = 1, code
    while free.casefold() in used:
        number += 1
        free = f"{code[:9]}{number}"
    return free
