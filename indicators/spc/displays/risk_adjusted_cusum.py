"""Risk-adjusted CUSUM: have the odds of the event changed, given how ill each patient was?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from indicators.spc.displays import sequential
from indicators.spc.displays.record import Display
from indicators.spc.displays.sequential import Cases, OneSide
from indicators.spc.errors import InputError
from indicators.spc.ragged import Bools, Floats
from indicators.words import Words

GRID = 400
"""Cells of the Markov chain between 0 and the limit."""

SEED = 20000401


@dataclass(frozen=True, slots=True)
class SimulatedLimit:
    """A limit with the uncertainty of the simulation behind it.

    Attributes
    ----------
    h : float
        A sum above h is a signal.
    h_lower, h_upper : float
        95 % interval for the limit a simulation without end would have found. Equal to h where it was given.
    false_alarm : float
        The chance of at least one false signal on this side within `n_cases` cases, found in a second simulation that
        had no part in choosing h.
    false_alarm_se : float
        Its Monte Carlo standard error.
    arl0 : float
        Average number of cases to a false signal (Markov chain: no simulation error).
    """

    h: float
    h_lower: float
    h_upper: float
    false_alarm: float
    false_alarm_se: float
    arl0: float


@dataclass(frozen=True, slots=True)
class RiskSignal:
    """The sum crossed its limit. Rows count from 0 in `points`.

    `start_row`, `start_x`: the first case after the sum last stood at zero, a guide to where to look. `observed` and
    `expected`: events from there to the signal, and what the risk model expected; `odds_ratio` fits them best (0 or
    infinity where all or none had the event). All are taken from the cases that made it signal, so they overstate.
    """

    row: int
    x: object
    is_above: bool
    start_row: int
    start_x: object
    n_cases: int
    observed: float
    expected: float
    odds_ratio: float


@dataclass(frozen=True)
class RiskAdjustedCusumResult:
    """A risk-adjusted CUSUM, computed.

    Attributes
    ----------
    points : DataFrame
        One row per case in the order of x: x, y, probability, in_baseline, weight_up, weight_down (what the case adds),
        cusum_up (at least 0: odds raised), cusum_down (at most 0, drawn downwards: odds lowered), n_up, n_down, lower,
        upper (the limits), signal_up, signal_down, is_signal, carried ("" or "missing": the sums stood still).
    signals : tuple of RiskSignal
        One per excursion from zero, oldest first.
    limit_up, limit_down : SimulatedLimit or None
        The limits; None for a side that is not looked at.
    false_alarm, false_alarm_se : float
        The chance of at least one false signal on either side within `n_cases`, with its Monte Carlo standard error.
    odds_ratio : float
        What the upper sum looks for; the lower one looks for its inverse.
    n_cases, runs, seed : int
        The horizon of the limits, and the simulation.
    n_baseline : int
        Cases whose probabilities made the case mix.
    n_rows_without_x : int
    """

    points: pd.DataFrame
    signals: tuple[RiskSignal, ...]
    limit_up: SimulatedLimit | None
    limit_down: SimulatedLimit | None
    false_alarm: float
    false_alarm_se: float
    odds_ratio: float
    restart: bool
    n_cases: int
    runs: int
    seed: int
    n_baseline: int
    n_rows_without_x: int


def risk_adjusted_cusum(
    frame: pd.DataFrame,
    x: str = "period",
    y: str = "numerator",
    p: str = "probability",
    *,
    odds_ratio: float = 2.0,
    side: str = "both",
    false_alarm: float = 0.05,
    n_cases: int | None = None,
    arl0: float | None = None,
    h_up: float | None = None,
    h_down: float | None = None,
    restart: bool = False,
    freeze: int | None = None,
    runs: int = 4000,
    seed: int = SEED,
) -> RiskAdjustedCusumResult:
    """Risk-adjusted CUSUM of single cases: odds raised or lowered, beyond what the patients' risks explain.

    For: deaths, complications or readmissions of one unit or team, case by case, where a risk model fits. Not for:
    ranking units (use a funnel), cases without a risk (use `bernoulli_cusum`), a risk model that is not calibrated: a
    model that expects too little gives alarms where nothing has changed.

    False alarms: the limit on each side is crossed by chance in the share `false_alarm` of stretches of `n_cases` cases
    (both sides together: nearly twice that, see `false_alarm` of the result), or once per `arl0` cases on average. Both
    hold for this case mix and as long as the probabilities are right.

    Parameters
    ----------
    frame : DataFrame
        One row per case. Rows with the same x keep their order.
    x, y, p : str
        Columns: the order (dates or numbers), the outcome (1 with the event, 0 without, missing not known), and the
        event's probability from a risk model, in (0, 1).
    odds_ratio : float
        Above 1: the upper sum looks for odds this many times as high, the lower one for odds as many times as low.
    side : str
        both, up, or down.
    false_alarm : float
        Chance, per side, of a false signal within `n_cases`. The limits are simulated from it.
    n_cases : int
        The horizon; default: the known cases of the baseline. State it to say "within a year of 400 operations".
    arl0 : float
        Average number of cases to a false signal, per side; goes before `false_alarm`.
    h_up, h_down : float
        The limits themselves; go before both.
    restart : bool
        Both sums begin anew at the case after a signal. Otherwise they run on.
    freeze : int
        The last case of the baseline, counted from 1: its probabilities are the case mix. Default: all cases, known
        outcome or not. With a freeze the limits stay where they are as cases arrive.
    runs, seed : int
        Simulated stretches, and the seed: the same seed gives the same limits.

    Returns
    -------
    RiskAdjustedCusumResult

    Raises
    ------
    InputError
        An outcome other than 0, 1 or missing, or a probability outside (0, 1) or missing where the outcome is known
        (with its row); an odds ratio not above 1; a false_alarm outside (0, 1); fewer than 100 runs.

    Notes
    -----
    A case with probability p adds log(OR / (1 - p + OR p)) with the event and log(1 / (1 - p + OR p)) without; the sum
    is max(0, sum + weight). The lower sum does the same with 1 / OR. The case mix is drawn anew, with replacement, from
    the baseline's probabilities, and the outcomes from them; h is the 1 - false_alarm quantile of the largest sum
    within n_cases.

    References
    ----------
    Steiner, Cook, Farewell & Treasure, Monitoring surgical performance using risk-adjusted cumulative sum charts,
    Biostatistics 2000; 1: 441-452.

    Examples
    --------
    >>> frame = pd.DataFrame({"case": range(1, 9), "died": [0, 0, 1, 0, 1, 1, 0, 1], "risk": [0.1, 0.2] * 4})
    >>> result = risk_adjusted_cusum(frame, x="case", y="died", p="risk", h_up=1.5, h_down=1.5, n_cases=50, runs=400)
    >>> result.points.cusum_up.round(2).tolist()
    [0.0, 0.0, 0.6, 0.42, 1.01, 1.52, 1.43, 1.94]
    >>> [(signal.x, signal.start_x, signal.observed, round(signal.expected, 1)) for signal in result.signals]
    [(6, 3, 3.0, 0.6)]
    """
    sequential.check_side(side)
    sequential.refuse_argument(
        not (np.isfinite(odds_ratio) and odds_ratio > 1),
        "odds_ratio_not_above_one",
        f"odds_ratio er {odds_ratio}: et tal over 1 er nødvendigt; den nedre sum bruger det omvendte.",
        f"odds_ratio is {odds_ratio}: a number above 1 is needed; the lower sum uses its inverse.",
    )
    sequential.check_probability("false_alarm", false_alarm)
    sequential.refuse_argument(
        runs < 100,
        "too_few_runs",
        f"runs er {runs}: mindst 100 er nødvendige.",
        f"runs is {runs}: at least 100 are needed.",
    )
    cases = sequential.read_cases(frame, x, (y, p))
    outcome, probability = checked_outcomes(cases, y, p)
    known = ~np.isnan(outcome)
    in_baseline = np.arange(len(outcome)) < (len(outcome) if freeze is None else freeze)
    mix = probability[in_baseline & ~np.isnan(probability)]
    if not len(mix):
        raise InputError(
            "no_baseline",
            Words("Basis har ingen forløb med en sandsynlighed.", "The baseline has no case with a probability."),
        )
    horizon = int((known & in_baseline).sum()) if n_cases is None else int(n_cases)
    sequential.check_positive("n_cases", horizon)
    ratios = (odds_ratio, 1 / odds_ratio)
    wanted = (side != "down", side != "up")
    given = (h_up, h_down)
    weights = [_weights(outcome, probability, ratio) for ratio in ratios]
    first, second = (
        simulated_maxima(mix, ratios, horizon, runs, np.random.default_rng([seed, batch])) for batch in (0, 1)
    )
    limits: list[SimulatedLimit | None] = [
        _limit(mix, ratio, largest, check, h, arl0, false_alarm) if is_wanted else None
        for ratio, largest, check, h, is_wanted in zip(ratios, first, second, given, wanted, strict=True)
    ]
    h = tuple(np.inf if limit is None else limit.h for limit in limits)
    # A side that is not looked at moves nothing, so it cannot make the other begin anew.
    increments = np.stack(
        [np.where(is_wanted, weight, np.nan)[None, :] for weight, is_wanted in zip(weights, wanted, strict=True)]
    )
    safe = tuple(value if np.isfinite(value) else 1.0 for value in h)
    up, down = sequential.cusum_sides(increments, safe, restart=restart)
    signal_up, signal_down = up.is_signal[0] & wanted[0], down.is_signal[0] & wanted[1]
    both = signal_up | signal_down
    points = pd.DataFrame(
        {
            "x": cases.x,
            "y": outcome,
            "probability": probability,
            "in_baseline": in_baseline,
            "weight_up": weights[0],
            "weight_down": weights[1],
            "cusum_up": np.where(wanted[0], up.value[0], np.nan),
            "cusum_down": np.where(wanted[1], -down.value[0] + 0.0, np.nan),
            "n_up": up.count[0],
            "n_down": down.count[0],
            "lower": -safe[1] if wanted[1] else np.nan,
            "upper": safe[0] if wanted[0] else np.nan,
            "signal_up": signal_up,
            "signal_down": signal_down,
            "is_signal": both,
            "carried": np.where(known, "", "missing"),
        }
    )
    signals = [
        _signal(cases, outcome, probability, one, int(row), is_above)
        for one, is_on, is_above in ((up, signal_up, True), (down, signal_down, False))
        for row in sequential.first_columns(is_on, known, one.since[0])
    ]
    crossed = np.zeros(runs, dtype=bool)
    for largest, value in zip(second, h, strict=True):
        crossed |= largest > value
    return RiskAdjustedCusumResult(
        points=points,
        signals=tuple(sorted(signals, key=lambda signal: signal.row)),
        limit_up=limits[0],
        limit_down=limits[1],
        false_alarm=float(crossed.mean()),
        false_alarm_se=_share_se(crossed),
        odds_ratio=odds_ratio,
        restart=restart,
        n_cases=horizon,
        runs=runs,
        seed=seed,
        n_baseline=len(mix),
        n_rows_without_x=cases.n_rows_without_x,
    )


def checked_outcomes(cases: Cases, y: str, p: str) -> tuple[Floats, Floats]:
    """Outcomes and probabilities, or an InputError that names the row."""
    outcome, probability = cases.columns[y], cases.columns[p]
    known = ~np.isnan(outcome)
    sequential.refuse_rows(
        known & (outcome != 0) & (outcome != 1),
        cases,
        "not_an_outcome",
        f"{y} er hverken 0 eller 1: en række er ét forløb, med (1) eller uden (0) hændelsen.",
        f"{y} is neither 0 nor 1: a row is one case, with (1) or without (0) the event.",
    )
    check_probabilities(probability, known, cases, p)
    return outcome, probability


def check_probabilities(probability: Floats, known: Bools, cases: Cases, p: str) -> None:
    """InputError where a probability is missing for a known outcome, or outside (0, 1)."""
    sequential.refuse_rows(
        known & np.isnan(probability),
        cases,
        "no_probability",
        f"{p} mangler, men udfaldet er kendt. Udelad rækken, eller beregn risikoen.",
        f"{p} is missing but the outcome is known. Leave the row out, or compute its risk.",
    )
    sequential.refuse_rows(
        (probability <= 0) | (probability >= 1),
        cases,
        "not_a_probability",
        f"{p} er ikke mellem 0 og 1.",
        f"{p} is not between 0 and 1.",
    )


def risk_weights(probability: Floats, odds_ratio: float) -> tuple[Floats, Floats]:
    """What a case adds to the sum: with the event, and without it.

    Parameters
    ----------
    probability : ndarray of float
        Each case's probability of the event, in (0, 1).
    odds_ratio : float
        What is looked for; below 1 a fall.

    Examples
    --------
    >>> with_event, without = risk_weights(np.array([0.025, 0.54]), 2)
    >>> with_event.round(2).tolist(), without.round(3).tolist()
    ([0.67, 0.26], [-0.025, -0.432])
    """
    without = -np.log1p(probability * (odds_ratio - 1))
    return np.log(odds_ratio) + without, without


def _weights(outcome: Floats, probability: Floats, odds_ratio: float) -> Floats:
    with_event, without = risk_weights(probability, odds_ratio)
    return np.where(np.isnan(outcome), np.nan, np.where(outcome == 1, with_event, without))


def simulated_maxima(
    probabilities: Floats,
    odds_ratios: tuple[float, ...],
    n_cases: int,
    runs: int,
    generator: np.random.Generator,
    *,
    true_odds_ratio: float = 1.0,
) -> Floats:
    """The largest sum within n cases, in many simulated stretches.

    Parameters
    ----------
    probabilities : ndarray
        The case mix; each simulated case draws one of them, with replacement.
    odds_ratios : tuple of float
        One sum each, all over the same simulated cases.
    true_odds_ratio : float
        How the odds of the simulated outcomes really are; 1: as the risk model says.

    Returns
    -------
    ndarray, shape (len(odds_ratios), runs)
    """
    chance = true_odds_ratio * probabilities / (1 - probabilities + true_odds_ratio * probabilities)
    table = np.array([risk_weights(probabilities, ratio) for ratio in odds_ratios])
    value = np.zeros((len(odds_ratios), runs))
    largest = np.zeros_like(value)
    for _ in range(n_cases):
        case = generator.integers(len(probabilities), size=runs)
        event = generator.random(runs) < chance[case]
        value += np.where(event, table[:, 0, case], table[:, 1, case])
        np.maximum(value, 0, out=value)
        np.maximum(largest, value, out=largest)
    return largest


def _share_se(crossed: Bools) -> float:
    # One crossing is added on either side, so that 0 out of 4000 does not claim to be certain.
    share = (crossed.sum() + 1) / (len(crossed) + 2)
    return float(np.sqrt(share * (1 - share) / len(crossed)))


def _limit(
    mix: Floats,
    odds_ratio: float,
    largest: Floats,
    check: Floats,
    given: float | None,
    arl0: float | None,
    false_alarm: float,
) -> SimulatedLimit:
    if given is not None:
        sequential.check_positive("h", given)
        h = lower = upper = float(given)
    elif arl0 is not None:
        h = lower = upper = risk_adjusted_limit(mix, odds_ratio, arl0)
    else:
        in_order = np.sort(largest)
        runs = len(in_order)
        # Order statistics: the rank of the quantile, and 1.96 binomial standard errors to either side of it.
        rank, spread = runs * (1 - false_alarm), 1.96 * np.sqrt(runs * false_alarm * (1 - false_alarm))
        h, lower, upper = (
            float(in_order[int(np.clip(np.ceil(place), 1, runs)) - 1]) for place in (rank, rank - spread, rank + spread)
        )
    crossed = check > h
    return SimulatedLimit(
        h=h,
        h_lower=lower,
        h_upper=upper,
        false_alarm=float(crossed.mean()),
        false_alarm_se=_share_se(crossed),
        arl0=risk_adjusted_arl(mix, odds_ratio, h),
    )


def risk_adjusted_arl(
    probabilities: Floats, odds_ratio: float, h: float, *, true_odds_ratio: float = 1.0, grid: int = GRID
) -> float:
    """Average number of cases to a signal on one side, for a case mix.

    Parameters
    ----------
    probabilities : ndarray
        The case mix, every entry as likely as the others.
    odds_ratio, h : float
        What the sum looks for, and its limit.
    true_odds_ratio : float
        How the odds really are: 1 in control.
    grid : int
        Cells between 0 and h.

    Notes
    -----
    Markov chain on a grid (Brook & Evans 1972): every weight is shared between its two neighbouring grid points so that
    its mean is kept. The error falls with the size of the cells, so twice the result less that of half as many cells
    (Richardson) takes most of it away: about 0.1 % is left at the default.

    References
    ----------
    Steiner et al., Biostatistics 2000; Brook & Evans, Biometrika 1972.

    Examples
    --------
    >>> mix = np.array([0.02, 0.05, 0.2])
    >>> in_control, doubled = (risk_adjusted_arl(mix, 2, 2.5, true_odds_ratio=ratio) for ratio in (1, 2))
    >>> round(in_control, -1), round(doubled)
    (580.0, 75)
    """
    sequential.check_positive("odds_ratio", odds_ratio)
    sequential.check_positive("h", h)
    sequential.check_positive("true_odds_ratio", true_odds_ratio)
    probabilities = np.asarray(probabilities, dtype=np.float64)
    chance = true_odds_ratio * probabilities / (1 - probabilities + true_odds_ratio * probabilities)
    fine, coarse = (_chain_arl(probabilities, chance, odds_ratio, h, cells) for cells in (grid, grid // 2))
    return 2 * fine - coarse


def _chain_arl(probabilities: Floats, chance: Floats, odds_ratio: float, h: float, grid: int) -> float:
    step = h / grid
    moves = np.concatenate(risk_weights(probabilities, odds_ratio)) / step
    mass = np.concatenate([chance, 1 - chance]) / len(probabilities)
    low = np.floor(moves)
    near_high = moves - low
    # A move of `grid` or more crosses the limit from anywhere, one of -grid or less falls to zero from anywhere.
    offsets = np.clip(np.concatenate([low, low + 1]), -grid - 1, grid + 1).astype(np.int64) + grid + 1
    share = np.bincount(offsets, np.concatenate([mass * (1 - near_high), mass * near_high]), minlength=2 * grid + 3)
    # States 0 .. grid: at the limit itself there is no signal yet. The chain depends on the difference of two states
    # alone (Toeplitz) but for its first column, where all falls below zero end: I - P = toeplitz - extra x (1, 0, 0 …).
    middle = grid + 1
    rows, columns = -share[middle - np.arange(grid + 1)], -share[middle + np.arange(grid + 1)]
    rows[0] = columns[0] = 1 - share[middle]
    extra = np.cumsum(share)[middle - np.arange(grid + 1)] - share[middle - np.arange(grid + 1)]
    plain, bent = scipy.linalg.solve_toeplitz((rows, columns), np.column_stack([np.ones(grid + 1), extra])).T
    return float(plain[0] / (1 - bent[0]))


def risk_adjusted_limit(probabilities: Floats, odds_ratio: float, arl0: float, *, grid: int = GRID) -> float:
    """The limit of one side that gives an average of `arl0` cases to a false signal.

    Examples
    --------
    >>> mix = np.array([0.02, 0.05, 0.2])
    >>> h = risk_adjusted_limit(mix, 2, 1000)
    >>> round(risk_adjusted_arl(mix, 2, h))
    1000
    """
    sequential.refuse_argument(
        not (np.isfinite(arl0) and arl0 > 2),
        "arl0_too_short",
        f"arl0 er {arl0}: et tal over 2 er nødvendigt.",
        f"arl0 is {arl0}: a number above 2 is needed.",
    )

    def missed(h: float) -> float:
        return float(np.log(risk_adjusted_arl(probabilities, odds_ratio, h, grid=grid) / arl0))

    widest = 0.5
    while missed(widest) < 0:
        widest *= 1.5
    narrowest = widest / 1.5
    while missed(narrowest) > 0:
        narrowest /= 2
        sequential.refuse_argument(
            narrowest < 1e-3,
            "arl0_too_short",
            f"arl0 er {arl0}: ingen grænse giver så hyppige falske alarmer her.",
            f"arl0 is {arl0}: no limit gives false alarms as frequent as that here.",
        )
    return float(scipy.optimize.brentq(missed, narrowest, widest, xtol=1e-5))


def fitted_odds_ratio(observed: float, probability: Floats) -> float:
    """The odds ratio at which the expected events equal those observed.

    Examples
    --------
    >>> round(fitted_odds_ratio(2.0, np.array([0.5, 0.5, 0.5])), 3)
    2.0
    """
    if observed <= 0:
        return 0.0
    if observed >= len(probability):
        return float("inf")

    def missed(log_ratio: float) -> float:
        odds = np.exp(log_ratio) * probability / (1 - probability)
        return float((odds / (1 + odds)).sum() - observed)

    return float(np.exp(scipy.optimize.brentq(missed, -40, 40)))


def _signal(cases: Cases, outcome: Floats, probability: Floats, one: OneSide, row: int, is_above: bool) -> RiskSignal:
    start = int(one.since[0, row])
    here = np.arange(start, row + 1)
    here = here[~np.isnan(outcome[here])]
    observed, risks = float(outcome[here].sum()), probability[here]
    return RiskSignal(
        row=row,
        x=sequential.plain(cases.x[row]),
        is_above=is_above,
        start_row=start,
        start_x=sequential.plain(cases.x[start]),
        n_cases=int(one.count[0, row]),
        observed=observed,
        expected=float(risks.sum()),
        odds_ratio=fitted_odds_ratio(observed, risks),
    )


__all__ = [
    "DISPLAY",
    "RiskAdjustedCusumResult",
    "RiskSignal",
    "SimulatedLimit",
    "fitted_odds_ratio",
    "risk_adjusted_arl",
    "risk_adjusted_cusum",
    "risk_adjusted_limit",
    "risk_weights",
    "simulated_maxima",
]

DISPLAY = Display(
    code="risk_adjusted_cusum",
    name=Words("Risikojusteret CUSUM", "Risk-adjusted CUSUM"),
    use=Words(
        "Dødsfald eller komplikationer forløb for forløb, når patienterne ikke er lige syge.",
        "Deaths or complications case by case, where patients are not equally ill.",
    ),
    needs=Words(
        "Ét forløb pr. række i rækkefølge, med udfald (0 eller 1) og risiko fra en kalibreret model.",
        "One case per row in order, with its outcome (0 or 1) and its risk from a calibrated model.",
    ),
    reference="Steiner, Cook, Farewell & Treasure, Biostatistics 2000; 1: 441-452",
    compute=risk_adjusted_cusum,
    order=250,
)
