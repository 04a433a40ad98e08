"""Run lengths of the monitors by simulation, beside what the library computes.

`python tests/simulation/monitor_arls.py` prints three tables: EWMA limits that widen from the start (the library's
integral equation, simulation, and Steiner 1999 as printed); what an estimated baseline does to the run length of a
CUSUM; risk-adjusted CUSUM (Markov chain and simulation). Takes about a minute; seeded.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from indicators.spc.displays.cusum import cusum_arl
from indicators.spc.displays.ewma import ewma_arl
from indicators.spc.displays.risk_adjusted_cusum import risk_adjusted_arl, risk_weights

STEINER_1999 = {0.25: 127.0, 0.5: 32.5, 0.75: 15.6, 1.0: 9.0, 1.5: 4.5, 2.0: 2.8, 3.0: 1.6, 4.0: 1.1}


def ewma_lengths(weight: float, width: float, shift: float, runs: int, rng: np.random.Generator) -> np.ndarray:
    now, length, running, t = np.zeros(runs), np.zeros(runs), np.ones(runs, dtype=bool), 0
    while running.any():
        t += 1
        now = weight * rng.normal(shift, 1, runs) + (1 - weight) * now
        length += running
        running &= np.abs(now) <= width * np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * t)))
    return length


def cusum_lengths(centre: np.ndarray, sd: np.ndarray, shift: float, rng: np.random.Generator, cap: int) -> np.ndarray:
    up, down = np.zeros(len(centre)), np.zeros(len(centre))
    length, running = np.zeros(len(centre)), np.ones(len(centre), dtype=bool)
    for _ in range(cap):
        z = (rng.normal(shift, 1, len(centre)) - centre) / sd
        up, down = np.maximum(0, up + z - 0.5), np.maximum(0, down - z - 0.5)
        length += running
        running &= (up <= 5) & (down <= 5)
        if not running.any():
            break
    return length


def risk_lengths(mix: np.ndarray, ratio: float, h: float, runs: int, rng: np.random.Generator) -> np.ndarray:
    table = risk_weights(mix, ratio)
    now, length, running = np.zeros(runs), np.zeros(runs), np.ones(runs, dtype=bool)
    while running.any():
        case = rng.integers(len(mix), size=runs)
        event = rng.random(runs) < mix[case]
        now = np.maximum(0, now + np.where(event, table[0][case], table[1][case]))
        length += running
        running &= now <= h
    return length


def main() -> None:
    write = sys.stdout.write
    rng = np.random.default_rng(1999)
    write("EWMA with exact limits, weight 0.05, width 3\nshift  library  simulated (se)    Steiner 1999\n")
    for shift, printed in STEINER_1999.items():
        lengths = ewma_lengths(0.05, 3, shift, 40_000, rng)
        error = lengths.std() / np.sqrt(len(lengths))
        write(f"{shift:5.2f}{ewma_arl(0.05, 3, shift):9.2f}{lengths.mean():11.2f} ({error:.2f}){printed:12.1f}\n")

    write("\nCUSUM k 0.5, h 5, in control; baseline of m points (mean and mean moving range), cut off at 20,000\n")
    write("    m   median      mean   share within 36\n")
    for m in (12, 20, 30, 50, 100, 400):
        baseline = rng.normal(size=(3000, m))
        sd = np.abs(np.diff(baseline, axis=1)).mean(axis=1) / 1.128
        lengths = cusum_lengths(baseline.mean(axis=1), sd, 0, rng, 20_000)
        write(f"{m:5d}{np.median(lengths):9.0f}{lengths.mean():10.0f}{(lengths <= 36).mean():18.3f}\n")
    lengths = cusum_lengths(np.zeros(3000), np.ones(3000), 0, rng, 20_000)
    write(f"known{np.median(lengths):9.0f}{lengths.mean():10.0f}{(lengths <= 36).mean():18.3f}")
    write(f"   (integral equation: mean {cusum_arl(0.5, 5):.1f})\n")

    mix = np.random.default_rng(5).beta(1.0, 12.0, 1000).clip(0.005, 0.9)
    write(f"\nRisk-adjusted CUSUM, 1,000 risks of mean {mix.mean():.3f}\nodds     h   Markov chain   simulated (se)\n")
    for ratio, h in ((2.0, 3.0), (0.5, 2.5), (1.5, 2.0)):
        lengths = risk_lengths(mix, ratio, h, 4000, rng)
        error = lengths.std() / np.sqrt(len(lengths))
        write(f"{ratio:4.1f}{h:6.1f}{risk_adjusted_arl(mix, ratio, h):15.1f}{lengths.mean():12.1f} ({error:.1f})\n")


if __name__ == "__main__":
    main()
