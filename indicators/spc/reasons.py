"""Why something cannot be said, as codes with words. A code is for machines, the words for people."""

from __future__ import annotations

from enum import StrEnum

from indicators.words import Words


class Reason(StrEnum):
    """Why a phase has no limits or claims no signal, or a point takes no part."""

    NONE = ""
    NO_DATA = "no_data"
    NO_VARIATION = "no_variation"
    TOO_FEW = "too_few"
    NO_ORDER = "no_order"
    NO_NEIGHBOURS = "no_neighbours"
    NO_SPREAD = "no_spread"
    ONE_MEASUREMENT = "one_measurement"
    EXCLUDED = "excluded"
    OPEN = "open"


WORDS: dict[Reason, Words] = {
    Reason.NONE: Words("", ""),
    Reason.NO_DATA: Words("ingen data", "no data"),
    Reason.NO_VARIATION: Words("ingen variation", "no variation"),
    Reason.TOO_FEW: Words("{n} af {needed} nødvendige", "{n} of {needed} needed"),
    Reason.NO_ORDER: Words("punkterne har ingen rækkefølge i tid", "the points have no order in time"),
    Reason.NO_NEIGHBOURS: Words(
        "ingen nabopunkter at måle variationen på", "no neighbouring points to measure variation on"
    ),
    Reason.ONE_MEASUREMENT: Words(
        "kun én måling i punktet: spredningen er ukendt", "a single measurement: its spread is unknown"
    ),
    Reason.NO_SPREAD: Words(
        "ingen variation i de punkter, grænserne beregnes af",
        "no variation in the points the limits are computed from",
    ),
    Reason.OPEN: Words("perioden er endnu åben", "the period is still open"),
    Reason.EXCLUDED: Words("udeladt af beregningen", "left out of the calculation"),
}
"""`TOO_FEW` takes n, the useful observations there are, and needed."""
