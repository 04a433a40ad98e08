"""How long one programme effect takes, and what it needs, beside another program on the same frame.

    python tests/bench/programme_effect_speed.py            220 units x 60 months, and 2,000 units x 120 months

Each size runs in a process of its own, so that its peak of memory is its own. The other program is diff-diff's
imputation on the proportions, which has no binomial likelihood and no leave-one-out error.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

SIZES = {"220x60": (220, 60, 9), "2000x120": (2000, 120, 1)}


def frame_of(n_units: int, n_months: int, seed: int = 7) -> pd.DataFrame:
    """Proportions of about 40; four cohorts take in three units of four, 5 % of the months are missing."""
    rng = np.random.default_rng(seed)
    starts = (np.array([0.28, 0.46, 0.58, 0.75]) * n_months).astype(int)
    cohort = np.arange(n_units) % 6
    start = np.where(cohort < 4, starts[np.minimum(cohort, 3)], 0)
    month = np.arange(1, n_months + 1)
    level = rng.normal(0.2, 0.45, n_units)[:, None] + 0.1 * np.cos(month / 6) + 0.003 * month
    effect = 0.4 * ((start[:, None] > 0) & (month >= start[:, None]))
    n = np.maximum(rng.poisson(40 * np.exp(rng.normal(0, 0.6, n_units))[:, None], (n_units, n_months)), 1)
    y = rng.binomial(n, 1 / (1 + np.exp(-level - effect)))
    unit, place = np.nonzero(rng.random((n_units, n_months)) >= 0.05)
    return pd.DataFrame(
        {
            "unit": unit,
            "period": place + 1,
            "numerator": y[unit, place],
            "denominator": n[unit, place],
            "start": start[unit],
        }
    )


def measure(size: str, who: str) -> dict[str, float]:
    """Median seconds of the runs and the peak of memory in MB."""
    n_units, n_months, runs = SIZES[size]
    frame = frame_of(n_units, n_months)
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        estimate = _run(who, frame)
        seconds.append(time.perf_counter() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": statistics.median(seconds), "worst": max(seconds), "mb": peak, "estimate": estimate}


def _run(who: str, frame: pd.DataFrame) -> float:
    if who == "peer":
        import diff_diff

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows = frame.assign(value=frame["numerator"] / frame["denominator"])
            fit = diff_diff.ImputationDiD().fit(rows, outcome="value", unit="unit", time="period", first_treat="start")
        return float(fit.overall_att)
    from indicators import evaluation

    if who == "sensitivity":
        return float(evaluation.sensitivity(frame, denominator="denominator").rows["estimate"].iloc[0])
    return float(evaluation.programme_effect(frame, denominator="denominator").overall["estimate"])


def main() -> int:
    if len(sys.argv) == 3:
        print(json.dumps(measure(sys.argv[1], sys.argv[2])))
        return 0
    for size in SIZES:
        found = {}
        for who in ("own", "sensitivity", "peer"):
            run = subprocess.run(
                [sys.executable, str(Path(__file__)), size, who], check=True, capture_output=True, text=True
            )
            found[who] = json.loads(run.stdout)
        own, peer, table = found["own"], found["peer"], found["sensitivity"]
        print(f"{size}: programme effect {own['seconds']:.2f} s (worst {own['worst']:.2f}), peak {own['mb']:.0f} MB; "
              f"sensitivity table {table['seconds']:.1f} s; diff-diff imputation {peer['seconds']:.2f} s, "
              f"{peer['mb']:.0f} MB; ratio {own['seconds'] / peer['seconds']:.2f}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
