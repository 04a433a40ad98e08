"""What people have done with the demo's months since they came in, and what lies half done: states, a draft, accounts.

A year is locked, half a year is approved, one month was returned with a reason, one is half typed. Nobody approves what
they handed in themselves: the quality team delivers, a leader approves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd

from data.access import Grant, Role
from data.demo.deliveries import QUALITY_TEAM
from data.demo.measures import measures
from data.demo.months import Calendar, plus
from data.demo.programme import HOME_HOSPITAL, HOME_MUNICIPALITY
from data.month_states import KEY, State
from indicators.definition import PeriodKind

LEADER = "leder@tavle.example"
LOCKED_YEAR = ("2024-01", "2024-12")
APPROVED = ("2026-01", "2026-06")
RETURNED = ("FALD", f"{HOME_HOSPITAL}-MED", "2026-10")
HALF_TYPED = ("ERNAER", f"{HOME_HOSPITAL}-ORT", "2026-10")

LOCK_REASON = "Årsafslutning: tallene er afstemt med regionen (DEMO)"
RETURN_REASON = "Er faldene på terrassen talt med? Niveauet ligner ikke det, vi selv har set. (DEMO)"
TITLE = "Ansvarlig for enhedens tal (DEMO)"


@dataclass(frozen=True, slots=True)
class Owner:
    """The account of somebody who answers for a unit's figures. It has no password, so nobody can sign in as it."""

    email: str
    name: str
    grant: Grant


def owners(names: Mapping[str, str]) -> tuple[Owner, ...]:
    """Those who answer for the units near the leader's sign-in, so that reminders go to somebody; `names` by unit."""
    return tuple(
        Owner(f"{code.lower()}@tavle.example", name, Grant(Role.LEADER, unit_code=code))
        for code, name in sorted(names.items())
        if code == HOME_MUNICIPALITY or code.split("-")[0] == HOME_HOSPITAL
    )


def steps(told: pd.DataFrame, calendar: Calendar, people: Mapping[str, str], returned_by: str) -> pd.DataFrame:
    """The steps the months have taken, as rows of `month_state` in the order they were taken.

    Parameters
    ----------
    told
        Every row that counts (indicator_code, unit_code, period_start) with `recorded_at` and `receipt` of its
        delivery.
    people
        Names by e-mail address.
    returned_by
        Who sent the one month back: the owner of its unit.
    """
    home = told[
        (told["unit_code"].str.split("-").str[0] == HOME_HOSPITAL)
        & told["indicator_code"].map(lambda code: measures()[code].definition.period is PeriodKind.MONTH)
    ]
    taken = [*_locked(home, calendar, people), *_approved(home, calendar, people)]
    code, unit, month = RETURNED
    key = (code, unit, calendar.at(month))
    taken.append(_row(key, State.RETURNED, RETURN_REASON, returned_by, returned_at(calendar)))
    return pd.DataFrame(taken).sort_values(["at", *KEY], ignore_index=True)


def returned_at(calendar: Calendar) -> datetime:
    """When the one month was sent back: the 17th, a week after it came in (UTC)."""
    return datetime.combine(plus(calendar.last, 1).replace(day=17), time(13, 40))


def _row(key: tuple[str, str, date], state: State, reason: str, author: str, at: datetime) -> dict[str, Any]:
    return dict(zip(KEY, key, strict=True)) | {"state": state.value, "reason": reason, "author": author, "at": at}


def _locked(home: pd.DataFrame, calendar: Calendar, people: Mapping[str, str]) -> list[dict[str, Any]]:
    first, last = (calendar.at(month) for month in LOCKED_YEAR)
    at = datetime.combine(calendar.day("2025-11", 20), time(12, 15))
    months = home[home["period_start"].between(first, last)][KEY].drop_duplicates()
    return [_row(key, State.LOCKED, LOCK_REASON, people[QUALITY_TEAM], at) for key in months.itertuples(index=False)]


def _approved(home: pd.DataFrame, calendar: Calendar, people: Mapping[str, str]) -> list[dict[str, Any]]:
    """Approved some days after they came in, once whole; what was corrected since is submitted, and approved again."""
    first, last = (calendar.at(month) for month in APPROVED)
    is_whole = home["indicator_code"].map(lambda code: not measures()[code].definition.open_periods)
    versions = home[is_whole & home["period_start"].between(first, last)].sort_values("recorded_at", kind="stable")
    taken = []
    for key, some in versions.groupby(KEY, sort=False):
        for place, one in enumerate(some.itertuples(index=False)):
            if place:
                taken.append(_row(key, State.SUBMITTED, one.receipt, people[QUALITY_TEAM], one.recorded_at))
            at = datetime.combine(one.recorded_at.date() + timedelta(days=4), time(10, 5))
            taken.append(_row(key, State.APPROVED, "", people[LEADER], at))
    return taken


def half_typed(calendar: Calendar, account_id: int, at: datetime) -> dict[str, Any]:
    """The draft the quality team left at its last visit: a numerator, and no denominator yet."""
    code, unit, month = HALF_TYPED
    return {
        "indicator_code": code,
        "unit_code": unit,
        "period_start": calendar.at(month),
        "numerator": "38",
        "denominator": "",
        "value": "",
        "sd": "",
        "note": "",
        "account_id": account_id,
        "saved_at": at,
    }
