"""What is said about a series: a finding as title, three boxes, and the reasons with their exact arithmetic.

Deterministic templates, no generated prose. The long sentences stand as `Words(da, en)` beside each other, so that a
consultant can read both languages of a state in one place; the short words of the screen are gettext messages.

A sentence is chosen by the state of the assessment (variation, rule, assurance, direction); every choice is a table
below, and a test walks all of them in both languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from dashboards.figures.points import Point, fraction_text, has_limits, read_points, the_centre
from dashboards.text import (
    language as current_language,
)
from dashboards.text import (
    number,
    percent,
    period_text,
    span_text,
    use_language,
    value_text,
    value_with_unit,
)
from indicators import spc
from indicators.assessment import Assurance, Variation
from indicators.definition import Direction, PeriodKind
from indicators.words import Words

if TYPE_CHECKING:
    from datetime import date

    from indicators.assessment import Assessment
    from indicators.definition import Target

# Chance leaves 3 in 1,000 points outside 3 sigma; thirty times that, on both sides, is not that many events.
OVERDISPERSION_SHARE, OVERDISPERSION_POINTS = 0.1, 20
NEAR = 2  # periods before a signal begins in which a note may have to do with it


class Note(Protocol):
    """A note with the letter it has on the chart (`figures.spc_chart.Flag` is one)."""

    @property
    def period(self) -> date: ...
    @property
    def letter(self) -> str: ...


@dataclass(frozen=True, slots=True)
class WhyRow:
    """One line of arithmetic; `is_hit` marks what raised the signal."""

    label: str
    value: str
    is_hit: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """The words of one series, in one language. `see`, `means` and `do` are paragraphs, the most important first."""

    title: str
    see: tuple[str, ...]
    means: tuple[str, ...]
    do: tuple[str, ...]
    why: tuple[WhyRow, ...]
    alt: str


def explain(
    assessment: Assessment, *, unit_name: str, annotations: Sequence[Note] = (), language: str | None = None
) -> Explanation:
    """The finding of `assessment` in words.

    Parameters
    ----------
    assessment : Assessment
        The series as computed; nothing is computed again here.
    unit_name : str
        The unit as it stands in a sentence.
    annotations : Sequence[Note]
        Notes of the series; one that lies near the start of a signal is named by its letter.
    language : "da" or "en", optional
        Else that of the request.
    """
    with use_language(language or current_language()):
        return _Speaker(assessment, unit_name, tuple(annotations)).explanation()


# ------------------------------------------------------------------------------------------------------------- periods

# one, many, "a single one", "one after another"
_PERIODS = {
    PeriodKind.WEEK: (
        Words("uge", "week"),
        Words("uger", "weeks"),
        Words("en enkelt uge", "a single week"),
        Words("uge efter uge", "week after week"),
    ),
    PeriodKind.MONTH: (
        Words("måned", "month"),
        Words("måneder", "months"),
        Words("en enkelt måned", "a single month"),
        Words("måned efter måned", "month after month"),
    ),
    PeriodKind.QUARTER: (
        Words("kvartal", "quarter"),
        Words("kvartaler", "quarters"),
        Words("et enkelt kvartal", "a single quarter"),
        Words("kvartal efter kvartal", "quarter after quarter"),
    ),
    PeriodKind.YEAR: (
        Words("år", "year"),
        Words("år", "years"),
        Words("et enkelt år", "a single year"),
        Words("år efter år", "year after year"),
    ),
}
_COMPARISONS = {
    ">=": Words("mindst {value}", "at least {value}"),
    "<=": Words("højst {value}", "at most {value}"),
    ">": Words("over {value}", "above {value}"),
    "<": Words("under {value}", "below {value}"),
}
_SIDES = {True: Words("over", "above"), False: Words("under", "below")}
_LIMITS = {
    True: Words("over den øvre grænse", "above the upper limit"),
    False: Words("under den nedre grænse", "below the lower limit"),
}
_HIGHER = {True: Words("højere", "higher"), False: Words("lavere", "lower")}

# -------------------------------------------------------------------------------------------------------------- titles

_KIND = {
    Variation.IMPROVEMENT: Words("Forbedring", "Improvement"),
    Variation.CONCERN: Words("Bekymrende", "Concerning"),
    Variation.CHANGE: Words("Ændring", "Change"),
}
_TITLE_RUN = Words(
    "{kind}: {count} {periods} i træk {side} {the_centre} på {centre}",
    "{kind}: {count} {periods} in a row {side} {the_centre} of {centre}",
)
_TITLE_CROSSINGS = Words(
    "{kind}: niveauet har sandsynligvis flyttet sig {way}",
    "{kind}: the level has probably moved {way}",
)
_WAY = {True: Words("op", "up"), False: Words("ned", "down")}
_TITLE_CROSSINGS_NO_WAY = Words(
    "{kind}: niveauet har sandsynligvis flyttet sig",
    "{kind}: the level has probably moved",
)
_TITLE_OUTSIDE_ONE = Words("{kind}: {when} ligger {limit}", "{kind}: {when} lies {limit}")
_TITLE_OUTSIDE_MANY = Words("{kind}: {count} {periods} ligger {limit}", "{kind}: {count} {periods} lie {limit}")
# Without limits the target is counted, and the title says what was counted.
_TITLE_COMMON = {
    (Assurance.PASS, False): Words(
        "Stabilt: måltallet nås {after_another}", "Stable: the target is met {after_another}"
    ),
    (Assurance.PASS, True): Words(
        "Tilfældig variation: måltallet er nået i alle de seneste {counted} {periods}",
        "Random variation: the target was met in all of the last {counted} {periods}",
    ),
    (Assurance.MIXED, False): Words(
        "Tilfældig variation: måltallet nås i nogle {periods}, ikke i andre",
        "Random variation: the target is met in some {periods}, not in others",
    ),
    (Assurance.MIXED, True): Words(
        "Tilfældig variation: måltallet er nået i {met} af de seneste {counted} {periods}",
        "Random variation: the target was met in {met} of the last {counted} {periods}",
    ),
    (Assurance.FAIL, False): Words("Stabilt, men måltallet nås ikke", "Stable, but the target is not met"),
    (Assurance.FAIL, True): Words(
        "Tilfældig variation: måltallet er ikke nået i de seneste {counted} {periods}",
        "Random variation: the target was met in none of the last {counted} {periods}",
    ),
}
_TITLE_COMMON_NO_TARGET = Words(
    "Tilfældig variation omkring {the_centre} på {centre}", "Random variation around {the_centre} of {centre}"
)
_TITLE_COMMON_WITHIN = Words(
    "Tilfældig variation: måltallet ligger inden for udsvingene",
    "Random variation: the target lies within it",
)
_TITLE_CONSTANT = Words(
    "Ingen variation: alle {periods} ligger på {value}",
    "No variation: all {periods} are at {value}",
)
_TITLE_FEW = Words("For få data: {count} af {needed} {periods}", "Too few data: {count} of {needed} {periods}")
_TITLE_MISSING = Words("Ingen data endnu", "No data yet")

# ------------------------------------------------------------------------------------------------------ what do we see

_SEE_RUN_NOW = Words(
    "De seneste {count} lukkede {periods} ({span}) ligger alle {side} {the_centre} på {centre}.",
    "The latest {count} closed {periods} ({span}) all lie {side} {the_centre} of {centre}.",
)
_SEE_RUN_PAST = Words(
    "{count} {periods} i træk ({span}) lå {side} {the_centre} på {centre}.",
    "{count} {periods} in a row ({span}) lay {side} {the_centre} of {centre}.",
)
_SEE_CROSSINGS = Words(
    "Kurven krydser {the_centre} ({centre}) {count} gange i {span}. Var intet ændret, ville vi vente mindst "
    "{expected}.",
    "The line crosses {the_centre} ({centre}) {count} times in {span}. Had nothing changed, we would expect "
    "at least {expected}.",
)
_SEE_CROSSINGS_ONCE = Words(
    "Kurven krydser {the_centre} ({centre}) én gang i {span}. Var intet ændret, ville vi vente mindst {expected}.",
    "The line crosses {the_centre} ({centre}) once in {span}. Had nothing changed, we would expect at least "
    "{expected}.",
)
_SEE_OUTSIDE_ONE = Words(
    "{when} er på {value} og ligger {limit} på {bound}.", "{when} is at {value} and lies {limit} of {bound}."
)
_SEE_OUTSIDE_ONLY = Words(
    "{when} er på {value} og ligger {limit} på {bound}. De øvrige {periods} i fasen ligger inden for grænserne.",
    "{when} is at {value} and lies {limit} of {bound}. The other {periods} of the phase lie within the limits.",
)
_SEE_OUTSIDE_MANY = Words("{count} {periods} ligger {limit}: {list}.", "{count} {periods} lie {limit}: {list}.")
_SEE_OUTSIDE_LATEST = Words(
    "{count} {periods} ligger {limit}, senest {list}.", "{count} {periods} lie {limit}, most recently {list}."
)
_SEE_COMMON_LIMITS = Words(
    "Alle {count} {periods} i fasen ligger inden for grænserne og svinger omkring {the_centre} på {centre}.",
    "All {count} {periods} of the phase lie within the limits and vary around {the_centre} of {centre}.",
)
_SEE_COMMON = Words(
    "{count} {periods} svinger omkring {the_centre} på {centre} uden tegn på et skift.",
    "{count} {periods} vary around {the_centre} of {centre} without sign of a shift.",
)
_SEE_CONSTANT = Words("Alle {count} {periods} ligger på {value}.", "All {count} {periods} are at {value}.")
_SEE_FEW = Words(
    "Der er tal for {count} {periods} ({span}). Der skal {needed} til, før vi leder efter signaler.",
    "There are figures for {count} {periods} ({span}). It takes {needed} before we look for signals.",
)
_SEE_FEW_ONE = Words(
    "Der er tal for én {period}. Der skal {needed} til, før vi leder efter signaler.",
    "There are figures for one {period}. It takes {needed} before we look for signals.",
)
_SEE_FEW_OFF_LINE = Words(
    "{count} af {total} {periods} ligger over eller under {the_centre}; resten ligger på linjen og tæller "
    "ikke med. Der skal {needed} til, før vi leder efter signaler.",
    "{count} of {total} {periods} lie above or below {the_centre}; the rest lie on the line and do not count. "
    "It takes {needed} before we look for signals.",
)
_SEE_FEW_PHASE = Words(
    "Den nuværende fase har tal for {count} {periods} ({span}). Der skal {needed} til, før vi leder efter signaler.",
    "The current phase has figures for {count} {periods} ({span}). It takes {needed} before we look for signals.",
)
_SEE_MISSING = Words(
    "Der er ikke indberettet tal for {indicator} i {unit}.",
    "No figures have been handed in for {indicator} in {unit}.",
)
_SEE_ONLY_OPEN = Words(
    "Der er kun tal for {periods}, der stadig er åbne.",
    "There are figures only for {periods} that are still open.",
)
_LATEST = Words("{when}: {value}", "{when}: {value}")
_LATEST_FRACTION = Words("{when}: {value} ({fraction})", "{when}: {value} ({fraction})")
_OPEN_ONE = Words(
    "{list} er åben: tallet kan stadig ændre sig og giver intet signal.",
    "{list} is open: the figure may still change and raises no signal.",
)
_OPEN_MANY = Words(
    "{list} er åbne: tallene kan stadig ændre sig og giver ingen signaler.",
    "{list} are open: the figures may still change and raise no signals.",
)
_ABSENT = Words("Der mangler tal for {list}.", "Figures are missing for {list}.")
_ABSENT_MANY = Words(
    "Der mangler tal for {count} {periods}, senest {last}.",
    "Figures are missing for {count} {periods}, most recently {last}.",
)
_HIDDEN = Words(
    "{count} {periods} er skjult, fordi tallene er små, og indgår ikke.",
    "Hidden because the numbers are small, and left out: {count} {periods}.",
)
_LEFT_OUT = Words("{list} er tegnet, men udeladt af beregningen.", "{list}: drawn, but left out of the calculation.")
_EARLIER = Words("Andre signaler i målingen: {list}.", "Other signals in the measure: {list}.")

# -------------------------------------------------------------------------------------------------- what does it mean

_MEANS_RUN = {
    Variation.IMPROVEMENT: Words(
        "Så lang en række på den gode side er næppe tilfældig. Noget har sandsynligvis ændret sig til det bedre.",
        "So long a run on the good side is hardly chance. Something has probably changed for the better.",
    ),
    Variation.CONCERN: Words(
        "Så lang en række på den dårlige side er næppe tilfældig. Noget har sandsynligvis ændret sig.",
        "So long a run on the bad side is hardly chance. Something has probably changed.",
    ),
    Variation.CHANGE: Words(
        "Så lang en række er næppe tilfældig: niveauet har sandsynligvis flyttet sig. Ingen retning er bedst her, så I "
        "må selv vurdere, om det er ønsket.",
        "So long a run is hardly chance: the level has probably moved. Neither direction is better here, so judge for "
        "yourselves whether it is wanted.",
    ),
}
_MEANS_CROSSINGS = {
    Variation.IMPROVEMENT: Words(
        "Når kurven krydser så sjældent, har niveauet sandsynligvis flyttet sig undervejs. De seneste {periods} ligger "
        "{higher} end de første, og det er den gode retning.",
        "When the line crosses so seldom, the level has probably moved along the way. The latest {periods} lie "
        "{higher} than the first, and that is the good direction.",
    ),
    Variation.CONCERN: Words(
        "Når kurven krydser så sjældent, har niveauet sandsynligvis flyttet sig undervejs. De seneste {periods} ligger "
        "{higher} end de første, og det er den dårlige retning.",
        "When the line crosses so seldom, the level has probably moved along the way. The latest {periods} lie "
        "{higher} than the first, and that is the bad direction.",
    ),
    Variation.CHANGE: Words(
        "Når kurven krydser så sjældent, har niveauet sandsynligvis flyttet sig undervejs. Kurven viser ikke, om det "
        "er til det bedre.",
        "When the line crosses so seldom, the level has probably moved along the way. The line does not show whether "
        "it is for the better.",
    ),
}
_MEANS_OUTSIDE = {
    Variation.IMPROVEMENT: Words(
        "Så langt fra {the_centre} kommer {single} sjældent ved et tilfælde. Der er sandsynligvis sket noget særligt, "
        "og det trak i den gode retning.",
        "{single} rarely gets so far from {the_centre} by chance. Something special has probably happened, and it "
        "pulled in the good direction.",
    ),
    Variation.CONCERN: Words(
        "Så langt fra {the_centre} kommer {single} sjældent ved et tilfælde. Der er sandsynligvis sket noget særligt, "
        "og det trak i den dårlige retning.",
        "{single} rarely gets so far from {the_centre} by chance. Something special has probably happened, and it "
        "pulled in the bad direction.",
    ),
    Variation.CHANGE: Words(
        "Så langt fra {the_centre} kommer {single} sjældent ved et tilfælde. Der er sandsynligvis sket noget særligt.",
        "{single} rarely gets so far from {the_centre} by chance. Something special has probably happened.",
    ),
}
_MEANS_WIDE = Words(
    "Så mange {periods} uden for grænserne på begge sider skyldes sjældent lige så mange hændelser. Tallene "
    "svinger mere, end diagrammet regner med, så grænserne er for snævre (overspredning).",
    "So many {periods} outside the limits on both sides are seldom due to as many events. The figures vary "
    "more than the chart allows for, so the limits are too narrow (overdispersion).",
)
# (assurance, is it counted over the last periods rather than predicted from the limits)
_MEANS_COMMON = {
    (Assurance.PASS, False): Words(
        "Intet tyder på andet end tilfældige udsving, og måltallet ({target}) ligger uden for dem på den gode side. "
        "Bliver alt ved det gamle, kan I vente at nå det {after_another}.",
        "Nothing points to more than random variation, and the target ({target}) lies outside it on the good side. If "
        "nothing changes, you can expect to meet it {after_another}.",
    ),
    (Assurance.PASS, True): Words(
        "Intet tyder på andet end tilfældige udsving. Måltallet ({target}) er nået i alle de seneste {counted} "
        "{periods}. Det er talt op, ikke forudsagt.",
        "Nothing points to more than random variation. The target ({target}) was met in all of the last {counted} "
        "{periods}. That is counted, not predicted.",
    ),
    (Assurance.MIXED, False): Words(
        "Intet tyder på andet end tilfældige udsving, og måltallet ({target}) ligger inden for dem. Om I når det i "
        "{single}, er tilfældigt: I nåede det i {met} af de seneste {counted}.",
        "Nothing points to more than random variation, and the target ({target}) lies within it. Whether you meet it "
        "in {single} is chance: you met it in {met} of the last {counted}.",
    ),
    (Assurance.MIXED, True): Words(
        "Intet tyder på andet end tilfældige udsving. Måltallet ({target}) er nået i {met} af de seneste {counted} "
        "{periods}. Det er talt op, ikke forudsagt.",
        "Nothing points to more than random variation. The target ({target}) was met in {met} of the last {counted} "
        "{periods}. That is counted, not predicted.",
    ),
    (Assurance.FAIL, False): Words(
        "Processen er stabil, men måltallet ({target}) ligger uden for det, den kan. I når det næppe, uanset hvor "
        "meget I følger op på de enkelte {periods}.",
        "The process is stable, but the target ({target}) lies outside what it can do. You will hardly meet it, "
        "however closely you follow up single {periods}.",
    ),
    (Assurance.FAIL, True): Words(
        "Intet tyder på andet end tilfældige udsving. Måltallet ({target}) er ikke nået i nogen af de seneste "
        "{counted} {periods}. Det er talt op, ikke forudsagt.",
        "Nothing points to more than random variation. The target ({target}) was met in none of the last {counted} "
        "{periods}. That is counted, not predicted.",
    ),
}
# In reach by the limits, yet always or never met of late.
_MEANS_COMMON_WITHIN = {
    True: Words(
        "Intet tyder på andet end tilfældige udsving, og måltallet ({target}) ligger inden for dem. I nåede det i alle "
        "de seneste {counted} {periods}, men kan ikke vente at nå det hver gang.",
        "Nothing points to more than random variation, and the target ({target}) lies within it. You met it in all of "
        "the last {counted} {periods}, but cannot expect to meet it every time.",
    ),
    False: Words(
        "Intet tyder på andet end tilfældige udsving, og måltallet ({target}) ligger inden for dem. I nåede det dog "
        "ikke i nogen af de seneste {counted} {periods}.",
        "Nothing points to more than random variation, and the target ({target}) lies within it. Yet you met it in "
        "none of the last {counted} {periods}.",
    ),
}
_MEANS_COMMON_NO_TARGET = Words(
    "Intet tyder på andet end tilfældige udsving. Processen leverer omtrent det samme {after_another}, og der "
    "er intet måltal at holde den op imod.",
    "Nothing points to more than random variation. The process delivers much the same {after_another}, and "
    "there is no target to hold it against.",
)
_MEANS_COMMON_NO_DIRECTION = Words(
    "Intet tyder på andet end tilfældige udsving. Processen leverer omtrent det samme {after_another}.",
    "Nothing points to more than random variation. The process delivers much the same {after_another}.",
)
_MEANS_CONSTANT = Words(
    "Når intet svinger, kan der ikke beregnes grænser, og der kan ikke komme et signal.",
    "Where nothing varies no limits can be computed, and no signal can arise.",
)
_MEANS_FEW = Words(
    "Med så få tal kan vi ikke skelne et signal fra støj.", "With so few figures a signal cannot be told from noise."
)
_MEANS_MISSING = Words(
    "Uden tal kan vi ikke sige noget om processen.",
    "Without figures nothing can be said about the process.",
)

# What a target adds where there is a signal, or no variation.
_TARGET = {
    (Assurance.PASS, False): Words(
        "Måltallet ({target}) ligger uden for udsvingene i fasen, på den gode side.",
        "The target ({target}) lies outside the variation of the phase, on the good side.",
    ),
    (Assurance.PASS, True): Words(
        "Måltallet ({target}) er nået i alle de seneste {counted} {periods}.",
        "The target ({target}) was met in all of the last {counted} {periods}.",
    ),
    (Assurance.MIXED, False): Words(
        "Måltallet ({target}) ligger inden for udsvingene i fasen: I nåede det i {met} af de seneste {counted} "
        "{periods}.",
        "The target ({target}) lies within the variation of the phase: you met it in {met} of the last {counted} "
        "{periods}.",
    ),
    (Assurance.MIXED, True): Words(
        "Måltallet ({target}) er nået i {met} af de seneste {counted} {periods}.",
        "The target ({target}) was met in {met} of the last {counted} {periods}.",
    ),
    (Assurance.FAIL, False): Words(
        "Måltallet ({target}) ligger stadig uden for udsvingene i fasen.",
        "The target ({target}) still lies outside the variation of the phase.",
    ),
    (Assurance.FAIL, True): Words(
        "Måltallet ({target}) er ikke nået i nogen af de seneste {counted} {periods}.",
        "The target ({target}) was met in none of the last {counted} {periods}.",
    ),
}
_BREAK = Words(
    "Databrud {when}. Niveauer før og efter kan ikke sammenlignes.",
    "Data break {when}. Levels before and after cannot be compared.",
)

# ------------------------------------------------------------------------------------------------ what can you do now

_DO_RUN_BETTER = Words(
    "Find ud af, hvad der virkede omkring {start}, skriv det som note, og del det. Overvej en ny fase fra "
    "{start}, når årsagen er forstået.",
    "Find out what worked around {start}, write it as a note and share it. Consider a new phase from {start} "
    "once the cause is understood.",
)
_DO_RUN_BETTER_NOTE = Words(
    "Find ud af, om note {letter} forklarer skiftet omkring {start}, og del det, der virkede. Overvej en ny fase fra "
    "{start}, når årsagen er forstået.",
    "Find out whether note {letter} explains the shift around {start}, and share what worked. Consider a new phase "
    "from {start} once the cause is understood.",
)
_DO_BETTER_GOAL_AHEAD = Words(
    "Anerkend fremgangen, og bliv ved. Spørg, hvad den næste forhindring er.",
    "Acknowledge the progress and keep going. Ask what the next obstacle is.",
)
_DO_RUN_WORSE = Words(
    "Spørg: Hvad ændrede sig omkring {start}? Se på noter og datakvalitet, før I vælger tiltag.",
    "Ask: What changed around {start}? Look at the notes and the data quality before you choose what to do.",
)
_DO_RUN_WORSE_NOTE = Words(
    "Spørg: Hvad ændrede sig omkring {start}? Begynd med note {letter}, og se på datakvaliteten, før I vælger tiltag.",
    "Ask: What changed around {start}? Begin with note {letter}, and look at the data quality before you "
    "choose what to do.",
)
_DO_RUN_CHANGE = Words(
    "Find ud af, hvad der ændrede sig omkring {start}, og om det var meningen. Overvej en ny fase, når "
    "årsagen er forstået.",
    "Find out what changed around {start}, and whether it was intended. Consider a new phase once the cause "
    "is understood.",
)
_DO_RUN_CHANGE_NOTE = Words(
    "Find ud af, om ændringen omkring {start} hænger sammen med note {letter}, og om den var meningen. "
    "Overvej en ny fase, når årsagen er forstået.",
    "Find out whether the change around {start} has to do with note {letter}, and whether it was intended. "
    "Consider a new phase once the cause is understood.",
)
_DO_CROSSINGS = Words(
    "Se efter et skift eller en glidende ændring, og hold det op mod noterne. Overvej en ny fase, når årsagen "
    "er forstået.",
    "Look for a step or a gradual change, and compare it with the notes. Consider a new phase once the cause "
    "is understood.",
)
_DO_OUTSIDE = {
    Variation.IMPROVEMENT: Words(
        "Find ud af, hvad der var særligt i {when}, og om det kan gentages. Tjek også registreringen.",
        "Find out what was special about {when}, and whether it can be repeated. Check the recording too.",
    ),
    Variation.CONCERN: Words(
        "Find ud af, hvad der var særligt i {when}: en hændelse, registreringen eller arbejdsgangen? Lav ikke om på "
        "det hele på grund af {single}.",
        "Find out what was special about {when}: an event, the recording or the way of working? Do not change "
        "everything because of {single}.",
    ),
    Variation.CHANGE: Words(
        "Find ud af, hvad der var særligt i {when}, og om det var meningen. Tjek også registreringen.",
        "Find out what was special about {when}, and whether it was intended. Check the recording too.",
    ),
}
_DO_WIDE = Words(
    "Læs ikke de enkelte punkter som signaler. Se på niveauet over længere tid, og få vurderet, om nævneren "
    "og diagramtypen passer til tallene.",
    "Do not read single points as signals. Look at the level over a longer time, and have someone judge "
    "whether the denominator and the type of chart suit the figures.",
)
_DO_OUTSIDE_NOTE = Words("Begynd med note {letter}.", "Begin with note {letter}.")
_DO_COMMON = {
    Assurance.PASS: Words(
        "Intet indgreb. Overvej at måle sjældnere eller at hæve ambitionen.",
        "No intervention. Consider measuring less often or raising the ambition.",
    ),
    Assurance.MIXED: Words(
        "{Single} på den forkerte side af måltallet er ikke et signal. Skal I nå måltallet hver gang, må arbejdsgangen "
        "ændres.",
        "{Single} on the wrong side of the target is not a signal. To meet the target every time, the way of working "
        "has to change.",
    ),
    Assurance.FAIL: Words(
        "Lav arbejdsgangen om: vælg den årsag, der vejer mest, og afprøv én ændring ad gangen.",
        "Change the way of working: choose the cause that weighs most, and test one change at a time.",
    ),
    Assurance.NONE: Words(
        "Reagér ikke på {single}. Vil I et andet sted hen, må arbejdsgangen ændres.",
        "Do not react to {single}. If you want to be elsewhere, the way of working has to change.",
    ),
}
_DO_CONSTANT = Words(
    "Intet indgreb. Tjek, at målingen stadig kan vise en ændring, og overvej at måle sjældnere.",
    "No intervention. Check that the measurement can still show a change, and consider measuring less often.",
)
_DO_CONSTANT_OFF_TARGET = Words(
    "Tjek, at tallene er registreret rigtigt. Er de det, må arbejdsgangen ændres.",
    "Check that the figures were recorded correctly. If they were, the way of working has to change.",
)
_DO_FEW = Words(
    "Bliv ved med at måle. Læs tallene, men konkludér ikke endnu.",
    "Keep measuring. Read the figures, but do not conclude yet.",
)
_DO_MISSING = Words(
    "Aftal, hvem der indberetter tallene, og hvornår de første ventes.",
    "Agree who hands in the figures, and when the first are expected.",
)
_DO_BREAK = Words("Sammenlign kun inden for samme fase.", "Compare only within the same phase.")
_DO_ABSENT = Words("Skaf de manglende tal, hvis de findes.", "Get the missing figures if they exist.")

# --------------------------------------------------------------------------------------------------------- the reasons

_WHY_RULE = Words("Regel", "Rule")
_WHY_RULES = {
    "long_run": Words("Mange i træk på samme side (lang serie)", "Many in a row on one side (long run)"),
    "few_crossings": Words("Kurven krydser for sjældent (få kryds)", "The line crosses too seldom (few crossings)"),
    "outside_limits": Words("Punkt uden for grænserne (3 sigma)", "Point outside the limits (3 sigma)"),
}
_WHY_NO_RULE = Words("Ingen regel gav signal", "No rule gave a signal")
_WHY_NOT_JUDGED = Words("Ikke vurderet", "Not judged")
_WHY_RUN = Words("Længste serie", "Longest run")
_WHY_RUN_VALUE = Words("{count} (signal over {bound})", "{count} (signal above {bound})")
_WHY_CROSSINGS = Words("Kryds af {the_centre}", "Crossings of {the_centre}")
_WHY_CROSSINGS_VALUE = Words("{count} (signal under {bound})", "{count} (signal below {bound})")
_WHY_OUTSIDE = Words("Punkter uden for 3 sigma-grænserne i fasen", "Points outside the 3 sigma limits in the phase")
_WHY_OUTSIDE_VALUE = Words("{count} af {total}", "{count} of {total}")
_WHY_USEFUL = Words("Brugbare datapunkter i fasen", "Useful data points in the phase")
_WHY_USEFUL_VALUE = Words("{count} (mindst {needed})", "{count} (at least {needed})")
_WHY_FALSE_ALARM = Words("Risiko for falsk alarm, hvis intet var ændret", "Risk of a false alarm if nothing changed")
_ABOUT = Words("ca. {value}", "about {value}")

_ALT = Words(
    "Diagram over {indicator} i {unit}, {span}. {title}. {see}",
    "Chart of {indicator} in {unit}, {span}. {title}. {see}",
)
_ALT_EMPTY = Words("{indicator} i {unit}: ingen data.", "{indicator} in {unit}: no data.")

SIGNALS = (Variation.IMPROVEMENT, Variation.CONCERN, Variation.CHANGE)


class _Speaker:
    """Says one assessment in the language of the moment."""

    def __init__(self, assessment: Assessment, unit_name: str, notes: tuple[Note, ...]) -> None:
        self.assessment = assessment
        self.definition = assessment.definition
        self.unit_name = unit_name
        self.notes = notes
        self.points = read_points(assessment)
        self.current = [p for p in self.points if self.points and p.phase == self.points[-1].phase]
        self.signal = self._leading_points() if assessment.variation in SIGNALS else []

    # ---------------------------------------------------------------------------------------------------- small words

    def say(self, words: Words, **values: Any) -> str:
        """The sentence with the values every sentence may use, and its own."""
        one, many, single, after_another = (w.say(current_language()) for w in _PERIODS[self.definition.period])
        common = {
            "period": one,
            "periods": many,
            "single": single,
            "Single": single[:1].upper() + single[1:],
            "after_another": after_another,
            "the_centre": the_centre(self.definition),
        }
        text = words.say(current_language(), **(common | values))
        return text[:1].upper() + text[1:]

    def bit(self, words: Words, **values: Any) -> str:
        """A piece of a sentence: its first letter stays as it is."""
        return words.say(current_language(), **values)

    def periods(self, count: int) -> str:
        """The noun that fits the count: one month, two months."""
        return _PERIODS[self.definition.period][0 if count == 1 else 1].say(current_language())

    def when(self, day: date, style: str = "short") -> str:
        return period_text(day, self.definition.period, style)

    def span(self, points: Sequence[Point]) -> str:
        first, last = points[0].period, points[-1].period
        return self.when(first) if first == last else span_text(first, last, self.definition.period)

    def list_of(self, parts: Sequence[str]) -> str:
        joint = self.bit(Words("{first} og {last}", "{first} and {last}"), first=", ".join(parts[:-1]), last=parts[-1])
        return joint if len(parts) > 1 else parts[0]

    @property
    def centre(self) -> str:
        centre = self.assessment.centre
        return "" if centre is None else value_with_unit(self.definition, centre)

    @property
    def rough_centre(self) -> str:
        """The centre as it stands in a title: without decimals where they say little."""
        centre = self.assessment.centre
        if centre is None:
            return ""
        if self.definition.is_percent and centre >= 10:
            return percent(centre, 0)
        return value_text(self.definition, centre)

    def target_phrase(self, target: Target) -> str:
        decimals = 0 if float(target.value).is_integer() else max(self.definition.decimals, 1)
        value = percent(target.value, decimals) if self.definition.is_percent else number(target.value, decimals)
        return self.bit(_COMPARISONS[target.comparison], value=value)

    # ------------------------------------------------------------------------------------------------------ the signal

    def _leading_points(self) -> list[Point]:
        """The points of the signal that leads."""
        return [self.points[row] for row in self.assessment.signal_points]

    def _is_now(self) -> bool:
        """Whether the run reaches the latest closed point off the centre line."""
        latest = next((p for p in reversed(self.points) if not p.is_open and not p.is_excluded and p.side), None)
        return latest is not None and bool(self.signal) and latest.position <= self.signal[-1].position

    def _is_overdispersed(self) -> bool:
        """Whether a tenth of the phase or more lies outside its limits, on both sides: then the limits are at fault."""
        assessment = self.assessment
        if assessment.rule != "outside_limits" or assessment.n_points < OVERDISPERSION_POINTS:
            return False
        sides = {point.side for point in self.current if point.is_outside}
        return sides == {1, -1} and assessment.n_outside_limits >= OVERDISPERSION_SHARE * assessment.n_points

    def _near_note(self) -> str:
        """The letter of the latest note from a little before the signal until just after it begins."""
        if not self.signal:
            return ""
        first = self.signal[0].position
        near = self.points[max(first - NEAR, 0)].period
        after = self.points[min(first + 1, len(self.points) - 1)].period
        letters = [note.letter for note in sorted(self.notes, key=lambda n: n.period) if near <= note.period <= after]
        return letters[-1] if letters else ""

    # ------------------------------------------------------------------------------------------------------- the parts

    def explanation(self) -> Explanation:
        title, see = self.title(), self.see()
        indicator = self.definition.name.say(current_language())
        if not self.points:
            alt = self.say(_ALT_EMPTY, indicator=indicator, unit=self.unit_name)
        else:
            alt = self.say(
                _ALT, indicator=indicator, unit=self.unit_name, span=self.span(self.points), title=title, see=see[0]
            )
        return Explanation(title, tuple(see), tuple(self.means()), tuple(self.do()), tuple(self.why()), alt)

    def title(self) -> str:
        assessment = self.assessment
        if assessment.variation is Variation.MISSING:
            return self.say(_TITLE_MISSING)
        if assessment.is_constant:
            return self.say(_TITLE_CONSTANT, value=self._constant())
        if assessment.variation is Variation.FEW:
            return self.say(_TITLE_FEW, count=self._few(), needed=self._needed())
        if assessment.variation is Variation.COMMON:
            if assessment.assurance is Assurance.NONE or assessment.target is None:
                return self.say(_TITLE_COMMON_NO_TARGET, centre=self.rough_centre)
            if self._is_within_yet_one_sided():
                return self.say(_TITLE_COMMON_WITHIN)
            words = _TITLE_COMMON[(assessment.assurance, assessment.assurance_is_counted)]
            return self._with_target(words, assessment.target)
        kind = self.bit(_KIND[assessment.variation])
        if assessment.rule == "few_crossings":
            if assessment.rising is None:
                return self.say(_TITLE_CROSSINGS_NO_WAY, kind=kind)
            return self.say(_TITLE_CROSSINGS, kind=kind, way=self.bit(_WAY[assessment.rising]))
        count = len(self.signal)
        if assessment.rule == "outside_limits":
            limit = self.bit(_LIMITS[bool(assessment.rising)])
            if count == 1:
                return self.say(_TITLE_OUTSIDE_ONE, kind=kind, when=self.when(self.signal[0].period), limit=limit)
            return self.say(_TITLE_OUTSIDE_MANY, kind=kind, count=count, limit=limit)
        side = self.bit(_SIDES[bool(assessment.rising)])
        return self.say(_TITLE_RUN, kind=kind, count=count, side=side, centre=self.rough_centre)

    def see(self) -> list[str]:
        assessment = self.assessment
        if assessment.variation is Variation.MISSING:
            indicator = self.definition.name.say(current_language())
            if any(p.is_open and p.value is not None for p in self.points):
                return [self.say(_SEE_ONLY_OPEN)]
            return [self.say(_SEE_MISSING, indicator=indicator, unit=self.unit_name)]
        return [self._see_first(), *self._see_rest()]

    def _see_first(self) -> str:
        assessment = self.assessment
        with_value = [p for p in self.current if p.value is not None and not p.is_open and not p.is_excluded]
        if assessment.is_constant:
            count = len(with_value)
            return self.say(_SEE_CONSTANT, count=count, periods=self.periods(count), value=self._constant())
        if assessment.variation is Variation.FEW:
            count = self._few()
            if assessment.n_points >= self._needed():
                return self.say(_SEE_FEW_OFF_LINE, count=count, total=assessment.n_points, needed=self._needed())
            if count == 1:
                return self.say(_SEE_FEW_ONE, needed=self._needed())
            is_later = bool(self.points) and self.points[0].phase != self.points[-1].phase
            span = self.span(with_value or self.current)
            return self.say(_SEE_FEW_PHASE if is_later else _SEE_FEW, count=count, span=span, needed=self._needed())
        if assessment.variation is Variation.COMMON:
            words = _SEE_COMMON_LIMITS if assessment.upper is not None else _SEE_COMMON
            return self.say(words, count=len(with_value), centre=self.centre)
        if assessment.rule == "few_crossings":
            count = assessment.n_crossings or 0
            return self.say(
                _SEE_CROSSINGS_ONCE if count == 1 else _SEE_CROSSINGS,
                centre=self.centre, count=count, expected=assessment.n_crossings_min, span=self.span(with_value),
            )  # fmt: skip
        count = len(self.signal)
        if assessment.rule == "outside_limits":
            limit = self.bit(_LIMITS[bool(assessment.rising)])
            if count == 1:
                point = self.signal[0]
                bound = point.upper if assessment.rising else point.lower
                return self.say(
                    _SEE_OUTSIDE_ONLY if assessment.n_outside_limits == 1 else _SEE_OUTSIDE_ONE,
                    when=self.when(point.period, "long"), value=self._value_with_fraction(point), limit=limit,
                    bound="" if bound is None else value_text(self.definition, bound),
                )  # fmt: skip
            listed = [f"{self.when(p.period)} ({self._value(p)})" for p in self.signal[-4:]]
            words = _SEE_OUTSIDE_MANY if count <= len(listed) else _SEE_OUTSIDE_LATEST
            return self.say(words, count=count, limit=limit, list=self.list_of(listed))
        return self.say(
            _SEE_RUN_NOW if self._is_now() else _SEE_RUN_PAST,
            count=count,
            span=self.span(self.signal),
            side=self.bit(_SIDES[bool(assessment.rising)]),
            centre=self.centre,
        )

    def _see_rest(self) -> list[str]:
        """The latest value, what is open, missing or left out, and other signals."""
        sentences = []
        latest = self.assessment.latest
        is_told = self.assessment.rule == "outside_limits" and len(self.signal) == 1
        if latest is not None and not (is_told and self.signal[0].period == latest.period):
            point = next((p for p in self.points if p.period == latest.period), None)
            fraction = fraction_text(self.definition, point) if point else ""
            value = value_with_unit(self.definition, latest.value, denominator=latest.denominator)
            when = self.when(latest.period, "long")
            words = _LATEST_FRACTION if fraction else _LATEST
            sentences.append(self.say(words, when=when, value=value, fraction=fraction) + ".")
        if unfinished := [self.when(p.period) for p in self.points if p.is_open and p.value is not None]:
            words = _OPEN_ONE if len(unfinished) == 1 else _OPEN_MANY
            sentences.append(self.say(words, list=self.list_of(unfinished)))
        if absent := self._absent():
            names = [self.when(p.period) for p in absent]
            sentences.append(
                self.say(_ABSENT, list=self.list_of(names))
                if len(names) <= 3
                else self.say(_ABSENT_MANY, count=len(names), last=names[-1])
            )
        if hidden := sum(p.is_hidden for p in self.points):
            sentences.append(self.say(_HIDDEN, count=hidden, periods=self.periods(hidden)))
        if left_out := [self.when(p.period) for p in self.points if p.is_excluded and p.value is not None]:
            sentences.append(self.say(_LEFT_OUT, list=self.list_of(left_out[-3:])))
        lines = [" ".join(sentences)] if sentences else []
        if others := self._other_signals():
            lines.append(self.say(_EARLIER, list="; ".join(others)))
        return lines

    def _absent(self) -> list[Point]:
        """Expected periods without data. Open ones are not missing yet."""
        return [p for p in self.points if p.is_missing and not p.is_open and not p.is_hidden]

    def _other_signals(self) -> list[str]:
        """At most three signals that do not lead, latest first: other phases, other rules, the other direction."""
        result = self.assessment.result
        if result is None:
            return []
        leading = {point.position for point in self.signal}
        found: list[tuple[int, str]] = []
        for signal in result.signals:
            rows = [row for row in signal.rows if row < len(self.points)]
            if signal.is_above is None or not rows or leading & set(rows):
                continue
            points = [self.points[row] for row in rows]
            if signal.rule == "outside_limits":
                place = self.bit(_LIMITS[signal.is_above])
                listed = self.list_of([self.when(p.period) for p in points[-3:]])
            else:
                place = f"{self.bit(_SIDES[signal.is_above])} {the_centre(self.definition)}"
                listed = self.span(points)
            found.append((rows[-1], f"{listed} {place}"))
        return [text for _row, text in sorted(found, reverse=True)[:3]]

    def means(self) -> list[str]:
        assessment = self.assessment
        variation = assessment.variation
        if variation is Variation.MISSING:
            return [self.say(_MEANS_MISSING)]
        sentences: list[str] = []
        if assessment.is_constant:
            sentences.append(self.say(_MEANS_CONSTANT))
            sentences += self._target_sentence()
        elif variation is Variation.FEW:
            sentences.append(self.say(_MEANS_FEW))
        elif variation is Variation.COMMON:
            sentences.append(self._means_common())
        else:
            if assessment.rule == "few_crossings":
                is_told = assessment.rising is not None
                words = _MEANS_CROSSINGS[variation if is_told else Variation.CHANGE]
                sentences.append(self.say(words, higher=self.bit(_HIGHER[bool(assessment.rising)])))
            elif assessment.rule == "outside_limits":
                sentences.append(self.say(_MEANS_WIDE if self._is_overdispersed() else _MEANS_OUTSIDE[variation]))
            else:
                sentences.append(self.say(_MEANS_RUN[variation]))
            sentences += self._target_sentence()
        return [" ".join(sentences), *self._breaks()]

    def _means_common(self) -> str:
        assessment = self.assessment
        if assessment.assurance is Assurance.NONE or assessment.target is None:
            has_direction = self.definition.direction is not Direction.NEITHER
            return self.say(_MEANS_COMMON_NO_TARGET if has_direction else _MEANS_COMMON_NO_DIRECTION)
        if self._is_within_yet_one_sided():
            return self._with_target(_MEANS_COMMON_WITHIN[bool(assessment.met)], assessment.target)
        return self._with_target(
            _MEANS_COMMON[(assessment.assurance, assessment.assurance_is_counted)], assessment.target
        )

    def _target_sentence(self) -> list[str]:
        assessment = self.assessment
        if assessment.assurance is Assurance.NONE or assessment.target is None:
            return []
        # Where nothing varies there is no variation for the target to lie outside of: what was met is counted.
        is_counted = assessment.assurance_is_counted or assessment.is_constant
        if self._is_within_yet_one_sided():
            # The count says more.
            assurance = Assurance.FAIL if assessment.met == 0 else Assurance.PASS
            return [self._with_target(_TARGET[(assurance, True)], assessment.target)]
        return [self._with_target(_TARGET[(assessment.assurance, is_counted)], assessment.target)]

    def _is_within_yet_one_sided(self) -> bool:
        """Whether the target lies within the limits and was yet always or never met of late."""
        assessment = self.assessment
        return assessment.assurance is Assurance.MIXED and assessment.met in (0, assessment.counted)

    def _with_target(self, words: Words, target: Target) -> str:
        counted = self.assessment.counted or 0
        return self.say(
            words,
            target=self.target_phrase(target),
            met=self.assessment.met or 0,
            counted=counted,
            periods=self.periods(counted),
        )

    def _breaks(self) -> list[str]:
        """One sentence per data break after the first point; the latest first."""
        if not self.points:
            return []
        first = self.points[0].period
        breaks = [phase for phase in self.assessment.phases if phase.is_break and phase.starts_on > first]
        return [self.say(_BREAK, when=self.when(phase.starts_on)) for phase in reversed(breaks[-2:])]

    def do(self) -> list[str]:
        sentences = [self._do_first()]
        if self._breaks() and self.assessment.variation is not Variation.MISSING:
            sentences.append(self.say(_DO_BREAK))
        if self._absent() and self.assessment.variation is not Variation.MISSING:
            sentences.append(self.say(_DO_ABSENT))
        return [" ".join(sentences)]

    def _do_first(self) -> str:
        assessment = self.assessment
        variation = assessment.variation
        if variation is Variation.MISSING:
            return self.say(_DO_MISSING)
        if assessment.is_constant:
            is_off = assessment.assurance in (Assurance.FAIL, Assurance.MIXED)
            return self.say(_DO_CONSTANT_OFF_TARGET if is_off else _DO_CONSTANT)
        if variation is Variation.FEW:
            return self.say(_DO_FEW)
        if variation is Variation.COMMON:
            return self.say(_DO_COMMON[assessment.assurance])
        letter = self._near_note()
        if self._is_overdispersed():
            return self.say(_DO_WIDE)
        if assessment.rule == "outside_limits":
            text = self.say(_DO_OUTSIDE[variation], when=self.list_of([self.when(p.period) for p in self.signal[-3:]]))
            return f"{text} {self.say(_DO_OUTSIDE_NOTE, letter=letter)}" if letter else text
        if variation is Variation.IMPROVEMENT and assessment.assurance is Assurance.FAIL:
            ahead = self.say(_DO_BETTER_GOAL_AHEAD)
            first = self.say(_DO_CROSSINGS) if assessment.rule == "few_crossings" else self._do_run(letter)
            return f"{first} {ahead}"
        if assessment.rule == "few_crossings":
            return self.say(_DO_CROSSINGS)
        return self._do_run(letter)

    def _do_run(self, letter: str) -> str:
        plain, noted = {
            Variation.IMPROVEMENT: (_DO_RUN_BETTER, _DO_RUN_BETTER_NOTE),
            Variation.CONCERN: (_DO_RUN_WORSE, _DO_RUN_WORSE_NOTE),
            Variation.CHANGE: (_DO_RUN_CHANGE, _DO_RUN_CHANGE_NOTE),
        }[self.assessment.variation]
        start = self.when(self.signal[0].period)
        return self.say(noted if letter else plain, start=start, letter=letter)

    # ----------------------------------------------------------------------------------------------------- the reasons

    def why(self) -> list[WhyRow]:
        assessment = self.assessment
        if assessment.variation is Variation.MISSING:
            return []
        rows = []
        if assessment.rule in _WHY_RULES:
            rows.append(WhyRow(self.say(_WHY_RULE), self.say(_WHY_RULES[assessment.rule])))
        else:
            judged = assessment.variation is Variation.COMMON and not assessment.is_constant
            rows.append(WhyRow(self.say(_WHY_RULE), self.say(_WHY_NO_RULE if judged else _WHY_NOT_JUDGED)))
        is_signal = assessment.variation in SIGNALS
        run, most = assessment.longest_run, assessment.longest_run_max
        if run is not None and most is not None:
            rows.append(
                WhyRow(self.say(_WHY_RUN), self.say(_WHY_RUN_VALUE, count=run, bound=most), is_signal and run > most)
            )
        crossings, least = assessment.n_crossings, assessment.n_crossings_min
        if crossings is not None and least is not None:
            value = self.say(_WHY_CROSSINGS_VALUE, count=crossings, bound=least)
            rows.append(WhyRow(self.say(_WHY_CROSSINGS), value, is_signal and crossings < least))
        if has_limits(self.definition) and assessment.upper is not None:
            total = sum(1 for p in self.current if p.value is not None and not p.is_open and not p.is_excluded)
            outside = assessment.n_outside_limits
            value = self.say(_WHY_OUTSIDE_VALUE, count=outside, total=total)
            rows.append(WhyRow(self.say(_WHY_OUTSIDE), value, is_signal and outside > 0))
        value = self.say(_WHY_USEFUL_VALUE, count=assessment.n_useful, needed=self._needed())
        rows.append(WhyRow(self.say(_WHY_USEFUL), value))
        chance = self._false_alarm()
        if chance is not None:
            rows.append(WhyRow(self.say(_WHY_FALSE_ALARM), chance))
        return rows

    def _needed(self) -> int:
        return spc.PROFILES[self.definition.profile].minimum_useful

    def _few(self) -> int:
        """What there is too little of: values, or where there are enough, those off the centre line."""
        assessment = self.assessment
        return assessment.n_points if assessment.n_points < self._needed() else assessment.n_useful

    def _false_alarm(self) -> str | None:
        """How often chance alone would raise a signal in so many points; nothing where nothing is judged."""
        assessment = self.assessment
        if assessment.is_constant or assessment.n_useful < self._needed():
            return None
        chance = spc.false_alarm_probability(assessment.n_useful, self.definition.chart)
        return self.bit(_ABOUT, value=percent(100 * chance, 0))

    def _constant(self) -> str:
        value = next((p.value for p in reversed(self.points) if p.value is not None and not p.is_open), None)
        return "" if value is None else value_with_unit(self.definition, value)

    def _value_with_fraction(self, point: Point) -> str:
        fraction = fraction_text(self.definition, point)
        return f"{self._value(point)} ({fraction})" if fraction else self._value(point)

    def _value(self, point: Point) -> str:
        assert point.value is not None
        return value_text(self.definition, point.value, denominator=point.denominator)
