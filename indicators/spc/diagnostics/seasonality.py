"""Does the series swing with the time of year?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from indicators.spc.diagnostics.correlation import lag_one
from indicators.spc.diagnostics.record import Caution, Check, Code
from indicators.spc.diagnostics.series import Series
from indicators.spc.ragged import Bools, Floats, Ints
from indicators.words import Words

MONTHS = Words(
    "januar,februar,marts,april,maj,juni,juli,august,september,oktober,november,december",
    "January,February,March,April,May,June,July,August,September,October,November,December",
)

N_HARMONICS = 2
"""One wave a year and one of half a year: four figures describe most seasons, and 24 months can bear them."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A rhythm that is recognised: steps per year, the days between points, and the fewest points to judge by."""

    per_year: int
    days: tuple[float, float]
    minimum: int


CALENDARS = (Calendar(12, (27, 32), 24), Calendar(4, (88, 93), 12))


@dataclass(frozen=True, slots=True)
class Design:
    """Columns of the model, shape (n, k): phases, trend, and last the `n_season` columns of the season."""

    columns: Floats
    n_season: int
    rows: Ints
    step: Ints
    per_year: int
    starts: Bools


def _waves(place: Ints, per_year: int) -> Floats:
    """Sine and cosine columns at the places of the year; the fastest wave has a cosine only."""
    columns = []
    for number in range(1, N_HARMONICS + 1):
        angle = 2 * np.pi * number * place / per_year
        columns.append(np.cos(angle))
        if 2 * number < per_year:
            columns.append(np.sin(angle))
    return np.column_stack(columns)


def design_of(series: Series) -> Design | None:
    """The model of a monthly or quarterly series; None where the calendar or the length does not allow one."""
    if series.x is None or series.x.dtype.kind != "M" or not series.has_order:
        return None
    rows = np.flatnonzero(~np.isnan(series.residual))
    if len(rows) < min(calendar.minimum for calendar in CALENDARS):
        return None
    x = series.x.astype("datetime64[D]")
    gap = float(np.median(np.diff(x).astype(np.float64)))
    calendar = next((each for each in CALENDARS if each.days[0] <= gap <= each.days[1]), None)
    if calendar is None or len(rows) < calendar.minimum:
        return None
    month = x[rows].astype("datetime64[M]").astype(np.int64)
    step = month // (12 // calendar.per_year)
    place = step % calendar.per_year
    if len(np.unique(place)) < calendar.per_year:
        return None
    phase = series.phase[rows]
    phases = (phase[:, None] == np.unique(phase)).astype(np.float64)
    trend = step - step.mean()
    season = _waves(place, calendar.per_year)
    columns = np.column_stack([phases, trend / np.abs(trend).max(), season])
    if len(rows) - columns.shape[1] < calendar.per_year // 2 or np.linalg.matrix_rank(columns) < columns.shape[1]:
        return None
    starts = np.ones(len(rows), dtype=bool)
    starts[1:] = (np.diff(step) != 1) | (np.diff(phase) != 0)
    return Design(columns, season.shape[1], rows, step, calendar.per_year, starts)


def _f_test(values: Floats, columns: Floats, n_season: int) -> tuple[float, int, Floats]:
    """F of the last columns, its second degrees of freedom, and the coefficients."""
    whole, without = np.linalg.qr(columns)[0], np.linalg.qr(columns[:, :-n_season])[0]
    left = values - whole @ (whole.T @ values)
    left_without = values - without @ (without.T @ values)
    df = len(values) - columns.shape[1]
    rest = float(left @ left)
    f = (float(left_without @ left_without) - rest) / n_season / (rest / df) if rest > 0 else np.inf
    return f, df, left


def _whitened(values: Floats, starts: Bools, rho: float) -> Floats:
    """Prais and Winsten: what each point adds to its neighbour before; the first of a stretch is scaled."""
    found = np.array(values, dtype=np.float64)
    found[1:] -= rho * values[:-1]
    found[starts] = values[starts] * np.sqrt(1 - rho**2)
    return found


def find(series: Series, alpha: float) -> Caution | None:
    """Waves of a year and half a year, beside phases, a trend, and what neighbours share."""
    if series.is_constant:
        return None
    design = design_of(series)
    if design is None:
        return None
    values = series.residual[design.rows]
    if np.ptp(values) == 0:
        return None
    f, df, left = _f_test(values, design.columns, design.n_season)
    if f < 1:
        return None
    pairs = np.flatnonzero(~design.starts[1:])
    rho = 0.0
    if len(pairs) and float(left @ left) > 0:
        r, mean, sd = lag_one(values, pairs, np.linalg.qr(design.columns)[0])
        # Small sample: only what is more than half a standard error above 0 is taken for real.
        rho = float(np.clip(r - mean, 0, 0.9)) if r - mean > sd / 2 else 0.0
    if rho > 0:
        f, df, _ = _f_test(
            _whitened(values, design.starts, rho),
            np.column_stack([_whitened(column, design.starts, rho) for column in design.columns.T]),
            design.n_season,
        )
    p = float(scipy.stats.f.sf(f, design.n_season, df))
    if p > alpha:
        return None
    shown = series.y[design.rows]
    coefficients = np.linalg.lstsq(design.columns, shown, rcond=None)[0][-design.n_season :]
    wave = _waves(np.arange(design.per_year), design.per_year) @ coefficients * series.multiply
    highest, lowest = int(wave.argmax()), int(wave.argmin())
    if design.per_year == 12:
        high, low = ({lang: MONTHS.say(lang).split(",")[at] for lang in ("da", "en")} for at in (highest, lowest))
    else:
        high, low = ({"da": f"{at + 1}. kvartal", "en": f"quarter {at + 1}"} for at in (highest, lowest))
    return Caution(
        code=Code.SEASONALITY,
        statistic=f,
        threshold=float(scipy.stats.f.isf(alpha, design.n_season, df)),
        p_value=p,
        better_chart=None,
        words=Words(
            f"Tallet svinger med årstiden: højest omkring {high['da']}, lavest omkring {low['da']}. Et udsving kan "
            "være sæson og ikke et skift. Sammenlign med samme tid sidste år, før I kalder det en ændring.",
            f"The figure swings with the season: highest around {high['en']}, lowest around {low['en']}. A swing may "
            "be season and no shift. Compare with the same time last year before you call it a change.",
        ),
        reference=CHECK.reference,
        figures={
            "df_1": design.n_season,
            "df_2": df,
            "swing": float(wave.max() - wave.min()),
            "highest": highest + 1,
            "lowest": lowest + 1,
            "autocorrelation": rho,
        },
    )


CHECK = Check(
    code="seasonality",
    name=Words("Årstid", "Season"),
    reference=(
        "F test of two harmonics beside phases and trend, prewhitened by the lag-1 autocorrelation: Bloomfield, "
        "Fourier Analysis of Time Series; Prais & Winsten, Cowles Commission 1954"
    ),
    find=find,
    order=90,
)
