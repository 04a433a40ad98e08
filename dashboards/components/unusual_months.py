"""The unusual calendar months that one row of the sensitivity table goes without: two fields in the address."""

from __future__ import annotations

from markupsafe import Markup

from dashboards.selection import Selection
from dashboards.text import _

NOTHING = Markup("")


def unusual_months(selection: Selection, path: str) -> Markup:
    """The first and the last month, and a link that takes both away; for a form that writes to the address."""
    fields = Markup("").join(
        Markup(
            '<label class="unu"><span>{}</span><input class="input input--sm" type="month" name="{}" value="{}" '
            'placeholder="2020-03"></label>'
        ).format(label, key, f"{day:%Y-%m}" if day is not None else "")
        for key, label, day in (
            ("uden", _("Usædvanlige måneder fra"), selection.without),
            ("udentil", _("til"), selection.without_until),
        )
    )
    clear = NOTHING
    if selection.without is not None or selection.without_until is not None:
        clear = Markup('<a class="btn btn--sm btn--quiet" href="{}">{}</a>').format(
            selection.href(path, without=None, without_until=None), _("Ingen usædvanlige måneder")
        )
    return Markup('<span class="unus">{}{}</span>').format(fields, clear)
