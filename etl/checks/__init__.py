"""One file per check of a delivery. Adding one is adding a file here; nothing else lists them."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from etl.checking import Check


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check in this folder, by code.

    Raises
    ------
    ValueError
        A file without a check, or whose check has another code than the file's name.
    """
    checks = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        check = getattr(importlib.import_module(f"{__name__}.{module.name}"), "CHECK", None)
        if not isinstance(check, Check) or check.code != module.name:
            raise ValueError(f"etl/checks/{module.name}.py must define CHECK with the code {module.name!r}")
        checks.append(check)
    return tuple(checks)
