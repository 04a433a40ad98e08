"""How the simulated figures came in: month by month, some unfinished, two late, one corrected, one withdrawn.

Nothing here knows the store. `log` turns the final frames into every version anybody ever delivered, so that "as of"
gives back the board of an earlier day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import pandas as pd

from data.demo.measures import measures
from data.demo.months import Calendar, plus
from data.demo.programme import HOME_REGION_HOSPITALS
from data.demo.simulate import generator
from indicators.definition import Direction

MONTHLY_DELIVERIES = 13
"""Months that came in one by one; everything before them came in one delivery when the board was taken into use."""

COMPLETE_AFTER = (0.88, 0.96)
"""Share of an unfinished month that is known when it is first delivered, and one month later."""

QUALITY_TEAM, SIMULATOR = "kvalitet@tavle.example", "simulering@tavle.example"

LATE = ("SEPSIS", "NOH-AKU")
LATE_BEFORE = ("FALD", "NOH-ORT")  # August; taken back the same morning by mistake, and put in again
CORRECTED = ("MEDAFST", "NOH-KIR")
WITHDRAWN = ("AFLYST", "NOH-KIR")

FIGURES = ["period_start", "numerator", "denominator", "value"]


class Told(NamedTuple):
    """One row of one delivery; `delivery` is its key."""

    indicator_code: str
    unit_code: str
    period_start: date
    numerator: float
    denominator: float
    value: float
    note: str
    delivery: str

    @property
    def series(self) -> tuple[str, str]:
        return self.indicator_code, self.unit_code


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of the demo. Moments are UTC; `sender` is the e-mail address of the account that delivered."""

    key: str
    recorded_at: datetime
    sender: str
    file_name: str
    note: str
    withdrawn_at: datetime | None = None
    restored_at: datetime | None = None

    @property
    def counts(self) -> bool:
        return self.withdrawn_at is None or self.restored_at is not None


def log(
    frames: Mapping[tuple[str, str], pd.DataFrame],
    totals: Mapping[tuple[str, str], tuple[tuple[str, str], ...]],
    calendar: Calendar,
    seed: int,
) -> tuple[list[Delivery], pd.DataFrame]:
    """Every delivery and every row it brought.

    Parameters
    ----------
    frames
        By (indicator, unit): the final figures as `simulate` gives them.
    totals
        By (indicator, hospital): the series whose sums are the hospital's figures.

    Returns
    -------
    deliveries : list of Delivery, oldest first
    rows : DataFrame with the columns of `Told`, in the order they came in
    """
    deliveries = _deliveries(calendar)
    moments = {delivery.key: delivery.recorded_at for delivery in deliveries}
    told: list[Told] = []
    for key, frame in frames.items():
        final = [
            Told(*key, month, numerator, denominator, value, "", "")
            for month, numerator, denominator, value in frame[FIGURES].itertuples(index=False)
        ]
        told += _versions(key, final, calendar, seed)
    known: dict[tuple[str, str], list[Told]] = {}
    for row in told:
        if row.delivery != "FEJL":
            known.setdefault(row.series, []).append(row)
    for key, members in totals.items():
        told += _total(key, [row for member in members for row in known.get(member, ())], moments)
    told.sort(key=lambda row: (moments[row.delivery], row.delivery, *row[:3]))
    return deliveries, pd.DataFrame(told, columns=list(Told._fields))


def _monthly(calendar: Calendar) -> list[date]:
    return [plus(calendar.last, step) for step in range(1 - MONTHLY_DELIVERIES, 1)]


def _moment(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute))


def _deliveries(calendar: Calendar) -> list[Delivery]:
    months = _monthly(calendar)
    started = calendar.delivery_day(plus(months[0], -1))
    made = [
        Delivery("H-START", _moment(started, 7, 30), QUALITY_TEAM, "demo-hovedstaden-historik.csv", "Historik (DEMO)"),
        Delivery("A-START", _moment(started, 8, 5), SIMULATOR, "demo-oevrige-historik.csv", "Historik (DEMO)"),
    ]
    for month in months:
        day, label = calendar.delivery_day(month), f"{month:%Y-%m}"
        note = f"Månedens tal for {label} (DEMO)"
        hospitals, others = f"demo-hovedstaden-{label}.csv", f"demo-oevrige-{label}.csv"
        made.append(Delivery(f"H-{label}", _moment(day, 7, 42), QUALITY_TEAM, hospitals, note))
        made.append(Delivery(f"A-{label}", _moment(day, 9, 15), SIMULATOR, others, note))

    late = plus(calendar.last, 1).replace(day=17)
    made.append(
        Delivery("SEN", _moment(late, 9, 5), QUALITY_TEAM, "demo-akut-sepsis.csv", "Leveret efter fristen (DEMO)")
    )
    late_before = calendar.day("2026-09", 15)
    made.append(
        Delivery(
            "SEN-FALD", _moment(late_before, 9, 5), QUALITY_TEAM, "demo-ortopaedkirurgi-fald.csv",
            "Leveret efter fristen (DEMO)",
            withdrawn_at=_moment(late_before, 10, 30), restored_at=_moment(late_before, 13, 10),
        )
    )  # fmt: skip
    corrected = calendar.day("2026-06", 15)
    made.append(
        Delivery(
            "RETTET", _moment(corrected, 11, 20), QUALITY_TEAM, "demo-kirurgi-medicinafstemning.csv",
            "Rettelse af marts (DEMO)",
        )
    )  # fmt: skip
    wrong = calendar.delivery_day(calendar.at("2026-09")) - timedelta(days=1)
    made.append(
        Delivery(
            "FEJL", _moment(wrong, 10, 50), QUALITY_TEAM, "demo-kirurgi-aflyste.csv",
            "Forkert fil: tæller og nævner fra hele året (DEMO)", withdrawn_at=_moment(wrong, 12, 35),
        )
    )  # fmt: skip
    return sorted(made, key=lambda delivery: delivery.recorded_at)


def _channel(unit: str) -> str:
    """H: delivered by the region's quality team; A: by everybody else."""
    return "H" if unit.split("-")[0] in HOME_REGION_HOSPITALS else "A"


def _versions(key: tuple[str, str], final: list[Told], calendar: Calendar, seed: int) -> list[Told]:
    """All versions of one series, the final figures among them."""
    if measures()[key[0]].definition.open_periods:
        return _unfinished(key, final, calendar, seed)
    channel, months = _channel(key[1]), _monthly(calendar)
    label = {month: f"{channel}-{month:%Y-%m}" for month in months}
    told = [row._replace(delivery=label.get(row.period_start.replace(day=1), f"{channel}-START")) for row in final]
    if key == LATE:
        told[-1] = told[-1]._replace(delivery="SEN")
    if key == LATE_BEFORE:
        august = calendar.at("2026-08")
        told = [row._replace(delivery="SEN-FALD") if row.period_start == august else row for row in told]
    if key == CORRECTED:
        told = [version for row in told for version in _corrected(row, calendar)]
    if key == WITHDRAWN:
        told += _withdrawn(final, calendar)
    return told


def _corrected(row: Told, calendar: Calendar) -> list[Told]:
    """March came with a fifth of the discharges left out, most of them reconciled, and was corrected in June."""
    if row.period_start != calendar.at("2026-03"):
        return [row]
    left_out = round(row.denominator * 0.2)
    denominator = row.denominator - left_out
    numerator = min(row.numerator - round(left_out * 0.3), denominator)
    right = row._replace(note="Rettet: udskrivelser fra et afsnit manglede", delivery="RETTET")
    return [row._replace(numerator=numerator, denominator=denominator), right]


def _withdrawn(final: list[Told], calendar: Calendar) -> list[Told]:
    """The wrong file: a year's totals in the place of a month's, withdrawn the same day."""
    month = calendar.at("2026-09")
    year = [row for row in final if plus(month, -11) <= row.period_start <= month]
    numerator, denominator = sum(row.numerator for row in year), sum(row.denominator for row in year)
    return [
        row._replace(numerator=numerator, denominator=denominator, delivery="FEJL")
        for row in year
        if row.period_start == month
    ]


def _unfinished(key: tuple[str, str], final: list[Told], calendar: Calendar, seed: int) -> list[Told]:
    """Versions of a series whose latest months fill up: each month comes three times, the third time whole.

    Where lower is better, cases that count against the unit turn up late, so that the numerator grows; where higher is
    better, whole pathways turn up late, so that both grow.
    """
    rng = generator(seed, "unfinished", *key)
    channel = _channel(key[1])
    fills_denominator = measures()[key[0]].definition.direction is Direction.UP
    start = plus(_monthly(calendar)[0], -1)
    first_share = COMPLETE_AFTER[0] / COMPLETE_AFTER[1]
    told = []
    for row in final:
        hits, others = int(row.numerator), int(row.denominator - row.numerator)
        second = rng.binomial(hits, COMPLETE_AFTER[1]), rng.binomial(others, COMPLETE_AFTER[1])
        first = rng.binomial(second[0], first_share), rng.binomial(second[1], first_share)
        before = None
        for age, (known, rest) in enumerate((first, second, (hits, others))):
            month = plus(row.period_start, age)
            if month > calendar.last or (month < start and age < len(COMPLETE_AFTER)):
                continue  # not told yet, or whole before the board was taken into use
            denominator = float(max(known + rest, 1) if fills_denominator else hits + others)
            if (known, denominator) != before:
                delivery = f"{channel}-{month:%Y-%m}" if month > start else f"{channel}-START"
                told.append(row._replace(numerator=float(known), denominator=denominator, delivery=delivery))
            before = (known, denominator)
    return told


def _total(key: tuple[str, str], known: list[Told], moments: Mapping[str, datetime]) -> list[Told]:
    """The hospital's versions: when a department says something new about a month, the sum of what is then known."""
    summed: dict[tuple[date, str], Told] = {}
    by_month: dict[date, dict[str, Told]] = {}
    for row in sorted(known, key=lambda row: (moments[row.delivery], row.delivery, row.unit_code)):
        month = by_month.setdefault(row.period_start, {})
        month[row.unit_code] = row
        summed[row.period_start, row.delivery] = Told(
            *key,
            row.period_start,
            sum(part.numerator for part in month.values()),
            sum(part.denominator for part in month.values()),
            sum(part.value for part in month.values()),
            note="",
            delivery=row.delivery,
        )
    return list(summed.values())


def fingerprint(rows: pd.DataFrame) -> str:
    """SHA-256 of a delivery's rows, as the content of the file would have had."""
    text = rows[list(Told._fields[:-1])].to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(text.encode()).hexdigest()
