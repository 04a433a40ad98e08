"""A new version of a definition closes no earlier month: what is late is handed in under the version of its month."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from data import definitions, schema
from data.store import Store
from etl import pipeline
from etl.limits import Limits
from indicators.words import Words
from tests.data.test_definitions import NOW, TODAY, put_in_force

LATER = date(2027, 2, 1)


def test_a_late_month_goes_in_under_the_version_of_its_own_time(store: Store, viewer_for) -> None:
    author, checker = viewer_for("quality_team", "NOH", account_id=7), viewer_for("quality_team", "1084", account_id=8)
    put_in_force(store, author, checker)
    begun = definitions.begin_version(store, author, "SMERTE", today=TODAY, now=NOW)
    changed = begun.content.but(numerator=Words("Indlagte vurderet inden for 30 minutter", "x"))
    definitions.save(store, author, begun.id, changed, now=NOW)
    definitions.propose(store, author, begun.id, today=TODAY, now=NOW)
    definitions.approve(store, checker, begun.id, today=TODAY, now=NOW)

    file = "indikator;enhed;periode;tæller;nævner\n" + "".join(
        f"SMERTE;NOH;{month};14;20\n" for month in ("2026-10", "2026-11", "2026-12")
    )
    report, receipt = pipeline.deliver(
        store, author, file.encode(), "a.csv", today=LATER, now=datetime(2027, 2, 1, 9), limits=Limits()
    )
    assert receipt is not None and receipt.n_new == 3, [finding.sentence("da") for finding in report.findings]
    rows = select(schema.observation.c.period_start, schema.observation.c.indicator_version)
    with store.read() as connection:
        found = {row.period_start: row.indicator_version for row in connection.execute(rows)}
    assert found == {date(2026, 10, 1): 1, date(2026, 11, 1): 1, date(2026, 12, 1): 2}

    early = pipeline.check(
        store, author, file.replace("2026-10", "2026-09").encode(), "b.csv", today=LATER, limits=Limits()
    )
    assert [finding.code for finding in early.errors] == ["definition_not_valid"]
    assert "01-10-2026" in early.errors[0].reason("da")
