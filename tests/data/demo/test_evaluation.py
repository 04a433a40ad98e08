"""What the programme really did in the demo, and whether the evaluators' estimate finds it and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import select

from data.access import SYSTEM
from data.demo import evaluation
from data.demo.builder import DEMO_SEED
from data.demo.months import STORY_TODAY, Calendar
from data.demo.programme import Programme, plan
from data.queries import evaluation as workbench
from data.schema import unit
from indicators.evaluation import programme_effect
from tests.data.demo.conftest import Built


@dataclass(frozen=True)
class Sheet:
    """The answer sheet of the built demo, and the names its units go by."""

    programme: Programme
    drawn: evaluation.Drawn
    codes: dict[str, str]
    groups: list[workbench.Group]

    def truth(self, rows: pd.DataFrame) -> float:
        treated = rows[(rows["start"] != "") & (rows["period"] >= rows["start"])]
        return self.drawn.truth(zip(treated["unit"].map(self.codes), treated["period"], strict=True))


@pytest.fixture(scope="module")
def sheet(demo: Built) -> Sheet:
    with demo.store.read() as connection:
        query = select(unit.c.code).where(unit.c.kind == "municipality").order_by(unit.c.code)
        programme = plan(DEMO_SEED, list(connection.scalars(query)), Calendar(STORY_TODAY))
    drawn = evaluation.draw(DEMO_SEED, programme, Calendar(STORY_TODAY))
    labels = workbench.labels(demo.store, SYSTEM, drawn.units)
    cohorts = [one for one in workbench.groups(demo.store, SYSTEM) if one.kind == "cohort"]
    return Sheet(programme, drawn, {label.text: code for code, label in labels.items()}, cohorts)


def frame(demo: Built, sheet: Sheet, code: str) -> pd.DataFrame:
    return workbench.frame(demo.store, SYSTEM, code, sheet.groups)


def test_everybody_in_the_programme_and_sixty_outside_follow_both_measures(demo: Built, sheet: Sheet) -> None:
    for code in (evaluation.MAIN, evaluation.NULL):
        units = frame(demo, sheet, code).drop_duplicates("unit")
        assert units["cohort"].value_counts().to_dict() == {"": 60, "1": 30, "2": 30, "3": 30, "4": 30}


def test_the_estimate_holds_what_was_planted_overall_and_by_cohort(demo: Built, sheet: Sheet) -> None:
    rows = frame(demo, sheet, evaluation.MAIN)
    result = programme_effect(rows, denominator="denominator")
    truth = sheet.truth(rows)
    assert truth == pytest.approx(7.39, abs=0.01)
    assert 100 * result.overall["ci_low"] < truth < 100 * result.overall["ci_high"]
    assert result.overall["ci_low"] > 0
    planted = [sheet.truth(rows[rows["cohort"] == code]) for code in "1234"]
    assert planted == sorted(planted, reverse=True)
    for found, truth in zip(result.by_cohort.itertuples(), planted, strict=True):
        assert 100 * found.ci_low < truth < 100 * found.ci_high


def test_the_estimate_does_not_find_the_null(demo: Built, sheet: Sheet) -> None:
    result = programme_effect(frame(demo, sheet, evaluation.NULL), denominator="denominator")
    assert result.overall["ci_low"] < 0 < result.overall["ci_high"]


def test_before_and_after_alone_would_find_something_in_the_null(demo: Built, sheet: Sheet) -> None:
    """Both measures rise for everybody: that is what a comparison is for."""
    rows = frame(demo, sheet, evaluation.NULL)
    taking_part = rows[rows["start"] != ""]
    summed = taking_part.groupby(taking_part["period"] >= taking_part["start"])[["numerator", "denominator"]].sum()
    before, after = summed["numerator"] / summed["denominator"]
    assert after - before > 0.02


def test_units_fall_out_of_an_analysis_for_reasons_that_were_planted(sheet: Sheet) -> None:
    drawn = sheet.drawn
    everybody = set(sheet.programme.cohort_of)
    assert len(everybody - set(drawn.mains)) == evaluation.NO_MAIN
    assert len(drawn.left) == evaluation.LEFT and len(drawn.breaks) == evaluation.BROKEN
    assert set(drawn.left) <= set(drawn.mains) and not set(drawn.left) & set(drawn.breaks)
    stopped = {code for _, code in drawn.last}
    assert len(stopped) == evaluation.STOPPED
    starts = sheet.programme.starts
    began = {
        code
        for code, number in sheet.programme.cohort_of.items()
        if drawn.frames[evaluation.MAIN, code]["period_start"].iloc[0] >= starts[number].replace(day=1)
        or (starts[number] - drawn.frames[evaluation.MAIN, code]["period_start"].iloc[0]).days <= 31
    }
    assert len(began) == evaluation.BEGAN_WITH_START


def test_team_scores_are_given_in_halves_and_rise(sheet: Sheet) -> None:
    scores = pd.DataFrame(sheet.drawn.scores, columns=["unit", "day", "score"])
    assert ((2 * scores["score"]) % 1 == 0).all() and scores["score"].between(0.5, 5).all()
    assert scores["day"].max() <= date(2026, 10, 31)
    of_unit = scores.groupby("unit")["score"]
    assert (of_unit.last() >= of_unit.first()).all()
    assert not set(scores["unit"]) & set(sheet.drawn.left)
