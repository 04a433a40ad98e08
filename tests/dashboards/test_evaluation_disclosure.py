"""What an evaluator without the right to counts is told of groups and units gives no hidden figure away."""

from __future__ import annotations

import io
import math
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dashboards.exports.evaluation.analysis import Analysis
from dashboards.exports.evaluation.blocks import Figure
from dashboards.exports.evaluation.content import headline, report_of
from dashboards.exports.evaluation.forms import write_report
from dashboards.exports.evaluation.methods import citation
from dashboards.presenters.background_jobs import Jobs
from dashboards.presenters.evaluation_by_unit import effects_by_unit
from dashboards.presenters.evaluation_choice import owner_of
from dashboards.presenters.evaluation_disclosure import coarse, coarse_effect, require_enough, step, unsure_against
from dashboards.presenters.evaluation_effect import Answer, answer_of, panel_of, question_of
from dashboards.presenters.evaluation_effect_words import sensitivity_csv
from dashboards.selection import Selection
from data.access import Viewer, load_viewer
from data.errors import Refused
from data.queries import evaluation
from data.store import Store
from indicators.evaluation.programme_effect import Settings as Effect
from indicators.evaluation.programme_effect import overall_of, programme_effect
from tests.conftest import BuiltDemo
from tests.dashboards.test_evaluation_effect import asked, programme
from tests.dashboards.test_evaluation_report import analysed
from tests.simulation.programme_effects import draw

SMALL = 20.0  # patients in the month that is hidden; one of them more or less is 5 percentage points


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Three groups of four and four outside; one unit has a month with few patients some time after its start."""
    made = programme(0.1, outside=4, in_group=4)
    hit = (made["unit"] == "E-003") & (made["period"] == "2024-02")
    made.loc[hit, ["numerator", "denominator"]] = 18.0, SMALL
    return made


def without(frame: pd.DataFrame) -> pd.DataFrame:
    """What the evaluator has of single units: everything but the small month."""
    return frame[~((frame["unit"] == "E-003") & (frame["period"] == "2024-02"))]


@pytest.fixture(scope="module")
def answers(frame: pd.DataFrame) -> tuple[Answer, Answer]:
    """With the right to counts, and without it."""
    question = asked(frame)
    whole = answer_of(frame, frame, question)
    return whole, answer_of(frame, without(frame), replace(question, has_counts=False))


def candidates(told: float, others: float, n_units: int, wide: float) -> list[int]:
    """The numerators the hidden month may have, given the mean that is told and the figures of the others."""
    means = [(others + count / SMALL) / n_units for count in range(int(SMALL) + 1)]
    return [count for count, mean in enumerate(means) if abs(mean - told) <= wide / 2 + 1e-12]


def test_a_groups_curve_and_the_other_units_do_not_give_the_hidden_month(frame, answers) -> None:
    since = 7  # the first group starts in July 2023
    known = without(frame)
    own = known[(known["cohort"] == "1") & (known["period"] == "2024-02")]
    others = float((own["numerator"] / own["denominator"]).sum())
    found = []
    for answer in answers:
        curve = answer.groups[0].curve.set_index("since").loc[since]
        assert curve["n_units"] == 4
        wide = 0.0 if answer is answers[0] else step(4, unsure_against(frame, is_share=True))
        found.append(candidates(float(curve["observed"]), others, 4, wide))
    assert found[0] == [18], "whoever has the counts may know it"
    assert len(found[1]) >= 2 and 18 in found[1]


def test_every_month_and_total_is_told_in_steps_that_fit_the_figures_behind_it(frame, answers) -> None:
    _, told = answers
    unsure = unsure_against(frame, is_share=True)
    assert unsure == pytest.approx(3 * 0.05), "12 units against 4: what was expected rests on the 4"
    tables = [told.main.by_time, *(one.by_time for one in told.groups), *(one.curve for one in told.groups)]
    checked = 0
    for table in tables:
        for row in table.to_dict("records"):
            for name in {"estimate", "band_low", "band_high", "observed", "expected"} & set(row):
                if math.isfinite(row[name]):
                    assert row[name] == coarse(row[name], row["n_units"], unsure), (name, row)
                    checked += 1
    assert checked > 500
    for overall in (told.main.overall, *(one.overall for one in told.groups)):
        assert overall["estimate"] == coarse(overall["estimate"], overall["n_cells"], unsure)
        assert overall["patients"] % 10 == 0
    assert abs(told.main.overall["estimate"] - answers[0].main.overall["estimate"]) < 1e-3


def test_the_table_to_take_away_has_no_more_digits_than_the_page(frame, answers) -> None:
    question = asked(frame)
    with_counts, bare = (
        sensitivity_csv(answer, replace(question, has_counts=has)).decode("utf-8-sig").splitlines()[1].split(";")[3]
        for answer, has in zip(answers, (True, False), strict=True)
    )
    assert len(with_counts.split(",")[1]) == 3
    assert len(bare.split(",")[1]) == 1


def test_one_or_two_units_by_themselves_are_told_to_those_with_the_right_to_counts_alone(frame) -> None:
    few = frame[frame["start"].eq("") | frame["unit"].isin(["E-000", "E-001"])]
    question = asked(few)
    assert answer_of(few, few, question).main.overall["n_units"] == 2
    with pytest.raises(Refused) as refused:
        answer_of(few, few, replace(question, has_counts=False))
    assert "ret til antal" in refused.value.reason("da")
    require_enough(pd.Series({"n_units": 0}), has_counts=False)


def test_no_row_without_a_small_group_gives_its_effect_away(frame) -> None:
    kept = ~frame["cohort"].eq("2") | frame["unit"].isin(["E-004", "E-005"])
    small = frame[kept]
    question = asked(small)
    answer = answer_of(small, small, replace(question, has_counts=False))
    keys = set(answer.sensitivity.rows["key"])
    assert answer.main.by_cohort.set_index(answer.main.by_cohort["cohort"].astype(str)).at["2024-01", "n_units"] == 2
    assert {"without_cohort_2023-07", "without_cohort_2024-07"} <= keys and "without_cohort_2024-01" not in keys


# -------------------------------------------------------------------------------------------------------- on the board


@pytest.fixture(scope="module")
def demo(built_demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("told") / "demo.duckdb"
    shutil.copy(built_demo.path, path)
    store = Store.open(f"duckdb:///{path}")
    yield store
    store.close()


@pytest.fixture(scope="module")
def researcher(demo: Store) -> Viewer:
    return load_viewer(demo, "forsker@tavle.example")


def test_the_right_to_counts_decides_and_belongs_to_the_question(demo: Store, researcher: Viewer) -> None:
    counting = replace(researcher, grants=tuple(replace(one, counts=True) for one in researcher.grants))
    asked_by = [question_of(demo, viewer, Selection()) for viewer in (researcher, counting)]
    assert [one.has_counts for one in asked_by] == [False, True]
    assert asked_by[0] != asked_by[1], "an answer kept for one must not be found by the other"


def test_an_answer_is_not_fetched_under_other_rights_than_it_was_worked_out_under(researcher: Viewer) -> None:
    jobs: Jobs[str] = Jobs("rights")
    named = replace(researcher, grants=tuple(replace(one, names=True) for one in researcher.grants))
    job = jobs.start(owner_of(named), lambda job: "with names")
    assert job.wait(5)
    assert jobs.get(job.id, owner_of(named)) is job
    taken_away = [researcher, replace(named, grants=()), replace(named, account_id=99)]
    assert [jobs.get(job.id, owner_of(viewer)) for viewer in taken_away] == [None, None, None]
    assert jobs.close()


def test_the_effect_in_a_unit_is_told_in_steps_of_its_months(demo: Store, researcher: Viewer) -> None:
    groups = [one for one in evaluation.groups(demo, researcher) if one.code == "1"]
    counting = replace(researcher, grants=tuple(replace(one, counts=True) for one in researcher.grants))
    bare, exact = (
        effects_by_unit(demo, viewer, groups, ["OPFOELG"])["OPFOELG"].of for viewer in (researcher, counting)
    )
    assert bare.keys() == exact.keys() and len(bare) > 20
    # At most 111 months after May 2017: a step of 0.1 percentage points or wider.
    assert all(one.estimate == pytest.approx(round(one.estimate, 1), abs=1e-9) for one in bare.values())
    assert any(abs(one.estimate - round(one.estimate, 1)) > 0.01 for one in exact.values())
    assert max(abs(bare[unit].estimate - exact[unit].estimate) for unit in bare) < 0.5


def test_what_is_missing_stays_missing() -> None:
    assert math.isnan(coarse(math.nan, 3)) and math.isinf(coarse(math.inf, 3))
    assert step(0) == step(1) == 0.1
    assert np.isfinite(step(10**9))


# ------------------------------------------------------------------------------------------------------ in the report


@pytest.fixture(scope="module")
def reports(frame: pd.DataFrame) -> tuple[Analysis, Analysis]:
    """The same analysis for somebody with the right to counts, and without it."""
    whole = replace(analysed(frame), snapshot="a41f9c03b2d1", frozen="2. november 2026")
    return whole, replace(whole, has_counts=False, shared_frame=without(frame))


def numbers_in(package: bytes) -> dict[str, str]:
    lines = zipfile.ZipFile(io.BytesIO(package)).read("numbers.txt").decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines)


def test_the_figures_that_travel_do_not_tell_which_value_a_hidden_month_has(frame, reports) -> None:
    """Whoever has the frame without the month tries its values, computes again and compares with what was told."""
    possible = []
    for count in (16, 17, 18, 19):
        tried = frame.copy()
        tried.loc[(tried["unit"] == "E-003") & (tried["period"] == "2024-02"), "numerator"] = float(count)
        call = reports[0].call
        how = Effect(call.family, call.weights, call.leave_out, call.cohort_trends, call.inference)
        again = overall_of(panel_of(tried, call.family), how)[0]
        possible.append(float(again["estimate"]))
    exact, bare = (numbers_in(write_report("zip", report))["overall.estimate"] for report in reports)
    assert [one for one in possible if math.isclose(one, float(exact), rel_tol=1e-9)] == possible[2:3]
    cells = float(reports[1].effect.overall["n_cells"])
    fitting = [one for one in possible if f"{coarse(one, cells, reports[1].unsure):.3g}" == f"{float(bare):.3g}"]
    assert len(fitting) >= 2 and possible[2] in fitting
    assert len(bare) <= 6


def test_no_form_of_the_report_holds_more_digits_or_the_hash_of_all_figures(reports) -> None:
    whole, bare = reports
    fingerprint = whole.fingerprint
    for form in ("pptx", "zip"):
        assert fingerprint in everything_in(write_report(form, whole)).replace("\u200b", ""), form
        assert fingerprint not in everything_in(write_report(form, bare)).replace("\u200b", ""), form
    assert fingerprint not in citation(bare) and fingerprint in citation(whole)
    assert citation(replace(bare, shared_frame=None)).endswith("Tavle " + bare.versions["tavle"] + ".")
    told = bare.told.effect.by_time
    charts = [
        chart
        for section in report_of(bare).sections
        if section.key == "time"
        for block in section.blocks
        if isinstance(block, Figure)
        for chart in block.charts
    ]
    shown = [value for line in charts[0].lines if line.role == "estimate" for value in line.values if value is not None]
    assert len(shown) > 20
    assert set(np.round(shown, 9)) <= set(np.round(100 * told["estimate"], 9))


def test_a_report_about_two_units_is_refused_and_its_finding_withheld(frame, reports) -> None:
    few = frame[frame["start"].eq("") | frame["unit"].isin(["E-000", "E-001"])]
    own = replace(analysed(few), has_counts=False, shared_frame=few)
    assert "færre end 3 enheder" in headline(own)
    with pytest.raises(Refused):
        report_of(own)
    assert "færre end 3 enheder" not in headline(replace(own, has_counts=True))


def everything_in(content: bytes) -> str:
    """Every text of a file, those of files within it included."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    archive = zipfile.ZipFile(io.BytesIO(content))
    return "\n".join(everything_in(archive.read(name)) for name in archive.namelist())


def test_what_the_months_before_the_start_do_is_told_in_the_step_of_the_whole() -> None:
    effect = programme_effect(draw("S7", 1).frame, denominator="denominator")
    told = coarse_effect(effect, unsure=0.2)
    wide = step(float(effect.overall["n_cells"]), 0.2)
    dip = told.checks.set_index("check").loc["dip"]
    for row in (told.keeping, dip):
        assert row["estimate"] == pytest.approx(round(effect.keeping["estimate"] / wide) * wide, abs=1e-12)
        assert row["estimate"] != effect.keeping["estimate"]
