"""Rules about what the indicator is for, and who answers for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from indicators.definition import Role
from indicators.definition_content import DefinitionContent
from indicators.definition_lint.record import Hit, Rule, Surroundings, Weight
from indicators.words import Words

YEARS_TO_REVIEW = 2
GOALS = range(1, 9)


def _direction_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.direction is None:
        yield Hit("direction")


def _role_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.role is None:
        yield Hit("role")


def _goal_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.goal not in GOALS:
        yield Hit("goal", weight=Weight.ERROR if content.goal is not None else None)


def _contribution_unknown(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.contributes_to and content.contributes_to not in around.national:
        yield Hit("contributes_to", {"code": content.contributes_to})


def _contribution_elsewhere(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    goal = around.national.get(content.contributes_to or "")
    if goal is not None and content.goal is not None and goal != content.goal:
        yield Hit("contributes_to", {"code": content.contributes_to, "goal": goal})


def _no_balancing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    is_pushed = content.role in (Role.OUTCOME, Role.PROCESS) and not around.is_shipped
    if content.goal in GOALS and is_pushed and content.goal not in around.balancing:
        yield Hit("role", {"goal": content.goal})


def _unit_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if not content.unit_code and not around.is_shipped:
        yield Hit("unit")


def _nobody_follows(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if not content.followers and not around.is_shipped:
        yield Hit("followers")


def _owner_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    # Who answers for a national definition stands in its source.
    if not content.owner.strip() and not around.is_shipped:
        yield Hit("owner")


def _no_checker(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if around.n_checkers == 0:
        yield Hit("unit")


def _review_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.review_on is None and not around.is_shipped:
        yield Hit("review_on")


def _review_wrong(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    day = content.review_on
    if day is None:
        return
    if day <= around.today:
        yield Hit(
            "review_on",
            {"day": day.strftime("%d-%m-%Y")},
            words=Words("Datoen for gennemsyn, {day}, er passeret.", "The review date, {day}, has passed."),
        )
    elif day > _years_later(around.today, YEARS_TO_REVIEW):
        yield Hit("review_on", {"day": day.strftime("%d-%m-%Y")})


def _years_later(day: date, years: int) -> date:
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + years, day=last)


RULES = (
    Rule(
        "direction_missing",
        Weight.ERROR,
        Words("Retningen mangler.", "The direction is missing."),
        Words(
            "Vælg, om højere eller lavere er bedre, eller at ingen af dem er det.",
            "Choose whether higher or lower is better, or that neither is.",
        ),
        _direction_missing,
    ),
    Rule(
        "role_missing",
        Weight.ERROR,
        Words("Rollen mangler.", "The role is missing."),
        Words(
            "Resultat er det, patienten mærker; proces det, I gør; balance det, der ikke må blive værre.",
            "Outcome is what the patient notices; process what you do; balancing what must not get worse.",
        ),
        _role_missing,
    ),
    Rule(
        "goal_missing",
        Weight.WARNING,
        Words("Indikatoren hører ikke til et nationalt mål.", "The indicator belongs to no national goal."),
        Words(
            "Vælg et, så den står i lederens overblik under målet.",
            "Choose one, so that it stands under the goal on the leader's overview.",
        ),
        _goal_missing,
    ),
    Rule(
        "contribution_unknown",
        Weight.ERROR,
        Words("{code} er ikke en national indikator.", "{code} is not a national indicator."),
        Words("Vælg en af de nationale, eller ingen.", "Choose one of the national ones, or none."),
        _contribution_unknown,
    ),
    Rule(
        "contribution_elsewhere",
        Weight.WARNING,
        Words("{code} hører til mål {goal}.", "{code} belongs to goal {goal}."),
        Words("Ret målet eller den nationale indikator.", "Correct the goal or the national indicator."),
        _contribution_elsewhere,
    ),
    Rule(
        "no_balancing",
        Weight.NOTE,
        Words(
            "Mål {goal} har ingen balanceindikator: intet viser, om forbedringen koster et andet sted.",
            "Goal {goal} has no balancing indicator: nothing shows whether the improvement costs elsewhere.",
        ),
        Words("Overvej at lave en.", "Consider making one."),
        _no_balancing,
    ),
    Rule(
        "unit_missing",
        Weight.ERROR,
        Words(
            "Det står ikke, hvilken enhed indikatoren hører til.",
            "It does not say which unit the indicator belongs to.",
        ),
        Words("Vælg den, der har brug for den.", "Choose the one that needs it."),
        _unit_missing,
    ),
    Rule(
        "nobody_follows",
        Weight.WARNING,
        Words("Ingen enheder følger indikatoren endnu.", "No units follow the indicator yet."),
        Words("Vælg dem, der skal indberette.", "Choose those that are to hand in figures."),
        _nobody_follows,
    ),
    Rule(
        "owner_missing",
        Weight.ERROR,
        Words("Indikatoren har ingen ejer.", "The indicator has no owner."),
        Words(
            "Skriv den funktion, der svarer på spørgsmål; helst ikke et navn.",
            "Write the function that answers questions; rather not a name.",
        ),
        _owner_missing,
    ),
    Rule(
        "no_checker",
        Weight.WARNING,
        Words("Ingen anden end dig kan kontrollere den.", "Nobody but you can check it."),
        Words(
            "Bed en administrator om at give en kollega rollen kvalitetsteam.",
            "Ask an administrator to give a colleague the role of quality team.",
        ),
        _no_checker,
    ),
    Rule(
        "review_missing",
        Weight.ERROR,
        Words("Der er ingen dato for gennemsyn.", "There is no review date."),
        Words(
            "Skriv, hvornår definitionen skal ses efter, højst 2 år frem.",
            "Write when the definition is to be looked at again, at most 2 years ahead.",
        ),
        _review_missing,
    ),
    Rule(
        "review_wrong",
        Weight.WARNING,
        Words("Gennemsyn {day} er mere end 2 år ude i fremtiden.", "Review on {day} is more than 2 years ahead."),
        Words("Vælg en dato inden for 2 år.", "Choose a date within 2 years."),
        _review_wrong,
    ),
)
