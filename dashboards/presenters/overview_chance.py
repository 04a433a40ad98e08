"""How many of the charts shown would have a signal by chance alone. No Dash here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dashboards.text import _, ngettext, number
from data.states import SeriesState
from indicators.spc import false_alarm_probability
from indicators.spc.profiles import profile_of


def chance_text(shown: Sequence[SeriesState], n_signals: int) -> str:
    """How many charts are shown, how many have a signal, and how many would have one by chance."""
    expected = chance_signals(shown)
    about = _("under 1") if expected < 0.5 else _("ca. {count}").format(count=number(expected))
    charts = ngettext("{count} diagram vises", "{count} diagrammer vises", len(shown)).format(count=number(len(shown)))
    return _(
        "{charts}, {signals} har et signal. Ved ren tilfældighed ville {about} af dem vise et signal. "
        "Åbne måneder tæller ikke med, før de er færdige."
    ).format(charts=charts, signals=number(n_signals), about=about)


def chance_signals(shown: Iterable[SeriesState]) -> float:
    """How many of these charts would show a signal by chance alone: the sum of each one's own false-alarm chance."""
    return float(sum(_chance_of(state.n_useful, state.chart, state.profile) for state in shown))


def _chance_of(n_useful: int, chart: str, profile: str) -> float:
    return false_alarm_probability(n_useful, chart, profile=profile, reading=profile_of(profile).reading)
