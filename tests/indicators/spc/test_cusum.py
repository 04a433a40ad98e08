"""Tabular CUSUM: the textbook example, published run lengths, gaps, phases, and many series at once."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from indicators import spc
from indicators.spc.displays import DISPLAYS, sequential
from indicators.spc.displays.cusum import cusum, cusum_arl, cusum_design, cusum_many, siegmund_arl
from indicators.spc.reasons import Reason

PUBLISHED = Path(__file__).resolve().parents[2] / "reference" / "monitors"


def read(name: str) -> list[dict[str, str]]:
    with (PUBLISHED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def last_digit(printed: str) -> float:
    return 10.0 ** -len(printed.partition(".")[2])


def plain_cusum(z: list[float], k: float) -> tuple[list[float], list[float]]:
    """The recursion as a textbook writes it; NaN carries."""
    up, down, ups, downs = 0.0, 0.0, [], []
    for value in z:
        if value == value:
            up, down = max(0.0, up + value - k), max(0.0, down - value - k)
        ups.append(up)
        downs.append(down)
    return ups, downs


@pytest.fixture
def montgomery(shared_reference: Path) -> pd.DataFrame:
    return pd.read_csv(shared_reference.parent / "data" / "montgomery_09_01.csv")


def series(*values: float | None) -> pd.DataFrame:
    return pd.DataFrame({"period": range(1, len(values) + 1), "numerator": values})


def test_montgomery_example_has_the_published_sums_and_start(montgomery: pd.DataFrame) -> None:
    result = cusum(montgomery, x="sample", y="x", centre=10, sd=1, k=0.5, h=5)
    published = read("montgomery_chapter_9.csv")
    np.testing.assert_allclose(result.points.cusum_up, [float(row["c_up"]) for row in published], atol=1e-9)
    np.testing.assert_allclose(-result.points.cusum_down, [float(row["c_down"]) for row in published], atol=1e-9)
    (signal,) = result.signals
    # The book: signal at 29 with N+ = 7, so the shift came between 22 and 23, and the new mean is about 11.25.
    assert (signal.x, signal.start_x, signal.n_observations, signal.is_above) == (29, 23, 7, True)
    assert signal.level == pytest.approx(10 + 0.5 + 5.28 / 7)
    assert round(signal.level, 2) == 11.25
    assert result.points.is_signal.to_numpy().nonzero()[0].tolist() == [28, 29]


def test_the_baseline_gives_the_same_centre_and_spread_as_the_i_chart(montgomery: pd.DataFrame) -> None:
    result = cusum(montgomery, x="sample", y="x", freeze=20)
    chart = spc.analyse(montgomery, "i", "sample", "x", freeze=20).points
    np.testing.assert_array_equal(result.points.centre, chart.centre)
    np.testing.assert_allclose(result.points.sd, (chart.upper - chart.centre) / 3)


@pytest.mark.parametrize(
    "row",
    [row for row in read("arls.csv") if row["monitor"] == "cusum"],
    ids=lambda row: f"{row['source'][:12]} {row['shift']}",
)
def test_published_average_run_lengths_are_reached(row: dict[str, str]) -> None:
    arl = cusum_arl(
        float(row["k_or_weight"]),
        float(row["h_or_width"]),
        float(row["shift"]),
        side=row["side"],
        head_start=float(row["head_start"]),
    )
    # Vance's -0.25 is the one figure of four thousandths beyond; its relative difference is 3e-5.
    slack = 0.07 if row["arl"] == "2071.51" else last_digit(row["arl"])
    assert abs(arl - float(row["arl"])) <= slack


def test_the_run_length_agrees_with_brook_and_evans_markov_chain() -> None:
    k, h, cells = 0.5, 4.0, 800
    width = 2 * h / (2 * cells - 1)
    state = np.arange(cells)
    chain = norm.cdf((state[None, :] - state[:, None] + 0.5) * width + k) - norm.cdf(
        (state[None, :] - state[:, None] - 0.5) * width + k
    )
    chain[:, 0] = norm.cdf((0.5 - state) * width + k)
    by_chain = np.linalg.solve(np.eye(cells) - chain, np.ones(cells))[0]
    assert cusum_arl(k, h, side="up") == pytest.approx(by_chain, rel=1e-4)


@pytest.mark.parametrize(
    ("k", "h"), [(0.25, 8.01), (0.5, 4.77), (0.75, 3.34), (1.0, 2.52), (1.25, 1.99), (1.5, 1.61)]
)  # Hawkins 1993 as table 9.4 of Montgomery's 6th edition: limits for an ARL of 370
def test_hawkins_limits_are_found(k: float, h: float) -> None:
    design = cusum_design(370, 2 * k)
    assert design.k == k
    assert design.h == pytest.approx(h, abs=0.0101)
    assert design.arl0 == pytest.approx(370)


def test_siegmund_is_near_the_exact_run_length() -> None:
    assert siegmund_arl(0.5, 5, side="up") == pytest.approx(938.2, abs=0.05)  # Montgomery, equation 9.6 and below
    assert siegmund_arl(0.5, 5, 1, side="up") == pytest.approx(10.34, abs=0.005)
    for shift in (0, 0.5, 1, 2):
        assert siegmund_arl(0.5, 5, shift) == pytest.approx(cusum_arl(0.5, 5, shift), rel=0.04)


def test_the_recursion_equals_the_plain_one_with_gaps() -> None:
    rng = np.random.default_rng(7)
    z = rng.normal(0.2, 1, (20, 60))
    z[rng.random(z.shape) < 0.1] = np.nan
    up, down = sequential.cusum_sides(np.stack([z - 0.5, -z - 0.5]), (5.0, 5.0))
    for row in range(len(z)):
        ups, downs = plain_cusum(z[row].tolist(), 0.5)
        np.testing.assert_allclose(up.value[row], ups, atol=1e-9)
        np.testing.assert_allclose(down.value[row], downs, atol=1e-9)


def test_a_gap_and_an_excluded_point_leave_the_sums_where_they_are_and_say_so() -> None:
    result = cusum(series(11, 12, None, 30, 12), centre=10, sd=1, exclude=4)
    assert result.points.cusum_up.tolist() == [0.5, 2.0, 2.0, 2.0, 3.5]
    assert result.points.carried.tolist() == ["", "", "missing", "excluded", ""]
    assert result.points.n_up.tolist() == [1, 2, 2, 2, 3]
    assert result.points.reason.tolist() == ["", "", "no data", "left out of the calculation", ""]


def test_a_gap_above_the_limit_is_no_signal_of_its_own() -> None:
    result = cusum(series(13, 13, 13, None, 13), centre=10, sd=1)
    assert result.points.cusum_up.tolist() == [2.5, 5.0, 7.5, 7.5, 10.0]
    assert result.points.is_signal.tolist() == [False, False, True, False, True]
    assert [signal.row for signal in result.signals] == [2]


def test_one_excursion_is_one_signal_even_where_it_dips_under_the_limit() -> None:
    result = cusum(series(13, 13, 13, 9, 13, 13), centre=10, sd=1)
    assert result.points.is_signal.tolist() == [False, False, True, True, True, True]
    dipping = cusum(series(13, 13, 13, 7, 13, 13), centre=10, sd=1)
    assert dipping.points.is_signal.tolist() == [False, False, True, False, True, True]
    assert [signal.row for signal in dipping.signals] == [2]


def test_restart_begins_anew_after_a_signal() -> None:
    result = cusum(series(13, 13, 13, 13, 13, 13), centre=10, sd=1, restart=True)
    assert result.points.cusum_up.tolist() == [2.5, 5.0, 7.5, 2.5, 5.0, 7.5]
    assert [(signal.row, signal.start_row) for signal in result.signals] == [(2, 0), (5, 3)]


def test_a_side_that_is_not_looked_at_neither_signals_nor_restarts() -> None:
    result = cusum(series(7, 7, 7, 13, 13, 13), centre=10, sd=1, side="up", restart=True)
    assert result.points.cusum_down.isna().all()
    assert [(signal.row, signal.is_above) for signal in result.signals] == [(5, True)]
    assert cusum_arl(0.5, 5, side="up") == pytest.approx(2 * cusum_arl(0.5, 5))


def test_a_head_start_is_not_counted_into_the_size_of_the_shift() -> None:
    result = cusum(series(11.5, 11.5, 11.5, 11.5), centre=10, sd=1, head_start=0.5)
    assert result.points.cusum_up.tolist() == [3.5, 4.5, 5.5, 6.5]
    assert result.signals[0].size == pytest.approx(1.5)


def test_sums_begin_anew_with_each_phase_and_frozen_figures_stay_when_points_arrive() -> None:
    values = [10, 11, 9, 10, 12, 9, 11, 10, 9, 11, 10, 12, 13, 12, 14, 13]
    before = cusum(series(*values[:14]), freeze=12)
    after = cusum(series(*values), freeze=12)
    pd.testing.assert_frame_equal(before.points, after.points.iloc[:14])
    two = cusum(series(*values, *values), phases=17)
    np.testing.assert_allclose(two.points.cusum_up[:16], two.points.cusum_up[16:])
    assert two.points.phase.tolist() == [1] * 16 + [2] * 16


def test_shift_and_scale_of_the_data_leave_the_sums_alone_and_a_mirror_swaps_them() -> None:
    values = np.random.default_rng(3).normal(10, 2, 40)
    plain = cusum(series(*values), freeze=20).points
    moved = cusum(series(*(values * 3 + 100)), freeze=20).points
    mirrored = cusum(series(*(-values)), freeze=20).points
    np.testing.assert_allclose(plain.cusum_up, moved.cusum_up, atol=1e-9)
    np.testing.assert_allclose(plain.cusum_up, -mirrored.cusum_down, atol=1e-9)


def test_proportions_are_standardised_by_their_own_denominators() -> None:
    frame = pd.DataFrame({"period": range(1, 13), "numerator": [10, 25] * 6, "denominator": [100, 200] * 6})
    points = cusum(frame, "p").points
    centre = 210 / 1800
    np.testing.assert_allclose(
        points.z[:2],
        [
            (0.1 - centre) / np.sqrt(centre * (1 - centre) / 100),
            (0.125 - centre) / np.sqrt(centre * (1 - centre) / 200),
        ],
    )


def test_a_short_baseline_claims_nothing_and_a_constant_series_has_no_sums() -> None:
    short = cusum(series(1, 2, 1, 2, 9, 9, 9), freeze=4, k=0.2, h=1)
    assert short.points.is_signal.any()
    assert short.signals == ()
    assert (short.reason("da"), short.reason()) == ("4 af 10 nødvendige", "4 of 10 needed")
    constant = cusum(series(*[5.0] * 15))
    assert constant.reasons == (Reason.NO_VARIATION,)
    assert constant.points.cusum_up.isna().all()
    assert constant.reason("da") == "ingen variation"


def test_many_series_give_the_figures_of_one_by_one() -> None:
    rng = np.random.default_rng(11)
    frames = []
    for unit, size in (("A", 30), ("B", 24), ("C", 12), ("D", 30)):
        values = rng.normal(20, 2, size) + np.where(np.arange(size) > 18, 4, 0)
        values[5] = np.nan
        frames.append(
            pd.DataFrame(
                {"unit": unit, "period": pd.date_range("2024-01-01", periods=size, freq="MS"), "numerator": values}
            )
        )
    frames.append(
        pd.DataFrame({"unit": "E", "period": pd.date_range("2024-01-01", periods=15, freq="MS"), "numerator": 3.0})
    )
    frame = pd.concat(frames).sample(frac=1, random_state=1)
    many = cusum_many(frame, by=["unit"], freeze=16).set_index("unit")
    for unit, own in frame.groupby("unit"):
        one, row = cusum(own, freeze=16), many.loc[unit]
        last = one.points.iloc[-1]
        np.testing.assert_array_equal([row.cusum_up, row.cusum_down], [last.cusum_up, last.cusum_down])
        assert row.reason == one.reason()
        assert row.is_signal == bool(one.signals)
        if one.signals:
            first = one.signals[0]
            assert (row.signal_x, row.start_x, row.is_above) == (first.x, first.start_x, first.is_above)
            assert (row["size"], row.level) == (first.size, first.level)
    assert many.is_signal.sum() >= 2
    assert many.signal_x.isna().sum() == (~many.is_signal).sum()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"h": 0}, "not_above_zero"),
        ({"k": -1}, "k_below_zero"),
        ({"sd": 0}, "not_above_zero"),
        ({"side": "left"}, "unknown_side"),
        ({"head_start": 1}, "head_start_out_of_range"),
        ({"chart": "run"}, "unknown_chart"),
        ({"y": "nothing"}, "unknown_column"),
    ],
)
def test_what_makes_no_sense_is_refused_in_both_languages(change: dict[str, object], code: str) -> None:
    with pytest.raises(spc.InputError) as caught:
        cusum(series(1, 2, 3), **change)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert caught.value.say("da") != caught.value.say("en")


def test_text_without_order_and_doubled_rows_are_refused() -> None:
    with pytest.raises(spc.InputError, match="text without an order"):
        cusum(pd.DataFrame({"period": ["Aarhus", "Odense"], "numerator": [1, 2]}))
    doubled = pd.DataFrame({"unit": "A", "period": [1, 2, 2], "numerator": [1, 2, 3]})
    with pytest.raises(spc.InputError, match="Row 3"):
        cusum_many(doubled, by=["unit"])


def test_no_shorter_run_to_a_false_alarm_than_two_can_be_designed_for() -> None:
    with pytest.raises(spc.InputError, match="no limit"):
        cusum_design(1.0, 1)


def test_every_monitor_is_listed_with_words() -> None:
    for code in ("cusum", "ewma", "bernoulli_cusum", "vlad", "risk_adjusted_cusum"):
        display = DISPLAYS[code]
        for words in (display.use, display.needs):
            assert words.da and words.en and words.da != words.en
        said = " ".join((display.compute.__doc__ or "").split())
        assert "For: " in said and "Not for: " in said and "False alarms: " in said


def test_the_false_alarm_table_is_what_the_monitors_do() -> None:
    """2,000 stable series of 36 points anew, within four standard errors of the table."""
    values = np.random.default_rng(99).normal(size=2000 * 36)
    frame = pd.DataFrame(
        {"unit": np.repeat(np.arange(2000), 36), "period": np.tile(np.arange(36), 2000), "numerator": values}
    )
    for options, share in (
        ({"centre": 0.0, "sd": 1.0}, sequential.false_alarm_probability("cusum", 36, is_known=True)),
        ({"freeze": 20}, sequential.false_alarm_probability("cusum", 36, n_baseline=20)),
        ({}, sequential.false_alarm_probability("cusum", 36)),
    ):
        found = cusum_many(frame, by=["unit"], **options).is_signal.mean()  # type: ignore[arg-type]
        assert found == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) * (1 / 2000 + 1 / 10_000)))


def test_false_alarms_grow_with_length_and_with_a_shorter_baseline() -> None:
    chance = sequential.false_alarm_probability
    for monitor in ("cusum", "ewma"):
        assert chance(monitor, 24) < chance(monitor, 30) < chance(monitor, 36)
        assert (
            chance(monitor, 60, n_baseline=50) < chance(monitor, 60, n_baseline=20) < chance(monitor, 60, n_baseline=12)
        )
        assert chance(monitor, 60, n_baseline=25) == chance(monitor, 60, n_baseline=20)
    with pytest.raises(spc.InputError):
        chance("vlad", 20)
