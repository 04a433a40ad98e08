"""How the simulated figures came in: month by month, some months unfinished, one late, one corrected, one withdrawn.

Nothing here knows the store. `log` turns the final frames into every version anybody ever delivered, so that "as of"
gives back the board of an earlier day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
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
CORRECTED = ("MEDAFST", "NOH-KIR")
WITHDRAWN = ("AFLYST", "NOH-KIR")

COLUMNS = ["indicator_code", "unit_code", "period_start", "numerator", "denominator", "value", "note", "delivery"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of the demo. Moments are UTC; `sender` is the e-mail address of the account that delivered."""

    key: str
    recorded_at: datetime
    sender: str
    file_name: str
    note: str
    withdrawn_at: datetime | None = None

    @property
    def receipt(self) -> str:
        return f"DEMO-{self.recorded_at:%Y%m%d}-{self.key}"


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
    rows : DataFrame with `COLUMNS`, in the order they came in; `delivery` is the delivery's key.
    """
    deliveries = _deliveries(calendar)
    by_key = {delivery.key: delivery for delivery in deliveries}
    versions = [_versions(key, frame, calendar, seed) for key, frame in frames.items() if not frame.empty]
    rows = pd.concat([*versions, *_withdrawn(frames, calendar)], ignore_index=True)
    rows["recorded_at"] = rows["delivery"].map({key: delivery.recorded_at for key, delivery in by_key.items()})
    sums = [_total(code, hospital, members, rows) for (code, hospital), members in totals.items()]
    rows = pd.concat([rows, *sums], ignore_index=True)
    order = ["recorded_at", "delivery", "indicator_code", "unit_code", "period_start"]
    rows = rows.sort_values(order, kind="stable", ignore_index=True)
    return deliveries, rows[COLUMNS]


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


def _rows(key: tuple[str, str], frame: pd.DataFrame, delivery: list[str], note: str = "") -> pd.DataFrame:
    return frame.assign(indicator_code=key[0], unit_code=key[1], note=note, delivery=delivery)


def _versions(key: tuple[str, str], frame: pd.DataFrame, calendar: Calendar, seed: int) -> pd.DataFrame:
    """All versions of one series, final figures included."""
    channel = _channel(key[1])
    months = _monthly(calendar)
    first = [f"{channel}-{month:%Y-%m}" if month in months else f"{channel}-START" for month in frame["period_start"]]
    if key == LATE:
        first[-1] = "SEN"
    if measures()[key[0]].definition.open_periods:
        return _unfinished(key, frame, calendar, seed)
    if key == CORRECTED:
        march = frame["period_start"] == calendar.at("2026-03")
        before = frame[march].copy()
        left_out = (before["denominator"] * 0.2).round()
        before["denominator"] -= left_out
        before["numerator"] = np.minimum(before["numerator"] - (left_out * 0.3).round(), before["denominator"])
        corrected = _rows(key, frame[march], ["RETTET"], "Rettet: udskrivelser fra et afsnit manglede")
        first_told = pd.concat([frame[~march], before]).sort_values("period_start")
        return pd.concat([_rows(key, first_told, first), corrected])
    return _rows(key, frame, first)


def _unfinished(key: tuple[str, str], frame: pd.DataFrame, calendar: Calendar, seed: int) -> pd.DataFrame:
    """Versions of a series whose latest months fill up: each month comes three times, the third time whole.

    Where lower is better, cases that count against the unit turn up late, so that the numerator grows; where higher is
    better, whole pathways turn up late, so that both grow.
    """
    rng = generator(seed, "unfinished", *key)
    channel = _channel(key[1])
    fills_denominator = measures()[key[0]].definition.direction is Direction.UP
    start = plus(_monthly(calendar)[0], -1)
    versions = []
    for row in frame.itertuples(index=False):
        hits, others = int(row.numerator), int(row.denominator - row.numerator)
        early_hits, early_others = rng.binomial(hits, COMPLETE_AFTER[1]), rng.binomial(others, COMPLETE_AFTER[1])
        first_share = COMPLETE_AFTER[0] / COMPLETE_AFTER[1]
        first_hits, first_others = rng.binomial(early_hits, first_share), rng.binomial(early_others, first_share)
        before = None
        for age, (known, rest) in enumerate(((first_hits, first_others), (early_hits, early_others), (hits, others))):
            told = plus(row.period_start, age)
            if told > calendar.last or (told < start and age < len(COMPLETE_AFTER)):
                continue  # not told yet, or whole before the board was taken into use
            denominator = max(known + rest, 1) if fills_denominator else hits + others
            if (known, denominator) != before:
                delivery = f"{channel}-{told:%Y-%m}" if told > start else f"{channel}-START"
                versions.append((row.period_start, float(known), float(denominator), row.value, delivery))
            before = (known, denominator)
    told_rows = pd.DataFrame(versions, columns=["period_start", "numerator", "denominator", "value", "delivery"])
    return told_rows.assign(indicator_code=key[0], unit_code=key[1], note="")


def _withdrawn(frames: Mapping[tuple[str, str], pd.DataFrame], calendar: Calendar) -> list[pd.DataFrame]:
    """The wrong file: a year's totals in the place of a month's, withdrawn the same day."""
    frame = frames.get(WITHDRAWN)
    if frame is None:
        return []
    month = calendar.at("2026-09")
    year = frame[[plus(month, -11) <= period <= month for period in frame["period_start"]]]
    wrong = frame[frame["period_start"] == month].copy()
    wrong["numerator"], wrong["denominator"] = year["numerator"].sum(), year["denominator"].sum()
    return [_rows(WITHDRAWN, wrong, ["FEJL"] * len(wrong))]


def _total(code: str, hospital: str, members: tuple[tuple[str, str], ...], rows: pd.DataFrame) -> pd.DataFrame:
    """The hospital's versions: when a department says something new about a month, the sum of what is then known."""
    units = {unit for _, unit in members}
    own = rows[(rows["indicator_code"] == code) & rows["unit_code"].isin(units) & (rows["delivery"] != "FEJL")]
    figures = ["numerator", "denominator", "value"]
    told = own[["period_start", "recorded_at", "delivery", "unit_code", *figures]].sort_values(
        ["period_start", "recorded_at", "delivery"], kind="stable"
    )
    known: dict[str, tuple[float, ...]] = {}
    by_moment: dict[tuple[date, str], tuple[float, ...]] = {}
    month = None
    for period, _, delivery, unit, *values in told.itertuples(index=False):
        if period != month:
            known, month = {}, period
        known[unit] = tuple(values)
        by_moment[period, delivery] = tuple(sum(column) for column in zip(*known.values(), strict=True))
    moments = dict(zip(own["delivery"], own["recorded_at"], strict=True))
    summed = [(period, *total, delivery, moments[delivery]) for (period, delivery), total in by_moment.items()]
    frame = pd.DataFrame(summed, columns=["period_start", *figures, "delivery", "recorded_at"])
    return frame.assign(indicator_code=code, unit_code=hospital, note="")


def fingerprint(rows: pd.DataFrame) -> str:
    """SHA-256 of a delivery's rows, as the content of the file would have had."""
    text = rows[[column for column in COLUMNS if column != "delivery"]].to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(text.encode()).hexdigest()
