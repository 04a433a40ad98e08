"""Which chart is suggested, and why: the table has an answer for everything, and each answer can be followed."""

from __future__ import annotations

from itertools import product

import pytest

from indicators import spc
from indicators.chart_choice import KINDS, RULES, KindOfData, kind_of_chart, suggest
from indicators.definition import PeriodKind

TEAM = {"n_points": 0}
OLD = {"n_points": 24}
CASES = [
    ("share", {"expected_n": 40, "expected_level": 0.7, **TEAM}, "run", None),
    ("share", {"expected_n": 40, "expected_level": 0.7, **OLD}, "p", None),
    ("share", {"expected_n": 6, "expected_level": 0.5, **OLD}, "run", None),
    ("share", {"expected_n": 5000, **OLD}, "pp", None),
    ("share", {"expected_n": 60, "expected_level": 0.01, **OLD}, "g", KindOfData.CASES_BETWEEN),
    ("share", {"expected_n": 60, "expected_level": 0.99, **OLD}, "g", KindOfData.CASES_BETWEEN),
    ("rate", {"expected_n": 1400, "expected_level": 0.002, **OLD}, "u", None),
    ("rate", {"expected_n": 1400, "expected_level": 0.0005, **OLD}, "t", KindOfData.DAYS_BETWEEN),
    ("rate", {"expected_n": 9000, "expected_level": 0.02, **OLD}, "up", None),
    ("mean", {"expected_n": 60, "has_sd": True, **OLD}, "xbar", None),
    ("mean", {"expected_n": 60, **OLD}, "ip", None),
    ("mean", OLD, "i", None),
    ("count", {"expected_level": 7, **OLD}, "c", None),
    ("count", {"expected_level": 0.5, **OLD}, "t", KindOfData.DAYS_BETWEEN),
    ("value", OLD, "i", None),
    ("days_between", TEAM, "t", None),
    ("cases_between", TEAM, "g", None),
]


@pytest.mark.parametrize(("kind", "given", "chart", "becomes"), CASES)
def test_the_chart_follows_from_what_the_figures_are(
    kind: str, given: dict[str, float], chart: str, becomes: KindOfData | None
) -> None:
    found = suggest(kind, **given)  # type: ignore[arg-type]
    assert (found.chart, found.becomes) == (chart, becomes)
    assert found.reason.da != found.reason.en


def test_whatever_is_known_there_is_an_answer_that_its_figures_can_feed() -> None:
    """Estimates that cannot be are none: a form asks while somebody types."""
    sizes, levels = (None, -4, 0, 0.5, 8, 50, 3000), (None, -1, 0.0, 0.001, 0.5, 1.0, 40.0)
    for kind, n, level, points in product(KindOfData, sizes, levels, (0, 30)):
        found = suggest(kind, expected_n=n, expected_level=level, n_points=points)
        measured = KINDS[found.becomes or kind]
        for code in (found.chart, *(() if found.becomes else (one.chart for one in found.alternatives))):
            chart = spc.CHARTS[code]
            assert code in measured.charts
            assert measured.has_denominator or not chart.needs_denominator
            assert chart.is_of_cases == (measured.period is PeriodKind.DAY)


def test_every_row_of_the_table_can_be_reached_and_every_kind_has_a_last_resort() -> None:
    for kind in KindOfData:
        last = [rule for rule in RULES if rule.kind is kind][-1]
        assert last.holds(None, None, False) and last.holds(1.0, 50.0, True)
    assert {rule.chart for rule in RULES} >= {"p", "pp", "u", "up", "g", "t", "c", "i", "ip", "xbar", "run"}


def test_the_usual_chart_of_a_kind_tells_its_kind_again() -> None:
    for kind, record in KINDS.items():
        found = kind_of_chart(record.charts[0], has_denominator=record.has_denominator, per=record.per)
        assert found is kind or kind in (KindOfData.VALUE,)
