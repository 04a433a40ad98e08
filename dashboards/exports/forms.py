"""Every form a series or a board pack can be taken home in, and the one place that writes them.

A new form is a line here and a module that writes it. The writers are imported when a file is asked for: the server
starts without them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboards.exports.series import series_csv
from dashboards.text import N_

if TYPE_CHECKING:
    from dashboards.presenters.board_pack import Pack
    from dashboards.presenters.exported import Sheet


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of file. `name` and `use` are Danish messages; `pack_extension` is how a pack of it ends."""

    code: str
    extension: str
    media_type: str
    name: str
    use: str
    pack_extension: str = ""

    @property
    def of_pack(self) -> tuple[str, str]:
        """Ending and media type of a pack: several pictures or tables travel in a ZIP file."""
        if self.pack_extension == "zip":
            return "zip", "application/zip"
        return self.extension, self.media_type


OFFICE = "application/vnd.openxmlformats-officedocument"
FORMS: Mapping[str, Form] = {
    form.code: form
    for form in (
        Form("pdf", "pdf", "application/pdf", N_("PDF"), N_("til udskrift og bilag")),
        Form(
            "pptx", "pptx", f"{OFFICE}.presentationml.presentation", N_("PowerPoint"), N_("diagram, der kan redigeres")
        ),
        Form("xlsx", "xlsx", f"{OFFICE}.spreadsheetml.sheet", N_("Excel"), N_("tal, definition, noter")),
        Form("html", "html", "text/html", N_("HTML"), N_("én fil, virker uden net")),
        Form("png", "png", "image/png", N_("PNG"), N_("billede"), "zip"),
        Form("svg", "svg", "image/svg+xml", N_("SVG"), N_("billede, der kan skaleres"), "zip"),
        Form("da", "csv", "text/csv", N_("CSV, dansk"), N_("semikolon, decimalkomma"), "zip"),
        Form("csv", "csv", "text/csv", N_("CSV, international"), N_("komma, decimalpunktum"), "zip"),
    )
}


def write_series(code: str, sheet: Sheet) -> bytes:
    """One series in the form `code`, in the language of the moment; KeyError where there is no such form."""
    return _SERIES[code](sheet)


def write_pack(code: str, pack: Pack) -> bytes:
    """A pack in the form `code`; KeyError where there is no such form."""
    writer = _PACKS.get(code)
    return writer(pack) if writer is not None else _zipped(FORMS[code], pack)


def _pdf(sheet: Sheet) -> bytes:
    from dashboards.exports.paper import series_pdf

    return series_pdf(sheet)


def _pptx(sheet: Sheet) -> bytes:
    from dashboards.exports.slides import series_pptx

    return series_pptx(sheet)


def _xlsx(sheet: Sheet) -> bytes:
    from dashboards.exports.workbook import series_xlsx

    return series_xlsx(sheet)


def _html(sheet: Sheet) -> bytes:
    from dashboards.exports.web import series_html

    return series_html(sheet).encode()


def _png(sheet: Sheet) -> bytes:
    from dashboards.exports.picture import picture_png

    return picture_png(sheet)


def _svg(sheet: Sheet) -> bytes:
    from dashboards.exports.picture import picture_svg

    return picture_svg(sheet).encode()


def _csv(form: str) -> Callable[[Sheet], bytes]:
    def write(sheet: Sheet) -> bytes:
        view = sheet.view
        return series_csv(
            sheet.definition,
            view.unit.code,
            sheet.observations,
            form=form,
            is_demo=sheet.origin.is_demo,
            note=view.reading.file_note,
            is_sum=view.reading.made is not None,
            remarks=remarks(sheet),
        )

    return write


def remarks(sheet: Sheet) -> list[str]:
    """What a table says of itself in lines before it: finding, what it is about, draft, source, moment, link."""
    draft = [line for line in sheet.stamp_lines if not line.startswith("DEMO")]
    return [sheet.title, sheet.subtitle, *draft, *(f"{name}: {text}" for name, text in sheet.facts)]


_SERIES: Mapping[str, Callable[[Sheet], bytes]] = {
    "pdf": _pdf,
    "pptx": _pptx,
    "xlsx": _xlsx,
    "html": _html,
    "png": _png,
    "svg": _svg,
    "da": _csv("da"),
    "csv": _csv("csv"),
}


def _pdf_pack(pack: Pack) -> bytes:
    from dashboards.exports.paper import pack_pdf

    return pack_pdf(pack)


def _pptx_pack(pack: Pack) -> bytes:
    from dashboards.exports.slides import pack_pptx

    return pack_pptx(pack)


def _xlsx_pack(pack: Pack) -> bytes:
    from dashboards.exports.workbook import pack_xlsx

    return pack_xlsx(pack)


def _html_pack(pack: Pack) -> bytes:
    from dashboards.exports.web import pack_html

    return pack_html(pack).encode()


_PACKS: Mapping[str, Callable[[Pack], bytes]] = {
    "pdf": _pdf_pack,
    "pptx": _pptx_pack,
    "xlsx": _xlsx_pack,
    "html": _html_pack,
}


def _zipped(form: Form, pack: Pack) -> bytes:
    """One file per series, numbered in the order of the pack."""
    from dashboards.presenters.exported import file_stem

    file = io.BytesIO()
    moment = pack.origin.now.timetuple()[:6]
    with zipfile.ZipFile(file, "w") as archive:
        for at, sheet in enumerate(pack.sheets, start=1):
            info = zipfile.ZipInfo(f"{at:02}-{file_stem(sheet)}.{form.extension}", moment)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, write_series(form.code, sheet))
    return file.getvalue()
