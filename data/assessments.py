"""One series, assessed for one viewer: what the indicator page, exports and the API show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import numpy as np

from data.access import Viewer
from data.errors import NotFound
from data.queries import observations
from data.states import Surroundings
from data.store import Store
from indicators.assessment import Assessment
from indicators.words import Words

NO_INDICATOR = Words("Indikatoren {code} findes ikke.", "There is no indicator {code}.")


def assess_series(
    store: Store,
    viewer: Viewer,
    indicator_code: str,
    unit_code: str,
    *,
    today: date,
    as_of: date | datetime | None = None,
    threshold: int | None = None,
    deadline_day: int | None = None,
    language: str = "da",
) -> Assessment:
    """What one series shows this viewer, today or as it stood on an earlier day.

    Small numbers are hidden before anything is computed, so no line or signal is made from them. With `as_of`, figures,
    phases and exclusions are those of that moment, and periods are due by that day.

    Parameters
    ----------
    threshold, deadline_day : int
        None: the store's (`TAVLE_SMALL_NUMBER`, `TAVLE_DELIVERY_DEADLINE_DAY`).
    language : str
        Of the phases' names.

    Returns
    -------
    Assessment
        `points` has one more column, `is_hidden`: the period has a figure that is too small for this viewer to see
        (`is_missing` is False there). A series nobody delivers for gives variation "missing".

    Raises
    ------
    NotFound, NotAllowed
        There is no such indicator or unit, or the viewer may not see the unit.
    """
    pair = (indicator_code, unit_code)
    figures = observations.current(store, viewer, indicator_code, unit_code, as_of, threshold=threshold)
    with store.read() as connection:
        around = Surroundings.read(
            connection,
            [pair],
            deadline_day=store.deadline_day if deadline_day is None else deadline_day,
            as_of=as_of,
            language=language,
        )
    if indicator_code not in around.definitions:
        raise NotFound(NO_INDICATOR, code=indicator_code)
    day = today if as_of is None else min(today, as_of.date() if isinstance(as_of, datetime) else as_of)
    assessment = around.assess(pair, figures, day)
    hidden = set(figures.loc[figures["is_hidden"], "period_start"])
    columns = assessment.columns
    is_hidden = np.array([day in hidden for day in columns["period"]], dtype=bool)
    now = {"is_hidden": is_hidden, "is_missing": columns["is_missing"] & ~is_hidden}
    return replace(assessment, columns={**columns, **now})
