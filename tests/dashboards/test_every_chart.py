"""Every chart type under every profile, from definition to screen: nothing on the way asks which chart it is."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest

from dashboards.exports.series import series_csv
from dashboards.figures.points import read_points, spoken
from dashboards.figures.sparkline import sparkline
from dashboards.figures.spc_chart import figure
from dashboards.presenters.indicator import _footnotes, _table
from dashboards.presenters.signal_words import assurance_text, sentence
from dashboards.text import use_language
from dashboards.text.explanation import explain
from data.states import Sparkline, state_of
from indicators import spc
from indicators.assessment import Assessment, Variation, assess
from indicators.definition import (
    Direction,
    IndicatorDefinition,
    PeriodKind,
    Role,
    Scope,
    Target,
    Verification,
)
from indicators.spc.profiles import profile_of
from indicators.words import Words

EVERY = [*product(spc.CHARTS, spc.PROFILES), ("i", "mdc:shift=8")]
LANGUAGES = ("da", "en")
N = 30
STEP = 18  # from here on the level is another
TARGET = Target(20.0, ">=", date(2025, 1, 1), None, "local_target", Words("Mindst 20", "At least 20"))
NOTHING_MADE = re.compile(r"\bnan\b|\bNone\b|[{}]")


def definition_of(chart: spc.ChartRecord, profile: str) -> IndicatorDefinition:
    is_share = chart.kind is spc.ValueKind.PROPORTION
    return IndicatorDefinition(
        code=f"MED-{chart.code}",
        version=1,
        scope=Scope.LOCAL,
        name=Words("Med det diagram", "With that chart"),
        goal=3,
        direction=Direction.UP,
        role=Role.OUTCOME,
        chart=chart.code,
        per=100 if is_share else 1000 if chart.kind is spc.ValueKind.RATE else 1,
        unit_of_measure=Words("%", "%") if is_share else Words("enheder", "units"),
        decimals=1,
        has_denominator=chart.needs_denominator,
        definition=Words("En definition", "A definition"),
        numerator=Words("Talt", "Counted"),
        denominator=Words("Ud af", "Out of"),
        verification=Verification.OWN,
        profile=profile,
        period=PeriodKind.DAY if chart.is_of_cases else PeriodKind.MONTH,
        minimum=0.0,
        maximum=100.0 if is_share else None,
    )


def observations_of(chart: spc.ChartRecord) -> pd.DataFrame:
    """30 points that rise from about 20 to about 34 at the nineteenth; one is missing, and one mean stands alone."""
    rng = np.random.default_rng(20)
    level = np.where(np.arange(N) < STEP, 20.0, 34.0)
    value = np.maximum(np.round(level + rng.normal(0, 3, N)), 1.0)
    value[-1] = 90.0
    frame = pd.DataFrame(
        {
            "period_start": pd.date_range("2024-01-01", periods=N, freq="MS").date,
            "numerator": np.nan,
            "denominator": np.nan,
            "value": value,
            "sd": np.nan,
            "note": "",
            "delivery_id": 1,
        }
    )
    if chart.is_of_cases:
        frame["period_start"] = [date(2024, 1, 1) + timedelta(days=int(day)) for day in value.cumsum()]
    if chart.needs_denominator:
        exposure = 100 if chart.kind is spc.ValueKind.PROPORTION else 1000
        frame = frame.assign(numerator=value, denominator=exposure + np.arange(N), value=np.nan)
    if chart.needs_several:
        frame["denominator"], frame["sd"] = 12.0 + np.arange(N) % 3, 4 + rng.uniform(0, 2, N)
        frame.loc[5, ["denominator", "sd"]] = 1, np.nan
        if chart.is_of_spread:
            frame["sd"] *= np.where(np.arange(N) < STEP, 1, 2)
    return frame if chart.is_of_cases else frame.drop(index=9)


@cache
def assessed(chart: str, profile: str) -> Assessment:
    record = spc.CHARTS[chart]
    return assess(definition_of(record, profile), observations_of(record), targets=[TARGET])


@pytest.mark.parametrize(("chart", "profile"), EVERY)
def test_a_step_is_seen_and_the_rule_belongs_to_the_profile(chart: str, profile: str) -> None:
    said = assessed(chart, profile)
    record = spc.CHARTS[chart]
    assert said.result is not None
    assert (said.result.chart.code, said.result.profile.code) == (chart, profile)
    rules = {rule.code for rule in profile_of(profile).rules} | {spc.Rule.LONG_RUN, spc.Rule.FEW_CROSSINGS}
    assert said.rule is None or spc.Rule(said.rule) in rules
    if record.has_limits or profile_of(profile).has_runs:
        assert said.variation in (Variation.IMPROVEMENT, Variation.CHANGE)
    n_gaps = 0 if record.is_of_cases else 1
    assert len(said.points) == N
    assert said.points["is_missing"].sum() == n_gaps
    assert said.latest is not None and said.latest.period == said.points["period"].iloc[-1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("chart", "profile"), EVERY)
def test_the_page_says_it_in_words(chart: str, profile: str, language: str) -> None:
    said = assessed(chart, profile)
    with use_language(language):
        words = explain(said, unit_name="NOH")
        points = read_points(said)
        notes = _footnotes(said, points, date(2026, 11, 23))
        table = _table(said.definition, points, observations_of(spc.CHARTS[chart]), ())
        spoken_points = [spoken(said.definition, point) for point in points]
    assert words.title and words.see and words.alt
    assert spc.CHARTS[chart].name.say(language) in notes[0]
    assert profile_of(profile).name.say(language) in notes[1]
    assert len(table.rows) == N and {len(row) for row in table.rows} == {len(table.heads)}
    texts = [words.title, *words.see, *words.means, *words.do, words.alt, *notes, *spoken_points]
    texts += [text for row in table.rows for text in row]
    assert [text for text in texts if NOTHING_MADE.search(text)] == []


@pytest.mark.parametrize(("chart", "profile"), EVERY)
def test_the_figure_draws_what_the_assessment_says(chart: str, profile: str) -> None:
    said = assessed(chart, profile)
    record = spc.CHARTS[chart]
    for narrow in (False, True):
        drawn = json.loads(json.dumps(figure(said, targets=[TARGET], narrow=narrow, window=None), allow_nan=False))
        names = {trace["name"] for trace in drawn["data"]}
        assert {"data", "centre", "hover"} <= names
        assert ("upper limit" in names) == record.has_limits
        (centre,) = [trace for trace in drawn["data"] if trace["name"] == "centre"]
        assert centre["y"][-1] == pytest.approx(said.centre)
        low, high = drawn["layout"]["yaxis"]["range"]
        values = said.columns["y"][~np.isnan(said.columns["y"])]
        assert low <= values.min() and values.max() <= high
        gaps = [shape for shape in drawn["layout"]["shapes"] if shape.get("name") == "missing"]
        assert len(gaps) == (0 if record.is_of_cases else 1)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("chart", "profile"), EVERY)
def test_the_stored_state_keeps_it_and_the_board_says_it(chart: str, profile: str, language: str) -> None:
    said = assessed(chart, profile)
    state = state_of(said, "NOH", data_version=1, computed_at=datetime(2026, 11, 23, tzinfo=UTC))
    assert (state.chart, state.profile, state.rule) == (chart, profile, said.rule)
    assert state.n_signal_points == len(said.signal_points)
    assert Sparkline.from_json(json.dumps(state.sparkline.to_json(), allow_nan=False)) == state.sparkline
    with use_language(language):
        texts = [sentence(said.definition, state), assurance_text(said.definition, state)]
        drawn = str(sparkline(state.sparkline))
    assert texts[0] and not any(NOTHING_MADE.search(text) for text in texts)
    assert "nan" not in drawn


@pytest.mark.parametrize("chart", list(spc.CHARTS))
def test_a_file_to_take_away_holds_what_the_chart_needs(chart: str) -> None:
    record = spc.CHARTS[chart]
    definition, frame = definition_of(record, "anhoej"), observations_of(record)
    rows = list(csv.DictReader(io.StringIO(series_csv(definition, "NOH", frame).decode())))
    assert [row["period_start"] for row in rows] == [day.isoformat() for day in frame["period_start"]]
    assert ("sd" in rows[0]) == record.needs_several
    back = pd.DataFrame(rows).replace("", np.nan)
    given = {name: pd.to_numeric(back[name]) for name in ("numerator", "denominator", "value")}
    given |= {"sd": pd.to_numeric(back["sd"])} if record.needs_several else {}
    days = [date.fromisoformat(day) for day in back["period_start"]]
    again = assess(definition, pd.DataFrame({"period_start": days, **given}))
    pd.testing.assert_frame_equal(again.points[["y", "centre"]], assessed(chart, "anhoej").points[["y", "centre"]])


def test_a_delivered_figure_without_a_value_says_why_and_is_no_gap() -> None:
    first = read_points(assessed("mr", "anhoej"))[0]
    alone = read_points(assessed("s", "anhoej"))[5]
    with use_language("en"):
        assert "no neighbouring points to measure variation on" in spoken(definition_of(spc.CHARTS["mr"], ""), first)
        assert "a single measurement" in spoken(definition_of(spc.CHARTS["s"], ""), alone)
    assert not first.is_missing and not alone.is_missing


def test_a_mean_says_of_how_many_measurements_and_the_table_has_them() -> None:
    said = assessed("xbar", "anhoej")
    with use_language("en"):
        points = read_points(said)
        assert "13 measurements" in spoken(said.definition, points[1])
        assert "1 measurement," in spoken(said.definition, points[5])
        assert "Measurements" in _table(said.definition, points, observations_of(spc.CHARTS["xbar"]), ()).heads


def test_the_time_since_the_latest_case_is_told_and_never_a_point() -> None:
    said = assessed("t", "anhoej")
    last = said.points["period"].iloc[-1]
    with use_language("en"):
        notes = _footnotes(said, read_points(said), last + timedelta(days=37))
        assert "37 days since the latest case" in notes
    assert len(said.points) == N
