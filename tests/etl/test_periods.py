import csv
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import periods
from etl.periods import Period, PeriodProblem
from indicators.definition import PeriodKind
from indicators.periods import start_of

DAY, WEEK, MONTH, QUARTER, YEAR = None, PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR


def _read(text: str) -> tuple[date, PeriodKind | None]:
    period = periods.parse(text)
    assert isinstance(period, Period), text
    return period.start, period.kind


@pytest.mark.parametrize(
    ("text", "start", "kind"),
    [
        ("2026-10", date(2026, 10, 1), MONTH),
        ("2026/10", date(2026, 10, 1), MONTH),
        ("202610", date(2026, 10, 1), MONTH),
        ("10-2026", date(2026, 10, 1), MONTH),
        ("10/2026", date(2026, 10, 1), MONTH),
        ("okt-26", date(2026, 10, 1), MONTH),
        ("okt. 26", date(2026, 10, 1), MONTH),
        ("okt. 2026", date(2026, 10, 1), MONTH),
        ("Oktober 2026", date(2026, 10, 1), MONTH),
        ("OCT 2026", date(2026, 10, 1), MONTH),
        ("October 2026", date(2026, 10, 1), MONTH),
        ("maj\u00a02026", date(2026, 5, 1), MONTH),
        ("2026M10", date(2026, 10, 1), MONTH),
        ("2026-10-01", date(2026, 10, 1), DAY),
        ("2026-10-17", date(2026, 10, 17), DAY),
        ("2026-10-01 00:00:00", date(2026, 10, 1), DAY),
        ("20261001", date(2026, 10, 1), DAY),
        ("01-10-2026", date(2026, 10, 1), DAY),
        ("01.10.2026", date(2026, 10, 1), DAY),
        ("1/10-2026", date(2026, 10, 1), DAY),
        ("1/10/2026", date(2026, 10, 1), DAY),
        ("1. oktober 2026", date(2026, 10, 1), DAY),
        ("4. kvt. 2026", date(2026, 10, 1), QUARTER),
        ("4. kvartal 2026", date(2026, 10, 1), QUARTER),
        ("2026K4", date(2026, 10, 1), QUARTER),
        ("2026-Q4", date(2026, 10, 1), QUARTER),
        ("Q4 2026", date(2026, 10, 1), QUARTER),
        ("4K26", date(2026, 10, 1), QUARTER),
        ("2026-U05", date(2026, 1, 26), WEEK),
        ("2026-W05", date(2026, 1, 26), WEEK),
        ("2026W5", date(2026, 1, 26), WEEK),
        ("uge 5 2026", date(2026, 1, 26), WEEK),
        ("2026", date(2026, 1, 1), YEAR),
    ],
)
def test_periods_are_read_as_danes_write_them(text: str, start: date, kind: PeriodKind | None) -> None:
    assert _read(text) == (start, kind)


def test_the_day_stands_before_the_month() -> None:
    assert _read("01-02-2022") == (date(2022, 2, 1), DAY)
    assert _read("1/2/2022") == (date(2022, 2, 1), DAY)
    problem = periods.parse("10/13/2026")
    assert isinstance(problem, PeriodProblem)
    assert "Dagen læses før måneden" in problem.words.da


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("uge 33", "Året mangler."),
        ("Januar", "Året mangler."),
        ("4. kvartal", "Året mangler."),
        ("2014/2015", "Teksten er 12 måneder hen over et årsskifte, og startmåneden fremgår ikke."),
        ("2013-15", "Teksten er et vindue over flere år, ikke én periode."),
        ("2016:2017", "Teksten er et vindue over flere år, ikke én periode."),
        ("2013-2015", "Teksten er et vindue over flere år, ikke én periode."),
        ("01-10-26", "Årstal på to cifre i en dato kan ikke læses sikkert."),
        ("31-09-2026", "Datoen findes ikke. Dagen læses før måneden."),
        ("2026-13", "Måneden findes ikke."),
        ("2026-00", "Måneden findes ikke."),
        ("2021-U53", "Ugen findes ikke i det år."),
        ("2026K5", "Kvartalet findes ikke."),
        ("45931", "Tallet ligner en dato, som regnearket har lavet om til et tal."),
        ("i alt", "Teksten er ikke en periode, som Tavle kender."),
        ("0000", "Teksten er ikke en periode, som Tavle kender."),
        ("", "Teksten er ikke en periode, som Tavle kender."),
    ],
)
def test_what_is_not_one_period_says_why(text: str, why: str) -> None:
    problem = periods.parse(text)
    assert isinstance(problem, PeriodProblem), problem
    assert problem.words.da == why
    assert problem.words.en != problem.words.da
    assert problem.mend.da


def test_2013_11_is_a_month_though_2013_15_is_a_window() -> None:
    assert _read("2013-11") == (date(2013, 11, 1), MONTH)


def test_every_way_of_writing_seen_in_danish_sources_is_read_or_says_why(shared_dir) -> None:
    expected = {
        "1K20": (date(2020, 1, 1), QUARTER),
        "1. kvt. 2016": (date(2016, 1, 1), QUARTER),
        "2020K1": (date(2020, 1, 1), QUARTER),
        "2020M03D21": (date(2020, 3, 21), DAY),
        "2020M03": (date(2020, 3, 1), MONTH),
        "2020-U52": (date(2020, 12, 21), WEEK),
        "2020-W53": (date(2020, 12, 28), WEEK),
        "uge 33": "Året mangler.",
        "01-02-2022": (date(2022, 2, 1), DAY),
        "jan 2024": (date(2024, 1, 1), MONTH),
        "Januar": "Året mangler.",
        "2014/2015": "Teksten er 12 måneder hen over et årsskifte, og startmåneden fremgår ikke.",
        "2013-15": "Teksten er et vindue over flere år, ikke én periode.",
        "2016:2017": "Teksten er et vindue over flere år, ikke én periode.",
    }
    with (shared_dir / "domain" / "period_formats.csv").open(encoding="utf-8") as file:
        examples = [example for row in csv.DictReader(file) for example in row["example"].split(" / ")]
    assert len(examples) == 14
    for example in examples:
        period = periods.parse(example)
        said = (period.start, period.kind) if isinstance(period, Period) else period.words.da
        assert said == expected[example], example


def test_a_day_stands_for_its_period_and_a_month_never_for_a_quarter() -> None:
    day = periods.parse("17-11-2026")
    month = periods.parse("2026-10")
    assert isinstance(day, Period)
    assert isinstance(month, Period)
    assert periods.fit(day, MONTH) == date(2026, 11, 1)
    assert periods.fit(day, QUARTER) == date(2026, 10, 1)
    assert periods.fit(day, WEEK) == date(2026, 11, 16)
    assert periods.fit(day, YEAR) == date(2026, 1, 1)
    assert periods.fit(month, MONTH) == date(2026, 10, 1)
    assert periods.fit(month, QUARTER) is None


def test_the_last_day_of_each_kind() -> None:
    assert periods.last_day(date(2024, 2, 1), MONTH) == date(2024, 2, 29)
    assert periods.last_day(date(2026, 10, 1), QUARTER) == date(2026, 12, 31)
    assert periods.last_day(date(2020, 12, 28), WEEK) == date(2021, 1, 3)
    assert periods.last_day(date(2026, 1, 1), YEAR) == date(2026, 12, 31)


@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)), st.sampled_from(list(PeriodKind)))
def test_what_tavle_writes_it_reads_back(day: date, kind: PeriodKind) -> None:
    start = start_of(day, kind)
    period = periods.parse(periods.written(start, kind))
    assert isinstance(period, Period)
    assert periods.fit(period, kind) == start


@given(
    st.dates(date(1950, 1, 1), date(2100, 12, 31)), st.sampled_from(["%d-%m-%Y", "%d.%m.%Y", "%d/%m-%Y", "%Y-%m-%d"])
)
def test_a_date_survives_every_way_of_writing_it(day: date, form: str) -> None:
    assert _read(day.strftime(form)) == (day, DAY)


@given(st.text())
def test_no_text_makes_the_parser_fail(text: str) -> None:
    assert isinstance(periods.parse(text), Period | PeriodProblem)
