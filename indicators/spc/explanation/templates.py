"""The sentences, Danish and English beside each other, so that a consultant can read both in one place.

Deterministic templates, no generated prose. What is chosen by the state of a series is a table here; a test walks all
of them in both languages. Every sentence may use the nouns of the series ({period}, {periods}, {single},
{after_another}) and its centre line ({the_centre}).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from indicators.spc.judgement import Assurance, Variation
from indicators.spc.reasons import Reason
from indicators.spc.rules import Rule
from indicators.words import Words

COMPARISONS = {
    ">=": Words("mindst {value}", "at least {value}"),
    "<=": Words("højst {value}", "at most {value}"),
    ">": Words("over {value}", "above {value}"),
    "<": Words("under {value}", "below {value}"),
}
SIDES = {True: Words("over", "above"), False: Words("under", "below")}
LIMITS = {
    True: Words("over den øvre grænse", "above the upper limit"),
    False: Words("under den nedre grænse", "below the lower limit"),
}
RISING = {True: Words("stigende", "rising"), False: Words("faldende", "falling")}
HIGHER = {True: Words("højere", "higher"), False: Words("lavere", "lower")}

# -------------------------------------------------------------------------------------------------------------- titles

KIND = {
    Variation.IMPROVEMENT: Words("Forbedring", "Improvement"),
    Variation.CONCERN: Words("Bekymrende", "Concerning"),
    Variation.CHANGE: Words("Ændring", "Change"),
}
TITLE_RUN = Words(
    "{kind}: {count} {periods} i træk {side} {the_centre} på {centre}",
    "{kind}: {count} {periods} in a row {side} {the_centre} of {centre}",
)
TITLE_CROSSINGS = Words(
    "{kind}: niveauet har sandsynligvis flyttet sig {way}",
    "{kind}: the level has probably moved {way}",
)
WAY = {True: Words("op", "up"), False: Words("ned", "down")}
TITLE_CROSSINGS_NO_WAY = Words(
    "{kind}: niveauet har sandsynligvis flyttet sig",
    "{kind}: the level has probably moved",
)
TITLE_OUTSIDE_ONE = Words("{kind}: {when} ligger {limit}", "{kind}: {when} lies {limit}")
TITLE_OUTSIDE_MANY = Words("{kind}: {count} {periods} ligger {limit}", "{kind}: {count} {periods} lie {limit}")
# Without limits the target is counted, and the title says what was counted.
TITLE_COMMON = {
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
TITLE_COMMON_NO_TARGET = Words(
    "Tilfældig variation omkring {the_centre} på {centre}", "Random variation around {the_centre} of {centre}"
)
TITLE_COMMON_WITHIN = Words(
    "Tilfældig variation: måltallet ligger inden for udsvingene",
    "Random variation: the target lies within it",
)
TITLE_CONSTANT = Words(
    "Ingen variation: alle {periods} ligger på {value}",
    "No variation: all {periods} are at {value}",
)
TITLE_FEW = Words("For få data: {count} af {needed} {periods}", "Too few data: {count} of {needed} {periods}")
TITLE_MISSING = Words("Ingen data endnu", "No data yet")
TITLE_MISSING_PHASE = Words("Ingen data i den nuværende fase", "No data in the current phase")
TITLE_NO_ORDER = Words(
    "Ikke vurderet: punkterne har ingen rækkefølge i tid", "Not judged: the points have no order in time"
)
TITLE_NO_ORDER_LIMITS = Words("Ingen {periods} ligger uden for grænserne", "No {periods} lie outside the limits")
TITLE_LAST_POINT = Words("Intet signal nu, men tidligere i fasen", "No signal now, but earlier in the phase")
TITLE_TREND = Words(
    "{kind}: {count} {periods} i træk med {rising} tal", "{kind}: {count} {periods} in a row with {rising} figures"
)
TITLE_FAR = Words(
    "{kind}: {count} {periods} langt {side} {the_centre} på {centre}",
    "{kind}: {count} {periods} far {side} {the_centre} of {centre}",
)
TITLE_OFF = Words(
    "{kind}: {count} {periods} tydeligt {side} {the_centre} på {centre}",
    "{kind}: {count} {periods} clearly {side} {the_centre} of {centre}",
)
TITLE_ALTERNATING = Words(
    "{kind}: {count} {periods} i træk går op og ned på skift",
    "{kind}: {count} {periods} in a row go up and down by turns",
)
TITLE_STRATIFICATION = Words(
    "{kind}: {count} {periods} i træk usædvanligt tæt på {the_centre}",
    "{kind}: {count} {periods} in a row unusually close to {the_centre}",
)
TITLE_MIXTURE = Words(
    "{kind}: {count} {periods} i træk ser ud til at ligge på to niveauer",
    "{kind}: {count} {periods} in a row seem to lie at two levels",
)

# ------------------------------------------------------------------------------------------------------ what do we see

SEE_RUN_NOW = Words(
    "De seneste {count} {closed}{periods} ({span}) ligger alle {side} {the_centre} på {centre}.",
    "The latest {count} {closed}{periods} ({span}) all lie {side} {the_centre} of {centre}.",
)
SEE_RUN_PAST = Words(
    "{count} {periods} i træk ({span}) lå {side} {the_centre} på {centre}.",
    "{count} {periods} in a row ({span}) lay {side} {the_centre} of {centre}.",
)
SEE_CROSSINGS = Words(
    "Kurven krydser {the_centre} ({centre}) {count} gange i {span}. Var intet ændret, ville vi vente mindst "
    "{expected}.",
    "The line crosses {the_centre} ({centre}) {count} times in {span}. Had nothing changed, we would expect "
    "at least {expected}.",
)
SEE_CROSSINGS_ONCE = Words(
    "Kurven krydser {the_centre} ({centre}) én gang i {span}. Var intet ændret, ville vi vente mindst {expected}.",
    "The line crosses {the_centre} ({centre}) once in {span}. Had nothing changed, we would expect at least "
    "{expected}.",
)
SEE_OUTSIDE_ONE = Words(
    "{when} er på {value} og ligger {limit} på {bound}.", "{when} is at {value} and lies {limit} of {bound}."
)
SEE_OUTSIDE_ONLY = Words(
    "{when} er på {value} og ligger {limit} på {bound}. De øvrige {periods} i fasen ligger inden for grænserne.",
    "{when} is at {value} and lies {limit} of {bound}. The other {periods} of the phase lie within the limits.",
)
SEE_OUTSIDE_MANY = Words("{count} {periods} ligger {limit}: {list}.", "{count} {periods} lie {limit}: {list}.")
SEE_OUTSIDE_LATEST = Words(
    "{count} {periods} ligger {limit}, senest {list}.", "{count} {periods} lie {limit}, most recently {list}."
)
SEE_COMMON_LIMITS = Words(
    "Alle {count} {periods} i fasen ligger inden for grænserne og svinger omkring {the_centre} på {centre}.",
    "All {count} {periods} of the phase lie within the limits and vary around {the_centre} of {centre}.",
)
SEE_COMMON = Words(
    "{count} {periods} svinger omkring {the_centre} på {centre} uden tegn på et skift.",
    "{count} {periods} vary around {the_centre} of {centre} without sign of a shift.",
)
SEE_CONSTANT = Words("Alle {count} {periods} ligger på {value}.", "All {count} {periods} are at {value}.")
SEE_FEW = Words(
    "Der er tal for {count} {periods} ({span}). Der skal {needed} til, før vi leder efter signaler.",
    "There are figures for {count} {periods} ({span}). It takes {needed} before we look for signals.",
)
SEE_FEW_ONE = Words(
    "Der er tal for én {period}. Der skal {needed} til, før vi leder efter signaler.",
    "There are figures for one {period}. It takes {needed} before we look for signals.",
)
SEE_FEW_OFF_LINE = Words(
    "{count} af {total} {periods} ligger over eller under {the_centre}; resten ligger på linjen og tæller "
    "ikke med. Der skal {needed} til, før vi leder efter signaler.",
    "{count} of {total} {periods} lie above or below {the_centre}; the rest lie on the line and do not count. "
    "It takes {needed} before we look for signals.",
)
SEE_FEW_PHASE = Words(
    "Den nuværende fase har tal for {count} {periods} ({span}). Der skal {needed} til, før vi leder efter signaler.",
    "The current phase has figures for {count} {periods} ({span}). It takes {needed} before we look for signals.",
)
SEE_TREND_NOW = Words(
    "Tallet er {rising} gennem de seneste {count} {closed}{periods} ({span}), fra {first} til {last}.",
    "The figure is {rising} through the latest {count} {closed}{periods} ({span}), from {first} to {last}.",
)
SEE_TREND_PAST = Words(
    "Tallet var {rising} {count} {periods} i træk ({span}), fra {first} til {last}.",
    "The figure was {rising} for {count} {periods} in a row ({span}), from {first} to {last}.",
)
SEE_FAR = Words(
    "{count} {periods} tæt på hinanden ligger mere end {sigmas} sigma {side} {the_centre} på {centre}: {list}.",
    "{count} {periods} close together lie more than {sigmas} sigma {side} {the_centre} of {centre}: {list}.",
)
SEE_FAR_SPAN = Words(
    "{count} {periods} tæt på hinanden ({span}) ligger mere end {sigmas} sigma {side} {the_centre} på {centre}.",
    "{count} {periods} close together ({span}) lie more than {sigmas} sigma {side} {the_centre} of {centre}.",
)
SEE_ALTERNATING = Words(
    "Tallet går op og ned på skift {count} {periods} i træk ({span}).",
    "The figure goes up and down by turns for {count} {periods} in a row ({span}).",
)
SEE_STRATIFICATION = Words(
    "{count} {periods} i træk ({span}) ligger alle inden for {sigmas} sigma fra {the_centre} på {centre}, selv om "
    "grænserne giver plads til tre gange så meget.",
    "{count} {periods} in a row ({span}) all lie within {sigmas} sigma of {the_centre} of {centre}, although the "
    "limits leave room for three times as much.",
)
SEE_MIXTURE = Words(
    "{count} {periods} i træk ({span}) ligger på begge sider af {the_centre} på {centre}, men ingen af dem tæt på: "
    "alle er mere end {sigmas} sigma væk.",
    "{count} {periods} in a row ({span}) lie on both sides of {the_centre} of {centre}, but none near it: all are more "
    "than {sigmas} sigma away.",
)
SEE_LAST_POINT = Words(
    "{when} er på {value} og viser intet signal i forhold til {the_centre} på {centre}. Her vurderes kun "
    "det seneste punkt.",
    "{when} is at {value} and shows no signal in relation to {the_centre} of {centre}. Only the latest point is judged "
    "here.",
)
SEE_NO_ORDER = Words(
    "{count} {periods} ligger omkring {the_centre} på {centre}.",
    "{count} {periods} lie around {the_centre} of {centre}.",
)
SEE_NO_ORDER_LIMITS = Words(
    "Alle {count} {periods} ligger inden for grænserne omkring {the_centre} på {centre}.",
    "All {count} {periods} lie within the limits around {the_centre} of {centre}.",
)
SEE_NOTHING = Words("Der er endnu ingen tal i serien.", "There are no figures in the series yet.")
SEE_NOTHING_PHASE = Words(
    "Der er endnu ingen tal i den nuværende fase, som begyndte {at} {start}.",
    "There are no figures yet in the current phase, which began {at} {start}.",
)
CLOSED = Words("lukkede ", "closed ")
LATEST = Words("{when}: {value}.", "{when}: {value}.")
LATEST_FRACTION = Words("{when}: {value} ({fraction}).", "{when}: {value} ({fraction}).")
OPEN_ONE = Words(
    "{list} er åben: tallet kan stadig ændre sig og giver intet signal.",
    "{list} is open: the figure may still change and raises no signal.",
)
OPEN_MANY = Words(
    "{list} er åbne: tallene kan stadig ændre sig og giver ingen signaler.",
    "{list} are open: the figures may still change and raise no signals.",
)
ABSENT = Words("Der mangler tal for {list}.", "Figures are missing for {list}.")
ABSENT_MANY = Words(
    "Der mangler tal for {count} {periods}, senest {last}.",
    "Figures are missing for {count} {periods}, most recently {last}.",
)
LEFT_OUT = Words("{list} er tegnet, men udeladt af beregningen.", "{list}: drawn, but left out of the calculation.")
PHASE_SINCE = Words(
    "Den nuværende fase begyndte {at} {start} (fase {number} af {total}).",
    "The current phase began {at} {start} (phase {number} of {total}).",
)
FROZEN = Words(
    "{the_lines} er beregnet af udgangspunktet ({span}) og holdt fast siden.",
    "{the_lines} were computed from the baseline ({span}) and have been kept since.",
)
THE_LINES = {
    True: Words("{the_centre} og grænserne", "{the_centre} and the limits"),
    False: Words("{the_centre}", "{the_centre}"),
}
EARLIER = Words("Andre signaler i målingen: {list}.", "Other signals in the measure: {list}.")

# -------------------------------------------------------------------------------------------------- what does it mean

MEANS_RUN = {
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
MEANS_CROSSINGS = {
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
MEANS_OUTSIDE = {
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
MEANS_TREND = {
    Variation.IMPROVEMENT: Words(
        "Så lang en bevægelse i samme retning er næppe tilfældig. Processen er sandsynligvis ved at blive bedre.",
        "So long a movement in one direction is hardly chance. The process is probably getting better.",
    ),
    Variation.CONCERN: Words(
        "Så lang en bevægelse i samme retning er næppe tilfældig. Processen er sandsynligvis ved at blive dårligere.",
        "So long a movement in one direction is hardly chance. The process is probably getting worse.",
    ),
    Variation.CHANGE: Words(
        "Så lang en bevægelse i samme retning er næppe tilfældig: niveauet er sandsynligvis ved at flytte sig. Ingen "
        "retning er bedst her, så I må selv vurdere, om det er ønsket.",
        "So long a movement in one direction is hardly chance: the level is probably moving. Neither direction is "
        "better here, so judge for yourselves whether it is wanted.",
    ),
}
MEANS_FAR = {
    Variation.IMPROVEMENT: Words(
        "Flere {periods} så langt ude på den gode side er sjældent tilfældigt. Niveauet er måske ved at flytte sig til "
        "det bedre.",
        "Several {periods} so far out on the good side are seldom chance. The level may be moving for the better.",
    ),
    Variation.CONCERN: Words(
        "Flere {periods} så langt ude på den dårlige side er sjældent tilfældigt. Niveauet er måske ved at flytte sig "
        "til det værre.",
        "Several {periods} so far out on the bad side are seldom chance. The level may be moving for the worse.",
    ),
    Variation.CHANGE: Words(
        "Flere {periods} så langt ude på samme side er sjældent tilfældigt. Niveauet er måske ved at flytte sig. Ingen "
        "retning er bedst her, så I må selv vurdere, om det er ønsket.",
        "Several {periods} so far out on one side are seldom chance. The level may be moving. Neither direction is "
        "better here, so judge for yourselves whether it is wanted.",
    ),
}
MEANS_ALTERNATING = {
    Variation.CHANGE: Words(
        "Så regelmæssigt et mønster er sjældent tilfældigt. Ofte skiftes to kilder til at levere tallet, fx to "
        "vagthold, eller der rettes op efter hvert enkelt tal. Mønsteret siger ikke, om det går bedre eller dårligere.",
        "So regular a pattern is seldom chance. Often two sources take turns at delivering the figure, such as two "
        "shift teams, or somebody adjusts after every single figure. The pattern does not say whether things are "
        "getting better or worse.",
    ),
}
MEANS_STRATIFICATION = {
    Variation.CHANGE: Words(
        "Så lille variation er sjældent tilfældig. Enten er grænserne for vide til tallene, fx fordi flere kilder er "
        "lagt sammen, eller også er processen blevet mere ensartet.",
        "So little variation is seldom chance. Either the limits are too wide for the figures, for instance because "
        "several sources were put together, or the process has become more even.",
    ),
}
MEANS_MIXTURE = {
    Variation.CHANGE: Words(
        "Når ingen {periods} ligger omkring midten, er der sandsynligvis to processer på samme diagram med hver sit "
        "niveau.",
        "Where no {periods} lie around the middle, there are probably two processes on one chart, each with a level of "
        "its own.",
    ),
}
# {caution} is the sentence of the caution against overdispersion.
MEANS_WIDE = Words(
    "{caution} Det kaldes overspredning, og {periods} uden for grænserne er derfor ikke sikre signaler.",
    "{caution} This is called overdispersion, and {periods} outside the limits are therefore no sure signals.",
)
# (assurance, is it counted over the last periods rather than predicted from the limits)
MEANS_COMMON = {
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
MEANS_COMMON_UNCOUNTED = Words(
    "Intet tyder på andet end tilfældige udsving, og måltallet ({target}) ligger inden for dem.",
    "Nothing points to more than random variation, and the target ({target}) lies within it.",
)
# In reach by the limits, yet always or never met of late.
MEANS_COMMON_WITHIN = {
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
MEANS_COMMON_NO_TARGET = Words(
    "Intet tyder på andet end tilfældige udsving. Processen leverer omtrent det samme {after_another}, og der "
    "er intet måltal at holde den op imod.",
    "Nothing points to more than random variation. The process delivers much the same {after_another}, and "
    "there is no target to hold it against.",
)
MEANS_COMMON_NO_DIRECTION = Words(
    "Intet tyder på andet end tilfældige udsving. Processen leverer omtrent det samme {after_another}.",
    "Nothing points to more than random variation. The process delivers much the same {after_another}.",
)
MEANS_CONSTANT = Words(
    "Når intet svinger, kan der ikke beregnes grænser, og der kan ikke komme et signal.",
    "Where nothing varies no limits can be computed, and no signal can arise.",
)
MEANS_FEW = Words(
    "Med så få tal kan vi ikke skelne et signal fra støj.", "With so few figures a signal cannot be told from noise."
)
MEANS_LAST_POINT = Words(
    "Det seneste tal tyder ikke på andet end tilfældige udsving. De tidligere signaler bør have en forklaring.",
    "The latest figure points to no more than random variation. The earlier signals call for an explanation.",
)
MEANS_NO_ORDER = Words(
    "Punkterne har ingen rækkefølge i tid, så serier, kryds og tendenser siger ikke noget.",
    "The points have no order in time, so runs, crossings and trends say nothing.",
)
MEANS_NO_ORDER_LIMITS = Words(
    "Punkterne har ingen rækkefølge i tid, så kun grænserne siger noget: forskellene er ikke større, end "
    "tilfældigheder giver.",
    "The points have no order in time, so only the limits say anything: the differences are no larger than chance "
    "gives.",
)
MEANS_MISSING = Words(
    "Uden tal kan vi ikke sige noget om processen.",
    "Without figures nothing can be said about the process.",
)

# What a target adds where there is a signal, or no variation.
TARGET = {
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

# ------------------------------------------------------------------------------------------------ what can you do now

DO_RUN_BETTER = Words(
    "Find ud af, hvad der virkede omkring {start}, skriv det som note, og del det. Overvej en ny fase fra "
    "{start}, når årsagen er forstået.",
    "Find out what worked around {start}, write it as a note and share it. Consider a new phase from {start} "
    "once the cause is understood.",
)
DO_RUN_BETTER_NOTE = Words(
    "Find ud af, om note {letter} forklarer skiftet omkring {start}, og del det, der virkede. Overvej en ny fase fra "
    "{start}, når årsagen er forstået.",
    "Find out whether note {letter} explains the shift around {start}, and share what worked. Consider a new phase "
    "from {start} once the cause is understood.",
)
DO_BETTER_GOAL_AHEAD = Words(
    "Anerkend fremgangen, og bliv ved. Spørg, hvad den næste forhindring er.",
    "Acknowledge the progress and keep going. Ask what the next obstacle is.",
)
DO_RUN_WORSE = Words(
    "Spørg: Hvad ændrede sig omkring {start}? Se på noter og datakvalitet, før I vælger tiltag.",
    "Ask: What changed around {start}? Look at the notes and the data quality before you choose what to do.",
)
DO_RUN_WORSE_NOTE = Words(
    "Spørg: Hvad ændrede sig omkring {start}? Begynd med note {letter}, og se på datakvaliteten, før I vælger tiltag.",
    "Ask: What changed around {start}? Begin with note {letter}, and look at the data quality before you "
    "choose what to do.",
)
DO_RUN_CHANGE = Words(
    "Find ud af, hvad der ændrede sig omkring {start}, og om det var meningen. Overvej en ny fase, når "
    "årsagen er forstået.",
    "Find out what changed around {start}, and whether it was intended. Consider a new phase once the cause "
    "is understood.",
)
DO_RUN_CHANGE_NOTE = Words(
    "Find ud af, om ændringen omkring {start} hænger sammen med note {letter}, og om den var meningen. "
    "Overvej en ny fase, når årsagen er forstået.",
    "Find out whether the change around {start} has to do with note {letter}, and whether it was intended. "
    "Consider a new phase once the cause is understood.",
)
DO_CROSSINGS = Words(
    "Se efter et skift eller en glidende ændring, og hold det op mod noterne. Overvej en ny fase, når årsagen "
    "er forstået.",
    "Look for a step or a gradual change, and compare it with the notes. Consider a new phase once the cause "
    "is understood.",
)
DO_OUTSIDE = {
    Variation.IMPROVEMENT: Words(
        "Find ud af, hvad der var særligt {at} {when}, og om det kan gentages. Tjek også registreringen.",
        "Find out what was special about {when}, and whether it can be repeated. Check the recording too.",
    ),
    Variation.CONCERN: Words(
        "Find ud af, hvad der var særligt {at} {when}: en hændelse, registreringen eller arbejdsgangen? Lav ikke om på "
        "det hele på grund af {single}.",
        "Find out what was special about {when}: an event, the recording or the way of working? Do not change "
        "everything because of {single}.",
    ),
    Variation.CHANGE: Words(
        "Find ud af, hvad der var særligt {at} {when}, og om det var meningen. Tjek også registreringen.",
        "Find out what was special about {when}, and whether it was intended. Check the recording too.",
    ),
}
DO_WIDE = Words(
    "Læs ikke de enkelte punkter som signaler. Se på niveauet over længere tid, tjek, hvordan tallene er opgjort, og "
    "få målingen vist i et {better}.",
    "Do not read single points as signals. Look at the level over a longer time, check how the figures are made up, "
    "and have the measure shown on another chart: {better}.",
)
DO_NOTE = Words("Begynd med note {letter}.", "Begin with note {letter}.")
DO_COMMON = {
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
DO_CONSTANT = Words(
    "Intet indgreb. Tjek, at målingen stadig kan vise en ændring, og overvej at måle sjældnere.",
    "No intervention. Check that the measurement can still show a change, and consider measuring less often.",
)
DO_CONSTANT_OFF_TARGET = Words(
    "Tjek, at tallene er registreret rigtigt. Er de det, må arbejdsgangen ændres.",
    "Check that the figures were recorded correctly. If they were, the way of working has to change.",
)
DO_FEW = Words(
    "Bliv ved med at måle. Læs tallene, men konkludér ikke endnu.",
    "Keep measuring. Read the figures, but do not conclude yet.",
)
DO_MISSING = Words(
    "Aftal, hvem der indberetter tallene, og hvornår de første ventes.",
    "Agree who hands in the figures, and when the first are expected.",
)
DO_ABSENT = Words("Skaf de manglende tal, hvis de findes.", "Get the missing figures if they exist.")
DO_TREND = {
    Variation.IMPROVEMENT: Words(
        "Find ud af, hvad der begyndte at virke omkring {start}, skriv det som note, og bliv ved. Vent med en ny fase, "
        "til niveauet har lagt sig.",
        "Find out what began to work around {start}, write it as a note and keep going. Wait with a new phase until "
        "the level has settled.",
    ),
    Variation.CONCERN: Words(
        "Tjek registreringen, og spørg: Hvad begyndte omkring {start} og er fortsat siden? Nye arbejdsgange, vikarer "
        "og travlhed virker ofte gradvist.",
        "Check the recording, and ask: What began around {start} and has gone on since? New routines, temporary staff "
        "and pressure often work gradually.",
    ),
    Variation.CHANGE: Words(
        "Tjek registreringen, og find ud af, hvad der begyndte omkring {start}, og om det var meningen.",
        "Check the recording, and find out what began around {start}, and whether it was intended.",
    ),
}
DO_FAR = {
    Variation.IMPROVEMENT: Words(
        "Tjek registreringen, og find ud af, hvad der virkede omkring {start}. Se, om de næste {periods} bekræfter "
        "det, før I kalder det et nyt niveau.",
        "Check the recording, and find out what worked around {start}. See whether the next {periods} confirm it "
        "before you call it a new level.",
    ),
    Variation.CONCERN: Words(
        "Tjek registreringen, og spørg: Hvad ændrede sig omkring {start}? Se, om de næste {periods} bekræfter det, før "
        "I laver om på arbejdsgangen.",
        "Check the recording, and ask: What changed around {start}? See whether the next {periods} confirm it before "
        "you change the way of working.",
    ),
    Variation.CHANGE: Words(
        "Tjek registreringen, og find ud af, hvad der ændrede sig omkring {start}, og om det var meningen.",
        "Check the recording, and find out what changed around {start}, and whether it was intended.",
    ),
}
DO_ALTERNATING = {
    Variation.CHANGE: Words(
        "Del tallene op efter kilde, fx vagthold, ugedag eller afsnit, og tegn hver for sig. Retter I op efter hvert "
        "enkelt tal, så stop med det: det øger udsvingene.",
        "Split the figures by source, such as shift team, weekday or ward, and draw each by itself. If you adjust "
        "after every single figure, stop doing so: it adds to the variation.",
    ),
}
DO_STRATIFICATION = {
    Variation.CHANGE: Words(
        "Tjek, hvordan tallene er opgjort, og om grænserne bygger på de rette {periods}. Er processen virkelig blevet "
        "mere ensartet, så find ud af hvorfor, og overvej en ny fase.",
        "Check how the figures are made up, and whether the limits rest on the right {periods}. If the process really "
        "has become more even, find out why, and consider a new phase.",
    ),
}
DO_MIXTURE = {
    Variation.CHANGE: Words(
        "Del tallene op efter kilde, fx afsnit, patienttype eller måde at registrere på, og tegn et diagram for hver.",
        "Split the figures by source, such as ward, type of patient or way of recording, and draw a chart of each.",
    ),
}
DO_EARLIER = Words(
    "Find forklaringen på de tidligere signaler, og overvej en ny fase, hvis niveauet har flyttet sig.",
    "Find the explanation of the earlier signals, and consider a new phase if the level has moved.",
)
DO_NO_ORDER = Words(
    "Tegn tallene i den rækkefølge, de er målt, hvis I vil se, om noget ændrer sig.",
    "Draw the figures in the order in which they were measured if you want to see whether anything changes.",
)
# Keep what works, take back what harms: said beside the first advice.
KEEP = {
    Variation.IMPROVEMENT: Words(
        "Skyldes det en ændring, I selv har lavet, så gør den til fast arbejdsgang, og bliv ved med at måle.",
        "If it is due to a change of your own, make it the way you work, and keep measuring.",
    ),
    Variation.CONCERN: Words(
        "Skyldes det en ændring, I selv har lavet, så tag den tilbage, eller justér den, og se, om tallet følger med.",
        "If it is due to a change of your own, take it back or adjust it, and see whether the figure follows.",
    ),
}

# ------------------------------------------------------------------------------------------------- the rules in words


@dataclass(frozen=True, slots=True)
class RuleTexts:
    """What is said where a rule raises the signal that leads.

    `see_now` is said where the signal reaches the latest point. `brief` names the signal beside another one. `means`
    and `do` are chosen by what the signal means; rules that know no side have words for a change alone. `noted` is the
    advice where a note lies near the start of the signal; without it the note is named in a sentence of its own.
    """

    title: Words
    see: Words
    brief: Words
    means: Mapping[Variation, Words]
    do: Mapping[Variation, Words]
    see_now: Words | None = None
    noted: Mapping[Variation, Words] | None = None


_ON_ONE_SIDE = RuleTexts(
    title=TITLE_RUN,
    see=SEE_RUN_PAST,
    see_now=SEE_RUN_NOW,
    brief=Words("{span} {side} {the_centre}", "{span} {side} {the_centre}"),
    means=MEANS_RUN,
    do={Variation.IMPROVEMENT: DO_RUN_BETTER, Variation.CONCERN: DO_RUN_WORSE, Variation.CHANGE: DO_RUN_CHANGE},
    noted={
        Variation.IMPROVEMENT: DO_RUN_BETTER_NOTE,
        Variation.CONCERN: DO_RUN_WORSE_NOTE,
        Variation.CHANGE: DO_RUN_CHANGE_NOTE,
    },
)

RULE_TEXTS: dict[Rule, RuleTexts] = {
    Rule.LONG_RUN: _ON_ONE_SIDE,
    Rule.SHIFT: _ON_ONE_SIDE,
    Rule.FEW_CROSSINGS: RuleTexts(
        title=TITLE_CROSSINGS,
        see=SEE_CROSSINGS,
        brief=Words("{span} med få kryds af {the_centre}", "{span} with few crossings of {the_centre}"),
        means=MEANS_CROSSINGS,
        do=dict.fromkeys((Variation.IMPROVEMENT, Variation.CONCERN, Variation.CHANGE), DO_CROSSINGS),
        noted=dict.fromkeys((Variation.IMPROVEMENT, Variation.CONCERN, Variation.CHANGE), DO_CROSSINGS),
    ),
    Rule.OUTSIDE_LIMITS: RuleTexts(
        title=TITLE_OUTSIDE_MANY,
        see=SEE_OUTSIDE_MANY,
        brief=Words("{list} {limit}", "{list} {limit}"),
        means=MEANS_OUTSIDE,
        do=DO_OUTSIDE,
    ),
    Rule.TREND: RuleTexts(
        title=TITLE_TREND,
        see=SEE_TREND_PAST,
        see_now=SEE_TREND_NOW,
        brief=Words("{span} {rising}", "{span} {rising}"),
        means=MEANS_TREND,
        do=DO_TREND,
    ),
    Rule.TWO_OF_THREE: RuleTexts(
        title=TITLE_FAR,
        see=SEE_FAR,
        brief=Words("{list} langt {side} {the_centre}", "{list} far {side} {the_centre}"),
        means=MEANS_FAR,
        do=DO_FAR,
    ),
    Rule.FOUR_OF_FIVE: RuleTexts(
        title=TITLE_OFF,
        see=SEE_FAR_SPAN,
        brief=Words("{span} tydeligt {side} {the_centre}", "{span} clearly {side} {the_centre}"),
        means=MEANS_FAR,
        do=DO_FAR,
    ),
    Rule.ALTERNATING: RuleTexts(
        title=TITLE_ALTERNATING,
        see=SEE_ALTERNATING,
        brief=Words("{span} op og ned på skift", "{span} up and down by turns"),
        means=MEANS_ALTERNATING,
        do=DO_ALTERNATING,
    ),
    Rule.STRATIFICATION: RuleTexts(
        title=TITLE_STRATIFICATION,
        see=SEE_STRATIFICATION,
        brief=Words("{span} usædvanligt tæt på {the_centre}", "{span} unusually close to {the_centre}"),
        means=MEANS_STRATIFICATION,
        do=DO_STRATIFICATION,
    ),
    Rule.MIXTURE: RuleTexts(
        title=TITLE_MIXTURE,
        see=SEE_MIXTURE,
        brief=Words("{span} på to niveauer", "{span} at two levels"),
        means=MEANS_MIXTURE,
        do=DO_MIXTURE,
    ),
}

RULE = Words("Regel: {name}. {asks} Her: {arithmetic}.", "Rule: {name}. {asks} Here: {arithmetic}.")
RULE_LABEL = Words("{name} ({label})", "{name} ({label})")
RULE_NONE = Words(
    "Ingen regel giver signal. Profilen er {profile}, og den spørger om: {rules}.",
    "No rule gives a signal. The profile is {profile}, and it asks about: {rules}.",
)
RULE_NONE_AT_LAST = Words(
    "Ingen regel giver signal i det seneste punkt. Profilen er {profile}, og den spørger om: {rules}.",
    "No rule gives a signal at the latest point. The profile is {profile}, and it asks about: {rules}.",
)
RULE_NOT_JUDGED = Words("Ingen regel er vurderet: {reason}.", "No rule was judged: {reason}.")
RULE_RUNS = Words(
    "Længste serie er {run} (signal over {run_bound}), og {the_centre} krydses {times} (signal under "
    "{crossings_bound}); {n_useful} punkter ligger ikke på linjen og tæller med.",
    "The longest run is {run} (signal above {run_bound}), and {the_centre} is crossed {times} (signal below "
    "{crossings_bound}); {n_useful} points are off the line and count.",
)
TIMES = Words("{count} gange", "{count} times")
ONCE = Words("én gang", "once")
RULE_METHOD = Words(
    "Serier og kryds er bedømt med metoden {method}.", "Runs and crossings were judged by the method {method}."
)
NO_LIMITS_RUN = Words(
    "Et seriediagram har ingen kontrolgrænser: det spørger kun, om niveauet har flyttet sig.",
    "A run chart has no control limits: it asks only whether the level has moved.",
)
NO_LIMITS = Words("Der er ingen kontrolgrænser: {reason}.", "There are no control limits: {reason}.")
# Reasons that need more words in a sentence than beside a chart.
REASONS = {
    Reason.NO_DATA: Words("der er ingen data", "there are no data"),
    Reason.NO_VARIATION: Words("der er ingen variation", "there is no variation"),
    Reason.TOO_FEW: Words(
        "der er {n} brugbare punkter, og {needed} er nødvendige",
        "there are {n} useful points, and {needed} are needed",
    ),
}

# ------------------------------------------------------------------------------------------------------------ certainty

CHANCE = Words(
    "Ca. {count} af {total} stabile diagrammer af denne længde viser et signal ved ren tilfældighed ({profile}).",
    "About {count} of {total} stable charts of this length show a signal by pure chance ({profile}).",
)
CHANCE_AT_LAST = Words(
    "Ca. {count} af {total} stabile diagrammer af denne længde viser et signal i det seneste punkt ved ren "
    "tilfældighed ({profile}).",
    "About {count} of {total} stable charts of this length show a signal at the latest point by pure chance "
    "({profile}).",
)
CHANCE_RARE = Words(
    "Færre end 1 af 1.000 stabile diagrammer af denne længde viser et signal ved ren tilfældighed ({profile}).",
    "Fewer than 1 of 1,000 stable charts of this length show a signal by pure chance ({profile}).",
)
CHANCE_OTHER_CHART = Words(
    "Tallet er beregnet for det diagram, der ligner mest: {chart}.",
    "The figure was worked out for the chart most like it: {chart}.",
)
CHANCE_FROZEN = Words(
    "Med et fastholdt udgangspunkt kan det ske oftere, især når udgangspunktet er kort.",
    "With a frozen baseline it may happen more often, above all where the baseline is short.",
)
CHANCE_UNKNOWN = Words(
    "Hvor ofte ren tilfældighed giver et signal her, er ikke beregnet.",
    "How often pure chance gives a signal here has not been worked out.",
)
CERTAIN_COMMON = Words(
    "Intet signal er ikke bevis for, at intet er sket: et lille skift ses først, når flere punkter peger samme vej.",
    "No signal is no proof that nothing has happened: a small shift shows only when several points agree.",
)
CERTAIN_FEW = Words(
    "Under {needed} brugbare punkter kaldes intet et signal, fordi det lige så godt kan være tilfældigt.",
    "Below {needed} useful points nothing is called a signal, because it may as well be chance.",
)
CERTAIN_CONSTANT = Words(
    "Uden variation kan tilfældighedens andel ikke beregnes.",
    "Without variation the part that chance plays cannot be worked out.",
)
CERTAIN_LEFT_OUT = Words(
    "{count} {periods} er udeladt. Er årsagen ikke kendt, kan grænserne blive for snævre.",
    "Left out: {count} {periods}. If the reason is not known, the limits may become too narrow.",
)
CERTAIN_LEFT_OUT_RUN = Words(
    "{count} {periods} er udeladt. Er årsagen ikke kendt, kan billedet blive for pænt eller for grimt.",
    "Left out: {count} {periods}. If the reason is not known, the picture may become too good or too bad.",
)

ALT = Words("{chart} over {name}, {span}. {title}. {see}", "{chart} of {name}, {span}. {title}. {see}")
ALT_NAMELESS = Words("{chart}, {span}. {title}. {see}", "{chart}, {span}. {title}. {see}")
ALT_EMPTY = Words("{chart} over {name}: ingen data.", "{chart} of {name}: no data.")
ALT_EMPTY_NAMELESS = Words("{chart}: ingen data.", "{chart}: no data.")
NAME_OF_UNIT = Words("{name} i {unit}", "{name} in {unit}")

SIGNALS = (Variation.IMPROVEMENT, Variation.CONCERN, Variation.CHANGE)
