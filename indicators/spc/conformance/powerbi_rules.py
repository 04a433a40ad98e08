"""PowerBI-SPC: the small vectors of its own tests for outside limits, shift, trend and two in three."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from indicators.spc.conformance.outcome import Outcome, outcome
from indicators.spc.ragged import Floats
from indicators.spc.rules import ABOVE, BELOW, Beyond, Bits, Monotone, OneSide, Outside, Rows

SYSTEM = "PowerBI-SPC"

LABELS = {0: "none", ABOVE: "upper", BELOW: "lower"}

TURNING_POINT = "should detect trend with n=2 (any consecutive increase/decrease)"
CONVENTION = "15: both directions are reported; a turning point shows both of its trends, they keep the later one"


def _rows(values: list[float], centre: list[float], lower: list[float], upper: list[float]) -> Rows:
    y, middle, low, high = (np.array(each, dtype=np.float64) for each in (values, centre, lower, upper))

    def zone(sigmas: float) -> tuple[Floats, Floats]:
        return low, high

    starts = np.zeros(len(y), dtype=bool)
    starts[:1] = True
    return Rows(y, y - middle, np.zeros(len(y)), starts, zone)


def find(rule: str, inputs: dict[str, Any]) -> Bits:
    """The flags of one vector."""
    values = inputs["val"]
    nothing = [0.0] * len(values)
    if rule == "astronomical":
        return Outside().find(_rows(values, nothing, inputs["ll99"], inputs["ul99"]))
    if rule == "shift":
        return OneSide(inputs["n"]).find(_rows(values, inputs["targets"], nothing, nothing))
    if rule == "trend":
        return Monotone(inputs["n"]).find(_rows(values, nothing, nothing, nothing))
    pattern = Beyond(2, 3, 2.0, flags_window=inputs["highlight_series"])
    return pattern.find(_rows(values, nothing, inputs["ll95"], inputs["ul95"]))


def _check(number: int, vector: dict[str, Any]) -> Outcome:
    bits = find(vector["rule"], vector["inputs"]).tolist()
    expected = vector["expected"]
    differences = tuple(
        f"point {place}: {LABELS.get(ours, 'both')}, they have {theirs}"
        for place, (ours, theirs) in enumerate(zip(bits, expected, strict=True), start=1)
        if LABELS.get(ours) != theirs
    )
    is_known = vector["title"] == TURNING_POINT
    # The later trend of a turning point is among ours at every point.
    is_explained = all(
        ours == ABOVE | BELOW or LABELS[ours] == theirs for ours, theirs in zip(bits, expected, strict=True)
    )
    case = f"{vector['rule']} {number}: {vector['title']}"
    return outcome(SYSTEM, "rules", case, differences, CONVENTION if is_known else "", is_explained)


def outcomes(folder: Path) -> list[Outcome]:
    """Every vector of a folder, held against the library."""
    path = folder / "powerbi" / "powerbi_flag_rules.json"
    if not path.exists():
        return []
    vectors = json.loads(path.read_text(encoding="utf-8"))
    return [_check(number, vector) for number, vector in enumerate(vectors, start=1)]
