"""Every form a report can be taken home in, and the one place that writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dashboards.exports.evaluation.analysis import Analysis
from dashboards.exports.evaluation.content import report_of
from dashboards.exports.forms import OFFICE
from dashboards.text import N_


@dataclass(frozen=True, slots=True)
class ReportForm:
    """A kind of file; `name` and `use` are Danish messages."""

    code: str
    media_type: str
    name: str
    use: str


REPORT_FORMS: Mapping[str, ReportForm] = {
    form.code: form
    for form in (
        ReportForm("pdf", "application/pdf", N_("PDF"), N_("til udskrift og bilag")),
        ReportForm("docx", f"{OFFICE}.wordprocessingml.document", N_("Word"), N_("tekst, der kan skrives videre på")),
        ReportForm(
            "pptx",
            f"{OFFICE}.presentationml.presentation",
            N_("PowerPoint"),
            N_("tabeller og diagrammer, der kan redigeres"),
        ),
        ReportForm("html", "text/html", N_("HTML"), N_("én fil, virker uden net")),
        ReportForm("zip", "application/zip", N_("Data, script og notebook"), N_("giver de samme cifre igen")),
    )
}


def write_report(code: str, analysis: Analysis) -> bytes:
    """The report in the form `code`, in the language of the moment; KeyError where there is no such form."""
    return _WRITERS[code](analysis)


def _html(analysis: Analysis) -> bytes:
    from dashboards.exports.evaluation.web import report_html

    return report_html(report_of(analysis)).encode()


def _pdf(analysis: Analysis) -> bytes:
    from dashboards.exports.evaluation.paper import report_pdf

    return report_pdf(report_of(analysis), moment=analysis.origin.now)


def _docx(analysis: Analysis) -> bytes:
    from dashboards.exports.evaluation.document import report_docx

    return report_docx(report_of(analysis), moment=analysis.origin.now)


def _pptx(analysis: Analysis) -> bytes:
    from dashboards.exports.evaluation.slides import report_pptx

    return report_pptx(report_of(analysis), moment=analysis.origin.now)


def _zip(analysis: Analysis) -> bytes:
    from dashboards.exports.evaluation.rerun import package

    return package(analysis)


_WRITERS: Mapping[str, Callable[[Analysis], bytes]] = {
    "html": _html,
    "pdf": _pdf,
    "docx": _docx,
    "pptx": _pptx,
    "zip": _zip,
}
