"""What machines read: the same queries as the pages, with the same rights and the same small numbers hidden."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from api.v1 import models, problems
from api.v1.endpoints import Argument, Call, Endpoint, Reply
from data.assessments import assess_series
from data.deadlines import last_due
from data.queries import catalogue, coverage, observations, series, states, units
from data.states import SeriesState, state_of
from data.succession import AsIs, as_is
from indicators.definition import IndicatorDefinition, PeriodKind
from indicators.periods import next_start, start_of
from indicators.words import Words

Item = TypeVar("Item")
Row = TypeVar("Row")

INDICATOR = Argument(Words("Indikatorens kode.", "Code of the indicator."))
UNIT = Argument(Words("Enhedens kode.", "Code of the unit."))


def utc(moment: datetime) -> datetime:
    """A stored moment (UTC without a zone) as one that says so."""
    return moment.replace(tzinfo=UTC)


def finite(number: float | None) -> float | None:
    """A number, or None where there is none: JSON has no NaN."""
    return None if number is None or not math.isfinite(number) else float(number)


def both(words: Words) -> models.Said:
    return models.Said(da=words.da, en=words.en)


def page_of(
    call: Call, path: str, rows: Sequence[Row], made: Callable[[Row], Item], model: type[models.Listed[Any]]
) -> Reply:
    """The part of `rows` that was asked for, with the address of the next part."""
    asked: models.Page = call.query
    end = asked.offset + asked.limit
    following = None
    if end < len(rows):
        kept = {name: value for name, value in asked.model_dump(exclude_none=True).items() if name != "offset"}
        following = call.link(f"/api/v1{path}?{urlencode(kept | {'offset': end})}")
    return Reply(
        model(
            items=[made(row) for row in rows[asked.offset : end]],
            total=len(rows),
            limit=asked.limit,
            offset=asked.offset,
            next=following,
        )
    )


# ------------------------------------------------------------------------------------------------- units, indicators


def list_units(call: Call) -> Reply:
    def made(one: units.Unit) -> models.Unit:
        return models.Unit(
            code=one.code,
            kind=one.kind,
            sector=one.sector,
            name=both(one.name),
            short_name=one.short_name,
            parent=one.parent_code,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            successor=one.successor_code,
            is_own=one.is_own,
            may_deliver=call.viewer.may_deliver(one.code),
            is_demo=one.is_demo,
        )

    return page_of(call, "/units", units.visible(call.store, call.viewer), made, models.Listed[models.Unit])


def list_indicators(call: Call) -> Reply:
    def made(one: IndicatorDefinition) -> models.Indicator:
        return models.Indicator(
            code=one.code,
            version=one.version,
            scope=one.scope,
            name=both(one.name),
            goal=one.goal,
            direction=one.direction,
            role=one.role,
            definition=both(one.definition),
            numerator=both(one.numerator),
            denominator=both(one.denominator),
            has_denominator=one.has_denominator,
            per=one.per,
            unit_of_measure=both(one.unit_of_measure),
            decimals=one.decimals,
            period=one.period,
            chart=one.chart,
            profile=one.profile,
            contributes_to=one.contributes_to,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            source=one.source,
        )

    found = catalogue.indicators(call.store, call.viewer)
    return page_of(call, "/indicators", found, made, models.Listed[models.Indicator])


# ------------------------------------------------------------------------------------------------- series, signals


def _units_asked(call: Call) -> list[str] | None:
    return [call.query.unit] if call.query.unit else None


def _of_indicator(call: Call, rows: Sequence[Any]) -> list[Any]:
    wanted = call.query.indicator
    if wanted is None:
        return list(rows)
    catalogue.indicator(call.store, call.viewer, wanted)  # NotFound, rather than an empty list for a mistyped code
    return [row for row in rows if row.indicator_code == wanted]


def list_series(call: Call) -> Reply:
    def made(one: series.Series) -> models.Followed:
        return models.Followed(
            indicator=one.indicator_code,
            unit=one.unit_code,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            owner=_owner(call, one.unit_code, one.owner),
        )

    found = _of_indicator(call, series.listed(call.store, call.viewer, _units_asked(call)))
    return page_of(call, "/series", found, made, models.Listed[models.Followed])


def list_signals(call: Call) -> Reply:
    found = _of_indicator(call, states.of_units(call.store, call.viewer, _units_asked(call)))
    return page_of(call, "/signals", found, signal_of, models.Listed[models.Signal])


def signal_of(state: SeriesState) -> models.Signal:
    """A stored state as the API says it."""
    return models.Signal(
        indicator=state.indicator_code,
        unit=state.unit_code,
        variation=state.variation,
        is_signal=state.is_signal,
        rising=state.rising,
        rule=state.rule,
        assurance=state.assurance,
        met=state.met,
        counted=state.counted,
        latest_period=state.latest_period,
        latest_value=finite(state.latest_value),
        latest_numerator=finite(state.latest_numerator),
        latest_denominator=finite(state.latest_denominator),
        centre=finite(state.centre),
        lower=finite(state.lower),
        upper=finite(state.upper),
        n_useful=state.n_useful,
        longest_run=state.longest_run,
        longest_run_max=state.longest_run_max,
        n_crossings=state.n_crossings,
        n_crossings_min=state.n_crossings_min,
        n_outside_limits=state.n_outside_limits,
        n_signal_points=state.n_signal_points,
        signal_first=state.signal_first,
        signal_last=state.signal_last,
        reason=state.reason,
        chart=state.chart,
        profile=state.profile,
        has_hidden=state.has_hidden,
        kernel_version=state.kernel_version,
        computed_at=utc(state.computed_at),
    )


def one_series(call: Call) -> Reply:
    indicator_code, unit_code = call.path["indicator"], call.path["unit"]
    units.get(call.store, call.viewer, unit_code)
    definition = catalogue.indicator(call.store, call.viewer, indicator_code)
    as_of: date | None = call.query.as_of
    made = None
    if call.query.reading == "as_is":
        made = as_is(call.store, call.viewer, indicator_code, unit_code, today=call.today, as_of=as_of)
    is_joined = made is not None and made.is_possible
    if made is not None and is_joined:
        unit_code, frame = made.unit_code, made.frame
    else:
        frame = observations.current(call.store, call.viewer, indicator_code, unit_code, as_of)
    if as_of is None and not is_joined:
        state = states.one(call.store, call.viewer, indicator_code, unit_code)
    else:
        has_hidden = bool(frame["is_hidden"].any())
        state = _state_of_day(call, indicator_code, unit_code, as_of, made=made, has_hidden=has_hidden)
    return Reply(
        models.SeriesAnswer(
            indicator=indicator_code,
            unit=unit_code,
            as_of=as_of,
            reading="as_is" if is_joined else "as_was",
            reading_notes=[models.Said(da=one.say("da"), en=one.say("en")) for one in made.said] if made else [],
            observations=[
                models.Figures(
                    period_start=row.period_start,
                    period_end=next_start(row.period_start, definition.period) - timedelta(days=1),
                    numerator=finite(row.numerator),
                    denominator=finite(row.denominator),
                    value=finite(row.value),
                    sd=finite(row.sd),
                    note=row.note or "",
                    recorded_at=utc(row.recorded_at),
                    is_hidden=bool(row.is_hidden),
                )
                for row in frame.itertuples(index=False)
            ],
            signal=None if state is None else signal_of(state),
        )
    )


def _state_of_day(
    call: Call, indicator_code: str, unit_code: str, as_of: date | None, *, made: AsIs | None, has_hidden: bool
) -> SeriesState:
    """What the chart of an earlier day, or of a unit as it is, says, worked out as the page does it."""
    assessment = assess_series(
        call.store, call.viewer, indicator_code, unit_code, today=call.today, as_of=as_of, language=call.language,
        made=made,
    )  # fmt: skip
    return state_of(assessment, unit_code, data_version=0, computed_at=call.now, has_hidden=has_hidden)


# ------------------------------------------------------------------------------------------------- completeness


def list_missing(call: Call) -> Reply:
    def made(one: coverage.Missing) -> models.Missing:
        return models.Missing(
            indicator=one.indicator_code,
            unit=one.unit_code,
            periods=list(one.periods),
            period_kind=one.kind,
            late_since=one.late_since,
            owner=_owner(call, one.unit_code, one.owner),
        )

    found = _of_indicator(call, coverage.missing(call.store, call.viewer, _units_asked(call), today=call.today))
    return page_of(call, "/missing", found, made, models.Listed[models.Missing])


def completeness(call: Call) -> Reply:
    asked: models.OfMonths = call.query
    last = asked.last or last_due(call.today, PeriodKind.MONTH, call.store.deadline_day)
    first = last
    for _ in range(asked.months - 1):
        first = start_of(first - timedelta(days=1), PeriodKind.MONTH)
    codes = None if asked.unit is None else coverage.units_below(call.store, call.viewer, asked.unit)
    found = coverage.completeness(call.store, call.viewer, codes, first=first, last=last, today=call.today)
    return Reply(
        models.Completeness(
            months=[
                models.Month(month=month, deadline=deadline, is_due=is_due)
                for month, deadline, is_due in zip(found.months, found.deadlines, found.is_due, strict=True)
            ],
            units=[
                models.UnitCompleteness(
                    unit=one.code,
                    n_months=one.n_months,
                    n_full=one.n_full,
                    n_on_time=one.n_on_time,
                    months=[
                        models.UnitMonth(
                            state=month.state,
                            n_expected=month.n_expected,
                            n_received=month.n_received,
                            days_late=month.days_late,
                            missing=list(month.missing),
                        )
                        for month in one.months
                    ],
                )
                for one in found.units
            ],
            n_months=found.n_months,
            n_full=found.n_full,
            n_on_time=found.n_on_time,
        )
    )


def _owner(call: Call, unit_code: str, owner: str) -> str:
    """Who answers for the data, for those who may know the name: see `data.queries.coverage`."""
    return owner if call.viewer.is_own(unit_code) or call.viewer.may_deliver(unit_code) else ""


_SEES = (problems.NOT_ALLOWED, problems.NOT_FOUND)

ENDPOINTS = (
    Endpoint(
        "list_units",
        "GET",
        "/units",
        Words("Enheder, som nøglens bruger må se; egne først.", "Units the token's user may see: own ones first."),
        list_units,
        {200: models.Listed[models.Unit]},
        query=models.Page,
        is_remembered=True,
    ),
    Endpoint(
        "list_indicators",
        "GET",
        "/indicators",
        Words("Indikatorer med deres nyeste definition.", "Indicators with their newest definition."),
        list_indicators,
        {200: models.Listed[models.Indicator]},
        query=models.Page,
        is_remembered=True,
    ),
    Endpoint(
        "list_series",
        "GET",
        "/series",
        Words(
            "Målinger, der følges, og hvem der svarer for dem.", "Series that are followed, and who answers for them."
        ),
        list_series,
        {200: models.Listed[models.Followed]},
        query=models.OfUnits,
        refuses=_SEES,
        is_remembered=True,
    ),
    Endpoint(
        "get_series",
        "GET",
        "/series/{indicator}/{unit}",
        Words(
            "Tallene i en måling, og hvad de siger; med as_of, som de stod en tidligere dag.",
            "The figures of a series and what they say; with as_of, as they stood on an earlier day.",
        ),
        one_series,
        {200: models.SeriesAnswer},
        arguments={"indicator": INDICATOR, "unit": UNIT},
        query=models.OfSeries,
        refuses=_SEES,
        is_remembered=True,
    ),
    Endpoint(
        "list_signals",
        "GET",
        "/signals",
        Words(
            "Det gemte signal for hver måling: det samme som på tavlen.",
            "The stored signal of each series: the same as on the board.",
        ),
        list_signals,
        {200: models.Listed[models.Signal]},
        query=models.OfUnits,
        refuses=_SEES,
        is_remembered=True,
    ),
    Endpoint(
        "list_missing",
        "GET",
        "/missing",
        Words(
            "Målinger, der mangler tal efter fristen; de længst forsinkede først.",
            "Series that lack figures whose deadline has passed; the longest overdue first.",
        ),
        list_missing,
        {200: models.Listed[models.Missing]},
        query=models.OfUnits,
        refuses=_SEES,
        is_remembered=True,
    ),
    Endpoint(
        "completeness",
        "GET",
        "/completeness",
        Words(
            "Enheder × måneder: hvad der var ventet, hvad der kom, og om det kom til tiden.",
            "Units × months: what was expected, what came, and whether it came in time.",
        ),
        completeness,
        {200: models.Completeness},
        query=models.OfMonths,
        refuses=_SEES,
        is_remembered=True,
    ),
)
