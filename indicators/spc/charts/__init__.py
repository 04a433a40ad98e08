"""One file per chart type, each with one record that menus, validation and help read.

`CHARTS` is found by walking this folder: a new chart is a new file whose `CHART.code` equals the file's name.
"""

from __future__ import annotations

import importlib
import pkgutil

from indicators.spc.charts.record import ChartRecord, Limits, Subgroups, ValueKind, around
from indicators.spc.errors import InputError
from indicators.words import Words

__all__ = ["CHARTS", "ChartRecord", "Limits", "Subgroups", "ValueKind", "around", "chart_of"]


def _walk() -> dict[str, ChartRecord]:
    found: dict[str, ChartRecord] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        record = getattr(importlib.import_module(f"{__name__}.{module.name}"), "CHART", None)
        if record is None:
            continue
        if record.code != module.name:
            raise ImportError(
                f"{module.name}.py declares chart {record.code!r}: the code and the file's name must agree"
            )
        found[record.code] = record
    return dict(sorted(found.items(), key=lambda item: item[1].order))


CHARTS: dict[str, ChartRecord] = _walk()


def chart_of(code: str) -> ChartRecord:
    """The record of chart type `code`; InputError lists the ones there are."""
    try:
        return CHARTS[code]
    except (KeyError, TypeError):
        known = ", ".join(CHARTS)
        raise InputError(
            "unknown_chart",
            Words(
                f"Diagramtypen »{code}« findes ikke. Vælg en af: {known}.",
                f"There is no chart type {code!r}. Choose one of: {known}.",
            ),
        ) from None
