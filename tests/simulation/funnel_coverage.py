"""How many units chance alone puts outside a funnel, by method and size of unit.

    python tests/simulation/funnel_coverage.py

Every unit has the rate of the target: 500,000 draws a size, proportion 0.1 and standardised ratio. The promise is at
most 2.5 % and 0.1 % outside at each end; one Monte-Carlo standard error is 0.022 and 0.0045 percentage points. Takes
about ten seconds.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from indicators.spc import funnel

DRAWS = 500_000

SIZES = {"proportion": (10, 30, 100, 300, 1000, 10_000), "standardised": (1, 3, 10, 30, 100, 1000)}

TARGETS = {"proportion": 0.1, "standardised": 1.0}


def shares(kind: str, method: str, seed: int = 1970) -> pd.DataFrame:
    """Percent of draws outside, one row a size."""
    target, generator = TARGETS[kind], np.random.default_rng(seed)
    result = funnel.limits(numerator=[1, 2], denominator=[10, 20], kind=kind, method=method, target=target)
    rows = []
    for size in SIZES[kind]:
        drawn = generator.binomial(size, target, DRAWS) if kind == "proportion" else generator.poisson(size, DRAWS)
        limits, value = result.curve([size]).iloc[0], drawn / size
        row: dict[str, object] = {"kind": kind, "method": method, "size": size}
        for level, name in (("95", "95 %"), ("998", "99.8 %")):
            row[f"below {name}"] = 100 * np.mean(value < limits[f"lower_{level}"])
            row[f"above {name}"] = 100 * np.mean(value > limits[f"upper_{level}"])
        rows.append(row)
    return pd.DataFrame(rows)


def main() -> int:
    tables = [
        shares(kind, method)
        for kind in SIZES
        for method, record in funnel.METHODS.items()
        if kind in record.limits and method != "quantile"  # decides as exact does
    ]
    sys.stdout.write(pd.concat(tables).round(3).to_string(index=False) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
