"""The advice in words: observation, certainty, what to do."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd

from indicators.spc.adviser.record import Caution, Change, Explanation, NoProposal
from indicators.words import Words

_MONTHS = Words(
    "januar februar marts april maj juni juli august september oktober november december",
    "January February March April May June July August September October November December",
)

CAUTIONS: dict[Caution, Words] = {
    Caution.AUTOCORRELATION: Words(
        "Punkter ved siden af hinanden ligner hinanden (autokorrelation), og det er der taget højde for.",
        "Neighbouring points resemble each other (autocorrelation), and that is allowed for.",
    ),
    Caution.TREND: Words(
        "En jævn udvikling passer bedre end et spring: så har niveauet ikke skiftet på én gang.",
        "A steady trend fits better than a step: then the level did not change all at once.",
    ),
    Caution.OUTLIER: Words(
        "Et enkelt punkt bærer forslaget: uden det foreslås intet. Se først på det punkt.",
        "A single point carries the proposal: without it nothing is proposed. Look at that point first.",
    ),
    Caution.SEASON: Words(
        "Målingen ser ud til at følge årstiden, og det kan ligne et spring.",
        "The series seems to follow the season, which can look like a step.",
    ),
    Caution.SEASON_UNKNOWN: Words(
        "Der er under to hele år, så årstiden kan ikke skilles fra et spring.",
        "There are less than two whole years, so the season cannot be told from a step.",
    ),
    Caution.OVERDISPERSION: Words(
        "Punkterne spreder sig mere, end antallene alene giver; det er der taget højde for.",
        "The points spread more than the counts alone would give; that is allowed for.",
    ),
    Caution.BEYOND_TABLES: Words(
        "Serien er længere end de simulerede tabeller, så p-værdien er lidt for lav.",
        "The series is longer than the simulated tables, so the p-value is a little too low.",
    ),
}

REASONS: dict[NoProposal, Words] = {
    NoProposal.NONE: Words("", ""),
    NoProposal.NO_EVIDENCE: Words(
        "Ingen ny fase foreslås: intet skift i niveau er tydeligt nok.",
        "No new phase is proposed: no change of level is clear enough.",
    ),
    NoProposal.TOO_FEW: Words(
        "Ingen ny fase kan foreslås: {n} af {needed} nødvendige værdier.",
        "No new phase can be proposed: {n} of {needed} values needed.",
    ),
    NoProposal.NO_VARIATION: Words(
        "Ingen ny fase foreslås: ingen variation.",
        "No new phase is proposed: no variation.",
    ),
    NoProposal.MOSTLY_ALIKE: Words(
        "Ingen ny fase kan foreslås: næsten alle værdier er ens. Er hændelsen sjælden, så følg tiden eller antallet "
        "mellem hændelser (T- eller G-diagram).",
        "No new phase can be proposed: nearly all values are the same. If the event is rare, follow the time or the "
        "number of cases between events (T or G chart).",
    ),
    NoProposal.NO_ORDER: Words(
        "Ingen ny fase kan foreslås: punkterne har ingen rækkefølge i tid.",
        "No new phase can be proposed: the points have no order in time.",
    ),
    NoProposal.DEPENDENT_POINTS: Words(
        "Ingen ny fase kan foreslås på dette diagram: nabopunkter bygger på de samme værdier.",
        "No new phase can be proposed on this chart: neighbouring points rest on the same values.",
    ),
}

_DECIDE = Words(
    "Intet er tegnet om. Et menneske afgør det og skriver en begrundelse: Find ud af, hvad der skete omkring det "
    "tidspunkt. Begynd kun en ny fase, hvis der er en forklaring, og det nye niveau ventes at vare.",
    "Nothing has been redrawn. A person decides, with a reason: find out what happened around that time. Start a new "
    "phase only if there is an explanation and the new level is expected to last.",
)


_KEEP = Words(
    "Behold fasen, som den er, og følg målingen.",
    "Keep the phase as it is, and go on following the series.",
)


def number(value: float, language: str, digits: int = 3) -> str:
    """A number of so many significant digits, with a comma in Danish.

    Examples
    --------
    >>> number(1234.6, "da"), number(0.03456, "da"), number(12.0, "en")
    ('1235', '0,0346', '12')
    """
    if not np.isfinite(value):
        return "–"
    places = max(digits - 1 - int(np.floor(np.log10(abs(value)))), 0) if value else 0
    written = f"{value:.{places}f}"
    written = written.rstrip("0").rstrip(".") if "." in written else written
    return written.replace(".", ",") if language == "da" else written


def when(x: object, language: str) -> str:
    """x as a reader says it: the month for a first of a month, the date for other dates, else x itself.

    Examples
    --------
    >>> when(np.datetime64("2024-04-01"), "da"), when(np.datetime64("2024-04-08"), "en"), when(7, "en")
    ('april 2024', '2024-04-08', '7')
    """
    if isinstance(x, np.datetime64 | date | datetime):
        day = pd.Timestamp(x)
        if day == day.normalize() and day.day == 1:
            return f"{_MONTHS.say(language).split()[day.month - 1]} {day.year}"
        return str(day.date())
    return str(x)


def chance(share: float, language: str) -> str:
    """A share as so many of 100, of 1,000 or of 10,000.

    Examples
    --------
    >>> chance(0.05, "en"), chance(0.0042, "da"), chance(0.0001, "en")
    ('5 of 100', '4 af 1.000', 'at most 1 of 10,000')
    """
    of, thousands = (" af ", ".") if language == "da" else (" of ", ",")
    for total in (100, 1_000):
        if share * total >= 0.95 * (1 if total == 1_000 else 2):
            return f"{share * total:.0f}{of}" + f"{total:,}".replace(",", thousands)
    least = "højst " if language == "da" else "at most "
    prefix = least if share <= 0.0001 else ""
    return f"{prefix}{max(share * 10_000, 1):.0f}{of}" + f"{10_000:,}".replace(",", thousands)


def proposed(
    changes: tuple[Change, ...], cautions: tuple[Caution, ...], alpha: float, false_alarm_rate: float
) -> Explanation:
    """The explanation of a proposal."""
    observation = {language: " ".join(_change(change, language) for change in changes) for language in ("da", "en")}
    first = changes[0]
    certainty = {}
    for language in ("da", "en"):
        said = [_interval(first, language), _evidence(first, alpha, false_alarm_rate, language)]
        certainty[language] = " ".join([*said, *(CAUTIONS[caution].say(language) for caution in cautions)])
    return Explanation(Words(**observation), Words(**certainty), _DECIDE)


def nothing(reason: NoProposal, n_values: int, minimum_segment: int, p_value: float, alpha: float) -> Explanation:
    """The explanation where nothing is proposed."""
    words = REASONS[reason]
    values = {"n": n_values, "needed": 2 * minimum_segment} if reason is NoProposal.TOO_FEW else {}
    observation = Words(words.say("da", **values), words.say("en", **values))
    if reason is not NoProposal.NO_EVIDENCE:
        return Explanation(observation, Words("", ""), Words("", ""))
    certainty = Words(
        f"Uden noget skift ville et mindst så tydeligt spor ses i {chance(p_value, 'da')} serier; der foreslås først "
        f"ved {chance(alpha, 'da')}. Et lille skift kan være der alligevel.",
        f"Without any change, a trace at least as clear would be seen in {chance(p_value, 'en')} series; a proposal "
        f"needs {chance(alpha, 'en')}. A small change may be there all the same.",
    )
    return Explanation(observation, certainty, _KEEP)


def _change(change: Change, language: str) -> str:
    before, after = number(change.before, language), number(change.after, language)
    size, sd = number(abs(change.size), language), number(abs(change.size_in_sd), language, 2)
    begins = when(change.x, language)
    if language == "da":
        way = "højere" if change.size > 0 else "lavere"
        return (
            f"Niveauet ser ud til at have skiftet fra {before} til {after} fra og med {begins}: {size} {way}, "
            f"{sd} standardafvigelser, med {change.n_before} punkter før og {change.n_after} efter."
        )
    way = "higher" if change.size > 0 else "lower"
    return (
        f"The level seems to have changed from {before} to {after} from {begins} on: {size} {way}, "
        f"{sd} standard deviations, with {change.n_before} points before and {change.n_after} after."
    )


def _interval(change: Change, language: str) -> str:
    first, last = when(change.first_x, language), when(change.last_x, language)
    if first == last:
        return f"Tidspunktet er ret sikkert: {first}." if language == "da" else f"The time is rather certain: {first}."
    if language == "da":
        return f"Det kan være begyndt når som helst fra {first} til {last} (ca. 95 % sikkert)."
    return f"It may have begun at any time from {first} to {last} (about 95% certain)."


def _evidence(change: Change, alpha: float, false_alarm_rate: float, language: str) -> str:
    p, often = chance(change.p_value, language), chance(false_alarm_rate, language)
    if language == "da":
        return (
            f"Uden noget skift ville et mindst så tydeligt spor ses i {p} serier. "
            f"Der foreslås forkert i omkring {often} serier som denne, hvor intet er sket."
        )
    return (
        f"Without any change, a trace at least as clear would be seen in {p} series. "
        f"About {often} series like this one, in which nothing happened, get a false proposal."
    )
