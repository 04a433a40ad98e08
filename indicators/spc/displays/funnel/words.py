"""What a funnel shows, in words. Whether high or low is good is not known here, so it is not said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from indicators.spc.displays.funnel.overdispersion import Adjustment
from indicators.words import Words

if TYPE_CHECKING:
    from indicators.spc.displays.funnel.result import FunnelResult

_FUNNEL = Words(
    "{n} enheder holdes op mod {target}, {origin}. Uden for {level} %-grænserne: {outside}; ventet ved ren "
    "tilfældighed: {share}{expected}.",
    "{n} units are held against {target}, {origin}. Outside the {level} % limits: {outside}; expected from pure "
    "chance: {share}{expected}.",
)
_POOLED = Words("niveauet for alle enheder under ét", "the level of all units taken together")
_GIVEN = Words("det mål der er valgt", "the target that was chosen")
_EXPECTED = Words("det forventede", "what is expected")

_OUTSIDE = Words(
    "{unit}: {value} ligger {side} {level} %-grænsen på {limit} (midten er {target}). Så langt ude til den side "
    "kommer {share}{odds} enheder ved en tilfældighed{also}. Enheden adskiller sig altså, men tragten siger ikke "
    "hvorfor, og heller ikke om det er godt eller skidt: se først på data og patientsammensætning, derefter på "
    "arbejdsgangen.",
    "{unit}: {value} lies {side} the {level} % limit of {limit} (the centre is {target}). Chance takes {share}{odds} "
    "units that far to that side{also}. So the unit differs, but the funnel does not say why, nor whether that is "
    "good or bad: look first at the data and the case mix, then at how the work is done.",
)
_ABOVE, _BELOW = Words("over", "above"), Words("under", "below")
_ALSO = Words(
    ", også når den almindelige forskel mellem enheder er regnet med",
    ", even with the ordinary difference between units allowed for",
)
_AT_MOST, _ABOUT = Words("højst ", "at most "), Words("omkring ", "about ")
_BETWEEN = Words(
    "{unit}: {value} ligger mellem 95 %- og 99,8 %-grænsen. Blandt {n} enheder ville man vente {share}{expected} så "
    "langt ude ved en tilfældighed. Hold øje med den, men drag ingen slutning af dette tal alene.",
    "{unit}: {value} lies between the 95 % and the 99.8 % limit. Among {n} units, chance would be expected to put "
    "{share}{expected} that far out. Keep an eye on it, but conclude nothing from this figure alone.",
)
_INSIDE = Words(
    "{unit}: {value} ligger inden for grænserne ({lower} til {upper}). En enhed af den størrelse kan ligge der ved en"
    " tilfældighed; afstanden til {target} er ikke i sig selv tegn på noget.",
    "{unit}: {value} lies inside the limits ({lower} to {upper}). A unit of that size may stand there by chance; the "
    "distance from {target} is no sign by itself.",
)
_NO_DATA = Words("{unit}: ingen data.", "{unit}: no data.")

_NOT_ASKED = Words(
    "Enhederne varierer ikke mere, end tilfældet forklarer (phi = {phi}; ren tilfældighed giver omkring 1). Grænserne"
    " er ikke justeret for overspredning.",
    "The units do not vary by more than chance explains (phi = {phi}; pure chance gives about 1). The limits are not "
    "adjusted for over-dispersion.",
)
_NOT_ASKED_BUT = Words(
    "Enhederne varierer mere, end tilfældet alene forklarer: phi = {phi}, hvor ren tilfældighed giver omkring 1. "
    "Grænserne er ikke justeret for det, så enheder kan ligge udenfor af grunde, der gælder dem alle, f.eks. forskel "
    "i patientsammensætning. Overvej at justere for overspredning.",
    "The units vary by more than chance alone explains: phi = {phi}, where pure chance gives about 1. The limits are "
    "not adjusted for it, so units may lie outside for reasons that concern them all, such as different case mix. "
    "Consider adjusting for over-dispersion.",
)
_NOT_ASKED_UNKNOWN = Words(
    "Grænserne er ikke justeret for overspredning. {why}", "The limits are not adjusted for over-dispersion. {why}"
)
_MADE = Words(
    "Enhederne varierer mere, end tilfældet alene forklarer: phi = {phi}, hvor ren tilfældighed giver omkring 1. "
    "Grænserne er derfor gjort bredere ({form}, tau² = {tau2}), så en enhed kun falder udenfor, når den også skiller "
    "sig ud fra den almindelige forskel mellem enheder.",
    "The units vary by more than chance alone explains: phi = {phi}, where pure chance gives about 1. The limits have"
    " therefore been widened ({form}, tau² = {tau2}), so that a unit falls outside only when it also stands out from "
    "the ordinary difference between units.",
)
_MADE_SLIGHTLY = Words(
    "Enhederne varierer lidt mere end ventet (phi = {phi}; ren tilfældighed giver omkring 1), men ikke mere, end at "
    "det kan være tilfældigt. Grænserne er gjort lidt bredere ({form}, tau² = {tau2}).",
    "The units vary slightly more than expected (phi = {phi}; pure chance gives about 1), but not by more than may be"
    " chance. The limits have been widened a little ({form}, tau² = {tau2}).",
)
_MADE_AS_GIVEN = Words(
    "Grænserne er gjort bredere med en variation mellem enheder, der er givet på forhånd ({form}, tau² = {tau2}). I "
    "disse tal er phi = {phi}.",
    "The limits have been widened by a variance between units that was given beforehand ({form}, tau² = {tau2}). In "
    "these figures phi = {phi}.",
)
_NOT_NEEDED = Words(
    "Der er ingen overspredning at justere for: phi = {phi}, og ren tilfældighed giver omkring 1. Grænserne er ikke "
    "gjort bredere.",
    "There is no over-dispersion to adjust for: phi = {phi}, and pure chance gives about 1. The limits have not been "
    "widened.",
)
_NOT_POSSIBLE = Words(
    "Grænserne kunne ikke justeres for overspredning. {why}",
    "The limits could not be adjusted for over-dispersion. {why}",
)
_TOO_FEW = Words(
    "Phi kan ikke beregnes: det kræver mindst 2 enheder, og {n} er tilbage.",
    "Phi cannot be computed: that takes at least 2 units, and {n} are left.",
)
_LOG_OF_NONE = Words(
    "Phi kan ikke beregnes på logaritmen, når enheder uden hændelser ikke trimmes fra: vælg formen cqc.",
    "Phi cannot be computed on the logarithm while units without events are not trimmed away: choose the form cqc.",
)


def of_funnel(result: FunnelResult, language: str) -> str:
    """How many units are outside, how many chance would put there, and what was done about over-dispersion."""
    if result.recipe is None:
        return _sentence(result.reason(language))
    reported = result.units.value.notna()
    origin = _POOLED if result.is_pooled else _EXPECTED if result.target == result.multiply else _GIVEN
    first = _FUNNEL.say(
        language,
        n=int(reported.sum()),
        target=_figure(result, result.target, language),
        origin=origin.say(language),
        outside=len(result.outliers),
        level=_number(result.outlier_level.percent, language),
        share=_share(result).say(language),
        expected=_number(2 * result.outlier_level.tail * int(reported.sum()), language),
    )
    return f"{first} {of_adjustment(result, language)}"


def of_unit(result: FunnelResult, unit: pd.Series, language: str) -> str:
    """What it means that a unit lies where it does."""
    if np.isnan(unit.value):
        return _NO_DATA.say(language, unit=unit.unit)
    if result.recipe is None:
        return f"{unit.unit}: {result.reason(language)}"
    figures = {name: _figure(result, unit[name], language) for name in ("value", "target", "lower", "upper")}
    level = result.outlier_level
    if unit.is_outlier:
        is_above = unit.side == "above"
        prefix = "" if level.percent == 99.8 else "warning_"
        return _OUTSIDE.say(
            language,
            unit=unit.unit,
            value=figures["value"],
            target=figures["target"],
            side=(_ABOVE if is_above else _BELOW).say(language),
            level=_number(level.percent, language),
            limit=_figure(result, unit[f"{prefix}{'upper' if is_above else 'lower'}"], language),
            share=_share(result).say(language),
            odds=_odds(level.tail, language),
            also=_ALSO.say(language) if result.adjustment is Adjustment.MADE else "",
        )
    if unit.is_outside_95:
        n = int(result.units.value.notna().sum())
        return _BETWEEN.say(
            language,
            unit=unit.unit,
            value=figures["value"],
            n=n,
            share=_share(result).say(language),
            expected=_number(0.05 * n, language),
        )
    return _INSIDE.say(language, unit=unit.unit, **figures)


def of_adjustment(result: FunnelResult, language: str) -> str:
    """Whether the limits allow for over-dispersion, and why."""
    dispersion = result.dispersion
    if result.recipe is None:
        return _sentence(result.reason(language))
    if not dispersion.is_estimated and not result.recipe.is_tau2_given:
        why = _TOO_FEW.say(language, n=dispersion.n) if dispersion.n < 2 else _LOG_OF_NONE.say(language)
        words = _NOT_ASKED_UNKNOWN if result.adjustment is Adjustment.NOT_ASKED else _NOT_POSSIBLE
        return words.say(language, why=why)
    made = _MADE if dispersion.is_beyond_chance else _MADE_SLIGHTLY
    words = {
        Adjustment.NOT_ASKED: _NOT_ASKED_BUT if dispersion.is_beyond_chance else _NOT_ASKED,
        Adjustment.MADE: _MADE_AS_GIVEN if result.recipe.is_tau2_given else made,
        Adjustment.NOT_NEEDED: _NOT_NEEDED,
    }[result.adjustment]
    return words.say(
        language,
        phi=_number(result.phi, language),
        form=result.form.name.say(language),
        tau2=_number(result.tau2, language),
    )


def _share(result: FunnelResult) -> Words:
    """Exact limits promise "at most"; approximations, and limits widened by an estimate, do not."""
    is_exact = result.method.code in ("exact", "quantile") and result.adjustment is not Adjustment.MADE
    return _AT_MOST if is_exact else _ABOUT


def _odds(tail: float, language: str) -> str:
    return {"en": f"{1000 * tail:.0f} in 1,000"}.get(language, f"{1000 * tail:.0f} ud af 1.000")


def _figure(result: FunnelResult, value: float, language: str) -> str:
    """A value with as many decimals as its funnel's width shows."""
    width = float((result.units.upper - result.units.lower).median())
    decimals = int(np.clip(2 - np.floor(np.log10(width)), 0, 6)) if np.isfinite(width) and width > 0 else 3
    return _local(f"{value:,.{decimals}f}", language)


def _number(value: float, language: str) -> str:
    return _local(f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}", language)


def _local(text: str, language: str) -> str:
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
