"""Names of units as they can be told apart, and of their kinds. No Dash here."""

from __future__ import annotations

from dashboards.text import _, language
from data.access import Viewer
from data.queries import units
from data.queries.units import Unit
from data.store import Store


def names_with_hospital(store: Store, viewer: Viewer) -> dict[str, str]:
    """Names of the units in sight by code; of departments with their hospital, since they share names."""
    visible = {one.code: one for one in units.visible(store, viewer)}
    said = language()
    names = {}
    for code, one in visible.items():
        above = visible.get(one.parent_code or "")
        name = one.name.say(said)
        names[code] = f"{name}, {above.short_name}" if above and one.kind in ("department", "ward") else name
    return names


def short_name(unit: Unit) -> str:
    """The name for a narrow column. Short names are Danish; an English reader gets the English name cut down."""
    name = unit.name
    if language() == "da" or name.en == name.da or unit.kind not in ("department", "ward"):
        return unit.short_name
    return name.en.removeprefix("Department of ").removesuffix(" Department")


def kind_words(kind: str) -> str:
    """A kind of unit in the reader's language."""
    return {
        "nation": _("hele landet"),
        "region": _("region"),
        "health_council": _("sundhedsråd"),
        "municipality": _("kommune"),
        "hospital": _("hospital"),
        "department": _("afdeling"),
        "ward": _("afsnit"),
        "practice": _("praksis"),
    }.get(kind, kind)
