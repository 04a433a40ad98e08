"""Limits stay inside what a value can be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from indicators import spc

WEEKS = pd.DataFrame({"week": range(1, 13), "share": [0.9, 0.99, 0.88, 0.97, 0.8, 1.0, 0.92, 0.99, 0.85, 0.95, 1, 0.9]})


def test_an_upper_limit_above_what_is_possible_is_cut_and_the_lower_one_stays() -> None:
    free = spc.analyse(WEEKS, chart="i", x="week", y="share")
    cut = spc.analyse(WEEKS, chart="i", x="week", y="share", maximum=1.0)

    assert free.points.upper.min() > 1
    assert (cut.points[["upper", "warning_upper"]] == 1.0).all(axis=None)
    assert cut.points.lower.equals(free.points.lower)
    assert cut.signals == free.signals


def test_a_lower_limit_is_cut_at_the_least_value_of_a_scale() -> None:
    scale = WEEKS.assign(share=WEEKS.share * 4)
    points = spc.analyse(scale, chart="i", x="week", y="share", minimum=3.0).points

    assert (points.lower == 3.0).all()


def test_a_value_beyond_shows_that_the_range_is_wrong_and_nothing_is_cut() -> None:
    beyond = WEEKS.assign(share=np.where(WEEKS.week == 3, 1.02, WEEKS.share))

    assert spc.analyse(beyond, chart="i", x="week", y="share", maximum=1.0).points.upper.min() > 1


def test_every_phase_is_asked_about_the_whole_series() -> None:
    two = WEEKS.assign(share=np.where(WEEKS.week > 6, WEEKS.share, WEEKS.share - 1))
    points = spc.analyse(two, chart="i", x="week", y="share", phases=7, non_negative=True).points

    assert points.lower.to_numpy()[-1] == pytest.approx(
        spc.analyse(two, chart="i", x="week", y="share", phases=7).points.lower.to_numpy()[-1]
    )


def test_many_series_are_cut_as_one_is() -> None:
    many = spc.analyse_many(WEEKS.assign(unit="A"), by=["unit"], chart="i", x="week", y="share", maximum=1.0)

    assert many.upper.tolist() == [1.0]


def test_what_a_value_can_be_says_nothing_of_how_values_differ() -> None:
    free = spc.analyse(WEEKS, chart="mr", x="week", y="share")
    told = spc.analyse(WEEKS, chart="mr", x="week", y="share", minimum=0.05, maximum=0.2)

    pd.testing.assert_frame_equal(told.points, free.points)
