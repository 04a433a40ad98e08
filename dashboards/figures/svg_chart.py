"""A chart of ours as SVG: the same figure that Plotly draws, so that screen, paper and slides cannot disagree.

`spc_chart.figure` decides where everything stands. This module only puts it on paper, and knows no more of Plotly's
vocabulary than that module uses: lines, markers, boxes, paths, labels and two axes. Anything else is a `ValueError`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from markupsafe import Markup, escape

from dashboards.figures.marks import mark, place
from dashboards.theme import Theme

# Colours as the page's own tokens: an SVG drawn with them follows the theme the browser shows.
TOKENS = Theme(
    surface="var(--surface)", text="var(--text)", muted="var(--muted)", grid="var(--grid)",
    common="var(--sig-common)", improvement="var(--sig-imp)", improvement_text="var(--sig-imp-text)",
    concern="var(--sig-con)", concern_text="var(--sig-con-text)", change="var(--sig-chg)",
    change_text="var(--sig-chg-text)", centre="var(--centre)", limit="var(--limit)", target="var(--goal)",
    phase="var(--phase)",
)  # fmt: skip

_STATES = {"diamond": "improvement", "square": "concern", "hexagon": "change"}
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_TAG = re.compile(r"</?b>")
LINE_HEIGHT = 16  # pixels between two lines of a tick's words
DESCENT = 4  # pixels from the middle of 12 px letters down to their foot


def svg_chart(figure: Mapping[str, Any], *, label: str = "", font: str = "") -> Markup:
    """`figure` as one SVG element of the size it was planned for; the same figure is always the same string.

    Parameters
    ----------
    figure : Mapping
        What `spc_chart.figure` gives; with `theme=TOKENS` for a page of ours, with a plain theme for a file.
    label : str
        The name of the picture. Without one it is hidden from screen readers: the words stand beside it.
    font : str
        Font family for a file that stands alone; on a page the SVG has the page's.

    Raises
    ------
    ValueError
        A figure with parts that are not in our vocabulary.

    Examples
    --------
    >>> axis = {"range": [-0.5, 1.5], "tickvals": [0], "ticktext": ["jan."]}
    >>> layout = {"height": 100, "margin": {"l": 20, "r": 0, "t": 0, "b": 20}, "xaxis": axis,
    ...           "yaxis": {"range": [0, 10], "tickvals": [], "ticktext": []}, "shapes": [], "annotations": [],
    ...           "meta": {"width": 200}}
    >>> line = {"name": "data", "mode": "lines", "x": [0, 1], "y": [0, 10], "line": {"color": "#000", "width": 1}}
    >>> 'd="M65.0 80.0L155.0 0.0"' in svg_chart({"data": [line], "layout": layout})
    True
    """
    layout = figure["layout"]
    width, height = int(layout["meta"]["width"]), int(layout["height"])
    name = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    family = f' font-family="{escape(font)}"' if font else ""
    head = f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"{family} {name}>'
    if "margin" not in layout:  # words instead of a chart
        body = "".join(_words(layout, width, height))
    else:
        body = "".join(_Paper.of(layout, width).parts(figure["data"]))
    return Markup(f"{head}{body}</svg>")


def _words(layout: Mapping[str, Any], width: int, height: int) -> list[str]:
    return [
        _text(note["text"], width / 2, height / 2, "middle", note.get("font", {}))
        for note in layout.get("annotations", ())
    ]


@dataclass(frozen=True, slots=True)
class _Paper:
    """The plot on its paper: where a position and a value lie, in pixels from the top left corner."""

    left: float
    right: float
    top: float
    foot: float
    first: float
    last: float
    low: float
    high: float
    layout: Mapping[str, Any]

    @classmethod
    def of(cls, layout: Mapping[str, Any], width: int) -> _Paper:
        margin = layout["margin"]
        first, last = layout["xaxis"]["range"]
        low, high = layout["yaxis"]["range"]
        foot = layout["height"] - margin["b"]
        return cls(margin["l"], width - margin["r"], margin["t"], foot, first, last, low, high, layout)

    def x(self, position: float, ref: str = "x") -> float:
        """A position across the periods; with ref "paper" a share of the plot's width."""
        share = position if ref == "paper" else (position - self.first) / (self.last - self.first)
        return self.left + share * (self.right - self.left)

    def y(self, value: float, ref: str = "y") -> float:
        """A value; with ref "paper" a share of the plot's height, 1 at the top."""
        share = value if ref == "paper" else (value - self.low) / (self.high - self.low)
        return self.foot - share * (self.foot - self.top)

    def parts(self, traces: Sequence[Mapping[str, Any]]) -> list[str]:
        """Every element from the back to the front."""
        shapes = self.layout["shapes"]
        back = [shape for shape in shapes if shape.get("layer") == "below"]
        front = [shape for shape in shapes if shape.get("layer") != "below"]
        drawn = [self._shape(shape) for shape in back]
        drawn += self._axes()
        for trace in traces:
            drawn += self._trace(trace)
        drawn += [self._shape(shape) for shape in front]
        drawn += [self._label(label) for label in self.layout["annotations"]]
        return drawn

    # ----------------------------------------------------------------------------------------------------------- axes

    def _axes(self) -> list[str]:
        across, up = self.layout["xaxis"], self.layout["yaxis"]
        font = across.get("tickfont", {})
        drawn = []
        for value, words in zip(up["tickvals"], up["ticktext"], strict=True):
            y = self.y(value)
            if "gridcolor" in up:
                drawn.append(_path(f"M{place(self.left)} {place(y)}H{place(self.right)}", up["gridcolor"], 1))
            standoff = up.get("ticklabelstandoff", 6)
            drawn.append(_text(words, self.left - standoff, y + DESCENT, "end", up.get("tickfont", font)))
        if across.get("showline"):
            drawn.append(_path(f"M{place(self.left)} {place(self.foot)}H{place(self.right)}", across["linecolor"], 1))
        length = across.get("ticklen", 4)
        for position, words in zip(across["tickvals"], across["ticktext"], strict=True):
            x = self.x(position)
            if "tickcolor" in across:
                drawn.append(_path(f"M{place(x)} {place(self.foot)}v{length}", across["tickcolor"], 1))
            for row, line in enumerate(words.split("<br>")):
                y = self.foot + length + 13 + row * LINE_HEIGHT
                weight = {"weight": 600} if line.startswith("<b>") else {}
                drawn.append(_text(_TAG.sub("", line), x, y, "middle", {**font, **weight}))
        return drawn

    # --------------------------------------------------------------------------------------------------------- traces

    def _trace(self, trace: Mapping[str, Any]) -> list[str]:
        if trace["mode"] == "lines":
            return [self._line(trace)]
        if trace["mode"] != "markers":
            raise ValueError(f"a trace with mode {trace['mode']!r} has no SVG form")
        if trace["marker"].get("opacity") == 0:  # it carries the hover box of the screen
            return []
        return [
            _marker(trace["marker"], self.x(x), self.y(y))
            for x, y in zip(trace["x"], trace["y"], strict=True)
            if x is not None and y is not None
        ]

    def _line(self, trace: Mapping[str, Any]) -> str:
        path, pen_is_down = "", False
        for x, y in zip(trace["x"], trace["y"], strict=True):
            if x is None or y is None:
                pen_is_down = False
                continue
            path += f"{'L' if pen_is_down else 'M'}{place(self.x(x))} {place(self.y(y))}"
            pen_is_down = True
        line = trace["line"]
        return _path(path, line["color"], line["width"], line.get("dash", "")) if path else ""

    # --------------------------------------------------------------------------------------------------------- shapes

    def _shape(self, shape: Mapping[str, Any]) -> str:
        draw = {"rect": self._rect, "line": self._shape_line, "path": self._shape_path}.get(shape["type"])
        if draw is None:
            raise ValueError(f"a shape of type {shape['type']!r} has no SVG form")
        return draw(shape)

    def _across(self, shape: Mapping[str, Any], end: str) -> float:
        ref = shape.get("xref", "x")
        if shape.get("xsizemode") == "pixel":
            return self.x(shape["xanchor"], ref) + shape[end]
        return self.x(shape[end], ref)

    def _rect(self, shape: Mapping[str, Any]) -> str:
        x0, x1 = self._across(shape, "x0"), self._across(shape, "x1")
        y0, y1 = (self.y(shape[end], shape.get("yref", "y")) for end in ("y0", "y1"))
        box = f'x="{place(min(x0, x1))}" y="{place(min(y0, y1))}" width="{place(abs(x1 - x0))}"'
        return f'<rect {box} height="{place(abs(y1 - y0))}" fill="{escape(shape["fillcolor"])}"/>'

    def _shape_line(self, shape: Mapping[str, Any]) -> str:
        ref = shape.get("yref", "y")
        start = f"M{place(self._across(shape, 'x0'))} {place(self.y(shape['y0'], ref))}"
        stop = f"L{place(self._across(shape, 'x1'))} {place(self.y(shape['y1'], ref))}"
        line = shape["line"]
        return _path(start + stop, line["color"], line["width"], line.get("dash", ""))

    def _shape_path(self, shape: Mapping[str, Any]) -> str:
        """Steps of a path: "M-0.5,0.2 L0.5,0.2 Q…,… …,… Z"."""
        drawn = []
        for step in shape["path"].split():
            command = step[0] if step[0].isalpha() else ""
            pair = step[len(command) :]
            drawn.append(command + (self._pair(shape, pair) if pair else ""))
        line = shape.get("line", {})
        edge = f' stroke="{escape(line["color"])}" stroke-width="{line["width"]}"' if line.get("width") else ""
        return f'<path d="{" ".join(drawn)}" fill="{escape(shape["fillcolor"])}"{edge}/>'

    def _pair(self, shape: Mapping[str, Any], pair: str) -> str:
        across, up = (float(number) for number in pair.split(","))
        ref_x, ref_y = shape.get("xref", "x"), shape.get("yref", "y")
        is_pixel = shape.get("xsizemode") == "pixel"
        x = self.x(shape["xanchor"], ref_x) + across if is_pixel else self.x(across, ref_x)
        # Pixels count upwards from their anchor.
        pixel = shape.get("ysizemode") == "pixel"
        y = self.y(shape["yanchor"], ref_y) - up if pixel else self.y(up, ref_y)
        return f"{place(x)} {place(y)}"

    # --------------------------------------------------------------------------------------------------------- labels

    def _label(self, label: Mapping[str, Any]) -> str:
        x = self.x(label["x"], label.get("xref", "x")) + label.get("xshift", 0)
        y = self.y(label["y"], label.get("yref", "y")) + DESCENT
        halo = self.layout["paper_bgcolor"] if label["font"].get("shadow") else ""
        return _text(label["text"], x, y, _ANCHORS[label["xanchor"]], label["font"], halo=halo)


def _path(steps: str, colour: str, width: float, dash: str = "") -> str:
    pattern = f' stroke-dasharray="{escape(dash.replace("px", ""))}"' if dash else ""
    return f'<path d="{steps}" fill="none" stroke="{escape(colour)}" stroke-width="{width:g}"{pattern}/>'


def _text(words: str, x: float, y: float, anchor: str, font: Mapping[str, Any], *, halo: str = "") -> str:
    """One line of words; `words` are escaped as Plotly wants them. A halo lets them be read across a line."""
    weight = f' font-weight="{font["weight"]}"' if font.get("weight") else ""
    around = f' stroke="{escape(halo)}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{place(x)}" y="{place(y)}" text-anchor="{anchor}" font-size="{font.get("size", 12):g}"'
        f' fill="{escape(font.get("color", "currentColor"))}"{weight}{around}>{escape(unescape(words))}</text>'
    )


def _marker(style: Mapping[str, Any], x: float, y: float) -> str:
    """A point in the shape of its meaning; the classes `marks.mark` gives for a stylesheet become plain attributes."""
    symbol, line = style["symbol"], style.get("line", {})
    if symbol == "circle-x-open":
        r = style["size"] / 2
        k = r * math.sqrt(0.5)
        cross = f"M{place(x - k)} {place(y - k)}L{place(x + k)} {place(y + k)}"
        cross += f"M{place(x - k)} {place(y + k)}L{place(x + k)} {place(y - k)}"
        edge = f'stroke="{escape(style["color"])}" stroke-width="{line.get("width", 1.5):g}"'
        circle = f'<circle cx="{place(x)}" cy="{place(y)}" r="{place(r)}" fill="none" {edge}/>'
        return f'{circle}<path d="{cross}" fill="none" {edge}/>'
    if symbol != "circle" and symbol not in _STATES:
        raise ValueError(f"a marker of symbol {symbol!r} has no SVG form")
    usual = 10.0 if symbol in _STATES else 7.0  # pixels across on the big chart, for which `marks` has its sizes
    shape = mark(x, y, _STATES.get(symbol, ""), style["size"] / usual, is_open=False)
    paint = f'fill="{escape(style["color"])}" stroke="{escape(line["color"])}" stroke-width="{line["width"]:g}"'
    return re.sub(r'class="[^"]*"', paint, shape, count=1)
