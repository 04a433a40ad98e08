"""The rules of every profile against a plain second version of them, on random series."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators import spc
from tests.properties import spc_plain
from tests.properties.spc_series import PROFILES, examples, frame_of, seeds


@pytest.mark.parametrize("profile", PROFILES)
@examples(40)
@given(seeds, st.sampled_from(["run", "i", "p", "u", "c"]), st.integers(1, 60), st.data())
def test_rules_and_runs_are_those_of_plain_loops(
    profile: str, seed: int, chart: str, size: int, data: st.DataObject
) -> None:
    axis = data.draw(st.sampled_from(["number", "number", "date", "category"]))
    frame = frame_of(seed, chart, size, axis=axis)
    marks = st.lists(st.integers(1, size + 2), max_size=3)
    result = spc.analyse(
        frame,
        chart=chart,
        profile=profile,
        phases=data.draw(marks),
        freeze=data.draw(marks),
        exclude=data.draw(marks),
    )
    assert spc_plain.differences(result, has_order=axis != "category") == []
