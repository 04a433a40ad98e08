"""Rules about the figures: scale, range, decimals, chart, period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from indicators import spc
from indicators.chart_choice import KINDS, KindOfData, suggest
from indicators.definition import PeriodKind
from indicators.definition_content import DefinitionContent
from indicators.definition_lint.record import Hit, Rule, Surroundings, Weight
from indicators.periods import next_start, start_of
from indicators.spc.profiles import profile_of
from indicators.words import Words

NO_CHART = "line"
"""What the catalogue writes for figures that are drawn without limits and signals."""

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
MOST_DECIMALS = 3
FEW_CASES = 50
"""With fewer cases one of them is worth 2 percentage points or more: a decimal promises what is not there."""

PERCENT_WORDS = ("%", "pct", "pct.", "procent", "per cent", "percent")


def _kind_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.kind is None:
        yield Hit("kind")


def _per_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    # What follows from the kind of figures is not missed before the kind is.
    if content.per is None and content.kind is None:
        return
    if content.per is None or not 0 < content.per <= 10_000_000:
        yield Hit("per")


def _is_percent_word(words: Words) -> bool:
    return words.da.strip().casefold() in PERCENT_WORDS or words.en.strip().casefold() in PERCENT_WORDS


def _percent_scale(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.per is not None and content.per != 100 and content.has_denominator:
        if _is_percent_word(content.unit_of_measure):
            yield Hit("per", {"per": f"{content.per:g}"}, weight=Weight.WARNING if around.is_shipped else None)
    elif (
        content.kind is KindOfData.SHARE
        and content.unit_of_measure.da
        and not _is_percent_word(content.unit_of_measure)
    ):
        yield Hit(
            "unit_of_measure_da",
            {"unit": content.unit_of_measure.da},
            words=Words(
                "Tallene ganges med 100, men måleenheden er »{unit}«.",
                "The figures are multiplied by 100, but the unit of measure is “{unit}”.",
            ),
            weight=Weight.WARNING,
            mend=Words("En andel er i procent: skriv %.", "A share is in per cent: write %."),
        )


def _unit_of_measure_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if not content.unit_of_measure.da.strip() and content.kind is not None:
        yield Hit("unit_of_measure_da")


def _range_backwards(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.minimum is not None and content.maximum is not None and content.minimum >= content.maximum:
        yield Hit("maximum", {"minimum": f"{content.minimum:g}", "maximum": f"{content.maximum:g}"})


def _share_range(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.kind is KindOfData.SHARE and content.is_percent and (content.minimum, content.maximum) != (0, 100):
        yield Hit("minimum" if content.minimum != 0 else "maximum")


def _decimals(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    decimals = content.decimals
    if decimals is None and content.kind is None:
        return
    if decimals is None or not 0 <= decimals <= 6:
        yield Hit(
            "decimals",
            words=Words("Antal decimaler mangler.", "The number of decimals is missing."),
            weight=Weight.ERROR,
            mend=Words("Skriv et helt tal fra 0 til 6.", "Write a whole number from 0 to 6."),
        )
    elif decimals > MOST_DECIMALS:
        yield Hit(
            "decimals",
            {"decimals": decimals, "n": ""},
            words=Words(
                "{decimals} decimaler er flere, end nogen kan bruge.",
                "{decimals} decimals are more than anybody can use.",
            ),
        )
    elif decimals and content.is_percent and content.expected_n and content.expected_n < FEW_CASES:
        yield Hit(
            "decimals", {"decimals": decimals, "n": f"{content.expected_n:g}", "one": f"{100 / content.expected_n:.0f}"}
        )


def _chart_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if not content.chart:
        yield Hit("chart")
    elif content.chart not in spc.CHARTS and not (content.chart == NO_CHART and around.is_shipped):
        yield Hit("chart", words=Words("Diagrammet findes ikke.", "There is no such chart."))


def _chart_fits(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    chart = spc.CHARTS.get(content.chart)
    if chart is None:
        return
    values = {"chart": chart.name}
    if chart.needs_denominator and not content.has_denominator:
        yield Hit("chart", values)
    elif content.has_denominator and not (chart.takes_denominator or chart.needs_several):
        yield Hit(
            "chart",
            values,
            words=Words(
                "{chart} tegner et antal eller en tid uden nævner.",
                "The {chart} draws a count or a time without a denominator.",
            ),
        )
    elif chart.is_of_cases and content.period is not PeriodKind.DAY:
        yield Hit(
            "period",
            values,
            words=Words(
                "{chart} har ét punkt pr. hændelse, ikke pr. periode.",
                "The {chart} has one point per event, not per period.",
            ),
        )
    elif not chart.is_of_cases and content.period is PeriodKind.DAY:
        yield Hit(
            "period",
            values,
            words=Words(
                "{chart} har ét punkt pr. periode; dage er for diagrammer med ét punkt pr. hændelse.",
                "The {chart} has one point per period; days are for charts with one point per event.",
            ),
        )


def _chart_other(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.kind is None or content.chart not in spc.CHARTS or not content.expected_n:
        return
    per = content.per or 1
    found = suggest(
        content.kind,
        expected_n=content.expected_n,
        expected_level=None if content.expected_level is None else content.expected_level / per,
    )
    fitting = {found.chart, "run", *(other.chart for other in found.alternatives)}
    if found.becomes is not None:
        yield Hit("kind", {"suggested": spc.CHARTS[found.chart].name, "why": found.reason})
    elif content.chart not in fitting:
        yield Hit("chart", {"suggested": spc.CHARTS[found.chart].name, "why": found.reason})


def _profile_unknown(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    try:
        profile_of(content.profile or "anhoej")
    except spc.InputError:
        yield Hit("profile", {"known": ", ".join(spc.PROFILES)})


def _open_periods(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if not 0 <= content.open_periods <= 12:
        yield Hit("open_periods")


def _valid_from(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    day = content.valid_from
    if day is None:
        if not around.is_shipped:
            yield Hit(
                "valid_from",
                words=Words(
                    "Det står ikke, fra hvornår definitionen gælder.", "It does not say from when the definition holds."
                ),
                mend=Words("Skriv den første dag i en periode.", "Write the first day of a period."),
            )
        return
    if not EARLIEST <= day <= LATEST:
        yield Hit(
            "valid_from",
            {"day": day.strftime("%d-%m-%Y")},
            words=Words("Datoen {day} er ikke mulig.", "The date {day} is not possible."),
            mend=Words("Se efter, om året er skrevet rigtigt.", "See whether the year is written correctly."),
        )
        return
    start = start_of(day, content.period)
    if start != day:
        following = next_start(start, content.period)
        yield Hit("valid_from", {"day": day.strftime("%d-%m-%Y"), "next": following.strftime("%d-%m-%Y")})
    former = around.former.valid_from if around.former else None
    if former is not None and day <= former:
        yield Hit(
            "valid_from",
            {"day": former.strftime("%d-%m-%Y")},
            words=Words("Den nuværende version gælder fra {day}.", "The version in force holds from {day}."),
            mend=Words("Lad den nye begynde senere.", "Let the new one begin later."),
        )


def _form_kept(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    """What has been handed in must still be readable by the new version."""
    former = around.former
    if former is None:
        return
    for name in ("period", "has_denominator"):
        if getattr(former, name) != getattr(content, name):
            yield Hit("period" if name == "period" else "kind")


def _nothing_new(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if around.former is not None:
        ignored = {"valid_from": None, "is_break": None, "break_reason": "", "review_on": None}
        if content.but(**ignored) == around.former.but(**ignored) and content.review_on == around.former.review_on:
            yield Hit("valid_from")


def _break_without_reason(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    from indicators.definition_content import breaking_changes

    if around.former is None or content.break_reason.strip():
        return
    suggested = bool(breaking_changes(around.former, content))
    if content.is_break is not None and content.is_break != suggested:
        yield Hit("break_reason")


PERIOD_WORDS = Words("Vælg et, der passer: {charts}.", "Choose one that fits: {charts}.")

RULES = (
    Rule(
        "kind_missing",
        Weight.ERROR,
        Words("Det står ikke, hvad tallene er.", "It does not say what the figures are."),
        Words("Vælg den slags tal, I vil indberette.", "Choose the kind of figures you will hand in."),
        _kind_missing,
    ),
    Rule(
        "per_missing",
        Weight.ERROR,
        Words("Det mangler, hvad tallet ganges med.", "What the figure is multiplied by is missing."),
        Words(
            "Skriv 100 for procent, 1000 for pr. 1.000 og 1 for gennemsnit og antal.",
            "Write 100 for per cent, 1000 for per 1,000, and 1 for means and counts.",
        ),
        _per_missing,
    ),
    Rule(
        "percent_scale",
        Weight.ERROR,
        Words(
            "Måleenheden er procent, men tallet ganges med {per}.",
            "The unit of measure is per cent, but the figure is multiplied by {per}.",
        ),
        Words("Procent ganges med 100.", "Per cent is multiplied by 100."),
        _percent_scale,
    ),
    Rule(
        "unit_of_measure_missing",
        Weight.WARNING,
        Words("Måleenheden mangler.", "The unit of measure is missing."),
        Words(
            "Skriv den, fx »%«, »dage« eller »pr. 1.000 sengedage«.",
            "Write it, e.g. “%”, “days” or “per 1,000 bed days”.",
        ),
        _unit_of_measure_missing,
    ),
    Rule(
        "range_backwards",
        Weight.ERROR,
        Words(
            "Mindst {minimum} og højst {maximum} kan ikke passe.", "At least {minimum} and at most {maximum} cannot be."
        ),
        Words("Byt om, eller lad et af dem stå tomt.", "Swap them, or leave one of them empty."),
        _range_backwards,
    ),
    Rule(
        "share_range",
        Weight.WARNING,
        Words("En andel ligger mellem 0 og 100 %.", "A share lies between 0 and 100%."),
        Words("Skriv 0 og 100, så en tastefejl fanges.", "Write 0 and 100, so that a slip of typing is caught."),
        _share_range,
    ),
    Rule(
        "decimals_too_many",
        Weight.WARNING,
        Words(
            "Med ca. {n} pr. periode flytter ét forløb tallet {one} procentpoint; {decimals} decimal lover mere.",
            "With about {n} per period one case moves the figure {one} percentage points; {decimals} decimal promises "
            "more.",
        ),
        Words("Vælg færre decimaler.", "Choose fewer decimals."),
        _decimals,
    ),
    Rule(
        "chart_missing",
        Weight.ERROR,
        Words("Der er ikke valgt diagram.", "No chart is chosen."),
        Words("Vælg det foreslåede, hvis I er i tvivl.", "Choose the suggested one if in doubt."),
        _chart_missing,
    ),
    Rule(
        "chart_does_not_fit",
        Weight.ERROR,
        Words("{chart} kræver en nævner.", "The {chart} needs a denominator."),
        Words("Vælg et andet diagram eller en anden slags tal.", "Choose another chart or another kind of figure."),
        _chart_fits,
    ),
    Rule(
        "chart_other",
        Weight.NOTE,
        Words("{suggested} passer bedre til tallene. {why}", "The {suggested} suits the figures better. {why}"),
        Words("", ""),
        _chart_other,
    ),
    Rule(
        "profile_unknown",
        Weight.ERROR,
        Words("Regelsættet findes ikke.", "There is no such set of rules."),
        Words("Vælg et af: {known}.", "Choose one of: {known}."),
        _profile_unknown,
    ),
    Rule(
        "open_periods_wrong",
        Weight.ERROR,
        Words("Antallet af åbne perioder kan ikke bruges.", "The number of open periods cannot be used."),
        Words("Skriv et helt tal fra 0 til 12.", "Write a whole number from 0 to 12."),
        _open_periods,
    ),
    Rule(
        "valid_from_wrong",
        Weight.ERROR,
        Words("{day} er ikke den første dag i en periode.", "{day} is not the first day of a period."),
        Words(
            "Skriv den første dag i en periode; den næste er {next}.",
            "Write the first day of a period; the next is {next}.",
        ),
        _valid_from,
    ),
    Rule(
        "form_changed",
        Weight.ERROR,
        Words(
            "En ny version kan ikke have andre perioder, eller få eller miste sin nævner: de indberettede tal ville "
            "ikke kunne læses.",
            "A new version cannot have other periods, or gain or lose its denominator: the figures handed in could not "
            "be read.",
        ),
        Words("Lav en ny indikator i stedet.", "Make a new indicator instead."),
        _form_kept,
    ),
    Rule(
        "nothing_new",
        Weight.ERROR,
        Words("Intet er ændret siden den nuværende version.", "Nothing is changed since the version in force."),
        Words(
            "Ret det, der skal ændres, eller træk kladden tilbage.", "Change what is to change, or withdraw the draft."
        ),
        _nothing_new,
    ),
    Rule(
        "break_without_reason",
        Weight.ERROR,
        Words(
            "I har valgt noget andet om databruddet, end ændringerne peger på.",
            "You have chosen otherwise about the data break than the changes suggest.",
        ),
        Words("Skriv hvorfor.", "Write why."),
        _break_without_reason,
    ),
)

assert set(KINDS) == set(KindOfData)
