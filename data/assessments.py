"""One series, assessed for one viewer: what the indicator page, exports and the API show."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import cast

import numpy as np
import pandas as pd

from data.access import Viewer
from data.errors import NotFound
from data.queries import observations
from data.reading import Pair
from data.states import Surroundings
from data.store import Store
from data.succession import AsIs, expectation_of
from indicators.assessment import Assessment, Variation, assess_many
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
    made: AsIs | None = None,
) -> Assessment:
    """What one series shows this viewer, today or as it stood on an earlier day.

    Small numbers are hidden before anything is computed, so no line or signal is made from them. With `as_of`, figures,
    phases and exclusions are those of that moment, and periods are due by that day. The answer is remembered until data
    change, and shared: do not change it.

    Parameters
    ----------
    threshold, deadline_day : int
        None: the store's (`TAVLE_SMALL_NUMBER`, `TAVLE_DELIVERY_DEADLINE_DAY`).
    language : str
        Of the phases' names.
    made : AsIs
        What `data.succession.as_is` gave for this series, to have it assessed as the organisation is: its figures, a
        data break at every change, and periods that any of its parts has left out of the calculation left out.

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
    work_out = partial(
        _assess,
        store,
        viewer,
        indicator_code,
        unit_code,
        today=today,
        as_of=as_of,
        threshold=threshold,
        deadline_day=deadline_day,
        language=language,
        made=made,
    )
    if made is not None:
        return work_out()
    rules = (store.small_number, store.deadline_day, threshold, deadline_day, viewer.rights, language)
    key = ("assessment", indicator_code, unit_code, today, as_of, *rules)
    return store.remember(key, work_out, about=[indicator_code])


def _assess(
    store: Store,
    viewer: Viewer,
    indicator_code: str,
    unit_code: str,
    *,
    today: date,
    as_of: date | datetime | None,
    threshold: int | None,
    deadline_day: int | None,
    language: str,
    made: AsIs | None,
) -> Assessment:
    if made is not None and made.is_possible:
        unit_code = made.unit_code
        figures = made.frame
    else:
        figures = observations.current(store, viewer, indicator_code, unit_code, as_of, threshold=threshold)
    pair = (indicator_code, unit_code)
    around = Surroundings.remembered(
        store,
        [pair, *((indicator_code, part.unit_code) for part in made.history.parts)] if made else [pair],
        deadline_day=store.deadline_day if deadline_day is None else deadline_day,
        as_of=as_of,
        language=language,
    )
    if indicator_code not in around.definitions:
        raise NotFound(NO_INDICATOR, code=indicator_code)
    if made is not None and made.is_possible:
        around = _joined(around, pair, made, language)
    day = today if as_of is None else min(today, as_of.date() if isinstance(as_of, datetime) else as_of)
    return _with_hidden(around.assess(pair, figures, day), figures)


def assess_each(
    store: Store,
    viewer: Viewer,
    pairs: Collection[Pair],
    *,
    today: date,
    as_of: date | datetime | None = None,
    language: str = "da",
) -> dict[Pair, Assessment]:
    """`assess_series` of many series, read with a few statements and computed together; pairs of no indicator are left
    out. Raises NotFound or NotAllowed as `assess_series`."""
    wanted = list(dict.fromkeys(pairs))
    figures = observations.current_many(store, viewer, wanted, as_of)
    around = Surroundings.remembered(store, wanted, deadline_day=store.deadline_day, as_of=as_of, language=language)
    by_pair = {
        cast("Pair", pair): frame for pair, frame in figures.groupby(["indicator_code", "unit_code"], sort=False)
    }
    nothing = figures.iloc[:0]
    known = [pair for pair in wanted if pair[0] in around.definitions]
    day = today if as_of is None else min(today, as_of.date() if isinstance(as_of, datetime) else as_of)
    asked = [around.asked(pair, by_pair.get(pair, nothing), day) for pair in known]
    return {
        pair: _with_hidden(said, by_pair.get(pair, nothing))
        for pair, said in zip(known, assess_many(asked), strict=True)
    }


def _with_hidden(assessment: Assessment, figures: pd.DataFrame) -> Assessment:
    """The assessment with the column that tells a figure too small to be seen from one that never came."""
    hidden = set(figures.loc[figures["is_hidden"], "period_start"])
    columns = assessment.columns
    is_hidden = np.array([day in hidden for day in columns["period"]], dtype=bool)
    now = {"is_hidden": is_hidden, "is_missing": columns["is_missing"] & ~is_hidden}
    return replace(assessment, columns={**columns, **now})


def variations_at(
    store: Store, viewer: Viewer, pairs: Collection[Pair], *, today: date, as_of: datetime
) -> dict[Pair, Variation]:
    """What the board said of many series at a moment (`as_of`, UTC), as `assess_series` would say of each.

    `today` is the calendar day of that moment. Raises NotFound or NotAllowed as `assess_series`.
    """
    wanted = sorted(set(pairs))
    figures = observations.current_many(store, viewer, wanted, as_of)
    with store.read() as connection:
        around = Surroundings.read(connection, wanted, deadline_day=store.deadline_day, as_of=as_of)
    by_pair = {
        cast("Pair", pair): frame for pair, frame in figures.groupby(["indicator_code", "unit_code"], sort=False)
    }
    nothing = figures.iloc[:0]
    known = [pair for pair in wanted if pair[0] in around.definitions]
    asked = [around.asked(pair, by_pair.get(pair, nothing), today) for pair in known]
    return {pair: said.variation for pair, said in zip(known, assess_many(asked), strict=True)}


def _joined(around: Surroundings, pair: Pair, made: AsIs, language: str) -> Surroundings:
    """The surroundings of a series that several units have in common."""
    kind = around.definitions[pair[0]].period
    parts = {part.unit_code: part for part in made.history.parts}
    phases = [*around.phases.get(pair, ()), *made.phases(kind, language)]
    excluded = {
        row.period_start: row
        for code, part in parts.items()
        for row in around.exclusions.get((pair[0], code), ())
        if part.until is None or row.period_start < part.until
    }
    held = {code: one for (_, code), one in around.expectations.items()}
    expectation = expectation_of(made, held)
    return replace(
        around,
        # Two phases that begin on one day are one: the change of units says why.
        phases={pair: sorted({phase.starts_on: phase for phase in phases}.values(), key=lambda one: one.starts_on)},
        exclusions={pair: [excluded[day] for day in sorted(excluded)]},
        expectations={pair: expectation} if expectation is not None else {},
    )
