"""What a delivery would do to the signals, worked out before anything is written.

The rows are laid over what the store holds and assessed by the same code that the commit runs, so what is promised here
is what is stored there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time

import numpy as np
import pandas as pd

from data import reading
from data.access import Viewer, require_delivery
from data.queries import observations
from data.queries import states as stored
from data.reading import Pair
from data.states import SeriesState, work_out
from data.store import Store
from etl.report import RowStatus
from etl.transform import FIGURES, KEY, compare
from indicators.assessment import Variation
from indicators.words import Words

AT_MOST = 200  # series: half a second; nobody reads more sparklines than that before committing

SIGNAL_NAMES = {
    Variation.CONCERN: Words("bekymrende", "concern"),
    Variation.IMPROVEMENT: Words("forbedring", "improvement"),
    Variation.CHANGE: Words("ændring uden retning", "change without direction"),
    Variation.COMMON: Words("tilfældig variation", "common-cause variation"),
    Variation.FEW: Words("for få tal", "too few figures"),
    Variation.MISSING: Words("ingen tal", "no figures"),
}

_MOVES_ONE = Words("1 måling skifter fra {before} til {after}.", "1 measure changes from {before} to {after}.")
_MOVES = Words("{n} målinger skifter fra {before} til {after}.", "{n} measures change from {before} to {after}.")
_TURNS_ONE = Words(
    "1 måling beholder signalet »{after}«, men det vender nu den anden vej.",
    "1 measure keeps the signal “{after}”, but it now points the other way.",
)
_TURNS = Words(
    "{n} målinger beholder signalet »{after}«, men det vender nu den anden vej.",
    "{n} measures keep the signal “{after}”, but it now points the other way.",
)
_KEEPS_ONE = Words("1 beholder sit signal.", "1 keeps its signal.")
_KEEPS = Words("{n} beholder deres signal.", "{n} keep their signal.")
_ONLY_KEEPS_ONE = Words("1 måling beholder sit signal.", "1 measure keeps its signal.")
_ONLY_KEEPS = Words("Alle {n} målinger beholder deres signal.", "All {n} measures keep their signal.")
_NOTHING = Words("Ingen tal ændres, og intet signal skifter.", "No figure changes, and no signal does.")
_LEFT_OUT = Words(
    "Virkningen er vist for {shown} af {total} målinger; resten regnes, når leveringen indsendes.",
    "The effect is shown for {shown} of {total} measures; the rest are worked out when the delivery is committed.",
)


@dataclass(frozen=True, slots=True)
class SeriesEffect:
    """One series a delivery touches. `before` is None where nothing was known of the series; both have a sparkline."""

    indicator_code: str
    unit_code: str
    before: SeriesState | None
    after: SeriesState
    n_new: int
    n_changed: int

    @property
    def variation_before(self) -> Variation:
        return Variation.MISSING if self.before is None else self.before.variation

    @property
    def is_changing(self) -> bool:
        """Whether the icon would be another one: another signal, or the same one pointing the other way."""
        before_rising = None if self.before is None else self.before.rising
        return (self.variation_before, before_rising) != (self.after.variation, self.after.rising)

    def sentence(self, language: str) -> str:
        """What happens to this series: "Skifter fra tilfældig variation til forbedring." or "Uændret: forbedring."."""
        after = SIGNAL_NAMES[self.after.variation].say(language)
        if not self.is_changing:
            return Words("Uændret: {after}.", "Unchanged: {after}.").say(language, after=after)
        if self.variation_before is self.after.variation:
            return Words("Stadig {after}, men den anden vej.", "Still {after}, but the other way.").say(
                language, after=after
            )
        before = SIGNAL_NAMES[self.variation_before].say(language)
        return Words("Skifter fra {before} til {after}.", "Changes from {before} to {after}.").say(
            language, before=before, after=after
        )


@dataclass(frozen=True, slots=True)
class Effect:
    """What a delivery would do: series that change first. `n_left_out` were too many to work out beforehand."""

    series: tuple[SeriesEffect, ...]
    n_left_out: int = 0

    @property
    def n_changing(self) -> int:
        return sum(one.is_changing for one in self.series)

    def sentence(self, language: str) -> str:
        """The effect in words, most common change first.

        Examples
        --------
        >>> Effect(()).sentence("da")
        'Ingen tal ændres, og intet signal skifter.'
        """
        if not self.series:
            return _NOTHING.say(language)
        moves = Counter((one.variation_before, one.after.variation) for one in self.series if one.is_changing)
        order = list(Variation)
        parts = []
        for (before, after), n in sorted(
            moves.items(), key=lambda item: (-item[1], order.index(item[0][0]), order.index(item[0][1]))
        ):
            one, several = (_TURNS_ONE, _TURNS) if before is after else (_MOVES_ONE, _MOVES)
            names = {"before": SIGNAL_NAMES[before].say(language), "after": SIGNAL_NAMES[after].say(language)}
            parts.append((one if n == 1 else several).say(language, n=n, **names))
        keeps = len(self.series) - self.n_changing
        if keeps == 1:
            parts.append((_KEEPS_ONE if moves else _ONLY_KEEPS_ONE).say(language))
        elif keeps:
            parts.append((_KEEPS if moves else _ONLY_KEEPS).say(language, n=keeps))
        if self.n_left_out:
            shown = len(self.series)
            parts.append(_LEFT_OUT.say(language, shown=shown, total=shown + self.n_left_out))
        return " ".join(parts)


def preview(store: Store, viewer: Viewer, rows: pd.DataFrame, *, today: date, at_most: int = AT_MOST) -> Effect:
    """What committing the tidy rows (`Report.tidy`) would do to the series they touch. Nothing is written.

    Rows that say what the store holds already touch nothing. Where small numbers are hidden from the viewer, both sides
    are worked out from what the viewer may see and the viewer's own rows.

    Raises
    ------
    NotFound, NotAllowed
        The viewer may not deliver for one of the units.
    ValueError
        Figures that the chart refuses; the checks before this let them through.
    """
    pairs = sorted(set(zip(rows["indicator_code"], rows["unit_code"], strict=True)))
    with store.read() as connection:
        require_delivery(connection, viewer, sorted({unit for _, unit in pairs}))
        current = reading.observations(connection, pairs)
    compared = compare(rows, current)
    changes = compared[compared["change"] != RowStatus.UNCHANGED]
    counts: Counter[tuple[str, str, RowStatus]] = Counter(
        zip(changes["indicator_code"], changes["unit_code"], changes["change"], strict=True)
    )
    touched = sorted({(indicator, unit) for indicator, unit, _ in counts})
    shown = touched[:at_most]
    after = _after(store, viewer, shown, current, changes, today)
    before = _before(store, viewer, {unit for _, unit in shown})
    effects = [
        SeriesEffect(
            indicator_code=state.indicator_code,
            unit_code=state.unit_code,
            before=before.get((state.indicator_code, state.unit_code)),
            after=state,
            n_new=counts[state.indicator_code, state.unit_code, RowStatus.NEW],
            n_changed=counts[state.indicator_code, state.unit_code, RowStatus.CHANGED],
        )
        for state in after
    ]
    return Effect(tuple(sorted(effects, key=lambda one: not one.is_changing)), len(touched) - len(shown))


def _after(
    store: Store, viewer: Viewer, pairs: list[Pair], current: pd.DataFrame, changes: pd.DataFrame, today: date
) -> list[SeriesState]:
    if not pairs:
        return []
    wanted = set(pairs)
    hidden: set[Pair] = set()
    figures = _of(current, wanted)
    strange = [pair for pair in pairs if not viewer.is_own(pair[1])]
    if strange:
        seen = observations.current_many(store, viewer, strange)
        marks = seen.groupby(["indicator_code", "unit_code"])["is_hidden"].any()
        hidden = set(marks[marks].index)
        figures = pd.concat([_of(current, wanted - set(strange)), seen.drop(columns="is_hidden")], ignore_index=True)
    said = _of(changes, wanted)[[*KEY, *FIGURES, "note", "indicator_version"]]
    told = set(zip(*(said[name] for name in KEY), strict=True))
    is_kept = [key not in told for key in zip(*(figures[name] for name in KEY), strict=True)]
    kept = figures[np.array(is_kept, dtype=bool)]
    laid_over = pd.concat([frame for frame in (kept, said) if len(frame)], ignore_index=True).sort_values(KEY)
    with store.read() as connection:
        return work_out(
            connection,
            pairs,
            laid_over,
            today=today,
            now=datetime.combine(today, time()),
            deadline_day=store.deadline_day,
            hidden=hidden,
        )


def _of(frame: pd.DataFrame, pairs: set[Pair]) -> pd.DataFrame:
    keys = zip(frame["indicator_code"], frame["unit_code"], strict=True)
    # As an array: of an empty frame an empty list would be a choice of columns.
    return frame[np.array([pair in pairs for pair in keys], dtype=bool)]


def _before(store: Store, viewer: Viewer, unit_codes: set[str]) -> dict[Pair, SeriesState]:
    found = stored.of_units(store, viewer, unit_codes)
    return {(state.indicator_code, state.unit_code): state for state in found}
