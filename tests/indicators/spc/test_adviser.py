"""The phase adviser: it proposes, with evidence that is honest, and leaves the deciding to people."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

from indicators import spc
from indicators.spc.adviser import Caution, NoProposal, advise, advise_many
from indicators.spc.adviser.examine import Points, aligned, examine
from indicators.spc.adviser.search import PHI_ESTIMATED, STEP_SD, normal_scores, search, standardised
from indicators.spc.errors import InputError

MONTHS = pd.date_range("2022-01-01", periods=48, freq="MS")


def noise(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng([4711, seed]).normal(size=shape)


def step(seed: int, size: float, before: int = 24, n: int = 48) -> np.ndarray:
    y = noise(seed, n)
    y[before:] += size
    return y


# The search


def slow_log_ratio(u: np.ndarray, c: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The same likelihood ratios from the covariance matrix itself: no whitening, no running sums."""
    n = len(u)
    apart = np.abs(at[:, None] - at[None, :])
    none, with_step = [], []
    for phi in PHI_ESTIMATED:
        inverse = np.linalg.inv(phi**apart)
        _, log_determinant = np.linalg.slogdet(inverse)
        information = c @ inverse @ c
        project = inverse - np.outer(inverse @ c, c @ inverse) / information
        ss = u @ project @ u
        base = 0.5 * log_determinant - 0.5 * np.log(information)
        none.append(base - (n - 1) / 2 * np.log(ss))
        row = []
        for k in range(1, n):
            z = np.where(np.arange(n) >= k, c, 0.0)
            s, q = z @ project @ z, z @ project @ u
            shrunk = 1 + STEP_SD**2 * s
            left = ss - STEP_SD**2 / shrunk * q**2
            row.append(base - 0.5 * np.log(shrunk) - (n - 1) / 2 * np.log(left))
        with_step.append(row)
    return np.log(np.mean(np.exp(with_step), axis=0)) - np.log(np.mean(np.exp(none)))


def test_running_sums_give_the_likelihood_ratios_of_the_covariance_matrix_with_gaps_and_denominators() -> None:
    y = 0.3 + 0.05 * noise(1, 1, 20)
    y[0, [3, 4, 11]] = np.nan
    n = np.random.default_rng(2).integers(20, 200, (1, 20)).astype(float)
    series, _, _, column = aligned(Points(y, n, is_proportion=True))
    found = search(series)
    expected = [slow_log_ratio(view[0], series.scale[0], column[0]) for view in (series.score, series.standard)]
    np.testing.assert_allclose(found.log_ratio[0, 1:], np.logaddexp(*expected) - np.log(2), rtol=1e-9, atol=1e-9)


def test_equal_values_share_a_rank_also_when_floats_differ_in_the_last_digit() -> None:
    scores = normal_scores(np.array([[0.1 + 0.2, 0.3, 0.9, 0.5]]))
    assert scores[0, 0] == scores[0, 1]
    assert scores[0].round(4).tolist() == [-0.5244, -0.5244, 0.8416, 0.2533]  # ranks 1.5, 1.5, 4 and 3 of 4


def test_batch_equals_one_by_one_to_the_last_digit_whatever_the_lengths_beside_it() -> None:
    matrix = np.full((20, 60), np.nan)
    for row in range(20):
        matrix[row, : 20 + 2 * row] = step(row, 1.5, before=10 + row, n=20 + 2 * row)
    together = advise_many(matrix)
    for row in range(20):
        alone = advise_many(matrix[row : row + 1])
        pd.testing.assert_frame_equal(
            alone.drop(columns="series"),
            together.iloc[[row]].drop(columns="series").reset_index(drop=True),
            check_exact=True,
        )


def test_rows_of_a_long_frame_may_come_in_any_order() -> None:
    frame = pd.DataFrame(
        {
            "unit": np.repeat(["A", "B", "C"], 48),
            "period": np.tile(MONTHS, 3),
            "value": np.concatenate([step(1, 2.0), noise(2, 48), step(3, -2.0, before=16)]),
        }
    )
    shuffled = frame.sample(frac=1, random_state=5)
    pd.testing.assert_frame_equal(advise_many(frame, "unit", y="value"), advise_many(shuffled, "unit", y="value"))


def test_advice_on_one_series_is_its_row_in_the_batch() -> None:
    y = np.array([step(1, 1.5), step(2, 1.0), noise(3, 48)])
    many = advise_many(y)
    for row, each in enumerate(y):
        one = advise(each)
        assert (one.is_proposed, one.p_value, one.statistic) == tuple(
            many.loc[row, ["is_proposed", "p_value", "statistic"]]
        )
        if one.is_proposed:
            change = one.changes[0]
            told = many.loc[row, ["position", "first_position", "last_position", "before", "after", "size_in_sd"]]
            assert told.tolist() == pytest.approx(
                [
                    change.position,
                    change.first_row + 1,
                    change.last_row + 1,
                    change.before,
                    change.after,
                    change.size_in_sd,
                ]
            )


@pytest.mark.parametrize(("shift", "scale"), [(1e6, 1.0), (0.0, 1e-4), (-3.0, -2.0)])
def test_shifting_scaling_and_mirroring_the_values_moves_nothing(shift: float, scale: float) -> None:
    y = step(6, 1.5)
    plain, moved = advise(y), advise(shift + scale * y)
    assert moved.changes[0].row == plain.changes[0].row
    assert (moved.changes[0].first_row, moved.changes[0].last_row) == (
        plain.changes[0].first_row,
        plain.changes[0].last_row,
    )
    assert moved.p_value == pytest.approx(plain.p_value, rel=1e-6)
    assert moved.changes[0].size == pytest.approx(scale * plain.changes[0].size, rel=1e-6)


def test_the_same_series_read_backwards_changes_at_the_mirrored_place() -> None:
    y = step(8, 2.0, before=15)
    assert advise(y[::-1]).changes[0].row == 48 - advise(y).changes[0].row
    assert advise(y[::-1]).p_value == pytest.approx(advise(y).p_value)


# Honesty, by simulation of few series; tests/simulation/adviser.py has the many


def test_independent_noise_gets_a_false_proposal_in_five_percent() -> None:
    table = advise_many(noise(10, 2500, 48))
    assert abs(table.is_proposed.mean() - 0.05) < 3.5 * 0.0044  # Monte-Carlo standard error 0.44 points
    assert abs((table.p_value <= 0.2).mean() - 0.2) < 3.5 * 0.008


def test_skewed_noise_and_single_outliers_get_no_more() -> None:
    random = np.random.default_rng(11)
    outlier = random.normal(size=(1200, 36))
    outlier[np.arange(1200), random.integers(0, 36, 1200)] += 10
    wild = np.exp(1.5 * random.normal(size=(1200, 72)))
    for matrix in (random.exponential(size=(1200, 36)), outlier, wild):
        assert advise_many(matrix).is_proposed.mean() < 0.05 + 3.5 * 0.0063


def test_binomial_noise_gets_a_false_proposal_in_five_percent_also_with_unequal_denominators() -> None:
    random = np.random.default_rng(12)
    n = random.integers(20, 101, (1200, 36))
    table = advise_many(random.binomial(n, 0.2).astype(float), denominators=n)
    assert abs(table.is_proposed.mean() - 0.05) < 3.5 * 0.0063


@pytest.mark.parametrize(("size", "bar"), [(1.5, 0.80), (1.0, 0.48)])
def test_a_step_in_the_middle_of_48_months_is_proposed_and_placed_within_two(size: float, bar: float) -> None:
    matrix = noise(13, 1000, 48)
    matrix[:, 24:] += size
    table = advise_many(matrix)
    near = (table.position - 25).abs() <= 2
    assert near.fillna(False).mean() >= bar  # 86 % and 53 % with 10,000 series; standard error here 1.1 and 1.6 points
    made = table[table.is_proposed]
    assert ((made.first_position <= 25) & (made.last_position >= 25)).mean() > 0.95


def test_autocorrelation_is_allowed_for_and_ignoring_it_is_said_to_cost() -> None:
    shocks = noise(14, 1000, 48)
    y = shocks.copy()
    for column in range(1, 48):
        y[:, column] = 0.4 * y[:, column - 1] + np.sqrt(1 - 0.16) * shocks[:, column]
    honest, naive = advise_many(y), advise_many(y, autocorrelation="none")
    assert honest.is_proposed.mean() < 0.11  # 8 % with 40,000 series, standard error here 0.9 points
    assert naive.is_proposed.mean() > 0.28  # 33 %
    # A false proposal on such a series says itself how often that happens.
    assert honest.false_alarm_rate[honest.is_proposed].median() > 0.06


def test_a_permutation_p_value_is_repeatable_and_near_the_table() -> None:
    y = step(15, 1.0)
    first, again = (advise(y, permutations=1999, seed=3).p_value for _ in range(2))
    assert first == again
    assert first == pytest.approx(advise(y).p_value, abs=0.02)


# What is judged


def frame_of(numerator: np.ndarray, denominator: np.ndarray | int = 100) -> pd.DataFrame:
    return pd.DataFrame({"period": MONTHS[: len(numerator)], "numerator": numerator, "denominator": denominator})


def test_a_chart_and_its_counts_give_the_same_advice() -> None:
    random = np.random.default_rng(20)
    n = random.integers(60, 140, 40)
    x = random.binomial(n, np.where(np.arange(40) < 22, 0.30, 0.15))
    chart = spc.analyse(frame_of(x, n), chart="p", multiply=100)
    of_chart, of_counts = advise(chart), advise(x, denominators=n, x=MONTHS[:40], multiply=100)
    assert of_chart.changes[0].row == of_counts.changes[0].row
    assert of_chart.p_value == of_counts.p_value
    assert of_chart.changes[0].before == pytest.approx(100 * x[:22].sum() / n[:22].sum(), abs=1.5)
    assert of_chart.starts_at == MONTHS[of_chart.changes[0].row]


def test_only_the_current_phase_is_judged_and_places_count_the_whole_series() -> None:
    y = np.concatenate([noise(21, 15) + 8, noise(22, 16), noise(23, 17) + 3])
    frame = pd.DataFrame({"period": MONTHS, "numerator": y})
    whole = spc.analyse(frame, chart="i", n=None)
    rebased = spc.analyse(frame, chart="i", n=None, phases=16)
    assert abs(advise(whole).changes[0].position - 16) <= 1
    change = advise(rebased).changes[0]
    assert abs(change.position - 32) <= 1
    assert change.x == MONTHS[change.row]
    assert change.n_before + change.n_after == 33
    frame["phase"] = np.where(np.arange(48) < 15, 1, 2)
    many = advise_many(frame, phase="phase")
    assert many.loc[0, ["position", "x"]].tolist() == [change.position, change.x]


def test_advice_changes_nothing_and_cannot_be_changed() -> None:
    result = spc.analyse(frame_of(np.array([10] * 12 + [30, 31, 29, 33, 28, 30] * 2)), chart="p")
    before = result.points.copy()
    advice = advise(result)
    assert advice.is_proposed
    pd.testing.assert_frame_equal(result.points, before)
    with pytest.raises(FrozenInstanceError):
        advice.is_proposed = False  # type: ignore[misc]


def test_missing_and_excluded_points_take_no_part_and_keep_their_place() -> None:
    y = step(24, 3.0)
    with_gap = y.copy()
    with_gap[[5, 6, 30]] = np.nan
    advice = advise(with_gap)
    assert advice.n_values == 45
    assert abs(advice.changes[0].row - 24) <= 1
    frame = pd.DataFrame({"period": MONTHS, "numerator": y})
    excluded = advise(spc.analyse(frame, chart="i", n=None, exclude=[6, 7, 31]))
    assert excluded.p_value == advice.p_value
    assert excluded.changes[0].row == advice.changes[0].row


def test_too_few_constant_and_unordered_series_say_why_nothing_is_proposed() -> None:
    assert advise(noise(25, 11)).reason is NoProposal.TOO_FEW
    assert advise(noise(25, 11)).say() == "No new phase can be proposed: 11 of 12 values needed."
    assert advise([100.0] * 20).reason is NoProposal.NO_VARIATION
    assert advise([30] * 20, denominators=[30] * 20).say("da") == "Ingen ny fase foreslås: ingen variation."
    assert advise(noise(26, 20), x=[f"afsnit {i}" for i in range(20)]).reason is NoProposal.NO_ORDER
    assert advise([]).reason is NoProposal.TOO_FEW
    assert advise([np.nan] * 20).reason is NoProposal.TOO_FEW
    table = advise_many(np.array([[5.0] * 12, [np.nan] * 12]))
    assert table.reason_code.tolist() == ["no_variation", "too_few"]
    assert not table.is_proposed.any()


def test_a_series_of_nearly_nothing_but_zeros_is_left_to_charts_for_rare_events() -> None:
    rare = [0] * 40 + [1, 0, 0, 0, 1, 0, 0]
    advice = advise(rare, chart="c")
    assert advice.reason is NoProposal.MOSTLY_ALIKE
    assert "T or G chart" in advice.say()
    assert advise_many(np.array([rare], dtype=float)).reason_code.tolist() == ["mostly_alike"]
    assert advise([0] * 12 + [1] * 12).changes[0].position == 13


def test_the_shortest_series_that_can_be_judged_has_two_shortest_phases() -> None:
    assert advise([1, 2, 3, 2, 1, 2, 9, 8, 9, 10, 9, 8]).changes[0].position == 7
    assert advise([1, 2, 3, 2, 9, 8, 9, 10], minimum_segment=4).changes[0].position == 5


def test_noise_is_left_in_peace_with_words() -> None:
    advice = advise(noise(27, 48))
    assert (advice.is_proposed, advice.changes, advice.reason) == (False, (), NoProposal.NO_EVIDENCE)
    assert not advice.p_value <= 0.05
    assert advice.starts_at is None
    assert advice.say("da").startswith("Ingen ny fase foreslås")


def test_a_clear_step_is_placed_exactly() -> None:
    y = [3, 4, 3, 5, 4, 3, 2, 4, 3, 4, 5, 3, 12, 11, 14, 12, 10, 13]
    change = advise(y, denominators=[20] * 18).changes[0]
    assert change.position == 13
    assert change.first_row >= 11
    assert change.last_row <= 13


def test_several_changes_come_strongest_first_each_with_its_own_evidence() -> None:
    y = noise(28, 72)
    y[24:] += 4
    y[48:] -= 2.5
    advice = advise(y, maximum_changes=5)
    assert [c.position for c in advice.changes] == pytest.approx([25, 49], abs=2)
    assert advice.changes[0].n_after == advice.changes[1].n_before
    assert all(change.p_value <= 0.05 for change in advice.changes)
    assert len(advise(y).changes) == 1


def test_later_changes_are_rarely_false() -> None:
    found = [len(advise(step(1000 + seed, 3.0), maximum_changes=4).changes) for seed in range(80)]
    assert min(found) == 1
    assert np.mean(np.array(found) > 1) < 0.14  # 5 % and 3.5 standard errors of 2.4 points


# Cautions


def test_a_steady_trend_is_said_to_fit_better_than_a_step() -> None:
    rising = np.linspace(0, 5, 48) + noise(30, 48)
    assert Caution.TREND in advise(rising).cautions
    assert Caution.TREND not in advise(step(31, 3.0)).cautions


def test_a_season_is_noticed_and_under_two_years_said_to_be_unknown() -> None:
    yearly = 2 * np.sin(2 * np.pi * np.arange(48) / 12) + 0.5 * noise(32, 48)
    yearly[24:] += 4
    assert Caution.SEASON in advise(yearly, x=MONTHS).cautions
    assert Caution.SEASON not in advise(step(33, 3.0), x=MONTHS).cautions
    short = advise(step(34, 4.0, before=9, n=18), x=MONTHS[:18])
    assert short.cautions == (Caution.SEASON_UNKNOWN,)


def test_autocorrelation_that_is_found_is_said_with_its_false_alarm_rate() -> None:
    shocks = noise(35, 120)
    y = shocks.copy()
    for column in range(1, 120):
        y[column] += 0.6 * y[column - 1]
    y[60:] += 6
    advice = advise(y)
    assert Caution.AUTOCORRELATION in advice.cautions
    assert 0.4 < advice.autocorrelation < 0.8
    assert advice.false_alarm_rate > advice.alpha
    assert advise(step(36, 3.0)).false_alarm_rate == 0.05


def test_one_point_that_carries_a_proposal_is_named() -> None:
    base = np.array([1.0, 2, 1.5, 2.5, 1.2, 1.8, 2.2, 1.4, 1.9, 1.6, 2.1, 1.7] * 2)
    carried = []
    for size in np.linspace(0.2, 1.0, 17):
        y = base.copy()
        y[12:] += size
        y[15] += 6
        advice = advise(y)
        if advice.is_proposed:
            kept = np.delete(y, 15)
            is_carried = Caution.OUTLIER in advice.cautions
            assert is_carried is not advise(np.insert(kept, 15, np.nan)).is_proposed
            carried.append(is_carried)
    assert carried


def test_more_spread_than_counts_give_is_said() -> None:
    random = np.random.default_rng(37)
    p = np.clip(np.where(np.arange(48) < 24, 0.3, 0.6) + 0.05 * random.normal(size=48), 0, 1)
    n = np.full(48, 1000)
    advice = advise(random.binomial(n, p), denominators=n)
    assert Caution.OVERDISPERSION in advice.cautions
    assert advice.dispersion > 5
    plain = advise(random.binomial(n, np.where(np.arange(48) < 24, 0.3, 0.4)), denominators=n)
    assert Caution.OVERDISPERSION not in plain.cautions
    assert 0.5 < plain.dispersion < 1.7


# Levels and words


def test_levels_are_means_weighted_by_denominators_and_medians_on_a_run_chart() -> None:
    y = np.array([3.0, 4, 3, 5, 4, 3, 8, 4, 3, 4, 9, 10, 11, 9, 10, 9, 11, 10, 12, 9])
    frame = pd.DataFrame({"period": range(1, 21), "numerator": y})
    of_run = advise(spc.analyse(frame, chart="run", n=None)).changes[0]
    of_i = advise(spc.analyse(frame, chart="i", n=None)).changes[0]
    assert of_run.row == of_i.row == 10
    assert (of_run.before, of_run.after) == (4.0, 10.0)
    assert (of_i.before, of_i.after) == pytest.approx((4.1, 10.0))


def test_the_words_say_what_how_sure_and_who_decides_in_both_languages() -> None:
    y = np.round(step(40, 2.5), 2) + 10
    advice = advise(y, x=MONTHS)
    danish, english = advice.say("da"), advice.say("en")
    assert "Niveauet ser ud til at have skiftet fra 10,2 til 12,6 fra og med januar 2024: 2,46 højere" in danish
    assert "Et menneske afgør det" in danish
    assert "from January 2024 on" in english
    assert "A person decides, with a reason" in english
    assert "5 of 100 series" in english
    assert "nan" not in danish + english


@pytest.mark.parametrize(
    ("call", "code", "row"),
    [
        (lambda: advise([1.0, np.inf] + [1.0] * 20), "infinite", 2),
        (lambda: advise(["a"] * 20), "not_a_number", 1),
        (lambda: advise([1, 2, 3], denominators=[10, 10]), "lengths_differ", None),
        (lambda: advise([1, 2, 3], denominators=[10, 0, 10]), "zero_denominator", 2),
        (lambda: advise([1, 2, 30], denominators=[10, 10, 10]), "numerator_above_denominator", 3),
        (lambda: advise([1, -2, 3], denominators=[10, 10, 10]), "negative_count", 2),
        (lambda: advise([1, 2, 3], chart="p"), "no_denominator", None),
        (lambda: advise([1, 2, 3], chart="no"), "unknown_chart", None),
        (lambda: advise([1, 2, 3], alpha=0.5), "bad_alpha", None),
        (lambda: advise([1, 2, 3], minimum_segment=3), "bad_minimum_segment", None),
        (lambda: advise([1, 2, 3], maximum_changes=0), "bad_maximum_changes", None),
        (lambda: advise([1, 2, 3], autocorrelation="maybe"), "bad_autocorrelation", None),
        (lambda: advise_many(np.ones(5)), "not_a_matrix", None),
        (lambda: advise_many(np.ones((2, 5)), denominators=np.ones((2, 4))), "lengths_differ", None),
        (lambda: advise_many(pd.DataFrame({"period": [1]}), y="value"), "unknown_column", None),
        (lambda: advise_many(pd.DataFrame({"period": [1, 2, 1], "v": [1, 2, 3]}), y="v"), "x_twice", 3),
    ],
)
def test_bad_input_is_refused_by_name_and_row(call, code: str, row: int | None) -> None:
    with pytest.raises(InputError) as refused:
        call()
    assert (refused.value.code, refused.value.row) == (code, row)
    assert refused.value.say("da") != refused.value.say("en")


def test_leaving_out_denominators_of_equal_size_changes_only_what_ties_change() -> None:
    random = np.random.default_rng(41)
    x = random.binomial(50, 0.3, (5, 30)).astype(float)
    weighted = examine(Points(x / 50, np.full((5, 30), 50.0), True), minimum_segment=6, mode="estimated")
    plain = examine(Points(x, None), minimum_segment=6, mode="estimated")
    np.testing.assert_allclose(weighted.statistic, plain.statistic, rtol=1e-9)


def test_standardising_leaves_out_missing_values() -> None:
    row = standardised(np.array([[2.0, np.nan, 4.0, 6.0]]))[0]
    assert row.tolist() == pytest.approx([-1.224745, 0.0, 0.0, 1.224745], abs=1e-6)
