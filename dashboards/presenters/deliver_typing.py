"""The typing grid: a unit's series by months, what is stored, where each stands, what was begun. No Dash here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dashboards.text import _, language, ngettext, number, period_text
from data import drafts
from data.access import Viewer
from data.deadlines import last_due
from data.errors import DataError
from data.month_states import STATE_NAMES, State, of_months
from data.queries import catalogue, coverage, observations, series
from data.store import Store
from etl.templates import fields_of
from indicators.definition import IndicatorDefinition, PeriodKind
from indicators.periods import start_of

LATEST, MORE = 3, 12  # periods beside the missing ones, and with the switch on
MOST_MISSING = 6  # older ones are handed in as a file: twenty columns are no grid to type in
FIELDS = ("numerator", "denominator", "value")


@dataclass(frozen=True, slots=True)
class TypingView:
    """What the component draws; see `dashboards.components.delivery.TypingGrid` for the forms."""

    of: str
    groups: list[dict[str, Any]]
    cells: dict[str, dict[str, str]]
    drafts: dict[str, str]
    told: str


def typing_view(store: Store, viewer: Viewer, unit: str | None, *, today: date, of: str = "") -> TypingView:
    """The grid of a unit the viewer may deliver for; empty where there is none, or nothing is followed there."""
    if unit is None or not viewer.may_deliver(unit):
        return TypingView(of, [], {}, {}, "")
    said = language()
    listed = series.listed(store, viewer, frozenset({unit}))
    definitions = {one.code: one for one in catalogue.indicators(store, viewer, scope=None)}
    missing = {one.indicator_code: one for one in coverage.missing(store, viewer, frozenset({unit}), today=today)}
    groups: list[dict[str, Any]] = []
    months_of: dict[PeriodKind, set[date]] = {}
    kinds = [kind for kind in PeriodKind if kind is not PeriodKind.DAY]
    # Means of several measurements have a spread as well: they are handed in as a file.
    known = [
        one
        for one in listed
        if one.indicator_code in definitions and "sd" not in fields_of(definitions[one.indicator_code])
    ]
    for kind in kinds:
        mine = sorted(
            (one for one in known if definitions[one.indicator_code].period is kind),
            key=lambda one: definitions[one.indicator_code].name.say(said),
        )  # fmt: skip
        if not mine:
            continue
        gaps = sorted({period for one in mine for period in _periods(missing.get(one.indicator_code))})
        months, more = _columns(kind, gaps[-MOST_MISSING:], today, store.deadline_day)
        months_of[kind] = {*months, *more}
        groups.append(
            {
                "kind": str(kind),
                "label": _("Tast tal ind"),
                "months": [_month(period, kind, period in gaps) for period in months],
                "more": [_month(period, kind, period in gaps) for period in more],
                "rows": [
                    _row(definitions[one.indicator_code], one, _periods(missing.get(one.indicator_code)), said)
                    for one in mine
                ],
            }
        )
    pairs = [(one.indicator_code, unit) for one in known]
    cells = _stored(store, viewer, pairs, definitions, months_of)
    begun, told = _begun(store, viewer, unit)
    for key in {key.rsplit("|", 1)[0] for key in begun}:
        cells.setdefault(key, {"state": "empty"})
    return TypingView(of or f"{unit}-{store.data_version()}", groups, cells, begun, told)


def _periods(one: coverage.Missing | None) -> Sequence[date]:
    return one.periods if one is not None else ()


def _columns(kind: PeriodKind, gaps: Sequence[date], today: date, deadline_day: int) -> tuple[list[date], list[date]]:
    """The columns: what is missing first, oldest first, then the latest ones, newest first; those the switch adds."""
    newest = max(last_due(today, kind, deadline_day), start_of(_day_before(start_of(today, kind)), kind))
    back, start = [newest], newest
    while len(back) < MORE:
        start = start_of(_day_before(start), kind)
        back.append(start)
    latest = [period for period in back[:LATEST] if period not in gaps]
    months = [*gaps, *latest]
    return months, [period for period in back if period not in months]


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _month(period: date, kind: PeriodKind, is_missing: bool) -> dict[str, Any]:
    return {"key": period.isoformat(), "label": period_text(period, kind), "missing": is_missing}


def _row(definition: IndicatorDefinition, one: series.Series, missing: Sequence[date], said: str) -> dict[str, Any]:
    if definition.has_denominator:
        hint = _("Tæller: {numerator} Nævner: {denominator}").format(
            numerator=definition.numerator.say(said), denominator=definition.denominator.say(said)
        )
    else:
        hint = definition.numerator.say(said) or definition.definition.say(said)
    return {
        "indicator": definition.code,
        "unit": one.unit_code,
        "name": definition.name.say(said),
        "measure": definition.unit_of_measure.say(said),
        "hint": hint,
        "per": definition.per,
        "decimals": definition.decimals,
        "percent": definition.is_percent,
        "denominator": "denominator" in fields_of(definition),
        "missing": [period.isoformat() for period in missing],
        "starts": start_of(one.starts_on, definition.period).isoformat(),
        "ends": one.ends_on.isoformat() if one.ends_on else None,
    }


def _stored(
    store: Store,
    viewer: Viewer,
    pairs: Sequence[tuple[str, str]],
    definitions: Mapping[str, IndicatorDefinition],
    months_of: Mapping[PeriodKind, set[date]],
) -> dict[str, dict[str, str]]:
    """What is stored in the months that can be shown, as somebody would type it, and where each stands."""
    frame = observations.current_many(store, viewer, pairs)
    states = of_months(store, viewer, {unit for _, unit in pairs}) if pairs else {}
    found: dict[str, dict[str, str]] = {}
    for row in frame.itertuples(index=False):
        key = (row.indicator_code, row.unit_code, row.period_start)
        if row.period_start not in months_of.get(definitions[row.indicator_code].period, ()):
            continue
        has_pairs = definitions[row.indicator_code].has_denominator
        figures = {"numerator": row.numerator, "denominator": row.denominator} if has_pairs else {"value": row.value}
        texts = {name: as_typed(value) for name, value in figures.items()}
        if any(texts.values()):
            state = states[key].state if key in states else State.SUBMITTED
            if state is State.DRAFT:  # somebody has begun to change a figure that stands
                state = State.SUBMITTED
            found["|".join((key[0], key[1], key[2].isoformat()))] = {**texts, "state": str(state)}
    for (code, unit, day), one in states.items():
        if one.state is State.NO_FIGURES and (code, unit) in pairs:
            found.setdefault("|".join((code, unit, day.isoformat())), {"state": str(one.state)})
    return found


def as_typed(value: float | None) -> str:
    """A figure as somebody would type it: no thousands mark, the language's decimal mark.

    >>> as_typed(1050.0), as_typed(72.5), as_typed(None)
    ('1050', '72,5', '')
    """
    if value is None or math.isnan(value):
        return ""
    text = f"{value:.10g}"
    return text.replace(".", ",") if language() == "da" else text


def _begun(store: Store, viewer: Viewer, unit: str) -> tuple[dict[str, str], str]:
    begun: dict[str, str] = {}
    found = drafts.load(store, viewer, {unit})
    for one in found:
        for name in FIELDS:
            if getattr(one, name):
                key = "|".join((one.indicator_code, one.unit_code, one.period_start.isoformat(), name))
                begun[key] = getattr(one, name)
    if not found:
        return begun, ""
    text = ngettext("{count} felt er hentet fra kladden.", "{count} felter er hentet fra kladden.", len(found))
    return begun, text.format(count=number(len(found)))


def keep_draft(
    store: Store, viewer: Viewer, typed: Mapping[str, Any] | None, unit: str | None, *, now: datetime
) -> str:
    """Keep what was typed as it was typed, instead of what was kept before; what is said about it."""
    if unit is None:
        return ""
    given: list[drafts.Draft] = []
    for cell in (one for one in (typed or {}).get("cells", ()) if isinstance(one, Mapping)):
        try:
            period = date.fromisoformat(str(cell.get("period", "")))
        except ValueError:
            continue
        typed_as = {name: str(cell.get(name, "")) for name in ("indicator", "unit", *FIELDS)}
        given.append(
            drafts.Draft(
                typed_as["indicator"],
                typed_as["unit"],
                period,
                numerator=typed_as["numerator"],
                denominator=typed_as["denominator"],
                value=typed_as["value"],
            )
        )
    try:
        before = {one.key for one in drafts.load(store, viewer, {unit})}
        gone = before - {one.key for one in given}
        drafts.save(store, viewer, [*given, *(drafts.Draft(*key) for key in gone)], now=now)
    except DataError as refusal:
        return refusal.reason(language())
    text = ngettext("Kladden er gemt: {count} felt.", "Kladden er gemt: {count} felter.", len(given))
    return text.format(count=number(len(given))) + " " + _("Den tæller ikke med, før I indsender.")


def words() -> dict[str, Any]:
    """The words of the component."""
    return {
        "series": _("Måling"),
        "numerator": _("Tæller"),
        "denominator": _("Nævner"),
        "value": _("Værdi"),
        "result": _("Resultat"),
        "state": _("Status"),
        "missing": _("mangler"),
        "out": _("følges ikke"),
        "more": _("Vis 12 måneder"),
        "save": _("Gem kladde"),
        "undo": _("Fortryd indtastning"),
        "undone": _("Fortrudt"),
        "pasted": _("{taken} felter indsat, {skipped} sprunget over"),
        "keys": _(
            "Piletaster flytter, Enter går ned, Tab går til højre, Ctrl+Z fortryder. En blok fra Excel kan sættes ind, "
            "hvor I står. Tallene kontrolleres, mens I taster."
        ),
        "states": {str(state): words.say(language()).lower() for state, words in STATE_NAMES.items()}
        | {"typed": _("tastet")},
    }
