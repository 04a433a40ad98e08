import json
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from dashboards.figures.spc_chart import (
    CONFIG,
    LABEL_GAP,
    NARROW,
    SMALL,
    WIDE,
    Flag,
    NationalMark,
    common_axis,
    figure,
    small_multiple,
)
from dashboards.text import use_language
from dashboards.theme import DARK, LIGHT
from indicators.assessment import SeriesPhase, Variation
from indicators.definition import Direction, PeriodKind, Target
from indicators.words import Words

NOISE = [70, 74, 68, 72, 75, 69, 71, 73, 67, 74, 70, 72]
BETTER = [*NOISE, 71, 69, 84, 86, 83, 88, 85, 87, 84, 86, 85, 88]


def target(value=80.0, first=date(2024, 6, 1), last=None, comparison=">="):
    return Target(value, comparison, first, last, "local_target", Words("", ""))


def traces(drawn, name):
    return [trace for trace in drawn["data"] if trace["name"] == name]


def labels(drawn, name):
    return [label for label in drawn["layout"]["annotations"] if label["name"] == name]


def shapes(drawn, name):
    return [shape for shape in drawn["layout"]["shapes"] if shape.get("name") == name]


def test_the_figure_is_a_plain_dict_that_goes_to_the_browser_as_it_is(series_of):
    drawn = figure(series_of(BETTER), theme=LIGHT)
    assert json.loads(json.dumps(drawn)).keys() == {"data", "layout"}


def test_no_graph_has_a_toolbar_a_share_button_or_zoom_by_drag(series_of):
    assert CONFIG["displayModeBar"] is False
    assert CONFIG["showSendToCloud"] is False
    assert CONFIG["plotlyServerURL"] == ""
    layout = figure(series_of(BETTER))["layout"]
    assert layout["dragmode"] is False
    assert layout["xaxis"]["fixedrange"] is layout["yaxis"]["fixedrange"] is True


def test_a_signal_has_its_own_shape_size_and_colour(series_of):
    expected = {
        Direction.UP: ("improvement", "diamond", LIGHT.improvement),
        Direction.DOWN: ("concern", "square", LIGHT.concern),
        Direction.NEITHER: ("change", "hexagon", LIGHT.change),
    }
    for direction, (name, symbol, colour) in expected.items():
        drawn = figure(series_of(BETTER, direction=direction))
        (marks,) = traces(drawn, name)
        assert (marks["marker"]["symbol"], marks["marker"]["size"], marks["marker"]["color"]) == (symbol, 10, colour)
        assert marks["x"][-10:] == list(range(14, 24))
    (common,) = traces(figure(series_of(NOISE)), "common")
    assert (common["marker"]["symbol"], common["marker"]["size"]) == ("circle", 7)
    assert common["marker"]["line"] == {"color": LIGHT.surface, "width": 1}


def test_a_missing_month_is_a_gap_a_tick_and_words_never_zero(series_of):
    drawn = figure(series_of([*NOISE[:5], None, *NOISE[6:]]))
    (line,) = traces(drawn, "data")
    assert line["y"][5] is None
    assert line["connectgaps"] is False
    (tick,) = shapes(drawn, "missing")
    assert tick["x0"] == tick["x1"] == 5
    assert [label["text"] for label in labels(drawn, "missing")] == ["ingen data"]
    assert traces(drawn, "hover")[0]["text"][5] == "<b>juni 2024</b><br>ingen data"


def test_open_months_are_hollow_after_a_dashed_line_and_carry_no_signal(series_of):
    drawn = figure(series_of([*BETTER, 99, 10], open_periods=2))
    (hollow,) = traces(drawn, "open")
    assert hollow["x"] == [24, 25]
    assert hollow["marker"]["color"] == LIGHT.surface
    (dashed,) = traces(drawn, "open line")
    assert dashed["x"] == [23, 24, 25]
    assert dashed["line"]["dash"] != "solid"
    assert max(traces(drawn, "data")[0]["x"]) == 23
    assert [label["text"] for label in labels(drawn, "open")] == ["åbne"]
    assert 25 not in traces(drawn, "improvement")[0]["x"]


def test_an_excluded_point_is_hollow_with_a_cross(series_of):
    drawn = figure(series_of([*NOISE, 20], exclusions=[date(2025, 1, 1)]))
    (left_out,) = traces(drawn, "excluded")
    assert left_out["marker"]["symbol"] == "circle-x-open"
    assert left_out["x"] == [12]
    assert "udeladt af beregningen" in traces(drawn, "hover")[0]["text"][12]


def test_centre_and_limits_run_from_slot_edge_to_slot_edge_per_phase_and_are_not_joined(series_of):
    phases = [SeriesPhase(date(2025, 3, 1), "Ny arbejdsgang", reason="Årsag forstået")]
    drawn = figure(series_of(BETTER, phases=phases))
    (centre,) = traces(drawn, "centre")
    edge = centre["x"].index(None)
    assert centre["x"][0] == -0.5
    assert centre["x"][edge - 1] == centre["x"][edge + 1] == 13.5
    assert len(set(centre["y"][:edge])) == 1
    assert centre["y"][edge - 1] < centre["y"][edge + 1]
    for name in ("upper limit", "lower limit"):
        (limit,) = traces(drawn, name)
        assert limit["x"] == centre["x"]
        assert limit["line"] == {"color": LIGHT.limit, "width": 1}


def test_limits_follow_the_denominator_month_by_month(series_of):
    drawn = figure(series_of(NOISE, denominators=[100] * 6 + [400] * 6))
    (upper,) = traces(drawn, "upper limit")
    assert upper["y"][0] == upper["y"][1]
    assert upper["y"][0] - upper["y"][-1] > 5


def test_a_run_chart_has_a_median_and_no_limits(series_of):
    drawn = figure(series_of(NOISE, chart="run"))
    assert not traces(drawn, "upper limit")
    assert labels(drawn, "right centre")[0]["text"].startswith("Median ")


def test_phases_have_names_and_alternating_background_and_a_break_a_double_line(series_of):
    phases = [
        SeriesPhase(date(2024, 7, 1), "Nye tider", is_break=True, reason="Ny opgørelse"),
        SeriesPhase(date(2025, 3, 1), "Ny arbejdsgang"),
    ]
    drawn = figure(series_of(BETTER, phases=phases))
    assert [label["text"] for label in labels(drawn, "phase name")] == ["Før databrud", "Nye tider", "Ny arbejdsgang"]
    assert [(band["x0"], band["x1"]) for band in shapes(drawn, "phase")] == [(-0.5, 5.5), (13.5, 23.5)]
    assert len(shapes(drawn, "data break")) == 2
    assert [label["text"] for label in labels(drawn, "data break")] == ["databrud jul. 2024"]
    (line,) = traces(drawn, "data")
    assert line["x"][6] is None, "the data line is not drawn over a data break"


def test_each_closed_phase_says_its_level(series_of):
    phases = [SeriesPhase(date(2025, 3, 1), "Ny arbejdsgang")]
    assert labels(figure(series_of(BETTER, phases=phases)), "centre")[0]["text"] == "Niveau 71,1\u202f%"


def test_the_target_is_drawn_from_its_first_to_its_last_valid_month_and_labelled(series_of):
    drawn = figure(series_of(BETTER, targets=[target()]), targets=[target()])
    (line,) = traces(drawn, "target")
    assert line["x"] == [4.5, 23.5]
    assert line["line"] == {"color": LIGHT.target, "width": 1.5, "dash": "6px,4px"}
    assert labels(drawn, "right target")[0]["text"] == "Måltal ≥ 80\u202f%"
    assert "måltal fra jun. 2024" in [label["text"] for label in drawn["layout"]["annotations"]]
    expired = target(last=date(2025, 3, 31))
    drawn = figure(series_of(BETTER, targets=[expired]), targets=[expired])
    assert traces(drawn, "target")[0]["x"] == [4.5, 14.5]
    assert not labels(drawn, "right target")
    assert "måltal ≥ 80\u202f% til mar. 2025" in [label["text"] for label in drawn["layout"]["annotations"]]


def test_a_target_that_changes_is_two_lines(series_of):
    both = [target(80.0, date(2024, 1, 1), date(2024, 12, 31)), target(85.0, date(2025, 1, 1))]
    lines = traces(figure(series_of(BETTER, targets=both), targets=both), "target")
    assert [(line["x"], line["y"]) for line in lines] == [([-0.5, 11.5], [80, 80]), ([11.5, 23.5], [85, 85])]


@pytest.mark.parametrize("narrow", [False, True])
def test_labels_on_the_right_stand_16_pixels_apart_and_have_leaders(series_of, narrow):
    values = [80 + (i * 7) % 5 for i in range(24)]
    near = target(82.0, date(2024, 1, 1))
    drawn = figure(
        series_of(values, targets=[near]), targets=[near], national=NationalMark(82.5, "Land 2025: 83 %"), narrow=narrow
    )
    frame = NARROW if narrow else WIDE
    right = sorted(label["y"] for label in drawn["layout"]["annotations"] if label["name"].startswith("right "))
    assert len(right) == (3 if narrow else 6)
    assert all((upper - lower) * frame.plot_height >= LABEL_GAP - 1e-6 for lower, upper in pairwise(right))
    assert len(shapes(drawn, "leader")) == len(right)


def test_the_national_figure_is_a_short_tick_and_never_a_line_across(series_of):
    drawn = figure(series_of(NOISE), national=NationalMark(72.0, "Land 2025: 72 %"))
    (tick,) = shapes(drawn, "national")
    assert tick["xsizemode"] == "pixel"
    assert tick["x1"] - tick["x0"] < 20
    assert not shapes(figure(series_of(NOISE), national=NationalMark(12.0, "Land 2025: 12 %")), "national")


def test_the_phone_has_a_chart_of_its_own(series_of):
    drawn = figure(series_of([*NOISE, *BETTER]), narrow=True)
    assert drawn["layout"]["height"] == 300
    assert drawn["layout"]["xaxis"]["range"] == [-0.5, 23.5]
    assert len(traces(drawn, "hover")[0]["x"]) == 24


def test_the_window_keeps_the_latest_months(series_of):
    whole = series_of([*NOISE, *BETTER, *NOISE])
    assert len(traces(figure(whole), "hover")[0]["x"]) == 36
    assert len(traces(figure(whole, window=None), "hover")[0]["x"]) == 48
    assert len(traces(figure(whole, window=60), "hover")[0]["x"]) == 48


def test_ticks_are_ours_with_the_year_in_bold_under_january(series_of):
    axis = figure(series_of(BETTER))["layout"]["xaxis"]
    assert axis["ticktext"][:5] == ["jan.<br><b>2024</b>", "apr.", "jul.", "okt.", "jan.<br><b>2025</b>"]
    assert axis["tickangle"] == 0
    with use_language("en"):
        assert figure(series_of(BETTER))["layout"]["xaxis"]["ticktext"][3] == "Oct"
    short = figure(series_of([70, 71, 72], start=date(2024, 10, 1)))["layout"]["xaxis"]
    assert short["ticktext"] == ["okt.<br><b>2024</b>", "nov.", "dec."]


@pytest.mark.parametrize(
    ("period", "first"),
    [(PeriodKind.QUARTER, "1. kvt.<br><b>2024</b>"), (PeriodKind.YEAR, "2024"), (PeriodKind.WEEK, "1<br><b>2024</b>")],
)
def test_other_periods_have_their_own_ticks(series_of, period, first):
    assert figure(series_of(NOISE, period=period))["layout"]["xaxis"]["ticktext"][0] == first


def test_notes_are_flags_with_letters_and_long_texts_stand_in_the_box(series_of):
    notes = [Flag(date(2024, 3, 14), "A", "Ny <b>instruks</b>"), Flag(date(2024, 9, 1), "B", "Kursus")]
    drawn = figure(series_of(BETTER), annotations=notes)
    assert [label["text"] for label in labels(drawn, "flag")] == ["A", "B"]
    assert [shape["xanchor"] for shape in shapes(drawn, "flag")] == [2, 8]
    box = traces(drawn, "hover")[0]["text"][2]
    assert "A: Ny &lt;b&gt;instruks&lt;/b&gt;" in box


def test_more_than_six_flags_are_drawn_together(series_of):
    notes = [
        Flag(date(2024 + i // 12, i % 12 + 1, 1), letter, "")
        for i, letter in zip(range(0, 18, 2), "ABCDEFGHI", strict=True)
    ]
    drawn = figure(series_of(BETTER), annotations=notes)
    shown = [label["text"] for label in labels(drawn, "flag")]
    assert len(shown) == 6
    assert any("–" in text for text in shown)
    assert shown[0][0] == "A"
    assert shown[-1][-1] == "I"


def test_notes_outside_the_window_are_not_drawn(series_of):
    notes = [Flag(date(2020, 1, 1), "A", ""), Flag(date(2030, 1, 1), "B", "")]
    assert not labels(figure(series_of(BETTER), annotations=notes), "flag")


def test_a_note_since_the_last_period_stands_at_the_right_edge_and_at_no_point(series_of):
    """24 months to December 2025: what was decided in January and February is about months still to come."""
    drawn = figure(series_of(BETTER), annotations=[Flag(date(2026, 2, 23), "A", "Ring i weekenden")])
    (flag,) = labels(drawn, "flag")
    (line,) = shapes(drawn, "flag line")
    edge = drawn["layout"]["xaxis"]["range"][1]
    assert flag["text"] == "A" and line["x0"] == edge == 23.5
    # The letter itself stands inside the edge, where nothing cuts it off; its box is 18 pixels wide.
    margin = drawn["layout"]["margin"]
    pixels = (WIDE.width - margin["l"] - margin["r"]) / 24
    assert 23 < flag["x"] and (edge - flag["x"]) * pixels == pytest.approx(9, abs=0.5)
    (hover,) = traces(drawn, "hover")
    assert not any("Ring i weekenden" in text for text in hover["text"])


def test_the_box_says_month_value_fraction_and_place(series_of):
    (hover,) = traces(figure(series_of(BETTER)), "hover")
    assert hover["text"][23].split("<br>")[:2] == ["<b>december 2025</b>", "<b>88,0\u202f%</b> (88 af 100)"]
    assert "over niveauet (niveau 77,1\u202f%)" in hover["text"][23]
    assert hover["customdata"][0] == "januar 2024: 70,0 procent, 70 af 100, under niveauet, bekymrende signal"
    assert hover["hoverinfo"] == "text"
    assert all(trace["hoverinfo"] == "skip" for trace in figure(series_of(BETTER))["data"] if trace["name"] != "hover")


def test_the_denominators_are_shown_when_they_vary_more_than_twofold(series_of):
    assert not shapes(figure(series_of(NOISE)), "denominator")
    drawn = figure(series_of([7, *NOISE[1:]], denominators=[10, *[100] * 11]))
    assert len(shapes(drawn, "denominator")) == 1
    assert labels(drawn, "denominator")[0]["text"] == "Nævner 10–100"


def test_colours_come_from_the_theme(series_of):
    drawn = figure(series_of(BETTER), theme=DARK)
    assert drawn["layout"]["paper_bgcolor"] == DARK.surface
    assert traces(drawn, "improvement")[0]["marker"]["color"] == DARK.improvement


def test_a_window_without_any_value_says_so_in_words(series_of):
    drawn = figure(series_of([70, 72, *[None] * 36]))
    assert drawn["data"] == []
    assert drawn["layout"]["annotations"][0]["text"] == "Ingen data i den valgte periode"


def test_a_constant_series_and_a_single_point_can_be_drawn(series_of):
    constant = series_of([100] * 24)
    assert constant.variation is Variation.COMMON
    assert figure(constant)["layout"]["yaxis"]["range"] == [90, 100]
    assert len(traces(figure(series_of([71])), "common")[0]["x"]) == 1


def test_words_in_the_figure_follow_the_language(series_of):
    phases = [SeriesPhase(date(2024, 7, 1), "", is_break=True), SeriesPhase(date(2025, 3, 1), "")]
    assessment = replace(series_of([*BETTER[:5], None, *BETTER[6:], 80], phases=phases, open_periods=1))
    with use_language("en"):
        drawn = figure(assessment, targets=[target()])
    words = " ".join(label["text"] for label in drawn["layout"]["annotations"])
    for danish in ("åbne", "ingen", "Niveau", "databrud", "grænse", "Før", "Fase"):
        assert danish not in words


def test_small_multiples_share_their_axes_and_say_nothing_but_the_years(series_of):
    first, last = date(2024, 1, 1), date(2025, 12, 1)
    long, short = series_of(BETTER), series_of([30, 34, 31, 33], start=date(2025, 3, 1))
    axis = common_axis([long, short], first=first, last=last, targets=[target(95.0)])
    assert axis.low <= 30
    assert axis.high >= 95
    drawn = [small_multiple(one, axis=axis, first=first, last=last, targets=[target(95.0)]) for one in (long, short)]
    layouts = [one["layout"] for one in drawn]
    assert layouts[0]["xaxis"] == layouts[1]["xaxis"]
    assert layouts[0]["yaxis"] == layouts[1]["yaxis"]
    assert layouts[0]["xaxis"]["ticktext"] == ["2025"]
    assert layouts[0]["height"] == SMALL.height
    assert all(layout["annotations"] == [] for layout in layouts)
    (common,) = traces(drawn[1], "common")
    assert (common["x"], common["y"]) == ([14, 15, 16, 17], [30, 34, 31, 33])


def test_small_multiples_without_a_figure_have_no_axis(series_of):
    first, last = date(2024, 1, 1), date(2025, 12, 1)
    assert common_axis([series_of([None, None])], first=first, last=last) is None
