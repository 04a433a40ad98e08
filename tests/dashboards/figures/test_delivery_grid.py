from dashboards.figures.delivery_grid import MOST_LISTED, finding_list
from dashboards.text import use_language
from etl.checks.unknown_column import CHECK
from etl.report import Finding


def test_a_file_with_thousands_of_unknown_columns_makes_a_list_somebody_can_read() -> None:
    findings = [
        Finding(CHECK.code, CHECK.severity, None, f"kolonne {i}", "", CHECK.words, CHECK.mend, {})
        for i in range(10_000)
    ]
    with use_language("da"):
        markup = finding_list(findings, "plain")
    assert markup.count("<li>") == MOST_LISTED + 1
    assert markup.endswith("<li>… og 9.950 fund mere.</li></ul>")
