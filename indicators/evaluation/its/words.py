"""What an interrupted time series says in words: refusals, reasons for no answer, checks and cautions."""

from __future__ import annotations

from collections.abc import Sequence

from indicators.evaluation.errors import EvaluationError, Note
from indicators.words import Words

# ---------------------------------------------------------------------------------------------------- refusals


def unknown(value: str, allowed: Sequence[str], da: str, en: str) -> EvaluationError:
    choices = ", ".join(each for each in allowed if each)
    code = {"family": "unknown_family", "error model": "unknown_errors"}.get(en, f"unknown_{en}")
    return EvaluationError(
        code,
        Words(
            f"{da} »{value}« findes ikke; vælg mellem {choices}.",
            f"There is no {en} '{value}'; choose one of {choices}.",
        ),
    )


def out_of_range() -> EvaluationError:
    return EvaluationError(
        "out_of_range",
        Words(
            "Antal svingninger skal være mindst 1, sæsonlængden mindst 2, lag, overgang og dispersion ikke negative, "
            "og sikkerheden mellem 0 og 1.",
            "Harmonics must be at least 1, the season length at least 2, lag, transition and dispersion not negative, "
            "and the confidence between 0 and 1.",
        ),
    )


def no_effect_asked() -> EvaluationError:
    return EvaluationError(
        "no_effect",
        Words(
            "Vælg niveau, hældning eller begge; uden dem er der ingen effekt at skønne.",
            "Choose level, slope or both; without them there is no effect to estimate.",
        ),
    )


def errors_need_linear(errors: str) -> EvaluationError:
    return EvaluationError(
        "errors_need_linear",
        Words(
            f"Fejlmodellen »{errors}« hører til den lineære familie. Vælg newey-west til antal, rater og andele, eller "
            "family=linear.",
            f"The error model '{errors}' belongs to the linear family. Choose newey-west for counts, rates and "
            "proportions, or family=linear.",
        ),
    )


def no_denominator() -> EvaluationError:
    return EvaluationError(
        "no_denominator",
        Words("Den binomiale familie kræver en nævner.", "The binomial family needs a denominator: name its column."),
    )


def difference_needs_linear() -> EvaluationError:
    return EvaluationError(
        "difference_needs_linear",
        Words(
            "Forskellen til kontrollerne er ikke et antal: vælg den lineære familie eller comparison=interaction.",
            "The difference from the controls is no count: choose the linear family or comparison=interaction.",
        ),
    )


def controls_need_frame() -> EvaluationError:
    return EvaluationError(
        "controls_need_frame",
        Words(
            "Kontrolserier med nævner gives som en tabel med de samme kolonner.",
            "Control series with denominators are given as a frame with the same columns.",
        ),
    )


def no_controls() -> EvaluationError:
    return EvaluationError(
        "no_controls", Words("Listen af kontrolserier er tom.", "The list of control series is empty.")
    )


# ------------------------------------------------------------------------------------------------- no answer


def start_outside() -> Note:
    return Note(
        "start_outside",
        Words(
            "Starten ligger ikke inde i serien: der skal være måneder både før og efter.",
            "The start does not lie inside the series: there must be months both before and after.",
        ),
    )


def nothing_on_one_side(before: int, after: int) -> Note:
    return Note(
        "nothing_on_one_side",
        Words(
            f"Der er {before} brugbare måneder før starten og {after} efter; der skal være nogle på begge sider.",
            f"There are {before} usable months before the start and {after} after; there must be some on both sides.",
        ),
    )


def constant() -> Note:
    return Note(
        "constant_outcome",
        Words(
            "Serien varierer ikke, så der er intet at skønne en effekt eller en usikkerhed ud fra.",
            "The series does not vary, so there is nothing to estimate an effect or an uncertainty from.",
        ),
    )


def too_few_months(n: int, p: int, season: str) -> Note:
    da = f"{n} {'måned' if n == 1 else 'måneder'} rækker ikke til modellens {p} størrelser."
    en = f"{n} {'month is' if n == 1 else 'months are'} not enough for the {p} quantities of the model."
    if season:
        da += " Prøv uden sæson, eller med færre svingninger."
        en += " Try without a season, or with fewer harmonics."
    return Note("too_few_months", Words(da, en), n)


def perfect() -> Note:
    return Note(
        "perfect_prediction",
        Words(
            "Modellen rammer månederne fuldstændigt (fx ingen hændelser efter starten), så usikkerheden kan ikke "
            "skønnes. Prøv uden hældning eller sæson, eller læg måneder sammen.",
            "The model fits months perfectly (no events at all after the start, say), so the uncertainty cannot be "
            "estimated. Try without slope or season, or add months up.",
        ),
    )


def newey_west_needs_more() -> Note:
    return Note(
        "newey_west_needs_more",
        Words(
            "En måned bestemmer en af modellens størrelser alene (fx hældningen efter starten ud fra to måneder). "
            "Newey-West tager det for sikker viden. Vælg en anden fejlmodel, eller udelad hældning eller sæson.",
            "A month determines one of the model's quantities alone (the slope after the start from two months, say). "
            "Newey-West takes that for certainty. Choose another error model, or leave out the slope or the season.",
        ),
    )


def no_standard_error() -> Note:
    return Note(
        "no_standard_error",
        Words(
            "Fejlmodellen giver ingen usikkerhed ud fra disse måneder (de ligger for tæt på linjen). Vælg en anden.",
            "The error model gives no uncertainty from these months (they lie too close to the line). Choose another.",
        ),
    )


def unknown_counterfactual() -> Note:
    return Note(
        "unknown_counterfactual",
        Words(
            "Månederne før starten bestemmer linjen så dårligt, at den forventede udvikling kan være over 100 gange "
            "større eller mindre. Effekten siges kun som koefficienter. Prøv uden hældning eller sæson.",
            "The months before the start determine the line so badly that the counterfactual may be more than 100 "
            "times larger or smaller. The effect is given as coefficients only. Try without slope or season.",
        ),
    )


def random_walk() -> Note:
    return Note(
        "random_walk",
        Words(
            "Afvigelserne følger hinanden så tæt, at de ligner en tilfældig vandring. Spring og knæk kan skønnes, men "
            "linjens højde kan ikke, så den forventede linje har intet bånd, og effekten kan ikke siges i procent.",
            "The deviations follow each other so closely that they look like a random walk. Jump and bend can be "
            "estimated, the height of the line cannot: the counterfactual has no band and the effect no percentage.",
        ),
    )


def beyond_data(count: int) -> Note:
    return Note(
        "beyond_data",
        Words(
            f"{count} af tidspunkterne ligger efter den sidste måned. Der siges intet om dem.",
            f"{count} of the points in time {'lies' if count == 1 else 'lie'} after the last month. "
            "Nothing is said about what lies there.",
        ),
        count,
    )


# ---------------------------------------------------------------------------------------------------- cautions


def coverage() -> Note:
    return Note(
        "coverage_below_nominal",
        Words(
            "Intervallerne er snarere for smalle end for brede: ingen af metoderne når fuld dækning i korte serier "
            "eller serier, hvor månederne følger hinanden tæt (Turner 2021).",
            "The intervals are rather too narrow than too wide: coverage is below nominal for all methods in short or "
            "strongly autocorrelated series (Turner 2021).",
        ),
    )


def no_control() -> Note:
    return Note(
        "no_control",
        Words(
            "Uden kontrolserie tæller alt andet, der ændrede sig samtidig, med som effekt.",
            "Without a control series everything else that changed at the same time counts as effect.",
        ),
    )


def too_short_for_ar1(n: int) -> Note:
    return Note(
        "too_short_for_ar1",
        Words.by_count(
            n,
            Words(
                "Med 1 måned kan det ikke skønnes, hvor tæt månederne følger hinanden; de er regnet som uafhængige.",
                "With 1 month it cannot be estimated how closely months follow each other; they count as independent.",
            ),
            Words(
                f"Med {n} måneder kan det ikke skønnes, hvor tæt månederne følger hinanden; "
                "de er regnet som uafhængige.",
                f"With {n} months it cannot be estimated how closely months follow each other; "
                "they count as independent.",
            ),
        ),
        n,
    )


def months_without_control(count: int) -> Note:
    return Note(
        "months_without_control",
        Words.by_count(
            count,
            Words(
                "1 måned, hvor en kontrolserie mangler, indgår ikke.",
                "1 month in which a control series is missing is left out.",
            ),
            Words(
                f"{count} måneder, hvor en kontrolserie mangler, indgår ikke.",
                f"{count} months in which a control series is missing are left out.",
            ),
        ),
        count,
    )


# ------------------------------------------------------------------------------------------------------ checks


def months(code: str, n: int, enough: int) -> Words:
    da, en = ("før", "before") if code == "months_before" else ("efter", "after")
    if n >= enough:
        return Words.by_count(
            n,
            Words(f"1 måned {da} starten.", f"1 month {en} the start."),
            Words(f"{n} måneder {da} starten.", f"{n} months {en} the start."),
        )
    return Words.by_count(
        n,
        Words(
            f"Kun 1 måned {da} starten; mindst {enough} er ønskeligt.",
            f"Only 1 month {en} the start; at least {enough} are wanted.",
        ),
        Words(
            f"Kun {n} måneder {da} starten; mindst {enough} er ønskeligt.",
            f"Only {n} months {en} the start; at least {enough} are wanted.",
        ),
    )


def season(n: int, enough: int) -> Words:
    if n >= enough:
        return Words("Mindst to hele år til at skønne sæsonen.", "At least two whole years to estimate the season.")
    return Words.by_count(
        n,
        Words(
            "1 måned er under to år: sæson og effekt kan ikke skilles ad.",
            "1 month is less than two years: season and effect cannot be told apart.",
        ),
        Words(
            f"{n} måneder er under to år: sæson og effekt kan ikke skilles ad.",
            f"{n} months are less than two years: season and effect cannot be told apart.",
        ),
    )


def missing(count: int) -> Words:
    if count == 0:
        return Words("Ingen måneder mangler.", "No months are missing.")
    return Words.by_count(
        count,
        Words(
            "1 måned mangler. Den er ikke udfyldt; afstanden hen over den tæller med.",
            "1 month is missing. It is not filled in; the distance across it counts.",
        ),
        Words(
            f"{count} måneder mangler. De er ikke udfyldt; afstanden hen over dem tæller med.",
            f"{count} months are missing. They are not filled in; the distance across them counts.",
        ),
    )


def autocorrelation(verdict: str, lags: int, errors: str) -> Words:
    if verdict == "info":
        return Words(
            f"Der er for få måneder til at prøve {lags} lag.", f"There are too few months to test {lags} lags."
        )
    if verdict == "pass":
        return Words(
            f"Intet tegn på, at afvigelserne følger hinanden (op til {lags} lag).",
            f"No sign that the deviations follow each other (up to {lags} lags).",
        )
    if errors == "none":
        return Words(
            f"Afvigelserne følger hinanden (op til {lags} lag), og modellen tager ikke højde for det: intervallerne er "
            "for smalle. Vælg en anden fejlmodel, eller tag sæson med.",
            f"The deviations follow each other (up to {lags} lags) and the model does not allow for it: the intervals "
            "are too narrow. Choose another error model, or include the season.",
        )
    return Words(
        f"Afvigelserne følger stadig hinanden (op til {lags} lag): der kan mangle en sæson eller et knæk.",
        f"The deviations still follow each other (up to {lags} lags): a season or a bend may be missing.",
    )


def durbin_watson() -> Words:
    return Words(
        "Durbin-Watson vises til sammenligning; i korte serier siger den næsten intet.",
        "Durbin-Watson is shown for comparison; in short series it says next to nothing.",
    )


def phi(value: float, walk: bool) -> Words:
    da = f"{value:.2f}".replace(".", ",")
    if walk or value > 0.8:
        return Words(
            f"Nabomåneder følger hinanden tæt (korrelation {da}). Et langsomt skift kan ligne en effekt.",
            f"Neighbouring months follow each other closely (correlation {value:.2f}). A slow drift can look like an "
            "effect.",
        )
    return Words(
        f"Nabomåneders korrelation er {da}, og intervallerne tager højde for den.",
        f"The correlation of neighbouring months is {value:.2f}, and the intervals allow for it.",
    )


def dispersion(value: float) -> Words:
    da = f"{value:.2f}".replace(".", ",")
    if value > 1.5:
        return Words(
            f"Månederne svinger {da} gange mere, end fordelingen tilsiger: vælg quasi-familien.",
            f"The months vary {value:.2f} times as much as the distribution says: choose the quasi family.",
        )
    return Words(
        f"Månederne svinger, som fordelingen tilsiger (dispersion {da}).",
        f"The months vary as the distribution says (dispersion {value:.2f}).",
    )
