"""What must be said of any analysis of a panel, whatever the method."""

from __future__ import annotations

from indicators.evaluation.errors import Note
from indicators.evaluation.panel import Panel
from indicators.words import Words

FEW_UNITS = 10

FEW = Note(
    "few_units",
    Words(
        "Under 10 enheder med eller uden programmet: intervallerne er for smalle. Brug en lodtrækningstest.",
        "Fewer than 10 units with or without the programme: the intervals are too narrow. Use randomisation inference.",
    ),
)
CONSTANT = Note(
    "constant",
    Words(
        "Alle værdier er ens: der er intet at måle, og usikkerheden kan ikke regnes ud.",
        "All values are equal: nothing to measure, and no uncertainty to compute.",
    ),
)


def cautions(panel: Panel, *, needs_untreated: bool = True) -> list[Note]:
    """Notes on a constant outcome and on few units (those that start within the data, and the others).

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unit": [1, 1, 2, 2], "period": [1, 2, 1, 2], "numerator": 5, "start": [2, 2, 0, 0]})
    >>> panel = Panel.of(frame, unit="unit", period="period", numerator="numerator", denominator=None, start="start")
    >>> [note.code for note in cautions(panel)]
    ['constant', 'few_units']
    """
    notes = []
    values = panel.value[panel.observed]
    if len(values) and values.max() - values.min() <= 1e-12 * max(abs(float(values.max())), 1e-300):
        notes.append(CONSTANT)
    has_any = panel.observed.any(axis=1)
    starts = int(((panel.start < len(panel.periods)) & has_any).sum())
    others = int(has_any.sum()) - starts
    if 0 < starts < FEW_UNITS or (needs_untreated and 0 < others < FEW_UNITS):
        notes.append(FEW)
    return notes
