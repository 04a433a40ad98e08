"""What the reader chose, and its one way to and from the address.

The query string is the state: a link in a mail opens the same board. Keys are Danish and short: people read them.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, urlencode

from data import cpr
from indicators.spc.judgement import Variation

# Raise it when a key changes its meaning. A link of another version keeps its page but loses its choices.
VERSION = 1

PERIODS: tuple[int | None, ...] = (24, 36, 60, None)  # months back from the latest; None: everything
ALL_MONTHS = "alle"
DEFAULT_MONTHS = 36
SECTORS = ("national", "regional", "municipal")  # of a unit
ROLES = ("outcome", "process", "balancing")  # of an indicator
USABLE = 12  # months before and after the start that a series needs to be analysed, unless somebody asks for others
MOST_USABLE = 60
MOST_UNUSUAL = 36  # calendar months an analysis can go without at most
SIGNALS = tuple(one.value for one in Variation)  # the stored signal of a series
LEFT_OUT = (0, 3, 6, 12)  # months before the start that take no part in an analysis, whatever the data say
LEFT_OUT_IF = "afvig"  # six, where they change the effect: what an address without the key means
SCALES = ("standard", "lineaer")  # of an analysis: the one that belongs to the kind of indicator, or the value itself
WEIGHTS = ("enheder", "patienter")  # what counts the same
YES, NO = "ja", "nej"
NONE = "ingen"  # of what an address may name and would else take from a plan
MOST_MEASURES = 30  # of a family

# An address is typed, mailed or bookmarked; what is longer is not ours and is not worth reading.
LONGEST_QUERY = 4000

# Codes of units, cohorts and views: letters, digits and a few marks, so that an address never carries text from people.
_CODE = re.compile(r"[0-9A-Za-zÆØÅæøå][0-9A-Za-zÆØÅæøå_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Selection:
    """The choices of a reader.

    Parameters
    ----------
    unit : code of the unit (`enhed`); None: the viewer's own first unit
    months : months back from the latest (`periode`): 24, 36, 60, or None for all
    goal : national goal 1-8 (`maal`)
    cohort : code of a cohort (`hold`)
    show : a page's own view or filter, as a code (`vis`)
    as_of : the day whose board is shown (`pr`); None: today's
    month : first day of a month somebody points at (`maaned`, written 2026-10)
    until : first day of the last month of a window that can be moved (`til`, written 2026-11)
    sector : national, regional or municipal (`sektor`)
    role : outcome, process or balancing (`rolle`)
    owner : whoever answers for the data, as a code that is no name (`ansvarlig`)
    programme : the kind of groups an evaluation is about (`program`); None: the cohorts
    indicator : code of the indicator an evaluation is about (`maaling`); None: each unit's own main indicator
    before, after : months before and after the start that a series needs to be analysed (`foer`, `efter`), 0-60
    signal : the stored signal that is asked for (`signal`), one of SIGNALS
    scale, weights, left_out, has_trends : how an effect is computed (`skala`, `vaegt`, `udelad`, `tendens`)
    without, without_until : the first and the last unusual month (`uden`, `udentil`): see `unusual_months`
    measures : the other measures of a declared family (`familie`, codes with dots between); None: not said, (): none
    primary, placebo : the primary measure of the family and the one the programme should not move (`primaer`,
        `placebo`), as codes; None: not said, "ingen": none

    Examples
    --------
    >>> Selection(unit="NOH-KIR", months=60).to_query()
    '?v=1&enhed=NOH-KIR&periode=60'
    >>> Selection.from_query("?v=1&enhed=NOH-KIR&periode=alle&utm=x") == Selection(unit="NOH-KIR", months=None)
    True
    >>> Selection().to_query()
    ''
    """

    unit: str | None = None
    months: int | None = DEFAULT_MONTHS
    goal: int | None = None
    cohort: str | None = None
    show: str | None = None
    as_of: date | None = None
    month: date | None = None
    until: date | None = None
    sector: str | None = None
    role: str | None = None
    owner: str | None = None
    programme: str | None = None
    indicator: str | None = None
    before: int = USABLE
    after: int = USABLE
    signal: str | None = None
    scale: str = SCALES[0]
    weights: str = WEIGHTS[0]
    left_out: int | None = None
    has_trends: bool = False
    without: date | None = None
    without_until: date | None = None
    measures: tuple[str, ...] | None = None
    primary: str | None = None
    placebo: str | None = None

    KEYS: ClassVar[tuple[str, ...]] = (
        "v", "enhed", "periode", "maal", "hold", "vis", "pr", "maaned", "til", "sektor", "rolle", "ansvarlig",
        "program", "maaling", "foer", "efter", "signal", "skala", "vaegt", "udelad", "tendens", "uden", "udentil",
        "familie", "primaer", "placebo",
    )  # fmt: skip

    @classmethod
    def from_query(cls, query: str | None) -> Selection:
        """Read a query string, with or without "?". Unknown keys and values that make no sense are ignored."""
        values: dict[str, str] = {}
        for key, value in parse_qsl((query or "").removeprefix("?")[:LONGEST_QUERY]):
            values.setdefault(key, value)  # the first wins: a link that somebody added to keeps its meaning
        if values.get("v", str(VERSION)) != str(VERSION):
            return cls()
        return cls(
            unit=_code(values.get("enhed")),
            months=_months(values.get("periode")),
            goal=_goal(values.get("maal")),
            cohort=_code(values.get("hold")),
            show=_code(values.get("vis")),
            as_of=_day(values.get("pr")),
            month=_month(values.get("maaned")),
            until=_month(values.get("til")),
            sector=_one_of(SECTORS, values.get("sektor")),
            role=_one_of(ROLES, values.get("rolle")),
            owner=_owner(values.get("ansvarlig")),
            programme=_but_all(_code(values.get("program"))),
            indicator=_but_all(_code(values.get("maaling"))),
            before=_usable(values.get("foer")),
            after=_usable(values.get("efter")),
            signal=_one_of(SIGNALS, values.get("signal")),
            scale=_one_of(SCALES, values.get("skala")) or SCALES[0],
            weights=_one_of(WEIGHTS, values.get("vaegt")) or WEIGHTS[0],
            left_out=_months_left_out(values.get("udelad")),
            has_trends=values.get("tendens") == YES,
            without=_month(values.get("uden")),
            without_until=_month(values.get("udentil")),
            measures=_measures(values.get("familie")),
            primary=_code(values.get("primaer")),
            placebo=_code(values.get("placebo")),
        )

    def to_query(self) -> str:
        """The query string, "?" included; empty when nothing differs from the defaults."""
        chosen: list[tuple[str, str]] = []
        if self.unit is not None:
            chosen.append(("enhed", self.unit))
        if self.months != DEFAULT_MONTHS:
            chosen.append(("periode", ALL_MONTHS if self.months is None else str(self.months)))
        if self.goal is not None:
            chosen.append(("maal", str(self.goal)))
        if self.cohort is not None:
            chosen.append(("hold", self.cohort))
        if self.show is not None:
            chosen.append(("vis", self.show))
        if self.as_of is not None:
            chosen.append(("pr", self.as_of.isoformat()))
        if self.month is not None:
            chosen.append(("maaned", f"{self.month:%Y-%m}"))
        if self.until is not None:
            chosen.append(("til", f"{self.until:%Y-%m}"))
        if self.sector is not None:
            chosen.append(("sektor", self.sector))
        if self.role is not None:
            chosen.append(("rolle", self.role))
        if self.owner is not None:
            chosen.append(("ansvarlig", self.owner))
        if self.programme is not None:
            chosen.append(("program", self.programme))
        if self.indicator is not None:
            chosen.append(("maaling", self.indicator))
        if self.before != USABLE:
            chosen.append(("foer", str(self.before)))
        if self.after != USABLE:
            chosen.append(("efter", str(self.after)))
        if self.signal is not None:
            chosen.append(("signal", self.signal))
        if self.scale != SCALES[0]:
            chosen.append(("skala", self.scale))
        if self.weights != WEIGHTS[0]:
            chosen.append(("vaegt", self.weights))
        if self.left_out is not None:
            chosen.append(("udelad", str(self.left_out)))
        if self.has_trends:
            chosen.append(("tendens", YES))
        for key, day in (("uden", self.without), ("udentil", self.without_until)):
            if day is not None:
                chosen.append((key, f"{day:%Y-%m}"))
        if self.measures is not None:
            chosen.append(("familie", ".".join(self.measures) or NONE))
        chosen += [
            (key, code) for key, code in (("primaer", self.primary), ("placebo", self.placebo)) if code is not None
        ]
        return "?" + urlencode([("v", str(VERSION)), *chosen], quote_via=quote) if chosen else ""

    @property
    def unusual_months(self) -> tuple[str, ...]:
        """The calendar months one analysis goes without: from `without` to `without_until`, both counted.

        Examples
        --------
        >>> Selection.from_query("?v=1&uden=2020-11&udentil=2021-01").unusual_months
        ('2020-11', '2020-12', '2021-01')
        >>> Selection(without=date(2020, 3, 1)).unusual_months, Selection(without_until=date(2020, 3, 1)).unusual_months
        (('2020-03',), ())
        """
        if self.without is None:
            return ()
        first = self.without.year * 12 + self.without.month - 1
        until = self.without_until or self.without
        last = min(until.year * 12 + until.month - 1, first + MOST_UNUSUAL - 1)
        return tuple(f"{month // 12}-{month % 12 + 1:02d}" for month in range(first, last + 1))

    def but(self, **changes: Any) -> Selection:
        """The same choices with some changed: `selection.but(unit="HGH-KAR")`."""
        return replace(self, **changes)

    def on(self, today: date) -> Selection:
        """The choices as they hold today: a day that is not over, or has yet to come, has no board of its own.

        Examples
        --------
        >>> Selection(as_of=date(2026, 11, 23)).on(date(2026, 11, 23)).as_of is None
        True
        """
        return self.but(as_of=None) if self.as_of is not None and self.as_of >= today else self

    def href(self, path: str, **changes: Any) -> str:
        """A link inside the app that carries the choices along: `selection.href("/maal", goal=3)`."""
        return quote(path) + self.but(**changes).to_query()


def owner_code(name: str) -> str:
    """Eight characters that stand for a name in an address, where a name would be read by whoever gets the link.

    Examples
    --------
    >>> owner_code("Mette Holm")
    '852d9f41'
    """
    return hashlib.sha256(name.encode("utf-8")).hexdigest()[:8]


def _owner(text: str | None) -> str | None:
    return text if text and re.fullmatch(r"[0-9a-f]{8}", text) else None


def _months_left_out(text: str | None) -> int | None:
    chosen = _one_of(tuple(map(str, LEFT_OUT)), text)
    return None if chosen is None else int(chosen)


def _one_of(known: tuple[str, ...], text: str | None) -> str | None:
    return text if text in known else None


def _code(text: str | None) -> str | None:
    # A CPR number is nobody's code, and every link on the page would carry it along.
    return text if text and _CODE.fullmatch(text) and not cpr.count(text) else None


def _measures(text: str | None) -> tuple[str, ...] | None:
    if text is None or text == NONE:
        return None if text is None else ()
    codes = tuple(code for code in text.split(".")[:MOST_MEASURES] if _code(code) is not None)
    return codes or None


def _but_all(code: str | None) -> str | None:
    # A list cannot write nothing to the address: its first entry writes this word, which is no choice.
    return None if code == ALL_MONTHS else code


def _usable(text: str | None) -> int:
    return int(text) if text in {str(months) for months in range(MOST_USABLE + 1)} else USABLE


def _months(text: str | None) -> int | None:
    if text == ALL_MONTHS:
        return None
    return int(text) if text in {str(months) for months in PERIODS if months} else DEFAULT_MONTHS


def _goal(text: str | None) -> int | None:
    return int(text) if text in {str(number) for number in range(1, 9)} else None


def _day(text: str | None) -> date | None:
    try:
        # No board is older than the calendar it is counted on.
        return date.fromisoformat(text) if text and re.fullmatch(r"(?:19|2\d)\d{2}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


def _month(text: str | None) -> date | None:
    return _day(f"{text}-01") if text else None
