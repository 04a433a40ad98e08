"""Handing in through the API: the same pipeline as the page and the command line, with its findings as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from api.jobs import NO_DELIVERIES
from api.v1 import models, problems
from api.v1.asking import utc
from api.v1.endpoints import CSV, JSON, TSV, XLSX, Argument, Body, Call, Endpoint, Reply
from api.v1.problems import Fault, Refused
from data import withdrawal
from data.queries import deliveries
from data.queries.deliveries import DeliveryRow
from etl import cpr, effect, pipeline
from etl.extract import ReadAs, records
from etl.extract.delimited import ENCODINGS
from etl.report import Finding, Receipt, Report, RowStatus
from indicators.words import Words

Parsed = TypeVar("Parsed", bound=models.Model)

MOST_FAULTS = 100

DELIMITERS = {"semicolon": ";", "comma": ",", "tab": "\t", None: None}
EXTENSIONS = {CSV: "csv", TSV: "tsv", XLSX: "xlsx", JSON: "json"}
RECEIPT = Argument(Words("Kvitteringens nummer, fx T-2026-000123.", "The receipt's number, such as T-2026-000123."),
                   models.RECEIPT_PATTERN)  # fmt: skip

ONLY_CHECKED = Words(
    "Kun kontrolleret; intet er gemt. Rækker: nye {new}, ændrede {changed}, uændrede {same}.",
    "Only checked; nothing is saved. Rows: new {new}, changed {changed}, unchanged {same}.",
)


# ------------------------------------------------------------------------------------------------- delivering


def deliver(call: Call) -> Reply:
    """Check and commit what was sent, or say everything that is wrong with it."""
    if not call.viewer.delivers:
        raise Refused(problems.NOT_ALLOWED, NO_DELIVERIES, values={"name": call.viewer.name})
    assert call.body is not None  # the endpoint takes one
    asked: models.HowToRead = call.query
    note = asked.note
    if call.body.media_type == JSON:
        note = parsed(call.body, models.DeliveryBody).note or note
    if cpr.count(note):  # a check alone has no note, and says nothing about one
        raise Refused(problems.REFUSED_DELIVERY, problems.PERSONAL, values={"count": cpr.count(note)})
    arguments: dict[str, Any] = {
        "today": call.today,
        "limits": call.limits,
        "defaults": {"indicator": asked.indicator, "unit": asked.unit},
        "read_as": _read_as(asked, call.body),
    }
    file_name = asked.file_name or f"api.{EXTENSIONS[call.body.media_type]}"
    given = (call.store, call.viewer, call.body.content, file_name)
    if asked.dry_run:
        report, receipt = pipeline.check(*given, **arguments), None
    else:
        report, receipt = pipeline.deliver(*given, now=call.now, origin="api", note=note, **arguments)
    if not report.is_accepted:
        raise _refused(report, call.language)
    return _accepted(call, report, receipt)


def parsed(body: Body, model: type[Parsed]) -> Parsed:
    """A JSON body as the model it has to be; Refused (400, 422) where it is no JSON or has another form.

    What is said of a wrong one names places in the document's own words: an unknown name is not repeated.
    """
    try:
        content = records.parse(body.content)
    except records.NotJsonError as error:
        raise Refused(problems.MALFORMED_JSON, problems.TOO_DEEP if error.is_too_deep else None) from None
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise Refused(problems.WRONG_FORM, faults=faults_of(error)) from None


_FAULTS = {
    "missing": Words("Mangler.", "Is missing."),
    "extra_forbidden": Words("Har et navn, der ikke bruges.", "Has a name that is not used."),
    "too_short": Words("Er tom.", "Is empty."),
    "string_too_short": Words("Er tom.", "Is empty."),
    "string_too_long": Words("Er for lang (højst {max_length} tegn).", "Is too long (at most {max_length} signs)."),
    "string_type": Words("Skal være en tekst.", "Must be a text."),
    "list_type": Words("Skal være en liste.", "Must be a list."),
    "model_type": Words("Skal være et objekt.", "Must be an object."),
    "literal_error": Words("Skal være en af: {expected}.", "Must be one of: {expected}."),
    "greater_than_equal": Words("Skal være mindst {ge}.", "Must be at least {ge}."),
    "less_than_equal": Words("Må højst være {le}.", "Must be at most {le}."),
}
_OTHER_FAULT = Words("Har ikke den form, der står i dokumentet.", "Is not of the form in the document.")
_NOT_A_NUMBER = Words("Skal være et tal (uden anførselstegn) eller null.", "Must be a number (no quotes) or null.")


def faults_of(error: ValidationError, *, as_pointer: bool = True) -> Sequence[Fault]:
    """What pydantic found, in our words, without a word of what was sent."""
    faults = []
    for one in error.errors(include_url=False, include_input=False)[:MOST_FAULTS]:
        place = one["loc"][:-1] if one["type"] == "extra_forbidden" else one["loc"]
        words = _FAULTS.get(one["type"], _OTHER_FAULT)
        if one["type"] == "value_error" and place and place[-1] in ("numerator", "denominator", "value", "sd"):
            words = _NOT_A_NUMBER
        said = "/".join(["", *map(str, place)]) if as_pointer else ".".join(map(str, place))
        values = dict(one.get("ctx", {}))
        if "expected" in values:  # "'comma' or 'dot'", whatever the reader's language
            values["expected"] = ", ".join(re.findall("'([^']*)'", str(values["expected"]))) or values["expected"]
        faults.append(Fault(said, words, values))
    return faults


def _read_as(asked: models.HowToRead, body: Body) -> ReadAs:
    if body.media_type == JSON:
        return records.READ_AS
    encoding = asked.encoding or body.charset or None
    if encoding is not None and encoding.casefold() not in ENCODINGS:
        known = ", ".join(sorted(ENCODINGS))
        raise Refused(problems.WRONG_MEDIA_TYPE, problems.UNKNOWN_CHARSET, values={"known": known})
    delimiter = DELIMITERS[asked.delimiter] or ("\t" if body.media_type == TSV else None)
    return ReadAs(delimiter=delimiter, encoding=encoding, decimal=asked.decimal, sheet=asked.sheet, shape=asked.shape)


def _accepted(call: Call, report: Report, receipt: Receipt | None) -> Reply:
    counts = models.RowCounts(
        read=len(report.rows),
        new=report.rows.count_changes(RowStatus.NEW),
        changed=report.rows.count_changes(RowStatus.CHANGED),
        unchanged=report.rows.count_changes(RowStatus.UNCHANGED),
    )
    if receipt is None:
        sentence = ONLY_CHECKED.say(call.language, new=counts.new, changed=counts.changed, same=counts.unchanged)
    else:
        sentence = receipt.sentence(call.language)
    content = models.DeliveryAnswer(
        dry_run=receipt is None,
        receipt=None if receipt is None else _receipt(receipt),
        sentence=sentence,
        reading=report.reading.sentence(call.language) if report.reading else None,
        notes=[note.say(call.language) for note in report.notes],
        rows=counts,
        effect=_effect(call, report) if receipt is None else None,
        findings=_findings(report, call.language),
        n_findings=report.n_errors + report.n_warnings,
    )
    if receipt is None or not receipt.number:
        return Reply(content)
    return Reply(content, 201, {"Location": call.link(f"/api/v1/deliveries/{receipt.number}")})


def _effect(call: Call, report: Report) -> models.Effect:
    found = effect.preview(call.store, call.viewer, report.tidy, today=call.today)
    return models.Effect(
        sentence=found.sentence(call.language),
        series=[
            models.SeriesEffect(
                indicator=one.indicator_code,
                unit=one.unit_code,
                new=one.n_new,
                changed=one.n_changed,
                before=one.variation_before,
                after=one.after.variation,
                rising=one.after.rising,
                is_changing=one.is_changing,
            )
            for one in found.series
        ],
        n_left_out=found.n_left_out,
    )


def _refused(report: Report, language: str) -> Refused:
    extra: dict[str, Any] = {
        "findings": _findings(report, language),
        "n_findings": report.n_errors + report.n_warnings,
        "reading": report.reading.sentence(language) if report.reading else None,
    }
    if report.is_only_about_rights:
        return Refused(problems.NOT_ALLOWED, problems.NO_RIGHT_TO_UNIT, extra=extra)
    return Refused(problems.REFUSED_DELIVERY, extra=extra)


def _findings(report: Report, language: str) -> list[models.Finding]:
    return [_finding(one, language) for one in report.findings]


def _finding(one: Finding, language: str) -> models.Finding:
    return models.Finding(
        code=one.code,
        severity="error" if one.is_error else "warning",
        row=one.row or None,  # JSON has no header row: 0 is the whole of it
        column=one.column,
        value=one.value,
        reason=one.reason(language),
        mend=one.mend_text(language),
    )


def _receipt(receipt: Receipt) -> models.Receipt:
    return models.Receipt(
        number=receipt.number,
        new=receipt.n_new,
        changed=receipt.n_changed,
        unchanged=receipt.n_unchanged,
        recorded_at=utc(receipt.recorded_at),
        series=[models.Series(indicator=indicator, unit=unit) for indicator, unit in receipt.touched],
        earlier=receipt.earlier,
    )


# ------------------------------------------------------------------------------------------------- what was delivered


def list_deliveries(call: Call) -> Reply:
    """The newest deliveries the token's user may see."""
    found = deliveries.recent(call.store, call.viewer, call.query.limit)
    return Reply(models.Deliveries(items=[_delivery(row) for row in found]))


def get_delivery(call: Call) -> Reply:
    return Reply(_delivery(deliveries.get(call.store, call.viewer, call.path["receipt"])))


def _delivery(row: DeliveryRow) -> models.Delivery:
    return models.Delivery(
        receipt=row.receipt,
        state=row.state,
        origin=row.origin,
        delivered_by=row.account_name,
        file_name=row.file_name,
        sha256=row.sha256,
        note=row.note,
        new=row.n_new,
        changed=row.n_changed,
        unchanged=row.n_unchanged,
        findings=[
            models.ShortFinding(code=one["code"], row=one.get("row"), column=one.get("column") or "")
            for one in row.findings
        ],
        recorded_at=utc(row.recorded_at),
        withdrawn_at=None if row.withdrawn_at is None else utc(row.withdrawn_at),
        series=[models.Series(indicator=indicator, unit=unit) for indicator, unit in row.touched],
    )


# ------------------------------------------------------------------------------------------------- taking back


def withdraw(call: Call) -> Reply:
    return _change(call, withdrawal.withdraw)


def restore(call: Call) -> Reply:
    return _change(call, withdrawal.restore)


def _change(call: Call, change: Callable[..., object]) -> Reply:
    assert call.body is not None  # both endpoints take one
    reason = parsed(call.body, models.Reason).reason
    if found := cpr.count(reason):
        raise Refused(problems.WRONG_FORM, problems.PERSONAL, values={"count": found})
    receipt = call.path["receipt"]
    deliveries.get(call.store, call.viewer, receipt)  # who may not see it, learns no more than that
    change(call.store, call.viewer, receipt, today=call.today, now=call.now, reason=reason)
    return get_delivery(call)


_RECEIPT_OF = {"receipt": RECEIPT}
_SEES = (problems.NOT_ALLOWED, problems.NOT_FOUND)

ENDPOINTS = (
    Endpoint(
        "deliver",
        "POST",
        "/deliveries",
        Words(
            "Indberet: det hele gemmes, eller intet. Samme indhold igen er 0 ændringer og intet nummer.",
            "Deliver: all of it is saved, or nothing. The same content again is 0 changes and no number.",
        ),
        deliver,
        {200: models.DeliveryAnswer, 201: models.DeliveryAnswer},
        query=models.HowToRead,
        bodies={CSV: None, TSV: None, XLSX: None, JSON: models.DeliveryBody},
        refuses=(problems.NOT_ALLOWED, problems.CANNOT_NOW, problems.REFUSED_DELIVERY),
    ),
    Endpoint(
        "list_deliveries",
        "GET",
        "/deliveries",
        Words(
            "De nyeste leveringer: egne, og dem der rører egne enheder.",
            "The newest deliveries: one's own, and those that touch one's own units.",
        ),
        list_deliveries,
        {200: models.Deliveries},
        query=models.Newest,
        is_remembered=True,
    ),
    Endpoint(
        "get_delivery",
        "GET",
        "/deliveries/{receipt}",
        Words("En levering med kvitteringens nummer.", "A delivery by the number of its receipt."),
        get_delivery,
        {200: models.Delivery},
        arguments=_RECEIPT_OF,
        refuses=_SEES,
        is_remembered=True,
    ),
    Endpoint(
        "withdraw_delivery",
        "POST",
        "/deliveries/{receipt}/withdrawal",
        Words(
            "Tag en levering tilbage. Den slettes ikke; tallene bliver, som de var uden den.",
            "Take a delivery back. It is not deleted; figures become what they were without it.",
        ),
        withdraw,
        {200: models.Delivery},
        arguments=_RECEIPT_OF,
        bodies={JSON: models.Reason},
        refuses=(*_SEES, problems.CANNOT_NOW),
    ),
    Endpoint(
        "restore_delivery",
        "POST",
        "/deliveries/{receipt}/restoration",
        Words("Læg en tilbagetaget levering ind igen.", "Put a delivery that was taken back in again."),
        restore,
        {200: models.Delivery},
        arguments=_RECEIPT_OF,
        bodies={JSON: models.Reason},
        refuses=(*_SEES, problems.CANNOT_NOW),
    ),
)
