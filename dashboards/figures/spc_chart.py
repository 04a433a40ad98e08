"""The run or control chart of one series as a plain Plotly figure: a dict of traces, shapes and labels.

A dict costs a tenth of a `go.Figure`. The figure draws what the assessment says and computes no limit and no signal.

Across runs the position of a period (0, 1, 2 …), so that phases, limits and targets begin and end at the edge of a
month's slot (position minus a half). Up, shapes and labels are placed in parts of the figure's height ("paper"), since
the height in pixels is fixed and known: that is how labels are kept 16 pixels apart whatever the width of the window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from html import escape
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from dashboards.figures.geometry import Axis, free_place, push_apart, text_width, value_axis
from dashboards.figures.points import (
    PhaseSpan,
    Point,
    centre_name,
    count_text,
    fraction_text,
    has_limits,
    phase_names,
    phase_spans,
    read_points,
    relation_text,
    spoken,
    status_words,
)
from dashboards.text import _, day_text, month, number, percent, period_text, shown_decimals, target_text, value_text
from dashboards.theme import FONT, LIGHT, Theme
from indicators.definition import PeriodKind
from indicators.periods import next_start
from indicators.spc import CHARTS

if TYPE_CHECKING:
    from indicators.assessment import Assessment
    from indicators.definition import IndicatorDefinition, Target

LABEL_GAP = 16  # pixels between the middles of two labels on the right
NARROW_WINDOW = 24  # months on a phone
MOST_VALUES = 3  # with more points outside the limits their values would stand in each other's way
MOST_FLAGS = 6  # more than this many notes in view are drawn together
FLAG = 18  # pixels, side of a flag
STRIP = 22  # pixels, height of the row that shows the denominator
SPREAD_OF_DENOMINATOR = 2.0  # the row is shown when the largest denominator is more than so many times the smallest

# Every graph of ours: no toolbar, no zoom by drag, no button that hands the data to an outside server.
CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
    "showAxisDragHandles": False,
    "responsive": True,
}

SYMBOLS = {"improvement": "diamond", "concern": "square", "change": "hexagon"}
POINT, SIGNAL = 7, 10  # pixels across


@dataclass(frozen=True, slots=True)
class Flag:
    """A note on the top edge: the same letter stands in the list of notes."""

    period: date
    letter: str
    text: str


@dataclass(frozen=True, slots=True)
class NationalMark:
    """A published national figure beside the series: a short tick with its year. It is never a target."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The room a chart has, in pixels. The width is what it was drawn for; on screen it follows the window."""

    width: int
    height: int
    right: int  # least room for labels
    most_right: int
    top: int
    bottom: int
    most_ticks: int

    @property
    def plot_height(self) -> int:
        return self.height - self.top - self.bottom


WIDE = Frame(width=884, height=436, right=96, most_right=190, top=28, bottom=42, most_ticks=6)
NARROW = Frame(width=346, height=300, right=72, most_right=116, top=28, bottom=42, most_ticks=6)
SMALL = Frame(width=220, height=118, right=8, most_right=8, top=8, bottom=20, most_ticks=3)
SMALL_POINT, SMALL_SIGNAL = 4.2, 6.0  # pixels across, on a small multiple


def figure(
    assessment: Assessment,
    *,
    unit_name: str = "",
    annotations: Sequence[Flag] = (),
    targets: Sequence[Target] = (),
    national: NationalMark | None = None,
    theme: Theme = LIGHT,
    narrow: bool = False,
    window: int | None = 36,
    frame: Frame | None = None,
) -> dict[str, Any]:
    """The chart as `{"data": […], "layout": {…}}` for `dcc.Graph`, in the language of the request.

    Parameters
    ----------
    assessment : Assessment
        The series; values in its unit of measure.
    unit_name : str
        Stands in the figure's `meta`, for exports.
    annotations : Sequence[Flag]
        Notes with letters; those outside the window are not drawn.
    targets : Sequence[Target]
        Those that concern the unit; each is drawn over the periods in which the assessment says it was in force.
    narrow : bool
        The phone's chart: 24 months, three labels on the right. It is a chart of its own, not the big one shrunk.
    window : int or None
        Latest periods to show; None shows all.
    frame : Frame or None
        The room for it, where that is neither the page's nor the phone's: a slide, a sheet of paper.
    """
    wanted = NARROW_WINDOW if narrow and (window is None or window > NARROW_WINDOW) else window
    points = read_points(assessment)
    points = points[-wanted:] if wanted else points
    room = frame or (NARROW if narrow else WIDE)
    if all(point.value is None for point in points):
        return _without_data(theme, room)
    drawing = _Drawing(assessment, points, list(targets), theme, room, narrow, unit_name)
    drawing.draw(sorted(annotations, key=lambda flag: flag.period), national)
    return drawing.as_dict()


def small_multiple(
    assessment: Assessment,
    *,
    axis: Axis,
    first: date,
    last: date,
    targets: Sequence[Target] = (),
    theme: Theme = LIGHT,
    frame: Frame = SMALL,
) -> dict[str, Any]:
    """One of several small charts that are read together: line, centre, target and signals, and no words but the years.

    `axis` (see `common_axis`) and the periods from `first` to `last` are the same for all of them, so that height and
    place mean the same everywhere; a period the series does not reach is left empty.
    """
    points = _between(read_points(assessment), first, last, assessment.definition.period)
    if all(point.value is None for point in points):
        return _without_data(theme, frame)
    drawing = _Drawing(assessment, points, list(targets), theme, frame, True, "", axis)
    drawing.draw_small()
    return drawing.as_dict()


def common_axis(
    assessments: Sequence[Assessment], *, first: date, last: date, targets: Sequence[Target] = (), most_ticks: int = 3
) -> Axis | None:
    """The value axis that holds every figure, centre and target of the small multiples; None where there is no figure.

    The series are of one indicator, or of indicators with one unit of measure.
    """
    shown = [
        value
        for assessment in assessments
        for point in read_points(assessment)
        if first <= point.period <= last
        for value in (point.value, point.centre if point.value is not None else None)
        if value is not None
    ]
    if not shown:
        return None
    definition = assessments[0].definition
    is_of_spread = CHARTS[definition.chart].is_of_spread
    return value_axis(
        shown + [target.value for target in targets],
        is_percent=definition.is_percent,
        minimum=0.0 if is_of_spread else definition.minimum,
        maximum=None if is_of_spread else definition.maximum,
        is_whole=not definition.has_denominator and definition.decimals == 0,
        most_ticks=most_ticks,
    )


def _between(points: list[Point], first: date, last: date, kind: PeriodKind) -> list[Point]:
    """A point for every period from `first` to `last`; those the series does not have are empty and not missing."""
    known = {point.period: point for point in points if first <= point.period <= last}
    found: list[Point] = []
    period = min(first, *known) if known else first
    phase = min((point.phase for point in known.values()), default=0)
    while period <= last:
        point = known.get(period)
        phase = phase if point is None else point.phase
        found.append(_empty(period, phase) if point is None else point)
        period = _after(period, kind)
    return [replace(point, position=position) for position, point in enumerate(found)]


def _empty(period: date, phase: int) -> Point:
    return Point(
        position=0, period=period, value=None, numerator=None, denominator=None, centre=None, lower=None, upper=None,
        phase=phase, is_open=False, is_missing=False, is_excluded=False, is_outside=False, mark="",
    )  # fmt: skip


def _without_data(theme: Theme, frame: Frame) -> dict[str, Any]:
    """Words instead of an empty grid."""
    words = {"text": _("Ingen data i den valgte periode"), "x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper"}
    hidden = {"visible": False, "fixedrange": True}
    return {
        "data": [],
        "layout": {
            "height": frame.height,
            "paper_bgcolor": theme.surface,
            "plot_bgcolor": theme.surface,
            "xaxis": hidden,
            "yaxis": dict(hidden),
            "annotations": [words | {"showarrow": False, "font": {"family": FONT, "size": 14, "color": theme.muted}}],
            "meta": {"width": frame.width},
        },
    }


@dataclass(slots=True)
class _Drawing:
    assessment: Assessment
    points: list[Point]
    targets: list[Target]
    theme: Theme
    frame: Frame
    narrow: bool
    unit_name: str
    shared: Axis | None = None  # of small multiples
    traces: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[dict[str, Any]] = field(default_factory=list)
    labels: list[dict[str, Any]] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    spans: list[PhaseSpan] = field(init=False)
    axis: Axis = field(init=False)
    top_value: float = field(init=False)
    left: int = field(init=False)
    right: int = field(init=False)
    strip: int = field(init=False)

    @property
    def definition(self) -> IndicatorDefinition:
        return self.assessment.definition

    @property
    def floor(self) -> float | None:
        """The least that can be drawn: how far values lie from one another has a floor of its own."""
        return 0.0 if CHARTS[self.definition.chart].is_of_spread else self.definition.minimum

    # ------------------------------------------------------------------------------------------- the plan of the page

    def draw(self, flags: list[Flag], national: NationalMark | None) -> None:
        self.flags = flags_shown(flags, self.points, self.definition.period)
        self.spans = phase_spans(self.assessment, self.points)
        self._plan(national)
        self._phases()
        self._limits()
        self._centres()
        self._targets()
        self._open_periods()
        self._flags()
        self._line()
        self._missing()
        self._points()
        self._denominators()
        self._labels_inside()
        self._labels_right(national)

    def draw_small(self) -> None:
        assert self.shared is not None
        self.spans = phase_spans(self.assessment, self.points)
        self.axis, self.top_value = self.shared, self.shared.high
        self.left = round(max(max(text_width(number(tick, self.axis.decimals)) for tick in self.axis.ticks) + 10, 22))
        self.right, self.strip = self.frame.right, 0
        self._centres()
        self._targets()
        self._line()
        self._points()

    @property
    def sizes(self) -> tuple[float, float]:
        """Pixels across of a point and of a signal."""
        return (POINT, SIGNAL) if self.shared is None else (SMALL_POINT, SMALL_SIGNAL)

    def _plan(self, national: NationalMark | None) -> None:
        shown = [
            value
            for point in self.points
            for value in (point.value, point.centre, point.lower, point.upper)
            if value is not None
        ]
        shown += [target.value for target, _start, _stop in self._target_runs()]
        self.axis = value_axis(
            shown,
            is_percent=self.definition.is_percent,
            minimum=self.floor,
            maximum=None if CHARTS[self.definition.chart].is_of_spread else self.definition.maximum,
            is_whole=not self.definition.has_denominator and self.definition.decimals == 0,
            most_ticks=self.frame.most_ticks,
        )
        # Flags stand on the top edge, inside the plot: the values make room for them.
        headroom = (FLAG + 8) / self.frame.plot_height if self.flags else 0
        self.top_value = self.axis.high + headroom * self.axis.span / (1 - headroom)
        ticks = max(text_width(number(tick, self.axis.decimals)) for tick in self.axis.ticks)
        self.left = round(max(ticks + 14, 26))
        widest = max(text_width(text) for _value, text, *_style in self._right_items(national))
        self.right = round(min(max(widest + 22, self.frame.right), self.frame.most_right))
        sizes = [point.denominator for point in self.points if point.denominator]
        varies = bool(sizes) and max(sizes) > SPREAD_OF_DENOMINATOR * min(sizes)
        self.strip = STRIP + 4 if varies and not self.narrow else 0

    @property
    def width(self) -> float:
        """Pixels of a period's slot times their number, as planned."""
        return self.frame.width - self.left - self.right

    def _x(self, position: float) -> float:
        """Pixels from the left edge of the plot."""
        return (position + 0.5) * self.width / len(self.points)

    def _position(self, pixels: float) -> float:
        """The other way: the position of a place so many pixels from the left edge."""
        return pixels * len(self.points) / self.width - 0.5

    def _pixels(self, points: list[Point]) -> list[tuple[float, float]]:
        """The data line in pixels, for labels that keep clear of it."""
        return [(self._x(self._place(p)), self._y(p.value)) for p in points if p.value is not None]

    def _y(self, value: float) -> float:
        """Pixels from the top of the plot, downwards."""
        return (self.top_value - value) / (self.top_value - self.axis.low) * self.frame.plot_height

    def _paper(self, pixels: float) -> float:
        """From pixels below the top of the plot to the paper's own measure, where 1 is the top."""
        return 1 - pixels / self.frame.plot_height

    def _text(self, value: float, *, decimals: int | None = None) -> str:
        if decimals is None:
            return value_text(self.definition, value)
        return percent(value, decimals) if self.definition.is_percent else number(value, decimals)

    # ----------------------------------------------------------------------------------------------- lines and points

    def _trace(self, name: str, x: list[Any], y: list[Any], **style: Any) -> None:
        base = {"type": "scatter", "name": name, "x": x, "y": y, "hoverinfo": "skip", "showlegend": False}
        self.traces.append(base | {"cliponaxis": False, "connectgaps": False} | style)

    def _phases(self) -> None:
        """Every other phase has a background, counted from the last, which has one; names stand above the plot."""
        if len(self.spans) == 1 and not phase_names(self.spans)[0]:
            return
        roof = self._paper(-22)
        for index, (span, name) in enumerate(zip(self.spans, phase_names(self.spans), strict=True)):
            if (len(self.spans) - 1 - index) % 2 == 0:
                self.shapes.append(
                    {"type": "rect", "layer": "below", "x0": span.start - 0.5, "x1": span.stop - 0.5, "yref": "paper"}
                    | {"y0": 0, "y1": roof, "fillcolor": self.theme.phase, "line": {"width": 0}, "name": "phase"}
                )
            room = self._x(span.stop - 0.5) - self._x(span.start - 0.5)
            if name and room > text_width(name) + 8:
                self._label(name, x=span.start - 0.5, pixels=-11, xshift=6, name="phase name")
            if span.is_break and span.start > 0:
                for shift in (-1.5, 1.5):
                    self.shapes.append(
                        {"type": "line", "xsizemode": "pixel", "xanchor": span.start - 0.5, "x0": shift, "x1": shift}
                        | {"yref": "paper", "y0": 0, "y1": roof, "name": "data break"}
                        | {"line": {"color": self.theme.text, "width": 1}}
                    )
                when = period_text(self.points[span.start].period, self.definition.period)
                self._label(
                    _("databrud {period}").format(period=when),
                    x=span.start - 0.5, pixels=self.frame.plot_height - 11, xshift=7, halo=True, name="data break",
                )  # fmt: skip

    def _steps(self, of: Callable[[Point], float | None]) -> tuple[list[float | None], list[float | None]]:
        """A value per period drawn from slot edge to slot edge, with a gap between phases and where there is none."""
        x: list[float | None] = []
        y: list[float | None] = []
        for before, point in zip([None, *self.points], self.points, strict=False):
            if before is not None and before.phase != point.phase:
                x.append(None)
                y.append(None)
            value = of(point)
            place = self._place(point)
            x += [place - 0.5, place + 0.5]
            y += [value, value]
        return x, y

    def _place(self, point: Point) -> int:
        return point.position - self.points[0].position

    def _limits(self) -> None:
        if not has_limits(self.definition):
            return
        bounds: dict[str, Callable[[Point], float | None]] = {
            "upper limit": lambda point: point.upper,
            "lower limit": lambda point: point.lower,
        }
        for name, bound in bounds.items():
            x, y = self._steps(bound)
            if any(value is not None for value in y):
                self._trace(name, x, y, mode="lines", line={"color": self.theme.limit, "width": 1})

    def _centres(self) -> None:
        x, y = self._steps(lambda point: point.centre)
        if any(value is not None for value in y):
            self._trace("centre", x, y, mode="lines", line={"color": self.theme.centre, "width": 2})

    def _target_runs(self) -> list[tuple[Target, int, int]]:
        """(target, first position, position after the last): where each target holds in view."""
        runs: list[tuple[Target, int, int]] = []
        for position, point in enumerate(self.points):
            target = next((t for t in self.targets if t.value == point.target and t.holds_on(point.period)), None)
            if target is None:
                continue
            if runs and runs[-1][0] == target and runs[-1][2] == position:
                runs[-1] = (target, runs[-1][1], position + 1)
            else:
                runs.append((target, position, position + 1))
        return runs

    def _targets(self) -> None:
        for target, start, stop in self._target_runs():
            self._trace(
                "target", [start - 0.5, stop - 0.5], [target.value, target.value],
                mode="lines", line={"color": self.theme.target, "width": 1.5, "dash": "6px,4px"},
            )  # fmt: skip
            if self.narrow:
                continue
            words, left, right = "", self._x(start - 0.5), self._x(stop - 0.5)
            if stop < len(self.points) and target.valid_to is not None:
                until = month(target.valid_to, "short")
                aim = target_text(self.definition, target)
                words = _("måltal {target} til {month}").format(target=aim, month=until)
            elif start > 0 and target.valid_from is not None:
                words = _("måltal fra {month}").format(month=month(target.valid_from, "short"))
                right = min(right, left + 2.5 * text_width(words))  # near where it begins
            if not words:
                continue
            place = free_place(
                self._obstacles(), left=left, right=right, y=self._y(target.value), width=text_width(words)
            ) or (left + text_width(words) + 4, self._y(target.value) - 10)
            self._label(words, x=self._position(place[0]), pixels=place[1], anchor="right", halo=True)

    def _obstacles(self) -> list[tuple[float, float]]:
        """The data line and the centre lines in pixels."""
        centres = [
            (self._x(position), self._y(span.centre))
            for span in self.spans
            if span.centre is not None
            for position in (span.start - 0.5, span.stop - 0.5)
        ]
        return [*self._pixels(self.points), *centres]

    def _open_periods(self) -> None:
        first = next((self._place(point) for point in self.points if point.is_open), None)
        if first is None:
            return
        self.shapes.append(self._upright(first - 0.5, 0, 1) | {"name": "open"})
        self._label(
            _("åbne"), x=len(self.points) - 0.5, pixels=self.frame.plot_height - 10, xshift=-2,
            anchor="right", halo=True, name="open",
        )  # fmt: skip

    def _upright(self, x: float, y0: float, y1: float) -> dict[str, Any]:
        line = {"color": self.theme.muted, "width": 1, "dash": "1px,3px"}
        return {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": y0, "y1": y1, "line": line, "layer": "below"}

    def _line(self) -> None:
        """The data line: not over a missing period, not over a data break; dashed where periods are open."""
        style = {"color": self.theme.common, "width": 1.5}
        breaks = {span.start for span in self.spans if span.is_break}
        closed: tuple[list[Any], list[Any]] = ([], [])
        unfinished: tuple[list[Any], list[Any]] = ([], [])
        for point, after in pairwise([*self.points, None]):
            if point is None:
                continue
            place = self._place(point)
            if place in breaks and closed[0]:
                closed[0].append(None)
                closed[1].append(None)
            if not point.is_open:
                closed[0].append(place)
                closed[1].append(point.value)
            if point.is_open or (after is not None and after.is_open):
                unfinished[0].append(place)
                unfinished[1].append(point.value)
        self._trace("data", *closed, mode="lines", line=style)
        if unfinished[0]:
            self._trace("open line", *unfinished, mode="lines", line=style | {"dash": "3px,3px"})

    def _points(self) -> None:
        theme = self.theme
        point_size, signal_size = self.sizes
        edge = {"color": theme.surface, "width": 1 if self.shared is None else 0.5}
        colours = {"improvement": theme.improvement, "concern": theme.concern, "change": theme.change}
        groups: dict[str, list[Point]] = {}
        for point in self.points:
            if point.value is not None:
                groups.setdefault(_kind(point), []).append(point)
        styles = {
            "common": {"symbol": "circle", "size": point_size, "color": theme.common, "line": edge},
            "excluded": {
                "symbol": "circle-x-open",
                "size": point_size + 2,
                "color": theme.muted,
                "line": {"width": 1.5},
            },
            "open": {"symbol": "circle", "size": point_size, "color": theme.surface}
            | {"line": {"color": theme.common, "width": 1.5}},
        } | {
            state: {"symbol": SYMBOLS[state], "size": signal_size, "color": colour, "line": edge}
            for state, colour in colours.items()
        }
        for kind, style in styles.items():
            if kind in groups:
                x = [self._place(point) for point in groups[kind]]
                y = [point.value for point in groups[kind]]
                self._trace(kind, x, y, mode="markers", marker=style | {"opacity": 1})
        if self.shared is None:
            self._hover()

    def _hover(self) -> None:
        """One invisible row of points carries the box and the spoken words, so that no point says two things."""
        notes: dict[int, list[Flag]] = {}
        end = _after(self.points[-1].period, self.definition.period)
        for flag in self.flags:
            if flag.period >= end:
                continue  # about none of the points: it stands in the list of notes
            notes.setdefault(self._slot(flag), []).append(flag)
        axis_foot = [self.axis.low if point.value is None else point.value for point in self.points]
        self._trace(
            "hover",
            [self._place(point) for point in self.points],
            axis_foot,
            mode="markers",
            marker={"size": 14, "color": self.theme.text, "opacity": 0},
            text=[self._box(point, notes.get(self._place(point), [])) for point in self.points],
            customdata=[
                spoken(
                    self.definition,
                    point,
                    ", ".join(
                        _("note {letter}: {text}").format(letter=flag.letter, text=flag.text)
                        for flag in notes.get(self._place(point), [])
                    ),
                )
                for point in self.points
            ],
            hoverinfo="text",
            hovertemplate="%{text}<extra></extra>",
        )

    def _box(self, point: Point, notes: list[Flag]) -> str:
        lines = [f"<b>{escape(period_text(point.period, self.definition.period, 'long'))}</b>"]
        if point.value is not None:
            value = value_text(self.definition, point.value, denominator=point.denominator)
            fraction = fraction_text(self.definition, point)
            lines.append(f"<b>{escape(value)}</b>" + (f" ({escape(fraction)})" if fraction else ""))
        relation = relation_text(self.definition, point)
        if relation and point.centre is not None:
            lines.append(escape(f"{relation} ({centre_name(self.definition).lower()} {self._text(point.centre)})"))
        lines += [escape(words) for words in status_words(point)]
        for flag in notes:
            lines += [escape(part) for part in wrap(f"{flag.letter}: {flag.text}", 44)]
        return "<br>".join(lines)

    def _missing(self) -> None:
        """A tick on the axis and "ingen data" over the stretch: never a zero, never a line through."""
        gaps = [self._place(point) for point in self.points if point.is_missing]
        if not gaps:
            return
        for place in gaps:
            self.shapes.append(
                {"type": "line", "x0": place, "x1": place, "yref": "paper", "y0": 0, "y1": 8 / self.frame.plot_height}
                | {"line": {"color": self.theme.muted, "width": 1.5}, "name": "missing"}
            )  # fmt: skip
        stretches = [[gaps[0]]]
        for before, place in pairwise(gaps):
            if place == before + 1 and self.points[place].is_hidden == self.points[before].is_hidden:
                stretches[-1].append(place)
            else:
                stretches.append([place])
        edge = -1e9
        for stretch in stretches:
            middle = (stretch[0] + stretch[-1]) / 2
            words = _("skjult") if self.points[stretch[0]].is_hidden else _("ingen data")
            if self._x(middle) - text_width(words) / 2 > edge:
                self._label(
                    words, x=middle, pixels=self.frame.plot_height - 17, anchor="center", halo=True, name="missing"
                )
                edge = self._x(middle) + text_width(words) / 2 + 6

    def _denominators(self) -> None:
        """A grey step row under the axis where the denominator varies much: which points weigh little."""
        if not self.strip:
            return
        sizes = [point.denominator or 0.0 for point in self.points]
        foot = self.frame.plot_height + self.frame.bottom + STRIP
        steps = [f"M-0.5,{self._paper(foot):.4f}"]
        for place, size in enumerate(sizes):
            height = self._paper(foot - (STRIP - 4) * size / max(sizes))
            steps.append(f"L{place - 0.5},{height:.4f} L{place + 0.5},{height:.4f}")
        path = " ".join([*steps, f"L{len(sizes) - 0.5},{self._paper(foot):.4f} Z"])
        line = {"color": self.theme.limit, "width": 1}
        self.shapes.append(
            {
                "type": "path",
                "path": path,
                "yref": "paper",
                "fillcolor": self.theme.grid,
                "line": line,
                "name": "denominator",
            }
        )
        known = [size for size in sizes if size]
        words = _("Nævner {least}–{most}").format(least=count_text(min(known)), most=count_text(max(known)))
        self._label(words, x=1, pixels=foot - STRIP / 2, xshift=14, xref="paper", name="denominator")

    # ---------------------------------------------------------------------------------------------------------- flags

    def _slot(self, flag: Flag) -> int:
        """The position of the period a note falls in."""
        return max(
            (self._place(point) for point in self.points if point.period <= flag.period),
            default=0,
        )

    def _flags(self) -> None:
        """A letter on the top edge and a dotted line to its point.

        Notes of one period share a flag; more than six flags in view are drawn together with neighbours ("A–C").
        """
        groups: list[tuple[list[Flag], float]] = []
        end = _after(self.points[-1].period, self.definition.period)
        for flag in self.flags:
            # What was written since, while figures are still to come, stands at the right edge: it is about no point.
            slot = float(self._slot(flag)) if flag.period < end else len(self.points) - 0.5
            if groups and groups[-1][1] == slot:
                groups[-1][0].append(flag)
            else:
                groups.append(([flag], slot))
        while len(groups) > MOST_FLAGS:
            index = min(range(len(groups) - 1), key=lambda i: groups[i + 1][1] - groups[i][1])
            flags = groups[index][0] + groups[index + 1][0]
            groups[index : index + 2] = [(flags, (groups[index][1] + groups[index + 1][1]) / 2)]
        edges = [-1e9, -1e9]
        for flags, slot in groups:
            letters = flags[0].letter if len(flags) == 1 else f"{flags[0].letter}–{flags[-1].letter}"
            half = max(FLAG, text_width(letters) + 8) / 2
            # The first and the last stand clear of the edges: what crosses them is cut off.
            middle = min(max(self._x(slot), half), self.width - half)
            stand = slot if middle == self._x(slot) else self._position(middle)
            row = 0 if middle - half >= edges[0] + 2 else 1
            edges[row] = middle + half
            top = 2 + row * (FLAG + 2)
            foot = self._flag_foot(slot, top + FLAG)
            if foot is not None:
                self.shapes.append(
                    self._upright(slot, self._paper(foot), self._paper(top + FLAG)) | {"name": "flag line"}
                )
            self.shapes.append(
                {"type": "path", "path": _rounded(half, FLAG), "xsizemode": "pixel", "xanchor": stand, "name": "flag"}
                | {"ysizemode": "pixel", "yref": "paper", "yanchor": self._paper(top + FLAG)}
                | {"fillcolor": self.theme.text, "line": {"width": 0}}
            )
            self._label(
                letters,
                x=stand,
                pixels=top + FLAG / 2,
                anchor="center",
                colour=self.theme.surface,
                bold=True,
                name="flag",
            )

    def _flag_foot(self, slot: float, top: float) -> float | None:
        """Pixels where the dotted line of a flag ends: short of its point, or the foot of the plot between points."""
        if slot == len(self.points) - 0.5:
            return float(self.frame.plot_height)
        if slot != int(slot):
            return None
        value = self.points[int(slot)].value
        foot = self.frame.plot_height if value is None else self._y(value) - 9
        return foot if foot > top else None

    # --------------------------------------------------------------------------------------------------------- labels

    def _label(
        self,
        text: str,
        *,
        x: float,
        pixels: float,
        xshift: float = 0,
        anchor: str = "left",
        colour: str | None = None,
        bold: bool = False,
        halo: bool = False,
        xref: str = "x",
        name: str = "label",
    ) -> None:
        font: dict[str, Any] = {"family": FONT, "size": 12, "color": colour or self.theme.muted}
        if bold:
            font["weight"] = 600
        if halo:
            font["shadow"] = ", ".join(
                f"{dx}px {dy}px 1px {self.theme.surface}" for dx in (-1, 0, 1) for dy in (-1, 0, 1)
            )
        self.labels.append(
            {"text": escape(text), "x": x, "xref": xref, "y": self._paper(pixels), "yref": "paper", "xanchor": anchor}
            | {"yanchor": "middle", "xshift": xshift, "showarrow": False, "borderpad": 0, "font": font, "name": name}
        )

    def _labels_inside(self) -> None:
        """The centre of each closed phase at its end, and the values outside the limits."""
        for span in self.spans[:-1]:
            if span.centre is None:
                continue
            inside = self.points[span.start : span.stop]
            line = self._pixels(inside)
            text = f"{centre_name(self.definition)} {self._text(span.centre)}"
            if self.narrow:
                text = self._text(span.centre)
            left, right = self._x(span.start - 0.5), self._x(span.stop - 0.5)
            place = free_place(line, left=left, right=right, y=self._y(span.centre), width=text_width(text))
            if place is None:
                text = self._text(
                    span.centre, decimals=min(self.definition.decimals, 0 if self.definition.is_percent else 1)
                )
                place = (left + text_width(text) + 2, self._y(span.centre) + 10)
            edge, middle = place
            self._label(
                text,
                x=self._position(edge),
                pixels=middle,
                anchor="right",
                colour=self.theme.text,
                halo=True,
                name="centre",
            )
        if self.narrow:
            return
        latest = self._latest()
        outside = [point for point in self.points if point.is_outside and point.mark and point is not latest]
        for point in outside if len(outside) <= MOST_VALUES else []:
            assert point.value is not None
            text = value_text(self.definition, point.value, denominator=point.denominator)
            room = self._x(self._place(point)) > text_width(text) + 14
            self._label(
                text, x=self._place(point), pixels=self._y(point.value), xshift=-9 if room else 9, name="outside",
                anchor="right" if room else "left", colour=self._signal_text(point), bold=True, halo=True,
            )  # fmt: skip

    def _latest(self) -> Point | None:
        closed = (point for point in reversed(self.points) if not point.is_open and point.value is not None)
        return next(closed, None)

    def _signal_text(self, point: Point) -> str:
        theme = self.theme
        return {
            "improvement": theme.improvement_text,
            "concern": theme.concern_text,
            "change": theme.change_text,
        }.get(point.mark, theme.text)

    def _right_items(self, national: NationalMark | None) -> list[tuple[float, str, str, bool, str]]:
        """(value, text, colour, bold, name) of the labels right of the plot."""
        theme, definition = self.theme, self.definition
        items: list[tuple[float, str, str, bool, str]] = []
        latest = self._latest()
        if latest is not None and latest.value is not None:
            is_short = definition.period in (PeriodKind.MONTH, PeriodKind.DAY)
            when = period_text(latest.period, definition.period, "name" if is_short else "short")
            value = value_text(definition, latest.value, denominator=latest.denominator)
            items.append((latest.value, f"{when} {value}", self._signal_text(latest), True, "latest"))
        runs = self._target_runs()
        if runs and runs[-1][2] == len(self.points):
            text = _("Måltal {target}").format(target=target_text(definition, runs[-1][0]))
            items.append((runs[-1][0].value, text, theme.text, True, "target"))
        centre = self.spans[-1].centre
        if centre is not None:
            items.append((centre, f"{centre_name(definition)} {self._text(centre)}", theme.text, False, "centre"))
        if self.narrow:
            return items
        decimals = 0 if definition.is_percent else shown_decimals(definition)
        if latest is not None and has_limits(definition):
            lines = (
                ("upper limit", _("Øvre grænse {value}"), latest.upper, definition.maximum),
                ("lower limit", _("Nedre grænse {value}"), latest.lower, self.floor or 0.0),
            )
            for name, words, limit, edge in lines:
                if limit is None:
                    continue
                text = self._text(limit, decimals=decimals)
                # A limit at the edge of what is possible says nothing.
                if edge is None or text != self._text(edge, decimals=decimals):
                    items.append((limit, words.format(value=text), theme.muted, False, name))
        if national is not None and self._is_in_view(national.value):
            items.append((national.value, national.label, theme.muted, False, "national"))
        return items

    def _is_in_view(self, value: float) -> bool:
        axis = getattr(self, "axis", None)
        return axis is not None and axis.low <= value <= axis.high

    def _labels_right(self, national: NationalMark | None) -> None:
        items = sorted(self._right_items(national), key=lambda item: -item[0])
        wanted = [self._y(item[0]) for item in items]
        places = push_apart(wanted, LABEL_GAP, -6.0, self.frame.plot_height + 2.0)
        for (_value, text, colour, bold, name), start, stop in zip(items, wanted, places, strict=True):
            self.shapes.append(
                {
                    "type": "line",
                    "xref": "paper",
                    "xanchor": 1,
                    "xsizemode": "pixel",
                    "x0": 3,
                    "x1": 11,
                    "yref": "paper",
                }
                | {"y0": self._paper(start), "y1": self._paper(stop), "line": {"color": self.theme.limit, "width": 1}}
                | {"name": "leader"}
            )
            self._label(text, x=1, pixels=stop, xshift=14, colour=colour, bold=bold, xref="paper", name=f"right {name}")
        if national is not None and self._is_in_view(national.value) and not self.narrow:
            y = self._paper(self._y(national.value))
            self.shapes.append(
                {
                    "type": "line",
                    "xref": "paper",
                    "xanchor": 1,
                    "xsizemode": "pixel",
                    "x0": -10,
                    "x1": 3,
                    "yref": "paper",
                }
                | {"y0": y, "y1": y, "line": {"color": self.theme.target, "width": 2.5}, "name": "national"}
            )

    # ----------------------------------------------------------------------------------------------------------- axes

    def _ticks(self) -> tuple[list[int], list[str]]:
        """Positions and words of the ticks across: a few periods by name, and the year in bold under its first."""
        kind = self.definition.period
        step = _tick_step(kind, len(self.points), self.narrow)
        places, words = [], []
        seen: set[int] = set()
        for place, point in enumerate(self.points):
            # Cases come when they come: every so many of them has its date.
            number_in_year = place if kind is PeriodKind.DAY else _number_in_year(point.period, kind)
            if number_in_year % step:
                continue
            text = _tick_text(point.period, kind)
            starts_year = kind is PeriodKind.DAY or number_in_year == 0 or not self._has_january()
            if starts_year and point.period.year not in seen and kind is not PeriodKind.YEAR:
                text += f"<br><b>{point.period.year}</b>"
                seen.add(point.period.year)
            places.append(place)
            words.append(text)
        return places, words

    def _year_ticks(self) -> tuple[list[int], list[str]]:
        """The first period of every year that begins in view; where none does, the first period by its own name."""
        kind = self.definition.period
        years = [
            (place, str(point.period.year))
            for place, point in enumerate(self.points)
            if place and point.period.year != self.points[place - 1].period.year
        ] or [(0, period_text(self.points[0].period, kind, "short"))]
        # Words of 28 pixels that stand nearer than 40 would touch.
        every = max(1, round(40 * len(years) / max(self.width, 1)))
        places, words = zip(*years[::every], strict=True)
        return list(places), list(words)

    def _has_january(self) -> bool:
        return any(_number_in_year(point.period, self.definition.period) == 0 for point in self.points)

    def as_dict(self) -> dict[str, Any]:
        theme, frame = self.theme, self.frame
        font = {"family": FONT, "size": 12, "color": theme.muted}
        places, words = self._ticks() if self.shared is None else self._year_ticks()
        xaxis = {
            "range": [-0.5, len(self.points) - 0.5], "tickmode": "array", "tickvals": places, "ticktext": words,
            "ticks": "outside", "ticklen": 4, "tickangle": 0, "tickcolor": theme.limit, "tickfont": font,
            "showgrid": False, "zeroline": False, "showline": True, "linecolor": theme.limit, "fixedrange": True,
            "showspikes": False, "anchor": "y", "automargin": False,
        }  # fmt: skip
        yaxis = {
            "range": [self.axis.low, self.top_value], "tickmode": "array", "tickvals": list(self.axis.ticks),
            "ticktext": [number(tick, self.axis.decimals) for tick in self.axis.ticks], "ticks": "", "ticklen": 0,
            "tickfont": font, "gridcolor": theme.grid, "gridwidth": 1, "zeroline": False, "showline": False,
            "fixedrange": True, "automargin": False, "ticklabelstandoff": 6,
        }  # fmt: skip
        layout: dict[str, Any] = {
            "height": frame.height + self.strip, "autosize": True, "hovermode": "x", "dragmode": False,
            "margin": {"l": self.left, "r": self.right, "t": frame.top, "b": frame.bottom + self.strip, "pad": 0},
            "paper_bgcolor": theme.surface, "plot_bgcolor": "rgba(0,0,0,0)", "font": font, "showlegend": False,
            "xaxis": xaxis, "yaxis": yaxis, "shapes": self.shapes, "annotations": self.labels, "hoverdistance": 40,
            "hoverlabel": {
                "bgcolor": theme.surface, "bordercolor": theme.limit, "align": "left", "namelength": 0,
                "font": {"family": FONT, "size": 13, "color": theme.text},
            },
            "meta": {"indicator": self.definition.code, "unit": self.unit_name, "width": frame.width},
        }  # fmt: skip
        return {"data": self.traces, "layout": layout}


def _kind(point: Point) -> str:
    if point.is_excluded:
        return "excluded"
    if point.is_open:
        return "open"
    return point.mark if point.mark in SYMBOLS else "common"


def _rounded(half: float, height: float, radius: float = 4) -> str:
    """A box with round corners, `2 * half` wide, standing on its foot, in pixels (up is positive)."""
    h, r = height, radius
    return (
        f"M{-half + r},0 L{half - r},0 Q{half},0 {half},{r} L{half},{h - r} Q{half},{h} {half - r},{h} "
        f"L{-half + r},{h} Q{-half},{h} {-half},{h - r} L{-half},{r} Q{-half},0 {-half + r},0 Z"
    )


def _number_in_year(day: date, kind: PeriodKind) -> int:
    if kind is PeriodKind.MONTH:
        return day.month - 1
    if kind is PeriodKind.QUARTER:
        return (day.month - 1) // 3
    if kind is PeriodKind.WEEK:
        return day.isocalendar().week - 1
    return 0


def _tick_text(day: date, kind: PeriodKind) -> str:
    if kind is PeriodKind.DAY:
        return day_text(day, "short")
    if kind is PeriodKind.MONTH:
        return month(day, "name")
    if kind is PeriodKind.QUARTER:
        quarter = (day.month - 1) // 3 + 1
        return _("{quarter}. kvt.").format(quarter=quarter)
    if kind is PeriodKind.WEEK:
        return str(day.isocalendar().week)
    return str(day.year)


def _tick_step(kind: PeriodKind, count: int, narrow: bool) -> int:
    """Every how many periods a tick stands, so that their words never touch."""
    if kind is PeriodKind.YEAR:
        return 1
    if kind is PeriodKind.DAY:
        return -(-count // (4 if narrow else 10))
    if kind is PeriodKind.QUARTER:
        return 1 if count <= (5 if narrow else 12) else 2 if count <= 24 else 4
    if kind is PeriodKind.WEEK:
        return 4 if count <= 60 else 13
    for step, most in ((1, 6), (3, 14), (6, 54)) if narrow else ((1, 14), (3, 50), (6, 96)):
        if count <= most:
            return step
    return 12


def flags_shown(flags: Sequence[Flag], points: Sequence[Point], kind: PeriodKind) -> list[Flag]:
    """The flags that are drawn over `points`: those of their periods, and of the two that come next."""
    first, beyond = points[0].period, _after(_after(_after(points[-1].period, kind), kind), kind)
    return [flag for flag in flags if first <= flag.period < beyond]


def _after(day: date, kind: PeriodKind) -> date:
    """The first day after the period that starts on `day`; notes carry dates inside it."""
    return next_start(day, kind)
