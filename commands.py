"""The command `tavle`. Every command is a few lines over the floors below; what they do to a store is in `api.jobs`.

Exit codes: 0 done, 1 refused with findings, 2 wrong use, 3 not allowed, 4 store unavailable.

DuckDB lets one process in. While the server runs, commands ask it on loopback (`api.local`); without one they open the
store themselves. The words and exit codes are the same.
"""

from __future__ import annotations

import os

# Before numpy: its own threads wait for one another where eight of ours already share the processors.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import base64
import getpass
import json
import sys
import time
import urllib.error
import urllib.request
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer
from pydantic import ValidationError

from api import jobs
from api.jobs import Answer, ExitCode
from indicators.words import Words
from settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.store import Store

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Tavle: følg, om forbedringsarbejdet virker. / See whether improvement work works.",
)
export_app = typer.Typer(no_args_is_help=True, help="Skriv tal ud som CSV. / Print figures as CSV.")
app.add_typer(export_app, name="export")
user_app = typer.Typer(no_args_is_help=True, help="Brugere. / Users.")
app.add_typer(user_app, name="user")
token_app = typer.Typer(no_args_is_help=True, help="Nøgler til programmer. / Tokens for machines.")
app.add_typer(token_app, name="token")
units_app = typer.Typer(no_args_is_help=True, help="Enheder over tid. / Units over time.")
app.add_typer(units_app, name="organisation")
definition_app = typer.Typer(no_args_is_help=True, help="Definitioner af indikatorer. / Definitions of indicators.")
app.add_typer(definition_app, name="definition")

Language = Annotated[
    Literal["da", "en"], typer.Option("--lang", help="Sprog i svaret. / Language of the answer.", show_default=True)
]
FileArgument = Annotated[
    Path, typer.Argument(help="Fil: CSV, TSV eller .xlsx. / File: CSV, TSV or .xlsx.", metavar="FILE")
]
Today = Annotated[
    str, typer.Option("--today", metavar="YYYY-MM-DD", help="Regn som om det er denne dag. / Take this day as today.")
]
Indicator = Annotated[
    str, typer.Option("--indicator", help="Indikator, hvis filen mangler den. / If the file lacks it.")
]
Unit = Annotated[str, typer.Option("--unit", help="Enhed, hvis filen mangler den. / If the file lacks it.")]
Decimal = Annotated[
    Literal["", "comma", "dot"], typer.Option("--decimal", help="Decimaltegn. / Decimal mark.", show_default=False)
]
Delimiter = Annotated[
    Literal["", "semicolon", "comma", "tab"],
    typer.Option("--delimiter", help="Skilletegn. / Delimiter.", show_default=False),
]
Encoding = Annotated[str, typer.Option("--encoding", help="Tegnsæt, fx utf-8, cp1252. / Character encoding.")]
Sheet = Annotated[str, typer.Option("--sheet", help="Regnearkets ark. / Sheet of the workbook.")]
Shape = Annotated[
    Literal["", "long", "wide", "indicators"],
    typer.Option(
        "--shape",
        help="wide: perioder som kolonner; indicators: indikatorer som kolonner. / Periods, or indicators, as columns.",
        show_default=False,
    ),
]
Epoch = Annotated[
    Literal["", "1900", "1904"],
    typer.Option("--epoch", help="Året, dagsnumre regnes fra. / Year day numbers count from.", show_default=False),
]
Column = Annotated[
    list[str] | None,
    typer.Option(
        "--column", metavar="FIELD=NAME", help="Kolonnen for et felt, fx unit=Afdeling. / The column of a field."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Svar som JSON. / Answer as JSON.")]
As = Annotated[str, typer.Option("--as", metavar="EMAIL", help="På vegne af denne bruger. / On behalf of this user.")]

WRONG_SETTING = Words("{setting} kan ikke bruges.", "{setting} cannot be used.")
NO_FILE = Words("Filen {path} kan ikke læses.", "The file {path} cannot be read.")
NO_STORE = Words(
    "Der er ingen database endnu: filen er kontrolleret mod det katalog, der følger med Tavle, og ikke mod tidligere "
    "leveringer eller rettigheder.",
    "There is no store yet: the file was checked against the catalogue that comes with Tavle, and not against earlier "
    "deliveries or rights.",
)
WRONG_DAY = Words("»{text}« er ikke en dato som 2026-11-23.", "“{text}” is not a date such as 2026-11-23.")
WRONG_ENCODING = Words("Tegnsættet »{text}« kendes ikke. Brug {known}.", "Unknown encoding “{text}”. Use {known}.")
WRONG_COLUMN = Words(
    "»{text}« er ikke skrevet som felt=kolonne. Felter: {known}.",
    "“{text}” is not written as field=column. Fields: {known}.",
)
WRONG_PAIR = Words("»{text}« er ikke skrevet som A=B.", "“{text}” is not written as A=B.")
SERVER_FAILED = Words(
    "Den kørende Tavle på {url} kunne ikke svare ({why}). Se dens log.",
    "The running Tavle at {url} could not answer ({why}). See its log.",
)
SERVER_RUNS = Words(
    "Tavle kører på {url}. Stop den, før en sikkerhedskopi indlæses.",
    "Tavle is running at {url}. Stop it before a backup is restored.",
)
RESTORED = Words(
    "{path} er indlæst som {store} (dataversion {version}).", "{path} is now {store} (data version {version})."
)
KEPT = Words("Den tidligere database er gemt som {kept}.", "The store before it is kept as {kept}.")
NO_OUT = Words("Angiv med --out, hvilken {kind}-fil der skal skrives.", "Say with --out which {kind} file to write.")
NO_WRITE = Words(
    "{path} kan ikke skrives. Kontrollér, at mappen findes, og at du må skrive i den.",
    "{path} cannot be written. Check that the folder exists and that you may write in it.",
)
WRITTEN = Words("{out} er skrevet.", "{out} is written.")
CONVERTED = Words("{out} er skrevet: {title}.", "{out} is written: {title}.")
BUILDING = Words("Bygger demo-databasen …", "Building the demo store …")
BUILT = Words("Bygget på {seconds} sekunder: {path}", "Built in {seconds} seconds: {path}")
NO_CASES = Words(
    "Der er ingen referencetal i {folder}. Angiv en mappe med index.csv eller cases.csv.",
    "There are no reference figures in {folder}. Give a folder with index.csv or cases.csv.",
)
USER_ADDED = Words("Brugeren {email} er oprettet.", "The user {email} has been created.")
PASSWORD = Words("Adgangskode: ", "Password: ")

_DELIMITERS = {"": "", "semicolon": ";", "comma": ",", "tab": "\t"}


# ------------------------------------------------------------------------------------------------- files in and out


@app.command()
def check(
    file: FileArgument,
    email: As = "",
    today: Today = "",
    indicator: Indicator = "",
    unit: Unit = "",
    decimal: Decimal = "",
    delimiter: Delimiter = "",
    encoding: Encoding = "",
    sheet: Sheet = "",
    shape: Shape = "",
    epoch: Epoch = "",
    column: Column = None,
    lang: Language = "da",
    as_json: AsJson = False,
) -> None:
    """Kontrollér en fil; intet gemmes. / Check a file; nothing is saved."""
    settings = _settings()
    how = _read_as(decimal, delimiter, encoding, sheet, shape, epoch, column, lang)
    request = _file_request(settings, file, email, today, indicator, unit, how, lang, as_json, note="")
    if not _is_served(settings) and _has_no_store(settings):
        _end(_check_without_store(settings, request))
    _end(_do("check", settings, request))


@app.command()
def load(
    file: FileArgument,
    email: Annotated[str, typer.Option("--as", metavar="EMAIL", help="Hvem der indberetter. / Who delivers.")],
    today: Today = "",
    indicator: Indicator = "",
    unit: Unit = "",
    decimal: Decimal = "",
    delimiter: Delimiter = "",
    encoding: Encoding = "",
    sheet: Sheet = "",
    shape: Shape = "",
    epoch: Epoch = "",
    column: Column = None,
    note: Annotated[str, typer.Option("--note", help="Note til leveringen. / Note on the delivery.")] = "",
    lang: Language = "da",
    as_json: AsJson = False,
) -> None:
    """Indlæs en fil: det hele eller intet. / Load a file: all of it or nothing."""
    settings = _settings()
    how = _read_as(decimal, delimiter, encoding, sheet, shape, epoch, column, lang)
    request = _file_request(settings, file, email, today, indicator, unit, how, lang, as_json, note=note)
    _end(_do("load", settings, request))


Receipt = Annotated[str, typer.Argument(help="Kvitteringens nummer. / Number of the receipt.", metavar="RECEIPT")]
Deliverer = Annotated[str, typer.Option("--as", metavar="EMAIL", help="På vegne af. / On behalf of.")]
Why = Annotated[str, typer.Option("--reason", help="Begrundelse. / Reason.")]


@app.command()
def withdraw(receipt: Receipt, email: Deliverer, reason: Why = "", lang: Language = "da") -> None:
    """Træk en levering tilbage. / Take a delivery back."""
    _end(_do("withdraw", _settings(), jobs.DeliveryRequest(receipt, email, reason, lang)))


@app.command("restore-delivery")
def restore_delivery(receipt: Receipt, email: Deliverer, reason: Why = "", lang: Language = "da") -> None:
    """Lad en tilbagetrukket levering gælde igen. / Let a withdrawn delivery count again."""
    _end(_do("restore_delivery", _settings(), jobs.DeliveryRequest(receipt, email, reason, lang)))


@app.command()
def convert(
    file: FileArgument,
    mapping: Annotated[Path, typer.Option("--mapping", help="Mapping (YAML), se docs/mappings. / Mapping (YAML).")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Leveringsfil, der skrives. / Delivery file to write.")],
    lang: Language = "da",
) -> None:
    """Lav en fremmed CSV-fil om til en leveringsfil. / Turn a foreign CSV file into a delivery file."""
    from api import plain_text
    from etl.mapping import MappingError, read_mapping
    from etl.mapping import convert as converted
    from etl.report import RefusedError

    settings = _settings()
    try:
        made = read_mapping(mapping)
        content = converted(_read(file, settings, lang), made, file_name=file.name, limits=_limits(settings))
    except MappingError as error:
        _wrong_use(str(error))
    except RefusedError as refused:
        _end(Answer(ExitCode.REFUSED, "\n".join(plain_text.findings(refused.findings, lang)) + "\n"))
    out.write_bytes(content)
    _end(Answer(ExitCode.DONE, CONVERTED.say(lang, out=out, title=made.title.say(lang)) + "\n"))


@export_app.command("series")
def export_series(
    indicator: Annotated[str, typer.Option("--indicator", help="Indikatorens kode. / Code of the indicator.")],
    unit: Annotated[str, typer.Option("--unit", help="Enhedens kode eller navn. / Code or name of the unit.")],
    email: As = "",
    form: Annotated[Literal["csv", "da"], typer.Option("--form", help="da: semikolon og decimalkomma.")] = "csv",
    kind: Annotated[
        Literal["csv", "xlsx", "pptx", "pdf", "png", "svg", "html"],
        typer.Option("--format", help="Filtype. / File type."),
    ] = "csv",
    out: Annotated[
        Path | None, typer.Option("--out", help="Filen, der skrives; ikke for csv. / The file to write; not for csv.")
    ] = None,
    as_is: Annotated[
        bool, typer.Option("--as-is", help="Som enheden er: med forgængernes tal. / As the unit is, with predecessors.")
    ] = False,
    lang: Language = "da",
) -> None:
    """Tallene i én serie, eller serien som fil. / The figures of one series, or the series as a file."""
    if kind == "csv":
        _end(_do("export", _settings(), jobs.SeriesRequest(indicator, unit, email, form, lang, as_is)))
    if out is None:
        _wrong_use(NO_OUT.say(lang, kind=kind))
    from dashboards.exports.command import series_as_file

    request = jobs.SeriesRequest(indicator, unit, email, kind, lang, as_is)
    answer = _do("export_file", _settings(), request, jobs.with_files(series_as_file))
    if answer.exit_code is not ExitCode.DONE:
        _end(answer)
    try:
        out.write_bytes(base64.b64decode(answer.out))
    except OSError:
        _wrong_use(NO_WRITE.say(lang, path=out))
    _end(Answer(ExitCode.DONE, WRITTEN.say(lang, out=out) + "\n"))


# ------------------------------------------------------------------------------------------------------- the store


@app.command()
def doctor(lang: Language = "da") -> None:
    """Undersøg, om databasen er i orden. / See whether the store is in order."""
    _end(_do("doctor", _settings(), jobs.PlainRequest(lang)))


@app.command()
def digest(lang: Language = "da") -> None:
    """Læg månedens mail i køen til dem, der har nyt. / Queue the month's mail for those who have news."""
    _end(_do("digest", _settings(), jobs.PlainRequest(lang)))


@app.command()
def evaluate(
    snapshot: Annotated[
        str,
        typer.Argument(help="Nummeret på et frosset datasæt. / The number of a frozen data set.", metavar="SNAPSHOT"),
    ],
    lang: Language = "da",
) -> None:
    """Regn et frosset datasæt igen, med alle cifre (JSON). / Run a frozen data set again, every digit (JSON)."""
    from api.evaluate import EvaluationRequest

    _end(_do("evaluate", _settings(), EvaluationRequest(snapshot, lang)))


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Ny fil. / A new file.", metavar="FILE")], lang: Language = "da"
) -> None:
    """Skriv en sikkerhedskopi af hele databasen. / Write a backup of the whole store."""
    # The server works in a folder of its own: it is told where the file goes from the root.
    _end(_do("backup", _settings(), jobs.PlainRequest(lang, str(file.absolute()))))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="Sikkerhedskopi. / Backup.", metavar="FILE")], lang: Language = "da"
) -> None:
    """Indlæs en sikkerhedskopi i stedet for databasen. / Put a backup in the place of the store."""
    from data.backup import restore as put_back

    settings = _settings()
    if server := _server(settings):
        _end(Answer(ExitCode.STORE_UNAVAILABLE, err=SERVER_RUNS.say(lang, url=server["url"]) + "\n"))

    def job() -> Answer:
        stamp = settings.current_moment().strftime("%Y%m%d-%H%M%S")
        done = put_back(settings.store_url, file, stamp=stamp)
        said = RESTORED.say(lang, path=file, store=done.store, version=done.data_version)
        kept = f"\n{KEPT.say(lang, kept=done.kept)}" if done.kept else ""
        return Answer(ExitCode.DONE, f"{said}{kept}\n")

    _end(jobs.guarded(job, lang))


@user_app.command("add")
def user_add(
    email: Annotated[str, typer.Argument(help="E-mailadresse. / E-mail address.")],
    name: Annotated[str, typer.Option("--name", help="Navn. / Name.")],
    role: Annotated[
        Literal["leader", "quality_team", "evaluator", "administrator"], typer.Option("--role", help="Rolle. / Role.")
    ],
    unit: Annotated[str, typer.Option("--unit", help="Enhedens kode. / Code of the unit.")] = "",
    cohort: Annotated[str, typer.Option("--cohort", help="Holdets kode. / Code of the cohort.")] = "",
    names: Annotated[
        bool, typer.Option("--names", help="Evaluator: ser enhedernes navne. / Evaluator: sees names of units.")
    ] = False,
    counts: Annotated[
        bool, typer.Option("--counts", help="Evaluator: må hente præcise tal. / Evaluator: may take exact counts.")
    ] = False,
    lang: Language = "da",
) -> None:
    """Opret en bruger; du bliver bedt om adgangskoden. / Create a user; you are asked for the password."""
    from app import open_store
    from data.access import SYSTEM, Grant, Role
    from data.accounts import AccountError, create

    settings = _settings()
    password = getpass.getpass(PASSWORD.say(lang)) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")

    def job() -> Answer:
        store = open_store(settings)  # the first user of a new store needs its units
        try:
            grant = Grant(Role(role), unit or None, cohort or None, names=names, counts=counts)
            create(
                store,
                SYSTEM,
                email=email,
                name=name,
                password=password,
                now=settings.current_moment(),
                grants=[grant],
            )
        except AccountError as error:
            return Answer(ExitCode.REFUSED, err=error.reason(lang) + "\n")
        finally:
            store.close()
        return Answer(ExitCode.DONE, USER_ADDED.say(lang, email=email) + "\n")

    _end(jobs.guarded(job, lang))


TokenAs = Annotated[str, typer.Option("--as", metavar="EMAIL", help="Nøglens bruger. / The token's user.")]


@token_app.command("make")
def token_make(
    email: TokenAs,
    name: Annotated[str, typer.Option("--name", help="Hvad den bruges til. / What it is for.")],
    days: Annotated[int, typer.Option("--days", min=0, help="Dage, den gælder; 0: altid. / Days it is valid.")] = 365,
    lang: Language = "da",
) -> None:
    """Lav en nøgle; den vises kun nu. / Make a token; it is shown only now."""
    _end(_do("token_make", _settings(), jobs.TokenRequest(email, name=name, days=days, language=lang)))


@token_app.command("list")
def token_list(
    email: TokenAs,
    everybody: Annotated[bool, typer.Option("--all", help="Alles, for administratorer. / Everybody's.")] = False,
    lang: Language = "da",
) -> None:
    """Vis en brugers nøgler. / List the tokens of a user."""
    _end(_do("token_list", _settings(), jobs.TokenRequest(email, of_everybody=everybody, language=lang)))


@token_app.command("revoke")
def token_revoke(
    prefix: Annotated[str, typer.Argument(help="Nøglens begyndelse. / How the token begins.", metavar="PREFIX")],
    email: TokenAs,
    lang: Language = "da",
) -> None:
    """Tilbagekald en nøgle. / Revoke a token."""
    _end(_do("token_revoke", _settings(), jobs.TokenRequest(email, prefix=prefix, language=lang)))


# ------------------------------------------------------------------------------------------------- units over time

Do = Annotated[
    bool, typer.Option("--do", help="Gør det; ellers siges kun, hvad der vil ske. / Do it, do not just say.")
]
From = Annotated[
    str, typer.Option("--from", metavar="YYYY-MM-DD", help="Første dag med det nye. / First day of the new.")
]
Ground = Annotated[str, typer.Option("--reason", help="Begrundelse. / Reason.")]
Units = Annotated[list[str], typer.Argument(help="Enheder: kode eller navn. / Units: code or name.", metavar="UNIT...")]
OneUnit = Annotated[str, typer.Argument(help="Enhed: kode eller navn. / Unit: code or name.", metavar="UNIT")]
NameEn = Annotated[str, typer.Option("--name-en", help="Navnet på engelsk. / The name in English.")]
Names = Annotated[list[str] | None, typer.Option("--name", help="Navn på en enhed, der oprettes. / Name of a new one.")]
NamesEn = Annotated[list[str] | None, typer.Option("--name-en", help="Navnet på engelsk. / The name in English.")]
ShortName = Annotated[str, typer.Option("--short-name", help="Kort navn. / Short name.")]
Parent = Annotated[str, typer.Option("--parent", help="Enheden, den hører under. / The unit it belongs under.")]
Roles = Annotated[
    bool, typer.Option("--with-roles", help="Rollerne følger med til den nye enhed. / Roles follow to the new unit.")
]


def _organise(action: str, **given: Any) -> NoReturn:
    from api.organise import OrganisationRequest

    _end(_do("organisation", _settings(), OrganisationRequest(action, **given)))


def _pairs(texts: list[str] | None, lang: str) -> dict[str, str]:
    """Texts written as A=B."""
    found = {}
    for text in texts or []:
        one, mark, other = text.partition("=")
        if not mark or not one.strip() or not other.strip():
            _wrong_use(WRONG_PAIR.say(lang, text=text))
        found[one.strip()] = other.strip()
    return found


@units_app.command("show")
def organisation_show(
    on: Annotated[str, typer.Option("--on", metavar="YYYY-MM-DD", help="Dagen, der vises. / Day to show.")] = "",
    email: As = "",
    lang: Language = "da",
) -> None:
    """Vis organisationen på en dag. / Show the organisation of a day."""
    _organise("show", day=on, email=email, language=lang)


@units_app.command("changes")
def organisation_changes(lang: Language = "da") -> None:
    """Vis de ændringer, der er besluttet. / List the changes that were decided."""
    _organise("changes", language=lang)


@units_app.command("open")
def organisation_open(
    code: Annotated[str, typer.Argument(help="Den nye enheds kode. / Code of the new unit.", metavar="CODE")],
    name: Annotated[str, typer.Option("--name", help="Navn. / Name.")],
    kind: Annotated[str, typer.Option("--kind", help="department, ward, practice, hospital, municipality, region")],
    parent: Parent,
    day: From,
    name_en: NameEn = "",
    short_name: ShortName = "",
    reason: Ground = "",
    do: Do = False,
    email: As = "",
    lang: Language = "da",
) -> None:
    """Opret en enhed fra en dag. / Open a unit from a day on."""
    english = [name_en] if name_en else []
    _organise("open", into=[code], names=[name], names_en=english, kind=kind, parent=parent, short_name=short_name,
              day=day, reason=reason, is_done=do, email=email, language=lang)  # fmt: skip


@units_app.command("rename")
def organisation_rename(
    unit: OneUnit,
    name: Annotated[str, typer.Option("--name", help="Nyt navn. / New name.")],
    day: From,
    name_en: NameEn = "",
    short_name: ShortName = "",
    reason: Ground = "",
    do: Do = False,
    email: As = "",
    lang: Language = "da",
) -> None:
    """Giv en enhed nyt navn fra en dag. / Give a unit a new name from a day on."""
    english = [name_en] if name_en else []
    _organise("rename", units=[unit], names=[name], names_en=english, short_name=short_name, day=day, reason=reason,
              is_done=do, email=email, language=lang)  # fmt: skip


@units_app.command("merge")
def organisation_merge(
    units: Units,
    into: Annotated[str, typer.Option("--into", help="Kode på den, de bliver til. / Code of what they become.")],
    day: From,
    name: Annotated[str, typer.Option("--name", help="Navn, hvis den oprettes. / Name, where it is new.")] = "",
    name_en: NameEn = "",
    parent: Parent = "",
    with_roles: Roles = False,
    reason: Ground = "",
    do: Do = False,
    email: As = "",
    lang: Language = "da",
) -> None:
    """Læg enheder sammen fra en dag; med --name oprettes den nye. / Merge units; with --name the new one is made."""
    named, english = [name] if name else [], [name_en] if name_en else []
    _organise("merge", units=units, into=[into], names=named, names_en=english, parent=parent, day=day,
              shares_rights=with_roles, reason=reason, is_done=do, email=email, language=lang)  # fmt: skip


@units_app.command("split")
def organisation_split(
    unit: OneUnit,
    into: Annotated[list[str], typer.Option("--into", help="De nye enheders koder. / Codes of the new units.")],
    day: From,
    name: Names = None,
    name_en: NamesEn = None,
    child: Annotated[
        list[str] | None,
        typer.Option("--child", metavar="UNIT=CODE", help="Hvor en underenhed hører til. / Its place."),
    ] = None,
    with_roles: Roles = False,
    reason: Ground = "",
    do: Do = False,
    email: As = "",
    lang: Language = "da",
) -> None:
    """Del en enhed fra en dag. / Split a unit from a day on."""
    _organise("split", units=[unit], into=into, names=name or [], names_en=name_en or [], children=_pairs(child, lang),
              day=day, shares_rights=with_roles, reason=reason, is_done=do, email=email, language=lang)  # fmt: skip


@units_app.command("close")
def organisation_close(
    unit: OneUnit, day: From, reason: Ground = "", do: Do = False, email: As = "", lang: Language = "da"
) -> None:
    """Luk en enhed; --from er første dag uden den. / Close a unit; --from is the first day without it."""
    _organise("close", units=[unit], day=day, reason=reason, is_done=do, email=email, language=lang)


@units_app.command("move")
def organisation_move(
    unit: OneUnit, parent: Parent, day: From, reason: Ground = "", do: Do = False, email: As = "", lang: Language = "da"
) -> None:
    """Lad en enhed høre under en anden fra en dag. / Let a unit belong under another from a day on."""
    _organise("move", units=[unit], parent=parent, day=day, reason=reason, is_done=do, email=email, language=lang)


@units_app.command("task")
def organisation_task(
    units: Units,
    indicator: Annotated[str, typer.Option("--indicator", help="Indikatorens kode. / Code of the indicator.")],
    into: Annotated[str, typer.Option("--into", help="Enheden, der overtager. / The unit that takes over.")],
    day: From,
    reason: Ground = "",
    do: Do = False,
    email: As = "",
    lang: Language = "da",
) -> None:
    """Flyt en opgave med dens måling til en anden enhed. / Move a task, with its measure, to another unit."""
    _organise("task", units=units, indicator=indicator, into=[into], day=day, reason=reason, is_done=do, email=email,
              language=lang)  # fmt: skip


@units_app.command("undo")
def organisation_undo(
    number: Annotated[int, typer.Argument(help="Ændringens nummer. / Number of the change.")],
    do: Do = False,
    email: As = "",
    lang: Language = "da",
) -> None:
    """Fortryd en ændring, som intet bygger på endnu. / Undo a change that nothing is built on yet."""
    _organise("undo", number=number, is_done=do, email=email, language=lang)


@units_app.command("2027")
def organisation_2027(
    check: Annotated[
        bool, typer.Option("--check", help="Sig kun, hvad der vil ske. / Only say what would be.")
    ] = False,
    do: Do = False,
    task: Annotated[
        list[str] | None,
        typer.Option("--task", metavar="TASK=INDICATOR", help="Opgave, der flytter, og dens indikator. / Moved task."),
    ] = None,
    with_roles: Roles = False,
    email: As = "",
    lang: Language = "da",
) -> None:
    """Region Østdanmark, sundhedsråd og flyttede opgaver fra 1. januar 2027. / The change of 1 January 2027."""
    _organise("2027", tasks=_pairs(task, lang), shares_rights=with_roles, is_done=do and not check, email=email,
              language=lang)  # fmt: skip


# ----------------------------------------------------------------------------------------- definitions of indicators

Code = Annotated[str, typer.Argument(help="Indikatorens kode. / Code of the indicator.", metavar="CODE")]


def _define(action: str, **given: Any) -> NoReturn:
    from api.define import DefinitionRequest

    _end(_do("definition", _settings(), DefinitionRequest(action, **given)))


def _definition_text(file: Path, lang: str) -> str:
    """The text of a definition file; one that is none is refused here, since it cannot travel as text."""
    from data.definition_file import MOST_BYTES, DefinitionFileError, read_definition

    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError:
        # Its name may hold what must not be repeated.
        from etl import cpr

        _wrong_use(NO_FILE.say(lang, path="…" if cpr.count(file.name) else file))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            read_definition(content)
        except DefinitionFileError as refused:
            _end(Answer(ExitCode.REFUSED, err=refused.reason(lang) + "\n"))
        raise


@definition_app.command("export")
def definition_export(
    code: Code,
    version: Annotated[int, typer.Option("--version", help="Version; ellers den nyeste. / Else the newest.")] = 0,
    email: As = "",
    lang: Language = "da",
) -> None:
    """Skriv en definition ud som YAML. / Print a definition as YAML."""
    _define("export", code=code, version=version, email=email, language=lang)


@definition_app.command("import")
def definition_import(
    file: Annotated[Path, typer.Argument(help="YAML-fil. / YAML file.", metavar="FILE")],
    email: Annotated[str, typer.Option("--as", metavar="EMAIL", help="Forfatteren. / The author.")],
    unit: Annotated[str, typer.Option("--unit", help="Enheden, den hører til. / The unit it belongs to.")] = "",
    lang: Language = "da",
) -> None:
    """Læs en definition ind som kladde; en anden skal godkende den. / Read a definition in as a draft to be checked."""
    _define("import", text=_definition_text(file, lang), email=email, unit=unit, language=lang)


@definition_app.command("lint")
def definition_lint(
    what: Annotated[str, typer.Argument(help="Fil eller kode; ellers alle. / File or code; else all.")] = "",
    email: As = "",
    lang: Language = "da",
) -> None:
    """Se en definition efter. / Look a definition over."""
    is_file = what.endswith((".yaml", ".yml")) or Path(what).is_file()
    if is_file:
        _define("lint_file", text=_definition_text(Path(what), lang), email=email, language=lang)
    _define("lint", code=what, email=email, language=lang)


# ------------------------------------------------------------------------------------------------------- the library


@app.command()
def conformance(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Mappe med referencetal. / Folder of reference figures.", metavar="FOLDER"),
    ] = None,
    lang: Language = "da",
) -> None:
    """Sammenlign beregningerne med andre systemers tal. / Hold the computations against other systems' figures."""
    from indicators.spc.conformance import own_folders, report

    root = Path(__file__).resolve().parent
    shared = Path(os.environ.get("TAVLE_SHARED") or root.parent / "shared") / "reference" / "spc"
    if folder is not None:
        folders = [folder] if folder.is_dir() else []
    else:
        folders = [shared] if shared.is_dir() else own_folders(root)
    text, disagrees = report(folders)
    if not text:
        _wrong_use(NO_CASES.say(lang, folder=folder or shared))
    _end(Answer(ExitCode.REFUSED if disagrees else ExitCode.DONE, text))


# ------------------------------------------------------------------------------------------------------- the server

Port = Annotated[int | None, typer.Option("--port", help="Port at lytte på. / Port to listen on.")]
Host = Annotated[str | None, typer.Option("--host", help="Adresse at lytte på. / Address to listen on.")]


@app.command()
def serve(port: Port = None, host: Host = None, lang: Language = "da") -> None:
    """Start tavlen. / Serve the board."""
    from app import serve as run

    run(_settings(port=port, host=host), language=lang)


@app.command()
def demo(
    port: Port = None,
    host: Host = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Byg demoen forfra. / Build the demo anew.")] = False,
    lang: Language = "da",
) -> None:
    """Start en demo med simulerede data. / Serve a demo with simulated data."""
    from app import require_free_port
    from app import serve as run

    settings = _settings(port=port, host=host, mode="demo")
    require_free_port(settings, lang)
    answer = jobs.guarded(lambda: _build_demo(settings, rebuild, lang), lang)
    if answer.exit_code is not ExitCode.DONE:
        _end(answer)
    run(settings, language=lang)


def _build_demo(settings: Settings, rebuild: bool, lang: str) -> Answer:
    """Build the demo store where there is none yet; it takes its place only when it is complete."""
    from data.demo import build
    from data.store import Store

    place = Path(settings.store_url.removeprefix("duckdb:///"))
    if place.exists() and not rebuild:
        return Answer(ExitCode.DONE)
    typer.echo(BUILDING.say(lang))
    began = time.perf_counter()
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(f".{place.name}.new")
    new.unlink(missing_ok=True)
    store = Store.open(f"duckdb:///{new}", create=True)
    try:
        store.migrate()
        build(store, today=settings.current_day())
    finally:
        store.close()
    if place.exists():
        Store.open(settings.store_url).close()  # refuses while somebody holds it
    place.with_name(f"{place.name}.wal").unlink(missing_ok=True)
    new.replace(place)
    typer.echo(BUILT.say(lang, seconds=f"{time.perf_counter() - began:.0f}", path=place))
    return Answer(ExitCode.DONE)


# ---------------------------------------------------------------------------------------- settings, store and server


def _settings(**given: Any) -> Settings:
    """The settings, with what was given on the command line first. A demo lives on the day of its story."""
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        # The name and what is wrong, never the value: one of the settings is a key.
        _wrong_use("\n".join(_about_setting(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors()))
    if settings.mode == "demo" and settings.today is None:
        from data.demo.months import STORY_TODAY

        settings.today = STORY_TODAY
    return settings


def _about_setting(name: str, why: str) -> str:
    # In both languages, as the help is: which one the answer should be in may itself not be known yet.
    setting = f"TAVLE_{name.upper()}"
    return f"{WRONG_SETTING.say('da', setting=setting)} / {WRONG_SETTING.say('en', setting=setting)} {why}."


def _is_named(settings: Settings) -> bool:
    """Whether somebody said which store is meant, rather than taking the one that is there."""
    return bool(settings.model_fields_set & {"mode", "database_url"})


def _open(settings: Settings) -> Store:
    from data.store import Store

    return Store.open(
        settings.store_url,
        small_number=settings.small_number,
        deadline_day=settings.delivery_deadline_day,
    )


def _has_no_store(settings: Settings) -> bool:
    address = settings.store_url
    return address.startswith("duckdb:///") and not Path(address.removeprefix("duckdb:///")).exists()


def _server(settings: Settings) -> dict[str, Any] | None:
    """The running server that wrote `var/server.json`; None where there is none or the file was left behind."""
    try:
        found = json.loads((settings.var / "server.json").read_text(encoding="utf-8"))
        os.kill(int(found["pid"]), 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return dict(found)


def _is_served(settings: Settings) -> bool:
    return _server(settings) is not None


def _do(name: str, settings: Settings, request: jobs.Request, table: Mapping[str, jobs.Job] = jobs.JOBS) -> Answer:
    """Have a job done by the running server, else on the store itself."""
    if (server := _server(settings)) and (answer := _ask(server, name, settings, request)) is not None:
        return answer

    def job() -> Answer:
        store = _open(settings)
        try:
            if name not in ("doctor", "backup"):  # those two also serve a store of another version
                store.require_current()
            return jobs.run(name, store, settings, request, table)
        finally:
            store.close()

    return jobs.guarded(job, request.language)


def _ask(server: dict[str, Any], name: str, settings: Settings, request: jobs.Request) -> Answer | None:
    """What the server answers; None where it does not: it is gone, is another program, or holds another store."""
    from api.local import OTHER_STORE, STORE_HEADER, TOKEN_HEADER

    headers = {"Content-Type": "application/json", TOKEN_HEADER: str(server.get("token", ""))}
    if _is_named(settings):
        headers[STORE_HEADER] = settings.store_url
    call = urllib.request.Request(
        f"{server.get('url', '')}/_local/{name}", json.dumps(jobs.to_json(request)).encode(), headers
    )
    # No proxy from the environment stands between a machine and itself.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(call, timeout=600) as answer:
            content = json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code in (404, OTHER_STORE):
            return None
        said = SERVER_FAILED.say(request.language, url=server["url"], why=error.code)
        return Answer(ExitCode.STORE_UNAVAILABLE, err=said + "\n")
    except (OSError, ValueError):
        return None
    return Answer(ExitCode(content["exit_code"]), content["out"], content["err"])


def _check_without_store(settings: Settings, request: jobs.FileRequest) -> Answer:
    from dataclasses import replace

    from data import catalogue
    from data.store import Store

    store = Store.open("duckdb:///:memory:", create=True)
    try:
        store.migrate()
        store.write(catalogue.load)
        nobody = replace(request, email="")
        return jobs.guarded(lambda: jobs.check(store, settings, nobody, notes=(NO_STORE,)), request.language)
    finally:
        store.close()


# ----------------------------------------------------------------------------------------------- files and endings


def _limits(settings: Settings) -> Any:
    from etl.limits import Limits

    return Limits.of_settings(settings.upload_limit_mb, settings.upload_row_limit)


def _read(file: Path, settings: Settings, lang: str) -> bytes:
    """The content of a file; one over the limit is refused by its size alone, before it is read."""
    from api import plain_text
    from etl.extract.reader import too_large

    limits = _limits(settings)
    try:
        if file.stat().st_size > limits.max_bytes:
            finding = too_large(file.stat().st_size, limits)
            _end(Answer(ExitCode.REFUSED, "\n".join(plain_text.findings([finding], lang)) + "\n"))
        return file.read_bytes()
    except OSError:
        # Its name may hold what must not be repeated.
        from etl import cpr

        _wrong_use(NO_FILE.say(lang, path="…" if cpr.count(file.name) else file))


def _read_as(
    decimal: str, delimiter: str, encoding: str, sheet: str, shape: str, epoch: str, column: list[str] | None, lang: str
) -> dict[str, Any]:
    """How the file is to be read, as a request carries it; what is unknown is wrong use."""
    from etl.extract.columns import FIELDS
    from etl.extract.delimited import ENCODINGS

    if encoding and encoding.casefold() not in ENCODINGS:
        _wrong_use(WRONG_ENCODING.say(lang, text=encoding, known=", ".join(ENCODINGS)))
    columns = {}
    for one in column or ():
        field, _, name = one.partition("=")
        if field.strip() not in FIELDS or "=" not in one:
            _wrong_use(WRONG_COLUMN.say(lang, text=one, known=", ".join(FIELDS)))
        columns[field.strip()] = name.strip()
    return {
        "decimal": decimal,
        "delimiter": _DELIMITERS[delimiter],
        "encoding": encoding,
        "sheet": sheet,
        "shape": shape,
        "epoch": int(epoch or 0),
        "columns": columns,
    }


def _file_request(
    settings: Settings,
    file: Path,
    email: str,
    today: str,
    indicator: str,
    unit: str,
    how: dict[str, Any],
    lang: str,
    as_json: bool,
    *,
    note: str,
) -> jobs.FileRequest:
    if today:
        try:
            date.fromisoformat(today)
        except ValueError:
            _wrong_use(WRONG_DAY.say(lang, text=today))
    return jobs.FileRequest(
        content=_read(file, settings, lang),
        file_name=file.name,
        email=email,
        today=today,
        indicator=indicator,
        unit=unit,
        note=note,
        language=lang,
        as_json=as_json,
        **how,
    )


def _wrong_use(said: str) -> NoReturn:
    _end(Answer(ExitCode.WRONG_USE, err=said + "\n"))


def _end(answer: Answer) -> NoReturn:
    if answer.out:
        typer.echo(answer.out, nl=False)
    if answer.err:
        from data import cpr

        # A sentence about what was typed repeats it, and where a code belongs a CPR number may have been typed.
        said = "".join(line if not cpr.count(line) else "…\n" for line in answer.err.splitlines(keepends=True))
        typer.echo(said, nl=False, err=True)
    raise typer.Exit(int(answer.exit_code))


if __name__ == "__main__":
    app()
