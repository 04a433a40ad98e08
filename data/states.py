"""The stored signal: what the last calculation said about each series, with the small line that goes with it.

Worked out inside the transaction of the delivery that changed the data, by `indicators.assessment.assess` and nothing
else, so that matrix, mail, export and API never disagree with the chart.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, select

from data import reading
from data.deadlines import expected
from data.reading import Pair
from data.schema import observation, series_state
from data.store import Store, bulk_upsert, stored_moment
from indicators.assessment import Asked, Assessment, Assurance, Variation, assess_many
from indicators.definition import IndicatorDefinition, PeriodKind
from indicators.spc.result import KERNEL_VERSION

WINDOW = 36  # periods in a sparkline
DEADLINE_DAY = 10  # the setting's own default
SERIES_AT_ONCE = 25  # some 15 ms
STATES_AT_ONCE = 250

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Sparkline:
    """The latest periods of a series, small enough to store with its state.

    Attributes
    ----------
    first : date or None
        First day of the first period; the others follow one after another. None when there is no period at all.
    kind : PeriodKind
    values : one per period, in the indicator's unit of measure; None is a period without (shown) data
    centres : (first position, position after the last, centre) per stretch with one centre line
    target : the target in force now, if any
    marks : position -> `Variation` value, for points that carry a signal
    n_open : number of latest periods that are still being filled in

    Examples
    --------
    >>> august, marks = date(2026, 8, 1), {0: "concern"}
    >>> spark = Sparkline(august, PeriodKind.MONTH, (72.0, None, 70.5), ((0, 3, 71.2),), 75.0, marks, n_open=1)
    >>> Sparkline.from_json(spark.to_json()) == spark
    True
    """

    first: date | None
    kind: PeriodKind
    values: tuple[float | None, ...]
    centres: tuple[tuple[int, int, float], ...]
    target: float | None
    marks: Mapping[int, str]
    n_open: int

    def to_json(self) -> dict[str, Any]:
        """As JSON values, with short keys: this stands in every row of `series_state`."""
        return {
            "from": self.first.isoformat() if self.first else None,
            "kind": self.kind.value,
            "values": list(self.values),
            "centres": [list(stretch) for stretch in self.centres],
            "target": self.target,
            "marks": {str(position): mark for position, mark in self.marks.items()},
            "open": self.n_open,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any] | str) -> Sparkline:
        """Back from what `to_json` gave, parsed or still as text."""
        found = json.loads(content) if isinstance(content, str) else content
        return cls(
            first=date.fromisoformat(found["from"]) if found["from"] else None,
            kind=PeriodKind(found["kind"]),
            values=tuple(found["values"]),
            centres=tuple((start, stop, level) for start, stop, level in found["centres"]),
            target=found["target"],
            marks={int(position): mark for position, mark in found["marks"].items()},
            n_open=found["open"],
        )

    @classmethod
    def of(cls, assessment: Assessment, window: int = WINDOW) -> Sparkline:
        """The latest `window` periods of an assessment."""
        latest = {
            name: assessment.columns[name][-window:].tolist()
            for name in ("period", "y", "centre", "phase", "mark", "is_open")
        }
        centres: list[tuple[int, int, float]] = []
        lines = zip(latest["phase"], latest["centre"], strict=True)
        before: tuple[Any, float | None] = (None, None)
        for position, (phase, centre) in enumerate(lines):
            level = _short(centre)
            if level is not None:
                if before == (phase, level) and centres:
                    centres[-1] = (centres[-1][0], position + 1, level)
                else:
                    centres.append((position, position + 1, level))
            before = (phase, level)
        return cls(
            first=latest["period"][0] if latest["period"] else None,
            kind=assessment.definition.period,
            values=tuple(_short(value) for value in latest["y"]),
            centres=tuple(centres),
            target=assessment.target.value if assessment.target else None,
            marks={position: mark for position, mark in enumerate(latest["mark"]) if mark},
            n_open=sum(latest["is_open"]),
        )


def _short(value: float | None) -> float | None:
    """Six significant digits: more than any screen shows, less than a float needs."""
    return None if value is None or math.isnan(value) else float(f"{value:.6g}")


@dataclass(frozen=True, slots=True)
class SeriesState:
    """What the last calculation said about one series; see `Assessment` for the fields it shares with it.

    `n_signal_points`, `signal_first` and `signal_last` are the number of points of the signal that leads, and its first
    and last period. `latest_value`, `centre`, `lower` and `upper` are in the indicator's unit of measure.
    `data_version` is the newest observation that was read. `has_hidden`: small numbers are hidden from this viewer, and
    everything here was worked out from what is left.
    """

    indicator_code: str
    unit_code: str
    variation: Variation
    rising: bool | None
    rule: str | None
    assurance: Assurance
    met: int | None
    counted: int | None
    latest_period: date | None
    latest_value: float | None
    latest_numerator: float | None
    latest_denominator: float | None
    centre: float | None
    lower: float | None
    upper: float | None
    n_useful: int
    longest_run: int | None
    longest_run_max: int | None
    n_crossings: int | None
    n_crossings_min: int | None
    n_outside_limits: int
    n_signal_points: int
    signal_first: date | None
    signal_last: date | None
    reason: str | None
    sparkline: Sparkline
    chart: str
    profile: str
    data_version: int
    kernel_version: str
    computed_at: datetime
    has_hidden: bool = False

    @property
    def is_signal(self) -> bool:
        return self.variation in (Variation.CONCERN, Variation.IMPROVEMENT, Variation.CHANGE)


def state_of(
    assessment: Assessment, unit_code: str, *, data_version: int, computed_at: datetime, has_hidden: bool = False
) -> SeriesState:
    """An assessment as the state that is stored and shown."""
    latest, definition = assessment.latest, assessment.definition
    signal = [assessment.columns["period"][row] for row in assessment.signal_points]
    return SeriesState(
        indicator_code=definition.code,
        unit_code=unit_code,
        variation=assessment.variation,
        rising=assessment.rising,
        rule=assessment.rule,
        assurance=assessment.assurance,
        met=assessment.met,
        counted=assessment.counted,
        latest_period=latest.period if latest else None,
        latest_value=latest.value if latest else None,
        latest_numerator=latest.numerator if latest else None,
        latest_denominator=latest.denominator if latest else None,
        centre=assessment.centre,
        lower=assessment.lower,
        upper=assessment.upper,
        n_useful=assessment.n_useful,
        longest_run=assessment.longest_run,
        longest_run_max=assessment.longest_run_max,
        n_crossings=assessment.n_crossings,
        n_crossings_min=assessment.n_crossings_min,
        n_outside_limits=assessment.n_outside_limits,
        n_signal_points=len(signal),
        signal_first=signal[0] if signal else None,
        signal_last=signal[-1] if signal else None,
        reason=assessment.reason,
        sparkline=Sparkline.of(assessment),
        chart=definition.chart,
        profile=definition.profile,
        data_version=data_version,
        kernel_version=KERNEL_VERSION,
        computed_at=computed_at,
        has_hidden=has_hidden,
    )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything but the figures that `assess` needs, for any number of series, read with a few statements."""

    definitions: Mapping[str, IndicatorDefinition]
    phases: Mapping[Pair, list[Any]]
    exclusions: Mapping[Pair, list[Any]]
    targets: Mapping[Pair, list[Any]]
    expectations: Mapping[Pair, reading.Expectation]
    deadline_day: int

    @classmethod
    def read(
        cls,
        connection: Connection,
        pairs: Iterable[Pair],
        *,
        deadline_day: int,
        as_of: date | datetime | None = None,
        language: str = "da",
    ) -> Surroundings:
        """Read them over `connection`."""
        wanted = list(pairs)
        definitions = reading.definitions(connection, {code for code, _ in wanted})
        return cls(
            definitions=definitions,
            phases=reading.phases(connection, wanted, as_of, language=language),
            exclusions=reading.exclusions(connection, wanted, as_of),
            targets=reading.targets(connection, wanted, definitions),
            expectations=reading.expectations(connection, wanted),
            deadline_day=deadline_day,
        )

    @classmethod
    def remembered(
        cls,
        store: Store,
        pairs: Iterable[Pair],
        *,
        deadline_day: int,
        as_of: date | datetime | None = None,
        language: str = "da",
    ) -> Surroundings:
        """The same for a few series, outside transactions: no delivery changes any of it, so it is read once.

        Beside a large delivery every statement is one more turn to wait for; this leaves none but the figures' own.
        """
        wanted = list(pairs)

        def everywhere() -> tuple[Mapping[str, IndicatorDefinition], reading.TargetRows]:
            with store.read() as connection:
                return reading.definitions(connection), reading.TargetRows.read(connection)

        def of_unit(code: str) -> tuple[reading.Decisions, Mapping[Pair, reading.Expectation]]:
            with store.read() as connection:
                return reading.Decisions.read(connection, [code]), reading.expectations_in(connection, [code])

        definitions, targets = store.remember("definitions and targets", everywhere, about=())
        phases: dict[Pair, list[Any]] = {}
        exclusions: dict[Pair, list[Any]] = {}
        expectations: dict[Pair, reading.Expectation] = {}
        for unit_code in dict.fromkeys(unit_code for _, unit_code in wanted):
            decided, expected_here = store.remember(("around", unit_code), partial(of_unit, unit_code), about=())
            phases |= decided.phases(wanted, as_of, language=language)
            exclusions |= decided.exclusions(wanted, as_of)
            expectations |= expected_here
        return cls(
            definitions=definitions,
            phases=phases,
            exclusions=exclusions,
            targets=targets.nearest(wanted, definitions),
            expectations=expectations,
            deadline_day=deadline_day,
        )

    def assess(self, pair: Pair, observations: pd.DataFrame, today: date) -> Assessment:
        """What the figures of one series say on a day."""
        return assess_many([self.asked(pair, observations, today)])[0]

    def asked(self, pair: Pair, observations: pd.DataFrame, today: date) -> Asked:
        """One series as it is assessed on a day, with everything that surrounds its figures."""
        definition = self.definitions[pair[0]]
        expectation, due = self.expectations.get(pair), None
        if expectation is not None:
            due = expected(
                expectation.starts_on,
                expectation.ends_on,
                definition.period,
                today=today,
                deadline_day=self.deadline_day,
            )
        return Asked(
            definition,
            observations,
            phases=self.phases.get(pair, ()),
            exclusions=[row.period_start for row in self.exclusions.get(pair, ())],
            targets=self.targets.get(pair, ()),
            expected_from=due[0] if due else None,
            expected_to=due[1] if due else None,
        )


def recalculate(
    connection: Connection,
    pairs: Iterable[Pair],
    *,
    today: date,
    now: datetime,
    deadline_day: int = DEADLINE_DAY,
    give_way: Callable[[], None] = lambda: None,
) -> list[SeriesState]:
    """Assess the given series (indicator code, unit code) from what the connection sees, store the states, return them.

    Run inside the transaction that changed the data. `today` decides which periods are due, `now` is kept as the time
    of calculation, `deadline_day` is the store's, `give_way` is called between small steps (`Store.give_way`). Series
    of indicators that do not exist are left out.

    Raises
    ------
    ValueError
        Figures the chart refuses; the message names the series. The transaction must be given up.
    """
    wanted = list(dict.fromkeys(pairs))
    frame = reading.observations(connection, wanted)
    states = work_out(connection, wanted, frame, today=today, now=now, deadline_day=deadline_day, give_way=give_way)
    for some in _slices(states, STATES_AT_ONCE):
        give_way()
        bulk_upsert(connection, series_state, pd.DataFrame([_row(state) for state in some]))
    return states


def work_out(
    connection: Connection,
    pairs: Iterable[Pair],
    frame: pd.DataFrame,
    *,
    today: date,
    now: datetime,
    deadline_day: int = DEADLINE_DAY,
    hidden: Collection[Pair] = (),
    give_way: Callable[[], None] = lambda: None,
) -> list[SeriesState]:
    """Like `recalculate`, from the figures in `frame` (`data.reading.observations`); nothing is stored.

    `hidden` are the series of which small figures were taken out of `frame`.
    """
    wanted = list(dict.fromkeys(pairs))
    around = Surroundings.read(connection, wanted, deadline_day=deadline_day)
    version = int(connection.scalar(select(func.max(observation.c.id))) or 0)
    figures = _BySeries(frame)
    nothing = frame.iloc[:0]
    moment = stored_moment(now)
    states: list[SeriesState] = []
    for some in _slices([pair for pair in wanted if pair[0] in around.definitions], SERIES_AT_ONCE):
        give_way()
        asked = [around.asked(pair, figures.get(pair, nothing), today) for pair in some]
        try:
            assessments = assess_many(asked)
        except ValueError:
            # One of them is refused: alone, each says which it is.
            assessments = [_assessed(pair, one) for pair, one in zip(some, asked, strict=True)]
        states += [
            state_of(assessment, pair[1], data_version=version, computed_at=moment, has_hidden=pair in hidden)
            for pair, assessment in zip(some, assessments, strict=True)
        ]
    return states


def _slices(some: Sequence[Item], at_once: int) -> Iterator[Sequence[Item]]:
    """A few at a time: one step of numpy or pandas over thousands of series lets nobody else in until it is done."""
    for first in range(0, len(some), at_once):
        yield some[first : first + at_once]


class _BySeries:
    """The rows of each series in a frame, cut out when they are asked for; of a sorted frame without copying it."""

    def __init__(self, frame: pd.DataFrame) -> None:
        of_indicator, indicators = pd.factorize(frame["indicator_code"])
        of_unit, units = pd.factorize(frame["unit_code"])
        keys = of_indicator * max(len(units), 1) + of_unit
        # Fewer series than stretches of rows of one series: some series stands in several places.
        if len(frame) and (np.diff(keys) != 0).sum() + 1 > len(np.unique(keys)):
            order = np.argsort(keys, kind="stable")
            frame, keys = frame.iloc[order], keys[order]
        self._frame = frame
        self._begins = np.flatnonzero(np.concatenate([np.ones(min(len(keys), 1), bool), np.diff(keys) != 0]))
        self._ends = np.append(self._begins[1:], len(frame))
        self._place = {
            (indicators[key // len(units)], units[key % len(units)]): place
            for place, key in enumerate(keys[self._begins].tolist())
        }

    def get(self, pair: Pair, otherwise: pd.DataFrame) -> pd.DataFrame:
        place = self._place.get(pair)
        return otherwise if place is None else self._frame.iloc[self._begins[place] : self._ends[place]]


def _assessed(pair: Pair, asked: Asked) -> Assessment:
    try:
        return assess_many([asked])[0]
    except ValueError as error:
        raise ValueError(f"series {pair[0]} in {pair[1]}: {error}") from error


def refresh(store: Store, *, today: date, now: datetime) -> int:
    """Recalculate the states that time has made old, and return how many there were.

    A state holds until figures, decisions or targets change, with two exceptions: a deadline that passed without a
    delivery adds a missing period (and closes an open one before it), and another version of the code may conclude
    otherwise. Asked once a day, it keeps the board and the charts, which are worked out when they are shown, in step.
    """
    columns = series_state.c
    with store.read() as connection:
        rows = connection.execute(
            select(columns.indicator_code, columns.unit_code, columns.kernel_version, columns.computed_at)
        ).all()
        expectations = reading.expectations(connection)
        kinds = {code: definition.period for code, definition in reading.definitions(connection).items()}

    def due(pair: Pair, day: date) -> tuple[date, date] | None:
        one = expectations.get(pair)
        if one is None or pair[0] not in kinds:
            return None
        return expected(one.starts_on, one.ends_on, kinds[pair[0]], today=day, deadline_day=store.deadline_day)

    old = []
    for code, unit_code, kernel_version, computed_at in rows:
        pair = (code, unit_code)
        if kernel_version != KERNEL_VERSION or due(pair, computed_at.date()) != due(pair, today):
            old.append(pair)
    if old:
        store.write(
            lambda connection: recalculate(connection, old, today=today, now=now, deadline_day=store.deadline_day)
        )
    return len(old)


def _row(state: SeriesState) -> dict[str, Any]:
    row = {name: getattr(state, name) for name in series_state.columns.keys() if name != "sparkline"}  # noqa: SIM118
    return row | {"sparkline": json.dumps(state.sparkline.to_json(), separators=(",", ":"))}


def from_row(row: Any) -> SeriesState:
    """A row of `series_state` as the state it holds."""
    values = dict(row._mapping)
    values["variation"] = Variation(values["variation"])
    values["assurance"] = Assurance(values["assurance"])
    values["sparkline"] = Sparkline.from_json(values["sparkline"])
    return SeriesState(**values)
