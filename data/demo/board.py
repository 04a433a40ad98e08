"""A board meeting the demo's hospital has held, its agenda, and a pathway it shares with a municipality."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from data.demo.months import Calendar
from data.demo.programme import HOME_HOSPITAL, HOME_MUNICIPALITY
from data.schema import agenda_item, annotation, decision, meeting, meeting_item, pathway, pathway_step
from indicators.words import Words

LEADER = "Maja Havreled"
PATHWAY = "AELDRE"
STANDING = "GENINDL"  # comes to every meeting of the hospital

# (indicator, why, finding, what was decided, by whom, days until it was to be done, whether it was)
TREATED = (
    (
        STANDING,
        "standing",
        Words("Bekymrende: niveauet har sandsynligvis flyttet sig op", "Concerning: the level has probably moved up"),
        Words(
            "Gennemgå de seneste genindlæggelser fra Medicinsk Afdeling sammen med kommunen (DEMO)",
            "Go through the latest readmissions from Medicine together with the municipality (DEMO)",
        ),
        "Line Dam",
        25,
        False,
    ),
    (
        "TRYKSAAR",
        "new",
        Words("Bekymrende: flere tryksår end før", "Concerning: more pressure ulcers than before"),
        Words("Trykaflastende madrasser talt op på alle afsnit (DEMO)", "Count the mattresses on all wards (DEMO)"),
        "Jonas Friis",
        21,
        True,
    ),
)

# (name, sector, indicator, unit)
STEPS = (
    (Words("Forebyggelse", "Prevention"), "municipal", "FOREBYG", HOME_MUNICIPALITY),
    (Words("Indlæggelse", "Admission"), "hospital", "LIGGETID", HOME_HOSPITAL),
    (Words("Udskrivelse", "Discharge"), "hospital", "MEDAFST", HOME_HOSPITAL),
    (Words("Færdigbehandlet og venter", "Treated and waiting"), "municipal", "FAERDIG", HOME_MUNICIPALITY),
    (Words("Genoptræning", "Rehabilitation"), "municipal", "GENOPT", HOME_MUNICIPALITY),
    (Words("Opfølgning hos egen læge", "Follow-up by the GP"), "practice", None, None),
    (Words("Genindlæggelse inden for 30 dage", "Readmission within 30 days"), "hospital", STANDING, HOME_HOSPITAL),
)


def put(connection: Connection, calendar: Calendar, owners: dict[str, str]) -> None:
    """Put the meeting, the agenda and the pathway into the store; `owners` are names by unit."""
    _meeting(connection, calendar.today - timedelta(days=28))
    connection.execute(
        insert(pathway).values(
            code=PATHWAY,
            name_da="Ældre medicinske patienter, Hillerød og Nordsjælland",
            name_en="Older medical patients, Hillerød and Nordsjælland",
            description_da="Fra hverdagen i kommunen til hospitalet og hjem igen. Hvert trin har sin egen ejer.",
            description_en="From everyday life in the municipality to hospital and home. Each step has its own owner.",
            is_demo=True,
            source="",
        )
    )
    for position, (name, sector, indicator, unit) in enumerate(STEPS, start=1):
        connection.execute(
            insert(pathway_step).values(
                pathway_code=PATHWAY,
                position=position,
                name_da=name.da,
                name_en=name.en,
                sector=sector,
                indicator_code=indicator,
                unit_code=unit,
                owner=owners.get(unit or "", ""),
                note_da="",
                note_en="",
            )
        )


def _meeting(connection: Connection, day: date) -> None:
    began, ended = datetime.combine(day, time(8, 0)), datetime.combine(day, time(8, 19))
    number = connection.scalar(
        insert(meeting)
        .values(board_unit=HOME_HOSPITAL, author=LEADER, started_at=began, ended_at=ended)
        .returning(meeting.c.id)
    )
    connection.execute(
        insert(agenda_item).values(
            board_unit=HOME_HOSPITAL, indicator_code=STANDING, unit_code=HOME_HOSPITAL, is_standing=True,
            author=LEADER, added_at=began - timedelta(days=30),
        )
    )  # fmt: skip
    for position, (indicator, why, finding, what, who, days, is_done) in enumerate(TREATED):
        series: dict[str, Any] = {"indicator_code": indicator, "unit_code": HOME_HOSPITAL}
        connection.execute(
            insert(meeting_item).values(
                meeting_id=number, position=position, why=why, finding_da=finding.da, finding_en=finding.en, **series
            )
        )
        noted = connection.scalar(
            insert(annotation)
            .values(
                kind="decision", starts_on=day, text_da=what.da, text_en=what.en, author=LEADER, created_at=began,
                visibility="own", **series,
            )
            .returning(annotation.c.id)
        )  # fmt: skip
        settled = datetime.combine(day + timedelta(days=days), time(12, 0)) if is_done else None
        connection.execute(
            insert(decision).values(
                meeting_id=number,
                what=what.da,
                who=who,
                due_on=day + timedelta(days=days),
                state="done" if is_done else "open",
                settled_at=settled,
                settled_by=who if is_done else "",
                annotation_id=noted,
                author=LEADER,
                created_at=began,
                **series,
            )
        )
