"""What an evaluator without the right to counts is told of groups and units gives no hidden figure away."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dashboards.presenters.evaluation_by_unit import effects_by_unit
from dashboards.presenters.evaluation_disclosure import coarse, require_enough, step
from dashboards.presenters.evaluation_effect import Answer, answer_of, question_of
from dashboards.presenters.evaluation_effect_words import sensitivity_csv
from dashboards.selection import Selection
from data.access import Viewer, load_viewer
from data.errors import Refused
from data.queries import evaluation
from data.store import Store
from tests.conftest import BuiltDemo
from tests.dashboards.test_evaluation_effect import asked, programme

SMALL = 20.0  # patients in the month that is hidden; one of them more or less is 5 percentage points


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Three groups of eight; one unit has a month with few patients some time after its start."""
    made = programme(0.1, outside=8)
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
        assert curve["n_units"] == 8
        wide = 0.0 if answer is answers[0] else step(8)
        found.append(candidates(float(curve["observed"]), others, 8, wide))
    assert found[0] == [18], "whoever has the counts may know it"
    assert len(found[1]) >= 2 and 18 in found[1]


def test_every_month_and_total_is_told_in_steps_that_fit_the_figures_behind_it(answers) -> None:
    _, told = answers
    tables = [told.main.by_time, *(one.by_time for one in told.groups), *(one.curve for one in told.groups)]
    checked = 0
    for table in tables:
        for row in table.to_dict("records"):
            for name in {"estimate", "band_low", "band_high", "observed", "expected"} & set(row):
                if math.isfinite(row[name]):
                    assert row[name] == coarse(row[name], row["n_units"]), (name, row)
                    checked += 1
    assert checked > 500
    for overall in (told.main.overall, *(one.overall for one in told.groups)):
        assert overall["estimate"] == coarse(overall["estimate"], overall["n_cells"])
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
    for keep in (1, 2):
        few = frame[frame["start"].eq("") | frame["unit"].isin([f"E-{number:03d}" for number in range(keep)])]
        question = asked(few)
        assert answer_of(few, few, question).main.overall["n_units"] == keep
        with pytest.raises(Refused) as refused:
            answer_of(few, few, replace(question, has_counts=False))
        assert "ret til antal" in refused.value.reason("da")
    require_enough(pd.Series({"n_units": 0}), has_counts=False)


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
