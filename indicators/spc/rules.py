"""The rules by which a chart calls special cause: one record each, with its words, its points and its arithmetic.

A rule that flags points is a `PointRule`: a code, words and a pattern. The two runs rules of Anhøj judge a whole phase
and are counted in `indicators.spc.runs`; here they have their words like the others.

A pattern looks at the rows that take part, phase by phase, and starts afresh in each phase. A period without data
interrupts rows "in a row"; an excluded point is taken out and its neighbours join.

>>> import numpy as np
>>> rows = Rows.of(y=[5, 6, 6, 7, 6, 5], centre=5, upper=9, lower=1)
>>> OneSide(length=4).find(rows).tolist()
[0, 1, 1, 1, 1, 0]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from indicators.spc.errors import InputError
from indicators.spc.ragged import Bools, Floats
from indicators.words import Words

Bits = NDArray[np.uint8]
"""Flags per row: sum of ABOVE, BELOW and ANY; 0 is no flag."""

ABOVE, BELOW, ANY = 1, 2, 4
"""Which way a flagged point speaks: high or rising, low or falling, neither."""


class Rule(StrEnum):
    """Codes of the rules; test `signal.rule is Rule.LONG_RUN`, never a label."""

    LONG_RUN = "long_run"
    FEW_CROSSINGS = "few_crossings"
    OUTSIDE_LIMITS = "outside_limits"
    SHIFT = "shift"
    TREND = "trend"
    TWO_OF_THREE = "two_of_three"
    FOUR_OF_FIVE = "four_of_five"
    ALTERNATING = "alternating"
    STRATIFICATION = "stratification"
    MIXTURE = "mixture"


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows a pattern looks at, shape (n_rows,): excluded ones taken out, missing ones NaN.

    `distance` is the value minus its centre line, `tolerance` what counts as no difference, `starts` marks the first
    row of every phase. `zone(sigmas)` gives the lower and upper line that many sigma from the centre, or None where
    the chart has no limits.
    """

    y: Floats
    distance: Floats
    tolerance: Floats
    starts: Bools
    zone: Callable[[float], tuple[Floats, Floats] | None]

    @classmethod
    def of(
        cls,
        y: ArrayLike,
        centre: ArrayLike = np.nan,
        lower: ArrayLike = np.nan,
        upper: ArrayLike = np.nan,
    ) -> Rows:
        """One phase from plain numbers: values, and a centre line with limits of 3 sigma, laid out or constant."""
        values = np.asarray(y, dtype=np.float64)
        middle, low, high = (
            np.broadcast_to(np.asarray(each, np.float64), values.shape) for each in (centre, lower, upper)
        )

        def zone(sigmas: float) -> tuple[Floats, Floats]:
            share = sigmas / 3
            return middle + (low - middle) * share, middle + (high - middle) * share

        starts = np.zeros(len(values), dtype=bool)
        starts[:1] = True
        return cls(values, values - middle, np.zeros(len(values)), starts, zone)

    def beyond(self, sigmas: float) -> tuple[Bools, Bools] | None:
        """Rows above and below the lines `sigmas` from the centre; on the line is not beyond."""
        lines = self.zone(sigmas)
        if lines is None:
            return None
        lower, upper = lines
        with np.errstate(invalid="ignore"):
            return self.y > upper + self.tolerance, self.y < lower - self.tolerance

    def sides(self) -> tuple[Bools, Bools]:
        """Rows above and below the centre line; on the line is neither."""
        with np.errstate(invalid="ignore"):
            return self.distance > self.tolerance, self.distance < -self.tolerance

    def steps(self) -> tuple[Bools, Bools]:
        """Rows that lie above and below the row before them in the same phase."""
        up, down = np.zeros((2, len(self.y)), dtype=bool)
        if len(self.y):
            step = np.diff(self.y)
            tolerance = self.tolerance[1:]
            with np.errstate(invalid="ignore"):
                up[1:], down[1:] = step > tolerance, step < -tolerance
            inside = ~self.starts
            up &= inside
            down &= inside
        return up, down


def _filled_back(ends: Bools, length: int) -> Bools:
    """The `length` rows up to and including every marked row."""
    rows = ends.copy()
    reach = 1
    while reach < length:
        step = min(reach, length - reach)
        rows[:-step] |= rows[step:]
        reach += step
    return rows


def _in_a_row(links: Bools, count: int) -> Bools:
    """Rows that end `count` links without a break. A link belongs to the later of its two rows."""
    ends = links.copy()
    reach = 1
    while reach < count:
        step = min(reach, count - reach)
        ends[step:] &= ends[:-step]
        ends[:step] = False
        reach += step
    return ends


def _bits(above: Bools, below: Bools) -> Bits:
    return above.view(np.uint8) * np.uint8(ABOVE) | below.view(np.uint8) * np.uint8(BELOW)


class Pattern(Protocol):
    """What points look like when a rule holds: `find` flags rows, `reach` tells how far apart rows of one find may lie.

    `figures` is the arithmetic that is the same for every find.
    """

    @property
    def reach(self) -> int: ...
    @property
    def sigmas(self) -> float: ...
    def find(self, rows: Rows) -> Bits: ...
    def figures(self) -> dict[str, float]: ...


@dataclass(frozen=True, slots=True)
class Outside:
    """A point beyond the limits."""

    sigmas: float = 3.0
    reach: int = 1

    def find(self, rows: Rows) -> Bits:
        beyond = rows.beyond(self.sigmas)
        return np.zeros(len(rows.y), dtype=np.uint8) if beyond is None else _bits(*beyond)

    def figures(self) -> dict[str, float]:
        return {"sigmas": self.sigmas}


@dataclass(frozen=True, slots=True)
class OneSide:
    """`length` points in a row on one side of the centre line. A point on the line ends the row."""

    length: int
    sigmas: float = 0.0
    reach: int = 1

    def find(self, rows: Rows) -> Bits:
        inside = ~rows.starts
        return _bits(*(self._side(side, inside) for side in rows.sides()))

    def _side(self, side: Bools, inside: Bools) -> Bools:
        if self.length == 1:
            return side
        links = side & inside
        links[1:] &= side[:-1]
        return _filled_back(_in_a_row(links, self.length - 1), self.length)

    def figures(self) -> dict[str, float]:
        return {"needed": self.length}


@dataclass(frozen=True, slots=True)
class Monotone:
    """`length` points in a row, each above (or each below) the one before. Equal neighbours end the row."""

    length: int
    sigmas: float = 0.0
    reach: int = 1

    def find(self, rows: Rows) -> Bits:
        return _bits(*(_filled_back(_in_a_row(way, self.length - 1), self.length) for way in rows.steps()))

    def figures(self) -> dict[str, float]:
        return {"needed": self.length}


@dataclass(frozen=True, slots=True)
class Alternating:
    """`length` points in a row going up and down by turns."""

    length: int
    sigmas: float = 0.0
    reach: int = 1

    def find(self, rows: Rows) -> Bits:
        up, down = rows.steps()
        turns = np.zeros(len(up), dtype=bool)
        turns[1:] = (up[1:] & down[:-1]) | (down[1:] & up[:-1])
        return _filled_back(_in_a_row(turns, self.length - 2), self.length).view(np.uint8) * np.uint8(ANY)

    def figures(self) -> dict[str, float]:
        return {"needed": self.length}


@dataclass(frozen=True, slots=True)
class Beyond:
    """`count` of `of` points in a row beyond `sigmas`, all on one side.

    Two readings of "two of three" are in use. The classic one counts every point beyond the inner line, wherever the
    third point lies. Making Data Count's (`is_strict`) counts only points between the inner line and the limit, and
    asks all three to lie on one side of the centre. Only the points that count are flagged, or the whole window where
    `flags_window`.
    """

    count: int
    of: int
    sigmas: float
    limit: float = 3.0
    is_strict: bool = False
    flags_window: bool = False

    @property
    def reach(self) -> int:
        return self.of - 1

    def find(self, rows: Rows) -> Bits:
        beyond = rows.beyond(self.sigmas)
        if beyond is None:
            return np.zeros(len(rows.y), dtype=np.uint8)
        inside = ~rows.starts
        if self.is_strict:
            outside, sides = rows.beyond(self.limit), rows.sides()
            assert outside is not None
            found = [
                self._strict(near & ~far, side, inside) for near, far, side in zip(beyond, outside, sides, strict=True)
            ]
        else:
            whole = _in_a_row(inside, self.of - 1)
            found = [self._window(near, whole) for near in beyond]
        return _bits(*found)

    def _window(self, counts: Bools, whole: Bools) -> Bools:
        near = counts.view(np.uint8)
        total = near.copy()
        for back in range(1, self.of):
            total[back:] += near[:-back]
        window = _filled_back((total >= self.count) & whole, self.of)
        return window if self.flags_window else window & counts

    def _strict(self, counts: Bools, side: Bools, inside: Bools) -> Bools:
        links = side & inside
        links[1:] &= side[:-1]
        return self._window(counts, _in_a_row(links, self.of - 1))

    def figures(self) -> dict[str, float]:
        return {"needed": self.count, "of": self.of, "sigmas": self.sigmas}


@dataclass(frozen=True, slots=True)
class Within:
    """`length` points in a row all within `sigmas` of the centre: too little variation for these limits."""

    length: int
    sigmas: float
    reach: int = 1

    def find(self, rows: Rows) -> Bits:
        beyond = rows.beyond(self.sigmas)
        if beyond is None:
            return np.zeros(len(rows.y), dtype=np.uint8)
        lines = rows.zone(self.sigmas)
        assert lines is not None
        near = ~(beyond[0] | beyond[1]) & ~np.isnan(rows.y) & ~np.isnan(lines[1])
        return _run_of(near, rows.starts, self.length)

    def figures(self) -> dict[str, float]:
        return {"needed": self.length, "sigmas": self.sigmas}


@dataclass(frozen=True, slots=True)
class Without:
    """`length` points in a row all beyond `sigmas`, on both sides of the centre: two processes on one chart."""

    length: int
    sigmas: float
    reach: int = 1

    def find(self, rows: Rows) -> Bits:
        beyond = rows.beyond(self.sigmas)
        if beyond is None:
            return np.zeros(len(rows.y), dtype=np.uint8)
        ends = _ends_of(beyond[0] | beyond[1], rows.starts, self.length)
        # Both sides must occur inside the window: a window on one side only is a shift, not a mixture.
        for side in beyond:
            ends &= ~_ends_of(side, rows.starts, self.length)
        return _filled_back(ends, self.length).view(np.uint8) * np.uint8(ANY)

    def figures(self) -> dict[str, float]:
        return {"needed": self.length, "sigmas": self.sigmas}


def _ends_of(members: Bools, starts: Bools, length: int) -> Bools:
    links = members & ~starts
    links[1:] &= members[:-1]
    return _in_a_row(links, length - 1)


def _run_of(members: Bools, starts: Bools, length: int) -> Bits:
    return _filled_back(_ends_of(members, starts, length), length).view(np.uint8) * np.uint8(ANY)


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """The words of a rule. `words` says in a sentence what makes a signal; `arithmetic` what was found, with the names
    of `Signal.figures` in braces."""

    code: Rule
    name: Words
    words: Words
    arithmetic: Words
    reference: str


@dataclass(frozen=True, slots=True)
class PointRule:
    """A rule of a profile: its code, the pattern with its lengths, and its name there ("Nelson 2")."""

    code: Rule
    pattern: Any
    label: Words

    @property
    def record(self) -> RuleRecord:
        return RULES[self.code]

    def with_length(self, length: int) -> PointRule:
        """The same rule with another length; InputError where it has none or the length is below 2."""
        if not hasattr(self.pattern, "length"):
            raise InputError(
                "rule_without_length",
                Words(
                    f"Reglen »{self.label.da}« har ingen længde, der kan vælges.",
                    f"The rule {self.label.en!r} has no length to choose.",
                ),
            )
        if length < 2:
            raise InputError(
                "length_too_small",
                Words(
                    f"Længden {length} er for lille: vælg mindst 2.",
                    f"The length {length} is too small: choose at least 2.",
                ),
            )
        return replace(self, pattern=replace(self.pattern, length=length))


_NELSON = (
    "Nelson, The Shewhart control chart: tests for special causes, Journal of Quality Technology 1984, 16: 237-239"
)
_WESTERN = "Western Electric Company, Statistical Quality Control Handbook, 1956"
_MDC = "NHS England, Making Data Count"
_ANHOEJ = "Anhøj & Olesen, Run charts revisited, PLoS ONE 2014"

RULES: dict[Rule, RuleRecord] = {
    record.code: record
    for record in (
        RuleRecord(
            Rule.LONG_RUN,
            Words("lang serie", "long run"),
            Words(
                "Flere punkter i træk på samme side af midterlinjen, end tilfældigheder giver.",
                "More points in a row on one side of the centre line than chance gives.",
            ),
            Words(
                "{length:.0f} punkter i træk på samme side; ved {n_useful:.0f} brugbare punkter er højst "
                "{longest_run_max:.0f} almindeligt",
                "{length:.0f} points in a row on one side; with {n_useful:.0f} useful points at most "
                "{longest_run_max:.0f} is ordinary",
            ),
            _ANHOEJ,
        ),
        RuleRecord(
            Rule.FEW_CROSSINGS,
            Words("få kryds", "few crossings"),
            Words(
                "Midterlinjen krydses færre gange, end tilfældigheder giver.",
                "The centre line is crossed fewer times than chance gives.",
            ),
            Words(
                "{n_crossings:.0f} kryds af midterlinjen; ved {n_useful:.0f} brugbare punkter er mindst "
                "{n_crossings_min:.0f} almindeligt",
                "{n_crossings:.0f} crossing(s) of the centre line; with {n_useful:.0f} useful points at least "
                "{n_crossings_min:.0f} is ordinary",
            ),
            _ANHOEJ,
        ),
        RuleRecord(
            Rule.OUTSIDE_LIMITS,
            Words("uden for grænserne", "outside the limits"),
            Words(
                "Et punkt ligger uden for kontrolgrænserne, tre sigma fra midterlinjen.",
                "A point lies outside the control limits, three sigma from the centre line.",
            ),
            Words(
                "{points:.0f} punkt(er) mere end {sigmas:g} sigma fra midterlinjen",
                "{points:.0f} point(s) more than {sigmas:g} sigma from the centre line",
            ),
            "Shewhart, Economic Control of Quality of Manufactured Product, 1931",
        ),
        RuleRecord(
            Rule.SHIFT,
            Words("skift", "shift"),
            Words(
                "Så mange punkter i træk på samme side af midterlinjen tyder på, at niveauet har flyttet sig.",
                "That many points in a row on one side of the centre line suggest that the level has moved.",
            ),
            Words(
                "{points:.0f} punkter i træk på samme side; {needed:.0f} er et signal",
                "{points:.0f} points in a row on one side; {needed:.0f} is a signal",
            ),
            f"{_NELSON}; {_WESTERN}; {_MDC}",
        ),
        RuleRecord(
            Rule.TREND,
            Words("tendens", "trend"),
            Words(
                "Så mange punkter i træk, der hele tiden stiger eller hele tiden falder.",
                "That many points in a row that rise all the time or fall all the time.",
            ),
            Words(
                "{points:.0f} punkter i træk i samme retning; {needed:.0f} er et signal",
                "{points:.0f} points in a row in one direction; {needed:.0f} is a signal",
            ),
            f"{_NELSON}; {_MDC}",
        ),
        RuleRecord(
            Rule.TWO_OF_THREE,
            Words("to ud af tre", "two of three"),
            Words(
                "To af tre punkter i træk ligger tæt på samme grænse.",
                "Two of three points in a row lie close to the same limit.",
            ),
            Words(
                "{points:.0f} punkter mere end {sigmas:g} sigma ude på samme side; "
                "{needed:.0f} af {of:.0f} er et signal",
                "{points:.0f} points more than {sigmas:g} sigma out on one side; {needed:.0f} of {of:.0f} is a signal",
            ),
            f"{_WESTERN}; {_NELSON}; {_MDC}",
        ),
        RuleRecord(
            Rule.FOUR_OF_FIVE,
            Words("fire ud af fem", "four of five"),
            Words(
                "Fire af fem punkter i træk ligger mere end én sigma fra midterlinjen på samme side.",
                "Four of five points in a row lie more than one sigma from the centre line on one side.",
            ),
            Words(
                "{points:.0f} punkter mere end {sigmas:g} sigma ude på samme side; "
                "{needed:.0f} af {of:.0f} er et signal",
                "{points:.0f} points more than {sigmas:g} sigma out on one side; {needed:.0f} of {of:.0f} is a signal",
            ),
            f"{_WESTERN}; {_NELSON}",
        ),
        RuleRecord(
            Rule.ALTERNATING,
            Words("op og ned", "alternating"),
            Words(
                "Punkterne går op og ned på skift længere, end tilfældigheder giver: måske blandes to kilder.",
                "The points go up and down by turns for longer than chance gives: two sources may be mixed.",
            ),
            Words(
                "{points:.0f} punkter på skift op og ned; {needed:.0f} er et signal",
                "{points:.0f} points up and down by turns; {needed:.0f} is a signal",
            ),
            _NELSON,
        ),
        RuleRecord(
            Rule.STRATIFICATION,
            Words("for lidt variation", "too little variation"),
            Words(
                "Punkterne ligger for tæt på midterlinjen til disse grænser: måske er grænserne for vide.",
                "The points lie too close to the centre line for these limits: the limits may be too wide.",
            ),
            Words(
                "{points:.0f} punkter i træk inden for {sigmas:g} sigma; {needed:.0f} er et signal",
                "{points:.0f} points in a row within {sigmas:g} sigma; {needed:.0f} is a signal",
            ),
            _NELSON,
        ),
        RuleRecord(
            Rule.MIXTURE,
            Words("to niveauer", "two levels"),
            Words(
                "Punkterne ligger på begge sider af midterlinjen, men aldrig tæt på den: måske er der to processer.",
                "The points lie on both sides of the centre line but never near it: there may be two processes.",
            ),
            Words(
                "{points:.0f} punkter i træk mere end {sigmas:g} sigma ude; {needed:.0f} er et signal",
                "{points:.0f} points in a row more than {sigmas:g} sigma out; {needed:.0f} is a signal",
            ),
            _NELSON,
        ),
    )
}
"""Every rule there is, by code."""
