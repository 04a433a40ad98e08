"""P-values of series and q-values of a board: exact counts against every order, known implementations, pure noise."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from indicators import spc
from indicators.spc.discovery import combined, discoveries, hypergeometric_at_least, q_values, series_p_values
from indicators.spc.joint_runs import _bound, arrangements, coin_flips, runs_p_values, share_outside
from indicators.spc.ragged import Floats


def counted(orders: list[tuple[int, ...]], n: int) -> Floats:
    """The joint distribution of crossings and longest run over these orders, one by one."""
    joint = np.zeros((n, n))
    for order in orders:
        crossings, run, longest = 0, 1, 1
        for before, after in pairwise(order):
            crossings += before != after
            run = run + 1 if before == after else 1
            longest = max(longest, run)
        joint[crossings, longest - 1] += 1
    return joint / len(orders)


def long_frame(y: Floats, n: Floats | float | None = None) -> pd.DataFrame:
    """One row per series and period of a block of series × periods."""
    frame = pd.DataFrame(
        {
            "series": np.repeat(np.arange(len(y)), y.shape[1]),
            "period": np.tile(np.arange(y.shape[1]), len(y)),
            "numerator": y.ravel().astype(float),
        }
    )
    return frame if n is None else frame.assign(denominator=np.broadcast_to(n, y.shape).ravel().astype(float))


@pytest.mark.parametrize(("n", "n_above"), [(1, 1), (5, 0), (7, 3), (10, 5), (11, 2)])
def test_the_joint_distribution_is_that_of_all_orders(n: int, n_above: int) -> None:
    orders = [tuple(int(place in chosen) for place in range(n)) for chosen in map(set, combinations(range(n), n_above))]
    assert arrangements(n, n_above) == pytest.approx(counted(orders, n), abs=1e-14)


@pytest.mark.parametrize("n", [1, 2, 6, 11])
def test_coin_flips_are_all_words_of_two_letters(n: int) -> None:
    assert coin_flips(n) == pytest.approx(counted(list(product((0, 1), repeat=n)), n), abs=1e-14)


@pytest.mark.parametrize(("n", "n_above"), [(60, 30), (150, 60), (300, 150)])
def test_crossings_of_long_series_keep_the_distribution_of_wald_and_wolfowitz(n: int, n_above: int) -> None:
    joint = arrangements(n, n_above)
    runs = joint.sum(axis=1) @ np.arange(1, n + 1)
    assert runs == pytest.approx(1 + 2 * n_above * (n - n_above) / n, rel=1e-11)
    assert joint.sum() == pytest.approx(1, abs=1e-12)


def test_the_rarest_orders_keep_their_digits() -> None:
    # One crossing: the two orders all-above-then-all-below and its mirror, of 100 over 50.
    p = runs_p_values(np.array([100]), np.array([50]), np.array([50]), np.array([1]))
    assert p == pytest.approx(2 / 100891344545564193334812497256, rel=1e-9)


def test_around_its_own_median_a_run_chart_has_half_the_false_alarms_of_coin_flips() -> None:
    own, flips = share_outside(24, 8, 8), share_outside(24, 8, 8, is_own_line=False)
    random = np.random.default_rng(1)
    y = random.normal(size=(20_000, 24))
    said = spc.analyse_arrays(y.ravel(), None, np.arange(20_001) * 24, "run")
    error = np.sqrt(own / 20_000)
    assert (said["rules"] != "").mean() == pytest.approx(own, abs=4 * error)
    assert flips > 2 * own


def test_p_values_of_runs_never_claim_more_than_they_may() -> None:
    for n, k in ((12, 6), (23, 9), (36, 18)):
        joint = arrangements(n, k)
        crossings, longest = (grid.ravel() for grid in np.meshgrid(range(n), range(1, n + 1), indexing="ij"))
        p = runs_p_values(np.full(n * n, n), np.full(n * n, k), longest, crossings)
        for level in (0.001, 0.01, 0.05, 0.2, 0.5):
            assert joint.ravel()[p <= level].sum() <= level + 1e-12


def test_the_bound_for_very_long_series_is_above_the_exact_p_value() -> None:
    for k, run, crossings in ((150, 14, 150), (150, 9, 120), (60, 40, 90), (150, 20, 100)):
        exact = runs_p_values(np.array([300]), np.array([k]), np.array([run]), np.array([crossings]))[0]
        assert exact * (1 - 1e-9) <= _bound(300, k, run, crossings) <= max(6 * exact, 1e-12)


def test_a_series_without_useful_observations_has_no_p_value() -> None:
    assert np.isnan(runs_p_values(np.array([0]), np.array([0]), np.array([-1]), np.array([-1]))).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_q_values_are_those_of_statsmodels(seed: int) -> None:
    random = np.random.default_rng(seed)
    p = np.concatenate([random.uniform(size=300), random.beta(0.1, 5, 60), [0.0, 1.0, 1e-300]])
    assert q_values(p) == pytest.approx(multipletests(p, method="fdr_bh")[1], abs=1e-15)


def test_storey_multiplies_by_the_estimated_share_of_noise() -> None:
    p = np.concatenate([np.linspace(0.001, 0.999, 100), np.full(100, 1e-4)])
    share = (1 + (p > 0.5).sum()) / (200 * 0.5)
    assert q_values(p, method="storey") == pytest.approx(share * q_values(p))
    assert (q_values(np.linspace(0.9, 1, 50), method="storey") <= 1).all()


def test_series_that_are_not_judged_do_not_count() -> None:
    assert q_values([0.01, np.nan, 0.5]).tolist() == pytest.approx([0.02, np.nan, 0.5], nan_ok=True)
    assert np.isnan(q_values([np.nan])).all()


def test_at_pure_noise_a_board_stands_out_as_often_as_it_may() -> None:
    random = np.random.default_rng(4)
    boards = 4_000
    hits = np.mean([(q_values(random.uniform(size=50)) <= 0.05).any() for _ in range(boards)])
    assert hits == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / boards))


NOISE = {
    "run": lambda random, shape: (random.standard_t(3, shape), None),
    "i": lambda random, shape: (random.normal(size=shape), None),
    "p": lambda random, shape: (random.binomial(40, 0.05, shape), 40.0),
    "pp": lambda random, shape: (random.binomial(100, 0.3, shape), 100.0),
    "u": lambda random, shape: (random.poisson(3.0, shape), 70.0),
    "up": lambda random, shape: (random.poisson(30.0, shape), 70.0),
    "c": lambda random, shape: (random.poisson(5.0, shape), None),
    "t": lambda random, shape: (random.exponential(size=shape), None),
    "g": lambda random, shape: (random.geometric(0.05, shape) - 1.0, None),
}


@pytest.mark.parametrize("chart", list(NOISE))
def test_at_pure_noise_p_values_are_uniform_or_above(chart: str) -> None:
    if chart not in spc.CHARTS:
        pytest.skip(f"there is no chart {chart}")
    n_series = 3_000
    y, n = NOISE[chart](np.random.default_rng(11), (n_series, 24))
    found = series_p_values(long_frame(y, n), by="series", chart=chart)
    for column in ("p_runs", "p_points", "p_value"):
        p = found[column].dropna().to_numpy()
        for level in (0.01, 0.05, 0.2):
            assert (p <= level).sum() <= level * n_series + 4 * np.sqrt(level * n_series), (column, level)


def test_unequal_denominators_keep_the_level() -> None:
    random = np.random.default_rng(12)
    n = random.integers(10, 200, (3_000, 24))
    found = series_p_values(long_frame(random.binomial(n, 0.1), n), by="series", chart="p")
    assert (found["p_value"] <= 0.05).mean() <= 0.05 + 4 * np.sqrt(0.05 / 3_000)


def test_prime_charts_keep_the_level_for_small_counts_and_under_over_dispersion() -> None:
    random = np.random.default_rng(19)
    shape = (2_000, 24)
    n = random.integers(20, 200, shape)
    spread = random.normal(0.3, 0.05, shape)
    for y, cases in ((random.binomial(n, 0.1), n), (random.binomial(3_000, spread), 3_000)):
        found = series_p_values(long_frame(y, cases), by="series", chart="pp")
        for level in (0.01, 0.05):
            assert (found["p_value"] <= level).mean() <= level + 4 * np.sqrt(level / 2_000)
    as_if_binomial = series_p_values(long_frame(random.binomial(3_000, spread), 3_000), by="series", chart="p")
    assert (as_if_binomial["p_points"] <= 0.01).mean() > 0.9


def test_hypergeometric_tails_are_those_of_scipy() -> None:
    random = np.random.default_rng(21)
    cases = random.integers(20, 5_000, 300)
    events = (cases * random.uniform(0, 1, 300)).astype(int)
    drawn = (cases * random.uniform(0.01, 0.5, 300)).astype(int)
    k = np.minimum(np.minimum(events, drawn), np.ceil(events * drawn / cases + random.integers(0, 15, 300)))
    found = hypergeometric_at_least(k.astype(float), cases.astype(float), events.astype(float), drawn.astype(float))
    assert found == pytest.approx(stats.hypergeom.sf(k - 1, cases, events, drawn), rel=1e-9)


def test_runs_alone_keep_the_level_for_skewed_values() -> None:
    frame = long_frame(np.random.default_rng(20).lognormal(size=(2_000, 24)))
    runs = series_p_values(frame, by="series", chart="i", has_points=False)
    assert runs["p_points"].isna().all()
    assert runs["p_value"].equals(runs["p_runs"])
    assert (runs["p_value"] <= 0.05).mean() <= 0.05 + 4 * np.sqrt(0.05 / 2_000)
    # The furthest point of skewed values looks special to a test for normal ones.
    assert (series_p_values(frame, by="series", chart="i")["p_points"] <= 0.05).mean() > 0.3


def test_series_that_moved_are_found_and_few_others() -> None:
    random = np.random.default_rng(13)
    y = random.normal(size=(500, 36))
    y[:50, 18:] += 3.0
    found = discoveries(long_frame(y), by="series", chart="i", rate=0.05)
    chosen = found.table.loc[found.table["stands_out"], "series"]
    assert (chosen < 50).sum() >= 45
    assert (chosen >= 50).sum() <= 0.15 * len(chosen)
    assert found.n_judged == 500


def test_one_point_far_out_is_found_by_its_distance() -> None:
    random = np.random.default_rng(14)
    y = random.poisson(6.0, (200, 24))
    y[17, 9] = 30
    found = discoveries(long_frame(y), by="series", chart="c")
    assert found.table["series"].iloc[0] == 17
    assert found.table["p_points"].iloc[0] < 1e-6
    assert found.table["q_value"].iloc[0] < 1e-4


def test_too_few_points_and_no_variation_are_not_judged() -> None:
    y = np.vstack([np.full(12, 5.0), [3, 5, 4, 6, 5, 3, 4, *[np.nan] * 5], [3, 5, 4, 6, 5, 3, 4, 6, 5, 4, 3, 6]])
    found = discoveries(long_frame(y), by="series", chart="c")
    assert found.n_judged == 1
    assert np.isnan(found.table["q_value"].iloc[1:]).all()
    assert not found.table["stands_out"].iloc[1:].any()


def test_each_series_gets_the_p_value_it_has_alone() -> None:
    y, _ = NOISE["c"](np.random.default_rng(15), (40, 24))
    together = series_p_values(long_frame(y), by="series", chart="c")
    for series in (0, 7, 39):
        alone = series_p_values(long_frame(y[[series]]), by="series", chart="c")
        assert alone["p_value"].iloc[0] == together["p_value"].iloc[series]


def test_order_of_rows_does_not_matter_and_keys_may_be_several() -> None:
    y, _ = NOISE["i"](np.random.default_rng(16), (12, 20))
    frame = long_frame(y).assign(unit=lambda f: f["series"] // 3, indicator=lambda f: f["series"] % 3)
    one = series_p_values(frame, by=["unit", "indicator"], chart="i")
    two = series_p_values(frame.sample(frac=1, random_state=1), by=["unit", "indicator"], chart="i")
    assert one[["unit", "indicator"]].equals(two[["unit", "indicator"]])
    # Sums of floats may differ in their last digit with the order of rows.
    assert one["p_value"].to_numpy() == pytest.approx(two["p_value"].to_numpy(), rel=1e-12)


def test_two_rows_with_one_period_are_refused_by_name() -> None:
    frame = long_frame(np.ones((1, 12)))
    with pytest.raises(spc.InputError, match=r"Row 13 \(x = 3\)"):
        series_p_values(pd.concat([frame, frame.iloc[[3]]]), by="series", chart="c")


def test_bad_arguments_are_refused() -> None:
    frame = long_frame(np.ones((1, 12)))
    with pytest.raises(spc.InputError, match="no method"):
        q_values([0.1], method="holm")
    with pytest.raises(spc.InputError, match="Row 2"):
        q_values([0.1, 1.1])
    with pytest.raises(spc.InputError, match="no column 'unit'"):
        series_p_values(frame, by="unit", chart="c")
    with pytest.raises(spc.InputError, match="between 0 and 1"):
        discoveries(frame, by="series", chart="c", rate=5)


def test_the_smaller_of_two_independent_p_values_is_paid_for() -> None:
    assert combined(np.array([0.3, 1e-20]), np.array([0.1, 1.0])) == pytest.approx([0.19, 2e-20])


def test_the_board_says_how_many_stand_out_in_both_languages() -> None:
    y = np.random.default_rng(17).normal(size=(100, 24))
    y[0, 12:] += 6
    found = discoveries(long_frame(y), by="series", chart="i")
    assert found.say("da").startswith("1 af 100 serier skiller sig ud")
    assert found.say("da").endswith("højst 5 %.")
    assert found.say("en").endswith("at most 5%.")
