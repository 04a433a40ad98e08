from collections import Counter
from copy import deepcopy
from datetime import date
from xml.etree import ElementTree

import pytest

from dashboards.figures.spc_chart import NARROW, Flag, Frame, NationalMark, figure
from dashboards.figures.svg_chart import TOKENS, svg_chart
from dashboards.theme import DARK, FONT, LIGHT
from indicators.definition import Direction, Target
from indicators.words import Words

NOISE = [70, 74, 68, 72, 75, 69, 71, 73, 67, 74, 70, 72]
BETTER = [*NOISE, 71, 69, 84, 86, 83, 88, 85, 87, 84, 86, 85, 88]
TARGET = Target(80.0, ">=", date(2024, 6, 1), None, "local_target", Words("", ""))
SVG = "{http://www.w3.org/2000/svg}"


def elements(svg, tag):
    return list(ElementTree.fromstring(str(svg)).iter(SVG + tag))


def full(series_of, theme=LIGHT, **options):
    flags = [Flag(date(2024, 3, 1), "A", "Fast <tid>")]
    national = NationalMark(78.0, "Land 2025: 78 %")
    return figure(
        series_of(BETTER), annotations=flags, targets=[TARGET], national=national, theme=theme, window=None, **options
    )


def test_every_point_stands_where_the_two_axes_say(series_of):
    drawn = figure(series_of(NOISE))
    layout = drawn["layout"]
    margin, (low, high) = layout["margin"], layout["yaxis"]["range"]
    left, right = margin["l"], layout["meta"]["width"] - margin["r"]
    foot = layout["height"] - margin["b"]
    (common,) = [trace for trace in drawn["data"] if trace["name"] == "common"]
    expected = [
        (left + (x + 0.5) / len(NOISE) * (right - left), foot - (y - low) / (high - low) * (foot - margin["t"]))
        for x, y in zip(common["x"], common["y"], strict=True)
    ]
    circles = [(float(c.get("cx")), float(c.get("cy"))) for c in elements(svg_chart(drawn), "circle")]
    assert [x for x, _y in circles] == pytest.approx([x for x, _y in expected], abs=0.051)
    assert [y for _x, y in circles] == pytest.approx([y for _x, y in expected], abs=0.051)


def test_every_signal_keeps_its_shape_and_colour(series_of):
    for direction, tag, colour in (
        (Direction.UP, "path", LIGHT.improvement),
        (Direction.DOWN, "rect", LIGHT.concern),
        (Direction.NEITHER, "path", LIGHT.change),
    ):
        drawn = figure(series_of(BETTER, direction=direction), theme=LIGHT)
        (marked,) = [trace for trace in drawn["data"] if trace.get("marker", {}).get("color") == colour]
        painted = [element for element in elements(svg_chart(drawn), tag) if element.get("fill") == colour]
        assert len(painted) == len(marked["x"]) > 0


def test_the_words_are_those_of_the_screen(series_of):
    drawn = full(series_of)
    layout = drawn["layout"]
    written = Counter(element.text for element in elements(svg_chart(drawn), "text"))
    wanted = Counter(label["text"] for label in layout["annotations"])
    wanted.update(layout["yaxis"]["ticktext"])
    for words in layout["xaxis"]["ticktext"]:
        wanted.update(words.replace("<b>", "").replace("</b>", "").split("<br>"))
    assert written == wanted


def test_words_with_signs_of_markup_are_written_as_words(series_of):
    drawn = full(series_of)
    drawn["layout"]["annotations"][0]["text"] = "A &lt; B &amp; C"
    assert "A < B & C" in [element.text for element in elements(svg_chart(drawn), "text")]


def test_a_page_draws_with_its_own_tokens_and_a_file_with_colours(series_of):
    on_page, in_file = svg_chart(full(series_of, TOKENS)), svg_chart(full(series_of, DARK), font=FONT)
    assert "#" not in on_page
    assert "var(--" not in in_file
    assert "font-family" in in_file


def test_the_size_is_that_of_the_frame_it_was_planned_for(series_of):
    assert 'viewBox="0 0 884 436"' in svg_chart(full(series_of))
    narrow = svg_chart(full(series_of, narrow=True))
    assert f'viewBox="0 0 {NARROW.width} {NARROW.height}"' in narrow
    slide = Frame(width=1200, height=600, right=96, most_right=190, top=28, bottom=42, most_ticks=6)
    assert 'viewBox="0 0 1200 600"' in svg_chart(full(series_of, frame=slide))


def test_a_chart_without_data_says_so(series_of):
    svg = svg_chart(figure(series_of([None, None])))
    assert [element.text for element in elements(svg, "text")] == ["Ingen data i den valgte periode"]


def test_a_picture_with_a_name_is_an_image_and_one_without_is_silent(series_of):
    drawn = full(series_of)
    assert 'role="img" aria-label="Ventetid &lt; 30 dage"' in svg_chart(drawn, label="Ventetid < 30 dage")
    assert 'aria-hidden="true"' in svg_chart(drawn)


@pytest.mark.parametrize(
    ("part", "broken"),
    [("data", {"mode": "text"}), ("shapes", {"type": "circle"}), ("marker", {"symbol": "star"})],
)
def test_what_is_not_in_the_vocabulary_is_refused(series_of, part, broken):
    drawn = deepcopy(full(series_of))
    if part == "data":
        drawn["data"][0].update(broken)
    elif part == "shapes":
        drawn["layout"]["shapes"][0].update(broken)
    else:
        next(trace for trace in drawn["data"] if trace["name"] == "improvement")["marker"].update(broken)
    with pytest.raises(ValueError, match="has no SVG form"):
        svg_chart(drawn)
