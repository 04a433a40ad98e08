"""Overblik over a small store: what is new, what matters first, what is missing, nothing of other people's units."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
import python_calamine
from dash import Dash
from flask.testing import FlaskClient
from sqlalchemy import insert

from app import create_app
from dashboards.exports.matrix import matrix_csv, matrix_xlsx
from dashboards.pages.overview import page_markup
from dashboards.presenters.board import MOST_COLUMNS, attention, side_by_side
from dashboards.presenters.overview import overview_view
from dashboards.presenters.overview_chance import chance_signals
from dashboards.presenters.overview_cohorts import cohort_page
from dashboards.presenters.overview_filters import Show
from dashboards.presenters.overview_lead import lead_parts
from dashboards.presenters.overview_matrix import row_detail
from dashboards.presenters.overview_steps import step_name, take_step
from dashboards.presenters.signal_words import sentence
from dashboards.selection import Selection, owner_code
from dashboards.text import use_language
from data import accounts, catalogue, decisions
from data.access import SYSTEM, Grant, Role, Viewer, viewer_with
from data.queries import catalogue as catalogue_queries
from data.queries import states
from data.queries.units import Unit
from data.schema import account, cohort_unit, series
from data.states import SeriesState, Sparkline
from data.store import Store, write_info
from etl import pipeline
from etl.limits import Limits
from indicators.assessment import Assurance, Variation
from indicators.definition import PeriodKind
from indicators.spc import Rule, false_alarm_probability
from indicators.words import Words
from settings import Settings

TODAY = date(2026, 11, 23)
BEFORE, AFTER = datetime(2026, 10, 8, 8, 0, tzinfo=UTC), datetime(2026, 11, 9, 8, 0, tzinfo=UTC)
LAST_VISIT = datetime(2026, 11, 3, 7, 0)
NOISE = [9, 11, 8, 12, 10, 9, 11, 10, 8, 12, 9, 11, 10, 9, 12, 8, 11, 10, 9, 11, 8, 12, 10, 9, 11, 10, 8]
BETTER = [*NOISE[:17], 3, 4, 2, 5, 3, 4, 2, 3, 4, 2]  # ten low months, to September 2026
PASSWORD = "en lang adgangskode"


def delivery(indicator: str, unit: str, counts: list[int], first: date = date(2024, 7, 1)) -> bytes:
    start = first.year * 12 + first.month - 1
    rows = [
        f"{indicator};{unit};{(start + i) // 12}-{(start + i) % 12 + 1:02d};{count};9000"
        for i, count in enumerate(counts)
    ]
    return "\n".join(["indicator;unit;period;numerator;denominator", *rows]).encode()


@pytest.fixture(scope="module")
def board() -> Iterator[Store]:
    """Three series to September, known before the last visit, and October, which came after it.

    NOH bacteraemia has been better for ten months. HGH bacteraemia is noise and lacks October. HGH C. difficile was
    noise until October, which lies far outside its limits.
    """
    store = Store.open("duckdb:///:memory:", create=True)
    store.migrate()
    store.write(catalogue.load)
    october = date(2026, 10, 1)
    for content, now in (
        (delivery("HAI-BAC", "NOH", BETTER), BEFORE),
        (delivery("HAI-BAC", "HGH", NOISE), BEFORE),
        (delivery("HAI-CDI", "HGH", NOISE), BEFORE),
        (delivery("HAI-BAC", "NOH", [3], october), AFTER),
        (delivery("HAI-CDI", "HGH", [45], october), AFTER),
    ):
        report, receipt = pipeline.deliver(store, SYSTEM, content, "fil.csv", today=TODAY, now=now, limits=Limits())
        assert receipt is not None, report.findings
    follows = [("HAI-BAC", "NOH"), ("HAI-BAC", "HGH"), ("HAI-CDI", "HGH")]

    def follow(connection):
        for indicator, unit in follows:
            connection.execute(insert(series).values(
                indicator_code=indicator, unit_code=unit, starts_on=date(2024, 7, 1), owner="Line <b>Dam</b>"
            ))  # fmt: skip

    store.write(follow)
    yield store
    store.close()


@pytest.fixture(scope="module")
def viewer_of(board: Store) -> Callable[..., Viewer]:
    def make(role: Role, unit: str | None = None, cohort: str | None = None) -> Viewer:
        with board.read() as connection:
            grants = (Grant(role, unit, cohort),)
            return viewer_with(connection, grants, account_id=1, email="leder@example.dk", name="Test")

    return make


@pytest.fixture(scope="module")
def region(viewer_of: Callable[..., Viewer]) -> Viewer:
    return viewer_of(Role.LEADER, "1084")


def view_of(board: Store, viewer: Viewer, unit: str = "1084", *, since: datetime | None = LAST_VISIT, **chosen):
    return overview_view(board, viewer, Selection(unit=unit, **chosen), today=TODAY, since=since)


def said(parts) -> str:
    return "".join(part.text for part in parts)


def state_of(**changes) -> SeriesState:
    line = Sparkline(date(2026, 1, 1), PeriodKind.MONTH, (1.0,) * 12, ((0, 12, 1.0),), None, {}, 0)
    blank = dict.fromkeys(SeriesState.__dataclass_fields__)
    values = blank | {
        "indicator_code": "HAI-BAC", "unit_code": "NOH", "variation": Variation.COMMON, "assurance": Assurance.NONE,
        "n_useful": 20, "n_outside_limits": 0, "n_signal_points": 0,
        "signal_first": None, "signal_last": None, "sparkline": line, "chart": "u",
        "profile": "anhoej", "data_version": 1, "kernel_version": "1", "computed_at": AFTER, "has_hidden": False,
    }  # fmt: skip
    return SeriesState(**(values | changes))


@pytest.fixture(scope="module")
def bacteraemia(board: Store):
    return catalogue_queries.indicator(board, SYSTEM, "HAI-BAC")


# ------------------------------------------------------------------------------------------------------- what is new


def test_new_is_a_conclusion_that_changed_since_the_last_visit_and_not_a_file_that_came_in(board, region):
    view = view_of(board, region)
    assert said(view.lead) == "Siden 3. november: 1 nyt signal – 1 bekymrende."
    assert [(card.name, card.unit) for card in view.cards] == [
        ("C. difficile-infektion erhvervet på sygehus", "Herlev og Gentofte Hospital")
    ]


@pytest.mark.parametrize("since", [LAST_VISIT, None])
def test_a_unit_nothing_is_followed_in_is_not_told_that_there_are_no_signals(board, viewer_of, since):
    view = view_of(board, viewer_of(Role.LEADER, "RHP"), "RHP", since=since)
    assert said(view.lead) == "Ingen målinger følges her endnu."
    with use_language("en"):
        view = view_of(board, viewer_of(Role.LEADER, "RHP"), "RHP", since=since)
    assert said(view.lead) == "No measures are followed here yet."


@pytest.mark.parametrize(
    ("variations", "expected"),
    [
        ((), "Ingen målinger følges her endnu."),
        ((Variation.FEW, Variation.MISSING), "Endnu for få data til at vise signaler."),
        ((Variation.FEW, Variation.COMMON), "Ingen signaler nu."),
    ],
)
def test_no_signals_is_said_only_where_something_was_judged(board, region, variations, expected):
    keys = [("HAI-BAC", str(number)) for number, _ in enumerate(variations)]
    states_of = {key: state_of(variation=variation) for key, variation in zip(keys, variations, strict=True)}
    seen = SimpleNamespace(states=states_of, new=frozenset())
    assert said(lead_parts(seen, keys, None, TODAY, Selection(unit="NOH"))) == expected


@pytest.mark.parametrize(
    ("rule", "da", "en"),
    [
        ("shift", "9 punkter i træk på den gode side af niveauet på 1,0. Det er næppe tilfældigt.",
         "9 points in a row on the good side of the level of 1.0. That is hardly chance."),
        ("trend", "9 punkter i træk falder. Det er næppe tilfældigt.",
         "9 points in a row fall. That is hardly chance."),
        ("two_of_three", "To af tre punkter i træk ligger tæt på samme grænse. Det er næppe tilfældigt.",
         "Two of three points in a row lie close to the same limit. That is hardly chance."),
        ("mixture",
         "Punkterne ligger på begge sider af midterlinjen, men aldrig tæt på den: måske er der to processer. "
         "Det er næppe tilfældigt.",
         "The points lie on both sides of the centre line but never near it: there may be two processes. "
         "That is hardly chance."),
    ],
)  # fmt: skip
def test_a_signal_of_any_profile_is_told_by_its_rule(bacteraemia, rule, da, en):
    state = state_of(variation=Variation.IMPROVEMENT, rising=False, rule=rule, n_signal_points=9, centre=1.0,
                     profile="nelson")  # fmt: skip
    assert sentence(bacteraemia, state) == da
    with use_language("en"):
        assert sentence(bacteraemia, state) == en


def test_every_rule_of_the_library_has_a_sentence(bacteraemia):
    for rule in Rule:
        state = state_of(variation=Variation.CHANGE, rising=True, rule=rule.value, n_signal_points=3, centre=1.0,
                         n_crossings=2, n_crossings_min=4)  # fmt: skip
        assert sentence(bacteraemia, state).endswith(".")


def test_every_count_of_the_heading_is_a_link_that_filters(board, region):
    view = view_of(board, region)
    assert [part.href for part in view.lead if part.href] == [
        "/?v=1&enhed=1084&vis=nye", "/?v=1&enhed=1084&vis=nye-bekymrende"
    ]  # fmt: skip
    assert [part.href for part in view.second if part.href] == [
        "/?v=1&enhed=1084&vis=tilfaeldige", "/?v=1&enhed=1084&vis=mangler"
    ]  # fmt: skip


def test_without_a_known_visit_nothing_is_called_new(board, region):
    view = view_of(board, region, since=None)
    assert said(view.lead) == "Signaler nu: 2 – 1 bekymrende og 1 forbedring."
    assert not any(cell.is_new for *_rest, cell in view.matrix.series())
    assert not any("nye" in chip.href for chip in view.chips)


def test_a_visit_earlier_the_same_day_is_the_same_visit(board, region):
    view = view_of(board, region, since=datetime(2026, 11, 22, 23, 30))  # half past midnight in Copenhagen
    assert said(view.lead).startswith("Signaler nu: 2")


def test_nothing_new_is_said_in_words(board, region):
    view = view_of(board, region, since=datetime(2026, 11, 20, 7, 0))
    assert said(view.lead) == "Ingen nye signaler siden 20. november."
    assert view.cards == ()


def test_the_second_line_counts_noise_and_what_is_missing(board, region):
    assert said(view_of(board, region).second) == (
        "1 af 3 målinger viser kun tilfældig variation. 1 mangler tal for oktober 2026."
    )


# --------------------------------------------------------------------------------------------------------- the matrix


def test_all_eight_goals_are_there_also_those_nobody_measures_locally(board, region):
    groups = view_of(board, region).matrix.groups
    assert [group.number for group in groups] == list(range(1, 9))
    assert [group.number for group in groups if group.rows] == [3]


def test_what_needs_attention_comes_first_inside_its_goal(board, region):
    rows = next(group.rows for group in view_of(board, region).matrix.groups if group.number == 3)
    assert [row.code for row in rows] == ["HAI-CDI", "HAI-BAC"]


def test_the_order_of_attention():
    fail, late = {"assurance": Assurance.FAIL}, {"is_late": True}
    assert attention(state_of(variation=Variation.CONCERN, **fail), is_late=False) == 0
    assert attention(state_of(variation=Variation.CONCERN), is_late=True) == 1
    assert attention(state_of(variation=Variation.IMPROVEMENT, **fail), **late) == 2
    assert attention(state_of(variation=Variation.MISSING), is_late=False) == 2
    assert attention(state_of(**fail), is_late=False) == 3
    assert attention(state_of(variation=Variation.IMPROVEMENT), is_late=False) == 4


def test_a_region_without_series_of_its_own_shows_its_hospitals_alike(board, region):
    matrix = view_of(board, region).matrix
    assert [column.code for column in matrix.columns] == ["HGH", "NOH"]
    assert not matrix.has_own


def test_a_leader_sees_the_own_unit_first_and_nothing_of_others(board, viewer_of):
    view = view_of(board, viewer_of(Role.LEADER, "NOH"), "NOH")
    assert [(column.code, column.is_own) for column in view.matrix.columns] == [("NOH", True)]
    assert [chip.label for chip in view.chips][:1] == ["Alle 1"]
    assert view.missing == ()
    assert "Herlev" not in page_markup(view)


def test_a_late_month_stands_in_its_cell_and_in_the_list_below(board, region):
    view = view_of(board, region)
    late = {(row.code, column.code): cell.late for _g, row, column, cell in view.matrix.series() if cell.late}
    assert late == {("HAI-BAC", "HGH"): "okt. mangler"}
    assert [(row.unit, row.indicator, row.periods) for row in view.missing] == [
        ("Herlev og Gentofte Hospital", "Bakteriæmi erhvervet på sygehus", "okt. 2026")
    ]
    assert view.missing_lead == "Tal for oktober 2026 skulle være leveret senest 10. november."


def test_a_cell_is_one_sentence_for_those_who_do_not_see_it(board, region):
    cells = {(row.code, column.code): cell for _g, row, column, cell in view_of(board, region).matrix.series()}
    assert cells["HAI-CDI", "HGH"].label == (
        "C. difficile-infektion erhvervet på sygehus, Herlev og Gentofte Hospital: 50,0 pr. 10.000 risikodøgn i "
        "oktober 2026. Bekymrende, opad. 1 punkt ligger uden for kontrolgrænserne. Det er næppe tilfældigt. Ny."
    )


def test_a_filter_keeps_the_rows_and_units_that_have_something_to_show(board, region):
    matrix = view_of(board, region, show="nye").matrix
    assert [row.code for group in matrix.groups for row in group.rows] == ["HAI-CDI"]
    assert [column.code for column in matrix.columns] == ["HGH"]
    assert [group.number for group in matrix.groups] == [3]


def test_the_chips_count_what_they_show(board, region):
    assert [chip.label for chip in view_of(board, region).chips] == [
        "Alle 3", "Nye 1", "Signaler 2", "Når ikke måltallet 0", "Mangler 1"
    ]  # fmt: skip


def test_a_filter_without_hits_says_so_and_leads_back(board, region):
    view = view_of(board, region, show="ikke-maal")
    html = page_markup(view)
    assert "Ingen målinger passer til filteret" in html
    assert 'href="/?v=1&amp;enhed=1084"' in html


def test_a_unit_that_follows_nothing_says_so(board, viewer_of):
    view = view_of(board, viewer_of(Role.LEADER, "RH"), "RH")
    assert "Her er ingen målinger endnu" in page_markup(view)
    assert view.matrix is None and "mailto:" not in page_markup(view), "there is no quality team to ask"


def test_a_unit_that_follows_nothing_offers_a_mail_to_its_own_quality_team(board, viewer_of):
    for email, unit in (("rikke@example.dk", "RH"), ("andre@example.dk", "HGH")):
        accounts.create(
            board, SYSTEM, email=email, name="Rikke Mose", password="en lang adgangskode", now=datetime(2026, 11, 1),
            grants=[Grant(Role.QUALITY_TEAM, unit)],
        )  # fmt: skip
    drawn = page_markup(view_of(board, viewer_of(Role.LEADER, "RH"), "RH"))
    assert 'href="mailto:rikke@example.dk?subject=Tavle%3A%20m%C3%A5linger%20for%20' in drawn and "andre@" not in drawn
    assert "mailto:" not in page_markup(view_of(board, viewer_of(Role.ADMINISTRATOR), "RH")), "not the unit's own"


def test_an_unknown_filter_shows_everything():
    assert Show.of("findes-ikke") is Show.ALL
    assert Show.of(None) is Show.ALL
    assert all(Show.of(show.value) is show for show in Show)


def test_a_goal_in_the_address_shows_that_goal_alone(board, region):
    view = view_of(board, region, goal=3)
    assert [group.number for group in view.matrix.groups] == [3]
    assert said(view.goal_note) == "Kun mål 3: Forbedret overlevelse og patientsikkerhed. Vis alle otte mål"


def test_the_expected_number_of_chance_signals_is_the_sum_over_the_charts_shown(board, region):
    shown = states.of_units(board, region, ["NOH", "HGH"])
    expected = sum(false_alarm_probability(state.n_useful, "u") for state in shown)
    assert chance_signals(shown) == pytest.approx(expected)
    assert expected > 0
    assert view_of(board, region).chance.startswith("3 diagrammer vises, 2 har et signal. Ved ren tilfældighed ville ")


def test_the_page_speaks_english(board, region):
    with use_language("en"):
        view = view_of(board, region)
        html = page_markup(view)
    assert said(view.lead) == "Since 3 November: 1 new signal – 1 concerning."
    for danish in ("Alle målinger", "Mangler data", "Tilfældig", "Bekymrende", "Nyt siden", "Vis som tabel"):
        assert danish not in html


def test_names_from_data_are_text_on_the_page(board, region):
    html = page_markup(view_of(board, region))
    assert "Line &lt;b&gt;Dam&lt;/b&gt;" in html
    assert "<b>Dam" not in html


# ----------------------------------------------------------------------------------------------- which units, how many


def unit(code: str, parent: str | None, kind: str = "department") -> Unit:
    return Unit(
        code=code, kind=kind, sector="regional", name=Words(code, code), short_name=code, parent_code=parent,
        valid_from=date(2007, 1, 1), valid_to=None, successor_code=None, is_demo=False, depth=0, is_own=True,
        is_readable=True,
    )  # fmt: skip


def test_the_nearest_level_that_follows_something_stands_beside_the_unit():
    top, h1, h2, ward = unit("R", None), unit("H1", "R"), unit("H2", "R"), unit("H1-A", "H1")
    units = [top, h1, ward, h2]
    assert side_by_side(top, units, {"H1-A"}).others == (ward,)
    assert side_by_side(top, units, {"H2", "H1-A"}).others == (h2,)
    assert side_by_side(top, units, {"R", "H2"}).own == top
    assert side_by_side(top, units, {"H2"}).own is None
    assert side_by_side(top, units, set()).own == top


def test_units_of_a_cohort_come_seven_at_a_time_and_the_chosen_one_is_on_its_page():
    pool = [unit(f"U{i}", None) for i in range(16)]
    side, pages = cohort_page(pool, pool[9], Selection(unit="U9"), "H1")
    assert [one.code for one in side.others] == [f"U{i}" for i in range(7, 14)]
    assert [page.label for page in pages] == ["Enhed 1–7", "Enhed 8–14", "Enhed 15–16"]
    assert [page.is_current for page in pages] == [False, True, False]
    assert pages[2].href == "/?v=1&enhed=U14&hold=H1"


def test_an_evaluator_sees_the_units_of_a_cohort_and_chooses_by_link(board, viewer_of):
    def take_part(connection):
        for code in ("NOH", "HGH"):
            connection.execute(insert(cohort_unit).values(cohort_code="2", unit_code=code, starts_on=date(2018, 1, 1)))

    board.write(take_part)
    view = view_of(board, viewer_of(Role.EVALUATOR), "NOH")
    assert [(chip.label, chip.is_current) for chip in view.cohort_chips] == [("Hold 2", True)]
    assert {column.code for column in view.matrix.columns} == {"NOH", "HGH"}
    assert len(view.matrix.columns) < MOST_COLUMNS


# -------------------------------------------------------------------------------------------------------- the words


def test_the_run_that_leads_is_counted_where_an_older_one_on_the_other_side_is_longer(bacteraemia):
    state = state_of(
        variation=Variation.CONCERN, rising=True, rule="long_run", centre=5.0, longest_run=15, longest_run_max=8,
        n_signal_points=10, signal_first=date(2026, 1, 1), signal_last=date(2026, 10, 1),
        latest_period=date(2026, 10, 1),
    )  # fmt: skip
    assert sentence(bacteraemia, state) == (
        "10 punkter i træk på den dårlige side af niveauet på 5,0. Det er næppe tilfældigt."
    )


def test_a_run_that_ended_says_when(bacteraemia):
    state = state_of(
        variation=Variation.IMPROVEMENT, rising=False, rule="long_run", centre=5.0, longest_run=10, longest_run_max=7,
        n_signal_points=10, signal_first=date(2025, 9, 1), signal_last=date(2026, 6, 1),
        latest_period=date(2026, 10, 1),
    )  # fmt: skip
    assert sentence(bacteraemia, state).endswith("Rækken sluttede i juni 2026.")


def test_only_the_points_outside_on_the_leading_side_are_counted(bacteraemia):
    state = state_of(
        variation=Variation.CONCERN, rising=True, rule="outside_limits", n_outside_limits=5, n_signal_points=3,
        signal_first=date(2026, 1, 1), signal_last=date(2026, 10, 1),
    )  # fmt: skip
    assert sentence(bacteraemia, state).startswith("3 punkter ligger uden for kontrolgrænserne.")


SIGNALS = (Variation.CONCERN, Variation.IMPROVEMENT, Variation.CHANGE)
SAYINGS = [
    *((kind, Assurance.NONE, rule) for kind in SIGNALS for rule in ("long_run", "few_crossings", "outside_limits")),
    *((Variation.COMMON, assurance, None) for assurance in Assurance),
    (Variation.FEW, Assurance.NONE, None),
    (Variation.MISSING, Assurance.NONE, None),
]


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize(("variation", "assurance", "rule"), SAYINGS)
def test_every_state_has_words(bacteraemia, language, variation, assurance, rule):
    state = state_of(variation=variation, assurance=assurance, rule=rule, rising=True, n_crossings=3, n_crossings_min=8)
    with use_language(language):
        words = sentence(bacteraemia, state)
    assert words.endswith(".")
    assert "{" not in words


def test_a_constant_series_is_told_as_one(bacteraemia):
    words = sentence(bacteraemia, state_of(reason="no_variation", centre=0.0))
    assert words == "Alle punkter er ens: 0,0 pr. 10.000 risikodøgn. Der er ingen udsving at vurdere."


def test_different_targets_in_a_row_are_not_given_as_one_number(bacteraemia):
    assert row_detail(bacteraemia, [4.0, 4.0]) == "pr. 10.000 risikodøgn, lavere er bedre, måltal ≤ 4"
    assert row_detail(bacteraemia, [4.0, 5.0]) == "pr. 10.000 risikodøgn, lavere er bedre, måltal efter enhed"
    assert row_detail(bacteraemia, [None]) == "pr. 10.000 risikodøgn, lavere er bedre"


# ------------------------------------------------------------------------------------------------ the file and the app


def read_csv(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_the_file_has_one_row_per_series_and_says_demo_in_each(board, region):
    head, *rows = read_csv(matrix_csv(view_of(board, region).matrix, is_demo=True))
    assert head[-1] == "Mærke"
    assert len(rows) == 3
    assert {row[-1] for row in rows} == {"DEMO: simulerede tal"}
    assert read_csv(matrix_csv(view_of(board, region).matrix, is_demo=False))[0][-1] != "Mærke"


def test_no_cell_of_the_file_is_a_formula(board, region):
    matrix = view_of(board, region).matrix
    group = matrix.groups[2]
    evil = replace(matrix, groups=(replace(group, name="x", rows=(replace(group.rows[0], name='=HYPERLINK("x")'),)),))
    _head, *rows = read_csv(matrix_csv(evil, is_demo=False))
    assert {row[1] for row in rows} == {'\'=HYPERLINK("x")'}


def test_the_workbook_holds_what_the_page_holds(board, region):
    view = view_of(board, region)
    content = matrix_xlsx(view.matrix, title=said(view.lead), notes=[view.chance], today=TODAY, is_demo=True)
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    page, listed = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert page[0][0] == said(view.lead)
    assert [row[0] for row in page[1:4]] == ["Udtrukket 23. november 2026", "DEMO: simulerede tal", view.chance]
    assert page[5][1:] == [column.full_name for column in view.matrix.columns]
    shown = {
        row.name: [cell and cell.value for cell in row.cells] for group in view.matrix.groups for row in group.rows
    }
    written = {row[0].split("\n")[0]: row[1:] for row in page[6:]}
    for name, values in shown.items():
        for value, text in zip(values, written[name], strict=True):
            assert text.startswith(value or "Måles ikke her")
    _head, *rows = read_csv(matrix_csv(view.matrix, is_demo=False))
    assert listed[1:] == rows


def test_filters_narrow_sentence_and_matrix_alike(board, region):
    view = view_of(board, region)
    assert [one.key for one in view.filters] == ["vis"], "a filter with one choice only takes room"
    for chosen in ({"role": "process"}, {"sector": "municipal"}, {"owner": owner_code("Somebody Else")}):
        narrowed = view_of(board, region, **chosen)
        assert narrowed.matrix is None
        assert narrowed.empty == "filter"
    same = view_of(board, region, owner=owner_code("Line <b>Dam</b>"))
    assert len(list(same.matrix.series())) == len(list(view.matrix.series())) == 3
    assert "Line" not in "".join(part.href for part in same.lead)


def test_a_signal_that_was_seen_is_not_told_again_until_it_is_another_one(board, region):
    before = view_of(board, region)
    (card,) = before.cards
    done = take_step(board, region, step_name("seen", card.key), "1084", now=datetime(2026, 11, 23, 8, 0))
    try:
        assert "markeret som set" in done.words
        after = view_of(board, region)
        assert after.cards == ()
        assert said(after.lead) == "Ingen nye signaler siden 3. november."
        assert [cell.is_new for _g, _r, _c, cell in after.matrix.series()].count(True) == 0
    finally:
        back = take_step(board, region, done.undo, "1084", now=datetime(2026, 11, 23, 8, 1))
    assert "står her igen" in back.words
    assert view_of(board, region).cards == before.cards


def test_pinned_series_can_be_shown_alone(board, region):
    key = ("HAI-BAC", "NOH")
    assert "Fastgjorte 1" not in [chip.label for chip in view_of(board, region).chips]
    decisions.set_pinned(board, region, *key, True, now=datetime(2026, 11, 23, 8, 0))
    view = view_of(board, region, show="fastgjorte")
    assert "Fastgjorte 1" in [chip.label for chip in view.chips]
    assert [(row.code, column.code) for _group, row, column, _cell in view.matrix.series()] == [key]
    decisions.set_pinned(board, region, *key, False, now=datetime(2026, 11, 23, 8, 1))
    assert view_of(board, region, show="fastgjorte").empty == "filter"


def test_a_card_is_taken_to_the_board_meeting_and_off_again(board, region):
    (card,) = view_of(board, region).cards
    done = take_step(board, region, step_name("agenda", card.key), "1084", now=datetime(2026, 11, 23, 8, 0))
    assert "på dagsordenen" in done.words
    (card,) = view_of(board, region).cards
    assert card.is_on_agenda
    take_step(board, region, done.undo, "1084", now=datetime(2026, 11, 23, 8, 1))
    assert not view_of(board, region).cards[0].is_on_agenda


def test_who_does_not_hold_the_meeting_is_not_offered_it(board, viewer_of):
    view = view_of(board, viewer_of(Role.LEADER, "HGH"), "HGH")
    assert view.may_hold_meeting
    evaluator = viewer_of(Role.EVALUATOR)
    refused = take_step(board, evaluator, "agenda HAI-CDI HGH", "HGH", now=datetime(2026, 11, 23, 8, 0))
    assert refused.is_refused


def test_a_button_of_a_page_that_is_out_of_date_is_answered_in_words(board, region):
    now = datetime(2026, 11, 23, 8, 0)
    assert take_step(board, region, "seen NOT-THERE NOH", "1084", now=now).is_refused
    assert take_step(board, region, "seen HAI-BAC NOWHERE", "1084", now=now).is_refused
    assert take_step(board, region, "burn HAI-BAC NOH", "1084", now=now).is_refused


@pytest.fixture(scope="module")
def app(board: Store, tmp_path_factory: pytest.TempPathFactory) -> Dash:
    board.write(lambda connection: write_info(connection, "is_demo", "true"))
    accounts.create(
        board, SYSTEM, email="leder@example.dk", name="Ida", password=PASSWORD, now=datetime(2026, 1, 1),
        grants=[Grant(Role.LEADER, "1084")],
    )  # fmt: skip
    settings = Settings(var=tmp_path_factory.mktemp("var"), mode="demo", today=TODAY, secret_key="a key for tests only")
    return create_app(settings, board, with_static=False)


@pytest.fixture
def client(app: Dash, board: Store) -> FlaskClient:
    board.write(
        lambda connection: connection.execute(
            account.update().where(account.c.email == "leder@example.dk").values(last_seen_at=LAST_VISIT)
        )
    )
    client = app.server.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/log-ind").text).group(1)
    client.post("/log-ind", data={"csrf_token": token, "email": "leder@example.dk", "password": PASSWORD})
    client.get("/")
    return client


def drawn(client: FlaskClient, path: str, search: str = "") -> str:
    body = {
        "output": "..content.children...page.data..",
        "outputs": [{"id": "content", "property": "children"}, {"id": "page", "property": "data"}],
        "inputs": [
            {"id": "address", "property": "pathname", "value": path},
            {"id": "address", "property": "search", "value": search},
            {"id": "theme", "property": "data", "value": None},
        ],
        "changedPropIds": ["address.pathname"],
    }
    headers = {"X-CSRFToken": client.get_cookie("tavle_csrf").value}
    answer = client.post("/_dash-update-component", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.get_json()["response"], ensure_ascii=False)


def test_the_page_compares_with_the_visit_before_this_sign_in(client):
    assert "Siden 3. november:" in drawn(client, "/")


def test_the_file_is_for_those_who_are_signed_in_and_may_see_the_unit(app, client):
    assert app.server.test_client().get("/overblik.csv").status_code in (302, 401)
    answer = client.get("/overblik.csv?v=1&enhed=NOH")
    assert answer.status_code == 200
    assert 'filename="tavle-overblik-NOH-DEMO.csv"' in answer.headers["Content-Disposition"]
    assert [row[2] for row in read_csv(answer.get_data())[1:]] == ["Nordsjællands Hospital"]
    assert client.get("/overblik.csv?v=1&enhed=AUH").status_code == 403
    assert client.get("/overblik.csv?v=1&enhed=FINDES-IKKE").status_code == 404


def test_the_file_follows_the_filter_of_the_address(client):
    rows = read_csv(client.get("/overblik.csv?v=1&enhed=1084&vis=nye").get_data())[1:]
    assert [row[1] for row in rows] == ["C. difficile-infektion erhvervet på sygehus"]
