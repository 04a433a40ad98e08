"""A chart in words: observation, meaning, rule, certainty, what to do, and the text for those who cannot see it.

Deterministic templates over the result, in Danish and English; nothing is computed again here.

>>> import pandas as pd
>>> from indicators import spc
>>> days = [14, 12, 15, 13, 16, 12, 15, 14, 13, 15, 9, 8, 9, 7, 9, 8, 10, 8, 9, 8]
>>> weeks = pd.DataFrame({"week": pd.date_range("2026-01-05", periods=20, freq="7D"), "days": days})
>>> result = spc.analyse(weeks, chart="run", x="week", y="days", n=None)
>>> explain(result, "down", language="en", unit_of_measure="days").finding
'Improvement: 10 weeks in a row below the median of 11 days'
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from indicators.definition import Direction, PeriodKind
from indicators.spc.diagnostics import Caution
from indicators.spc.explanation import templates
from indicators.spc.explanation.formats import Formats, formats_of
from indicators.spc.explanation.record import Explanation, Proposal
from indicators.spc.explanation.speaker import Speaker, rule_name
from indicators.spc.judgement import Judgement, judge
from indicators.spc.profiles import Reading
from indicators.spc.result import SpcResult
from indicators.words import LANGUAGES, Words

__all__ = ["Explanation", "Formats", "Proposal", "explain", "formats_of", "rule_name", "templates"]


def explain(
    result: SpcResult,
    direction: Direction | str,
    *,
    judgement: Judgement | None = None,
    language: str = "da",
    target: float | None = None,
    target_text: str | None = None,
    name: Words | str = "",
    unit_of_measure: Words | str | None = None,
    decimals: int | None = None,
    period: PeriodKind | str | None = None,
    formats: Formats | None = None,
    reading: Reading | str | None = None,
    notes: Sequence[tuple[Any, str]] = (),
    open_rows: Sequence[int] | None = None,
    missing_rows: Sequence[int] | None = None,
    cautions: Sequence[Caution] = (),
    advice: Proposal | None = None,
    remarks: Sequence[str] = (),
) -> Explanation:
    """Say a chart in words.

    Parameters
    ----------
    result : SpcResult
    direction : Direction or its code
        Which way is better: up, down, neither.
    judgement : Judgement, optional
        Else `judge(result, direction, target=target)`.
    language : "da" or "en"
        Any other is answered in Danish.
    target : float, optional
        Else the target column of the points; the last point's holds now.
    target_text : str, optional
        The target as it stands in a sentence; else "at least 80 %" or "at most 12", as the direction has it.
    name : Words or str
        What is followed, for the text of those who cannot see the chart.
    unit_of_measure, decimals, period
        As in `formats_of`: how values and places on the x axis are written.
    formats : Formats, optional
        Another way to write them altogether; then the three above are not asked.
    reading : Reading, optional
        phase or last_point; else as the profile has it.
    notes : sequence of (x, name)
        Notes on the chart; one that lies near the start of the signal is named in the advice.
    open_rows : sequence of int, optional
        Rows of periods that are still being filled in; else those the result knows of (`analyse(open_periods=...)`).
        Where there are any, or where it is given, even empty, sentences say "closed months".
    missing_rows : sequence of int, optional
        Rows that are said to lack data; else every expected point without a value.
    cautions : sequence of Caution
        What `diagnose` found; each becomes a sentence.
    advice : Advice, optional
        What the phase adviser proposes; it becomes sentences where it proposes something.
    remarks : sequence of str
        Sentences of the caller's own that stand with the latest value and what is missing.

    Returns
    -------
    Explanation

    Notes
    -----
    The figures are those of the current (last) phase. "About 4 of 100 stable charts" is `false_alarm` for the profile,
    the chart, the number of useful observations and the mean count; where it is not known the sentence says so.

    Examples
    --------
    >>> import pandas as pd
    >>> from indicators import spc
    >>> months = pd.DataFrame({
    ...     "period": pd.date_range("2025-01-01", periods=12, freq="MS"),
    ...     "numerator": [31, 28, 35, 30, 33, 29, 36, 30, 32, 34, 27, 60], "denominator": 100,
    ... })
    >>> said = explain(spc.analyse(months, multiply=100), "down", language="en", name="Late answers")
    >>> said.finding
    'Concerning: Dec 2025 lies above the upper limit'
    >>> said.rule[0]  # doctest: +NORMALIZE_WHITESPACE
    'Rule: outside the limits (3 sigma). A point lies outside the control limits, three sigma from the centre line.
    Here: 1 point more than 3 sigma from the centre line.'
    """
    language = language if language in LANGUAGES else LANGUAGES[0]
    judged = judgement or judge(result, direction, target=target, reading=reading)
    if formats is None:
        formats = formats_of(result, language, unit_of_measure=unit_of_measure, decimals=decimals, period=period)
    return Speaker(
        result,
        judged,
        formats,
        reading=result.profile.reading if reading is None else Reading(reading),
        target=_target(result, Direction(direction), target, formats) if target_text is None else target_text,
        name=name if isinstance(name, str) else name.say(language),
        has_direction=Direction(direction) is not Direction.NEITHER,
        notes=notes,
        open_rows=open_rows,
        missing_rows=missing_rows,
        cautions=cautions,
        advice=advice,
        remarks=remarks,
    ).explanation()


def _target(result: SpcResult, direction: Direction, target: float | None, formats: Formats) -> str:
    """The target in force, as it stands in a sentence; "" where there is none."""
    if target is None:
        has_value = np.flatnonzero(result.points.y.notna().to_numpy())
        target = float(result.points.target.iat[has_value[-1]]) if len(has_value) else np.nan
    if direction is Direction.NEITHER or np.isnan(target):
        return ""
    words = templates.COMPARISONS[">=" if direction is Direction.UP else "<="]
    return words.say(formats.language, value=formats.short(target, None))
