"""Displays beside the series charts: one file each, one record each.

`DISPLAYS` is found by walking this folder: a new display is a new file whose `DISPLAY.code` equals the file's name.
"""

from __future__ import annotations

import importlib
import pkgutil

from indicators.spc.displays.record import Display

__all__ = ["DISPLAYS", "Display"]


def _walk() -> dict[str, Display]:
    found: dict[str, Display] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        record = getattr(importlib.import_module(f"{__name__}.{module.name}"), "DISPLAY", None)
        if record is None:
            continue
        if record.code != module.name:
            raise ImportError(
                f"{module.name}.py declares display {record.code!r}: the code and the file's name must agree"
            )
        found[record.code] = record
    return dict(sorted(found.items(), key=lambda item: item[1].order))


DISPLAYS: dict[str, Display] = _walk()
