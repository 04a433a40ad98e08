"""Writes arls.csv: published average run lengths, one row per figure, as printed. Run from the project's root."""

from __future__ import annotations

import csv
from pathlib import Path

SHIFTS = (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5)
SPC = "quoted in the reference manual of R package spc 0.7.1"
BOOK = "figures known; the book was not at hand when they were written down"

# source, how it was read, monitor, side, k or weight, h or width, head start, limits, shifts, figures as printed
BLOCKS = [
    ("Lucas & Crosier, Technometrics 1982 24:199-205, table 1", SPC, "cusum", "both", 0.5, 4, 0, "", SHIFTS,
     "168 74.2 26.6 13.3 8.38 4.75 3.34 2.62 2.19 1.71 1.31"),
    ("Lucas & Crosier, Technometrics 1982 24:199-205, table 1", SPC, "cusum", "both", 0.5, 4, 0.5, "", SHIFTS,
     "149 62.7 20.1 8.97 5.29 2.86 2.01 1.59 1.32 1.07 1.01"),
    ("Vance, Journal of Quality Technology 1986 18:189-193, table 1", SPC, "cusum", "up", 0, 10, 0, "",
     (-0.25, -0.125, 0, 0.125, 0.25, 0.5, 0.75, 1), "2071.51 400.28 124.66 59.30 36.71 20.37 14.06 10.75"),
    ("Waldmann, Technometrics 1986 28:61-67, tables 3 and 5", SPC, "cusum", "up", 0.5, 3, 0, "", (-0.5, 0.5),
     "1963 17.35"),
    ("SAS/QC manual 1999", SPC, "cusum", "up", 0.25, 8, 0, "", (2.5,), "4.15008"),
    ("Montgomery, Introduction to Statistical Quality Control, 6th ed. 2009, table 9.3", BOOK, "cusum", "both", 0.5, 5,
     0, "", SHIFTS, "465 139 38.0 17.0 10.4 5.75 4.01 3.11 2.57 2.01 1.69"),
    ("Crowder, Technometrics 1987 29:401-407, table 1", SPC, "ewma", "both", 0.5, 2, 0, "asymptotic",
     (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4), "26.45 20.12 11.89 7.29 4.91 2.80 1.94 1.51 1.26 1.12 1.05"),
    ("Crowder, Technometrics 1987 29:401-407, table 1", SPC, "ewma", "both", 0.05, 2, 0, "asymptotic",
     (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 3.5, 4),
     "127.53 43.94 18.97 11.64 8.38 6.56 5.41 4.04 3.26 2.76 2.39 2.15"),
    ("Lucas & Saccucci, Technometrics 1990 32:1-12, table 3", SPC, "ewma", "both", 0.5, 3.071, 0, "asymptotic",
     (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5), "500 255 88.8 35.9 17.5 6.53 3.63 2.50 1.93 1.58 1.34 1.07"),
    ("Lucas & Saccucci, Technometrics 1990 32:1-12, table 3", SPC, "ewma", "both", 0.03, 2.437, 0, "asymptotic",
     (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5), "500 76.7 29.3 17.6 12.6 8.07 5.99 4.80 4.03 3.49 3.11 2.55"),
    ("SAS/QC manual 1999", SPC, "ewma", "both", 0.25, 3, 0, "asymptotic", (1,), "11.154267"),
    *(
        ("Montgomery, Introduction to Statistical Quality Control, 6th ed. 2009, table 9.11",
         BOOK, "ewma", "both", weight, width, 0, "asymptotic", (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4), figures)
        for weight, width, figures in (
            (0.40, 3.054, "500 224 71.2 28.4 14.3 5.9 3.5 2.5 2.0 1.4"),
            (0.25, 2.998, "500 170 48.2 20.1 11.1 5.5 3.6 2.7 2.3 1.7"),
            (0.20, 2.962, "500 150 41.8 18.2 10.5 5.5 3.7 2.9 2.4 1.9"),
            (0.10, 2.814, "500 106 31.3 15.9 10.3 6.1 4.4 3.4 2.9 2.2"),
            (0.05, 2.615, "500 84.1 28.8 16.4 11.4 7.1 5.2 4.2 3.5 2.7"),
        )
    ),
]  # fmt: skip

if __name__ == "__main__":
    with (Path(__file__).parent / "arls.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ["source", "read", "monitor", "side", "k_or_weight", "h_or_width", "head_start", "limits", "shift", "arl"]
        )
        for *head, shifts, figures in BLOCKS:
            for shift, figure in zip(shifts, figures.split(), strict=True):
                writer.writerow([*head, shift, figure])
