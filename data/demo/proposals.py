"""Definitions on their way in the demo: one for each of two people to check, and a draft somebody has only begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from data.demo.deliveries import QUALITY_TEAM
from data.demo.programme import HOME_HOSPITAL
from data.queries.definitions import ProposalState
from indicators.chart_choice import KindOfData
from indicators.definition import Direction, PeriodKind, Role
from indicators.definition_content import DefinitionContent, Follower, LocalTarget, with_kind
from indicators.periods import next_start, start_of
from indicators.words import Words

ADMINISTRATOR = "admin@tavle.example"
OWNER = "Kvalitetsafdelingen (DEMO)"
NOTE = Words("DEMO: et forslag til demonstration.", "DEMO: a proposal for demonstration.")


@dataclass(frozen=True, slots=True)
class PlantedProposal:
    """A definition in the state it is found in, by the e-mail address of its author."""

    content: DefinitionContent
    state: ProposalState
    author: str
    days_ago: int


def planted(today: date) -> tuple[PlantedProposal, ...]:
    """What is being written on the day of the story."""
    begins = next_start(start_of(today, PeriodKind.MONTH), PeriodKind.MONTH)
    review = begins.replace(year=begins.year + 1)
    share = with_kind(DefinitionContent(), KindOfData.SHARE).but(
        decimals=0, unit_code=HOME_HOSPITAL, owner=OWNER, valid_from=begins, review_on=review, chart="run", note=NOTE
    )
    pain = share.but(
        code="SMERTE",
        name=Words("Smertevurdering inden for 1 time", "Pain assessed within 1 hour"),
        definition=Words(
            "Andel af indlagte med smerter, hvis smerter er vurderet med en skala senest 1 time efter modtagelsen.",
            "Share of inpatients in pain whose pain was assessed on a scale at most 1 hour after arrival.",
        ),
        numerator=Words(
            "Indlagte med smerter, vurderet senest 1 time efter modtagelsen",
            "Inpatients in pain assessed at most 1 hour after arrival",
        ),
        denominator=Words("Indlagte med smerter, modtaget i måneden", "Inpatients in pain who arrived in the month"),
        direction=Direction.UP,
        role=Role.PROCESS,
        goal=3,
        targets=(LocalTarget(90, ">=", begins, None, Words("Mindst 90 %", "At least 90%")),),
        expected_n=45,
        expected_level=70,
        hoped_level=85,
        followers=(Follower(f"{HOME_HOSPITAL}-KIR"), Follower(f"{HOME_HOSPITAL}-MED")),
    )
    call = share.but(
        code="OPRING",
        name=Words("Ringet op senest 2 dage efter udskrivelse", "Called at most 2 days after discharge"),
        definition=Words(
            "Andel af udskrevne på 75 år eller derover, som afdelingen har ringet op senest 2 dage efter udskrivelsen.",
            "Share of discharged patients aged 75 or over whom the department called at most 2 days after discharge.",
        ),
        numerator=Words(
            "Udskrevne på 75 år eller derover, ringet op senest 2 dage efter",
            "Discharged patients aged 75 or over who were called at most 2 days after",
        ),
        denominator=Words(
            "Udskrevne i måneden på 75 år eller derover", "Patients aged 75 or over discharged in the month"
        ),
        direction=Direction.UP,
        role=Role.PROCESS,
        goal=1,
        contributes_to="NM1-01",
        expected_n=30,
        expected_level=40,
        hoped_level=70,
        followers=(Follower(f"{HOME_HOSPITAL}-MED"),),
    )
    begun = DefinitionContent(
        code="SVARTID",
        name=Words("Ventetid på prøvesvar", ""),
        denominator=Words("Patienter", ""),
        unit_code=HOME_HOSPITAL,
        valid_from=begins,
    )
    return (
        PlantedProposal(pain, ProposalState.PROPOSED, QUALITY_TEAM, days_ago=4),
        PlantedProposal(call, ProposalState.PROPOSED, ADMINISTRATOR, days_ago=2),
        PlantedProposal(begun, ProposalState.DRAFT, QUALITY_TEAM, days_ago=1),
    )


def rows(now: datetime, ids: Mapping[str, int], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The same as rows of `definition_proposal`; `ids` and `names` of accounts by e-mail address."""
    return [
        {
            "indicator_code": one.content.code,
            "version": 1,
            "unit_code": one.content.unit_code,
            "content": one.content.to_json(),
            "state": one.state.value,
            "author_id": ids[one.author],
            "author": names[one.author],
            "checker_id": None,
            "checker": "",
            "comment": "",
            "created_at": now - timedelta(days=one.days_ago, hours=1),
            "changed_at": now - timedelta(days=one.days_ago),
        }
        for one in planted(now.date())
    ]
