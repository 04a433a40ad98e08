"""The methods text, written from the call that was made: what another person needs to get the same figures."""

from __future__ import annotations

from dashboards.exports.evaluation.analysis import FRAME, SEED, Analysis, Call
from dashboards.exports.evaluation.months_before import what_became_of_them
from dashboards.text import _, language, number
from indicators.evaluation.before_start import ALPHA
from indicators.evaluation.verdict import LARGEST_DRIFT
from indicators.words import Words

SCALES = {
    "binomial": Words(
        "på log odds med binomial likelihood og nævneren som antal, regnet tilbage til naturlige enheder",
        "on log odds with the binomial likelihood and the denominator as the count, taken back to natural units",
    ),
    "linear": Words("lineært, på værdien selv", "linearly, on the value itself"),
    "poisson": Words(
        "på logaritmen af raten med Poisson-likelihood og nævneren som risikotid, regnet tilbage til naturlige enheder",
        "on the log of the rate with the Poisson likelihood and the denominator as exposure, taken back to natural "
        "units",
    ),
}
FORMULAS = {
    "binomial": "logit(p_it) = a_i + m_t",
    "linear": "y_it = a_i + m_t + e_it",
    "poisson": "log(r_it) = a_i + m_t",
}
OUTCOME = {"binomial": "p", "linear": "y", "poisson": "r"}
WEIGHTS = {
    "unit": Words("hver enhed og måned vejer lige meget", "every unit and month counts the same"),
    "patient": Words("hver måned vejer efter sin nævner", "every month counts by its denominator"),
}
INFERENCE = {
    "auto": Words(
        "Usikkerheden er regnet ved at udelade én enhed ad gangen, lagdelt efter hold, med t-fordeling og "
        "Satterthwaites "
        "frihedsgrader; med færre end 10 enheder med wild bootstrap.",
        "Uncertainty comes from leaving out one unit at a time, stratified by cohort, with a t distribution and "
        "Satterthwaite's degrees of freedom; with fewer than 10 units from a wild bootstrap.",
    ),
    "leave-one-out": Words(
        "Usikkerheden er regnet ved at udelade én enhed ad gangen, lagdelt efter hold, med Satterthwaites "
        "frihedsgrader.",
        "Uncertainty comes from leaving out one unit at a time, stratified by cohort, with Satterthwaite's degrees of "
        "freedom.",
    ),
    "analytic": Words(
        "Usikkerheden er den konservative varians fra Borusyak, Jaravel og Spiess (2024, ligning 7), klynget efter "
        "enhed.",
        "Uncertainty is the conservative variance of Borusyak, Jaravel and Spiess (2024, equation 7), clustered by "
        "unit.",
    ),
    "wild-bootstrap": Words(
        "Usikkerheden er regnet med wild bootstrap over enheder (9.999 trækninger; alle fortegn op til 12 enheder).",
        "Uncertainty comes from a wild bootstrap over units (9,999 draws; every pattern of signs up to 12 units).",
    ),
}
SOURCES = (
    "Borusyak K, Jaravel X, Spiess J. Revisiting event-study designs: robust and efficient estimation. "
    "Review of Economic Studies 2024;91:3253-85.",
    "Wooldridge JM. Simple approaches to nonlinear difference-in-differences with panel data. "
    "The Econometrics Journal 2023;26:C31-66.",
    "Callaway B, Sant'Anna PHC. Difference-in-differences with multiple time periods. "
    "Journal of Econometrics 2021;225:200-30.",
    "Goodman-Bacon A. Difference-in-differences with variation in treatment timing. "
    "Journal of Econometrics 2021;225:254-77.",
    "Spiegelhalter DJ. Funnel plots for comparing institutional performance. Statistics in Medicine 2005;24:1185-202.",
    "Spiegelhalter D, et al. Statistical methods for healthcare regulation: rating, screening and surveillance. "
    "Journal of the Royal Statistical Society A 2012;175:1-47.",
    "Holm S. A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 1979;6:65-70.",
    "Benjamini Y, Hochberg Y. Controlling the false discovery rate. Journal of the Royal Statistical Society B "
    "1995;57:289-300.",
    "Higgins JPT, Thompson SG, Spiegelhalter DJ. A re-evaluation of random-effects meta-analysis. Journal of the Royal "
    "Statistical Society A 2009;172:137-59.",
    "Rosenbaum PR. Observational Studies. 2nd ed. Springer 2002, chapter 2.",
    "Montiel Olea JL, Plagborg-Møller M. Simultaneous confidence bands. Journal of Applied Econometrics 2019;34:1-17.",
    "Roth J. Pretest with caution: event-study estimates after testing for parallel trends. "
    "American Economic Review: Insights 2022;4:305-22.",
    "Ogrinc G, et al. SQUIRE 2.0: revised publication guidelines. BMJ Quality & Safety 2016;25:986-92.",
)


def formula(call: Call) -> tuple[str, str]:
    """What is fitted to the months without the programme, and what an effect is."""
    outcome = OUTCOME[call.family]
    trend = " + g_c·t" if call.cohort_trends else ""
    fitted = FORMULAS[call.family].replace(" + m_t", f" + m_t{trend}")
    observed = "y_it" if call.family == "linear" else "x_it / n_it"
    return fitted, f"d_it = {observed} - {outcome}^_it"


def estimand(analysis: Analysis) -> str:
    """Whose effect, over which months, how weighted, against what: one sentence."""
    overall, frame = analysis.effect.overall, analysis.frame
    said = Words(
        "Den gennemsnitlige forskel i »{name}« mellem det, der blev målt, og det, der var ventet uden programmet, fra "
        "start til og med {last}, hos de {units} deltagende enheder, der kan sammenlignes; {weights}. Sammenligningen "
        "er måneder hos enheder, der endnu ikke er startet, og {never}.",
        "The mean difference in “{name}” between what was measured and what was expected without the programme, from "
        "the start up to and including {last}, in the {units} participating units that can be compared; {weights}. "
        "The comparison is months of units that have not started yet and {never}.",
    )
    outside = int(frame.loc[frame["start"].astype(str) == "", "unit"].nunique())
    never = Words("{count} enheder uden for programmet", "{count} units outside the programme")
    if outside == 1:
        never = Words("1 enhed uden for programmet", "1 unit outside the programme")
    if outside == 0:
        never = Words("ingen enheder uden for programmet", "no units outside the programme")
    spoken = language()
    return said.say(
        spoken,
        name=analysis.definition.name.say(spoken),
        last=month_text(str(frame["period"].max())),
        units=number(overall["n_units"]),
        weights=WEIGHTS[analysis.call.weights].say(spoken),
        never=never.say(spoken, count=number(outside)),
    )


def methods_text(analysis: Analysis) -> tuple[str, ...]:
    """The paragraphs, in the language of the moment."""
    spoken, call = language(), analysis.call
    fitted, effect = formula(call)
    design = Words(
        "Designet er forskudte starter med imputation: hvad der ville være sket uden programmet, er tilpasset {scale} "
        "med en effekt for hver enhed og en for hver måned ({formula}), alene på måneder uden programmet, og effekten "
        "i "
        "en måned er det målte minus det ventede ({effect}). {left_out}{trends}",
        "The design is staggered starts by imputation: what would have happened without the programme is fitted "
        "{scale} "
        "with an effect for each unit and each month ({formula}), to months without the programme only, and the effect "
        "of a month is what was measured less what was expected ({effect}). {left_out}{trends}",
    ).say(
        spoken,
        scale=SCALES[call.family].say(spoken),
        formula=fitted,
        effect=effect,
        left_out=_left_out(analysis),
        trends=_trends(call.cohort_trends),
    )
    inference = (
        INFERENCE[call.inference].say(spoken)
        + " "
        + Words(
            "Båndet over måneder dækker alle måneder på én gang (sup-t, frø {seed}). Intervaller er 95 %.",
            "The band over months covers all of them at once (sup-t, seed {seed}). Intervals are 95%.",
        ).say(spoken, seed=SEED)
    )
    checks = Words(
        "Månederne før start er prøvet for et dyk, en anden tendens og en opdigtet start 12 måneder for tidligt; en "
        "prøve, der består, er intet bevis, og derfor står den største afvigelse, der kunne være overset (80 % "
        "styrke), ved hver. Vurderingen følger en fast regel: ikke identificeret uden et estimat; ikke påvist, når "
        "intervallet rummer nul; skrøbelig, når en prøve falder, når en tendens, der ikke kan udelukkes, kan forklare "
        "over {share} % af effekten, eller når en gyldig følsomhedsanalyse rummer nul; ellers konsistent.",
        "The months before the start were checked for a dip, another trend and a made-up start 12 months early; "
        "passing is no proof, so the largest violation that could have been missed (80% power) stands beside each. "
        "The verdict follows a fixed rule: not identified without an estimate; not shown where the interval holds "
        "nothing; fragile where a check fails, where a trend that is not ruled out could explain over {share}% of the "
        "effect, or where a valid sensitivity analysis holds nothing; else consistent.",
    ).say(spoken, share=number(100 * LARGEST_DRIFT, 1))
    more = (_across(analysis), _sensitivity(analysis), _placebo(analysis), _family(analysis), _funnels(analysis))
    return (design, inference, checks, *(words for words in more if words), _data(analysis))


def declared(analysis: Analysis) -> tuple[tuple[str, str], ...]:
    """What was chosen beside the settings: the family with its primary measure, and the placebo measure."""
    spoken, found = language(), []
    if analysis.family is not None:
        names = [
            analysis.measure_of(str(row["measure"])).name.say(spoken)
            + (f" ({PRIMARY.say(spoken)})" if row["role"] == "primary" else "")
            for row in analysis.family.to_dict("records")
        ]
        found.append((Words("Målinger i familien", "Measures of the family").say(spoken), "; ".join(names)))
    if analysis.placebo is not None:
        name = Words("Placebomåling", "Placebo outcome").say(spoken)
        found.append((name, analysis.placebo.definition.name.say(spoken)))
    return tuple(found)


PRIMARY = Words("primær", "primary")


def _across(analysis: Analysis) -> str:
    if analysis.across is None:
        return ""
    return Words(
        "Enhedernes egne effekter er lagt sammen med REML og Hartung-Knapp; intervallet for τ² er Q-profilens, og en "
        "ny enhed ventes efter Higgins, Thompson og Spiegelhalter. Enheder er trukket mod gennemsnittet efter, hvor "
        "sikre de er.",
        "The units' own effects were taken together by REML and Hartung-Knapp; the interval of τ² is the Q-profile's, "
        "and where a new unit is expected follows Higgins, Thompson and Spiegelhalter. Units are drawn towards the "
        "average by how sure they are.",
    ).say(language())


def _sensitivity(analysis: Analysis) -> str:
    """Every other analysis by its name, in the order of the table."""
    rows, spoken = analysis.sensitivity.rows, language()
    others = rows[~rows["is_main"]]
    is_without = others["key"].str.startswith("without_cohort_")
    names = [str(name) for name in others.loc[others["is_valid"] & ~is_without, f"name_{spoken}"]]
    if is_without.any():
        names.append(Words("uden ét hold ad gangen", "without one cohort at a time").say(spoken))
    invalid = [str(name) for name in others.loc[~others["is_valid"], f"name_{spoken}"]]
    said = Words(
        "Det samme er regnet på andre måder, med de samme valg i øvrigt: {names}. Callaway-Sant'Anna sammenligner "
        "hvert hold og hver måned med enheder, der ikke er startet. Uden at være gyldige vises også: {invalid}.",
        "The same was computed in other ways, all else equal: {names}. Callaway-Sant'Anna compares every cohort and "
        "month with units that have not started. Shown without being valid: {invalid}.",
    ).say(spoken, names="; ".join(names), invalid="; ".join(invalid))
    if "randomised_starts" not in rows["key"].to_list():
        return said
    randomised = Words(
        " Randomiseringen deler deltagernes starter ud igen, alle rækkefølger op til {draws}, ellers {draws} trukne "
        "(frø {seed}); i hver regnes imputationen lineært. Intervallet er de ens effekter, der ikke forkastes. Rækken "
        "forudsætter, at rækkefølgen var så godt som tilfældig, og tæller ikke med i vurderingen.",
        " The randomisation deals out the participants' starts again, every order up to {draws}, else {draws} drawn "
        "ones (seed {seed}); in each the imputation is computed linearly. The interval holds the constant effects that "
        "are not rejected. The row assumes that the order was as good as chance and takes no part in the verdict.",
    )
    return said + randomised.say(spoken, draws=number(analysis.call.draws), seed=SEED)


def _placebo(analysis: Analysis) -> str:
    if analysis.placebo is None:
        return ""
    spoken = language()
    return Words(
        "Placebomålingen er »{name}«, valgt som en måling, programmet ikke skulle flytte, og regnet {scale}, for de "
        "samme grupper. Rummer dens interval ikke nul, er vurderingen skrøbelig.",
        "The placebo outcome is “{name}”, chosen as a measure the programme should not move, computed {scale}, for the "
        "same groups. Where its interval does not hold nothing, the verdict is fragile.",
    ).say(
        spoken,
        name=analysis.placebo.definition.name.say(spoken),
        scale=SCALES[analysis.placebo.call.family].say(spoken),
    )


def _family(analysis: Analysis) -> str:
    if analysis.family is None:
        return ""
    spoken = language()
    primary = analysis.measure_of(analysis.primary or analysis.definition.code).name.say(spoken)
    return Words(
        "Familien har {count} målinger, hver regnet på den skala, der hører til dens art. Den primære er »{primary}«; "
        "dens p-værdi er ikke justeret. De øvrige er justeret efter Holm og efter Benjamini-Hochberg.",
        "The family has {count} measures, each computed on the scale of its kind. The primary one is “{primary}”; its "
        "p-value is not adjusted. The others are adjusted by Holm and by Benjamini-Hochberg.",
    ).say(spoken, count=number(len(analysis.family)), primary=primary)


def _funnels(analysis: Analysis) -> str:
    if not analysis.funnels:
        return ""
    law = {
        "proportion": Words("binomialfordelingens", "the binomial"),
        "ratio": Words("Poissonfordelingens", "the Poisson"),
    }[analysis.funnel_kind]
    spoken = language()
    return Words(
        "Tragtene lægger tolv måneder sammen for hver enhed: {first} og {last}. Grænserne (95 % og 99,8 %) er de "
        "yderste af {law} eksakte og dem med additiv overspredning mellem enheder (Spiegelhalter m.fl. 2012), hvor de "
        "yderste 10 % i hver ende er trukket ind.",
        "The funnels add up twelve months of each unit: {first} and {last}. The limits (95% and 99.8%) are the "
        "outer of the exact ones of {law} distribution and those with additive over-dispersion between units "
        "(Spiegelhalter et al. 2012), the outer 10% at each end winsorised.",
    ).say(
        spoken,
        law=law.say(spoken),
        **{
            place: Words("{a} til {b}", "{a} to {b}").say(spoken, a=month_text(year.first), b=month_text(year.last))
            for place, year in zip(("first", "last"), analysis.funnels, strict=True)
        },
    )


def _left_out(analysis: Analysis) -> str:
    said = what_became_of_them(analysis.effect, analysis.amounts)
    if analysis.call.leave_out == 0:
        return said
    why = Words(
        " Enheder melder sig ofte, når det går dårligt, og kommer sig af sig selv.",
        " Units tend to join when things go badly, and recover by themselves.",
    ).say(language())
    if analysis.call.leave_out is not None:
        return said + why
    rule = Words(
        " Reglen er fast: effekten regnes med og uden dem, og de udelades, når forskellen har p under {alpha}.",
        " The rule is fixed: the effect is computed with and without them, and they are left out where the difference "
        "has p below {alpha}.",
    )
    return said + why + rule.say(language(), alpha=number(ALPHA, 2))


def _trends(is_on: bool) -> str:
    said = Words(" Hvert hold har sin egen lineære tendens.", " Every cohort has a linear trend of its own.")
    return said.say(language()) if is_on else ""


def _data(analysis: Analysis) -> str:
    frame, spoken = analysis.frame, language()
    named = ", ".join(f"{name} {version}" for name, version in analysis.versions.items())
    told = [
        Words(
            "Data: {rows} enhedsmåneder fra {units} enheder, {first} til {last}. Beregnet med {versions}.",
            "Data: {rows} unit months from {units} units, {first} to {last}. Computed with {versions}.",
        ).say(
            spoken,
            rows=number(len(frame)),
            units=number(frame["unit"].nunique()),
            first=month_text(str(frame["period"].min())),
            last=month_text(str(frame["period"].max())),
            versions=named,
        )
    ]
    if analysis.told_fingerprint:
        told.append(
            Words(
                "Fingeraftryk af data ({file}, SHA-256): {print}.",
                "Fingerprint of the data ({file}, SHA-256): {print}.",
            ).say(spoken, file=FRAME, print=analysis.told_fingerprint)
        )
    return " ".join(told)


def month_text(period: str, style: str = "long") -> str:
    """A month as it stands in a frame ("2024-03") on the reader's page: marts 2024."""
    from datetime import date

    from dashboards.text import month

    year, number_of = period.split("-")[:2]
    return month(date(int(year), int(number_of), 1), style)


def citation(analysis: Analysis) -> str:
    """How to cite a frozen set; empty where nothing is frozen."""
    if not analysis.snapshot:
        return ""
    if not analysis.has_counts:  # the number says which set it is; a hash over all figures would tell hidden ones
        return _("{name}. Frosset datasæt {id}, {day}. Tavle {version}.").format(
            name=analysis.definition.name.say(language()),
            id=analysis.snapshot,
            day=analysis.frozen,
            version=analysis.versions["tavle"],
        )
    return _("{name}. Frosset datasæt {id}, {day}. Tavle {version}. SHA-256 {print}.").format(
        name=analysis.definition.name.say(language()),
        id=analysis.snapshot,
        day=analysis.frozen,
        version=analysis.versions["tavle"],
        print=analysis.fingerprint,
    )
