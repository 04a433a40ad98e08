"""A project's own page for evaluators: main indicator, departure and team scores, and forms to write them. No Dash.

The address has the unit's pseudonym, whoever asks: an address is mailed and kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from dashboards.presenters.evaluation_groups import alert
from dashboards.text import _, day_text, language, month, number
from data import projects
from data.access import Viewer
from data.errors import DataError
from data.projects import LONGEST_REASON, SCORES, ProjectFacts
from data.queries import evaluation
from data.store import Store
from etl import unit_lines
from indicators.words import Words

PATH = "/evaluering/projekt"
NOTHING = Markup("")

SCORE_WORDS = {
    0.5: Words("vil deltage", "means to take part"),
    1.0: Words("team og mål er på plads", "team and aim in place"),
    1.5: Words("arbejdet planlægges", "work is being planned"),
    2.0: Words("i gang, endnu ingen ændringer", "at work, no changes yet"),
    2.5: Words("ændringer afprøves, endnu ingen forbedring", "changes tested, no improvement yet"),
    3.0: Words("beskeden forbedring", "modest improvement"),
    3.5: Words("forbedring", "improvement"),
    4.0: Words("tydelig forbedring", "clear improvement"),
    4.5: Words("forbedring, der holder", "improvement that lasts"),
    5.0: Words("fremragende og holdbare resultater", "outstanding results that last"),
}
NOT_A_MONTH = Words("Skriv måneden som 2025-03 eller marts 2025.", "Write the month as 2025-03 or March 2025.")


@dataclass(frozen=True, slots=True)
class ProjectView:
    """What the page shows: the heading, where the unit takes part, and the three parts with their forms."""

    title: str
    about: str
    form: Markup


class _WrongError(Exception):
    """The form does not say enough; the text is for the reader."""


def view_of(store: Store, viewer: Viewer, alias: str) -> ProjectView:
    """Read the project of a pseudonym; raises NotFound and NotAllowed as `data.projects.get`."""
    facts = projects.get(store, viewer, alias)
    group = next((one for one in evaluation.groups(store, viewer, with_closed=True) if one.code == facts.group), None)
    about = [group.name.say(language()) if group is not None else ""]
    about.append(_("start {month}").format(month=month(facts.start)) if facts.start else _("start ikke oplyst"))
    return ProjectView(
        title=facts.label.text,
        about=" · ".join(part for part in about if part),
        form=_main(facts) + _left(facts) + _scores(facts),
    )


def _main(facts: ProjectFacts) -> Markup:
    said = language()
    names = dict(facts.followed)
    chosen = facts.main or ""
    options = Markup('<option value="">{}</option>').format(_("Ingen valgt"))
    options += Markup("").join(
        Markup('<option value="{}"{}>{}</option>').format(
            code, Markup(" selected") if code == chosen else NOTHING, name.say(said)
        )
        for code, name in names.items()
    )
    stands = _("Ingen hovedmåling er registreret.")
    if facts.main is not None:
        name = names[facts.main].say(said) if facts.main in names else facts.main
        stands = _("Nu: {name}").format(name=name)
        if facts.declared_on is not None:
            stands += ", " + _("erklæret {day}").format(day=day_text(facts.declared_on))
    reason = NOTHING
    if facts.main is not None:
        reason = _text("why", _("Hvorfor ændres den?"), LONGEST_REASON)
    return _part(
        _("Hovedmåling"),
        stands,
        Markup(
            '<div class="field"><label for="pj-main">{}</label><select class="select" id="pj-main" name="main">{}'
            "</select></div>{}"
        ).format(_("Projektets hovedmåling"), options, reason),
        _button("main", _("Gem hovedmåling"), is_primary=True),
    )


def _left(facts: ProjectFacts) -> Markup:
    stands, back = _("Projektet er med i programmet."), NOTHING
    if facts.left_on is not None:
        stands = _("Forlod programmet {month}: {reason}").format(month=month(facts.left_on), reason=facts.left_reason)
        back = _button("stays", _("Det forlod ikke programmet"))
    return _part(
        _("Forlod programmet"),
        stands,
        _month("left_month", _("Måned"), f"{facts.left_on:%Y-%m}" if facts.left_on else "")
        + _text("left_reason", _("Begrundelse"), LONGEST_REASON, facts.left_reason),
        _button("left", _("Gem, at det forlod programmet")) + back,
    )


def _scores(facts: ProjectFacts) -> Markup:
    options = Markup('<option value="">{}</option>').format(_("Vælg en score"))
    options += Markup("").join(
        Markup('<option value="{}">{}</option>').format(one, f"{number(one, 1)}: {SCORE_WORDS[one].say(language())}")
        for one in SCORES
    )
    table = NOTHING
    if facts.scores:
        rows = Markup("").join(
            Markup(
                '<tr><th scope="row">{}</th><td class="num">{}</td><td>{}</td><td><button type="button" '
                'class="btn btn--sm" data-press="unscore-{}" aria-label="{}">{}</button></td></tr>'
            ).format(
                month(day), number(given, 1), author, f"{day:%Y-%m}",
                _("Fjern teamscoren for {month}").format(month=month(day)), _("Fjern"),
            )
            for day, given, author in facts.scores
        )  # fmt: skip
        table = Markup(
            '<div class="tbl-wrap mt-2" tabindex="0" role="region" aria-label="{0}"><table class="tbl tbl--compact">'
            '<caption class="visually-hidden">{0}</caption><thead><tr><th scope="col">{1}</th><th scope="col" '
            'class="num">{2}</th><th scope="col">{3}</th><th scope="col">{4}</th></tr></thead><tbody>{5}</tbody>'
            "</table></div>"
        ).format(_("Teamscorer, ældste først"), _("Måned"), _("Score"), _("Givet af"), _("Handling"), rows)
    stands = _("Der er ingen teamscorer endnu.") if not facts.scores else _("Én score pr. måned; den nyeste gælder.")
    return _part(
        _("Teamscore"),
        stands,
        table
        + _month("score_month", _("Måned for scoren"))
        + Markup(
            '<div class="field"><label for="pj-score">{}</label><select class="select" id="pj-score" name="score">{}'
            "</select></div>"
        ).format(_("Score, 0,5 til 5"), options),
        _button("score", _("Gem teamscore")),
    )


def _part(heading: str, stands: str, fields: Markup, buttons: Markup) -> Markup:
    return Markup('<section class="card pj__c"><h2>{}</h2><p>{}</p>{}<div class="row">{}</div></section>').format(
        heading, stands, fields, buttons
    )


def _button(name: str, text: str, *, is_primary: bool = False) -> Markup:
    return Markup('<button type="button" class="btn{}" data-press="{}">{}</button>').format(
        " btn--primary" if is_primary else "", name, text
    )


def _month(name: str, label: str, stands: str = "") -> Markup:
    return Markup(
        '<div class="field"><label for="pj-{0}">{1}</label><input class="input" id="pj-{0}" name="{0}" maxlength="20" '
        'placeholder="2026-03" value="{2}"></div>'
    ).format(name, label, stands)


def _text(name: str, label: str, most: int, stands: str = "") -> Markup:
    return Markup(
        '<div class="field"><label for="pj-{0}">{1}</label><input class="input" id="pj-{0}" name="{0}" maxlength="{2}" '
        'value="{3}"></div>'
    ).format(name, label, most, stands)


def pressed(
    store: Store, viewer: Viewer, alias: str, name: str, told: Mapping[str, object], *, today: date, now: datetime
) -> tuple[Markup, Markup | None]:
    """What a button does: words, and the forms drawn anew where something was written."""
    values = {key: text for key, text in told.items() if isinstance(text, str)}
    try:
        if name == "main":
            code = values.get("main") or None
            projects.declare(store, viewer, alias, code, reason=values.get("why", ""), today=today, now=now)
            said = _("Hovedmålingen er gemt.")
        elif name == "left":
            left = _month_of(values.get("left_month", ""))
            projects.leave(store, viewer, alias, left, values.get("left_reason", ""), today=today, now=now)
            said = _("Det er gemt, at projektet forlod programmet {month}.").format(month=month(left))
        elif name == "stays":
            projects.leave(store, viewer, alias, None, "", today=today, now=now)
            said = _("Projektet er med i programmet igen.")
        elif name == "score":
            day, given = _month_of(values.get("score_month", "")), _score_of(values.get("score", ""))
            projects.score(store, viewer, alias, day, given, today=today, now=now)
            said = _("Teamscoren {score} er gemt for {month}.").format(score=number(given, 1), month=month(day))
        else:
            day = _month_of(name.removeprefix("unscore-"))
            projects.score(store, viewer, alias, day, None, today=today, now=now)
            said = _("Teamscoren for {month} er fjernet.").format(month=month(day))
    except _WrongError as wrong:
        return alert("error", str(wrong)), None
    except DataError as refusal:
        return alert("error", refusal.reason(language())), None
    return alert("ok", said), view_of(store, viewer, alias).form


def _month_of(text: str) -> date:
    read = unit_lines.read_text(f"x; {text}") if text.strip() else []
    if not read or read[0].start is None:
        raise _WrongError(NOT_A_MONTH.say(language()))
    return read[0].start


def _score_of(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _WrongError(_("Vælg en score fra 0,5 til 5.")) from None
