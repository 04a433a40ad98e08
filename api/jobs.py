"""What `tavle` does to a store, whoever holds it: the command itself, or the running server at its loopback door.

Each job takes a store and a request of plain values and gives an `Answer`: what to print where, and the exit code. So
the words and the codes are the same either way.
"""

from __future__ import annotations

import base64
import csv
import io
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from api import define, evaluate, organise, plain_text
from api.define import DefinitionRequest
from api.evaluate import EvaluationRequest
from api.organise import OrganisationRequest
from data import backup as backups
from data import digest as digests
from data import outbox, tokens, withdrawal
from data.access import SYSTEM, Viewer, load_viewer
from data.audit import ChainCheck
from data.errors import DataError, NotAllowed, NotFound, StoreUnavailable
from data.queries import audit, export, units
from data.queries.catalogue import indicators
from data.queries.export import SIMULATED
from data.queries.units import Unit
from data.store import Store
from data.succession import as_is
from etl import numbers, pipeline
from etl.extract.options import ReadAs
from etl.limits import Limits
from indicators.words import Words


class ExitCode(IntEnum):
    """What `tavle` ends with; part of the fixed interface."""

    DONE = 0
    REFUSED = 1
    WRONG_USE = 2
    NOT_ALLOWED = 3
    STORE_UNAVAILABLE = 4


class JobSettings(Protocol):
    """What the jobs need to know of what is set. `settings.Settings` is one; imports run down: it is not named."""

    @property
    def upload_limit_mb(self) -> float: ...

    @property
    def upload_row_limit(self) -> int: ...

    @property
    def store_url(self) -> str: ...

    @property
    def var(self) -> Path: ...

    @property
    def mail_from(self) -> str: ...

    @property
    def public_url(self) -> str: ...

    @property
    def timezone(self) -> str: ...

    def current_day(self) -> date: ...

    def current_moment(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command says: on standard output, on standard error, and its exit code."""

    exit_code: ExitCode
    out: str = ""
    err: str = ""


@dataclass(frozen=True, slots=True)
class FileRequest:
    """A file to check or load. Empty strings mean "not given": what can be guessed is guessed."""

    content: bytes
    file_name: str
    email: str = ""
    today: str = ""
    indicator: str = ""
    unit: str = ""
    decimal: str = ""
    delimiter: str = ""
    encoding: str = ""
    note: str = ""
    language: str = "da"
    as_json: bool = False
    sheet: str = ""
    shape: str = ""
    epoch: int = 0
    columns: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"content": base64.b64encode(self.content).decode("ascii")}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> FileRequest:
        return cls(**{**content, "content": base64.b64decode(content["content"], validate=True)})

    @property
    def options(self) -> dict[str, Any]:
        """The arguments of the pipeline that were given."""
        defaults = {key: text for key, text in (("indicator", self.indicator), ("unit", self.unit)) if text}
        read_as = ReadAs(
            delimiter=self.delimiter or None,
            encoding=self.encoding or None,
            decimal=self.decimal or None,
            sheet=self.sheet or None,
            shape=self.shape or None,
            columns=self.columns or None,
            epoch=self.epoch or None,
        )
        return {"defaults": defaults, "read_as": read_as}


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """A series to export. `form` is "csv" (comma, decimal point, ISO dates) or "da" (semicolon, decimal comma)."""

    indicator: str
    unit: str
    email: str = ""
    form: str = "csv"
    language: str = "da"
    is_as_is: bool = False


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A key to make (`name`, `days` until it expires, 0: never), to revoke (`prefix`), or the keys there are."""

    email: str
    name: str = ""
    days: int = 0
    prefix: str = ""
    of_everybody: bool = False
    language: str = "da"


@dataclass(frozen=True, slots=True)
class PlainRequest:
    """A request with nothing but a language and, for backups, where the copy goes."""

    language: str = "da"
    path: str = ""


NO_DELIVERIES = Words(
    "{name} har ikke ret til at indberette. Bed en administrator om rollen kvalitetsteam.",
    "{name} may not deliver. Ask an administrator for the role of quality team.",
)
DEMO_NOTE = Words("DEMO: simulerede data.", "DEMO: simulated data.")
NO_ROOM = Words(
    "{path} kan ikke læses eller skrives ({why}). Kontrollér, at mappen findes, at du må skrive i den, og at der er "
    "plads på disken.",
    "{path} cannot be read or written ({why}). Check that the folder exists, that you may write in it, and that the "
    "disk has room.",
)
SAVED = Words("Sikkerhedskopi skrevet: {path} ({size} MB).", "Backup written: {path} ({size} MB).")

_DEFAULT_DAY = "%Y-%m-%d"


def guarded(job: Callable[[], Answer], language: str) -> Answer:
    """Run a job and turn the refusals of the floors below into their words and exit codes."""
    try:
        return job()
    except StoreUnavailable as error:
        return Answer(ExitCode.STORE_UNAVAILABLE, err=error.reason(language) + "\n")
    except NotAllowed as error:
        return Answer(ExitCode.NOT_ALLOWED, err=error.reason(language) + "\n")
    except DataError as error:
        return Answer(ExitCode.REFUSED, err=error.reason(language) + "\n")
    except OSError as error:
        said = NO_ROOM.say(language, path=error.filename or "", why=error.strerror or type(error).__name__)
        return Answer(ExitCode.STORE_UNAVAILABLE, err=said + "\n")


def _person(store: Store, email: str) -> Viewer:
    try:
        return load_viewer(store, email)
    except NotFound as error:
        # Somebody nobody knows is not let in; that is not a fault of the file.
        raise NotAllowed(error.words, **error.values) from error


def _limits(settings: JobSettings) -> Limits:
    return Limits.of_settings(settings.upload_limit_mb, settings.upload_row_limit)


def _today(request: FileRequest, settings: JobSettings) -> date:
    return datetime.strptime(request.today, _DEFAULT_DAY).date() if request.today else settings.current_day()  # noqa: DTZ007


def check(store: Store, settings: JobSettings, request: FileRequest, *, notes: tuple[Words, ...] = ()) -> Answer:
    """Say what is wrong with a file and what it would change; 1 where there is an error in it."""
    viewer = _person(store, request.email) if request.email else None
    report = pipeline.check(
        store,
        viewer,
        request.content,
        request.file_name,
        today=_today(request, settings),
        limits=_limits(settings),
        **request.options,
    )
    said = plain_text.report_json if request.as_json else plain_text.report
    err = "".join(note.say(request.language) + "\n" for note in notes)
    return Answer(ExitCode.DONE if report.is_accepted else ExitCode.REFUSED, said(report, request.language), err)


def load(store: Store, settings: JobSettings, request: FileRequest) -> Answer:
    """Commit a file: 0 with the receipt, 1 with the findings, 3 where only the right to the units is missing."""
    viewer = _person(store, request.email)
    if not viewer.delivers:
        raise NotAllowed(NO_DELIVERIES, name=viewer.name)
    report, receipt = pipeline.deliver(
        store,
        viewer,
        request.content,
        request.file_name,
        today=_today(request, settings),
        now=settings.current_moment(),
        limits=_limits(settings),
        origin="file",
        note=request.note,
        **request.options,
    )
    said = plain_text.report_json if request.as_json else plain_text.report
    if receipt is not None:
        code = ExitCode.DONE
    else:
        code = ExitCode.NOT_ALLOWED if report.is_only_about_rights else ExitCode.REFUSED
    return Answer(code, said(report, request.language, receipt))


DANISH_HEADER = {
    "indicator": "indikator",
    "unit": "enhed",
    "period_start": "periode_start",
    "period_end": "periode_slut",
    "numerator": "tæller",
    "denominator": "nævner",
    "value": "værdi",
    "delivery": "levering",
}


def _series_asked(store: Store, request: SeriesRequest) -> tuple[Viewer, str, Unit]:
    """Who asks, and the series as the store calls it."""
    viewer = _person(store, request.email) if request.email else SYSTEM
    codes = {definition.code.casefold(): definition.code for definition in indicators(store, viewer)}
    return viewer, codes.get(request.indicator.casefold(), request.indicator), units.find(store, viewer, request.unit)


def export_series(store: Store, settings: JobSettings, request: SeriesRequest) -> Answer:
    """The figures of one series as CSV. In a store of simulated data, every simulated row says DEMO by its receipt."""
    viewer, code, unit = _series_asked(store, request)
    made = as_is(store, viewer, code, unit.code, today=settings.current_day()) if request.is_as_is else None
    frame = export.series_rows(store, viewer, code, unit.code, made=made)
    is_danish = request.form == "da"
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";" if is_danish else ",", lineterminator="\n")
    writer.writerow(DANISH_HEADER[name] if is_danish else name for name in frame.columns)
    for row in frame.itertuples(index=False):
        writer.writerow(_cell(value, is_danish) for value in row)
    # Sums name no delivery; in a demo they are simulated like everything else.
    is_simulated = frame["delivery"].str.startswith(SIMULATED).any() or (made is not None and store.is_demo)
    err = f"# {DEMO_NOTE.say(request.language)}\n" if is_simulated else ""
    err += "".join(f"# {one.say(request.language)}\n" for one in (made.said if made else ()))
    return Answer(ExitCode.DONE, file.getvalue(), err)


def _cell(value: object, is_danish: bool) -> str:
    if isinstance(value, date):
        return value.strftime("%d-%m-%Y" if is_danish else "%Y-%m-%d")
    if isinstance(value, float):
        if pd.isna(value):
            return ""
        # As many digits as the number has: what is exported reads back as the same number.
        text = f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
        return text.replace(".", ",") if is_danish else text
    return "" if value is None else str(value)


def evaluation(store: Store, settings: JobSettings, request: EvaluationRequest) -> Answer:
    """The overall estimate of a frozen data set, run again here from its exact counts."""
    from indicators.evaluation.errors import EvaluationError

    try:
        return Answer(ExitCode.DONE, evaluate.evaluate_again(store, request))
    except EvaluationError as error:
        return Answer(ExitCode.REFUSED, err=error.words.say(request.language) + "\n")


def backup(store: Store, settings: JobSettings, request: PlainRequest) -> Answer:
    """Copy the whole store to a new file."""
    path = Path(request.path)
    size = backups.backup(store, path)
    said = SAVED.say(request.language, path=path, size=numbers.said(size / 1e6, 1).say(request.language))
    return Answer(ExitCode.DONE, said + "\n")


_WORDS = {
    "store": Words("Database", "Store"),
    "kind": Words("Indhold", "Content"),
    "tables": Words("Tabeller", "Tables"),
    "counts": Words("Antal", "Counts"),
    "version": Words("Dataversion", "Data version"),
    "trace": Words("Hændelseslog", "Audit trail"),
    "disk": Words("Ledig plads", "Free space"),
}
_DEMO = Words("DEMO, simulerede data", "DEMO, simulated data")
_REAL = Words("indberettede data", "delivered data")
_CURRENT = Words("i orden", "in order")
_OLD = Words("ikke opdateret: start »tavle serve« for at opdatere", "not current: run “tavle serve” to update")
_NEWER = Words(
    "lavet af en nyere udgave af Tavle: installér den nyeste udgave",
    "made by a newer version of Tavle: install the newest version",
)
_COUNTS = Words(
    "{units} enheder, {indicators} indikatorer, {series} målinger, {observations} tal, {deliveries} leveringer",
    "{units} units, {indicators} indicators, {series} series, {observations} figures, {deliveries} deliveries",
)
_WHOLE = Words("{n} hændelser, kæden er hel ({head})", "{n} events, the chain is whole ({head})")
_BROKEN = Words("kæden er brudt ved hændelse {at}", "the chain is broken at event {at}")
_CUT = Words("de sidste hændelser mangler", "the last events are missing")


def doctor(store: Store, settings: JobSettings, request: PlainRequest) -> Answer:
    """Whether the store is well: 0 if so, 1 if its tables are old or its trace is broken."""
    language = request.language
    is_current = store.is_migrated()
    lines = {"store": store.url.render_as_string(hide_password=True)}
    is_well = is_current
    lines["tables"] = (_CURRENT if is_current else _NEWER if store.is_newer() else _OLD).say(language)
    if is_current:
        chain = audit.check(store, SYSTEM)
        is_well = chain.is_whole
        lines["kind"] = (_DEMO if store.is_demo else _REAL).say(language)
        lines["counts"] = _COUNTS.say(language, **export.counts(store, SYSTEM))
        lines["version"] = str(store.data_version())
        lines["trace"] = _trace(chain, language)
    free = shutil.disk_usage(settings.var if settings.var.is_dir() else Path.cwd()).free
    lines["disk"] = f"{numbers.said(free / 1e9, 1).say(language)} GB"
    labels = {key: _WORDS[key].say(language) for key in lines}
    width = max(len(label) for label in labels.values()) + 2
    out = "".join(f"{labels[key]:<{width}}{text}\n" for key, text in lines.items())
    return Answer(ExitCode.DONE if is_well else ExitCode.REFUSED, out)


_DIGEST = Words(
    "{mails} mails lagt i køen. Uden nyt: {unchanged}. Har fået månedens mail: {told}. Slået fra: {off}.",
    "{mails} mails queued. Nothing new: {unchanged}. Told this month already: {told}. Switched off: {off}.",
)


def digest(store: Store, settings: JobSettings, request: PlainRequest) -> Answer:
    """Queue the monthly digest for everybody who has news and has had none this month."""
    sent = digests.send(store, today=settings.current_day(), now=settings.current_moment(), timezone=settings.timezone)
    said = _DIGEST.say(
        request.language, mails=sent.n_mails, unchanged=sent.n_unchanged, told=sent.n_told, off=sent.n_off
    )
    return Answer(ExitCode.DONE, said + "\n")


def _trace(chain: ChainCheck, language: str) -> str:
    if chain.is_whole:
        return _WHOLE.say(language, n=chain.n_events, head=chain.head[:12])
    return _CUT.say(language) if chain.broken_at is None else _BROKEN.say(language, at=chain.broken_at)


# ----------------------------------------------------------------------------------------------- keys for machines

_TOKEN_MADE = Words(
    "Nøglen »{name}« for {email} er lavet{until}. Gem den nu: den kan ikke vises igen.",
    "The token “{name}” of {email} is made{until}. Keep it now: it cannot be shown again.",
)
_UNTIL = Words(" og gælder til {moment}", " and is valid until {moment}")
_TOKEN_REVOKED = Words(
    "Nøglen »{name}« ({prefix}…) for {email} er tilbagekaldt.", "The token “{name}” ({prefix}…) of {email} is revoked."
)
_NO_TOKENS = Words("Ingen nøgler.", "No tokens.")
_TOKEN_HEADER = {
    "prefix": Words("Begynder med", "Begins with"),
    "name": Words("Navn", "Name"),
    "email": Words("Bruger", "User"),
    "state": Words("Tilstand", "State"),
    "created": Words("Lavet", "Made"),
    "expires": Words("Udløber", "Expires"),
    "used": Words("Sidst brugt", "Last used"),
}
_LIVE = Words("gælder", "valid")
_REVOKED = Words("tilbagekaldt", "revoked")
_EXPIRED = Words("udløbet", "expired")
_NEVER = Words("aldrig", "never")


def token_make(store: Store, settings: JobSettings, request: TokenRequest) -> Answer:
    """Make a key for a person: the key alone on standard output, what to do with it on standard error."""
    viewer = _person(store, request.email)
    new = tokens.make(store, viewer, name=request.name, now=settings.current_moment(), days=request.days or None)
    until = _UNTIL.say(request.language, moment=_moment(new.token.expires_at)) if new.token.expires_at else ""
    said = _TOKEN_MADE.say(request.language, name=new.token.name, email=new.token.email, until=until)
    return Answer(ExitCode.DONE, new.text + "\n", said + "\n")


def token_list(store: Store, settings: JobSettings, request: TokenRequest) -> Answer:
    """The keys of a person, or for an administrator everybody's; never more of a key than its beginning."""
    language, now = request.language, settings.current_moment()
    found = tokens.listed(store, _person(store, request.email), of_everybody=request.of_everybody)
    if not found:
        return Answer(ExitCode.DONE, _NO_TOKENS.say(language) + "\n")
    never = _NEVER.say(language)
    rows = [[words.say(language) for words in _TOKEN_HEADER.values()]] + [
        [
            one.prefix + "…",
            one.name,
            one.email,
            (_LIVE if one.is_live(now) else _REVOKED if one.revoked_at else _EXPIRED).say(language),
            _moment(one.created_at),
            _moment(one.expires_at) or never,
            _moment(one.last_used_at) or never,
        ]
        for one in found
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return Answer(ExitCode.DONE, "".join(line + "\n" for line in lines))


def token_revoke(store: Store, settings: JobSettings, request: TokenRequest) -> Answer:
    """End a key by its beginning."""
    viewer = _person(store, request.email)
    ended = tokens.revoke(store, viewer, request.prefix, now=settings.current_moment())
    said = _TOKEN_REVOKED.say(request.language, name=ended.name, prefix=ended.prefix, email=ended.email)
    return Answer(ExitCode.DONE, said + "\n")


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


# ---------------------------------------------------------------------------------------- deliveries taken back

_MAIL_WAITS = Words(
    "{n} mail kunne ikke skrives til udbakken ({why}). Det prøves igen.",
    "{n} mails could not be written to the outbox ({why}). This is tried again.",
)
_WITHDRAWN = Words(
    "{receipt} er trukket tilbage. Målinger, der er beregnet igen: {n}.",
    "{receipt} is withdrawn. Measures worked out again: {n}.",
)
_WITHDRAWN_ALREADY = Words("{receipt} var allerede trukket tilbage.", "{receipt} was withdrawn already.")
_RESTORED = Words(
    "{receipt} gælder igen. Målinger, der er beregnet igen: {n}.",
    "{receipt} counts again. Measures worked out again: {n}.",
)
_COUNTS_ALREADY = Words("{receipt} gælder allerede.", "{receipt} counts already.")


@dataclass(frozen=True, slots=True)
class DeliveryRequest:
    """A delivery by its receipt, who asks, and why."""

    receipt: str
    email: str
    reason: str = ""
    language: str = "da"


def withdraw(store: Store, settings: JobSettings, request: DeliveryRequest) -> Answer:
    """Take a delivery back: 0 also the second time, 1 if a reason is missing or a month locked, 3 without the right."""
    return _change(store, settings, request, withdrawal.withdraw, _WITHDRAWN, _WITHDRAWN_ALREADY)


def restore_delivery(store: Store, settings: JobSettings, request: DeliveryRequest) -> Answer:
    """Put a withdrawn delivery in again; the codes are those of `withdraw`."""
    return _change(store, settings, request, withdrawal.restore, _RESTORED, _COUNTS_ALREADY)


def _change(
    store: Store,
    settings: JobSettings,
    request: DeliveryRequest,
    change: Callable[..., list[Any]],
    done: Words,
    already: Words,
) -> Answer:
    changed = change(
        store,
        _person(store, request.email),
        request.receipt,
        today=settings.current_day(),
        now=settings.current_moment(),
        reason=request.reason,
    )
    words = done if changed else already
    receipt = request.receipt.strip()
    return Answer(ExitCode.DONE, words.say(request.language, receipt=receipt, n=len(changed)) + "\n")


# ---------------------------------------------------------------------------------------- units over time


def organisation(store: Store, settings: JobSettings, request: OrganisationRequest) -> Answer:
    """A change of units, or what they are: 0 done or planned, 1 if something is in the way, 3 without the right."""
    viewer = _person(store, request.email) if request.email else SYSTEM
    try:
        is_well, said = organise.run(
            store, viewer, request, today=settings.current_day(), now=settings.current_moment()
        )
    except organise.WrongUse as wrong:
        return Answer(ExitCode.WRONG_USE, err=wrong.reason(request.language) + "\n")
    return Answer(ExitCode.DONE if is_well else ExitCode.REFUSED, said)


# ------------------------------------------------------------------------------------------------- definitions


def definition(store: Store, settings: JobSettings, request: DefinitionRequest) -> Answer:
    """A definition out, in as a draft, or read by the linter: 0, or 1 where it is refused or has errors."""
    viewer = _person(store, request.email) if request.email else SYSTEM
    is_well, said = define.run(store, viewer, request, today=settings.current_day(), now=settings.current_moment())
    return Answer(ExitCode.DONE if is_well else ExitCode.REFUSED, said)


Request = (
    FileRequest
    | SeriesRequest
    | PlainRequest
    | TokenRequest
    | DeliveryRequest
    | OrganisationRequest
    | DefinitionRequest
    | EvaluationRequest
)


@dataclass(frozen=True, slots=True)
class Job:
    """A job by name: what it takes and what runs it."""

    request: type[Any]
    run: Callable[[Store, JobSettings, Any], Answer] = field(repr=False)


JOBS: Mapping[str, Job] = {
    "check": Job(FileRequest, check),
    "load": Job(FileRequest, load),
    "export": Job(SeriesRequest, export_series),
    "doctor": Job(PlainRequest, doctor),
    "backup": Job(PlainRequest, backup),
    "digest": Job(PlainRequest, digest),
    "token_make": Job(TokenRequest, token_make),
    "token_list": Job(TokenRequest, token_list),
    "token_revoke": Job(TokenRequest, token_revoke),
    "withdraw": Job(DeliveryRequest, withdraw),
    "restore_delivery": Job(DeliveryRequest, restore_delivery),
    "organisation": Job(OrganisationRequest, organisation),
    "definition": Job(DefinitionRequest, definition),
    "evaluate": Job(EvaluationRequest, evaluation),
}
_SENDING = frozenset({"load", "digest"})  # jobs that queue mail


class WritesSeries(Protocol):
    """What writes one series as a file; it stands on the floor beside this one, and the roof brings them together."""

    def __call__(
        self,
        store: Store,
        viewer: Viewer,
        indicator_code: str,
        unit_code: str,
        *,
        form: str,
        language: str,
        today: date,
        now: datetime,
        timezone: str,
        address: str,
        is_as_is: bool = False,
    ) -> bytes: ...


def with_files(write: WritesSeries) -> Mapping[str, Job]:
    """`JOBS` and `export_file`: a series as a picture, a workbook …; its bytes come as base64 on standard output."""

    def export_file(store: Store, settings: JobSettings, request: SeriesRequest) -> Answer:
        viewer, code, unit = _series_asked(store, request)
        content = write(
            store,
            viewer,
            code,
            unit.code,
            form=request.form,
            language=request.language,
            today=settings.current_day(),
            now=settings.current_moment(),
            timezone=settings.timezone,
            address=settings.public_url,
            is_as_is=request.is_as_is,
        )
        return Answer(ExitCode.DONE, base64.b64encode(content).decode("ascii"))

    return {**JOBS, "export_file": Job(SeriesRequest, export_file)}


def to_json(request: Request) -> dict[str, Any]:
    """A request as it travels to the loopback door."""
    return request.to_json() if isinstance(request, FileRequest) else asdict(request)


def from_json(name: str, content: Mapping[str, Any], table: Mapping[str, Job] = JOBS) -> Request:
    """A request as it came through the door.

    Raises
    ------
    KeyError, TypeError, ValueError
        There is no such job, or the content is not a request of its kind.
    """
    kind = table[name].request
    return FileRequest.from_json(content) if kind is FileRequest else kind(**content)


def run(name: str, store: Store, settings: JobSettings, request: Request, table: Mapping[str, Job] = JOBS) -> Answer:
    """Run a job by name; what the floors below refuse comes back as an answer. Mail it queued is handed over."""
    answer = guarded(lambda: table[name].run(store, settings, request), request.language)
    if name in _SENDING and answer.exit_code is ExitCode.DONE:
        handed = outbox.hand_over(
            store,
            settings.var / "outbox",
            settings.current_moment(),
            sender=settings.mail_from,
            public_url=settings.public_url,
        )
        if handed.n_left:
            said = _MAIL_WAITS.say(request.language, n=handed.n_left, why=handed.why)
            answer = replace(answer, err=answer.err + said + "\n")
    return answer
