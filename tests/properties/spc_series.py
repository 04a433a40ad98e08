"""Random series for the property tests and the long run: any chart, with gaps, ties, marks and several rows per x."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import settings
from hypothesis import strategies as st

from indicators import spc

LONG = os.environ.get("TAVLE_PROPERTIES", "") == "long"
"""TAVLE_PROPERTIES=long tries a hundred times as many examples: minutes instead of seconds."""

CHARTS = list(spc.CHARTS)
PROFILES = list(spc.PROFILES)
LINES = ["centre", "lower", "upper", "warning_lower", "warning_upper"]
RUNS = ["n_useful", "longest_run", "longest_run_max", "n_crossings", "n_crossings_min", "runs_signal"]
MOVING = {"run", "i", "mr", "ip", "xbar", "s"}
"""Charts of values on an interval scale: they may be shifted, scaled and mirrored."""

AXES = ("number", "date", "text", "category")


def examples(count: int) -> settings:
    """Settings of one property: `count` examples, or a hundred times as many in the long run."""
    return settings(max_examples=count * (100 if LONG else 1), deadline=None)


def frame_of(
    seed: int, chart: str, size: int, *, axis: str = "number", rows_per_x: int = 0, has_gaps: bool = True
) -> pd.DataFrame:
    """`size` points of a series that suits `chart`: period, numerator, denominator.

    Figures are whole numbers or eighths, so that sums are exact and ties are ties. `rows_per_x` is the largest number
    of rows of one x (0: as the chart needs). A step half-way makes signals.
    """
    random = np.random.default_rng(seed)
    record = spc.CHARTS[chart]
    most = rows_per_x or (4 if record.needs_several else 1)
    repeats = random.integers(1, most + 1, size) if random.random() < 0.7 else np.full(size, most)
    place = np.repeat(np.arange(size), repeats)
    length = len(place)
    step = np.where(place > size / 2, random.choice([0.0, 0.5, 1.5]), 0.0)
    denominator = random.integers(1, 12, length) * random.choice([1, 10, 100])
    if record.kind is spc.ValueKind.PROPORTION:
        numerator = random.binomial(denominator, np.clip(0.25 + 0.2 * step, 0, 1)).astype(float)
    elif record.is_not_negative:
        numerator = random.poisson(4 * (1 + step)).astype(float)
    elif record.is_positive:
        numerator = np.ceil(random.exponential(20 * (1 + step)) * 8) / 8 + 0.125
    else:
        numerator = np.round((random.normal(10, 3, length) + 3 * step) * random.choice([1, 8])) / 8
    if random.random() < 0.1:  # a series without variation
        numerator = denominator * 1.0 if record.kind is spc.ValueKind.PROPORTION else np.full(length, numerator[0])
    if has_gaps:
        numerator[random.random(length) < random.choice([0.0, 0.1])] = np.nan
    periods: Any = np.arange(1, size + 1)
    if axis == "date":
        periods = pd.date_range("2021-01-01", periods=size, freq="MS")
    elif axis != "number":
        names = [f"Afdeling {number:03d}" for number in range(size)]
        periods = pd.Categorical(names, categories=names) if axis == "category" else np.array(names)
    return pd.DataFrame({"period": periods[place], "numerator": numerator, "denominator": denominator.astype(float)})


seeds = st.integers(0, 2**32 - 1)
charts = st.sampled_from(CHARTS)
profiles = st.sampled_from(PROFILES)
sizes = st.sampled_from([1, 2, 3, 7, 12, 13, 24, 40])
positions = st.integers(1, 45)


@st.composite
def options(draw: st.DrawFn, chart: str) -> dict[str, Any]:
    """Arguments that `analyse` and `analyse_many` share, marks among them."""
    given: dict[str, Any] = {
        "chart": chart,
        "profile": draw(profiles),
        "method": draw(st.sampled_from(list(spc.METHODS))),
        "phases": draw(st.lists(positions, max_size=2)),
        "freeze": draw(st.lists(positions, max_size=2)),
        "exclude": draw(st.lists(positions, max_size=3)),
        "screen_moving_ranges": draw(st.booleans()),
        "non_negative": draw(st.booleans()),
        "minimum": draw(st.sampled_from([None, None, 0.0])),
        "maximum": draw(st.sampled_from([None, None, 1.0, 20.0])),
        "multiply": draw(st.sampled_from([1, 100, 0.5])),
        "aggregate": draw(st.sampled_from(list(spc.AGGREGATES))),
    }
    if draw(st.booleans()) and draw(st.booleans()):
        is_share = spc.CHARTS[chart].kind is spc.ValueKind.PROPORTION
        given["centre"] = draw(st.sampled_from([0.25, 0.5] if is_share else [0.25, 4.0, 10.0]))
    if not spc.CHARTS[chart].needs_denominator and draw(st.booleans()):
        given["n"] = None
    return given
