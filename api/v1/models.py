"""What goes in and out of `/api/v1`, as pydantic models: answers are made from them and the document is made of them.

`said(da, en)` gives a field its words; the document shows those of the language it is asked for in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from data.queries.coverage import Received
from etl.extract.records import Number
from indicators.assessment import Assurance, Variation
from indicators.definition import Direction, PeriodKind, Role, Scope

DANISH = "x-da"  # in a schema: the Danish words, until the document puts them in the place of the English ones
RECEIPT_PATTERN = r"^T-[0-9]{4}-[0-9]{6,12}$"
# Without the signs that no keyboard writes; line breaks and tabs may stand in a note.
TEXT_PATTERN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
CODE_PATTERN = r"^[^/\x00-\x1f\x7f]{1,100}$"
MOST_LISTED = 1000
LONGEST_TEXT, LONGEST_NOTE = 300, 2000

Item = TypeVar("Item")


def said(da: str, en: str, **more: Any) -> Any:
    """A field with its words in both languages."""
    return Field(description=en, json_schema_extra={DANISH: da}, **more)


class Model(BaseModel):
    """All models: nothing but what is named."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="null")


# ------------------------------------------------------------------------------------------------- texts of parameters
# Parameters come as text. What pydantic would take for a number or a day is wider than what the document says.


def _strictly(pattern: str, convert: Callable[[str], Any]) -> BeforeValidator:
    read = re.compile(pattern, re.ASCII)

    def validate(text: Any) -> Any:
        if isinstance(text, str):
            if not read.fullmatch(text):
                raise ValueError("not of the form in the document")
            return convert(text)
        return text

    return BeforeValidator(validate)


Flag = Annotated[bool, _strictly("true|false", lambda text: text == "true")]
# A field's own limits stand before it: pydantic leaves those behind it out of the document.
WHOLE = _strictly(r"-?[0-9]{1,18}", int)
Day = Annotated[
    date,
    _strictly(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", date.fromisoformat),
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^(19|20)"}),
]
Code = Annotated[str, Field(pattern=CODE_PATTERN)]


class Page(Model):
    """The parameters of a list."""

    limit: Annotated[int, Field(ge=1, le=MOST_LISTED), WHOLE] = said("Højst så mange.", "At most so many.", default=100)
    offset: Annotated[int, Field(ge=0, le=999_999), WHOLE] = said(
        "Spring så mange over.", "Leave out so many.", default=0
    )


class Newest(Model):
    """The parameters of a list of the newest."""

    limit: Annotated[int, Field(ge=1, le=200), WHOLE] = said("Højst så mange.", "At most so many.", default=20)


class OfUnits(Page):
    """A list that can be narrowed to one unit, one indicator, or both."""

    unit: Code | None = said("Kun denne enhed (kode).", "This unit only (code).", default=None)
    indicator: Code | None = said("Kun denne indikator (kode).", "This indicator only (code).", default=None)


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


MonthText = Annotated[
    date,
    _strictly(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", _month),
    WithJsonSchema({"type": "string", "pattern": r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$"}),
]


class OfMonths(Model):
    """The parameters of a window of months."""

    unit: Code | None = said("Kun denne enhed og dem under den.", "This unit and those under it only.", default=None)
    last: MonthText | None = said(
        "Den nyeste måned, fx 2026-10; ellers den nyeste, hvis frist er udløbet.",
        "The newest month, such as 2026-10; else the newest whose deadline has passed.",
        default=None,
    )
    months: Annotated[int, Field(ge=1, le=60), WHOLE] = said("Så mange måneder.", "So many months.", default=12)


Reading = Literal["as_was", "as_is"]


class OfSeries(Model):
    """The parameters of one series."""

    as_of: Day | None = said(
        "Tallene, som de stod ved udgangen af denne dag (UTC).",
        "The figures as they stood at the end of this day (UTC).",
        default=None,
    )
    reading: Reading = said(
        "Enheden, som den var (as_was: dens egne tal), eller som den er (as_is: med tallene fra dem, den kom efter).",
        "The unit as it was (as_was: its own figures) or as it is (as_is: with those of the units it came after).",
        default="as_was",
    )


Encoding = Literal["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "windows-1252", "latin-1", "iso-8859-1"]


class HowToRead(Model):
    """The parameters of a delivery. What is not given is guessed, and the answer says what was guessed."""

    dry_run: Flag = said(
        "»true« kontrollerer alt og gemmer intet.", "“true” checks everything and saves nothing.", default=False
    )
    file_name: str = said(
        "Filens navn, som det skal stå på kvitteringen.",
        "The file's name, as it is to stand on the receipt.",
        default="",
        max_length=200,
        pattern=TEXT_PATTERN,
    )
    note: str = said(
        "En note til leveringen; aldrig om en person.",
        "A note on the delivery; never about a person.",
        default="",
        max_length=LONGEST_NOTE,
        pattern=TEXT_PATTERN,
    )
    indicator: str = said(
        "Indikatoren (kode eller navn), hvis filen ikke har den som kolonne.",
        "The indicator (code or name), where the file has no such column.",
        default="",
        max_length=LONGEST_TEXT,
    )
    unit: str = said(
        "Enheden (kode eller navn), hvis filen ikke har den som kolonne.",
        "The unit (code or name), where the file has no such column.",
        default="",
        max_length=LONGEST_TEXT,
    )
    decimal: Literal["comma", "dot"] | None = said("Decimaltegn.", "Decimal mark.", default=None)
    delimiter: Literal["semicolon", "comma", "tab"] | None = said("Skilletegn.", "Delimiter.", default=None)
    encoding: Encoding | None = said(
        "Tegnsæt, fx cp1252; gælder frem for »charset« i Content-Type.",
        "Character encoding, such as cp1252; holds over “charset” in Content-Type.",
        default=None,
    )
    sheet: str | None = said(
        "Arkets navn i en projektmappe.", "The name of the sheet of a workbook.", default=None, max_length=100
    )
    shape: Literal["long", "wide"] | None = said(
        "»long«: én række pr. periode. »wide«: perioder som kolonner.",
        "“long”: one row per period. “wide”: periods as columns.",
        default=None,
    )


# ------------------------------------------------------------------------------------------------- what comes in


def _number(value: Any) -> Number | None:
    if value is None or isinstance(value, Number):
        return value
    raise ValueError("not a number")


Figure = Annotated[Any, BeforeValidator(_number), WithJsonSchema({"type": ["number", "null"]})]


class Observation(Model):
    """One figure: an indicator in a unit in a period, with numerator and denominator, or a value."""

    indicator: str | None = said(
        "Indikatorens kode eller navn.",
        "Code or name of the indicator.",
        default=None,
        max_length=LONGEST_TEXT,
        examples=["HAI-BAC"],
    )
    unit: str | None = said(
        "Enhedens kode eller et af dens navne.",
        "Code of the unit, or one of its names.",
        default=None,
        max_length=LONGEST_TEXT,
        examples=["NOH", "Nordsjællands Hospital"],
    )
    period: str = said(
        "Perioden, fx 2026-10; alle former i docs/deliveries.md læses.",
        "The period, such as 2026-10; every form in docs/deliveries.md is read.",
        max_length=LONGEST_TEXT,
        examples=["2026-10"],
    )
    numerator: Figure = said("Hvad der blev talt.", "What was counted.", default=None, examples=[9])
    denominator: Figure = said("Ud af hvor mange.", "Out of how many.", default=None, examples=[10480])
    value: Figure = said(
        "Selve tallet, for indikatorer uden nævner.", "The figure itself, for indicators without one.", default=None
    )
    sd: Figure = said("Standardafvigelse bag et gennemsnit.", "Standard deviation behind a mean.", default=None)
    note: str | None = said(
        "En kort bemærkning; aldrig om en person.",
        "A short remark; never about a person.",
        default=None,
        max_length=LONGEST_NOTE,
        pattern=TEXT_PATTERN,
    )


class DeliveryBody(Model):
    """A delivery as JSON: all of it is saved, or nothing."""

    note: str | None = said(
        "En note til leveringen; aldrig om en person.",
        "A note on the delivery; never about a person.",
        default=None,
        max_length=LONGEST_NOTE,
        pattern=TEXT_PATTERN,
    )
    observations: list[Observation] = said("Tallene.", "The figures.", min_length=1)


class Reason(Model):
    """Why a delivery is taken back or put back."""

    reason: str = said(
        "Begrundelsen; den står i historikken. Sin egen levering kan man tage tilbage uden i 24 timer.",
        "The reason; it stands in the history. One's own delivery can be taken back without one for 24 hours.",
        default="",
        max_length=LONGEST_NOTE,
        pattern=TEXT_PATTERN,
    )


# ------------------------------------------------------------------------------------------------- what goes out


class Said(Model):
    """A text in both languages."""

    da: str
    en: str


class Series(Model):
    """An indicator in a unit."""

    indicator: str
    unit: str


class Finding(Model):
    """One thing about a delivery: where, what, and how to mend it."""

    code: str = said("Kontrollens kode.", "The code of the check.")
    severity: Literal["error", "warning"]
    row: int | None = said(
        "Rækken, som et regneark tæller (overskriften er 1); i JSON: tallets nummer i »observations« fra 1.",
        "The row as a spreadsheet counts (the header is 1); in JSON: the number in “observations”, from 1.",
    )
    column: str = said("Kolonnen, som den hedder i filen.", "The column, as it is called in the file.")
    value: str = said("Cellen, som den stod; tom, hvor den kan være personlig.", "The cell as it stood; empty where it "
                      "could be personal.")  # fmt: skip
    reason: str
    mend: str = said("Hvordan det rettes.", "How to mend it.")


class RowCounts(Model):
    """How many rows were read, and what they do."""

    read: int
    new: int
    changed: int
    unchanged: int


class Receipt(Model):
    """What a delivery did. Without changes nothing is written and there is no number."""

    number: str = said("Kvitteringens nummer; tomt ved 0 ændringer.", "The receipt's number; empty for 0 changes.")
    new: int
    changed: int
    unchanged: int
    recorded_at: datetime
    series: list[Series] = said("De målinger, der fik nye tal.", "The series that got new figures.")
    earlier: str = said(
        "Kvitteringen for samme indhold, hvis der er en.", "The receipt of the same content, if there is one."
    )


class SeriesEffect(Series):
    """What a delivery would do to one series."""

    new: int
    changed: int
    before: Variation
    after: Variation
    rising: bool | None
    is_changing: bool


class Effect(Model):
    """What a delivery would do to the signals."""

    sentence: str
    series: list[SeriesEffect]
    n_left_out: int = said(
        "Målinger, der først regnes, når der indsendes.", "Series that are worked out when it is committed only."
    )


class DeliveryAnswer(Model):
    """The answer to a delivery without errors."""

    dry_run: bool
    receipt: Receipt | None = said("Ingen ved dry_run.", "None for dry_run.")
    sentence: str = said("Svaret i en sætning.", "The answer in a sentence.")
    reading: str | None = said("Hvordan filen blev læst.", "How the file was read.")
    notes: list[str]
    rows: RowCounts
    effect: Effect | None = said("Kun ved dry_run.", "For dry_run only.")
    findings: list[Finding] = said("Advarsler.", "Warnings.")
    n_findings: int = said("Hvor mange der er i alt.", "How many there are in all.")


class ShortFinding(Model):
    """A warning a delivery was committed with."""

    code: str
    row: int | None
    column: str


class Delivery(Model):
    """A delivery that was committed."""

    receipt: str
    state: str = said("»committed« eller »withdrawn«.", "“committed” or “withdrawn”.")
    origin: str = said("»file«, »grid«, »paste« eller »api«.", "“file”, “grid”, “paste” or “api”.")
    delivered_by: str
    file_name: str
    sha256: str
    note: str
    new: int
    changed: int
    unchanged: int
    findings: list[ShortFinding]
    recorded_at: datetime
    withdrawn_at: datetime | None
    series: list[Series] = said("De målinger, som nøglens bruger må se.", "The series the token's user may see.")


class Deliveries(Model):
    """The newest deliveries."""

    items: list[Delivery]


class Unit(Model):
    """An organisation or place of care."""

    code: str
    kind: str
    sector: str
    name: Said
    short_name: str
    parent: str | None
    valid_from: date
    valid_to: date | None
    successor: str | None
    is_own: bool = said("Små tal vises som de er.", "Small numbers are shown as they are.")
    may_deliver: bool
    is_demo: bool


class Indicator(Model):
    """The newest version of an indicator's definition."""

    code: str
    version: int
    scope: Scope
    name: Said
    goal: int | None
    direction: Direction
    role: Role
    definition: Said
    numerator: Said
    denominator: Said
    has_denominator: bool
    per: float = said("100 for procent, 1000 for promille.", "100 for per cent, 1000 for per thousand.")
    unit_of_measure: Said
    decimals: int
    period: PeriodKind
    chart: str
    profile: str
    contributes_to: str | None
    valid_from: date | None
    valid_to: date | None
    source: str


class Followed(Series):
    """A series that is followed, from when to when, and who answers for its data."""

    starts_on: date
    ends_on: date | None
    owner: str


class Signal(Series):
    """What the last calculation said about a series: the same as on the board, in mail and in exports."""

    variation: Variation
    is_signal: bool
    rising: bool | None
    rule: str | None
    assurance: Assurance
    met: int | None
    counted: int | None
    latest_period: date | None
    latest_value: float | None
    latest_numerator: float | None
    latest_denominator: float | None
    centre: float | None
    lower: float | None
    upper: float | None
    n_useful: int
    longest_run: int | None
    longest_run_max: int | None
    n_crossings: int | None
    n_crossings_min: int | None
    n_outside_limits: int
    n_signal_points: int
    signal_first: date | None
    signal_last: date | None
    reason: str | None
    chart: str
    profile: str
    has_hidden: bool = said(
        "Små tal er skjult, og alt her er regnet uden dem.",
        "Small numbers are hidden, and everything here was worked out without them.",
    )
    kernel_version: str
    computed_at: datetime


class Figures(Model):
    """The figure of one period. Where it is hidden, the four numbers are null."""

    period_start: date
    period_end: date
    numerator: float | None
    denominator: float | None
    value: float | None
    sd: float | None
    note: str
    recorded_at: datetime
    is_hidden: bool = said("Tallet er for lille til at blive vist.", "The figure is too small to be shown.")


class SeriesAnswer(Series):
    """One series: its figures, and what they say."""

    as_of: date | None
    reading: Reading = said(
        "as_is, når tallene er lagt sammen over enhedens ændringer; ellers as_was, også hvis det ikke kunne lade sig "
        "gøre.",
        "as_is where figures were taken together over the unit's changes; else as_was, also where that could not be.",
    )
    reading_notes: list[Said] = said(
        "Hvad der skete med enheden, og hvad der mangler i en sum.",
        "What happened to the unit, and what is missing from a sum.",
    )
    observations: list[Figures]
    signal: Signal | None = said(
        "Det gemte signal; med as_of det, figuren sagde den dag.",
        "The stored signal; with as_of what the chart said that day.",
    )


class Missing(Series):
    """A series with periods that are due and not there."""

    periods: list[date] = said("Første dag i hver periode, ældste først.", "First day of each period, oldest first.")
    period_kind: PeriodKind
    late_since: date
    owner: str


class Month(Model):
    """A month of the window, the last day in time for it, and whether that has passed."""

    month: date
    deadline: date
    is_due: bool


class UnitMonth(Model):
    """A unit in one month: how many series were expected, how many came in full, and which did not."""

    state: Received
    n_expected: int
    n_received: int
    days_late: int
    missing: list[str] = said("Indikatorer, der mangler.", "Indicators that are missing.")


class UnitCompleteness(Model):
    """A unit over the window, one entry of `months` per month of it."""

    unit: str
    n_months: int = said(
        "Måneder med udløbet frist, hvor noget var ventet.", "Months due in which something was expected."
    )
    n_full: int
    n_on_time: int
    months: list[UnitMonth]


class Completeness(Model):
    """Units × months."""

    months: list[Month]
    units: list[UnitCompleteness]
    n_months: int
    n_full: int
    n_on_time: int


class Listed(Model, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    total: int = said("Hvor mange der er i alt.", "How many there are in all.")
    limit: int
    offset: int
    next: str | None = said("Adressen på næste del.", "The address of the next part.")


class Place(Model):
    """One thing that is wrong with a request, and where."""

    place: str = said("Parameterens navn eller en JSON-pointer.", "The name of the parameter, or a JSON pointer.")
    reason: str


class Problem(Model):
    """Why a request was not answered as it was asked (RFC 9457)."""

    type: str = said("Problemets slags, til programmer.", "The kind of problem, for programs.")
    title: str
    status: int
    detail: str
    instance: str = said("Netop dette svar.", "This very answer.")
    reference: str = said("Oplys den, når du spørger om hjælp.", "Tell it when you ask for help.")
    errors: list[Place]


class DeliveryProblem(Problem):
    """Why a delivery was refused. A body of the wrong form has `errors`, one with wrong content has `findings`."""

    findings: list[Finding] = said(
        "Fejl og advarsler; en kontrol, der rammer tusindvis af rækker, tæller de sidste i ét fund.",
        "Errors and warnings; a check that hits thousands of rows counts the last of them in one finding.",
        default=[],
    )
    n_findings: int = said("Hvor mange der er i alt.", "How many there are in all.", default=0)
    reading: str | None = said("Hvordan filen blev læst.", "How the file was read.", default=None)
