"""Every file of the corpus gives what it must give: rows, findings, and the words for how it was read."""

from functools import cache

import pytest

from data import month_states, reading
from etl import lookups
from etl.extract import ReadAs
from etl.lookups import from_store
from etl.report import Report
from tests.etl.corpus.make import Case, Row, corpus


def stored(report: Report) -> list[Row]:
    """What the file would store, row by row."""
    return [
        (
            line.indicator_code,
            line.unit_code,
            line.period_start,
            *map(_plain, (line.numerator, line.denominator, line.value)),
        )
        for line in report.tidy.itertuples(index=False)
    ]


def _plain(number: float) -> float | None:
    return None if number != number else number


def faults(case: Case, report: Report) -> list[str]:
    """In what the report differs from what the case must give."""
    found = sorted((finding.row or 0, finding.code) for finding in report.findings)
    expected = sorted((row or 0, code) for row, code in case.findings)
    wrong = [] if found == expected else [f"{case.name}: findings {found}, not {expected}"]
    if not report.errors and stored(report) != list(case.rows):
        wrong.append(f"{case.name}: rows {stored(report)}, not {list(case.rows)}")
    if report.errors and case.rows:
        wrong.append(f"{case.name}: refused, {[finding.sentence('da') for finding in report.errors]}")
    sentence = report.reading.sentence("da") if report.reading else ""
    return wrong + [f"{case.name}: »{part}« not in »{sentence}«" for part in case.says if part not in sentence]


def test_every_file_of_the_corpus_gives_what_it_must(board, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = board.as_("admin@tavle.dk")
    # Most files name the same two units, and the store holds no figures: that is asked once, not for every file.
    made = cache(lambda texts: from_store(admin.store, admin.viewer, texts))
    monkeypatch.setattr(lookups, "from_store", lambda store, viewer, texts: made(frozenset(texts)))
    with admin.store.read() as connection:
        nothing = reading.observations(connection, [("TRYKSAAR", "NOH")])
    assert nothing.empty
    monkeypatch.setattr(reading, "observations", lambda connection, pairs: nothing.copy())
    monkeypatch.setattr(month_states, "settled", lambda connection, pairs: {})
    wrong = []
    for case in corpus():
        report = admin.check(case.content, case.file_name, read_as=case.read_as, defaults=case.defaults)
        wrong += faults(case, report)
        said = repr(report.findings) + "".join(
            f.sentence(x) + f.mend_text(x) for f in report.findings for x in ("da", "en")
        )
        assert "010190" not in said, case.name
    assert wrong == []


def test_the_corpus_has_sixty_files_and_more_of_every_kind() -> None:
    cases = corpus()
    assert len(cases) >= 60
    assert len({case.name for case in cases}) == len(cases)
    assert sum(case.file_name.endswith(".xlsx") for case in cases) >= 20
    assert sum(case.name.startswith("bred") for case in cases) >= 10
    assert sum(case.read_as != ReadAs() for case in cases) >= 6
