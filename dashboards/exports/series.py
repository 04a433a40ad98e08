"""One series as CSV, in the international form or the one Danish spreadsheets open.

`csv`: comma, decimal dot, ISO dates, English column names. `da`: semicolon, decimal comma, Danish names, and a byte
order mark, without which Excel reads æ, ø and å wrongly. Small numbers are hidden before the figures come here.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from indicators.definition import IndicatorDefinition
from indicators.drawn import is_of_several
from indicators.periods import next_start
from indicators.words import Words

DEMO = Words("DEMO: simulerede tal", "DEMO: simulated figures")


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is written."""

    code: str
    delimiter: str
    decimal: str
    encoding: str
    language: str
    columns: tuple[str, ...]
    sd: str


FORMS = {
    "csv": Form(
        "csv", ",", ".", "utf-8", "en",
        ("indicator", "unit", "period_start", "period_end", "numerator", "denominator", "value", "delivery"),
        "sd",
    ),
    "da": Form(
        "da", ";", ",", "utf-8-sig", "da",
        ("indikator", "enhed", "periode_start", "periode_slut", "tæller", "nævner", "værdi", "levering"),
        "standardafvigelse",
    ),
}  # fmt: skip


def series_csv(
    definition: IndicatorDefinition,
    unit_code: str,
    observations: pd.DataFrame,
    *,
    form: str = "csv",
    is_demo: bool = False,
    note: Words | None = None,
    is_sum: bool = False,
    remarks: Sequence[str] = (),
) -> bytes:
    """The file's bytes. `observations` is what `data.queries.observations.current` gives, or `data.succession`.

    `note` says on a line of its own how a unit that has changed is read. With `is_sum` figures may come from several
    deliveries, and none is named. `remarks` are further lines before the table, in the language of the moment; a
    delivery file may begin with such lines too.

    A value is in the indicator's unit of measure (72.0 = 72 %), worked out from numerator and denominator where it was
    delivered so. Hidden figures are empty. Series of means have their standard deviations in a last column.

    Raises
    ------
    KeyError
        There is no such form.
    """
    chosen = FORMS[form]
    text = io.StringIO()
    if is_demo:
        text.write(f"# {DEMO.say(chosen.language)}\r\n")
    if note is not None:
        text.write(f"# {note.say(chosen.language)}\r\n")
    for remark in remarks:
        text.write("# " + " ".join(remark.split()) + "\r\n")
    writer = csv.writer(text, delimiter=chosen.delimiter, lineterminator="\r\n")
    has_sd = is_of_several(definition)
    writer.writerow([*chosen.columns, *([chosen.sd] if has_sd else [])])
    for row in observations.to_dict("records"):
        start: date = row["period_start"]
        end = next_start(start, definition.period) - timedelta(days=1)
        numbers = (row["numerator"], row["denominator"], value_of(definition, row))
        writer.writerow(
            [
                definition.code,
                unit_code,
                start.isoformat(),
                end.isoformat(),
                *(_number(number, chosen.decimal) for number in numbers),
                "" if is_sum else row["delivery_id"],
                *([_number(float(row["sd"]), chosen.decimal)] if has_sd else []),
            ]
        )
    return text.getvalue().encode(chosen.encoding)


def value_of(definition: IndicatorDefinition, row: dict[Any, Any]) -> float:
    """The row's value in the indicator's unit of measure; NaN where there is none."""
    value, numerator, denominator = float(row["value"]), float(row["numerator"]), float(row["denominator"])
    if not math.isnan(value):
        return value
    if definition.has_denominator:
        return numerator / denominator * definition.per if denominator > 0 else math.nan
    return numerator


def _number(value: float, decimal: str) -> str:
    """Ten significant digits without an exponent, whole numbers whole; empty for NaN."""
    if math.isnan(value):
        return ""
    text = f"{value:.10g}"
    if "e" in text:
        text = f"{value:.10f}".rstrip("0").rstrip(".")
    return text.replace(".", decimal)
