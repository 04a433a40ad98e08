"""The fields of a definition as a native form: labels, hints, and a place for remarks tied to each field.

No Dash here, and no store: what is drawn is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from dashboards.figures.icons import ui_icon
from dashboards.presenters.definition_words import (
    COMPARISONS,
    DIRECTIONS,
    PERIODS,
    ROLE_HELP,
    ROLES,
    chart_name,
    plain_number,
    said,
    target_line,
)
from dashboards.text import _, day_text, language, ngettext, number
from indicators.chart_choice import KINDS, Suggestion
from indicators.definition import PeriodKind
from indicators.definition_content import DefinitionContent, LocalTarget
from indicators.definition_lint import Weight

NOTHING = Markup("")
FORM_ID = "definition-form"
Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class FormView:
    """Everything the fields are drawn from. `units` are (code, name, depth), `national` (code, name, goal)."""

    content: DefinitionContent
    version: int
    is_kept: bool
    returned: str
    checker: str
    units: Sequence[tuple[str, str, int]]
    below: Sequence[Option]
    goals: Sequence[tuple[int, str]]
    national: Sequence[tuple[str, str, int]]
    charts: Sequence[Option]
    profiles: Sequence[Option]
    note: str = field(default="")


ICONS = {Weight.ERROR: "x", Weight.WARNING: "warn", Weight.NOTE: "info"}


def weight_word(weight: Weight) -> str:
    return {Weight.ERROR: _("Fejl"), Weight.WARNING: _("Advarsel"), Weight.NOTE: _("Råd")}[weight]


def remark(weight: Weight, text: str) -> Markup:
    """One remark: icon, word and sentence, so that colour is never alone."""
    return Markup('<span class="remark remark--{}">{}<span><b>{}:</b> {}</span></span>').format(
        weight.value, ui_icon(ICONS[weight], size=16), weight_word(weight), text
    )


def message(kind: str, text: str) -> Markup:
    """What came of pressing a button: `kind` is ok, info, warn or error. Several lines are several paragraphs."""
    icons = {"ok": "check", "info": "info", "warn": "warn", "error": "x"}
    lines = Markup("").join(Markup("<p>{}</p>").format(line) for line in text.splitlines() if line.strip())
    return Markup('<div class="alert alert--{}" role="{}">{}<div>{}</div></div>').format(
        kind, "alert" if kind == "error" else "status", ui_icon(icons[kind]), lines
    )


# ------------------------------------------------------------------------------------------------------ the fields


def fields(view: FormView) -> Markup:
    """All sections of the form and its buttons."""
    content = view.content
    sections = [
        _returned(view),
        _section("what", _("Hvad måles?"), _what(view)),
        _section("aim", _("Hvad skal den bruges til?"), _aim(view)),
        _section("targets", _("Måltal"), _targets(view)),
        _section("chart", _("Hvor mange, og hvilket diagram?"), _chart(view)),
        _section("who", _("Hvem og hvornår?"), _who(view)),
        _break(view) if view.version > 1 else NOTHING,
        _english(view),
    ]
    hidden = Markup(
        '<input type="hidden" name="kind_drawn" value="{}"><input type="hidden" name="units_drawn" value="{}">'
        '<input type="hidden" name="goal_drawn" value="{}"><input type="hidden" name="n_targets" value="{}">'
    ).format(content.kind.value if content.kind else "", content.unit_code, content.goal or "", len(content.targets))
    return Markup("").join(sections) + _buttons(view) + hidden


def _returned(view: FormView) -> Markup:
    if not view.returned:
        return NOTHING
    text = _("{checker} har sendt den tilbage: {comment}").format(checker=view.checker, comment=view.returned)
    return Markup('<div class="alert alert--warn">{}<div>{}</div></div>').format(ui_icon("undo"), text)


def _section(code: str, title: str, body: Markup) -> Markup:
    return Markup(
        '<section class="card deff__s" aria-labelledby="deff-{0}"><h2 id="deff-{0}">{1}</h2>{2}</section>'
    ).format(code, title, body)


def _described(name: str, hint: str) -> Markup:
    return Markup('aria-describedby="{}f-{}-notes"').format(f"f-{name}-hint " if hint else "", name)


def _field(name: str, label: str, control: Markup, *, hint: str = "", css: str = "") -> Markup:
    told = Markup('<span class="hint" id="f-{}-hint">{}</span>').format(name, hint) if hint else NOTHING
    return Markup(
        '<div class="field {0}"><label for="f-{1}">{2}</label>{3}{4}'
        '<div class="deff__n" id="f-{1}-notes" data-notes="{1}"></div></div>'
    ).format(css, name, label, control, told)


def _input(
    name: str, label: str, value: str, *, hint: str = "", kind: str = "text", css: str = "", more: Markup = NOTHING
) -> Markup:
    control = Markup('<input class="input" type="{}" id="f-{}" name="{}" value="{}" {} {}>').format(
        kind, name, name, value, _described(name, hint), more
    )
    return _field(name, label, control, hint=hint, css=css)


def _area(name: str, label: str, value: str, *, hint: str = "", css: str = "", lang: str = "") -> Markup:
    control = Markup('<textarea class="textarea" id="f-{}" name="{}" rows="2" {}{}>{}</textarea>').format(
        name, name, _described(name, hint), Markup(' lang="{}"').format(lang) if lang else NOTHING, value
    )
    return _field(name, label, control, hint=hint, css=css)


def _select(
    name: str, label: str, options: Iterable[Option], value: str, *, hint: str = "", css: str = "", empty: str = ""
) -> Markup:
    every = [("", empty)] if empty else []
    inner = Markup("").join(
        Markup('<option value="{}"{}>{}</option>').format(code, Markup(" selected") if code == value else NOTHING, text)
        for code, text in [*every, *options]
    )
    control = Markup('<select class="select" id="f-{}" name="{}" {}>{}</select>').format(
        name, name, _described(name, hint), inner
    )
    return _field(name, label, control, hint=hint, css=css)


def _radios(name: str, legend: str, options: Iterable[tuple[str, str, str]], value: str) -> Markup:
    inner = Markup("").join(
        Markup('<label class="deff__r"><input type="radio" name="{}" value="{}"{}><span>{}{}</span></label>').format(
            name,
            code,
            Markup(" checked") if code == value else NOTHING,
            text,
            Markup("<small>{}</small>").format(help_text) if help_text else NOTHING,
        )
        for code, text, help_text in options
    )
    return Markup(
        '<fieldset class="deff__f" id="f-{0}" aria-describedby="f-{0}-notes"><legend>{1}</legend>'
        '<div class="deff__rs">{2}</div>'
        '<div class="deff__n" id="f-{0}-notes" data-notes="{0}"></div></fieldset>'
    ).format(name, legend, inner)


def _what(view: FormView) -> Markup:
    content = view.content
    kinds = [
        (kind.value, record.name.say(language()), record.example.say(language())) for kind, record in KINDS.items()
    ]
    readonly = Markup('readonly aria-readonly="true"') if view.version > 1 else Markup('autocapitalize="characters"')
    denominator = NOTHING
    if content.has_denominator:
        denominator = _area(
            "denominator_da",
            _("Nævner: hvem eller hvad kunne være talt med?"),
            content.denominator.da,
            hint=_("Sig hvem, hvor og hvornår. Det er nævneren, der afgør, hvad tallet kan sammenlignes med."),
            lang="da",
        )
    count_label = _("Tæller: hvad tælles?") if content.has_denominator else _("Hvad er tallet?")
    return Markup('<div class="deff__g">{}{}</div>{}{}<div class="deff__g2">{}{}</div>{}').format(
        _input(
            "name_da",
            _("Navn"),
            content.name.da,
            hint=_("Det, en leder læser over diagrammet."),
            css="deff__wide",
            more=Markup('lang="da"'),
        ),
        _input(
            "code",
            _("Kode"),
            content.code,
            hint=_("Bruges i filer; foreslås ud fra navnet.") if view.version == 1 else _("Koden skifter aldrig."),
            more=readonly,
        ),
        _area(
            "definition_da",
            _("Definition"),
            content.definition.da,
            hint=_("Hvad måles, hos hvem, og hvornår tæller det? Én eller to sætninger."),
            lang="da",
        ),
        _radios("kind", _("Hvad er tallene?"), kinds, content.kind.value if content.kind else ""),
        _area("numerator_da", count_label, content.numerator.da, lang="da"),
        denominator,
        _scale(view),
    )


def _scale(view: FormView) -> Markup:
    content = view.content
    return Markup('<div class="deff__g3">{}{}{}{}{}</div>').format(
        _input(
            "per",
            _("Ganges med"),
            plain_number(content.per),
            hint=_("100 for procent"),
            more=Markup('inputmode="decimal"'),
        ),
        _input(
            "unit_of_measure_da",
            _("Måleenhed"),
            content.unit_of_measure.da,
            hint=_("fx %, dage"),
            more=Markup('lang="da"'),
        ),
        _input(
            "decimals",
            _("Decimaler"),
            "" if content.decimals is None else str(content.decimals),
            more=Markup('inputmode="numeric"'),
        ),
        _input("minimum", _("Mindste mulige værdi"), plain_number(content.minimum), more=Markup('inputmode="decimal"')),
        _input("maximum", _("Største mulige værdi"), plain_number(content.maximum), more=Markup('inputmode="decimal"')),
    )


def _aim(view: FormView) -> Markup:
    content = view.content
    goals = [(str(no), _("Mål {number}: {name}").format(number=no, name=name)) for no, name in view.goals]
    fitting = [one for one in view.national if not content.goal or one[2] == content.goal]
    national = [(code, f"{name} ({code})") for code, name, _goal in fitting]
    if content.contributes_to and content.contributes_to not in {code for code, _name in national}:
        national.append((content.contributes_to, content.contributes_to))
    return Markup('{}{}<div class="deff__g2">{}{}</div>').format(
        _radios(
            "direction",
            _("Hvilken vej er bedre?"),
            [(one.value, _(words), "") for one, words in DIRECTIONS.items()],
            content.direction.value if content.direction else "",
        ),
        _radios(
            "role",
            _("Hvilken rolle har den?"),
            [(one.value, _(words), _(ROLE_HELP[one])) for one, words in ROLES.items()],
            content.role.value if content.role else "",
        ),
        _select("goal", _("Nationalt mål"), goals, str(content.goal or ""), empty=_("Intet af dem")),
        _select(
            "contributes_to",
            _("Bidrager til den nationale indikator"),
            national,
            content.contributes_to or "",
            empty=_("Ingen bestemt"),
        ),
    )


def _targets(view: FormView) -> Markup:
    lead = _("Et måltal har altid en dato, det gælder fra. Det er lokalt: en aftale hos jer, ikke et krav fra staten.")
    rows = Markup("").join(_target(view, place, one) for place, one in enumerate(view.content.targets, start=1))
    return Markup(
        '<p class="hint">{}</p>{}'
        '<p class="mt-2"><button type="button" class="btn" data-press="add_target">{}{}</button></p>'
    ).format(lead, rows, ui_icon("plus", size=16), _("Tilføj måltal"))


def _target(view: FormView, place: int, one: LocalTarget) -> Markup:
    name = f"targets_{place}"
    signs = [(sign, _(words)) for sign, words in COMPARISONS.items()]
    everybody = _("Alle, der følger den")
    return Markup(
        '<fieldset class="deff__t"><legend>{}</legend><div class="deff__g4">{}{}{}{}</div>'
        '<div class="deff__g2">{}{}</div>'
        '<button type="button" class="btn btn--sm btn--quiet" data-press="drop_target_{}">{}{}</button></fieldset>'
    ).format(
        _("Måltal {number}").format(number=place),
        _select(f"{name}_comparison", _("Tegn"), signs, one.comparison, empty=_("Vælg")),
        _input(f"{name}_value", _("Tal"), plain_number(one.value), more=Markup('inputmode="decimal"')),
        _input(f"{name}_valid_from", _("Gælder fra"), _day(one.valid_from), kind="date"),
        _input(f"{name}_valid_to", _("Gælder til"), _day(one.valid_to), kind="date"),
        _select(f"{name}_unit", _("For"), view.below, one.unit_code or "", empty=everybody),
        _input(
            f"{name}_text_da",
            _("Med ord (kan udelades)"),
            one.text.da,
            more=Markup('lang="da"'),
        )
        # Where there is a Danish text, the English one stands with the others.
        + (
            NOTHING
            if one.text.da
            else Markup('<input type="hidden" name="{}_text_en" value="{}">').format(name, one.text.en)
        ),
        place,
        ui_icon("x", size=16),
        _("Fjern måltal {number}").format(number=place),
    )


def _chart(view: FormView) -> Markup:
    content = view.content
    asks_n = content.has_denominator
    unit = said(content.unit_of_measure)
    measured = _("i {unit}").format(unit=unit) if unit else ""
    size = NOTHING
    if asks_n:
        size = _input(
            "expected_n",
            _("Ventet nævner pr. periode i én enhed"),
            plain_number(content.expected_n),
            hint=_("Et skøn er nok: fx 20 forløb om måneden."),
            more=Markup('inputmode="decimal"'),
        )
    periods = [
        (one.value, _(words))
        for one, words in PERIODS.items()
        if (one is PeriodKind.DAY) == (content.period is PeriodKind.DAY)
    ]
    return Markup('<div class="deff__g3b">{}{}{}</div><div class="deff__g2">{}{}{}{}</div>').format(
        size,
        _input(
            "expected_level",
            _("Niveau i dag"),
            plain_number(content.expected_level),
            hint=measured,
            more=Markup('inputmode="decimal"'),
        ),
        _input(
            "hoped_level",
            _("Niveau, I håber på"),
            plain_number(content.hoped_level),
            hint=measured,
            more=Markup('inputmode="decimal"'),
        ),
        _select(
            "chart",
            _("Diagram"),
            view.charts,
            content.chart,
            hint=_("Forslaget med begrundelse står ved siden af."),
            empty=_("Vælg"),
        ),
        _select("profile", _("Regelsæt"), view.profiles, content.profile),
        _select("period", _("Periode"), periods, content.period.value),
        _input(
            "open_periods",
            _("Åbne perioder"),
            str(content.open_periods),
            hint=_("Så mange af de seneste perioder er endnu ikke færdigt indberettet."),
            more=Markup('inputmode="numeric"'),
        ),
    )


def _who(view: FormView) -> Markup:
    content = view.content
    options = [(code, f"{'  ' * min(depth, 4)}{name} ({code})") for code, name, depth in view.units]
    return Markup('{}{}<div class="deff__g3b">{}{}{}</div>{}{}').format(
        _select(
            "unit",
            _("Hører til enheden"),
            options,
            content.unit_code,
            hint=_("Enheden, eller en over den, kontrollerer definitionen. Enheder under den kan følge den."),
            empty=_("Vælg"),
        ),
        _followers(view),
        _input(
            "valid_from", _("Gælder fra"), _day(content.valid_from), kind="date", hint=_("Den første dag i en periode.")
        ),
        _input("review_on", _("Gennemsyn"), _day(content.review_on), kind="date", hint=_("Højst 2 år frem.")),
        _input("owner", _("Ejer"), content.owner, hint=_("En funktion, helst ikke et navn.")),
        _input(
            "data_source", _("Datakilde"), content.data_source, hint=_("fx Sundhedsplatformen, Cura, egen optælling")
        ),
        _area(
            "note_da", _("Bemærkning"), content.note.da, hint=_("Hvad regnes ikke med? Kendte svagheder?"), lang="da"
        ),
    )


def _followers(view: FormView) -> Markup:
    chosen = {one.unit_code: one for one in view.content.followers}
    if not view.below:
        return Markup('<p class="hint">{}</p><div class="deff__n" data-notes="followers"></div>').format(
            _("Vælg først den enhed, indikatoren hører til.")
        )
    rows = Markup("").join(
        Markup(
            '<li><label class="check"><input type="checkbox" name="followers" value="{0}"{1}><span>{2}</span></label>'
            '<label class="deff__from"><span>{3}<span class="visually-hidden"> {2}</span></span>'
            '<input class="input input--sm" type="date" name="from_{0}" value="{4}" '
            'aria-describedby="f-from_{0}-notes">'
            '</label><span class="deff__n" id="f-from_{0}-notes" data-notes="from_{0}"></span></li>'
        ).format(
            code,
            Markup(" checked") if code in chosen else NOTHING,
            f"{name} ({code})",
            _("fra"),
            _day(chosen[code].starts_on) if code in chosen else "",
        )
        for code, name in view.below
    )
    everybody = NOTHING
    if len(view.below) > 1:
        everybody = Markup('<button type="button" class="btn btn--sm" data-press="all_units">{}</button>').format(
            _("Vælg alle")
        )
    return Markup(
        '<fieldset class="deff__f" id="f-followers" aria-describedby="f-followers-hint f-followers-notes">'
        "<legend>{}</legend>"
        '<p class="hint" id="f-followers-hint">{}</p>{}<ul class="deff__us" tabindex="0" aria-label="{}">{}</ul>'
        '<div class="deff__n" id="f-followers-notes" data-notes="followers"></div></fieldset>'
    ).format(
        _("Følges af"),
        _("Uden dato følger enheden den fra den dag, definitionen gælder."),
        everybody,
        _("Følges af"),
        rows,
    )


def _break(view: FormView) -> Markup:
    content = view.content
    chosen = "auto" if content.is_break is None else "yes" if content.is_break else "no"
    options = [
        ("auto", _("Som ændringerne peger på"), _("databrud, når tæller, nævner eller skala er ændret")),
        ("yes", _("Tegn databrud"), ""),
        ("no", _("Intet databrud"), ""),
    ]
    body = _radios("is_break", _("Kan niveauer før og efter sammenlignes?"), options, chosen) + _area(
        "break_reason",
        _("Begrundelse"),
        content.break_reason,
        hint=_("Står på diagrammet ved databruddet. Skal skrives, når I vælger anderledes, end ændringerne peger på."),
    )
    return _section("break", _("Databrud"), body)


ENGLISH = ("name", "definition", "numerator", "denominator", "unit_of_measure", "note")


def _english(view: FormView) -> Markup:
    """The English texts, folded away: they may come later, and the Danish stands in for them meanwhile."""
    content = view.content
    labels = {
        "name": _("Navn"),
        "definition": _("Definition"),
        "numerator": _("Tæller"),
        "denominator": _("Nævner"),
        "unit_of_measure": _("Måleenhed"),
        "note": _("Bemærkning"),
    }
    names = [name for name in ENGLISH if name != "denominator" or content.has_denominator]
    inner = Markup("").join(
        _area(f"{name}_en", _("{field} på engelsk").format(field=labels[name]), getattr(content, name).en, lang="en")
        for name in names
    ) + Markup("").join(
        _area(f"targets_{place}_text_en", _("Måltal {number} på engelsk").format(number=place), one.text.en, lang="en")
        for place, one in enumerate(content.targets, start=1)
        if one.text.da
    )
    return Markup(
        '<section class="card deff__s" aria-labelledby="deff-en"><details class="disc"><summary>'
        '<span id="deff-en">{}</span></summary><p class="hint">{}</p><div class="deff__g2">{}</div></details></section>'
    ).format(_("Engelsk"), _("Står en tekst tom, vises den danske på den engelske side."), inner)


def _buttons(view: FormView) -> Markup:
    withdraw = NOTHING
    if view.is_kept:
        withdraw = Markup('<button type="button" class="btn btn--quiet push" data-press="withdraw">{}</button>').format(
            _("Træk tilbage")
        )
    return Markup(
        '<div class="deff__b"><button type="button" class="btn btn--primary btn--lg" data-press="send">{}</button>'
        '<button type="button" class="btn btn--lg" data-press="save">{}</button>{}</div>'
    ).format(_("Send til kontrol"), _("Gem kladde"), withdraw)


def _day(day: object) -> str:
    return str(day) if day else ""


# -------------------------------------------------------------------------------------------------------- the side


def side(
    content: DefinitionContent,
    *,
    errors: int,
    warnings: int,
    first_errors: Sequence[tuple[str, str]],
    suggestion: Suggestion | None,
    reach: str,
    breaking: Sequence[str],
    unit_names: Mapping[str, str],
    goal_names: Mapping[int, str],
) -> Markup:
    """What stands beside the form: is it ready, which chart and why, what it can show, and how it will be read."""
    return Markup("{}{}{}").format(
        _readiness(errors, warnings, first_errors, breaking),
        _suggested(content, suggestion, reach),
        Markup('<section class="card" aria-labelledby="deff-read"><h2 id="deff-read">{}</h2>{}</section>').format(
            _("Sådan læser lederen den"), reading(content, unit_names, goal_names)
        ),
    )


def _readiness(errors: int, warnings: int, first_errors: Sequence[tuple[str, str]], breaking: Sequence[str]) -> Markup:
    if errors:
        text = ngettext(
            "{count} ting mangler, før den kan sendes.", "{count} ting mangler, før den kan sendes.", errors
        ).format(count=number(errors))
        state = "warn"
    else:
        text = _("Den kan sendes til kontrol.")
        state = "ok"
    listed = Markup("").join(
        Markup('<li><a href="#f-{}">{}</a></li>').format(name, sentence) for name, sentence in first_errors
    )
    more = NOTHING
    if warnings:
        said_warnings = ngettext("{count} advarsel", "{count} advarsler", warnings).format(count=number(warnings))
        more = Markup("<p>{}</p>").format(said_warnings)
    broken = NOTHING
    if breaking:
        broken = Markup('<p class="remark remark--warning">{}<span>{}</span></p>').format(
            ui_icon("warn", size=16),
            _("Ændret: {fields}. Der tegnes et databrud den dag, den nye version gælder fra.").format(
                fields=", ".join(breaking)
            ),
        )
    return Markup(
        '<section class="card deff__ready deff__ready--{}" aria-labelledby="deff-ready"><h2 id="deff-ready">{}</h2>'
        '<ul class="plain">{}</ul>{}{}</section>'
    ).format(state, text, listed, more, broken)


def _suggested(content: DefinitionContent, suggestion: Suggestion | None, reach: str) -> Markup:
    if suggestion is None:
        return NOTHING
    here = content.chart == suggestion.chart
    take = NOTHING
    if suggestion.becomes is not None:
        take = Markup(
            '<button type="button" form="{}" class="btn btn--sm" data-press="use_kind_{}">{}</button>'
        ).format(FORM_ID, suggestion.becomes.value, KINDS[suggestion.becomes].name.say(language()))
    elif not here:
        take = Markup(
            '<button type="button" form="{}" class="btn btn--sm" data-press="use_chart_{}">{}</button>'
        ).format(FORM_ID, suggestion.chart, _("Brug {chart}").format(chart=chart_name(suggestion.chart)))
    else:
        take = Markup('<p class="remark remark--ok">{}<span>{}</span></p>').format(
            ui_icon("check", size=16), _("Valgt")
        )
    others = Markup("").join(
        Markup("<li><b>{}</b>: {}</li>").format(chart_name(one.chart), one.reason.say(language()))
        for one in suggestion.alternatives
    )
    other = (
        Markup('<details class="disc"><summary>{}</summary><ul class="plain deff__alt">{}</ul></details>').format(
            _("Andre diagrammer, der passer"), others
        )
        if others
        else NOTHING
    )
    seen = Markup('<p class="deff__reach">{}</p>').format(reach) if reach else NOTHING
    return Markup(
        '<section class="card" aria-labelledby="deff-sug"><h2 id="deff-sug">{}</h2><p>{}</p>{}{}{}</section>'
    ).format(
        _("Forslag: {chart}").format(chart=chart_name(suggestion.chart)),
        suggestion.reason.say(language()),
        take,
        other,
        seen,
    )


MOST_FOLLOWERS = 6  # more of them are one line that can be opened


def _followers_said(names: Sequence[str]) -> str | Markup:
    if len(names) <= MOST_FOLLOWERS:
        return "; ".join(names)
    items = Markup("").join(Markup("<li>{}</li>").format(name) for name in names)
    return Markup('<details class="disc"><summary>{}</summary><ul class="plain deff__fol">{}</ul></details>').format(
        _("{count} enheder").format(count=number(len(names))), items
    )


def reading(content: DefinitionContent, unit_names: Mapping[str, str], goal_names: Mapping[int, str]) -> Markup:
    """The definition as it is met on an indicator's page."""
    rows: list[tuple[str, str | Markup]] = [(_("Definition"), said(content.definition))]
    rows.append((_("Tæller"), said(content.numerator)))
    if content.has_denominator:
        rows.append((_("Nævner"), said(content.denominator)))
    rows.append((_("Måleenhed"), said(content.unit_of_measure)))
    rows.append((_("Retning"), _(DIRECTIONS[content.direction]) if content.direction else ""))
    rows.append((_("Rolle"), _(ROLES[content.role]) if content.role else ""))
    if content.goal in goal_names:
        goal = _("Mål {number}: {name}").format(number=content.goal, name=goal_names[content.goal or 0])
        rows.append((_("Bidrager til"), " · ".join(part for part in (goal, content.contributes_to or "") if part)))
    rows.append(
        (_("Måltal"), "; ".join(text for text in (target_line(one, content) for one in content.targets) if text))
    )
    rows.append((_("Diagram"), chart_name(content.chart)))
    followers = [unit_names[one.unit_code] for one in content.followers if one.unit_code in unit_names]
    rows.append((_("Følges af"), _followers_said(followers)))
    rows.append((_("Ejer"), content.owner))
    rows.append((_("Datakilde"), content.data_source))
    rows.append((_("Gælder fra"), day_text(content.valid_from) if content.valid_from else ""))
    rows.append((_("Gennemsyn"), day_text(content.review_on) if content.review_on else ""))
    rows.append((_("Bemærkning"), said(content.note)))
    listed = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(
            label, text or Markup('<span class="muted">{}</span>').format(_("mangler"))
        )
        for label, text in rows
        if text or label in (_("Definition"), _("Tæller"), _("Nævner"), _("Retning"))
    )
    name = said(content.name) or _("Uden navn")
    return Markup('<h3 class="mt-2">{}</h3><dl class="dl deff__dl">{}</dl>').format(name, listed)
