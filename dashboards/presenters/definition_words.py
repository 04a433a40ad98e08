"""The words of the library: roles, directions, states, charts and fields, said the same on all of its pages."""

from __future__ import annotations

from dashboards.text import N_, _, day_text, language, number
from data.queries.definitions import Proposal, ProposalState
from indicators import spc
from indicators.chart_choice import KINDS, KindOfData
from indicators.definition import Direction, PeriodKind, Role
from indicators.definition_content import DefinitionContent, Follower, LocalTarget
from indicators.words import Words

ROLES = {
    Role.OUTCOME: N_("Resultat"),
    Role.PROCESS: N_("Proces"),
    Role.BALANCING: N_("Balance"),
}
ROLE_HELP = {
    Role.OUTCOME: N_("det, patienten eller borgeren mærker"),
    Role.PROCESS: N_("det, I gør for at nå dertil"),
    Role.BALANCING: N_("det, der ikke må blive værre imens"),
}
DIRECTIONS = {
    Direction.UP: N_("Højere er bedre"),
    Direction.DOWN: N_("Lavere er bedre"),
    Direction.NEITHER: N_("Ingen af delene"),
}
PERIODS = {
    PeriodKind.MONTH: N_("Måned"),
    PeriodKind.WEEK: N_("Uge"),
    PeriodKind.QUARTER: N_("Kvartal"),
    PeriodKind.YEAR: N_("År"),
    PeriodKind.DAY: N_("Dagen for hver hændelse"),
}
STATES = {
    ProposalState.DRAFT: N_("Kladde"),
    ProposalState.PROPOSED: N_("Venter på kontrol"),
    ProposalState.RETURNED: N_("Sendt tilbage"),
    ProposalState.APPROVED: N_("Godkendt"),
    ProposalState.WITHDRAWN: N_("Trukket tilbage"),
}
STATE_BADGES = {
    ProposalState.DRAFT: "badge",
    ProposalState.PROPOSED: "badge badge--info",
    ProposalState.RETURNED: "badge badge--warn",
    ProposalState.APPROVED: "badge badge--ok",
    ProposalState.WITHDRAWN: "badge",
}
COMPARISONS = {">=": N_("Mindst"), ">": N_("Over"), "<=": N_("Højst"), "<": N_("Under")}
FIELDS = {
    "code": N_("Kode"),
    "name": N_("Navn"),
    "definition": N_("Definition"),
    "kind": N_("Slags tal"),
    "numerator": N_("Tæller"),
    "denominator": N_("Nævner"),
    "has_denominator": N_("Har en nævner"),
    "per": N_("Ganges med"),
    "unit_of_measure": N_("Måleenhed"),
    "decimals": N_("Decimaler"),
    "minimum": N_("Mindste mulige værdi"),
    "maximum": N_("Største mulige værdi"),
    "direction": N_("Retning"),
    "role": N_("Rolle"),
    "goal": N_("Nationalt mål"),
    "contributes_to": N_("Bidrager til"),
    "targets": N_("Måltal"),
    "expected_n": N_("Ventet antal"),
    "expected_level": N_("Niveau i dag"),
    "hoped_level": N_("Niveau, I håber på"),
    "chart": N_("Diagram"),
    "profile": N_("Regelsæt"),
    "period": N_("Periode"),
    "open_periods": N_("Åbne perioder"),
    "unit_code": N_("Hører til"),
    "followers": N_("Følges af"),
    "owner": N_("Ejer"),
    "review_on": N_("Gennemsyn"),
    "valid_from": N_("Gælder fra"),
    "data_source": N_("Datakilde"),
    "note": N_("Bemærkning"),
    "is_break": N_("Databrud"),
    "break_reason": N_("Begrundelse for databrud"),
}


def chart_name(code: str) -> str:
    """What a chart is called; "" for none."""
    record = spc.CHARTS.get(code)
    return record.name.say(language()) if record else ""


def kind_name(kind: KindOfData | None) -> str:
    return KINDS[kind].name.say(language()) if kind else ""


def plain_number(value: float | None) -> str:
    """A number as a field of a form holds it: no thousands separator, the language's decimal mark."""
    if value is None:
        return ""
    text = f"{value:.10g}"
    return text.replace(".", ",") if language() == "da" else text


def said(words: Words) -> str:
    """The reader's language where it is written, else the Danish."""
    return words.say(language()).strip() or words.da


def state_text(proposal: Proposal) -> str:
    return _(STATES[proposal.state])


def target_line(target: LocalTarget, content: DefinitionContent) -> str:
    """Mindst 90 %, fra 1. december 2026."""
    if target.value is None:
        return ""
    value = plain_number(target.value)
    unit = said(content.unit_of_measure)
    value += ("%" if language() == "en" else " %") if unit == "%" else f" {unit}" if unit else ""
    comparison = _(COMPARISONS[target.comparison]) if target.comparison in COMPARISONS else ""
    text = f"{comparison} {value}".strip()
    if target.valid_from and target.valid_to:
        return _("{target} fra {first} til {last}").format(
            target=text, first=day_text(target.valid_from), last=day_text(target.valid_to)
        )
    if target.valid_from:
        return _("{target} fra {first}").format(target=text, first=day_text(target.valid_from))
    return text


def _follower(one: Follower, unit_names: dict[str, str]) -> str:
    name = unit_names.get(one.unit_code, one.unit_code)
    return _("{target} fra {first}").format(target=name, first=day_text(one.starts_on)) if one.starts_on else name


def field_text(content: DefinitionContent, name: str, unit_names: dict[str, str]) -> str:
    """A field's value in words, for the reader and for the difference between two versions."""
    value = getattr(content, name)
    if isinstance(value, Words):
        both = [value.da.strip(), value.en.strip()]
        return " / ".join(text for text in both if text)
    if value is None or value == "":
        return ""
    if name == "targets":
        return "; ".join(target_line(one, content) for one in value)
    if name == "followers":
        return ", ".join(_follower(one, unit_names) for one in value)
    if name == "unit_code":
        return unit_names.get(value, value)
    if name in ("review_on", "valid_from"):
        return day_text(value)
    if name == "chart":
        return chart_name(value) or value
    if name == "kind":
        return kind_name(value)
    if name in ("direction", "role", "period"):
        tables = {"direction": DIRECTIONS, "role": ROLES, "period": PERIODS}
        return _(tables[name][value])  # type: ignore[index]
    if isinstance(value, bool):
        return _("Ja") if value else _("Nej")
    if isinstance(value, int | float):
        return plain_number(value) if name != "goal" else number(value)
    return str(value)
