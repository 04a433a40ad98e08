"""The same charts once more, in plain Python: loops, lists and the formulas as the books print them.

Nothing here is imported from `indicators`, and nothing is fast. `analyse` follows the conventions of the project;
with `as_qicharts2=True` it follows those of qicharts2 0.8.1 as the README of the shared reference figures states them,
so that the exceptions the project makes can be tried on any data.

Sources: Montgomery, Introduction to Statistical Quality Control (i, mr, xbar, s, p, u, c); Laney 2002 (pp, up); Taylor
(ip); Nelson 1994 (t); Benneyan 2001 (g); Anhøj & Olesen 2014 (runs).
"""

from __future__ import annotations

import itertools
import math
import statistics
from dataclasses import dataclass, field
from typing import Any

Number = float | None


class RefusedError(Exception):
    """The data cannot be charted."""


@dataclass
class Point:
    """One subgroup and everything that is found out about it; None where there is nothing."""

    x: Any
    y: Number
    came: Number
    total: Number
    n: Number
    size: int
    sd: Number
    index: int = 0
    part: int = 1
    baseline: bool = True
    include: bool = True
    cl: Number = None
    lcl: Number = None
    ucl: Number = None
    lcl_95: Number = None
    ucl_95: Number = None
    sigma_signal: bool = False
    runs: dict[str, Any] = field(default_factory=dict)

    @property
    def feeds(self) -> bool:
        return self.baseline and self.include


def analyse(
    rows: list[tuple[Any, Number, Number]],
    chart: str,
    *,
    has_n: bool = False,
    is_category: bool = False,
    freeze: int | None = None,
    part: tuple[int, ...] = (),
    exclude: tuple[int, ...] = (),
    cl: Number = None,
    multiply: float = 1.0,
    agg: str = "mean",
    screened: bool = True,
    y_neg: bool = True,
    as_qicharts2: bool = False,
) -> list[Point]:
    """The points of one series. `rows` are (x, y, n) in any order; `part` holds the last index of each part but one."""
    if chart in ("c", "xbar", "s", "t", "g"):
        has_n = has_n and as_qicharts2 and chart not in ("c", "s")
    points = subgroups(rows, chart, has_n, is_category, agg, as_qicharts2)
    for index, point in enumerate(points, start=1):
        point.index = index
        point.part = 1 + sum(1 for last in set(part) if 0 < last < len(points) and last < index)
        point.include = index not in exclude
    set_baseline(points, freeze, ignore=as_qicharts2 and bool(part))
    for number in sorted({point.part for point in points}):
        phase = [point for point in points if point.part == number]
        came = [point.came for point in phase if point.include and point.came is not None]
        limits_of(phase, chart, cl, is_category, screened, has_n, as_qicharts2)
        if not as_qicharts2:
            without_variation(phase, came)
        runs = runs_of(phase)
        if is_category or chart == "mr":
            runs["runs_signal"] = False
        for point in phase:
            point.runs = runs
    if not y_neg:
        cut_below_zero(points)
    for point in points:
        for name in ("y", "cl", "lcl", "ucl", "lcl_95", "ucl_95"):
            value = getattr(point, name)
            setattr(point, name, None if value is None or not math.isfinite(value) else value * multiply)
        if point.y is not None and point.ucl is not None and point.lcl is not None:
            point.sigma_signal = point.y > point.ucl or point.y < point.lcl
    return points


def subgroups(
    rows: list[tuple[Any, Number, Number]], chart: str, has_n: bool, is_category: bool, agg: str, as_qicharts2: bool
) -> list[Point]:
    """Rows of one x taken together."""
    order: list[Any] = []
    for x, _, _ in rows:
        if x is not None and x not in order:
            order.append(x)
    if not is_category:
        order.sort()
    points = []
    for place in order:
        here = [(y, n) for x, y, n in rows if x == place]
        if has_n:
            here = [(y, n) for y, n in here if y is not None and n is not None]
            if any(n <= 0 for _, n in here):
                raise RefusedError("denominator not above 0")
        values = [y for y, _ in here if y is not None]
        total = math.fsum(values) if values else None
        n = math.fsum(n for _, n in here) if has_n and here else None
        sd = statistics.stdev(values) if len(values) > 1 else None
        y: Number = None
        if has_n:
            y = None if total is None or not n else total / n
        elif chart == "c":
            y = total
            if as_qicharts2 and total is None and len(here) > 1:
                y = 0.0
        elif chart == "s":
            y = sd
        elif values:
            taken = {"mean": statistics.fmean, "median": statistics.median, "sum": math.fsum}
            y = sd if agg == "sd" else taken[agg](values)
        elif as_qicharts2 and agg == "sum":
            y = 0.0
        if chart == "t" and y is not None and y <= 0:
            raise RefusedError("time not above 0")
        points.append(Point(place, y, y, total, n, len(values), sd))
    return points


def set_baseline(points: list[Point], freeze: int | None, ignore: bool) -> None:
    """Points after `freeze` in the phase it stands in do not feed the lines."""
    if freeze is None or ignore or freeze >= len(points):
        return
    frozen = points[freeze - 1].part
    for point in points:
        point.baseline = point.part != frozen or point.index <= freeze


# ---------------------------------------------------------------------------------------------------- centre and limits


def mean(values: list[float]) -> Number:
    return sum(values) / len(values) if values else None


def ranges_of(values: list[Number]) -> list[float]:
    """Steps between neighbours; a missing one breaks the chain on both sides."""
    steps = []
    for before, now in itertools.pairwise(values):
        if before is not None and now is not None:
            steps.append(abs(now - before))
    return steps


def screened_mean(steps: list[float], screened: bool, bound: float) -> Number:
    average = mean(steps)
    if screened and average is not None:
        average = mean([step for step in steps if step < bound * average])
    return average


def c4(n: int) -> float:
    """Mean standard deviation of n normal observations: products instead of gamma functions."""
    if n % 2 == 0:
        k = n // 2
        ratio = 2.0 ** (2 * k - 2) / (math.comb(2 * k - 2, k - 1) * (k - 1) * math.sqrt(math.pi)) if k > 1 else 0.0
        ratio = ratio * (k - 1) if k > 1 else 1 / math.sqrt(math.pi)  # Γ(k) / Γ(k - 1/2)
    else:
        k = (n - 1) // 2
        ratio = math.comb(2 * k, k) * math.sqrt(math.pi) * k / 2.0 ** (2 * k)  # Γ(k + 1/2) / Γ(k)
    return math.sqrt(2 / (n - 1)) * ratio


def set_lines(point: Point, centre: Number, sigma: Number, low: float = -math.inf, high: float = math.inf) -> None:
    point.cl = centre
    if centre is None or sigma is None or not math.isfinite(sigma):
        return
    point.ucl, point.lcl = min(centre + 3 * sigma, high), max(centre - 3 * sigma, low)
    point.ucl_95, point.lcl_95 = min(centre + 2 * sigma, high), max(centre - 2 * sigma, low)


def limits_of(
    phase: list[Point], chart: str, cl: Number, is_category: bool, screened: bool, has_n: bool, as_qicharts2: bool
) -> None:
    if chart == "run":
        for point in phase:
            values = [other.y for other in phase if other.feeds and other.y is not None]
            point.cl = cl if cl is not None else statistics.median(values) if values else None
    elif chart == "i":
        centre, sigma = individuals([point.y for point in phase], phase, cl, screened)
        for point in phase:
            set_lines(point, centre, sigma)
    elif chart == "t":
        times(phase, cl, screened, as_qicharts2)
    elif chart == "mr":
        moving_ranges(phase, cl)
    elif chart == "ip":
        weighted_individuals(phase, cl, screened, has_n, as_qicharts2)
    elif chart in ("xbar", "s"):
        within_subgroups(phase, chart, cl, as_qicharts2)
    elif chart in ("p", "pp", "u", "up"):
        attributes(phase, chart, cl, is_category, screened)
    elif chart == "c":
        centre = cl if cl is not None else mean([point.y for point in phase if point.feeds and point.y is not None])
        for point in phase:
            set_lines(point, centre, None if centre is None else math.sqrt(centre), low=0.0)
    elif chart == "g":
        between(phase, cl)
    else:
        raise ValueError(chart)


def individuals(values: list[Number], phase: list[Point], cl: Number, screened: bool) -> tuple[Number, Number]:
    baseline = [value for value, point in zip(values, phase, strict=True) if point.feeds]
    centre = cl if cl is not None else mean([value for value in baseline if value is not None])
    average = screened_mean(ranges_of(baseline), screened, 3.267)
    return centre, None if average is None else average / 1.128


def times(phase: list[Point], cl: Number, screened: bool, as_qicharts2: bool) -> None:
    roots = [None if point.y is None else point.y ** (1 / 3.6) for point in phase]
    centre, sigma = individuals(roots, phase, cl, screened)
    for point in phase:
        set_lines(point, centre, sigma)
        for name in ("cl", "ucl", "ucl_95", "lcl", "lcl_95"):
            value = getattr(point, name)
            if value is not None:
                setattr(point, name, value**3.6 if value >= 0 else None)
        if point.lcl is None:
            point.lcl = 0.0
        if point.lcl_95 is None and point.ucl is not None and not as_qicharts2:
            point.lcl_95 = 0.0


def moving_ranges(phase: list[Point], cl: Number) -> None:
    came = [point.y for point in phase]
    for place, point in enumerate(phase):
        point.y = None
        if place and came[place] is not None and came[place - 1] is not None:
            point.y = abs(came[place] - came[place - 1])
    centre = cl if cl is not None else mean([point.y for point in phase if point.feeds and point.y is not None])
    for point in phase:
        point.cl = centre
        if centre is not None:
            point.ucl, point.ucl_95 = 3.267 * centre, 3.267 / 3 * 2 * centre
        point.lcl = point.lcl_95 = 0.0


def weighted_individuals(phase: list[Point], cl: Number, screened: bool, has_n: bool, as_qicharts2: bool) -> None:
    weight = {point.index: (point.n if has_n else point.size) for point in phase}
    known = [point for point in phase if point.feeds and point.y is not None]
    total = sum(weight[point.index] for point in known)
    centre = cl if cl is not None else sum(point.y * weight[point.index] for point in known) / total if known else None
    chain = [point for point in phase if point.feeds or as_qicharts2]
    steps = []
    for before, now in itertools.pairwise(chain):
        if before.y is not None and now.y is not None:
            spread = math.sqrt(1 / weight[before.index] + 1 / weight[now.index])
            steps.append(math.sqrt(math.pi / 2) * abs(now.y - before.y) / spread)
    average = screened_mean(steps, screened, 3.2665)
    for point in phase:
        if average is None or point.y is None:
            point.cl = centre
        else:
            set_lines(point, centre, average / math.sqrt(weight[point.index]))


def within_subgroups(phase: list[Point], chart: str, cl: Number, as_qicharts2: bool) -> None:
    feeding = [point for point in phase if point.feeds]
    sds = [point for point in feeding if point.sd is not None]
    sizes = {point.size for point in (phase if as_qicharts2 else feeding)}
    spread: Number = None
    if sds and len(sizes) == 1:
        spread = mean([point.sd for point in sds])
    elif sds:
        squares = sum((point.size - 1) * point.sd**2 for point in sds)
        freedom = sum(point.size - 1 for point in feeding)  # an empty subgroup counts -1, as in qicharts2
        spread = math.sqrt(squares / freedom) if freedom > 0 else None
    if chart == "xbar":
        n = sum(point.size for point in feeding)
        centre = cl if cl is not None else sum(point.total for point in feeding if point.size) / n if n else None
    else:
        centre = cl if cl is not None else spread
    for point in phase:
        point.cl = centre
        if point.size < 2 or (spread is None and chart == "xbar") or centre is None:
            continue
        if chart == "xbar":
            set_lines(point, centre, spread / (c4(point.size) * math.sqrt(point.size)))
        else:
            set_lines(point, centre, centre * math.sqrt(1 - c4(point.size) ** 2) / c4(point.size), low=0.0)


def attributes(phase: list[Point], chart: str, cl: Number, is_category: bool, screened: bool) -> None:
    feeding = [point for point in phase if point.feeds and point.y is not None]
    centre = cl if cl is not None else sum(p.total for p in feeding) / sum(p.n for p in feeding) if feeding else None
    for point in phase:
        point.cl = centre
    if centre is None:
        return

    def plain(point: Point) -> float:
        variance = centre * (1 - centre) if chart in ("p", "pp") else centre
        return math.sqrt(variance / point.n)

    sigma_z: Number = 1.0
    if chart in ("pp", "up"):
        z: list[Number] = []
        for point in phase:
            if point.feeds:
                z.append(None if point.y is None or plain(point) == 0 else (point.y - centre) / plain(point))
        if is_category:
            known = [value for value in z if value is not None]
            sigma_z = statistics.stdev(known) if len(known) > 1 else None
        else:
            average = screened_mean(ranges_of(z), screened, 3.267)
            sigma_z = None if average is None else average / 1.128
    for point in phase:
        if point.y is not None and sigma_z is not None:
            set_lines(point, centre, plain(point) * sigma_z, 0.0, 1.0 if chart in ("p", "pp") else math.inf)


def between(phase: list[Point], cl: Number) -> None:
    values = [point.y for point in phase if point.feeds and point.y is not None]
    average = cl if cl is not None else mean(values)
    for point in phase:
        if average is not None:
            set_lines(point, average, math.sqrt(average * (average + 1)), low=0.0)
            point.cl = 0.693 * average if cl is not None else statistics.median(values)


# ------------------------------------------------------------------------------------------------- what comes after


def without_variation(phase: list[Point], came: list[float]) -> None:
    """No variation, no limits; nor limits without width."""
    is_constant = len(came) > 1 and max(came) - min(came) <= 1e-14 * max(map(abs, came))
    if len([point for point in phase if point.include and point.y is not None]) < 2:
        is_constant = False
    for point in phase:
        is_flat = point.ucl is not None and point.lcl is not None and point.ucl - point.lcl <= 1e-12 * abs(point.ucl)
        if is_constant or is_flat:
            point.lcl = point.ucl = point.lcl_95 = point.ucl_95 = None


def cut_below_zero(points: list[Point]) -> None:
    if any(point.y is not None and point.y < 0 for point in points):
        return
    for point in points:
        point.lcl = 0.0 if point.lcl is not None and point.lcl < 0 else point.lcl
        point.lcl_95 = 0.0 if point.lcl_95 is not None and point.lcl_95 < 0 else point.lcl_95


def runs_of(phase: list[Point]) -> dict[str, Any]:
    signs = []
    distances = [abs(p.y - p.cl) for p in phase if p.include and p.y is not None and p.cl is not None]
    magnitude = max((abs(point.y) for point in phase if point.include and point.y is not None), default=0.0)
    near = max(1e-10 * max(distances, default=0.0), 1e-14 * magnitude)
    for point in phase:
        if point.include and point.y is not None and point.cl is not None and abs(point.y - point.cl) > near:
            signs.append(point.y > point.cl)
    useful = len(signs)
    names = ("longest_run", "longest_run_max", "n_crossings", "n_crossings_min")
    if not useful:
        return {"n_useful": 0, "runs_signal": False} | dict.fromkeys(names)
    longest = length = 1
    crossings = 0
    for before, now in itertools.pairwise(signs):
        length = length + 1 if now == before else 1
        crossings += now != before
        longest = max(longest, length)
    allowed = round(math.log2(useful)) + 3
    fewest, below = 0, 1
    while below / 2 ** (useful - 1) < 0.05:
        fewest += 1
        below += math.comb(useful - 1, fewest)
    return {
        "n_useful": useful,
        "runs_signal": longest > allowed or crossings < fewest,
        "longest_run": longest,
        "longest_run_max": allowed,
        "n_crossings": crossings,
        "n_crossings_min": fewest,
    }
