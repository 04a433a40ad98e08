"""docs/deliveries.md says what the code does."""

import re
from pathlib import Path

import yaml

from etl import check_list, numbers
from etl.extract.columns import ALIASES
from etl.periods import Period, PeriodProblem, parse

PAGE = Path(__file__).resolve().parents[2] / "docs" / "deliveries.md"


def test_the_list_of_checks_is_the_one_in_the_code() -> None:
    assert PAGE.read_text("utf-8").endswith(check_list.tables() + "\n"), "run: python -m etl.check_list"


def test_every_name_of_a_column_is_listed() -> None:
    text = PAGE.read_text("utf-8")
    for names in ALIASES.values():
        assert f"| `{names[0]}` | {', '.join(f'`{name}`' for name in names[1:])} |" in text


def test_the_periods_on_the_page_are_read_and_the_refused_ones_refused() -> None:
    paragraph = re.search(r"\*\*Periods\*\*.*?(?=\n- \*\*Rows)", PAGE.read_text("utf-8"), re.DOTALL)
    assert paragraph is not None
    read, refused = paragraph[0].split("What is no single period")
    examples = re.findall(r"`([^`]+)`", read)
    assert len(examples) >= 15
    assert [text for text in examples if not isinstance(parse(text), Period)] == []
    assert [text for text in re.findall(r"`([^`]+)`", refused) if not isinstance(parse(text), PeriodProblem)] == []


def test_the_numbers_on_the_page_are_decided_as_it_says() -> None:
    assert numbers.decide(["12,5", "1.050"]).decimal == numbers.COMMA
    assert numbers.decide(["12.5", "1.050"]).decimal == numbers.DOT
    assert numbers.decide(["1.050"]).decimal is None


def test_the_example_on_the_page_is_a_delivery_without_findings(board) -> None:
    example = re.search(r"```\n(indikator;.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert example is not None
    report = board.check(example[1])
    assert report.findings == ()
    assert [row.denominator for row in report.rows] == [10480, 11020]


def test_the_mapping_keys_on_the_page_are_those_of_the_mappings() -> None:
    text = PAGE.read_text("utf-8")
    for path in sorted((PAGE.parent / "mappings").glob("*.yaml")):
        for key in yaml.safe_load(path.read_text("utf-8")):
            assert f"| `{key}` |" in text, (path.name, key)
