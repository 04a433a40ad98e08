"""Fills an empty store with the demo programme: real names of places, invented people, simulated figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, insert, select, update

from data import catalogue, outbox, passwords, states
from data.access import Role
from data.catalogue.names import fold
from data.demo import board, desk, evaluation, proposals
from data.demo.accounts import DEMO_SIGN_INS, QUALITY_TEAM, SIMULATOR, SIMULATOR_NAME
from data.demo.deliveries import Delivery, fingerprint, log
from data.demo.departments import all_departments
from data.demo.measures import LOCAL_TARGET, NOTE, SOURCE, Measure, measures
from data.demo.months import STORY_TODAY, Calendar, plus
from data.demo.notes import notes
from data.demo.programme import HOME_REGION_HOSPITALS, Programme, plan
from data.demo.proposals import ADMINISTRATOR
from data.demo.simulate import generator, simulate
from data.demo.truths import PlantedPhase, Truth, find, of_series, truths
from data.pseudonyms import number_units
from data.queries.definitions import ProposalState
from data.recording import record_delivery
from data.schema import (
    account,
    annotation,
    cohort,
    cohort_unit,
    definition_proposal,
    delivery,
    draft,
    indicator,
    month_state,
    observation,
    participant,
    phase,
    project,
    role_grant,
    series,
    series_state,
    target,
    team_score,
    unit,
    unit_alias,
)
from data.store import Store, bulk_insert, stored_moment, write_info
from data.withdrawal import RESTORED, WITHDRAWN, record_event
from indicators.definition import PeriodKind
from indicators.words import Words

DEMO_SEED = 20170515
"""The day the first cohort of the programme began, 15 May 2017."""

LAST_VISIT = timedelta(days=20)
"""How long before today the demo accounts were last seen: 3 November when today is 23 November."""

COHORT_NOTE = "DEMO: deltagere er opfundet, og enhedernes startdatoer er flyttet til 2023-2025. "


class NotEmptyError(Exception):
    """The store already holds accounts or deliveries: a demo is built in a store of its own."""


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was built. `draws` tells for each planted truth how many draws came before the one that was kept."""

    units: int
    departments: int
    indicators: int
    cohorts: int
    participants: int
    series: int
    observations: int
    deliveries: int
    annotations: int
    states: int
    draws: Mapping[str, int]


def build(store: Store, *, seed: int = DEMO_SEED, today: date = STORY_TODAY) -> DemoSummary:
    """Load the catalogue into a migrated, empty store and build the demo programme on it, in one transaction.

    The same `seed` and `today` give the same rows (password hashes aside, which are salted). Months of the story move
    with `today`; see docs/demo.md for what is planted where.

    Raises
    ------
    NotEmptyError
        Somebody has used the store already; nothing is changed.
    TruthNotFoundError
        A planted truth did not come true; nothing is changed.
    """
    return store.write(lambda connection: _build(connection, seed, Calendar(today)))


def _build(connection: Connection, seed: int, calendar: Calendar) -> DemoSummary:
    if any(connection.scalar(select(func.count()).select_from(table)) for table in (account, delivery)):
        raise NotEmptyError("The store is in use. Build the demo in a new file.")
    now = datetime.combine(calendar.today, time(5, 15), tzinfo=UTC)
    catalogue.load(connection)
    is_municipality = unit.c.kind == "municipality"
    municipalities = list(connection.scalars(select(unit.c.code).where(is_municipality).order_by(unit.c.code)))
    programme = plan(seed, municipalities, calendar)
    planted = of_series(truths(calendar))
    frames, draws = draw(programme, planted, seed)
    drawn = evaluation.draw(seed, programme, calendar)
    frames |= drawn.frames

    _departments(connection)
    _indicators(connection)
    _people(connection, programme)
    _series(connection, programme, planted, drawn)
    accounts = _accounts(connection, now)
    names = {email: sign_in.name for email, sign_in in DEMO_SIGN_INS.items()}
    connection.execute(insert(definition_proposal), proposals.rows(stored_moment(now), accounts, names))
    deliveries, rows = log(frames, programme.totals, calendar, seed)
    told = _observations(connection, deliveries, rows, accounts)
    _owners(connection, programme, now)
    _desk(connection, told, programme, calendar, accounts, names, now)
    _mails(connection, told, programme, calendar, accounts, names, now)
    _decisions(connection, programme, planted, drawn, calendar)
    board.put(connection, calendar, dict(programme.owners))
    _projects(connection, programme, drawn)
    number_units(connection, f"demo-{seed}")
    write_info(connection, "is_demo", "true")
    write_info(connection, "today", calendar.today.isoformat())
    write_info(connection, "seed", str(seed))
    expected = connection.execute(select(series.c.indicator_code, series.c.unit_code))
    pairs = [(indicator_code, unit_code) for indicator_code, unit_code in expected]
    states.recalculate(connection, pairs, today=calendar.today, now=now)
    return _summary(connection, draws)


def draw(
    programme: Programme, planted: Mapping[tuple[str, str], Truth], seed: int
) -> tuple[dict[tuple[str, str], pd.DataFrame], dict[str, int]]:
    """The figures of every series that is followed (see `simulate`), and how often each planted truth was drawn.

    Raises
    ------
    TruthNotFoundError
        A planted truth did not come true.
    ValueError
        A truth is planted in a series nobody follows.
    """
    if strangers := planted.keys() - programme.plans.keys():
        raise ValueError(f"planted truths about series nobody follows: {sorted(strangers)}")
    frames: dict[tuple[str, str], pd.DataFrame] = {}
    draws: dict[str, int] = {}
    for key, series_plan in programme.plans.items():
        if key in planted:
            frames[key], draws[planted[key].key] = find(planted[key], seed)
        else:
            frames[key] = simulate(series_plan, measures()[key[0]], generator(seed, "series", *key))
    return frames, draws


def _summary(connection: Connection, draws: Mapping[str, int]) -> DemoSummary:
    def count(table: Any, *conditions: Any) -> int:
        return connection.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

    return DemoSummary(
        units=count(unit),
        departments=count(unit, unit.c.is_demo),
        indicators=count(indicator, indicator.c.is_demo),
        cohorts=len(set(connection.scalars(select(participant.c.cohort_code)))),
        participants=count(participant),
        series=count(series),
        observations=count(observation),
        deliveries=count(delivery),
        annotations=count(annotation),
        states=count(series_state),
        draws=draws,
    )


# ------------------------------------------------------------------------------------------------- units and indicators


def _departments(connection: Connection) -> None:
    hospitals = {row.code: row for row in connection.execute(select(unit).where(unit.c.kind == "hospital"))}
    rows, aliases = [], []
    for department in all_departments():
        hospital, speciality = hospitals[department.hospital], department.speciality
        rows.append(
            {
                "code": department.code,
                "kind": "department",
                "sector": hospital.sector,
                "name_da": speciality.name.da,
                "name_en": speciality.name.en,
                "short_name": speciality.short_name,
                "parent_code": department.hospital,
                "valid_from": hospital.valid_from,
                "valid_to": None,
                "successor_code": None,
                "is_demo": True,
                "note": "DEMO: en tænkt afdeling under et rigtigt hospital.",
                "source": SOURCE,
            }
        )
        alias = f"{speciality.name.da}, {hospital.name_da}"
        aliases.append({"alias_key": fold(alias), "alias": alias, "unit_code": department.code})
    bulk_insert(connection, unit, pd.DataFrame(rows))
    bulk_insert(connection, unit_alias, pd.DataFrame(aliases))


def _indicator_row(measure: Measure) -> dict[str, Any]:
    definition = measure.definition
    words = {
        f"{column}_{language}": said.say(language)
        for column, said in (
            ("name", definition.name),
            ("definition", definition.definition),
            ("numerator", definition.numerator),
            ("denominator", definition.denominator),
            ("unit_of_measure", definition.unit_of_measure),
            ("note", NOTE),
        )
        for language in ("da", "en")
    }
    return words | {
        "code": definition.code,
        "version": definition.version,
        "scope": definition.scope.value,
        "goal_number": definition.goal,
        "has_denominator": definition.has_denominator,
        "per": definition.per,
        "direction": definition.direction.value,
        "role": definition.role.value,
        "chart": definition.chart,
        "profile": definition.profile,
        "decimals": definition.decimals,
        "open_periods": definition.open_periods,
        "period": definition.period.value,
        "minimum": definition.minimum,
        "maximum": definition.maximum,
        "contributes_to": definition.contributes_to,
        "verification": definition.verification.value,
        "levels": ";".join(sorted(measure.simulation.size)),
        "frequency": "irregular" if definition.period is PeriodKind.DAY else "monthly",
        "data_source": SOURCE,
        "owner": definition.owner,
        "checker": definition.checker,
        "review_on": definition.review_on,
        "valid_from": definition.valid_from,
        "valid_to": definition.valid_to,
        "is_demo": True,
        "source": SOURCE,
    }


def _indicators(connection: Connection) -> None:
    connection.execute(insert(indicator), [_indicator_row(measure) for measure in measures().values()])
    rows = [
        {
            "indicator_code": measure.code,
            "unit_code": None,
            "level": "local",
            "legal_kind": LOCAL_TARGET,
            "comparison": measure.target.comparison,
            "value": measure.target.value,
            "unit_of_measure_da": measure.definition.unit_of_measure.da,
            "unit_of_measure_en": measure.definition.unit_of_measure.en,
            "valid_from": measure.target.valid_from,
            "valid_to": measure.target.valid_to,
            "validity_note_da": "",
            "validity_note_en": "",
            "text_da": measure.target.text.da,
            "text_en": measure.target.text.en,
            "is_demo": True,
            "source": SOURCE,
        }
        for measure in measures().values()
        if measure.target
    ]
    bulk_insert(connection, target, pd.DataFrame(rows))


# ---------------------------------------------------------------------------------------------------- people and series


def _people(connection: Connection, programme: Programme) -> None:
    numbers = sorted(programme.starts)
    numbered = connection.execute(select(cohort.c.number, cohort.c.code).where(cohort.c.number.in_(numbers)))
    codes = {row.number: row.code for row in numbered}
    connection.execute(update(cohort).where(cohort.c.code.in_(codes.values())).values(note=COHORT_NOTE + cohort.c.note))
    people = [
        {
            "cohort_code": codes[leader.cohort],
            "name": leader.name,
            "title": leader.title,
            "unit_code": leader.unit,
            "is_demo": True,
        }
        for leader in programme.leaders
    ]
    bulk_insert(connection, participant, pd.DataFrame(people))
    units = [
        {"cohort_code": codes[number], "unit_code": code, "starts_on": programme.starts[number], "ends_on": None}
        for code, number in programme.cohort_of.items()
    ]
    bulk_insert(connection, cohort_unit, pd.DataFrame(units))


def _projects(connection: Connection, programme: Programme, drawn: evaluation.Drawn) -> None:
    """What each participating unit declared, who left and why, and the scores teams were given."""
    rows = []
    for code, number in programme.cohort_of.items():
        left_on, reason = drawn.left.get(code, (None, ""))
        rows.append(
            {
                "cohort_code": str(number),
                "unit_code": code,
                "main_indicator": evaluation.MAIN if code in drawn.mains else None,
                "declared_on": drawn.mains.get(code),
                "left_on": left_on,
                "left_reason": reason,
            }
        )
    bulk_insert(connection, project, pd.DataFrame(rows))
    scores = [
        {
            "unit_code": code,
            "scored_on": day,
            "score": score,
            "author": evaluation.SPARRING_PARTNER,
            "recorded_at": datetime.combine(day, time(14, 0)),
        }
        for code, day, score in drawn.scores
    ]
    bulk_insert(connection, team_score, pd.DataFrame(scores))


def _series(
    connection: Connection,
    programme: Programme,
    planted: Mapping[tuple[str, str], Truth],
    drawn: evaluation.Drawn,
) -> None:
    starts = {
        key: planted[key].plan.first if key in planted else series_plan.first
        for key, series_plan in programme.plans.items()
    }
    for key, members in programme.totals.items():
        starts[key] = min(starts[member] for member in members)
    starts |= {key: frame["period_start"].iloc[0] for key, frame in drawn.frames.items()}
    rows = [
        {
            "indicator_code": code,
            "unit_code": place,
            "starts_on": first,
            "ends_on": drawn.last.get((code, place)),
            "owner": programme.owners[place],
        }
        for (code, place), first in starts.items()
    ]
    bulk_insert(connection, series, pd.DataFrame(rows))


def _accounts(connection: Connection, now: datetime) -> dict[str, int]:
    """Make the sign-ins, and the inactive account behind simulated deliveries; account ids by e-mail address."""
    created_at, seen_at = stored_moment(now - timedelta(days=420)), stored_moment(now - LAST_VISIT)
    ids: dict[str, int] = {}
    for sign_in in DEMO_SIGN_INS.values():
        row = {
            "email": sign_in.email,
            "name": sign_in.name,
            "title": sign_in.title,
            "password_hash": passwords.hash_password(sign_in.password),
            "is_active": True,
            "language": None,
            "last_seen_at": seen_at,
            "created_at": created_at,
        }
        ids[sign_in.email] = connection.execute(insert(account).values(row).returning(account.c.id)).scalar_one()
        for grant in sign_in.grants:
            connection.execute(
                insert(role_grant).values(
                    account_id=ids[sign_in.email],
                    role=grant.role.value,
                    unit_code=grant.unit_code,
                    cohort_code=grant.cohort_code,
                    names=grant.role is Role.EVALUATOR and grant.names,
                    counts=grant.role is Role.EVALUATOR and grant.counts,
                )
            )
    simulator = {
        "email": SIMULATOR,
        "name": SIMULATOR_NAME.da,
        "title": "",
        "password_hash": "",  # no password gives this hash
        "is_active": False,
        "created_at": created_at,
    }
    ids[SIMULATOR] = connection.execute(insert(account).values(simulator).returning(account.c.id)).scalar_one()
    return ids


# ------------------------------------------------------------------------------------------------------------- figures


def _observations(
    connection: Connection, deliveries: Sequence[Delivery], rows: pd.DataFrame, accounts: Mapping[str, int]
) -> pd.DataFrame:
    """Write the deliveries, and return the rows that count, with `recorded_at`, `receipt` and key of their delivery."""
    kinds = {code: measure.definition.period.value for code, measure in measures().items()}
    tidy = rows.assign(indicator_version=1, period_kind=rows["indicator_code"].map(kinds))
    by_delivery = dict(list(tidy.groupby("delivery", sort=False)))
    kept = rows[rows["delivery"].isin([one.key for one in deliveries if one.counts])]
    is_told_again = (
        kept[["indicator_code", "unit_code", "period_start"]].duplicated().reindex(rows.index, fill_value=False)
    )
    changed = is_told_again.groupby(rows["delivery"]).sum()
    receipts = {}
    for one in deliveries:
        brought = by_delivery[one.key].drop(columns="delivery")
        recorded = record_delivery(
            connection,
            brought,
            account_id=accounts[one.sender],
            file_name=one.file_name,
            sha256=fingerprint(brought),
            origin="demo",
            note=one.note,
            findings=[],
            n_new=len(brought) - int(changed[one.key]),
            n_changed=int(changed[one.key]),
            n_unchanged=0,
            now=one.recorded_at,
        )
        receipts[one.key] = recorded.receipt
        if one.withdrawn_at:
            event = {"author": DEMO_SIGN_INS[one.sender].name, "reason": "Forkert fil (DEMO)"}
            record_event(connection, recorded.delivery_id, WITHDRAWN, at=one.withdrawn_at, **event)
        if one.restored_at:
            event["reason"] = "Filen var den rigtige (DEMO)"
            record_event(connection, recorded.delivery_id, RESTORED, at=one.restored_at, **event)
    moments = {one.key: one.recorded_at for one in deliveries}
    return kept.assign(recorded_at=kept["delivery"].map(moments), receipt=kept["delivery"].map(receipts))


# ------------------------------------------------------------------------------------------------ what people have done


def _owners(connection: Connection, programme: Programme, now: datetime) -> None:
    """Those who answer for the home units' figures get mail, and cannot sign in."""
    for owner in desk.owners(programme.owners):
        row = {
            "email": owner.email,
            "name": owner.name,
            "title": desk.TITLE,
            "password_hash": "",  # no password gives this hash
            "is_active": True,
            "created_at": stored_moment(now - timedelta(days=420)),
        }
        new = connection.execute(insert(account).values(row).returning(account.c.id)).scalar_one()
        connection.execute(
            insert(role_grant).values(
                account_id=new, role=owner.grant.role.value, unit_code=owner.grant.unit_code, cohort_code=None
            )
        )


def _desk(
    connection: Connection,
    told: pd.DataFrame,
    programme: Programme,
    calendar: Calendar,
    accounts: Mapping[str, int],
    names: Mapping[str, str],
    now: datetime,
) -> None:
    bulk_insert(connection, month_state, desk.steps(told, calendar, names, programme.owners[desk.RETURNED[1]]))
    seen_at = stored_moment(now - LAST_VISIT + timedelta(minutes=25))
    connection.execute(insert(draft).values(desk.half_typed(calendar, accounts[QUALITY_TEAM], seen_at)))


def _mails(
    connection: Connection,
    told: pd.DataFrame,
    programme: Programme,
    calendar: Calendar,
    accounts: Mapping[str, int],
    names: Mapping[str, str],
    now: datetime,
) -> None:
    """The mails of the last weeks: two receipts, the month sent back, the definitions that wait for a check."""
    mine = told[told["unit_code"].str.split("-").str[0].isin(HOME_REGION_HOSPITALS)]
    for receipt, brought in list(mine[mine["delivery"] != "RETTET"].groupby("receipt", sort=True))[-2:]:
        outbox.queue_receipt(
            connection,
            account_id=accounts[QUALITY_TEAM],
            receipt=str(receipt),
            touched=zip(brought["indicator_code"], brought["unit_code"], strict=True),
            now=brought["recorded_at"].iloc[0],
        )
    code, unit_code, month = desk.RETURNED
    outbox.queue_returned(
        connection,
        [(code, unit_code, calendar.at(month), accounts[QUALITY_TEAM])],
        reason=desk.RETURN_REASON,
        author=programme.owners[unit_code],
        now=desk.returned_at(calendar),
    )
    for one in proposals.planted(calendar.today):
        if one.state is ProposalState.PROPOSED:
            checker = ADMINISTRATOR if one.author == QUALITY_TEAM else QUALITY_TEAM
            outbox.queue_definition(
                connection,
                outbox.Kind.DEFINITION_PROPOSED,
                [accounts[checker]],
                code=one.content.code,
                name=one.content.name,
                unit=one.content.unit_code,
                author=names[one.author],
                now=now - timedelta(days=one.days_ago),
            )


def _decisions(
    connection: Connection,
    programme: Programme,
    planted: Mapping[tuple[str, str], Truth],
    drawn: evaluation.Drawn,
    calendar: Calendar,
) -> None:
    def phase_of(unit_code: str, truth: Truth, planned: PlantedPhase, reason: Words) -> dict[str, Any]:
        return {
            "indicator_code": truth.plan.indicator,
            "unit_code": unit_code,
            "starts_on": planned.starts_on,
            "name_da": planned.name.da,
            "name_en": planned.name.en,
            "freeze_until": planned.freeze_until,
            "is_break": planned.is_break,
            "reason_da": reason.da,
            "reason_en": reason.en,
            "author": programme.owners[unit_code],
            "created_at": datetime.combine(planned.decided_on, time(12, 0)),
        }

    phases = [
        phase_of(truth.plan.unit, truth, planned, planned.reason)
        for truth in planted.values()
        for planned in truth.phases
    ]
    # What breaks a department's series breaks the hospital's, which is their sum.
    phases += [
        phase_of(
            hospital,
            planted[member],
            planned,
            Words(f"{member[1]}: {planned.reason.da}", f"{member[1]}: {planned.reason.en}"),
        )
        for (_, hospital), members in programme.totals.items()
        for member in members
        if member in planted
        for planned in planted[member].phases
        if planned.is_break
    ]
    phases += [
        {
            "indicator_code": evaluation.MAIN,
            "unit_code": unit_code,
            "starts_on": month,
            "name_da": evaluation.BREAK_NAME.da,
            "name_en": evaluation.BREAK_NAME.en,
            "freeze_until": None,
            "is_break": True,
            "reason_da": evaluation.BREAK_REASON.da,
            "reason_en": evaluation.BREAK_REASON.en,
            "author": programme.owners[unit_code],
            "created_at": datetime.combine(plus(month, 1), time(12, 0)),
        }
        for unit_code, month in drawn.breaks.items()
    ]
    bulk_insert(connection, phase, pd.DataFrame(phases))
    written = [
        {
            "kind": note.kind,
            "indicator_code": note.indicator,
            "unit_code": note.unit,
            "starts_on": note.starts_on,
            "ends_on": note.ends_on,
            "text_da": note.words.da,
            "text_en": note.words.en,
            "author": programme.owners[note.unit],
            "created_at": note.written_at,
        }
        for note in notes(calendar)
    ]
    written += [
        {
            "kind": "data",
            "indicator_code": evaluation.MAIN,
            "unit_code": unit_code,
            "starts_on": month,
            "ends_on": None,
            "text_da": evaluation.BREAK_REASON.da,
            "text_en": evaluation.BREAK_REASON.en,
            "author": programme.owners[unit_code],
            "created_at": datetime.combine(plus(month, 1), time(12, 0)),
        }
        for unit_code, month in drawn.breaks.items()
    ]
    bulk_insert(connection, annotation, pd.DataFrame(written))


__all__ = ["DEMO_SEED", "DemoSummary", "NotEmptyError", "build"]
