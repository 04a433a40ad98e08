"""numba gives the digits of NumPy. Run and I charts share one compilation; `tests/simulation/fuzz_spc.py` tries all."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

from indicators import spc
from tests.properties.spc_series import PROFILES, frame_of

# Looked for, not imported: every worker collects this file, and one of them runs it.
pytestmark = pytest.mark.skipif(find_spec("numba") is None, reason="numba comes with tavle[fast]")


def table_of(seed: int, chart: str, axis: str = "number", n_series: int = 60) -> pd.DataFrame:
    """Series of 1 to 45 points: steps, gaps, ties, series without variation."""
    lengths = np.random.default_rng(seed).integers(1, 46, n_series).tolist()
    frames = [
        frame_of(seed * 1000 + number, chart, length, axis=axis, rows_per_x=1).assign(unit=number)
        for number, length in enumerate(lengths)
    ]
    return pd.concat(frames, ignore_index=True)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_compiled_kernel_gives_the_same_digits(profile: str) -> None:
    reasons: set[str] = set()
    for seed, (chart, axis, more) in enumerate(
        [
            ("i", "number", {"n": None}),
            ("i", "date", {"screen_moving_ranges": False, "multiply": 100}),
            ("i", "number", {"centre": 1.25}),
            ("run", "number", {"n": None}),
            ("run", "category", {}),
            ("i", "category", {"n": None}),
        ]
    ):
        table = table_of(seed, chart, axis)
        call = {"by": "unit", "chart": chart, "profile": profile} | more
        plain = spc.analyse_many(table, **call)  # type: ignore[arg-type]
        pd.testing.assert_frame_equal(spc.analyse_many(table, engine="numba", **call), plain, check_exact=True)  # type: ignore[arg-type]
        reasons |= set(plain.reason_code)
    assert reasons >= {"", "too_few", "no_variation", "no_order"}


@pytest.mark.parametrize(
    ("more", "chart"), [({"phases": 7}, "i"), ({"method": "bestbox"}, "run"), ({"non_negative": True}, "i"), ({}, "t")]
)
def test_what_is_not_compiled_is_computed_by_numpy(more: dict[str, object], chart: str) -> None:
    table, call = table_of(9, chart), {"by": "unit", "chart": chart} | more
    plain = spc.analyse_many(table, **call)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(spc.analyse_many(table, engine="numba", **call), plain, check_exact=True)  # type: ignore[arg-type]


def test_both_engines_refuse_the_same_row() -> None:
    values = np.array([1.0, 2.0, 3.0, np.inf, 2.0])
    for engine in spc.ENGINES:
        with pytest.raises(spc.InputError) as refusal:
            spc.analyse_arrays(values, None, np.array([0, 2, 5]), "i", engine=engine)
        assert (refusal.value.code, refusal.value.row) == ("infinite", 4)
