"""What a delivery would do to the signals, told before anything is written."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert, select

from data.access import NotAllowed, load_viewer
from data.queries import states as stored
from data.schema import unit
from etl.effect import Effect, SeriesEffect, preview
from indicators.assessment import Variation

HEAD = "indikator;enhed;periode;tæller;nævner\n"
TODAY = date(2026, 11, 23)
MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025, 2026) for month in range(1, 13)][:34]
# TRYKSAAR falls when things get better.
LEVEL = [30, 32, 29, 31, 33, 30, 28, 31, 32, 30, 31, 29]
USUAL = [LEVEL[i % 12] for i in range(18)]


def lines(unit: str, months: list[str], numerators: list[int], indicator: str = "TRYKSAAR") -> str:
    return "".join(f"{indicator};{unit};{m};{n};100\n" for m, n in zip(months, numerators, strict=True))


def effect_of(board, text: str, **options: object) -> Effect:
    report = board.check(HEAD + text)
    assert report.is_accepted, [finding.sentence("da") for finding in report.findings]
    return preview(board.store, board.viewer, report.tidy, today=TODAY, **options)


@pytest.fixture
def wards(board):
    """The board with two departments under the hospital, and somebody who delivers for all three."""

    def add(connection) -> None:
        hospital = connection.execute(select(unit).where(unit.c.code == "NOH")).one()._mapping
        for code in ("NOH-AKU", "NOH-KIR"):
            connection.execute(insert(unit).values({**hospital, "code": code, "parent_code": "NOH"}))

    board.store.write(add)
    return board.as_("team@noh.dk")


@pytest.fixture
def followed(wards):
    """A year and a half around 30 % at the hospital."""
    _, receipt = wards.deliver(HEAD + lines("NOH", MONTHS[:18], USUAL))
    assert receipt is not None
    return wards


def test_what_is_promised_is_what_the_commit_stores_and_nothing_is_written_before(followed, contents_of) -> None:
    board = followed
    board.deliver(HEAD + lines("NOH-AKU", MONTHS[:18], USUAL))
    better = lines("NOH", MONTHS[18:30], [12, 14, 13, 15, 12, 13, 14, 12, 15, 13, 12, 14])
    same = lines("NOH-AKU", MONTHS[18:19], [31])
    before = contents_of(board.store)
    effect = effect_of(board, better + same)
    assert contents_of(board.store) == before
    assert [(one.unit_code, one.n_new, one.n_changed, one.is_changing) for one in effect.series] == [
        ("NOH", 12, 0, True), ("NOH-AKU", 1, 0, False),
    ]  # fmt: skip
    first, second = effect.series
    assert (first.before.variation, first.after.variation) == (Variation.COMMON, Variation.IMPROVEMENT)
    assert len(first.after.sparkline.values) > len(first.before.sparkline.values)
    assert effect.n_changing == 1
    assert effect.sentence("da") == "1 måling skifter fra tilfældig variation til forbedring. 1 beholder sit signal."
    assert effect.sentence("en") == (
        "1 measure changes from common-cause variation to improvement. 1 keeps its signal."
    )
    assert first.sentence("da") == "Skifter fra tilfældig variation til forbedring."
    assert second.sentence("en") == "Unchanged: common-cause variation."
    board.deliver(HEAD + better + same)
    for one in effect.series:
        now = stored.one(board.store, board.viewer, one.indicator_code, one.unit_code)
        for name in ("variation", "rising", "centre", "lower", "upper", "latest_value", "sparkline", "assurance"):
            assert getattr(one.after, name) == getattr(now, name), name


def test_rows_that_are_stored_already_touch_nothing(followed) -> None:
    again = effect_of(followed, lines("NOH", MONTHS[:18], USUAL))
    assert again == Effect(())
    assert again.sentence("en") == "No figure changes, and no signal does."


def test_a_changed_figure_counts_as_changed_and_a_first_one_has_nothing_before_it(followed) -> None:
    effect = effect_of(followed, lines("NOH", MONTHS[17:19], [29, 30]) + lines("NOH-AKU", MONTHS[:1], [30]))
    by_unit = {one.unit_code: one for one in effect.series}
    assert (by_unit["NOH"].n_new, by_unit["NOH"].n_changed) == (1, 1)
    assert (by_unit["NOH-AKU"].before, by_unit["NOH-AKU"].after.variation) == (None, Variation.FEW)
    assert effect.sentence("da") == "1 måling skifter fra ingen tal til for få tal. 1 beholder sit signal."


def test_more_series_than_are_worked_out_are_counted_not_passed_over(followed) -> None:
    units = ("NOH", "NOH-AKU", "NOH-KIR")
    effect = effect_of(followed, "".join(lines(unit, MONTHS[18:19], [30]) for unit in units), at_most=2)
    assert (len(effect.series), effect.n_left_out) == (2, 1)
    assert "Virkningen er vist for 2 af 3 målinger" in effect.sentence("da")


def test_an_effect_is_for_those_who_may_deliver(followed) -> None:
    report = followed.check(HEAD + lines("NOH", MONTHS[18:19], [30]))
    with pytest.raises(NotAllowed):
        preview(followed.store, load_viewer(followed.store, "leder@noh.dk"), report.tidy, today=TODAY)


def test_an_administrator_is_shown_no_small_number_of_others(followed) -> None:
    followed.deliver(HEAD + lines("NOH-AKU", MONTHS[:18], [2 + i % 2 for i in range(18)]))
    admin = followed.as_("admin@tavle.dk")
    (one,) = effect_of(admin, lines("NOH-AKU", MONTHS[18:19], [40])).series
    assert one.before.has_hidden and one.after.has_hidden
    assert set(one.before.sparkline.values) == {None}
    assert [value for value in one.after.sparkline.values if value is not None] == [40.0], "the person's own row"


def test_sentences_count_and_name_every_change() -> None:
    def some(n: int, before: str, after: str, *, rising: tuple[bool, bool] = (True, True)) -> list[SeriesEffect]:
        def state(variation: str, way: bool) -> object:
            return type("State", (), {"variation": Variation(variation), "rising": way})()

        return [SeriesEffect("A", str(i), state(before, rising[0]), state(after, rising[1]), 1, 0) for i in range(n)]

    effect = Effect((*some(2, "common", "improvement"), *some(5, "concern", "concern")))
    assert effect.sentence("da") == (
        "2 målinger skifter fra tilfældig variation til forbedring. 5 beholder deres signal."
    )
    assert effect.n_changing == 2
    turned = Effect((*some(1, "change", "change", rising=(True, False)), *some(3, "few", "concern")))
    assert turned.sentence("en") == (
        "3 measures change from too few figures to concern. "
        "1 measure keeps the signal “change without direction”, but it now points the other way."
    )
    assert Effect(tuple(some(4, "common", "common"))).sentence("da") == "Alle 4 målinger beholder deres signal."
