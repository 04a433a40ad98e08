"""Each chart type against a second, plain version of itself on data nobody chose, and what each promises in words."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from indicators import spc
from indicators.spc import constants
from indicators.spc.conformance import Verdict, qicharts2

FOLDER = Path(__file__).resolve().parents[2] / "reference" / "spc" / "second_version"
NEW = ("mr", "ip", "xbar", "s", "t", "up", "pp", "g")
LIMITS = ["lower", "upper", "warning_lower", "warning_upper"]


def _second_version() -> ModuleType:
    spec = importlib.util.spec_from_file_location("second_version", FOLDER / "second_version.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


second_version = _second_version()


# -------------------------------------------------------------------------------------------------- data nobody chose


def _rows(draw: random.Random, chart: str, size: int) -> list[tuple[Any, float | None, float | None]]:
    """Rows of one series: gaps, rows that share an x, constant stretches, steps, small and large denominators."""
    level, is_constant, has_step = draw.uniform(0.05, 0.9), draw.random() < 0.06, draw.random() < 0.3
    shares_x, all_sizes = draw.random() < 0.3 or chart in ("xbar", "s"), draw.choice([(5,), (2, 3, 4), (1, 2, 6)])
    usual_n, scale = draw.choice([6, 40, 300]), draw.choice([1, 10, 1000])
    rows: list[tuple[Any, float | None, float | None]] = []
    for x in range(1, size + 1):
        here = level * (1.5 if has_step and x > size / 2 else 1.0)
        for _ in range(draw.choice(all_sizes) if shares_x else 1):
            n: float | None = float(draw.randint(usual_n // 2, usual_n * 2))
            y: float | None
            if chart in ("p", "pp"):
                y, n = (5.0, 10.0) if is_constant else (float(round(n * min(here * draw.random() * 1.5, 1))), n)
            elif chart in ("c", "g", "u", "up"):
                y = float(draw.randint(0, 12))
            elif chart == "t":
                y = round(draw.expovariate(1 / 20) + 0.01, 2)
            else:
                y = round(draw.gauss(10 * here, 3), 1) * scale
            y = 7.0 if is_constant and chart not in ("p", "pp") else y
            rows.append((x, None if draw.random() < 0.04 else y, None if draw.random() < 0.02 else n))
    return rows


def _random_case(draw: random.Random, number: int, *, as_qicharts2: bool) -> qicharts2.Case:
    """A call with random options, answered by the second version."""
    chart, size = list(spc.CHARTS)[number % len(spc.CHARTS)], draw.choice([1, 2, 3, 6, 12, 20, 30])
    rows, is_category = _rows(draw, chart, size), draw.random() < 0.1
    if is_category:
        rows = [(f"Unit {x:02d}", y, n) for x, y, n in rows]
    elif draw.random() < 0.3:
        draw.shuffle(rows)
    needs_n = spc.CHARTS[chart].needs_denominator
    has_n = needs_n or (spc.CHARTS[chart].takes_denominator and draw.random() < 0.4)
    options: dict[str, Any] = {}
    if draw.random() < 0.3:
        options["freeze"] = draw.randint(1, size + 2)
    if draw.random() < 0.3:
        options["part"] = tuple(sorted(draw.sample(range(1, size + 3), min(draw.randint(1, 3), size))))
    if draw.random() < 0.3:
        options["exclude"] = tuple(draw.sample(range(1, size + 2), min(draw.randint(1, 3), size)))
    if draw.random() < 0.15:
        options["cl"] = draw.choice([0.3, 0.5, 0.8] if chart in ("p", "pp") else [0.1, 2.0, 8.0])
    if draw.random() < 0.3:
        options["multiply"] = draw.choice([100.0, 1000.0])
    if draw.random() < 0.2 and chart in ("run", "i", "mr"):
        options["agg"] = draw.choice(["median", "sum", "sd"])
    options["screened"] = draw.random() > 0.25
    options["y_neg"] = draw.random() > 0.2
    points = second_version.analyse(
        rows, chart, has_n=has_n, is_category=is_category, as_qicharts2=as_qicharts2, **options
    )
    named = ("y", "cl", "lcl", "ucl", "lcl_95", "ucl_95", "part", "baseline", "include", "sigma_signal")
    expected = pd.DataFrame(
        [
            {"x": point.x, "target": np.nan} | {name: getattr(point, name) for name in named} | point.runs
            for point in points
        ]
    )
    frame = pd.DataFrame(rows, columns=["x", "y", "n"]).astype({"y": float, "n": float})
    if is_category:
        frame["x"] = pd.Categorical(frame.x, categories=frame.x.unique())
    call = {"screen_moving_ranges": options["screened"], "non_negative": not options["y_neg"]}
    ours = {"freeze": "freeze", "cl": "centre", "multiply": "multiply", "agg": "aggregate", "exclude": "exclude"}
    call |= {name: options[theirs] for theirs, name in ours.items() if theirs in options}
    call |= {"phases": [last + 1 for last in options["part"]]} if "part" in options else {}
    system = "qicharts2" if as_qicharts2 else "second version"
    return qicharts2.Case(
        f"{number} {chart} {options}", chart, frame, "x", "y", "n" if has_n else None, (), call, expected, None, system
    )


def test_charts_with_random_options_are_those_of_the_second_version() -> None:
    draw = random.Random(11)
    found = [qicharts2.check(_random_case(draw, number, as_qicharts2=False)) for number in range(78)]
    assert [(each.case_id, each.differences) for each in found if each.verdict is not Verdict.AGREES] == []
    assert {each.chart for each in found} == set(spc.CHARTS)


def test_what_qicharts2_does_otherwise_is_explained_on_any_data() -> None:
    draw = random.Random(12)
    found = [qicharts2.check(_random_case(draw, number, as_qicharts2=True)) for number in range(78)]
    assert [(each.case_id, each.differences) for each in found if each.verdict is Verdict.DISAGREES] == []
    used = {each.convention.partition(":")[0] for each in found if each.verdict is Verdict.BY_CONVENTION}
    assert used >= {"5", "6", "11"}


def test_a_figure_that_no_convention_predicts_is_never_explained() -> None:
    draw = random.Random(13)
    for number in range(39):
        case = _random_case(draw, number, as_qicharts2=True)
        assert case.expected is not None
        row, column = draw.randrange(len(case.expected)), draw.choice(["y", "cl"])
        wrong = case.expected.copy()
        wrong[column] = wrong[column].astype(float)
        wrong.loc[row, column] = 12345.678
        changed = qicharts2.Case(**(vars(case) | {"expected": wrong}))
        assert qicharts2.check(changed).verdict is Verdict.DISAGREES, case.id


# ------------------------------------------------------------------------------------------------------ in one batch


@pytest.mark.parametrize("chart", NEW)
def test_many_series_at_once_equal_one_by_one_to_the_last_digit(chart: str) -> None:
    draw = random.Random(5)
    frames = {
        unit: pd.DataFrame(_rows(draw, chart, draw.randint(2, 25)), columns=["period", "numerator", "denominator"])
        for unit in ("A", "B", "C", "D", "E")
    }
    frames = {unit: frame.astype({"numerator": float, "denominator": float}) for unit, frame in frames.items()}
    n = "denominator" if chart in ("ip", "up", "pp", "mr") else None
    options = {"n": n, "phases": 9, "freeze": 6, "exclude": [2, 12]}
    together = pd.concat([frame.assign(unit=unit) for unit, frame in reversed(frames.items())])
    many = spc.analyse_many(together, by=["unit"], chart=chart, **options)
    for unit, frame in frames.items():
        alone = spc.analyse(frame, chart=chart, **options).phases
        batch = many[many.unit == unit].drop(columns="unit").reset_index(drop=True)
        pd.testing.assert_frame_equal(batch, alone, check_exact=True)


# ------------------------------------------------------------------------------------------- chart type by chart type


def _frame(values: list[float | None], n: list[float] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame({"period": range(1, len(values) + 1), "numerator": values}, dtype=float)
    return frame if n is None else frame.assign(denominator=n)


def _measured(*subgroups: list[float]) -> pd.DataFrame:
    rows = [(period, value) for period, values in enumerate(subgroups, start=1) for value in values]
    return pd.DataFrame(rows, columns=["period", "numerator"])


def test_the_constants_of_s_charts_are_those_of_the_tables(shared_reference: Path) -> None:
    table = pd.read_csv(shared_reference / "tables" / "constants.csv")
    n = table.n.to_numpy(dtype=np.float64)
    c4, c5 = constants.c4(n), constants.c5(n)
    assert c4 == pytest.approx(table.c4, rel=1e-9)
    assert 3 / (c4 * np.sqrt(n)) == pytest.approx(table.a3, rel=1e-9)
    assert 1 + 3 * c5 / c4 == pytest.approx(table.b4, rel=1e-9)
    assert np.maximum(1 - 3 * c5 / c4, 0) == pytest.approx(table.b3, rel=1e-9)


def test_c4_passes_smoothly_from_the_gamma_function_to_its_series() -> None:
    sizes = np.arange(40.0, 60.0)
    # Γ(x + 1) = x Γ(x) ties neighbours together: c4(n) c4(n + 1) = sqrt((n - 1) / n).
    assert constants.c4(sizes) * constants.c4(sizes + 1) == pytest.approx(np.sqrt((sizes - 1) / sizes), rel=1e-13)
    assert np.isnan(constants.c4(np.array([0.0, 1.0]))).all()


def test_a_moving_range_has_no_neighbour_at_the_start_of_a_phase_and_beside_a_gap() -> None:
    points = spc.analyse(_frame([4, 6, 3, None, 5, 9, 8, 8]), chart="mr", phases=7).points
    assert points.y.fillna(-1).tolist() == [-1, 2, 3, -1, -1, 4, -1, 0]
    assert points.reason.iloc[[0, 3, 4]].tolist() == [
        "no neighbouring points to measure variation on",
        "no data",
        "no neighbouring points to measure variation on",
    ]
    assert not points.runs_signal.any()


def test_equal_steps_are_variation() -> None:
    straight = spc.analyse(_frame([1, 2, 3, 4, 5]), chart="mr")
    assert straight.points.upper.tolist() == [3.267] * 5
    assert not straight.phases.is_constant.any()
    level = spc.analyse(_frame([5, 5, 5, 5]), chart="mr")
    assert level.points.upper.isna().all()
    assert level.phases.reason_code.tolist() == ["no_variation"]


def test_an_i_prime_chart_takes_its_spread_from_the_baseline_alone() -> None:
    quiet, wild = [4.0, 5.0, 4.5, 5.5, 4.0, 5.0], [30.0, 1.0, 28.0, 2.0]
    n = [10.0, 12.0, 9.0, 11.0, 10.0, 8.0, 10.0, 9.0, 12.0, 10.0]
    alone = spc.analyse(_frame(quiet, n[:6]), chart="ip").points
    frozen = spc.analyse(_frame(quiet + wild, n), chart="ip", freeze=6).points
    excluded = spc.analyse(_frame(quiet + wild, n), chart="ip", exclude=[7, 8, 9, 10]).points
    assert frozen[LIMITS].iloc[:6].equals(alone[LIMITS])
    assert excluded[LIMITS].iloc[:6].equals(alone[LIMITS])


def test_i_prime_limits_are_wider_where_less_is_known() -> None:
    points = spc.analyse(_frame([40, 55, 11, 60, 48], [100, 100, 25, 100, 100]), chart="ip").points
    width = (points.upper - points.lower).tolist()
    assert width[2] == pytest.approx(2 * width[0])


def test_a_subgroup_of_one_has_a_mean_but_no_limits_and_says_so() -> None:
    frame = _measured([12, 15], [11], [13, 16], [14, 10])
    xbar = spc.analyse(frame, chart="xbar").points
    assert xbar.y.tolist() == [13.5, 11.0, 14.5, 12.0]
    assert xbar.upper.isna().tolist() == [False, True, False, False]
    assert xbar.reason.iloc[1] == "a single measurement: its spread is unknown"
    s = spc.analyse(frame, chart="s").points
    assert s.y.isna().tolist() == [False, True, False, False]
    assert s.reason.iloc[1] == "a single measurement: its spread is unknown"


@pytest.mark.parametrize("chart", ["xbar", "s"])
def test_single_measurements_throughout_are_data_without_limits(chart: str) -> None:
    result = spc.analyse(_frame([4, 6, 3, 7]), chart=chart)
    assert result.points.upper.isna().all()
    assert result.phases.reason_code.tolist() == ["one_measurement"]
    assert result.reason("da") == "kun én måling i punktet: spredningen er ukendt"


@pytest.mark.parametrize("chart", ["xbar", "s"])
def test_frozen_lines_do_not_move_when_a_subgroup_of_another_size_arrives(chart: str) -> None:
    start = [[12, 15, 18], [11, 13, 15], [14, 18, 13]]
    before = spc.analyse(_measured(*start), chart=chart, freeze=3).points
    after = spc.analyse(_measured(*start, [12, 19]), chart=chart, freeze=3).points
    assert before[["centre", *LIMITS]].equals(after[["centre", *LIMITS]].iloc[:3])


def test_the_spread_within_subgroups_is_a_mean_where_sizes_are_equal_and_pooled_where_they_are_not() -> None:
    equal = spc.analyse(_measured([1, 3], [2, 8]), chart="s")
    assert equal.phases.centre.iloc[0] == pytest.approx((2**0.5 + 18**0.5) / 2)
    pooled = spc.analyse(_measured([1, 3], [2, 8], [4, 5, 6]), chart="s")
    assert pooled.phases.centre.iloc[0] == pytest.approx(((2 + 18 + 2) / 4) ** 0.5)


@pytest.mark.parametrize("time", [0.0, -3.0])
def test_a_time_between_events_that_is_not_above_0_is_refused_with_its_row(time: float) -> None:
    with pytest.raises(spc.InputError) as refusal:
        spc.analyse(_frame([12, 4, time, 9]), chart="t")
    assert (refusal.value.code, refusal.value.row) == ("not_positive", 3)


def test_the_lower_limit_of_times_is_0_where_it_would_be_negative() -> None:
    points = spc.analyse(_frame([0.1, 90, 2, 300, 0.5, 45]), chart="t").points
    assert points.lower.tolist() == [0.0] * 6
    assert not points[LIMITS].isna().any(axis=None)


def test_a_given_centre_of_times_is_a_root_and_of_counts_between_events_a_mean() -> None:
    assert spc.analyse(_frame([12, 4, 7, 9]), chart="t", centre=2.0).points.centre.iloc[0] == pytest.approx(2**3.6)
    points = spc.analyse(_frame([12, 0, 7, 9]), chart="g", centre=40).points
    assert points.centre.iloc[0] == pytest.approx(0.693 * 40)
    assert points.upper.iloc[0] == pytest.approx(40 + 3 * (40 * 41) ** 0.5)


def test_a_negative_centre_of_times_is_refused() -> None:
    with pytest.raises(spc.InputError, match="centre"):
        spc.analyse(_frame([12, 4, 7, 9]), chart="t", centre=-1)


def test_the_line_of_a_g_chart_is_the_median_so_that_half_the_points_lie_on_each_side() -> None:
    points = spc.analyse(_frame([1, 2, 3, 80, 90]), chart="g").points
    assert points.centre.iloc[0] == 3
    assert (points.lower == 0).all()


@pytest.mark.parametrize(("chart", "plain"), [("pp", "p"), ("up", "u")])
def test_prime_limits_are_the_plain_ones_times_sigma_z_and_may_be_narrower(chart: str, plain: str) -> None:
    n = [100.0, 120.0, 90.0, 110.0, 100.0, 95.0]
    for shares in ([0.30, 0.31, 0.30, 0.31, 0.30, 0.31], [0.1, 0.3, 0.15, 0.3, 0.1, 0.2]):
        frame = _frame([share * size for share, size in zip(shares, n, strict=True)], n)
        prime, usual = spc.analyse(frame, chart=chart).points, spc.analyse(frame, chart=plain).points
        ratio = (prime.warning_upper - prime.centre) / (usual.warning_upper - usual.centre)
        assert ratio.max() == pytest.approx(ratio.min())
        assert (ratio.iloc[0] < 1) == (shares[1] == 0.31)


def test_units_without_order_have_the_spread_of_all_of_them_whatever_row_they_stand_in() -> None:
    frame = _frame([12, 30, 18, 9, 25], [100, 200, 150, 90, 130]).assign(period=list("CABED"))
    turned = frame.iloc[::-1]
    one, other = (spc.analyse(each, chart="pp").points.set_index("x") for each in (frame, turned))
    assert other.upper.loc[list("CABED")].to_numpy() == pytest.approx(one.upper.to_numpy(), rel=1e-12)


def test_an_excluded_point_can_lie_outside_limits_that_nothing_else_in_its_phase_feeds() -> None:
    points = spc.analyse(_frame([9], [10.0]), chart="p", centre=0.2, exclude=1).points
    assert points.sigma_signal.tolist() == [True]


def test_limits_are_cut_at_0_only_where_no_value_of_the_series_is_negative() -> None:
    values = [1.0, 9.0, 2.0, 8.0, -4.0, 5.0, -3.0, 6.0]
    points = spc.analyse(_frame(values), chart="i", phases=5, non_negative=True).points
    assert (points.lower < 0).all()
