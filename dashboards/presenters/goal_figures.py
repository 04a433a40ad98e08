"""Published national figures as a reader meets them: pictures with a table twin, source, notes and breaks. No Dash.

A figure is shown as it was published. What Tavle has weighted together itself says so, and two definitions of the same
thing never stand in one row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from markupsafe import Markup

from dashboards.figures.regions import Dot, Panels, RegionLine, dot_strip, small_multiples
from dashboards.figures.thermometer import Reading
from dashboards.text import COMPARISON_SIGNS, N_, _, language, month, number, percent, period_text
from data.access import Viewer
from data.queries import catalogue, figures, units
from data.queries.catalogue import TargetRow
from data.store import Store
from indicators.definition import Direction, PeriodKind

NATION = "DK"
REGIONS = ("1081", "1082", "1083", "1084", "1085")  # the official order; regions are never ranked
EAST = "OEST"
MERGED_INTO_EAST = {"1084": EAST, "1085": EAST}  # from 1 January 2027
WAITING, CANCER, BELT = "NM5-01", "NM5-07", "NM4-02"
DIAGNOSIS_CORRECTED, DIAGNOSIS_AS_ORDERED = "NM5-04c", "NM5-04u"
DASH = "–"
_COUNTS = ("antal", "number")  # units of measure that say nothing beside a number

# Supporting figures belong to no indicator of the library; these codes say beside which goal they are read.
SUPPORTING_GOAL = {
    "UDR-N": 5, "UDR-AVG": 5, "UDR-MED": 5, "UDR-PLA": 5, "UDR-PLN": 5, DIAGNOSIS_CORRECTED: 5, DIAGNOSIS_AS_ORDERED: 5,
    "TV-102": 4, "TV-103": 4, "TV-104": 4, "TV-48": 4, "TV-ALL": 4, "TV-MED": 4,
    "GOP-82": 1, "PROF": 7,
}  # fmt: skip

# What a period is, where its label does not tell.
PERIOD_TYPES = {
    "rolling_12m": N_("12 måneder"),
    "rolling_2y": N_("to år samlet"),
    "rolling_3y": N_("tre år samlet"),
    "rolling_5y": N_("fem år samlet"),
    "survey": N_("spørgeskema"),
    "change": N_("ændring"),
}


@dataclass(frozen=True, slots=True)
class Published:
    """One published figure in the reader's language; `value` is in `unit`."""

    code: str
    name: str
    breakdown: str
    period: str
    period_type: str
    start: date | None
    area_code: str
    area: str
    value: float | None
    unit: str
    n: float | None
    note: str
    source: str

    @property
    def title(self) -> str:
        return f"{self.name}, {self.breakdown}" if self.breakdown else self.name


@dataclass(frozen=True, slots=True)
class FigureTable:
    """The twin of a picture. `own` is the position of the reader's own region among the columns, -1 for none."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    own: int = -1


@dataclass(frozen=True, slots=True)
class FigureSet:
    """A heading, a picture with its words, and the tables that say the same. `is_open`: the first table is unfolded."""

    title: str
    lead: str
    picture: Markup
    tables: tuple[FigureTable, ...]
    notes: tuple[str, ...]
    source: str
    is_open: bool = False


# ------------------------------------------------------------------------------------------------------------ reading


def published(store: Store, viewer: Viewer, codes: Iterable[str] | None = None) -> list[Published]:
    """Published figures of some codes (all when none are given), in the reader's language."""
    everything = store.remember(("published_figures", language()), lambda: _published(store, viewer))
    wanted = None if codes is None else set(codes)
    return [one for one in everything if wanted is None or one.code in wanted]


def _published(store: Store, viewer: Viewer) -> tuple[Published, ...]:
    frame = catalogue.national_figures(store, viewer)
    said = language()
    names = area_names(store, viewer)
    return tuple(
        Published(
            code=row["indicator_code"],
            name=row[f"name_{said}"],
            breakdown=row[f"breakdown_{said}"] or "",
            period=period_words(row["period_label"], row["period_type"], _day(row["period_start"])),
            period_type=row["period_type"],
            start=_day(row["period_start"]),
            area_code=row["area_code"],
            area=names.get(row["area_code"], row["area_name"]),
            value=_value(row["value"]),
            unit=_unit(row[f"unit_of_measure_{said}"]),
            n=_value(row["n"]),
            note=row[f"note_{said}"] or "",
            source=row["source"],
        )
        for row in frame.to_dict("records")
    )


def _day(value: Any) -> date | None:
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()


def _value(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _unit(unit: str) -> str:
    return "%" if unit in ("pct.", "per cent") else unit


def area_names(store: Store, viewer: Viewer) -> dict[str, str]:
    """Short names of the country and the regions. Names are public, also of regions whose figures one may not read."""
    found = store.remember(("region_names",), lambda: units.find_many(store, viewer, [*REGIONS, EAST]))
    return {code: units_[0].short_name for code, units_ in found.items() if units_} | {NATION: _("Hele landet")}


_REPORT = re.compile(r"statusrapport (\d{4})")
_BASELINE = re.compile(r"(\d{4}-\d{4}) \(baseline\)")
_LONG_SPAN = re.compile(r"(\d{4})([–/])\d\d(\d\d)")  # 2016/2017, where there is room for 2016/17 only
_TOLD = re.compile(r"meddelt (\w+) (\d{4})")
_DANISH_MONTHS = ("januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober",
                  "november", "december")  # fmt: skip


def period_words(label: str, period_type: str, start: date | None) -> str:
    """A published period in the reader's language; what has no pattern is left as it was published.

    >>> period_words("1K20", "quarter", date(2020, 1, 1)), period_words("2014/2015", "rolling_12m", None)
    ('1. kvt. 2020', '2014/2015')
    """
    if period_type == "quarter" and start is not None:
        return period_text(start, PeriodKind.QUARTER)
    if report := _REPORT.fullmatch(label):
        return _("statusrapport {year}").format(year=report[1])
    if baseline := _BASELINE.fullmatch(label):
        return _("{years} (udgangspunkt)").format(years=baseline[1].replace("-", "–"))
    if (told := _TOLD.fullmatch(label)) and told[1] in _DANISH_MONTHS:
        day = date(int(told[2]), _DANISH_MONTHS.index(told[1]) + 1, 1)
        return _("meddelt {month}").format(month=month(day, "long"))
    return label.replace(":", "–") if period_type.startswith("rolling") else label


def decimals_of(values: Iterable[float | None]) -> int:
    """One decimal as soon as one of the figures was published with one."""
    return 0 if all(value is None or float(value).is_integer() for value in values) else 1


def _cell(value: float | None, decimals: int) -> str:
    return DASH if value is None else number(value, decimals)


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _sources(figures_: Iterable[Published]) -> str:
    return "; ".join(_unique(one.source for one in figures_))


# ------------------------------------------------------------------------------------------------------- thermometers


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """Which figure stands for a goal in the list: an indicator, the kind of period, and the breakdown in Danish."""

    indicator: str
    period_type: str = ""
    breakdown: str = ""
    same_quarter: bool = False


BREAKDOWNS = {"kvinder": N_("kvinder")}  # as published, for the list

# One indicator a goal, as a reader knows it. Goals without a published country figure keep their direction.
KEY_FIGURES = {
    1: KeyFigure("NM1-01"),
    2: KeyFigure("NM2-03"),
    3: KeyFigure("NM3-02", "year"),
    4: KeyFigure(BELT, "rolling_12m"),
    5: KeyFigure(WAITING, "quarter", same_quarter=True),
    6: KeyFigure("NM6-01"),
    7: KeyFigure("NM7-01", "rolling_2y", breakdown="kvinder"),
    8: KeyFigure("NM8-01"),
}


def key_reading(store: Store, viewer: Viewer, key: KeyFigure, direction: Direction) -> Reading | None:
    """The goal's earlier and latest figure for the country, of one definition; None where none is published."""
    if not key.period_type:
        return None
    if key.indicator == WAITING:
        return _waiting_reading(store, viewer, direction)
    frame = catalogue.national_figures(store, viewer, key.indicator)
    frame = frame[
        (frame["area_code"] == NATION)
        & (frame["period_type"] == key.period_type)
        & (frame["breakdown_da"].fillna("") == key.breakdown)
        & frame["value"].notna()
    ]
    frame = frame.sort_values(["period_end", "period_label"])
    if frame.empty:
        return None
    rows = frame.to_dict("records")[-2:]
    latest = rows[-1]
    earlier = rows[0] if len(rows) == 2 and rows[0]["name_da"] == latest["name_da"] else None
    said = language()

    def words(row: dict[Any, Any]) -> str:
        return period_words(row["period_label"], row["period_type"], _day(row["period_start"]))

    both = f"{words(earlier)} → {words(latest)}" if earlier else words(latest)
    return Reading(
        latest=float(latest["value"]),
        latest_period=words(latest),
        unit=_unit(latest[f"unit_of_measure_{said}"]),
        direction=direction,
        earlier=float(earlier["value"]) if earlier else None,
        earlier_period=words(earlier) if earlier else "",
        decimals=decimals_of([float(row["value"]) for row in rows]),
        periods=_LONG_SPAN.sub(r"\1\2\3", both),
    )


def _waiting_reading(store: Store, viewer: Viewer, direction: Direction) -> Reading | None:
    """The latest quarter against the same quarter a year before, weighted over operation groups."""
    frame = figures.waiting_times(store, viewer)
    by_start = {
        _day(row["period_start"]): float(row["value"])
        for row in frame[(frame["area_code"] == NATION) & frame["value"].notna()].to_dict("records")
    }
    days = sorted(day for day in by_start if day is not None)
    if not days:
        return None
    latest = days[-1]
    before = latest.replace(year=latest.year - 1)
    earlier = by_start.get(before)
    then, now = period_text(before, PeriodKind.QUARTER), period_text(latest, PeriodKind.QUARTER)
    return Reading(
        latest=by_start[latest],
        latest_period=now,
        unit=_("dage"),
        direction=direction,
        earlier=earlier,
        earlier_period=then if earlier is not None else "",
        periods=f"{then} → {latest.year}" if earlier is not None else now,
    )


# ------------------------------------------------------------------------------------------------ goal 5: waiting times


def waiting_times(store: Store, viewer: Viewer, own: str | None) -> list[FigureSet]:
    """Waiting times by region and quarter, weighted by operations, with the two regions of 2027 taken together."""
    frame = figures.waiting_times(store, viewer)
    merged = figures.waiting_times(store, viewer, merge=MERGED_INTO_EAST)
    frame = pd.concat([frame, merged[merged["area_code"] == EAST]])
    if frame.empty:
        return []
    names = area_names(store, viewer)
    quarters = sorted({day for value in frame["period_start"] if (day := _day(value)) is not None})
    by_area = {(row["area_code"], _day(row["period_start"])): _value(row["value"]) for row in frame.to_dict("records")}

    def line(code: str) -> tuple[float | None, ...]:
        return tuple(by_area.get((code, quarter)) for quarter in quarters)

    areas = (*REGIONS, EAST)
    ticks = tuple((i, str(q.year)) for i, q in enumerate(quarters) if q.month == 1 and q.year % 2 == 0)
    picture = small_multiples(
        Panels(
            lines=tuple(
                RegionLine(code, names[code], line(code), is_own=code == own, note="*" if code == EAST else "")
                for code in areas
            ),
            country=line(NATION),
            periods=tuple(period_text(quarter, PeriodKind.QUARTER) for quarter in quarters),
            ticks=ticks,
            unit=_("dage"),
        )
    )
    over_time = FigureTable(
        caption=_("Ventetid i dage, vægtet gennemsnit, efter kvartal"),
        heads=(_("Kvartal"), *(names[code] + ("*" if code == EAST else "") for code in (NATION, *areas))),
        rows=tuple(
            (
                period_text(quarter, PeriodKind.QUARTER),
                *(_cell(by_area.get((code, quarter)), 1) for code in (NATION, *areas)),
            )
            for quarter in quarters
        ),
        own=_column(own, (NATION, *areas)),
    )
    by_group = figures.waiting_times(store, viewer, by_operation=True)
    latest = quarters[-1]
    raw = published(store, viewer, [WAITING])
    grouped = [one for one in raw if one.n is not None]
    first_text, last_text = (period_text(day, PeriodKind.QUARTER) for day in (quarters[0], latest))
    return [
        FigureSet(
            title=_("Ventetid til behandling på sygehus, dage"),
            lead=_(
                "Tyk streg: regionen. Tynd streg: hele landet. {first}–{last}, vægtet med antal operationer. "
                "Lavere er bedre."
            ).format(first=first_text, last=last_text),
            picture=picture,
            tables=(_by_operation(by_group, latest, names, own), over_time),
            notes=(
                _("Det samlede tal er vægtet af Tavle. * Østdanmark: Hovedstaden og Sjælland vægtet sammen."),
                *_unique(one.note for one in grouped),
            ),
            source=_sources(grouped),
            is_open=True,
        )
    ]


def _by_operation(frame: pd.DataFrame, quarter: date, names: dict[str, str], own: str | None) -> FigureTable:
    said = language()
    areas = (NATION, *REGIONS)
    here = [row for row in frame.to_dict("records") if _day(row["period_start"]) == quarter]
    values = {(row["operation_da"], row["area_code"]): _value(row["value"]) for row in here}
    shown = {row["operation_da"]: row[f"operation_{said}"] for row in here}
    operations = sorted(shown, key=lambda operation: (operation == "Resten", operation))
    return FigureTable(
        caption=_("{quarter} efter operation, som publiceret, dage i gennemsnit").format(
            quarter=period_text(quarter, PeriodKind.QUARTER)
        ),
        heads=(_("Operation"), *(names[code] for code in areas)),
        rows=tuple(
            (shown[operation], *(_cell(values.get((operation, code)), 0) for code in areas)) for operation in operations
        ),
        own=_column(own, areas),
    )


def _column(own: str | None, areas: Sequence[str]) -> int:
    return areas.index(own) + 1 if own in areas else -1


# --------------------------------------------------------------------------------- goal 5: cancer, right to diagnosis


def cancer_pathways(store: Store, viewer: Viewer, own: str | None) -> list[FigureSet]:
    """The latest quarter in which all regions were published, as dots; everything else in the table."""
    figures_ = published(store, viewer, [CANCER])
    quarters: dict[date, dict[str, Published]] = {}
    for one in figures_:
        if one.period_type == "quarter" and one.start is not None and one.value is not None:
            quarters.setdefault(one.start, {})[one.area_code] = one
    complete = [day for day, areas in quarters.items() if set(REGIONS) <= set(areas)]
    if not complete:
        return []
    latest = quarters[max(complete)]
    values = {code: one.value for code, one in latest.items() if one.value is not None}
    decimals = decimals_of(values.values())
    picture = dot_strip(
        [Dot(latest[code].area, values[code], is_own=code == own) for code in REGIONS],
        country=values.get(NATION),
        country_label=_("Land"),
        decimals=decimals,
    )
    names = area_names(store, viewer)
    target_words = [target_sentence(row, names) for row in catalogue.target_rows(store, viewer, CANCER)]
    quarter = period_text(max(complete), PeriodKind.QUARTER)
    return [
        FigureSet(
            title=_("Kræftpakker inden for standardforløbstid, pct."),
            lead=_("{quarter}. Højere er bedre.").format(quarter=quarter),
            picture=picture,
            tables=(flat_table(figures_, _("Alle publicerede tal for kræftpakker")),),
            notes=tuple(target_words),
            source=_sources(latest.values()),
        )
    ]


def right_to_diagnosis(store: Store, viewer: Viewer, own: str | None) -> list[FigureSet]:
    """Two ways of counting the same quarters, each in a table of its own: their figures differ by up to 7 points."""
    tables = []
    used: list[Published] = []
    for code in (DIAGNOSIS_CORRECTED, DIAGNOSIS_AS_ORDERED):
        found = published(store, viewer, [code])
        if found:
            table, _notes = area_table(found, own)
            tables.append(table)
            used += found
    if not tables:
        return []
    return [
        FigureSet(
            title=_("Udredt inden for 30 dage, somatik, pct."),
            lead=_(
                "To opgørelser af de samme kvartaler. De har hver sin definition og må ikke lægges i samme række. "
                "Højere er bedre."
            ),
            picture=Markup(""),
            tables=tuple(tables),
            notes=_unique(one.note for one in used),
            source=_sources(used),
            is_open=True,
        )
    ]


# -------------------------------------------------------------------------------------------------- goal 4: restraint


def belt_restraint(store: Store, viewer: Viewer, own: str | None) -> list[FigureSet]:
    """Share of psychiatric inpatients restrained by belt, by region and 12-month window, with the milestone."""
    figures_ = published(store, viewer, [BELT])
    windows = [one for one in figures_ if one.period_type in ("baseline_mean", "rolling_12m")]
    if not windows:
        return []
    labels = list(dict.fromkeys(one.period for one in sorted(windows, key=_window_order)))
    kinds = {one.period: one.period_type for one in windows}
    by_area = {(one.area_code, one.period): one.value for one in windows}
    names = area_names(store, viewer)
    milestones = {
        row.unit_code: row
        for row in catalogue.target_rows(store, viewer, BELT)
        if row.legal_kind == "milestone" and row.value is not None
    }

    def region(code: str) -> RegionLine:
        row = milestones.get(code)
        return RegionLine(
            code,
            names[code],
            tuple(by_area.get((code, label)) for label in labels),
            is_own=code == own,
            target=row.value if row else None,
            target_label=f"{COMPARISON_SIGNS.get(row.comparison, row.comparison)} {number(row.value, 1)}"
            if row and row.value is not None
            else "",
        )

    picture = small_multiples(
        Panels(
            lines=tuple(region(code) for code in REGIONS),
            country=tuple(by_area.get((NATION, label)) for label in labels),
            periods=tuple(labels),
            ticks=((0, labels[0].split(" ")[0]), (len(labels) - 1, labels[-1])),
            unit="%",
            decimals=1,
            from_zero=True,
            breaks=tuple(i for i in range(1, len(labels)) if kinds[labels[i]] != kinds[labels[i - 1]]),
        )
    )
    areas = (NATION, *REGIONS)
    heads_row = (_("Delmål for 2020"), *(_target_number(milestones.get(code)) for code in areas))
    table = FigureTable(
        caption=_("Andel af indlagte, der bæltefikseres, pct."),
        heads=(_("Periode"), *(names[code] for code in areas)),
        rows=(
            *((label, *(_cell(by_area.get((code, label)), 1) for code in areas)) for label in labels),
            heads_row,
        ),
        own=_column(own, areas),
    )
    return [
        FigureSet(
            title=_("Personer, der bæltefikseres, pct. af indlagte i psykiatrien"),
            lead=_(
                "Tyk streg: regionen. Tynd streg: hele landet. Stiplet: delmålet for 2020. {first} til {last}. "
                "Lavere er bedre. "
                "Dobbelt streg: før den står gennemsnittet af udgangspunktets tre år, efter den vinduer på 12 måneder."
            ).format(first=labels[0], last=labels[-1]),
            picture=picture,
            tables=(table,),
            notes=_unique(one.note for one in windows),
            source=_sources(windows),
            is_open=True,
        )
    ]


def _window_order(one: Published) -> tuple[int, str]:
    return (0 if one.period_type == "baseline_mean" else 1, one.period)


def _target_number(row: TargetRow | None) -> str:
    if row is None or row.value is None:
        return DASH
    return f"{COMPARISON_SIGNS.get(row.comparison, row.comparison)} {number(row.value, decimals_of([row.value]))}"


# ------------------------------------------------------------------------------------------- targets and plain tables

LEGAL_KINDS = {
    "statutory_right": N_("lovbestemt ret"),
    "policy_goal": N_("politisk aftale"),
    "professional_guidance": N_("faglig rettesnor"),
    "local_target": N_("lokalt måltal"),
    "milestone": N_("delmål"),
    "learning_team_aim": N_("måltal i et lærings- og kvalitetsteam"),
    "programme_rule": N_("regel i kvalitetsprogrammet"),
}


def target_sentence(row: TargetRow, names: Mapping[str, str]) -> str:
    """A target in words: what it asks, its legal kind, its dates, and what the source leaves open.

    A target without a number says so: none is invented. `names` are those of `area_names`.
    """
    said = language()
    unit = _unit(row.unit_of_measure.say(said))
    if row.value is None:
        amount = _("intet måltal")
    else:
        amount = " ".join(
            text
            for text in (
                COMPARISON_SIGNS.get(row.comparison, row.comparison),
                number(row.value, decimals_of([row.value])),
                unit,
            )
            if text
        )
    kind = _(LEGAL_KINDS[row.legal_kind]) if row.legal_kind in LEGAL_KINDS else row.legal_kind
    text = f"{row.text.say(said)}: {amount}" if row.text.say(said) else amount
    if row.unit_name is not None and row.unit_code != NATION:
        text = f"{names.get(row.unit_code or '', row.unit_name.say(said))}: {text}"
    note = row.validity_note.say(said)
    return f"{text} ({kind}, {_validity(row.valid_from, row.valid_to)})." + (f" {note}" if note else "")


def _validity(first: date | None, last: date | None) -> str:
    if first is None and last is None:
        return _("uden angivne datoer")
    if last is None and first is not None:
        return _("fra {first}").format(first=month(first))
    if first is None and last is not None:
        return _("til {last}").format(last=month(last))
    assert first is not None and last is not None
    return _("{first} til {last}").format(first=month(first), last=month(last))


def _amount(one: Published, decimals: int) -> str:
    if one.value is None:
        return DASH
    if one.unit == "%":
        return percent(one.value, decimals)
    return number(one.value, decimals) if one.unit in _COUNTS else f"{number(one.value, decimals)} {one.unit}"


def flat_table(figures_: Sequence[Published], caption: str) -> FigureTable:
    """One row per figure, with its note."""
    decimals = decimals_of(one.value for one in figures_)
    is_mixed = len({one.title for one in figures_}) > 1
    heads = [_("Periode"), _("Område"), _("Værdi"), _("Antal"), _("Bemærkning")]
    return FigureTable(
        caption=caption,
        heads=(*([_("Tal")] if is_mixed else []), *heads),
        rows=tuple(
            (
                *([one.title] if is_mixed else []),
                f"{one.period} ({_(PERIOD_TYPES[one.period_type])})" if one.period_type in PERIOD_TYPES else one.period,
                one.area,
                _amount(one, decimals),
                _cell(one.n, 0) if one.n is not None else "",
                one.note,
            )
            for one in figures_
        ),
    )


def area_table(figures_: Sequence[Published], own: str | None = None) -> tuple[FigureTable, tuple[str, ...]]:
    """Areas across, periods down, for figures of one name and unit; and the notes that hold for all of them.

    A note that is about some periods only stands beside them, in a column of its own.
    """
    decimals = decimals_of(one.value for one in figures_)
    order = {code: i for i, code in enumerate((NATION, *REGIONS))}
    areas = sorted({one.area_code for one in figures_}, key=lambda code: (order.get(code, len(order)), code))
    names = {one.area_code: one.area for one in figures_}
    values = {(one.area_code, one.period): one.value for one in figures_}
    notes: dict[str, tuple[str, ...]] = {}
    for one in sorted(figures_, key=_period_order):
        notes[one.period] = _unique((*notes.get(one.period, ()), one.note))
    is_same = len(set(notes.values())) == 1
    heads = (_("Periode"), *(names[code] for code in areas), *(() if is_same else (_("Bemærkning"),)))
    rows = tuple(
        (
            period,
            *(_cell(values.get((code, period)), decimals) for code in areas),
            *(() if is_same else (" ".join(about),)),
        )
        for period, about in notes.items()
    )
    title = figures_[0].title if figures_[0].unit in _COUNTS else f"{figures_[0].title}, {figures_[0].unit}"
    general = next(iter(notes.values())) if is_same else ()
    return FigureTable(caption=title, heads=heads, rows=rows, own=_column(own, areas)), general


def _period_order(one: Published) -> tuple[int, date, str]:
    return (0 if one.period_type == "baseline_mean" else 1, one.start or date.max, one.period)


FigureSets = Callable[[Store, Viewer, str | None], list[FigureSet]]
SETS: dict[int, tuple[FigureSets, ...]] = {
    4: (belt_restraint,),
    5: (waiting_times, cancer_pathways, right_to_diagnosis),
}
# Figures that stand in a set above in full; what is left of their indicators is listed with the rest.
_IN_SETS: tuple[Callable[[Published], bool], ...] = (
    lambda one: one.code == WAITING and one.n is not None,
    lambda one: one.code == CANCER,
    lambda one: one.code in (DIAGNOSIS_CORRECTED, DIAGNOSIS_AS_ORDERED),
    lambda one: one.code == BELT and one.period_type in ("baseline_mean", "rolling_12m"),
)


def figure_sets(store: Store, viewer: Viewer, goal: int, own: str | None) -> tuple[FigureSet, ...]:
    """The pictures of a goal; empty where no figures by region are published."""
    return tuple(one for make in SETS.get(goal, ()) for one in make(store, viewer, own))


def other_figures(
    store: Store, viewer: Viewer, codes: Iterable[str], own: str | None
) -> tuple[tuple[FigureTable, tuple[str, ...], str], ...]:
    """Everything else that is published under some codes: a table each, its notes and its source.

    Figures of one name by region become a table with areas across; single figures one row each.
    """
    left = [one for one in published(store, viewer, codes) if not any(is_in(one) for is_in in _IN_SETS)]
    groups: dict[tuple[str, str, str], list[Published]] = {}
    for one in left:
        groups.setdefault((one.code, one.title, one.unit), []).append(one)
    tables: list[tuple[FigureTable, tuple[str, ...], str]] = []
    singles: list[Published] = []
    for group in groups.values():
        if len({one.area_code for one in group}) >= 3:
            table, notes = area_table(group, own)
            tables.append((table, notes, _sources(group)))
        else:
            singles += group
    by_source: dict[str, list[Published]] = {}
    for one in singles:
        by_source.setdefault(one.name, []).append(one)
    for name, group in by_source.items():
        tables.append((flat_table(group, name), (), _sources(group)))
    return tuple(tables)
