"""What a display declares: a chart that is not a series with one set of limits per phase."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from indicators.words import Words


@dataclass(frozen=True, slots=True)
class Display:
    """A funnel, a Pareto chart, a CUSUM …: one file in this folder with `DISPLAY = Display(...)` and its functions.

    `use` says in a sentence when it fits, `needs` which data it asks for; menus, validation and help read them.
    `compute` is the function that does the work; `order` is the place in menus.
    """

    code: str
    name: Words
    use: Words
    needs: Words
    reference: str
    compute: Callable[..., Any]
    order: int = 100
