"""Effekt: the finding is worded by the verdict, the figures draw what was worked out, and nothing is extrapolated."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dash import Dash

from app import create_app
from dashboards.components import effect_parts
from dashboards.exports.evaluation.analysis import Call, Measure
from dashboards.figures.evaluation import aligned_curves, event_study, forest, funnel, heat_strip
from dashboards.figures.evaluation.effects import effect_axis, signed
from dashboards.pages import evaluation_effect as page
from dashboards.presenters import evaluation_effect_words as words
from dashboards.presenters.background_jobs import Jobs
from dashboards.presenters.evaluation_effect import (
    FEWEST_SHOWN,
    Answer,
    EffectWork,
    Question,
    answer_of,
    question_of,
)
from dashboards.presenters.evaluation_effect import _multiplicity as family_rows
from dashboards.presenters.evaluation_report import Asked
from dashboards.selection import Selection
from dashboards.text import use_language
from data.access import Grant, NotAllowed, Role, Viewer, viewer_with
from data.queries.evaluation import Group
from data.store import Store
from indicators.definition import Direction, IndicatorDefinition, Scope, Verification
from indicators.definition import Role as Purpose
from indicators.drawn import family_of
from indicators.evaluation import with_placebo_outcome
from indicators.evaluation.errors import EvaluationError
from indicators.words import Words
from settings import Settings
from tests.conftest import BuiltDemo

STARTS = {"1": date(2023, 7, 1), "2": date(2024, 1, 1), "3": date(2024, 7, 1)}
MONTHS = pd.period_range("2022-01", "2025-06", freq="M")


def definition(direction: Direction = Direction.UP, per: float = 100) -> IndicatorDefinition:
    return IndicatorDefinition(
        code="til-tiden", version=1, scope=Scope.LOCAL, name=Words("Til tiden", "On time"), goal=5,
        direction=direction, role=Purpose.PROCESS, chart="p", per=per, unit_of_measure=Words("%", "%"), decimals=1,
        has_denominator=True, definition=Words("", ""), numerator=Words("", ""), denominator=Words("", ""),
        verification=Verification.OWN,
    )  # fmt: skip


def programme(effect: float, *, outside: int = 12, in_group: int = 8, seed: int = 5) -> pd.DataFrame:
    """Percentages around 60 of 80 patients a month; participants rise by `effect` over six months from their start."""
    rng = np.random.default_rng(seed)
    rows = []
    for place in range(3 * in_group + outside):
        group = str(place // in_group + 1) if place < 3 * in_group else ""
        start = pd.Period(STARTS[group], freq="M") if group else None
        level = 0.6 + rng.normal(0, 0.05)
        for at, month in enumerate(MONTHS):
            since = (month - start).n if start is not None else -1
            chance = level + 0.0005 * at + effect * min(max(since + 1, 0) / 6, 1)
            rows.append(
                {
                    "unit": f"E-{place:03d}", "period": str(month), "numerator": float(rng.binomial(80, chance)),
                    "denominator": 80.0, "start": str(start) if start is not None else "", "cohort": group,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def asked(frame: pd.DataFrame, **changes: object) -> Question:
    groups = []
    for code, start in STARTS.items():
        units = frame.loc[frame["cohort"] == code, "unit"].unique()
        groups.append(Group(code, "cohort", Words(f"Hold {code}", f"Cohort {code}"), dict.fromkeys(units, start)))
    given = {
        "kind": "cohort", "kinds": ("cohort",), "offered": tuple(groups), "groups": tuple(groups),
        "definition": definition(),
        "indicators": (("til-tiden", Words("Til tiden", "On time"), 24),), "family": "binomial", "weights": "unit",
        "leave_out": 6, "has_trends": False, "before": 12, "after": 12,
    }  # fmt: skip
    return Question(**{**given, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def found() -> tuple[Answer, Question]:
    frame = programme(0.09)
    question = asked(frame)
    return answer_of(frame, frame, question), question


@pytest.fixture(scope="module")
def null() -> tuple[Answer, Question]:
    frame = programme(0.0, seed=7)
    question = asked(frame)
    return answer_of(frame, frame, question), question


# ------------------------------------------------------------------------------------------------------- the answer


def test_a_planted_effect_is_found_and_said_in_percentage_points(found: tuple[Answer, Question]) -> None:
    answer, question = found
    overall = answer.main.overall
    assert overall["ci_low"] < 0.08 < overall["ci_high"]  # nine points from the sixth month on, less before
    head = words.headline(answer, question)
    assert re.search(r"»Til tiden«.* \d,\d %-point", head.title)
    assert re.fullmatch(r"\(95 % CI \d,\d til \d,\d\)", head.interval)
    assert head.lead.startswith("Af 100 er det ca. ")
    assert "24 af 24 deltagende enheder" in head.about
    assert "12, der ikke er med i grupperne" in head.about
    assert answer.n_comparison == 12


def test_a_planted_null_is_not_called_an_effect(null: tuple[Answer, Question]) -> None:
    answer, question = null
    head = words.headline(answer, question)
    assert words.verdict_code(answer) == words.NOT_SHOWN
    assert head.title == "Vi kan ikke påvise, at programmet har flyttet »Til tiden«"
    with use_language("en"):
        assert words.headline(answer, question).title.startswith("It is not shown that")
    assert "løftede" not in head.title


def test_an_effect_that_is_fragile_is_never_said_without_saying_so(found: tuple[Answer, Question]) -> None:
    answer, question = found
    title = words.headline(answer, question).title
    code = words.verdict_code(answer)
    assert code in (words.CONSISTENT, words.FRAGILE)
    assert ("skrøbeligt" in title) == (code == words.FRAGILE)
    assert ("Programmet løftede" in title) == (code == words.CONSISTENT)


def test_each_group_is_compared_with_the_very_same_so_that_the_parts_make_the_whole(
    found: tuple[Answer, Question],
) -> None:
    answer, _question = found
    cells = [float(one.overall["n_cells"]) for one in answer.groups]
    mean = np.average([float(one.overall["estimate"]) for one in answer.groups], weights=cells)
    assert mean == pytest.approx(float(answer.main.overall["estimate"]), abs=1e-6)
    assert [one.number for one in answer.groups] == [1, 2, 3]
    assert all(len(one.shrunken) == 8 for one in answer.groups)


def test_naive_rows_stand_last_and_say_on_the_row_that_they_are_not_valid(found: tuple[Answer, Question]) -> None:
    answer, question = found
    rows = words.sensitivity_rows(answer, question)
    assert rows[0].is_main
    assert [row.is_valid for row in rows[-2:]] == [False, False]
    assert all(row.is_valid for row in rows[:-2])
    assert all(row.about == "ikke gyldig her" for row in rows[-2:])
    assert any(row.name == "Uden Hold 2" for row in rows)
    file = words.sensitivity_csv(answer, question).decode("utf-8-sig").splitlines()
    assert len(file) == len(rows) + 1
    assert file[-1].split(";")[6] == "nej, ikke gyldig her"


def test_what_is_not_identified_gets_words_and_no_number() -> None:
    frame = programme(0.09)
    everybody = frame[frame["cohort"] == "1"].assign(start="2022-01")
    question = asked(frame)
    answer = answer_of(everybody, everybody, question)
    head = words.headline(answer, question)
    assert words.verdict_code(answer) == words.NOT_IDENTIFIED
    assert head.title == "Effekten på »Til tiden« kan ikke bestemmes"
    assert head.interval == ""
    assert not re.search(r"\d,\d", head.lead)
    assert words.verdict_box(answer, question).reasons


def test_a_lower_is_better_measure_that_falls_is_an_improvement_of_the_projects() -> None:
    frame = programme(-0.09)
    question = asked(frame, definition=definition(Direction.DOWN))
    answer = answer_of(frame, frame, question)
    title = words.headline(answer, question).title
    assert "sænkede" in title or "faldt" in title
    assert answer.share.rows.loc["participants", "share"] > 0.8
    late = [step for _label, _group, steps in answer.strips.rows for since, step in steps.items() if since >= 12]
    assert np.mean([step > 0 for step in late if step is not None]) > 0.8


def test_hidden_months_are_hatched_and_never_a_step(found: tuple[Answer, Question]) -> None:
    _answer, question = found
    frame = programme(0.09)
    shown = frame[~((frame["unit"] == "E-000") & (frame["period"] == "2023-10"))]
    answer = answer_of(frame, shown, question)
    label, _group, steps = next(row for row in answer.strips.rows if row[0] == "E-000")
    assert steps[3] is None
    drawn = heat_strip.heat_strip([heat_strip.Strip(label, 1, steps)], first=-12, last=24)
    assert len(re.findall(r'class="hs hs--none" d="[^"]+"', drawn)) == 1
    assert drawn.count("M") - drawn.count("MM") > 20


def test_a_group_of_one_or_two_units_is_not_shown_by_itself() -> None:
    frame = programme(0.09)
    small = frame[(frame["cohort"] != "1") | frame["unit"].isin(["E-000", "E-001"])]
    question = asked(small)
    one = answer_of(small, small, question).groups[0]
    assert (one.n_units, len(one.overall), len(one.by_time), len(one.curve), one.shrunken) == (2, 0, 0, 0, ())
    row = effect_parts._forest_row(one, question, words.Measure.of(words.definition_of(question)))
    assert row.said == "under 3 enheder"


def test_an_empty_frame_is_refused_in_words() -> None:
    frame = programme(0.0)
    with pytest.raises(EvaluationError, match="No unit follows"):
        answer_of(frame.iloc[:0], frame.iloc[:0], asked(frame))


def test_the_scale_follows_the_kind_of_measure_and_is_the_same_in_the_report() -> None:
    proportion = definition()
    rate, mean = replace(definition(per=1000), chart="u"), replace(definition(per=1), chart="xbar")
    for one, family in ((proportion, "binomial"), (rate, "poisson"), (mean, "linear")):
        assert family_of(one) == Call.of(one).family == family


def test_a_mean_has_no_funnel_no_people_and_no_log_odds() -> None:
    frame = programme(0.05).assign(numerator=lambda rows: rows["numerator"] * 7)
    question = asked(frame, definition=definition(per=1), family="linear")
    answer = answer_of(frame, frame, question)
    assert answer.years == ()
    assert "I alt ca." not in words.headline(answer, question).lead
    assert "other_scale" not in [row.key for row in words.sensitivity_rows(answer, question)]


def test_the_declared_family_is_adjusted_and_the_primary_stands_first(found: tuple[Answer, Question]) -> None:
    answer, question = found
    others = []
    for code, seed in (("a", 3), ("b", 4)):
        one = replace(definition(), code=code, name=Words(f"Måling {code}", f"Measure {code}"))
        call = Call.of(one)
        others.append(Measure(one, call, call.measure(programme(0.0, seed=seed))))
    rows = family_rows(answer.main, question, others)
    codes = [code for code, _definition, _row in rows]
    assert codes[0] == "til-tiden"
    assert sorted(codes[1:]) == ["a", "b"]
    for _code, _definition, row in rows[1:]:
        assert row["holm"] >= row["p_value"]
    with use_language("da"):
        drawn = str(effect_parts._several(replace(answer, multiplicity=rows), question))
    assert "primær, ikke justeret" in drawn
    assert drawn.count("%-point") == 3
    assert answer.multiplicity == ()


def test_a_placebo_measure_is_said_in_its_own_unit_and_never_counts_as_valid(found: tuple[Answer, Question]) -> None:
    answer, question = found
    stay = replace(
        definition(), code="stay", name=Words("Liggetid", "Length of stay"), chart="line", per=1, decimals=1,
        unit_of_measure=Words("dage", "days"), has_denominator=False,
    )  # fmt: skip
    call = Call.of(stay)
    overall = call.measure(programme(0.0, seed=5).assign(denominator=np.nan))
    main, table = with_placebo_outcome(answer.main, answer.sensitivity, overall, stay.name)
    with_it = replace(answer, main=main, sensitivity=table)
    own = Asked(None, question.groups, question.definition, Call(), placebo=(stay, call))  # type: ignore[arg-type]
    asked_too = replace(question, asked=own)
    with use_language("da"):
        row = next(row for row in words.sensitivity_rows(with_it, asked_too) if row.key == "placebo_outcome")
        check = words.check_rows(with_it, asked_too)[-1]
        box = words.verdict_box(with_it, asked_too)
    assert row.is_placebo and math.isnan(row.estimate)
    assert "dage (" in row.said
    assert check.name == "Placebomåling" and check.could_miss.endswith(" dage")
    before = words.verdict_box(answer, question).reasons[0].text
    assert box.reasons[0].text == before  # the count of valid intervals is the same


# ------------------------------------------------------------------------------------------------------ the figures


def months(values: list[float], first: int = -3) -> list[event_study.Month]:
    return [
        event_study.Month(first + at, "after" if first + at >= 0 else "before", value, value - 2, value + 2, 20 - at)
        for at, value in enumerate(values)
    ]


def test_every_month_is_a_point_with_its_sentence_and_unknown_ones_are_not_drawn() -> None:
    drawn = event_study.event_study(months([0.0, math.nan, 0.5, 1.0, 7.25]), unit="%-point", decimals=1)
    assert drawn.count("data-said=") == 4
    assert "1 måned efter start: +7,2 %-point (bånd 5,2 til 9,2), 16 enheder." in drawn
    assert "nan" not in drawn
    assert drawn.count('class="ev-band') == 3  # the gap splits the months before


def test_the_narrow_event_study_has_the_same_points() -> None:
    some = months([0.0, 0.5, 0.2, 1.0, 7.25])
    wide = event_study.event_study(some, unit="%-point", decimals=1)
    narrow = event_study.event_study(some, unit="%-point", decimals=1, width=event_study.NARROW)
    assert re.findall('data-said="([^"]+)"', wide) == re.findall('data-said="([^"]+)"', narrow)


def test_left_out_months_are_marked() -> None:
    some = [event_study.Month(since, "left_out" if since < 0 else "after", 1.0, 0.0, 2.0, 9) for since in range(-3, 3)]
    drawn = event_study.event_study(some, unit="%-point", decimals=1)
    assert 'class="ev-out"' in drawn
    assert drawn.count("ev-pt--out") == 3
    assert "Udeladt af analysen." in drawn


def test_a_line_per_group_is_named_where_it_ends() -> None:
    lines = [event_study.Line(n, f"Hold {n}", tuple(months([1.0 * n] * 5, 0))) for n in (1, 2)]
    drawn = event_study.event_lines(lines, unit="%-point", decimals=1)
    assert ">Hold 1</text>" in drawn
    assert ">Hold 2</text>" in drawn
    assert event_study.event_lines([], unit="", decimals=1) == ""


def test_a_forest_says_where_a_group_cannot_be_told_and_cuts_a_wide_expectation() -> None:
    rows = [
        forest.Row(1, "Hold 1", "", 5.0, 3.0, 7.0, (4.0, 6.0)),
        forest.Row(2, "Hold 2", "", math.nan, math.nan, math.nan),
    ]
    drawn = forest.forest(rows, forest.Average(5.0, 3.0, 7.0, -90.0, 90.0), unit="%-point", decimals=1)
    assert "kan ikke bestemmes" in drawn
    assert "−90,0 til 90,0" in drawn
    assert drawn.count('class="fo-u"') == 2
    assert "nan" not in drawn
    assert forest.forest(rows[1:], None, unit="", decimals=1) == ""


def test_the_space_between_observed_and_expected_is_filled_after_the_start_only() -> None:
    moments = tuple(
        aligned_curves.Moment(since, 60.0 + since, 58.0 if since >= 0 else math.nan, 9) for since in range(-5, 6)
    )
    curve = aligned_curves.Curve(1, "Hold 1", moments)
    drawn = aligned_curves.aligned_curve(curve, span=(-24, 36), low=50, high=70, is_percent=True)
    assert drawn.count('class="al-gap"') == 1
    assert aligned_curves.curve_words(curve, "%", 1) == "Hold 1, 5 måneder efter start: 65,0 mod ventet 58,0 %."


def test_units_outside_the_limits_are_ringed() -> None:
    limits = funnel.Limits((50.0, 400.0), (40.0, 50.0), (80.0, 70.0), (30.0, 45.0), (90.0, 75.0), 60.0)
    units = [funnel.Unit(100, 60, 1, False), funnel.Unit(300, 30, 0, True)]
    drawn = funnel.funnel_figure(units, limits, largest=400, low=30, high=90, is_percent=True)
    assert drawn.count("ch-ring") == 1
    assert drawn.count('class="fu-lim') == 4


def test_differences_carry_their_sign_and_the_axis_holds_nothing() -> None:
    assert signed(0.04) == "0,0"
    axis = effect_axis([5.0, 9.0])
    assert axis.low < 0 < axis.high
    assert 0 in axis.ticks


# --------------------------------------------------------------------------------------------------------- the page


@pytest.fixture(scope="module")
def board(built_demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("effect") / "demo.duckdb"
    shutil.copy(built_demo.path, path)
    store = Store.open(f"duckdb:///{path}")
    yield store
    store.close()


@pytest.fixture(scope="module")
def app(board: Store, tmp_path_factory: pytest.TempPathFactory) -> Dash:
    var: Path = tmp_path_factory.mktemp("effect-var")
    settings = Settings(var=var, mode="demo", today=date(2026, 11, 23), secret_key="a key for tests only")
    return create_app(settings, board, with_static=False)


def person(store: Store, *grants: Grant) -> Viewer:
    with store.read() as connection:
        return viewer_with(connection, grants, account_id=1, email="x@example.dk", name="Ida")


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_page_says_all_of_it_in_both_languages_without_a_missing_figure(
    app: Dash, found: tuple[Answer, Question], null: tuple[Answer, Question], language: str
) -> None:
    with app.server.app_context(), use_language(language):
        for answer, question in (found, null):
            html = effect_parts.body(answer, question, Selection())
            assert "nan" not in re.sub(r"<[^>]+>", " ", html).lower().split()
            assert 'style="' not in html  # the content policy would refuse it
            assert len(re.findall(r'<details class="twin">', html)) >= 6
            ids = re.findall(r' id="([^"]+)"', html)
            assert len(ids) == len(set(ids))
            assert html.count("<h1") == 1


def test_no_mean_of_one_or_two_units_is_shown(found: tuple[Answer, Question]) -> None:
    answer, question = found
    by_time = answer.main.by_time.assign(n_units=FEWEST_SHOWN - 1)
    measure = words.Measure.of(words.definition_of(question))
    assert effect_parts._months(by_time, measure) == ()


def test_the_page_is_for_evaluators(board: Store) -> None:
    with pytest.raises(NotAllowed):
        page.exists(board, person(board, Grant(Role.LEADER, "NOH")), {}, Selection())
    assert page.exists(board, person(board, Grant(Role.EVALUATOR)), {}, Selection())


def test_choices_are_read_from_the_address_and_what_is_unknown_is_left_out(board: Store) -> None:
    viewer = person(board, Grant(Role.EVALUATOR))
    question = question_of(
        board, viewer, Selection.from_query("?v=1&hold=1.3.x&maaling=OPFOELG&vaegt=patienter&udelad=3")
    )
    assert [one.code for one in question.groups] == ["1", "3"]
    assert question.definition is not None
    assert question.definition.code == "OPFOELG"
    assert (question.weights, question.leave_out, question.family) == ("patient", 3, "binomial")
    other = question_of(board, viewer, Selection(indicator="FINDES-IKKE", programme="region"))
    assert other.kind == "region"
    assert other.definition is not None


def test_an_answer_is_worked_out_beside_the_request_and_remembered_until_data_change(board: Store) -> None:
    viewer = person(board, Grant(Role.EVALUATOR))
    work = EffectWork(Jobs("effect"))
    question = question_of(board, viewer, Selection(indicator="AFLYST"))
    assert work.found(board, viewer, question) is None
    job = work.start(board, viewer, question)
    assert job.wait(60)
    assert job.fault is None
    assert work.found(board, viewer, question) is job.answer
    assert work.found(board, viewer, question_of(board, viewer, Selection(indicator="AFLYST", left_out=0))) is None
    board.write(lambda connection: None)
    assert work.found(board, viewer, question) is None
    work.jobs.close()


def test_nothing_out_of_nothing_and_an_answer_that_is_not_there_are_drawn_without_a_wrong_number() -> None:
    nan = math.nan
    drawn = forest.row_bar(0.1, 0.0, 0.2, axis=(-1, 1), main=(nan, nan))
    assert "nan" not in drawn and "fo-pt" in drawn
    assert "fo-band" in forest.row_bar(0.1, 0.0, 0.2, axis=(-1, 1), main=(0.0, 0.2))
    frame = programme(0.1, outside=4, in_group=4)
    empty = (frame["unit"] == "E-000") & (frame["period"] == "2024-01")
    frame.loc[empty, ["numerator", "denominator"]] = 0.0
    strips = answer_of(frame, frame, asked(frame)).strips
    steps = {unit: seen for unit, _number, seen in strips.rows}
    assert steps["E-000"][6] is None and steps["E-000"][7] is not None
