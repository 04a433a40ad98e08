"""One series as a file for whoever has no browser: the command line."""

from __future__ import annotations

from datetime import date, datetime

from dashboards.exports.forms import write_series
from dashboards.presenters.exported import Origin, series_sheet
from dashboards.presenters.unit_reading import AS_IS
from dashboards.selection import Selection
from dashboards.text import use_language
from data.access import Viewer
from data.store import Store


def series_as_file(
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
) -> bytes:
    """The bytes of one series in the form `form` (a key of `exports.forms.FORMS`), with the page's own choices.

    Raises
    ------
    NotFound, NotAllowed
        There is no such indicator or unit, or the viewer may not see the unit.
    """
    selection = Selection(unit=unit_code, show=AS_IS if is_as_is else None)
    origin = Origin.of(store, now=now, timezone=timezone, address=address)
    with use_language(language):
        return write_series(form, series_sheet(store, viewer, indicator_code, selection, today=today, origin=origin))
