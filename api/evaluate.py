"""`tavle evaluate`: the overall estimate of a frozen data set, run again on the server with every digit.

It reads the exact frame, which only those with the right to counts may take away, and prints nothing but an aggregate.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from data import snapshots
from data.access import SYSTEM
from data.snapshots import Snapshot
from data.store import Store

ARGUMENTS = ("family", "weights", "leave_out", "cohort_trends", "inference")
LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels")


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """A frozen data set by the beginning of its number."""

    snapshot: str
    language: str = "da"


def arguments_of(snapshot: Snapshot) -> dict[str, Any]:
    """How `programme_effect` was called: the settings under "call", else the settings themselves."""
    settings = snapshot.settings
    call = settings["call"] if isinstance(settings.get("call"), Mapping) else settings
    return {name: call[name] for name in ARGUMENTS if name in call}


def evaluate_again(store: Store, request: EvaluationRequest) -> str:
    """The estimate as JSON, one line a key; what cannot be told is null, with the reasons.

    Raises
    ------
    DataError
        There is no such frozen data set, or it is not as it was frozen.
    EvaluationError
        The frozen settings are none the library knows.
    """
    from indicators.evaluation import programme_effect  # scipy takes a while to import: only for this command

    found = snapshots.get(store, SYSTEM, request.snapshot)
    frame = snapshots.frame_of(store, SYSTEM, found.hash)
    denominator = "denominator" if frame["denominator"].notna().any() else None
    call = arguments_of(found)
    result = programme_effect(frame, denominator=denominator, **call)
    said = {
        "snapshot": found.hash,
        "indicator": found.indicator_code,
        "rows": len(frame),
        "call": call,
        "overall": {str(name): _number(value) for name, value in result.overall.items()},
        "verdict": result.verdict.code,
        "not_identified": [note.words.say(request.language) for note in result.not_identified],
        "versions": {"frozen": dict(found.versions), "now": {name: version(name) for name in LIBRARIES}},
    }
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def _number(value: Any) -> Any:
    """A value as JSON has it: numbers with every digit, what is no number as null."""
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain
