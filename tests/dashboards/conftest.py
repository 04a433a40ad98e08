"""A series for figures: assessed for real, so that a figure never draws what an assessment cannot say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pandas as pd
import pytest

from indicators.assessment import Assessment, SeriesPhase, assess
from indicators.definition import (
    Direction,
    IndicatorDefinition,
    PeriodKind,
    Role,
    Scope,
    Target,
    Verification,
)
from indicators.periods import next_start
from indicators.words import Words

SeriesOf = Callable[..., Assessment]


@pytest.fixture
def series_of() -> SeriesOf:
    """`series_of([71, 72, None], chart="p")` assesses percentages of 100 from January 2024; None is missing."""

    def make(
        numerators: Sequence[float | None],
        *,
        denominators: Sequence[float] | float = 100,
        chart: str = "p",
        direction: Direction = Direction.UP,
        open_periods: int = 0,
        phases: Sequence[SeriesPhase] = (),
        exclusions: Sequence[date] = (),
        targets: Sequence[Target] = (),
        start: date = date(2024, 1, 1),
        period: PeriodKind = PeriodKind.MONTH,
        decimals: int = 1,
    ) -> Assessment:
        definition = IndicatorDefinition(
            code="on-time",
            version=1,
            scope=Scope.LOCAL,
            name=Words("Til tiden", "On time"),
            goal=5,
            direction=direction,
            role=Role.OUTCOME,
            chart=chart,
            per=100,
            unit_of_measure=Words("%", "%"),
            decimals=decimals,
            has_denominator=True,
            definition=Words("Andel forløb til tiden", "Share of pathways on time"),
            numerator=Words("Forløb til tiden", "Pathways on time"),
            denominator=Words("Forløb", "Pathways"),
            verification=Verification.OWN,
            open_periods=open_periods,
            period=period,
        )
        sizes = [denominators] * len(numerators) if isinstance(denominators, int | float) else list(denominators)
        rows, day = [], start
        for numerator, denominator in zip(numerators, sizes, strict=True):
            if numerator is not None:
                rows.append({"period_start": day, "numerator": numerator, "denominator": denominator, "value": None})
            last, day = day, next_start(day, period)
        frame = pd.DataFrame(rows, columns=["period_start", "numerator", "denominator", "value"])
        return assess(
            definition,
            frame,
            phases=phases,
            exclusions=exclusions,
            targets=targets,
            expected_from=start,
            expected_to=last,
        )

    return make
