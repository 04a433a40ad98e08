"""Files as Danish spreadsheets and their people make them, each with what it must give. Nothing here is kept on disk.

`python tests/etl/corpus/make.py FOLDER` writes them all to look at. The same seed gives the same bytes, except for the
time that a zip archive carries.
"""

from __future__ import annotations

import io
import random
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from etl.extract.options import ReadAs

SEED = 20261123

# indicator, unit, first day, numerator, denominator, value
Row = tuple[str, str, date, float | None, float | None, float | None]


@dataclass(frozen=True)
class Case:
    """One file and what it must give: the rows it would store, the findings, and parts of the reading sentence."""

    name: str
    content: bytes
    rows: tuple[Row, ...] = ()
    findings: tuple[tuple[int | None, str], ...] = ()
    file_name: str = "okt.csv"
    read_as: ReadAs = field(default_factory=ReadAs)
    defaults: dict[str, str] = field(default_factory=dict)
    says: tuple[str, ...] = ()


_random = random.Random(SEED)
MONTHS = [date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)]
QUARTERS = [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)]
# Christmas 2020 has a week 53, and the week after it begins in January.
WEEKS = [date(2020, 12, 21), date(2020, 12, 28), date(2021, 1, 4)]

SHARES: list[Row] = [
    ("TRYKSAAR", unit, month, float(_random.randint(5, 60)), float(_random.randint(1000, 1300)), None)
    for unit in ("NOH", "HGH")
    for month in MONTHS
]
WAITS: list[Row] = [
    ("VENTETID", "NOH", quarter, _random.randint(10_000, 19_000) / 8, float(_random.randint(40, 55)), None)
    for quarter in QUARTERS
]
TEMPERATURES: list[Row] = [
    ("TEMPERATUR", "NOH", week, None, None, value) for week, value in zip(WEEKS, (-2.5, 0.25, 12.0), strict=True)
]
CASES = "TRYKSAAR"


# ---------------------------------------------------------------------------------------------------- ways of writing


def iso(day: date) -> str:
    return f"{day:%Y-%m}"


def whole(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def grouped(value: float | None, thousands: str = ".", mark: str = ",") -> str:
    """1.050,5 in the marks that are asked for; as many decimals as there are."""
    if value is None:
        return ""
    digits = f"{value:,.3f}".rstrip("0").rstrip(".")
    return digits.replace(",", "T").replace(".", mark).replace("T", thousands)


def comma(value: float | None) -> str:
    return grouped(value, "")


def dot(value: float | None) -> str:
    return grouped(value, "", ".")


DANISH_MONTHS = [
    *("januar", "februar", "marts", "april", "maj", "juni"),
    *("juli", "august", "september", "oktober", "november", "december"),
]
ENGLISH_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
HEADER = ("indikator", "enhed", "periode", "tæller", "nævner")
VALUE_HEADER = ("indikator", "enhed", "periode", "værdi")


def cells(
    rows: Sequence[Row], period: Callable[[date], str] = iso, number: Callable[..., str] = whole
) -> list[list[str]]:
    """The cells of rows in long form: numerator and denominator, or value."""
    return [
        [
            indicator,
            unit,
            period(day),
            *([number(numerator), number(denominator)] if value is None else [number(value)]),
        ]
        for indicator, unit, day, numerator, denominator, value in rows
    ]


def text(header: Sequence[str], rows: Sequence[Sequence[str]], sep: str = ";", end: str = "\r\n") -> str:
    return end.join(sep.join(cells) for cells in (header, *rows)) + end


def long(
    period: Callable[[date], str] = iso, number: Callable[..., str] = whole, header: Sequence[str] = HEADER
) -> str:
    return text(header, cells(SHARES, period, number))


# ----------------------------------------------------------------------------------------------------------- text files


def encodings() -> Iterator[Case]:
    for encoding, said in (
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 med BOM"),
        ("cp1252", "Windows-1252"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16 LE"),
        ("utf-16-be", "UTF-16 BE"),
    ):
        yield Case(f"tegnsæt {encoding}", long().encode(encoding), tuple(SHARES), says=(said,))
    yield Case("tegnsæt utf-16-be med BOM", b"\xfe\xff" + long().encode("utf-16-be"), tuple(SHARES), says=("UTF-16",))
    latin = ReadAs(encoding="latin-1")
    yield Case("tegnsæt angivet", long().encode("latin-1"), tuple(SHARES), read_as=latin, says=("Windows-1252",))


def separators() -> Iterator[Case]:
    for name, sep in (("semikolon", ";"), ("komma", ","), ("tabulator", "\t")):
        content = text(HEADER, cells(SHARES), sep).encode()
        yield Case(f"skilletegn {name}", content, tuple(SHARES), says=(f"Læst som {name}",))
    for sep in (";", ","):
        content = f"sep={sep}\r\n{text(HEADER, cells(SHARES), sep)}".encode("cp1252")
        yield Case(f"sep={sep}", content, tuple(SHARES))
    content = text(HEADER, cells(SHARES), "|").encode()
    yield Case("skilletegn angivet", content, tuple(SHARES), read_as=ReadAs(delimiter="|"))
    yield Case("tabulator .tsv", text(HEADER, cells(SHARES), "\t").encode(), tuple(SHARES), file_name="okt.tsv")
    for name, end in (("cr", "\r"), ("lf", "\n")):
        yield Case(f"linjer slutter med {name}", text(HEADER, cells(SHARES), end=end).encode(), tuple(SHARES))
    quoted = text([f'"{name}"' for name in HEADER], [[f'"{cell}"' for cell in row] for row in cells(SHARES)])
    yield Case("alt i anførselstegn", quoted.encode(), tuple(SHARES))


def layouts() -> Iterator[Case]:
    yield Case("tomme linjer til sidst", (long() + "\r\n;;;;\r\n\r\n").encode(), tuple(SHARES))
    wide = text([*HEADER, "", ""], [[*row, "", ""] for row in cells(SHARES)])
    yield Case("tomme kolonner til sidst", wide.encode(), tuple(SHARES))
    yield Case("semikolon kun i overskriften", (text(HEADER, cells(SHARES)).replace("nævner", "nævner;;", 1)).encode(),
               tuple(SHARES))  # fmt: skip
    yield Case("bemærkninger over", f"# kilde: LIS\r\n# hentet i dag\r\n{long()}".encode(), tuple(SHARES))
    yield Case("titel over", f"Tryksår, 2. halvår 2026;;;;\r\n\r\n{long()}".encode(), tuple(SHARES))
    header = (*HEADER, "kommentar")
    broken = [[*row, '"to\r\nlinjer; og ""citat"""'] for row in cells(SHARES)]
    yield Case("linjeskift i en celle", text(header, broken).encode(), tuple(SHARES))
    padded = [[f"  {cell:>12} " for cell in row] for row in cells(SHARES)]
    yield Case("polstrede celler", text(HEADER, padded).encode(), tuple(SHARES))
    yield Case(
        "nuller foran", text(HEADER, cells(SHARES, number=lambda value: f"{value:06.0f}")).encode(), tuple(SHARES)
    )
    other = text((*HEADER, "Frys"), [[*row, "x"] for row in cells(SHARES)])
    yield Case("ukendt kolonne", other.encode(), tuple(SHARES), ((None, "unknown_column"),), says=("»Frys«",))
    one = text(HEADER[2:], [row[2:] for row in cells(SHARES[:3])])
    chosen = {"indicator": "TRYKSAAR", "unit": "NOH"}
    yield Case("indikator og enhed ved siden af", one.encode(), tuple(SHARES[:3]), defaults=chosen)


def numbers() -> Iterator[Case]:
    rows = tuple(WAITS)

    def waits(number: Callable[..., str], encoding: str = "utf-8") -> bytes:
        return text(HEADER, cells(WAITS, iso_quarter, number)).encode(encoding)

    yield Case("decimalkomma", waits(comma), rows, says=("decimalkomma",))
    yield Case("decimalpunktum", waits(dot), rows, says=("decimalpunktum",))
    yield Case("tusindpunktum og decimalkomma", waits(grouped), rows, says=("decimalkomma",))
    yield Case("tusindkomma og decimalpunktum", waits(lambda v: grouped(v, ",", ".")), rows, says=("decimalpunktum",))
    yield Case("mellemrum mellem tusinder", waits(lambda v: grouped(v, " ")), rows)
    yield Case("hårdt mellemrum mellem tusinder", waits(lambda v: grouped(v, "\u00a0"), "cp1252"), rows)
    yield Case("smalt mellemrum mellem tusinder", waits(lambda v: grouped(v, "\u202f")), rows)
    yield Case("plus foran", waits(lambda v: "+" + comma(v)), rows)
    unclear = text(HEADER, cells(SHARES, number=lambda v: grouped(v) if v >= 1000 else whole(v)))
    rows = tuple(SHARES)
    yield Case("tusindpunktum, der ikke kan afgøres", unclear.encode(), (), ((2, "decimal_unclear"),))
    yield Case(
        "tusindpunktum, afgjort", unclear.encode(), rows, read_as=ReadAs(decimal="comma"), says=("decimalkomma",)
    )
    minus = text(VALUE_HEADER, cells(TEMPERATURES, iso_week, comma))
    yield Case("typografisk minus", minus.replace("-2,5", "\u22122,5").encode(), tuple(TEMPERATURES))
    yield Case("almindeligt minus", minus.encode("cp1252"), tuple(TEMPERATURES))
    for sign in ("%", " %", " pct.", " pct"):
        shown = [[*row[:3], f"{row[3]}{sign}"] for row in cells(TEMPERATURES[:1], iso_week, comma)]
        yield Case(f"»{sign.strip()}« efter tallet{' med mellemrum' * sign.startswith(' ')}",
                   text(VALUE_HEADER, shown).encode(), (), ((2, "not_a_number"),))  # fmt: skip
    mixed = text(HEADER, cells(WAITS[:2], iso_quarter, comma) + cells(WAITS[2:], iso_quarter, dot))
    yield Case("begge decimaltegn", mixed.encode(), (), ((4, "not_a_number"),))


SIGNS = ("..", "-", "–", "i.a.", "n/a", "na", ".", "<5", "< 5", "N/A", "#N/A", "ikke oplyst")


def not_available() -> Iterator[Case]:
    lines = [["TRYKSAAR", "NOH", iso(date(2025, at, 1)), sign, "100"] for at, sign in enumerate(SIGNS, 1)]
    found = tuple((row, "not_available") for row in range(2, 2 + len(SIGNS)))
    content = text(HEADER, lines + cells(SHARES[:3]))
    yield Case("tegn for intet tal", content.encode("utf-8"), tuple(SHARES[:3]), found)
    lines = [["TRYKSAAR", "NOH", "2026-07", "4", ".."], *cells(SHARES[:3])]
    yield Case("nævner mangler med tegn", text(HEADER, lines).encode(), tuple(SHARES[:3]), ((2, "not_available"),))
    lines = [["TRYKSAAR", "NOH", "2026-07", "", ""], *cells(SHARES[:3])]
    yield Case("tom række", text(HEADER, lines).encode(), tuple(SHARES[:3]), ((2, "empty_row"),))
    lines = [["TRYKSAAR", "NOH", "2026-07", "4", ""], *cells(SHARES[:3])]
    yield Case("nævner mangler uden tegn", text(HEADER, lines).encode(), (), ((2, "missing_value"),))


def serial(day: date, epoch: int = 1900) -> str:
    return str((day - (date(1899, 12, 30) if epoch == 1900 else date(1904, 1, 1))).days)


def iso_week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-U{week:02d}"


def iso_quarter(day: date) -> str:
    return f"{day.year}K{(day.month + 2) // 3}"


MONTH_FORMS: dict[str, Callable[[date], str]] = {
    "2026-10": iso,
    "2026/10": lambda day: f"{day:%Y/%m}",
    "202610": lambda day: f"{day:%Y%m}",
    "10-2026": lambda day: f"{day:%m-%Y}",
    "10/2026": lambda day: f"{day:%m/%Y}",
    "okt-26": lambda day: f"{DANISH_MONTHS[day.month - 1][:3]}-{day:%y}",
    "okt. 2026": lambda day: f"{DANISH_MONTHS[day.month - 1][:3]}. {day.year}",
    "Oktober 2026": lambda day: f"{DANISH_MONTHS[day.month - 1].title()} {day.year}",
    "October 2026": lambda day: f"{ENGLISH_MONTHS[day.month - 1]} {day.year}",
    "2026M10": lambda day: f"{day.year}M{day.month:02d}",
    "01-10-2026": lambda day: f"{day:%d-%m-%Y}",
    "01.10.2026": lambda day: f"{day:%d.%m.%Y}",
    "1/10-2026": lambda day: f"{day.day}/{day.month}-{day.year}",
    "1. oktober 2026": lambda day: f"{day.day}. {DANISH_MONTHS[day.month - 1]} {day.year}",
    "2026-10-01": lambda day: day.isoformat(),
    "2026-10-01 00:00:00": lambda day: f"{day} 00:00:00",
    "2026M10D01": lambda day: f"{day.year}M{day.month:02d}D{day.day:02d}",
}


def periods() -> Iterator[Case]:
    for name, form in MONTH_FORMS.items():
        yield Case(f"måned {name}", long(form).encode(), tuple(SHARES))
    inside = long(lambda day: f"{day + timedelta(days=13):%d-%m-%Y}")
    yield Case("dato inde i måneden", inside.encode(), tuple(SHARES), says=("regnet til perioden",))
    for epoch in (1900, 1904):
        content = long(lambda day, epoch=epoch: serial(day, epoch))
        yield Case(f"dagsnumre fra {epoch}", content.encode(), tuple(SHARES), says=(f"regnet fra {epoch}",))
    inside = long(lambda day: serial(day + timedelta(days=13), 1904))
    yield Case("dagsnumre, år angivet", inside.encode(), tuple(SHARES), read_as=ReadAs(epoch=1904))
    mixed = text(HEADER, cells(SHARES[:2], serial) + cells(SHARES[2:3]))
    yield Case("dagsnumre blandt måneder", mixed.encode(), (), ((2, "not_a_period"), (3, "not_a_period")))
    for name, form in {
        "2020-U53": iso_week,
        "2020-W53": lambda day: iso_week(day).replace("U", "W"),
        "uge 53 2020": lambda day: f"uge {day.isocalendar()[1]} {day.isocalendar()[0]}",
    }.items():
        yield Case(f"uge {name}", text(VALUE_HEADER, cells(TEMPERATURES, form, comma)).encode(), tuple(TEMPERATURES))
    for name, form in {
        "2026K3": iso_quarter,
        "3K26": lambda day: f"{(day.month + 2) // 3}K{day:%y}",
        "3. kvt. 2026": lambda day: f"{(day.month + 2) // 3}. kvt. {day.year}",
        "Q3 2026": lambda day: f"Q{(day.month + 2) // 3} {day.year}",
    }.items():
        yield Case(f"kvartal {name}", text(HEADER, cells(WAITS, form, comma)).encode(), tuple(WAITS))
    refused = ["uge 33", "Januar", "2014/2015", "2013-15", "2016:2017", "01-10-26", "i alt", "2026-13"]
    lines = [["TRYKSAAR", "NOH", written, "4", "1000"] for written in refused]
    found = tuple((row, "not_a_period") for row in range(2, 2 + len(refused)))
    yield Case("ikke én periode", text(HEADER, lines).encode(), (), found)


def headers() -> Iterator[Case]:
    rows = tuple(SHARES)
    for names in (
        ("Indicator", "Unit", "Period", "Numerator", "Denominator"),
        ("Måling", "Afdeling", "Måned", "Antal", "I alt"),
        ("INDIKATOR", "SYGEHUS", "DATO", "TAELLER", "NAEVNER"),
        ("indikator_kode", "Hospital:", "Date", "Count", "Total"),
        ("KPI", "Organisation", "Month", "Hændelser", "Population"),
    ):
        yield Case(f"overskrifter {', '.join(names)}", long(header=names).encode(), rows)
    both = text((*HEADER, "Afdeling"), [[*row, "Kirurgi"] for row in cells(SHARES)])
    yield Case("enhed og afdeling", both.encode(), rows, ((None, "unknown_column"),))
    two = text(("indikator", "sygehus", "periode", "tæller", "nævner", "afdeling"), [[*r, "K"] for r in cells(SHARES)])
    yield Case("sygehus og afdeling", two.encode(), (), ((1, "duplicate_column"),))
    chosen = ReadAs(columns={"unit": "sygehus"})
    yield Case("sygehus valgt", two.encode(), rows, ((None, "unknown_column"),), read_as=chosen)
    twisted = [[row[i] for i in (4, 2, 0, 3, 1)] for row in cells(SHARES)]
    yield Case("kolonner i anden orden", text([HEADER[i] for i in (4, 2, 0, 3, 1)], twisted).encode(), rows)
    for code, name in (
        ("101", "Københavns Kommune"),
        ("101", "Copenhagen"),
        ("101", "KØBENHAVN"),
        ("400", "Bornholms Regionskommune"),
        ("NOH", "Nordsjællands Hospital"),
    ):
        named = [[row[0], name, *row[2:]] for row in cells(SHARES[:3])]
        expected = tuple((row[0], code, *row[2:]) for row in SHARES[:3])
        yield Case(f"enhed {name}", text(HEADER, named).encode("cp1252"), expected)


def broken() -> Iterator[Case]:
    yield Case("tom fil", b"", (), ((None, "empty_file"),))
    yield Case("kun skilletegn", b";;;\r\n;;;\r\n", (), ((None, "empty_file"),))
    yield Case("kun overskrift", text(HEADER, []).encode(), (), ((None, "header_only"),))
    yield Case("ingen overskrift", text(cells(SHARES)[0], cells(SHARES[1:])).encode(), (), ((1, "no_header"),))
    yield Case("forkerte kolonner", b"Dato;Infektioner\r\n01-01-2026;4\r\n", (), ((1, "wrong_columns"),))
    double = text((*HEADER, "Periode"), [[*row, "x"] for row in cells(SHARES)])
    yield Case("periode to gange", double.encode(), (), ((1, "duplicate_column"),))
    unclosed = text(HEADER, [[*cells(SHARES)[0][:4], '"1000'], *cells(SHARES[1:])])
    yield Case("åbent anførselstegn", unclosed.encode(), (), ((2, "broken_quotes"),))
    short = text(HEADER, [*cells(SHARES[:2]), cells(SHARES)[2][:3], [*cells(SHARES)[3], "x"]])
    yield Case("for få og for mange celler", short.encode(), (),
               ((4, "ragged_row"), (5, "ragged_row")))  # fmt: skip
    yield Case("billede", b"\x89PNG\r\n\x1a\n", (), ((None, "binary_file"),))
    yield Case("pdf", b"%PDF-1.7 \xe2\xe3", (), ((None, "binary_file"),))
    yield Case("nuller i teksten", b"indikator;enhed\x00;periode", (), ((None, "binary_file"),))
    yield Case("for mange kolonner", b";" * 5000 + b"x\r\n1\r\n", (), ((1, "too_many_columns"),))
    for name, content in {
        "celle": text(HEADER, [["TRYKSAAR", "010190-1234", *cells(SHARES)[0][2:]]]),
        "kommentar": text((*HEADER, "kommentar"), [[*cells(SHARES)[0], "se 0101901234"]]),
        "overskrift": text((*HEADER, "pt. 010190-1234"), [[*cells(SHARES)[0], "x"]]),
        "bemærkning over": "# pt. 010190-1234\r\n" + long(),
        "titel over": "pt. 010190-1234;;\r\n\r\n" + long(),
        "cpr-kolonne": text((*HEADER, "CPR"), [[*cells(SHARES)[0], "101901234"]]),
        "celle for meget": text(HEADER, [[*cells(SHARES)[0], "010190-1234"]]),
    }.items():
        row = {"overskrift": 1, "bemærkning over": 1, "titel over": 1}.get(name, 2)
        yield Case(f"cpr i {name}", content.encode("utf-16"), (), ((row, "cpr"),))
    yield Case("cpr i filnavn", long().encode(), (), ((None, "cpr"),), file_name="010190-1234.csv")


# ----------------------------------------------------------------------------------------------------------- wide files


def pivot(rows: Sequence[Row], period: Callable[[date], str], *, fill: bool = True) -> list[list[str]]:
    """Months as columns, a row for each of numerator and denominator."""
    days = sorted({row[2] for row in rows})
    lines = [["indikator", "enhed", "felt", *map(period, days)]]
    for unit in dict.fromkeys(row[1] for row in rows):
        mine = {row[2]: row for row in rows if row[1] == unit}
        for at, name in ((3, "tæller"), (4, "nævner")):
            label = [rows[0][0], unit] if fill or at == 3 else ["", ""]
            lines.append([*label, name, *(whole(mine[day][at]) if day in mine else "" for day in days)])
    return lines


def wide() -> Iterator[Case]:
    rows = tuple(SHARES)
    for name in ("2026-10", "okt-26", "01-10-2026", "2026M10", "Oktober 2026"):
        lines = pivot(SHARES, MONTH_FORMS[name])
        yield Case(
            f"bred, måneder som {name}", text(lines[0], lines[1:]).encode(), rows, says=("perioder som kolonner",)
        )
    lines = pivot(SHARES, serial)
    yield Case("bred, dagsnumre", text(lines[0], lines[1:]).encode(), rows, says=("regnet fra 1900",))
    lines = pivot(SHARES, iso, fill=False)
    yield Case("bred, navne kun øverst", text(lines[0], lines[1:]).encode("cp1252"), rows)
    lines = pivot(SHARES[:-1], iso)
    yield Case("bred, en måned mangler", text(lines[0], lines[1:]).encode(), rows[:-1])
    lines = [["indikator", "enhed", *map(iso_week, WEEKS)], ["TEMPERATUR", "NOH", *(comma(r[5]) for r in TEMPERATURES)]]
    yield Case("bred, kun værdi", text(lines[0], lines[1:]).encode(), tuple(TEMPERATURES))
    days = [month for month in MONTHS for _ in (0, 1)]
    top = ["indikator", "enhed", *(iso(day) if at % 2 == 0 else "" for at, day in enumerate(days))]
    below = ["", "", *["tæller", "nævner"] * 3]
    lines = [
        ["TRYKSAAR", unit, *(whole(n) for row in SHARES if row[1] == unit for n in row[3:5])] for unit in ("NOH", "HGH")
    ]
    yield Case("bred, overskrift på to rækker", text(top, [below, *lines]).encode(), rows)
    lines = pivot(SHARES, iso)
    lines[1][2] = "hvadsomhelst"
    yield Case("bred, ukendt felt", text(lines[0], lines[1:]).encode(), (), ((2, "unknown_kind"),))
    lines = pivot(SHARES, iso)
    lines[1][4] = "9999"
    yield Case(
        "bred, tæller over nævner", text(lines[0], lines[1:]).encode(), (), ((2, "numerator_above_denominator"),)
    )
    lines = pivot(SHARES, iso)
    lines[0].append("I alt")
    content = text(lines[0], [[*line, "1"] for line in lines[1:]])
    yield Case("bred, sumkolonne", content.encode(), rows, ((None, "unknown_column"),))
    header = ["enhed", "periode", "TRYKSAAR tæller", "TRYKSAAR nævner"]
    lines = [[row[1], iso(row[2]), whole(row[3]), whole(row[4])] for row in SHARES]
    yield Case("indikatorer som kolonner", text(header, lines).encode(), rows, says=("indikatorer som kolonner",))
    lines = [["NOH", iso_week(row[2]), comma(row[5])] for row in TEMPERATURES]
    yield Case("indikator som kolonne", text(["enhed", "uge", "TEMPERATUR"], lines).encode(), tuple(TEMPERATURES))


# ------------------------------------------------------------------------------------------------------------ workbooks


def book(make: Callable[[Any], None], **options: Any) -> bytes:
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True} | options)
    make(workbook)
    workbook.close()
    return file.getvalue()


def typed(workbook: Any, name: str = "Data", *, top: int = 0, left: int = 0, rows: Sequence[Row] = SHARES) -> Any:
    """A sheet in long form with typed dates and numbers, as Excel itself keeps them."""
    sheet = workbook.add_worksheet(name)
    month = workbook.add_format({"num_format": "mmm-yy"})
    sheet.write_row(top, left, HEADER)
    for at, (indicator, unit, day, numerator, denominator, _) in enumerate(rows, top + 1):
        sheet.write_row(at, left, [indicator, unit])
        sheet.write_datetime(at, left + 2, day, month)
        sheet.write_row(at, left + 3, [numerator, denominator])
    return sheet


def texts(workbook: Any, lines: Sequence[Sequence[str]], name: str = "Data") -> Any:
    """A sheet where everything is text."""
    sheet = workbook.add_worksheet(name)
    for at, line in enumerate(lines):
        for column, cell in enumerate(line):
            sheet.write_string(at, column, cell)
    return sheet


def _patched(content: bytes, part: str, change: Callable[[str], str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            inside = old.read(name)
            new.writestr(name, change(inside.decode()).encode() if name == part else inside)
    return out.getvalue()


def workbooks() -> Iterator[Case]:
    rows = tuple(SHARES)

    def case(name: str, make: Callable[[Any], Any], expected: tuple[Row, ...] = rows,
             findings: tuple[tuple[int | None, str], ...] = (), says: tuple[str, ...] = (), *,
             read_as: ReadAs | None = None, **options: Any) -> Case:  # fmt: skip
        return Case(
            f"xlsx, {name}", book(make, **options), expected, findings, "okt.xlsx", read_as or ReadAs(), says=says
        )

    yield case("datoer og tal", typed, says=("ark »Data«",))
    yield case("datoer fra 1904", typed, date_1904=True)
    yield case("tabel midt på arket", lambda wb: typed(wb, top=3, left=2))

    def titled(wb: Any) -> None:
        typed(wb, top=2).merge_range(0, 0, 0, 4, "Tryksår, oktober 2026")

    yield case("sammenflettet titel", titled)
    yield case("alt som tekst", lambda wb: texts(wb, [HEADER, *cells(SHARES, MONTH_FORMS["okt-26"])]))
    waits = tuple(WAITS)
    lines = [HEADER, *cells(WAITS, iso_quarter, grouped)]
    yield case("tal som tekst", lambda wb: texts(wb, lines), waits, says=("decimalkomma",))

    def serials(wb: Any) -> None:
        sheet = typed(wb)
        for at, row in enumerate(SHARES, 1):
            sheet.write_number(at, 2, int(serial(row[2])))

    yield case("dagsnumre uden datoformat", serials, says=("regnet fra 1900",))

    def mixed_types(wb: Any) -> None:
        sheet = typed(wb, rows=WAITS)
        for at, row in enumerate(WAITS, 1):
            sheet.write_string(at, 2, iso_quarter(row[2]))
        sheet.write_string(1, 3, grouped(WAITS[0][3]))

    yield case("tal og tekst i samme kolonne", mixed_types, waits)

    def unclear(wb: Any) -> None:
        sheet = typed(wb, rows=WAITS)
        for at, row in enumerate(WAITS, 1):
            sheet.write_string(at, 2, iso_quarter(row[2]))
        sheet.write_number(2, 3, 1234.5)
        sheet.write_string(1, 3, "1.050")

    yield case("tekst, der kan være to tal", unclear, (), ((2, "text_number_unclear"),))

    def formulas(wb: Any) -> None:
        sheet = typed(wb)
        for at, row in enumerate(SHARES, 1):
            sheet.write_formula(at, 3, f"=G{at}+1", value=row[3])

    yield case("formler med resultat", formulas)

    def uncalculated(wb: Any) -> None:
        typed(wb).write_formula(2, 3, "=1+1")

    yield case("formel uden resultat", uncalculated, (), ((3, "uncalculated"),))

    def wrong(wb: Any) -> None:
        typed(wb).write_formula(2, 3, "=1/0", value="#DIV/0!")

    yield case("formel med fejl", wrong, (), ((3, "not_a_number"),))

    def merged_labels(wb: Any) -> None:
        sheet = typed(wb)
        sheet.merge_range(1, 0, 6, 0, "TRYKSAAR")
        sheet.merge_range(1, 1, 3, 1, "NOH")
        sheet.merge_range(4, 1, 6, 1, "HGH")

    yield case("sammenflettede enheder", merged_labels)

    def merged_months(wb: Any) -> None:
        sheet = wb.add_worksheet("Data")
        sheet.merge_range(0, 0, 1, 0, "Indikator")
        sheet.merge_range(0, 1, 1, 1, "Enhed")
        for at, month in enumerate(MONTHS):
            sheet.merge_range(0, 2 + 2 * at, 0, 3 + 2 * at, MONTH_FORMS["okt-26"](month))
            sheet.write_row(1, 2 + 2 * at, ["Tæller", "Nævner"])
        for line, unit in enumerate(("NOH", "HGH"), 2):
            figures = [n for row in SHARES if row[1] == unit for n in row[3:5]]
            sheet.write_row(line, 0, ["TRYKSAAR", unit, *figures])

    yield case("sammenflettede måneder", merged_months, says=("perioder som kolonner",))

    def wide_dates(wb: Any) -> None:
        lines = pivot(SHARES, iso)
        sheet = wb.add_worksheet("Data")
        sheet.write_row(0, 0, lines[0][:3])
        for at, month in enumerate(MONTHS, 3):
            sheet.write_datetime(0, at, month, wb.add_format({"num_format": "mmm-yy"}))
        for at, line in enumerate(lines[1:], 1):
            sheet.write_row(at, 0, [*line[:3], *map(float, line[3:])])

    yield case("bred med datoer", wide_dates)

    def several(wb: Any) -> None:
        texts(wb, [["Vejledning"], ["Udfyld arket Tal"]], "Forside")
        typed(wb, "Tal")
        typed(wb, "Sidste år", rows=SHARES[:1])

    yield case("flere ark", several, says=("ark »Tal«", "Ikke læst: »Sidste år«"))
    yield case("ark valgt", several, rows[:1], read_as=ReadAs(sheet="sidste år"))
    yield case("ark findes ikke", several, (), ((None, "no_such_sheet"),), read_as=ReadAs(sheet="Marts"))

    def hidden(wb: Any) -> None:
        typed(wb, "Gammelt", rows=SHARES[:1]).hide()
        wb.add_worksheet("Tomt").activate()
        typed(wb, "Nyt")

    yield case("skjult og tomt ark", hidden, says=("ark »Nyt«",))
    yield case("tom mappe", lambda wb: wb.add_worksheet("Tomt"), (), ((None, "empty_file"),))
    for name, make in {
        "en kommentar": lambda wb: typed(wb).write_comment(1, 1, "se 010190-1234"),
        "et andet ark": lambda wb: (typed(wb), texts(wb, [["Noter"], ["pt. 0101901234"]], "Noter")),
        "et sidehoved": lambda wb: typed(wb).set_header("&CPt. 010190-1234"),
    }.items():
        row = 2 if name == "et andet ark" else None
        yield case(f"cpr i {name}", make, (), ((row, "cpr"),))
    yield case(
        "skjult ark med cpr", lambda wb: (typed(wb), texts(wb, [["x", "010190-1234"]], "Gem").hide()), (), ((1, "cpr"),)
    )
    good = book(typed)
    name = "okt.xlsx"
    yield Case("xlsx, afkortet", good[: len(good) // 2], (), ((None, "broken_workbook"),), name)
    yield Case("xlsx, ødelagt ark", _patched(good, "xl/worksheets/sheet1.xml", lambda s: s[: len(s) // 2]), (),
               ((None, "broken_workbook"),), name)  # fmt: skip
    yield Case("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), (), ((None, "old_workbook"),), "okt.xls")
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le")
    yield Case("xlsx, låst", locked, (), ((None, "locked_workbook"),), name)
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office/>")
    yield Case("ods", other.getvalue(), (), ((None, "other_workbook"),), "okt.ods")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(60_000_000))
    yield Case("xlsx, bombe", bomb.getvalue(), (), ((None, "workbook_too_heavy"),), name)


def corpus() -> list[Case]:
    """Every case, in the order of the families."""
    families = (encodings, separators, layouts, numbers, not_available, periods, headers, broken, wide, workbooks)
    return [case for family in families for case in family()]


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    made = corpus()
    for at, case in enumerate(made, 1):
        (folder / f"{at:03d}{Path(case.file_name).suffix}").write_bytes(case.content)
        print(f"{at:03d}  {case.name}")  # noqa: T201


if __name__ == "__main__":
    main()
